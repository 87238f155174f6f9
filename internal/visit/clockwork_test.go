package visit_test

import (
	"slices"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

func (w *world) operator() auth.Actor {
	return auth.Actor{Org: w.Org, Member: "system", Roles: []auth.Role{auth.Owner}}
}

// expired runs the clock on and ends what is over.
func (w *world) expired(d time.Duration) int {
	w.t.Helper()
	w.now = w.now.Add(d)
	return must(w.svc.ExpireDue(w.t.Context(), w.operator()))(w.t)
}

func (w *world) state(id string) visit.State {
	w.t.Helper()
	var v visit.Visit
	err := w.Store.Visits().View(w.t.Context(), w.Org, func(tx visit.Tx) (err error) {
		v, err = tx.Visit(w.t.Context(), w.Org, id, false)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v.State
}

func (w *world) wantState(id string, want visit.State) {
	w.t.Helper()
	if got := w.state(id); got != want {
		w.t.Fatalf("the visit is %s, want %s", got, want)
	}
}

func TestVisitsEndWhenTheirTimeIsOverAndNotBeforeAPhoneHadItsChance(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		board := must(w.svc.Plan(t.Context(), w.scheduler, visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Due: w.now.Add(48 * time.Hour),
		}))(t)[0].ID
		taken, begun, sealed := w.taken("buyer"), w.taken("buyer"), w.sealed()
		w.save(begun, "A3=yes")
		if n := w.expired(48 * time.Hour); n != 0 {
			t.Fatalf("%d ended at the minute when they were due", n)
		}
		if n := w.expired(time.Minute); n != 1 {
			t.Fatalf("%d ended just after they were due", n)
		}
		w.wantState(board, visit.Expired)
		if n := w.expired((12+72)*time.Hour - time.Minute); n != 0 {
			t.Fatalf("%d ended within the grace", n)
		}
		w.wantState(taken, visit.Taken)
		if n := w.expired(time.Minute); n != 2 {
			t.Fatalf("%d ended after the grace", n)
		}
		w.wantState(taken, visit.Expired)
		w.wantState(begun, visit.Expired)
		w.wantState(sealed, visit.Received)
		r := must(w.svc.Review(t.Context(), w.editor, begun))(t)
		if got := string(r.Report.Answers["A3"]); got != `"yes"` || r.Visit.Final != nil {
			t.Errorf("an editor sees %s of a visit that was not sent in time", got)
		}
		rows := must(w.svc.Queue(t.Context(), w.editor, visit.Query{States: []visit.State{visit.Expired}, Begun: true, Order: visit.ByVisited, Limit: 10}))(t)
		if len(rows) != 1 || rows[0].ID != begun {
			t.Errorf("begun and not sent in time: %+v", rows)
		}
		_, err := w.svc.Review(t.Context(), w.editor, taken)
		wantKind(t, err, fault.NotFound)
		if n := w.Number(`SELECT count(*) FROM events WHERE org_id = $1 AND verb = 'visit.expired'`, w.Org); n != 3 {
			t.Errorf("%d entries in the log", n)
		}
		if n := w.expired(1000 * time.Hour); n != 0 {
			t.Errorf("%d ended twice", n)
		}
		_, err = w.svc.ExpireDue(t.Context(), w.shopper)
		wantKind(t, err, fault.Forbidden)
	})
}

func TestManyVisitsEndAtOnceAndThoseWithLongStagesGoOn(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "luxury-electronics")
	long := w.taken("accessory")
	w.save(long, "A2=yes")
	for range 250 {
		must(w.svc.Plan(t.Context(), w.scheduler, visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "accessory", Due: w.now.Add(time.Hour),
		}))(t)
	}
	if n := w.expired((24+96)*time.Hour + (24+72)*time.Hour - time.Minute); n != 250 {
		t.Errorf("%d ended", n)
	}
	w.wantState(long, visit.InProgress)
	if n := w.expired(2 * time.Minute); n != 1 {
		t.Errorf("%d ended", n)
	}
}

// silent runs the clock on and gives the visits of which somebody is reminded.
func (w *world) silent(d time.Duration) []string {
	w.t.Helper()
	w.now = w.now.Add(d)
	var ids []string
	for _, x := range must(w.svc.RemindSilent(w.t.Context(), w.Org))(w.t) {
		if x.Shopper != w.shopper.Member {
			w.t.Errorf("somebody else is reminded: %+v", x)
		}
		ids = append(ids, x.Visit)
	}
	return ids
}

