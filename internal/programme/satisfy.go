package programme

import (
	"slices"
	"strings"
	"time"
)

// possibleWorlds looks for answers and branches with which conditions hold, by trying what matters: each name's
// constants and their neighbours. It gives up, with "yes", where that would be too much.
type possibleWorlds struct {
	p      *Programme
	ix     *index
	budget int // looks at a name left for the whole programme
}

// Limits of the search.
const (
	maxWorlds      = 5_000   // for one condition
	maxLooks       = 500_000 // worlds times names, for one programme
	maxMultiCodes  = 4
	maxConstraints = 16 // names in one search
)

// domain is a name and the values that make a difference. Which slice is used follows from the name.
type domain struct {
	subject  string
	question *Question
	place    place
	feature  bool
	texts    []string // of scenario, channel, format
	answers  []Answer // of a question; the first is no answer
	consts   []Value  // that conditions mention
}

// size is how many values there are.
func (d *domain) size() int {
	switch {
	case d.feature:
		return 2
	case d.question != nil:
		return len(d.answers)
	}
	return len(d.texts)
}

// world is one choice of values.
type world struct {
	w       *possibleWorlds
	domains []*domain
	choice  []int
	shown   []truth // of the questions among the domains; unknown: not looked at yet
	env     Env
	ctx     Context
}

// holdTogether reports whether all conditions can be true at once; true when it cannot be told.
func (w *possibleWorlds) holdTogether(nodes ...*Node) bool {
	domains := w.domains(nodes)
	if len(domains) > maxConstraints {
		return true
	}
	count := 1
	for _, d := range domains {
		if count *= max(1, d.size()); count > maxWorlds {
			return true
		}
	}
	if w.budget -= count * len(domains); w.budget < 0 {
		return true
	}
	x := newWorld(w, domains)
	for range count {
		if x.allows() && x.allTrue(nodes) {
			return true
		}
		x.next()
	}
	return false
}

// domains collects the names of conditions, and of the conditions of the questions that they ask.
func (w *possibleWorlds) domains(nodes []*Node) []*domain {
	var ds []*domain
	for _, n := range nodes {
		w.collect(n, &ds)
	}
	if !slices.ContainsFunc(ds, func(d *domain) bool { return d.subject == nameScenario }) {
		ds = append(ds, &domain{subject: nameScenario})
	}
	for _, d := range ds {
		w.fill(d)
	}
	return ds
}

// collect adds the names of a condition.
func (w *possibleWorlds) collect(n *Node, ds *[]*domain) {
	for i := range n.Nodes {
		w.collect(&n.Nodes[i], ds)
	}
	if n.Subject == "" || len(*ds) > maxConstraints {
		return
	}
	feature := n.Op == OpFeature
	for _, d := range *ds {
		if d.subject == n.Subject && d.feature == feature {
			d.consts = append(d.consts, n.Values...)
			return
		}
	}
	d := &domain{subject: n.Subject, feature: feature, consts: slices.Clone(n.Values)}
	*ds = append(*ds, d)
	if at, ok := w.ix.place(w.p, n.Subject); ok && !feature {
		sec := &w.p.Sections[at.section]
		d.question, d.place = &sec.Questions[at.question], at
		for _, c := range []*Condition{sec.ShowIf, d.question.ShowIf} {
			if c != nil {
				w.collect(&c.Root, ds)
			}
		}
	}
}

// fill chooses the values of a name.
func (w *possibleWorlds) fill(d *domain) {
	switch {
	case d.feature:
	case d.question != nil:
		d.answers = append([]Answer{{}}, answersWorth(d.question, d.consts)...)
	case d.subject == nameScenario:
		for i := range w.p.Scenarios {
			d.texts = append(d.texts, w.p.Scenarios[i].ID)
		}
	case d.subject == nameChannel:
		d.texts = channels
	default:
		d.texts = []string{""}
		for _, c := range d.consts {
			d.texts = append(d.texts, c.Text)
		}
	}
}

