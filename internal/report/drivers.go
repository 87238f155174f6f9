package report

import (
	"context"
	"encoding/json"
	"math"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
)

// Drivers is what an overall mark hangs together with, over the full months of a year, in the whole organisation.
type Drivers struct {
	Frame
	Months   studio.Window // full months
	Question string        // whose answer is the mark, "" when the checklist asks for none
	Scale    string        // "0–10"
	Drivers  compare.Drivers
	Left     int // older visits that were left out because there are too many
	Sides    []SidesOf
}

// SidesOf is one kind of visit against all others, such as buyers against non-buyers.
type SidesOf struct {
	Scenario  programme.Scenario
	Score     compare.Sides
	Standards []StandardSides // clear ones only, in the order of the standards
}

// StandardSides is the same for one standard.
type StandardSides struct {
	Title string
	compare.Sides
}

// mostDriven is how many visits drivers are worked out from: the newest ones.
const mostDriven = 6_000

// Drivers works out what the mark hangs together with, and how kinds of visits differ.
func (s *Service) Drivers(ctx context.Context, a auth.Actor, q Query) (d Drivers, err error) {
	err = s.view(ctx, a, q, "find drivers", func(x *study) error {
		d.Frame = x.frame()
		d.Months = fullYear(x.today)
		if err := s.drive(ctx, x, &d); err != nil {
			return err
		}
		d.Sides, err = s.sides(ctx, x)
		return err
	})
	return d, err
}

// fullYear is the twelve months before the current one: what they found hardly changes any more.
func fullYear(today string) studio.Window {
	w := studio.LastMonths(today, studio.DefaultMonths+1)
	months := w.Months()
	return studio.Window{From: months[0], To: months[len(months)-2]}
}

// driven is what was worked out, shared between readers.
type driven struct {
	drivers compare.Drivers
	left    int
}

func (s *Service) drive(ctx context.Context, x *study, d *Drivers) error {
	question, ok := mark(x.counted.Edition.List.Programme)
	if !ok {
		d.Drivers.Declined = "The checklist asks for no overall mark. Add a rating without points, such as “How likely are you to come back?”, and what it hangs together with can be told after some months."
		return nil
	}
	d.Question, d.Scale = question.Text, numbers(question)
	sums, err := cachedSums{x.tx, s.sums, x.programme}.Sums(ctx, x.programme.Org, studio.SumQuery{Programme: x.programme.ID, Window: d.Months, Scores: true})
	if err != nil {
		return err
	}
	n := scored(sums.Cells)
	key := workKey{purpose: "drivers " + x.counted.Edition.Meta.ID, sums: sumKey{
		org: x.programme.Org, rev: n, query: studio.SumQuery{Programme: x.programme.ID, Window: d.Months},
	}}
	found, err := once(s.works, key, func() (driven, int, error) {
		out, err := s.workDrivers(ctx, x, question, d.Months)
		out.left = max(0, int(n)-mostDriven)
		return out, 100, err
	})
	d.Drivers, d.Left = found.drivers, found.left
	return err
}

func numbers(q *programme.Question) string {
	return decimal(programme.Decimal(q.ScaleLo)*programme.DecimalOne) + "–" + decimal(programme.Decimal(q.ScaleHi)*programme.DecimalOne)
}

// mark finds the question whose answer is the overall mark: a rating that scores nothing and witnesses no standard.
func mark(p *programme.Programme) (*programme.Question, bool) {
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			if q.Kind == programme.Rating && !q.HasPoints && q.Standard == "" && !q.Vault {
				return q, true
			}
		}
	}
	return nil, false
}

func (s *Service) workDrivers(ctx context.Context, x *study, q *programme.Question, w studio.Window) (driven, error) {
	rows, err := x.tx.Judged(ctx, x.programme.Org, x.programme.ID, w, mostDriven)
	if err != nil {
		return driven{}, err
	}
	in := compare.DriverInput{
		Standards: studio.StandardsOf(x.counted.Edition.List.Programme), Section: sections(x), Seed: seed(x.programme.ID, w.From, w.To, "drivers"),
	}
	ours := x.ours()
	for i := range rows {
		r := &rows[i]
		overall, ok := answered(q, r.Answers)
		if !ok || ours[r.Branch] == nil {
			continue
		}
		v := compare.DriverVisit{Branch: r.Branch, Shopper: r.Shopper, Scenario: r.Scenario, Overall: overall, Met: make([]float64, len(in.Standards))}
		for k := range in.Standards {
			v.Met[k] = met(r.Outcomes[in.Standards[k].ID], x.counted.Standards[in.Standards[k].ID].Series)
		}
		in.Visits = append(in.Visits, v)
	}
	return driven{drivers: compare.NewDrivers(in)}, nil
}

