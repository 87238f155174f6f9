package report

import (
	"cmp"
	"context"
	"math"
	"slices"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// Change is one window against the one of the same length before it, for the branches that the reader sees. All branches
// of the organisation stand behind what is said of each: what they moved together, and how far luck carries.
type Change struct {
	Frame
	Before   studio.Window
	Declined string // why nothing is compared, a whole sentence; the rest is then empty
	Adjusted bool   // for shoppers and scenarios
	Moves    compare.Movements
	seenMoves
}

// PickedGroup is branches that were picked by their result in the first window, beside what luck gave them.
type PickedGroup struct {
	Title    string
	Branches []string
	Luck     compare.Luck
}

// shareWorst is the part of branches that is picked as the worst, and as the best.
const shareWorst = 0.1

// moved is what the whole organisation did: shared between readers.
type moved struct {
	declined string
	adjusted bool
	rows     []compare.MoveRow
	all      compare.Movements
}

// Change compares a window with the one before.
func (s *Service) Change(ctx context.Context, a auth.Actor, q Query) (c Change, err error) {
	err = s.view(ctx, a, q, "compare windows", func(x *study) error {
		c.Frame = x.frame()
		m, before, err := s.moves(ctx, x)
		if err != nil {
			return err
		}
		c.Before, c.Declined, c.Adjusted, c.Moves = before, m.declined, m.adjusted, m.all
		c.seenMoves, err = once(s.works, x.key("moves seen by "+x.view()), func() (seenMoves, int, error) {
			seen := m.seen(c.Places)
			return seen, len(seen.Rows), nil
		})
		return err
	})
	return c, err
}

// seenMoves is what readers of one view see of how branches moved: shared between them, nobody changes it.
type seenMoves struct {
	Rows   []compare.Move // of the branches shown, the most listed first, then by how far they moved
	Listed []string       // of them
	Picked []PickedGroup
}

// seen keeps the branches that a reader sees.
func (m *moved) seen(places map[string]Place) (c seenMoves) {
	var rows []compare.MoveRow
	for i := range m.all.Rows {
		row := m.all.Rows[i]
		if _, ok := places[row.Branch]; !ok {
			continue
		}
		c.Rows, rows = append(c.Rows, row), append(rows, row.MoveRow)
		if row.Listed {
			c.Listed = append(c.Listed, row.Branch)
		}
	}
	slices.SortStableFunc(c.Rows, func(a, b compare.Move) int {
		return cmp.Or(-cmp.Compare(sign(a.Listed), sign(b.Listed)), cmp.Compare(a.Adjusted, b.Adjusted), cmp.Compare(a.P, b.P))
	})
	c.pick(m, rows)
	return c
}

func sign(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// pick shows what luck did to the worst and to the best of the window before.
func (c *seenMoves) pick(m *moved, rows []compare.MoveRow) {
	believe, ok := compare.Believer(m.rows)
	if !ok || len(rows) < 2 {
		return
	}
	if ids, luck, ok := compare.PickWorst(rows, shareWorst, m.all.Network, believe); ok {
		c.Picked = append(c.Picked, PickedGroup{Title: "The weakest tenth of the window before", Branches: ids, Luck: luck})
	}
	best := pickBest(rows)
	picked := make([]compare.Picked, 0, len(best))
	ids := make([]string, 0, len(best))
	for _, r := range best {
		mean, sd := believe(r)
		picked = append(picked, compare.Picked{Before: r.Before.Points, After: r.After.Points, Believed: mean, BelievedVar: sd * sd, NowVar: r.After.Var})
		ids = append(ids, r.Branch)
	}
	if luck, ok := compare.ByLuck(picked, m.all.Network); ok {
		c.Picked = append(c.Picked, PickedGroup{Title: "The best tenth of the window before", Branches: ids, Luck: luck})
	}
}

// pickBest takes the best tenth by raw means, at least one.
func pickBest(rows []compare.MoveRow) []compare.MoveRow {
	all := slices.Clone(rows)
	slices.SortStableFunc(all, func(a, b compare.MoveRow) int {
		return cmp.Or(-cmp.Compare(a.Before.Points, b.Before.Points), cmp.Compare(a.Branch, b.Branch))
	})
	return all[:max(1, int(math.Floor(shareWorst*float64(len(all)))))]
}

// moves compares the windows for the whole organisation.
func (s *Service) moves(ctx context.Context, x *study) (moved, studio.Window, error) {
	before, now, err := x.windowBefore()
	if err != nil {
		return moved{}, before, err
	}
	m, err := once(s.works, x.key("moves"), func() (moved, int, error) {
		m, err := s.workMoves(ctx, x, before, now)
		return m, 2 * len(m.rows), err
	})
	return m, before, err
}

// windowBefore is the window of the same length before.
func (x *study) windowBefore() (studio.Window, compare.Window, error) {
	now, err := compare.MonthRange(x.window.From, x.window.To)
	if err != nil {
		return studio.Window{}, now, err
	}
	w := now.Before()
	return studio.Window{From: w.From.String(), To: w.To.String()}, now, nil
}

func (s *Service) workMoves(ctx context.Context, x *study, before studio.Window, now compare.Window) (moved, error) {
	var m moved
	past, err := x.scoresOf(ctx, s, before)
	if err != nil {
		return m, err
	}
	present := x.scores(x.counted.Sums.Cells)
	if len(past) == 0 || len(present) == 0 {
		m.declined = "There are no visits with a score in one of the two windows, so nothing can be compared."
		if len(present) > 0 {
			m.declined = "There is nothing to compare with: the window before has no visits, or none with the same way of scoring."
		}
		return m, nil
	}
	if err := s.fairMoves(ctx, x, &m, before, now); err != nil {
		return m, err
	}
	if !m.adjusted {
		var ok bool
		if m.rows, ok = compare.MoveRows(past, present); !ok {
			m.declined = "How much visits to one branch differ is not known: no branch has two visits in one of the windows."
			return m, nil
		}
	}
	var ok bool
	if m.all, ok = compare.NewMovements(m.rows); !ok {
		m.declined = "No branch has visits in both windows."
	}
	return m, nil
}

// fairMoves takes off what shoppers and scenarios explain, where the visits of both windows together allow it.
func (s *Service) fairMoves(ctx context.Context, x *study, m *moved, before studio.Window, now compare.Window) error {
	if n := s.at(&x.desk); n != nil && n.frozen != nil && 2*scored(x.counted.Sums.Cells) > s.mostAtOnce {
		return s.passedMoves(ctx, x, m, n.frozen, before)
	}
	both := studio.Window{From: before.From, To: x.window.To}
	cells, err := s.cells(ctx, x.tx, &x.desk, x.counted.Score.Series, both, 2*scored(x.counted.Sums.Cells))
	if err != nil || len(cells) == 0 {
		return err
	}
	in := x.counted.Input(x.counted.Edition.List.Programme, studio.Everyone)
	in.Cells, in.ByMonth = cells, true
	fair, _ := compare.NewAdjuster(in)
	if fair == nil {
		return nil
	}
	var then, after []compare.VisitCell
	for _, c := range cells {
		if now.Has(c.Month) {
			after = append(after, c)
		} else {
			then = append(then, c)
		}
	}
	m.rows, m.adjusted = fair.MoveRows(then, after)
	return nil
}

// passedMoves takes off what the fit of a large network says of shoppers and scenarios.
func (s *Service) passedMoves(ctx context.Context, x *study, m *moved, f *compare.Frozen, before studio.Window) error {
	was, ok, err := s.passedWindow(ctx, x, f, before)
	if err != nil || !ok {
		return err
	}
	is, ok, err := s.passedWindow(ctx, x, f, x.window)
	if err != nil || !ok {
		return err
	}
	past, err := x.scoresOf(ctx, s, before)
	if err != nil {
		return err
	}
	m.rows, m.adjusted = compare.PassedRows(past, x.scores(x.counted.Sums.Cells), was, is)
	return nil
}

// crossedInput are the scores of the window by who visited whom, single visits where there are very many; with what was found out
// about them before, which spares finding it out again.
func (s *Service) crossedInput(ctx context.Context, x *study) (in compare.Input, err error) {
	in = x.counted.Input(x.counted.Edition.List.Programme, studio.Everyone)
	in.ByMonth = byMonth(x.window)
	visits := scored(x.counted.Sums.Cells)
	if visits <= s.mostAtOnce {
		in.Cells, err = s.cells(ctx, x.tx, &x.desk, x.counted.Score.Series, x.window, visits)
		return in, err
	}
	if n := s.at(&x.desk); n != nil && n.frozen != nil && n.frozen.Model.Crossed != nil {
		in.Known = &n.frozen.Model.Crossed.Components
	}
	in.Cells, _, err = s.visitCells(ctx, x.tx, &x.desk, &x.counted, "")
	return in, err
}

// scoresOf reads the scores of another window in the same series.
func (x *study) scoresOf(ctx context.Context, s *Service, w studio.Window) ([]compare.ScoreCell, error) {
	sums, err := cachedSums{x.tx, s.sums, x.programme}.Sums(ctx, x.programme.Org, studio.SumQuery{
		Programme: x.programme.ID, Window: w, Scenario: x.query.Scenario, Scores: true,
	})
	return x.scores(sums.Cells), err
}

// scores keeps the series that is counted, without competitors.
func (x *study) scores(rows []studio.CellSum) []compare.ScoreCell {
	ours := x.ours()
	var all []compare.ScoreCell
	for i := range rows {
		r := &rows[i]
		if ours[r.Branch] != nil && r.Series == x.counted.Score.Series && r.N > 0 {
			all = append(all, compare.ScoreCell{Branch: r.Branch, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2}})
		}
	}
	return all
}

// within reports whether a branch is one that the reader asked for.
func (x *study) within(b *org.Branch) bool { return b != nil && b.Active && x.shown(b) }