// answersWorth gives the answers of a question that conditions with these constants can tell apart.
func answersWorth(q *Question, consts []Value) []Answer {
	switch ruleOf(q.Kind).asks {
	case condCode:
		return codesWorth(q, consts)
	case condMulti:
		return choicesWorth(q, consts)
	case condNumber:
		return numbersWorth(q, consts)
	case condTime:
		return textsWorth(consts, neighbourTimes)
	case condDate:
		return textsWorth(consts, neighbourDates)
	case condNothing, condFree:
	}
	return nil
}

// codesWorth gives the codes that are mentioned and one that is not.
func codesWorth(q *Question, consts []Value) []Answer {
	var as []Answer
	other := false
	for _, c := range q.Codes() {
		mentioned := slices.ContainsFunc(consts, func(v Value) bool { return v.Text == c })
		if mentioned || !other {
			as = append(as, Answer{State: Answered, Text: c})
			other = other || !mentioned
		}
	}
	return as
}

// choicesWorth gives the ways to choose among the mentioned options, nothing among them.
func choicesWorth(q *Question, consts []Value) []Answer {
	var codes []string
	for _, v := range consts {
		if !slices.Contains(codes, v.Text) {
			codes = append(codes, v.Text)
		}
	}
	if len(codes) > maxMultiCodes {
		codes = codes[:maxMultiCodes]
	}
	as := make([]Answer, 0, 1<<len(codes))
	for set := range 1 << len(codes) {
		a := Answer{State: Answered}
		exclusive := false
		for i, c := range codes {
			if set&(1<<i) != 0 {
				o, _ := q.Option(c)
				a.Codes, exclusive = append(a.Codes, c), exclusive || o != nil && o.Exclusive
			}
		}
		if !exclusive || len(a.Codes) == 1 {
			as = append(as, a)
		}
	}
	return as
}

// numbersWorth gives each constant and the numbers next to it that can be answers.
func numbersWorth(q *Question, consts []Value) []Answer {
	step := stepOf(q.Kind)
	var as []Answer
	for _, v := range consts {
		at := v.Number - (v.Number%step+step)%step // down to what can be an answer
		for _, n := range []Decimal{at - step, at, at + step} {
			if inRange(q, n) {
				as = addNumber(as, n)
			}
		}
	}
	if q.Kind == Rating { // a constant beside the scale leaves its ends
		return addNumber(addNumber(as, Decimal(q.ScaleLo)*DecimalOne), Decimal(q.ScaleHi)*DecimalOne)
	}
	return addNumber(as, 0)
}

// addNumber adds a number that is not there yet.
func addNumber(as []Answer, n Decimal) []Answer {
	if slices.ContainsFunc(as, func(a Answer) bool { return a.Number == n }) {
		return as
	}
	return append(as, Answer{State: Answered, Number: n})
}

// stepOf gives the distance between two answers.
func stepOf(k Kind) Decimal {
	if k == Rating {
		return DecimalOne
	}
	if k == Money {
		return DecimalOne / 100
	}
	return 1
}

// inRange reports whether a number can be an answer.
func inRange(q *Question, n Decimal) bool {
	if q.Kind == Rating {
		return n >= Decimal(q.ScaleLo)*DecimalOne && n <= Decimal(q.ScaleHi)*DecimalOne
	}
	return n >= 0 || q.Kind == Number
}

// textsWorth gives each constant and its neighbours.
func textsWorth(consts []Value, neighbours func(string) []string) []Answer {
	var as []Answer
	for _, v := range consts {
		for _, s := range append(neighbours(v.Text), v.Text) {
			as = append(as, Answer{State: Answered, Text: s})
		}
	}
	return as
}

// neighbourTimes gives a minute before and after.
func neighbourTimes(s string) []string {
	at, _ := parseClock(s)
	var out []string
	for _, m := range []int{at - 1, at + 1} {
		if m >= 0 && m < 24*60 {
			out = append(out, clock(m))
		}
	}
	return out
}

