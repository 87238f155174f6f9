package manager

import (
	"strconv"
	"testing"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
)

func TestOfALargeNetworksWorstTenthTheSurestAreInSightAndTheOthersBehindThem(t *testing.T) {
	for _, c := range []struct{ all, shown, more int }{{0, 0, 0}, {20, 20, 0}, {23, 20, 3}} {
		r := report.Comparison{Places: map[string]report.Place{}}
		for i := range c.all {
			id := strconv.Itoa(i)
			r.Places[id] = report.Place{Name: "Branch " + id}
			r.Result.Worst = append(r.Result.Worst, compare.Worst{Branch: id, P: 0.99})
		}
		l := newLeague(&choice{}, &r, nil, chart.Scale{})
		if len(l.Worst) != c.shown || len(l.MoreWorst) != c.more {
			t.Errorf("of %d: %d in sight, %d behind", c.all, len(l.Worst), len(l.MoreWorst))
		}
		if c.more > 0 && (l.Worst[0].Name != "Branch 0" || l.MoreWorst[0].Name != "Branch 20") {
			t.Errorf("not in their order: %+v, %+v", l.Worst[0], l.MoreWorst[0])
		}
	}
}

func TestAScoreIsNeverMoreThanAVisitCanHave(t *testing.T) {
	m := compare.Move{MoveRow: compare.MoveRow{Branch: "b", Before: compare.WindowMean{Points: 102.3, N: 3}, After: compare.WindowMean{Points: -0.4, N: 4}}}
	if row := newMoveRow(&choice{}, &m, report.Place{Name: "Leeds"}, 40); row.Before != "100%" || row.After != "0%" {
		t.Errorf("from %s to %s", row.Before, row.After)
	}
}
