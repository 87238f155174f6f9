package tryout_test

import (
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/tryout"
	"plainclothes/internal/visit"
)

// rig is the use cases over a real database with a clock that the test turns.
type rig struct {
	*storetest.World
	svc   *tryout.Service
	now   time.Time
	owner auth.Actor
}

func newRig(t *testing.T, programme string) *rig {
	t.Helper()
	return rigOf(storetest.NewWorld(t, storetest.SQLite(t), programme))
}

func rigOf(w *storetest.World) *rig {
	r := &rig{World: w, now: storetest.Noon, owner: w.Actors[auth.Owner]}
	clock := func() time.Time { return r.now }
	r.svc = tryout.NewService(w.Store.Tryouts(), studio.NewService(w.Store.Studio(), clock), org.NewService(w.Store.Org(), clock), clock)
	return r
}

func (r *rig) start(t *testing.T, in tryout.Input) (tryout.Run, string) {
	t.Helper()
	run, token, err := r.svc.Start(t.Context(), r.owner, r.Programme, in)
	if err != nil {
		t.Fatal(err)
	}
	return run, token
}

// onPhone starts a run and opens it on a phone.
func (r *rig) onPhone(t *testing.T, in tryout.Input) (tryout.Run, auth.Actor) {
	t.Helper()
	_, token := r.start(t, in)
	run, pass, err := r.svc.Enter(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	a, err := r.svc.Holder(t.Context(), pass)
	if err != nil {
		t.Fatal(err)
	}
	return run, a
}

var kiosk = tryout.Input{Scenario: "non_buyer", Channel: "store", Features: []string{"has_seating"}}

// nonBuyer is a whole report of somebody who buys nothing at a coffee kiosk.
func nonBuyer() map[string]visit.Entry {
	out := map[string]visit.Entry{}
	for q, a := range map[string]string{
		"A1": "09:05", "A2": "0", "A3": "yes", "A4": "yes", "A5": "na", "A6": "yes", "A7": "yes", "B1": "20", "B2": "good",
		"N1": "yes", "N2": "wow", "N3": "no", "E1": "yes", "E2": "no", "O1": "8", "O4": "09:10",
	} {
		out[q] = visit.Entry{Values: []string{a}}
	}
	return out
}

func TestATestRunGivesTheScoreOfARealVisit(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, phone := r.onPhone(t, kiosk)
	saved, err := r.svc.Save(t.Context(), phone, run.ID, nonBuyer())
	if err != nil || saved.Changed != 16 {
		t.Fatalf("changed %d: %v", saved.Changed, err)
	}
	if _, err := r.svc.Seal(t.Context(), phone, run.ID); err != nil {
		t.Fatal(err)
	}
	got, err := r.svc.Result(t.Context(), r.owner, r.Programme, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := r.realVisit(t)
	if got.Trace.Total.Level != want.Level || *got.Trace.Total.FinalBP != *want.Final || *want.Final == 0 {
		t.Errorf("the test run came to %v %d, a visit to %v %d", got.Trace.Total.Level, *got.Trace.Total.FinalBP, want.Level, *want.Final)
	}
	if got.Run.Finished.IsZero() {
		t.Error("the run does not know that it is over")
	}
}

// realVisit sends the same answers as a visit to the branch that kiosk imagines.
func (r *rig) realVisit(t *testing.T) visit.Visit {
	t.Helper()
	svc, shopper := visit.NewService(r.Store.Visits(), nil, func() time.Time { return r.now }), r.Actors[auth.Shopper]
	vs, err := svc.Plan(t.Context(), r.Actors[auth.Scheduler], visit.PlanInput{
		Programme: r.Programme, Branches: []string{r.Branch}, Scenario: kiosk.Scenario, Shopper: shopper.Member, Due: r.now.Add(48 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Save(t.Context(), shopper, vs[0].ID, nonBuyer()); err != nil {
		t.Fatal(err)
	}
	sealed, err := svc.Seal(t.Context(), shopper, vs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return sealed.Visit
}

func TestNothingReadsATestRunButItsOwnPages(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	before := map[string]int64{}
	counted := []string{"visits", "reports", "submissions", "ops", "outcomes", "rollup_cells", "rollup_standards", "photos", "receipts"}
	for _, table := range counted {
		before[table] = r.Number("SELECT count(*) FROM " + table)
	}
	run, phone := r.onPhone(t, kiosk)
	if _, err := r.svc.Save(t.Context(), phone, run.ID, nonBuyer()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.svc.Seal(t.Context(), phone, run.ID); err != nil {
		t.Fatal(err)
	}
	for _, table := range counted {
		if n := r.Number("SELECT count(*) FROM " + table); n != before[table] {
			t.Errorf("%s has %d rows more", table, n-before[table])
		}
	}
	if n := r.Number(`SELECT data_rev FROM programmes WHERE org_id = $1 AND id = $2`, r.Org, r.Programme); n != 0 {
		t.Errorf("the programme's results are said to have changed: %d", n)
	}
}

func TestWhatIsMissingKeepsARunOpen(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, phone := r.onPhone(t, kiosk)
	if _, err := r.svc.Seal(t.Context(), phone, run.ID); !fault.Is(err, fault.Invalid) {
		t.Fatalf("sealed without an answer: %v", err)
	}
	entries := nonBuyer()
	entries["B1"] = visit.Entry{Values: []string{"a moment"}}
	saved, err := r.svc.Save(t.Context(), phone, run.ID, entries)
	if !fault.Is(err, fault.Invalid) || saved.Changed != 15 {
		t.Fatalf("changed %d: %v", saved.Changed, err)
	}
	p, err := r.svc.Open(t.Context(), phone, run.ID)
	if err != nil || len(p.Answers) != 15 || !p.Rehearsal {
		t.Errorf("%d answers were kept: %v", len(p.Answers), err)
	}
}

func TestARunThatIsOverStaysAsItIs(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, phone := r.onPhone(t, kiosk)
	_, err := r.svc.Save(t.Context(), phone, run.ID, nonBuyer())
	if err == nil {
		_, err = r.svc.Seal(t.Context(), phone, run.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.svc.Save(t.Context(), phone, run.ID, map[string]visit.Entry{"A3": {Values: []string{"no"}}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("an answer after the end: %v", err)
	}
}

func TestPhotosAreCountedAndNotKept(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, phone := r.onPhone(t, kiosk)
	if _, err := r.svc.AddPhoto(t.Context(), phone, run.ID, "A3", strings.NewReader("no picture")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a text as a picture: %v", err)
	}
	if _, err := r.svc.AddPhoto(t.Context(), phone, run.ID, "A2", nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("a photo where none is wanted: %v", err)
	}
	if _, err := r.svc.AddPhoto(t.Context(), phone, run.ID, "A3", nil); err != nil {
		t.Fatal(err)
	}
	p, err := r.svc.Open(t.Context(), phone, run.ID)
	if err != nil || len(p.Photos) != 1 || p.Photos[0].Question != "A3" {
		t.Fatalf("photos %v: %v", p.Photos, err)
	}
	if err := r.svc.RemovePhoto(t.Context(), phone, run.ID, p.Photos[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := r.svc.RemovePhoto(t.Context(), phone, run.ID, p.Photos[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

func TestALinkOpensARunOnceWithinAnHour(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, token := r.start(t, kiosk)
	for range 2 { // looking leaves it unused
		if got, err := r.svc.Peek(t.Context(), token); err != nil || got.ID != run.ID {
			t.Fatalf("%s: %v", got.ID, err)
		}
	}
	if _, _, err := r.svc.Enter(t.Context(), token[:len(token)-2]+"xx"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a tampered link: %v", err)
	}
	_, pass, err := r.svc.Enter(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.svc.Enter(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("a used link: %v", err)
	}
	if _, err := r.svc.Holder(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("a link in place of a pass: %v", err)
	}
	if _, _, err := r.svc.Enter(t.Context(), pass); !fault.Is(err, fault.NotFound) {
		t.Errorf("a pass in place of a link: %v", err)
	}
	_, late := r.start(t, kiosk)
	r.now = r.now.Add(time.Hour)
	if _, _, err := r.svc.Enter(t.Context(), late); !fault.Is(err, fault.NotFound) {
		t.Errorf("a link after an hour: %v", err)
	}
	if _, err := r.svc.Holder(t.Context(), pass); err != nil {
		t.Errorf("the phone is out before its day is over: %v", err)
	}
	r.now = r.now.Add(24 * time.Hour)
	if _, err := r.svc.Holder(t.Context(), pass); !fault.Is(err, fault.NotFound) {
		t.Errorf("the phone is in after its day: %v", err)
	}
}

func TestANewCodeEndsTheOneBeforeAndItsPhone(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, token := r.start(t, kiosk)
	_, pass, err := r.svc.Enter(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := r.svc.Code(t.Context(), r.owner, r.Programme, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.svc.Holder(t.Context(), pass); !fault.Is(err, fault.NotFound) {
		t.Errorf("the first phone is still in: %v", err)
	}
	got, _, err := r.svc.Enter(t.Context(), second)
	if err != nil || got.ID != run.ID {
		t.Errorf("%s: %v", got.ID, err)
	}
}

func TestAPassOpensOneRunOnly(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	mine, phone := r.onPhone(t, kiosk)
	other, _ := r.onPhone(t, kiosk)
	if _, err := r.svc.Open(t.Context(), phone, other.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another run: %v", err)
	}
	if _, err := r.svc.Save(t.Context(), phone, other.ID, nonBuyer()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an answer for another run: %v", err)
	}
	for name, a := range map[string]auth.Actor{"the owner without a pass": r.owner, "a shopper": r.Actors[auth.Shopper], "nobody": {Org: r.Org}} {
		if _, err := r.svc.Open(t.Context(), a, mine.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, v := range auth.Verbs() {
		if phone.May(v) {
			t.Errorf("the phone may %s", v)
		}
	}
}

func TestOnlyOwnersOfTheOrganisationTryADraft(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	foreign := storetest.NewWorld(t, r.Store, "coffee-kiosks").Actors[auth.Owner]
	run, _ := r.start(t, kiosk)
	for name, a := range map[string]auth.Actor{"an editor": r.Actors[auth.Editor], "a shopper": r.Actors[auth.Shopper], "a foreign owner": foreign} {
		_, _, err := r.svc.Start(t.Context(), a, r.Programme, kiosk)
		refused(t, name+" starts", err)
		_, err = r.svc.Overview(t.Context(), a, r.Programme)
		refused(t, name+" lists", err)
		_, err = r.svc.Result(t.Context(), a, r.Programme, run.ID)
		refused(t, name+" reads", err)
		_, _, err = r.svc.Code(t.Context(), a, r.Programme, run.ID)
		refused(t, name+" makes a code", err)
		refused(t, name+" removes", r.svc.Remove(t.Context(), a, r.Programme, run.ID))
	}
	if _, err := r.svc.Result(t.Context(), r.owner, run.ID, run.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("by another programme: %v", err)
	}
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		t.Errorf("%s: %v", what, err)
	}
}

func TestWhatARunImaginesMustBeInTheChecklist(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	_, _, err := r.svc.Start(t.Context(), r.owner, r.Programme, tryout.Input{Scenario: "thief", Format: "castle", Channel: "fax", Features: []string{"moat"}})
	f, ok := fault.As(err)
	if !ok || len(f.Fields) != 4 {
		t.Fatalf("%v", err)
	}
}

func TestARunKeepsItsChecklistWhenTheDraftGoesOn(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	run, phone := r.onPhone(t, kiosk)
	r.Exec(`INSERT INTO versions (org_id, id, programme_id, number, state, hash, document, note, created_at, created_by, published_by, effective_on, row_version)
 SELECT org_id, $1, programme_id, 2, 'draft', 'another', replace(document, 'Walking up', 'Strolling up'), '', created_at, 'system', '', '', 1 FROM versions WHERE org_id = $2`,
		"01900000-0000-7000-8000-000000000001", r.Org)
	p, err := r.svc.Open(t.Context(), phone, run.ID)
	if err != nil || p.List.Programme.Sections[0].Title != "Walking up" {
		t.Fatalf("%v", err)
	}
	all, err := r.svc.Overview(t.Context(), r.owner, r.Programme)
	if err != nil || all.Coverage.Older != 1 || all.Coverage.Runs != 0 || all.Subject.Contents.Version.Number != 2 {
		t.Errorf("%+v: %v", all.Coverage, err)
	}
}

func TestRunsEndAfterAWeekAndTheOldestMakeRoom(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	first, _ := r.start(t, kiosk)
	for range tryout.MaxRuns {
		r.now = r.now.Add(time.Minute)
		r.start(t, kiosk)
	}
	all, err := r.svc.Overview(t.Context(), r.owner, r.Programme)
	if err != nil || len(all.Runs) != tryout.MaxRuns {
		t.Fatalf("%d runs: %v", len(all.Runs), err)
	}
	if _, err := r.svc.Result(t.Context(), r.owner, r.Programme, first.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the oldest: %v", err)
	}
	r.now = r.now.Add(7 * 24 * time.Hour)
	if all, err = r.svc.Overview(t.Context(), r.owner, r.Programme); err != nil || len(all.Runs) != 0 {
		t.Errorf("%d runs after a week: %v", len(all.Runs), err)
	}
	r.now = r.now.Add(time.Second)
	if n, err := r.svc.Sweep(t.Context(), r.Org); err != nil || n != tryout.MaxRuns {
		t.Errorf("%d swept: %v", n, err)
	}
	if n := r.Number(`SELECT count(*) FROM trials`); n != 0 {
		t.Errorf("%d rows left", n)
	}
}

func TestRunsWorkOnBothDatabases(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		r := rigOf(storetest.NewWorld(t, s, "coffee-kiosks"))
		run, phone := r.onPhone(t, kiosk)
		if _, err := r.svc.Save(t.Context(), phone, run.ID, nonBuyer()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.Seal(t.Context(), phone, run.ID); err != nil {
			t.Fatal(err)
		}
		all, err := r.svc.Overview(t.Context(), r.owner, r.Programme)
		if err != nil || len(all.Runs) != 1 || all.Runs[0].Document != nil || all.Coverage.Runs != 1 {
			t.Errorf("%+v: %v", all.Coverage, err)
		}
		if err := r.svc.Remove(t.Context(), r.owner, r.Programme, run.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.Open(t.Context(), phone, run.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after its removal: %v", err)
		}
	})
}