func TestAShopperIsRemindedOfASilentVisitAfterFourHoursOnceADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.now = w.now.Add(333 * time.Millisecond)
		begun, opened, untouched, sealed := w.taken("buyer"), w.taken("buyer"), w.taken("buyer"), w.sealed()
		w.save(begun, "A3=yes")
		if got := w.silent(3 * time.Hour); len(got) != 0 {
			t.Fatalf("after 3 hours: %v", got)
		}
		if err := w.svc.Opened(t.Context(), w.shopper, opened); err != nil {
			t.Fatal(err)
		}
		if got := w.silent(61 * time.Minute); !slices.Equal(got, []string{begun}) {
			t.Fatalf("after 4 hours: %v, not %s", got, begun)
		}
		if got := w.silent(3 * time.Hour); !slices.Equal(got, []string{opened}) {
			t.Fatalf("4 hours after it was opened: %v, not %s", got, opened)
		}
		if got := w.silent(20 * time.Hour); len(got) != 0 {
			t.Fatalf("on the same day: %v", got)
		}
		w.save(begun, "A4=yes")
		if got := w.silent(3*time.Hour + 59*time.Minute); len(got) != 0 {
			t.Fatalf("a minute too early: %v", got)
		}
		both := slices.Sorted(slices.Values([]string{begun, opened}))
		if got := w.silent(2 * time.Minute); !slices.Equal(got, both) {
			t.Fatalf("a day later, and 4 hours after the last answer: %v, not %v", got, both)
		}
		_, _ = untouched, sealed
		if err := w.svc.Cancel(t.Context(), w.scheduler, begun, "The branch burnt down."); err != nil {
			t.Fatal(err)
		}
		if got := w.silent(48 * time.Hour); !slices.Equal(got, []string{opened}) {
			t.Fatalf("of a cancelled visit: %v", got)
		}
		wantKind(t, w.svc.Opened(t.Context(), w.other, opened), fault.NotFound)
	})
}

func TestNobodyIsRemindedWhileAVisitWaitsForItsNextPart(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "luxury-electronics")
		id := w.salon()
		if err := w.svc.Opened(t.Context(), w.shopper, id); err != nil {
			t.Fatal(err)
		}
		must(w.svc.Seal(t.Context(), w.shopper, id))(t)
		if got := w.silent(20 * time.Hour); len(got) != 0 {
			t.Fatalf("everything was sent, but: %v", got)
		}
		w.now = w.now.Add(10 * time.Hour)
		w.save(id, "F1=within_one_day")
		if got := w.silent(5 * time.Hour); !slices.Equal(got, []string{id}) {
			t.Fatalf("something was answered since: %v", got)
		}
	})
}

// salon is a visit whose first part is answered.
func (w *world) salon() string {
	w.t.Helper()
	id := w.taken("accessory")
	w.save(id, "A1=10:00", "A2=yes", "A3=all_three", "A4=yes", "B1=0:40", "B2=good", "B3=Jo", "B6=no", "B7=yes", "D2=yes", "D3=no",
		"D4=accepted_gladly_next_step", "D5=yes", "E1=yes", "E2=yes", "E3=good", "E4=10:40")
	return id
}

func TestAPartOfAVisitIsNotSentEarlyAndIsFlaggedWhenItIsLate(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "luxury-electronics")
		id, unsent := w.salon(), w.salon()
		w.now = w.now.Add(6*time.Hour + time.Minute) // it was to be sent within six hours
		must(w.svc.Seal(t.Context(), w.shopper, unsent))(t)
		if late := w.Number(`SELECT count(*) FROM moments WHERE org_id = $1 AND visit_id = $2 AND late`, w.Org, unsent); late != 0 {
			t.Error("what was answered in time and sent later is called late")
		}
		w.save(id, "E4=10:41")
		must(w.svc.Seal(t.Context(), w.shopper, id))(t)
		w.save(id, "F1=within_one_day", "F2=good", "F4=yes", "O1=8", "O2="+story+story)
		_, err := w.svc.Seal(t.Context(), w.shopper, id)
		wantKind(t, err, fault.Conflict)
		paper := must(w.svc.Open(t.Context(), w.shopper, id))(t)
		next := visit.Present(paper.Times, paper.Stage)
		if next == nil || next.Waits(w.now, paper.Place.Zone) != "Opens tomorrow 12:00" || next.Open(w.now) {
			t.Fatalf("%+v", next)
		}
		w.now = noon.Add(24 * time.Hour)
		must(w.svc.Seal(t.Context(), w.shopper, id))(t)
		r := must(w.svc.Review(t.Context(), w.editor, id))(t)
		if len(r.Times) != 2 || !r.Times[0].Late || r.Times[1].Late || !r.Times[1].Sealed.Equal(w.now) {
			t.Errorf("%+v", r.Times)
		}
	})
}

