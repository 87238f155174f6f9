package scoring

import (
	"fmt"

	"pgregory.net/rapid"

	"plainclothes/internal/programme"
)

// recipe says what a generated programme may have.
type recipe struct {
	small      bool // at most six questions, so that all completions can be listed
	conditions bool // show_if on sections and questions
	criticals  bool
	onWorst    bool // criticals only on answers that earn nothing
	stages     bool
	policies   []programme.WowPolicy
	weights    []bool // flat, weighted
	kinds      []programme.Kind
}

var (
	allPolicies = []programme.WowPolicy{programme.WowSeparate, programme.WowBonus, programme.WowExpected}
	flatOrNot   = []bool{false, true}
	allKinds    = []programme.Kind{
		programme.YesNo, programme.Choice, programme.Multi, programme.Rating, programme.Number, programme.Duration,
		programme.Money, programme.LevelKind, programme.WowKind, programme.Text, programme.Time, programme.Attention,
	}
	wild  = recipe{conditions: true, criticals: true, stages: true, policies: allPolicies, weights: flatOrNot, kinds: allKinds}
	plain = recipe{policies: allPolicies, weights: flatOrNot, kinds: allKinds}
)

var (
	features  = []string{"seats", "gas"}
	scenarios = []string{"buyer", "passer"}
)

// builder draws one programme.
type builder struct {
	recipe
	t     *rapid.T
	p     *programme.Programme
	asked []programme.Question
}

func drawProgramme(t *rapid.T, r recipe) *programme.Programme {
	b := &builder{recipe: r, t: t, p: &programme.Programme{Key: "drawn", Features: features}}
	for _, s := range scenarios {
		b.p.Scenarios = append(b.p.Scenarios, programme.Scenario{ID: s, Share: 50})
	}
	if r.stages {
		b.p.Stages = []programme.Stage{{ID: "first"}, {ID: "second"}}
	}
	b.p.Policy = programme.Policy{
		Wow: pick1(t, "policy", r.policies), BonusCapBP: pick1(t, "bonus cap", []int{10_000, 9_500, 11_000}),
		MinCompleteness: pick1(t, "completeness", []int{0, 5_000, 8_000}),
	}
	b.p.Levels = programme.Levels{
		GoodMinBP: pick1(t, "good", []int{0, 5_000, 8_000}), WowMinBP: pick1(t, "wow", []int{6_000, 9_000}),
		WowMinShareBP: pick1(t, "share", []int{0, 3_333, 5_000, 10_000}),
	}
	b.standards()
	b.sections()
	b.sectionCriticals()
	return b.p
}

func pick1[T any](t *rapid.T, label string, list []T) T {
	return rapid.SampledFrom(list).Draw(t, label)
}

func (b *builder) num(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(b.t, "n") }

// one is true in one of n.
func (b *builder) one(n int) bool { return b.num(1, n) == 1 }

func (b *builder) standards() {
	for i := range b.num(0, 3) {
		b.p.Standards = append(b.p.Standards, programme.Standard{
			ID: fmt.Sprintf("S%d", i), MetShareBP: pick1(b.t, "met", []int{10_000, 7_500, 6_667}),
			PartialShareBP: pick1(b.t, "partial", []int{0, 2_500, 5_000}), WowShareBP: pick1(b.t, "wow", []int{5_000, 10_000}),
		})
	}
}

func (b *builder) sections() {
	weighted := pick1(b.t, "weighted", b.weights)
	for i := range b.num(1, choose(b.small, 2, 4)) {
		s := programme.Section{ID: string(rune('A' + i))}
		if b.stages {
			s.Stage = pick1(b.t, "stage", []string{"", "first", "second", programme.LastStage})
		}
		s.ShowIf = b.condition()
		for j := range b.num(0, choose(b.small, 3, 6)) {
			q := b.question(fmt.Sprintf("%s%d", s.ID, j+1))
			s.Questions = append(s.Questions, q)
			b.asked = append(b.asked, q)
		}
		b.p.Sections = append(b.p.Sections, s)
		if weighted {
			b.p.Policy.Weights = append(b.p.Policy.Weights, programme.SectionWeight{Section: s.ID, Weight: b.num(0, 40)})
		}
	}
}

func (b *builder) points() programme.Points {
	return pick1(b.t, "points", []programme.Points{0, 100, 100, 200, 300, 500, 150, 133, 1_000})
}

func (b *builder) question(id string) programme.Question {
	q := programme.Question{ID: id, Kind: pick1(b.t, "kind", b.kinds), ScaleHi: 10}
	if len(b.p.Standards) > 0 && !b.one(4) {
		q.Standard = pick1(b.t, "standard", b.p.Standards).ID
	}
	q.Required, q.NAAllowed, q.MustObserve = !b.one(4), b.one(3), b.one(4)
	q.ShowIf = b.condition()
	b.fill(&q)
	if b.criticals && q.Scored() && b.one(4) {
		b.critical(&q)
	}
	return q
}

