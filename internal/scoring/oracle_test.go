package scoring

import (
	"fmt"
	"math/big"
	"slices"

	"plainclothes/internal/programme"
)

// A second scoring engine, written sentence by sentence after the rules, with big fractions, maps and no thought of
// speed. It shares no code with the first one but the types.

type naive struct {
	p       *programme.Programme
	in      Input
	visible map[string]bool
	state   map[string]string // "answered", "na", "gap", "" for what is left out
	answer  map[string]programme.Answer
	zeroed  map[string]bool
	fired   map[string][]*programme.Critical
}

func naiveScore(p *programme.Programme, in Input) Result {
	n := &naive{
		p: p, in: in, visible: map[string]bool{}, state: map[string]string{}, answer: map[string]programme.Answer{},
		zeroed: map[string]bool{}, fired: map[string][]*programme.Critical{},
	}
	n.states()
	n.criticals()
	return n.score()
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func (n *naive) states() {
	for _, s := range n.p.Sections {
		sectionShown := s.ShowIf == nil || n.holds(s.ShowIf.Root)
		for _, q := range s.Questions {
			if !sectionShown || q.ShowIf != nil && !n.holds(q.ShowIf.Root) {
				continue
			}
			n.visible[q.ID] = true
			n.state[q.ID] = n.stateOf(s, q)
		}
	}
}

func (n *naive) stateOf(s programme.Section, q programme.Question) string {
	if stage := n.stage(s); stage != "" && n.in.Stages != nil && !slices.Contains(n.in.Stages, stage) {
		if n.in.Final {
			return "gap"
		}
		return ""
	}
	a := n.in.Answers[q.ID]
	if q.Kind == programme.Multi {
		for _, c := range a.Codes {
			for _, o := range q.Options {
				if o.Code == c && o.Exclusive && len(a.Codes) > 1 {
					a.Codes = []string{c}
				}
			}
			if len(a.Codes) == 1 {
				break
			}
		}
	}
	n.answer[q.ID] = a
	switch a.State {
	case programme.Answered:
		return "answered"
	case programme.NA:
		return "na"
	case programme.NotObserved, programme.Missing:
	}
	return "gap"
}

// stage of a section: "last" is the last stage in which the scenario has a section, none is the first.
func (n *naive) stage(s programme.Section) string {
	stages := programme.StagesOf(n.p, n.in.Context.Scenario)
	switch {
	case s.Stage != "" && s.Stage != programme.LastStage:
		return s.Stage
	case len(stages) == 0:
		return ""
	case s.Stage == "":
		return stages[0].ID
	}
	return stages[len(stages)-1].ID
}

func (n *naive) holds(x programme.Node) bool {
	switch x.Op {
	case programme.OpAnd:
		return n.holds(x.Nodes[0]) && n.holds(x.Nodes[1])
	case programme.OpOr:
		return n.holds(x.Nodes[0]) || n.holds(x.Nodes[1])
	case programme.OpNot:
		return !n.holds(x.Nodes[0])
	case programme.OpFeature:
		return slices.Contains(n.in.Context.Features, x.Subject)
	}
	if x.Subject == "scenario" {
		return (n.in.Context.Scenario == x.Values[0].Text) == (x.Op == programme.OpEq)
	}
	a := n.answer[x.Subject]
	if !n.visible[x.Subject] || a.State != programme.Answered {
		return false
	}
	if x.Values[0].IsText {
		switch x.Op {
		case programme.OpNe:
			return a.Text != x.Values[0].Text
		case programme.OpIn:
			return a.Text == x.Values[0].Text || slices.Contains(a.Codes, x.Values[0].Text)
		}
		return a.Text == x.Values[0].Text
	}
	v := x.Values[0].Number
	return map[programme.Op]bool{
		programme.OpEq: a.Number == v, programme.OpNe: a.Number != v, programme.OpLt: a.Number < v,
		programme.OpLe: a.Number <= v, programme.OpGt: a.Number > v, programme.OpGe: a.Number >= v,
	}[x.Op]
}

func (n *naive) criticals() {
	for _, s := range n.p.Sections {
		for _, q := range s.Questions {
			if n.state[q.ID] != "answered" {
				continue
			}
			a := n.answer[q.ID]
			words := append([]string{a.Text}, a.Codes...)
			if isNumber(q.Kind) {
				words = []string{a.Number.String()}
			}
			for _, w := range words {
				if q.Critical != nil && slices.Contains(q.Critical.When, w) {
					n.fired[q.ID] = append(n.fired[q.ID], q.Critical)
				}
				for _, o := range q.Options {
					if o.Code == w && o.Critical != nil {
						n.fired[q.ID] = append(n.fired[q.ID], o.Critical)
					}
				}
			}
			for _, cr := range n.fired[q.ID] {
				if cr.Effect == programme.ZeroSection {
					n.zeroed[cr.Section] = true
				}
			}
		}
	}
}

func naivePossible(q *programme.Question) *big.Rat {
	switch q.Kind {
	case programme.YesNo, programme.Rating:
		return rat(int64(q.Points))
	case programme.Choice:
		var most programme.Points
		for _, o := range q.Options {
			most = max(most, o.Points)
		}
		return rat(int64(most))
	case programme.Multi:
		var sum programme.Points
		for _, o := range q.Options {
			sum += max(o.Points, 0)
		}
		if q.HasCap {
			sum = q.Cap
		}
		return rat(int64(sum))
	case programme.Number, programme.Duration, programme.Money:
		var most programme.Points
		for _, b := range q.Bands {
			most = max(most, b.Points)
		}
		return rat(int64(most))
	case programme.LevelKind:
		return rat(int64(q.Good.Points))
	}
	return rat(0)
}

func naiveEarned(q *programme.Question, a programme.Answer) *big.Rat {
	switch q.Kind {
	case programme.YesNo:
		if a.Text == "yes" && !q.Reverse || a.Text == "no" && q.Reverse {
			return rat(int64(q.Points))
		}
	case programme.Choice:
		for _, o := range q.Options {
			if o.Code == a.Text {
				return rat(int64(o.Points))
			}
		}
	case programme.Multi:
		var sum programme.Points
		for _, o := range q.Options {
			if slices.Contains(a.Codes, o.Code) {
				sum += o.Points
			}
		}
		if most := naivePossible(q); rat(int64(sum)).Cmp(most) > 0 {
			return most
		}
		return rat(int64(max(sum, 0)))
	case programme.Rating:
		x := new(big.Rat).Sub(big.NewRat(int64(a.Number), 10_000), rat(int64(q.ScaleLo)))
		x.Quo(x, rat(int64(q.ScaleHi-q.ScaleLo)))
		return x.Mul(x, rat(int64(q.Points)))
	case programme.Number, programme.Duration, programme.Money:
		for _, b := range q.Bands {
			if b.Open || a.Number <= b.UpTo {
				return rat(int64(b.Points))
			}
		}
	case programme.LevelKind:
		if a.Text != "below" {
			return rat(int64(q.Good.Points))
		}
	}
	return rat(0)
}

func naiveWow(q *programme.Question, a programme.Answer) int64 {
	if q.Kind == programme.LevelKind && a.Text == "wow" || q.Kind == programme.WowKind && a.Text == "yes" {
		return int64(q.Wow.Points)
	}
	return 0
}

// naiveSum is what some questions give: earned, possible, WOW earned and available, Good points of gaps.
type naiveSum struct{ e, p, we, wa, gap *big.Rat }

func (n *naive) sum(want func(s programme.Section, q programme.Question) bool) naiveSum {
	x := naiveSum{rat(0), rat(0), rat(0), rat(0), rat(0)}
	for _, s := range n.p.Sections {
		for _, q := range s.Questions {
			if !want(s, q) {
				continue
			}
			switch n.state[q.ID] {
			case "answered":
				x.e.Add(x.e, naiveEarned(&q, n.answer[q.ID]))
				x.p.Add(x.p, naivePossible(&q))
				x.we.Add(x.we, rat(naiveWow(&q, n.answer[q.ID])))
				if q.Kind == programme.LevelKind || q.Kind == programme.WowKind {
					x.wa.Add(x.wa, rat(int64(q.Wow.Points)))
				}
			case "gap":
				x.gap.Add(x.gap, naivePossible(&q))
			}
		}
	}
	return x
}

func plus(a, b *big.Rat) *big.Rat    { return new(big.Rat).Add(a, b) }
func mult(a, b *big.Rat) *big.Rat    { return new(big.Rat).Mul(a, b) }
func ratioOf(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

// halfUp rounds x × scale: floor(x·scale + ½).
func halfUp(x *big.Rat, scale int64) int64 {
	y := plus(mult(x, rat(scale)), big.NewRat(1, 2))
	return new(big.Int).Div(y.Num(), y.Denom()).Int64()
}

func (n *naive) weight(id string) *big.Rat {
	for _, w := range n.p.Policy.Weights {
		if w.Section == id {
			return rat(int64(w.Weight))
		}
	}
	return rat(0)
}

// policy gives what a sum counts as.
func (n *naive) policy(x naiveSum) (e, p *big.Rat) {
	switch n.p.Policy.Wow {
	case programme.WowBonus:
		return plus(x.e, x.we), x.p
	case programme.WowExpected:
		return plus(x.e, x.we), plus(x.p, x.wa)
	}
	return x.e, x.p
}

func (n *naive) base() *big.Rat {
	upper, lower := rat(0), rat(0)
	for _, s := range n.p.Sections {
		e, p := n.policy(n.sum(func(t programme.Section, _ programme.Question) bool { return t.ID == s.ID }))
		if n.zeroed[s.ID] {
			e = rat(0)
		}
		if len(n.p.Policy.Weights) > 0 {
			if p.Sign() == 0 {
				continue
			}
			e, p = mult(n.weight(s.ID), ratioOf(e, p)), n.weight(s.ID)
		}
		upper, lower = plus(upper, e), plus(lower, p)
	}
	if lower.Sign() == 0 {
		return nil
	}
	base := ratioOf(upper, lower)
	if top := big.NewRat(int64(n.p.Policy.BonusCapBP), 10_000); n.p.Policy.Wow == programme.WowBonus && base.Cmp(top) > 0 {
		return top
	}
	return base
}

func (n *naive) score() Result {
	all := n.sum(func(programme.Section, programme.Question) bool { return true })
	r := Result{Engine: EngineVersion, Wow: WowPoints{programme.Points(halfUp(all.we, 1)), programme.Points(halfUp(all.wa, 1))}}
	if whole := plus(all.p, all.gap); whole.Sign() > 0 {
		bp := int(halfUp(ratioOf(all.p, whole), 10_000))
		r.CompletenessBP = &bp
	}
	limit, fails := 10_000*10_000, false
	for _, q := range questionsOf(n.p) {
		for i, cr := range n.fired[q.ID] {
			if i == 0 {
				r.Criticals = append(r.Criticals, q.ID)
			}
			if cr.Effect == programme.CapVisit {
				limit = min(limit, cr.CapBP)
			}
			fails = fails || cr.Effect == programme.FailVisit
		}
	}
	if base := n.base(); base != nil {
		bp := int(halfUp(base, 10_000))
		final := min(bp, limit)
		r.BaseBP, r.FinalBP = &bp, &final
	}
	r.Level = n.level(r, all, fails)
	n.sections(&r)
	n.standards(&r)
	return r
}

func (n *naive) level(r Result, all naiveSum, fails bool) Level {
	share := big.NewRat(int64(n.p.Levels.WowMinShareBP), 10_000)
	switch {
	case r.FinalBP == nil, r.CompletenessBP != nil && *r.CompletenessBP < n.p.Policy.MinCompleteness:
		return NotScorable
	case fails:
		return Failed
	case *r.FinalBP >= n.p.Levels.WowMinBP && len(r.Criticals) == 0 && all.wa.Sign() > 0 && ratioOf(all.we, all.wa).Cmp(share) >= 0:
		return WOW
	case *r.FinalBP >= n.p.Levels.GoodMinBP:
		return Good
	}
	return Below
}

func (n *naive) sections(r *Result) {
	for _, s := range n.p.Sections {
		x := n.sum(func(t programme.Section, _ programme.Question) bool { return t.ID == s.ID })
		e, p := x.e, x.p
		if n.p.Policy.Wow == programme.WowExpected {
			e, p = n.policy(x)
		}
		if p.Sign() == 0 {
			continue
		}
		sec := SectionResult{
			Section: s.ID, Zeroed: n.zeroed[s.ID], Possible: programme.Points(halfUp(x.p, 1)),
			Wow:    WowPoints{programme.Points(halfUp(x.we, 1)), programme.Points(halfUp(x.wa, 1))},
			Weight: int(halfUp(n.weight(s.ID), 1)),
		}
		if !sec.Zeroed {
			sec.BP, sec.Earned = int(halfUp(ratioOf(e, p), 10_000)), programme.Points(halfUp(x.e, 1))
		}
		r.Sections = append(r.Sections, sec)
	}
}

func (n *naive) standards(r *Result) {
	for _, st := range n.p.Standards {
		x := n.sum(func(_ programme.Section, q programme.Question) bool { return q.Standard == st.ID })
		res := StandardResult{Standard: st.ID, WowOffered: x.wa.Sign() > 0, Outcome: n.outcome(st, x)}
		part := n.part(r, func(q programme.Question) bool { return q.Standard == st.ID })
		res.Share, res.Rate = part.Share, part.Rate
		r.Standards = append(r.Standards, res)
	}
	r.Unlinked = n.part(r, func(q programme.Question) bool { return q.Standard == "" })
}

func (n *naive) outcome(st programme.Standard, x naiveSum) Outcome {
	for _, q := range questionsOf(n.p) {
		if q.Standard == st.ID && len(n.fired[q.ID]) > 0 {
			return OutcomeBelow
		}
	}
	possible := plus(x.p, x.gap)
	if possible.Sign() == 0 {
		return OutcomeNA
	}
	class := func(g *big.Rat) Outcome {
		switch {
		case g.Cmp(big.NewRat(int64(st.MetShareBP), 10_000)) >= 0:
			return OutcomeGood
		case g.Sign() > 0 && g.Cmp(big.NewRat(int64(st.PartialShareBP), 10_000)) >= 0:
			return OutcomePartial
		}
		return OutcomeBelow
	}
	lo, hi := class(ratioOf(x.e, possible)), class(ratioOf(plus(x.e, x.gap), possible))
	switch {
	case lo != hi:
		return OutcomeUnknown
	case lo == OutcomeGood && x.wa.Sign() > 0 && ratioOf(x.we, x.wa).Cmp(big.NewRat(int64(st.WowShareBP), 10_000)) >= 0:
		return OutcomeWow
	}
	return lo
}

// part gives share and rate of some questions, without zeroed sections and bonus.
func (n *naive) part(r *Result, want func(programme.Question) bool) Part {
	if r.BaseBP == nil {
		return Part{}
	}
	plain := *n
	policy := n.p.Policy
	if policy.Wow == programme.WowBonus {
		policy.Wow = programme.WowSeparate
	}
	copied := *n.p
	copied.Policy = policy
	plain.p = &copied
	share, brings, weights := rat(0), rat(0), rat(0)
	_, total := plain.policy(plain.sum(func(programme.Section, programme.Question) bool { return true }))
	for _, s := range n.p.Sections {
		_, p := plain.policy(plain.sum(func(t programme.Section, _ programme.Question) bool { return t.ID == s.ID }))
		if p.Sign() == 0 {
			continue
		}
		e2, p2 := plain.policy(plain.sum(func(t programme.Section, q programme.Question) bool { return t.ID == s.ID && want(q) }))
		w := ratioOf(p, total)
		if len(n.p.Policy.Weights) > 0 {
			w = n.weight(s.ID)
		}
		weights = plus(weights, w)
		share, brings = plus(share, mult(w, ratioOf(p2, p))), plus(brings, mult(w, ratioOf(e2, p)))
	}
	if share.Sign() == 0 {
		return Part{}
	}
	return Part{Share: halfUp(ratioOf(share, weights), 1e9), Rate: halfUp(ratioOf(brings, share), 1e9)}
}

func describe(p *programme.Programme, in Input) string {
	return fmt.Sprintf("policy %+v levels %+v\nstandards %+v\nsections %+v\ninput %+v", p.Policy, p.Levels, p.Standards, p.Sections, in)
}
