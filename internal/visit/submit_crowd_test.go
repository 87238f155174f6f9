package visit_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// sent is one report of a crowd and what its sender must hear.
type sent struct {
	what  string
	actor auth.Actor
	visit string
	in    visit.SubmitInput
	want  fault.Kind // fault.Internal: accepted
	rival string     // reports of the same rival: exactly one is accepted, the others get want
	out   visit.Submitted
	err   error
}

// wholeAnswers are those of a buyer; good false gives one standard up.
func wholeAnswers(good bool) map[string]json.RawMessage {
	a := map[string]any{
		"A1": "09:05", "A2": 1, "A3": "yes", "A4": "yes", "A5": "yes", "A6": "yes", "A7": "yes", "B1": 22, "B2": "good", "C1": "yes",
		"C2": "answered_correctly_straight_away", "C3": "something_that_fitted_what", "C4": "yes", "C5": "na", "C6": 3.4, "D1": 160,
		"D3": "yes", "D5": "pleasant_to_drink", "D6": "yes", "E1": "yes", "E2": "no", "O1": 9, "O2": story, "O4": "09:17",
	}
	if !good {
		a["A6"] = "no"
	}
	return raw(a)
}

func program(org string) auth.Actor {
	return auth.Actor{Org: org, Member: uuid.NewString(), Program: true, Scopes: auth.Scopes()}
}

// planned makes n visits at some branches.
func (w *world) planned(n int, branches ...string) []string {
	w.t.Helper()
	var ids []string
	for len(ids) < n {
		vs, err := w.svc.Plan(w.t.Context(), w.scheduler, visit.PlanInput{
			Programme: w.Programme, Branches: branches, Scenario: "buyer", Shopper: w.shopper.Member, Due: w.now.Add(48 * time.Hour), IgnoreRotation: true,
		})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, v := range vs {
			ids = append(ids, v.ID)
		}
	}
	return ids[:n]
}

// crowd is 200 reports: good ones, published or not, wrong, foreign and unknown ones, repeats and rivals.
func crowd(w, foreign *world) []*sent {
	w.AddBranch("0b8f6d9e-2a39-4a50-9a04-16a4b3a1a111", "B2", "York")
	visits := w.planned(150, w.Branch, "0b8f6d9e-2a39-4a50-9a04-16a4b3a1a111")
	abroad := foreign.planned(10, foreign.Branch)
	p := program(w.Org)
	next := func() string { v := visits[0]; visits = visits[1:]; return v }
	var all []*sent
	add := func(what, v, id string, want fault.Kind, rival string, change func(*visit.SubmitInput)) {
		in := visit.SubmitInput{ID: id, Answers: wholeAnswers(len(all)%3 != 0), Publish: true}
		if change != nil {
			change(&in)
		}
		all = append(all, &sent{what: what, actor: p, visit: v, in: in, want: want, rival: rival})
	}
	for range 70 {
		add("good", next(), uuid.NewString(), fault.Internal, "", nil)
	}
	for i := range 10 {
		add("unpublished", next(), uuid.NewString(), fault.Internal, "", func(in *visit.SubmitInput) { in.Publish = false })
		add("wrong answer", next(), uuid.NewString(), fault.Invalid, "", func(in *visit.SubmitInput) { in.Answers["A3"] = json.RawMessage(`"perhaps"`) })
		add("gap", next(), uuid.NewString(), fault.Invalid, "", func(in *visit.SubmitInput) { delete(in.Answers, "A3") })
		add("foreign", abroad[i], uuid.NewString(), fault.NotFound, "", nil)
		add("unknown", uuid.NewString(), uuid.NewString(), fault.NotFound, "", nil)
		add("no id", "42", uuid.NewString(), fault.NotFound, "", nil)
		v, id := next(), uuid.NewString()
		for range 3 { // the same thing thrice: once stored, answered alike
			add("repeat", v, id, fault.Internal, "", func(in *visit.SubmitInput) { in.Answers = wholeAnswers(true) })
		}
		v, id = next(), uuid.NewString()
		add("first of a visit", v, id, fault.Conflict, v, nil)
		add("second of a visit", v, uuid.NewString(), fault.Conflict, v, nil)
		add("first under an id", next(), id, fault.Conflict, v, nil)
		all[len(all)-1].rival = "" // whether it wins depends on what the first of the visit gets; see check
		all[len(all)-1].what = "same id"
	}
	for range 10 {
		add("no scope", next(), uuid.NewString(), fault.Forbidden, "", nil)
		all[len(all)-1].actor.Scopes = []auth.Scope{auth.ScopeVisits}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return all
}

func TestACrowdOfReportsGetsEachItsOwnRightAnswer(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, foreign := newWorld(t, s, "coffee-kiosks"), newWorld(t, s, "coffee-kiosks")
		all := crowd(w, foreign)
		if len(all) < 200 {
			t.Fatalf("only %d reports", len(all))
		}
		other := visit.NewService(s.Visits(), &memory{kept: map[string][]byte{}}, func() time.Time { return noon }) // another instance
		var wg sync.WaitGroup
		for i, r := range all {
			wg.Go(func() {
				svc := w.svc
				if i%4 == 0 {
					svc = other
				}
				r.out, r.err = svc.Submit(t.Context(), r.actor, r.visit, r.in)
			})
		}
		wg.Wait()
		w.answersOfCrowd(all)
		w.sumsOfCrowd(all)
	})
}

