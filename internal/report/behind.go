package report

import (
	"context"

	"plainclothes/internal/compare"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Behind reads what stands behind a comparison: sums by who visited whom, and single published visits without the hour.
type Behind interface {
	// ByShopper adds scores up by branch, shopper and scenario, and by month where asked monthly; rows come in a fixed order.
	ByShopper(ctx context.Context, org string, q studio.SumQuery) ([]ShopperSum, error)
	// PastScores gives scored published visits by day and id.
	PastScores(ctx context.Context, org string, q ScoreQuery) ([]PastScore, error)
	// Judged gives published visits of a window with their answers and outcomes, the newest months first, at most limit.
	Judged(ctx context.Context, org, programme string, w studio.Window, limit int) ([]Judged, error)
	// Found gives what the latest scored visits of one branch found for some standards, by visit and standard.
	Found(ctx context.Context, org string, q FoundQuery) ([]Found, error)
	Sender
	// Told gives the reports of some visits, in no particular order.
	Told(ctx context.Context, org string, visits []string) ([]visit.Report, error)
	// Shoppers names members as editors know them.
	Shoppers(ctx context.Context, org string, members []string) (map[string]string, error)
	Sales
}

// ShopperSum is the scores of one shopper at one branch in one scenario and series. The shopper is "" for visits that no
// member made.
type ShopperSum struct {
	Branch, Shopper, Scenario, Series string
	Month                             string // only monthly
	N, SumBP, SumBP2                  int64
}

// ScoreQuery chooses single visits by the day on which they were made, both ends included.
type ScoreQuery struct {
	Programme string
	From, To  string   // dates
	Branches  []string // nil: any
	Limit     int
}

// PastScore is one scored visit.
type PastScore struct {
	ID, Branch, Version, VisitedOn string
	ScoreBP                        int
}

// Judged is one visit with what it found for each standard.
type Judged struct {
	ID, Branch, Version, Shopper, Scenario, Month string
	Answers                                       []byte // JSON object: question → answer in wire form
	Outcomes                                      map[string]JudgedStandard
}

// JudgedStandard is the finding of one visit for one standard. Rate is the share of its points earned, in scoring's unit.
type JudgedStandard struct {
	Outcome scoring.Outcome
	Series  string
	Rate    int64
}

// FoundQuery chooses the latest visits of one branch by the day on which they were made, both ends included.
type FoundQuery struct {
	Programme, Branch string
	Scenario          string // "" for all
	From, To          string // dates
	Standards         []string
	Limit             int // visits; at most 500
}

// Found is what one visit found for one standard.
type Found struct {
	Visit, VisitedOn, Standard, Series string
	Outcome                            scoring.Outcome
}

// mostCrossed is how many visits a page adjusts for shoppers and scenarios by itself: more would keep its reader waiting.
const mostCrossed = 60_000

// cellsKey names sums by shopper for ever.
type cellsKey struct {
	sums   sumKey
	series string
}

// cells reads scores by who visited whom, in the series that the window is counted in, through the cache. They are nil
// where there are too many visits.
func (s *Service) cells(ctx context.Context, tx Tx, d *desk, series string, w studio.Window, visits int64) ([]compare.VisitCell, error) {
	if visits > s.mostAtOnce {
		return nil, nil
	}
	q := studio.SumQuery{Programme: d.programme.ID, Window: w, Scenario: d.query.Scenario, Monthly: true, Scores: true}
	key := cellsKey{sumKey{org: d.programme.Org, rev: d.programme.DataRev, query: q}, series}
	if found, ok := s.crossed.get(key); ok {
		return found, nil
	}
	rows, err := tx.ByShopper(ctx, d.programme.Org, q)
	if err != nil {
		return nil, err
	}
	cells := cellsOf(rows, series)
	s.crossed.put(key, cells, 1+len(cells))
	return cells, nil
}

// cellsOf keeps the sums of one series.
func cellsOf(rows []ShopperSum, series string) []compare.VisitCell {
	cells := make([]compare.VisitCell, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		m, err := compare.ParseMonth(r.Month)
		if err != nil || r.Series != series || r.N == 0 {
			continue
		}
		cells = append(cells, compare.VisitCell{
			Branch: r.Branch, Shopper: r.Shopper, Scenario: r.Scenario, Month: m, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2},
		})
	}
	return cells
}

// scored counts the visits with a score.
func scored(rows []studio.CellSum) (n int64) {
	for i := range rows {
		n += rows[i].N
	}
	return n
}

// monthsUnadjusted is how long a window may be for months to matter little to its branches.
const monthsUnadjusted = 4

// byMonth reports whether scores of a window are adjusted for months, too.
func byMonth(w studio.Window) bool { return len(w.Months()) > monthsUnadjusted }
