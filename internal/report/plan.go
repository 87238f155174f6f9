package report

import (
	"cmp"
	"context"
	"slices"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/studio"
)

// Next is where the next visits would tell most, among the branches that the reader sees.
type Next struct {
	Known  bool // false: no target, or nothing is known of how much visits differ
	Plan   compare.NextPlan
	Visits []compare.NextVisits // of the plan, those worth most first; without those that only keep the least
}

// Outlook is what a number of visits can tell, and where to send the next ones.
type Outlook struct {
	Frame
	VisitsAMonth float64 // to each branch
	Given        bool    // the reader gave it; else as in the window
	Outlook      compare.Outlook
	Next         Next
	Budget       int
}

// NextQuery asks for a plan of visits.
type NextQuery struct {
	VisitsAMonth float64 // to each branch; 0: as many as in the window
	Budget       int     // visits of the next wave; 0: one for each branch
	Aim          compare.Aim
	Standard     string // the question is this standard instead of the score
}

// mostBudget bounds a plan.
const mostBudget = 20_000

// Outlook looks ahead.
func (s *Service) Outlook(ctx context.Context, a auth.Actor, q Query, n NextQuery) (o Outlook, err error) {
	err = s.view(ctx, a, q, "plan visits", func(x *study) error {
		o.Frame = x.frame()
		result, err := s.seen(ctx, x)
		if err != nil {
			return err
		}
		if o.VisitsAMonth, o.Given = n.VisitsAMonth, n.VisitsAMonth > 0; !o.Given {
			o.VisitsAMonth = perMonth(&result, x.window)
		}
		o.Outlook = compare.NewOutlook(compare.OutlookInput{VisitsAMonth: o.VisitsAMonth, Standards: o.Standards, ICC: alike(&result.Model)})
		if o.Budget = min(n.Budget, mostBudget); o.Budget <= 0 {
			o.Budget = max(1, len(result.Branches))
		}
		o.Next, err = s.next(ctx, x, &result, o.Budget, n.Aim, n.Standard)
		return err
	})
	return o, err
}

// Next plans one visit for each branch shown.
func (s *Service) Next(ctx context.Context, a auth.Actor, q Query) (n Next, err error) {
	err = s.view(ctx, a, q, "plan visits", func(x *study) error {
		result, err := s.seen(ctx, x)
		if err != nil {
			return err
		}
		n, err = s.next(ctx, x, &result, max(1, len(result.Branches)/4), compare.LeastHarm, "")
		return err
	})
	return n, err
}

// perMonth is how many visits a branch shown had a month.
func perMonth(r *compare.Result, w studio.Window) float64 {
	if len(r.Branches) == 0 {
		return 0
	}
	return float64(r.Headline.Visits) / float64(len(r.Branches)) / float64(max(1, len(w.Months())))
}

// alike is how alike the visits of one branch are: the branches' part of the variance of a single visit.
func alike(m *compare.Model) float64 {
	branch, visit := m.BranchSDBP/100, m.Spread.SD
	if m.Level < compare.LevelB || branch <= 0 || visit <= 0 {
		return 0
	}
	return branch * branch / (branch*branch + visit*visit)
}

// quarter is the calendar quarter so far of a date such as "2026-11-21".
func quarter(today string) studio.Window {
	m, err := compare.ParseMonth(monthOf(today))
	if err != nil {
		return studio.Window{}
	}
	first := m
	for !slices.Contains([]string{"01", "04", "07", "10"}, first.String()[5:]) {
		first--
	}
	return studio.Window{From: first.String(), To: m.String()}
}

// monthOf is the month of a date.
func monthOf(date string) string { return date[:min(7, len(date))] }

// next asks where visits are worth most.
func (s *Service) next(ctx context.Context, x *study, r *compare.Result, budget int, aim compare.Aim, standard string) (Next, error) {
	in, err := s.nextInput(ctx, x, r, standard)
	in.Budget, in.Aim = budget, aim
	if err != nil {
		return Next{}, err
	}
	return newNext(in), nil
}

// nextInput is what is believed of the branches, with the visits that each has this quarter: made, or planned and under way.
func (s *Service) nextInput(ctx context.Context, x *study, r *compare.Result, standard string) (compare.NextInput, error) {
	in := compare.NextInput{TargetBP: r.TargetBP, VisitSD: r.Model.Spread.SD}
	w := quarter(x.today)
	sums, err := cachedSums{x.tx, s.sums, x.programme}.Sums(ctx, x.programme.Org, studio.SumQuery{Programme: x.programme.ID, Window: w, Scores: true})
	if err != nil {
		return in, err
	}
	had, err := x.tx.UnderWay(ctx, x.programme.Org, x.programme.ID)
	if err != nil {
		return in, err
	}
	for i := range sums.Cells {
		had[sums.Cells[i].Branch] += int(sums.Cells[i].N + sums.Cells[i].Unscored)
	}
	at := slices.IndexFunc(r.Standards, func(k compare.Standard) bool { return k.ID == standard })
	if at >= 0 {
		in.TargetBP = r.Standards[at].GoodTargetBP
	}
	for i := range r.Branches {
		if b, ok := nextBranch(&r.Branches[i], at); ok {
			b.ThisQuarter, b.Area = had[b.ID], r.Branches[i].Region
			in.Branches = append(in.Branches, b)
		}
	}
	return in, nil
}

// nextBranch is what is believed of a branch: of its score, or of one standard.
func nextBranch(b *compare.BranchRow, standard int) (compare.NextBranch, bool) {
	if standard >= 0 {
		o := &b.Outcomes[standard]
		if o.N == 0 || o.Good.Mean <= 0 || o.Good.Mean >= 1 {
			return compare.NextBranch{}, false
		}
		n := float64(o.N) + 1
		return compare.NextBranch{ID: b.ID, Met: o.Good.Mean * n, Missed: (1 - o.Good.Mean) * n}, true
	}
	if b.Score.N == 0 || b.Score.SDBP <= 0 {
		return compare.NextBranch{}, false
	}
	return compare.NextBranch{ID: b.ID, Mean: b.Score.EstimateBP / 100, SD: b.Score.SDBP / 100}, true
}

func newNext(in compare.NextInput) Next {
	plan, ok := compare.PlanNext(in)
	n := Next{Known: ok, Plan: plan}
	for _, v := range plan.Visits {
		if v.Visits > v.Fair {
			n.Visits = append(n.Visits, v)
		}
	}
	slices.SortStableFunc(n.Visits, func(a, b compare.NextVisits) int {
		return cmp.Or(-cmp.Compare(a.Worth, b.Worth), cmp.Compare(a.Branch, b.Branch))
	})
	return n
}
