package visit_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	img.Set(1, 1, color.RGBA{R: 200, A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// each runs a test in a fresh world on both databases.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.ForEach(t, func(t *testing.T, s *store.Store) { test(t, newWorld(t, s, "coffee-kiosks")) })
}

func TestAVisitGoesFromPlanToPublication(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := w.sealed()
		r := must(w.svc.Review(ctx, w.editor, id))(t)
		if r.Visit.State != visit.Received || r.Result.BaseBP == nil || *r.Result.BaseBP != 10000 || r.Report.Receipt == "" {
			t.Fatalf("sealed report = %+v, result %+v", r.Visit, r.Result)
		}
		if r.Visit.VisitedOn != "2026-11-21" || r.Visit.Month != "2026-11" {
			t.Errorf("visited on %s in %s", r.Visit.VisitedOn, r.Visit.Month)
		}
		if n := w.Number(`SELECT count(*) FROM rollup_cells WHERE org_id = $1`, w.Org); n != 0 {
			t.Errorf("an unpublished report is in %d sums", n)
		}
		if err := w.svc.Accept(ctx, w.editor, id); err != nil {
			t.Fatal(err)
		}
		if err := w.svc.Publish(ctx, w.editor, id); err != nil {
			t.Fatal(err)
		}
		if n := w.Number(`SELECT sum_bp FROM rollup_cells WHERE org_id = $1 AND month = '2026-11'`, w.Org); n != 10000 {
			t.Errorf("sum of scores = %d", n)
		}
		if n := w.Number(`SELECT sum(x) FROM rollup_standards WHERE org_id = $1`, w.Org); n != 5 {
			t.Errorf("standards met = %d, want the five that a buyer can see", n)
		}
		if n := w.Number(`SELECT sum(na) FROM rollup_standards WHERE org_id = $1`, w.Org); n != 1 {
			t.Errorf("standards that do not apply = %d", n)
		}
		if n := w.Number(`SELECT seq FROM event_heads WHERE org_id = $1`, w.Org); n < 4 {
			t.Errorf("only %d events", n)
		}
		chain := must(w.Store.VerifyChain(ctx, w.Org))(t)
		if chain.Broken != nil {
			t.Error(chain.Broken)
		}
	})
}

func TestSettingAPublishedVisitAsideTakesItOutOfEverySum(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := w.sealed()
		for _, step := range []func() error{
			func() error { return w.svc.Accept(ctx, w.editor, id) },
			func() error { return w.svc.Publish(ctx, w.editor, id) },
			func() error { return w.svc.SetAside(ctx, w.editor, id, "The branch was closed for a fire alarm.") },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range []string{
			`SELECT sum(abs(n)) + sum(abs(sum_bp)) + sum(abs(sum_bp2)) FROM rollup_cells WHERE org_id = $1`,
			`SELECT sum(abs(n)) + sum(abs(x)) + sum(abs(na)) + sum(abs(sum_w)) + sum(abs(sum_wr)) FROM rollup_standards WHERE org_id = $1`,
		} {
			if n := w.Number(q, w.Org); n != 0 {
				t.Errorf("%s = %d, want 0", q, n)
			}
		}
	})
}

func TestSealingNamesEverythingThatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("buyer")
		w.save(id, "A3=no", "A7=yes")
		_, err := w.svc.Seal(t.Context(), w.shopper, id)
		wantKind(t, err, fault.Invalid)
		f, _ := fault.As(err)
		names := map[string]bool{}
		for _, x := range f.Fields {
			names[x.Name] = true
		}
		for _, q := range []string{"A1", "A3", "B1", "C1", "O1", "O3"} {
			if !names[q] {
				t.Errorf("%s is missing, but not named", q)
			}
		}
		for _, q := range []string{"A7", "B3", "B4", "N1", "D2", "D4", "O2"} {
			if names[q] {
				t.Errorf("%s is answered, optional or hidden, but named", q)
			}
		}
	})
}

