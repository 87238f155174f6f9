package report

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
)

// Sales keeps what branches sold and what was found of it.
type Sales interface {
	// SaveSales adds weeks of branches, or replaces those that are there.
	SaveSales(ctx context.Context, org string, rows []Sale) error
	// Sales gives all weeks, by branch and week.
	Sales(ctx context.Context, org string) ([]Sale, error)
	// SalesExtent counts branches, lines, and the first and last week; zero without sales.
	SalesExtent(ctx context.Context, org string) (SalesExtent, error)
	// DeleteSales removes all sales and what was found of them.
	DeleteSales(ctx context.Context, org string) error
	SaveSalesLink(ctx context.Context, org string, l StoredLink) error
	// SalesLink is fault.NotFound where nothing was worked out.
	SalesLink(ctx context.Context, org, programme string) (StoredLink, error)
	// Append puts a change at the end of the organisation's event chain when the transaction commits.
	Append(ctx context.Context, org string, at time.Time, changes ...event.Change) error
	// LockSales makes others who change sales of the organisation wait until the transaction ends.
	LockSales(ctx context.Context, org string) error
}

// Sale is one branch's week. Weeks count as compare.WeekOf does.
type Sale struct {
	Branch   string // id
	Week     int
	Amount   float64
	Controls map[string]float64
}

// SalesExtent is how much is there.
type SalesExtent struct{ Branches, Lines, First, Last int }

// StoredLink is what was found when sales came in last.
type StoredLink struct {
	Programme string
	Lag       int
	Result    compare.SalesLink
	Made      time.Time
}

// SalesPage is what is known of sales and scores together.
type SalesPage struct {
	Frame
	Extent SalesExtent
	Link   StoredLink
	Linked bool // it was worked out
	Own    bool // the reader may bring sales in
}

// WeeksTogether is how many weeks make one period: few branches are visited every week.
const WeeksTogether = 4

// SalesLink shows what was found for the programme chosen.
func (s *Service) SalesLink(ctx context.Context, a auth.Actor, q Query) (p SalesPage, err error) {
	err = s.view(ctx, a, q, "show sales", func(x *study) error {
		p.Frame, p.Own = x.frame(), a.May(auth.BranchesEdit)
		var err error
		if p.Extent, err = x.tx.SalesExtent(ctx, a.Org); err != nil {
			return err
		}
		p.Link, err = x.tx.SalesLink(ctx, a.Org, x.programme.ID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		p.Linked = err == nil
		return err
	})
	return p, err
}

// ForgetSales removes all sales.
func (s *Service) ForgetSales(ctx context.Context, a auth.Actor) error {
	if !a.May(auth.BranchesEdit) {
		return fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	return wrap("remove sales", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if err := tx.LockSales(ctx, a.Org); err != nil {
			return err
		}
		if err := tx.DeleteSales(ctx, a.Org); err != nil {
			return err
		}
		change, err := event.New(a.Member, "sales.removed", "organisation", a.Org, map[string]int{})
		if err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, s.now(), change)
	}))
}

