package report

import (
	"context"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// RollingMonths is how many months, the shown one the last, stand behind each point of a trend: as many as the usual
// window has, so that the last point and the usual comparison count the same visits.
const RollingMonths = studio.ShareMonths

// Trends are twelve months of branches, the last of them the last of the query's window.
type Trends struct {
	Window   studio.Window
	TargetBP int
	Branches map[string]Trend // by id; within the reader's reach. Readers share it: nobody may change it.
	// Together is what all branches moved in a year, in points; only where Moved, when they clearly did.
	Together float64
	Moved    bool

	spread compare.Spread
}

// Trend is twelve months of one branch.
type Trend struct {
	Months  []compare.TrendPoint // each month by itself
	Rolling []compare.TrendPoint // each with the months before it, RollingMonths in all
	Drift   compare.Drift
}

// Trends reads twelve months of the branches that the query names.
func (s *Service) Trends(ctx context.Context, a auth.Actor, q Query) (t Trends, err error) {
	err = s.patiently(ctx, a.Org, func(s *Service, tx Tx) error {
		d, err := s.desk(ctx, tx, a, auth.ReportRead, q)
		if err != nil {
			return err
		}
		shown, err := d.shown()
		if err != nil {
			return err
		}
		counted, err := s.count(ctx, tx, &d)
		if err != nil {
			return err
		}
		s.note(&d, reading{readTrends, a, q, ""})
		all, err := s.years(ctx, tx, &d, &counted)
		if err != nil {
			return err
		}
		t = all
		t.TargetBP = counted.Edition.List.Programme.Levels.GoodMinBP
		t.Branches, err = once(s.works, yearKey(&d, "year seen by "+d.view()), func() (map[string]Trend, int, error) {
			seen := all.seen(&counted, shown)
			return seen, len(seen), nil
		})
		return err
	})
	return t, wrap("read trends", err)
}

// yearKey names work on the months of the desk's data.
func yearKey(d *desk, purpose string) workKey {
	return workKey{purpose: purpose, sums: sumKey{org: d.programme.Org, rev: d.programme.DataRev, query: studio.SumQuery{
		Programme: d.programme.ID, Window: d.window, Scenario: d.query.Scenario,
	}}}
}

// years reads the months of all branches, in the series that the window is counted in: a branch's movement is judged beside that
// of the others.
func (s *Service) years(ctx context.Context, tx Tx, d *desk, c *studio.Counted) (Trends, error) {
	return once(s.works, yearKey(d, "year"), func() (Trends, int, error) {
		year, reading, err := twelveMonths(d.window.To)
		if err != nil {
			return Trends{}, 0, err
		}
		y := Trends{Window: studio.Window{From: year.From.String(), To: year.To.String()}, spread: spreadOf(c)}
		sums, err := cachedSums{tx, s.sums, d.programme}.Sums(ctx, d.programme.Org, yearQuery(d, reading, ""))
		if err != nil {
			return y, 0, err
		}
		cells := monthsOf(sums.Cells, c)
		drifts := year.Drift(cells, y.spread)
		y.Together, y.Moved = drifts.Points, drifts.Moved
		y.branches(c, cells, year, drifts)
		return y, len(y.Branches), nil
	})
}

func yearQuery(d *desk, w studio.Window, branch string) studio.SumQuery {
	return studio.SumQuery{Programme: d.programme.ID, Window: w, Scenario: d.query.Scenario, Branch: branch, Monthly: true, Scores: true}
}

// year is that of one branch by itself, with its visits as they are now; how it moved beside the others is as of when they were
// looked at.
func (s *Service) year(ctx context.Context, x *study, b *org.Branch) (Trends, error) {
	t, err := s.years(ctx, x.tx, &x.desk, &x.counted)
	if err != nil {
		return t, err
	}
	found, ok := t.Branches[b.ID]
	t.TargetBP, t.Branches = x.counted.Edition.List.Programme.Levels.GoodMinBP, map[string]Trend{}
	if ok {
		t.Branches[b.ID] = found
	}
	if x.held == nil || b.Kind == org.Competitor {
		return t, nil
	}
	year, reading, err := twelveMonths(x.window.To)
	if err != nil {
		return t, err
	}
	sums, err := x.tx.Sums(ctx, x.programme.Org, yearQuery(&x.desk, reading, b.ID))
	if err != nil {
		return t, err
	}
	var list []compare.MonthScores
	for i := range sums.Cells {
		if m, ok := monthScores(&sums.Cells[i], &x.counted); ok {
			list = append(list, m)
		}
	}
	if len(list) > 0 {
		t.Branches[b.ID] = newTrend(compare.NewRuler(t.spread), list, year, found.Drift)
	}
	return t, nil
}

// seen keeps the branches shown.
func (t *Trends) seen(c *studio.Counted, shown func(*org.Branch) bool) map[string]Trend {
	seen := make(map[string]Trend)
	for i := range c.Branches {
		if !shown(&c.Branches[i]) {
			continue
		}
		if trend, ok := t.Branches[c.Branches[i].ID]; ok {
			seen[c.Branches[i].ID] = trend
		}
	}
	return seen
}

// spreadOf is how much visits to one branch differ, in the whole network.
func spreadOf(c *studio.Counted) compare.Spread {
	in := c.Input(c.Edition.List.Programme, studio.Everyone)
	in.Standards, in.Shares, in.Brief, in.Level = nil, nil, true, compare.LevelB
	return compare.Run(in).Model.Spread
}

// twelveMonths end with the month given; the second window begins earlier, for the first rolling point.
func twelveMonths(last string) (compare.Window, studio.Window, error) {
	to, err := compare.ParseMonth(last)
	if err != nil {
		return compare.Window{}, studio.Window{}, err
	}
	from := to - studio.DefaultMonths + 1
	return compare.Window{From: from, To: to}, studio.Window{From: (from - RollingMonths + 1).String(), To: to.String()}, nil
}

// monthsOf keeps the chosen series of the score, without competitors.
func monthsOf(sums []studio.CellSum, c *studio.Counted) []compare.BranchMonth {
	ours := make(map[string]bool, len(c.Branches))
	for i := range c.Branches {
		ours[c.Branches[i].ID] = c.Branches[i].Kind != org.Competitor
	}
	all := make([]compare.BranchMonth, 0, len(sums))
	for i := range sums {
		if m, ok := monthScores(&sums[i], c); ok && ours[sums[i].Branch] {
			all = append(all, compare.BranchMonth{Branch: sums[i].Branch, MonthScores: m})
		}
	}
	return all
}

// monthScores is a sum as a month's scores; false where it is of another series.
func monthScores(r *studio.CellSum, c *studio.Counted) (compare.MonthScores, bool) {
	m, err := compare.ParseMonth(r.Month)
	return compare.MonthScores{Month: m, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2}}, err == nil && r.Series == c.Score.Series
}

// branches draws the months of each branch that has any visits in them.
func (t *Trends) branches(c *studio.Counted, cells []compare.BranchMonth, year compare.Window, drifts compare.Drifts) {
	mine := make(map[string][]compare.MonthScores, len(c.Branches))
	for _, cell := range cells {
		mine[cell.Branch] = append(mine[cell.Branch], cell.MonthScores)
	}
	ruler := compare.NewRuler(t.spread)
	t.Branches = make(map[string]Trend, len(mine))
	for id, list := range mine {
		t.Branches[id] = newTrend(ruler, list, year, drifts.Branches[id])
	}
}

func newTrend(ruler compare.Ruler, list []compare.MonthScores, year compare.Window, drift compare.Drift) Trend {
	return Trend{Months: ruler.Trend(list, year), Rolling: ruler.Trend(compare.Rolling(list, year, RollingMonths), year), Drift: drift}
}