func TestAReportThatWasSentBackIsCorrectedAndSealedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := w.sealed()
		first := must(w.svc.Review(ctx, w.editor, id))(t).Report.Receipt
		if err := w.svc.SendBack(ctx, w.editor, id, []visit.Reason{{Question: "D3", Text: "The receipt says latte, you ordered a flat white."}}); err != nil {
			t.Fatal(err)
		}
		p := must(w.svc.Open(ctx, w.shopper, id))(t)
		if p.Visit.State != visit.SentBack || len(p.Notes) != 1 || p.Notes[0].Question != "D3" {
			t.Fatalf("what the shopper sees: %s, %+v", p.Visit.State, p.Notes)
		}
		if err := w.svc.Reply(ctx, w.shopper, id, "You are right, it was a latte."); err != nil {
			t.Fatal(err)
		}
		w.save(id, "D3=no", "D3.comment=A latte instead of a flat white.", "D4=good")
		sealed := must(w.svc.Seal(ctx, w.shopper, id))(t)
		r := must(w.svc.Review(ctx, w.editor, id))(t)
		if sealed.Code == first || r.Report.Revision != 2 || *r.Result.FinalBP != 6900 {
			t.Fatalf("second revision: code %s, revision %d, final %d", sealed.Code, r.Report.Revision, *r.Result.FinalBP)
		}
		if len(r.Notes) != 2 {
			t.Errorf("the editor sees %d notes, want the reason and the reply", len(r.Notes))
		}
	})
}

func TestWhatWasTypedBeforeAQuestionWasHiddenIsDroppedAtTheSeal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("buyer")
		w.buyer(id)
		w.photo(id, "O3")
		w.save(id, "D1=6:00")
		w.save(id, "D2=yes")
		w.save(id, "D1=2:00") // hides D2 again
		must(w.svc.Seal(t.Context(), w.shopper, id))(t)
		r := must(w.svc.Review(t.Context(), w.editor, id))(t)
		if _, ok := r.Report.Answers["D2"]; ok {
			t.Error("the hidden answer is still in the report")
		}
	})
}

func TestTheReportCanBeMadeAgainFromItsOpLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.sealed()
		var ops []visit.Op
		var rep visit.Report
		err := w.Store.Visits().View(t.Context(), w.Org, func(tx visit.Tx) (err error) {
			if ops, err = tx.Ops(t.Context(), w.Org, id); err != nil {
				return err
			}
			rep, err = tx.Report(t.Context(), w.Org, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := visit.VerifyOps(ops); err != nil {
			t.Fatal(err)
		}
		answers, comments, err := visit.Materialise(nil, ops)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := json.Marshal(rep.Answers)
		got, _ := json.Marshal(answers)
		if !bytes.Equal(want, got) || len(comments) != len(rep.Comments) {
			t.Errorf("from the log: %s\nstored: %s", got, want)
		}
		ops[3].Body = bytes.Replace(ops[3].Body, []byte(`"v":`), []byte(`"v": `), 1)
		if visit.VerifyOps(ops) == nil {
			t.Error("a changed op went unnoticed")
		}
	})
}

func TestAFieldThatAnotherTabChangedIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("buyer")
		w.save(id, "A3=yes")
		// a page that was made before A3 had an answer saves A4
		stale := map[string]visit.Entry{"A3": {Was: "null"}, "A4": {Values: []string{"no"}, Was: "null"}}
		saved := must(w.svc.Save(t.Context(), w.shopper, id, stale))(t)
		if saved.Changed != 1 || saved.Paper.Answers["A3"].Text != "yes" || saved.Paper.Answers["A4"].Text != "no" {
			t.Errorf("after the stale save: %+v, changed %d", saved.Paper.Answers, saved.Changed)
		}
	})
}