func (b *builder) fill(q *programme.Question) {
	switch q.Kind {
	case programme.YesNo:
		q.Points, q.HasPoints, q.Reverse = b.points(), true, b.one(3)
	case programme.Choice, programme.Multi, programme.Attention:
		b.options(q)
	case programme.Rating:
		q.Points, q.HasPoints = b.points(), !b.one(4)
		if !q.HasPoints {
			q.Points = 0
		}
		q.ScaleLo = b.num(-1, 1)
		q.ScaleHi = q.ScaleLo + b.num(1, 10)
	case programme.Number, programme.Duration, programme.Money:
		b.bands(q)
	case programme.LevelKind:
		q.Good = programme.LevelText{Points: b.points(), Set: true}
		q.Wow = programme.LevelText{Points: b.points(), Set: !b.one(3)}
		if !q.Wow.Set {
			q.Wow.Points = 0
		}
	case programme.WowKind:
		q.Wow = programme.LevelText{Points: b.points(), Set: true}
	case programme.Text, programme.Time, programme.Date, programme.Photo, programme.Receipt, programme.StaffName:
	}
}

func (b *builder) options(q *programme.Question) {
	scored := q.Kind != programme.Attention && !b.one(6)
	for i := range b.num(1, 4) {
		o := programme.Option{Code: fmt.Sprintf("o%d", i), HasPoints: scored}
		if scored {
			o.Points = b.points()
		}
		if q.Kind == programme.Multi {
			o.Exclusive = b.one(5)
			if scored && b.one(5) {
				o.Points = -o.Points
			}
		}
		q.Options = append(q.Options, o)
	}
	if q.Kind == programme.Multi && scored && b.one(2) {
		q.Cap, q.HasCap = b.points(), true
	}
}

func (b *builder) bands(q *programme.Question) {
	if b.one(5) {
		return
	}
	n := b.num(0, 3)
	for i := range n {
		q.Bands = append(q.Bands, programme.Band{UpTo: programme.Decimal((i + 1) * 25_000), Points: b.points()})
	}
	q.Bands = append(q.Bands, programme.Band{Open: true, Points: b.points()})
}

// critical puts a critical on an answer or on an option.
func (b *builder) critical(q *programme.Question) {
	cr := &programme.Critical{Effect: pick1(b.t, "effect", []programme.Effect{
		programme.Flag, programme.CapVisit, programme.ZeroSection, programme.FailVisit,
	})}
	if cr.Effect == programme.CapVisit {
		cr.CapBP = 100 * b.num(0, 100)
	}
	answers := listAnswers(q)
	var fit []programme.Answer
	for _, a := range answers {
		if a.State == programme.Answered && (!b.onWorst || worst(q, answers, a)) {
			fit = append(fit, a)
		}
	}
	if len(fit) == 0 || b.onWorst && q.Kind == programme.Multi {
		return
	}
	a := pick1(b.t, "fires", fit)
	word := a.Text
	switch {
	case a.Text == "" && q.Kind != programme.Multi:
		word = a.Number.String()
	case q.Kind == programme.Multi:
		word = pick1(b.t, "option", q.Options).Code
	}
	if o, ok := q.Option(word); ok && b.one(2) {
		o.Critical = cr
		return
	}
	cr.When = []string{word}
	q.Critical = cr
}

func worst(q *programme.Question, all []programme.Answer, a programme.Answer) bool {
	for _, other := range all {
		if other.State == programme.Answered && naiveEarned(q, other).Cmp(naiveEarned(q, a)) < 0 {
			return false
		}
	}
	return naiveWow(q, a) == 0
}

// sectionCriticals names the sections that zeroing criticals zero, when all sections are known.
func (b *builder) sectionCriticals() {
	for i := range b.p.Sections {
		for j := range b.p.Sections[i].Questions {
			q := &b.p.Sections[i].Questions[j]
			b.nameSection(q.Critical)
			for k := range q.Options {
				b.nameSection(q.Options[k].Critical)
			}
		}
	}
}

func (b *builder) nameSection(cr *programme.Critical) {
	if cr != nil && cr.Effect == programme.ZeroSection {
		cr.Section = pick1(b.t, "zero", b.p.Sections).ID
	}
}

func (b *builder) condition() *programme.Condition {
	if !b.conditions || !b.one(3) {
		return nil
	}
	return &programme.Condition{Source: "drawn", Root: b.node(2)}
}

func (b *builder) node(depth int) programme.Node {
	op := "leaf"
	if depth > 0 {
		op = pick1(b.t, "op", []string{"leaf", "leaf", "and", "or", "not"})
	}
	switch op {
	case "and":
		return programme.Node{Op: programme.OpAnd, Nodes: []programme.Node{b.node(depth - 1), b.node(depth - 1)}}
	case "or":
		return programme.Node{Op: programme.OpOr, Nodes: []programme.Node{b.node(depth - 1), b.node(depth - 1)}}
	case "not":
		return programme.Node{Op: programme.OpNot, Nodes: []programme.Node{b.node(depth - 1)}}
	}
	return b.leaf()
}

