package report_test

import (
	"math"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
)

func TestPagesOfVeryManyVisitsSayWhatThoseOfAFewSay(t *testing.T) {
	w, few, strict := crowd(t, storetest.Any(t))
	many := large(t, w, w.Store)
	many.AtOnce(50)
	refit(t, many, w, 2)
	a, b := compared(t, few, w.Owner, report.Query{}), compared(t, many, w.Owner, report.Query{})
	sameFor(t, a, b)
	for k, o := range b.Result.Branches[0].Outcomes {
		if got := a.Result.Branches[0].Outcomes[k].Good.Level; got != compare.LevelC || o.Good.Level != compare.LevelC {
			t.Errorf("%s is at level %v, kept at %v", o.Standard, got, o.Good.Level)
		}
	}
	x, errX := few.Change(t.Context(), w.Owner, report.Query{})
	y, errY := many.Change(t.Context(), w.Owner, report.Query{})
	if errX != nil || errY != nil || !x.Adjusted || !y.Adjusted || len(y.Rows) != len(x.Rows) {
		t.Fatalf("%d rows, adjusted %v, and %d, %v; %v, %v", len(x.Rows), x.Adjusted, len(y.Rows), y.Adjusted, errX, errY)
	}
	moved := map[string]float64{}
	for _, r := range x.Rows {
		moved[r.Branch] = r.After.Points - r.Before.Points
	}
	off := 0.0
	for _, r := range y.Rows {
		off += math.Abs(r.After.Points-r.Before.Points-moved[r.Branch]) / float64(len(y.Rows))
	}
	if off > 3 || off == 0 {
		t.Errorf("changes are %.2f points off those of a fit of both windows", off)
	}
	editor := w.Member(auth.Editor)
	l, err := many.Leniency(t.Context(), editor, report.Query{Span: report.Last12})
	if err != nil || len(l.Rows) == 0 || l.Rows[0].Member != strict || !l.Rows[0].Clear {
		t.Errorf("the strict one is %s, %+v, %v", strict, l.Rows, err)
	}
	was, errX := few.Regions(t.Context(), w.Owner, report.Query{})
	is, errY := many.Regions(t.Context(), w.Owner, report.Query{})
	if errX != nil || errY != nil || len(is.Rest) != len(was.Rest) || len(is.Pairs) != len(was.Pairs) || len(is.Declined) != len(was.Declined) {
		t.Errorf("regions %+v and %+v, %v, %v", was, is, errX, errY)
	}
}