func TestOneAnswerThatCannotBeReadDoesNotCostTheOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("buyer")
		_, err := w.svc.Save(t.Context(), w.shopper, id, map[string]visit.Entry{
			"A2": {Values: []string{"a few"}, Was: "null"}, "A3": {Values: []string{"yes"}, Was: "null"},
		})
		wantKind(t, err, fault.Invalid)
		f, _ := fault.As(err)
		if len(f.Fields) != 1 || f.Fields[0].Name != "A2" {
			t.Errorf("named fields: %+v", f.Fields)
		}
		p := must(w.svc.Open(t.Context(), w.shopper, id))(t)
		if p.Answers["A3"].Text != "yes" || p.Answers["A2"].State != programme.Missing {
			t.Errorf("stored: %+v", p.Answers)
		}
	})
}

func TestForeignVisitsAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := w.sealed()
		foreign := w.editor
		foreign.Org = uuid.NewString()
		_, err := w.svc.Review(ctx, foreign, id)
		wantKind(t, err, fault.NotFound)
		_, err = w.svc.Open(ctx, w.other, id)
		wantKind(t, err, fault.NotFound)
		_, err = w.svc.Open(ctx, w.shopper, "not-an-id")
		wantKind(t, err, fault.NotFound)
		wantKind(t, w.svc.Accept(ctx, w.shopper, id), fault.Forbidden)
		wantKind(t, w.svc.Publish(ctx, w.editor, id), fault.Conflict)
	})
}

func TestAnEditorDoesNotJudgeHisOwnVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.sealed()
		both := w.shopper
		both.Roles = []auth.Role{auth.Shopper, auth.Editor}
		wantKind(t, w.svc.Accept(t.Context(), both, id), fault.Forbidden)
	})
}

func TestOnlyOneOfTwoShoppersTakesAnOpenVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		vs := must(w.svc.Plan(t.Context(), w.scheduler, visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Due: w.now.Add(time.Hour),
		}))(t)
		var won sync.Map
		var wg sync.WaitGroup
		for _, a := range []auth.Actor{w.shopper, w.other} {
			wg.Go(func() {
				if err := w.svc.Take(t.Context(), a, vs[0].ID); err == nil {
					won.Store(a.Member, true)
				} else if !fault.Is(err, fault.Conflict) {
					t.Errorf("the slower one is told %v", err)
				}
			})
		}
		wg.Wait()
		n := 0
		won.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("%d shoppers have the visit", n)
		}
	})
}

func TestRotationKeepsAShopperAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.sealed()
		_, err := w.svc.Plan(t.Context(), w.scheduler, visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: w.shopper.Member, Due: w.now.AddDate(0, 0, 59),
		})
		wantKind(t, err, fault.Conflict)
		_, err = w.svc.Plan(t.Context(), w.scheduler, visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: w.shopper.Member, Due: w.now.AddDate(0, 0, 61),
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAWholeReportIsTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := w.taken("non_buyer")
		program := auth.Actor{Org: w.Org, Member: uuid.NewString(), Program: true, Scopes: []auth.Scope{auth.ScopeVisits, auth.ScopePublish}}
		in := visit.SubmitInput{ID: uuid.NewString(), Publish: true, Answers: raw(map[string]any{
			"A1": "09:05", "A2": 0, "A3": "yes", "A4": "yes", "A5": "na", "A6": "yes", "A7": "yes", "B1": 20, "B2": "good",
			"N1": "yes", "N2": "wow", "N3": "no", "E1": "yes", "E2": "no", "O1": 8, "O2": story, "O4": "09:10",
		})}
		first := must(w.svc.Submit(ctx, program, id, in))(t)
		again := must(w.svc.Submit(ctx, program, id, in))(t)
		if first.Replayed || !again.Replayed || first.Receipt != again.Receipt || first.Visit.State != visit.Published {
			t.Fatalf("first %+v\nagain %+v", first, again)
		}
		if n := w.Number(`SELECT sum(n) FROM rollup_cells WHERE org_id = $1`, w.Org); n != 1 {
			t.Errorf("counted %d times", n)
		}
		in.Answers["E1"] = json.RawMessage(`"no"`)
		_, err := w.svc.Submit(ctx, program, id, in)
		wantKind(t, err, fault.Conflict)
	})
}

func TestAWholeReportNamesEveryWrongAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("non_buyer")
		program := auth.Actor{Org: w.Org, Member: uuid.NewString(), Program: true, Scopes: []auth.Scope{auth.ScopeVisits}}
		_, err := w.svc.Submit(t.Context(), program, id, visit.SubmitInput{ID: uuid.NewString(), Answers: raw(map[string]any{
			"A2": "many", "A3": "perhaps", "ZZ": 1,
		})})
		wantKind(t, err, fault.Invalid)
		for _, path := range []string{"answers.A2", "answers.A3", "answers.ZZ"} {
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%s is not named in %v", path, err)
			}
		}
		if n := w.Number(`SELECT count(*) FROM ops WHERE org_id = $1`, w.Org); n != 0 {
			t.Errorf("%d ops of a refused report were kept", n)
		}
	})
}

func TestPublishingNeedsTheScopeForIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.taken("non_buyer")
		program := auth.Actor{Org: w.Org, Member: uuid.NewString(), Program: true, Scopes: []auth.Scope{auth.ScopeVisits}}
		_, err := w.svc.Submit(t.Context(), program, id, visit.SubmitInput{ID: uuid.NewString(), Publish: true, Answers: raw(map[string]any{
			"A1": "09:05", "A2": 0, "A3": "yes", "A4": "yes", "A5": "na", "A6": "yes", "A7": "yes", "B1": 20, "B2": "good",
			"N1": "yes", "N2": "wow", "N3": "no", "E1": "yes", "E2": "no", "O1": 8, "O2": story, "O4": "09:10",
		})})
		wantKind(t, err, fault.Forbidden)
		if n := w.Number(`SELECT count(*) FROM visits WHERE org_id = $1 AND state = 'taken'`, w.Org); n != 1 {
			t.Error("a refused report changed the visit")
		}
	})
}

func TestAPhotoIsSeenByThoseWhoSeeItsVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := w.taken("buyer")
		w.buyer(id)
		photo, plain := w.photo(id, "O3"), w.photo(id, "A3")
		if again := w.photo(id, "O3"); again != photo {
			t.Error("the same picture sent again is a second photo")
		}
		_, body, err := w.svc.PhotoFile(ctx, w.shopper, photo)
		if err != nil {
			t.Fatal(err)
		}
		_ = body.Close()
		_, _, err = w.svc.PhotoFile(ctx, w.other, photo)
		wantKind(t, err, fault.NotFound)
		must(w.svc.Seal(ctx, w.shopper, id))(t)
		_, _, err = w.svc.PhotoFile(ctx, w.shopper, photo)
		wantKind(t, err, fault.NotFound) // nothing of a sealed report stays on the phone
		_, body, err = w.svc.PhotoFile(ctx, w.editor, photo)
		if err != nil {
			t.Fatal(err)
		}
		_ = body.Close()
		manager := auth.Actor{Org: w.Org, Member: uuid.NewString(), Roles: []auth.Role{auth.BranchManager}, Branches: []string{w.Branch}}
		_, _, err = w.svc.PhotoFile(ctx, manager, photo)
		wantKind(t, err, fault.NotFound) // not before it is published
		for _, step := range []func() error{
			func() error { return w.svc.Accept(ctx, w.editor, id) },
			func() error { return w.svc.Publish(ctx, w.editor, id) },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		_, _, err = w.svc.PhotoFile(ctx, manager, photo)
		wantKind(t, err, fault.NotFound) // a receipt prints the minute
		_, body, err = w.svc.PhotoFile(ctx, manager, plain)
		if err != nil {
			t.Fatal(err)
		}
		_ = body.Close()
	})
}

