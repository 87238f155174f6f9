package report

import (
	"context"
	"slices"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
)

// BranchReport is one branch over a window: how its standards stand, how its months went, its latest visits.
type BranchReport struct {
	Branch     string // id
	Place      Place
	Programme  studio.Programme
	Version    studio.Version
	Query      Query
	Window     studio.Window
	TargetBP   int // of the score
	Score      compare.ScoreEstimate
	Standards  []StandardLine
	Months     []compare.TrendPoint
	Visits     []Row // the latest
	More       bool  // there are older ones
	Notes      []string
	Programmes []studio.Programme
	Scenarios  []programme.Scenario
}

// StandardLine is one standard at one branch.
type StandardLine struct {
	Standard  programme.Standard
	Outcome   compare.Outcome
	Sentence  string
	Plausible string
	Months    []MonthShare
	Gap       *compare.Gap // what it costs against all other branches; nil where definitions changed in the window
}

// MonthShare is one month of one standard: met in X of N visits.
type MonthShare struct {
	Month string
	N, X  int
}

// latest is how many visits a branch page shows.
const latest = 10

// Branch reports on one branch within the reader's reach. Other branches stand behind its estimates and are not shown.
func (s *Service) Branch(ctx context.Context, a auth.Actor, branch string, q Query) (r BranchReport, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		d, err := s.desk(ctx, tx, a, auth.ReportRead, q)
		if err != nil {
			return err
		}
		place, err := tx.Place(ctx, a.Org, branch)
		if err != nil {
			return err
		}
		if !d.reach.Covers(studio.Thing(&place.Branch)) {
			return fault.Missing("branch")
		}
		r, err = s.branch(ctx, tx, &d, &place.Branch)
		return err
	})
	return r, wrap("report on branch", err)
}

func (s *Service) branch(ctx context.Context, tx Tx, d *desk, b *org.Branch) (BranchReport, error) {
	r := BranchReport{
		Branch: b.ID, Place: Place{Code: b.Code, Name: b.Name, Region: d.regionName(b.Region), Format: b.Format},
		Programme: d.programme, Query: d.query, Window: d.window, Programmes: d.all,
	}
	counted, err := s.count(ctx, tx, d)
	if err != nil {
		return r, err
	}
	p := counted.Edition.List.Programme
	r.Version, r.Notes, r.Scenarios = counted.Edition.Meta, notes(&counted), p.Scenarios
	in := counted.Input(p, func(other *org.Branch) bool { return other.ID == b.ID })
	alone(&in, b)
	result := compare.Run(in)
	r.TargetBP = result.TargetBP
	for i := range result.Branches {
		r.Score = result.Branches[i].Score
		r.Standards = lines(p, result.Branches[i].Outcomes)
	}
	r.gaps(&counted, in)
	if err := s.months(ctx, tx, d, &counted, &r, result.Model.Spread); err != nil {
		return r, err
	}
	q := VisitQuery{Reach: d.reach, Programme: d.programme.ID, Branches: []string{b.ID}, Scenario: d.query.Scenario, Limit: latest + 1}
	r.Visits, err = tx.PublishedVisits(ctx, b.Org, q)
	if r.More = len(r.Visits) > latest; r.More {
		r.Visits = r.Visits[:latest]
	}
	return r, err
}

// alone makes sure that the branch itself is shown, a closed one or a competitor too.
func alone(in *compare.Input, b *org.Branch) {
	in.Branches = slices.DeleteFunc(in.Branches, func(x compare.Branch) bool { return x.ID == b.ID })
	in.Branches = append(in.Branches, compare.Branch{ID: b.ID, Name: b.Name, Format: b.Format, Region: b.Region})
}

// lines joins standards with their outcomes, which come in the same order.
func lines(p *programme.Programme, outcomes []compare.Outcome) []StandardLine {
	all := make([]StandardLine, len(outcomes))
	for i, o := range outcomes {
		all[i] = StandardLine{Standard: p.Standards[i], Outcome: o, Sentence: o.Sentence(), Plausible: o.Plausible(p.Standards[i].Title)}
	}
	return all
}

// gaps splits the distance to the other branches over the standards. Where a definition changed within the window the
// parts would belong to different wholes, and nothing is said.
func (r *BranchReport) gaps(c *studio.Counted, in compare.Input) {
	if c.Score.Apart > 0 || c.Score.Older {
		return
	}
	for _, choice := range c.Standards {
		if choice.Apart > 0 || choice.Older {
			return
		}
	}
	cells := make([]compare.MixCell, 0, len(c.Sums.Standards))
	for i := range c.Sums.Standards {
		row := &c.Sums.Standards[i]
		cells = append(cells, compare.MixCell{Branch: row.Branch, Standard: row.Standard, W: row.W, WR: row.WR})
	}
	for _, g := range compare.Gaps(in.Scores, cells, in.Standards) {
		if g.Branch != r.Branch {
			continue
		}
		for i := range r.Standards {
			if r.Standards[i].Standard.ID == g.Standard {
				r.Standards[i].Gap = &g
			}
		}
	}
}

// months reads the branch's sums month by month, in the same series as the window.
func (s *Service) months(ctx context.Context, tx Tx, d *desk, c *studio.Counted, r *BranchReport, spread compare.Spread) error {
	w, err := compare.MonthRange(d.window.From, d.window.To)
	if err != nil {
		return err
	}
	sums, err := tx.Sums(ctx, d.programme.Org, studio.SumQuery{
		Programme: d.programme.ID, Window: d.window, Scenario: d.query.Scenario, Branch: r.Branch, Monthly: true,
	})
	if err != nil {
		return err
	}
	var scores []compare.MonthScores
	for _, cell := range sums.Cells {
		m, err := compare.ParseMonth(cell.Month)
		if err == nil && cell.Series == c.Score.Series {
			scores = append(scores, compare.MonthScores{Month: m, Scores: compare.Scores{N: cell.N, SumBP: cell.SumBP, SumBP2: cell.SumBP2}})
		}
	}
	r.Months = compare.Trend(scores, w, spread)
	r.shares(sums.Standards, c)
	return nil
}

// shares fills in the months of each standard; a month without visits keeps its place.
func (r *BranchReport) shares(rows []studio.StandardSum, c *studio.Counted) {
	months := r.Window.Months()
	for i := range r.Standards {
		line := &r.Standards[i]
		line.Months = make([]MonthShare, len(months))
		for k, m := range months {
			line.Months[k].Month = m
		}
		for _, row := range rows {
			at, ok := slices.BinarySearch(months, row.Month)
			if ok && row.Standard == line.Standard.ID && row.Series == c.Standards[line.Standard.ID].Series {
				line.Months[at].N, line.Months[at].X = int(row.N), int(row.X)
			}
		}
	}
}