// answered reads the mark out of stored answers.
func answered(q *programme.Question, raw []byte) (float64, bool) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil || all[q.ID] == nil {
		return 0, false
	}
	a, err := programme.ParseAnswer(q, all[q.ID])
	if err != nil || a.State != programme.Answered {
		return 0, false
	}
	return float64(a.Number) / float64(programme.DecimalOne), true
}

// met is 1 for Good and WOW, a half for a part, and not a number where the standard was not judged in this series.
func met(o JudgedStandard, series string) float64 {
	if o.Series != series {
		return math.NaN()
	}
	switch o.Outcome {
	case scoring.OutcomeGood, scoring.OutcomeWow:
		return 1
	case scoring.OutcomePartial:
		return 0.5
	case scoring.OutcomeBelow:
		return 0
	case scoring.OutcomeNA, scoring.OutcomeUnknown:
	}
	return math.NaN()
}

// sides compares each scenario with all others, within the branches that had both: of the window, in the branches shown.
func (s *Service) sides(ctx context.Context, x *study) ([]SidesOf, error) {
	scenarios := x.counted.Edition.List.Programme.Scenarios
	if len(scenarios) < 2 {
		return nil, nil
	}
	if len(scenarios) == 2 {
		scenarios = scenarios[:1] // the other one is its mirror
	}
	var out []SidesOf
	for _, sc := range scenarios[:min(len(scenarios), mostSides)] {
		one, err := x.side(ctx, s, sc.ID)
		if err != nil {
			return nil, err
		}
		one.Name = sc.Title
		rest, err := x.rest(ctx, s, sc.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, x.sidesOf(sc, one, rest))
	}
	return out, nil
}

// mostSides is how many scenarios are compared with the others.
const mostSides = 6

func (x *study) sidesOf(sc programme.Scenario, one, rest compare.Side) SidesOf {
	o := SidesOf{Scenario: sc, Score: compare.SidesByScore(one, rest)}
	for _, st := range studio.StandardsOf(x.counted.Edition.List.Programme) {
		if by := compare.SidesByShare(one, rest, st.ID, st.Title); by.Declined == "" && by.Clear {
			o.Standards = append(o.Standards, StandardSides{Title: st.Title, Sides: by})
		}
	}
	return o
}

// side is the visits of one scenario to the branches shown.
func (x *study) side(ctx context.Context, s *Service, scenario string) (compare.Side, error) {
	sums, err := cachedSums{x.tx, s.sums, x.programme}.Sums(ctx, x.programme.Org, studio.SumQuery{
		Programme: x.programme.ID, Window: x.window, Scenario: scenario,
	})
	if err != nil {
		return compare.Side{}, err
	}
	ours, side := x.ours(), compare.Side{}
	for i := range sums.Cells {
		r := &sums.Cells[i]
		if x.within(ours[r.Branch]) && r.Series == x.counted.Score.Series && r.N > 0 {
			side.Scores = append(side.Scores, compare.ScoreCell{Branch: r.Branch, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2}})
		}
	}
	for i := range sums.Standards {
		r := &sums.Standards[i]
		if x.within(ours[r.Branch]) && r.Series == x.counted.Standards[r.Standard].Series {
			side.Shares = append(side.Shares, compare.ShareCell{Branch: r.Branch, Standard: r.Standard, Counts: studio.CountsOf(&r.StandardRollup)})
		}
	}
	return side, nil
}

// rest is the visits of all other scenarios together.
func (x *study) rest(ctx context.Context, s *Service, but string) (compare.Side, error) {
	all := compare.Side{Name: "other visits"}
	for _, sc := range x.counted.Edition.List.Programme.Scenarios {
		if sc.ID == but {
			continue
		}
		one, err := x.side(ctx, s, sc.ID)
		if err != nil {
			return all, err
		}
		all.Scores, all.Shares = append(all.Scores, one.Scores...), append(all.Shares, one.Shares...)
		if len(x.counted.Edition.List.Programme.Scenarios) == 2 {
			all.Name = sc.Title
		}
	}
	return all, nil
}
