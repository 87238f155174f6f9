package visit_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// asked reads the stored counts of questions, added up over scenarios, those of nothing left out.
func (w *world) asked() map[string]visit.QuestionRollup {
	w.t.Helper()
	all := map[string]visit.QuestionRollup{}
	err := w.Store.Reports().View(w.t.Context(), w.Org, func(tx report.Tx) error {
		rows, err := tx.Questions(w.t.Context(), w.Org, w.Programme)
		for _, r := range rows {
			for i := range r.Questions {
				did := &r.Questions[i]
				q := all[did.Question]
				if q.Add(did); q == (visit.QuestionRollup{}) {
					delete(all, did.Question)
				} else {
					all[did.Question] = q
				}
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// books fails the test where the stored sums are not what the reports give.
func (w *world) books(when string) {
	w.t.Helper()
	r, err := report.NewService(w.Store.Reports(), func() time.Time { return w.now }).Rebuild(w.t.Context(), w.Org, false)
	if err != nil || !r.Clean() {
		w.t.Errorf("%s: %+v, %v", when, r.Differences[:min(3, len(r.Differences))], err)
	}
}

func TestQuestionsAreCountedWhenAVisitIsPublishedAndTakenOutAgain(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		ctx := t.Context()
		id := w.sealed()
		if n := len(w.asked()); n > 0 {
			t.Fatalf("%d questions are counted before anything is published", n)
		}
		w.now = w.now.Add(time.Hour)
		reasons := []visit.Reason{{Question: "D3", Text: "The receipt says latte."}, {Question: "D3", Text: "Please look again."}}
		if err := w.svc.SendBack(ctx, w.editor, id, reasons); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Hour)
		w.save(id, "D3=no", "D3.comment=A latte instead of a flat white.", "D4=good")
		must(w.svc.Seal(ctx, w.shopper, id))(t)
		if err := w.svc.AddNote(ctx, w.editor, id, "C1", "The photo agrees."); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Hour)
		if err := w.svc.Accept(ctx, w.editor, id); err != nil {
			t.Fatal(err)
		}
		if err := w.svc.Publish(ctx, w.editor, id); err != nil {
			t.Fatal(err)
		}
		got := w.asked()
		if all := got[visit.AllQuestions]; all.Asked != 1 {
			t.Errorf("%d visits", all.Asked)
		}
		d3, c1, c5 := got["D3"], got["C1"], got["C5"]
		if d3.Asked != 1 || d3.Bottom != 1 || d3.Mark != 0 || d3.Logged != 1 || d3.Changed != 1 || d3.Returned != 1 || d3.Noted != 0 || d3.Timed != 0 {
			t.Errorf("D3 %+v", d3)
		}
		if c1.Top != 1 || c1.Changed != 0 || c1.Logged != 1 || c1.Noted != 1 || c1.Returned != 0 || c1.Pairs != 1 || c1.Both != c1.Rest*10_000 {
			t.Errorf("C1 %+v", c1)
		}
		if c5.NA != 1 || c5.Marked != 0 {
			t.Errorf("C5 %+v", c5)
		}
		if _, hidden := got["N1"]; hidden {
			t.Error("a question is counted that was not asked")
		}
		w.books("published")
		w.now = w.now.Add(time.Hour)
		if err := w.svc.AddNote(ctx, w.editor, id, "A3", "Afterwards."); err != nil {
			t.Fatal(err)
		}
		w.books("noted afterwards")
		if err := w.svc.SetAside(ctx, w.editor, id, "The shopper knew the staff."); err != nil {
			t.Fatal(err)
		}
		if left := w.asked(); len(left) > 0 {
			t.Errorf("set aside: %+v", left)
		}
		w.books("set aside")
	})
}

func TestAReportThatAProgramSendsAfterItWasSentBackIsCountedWithWhatWasSaidBefore(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id := w.taken("non_buyer")
		d := w.device(id)
		d.passerBy()
		d.say("O1", `9`)
		p := d.all()
		must(w.svc.SealPhone(t.Context(), w.shopper, d.sub, visit.SealInput{Head: d.head, Seq: p.Acked}))(t)
		w.now = w.now.Add(time.Minute)
		if err := w.svc.SendBack(t.Context(), w.editor, id, []visit.Reason{{Question: "B2", Text: "How long was it?"}}); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Minute)
		must(w.svc.Submit(t.Context(), program(w.Org), id, visit.SubmitInput{ID: uuid.NewString(), Publish: true, Answers: raw(map[string]any{
			"A1": "09:05", "A2": 0, "A3": "yes", "A4": "yes", "A5": "na", "A6": "yes", "A7": "yes", "B1": 20, "B2": "good",
			"N1": "yes", "N2": "wow", "N3": "no", "E1": "yes", "E2": "no", "O1": 3, "O2": story, "O4": "09:10",
		})}))(t)
		got := w.asked()
		if o1, b2, a3 := got["O1"], got["B2"], got["A3"]; o1.Changed != 1 || o1.Mark != 3000 || b2.Returned != 1 || b2.Logged != 1 || a3.Changed != 0 {
			t.Errorf("O1 %+v, B2 %+v, A3 %+v", o1, b2, a3)
		}
		timed := int64(0)
		for _, q := range got {
			timed += q.Timed
		}
		if timed == 0 {
			t.Error("no time to answer is counted of a phone's report")
		}
		w.books("published")
	})
}