// answersOfCrowd checks what each sender heard, and that what was acknowledged is there.
func (w *world) answersOfCrowd(all []*sent) {
	w.t.Helper()
	wins, receipts := map[string]int{}, map[string]string{}
	for _, r := range all {
		if r.err == nil {
			w.isThere(r)
			if have, ok := receipts[r.visit]; ok && have != r.out.Receipt {
				w.t.Errorf("%s: two receipts, %s and %s", r.what, have, r.out.Receipt)
			}
			receipts[r.visit] = r.out.Receipt
		}
		switch {
		case r.rival != "":
			if r.err == nil {
				wins[r.rival]++
			} else {
				wantKind(w.t, r.err, r.want)
			}
			wins[r.rival] += 0
		case r.what == "same id":
			if r.err != nil {
				wantKind(w.t, r.err, fault.Conflict)
			}
		case fault.KindOf(r.err) != r.want || (r.err == nil) != (r.want == fault.Internal):
			w.t.Errorf("%s: %v, want kind %v", r.what, r.err, r.want)
		}
	}
	for rival, n := range wins {
		if n > 1 {
			w.t.Errorf("%d reports of visit %s were accepted", n, rival)
		}
	}
}

func (w *world) isThere(r *sent) {
	w.t.Helper()
	n := w.Number(fmt.Sprintf(`SELECT count(*) FROM reports r JOIN visits v ON v.org_id = r.org_id AND v.id = r.visit_id
 WHERE r.org_id = $1 AND r.visit_id = '%s' AND r.receipt_code = '%s' AND v.state = '%s' AND v.row_version = %d`,
		r.visit, r.out.Receipt, r.out.Visit.State, r.out.Visit.RowVersion), w.Org)
	if n != 1 || r.out.Receipt == "" {
		w.t.Errorf("%s: acknowledged, but not stored: %+v", r.what, r.out)
	}
}

// sumsOfCrowd checks that sums, rows and events are those of the accepted reports and of nothing else.
func (w *world) sumsOfCrowd(all []*sent) {
	w.t.Helper()
	accepted, published := map[string]bool{}, map[string]int{}
	score := 0
	for _, r := range all {
		if r.err != nil || accepted[r.visit] {
			continue
		}
		accepted[r.visit] = true
		if r.in.Publish {
			published[r.visit] = 1
			score += *r.out.Visit.Score
		}
	}
	if len(accepted) < 100 {
		w.t.Errorf("only %d were accepted", len(accepted))
	}
	for q, want := range map[string]int{
		`SELECT count(*) FROM reports WHERE org_id = $1`:                                                    len(accepted),
		`SELECT count(*) FROM submissions WHERE org_id = $1`:                                                len(accepted),
		`SELECT count(*) FROM ops WHERE org_id = $1`:                                                        len(accepted),
		`SELECT count(*) FROM visits WHERE org_id = $1 AND state = 'published'`:                             len(published),
		`SELECT sum(n) FROM rollup_cells WHERE org_id = $1`:                                                 len(published),
		`SELECT sum(sum_bp) FROM rollup_cells WHERE org_id = $1`:                                            score,
		`SELECT count(*) FROM events WHERE org_id = $1 AND verb = 'visit.received'`:                         len(accepted),
		`SELECT count(*) FROM events WHERE org_id = $1 AND verb = 'visit.published'`:                        len(published),
		`SELECT count(*) FROM outcomes WHERE org_id = $1`:                                                   6 * len(accepted),
		`SELECT sum(n + na + unknown) FROM rollup_standards WHERE org_id = $1`:                              6 * len(published),
		`SELECT count(*) FROM visits WHERE org_id = $1 AND state NOT IN ('taken', 'received', 'published')`: 0,
	} {
		if n := w.Number(q, w.Org); int(n) != want {
			w.t.Errorf("%s = %d, want %d", q, n, want)
		}
	}
	if chain := must(w.Store.VerifyChain(w.t.Context(), w.Org))(w.t); chain.Broken != nil {
		w.t.Error(chain.Broken)
	}
}

func TestAReportWhoseWritingFailsDoesNotHarmThoseStoredWithIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, used := program(w.Org), uuid.NewString()
		visits := w.planned(40, w.Branch)
		must(w.svc.Submit(t.Context(), p, visits[0], visit.SubmitInput{ID: used, Answers: wholeAnswers(true), Publish: true}))(t)
		errs := make([]error, len(visits))
		var wg sync.WaitGroup
		for i, v := range visits[1:] {
			id := uuid.NewString()
			if i == 7 {
				id = used // of another visit
			}
			wg.Go(func() {
				_, errs[i] = w.svc.Submit(t.Context(), p, v, visit.SubmitInput{ID: id, Answers: wholeAnswers(true), Publish: true})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if i == 7 {
				wantKind(t, err, fault.Conflict)
			} else if err != nil {
				t.Errorf("report %d: %v", i, err)
			}
		}
		if n := w.Number(`SELECT sum(n) FROM rollup_cells WHERE org_id = $1`, w.Org); n != 39 {
			t.Errorf("%d visits are in the sums", n)
		}
	})
}

func TestAReportReplacesWhatWasSaidBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("buyer")
		w.save(id, "A3=no", "A7=yes")
		out := must(w.svc.Submit(t.Context(), program(w.Org), id, visit.SubmitInput{ID: uuid.NewString(), Answers: wholeAnswers(true), Publish: true}))(t)
		if out.Visit.State != visit.Published || *out.Visit.Score != 10000 {
			t.Errorf("visit = %+v", out.Visit)
		}
		if n := w.Number(`SELECT count(*) FROM ops WHERE org_id = $1`, w.Org); n != 3 {
			t.Errorf("%d ops, want the two answers and the report", n)
		}
		if n := w.Number(`SELECT count(*) FROM outcomes WHERE org_id = $1`, w.Org); n == 0 {
			t.Error("no outcomes")
		}
	})
}
