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

// Trends reads twelve months of the branches that the query names, or of one branch when only is set.
func (s *Service) Trends(ctx context.Context, a auth.Actor, q Query, only string) (t Trends, err error) {
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
		t.TargetBP = counted.Edition.List.Programme.Levels.GoodMinBP
		if only == "" {
			s.note(&d, reading{readTrends, a, q, ""})
		}
		return s.trends(ctx, tx, &d, &counted, &t, only, func(b *org.Branch) bool {
			if only != "" {
				return b.ID == only && d.reach.Covers(studio.Thing(b))
			}
			return shown(b)
		})
	})
	return t, wrap("read trends", err)
}

// trends reads the months in the series that the window is counted in, and of all branches: a branch's movement is
// judged beside that of the others.
func (s *Service) trends(ctx context.Context, tx Tx, d *desk, c *studio.Counted, t *Trends, only string, shown func(*org.Branch) bool) error {
	year, reading, err := twelveMonths(d.window.To)
	if err != nil {
		return err
	}
	t.Window = studio.Window{From: year.From.String(), To: year.To.String()}
	key := workKey{purpose: "year", sums: sumKey{org: d.programme.Org, rev: d.programme.DataRev, query: studio.SumQuery{
		Programme: d.programme.ID, Window: d.window, Scenario: d.query.Scenario,
	}}}
	all, err := once(s.works, key, func() (Trends, int, error) {
		y := Trends{}
		sums, err := cachedSums{tx, s.sums, d.programme}.Sums(ctx, d.programme.Org, studio.SumQuery{
			Programme: d.programme.ID, Window: reading, Scenario: d.query.Scenario, Monthly: true, Scores: true,
		})
		if err != nil {
			return y, 0, err
		}
		cells, spread := monthsOf(sums.Cells, c), spreadOf(c)
		drifts := year.Drift(cells, spread)
		y.Together, y.Moved, y.spread = drifts.Points, drifts.Moved, spread
		y.branches(c, cells, year, spread, drifts, studio.Everyone)
		return y, len(y.Branches), nil
	})
	if err != nil {
		return err
	}
	t.Together, t.Moved = all.Together, all.Moved
	if only == "" {
		key.purpose = "year seen by " + d.view()
		t.Branches, err = once(s.works, key, func() (map[string]Trend, int, error) {
			seen := all.seen(c, shown)
			return seen, len(seen), nil
		})
		return err
	}
	t.Branches = all.seen(c, shown)
	if d.held == nil || len(t.Branches) == 0 {
		return nil
	}
	return s.trendNow(ctx, tx, d, c, t, trendOf{only, year, reading, all.spread})
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

// trendOf is one branch's year to read.
type trendOf struct {
	branch  string
	year    compare.Window
	reading studio.Window
	spread  compare.Spread
}

// trendNow reads the months of one branch as they are now; how it moved beside the others stays as it was found.
func (s *Service) trendNow(ctx context.Context, tx Tx, d *desk, c *studio.Counted, t *Trends, of trendOf) error {
	sums, err := tx.Sums(ctx, d.programme.Org, studio.SumQuery{
		Programme: d.programme.ID, Window: of.reading, Scenario: d.query.Scenario, Branch: of.branch, Monthly: true, Scores: true,
	})
	if err != nil {
		return err
	}
	now := Trends{}
	now.branches(c, monthsOf(sums.Cells, c), of.year, of.spread, compare.Drifts{}, func(b *org.Branch) bool { return b.ID == of.branch })
	if trend, ok := now.Branches[of.branch]; ok {
		trend.Drift = t.Branches[of.branch].Drift
		t.Branches[of.branch] = trend
	}
	return nil
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
		r := &sums[i]
		m, err := compare.ParseMonth(r.Month)
		if err != nil || r.Series != c.Score.Series || !ours[r.Branch] {
			continue
		}
		all = append(all, compare.BranchMonth{Branch: r.Branch, MonthScores: compare.MonthScores{
			Month: m, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2},
		}})
	}
	return all
}

// branches draws the months of each branch shown that has any visits in them.
func (t *Trends) branches(c *studio.Counted, cells []compare.BranchMonth, year compare.Window, spread compare.Spread, drifts compare.Drifts,
	shown func(*org.Branch) bool,
) {
	mine := map[string][]compare.MonthScores{}
	for i := range c.Branches {
		if b := &c.Branches[i]; shown(b) {
			mine[b.ID] = nil
		}
	}
	for _, cell := range cells {
		if list, ok := mine[cell.Branch]; ok {
			mine[cell.Branch] = append(list, cell.MonthScores)
		}
	}
	ruler := compare.NewRuler(spread)
	t.Branches = make(map[string]Trend, len(mine))
	for id, list := range mine {
		if len(list) > 0 {
			t.Branches[id] = Trend{
				Months: ruler.Trend(list, year), Rolling: ruler.Trend(compare.Rolling(list, year, RollingMonths), year), Drift: drifts.Branches[id],
			}
		}
	}
}