// logged is an op of a device.
func logged(device string, n int, q, value string, at time.Duration, mono float64) visit.Op {
	body := fmt.Sprintf(`{"seq":%d,"id":"op%d","q":%q,"v":%s,"at":%q,"mono":%v}`, n, n, q, value, noon.Add(at).Format(time.RFC3339Nano), mono)
	if mono < 0 {
		body = strings.Replace(body, fmt.Sprintf(`,"mono":%v`, mono), "", 1)
	}
	return visit.Op{Submission: device, Device: device, Seq: n, ID: fmt.Sprintf("op%d", n), Body: []byte(body), Received: noon.Add(at)}
}

func TestTimeToAnswerIsToldByPhonesAloneAndChangesByPeople(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "coffee-kiosks")
	id := w.taken("non_buyer")
	d := w.device(id)
	d.passerBy()
	d.all()
	must(w.svc.Seal(t.Context(), w.shopper, id))(t)
	p := must(w.svc.Review(t.Context(), w.editor, id))(t)
	late := logged("phone", 9, "E1", `"no"`, time.Hour, -1)
	late.Late = true
	st := visit.Stored{Visit: &p.Visit, Report: &p.Report, Place: p.Place, List: p.List, Result: &scoring.Result{}, Ops: []visit.Op{
		logged("phone", 1, "A1", `"09:05"`, 0, 0),
		logged("phone", 2, "A2", `0`, 8*time.Second, 4_000),          // the stopwatch counts, not the clock
		logged("phone", 3, "A3", `"yes"`, 24*time.Second, -1),        // no stopwatch: the clock
		logged("phone", 4, "A4", `null`, 25*time.Second, -1),         // no answer
		logged("phone", 5, "A4", `"yes"`, 25*time.Second+1e8, -1),    // too quick to be a person
		logged("phone", 6, "A6", `"yes"`, time.Hour, -1),             // did something else meanwhile
		logged("phone", 7, "A3", `"yes"`, time.Hour+time.Second, -1), // the same again is no change
		logged("phone", 8, "A2", `1`, time.Hour+2*time.Second, -1),   // a change
		late, // too late to count
		logged("form", 1, "N1", `"yes"`, 2*time.Hour, -1),                  // a page at a time
		logged("form", 2, "N2", `"wow"`, 2*time.Hour+time.Minute, -1),      // says nothing about time
		logged("program", 1, "N3", `"no"`, 3*time.Hour, -1),                // nobody filled it in
		{Device: "phone", Submission: "phone", Seq: 10, Body: []byte(`{`)}, // cannot be read
	}}
	got := map[string]visit.QuestionRollup{}
	for _, q := range st.Rollup(1).Questions {
		got[q.Question] = q
	}
	for q, want := range map[string]struct {
		logged, changed, timed int64
		seconds                float64
	}{
		"A1": {1, 0, 0, 0}, "A2": {1, 1, 1, 4}, "A3": {1, 0, 1, 16}, "A4": {1, 0, 0, 0}, "A6": {1, 0, 0, 0}, "E1": {0, 0, 0, 0},
		"N1": {1, 0, 0, 0}, "N2": {1, 0, 0, 0}, "N3": {0, 0, 0, 0},
	} {
		g := got[q]
		if g.Logged != want.logged || g.Changed != want.changed || g.Timed != want.timed {
			t.Errorf("%s: %+v", q, g)
		}
		if want.timed > 0 && (g.Time != int64(math.Round(visit.TimeUnit*math.Log2(want.seconds))) || g.Time2 != g.Time*g.Time) {
			t.Errorf("%s took %d, squared %d; want log2 of %v s", q, g.Time, g.Time2, want.seconds)
		}
	}
	out := st.Rollup(-1)
	for i, q := range st.Rollup(1).Questions {
		q.Add(&out.Questions[i])
		q.Question = ""
		if q != (visit.QuestionRollup{}) {
			t.Errorf("taken out again %+v is left", q)
		}
	}
}

func TestLinesOfWhatVisitsHungOnAreReadAsTheyAreWritten(t *testing.T) {
	lines := "1 guest 0! a:Gb 12!:un\n-3 takeaway z1\n"
	var got []visit.Turn
	if err := visit.EachTurn(lines, func(turn visit.Turn) { got = append(got, turn) }); err != nil {
		t.Fatal(err)
	}
	want := []visit.Turn{
		{Question: 0, Level: true, Scenario: "guest", Times: 1},
		{Question: 10, From: 'G', To: 'b', Scenario: "guest", Times: 1},
		{Question: 38, Level: true, From: 'u', To: 'n', Scenario: "guest", Times: 1},
		{Question: 1261, Scenario: "takeaway", Times: -3},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	for _, turn := range want {
		if err := visit.EachTurn(turn.Line(), func(again visit.Turn) {
			if again != turn {
				t.Errorf("%+v became %+v", turn, again)
			}
		}); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"guest 0!\n", "1 guest\n", "x guest 0!\n", "1 guest -1\n", "1 guest 0:G\n", "1 guest \n"} {
		if err := visit.EachTurn(bad, func(visit.Turn) {}); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