// Relink works out again, for every programme in use, whether sales move with its score.
func (s *Service) Relink(ctx context.Context, a auth.Actor, lag int) error {
	var links []StoredLink
	err := s.repo.View(ctx, a.Org, func(tx Tx) error {
		all, err := tx.Programmes(ctx, a.Org)
		if err != nil {
			return err
		}
		sales, err := tx.Sales(ctx, a.Org)
		if err != nil {
			return err
		}
		for _, p := range all {
			if !p.Archived.IsZero() {
				continue
			}
			link, err := s.link(ctx, tx, a, p.ID, lag, sales)
			switch {
			case fault.Is(err, fault.NotFound): // nothing was published in it yet
			case err != nil:
				return err
			default:
				links = append(links, StoredLink{Programme: p.ID, Lag: lag, Result: link, Made: s.now().UTC()})
			}
		}
		return nil
	})
	if err != nil || len(links) == 0 {
		return err
	}
	return s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		for _, l := range links {
			if err := tx.SaveSalesLink(ctx, a.Org, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// link holds sales beside the scores of one programme.
func (s *Service) link(ctx context.Context, tx Tx, a auth.Actor, programme string, lag int, sales []Sale) (compare.SalesLink, error) {
	x, err := s.study(ctx, tx, a, auth.Compare, Query{Programme: programme})
	if err != nil {
		return compare.SalesLink{}, err
	}
	m, _, err := s.moves(ctx, x)
	if err != nil {
		return compare.SalesLink{}, err
	}
	cells := salesCells(sales)
	scores, err := s.weekScores(ctx, x, sales)
	if err != nil {
		return compare.SalesLink{}, err
	}
	cells, periods := compare.ByWeeks(cells, scores, WeeksTogether)
	return compare.NewSalesLink(compare.SalesInput{
		Sales: cells, Scores: periods, Lag: lag, Reliability: m.all.Reliability, Seed: seed(programme, "sales"),
	}), nil
}

// salesCells keeps the controls that every line has, in the order of their names.
func salesCells(sales []Sale) []compare.SalesCell {
	seen := map[string]int{}
	for i := range sales {
		for name := range sales[i].Controls {
			seen[name]++
		}
	}
	var names []string
	for name, n := range seen {
		if n == len(sales) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	cells := make([]compare.SalesCell, len(sales))
	for i := range sales {
		cells[i] = compare.SalesCell{Branch: sales[i].Branch, Period: sales[i].Week, Sales: sales[i].Amount}
		for _, name := range names {
			cells[i].Controls = append(cells[i].Controls, sales[i].Controls[name])
		}
	}
	return cells
}

// mostLinked is how many visits are held beside sales.
const mostLinked = 500_000

// weekScores sums the scores of the branches with sales by week.
func (s *Service) weekScores(ctx context.Context, x *study, sales []Sale) ([]compare.PeriodScore, error) {
	if len(sales) == 0 {
		return nil, nil
	}
	first, last := sales[0].Week, sales[0].Week
	for i := range sales {
		first, last = min(first, sales[i].Week), max(last, sales[i].Week)
	}
	// Scores count up to three periods before the first sales.
	from, to := weekDay(first-3*WeeksTogether), weekDay(last).AddDate(0, 0, 6)
	rows, err := x.tx.PastScores(ctx, x.programme.Org, ScoreQuery{
		Programme: x.programme.ID, From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Limit: mostLinked,
	})
	if err != nil {
		return nil, err
	}
	type key struct {
		branch string
		week   int
	}
	at := map[key]int{}
	var all []compare.PeriodScore
	for _, r := range rows {
		v, err := x.watchVisit(ctx, s, r)
		if err != nil {
			return nil, err
		}
		if v.Series != x.counted.Score.Series {
			continue
		}
		k := key{r.Branch, compare.WeekOf(v.At)}
		i, ok := at[k]
		if !ok {
			i = len(all)
			at[k] = i
			all = append(all, compare.PeriodScore{Branch: k.branch, Period: k.week})
		}
		bp := int64(r.ScoreBP)
		all[i].N++
		all[i].SumBP += bp
		all[i].SumBP2 += bp * bp
	}
	return all, nil
}

// weekDay is the Monday of a week.
func weekDay(week int) time.Time {
	return time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week)
}

// EncodeLink writes an answer down, to be kept.
func EncodeLink(l *compare.SalesLink) ([]byte, error) {
	return json.Marshal(l) //nolint:musttag // nobody else reads it: the names of its fields are the format
}

// DecodeLink reads what EncodeLink wrote.
func DecodeLink(raw []byte) (l compare.SalesLink, err error) {
	err = json.Unmarshal(raw, &l) //nolint:musttag // as EncodeLink wrote it
	return l, err
}