func (b *builder) leaf() programme.Node {
	var codes, numbers []programme.Question
	for _, q := range b.asked {
		switch {
		case len(q.Codes()) > 0 && q.Kind != programme.Rating:
			codes = append(codes, q)
		case isNumber(q.Kind):
			numbers = append(numbers, q)
		}
	}
	switch what := b.num(1, 6); {
	case what <= 3 && len(codes) > 0:
		return b.codeLeaf(pick1(b.t, "about", codes))
	case what == 4 && len(numbers) > 0:
		return programme.Node{
			Op: pick1(b.t, "compare", []programme.Op{
				programme.OpEq, programme.OpNe, programme.OpLt, programme.OpLe, programme.OpGt, programme.OpGe,
			}),
			Subject: pick1(b.t, "about", numbers).ID,
			Values:  []programme.Value{{Number: programme.Decimal(b.num(0, 8)) * programme.DecimalOne}},
		}
	case what == 5:
		return programme.Node{Op: programme.OpFeature, Subject: pick1(b.t, "feature", features)}
	}
	return programme.Node{
		Op: pick1(b.t, "is", []programme.Op{programme.OpEq, programme.OpNe}), Subject: "scenario",
		Values: []programme.Value{{Text: pick1(b.t, "scenario", scenarios), IsText: true}},
	}
}

func (b *builder) codeLeaf(q programme.Question) programme.Node {
	values := []programme.Value{{Text: pick1(b.t, "code", q.Codes()), IsText: true}}
	op := pick1(b.t, "is", []programme.Op{programme.OpEq, programme.OpNe, programme.OpIn})
	if q.Kind == programme.Multi {
		op = programme.OpIn
	}
	return programme.Node{Op: op, Subject: q.ID, Values: values}
}

func isNumber(k programme.Kind) bool {
	return k == programme.Rating || k == programme.Number || k == programme.Duration || k == programme.Money
}

func drawContext(t *rapid.T) programme.Context {
	ctx := programme.Context{Scenario: pick1(t, "scenario", scenarios)}
	for _, f := range features {
		if rapid.Bool().Draw(t, f) {
			ctx.Features = append(ctx.Features, f)
		}
	}
	return ctx
}

func drawInput(t *rapid.T, p *programme.Programme) Input {
	in := Input{Context: drawContext(t), Answers: programme.Answers{}}
	for _, q := range questionsOf(p) {
		if a := pick1(t, q.ID, listAnswers(q)); a.State != programme.Missing {
			in.Answers[q.ID] = a
		}
	}
	return in
}

// drawFull draws a visit without gaps.
func drawFull(t *rapid.T, p *programme.Programme) Input {
	in := Input{Context: drawContext(t), Answers: programme.Answers{}}
	for _, q := range questionsOf(p) {
		in.Answers[q.ID] = pick1(t, q.ID, answeredOnly(q))
	}
	return in
}

func answeredOnly(q *programme.Question) []programme.Answer {
	var out []programme.Answer
	for _, a := range listAnswers(q) {
		if a.State == programme.Answered {
			out = append(out, a)
		}
	}
	return out
}

func drawStages(t *rapid.T, in *Input) {
	switch rapid.IntRange(0, 3).Draw(t, "stages") {
	case 1:
		in.Stages = []string{}
	case 2:
		in.Stages = []string{"first"}
	case 3:
		in.Stages = []string{"second", "first"}
	}
	in.Final = rapid.Bool().Draw(t, "final")
}

func questionsOf(p *programme.Programme) []*programme.Question {
	var out []*programme.Question
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			out = append(out, &p.Sections[i].Questions[j])
		}
	}
	return out
}

// listAnswers lists the answers of a question that can differ in what they do; Missing is always among them.
func listAnswers(q *programme.Question) []programme.Answer {
	out := []programme.Answer{{}}
	if q.NAAllowed {
		out = append(out, programme.Answer{State: programme.NA})
	}
	if !q.MustObserve {
		out = append(out, programme.Answer{State: programme.NotObserved})
	}
	text := func(codes ...string) {
		for _, c := range codes {
			out = append(out, programme.Answer{State: programme.Answered, Text: c})
		}
	}
	number := func(list ...programme.Decimal) {
		for _, n := range list {
			out = append(out, programme.Answer{State: programme.Answered, Number: n})
		}
	}
	switch q.Kind {
	case programme.YesNo, programme.WowKind, programme.LevelKind, programme.Choice, programme.Attention:
		text(q.Codes()...)
	case programme.Multi:
		for mask := range 1 << len(q.Options) {
			out = append(out, subset(q, mask))
		}
	case programme.Rating:
		lo, hi := programme.Decimal(q.ScaleLo)*10_000, programme.Decimal(q.ScaleHi)*10_000
		number(lo, hi, (lo+hi)/2, lo+1)
	case programme.Number, programme.Duration, programme.Money:
		number(0, 25_000, 25_001, 60_000, 90_000)
	case programme.Text, programme.Time, programme.Date, programme.Photo, programme.Receipt, programme.StaffName:
		text("words")
	}
	return out
}

func subset(q *programme.Question, mask int) programme.Answer {
	a := programme.Answer{State: programme.Answered}
	for i := range q.Options {
		if mask&(1<<i) != 0 {
			a.Codes = append(a.Codes, q.Options[i].Code)
		}
	}
	return a
}
