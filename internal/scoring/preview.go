package scoring

import (
	"slices"

	"plainclothes/internal/programme"
)

// Range is what a visit may still come to while answers are missing. Every way of completing it ends inside. The base
// score's ends are reached while no condition asks for a missing answer and no missing answer can zero a section; where
// one does, and for a multi question whose options cannot add up to its cap, the range errs on the wide side.
type Range struct {
	Worst, Best Bound
	// Empty says that a completion may leave nothing to score at all (a nil score, which is inside any range).
	Empty bool
	// Open are the questions with points that are asked for certain and are not answered, in file order.
	Open []string
}

// Bound is one end of a range. A nil score: there is nothing to score in any completion.
type Bound struct {
	BaseBP, FinalBP *int // basis points
	CompletenessBP  *int // basis points; nil when no question with Good points can apply
	Level           Level
}

// Preview gives the range from worst to best. In.Stages are those sealed: their answers stand, gaps included; nil means
// that nothing is sealed yet. In.Final says that all other stages have expired.
//
// In order of rank the levels are Not scorable, Failed, Below, Good, WOW.
func (c *Checklist) Preview(in Input) Range {
	f := c.forecast(&in)
	worst, ok := f.score(false)
	best, _ := f.score(true)
	r := Range{Open: f.asked, Empty: !f.certainScore()}
	r.Worst, r.Best = f.bound(worst, ok, false), f.bound(best, ok, true)
	return r
}

// maybe is the third answer to "is it so?" while answers are missing.
type maybe uint8

const (
	never maybe = iota
	perhaps
	surely
)

// forecast is one visit spread out over what may still become of it.
type forecast struct {
	c            *Checklist
	in           *Input
	env          programme.Env
	shown        []maybe
	open         []bool // the answer may still be given
	answers      []programme.Answer
	sections     []sectionForecast
	completeness []pick
	wow          []pick
	fails        maybe
	critical     maybe
	capLo, capHi int // lowest cap that may fire, lowest that surely fires
	asked        []string
}

type sectionForecast struct {
	picks  []pick
	zeroed maybe
}

// pick is something that may bring lo … hi out of `of`, or, when optional, nothing out of nothing.
type pick struct {
	lo, hi, of num
	optional   bool
}

func (c *Checklist) forecast(in *Input) *forecast {
	f := &forecast{
		c: c, in: in, shown: make([]maybe, len(c.items)), open: make([]bool, len(c.items)),
		answers: make([]programme.Answer, len(c.items)), sections: make([]sectionForecast, len(c.sections)),
		capLo: bpOne * bpOne, capHi: bpOne * bpOne,
	}
	f.env = programme.Env{Context: &in.Context, Answer: f.lookup}
	for i := range c.sections {
		f.addSection(i)
	}
	return f
}

func (f *forecast) lookup(question string) (programme.Answer, bool) {
	at, ok := f.c.index[question]
	if !ok || f.shown[at] == never {
		return programme.Answer{}, false
	}
	return f.answers[at], true
}

func (f *forecast) addSection(i int) {
	sec := &f.c.sections[i]
	show := f.shows(sec.show)
	state, sealed := f.stage(i)
	for at := sec.first; at < sec.end; at++ {
		it := &f.c.items[at]
		f.shown[at] = min(show, f.shows(it.q.ShowIf))
		if f.shown[at] == never {
			continue
		}
		if state == "" {
			f.answers[at] = f.in.Answers[it.q.ID]
			fit(it.q, &f.answers[at])
			f.open[at] = !sealed && f.answers[at].State == programme.Missing
		}
		f.addItem(at)
	}
}

// stage gives the state that the section's stage puts on its questions for good, and whether its gaps stand.
func (f *forecast) stage(section int) (state State, sealed bool) {
	stage := f.c.stageOf(section, f.in.Context.Scenario)
	switch {
	case stage != "" && slices.Contains(f.in.Stages, stage):
		return "", true
	case stage != "" && f.in.Final && f.in.Stages != nil:
		return StateExpired, true
	}
	return "", f.in.Final
}

