package studio

import (
	"context"
	"slices"

	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
)

// Counted is what the published visits of one window say about one programme. Each standard, and the score, is counted
// in one series: visits before and after a change of definition are never mixed.
type Counted struct {
	Programme Programme
	Window    Window
	Today     string
	Edition   Edition // whose targets judge: the version in force on the window's last day
	Branches  []org.Branch
	Sums      Sums   // rows of the chosen series only
	Score     Choice // of the score
	Standards map[string]Choice
}

// Choice is which series was counted.
type Choice struct {
	Series string
	Older  bool  // no visit has the definition in force yet: these are the newest that there are
	Visits int64 // counted
	Apart  int64 // visits of the window in other series, left out
}

// Counts are what a window is counted from.
type Counts struct {
	Programme Programme
	Window    Window
	Scenario  string // "" for all
	Today     string
}

// Count reads the rollups of a window and chooses the series to show. It is NotFound when nothing was published yet.
func Count(ctx context.Context, tx Reading, shelf *Shelf, of Counts) (Counted, error) {
	c := Counted{Programme: of.Programme, Window: of.Window, Today: of.Today}
	versions, err := tx.Versions(ctx, of.Programme.Org, of.Programme.ID)
	if err != nil {
		return c, err
	}
	v, ok := InForce(versions, of.Window.LastDay(of.Today))
	if !ok {
		return c, fault.New(fault.NotFound, "This programme has no published version yet.")
	}
	if c.Edition, err = shelf.Edition(ctx, tx, v); err != nil {
		return c, err
	}
	if c.Branches, err = tx.Branches(ctx, of.Programme.Org); err != nil {
		return c, err
	}
	sums, err := tx.Sums(ctx, of.Programme.Org, SumQuery{Programme: of.Programme.ID, Window: of.Window, Scenario: of.Scenario})
	if err != nil {
		return c, err
	}
	return c, c.choose(ctx, tx, shelf, sums, versions)
}

// chooser picks series: that of the edition, or else of the newest version whose series has visits.
type chooser struct {
	tx       Reading
	shelf    *Shelf
	versions []Version // newest first
}

// choose keeps one series of each standard and of the score.
func (c *Counted) choose(ctx context.Context, tx Reading, shelf *Shelf, sums Sums, versions []Version) error {
	ch := chooser{tx: tx, shelf: shelf, versions: versions}
	scores := map[string]int64{}
	for _, r := range sums.Cells {
		scores[r.Series] += r.N + r.Unscored
	}
	var err error
	c.Score, err = ch.choice(ctx, scores, c.Edition.List.ScoreSeries, func(l *visit.Checklist) string { return l.ScoreSeries })
	if err != nil {
		return err
	}
	if c.Standards, err = ch.standards(ctx, sums, c.Edition.List); err != nil {
		return err
	}
	c.Sums = c.Chosen(sums)
	return nil
}

// standards chooses for every standard of the edition.
func (ch chooser) standards(ctx context.Context, sums Sums, list *visit.Checklist) (map[string]Choice, error) {
	seen := map[string]map[string]int64{}
	for _, r := range sums.Standards {
		if seen[r.Standard] == nil {
			seen[r.Standard] = map[string]int64{}
		}
		seen[r.Standard][r.Series] += r.N + r.NA + r.Unknown
	}
	all := map[string]Choice{}
	for _, s := range list.Programme.Standards {
		c, err := ch.choice(ctx, seen[s.ID], list.Series[s.ID], func(l *visit.Checklist) string { return l.Series[s.ID] })
		if err != nil {
			return nil, err
		}
		all[s.ID] = c
	}
	return all, nil
}

// choice is made among series with visits.
func (ch chooser) choice(
	ctx context.Context, visits map[string]int64, current string, of func(*visit.Checklist) string,
) (Choice, error) {
	c := Choice{Series: current}
	var total int64
	for _, n := range visits {
		total += n
	}
	if total > 0 && visits[current] == 0 {
		older, err := ch.newestWith(ctx, visits, of)
		if err != nil {
			return c, err
		}
		if older != "" {
			c.Series, c.Older = older, true
		}
	}
	c.Visits = visits[c.Series]
	c.Apart = total - c.Visits
	return c, nil
}

