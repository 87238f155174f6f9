package report_test

import (
	"reflect"
	"testing"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
)

func TestAFunnelIsDrawnOnceForAllReadersAndAnewForANewVisit(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _ := season(t, s)
		svc := large(t, w, s)
		funnel := func(standard string, mean bool) (*compare.Funnel, compare.Funnel) {
			c := compared(t, svc, w.Owner, report.Query{})
			f, ok := c.Funnel(standard, mean)
			want, drawn := compare.ScoreFunnel(&c.Result, c.Scores)
			if standard != "" {
				want, drawn = compare.ShareFunnel(&c.Result, standard, mean)
			}
			if ok != drawn || !reflect.DeepEqual(*f, want) {
				t.Errorf("the funnel of %q (%v) is not that of the comparison", standard, mean)
			}
			return f, want
		}
		c := compared(t, svc, w.Owner, report.Query{})
		standard := c.Result.Standards[0].ID
		score, before := funnel("", false)
		if again, _ := funnel("", false); again != score || len(before.Dots) == 0 {
			t.Error("two readers have a funnel each")
		}
		for range 3 {
			funnel(standard, true)
			funnel(standard, false)
			funnel("none", false)
		}
		w.Now = w.Now.Add(time.Minute)
		bad(w, w.Branches[2], 5)
		defer svc.HoldBack()()
		if _, after := funnel("", false); reflect.DeepEqual(before, after) {
			t.Error("a new visit moves no dot")
		}
	})
}