func TestTheShopperSaysThatSomethingHappened(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "online-store")
		id := w.taken("gift")
		w.save(id, "A1=phone")
		wantKind(t, w.svc.Happened(t.Context(), w.shopper, id, "birthday"), fault.Invalid)
		wantKind(t, w.svc.Happened(t.Context(), w.other, id, "parcel"), fault.NotFound)
		paper := must(w.svc.Open(t.Context(), w.shopper, id))(t)
		if d := visit.Present(paper.Times, "deliver"); d == nil || d.Event != "parcel" || d.Open(w.now) {
			t.Fatalf("%+v", d)
		}
		w.now = w.now.Add(50 * time.Hour)
		first := w.now
		for range 2 { // the first time counts
			if err := w.svc.Happened(t.Context(), w.shopper, id, "parcel"); err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(time.Hour)
		}
		paper = must(w.svc.Open(t.Context(), w.shopper, id))(t)
		if d := visit.Present(paper.Times, "deliver"); !d.Opens.Equal(first) || !d.Closes.Equal(first.AddDate(0, 0, 14)) || !d.Open(w.now) {
			t.Errorf("%+v", d)
		}
		if n := w.Number(`SELECT count(*) FROM events WHERE org_id = $1 AND verb = 'visit.happened'`, w.Org); n != 1 {
			t.Errorf("%d entries in the log", n)
		}
	})
}

func TestACheckInIsKeptWithItsDistanceAndARefusalMayBeThoughtOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Exec(`UPDATE branches SET latitude = 53.7997, longitude = -1.5492 WHERE org_id = $1 AND id = $2`, w.Org, w.Branch)
		id := w.taken("buyer")
		in := visit.CheckIn{Visit: id, At: noon, Lat: 53.80006, Lon: -1.5492, Accuracy: 25}
		wantKind(t, w.svc.CheckIn(t.Context(), w.other, in), fault.NotFound)
		steps := []visit.CheckIn{{Visit: id, At: noon, Refused: true, Lat: 1}, in, {Visit: id, At: noon, Refused: true}, {Visit: id, At: noon, Lat: 1, Lon: 1}}
		for i, c := range steps {
			if err := w.svc.CheckIn(t.Context(), w.shopper, c); err != nil {
				t.Fatal(err)
			}
			var kept visit.CheckIn
			err := w.Store.Visits().View(t.Context(), w.Org, func(tx visit.Tx) (err error) {
				kept, err = tx.CheckIn(t.Context(), w.Org, id)
				return err
			})
			if err != nil || kept.Refused != (i == 0) || i == 0 && (kept.Lat != 0 || kept.HasDistance) ||
				i > 0 && (kept.Distance != 40 || !kept.HasDistance || kept.Lat != in.Lat || kept.Accuracy != 25 || !kept.At.Equal(noon)) {
				t.Fatalf("step %d: %+v %v", i, kept, err)
			}
		}
	})
}

func TestACheckInIsTakenAfterTheReportWasSent(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "coffee-kiosks")
	id := w.sealed()
	if err := w.svc.CheckIn(t.Context(), w.shopper, visit.CheckIn{Visit: id, At: noon, Refused: true}); err != nil {
		t.Error(err)
	}
	id = w.taken("buyer")
	if err := w.svc.Cancel(t.Context(), w.scheduler, id, "The branch burnt down."); err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.svc.CheckIn(t.Context(), w.shopper, visit.CheckIn{Visit: id, At: noon, Refused: true}), fault.Gone)
}
