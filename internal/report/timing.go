package report

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Timing is what finding out about all branches of a window takes.
type Timing struct {
	Visits     int
	Level      compare.Level // of the scores
	Read       time.Duration // of the visits' scores from the database
	Score      time.Duration // the crossed model and all branches' scores
	ReadShares time.Duration // of the visits' outcomes
	Shares     time.Duration // all standards, adjusted for shoppers (level C)
	Adjusted   bool          // whether they could be
	ScoreCPU   time.Duration // of Read and Score
	SharesCPU  time.Duration // of ReadShares and Shares
}

// Time finds out about a window and says how long each part took, for the bench. Nothing is kept. cpu is the processor's time
// that this process has taken so far.
func (s *Service) Time(ctx context.Context, a auth.Actor, q Query, cpu func() time.Duration) (out Timing, err error) {
	at, spent := s.now(), cpu()
	lap := func(took, of *time.Duration) {
		before, used := at, spent
		at, spent = s.now(), cpu()
		*took, *of = at.Sub(before), *of+spent-used
	}
	var in compare.Input
	var other time.Duration
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		d, err := s.desk(ctx, tx, a, auth.Compare, q)
		if err != nil {
			return err
		}
		c, err := s.count(ctx, tx, &d)
		if err != nil {
			return err
		}
		in = c.Input(c.Edition.List.Programme, studio.Everyone)
		in.ByMonth, in.Brief = byMonth(d.window), true
		lap(&other, &other)
		if in.Cells, _, err = s.visitCells(ctx, tx, &d, &c, ""); err != nil {
			return err
		}
		lap(&out.Read, &out.ScoreCPU)
		in.Fair, err = s.fairTable(ctx, tx, &d, &c)
		lap(&out.ReadShares, &out.SharesCPU)
		return err
	})
	if err != nil {
		return out, wrap("time a comparison", err)
	}
	out.Visits = len(in.Cells)
	score := in
	score.Standards, score.Fair = nil, nil
	out.Level = compare.Run(score).Model.Level
	lap(&out.Score, &out.ScoreCPU)
	all := compare.Run(in)
	out.Adjusted = adjusted(&all)
	lap(&out.Shares, &out.SharesCPU)
	return out, nil
}

// adjusted reports whether a standard of any branch was adjusted for shoppers.
func adjusted(r *compare.Result) bool {
	for i := range r.Branches {
		for k := range r.Branches[i].Outcomes {
			if r.Branches[i].Outcomes[k].Good.Level == compare.LevelC {
				return true
			}
		}
	}
	return false
}

// fairTable reads what single visits found for each standard in the series that is counted.
func (s *Service) fairTable(ctx context.Context, tx Tx, d *desk, c *studio.Counted) (*compare.FairTable, error) {
	standards := studio.StandardsOf(c.Edition.List.Programme)
	table := compare.NewFairTable(standards)
	scored := countedVersions{s: s, tx: tx, org: d.programme.Org, series: c.Score.Series, known: map[string]bool{}}
	columns := map[string][]int{}
	found := make([]compare.Met, len(standards))
	month := monthReader{}
	err := tx.EachFact(ctx, d.programme.Org, d.networkKey().query, func(r *visit.Rollup) error {
		ok, err := scored.has(ctx, r.Fact.Version)
		if err != nil || !ok {
			return err
		}
		at, ok := columns[r.Fact.Version]
		if !ok {
			if at, err = s.columns(ctx, tx, c, r.Fact.Version); err != nil {
				return err
			}
			columns[r.Fact.Version] = at
		}
		clear(found)
		for i := range min(len(at), len(r.Fact.Marks)) {
			if at[i] >= 0 {
				found[at[i]] = metOf(r.Fact.Marks[i])
			}
		}
		cell, err := month.cell(r)
		table.Add(compare.FairVisit{
			Branch: cell.Branch, Shopper: cell.Shopper, Scenario: cell.Scenario, Month: cell.Month, ScoreBP: r.Fact.BaseBP, Outcomes: found,
		})
		return err
	})
	return table, err
}

// columns says where a version's standards stand among those that are counted, −1 for another series.
func (s *Service) columns(ctx context.Context, tx Tx, c *studio.Counted, version string) ([]int, error) {
	e, err := s.shelf.Edition(ctx, tx, studio.Version{Org: c.Programme.Org, ID: version})
	if err != nil {
		return nil, err
	}
	now := map[string]int{}
	for k := range c.Edition.List.Programme.Standards {
		now[c.Edition.List.Programme.Standards[k].ID] = k
	}
	at := make([]int, len(e.List.Programme.Standards))
	for i := range at {
		id := e.List.Programme.Standards[i].ID
		k, ok := now[id]
		if !ok || e.List.Series[id] != c.Standards[id].Series {
			k = -1
		}
		at[i] = k
	}
	return at, nil
}

// metOf reads a mark.
func metOf(mark byte) compare.Met {
	for _, o := range []scoring.Outcome{scoring.OutcomeBelow, scoring.OutcomePartial, scoring.OutcomeGood, scoring.OutcomeWow} {
		plain := visit.Mark(visit.Outcome{StandardResult: scoring.StandardResult{Outcome: o}})
		if mark|0x20 != plain {
			continue
		}
		switch o {
		case scoring.OutcomeGood:
			return compare.MetGood
		case scoring.OutcomeWow:
			return compare.MetWow
		case scoring.OutcomeBelow, scoring.OutcomePartial, scoring.OutcomeNA, scoring.OutcomeUnknown:
			return compare.MetNot
		}
	}
	return compare.MetUnknown
}