// newestWith is the series of the newest version whose series has visits, "" when none of them has.
func (ch chooser) newestWith(ctx context.Context, visits map[string]int64, of func(*visit.Checklist) string) (string, error) {
	for _, v := range ch.versions {
		if v.State != Published {
			continue
		}
		e, err := ch.shelf.Edition(ctx, ch.tx, v)
		if err != nil {
			return "", err
		}
		if series := of(e.List); visits[series] > 0 {
			return series, nil
		}
	}
	return "", nil
}

// Chosen keeps the rows of the series that are counted: the same rows where there are no others.
func (c *Counted) Chosen(sums Sums) Sums {
	return Sums{
		Cells: kept(sums.Cells, func(r *CellSum) bool { return r.Series == c.Score.Series }),
		Standards: kept(sums.Standards, func(r *StandardSum) bool {
			choice, ok := c.Standards[r.Standard]
			return ok && r.Series == choice.Series
		}),
	}
}

// kept leaves the rows alone and gives those of them that count.
func kept[R any](rows []R, counts func(*R) bool) []R {
	for i := range rows {
		if counts(&rows[i]) {
			continue
		}
		out := slices.Clone(rows[:i])
		for ; i < len(rows); i++ {
			if counts(&rows[i]) {
				out = append(out, rows[i])
			}
		}
		return out
	}
	return rows
}

// Input is what compare judges, with the targets of a programme. shown says which branches the reader may see; all
// others with visits are peers in the background. Competitors are no peers and are left out, and so are closed branches
// without visits; other closed ones stay in the background.
func (c *Counted) Input(targets *programme.Programme, shown func(*org.Branch) bool) compare.Input {
	in := compare.Input{
		Standards: StandardsOf(targets), TargetBP: targets.Levels.GoodMinBP, Peers: compare.SameFormat,
		Shares: make([]compare.ShareCell, 0, len(c.Sums.Standards)), Scores: make([]compare.ScoreCell, 0, len(c.Sums.Cells)),
	}
	for i := range c.Sums.Cells {
		r := &c.Sums.Cells[i]
		in.Scores = append(in.Scores, compare.ScoreCell{Branch: r.Branch, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2}})
	}
	for i := range c.Sums.Standards {
		r := &c.Sums.Standards[i]
		in.Shares = append(in.Shares, compare.ShareCell{Branch: r.Branch, Standard: r.Standard, Counts: CountsOf(&r.StandardRollup)})
	}
	in.Branches = c.Listed(shown)
	return in
}

// Listed are the branches of Input, by themselves.
func (c *Counted) Listed(shown func(*org.Branch) bool) []compare.Branch {
	visited := map[string]bool{}
	for i := range c.Sums.Cells {
		if r := &c.Sums.Cells[i]; r.N > 0 {
			visited[r.Branch] = true
		}
	}
	for i := range c.Sums.Standards {
		if r := &c.Sums.Standards[i]; r.N > 0 {
			visited[r.Branch] = true
		}
	}
	var all []compare.Branch
	for i := range c.Branches {
		b := &c.Branches[i]
		background := !b.Active || !shown(b)
		if b.Kind == org.Competitor || background && !visited[b.ID] {
			continue
		}
		all = append(all, compare.Branch{ID: b.ID, Name: b.Name, Format: b.Format, Region: b.Region, Background: background})
	}
	return all
}

// Everyone shows every branch.
func Everyone(*org.Branch) bool { return true }

// StandardsOf gives a programme's standards as compare wants them, in file order.
func StandardsOf(p *programme.Programme) []compare.Standard {
	all := make([]compare.Standard, len(p.Standards))
	for i := range p.Standards {
		s := &p.Standards[i]
		all[i] = compare.Standard{
			ID: s.ID, Title: s.Title, GoodTargetBP: s.GoodTargetBP, WowTargetBP: s.WowTargetBP,
			Criticality: compare.Criticality(criticality(s)), Weight: float64(s.Weight),
		}
	}
	return all
}

// CountsOf takes the counts out of a rollup.
func CountsOf(r *visit.StandardRollup) compare.Counts {
	return compare.Counts{
		N: int(r.N), X: int(r.X), NWow: int(r.NWow), XWow: int(r.XWow), Partial: int(r.Partial), NA: int(r.NA), Unknown: int(r.Unknown),
	}
}
