package report

import (
	"context"
	"slices"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// BranchReport is one branch over a window: how its standards stand, how its months went, its latest visits.
type BranchReport struct {
	Branch     string // id
	Place      Place
	Closed     bool // it is looked at by itself only: no comparison shows it
	Programme  studio.Programme
	Version    studio.Version
	Query      Query
	Window     studio.Window
	TargetBP   int // of the score
	Score      compare.ScoreEstimate
	Standards  []StandardLine
	Year       Trends          // its own only
	Level      compare.Model   // how its score was estimated, with what was declined
	Causes     *compare.Causes // why it is behind or ahead; nil where definitions changed in the window, or nobody can be compared with
	Watch      Watching
	Tallies    Tallies
	Neighbours Neighbours    // to hold it beside; none of a closed branch
	Move       *compare.Move // against the window before; nil where it cannot be told
	Before     studio.Window
	Moved      Moved   // why it is another score than in the window before
	Wow        []Story // of the latest visits
	Comments   []Story
	Visits     []Row // the latest
	More       bool  // there are older ones
	Notes      []string
	Programmes []studio.Programme
	Scenarios  []programme.Scenario
	AsOf       time.Time // of what others did; zero: now. Its own visits are always of now.
}

// StandardLine is one standard at one branch.
type StandardLine struct {
	Standard  programme.Standard
	Outcome   compare.Outcome
	Sentence  string
	Plausible string
	Months    []MonthShare
	Cause     *compare.Cause // what it costs against all other branches; nil where definitions changed in the window
}

// MonthShare is one month of one standard: met in X of N visits.
type MonthShare struct {
	Month string
	N, X  int
}

// latest is how many visits a branch page shows.
const latest = 10

// place is a branch within the reader's reach; others are as good as not there.
func (d *desk) place(ctx context.Context, tx Tx, branch string) (visit.Place, error) {
	place, err := tx.Place(ctx, d.programme.Org, branch)
	if err != nil {
		return visit.Place{}, err
	}
	if !d.reach.Covers(studio.Thing(&place.Branch)) {
		return visit.Place{}, fault.Missing("branch")
	}
	return place, nil
}

// Branch reports on one branch within the reader's reach. Other branches stand behind its estimates and are not shown.
func (s *Service) Branch(ctx context.Context, a auth.Actor, branch string, q Query) (r BranchReport, err error) {
	err = s.patiently(ctx, a.Org, func(s *Service, tx Tx) error {
		d, err := s.desk(ctx, tx, a, auth.ReportRead, q)
		if err != nil {
			return err
		}
		place, err := d.place(ctx, tx, branch)
		if err != nil {
			return err
		}
		r, err = s.branch(ctx, tx, &d, &place)
		s.note(&d, reading{readBranch, a, q, branch})
		return err
	})
	return r, wrap("report on branch", err)
}

func (s *Service) branch(ctx context.Context, tx Tx, d *desk, place *visit.Place) (BranchReport, error) {
	b := &place.Branch
	r := BranchReport{
		Branch: b.ID, Place: Place{Code: b.Code, Name: b.Name, Region: d.regionName(b.Region), Format: b.Format}, Closed: !b.Active,
		Programme: d.programme, Query: d.query, Window: d.window, Programmes: d.all,
	}
	counted, err := s.count(ctx, tx, d)
	if err != nil {
		return r, err
	}
	p := counted.Edition.List.Programme
	r.Version, r.Notes, r.Scenarios = counted.Edition.Meta, notes(&counted), p.Scenarios
	x := &study{desk: *d, tx: tx, counted: counted, shown: studio.Everyone}
	r.AsOf = d.asOfLocal()
	if b.Active && b.Kind != org.Competitor {
		r.Neighbours = few(x.beside(b.ID, inProgramme(&counted, studio.Everyone)))
	}
	own, err := x.twoWindows(ctx, b.ID)
	if err != nil {
		return r, err
	}
	if s.at(d) != nil {
		err = s.branchAmongMany(ctx, x, b, own, &r)
	} else {
		err = s.branchAmongFew(ctx, x, b, &r)
	}
	if err != nil {
		return r, err
	}
	r.shares(own.Standards, &counted)
	return r, s.beside(ctx, x, place, own, &r)
}

// branchAmongFew works everything out from the visits of all.
func (s *Service) branchAmongFew(ctx context.Context, x *study, b *org.Branch, r *BranchReport) error {
	p := x.counted.Edition.List.Programme
	in := x.counted.Input(p, func(other *org.Branch) bool { return other.ID == b.ID })
	alone(&in, b)
	result, err := s.judged(ctx, x.tx, &x.desk, &x.counted, in)
	if err != nil {
		return err
	}
	r.take(&result, p)
	r.gaps(x, in)
	return nil
}

// take is what a comparison says of the branch, the only one that it shows.
func (r *BranchReport) take(result *compare.Result, p *programme.Programme) {
	r.TargetBP, r.Level = result.TargetBP, result.Model
	for i := range result.Branches {
		r.Score = result.Branches[i].Score
		r.Standards = lines(p, result.Branches[i].Outcomes)
	}
}

// beside adds what stands beside the counts: the year, the chart, the change, the latest visits and their words.
func (s *Service) beside(ctx context.Context, x *study, place *visit.Place, own studio.Sums, r *BranchReport) (err error) {
	if r.Year, err = s.year(ctx, x, &place.Branch); err != nil {
		return err
	}
	if r.Watch, err = s.watch(ctx, x, &place.Branch, r.Level.Spread, &r.Level); err != nil {
		return err
	}
	if r.Tallies, err = s.tallies(ctx, x, &place.Branch); err != nil {
		return err
	}
	m, before, err := s.moves(ctx, x)
	if err != nil {
		return err
	}
	r.Before = before
	for i := range m.all.Rows {
		if m.all.Rows[i].Branch == r.Branch {
			row := m.all.Rows[i]
			r.Move = &row
		}
	}
	r.Moved = x.movedBy(r.Branch, own, before)
	q := VisitQuery{Reach: x.reach, Programme: x.programme.ID, Branches: []string{r.Branch}, Scenario: x.query.Scenario, Limit: latest + 1}
	if r.Visits, err = x.tx.PublishedVisits(ctx, place.Org, q); err != nil {
		return err
	}
	if r.More = len(r.Visits) > latest; r.More {
		r.Visits = r.Visits[:latest]
	}
	r.Wow, r.Comments, err = s.stories(ctx, x.tx, place, r.Visits)
	return err
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
func (r *BranchReport) gaps(x *study, in compare.Input) {
	c := &x.counted
	if !oneDefinition(c) {
		return
	}
	var own []compare.Gap
	for _, g := range compare.Gaps(in.Scores, mixOf(c.Sums.Standards), in.Standards) {
		if g.Branch == r.Branch {
			own = append(own, g)
		}
	}
	if len(own) == 0 {
		return
	}
	mine, rest := penalties(c, r.Branch)
	causes := compare.Explain(compare.CauseInput{Branch: r.Branch, Gaps: own, Compared: in, Own: mine, Rest: rest, Section: sections(x)})
	r.because(causes)
}

// because puts the causes beside the standards.
func (r *BranchReport) because(causes compare.Causes) {
	r.Causes = &causes
	for k := range causes.Standards {
		for i := range r.Standards {
			if r.Standards[i].Standard.ID == causes.Standards[k].ID {
				r.Standards[i].Cause = &causes.Standards[k]
			}
		}
	}
}

// oneDefinition reports whether the window knows one definition of the score and of each standard.
func oneDefinition(c *studio.Counted) bool {
	for _, choice := range c.Standards {
		if choice.Apart > 0 || choice.Older {
			return false
		}
	}
	return c.Score.Apart == 0 && !c.Score.Older
}

// mixOf is what was asked of each standard, and earned.
func mixOf(rows []studio.StandardSum) []compare.MixCell {
	cells := make([]compare.MixCell, len(rows))
	for i := range rows {
		r := &rows[i]
		cells[i] = compare.MixCell{Branch: r.Branch, Standard: r.Standard, W: r.W, WR: r.WR}
	}
	return cells
}

// penalties are what caps, zeros and bonuses did to the branch, and to all others.
func penalties(c *studio.Counted, branch string) (own, rest compare.Penalty) {
	for i := range c.Sums.Cells {
		row, into := &c.Sums.Cells[i], &rest
		if row.Branch == branch {
			into = &own
		}
		into.N += row.N
		into.SumBP += row.SumPenalty
	}
	return own, rest
}

// twoWindows reads a branch's sums month by month, of the window and of the one before.
func (x *study) twoWindows(ctx context.Context, branch string) (studio.Sums, error) {
	before, _, err := x.windowBefore()
	if err != nil {
		return studio.Sums{}, err
	}
	return x.tx.Sums(ctx, x.programme.Org, studio.SumQuery{
		Programme: x.programme.ID, Window: studio.Window{From: before.From, To: x.window.To}, Scenario: x.query.Scenario, Branch: branch, Monthly: true,
	})
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