// shows says whether a condition holds in none, some or (as far as can be told) all completions.
func (f *forecast) shows(c *programme.Condition) maybe {
	if c == nil {
		return surely
	}
	return f.holds(&c.Root)
}

func (f *forecast) holds(n *programme.Node) maybe {
	switch n.Op { //nolint:exhaustive // every other operator is a leaf
	case programme.OpAnd:
		out := surely
		for i := range n.Nodes {
			out = min(out, f.holds(&n.Nodes[i]))
		}
		return out
	case programme.OpOr:
		out := never
		for i := range n.Nodes {
			out = max(out, f.holds(&n.Nodes[i]))
		}
		return out
	case programme.OpNot:
		return surely - f.holds(&n.Nodes[0])
	}
	return f.leaf(n)
}

func (f *forecast) leaf(n *programme.Node) maybe {
	at, question := f.c.index[n.Subject]
	question = question && n.Op != programme.OpFeature
	switch {
	case question && f.shown[at] != never && f.open[at]:
		return perhaps
	case !n.Eval(&f.env):
		return never
	case question && f.shown[at] == perhaps:
		return perhaps
	}
	return surely
}

// addItem notes what a question that is or may be asked can bring.
func (f *forecast) addItem(at int) {
	it, a := &f.c.items[at], &f.answers[at]
	f.addCriticals(at)
	unsure := f.shown[at] == perhaps
	if it.pair < 0 || a.State == programme.NA {
		return
	}
	if f.open[at] && !unsure {
		f.asked = append(f.asked, it.q.ID)
	}
	switch {
	case f.open[at]:
		f.addOpen(it, unsure)
	case a.State == programme.Answered:
		good, wow := earned(it, a), wowEarned(it, a)
		f.addPicks(it, [4]num{good, good, wow, wow}, unsure)
		f.completeness = append(f.completeness, pick{lo: it.good, hi: it.good, of: it.good, optional: unsure})
	default:
		f.completeness = append(f.completeness, pick{of: it.good, optional: unsure})
	}
}

// addOpen notes a question that may still be answered, or left without an answer where its rules let it.
func (f *forecast) addOpen(it *item, unsure bool) {
	q := it.q
	leave := !q.Required || !q.MustObserve
	lo, hi := goodRange(q)
	f.addPicks(it, [4]num{lo, hi, {}, it.wow}, unsure || leave || q.NAAllowed)
	f.completeness = append(f.completeness, pick{
		lo: when(!leave, it.good), hi: it.good, of: it.good, optional: unsure || q.NAAllowed,
	})
}

// addPicks notes Good points lo, hi and WOW points lo, hi.
func (f *forecast) addPicks(it *item, n [4]num, optional bool) {
	if !it.wow.zero() {
		f.wow = append(f.wow, pick{lo: n[2], hi: n[3], of: it.wow, optional: optional})
	}
	p := pick{lo: n[0], hi: n[1], of: it.good, optional: optional}
	switch f.c.p.Policy.Wow {
	case programme.WowBonus:
		p.lo, p.hi = p.lo.add(n[2]), p.hi.add(n[3])
	case programme.WowExpected:
		p.lo, p.hi, p.of = p.lo.add(n[2]), p.hi.add(n[3]), p.of.add(it.wow)
	case programme.WowSeparate:
	}
	f.sections[it.section].picks = append(f.sections[it.section].picks, p)
}

// goodRange gives the fewest and the most Good points that an answer can earn.
func goodRange(q *programme.Question) (lo, hi num) {
	var list []programme.Points
	switch q.Kind { //nolint:exhaustive // all other kinds reach from nothing to what is possible
	case programme.Choice:
		for i := range q.Options {
			list = append(list, q.Options[i].Points)
		}
	case programme.Number, programme.Duration, programme.Money:
		for i := range q.Bands {
			list = append(list, q.Bands[i].Points)
		}
	}
	if len(list) == 0 {
		return num{}, points(q.PossibleGood())
	}
	return points(slices.Min(list)), points(slices.Max(list))
}

