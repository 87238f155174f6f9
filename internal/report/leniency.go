package report

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
)

// Leniency is how strict shoppers are beside their colleagues, for editors alone: advice, not accusation.
type Leniency struct {
	Frame
	SD       float64 // how much shoppers differ, in points
	Declined []compare.Declined
	Rows     []LenientShopper // those of whom something is said first, then by visits
	Quiet    int              // shoppers of whom nothing is said
}

// LenientShopper is one shopper by the name that editors know.
type LenientShopper struct {
	Member, Alias string
	compare.ShopperLeniency
}

// mostHabits is how many visits habits are read from.
const mostHabits = 6_000

// Leniency compares shoppers on the same branches. It is for those who check reports.
func (s *Service) Leniency(ctx context.Context, a auth.Actor, q Query) (l Leniency, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if !a.May(auth.ReportReview) {
			return fault.New(fault.Forbidden, "Your role here does not include this.")
		}
		x, err := s.study(ctx, tx, a, auth.ReportReview, q)
		if err != nil {
			return err
		}
		l.Frame = x.frame()
		found, err := once(s.works, x.key("leniency"), func() (compare.LeniencyReport, int, error) {
			r, err := s.workLeniency(ctx, x)
			return r, len(r.Shoppers), err
		})
		if err != nil {
			return err
		}
		l.SD, l.Declined = found.SD, found.Declined
		return l.name(ctx, x, found.Shoppers)
	})
	return l, wrap("compare shoppers", err)
}

func (s *Service) workLeniency(ctx context.Context, x *study) (compare.LeniencyReport, error) {
	in, err := s.crossedInput(ctx, x)
	if err != nil {
		return compare.LeniencyReport{}, err
	}
	named := make([]compare.VisitCell, 0, len(in.Cells)) // the cells themselves are shared
	for _, c := range in.Cells {
		if c.Shopper != "" {
			named = append(named, c)
		}
	}
	in.Cells = named
	habits, err := x.habits(ctx, s)
	if err != nil {
		return compare.LeniencyReport{}, err
	}
	return compare.Leniency(in, habits), nil
}

// habits are how shoppers fill in reports: how many answers do not apply, and how much answers of one visit differ.
func (x *study) habits(ctx context.Context, s *Service) ([]compare.Habits, error) {
	rows, err := x.tx.Judged(ctx, x.programme.Org, x.programme.ID, x.window, mostHabits)
	if err != nil {
		return nil, err
	}
	by := map[string]*compare.Habits{}
	for i := range rows {
		r := &rows[i]
		if r.Shopper == "" {
			continue
		}
		e, err := s.shelf.Edition(ctx, x.tx, studio.Version{Org: x.programme.Org, ID: r.Version})
		if err != nil {
			return nil, err
		}
		h := by[r.Shopper]
		if h == nil {
			h = &compare.Habits{Shopper: r.Shopper}
			by[r.Shopper] = h
		}
		addHabit(h, e.List.Programme, r)
	}
	all := make([]compare.Habits, 0, len(by))
	for _, h := range by {
		all = append(all, *h)
	}
	slices.SortFunc(all, func(a, b compare.Habits) int { return cmp.Compare(a.Shopper, b.Shopper) })
	return all, nil
}

func addHabit(h *compare.Habits, p *programme.Programme, r *Judged) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(r.Answers, &raw) != nil {
		return
	}
	h.Visits++
	for _, a := range answers(p, raw) {
		switch a.State {
		case programme.Answered, programme.NotObserved:
			h.Answers++
		case programme.NA:
			h.Answers++
			h.NA++
		case programme.Missing:
		}
	}
	n, sum, sum2 := 0.0, 0.0, 0.0
	for _, o := range r.Outcomes {
		if v := met(o, o.Series); !math.IsNaN(v) {
			n, sum, sum2 = n+1, sum+v, sum2+v*v
		}
	}
	if n >= 2 {
		v := (sum2 - sum*sum/n) / (n - 1)
		h.Spread.N++
		h.Spread.Sum += v
		h.Spread.Sum2 += v * v
	}
}

// name gives shoppers the names that editors know, those of whom something is said first.
func (l *Leniency) name(ctx context.Context, x *study, all []compare.ShopperLeniency) error {
	ids := make([]string, 0, len(all))
	for i := range all {
		ids = append(ids, all[i].Shopper)
	}
	names, err := x.tx.Shoppers(ctx, x.programme.Org, ids)
	if err != nil {
		return err
	}
	for _, sh := range all {
		if !sh.Known && len(sh.Sentences) == 0 || names[sh.Shopper] == "" {
			l.Quiet++
			continue
		}
		l.Rows = append(l.Rows, LenientShopper{Member: sh.Shopper, Alias: names[sh.Shopper], ShopperLeniency: sh})
	}
	alphabet.Sort("", l.Rows, func(r *LenientShopper) string { return r.Alias }, func(r *LenientShopper) string { return r.Member })
	slices.SortStableFunc(l.Rows, func(a, b LenientShopper) int {
		return cmp.Or(-cmp.Compare(sign(a.Clear), sign(b.Clear)), -cmp.Compare(math.Abs(a.Points), math.Abs(b.Points)))
	})
	return nil
}