// neighbourDates gives the day before and after.
func neighbourDates(s string) []string {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return nil
	}
	return []string{at.AddDate(0, 0, -1).Format(time.DateOnly), at.AddDate(0, 0, 1).Format(time.DateOnly)}
}

// newWorld begins with the first value of every name.
func newWorld(w *possibleWorlds, ds []*domain) *world {
	x := &world{w: w, domains: ds, choice: make([]int, len(ds)), shown: make([]truth, len(ds))}
	x.env = Env{Context: &x.ctx, Answer: x.answer}
	x.reset()
	return x
}

// next goes to the next choice.
func (x *world) next() {
	for i, d := range x.domains {
		if x.choice[i]++; x.choice[i] < d.size() {
			break
		}
		x.choice[i] = 0
	}
	x.reset()
}

// reset fills the context from the choice and forgets which questions are shown.
func (x *world) reset() {
	x.ctx = Context{Features: x.ctx.Features[:0]}
	for i, d := range x.domains {
		x.shown[i] = unknown
		switch {
		case d.question != nil:
		case d.feature:
			if x.choice[i] == 1 {
				x.ctx.Features = append(x.ctx.Features, d.subject)
			}
		case len(d.texts) == 0:
		case d.subject == nameScenario:
			x.ctx.Scenario = d.texts[x.choice[i]]
		case d.subject == nameChannel:
			x.ctx.Channel = d.texts[x.choice[i]]
		case d.subject == nameFormat:
			x.ctx.Format = d.texts[x.choice[i]]
		}
	}
}

// allows reports whether the branch has the feature that the scenario requires, where the feature is asked about.
func (x *world) allows() bool {
	s, ok := x.w.p.Scenario(x.ctx.Scenario)
	if !ok || s.Requires == "" || slices.Contains(x.ctx.Features, s.Requires) {
		return true
	}
	return !slices.ContainsFunc(x.domains, func(d *domain) bool { return d.feature && d.subject == s.Requires })
}

// answer gives the chosen answer of a question, false when its conditions hide it.
func (x *world) answer(id string) (Answer, bool) {
	for i, d := range x.domains {
		if d.question == nil || d.subject != id {
			continue
		}
		if x.shown[i] == unknown {
			x.shown[i] = isFalse
			sec := &x.w.p.Sections[d.place.section]
			if sec.ShowIf.holds(&x.env) && d.question.ShowIf.holds(&x.env) {
				x.shown[i] = isTrue
			}
		}
		return d.answers[x.choice[i]], x.shown[i] == isTrue
	}
	return Answer{}, false
}

// allTrue evaluates the conditions.
func (x *world) allTrue(nodes []*Node) bool {
	for _, n := range nodes {
		if !n.Eval(&x.env) {
			return false
		}
	}
	return true
}

// Source writes a node as a condition that compiles to the same node.
func (n *Node) Source() string {
	switch n.Op {
	case OpAnd, OpOr:
		sign := map[Op]string{OpAnd: " && ", OpOr: " || "}[n.Op]
		parts := make([]string, len(n.Nodes))
		for i := range n.Nodes {
			if parts[i] = n.Nodes[i].Source(); n.Nodes[i].Op == OpOr || n.Nodes[i].Op == n.Op {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, sign)
	case OpNot:
		return "!(" + n.Nodes[0].Source() + ")"
	case OpFeature:
		return nameBranch + "." + n.Subject
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpIn:
	}
	values := make([]string, len(n.Values))
	for i, v := range n.Values {
		if values[i] = v.Number.String(); v.IsText {
			values[i] = quoteText(v.Text)
		}
	}
	if n.Op == OpIn {
		return n.Subject + " in [" + strings.Join(values, ", ") + "]"
	}
	return n.Subject + " " + string(n.Op) + " " + strings.Join(values, ", ")
}