func (f *forecast) addCriticals(at int) {
	it, a := &f.c.items[at], &f.answers[at]
	for i := range it.critical {
		cr := &it.critical[i]
		fires := never
		switch {
		case f.open[at]:
			fires = perhaps
		case cr.fires(it.q, a):
			fires = f.shown[at]
		}
		f.addCritical(cr, fires)
	}
}

func (f *forecast) addCritical(cr *critical, fires maybe) {
	f.critical = max(f.critical, fires)
	if fires == never {
		return
	}
	switch cr.effect {
	case programme.FailVisit:
		f.fails = max(f.fails, fires)
	case programme.CapVisit:
		f.capLo = min(f.capLo, cr.capBP)
		if fires == surely {
			f.capHi = min(f.capHi, cr.capBP)
		}
	case programme.ZeroSection:
		if cr.section >= 0 {
			f.sections[cr.section].zeroed = max(f.sections[cr.section].zeroed, fires)
		}
	case programme.Flag:
	}
}

// score gives the lowest or highest score before caps of the visit; ok is false when nothing can be scored.
func (f *forecast) score(best bool) (score num, ok bool) {
	var all []pick
	for i := range f.sections {
		if f.c.weighted {
			if p, ok := f.section(i, best); ok {
				all = append(all, p)
			}
			continue
		}
		all = append(all, f.counted(i, best)...)
	}
	score, ok = extreme(all, best)
	if !ok {
		return num{}, false
	}
	return f.c.capBonus(score), true
}

// counted gives a section's picks, earning nothing where the section is, or may be for the worst end, zeroed.
func (f *forecast) counted(i int, best bool) []pick {
	sec := &f.sections[i]
	if sec.zeroed == never || best && sec.zeroed == perhaps {
		return sec.picks
	}
	out := slices.Clone(sec.picks)
	for j := range out {
		out[j].lo, out[j].hi = num{}, num{}
	}
	return out
}

// section gives a section of a weighted programme as one pick: weight × fraction out of weight.
func (f *forecast) section(i int, best bool) (p pick, ok bool) {
	picks := f.counted(i, best)
	fraction, ok := extreme(picks, best)
	w := f.c.weight(i)
	e := fraction.mul(w)
	return pick{lo: e, hi: e, of: w, optional: !certain(picks)}, ok
}

// certain reports whether something is possible in every completion.
func certain(picks []pick) bool {
	return slices.ContainsFunc(picks, func(p pick) bool { return !p.optional && !p.of.zero() })
}

func (f *forecast) certainScore() bool {
	for i := range f.sections {
		if certain(f.sections[i].picks) && (!f.c.weighted || f.c.sections[i].weight > 0) {
			return true
		}
	}
	return false
}

func (f *forecast) bound(score num, ok, best bool) Bound {
	var b Bound
	if ok {
		kept := &[2]int{int(score.round(bpOne))}
		kept[1] = min(kept[0], choose(best, f.capHi, f.capLo))
		b.BaseBP, b.FinalBP = &kept[0], &kept[1]
	}
	if share, ok := extreme(f.completeness, best); ok {
		bp := int(share.round(bpOne))
		b.CompletenessBP = &bp
	}
	b.Level = f.level(b, best)
	return b
}

func choose[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}

// level gives the lowest or highest level of what the facts may still be.
func (f *forecast) level(b Bound, best bool) Level {
	limit := choose(best, surely, perhaps) // how sure a bad thing must be to count
	known := facts{
		completeness: b.CompletenessBP, final: b.FinalBP,
		fails: f.fails >= limit, critical: f.critical >= limit, wowShare: f.wowShare(best),
	}
	switch {
	case !best && !f.certainScore():
		known.final = nil // some completion leaves nothing to score
	case best && known.completeness != nil && !certain(f.completeness):
		known.completeness = nil // in some completion no question with Good points applies
	}
	return f.c.level(known)
}

func (f *forecast) wowShare(best bool) bool {
	share, ok := extreme(f.wow, best)
	if !ok || !best && !certain(f.wow) {
		return false
	}
	return atLeast(share, whole(1), f.c.p.Levels.WowMinShareBP)
}