func TestStagesAreSealedOneByOne(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "luxury-electronics")
		ctx := t.Context()
		id := w.taken("accessory")
		w.save(id, "A1=10:00", "A2=yes", "A3=all_three", "A4=yes", "B1=0:40", "B2=good", "B3=Jo", "B6=no", "B7=yes", "D2=yes", "D3=no",
			"D4=accepted_gladly_next_step", "D5=yes", "E1=yes", "E2=yes", "E3=good", "E4=10:40")
		sealed := must(w.svc.Seal(ctx, w.shopper, id))(t)
		if sealed.Code != "" || sealed.Next != "What came afterwards" {
			t.Fatalf("after the first part: %+v", sealed)
		}
		_, err := w.svc.Save(ctx, w.shopper, id, map[string]visit.Entry{"A2": {Values: []string{"no"}, Was: `"yes"`}})
		wantKind(t, err, fault.Invalid) // the first part is sealed
		w.save(id, "F1=within_one_day", "F2=good", "F4=yes", "O1=8", "O2="+story+story)
		_, err = w.svc.Seal(ctx, w.shopper, id)
		wantKind(t, err, fault.Conflict) // the part opens a day after the visit
		w.now = w.now.Add(24 * time.Hour)
		sealed = must(w.svc.Seal(ctx, w.shopper, id))(t)
		if sealed.Code == "" || sealed.Next != "" {
			t.Fatalf("after the last part: %+v", sealed)
		}
		r := must(w.svc.Review(ctx, w.editor, id))(t)
		if r.Result.BaseBP == nil || len(r.Visit.Stages) != 2 {
			t.Errorf("result %+v, stages %v", r.Result, r.Visit.Stages)
		}
	})
}

func TestVisitsOfThePastAreStoredAsIfTheyHadBeenPublished(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		answers := func() map[string]json.RawMessage {
			return raw(map[string]any{
				"A1": "09:05", "A2": 0, "A3": "yes", "A4": "yes", "A5": "na", "A6": "yes", "A7": "yes", "B1": 20, "B2": "good",
				"N1": "yes", "N2": "wow", "N3": "no", "E1": "yes", "E2": "no", "O1": 8, "O4": "09:10",
			})
		}
		past := []visit.Past{
			{Branch: w.Branch, Scenario: "non_buyer", Shopper: w.shopper.Member, Version: w.Version, At: noon.AddDate(0, -1, 0), Answers: answers()},
			{Branch: w.Branch, Scenario: "non_buyer", Shopper: w.shopper.Member, Version: w.Version, At: noon.AddDate(0, -1, 1), Answers: answers()},
		}
		wantKind(t, w.svc.BringIn(ctx, w.shopper, past), fault.Forbidden)
		if err := w.svc.BringIn(ctx, w.editor, past); err != nil {
			t.Fatal(err)
		}
		if n := w.Number(`SELECT sum(n) FROM rollup_cells WHERE org_id = $1 AND month = '2026-10'`, w.Org); n != 2 {
			t.Errorf("counted visits = %d", n)
		}
		if n := w.Number(`SELECT sum(x_wow) FROM rollup_standards WHERE org_id = $1 AND standard = 'K6'`, w.Org); n != 2 {
			t.Errorf("WOW of K6 = %d", n)
		}
		if n := w.Number(`SELECT count(*) FROM events WHERE org_id = $1 AND verb = 'visit.brought_in'`, w.Org); n != 2 {
			t.Errorf("events = %d", n)
		}
		past[1].Answers["A3"] = json.RawMessage(`"perhaps"`)
		wantKind(t, w.svc.BringIn(ctx, w.editor, past[1:]), fault.Invalid)
	})
}

func TestAFeatureThatGoesLaterChangesNoReport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.sealed()
		before := must(w.svc.Review(t.Context(), w.editor, id))(t)
		w.Exec(`UPDATE branches SET features = '[]' WHERE org_id = $1`, w.Org) // A6 was asked because of its seats
		after := must(w.svc.Review(t.Context(), w.editor, id))(t)
		if !after.Shown.Question("A6") || *after.Trace.Total.BaseBP != *before.Result.BaseBP {
			t.Error("the report follows the branch of today instead of that day's")
		}
	})
}
