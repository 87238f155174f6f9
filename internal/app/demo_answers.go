package app

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"plainclothes/internal/programme"
)

// demoVisit answers one checklist as a visitor of a branch would whose service is as good as the numbers say.
type demoVisit struct {
	p       *programme.Programme
	r       *rand.Rand
	ctx     programme.Context
	at      time.Time // local time at the branch
	branch  *demoBranch
	strict  float64                    // the shopper's habit, log-odds
	day     float64                    // luck of the day, log-odds
	met     map[string]bool            // standard → met in this visit
	wow     map[string]bool            // standard → at WOW in this visit
	shown   map[string]bool            // questions that are on show
	answers programme.Answers          // so far
	wire    map[string]json.RawMessage // the same as it travels
	words   map[string]string          // comments
	minutes int                        // since arriving
}

// logistic is the share that belongs to log-odds.
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// logit is the reverse, kept away from the ends.
func logit(bp int) float64 {
	p := min(max(float64(bp)/10_000, 0.02), 0.985)
	return math.Log(p / (1 - p))
}

// fill answers every question that this visit shows.
func (v *demoVisit) fill() {
	v.met, v.wow, v.shown = map[string]bool{}, map[string]bool{}, map[string]bool{}
	v.answers, v.wire, v.words = programme.Answers{}, map[string]json.RawMessage{}, map[string]string{}
	v.day = 0.45 * v.r.NormFloat64()
	for _, s := range v.p.Standards {
		lift := v.branch.skill + v.branch.talents[s.ID] + v.strict + v.day
		v.met[s.ID] = v.r.Float64() < logistic(logit(s.GoodTargetBP)-0.3+lift)
		v.wow[s.ID] = v.met[s.ID] && v.r.Float64() < logistic(logit(max(s.WowTargetBP, 1500))+0.4+lift)
	}
	env := &programme.Env{Context: &v.ctx, Answer: func(id string) (programme.Answer, bool) { return v.answers[id], v.shown[id] }}
	for i := range v.p.Sections {
		sec := &v.p.Sections[i]
		if sec.ShowIf != nil && !sec.ShowIf.Root.Eval(env) {
			continue
		}
		for k := range sec.Questions {
			q := &sec.Questions[k]
			if q.ShowIf == nil || q.ShowIf.Root.Eval(env) {
				v.shown[q.ID] = true
				v.ask(q)
			}
		}
	}
}

// ask answers one question and says the words that go with it.
func (v *demoVisit) ask(q *programme.Question) {
	a := v.answer(q)
	if a.State == programme.Missing {
		return
	}
	v.answers[q.ID] = a
	v.wire[q.ID] = a.JSON(q)
	if programme.WantsComment(q, a) {
		v.words[q.ID] = v.say(q.Comment.MinChars, programme.Fails(q, a))
	}
}

// answer decides what was seen.
func (v *demoVisit) answer(q *programme.Question) programme.Answer {
	switch {
	case q.NAAllowed && v.r.Float64() < 0.2:
		return programme.Answer{State: programme.NA}
	case q.MayBeNotObserved() && v.r.Float64() < 0.015:
		return programme.Answer{State: programme.NotObserved}
	}
	good := v.good(q)
	switch q.Kind {
	case programme.YesNo:
		return text(map[bool]string{true: "yes", false: "no"}[good != q.Reverse])
	case programme.WowKind:
		return text(map[bool]string{true: "yes", false: "no"}[v.wow[q.Standard] && v.r.Float64() < 0.75])
	case programme.LevelKind:
		return text(v.level(q, good))
	case programme.Choice, programme.Attention:
		return text(v.choice(q, good))
	case programme.Multi:
		return programme.Answer{State: programme.Answered, Codes: v.several(q, good)}
	case programme.Rating:
		return number(int64(v.rating(q)))
	case programme.Number, programme.Duration:
		return programme.Answer{State: programme.Answered, Number: v.amount(q, good)}
	case programme.Money:
		return programme.Answer{State: programme.Answered, Number: programme.Decimal(28_000 + 100*v.r.Int64N(380))}
	case programme.Time:
		v.minutes += 1 + v.r.IntN(max(v.p.Visit.Minutes, 2))
		return text(v.at.Add(time.Duration(v.minutes) * time.Minute).Format("15:04"))
	case programme.Date:
		return text(v.at.Format(time.DateOnly))
	case programme.Text:
		return text(v.say(max(q.MinChars, 40), !good))
	case programme.StaffName:
		if v.r.Float64() < 0.6 {
			return text([]string{"Jo", "Priya", "Marek", "Siân", "Tom", "Aisha"}[v.r.IntN(6)])
		}
	case programme.Photo, programme.Receipt: // brought-in visits have none
	}
	return programme.Answer{}
}

func text(s string) programme.Answer { return programme.Answer{State: programme.Answered, Text: s} }

func number(n int64) programme.Answer {
	return programme.Answer{State: programme.Answered, Number: programme.Decimal(n) * programme.DecimalOne}
}

// good decides whether a question goes well: always where its standard is met, often where it is not. What would fail
// a visit is rare.
func (v *demoVisit) good(q *programme.Question) bool {
	if q.Standard != "" && v.met[q.Standard] {
		return true
	}
	if q.Critical != nil || slices.ContainsFunc(q.Options, func(o programme.Option) bool { return o.Critical != nil }) {
		return v.r.Float64() < 0.9
	}
	return v.r.Float64() < 0.35
}

func (v *demoVisit) level(q *programme.Question, good bool) string {
	switch {
	case !good:
		return "below"
	case q.Wow.Set && v.wow[q.Standard]:
		return "wow"
	}
	return "good"
}

// choice takes one of the best options, or one of the others.
func (v *demoVisit) choice(q *programme.Question, good bool) string {
	best := slices.MaxFunc(q.Options, func(a, b programme.Option) int { return int(a.Points - b.Points) }).Points
	var codes []string
	for _, o := range q.Options {
		if !q.Scored() || (o.Points == best) == good {
			codes = append(codes, o.Code)
		}
	}
	if len(codes) == 0 {
		return q.Options[0].Code
	}
	if q.Kind == programme.Attention {
		return q.Options[min(2, len(q.Options)-1)].Code
	}
	return codes[v.r.IntN(len(codes))]
}

// several ticks options; none at all becomes the one that excludes the others.
func (v *demoVisit) several(q *programme.Question, good bool) []string {
	var codes []string
	alone := q.Options[0].Code
	for _, o := range q.Options {
		if o.Exclusive {
			alone = o.Code
			continue
		}
		if v.r.Float64() < map[bool]float64{true: 0.9, false: 0.35}[good] {
			codes = append(codes, o.Code)
		}
	}
	if len(codes) == 0 {
		return []string{alone}
	}
	return codes
}

// rating follows how many standards were met.
func (v *demoVisit) rating(q *programme.Question) int {
	met := 0
	for _, m := range v.met {
		if m {
			met++
		}
	}
	share := float64(met) / float64(max(len(v.met), 1))
	x := float64(q.ScaleLo) + float64(q.ScaleHi-q.ScaleLo)*(0.25+0.7*share) + v.r.NormFloat64()
	return min(max(int(math.Round(x)), q.ScaleLo), q.ScaleHi)
}

// amount falls into the best band, or into one of the others. Without bands it counts people in a queue.
func (v *demoVisit) amount(q *programme.Question, good bool) programme.Decimal {
	if len(q.Bands) == 0 {
		return programme.Decimal(v.r.IntN(6)) * programme.DecimalOne
	}
	best := q.Bands[0].UpTo
	for i, b := range q.Bands {
		if i > 0 && b.Points > q.Bands[i-1].Points && !b.Open {
			best = b.UpTo
		}
	}
	whole := int64(max(best/programme.DecimalOne, 1))
	if good {
		return programme.Decimal(1+v.r.Int64N(whole)) * programme.DecimalOne
	}
	return programme.Decimal(whole+1+v.r.Int64N(2*whole)) * programme.DecimalOne
}

// demoPraise and demoBlame are what people write.
var (
	demoPraise = []string{
		"I was greeted before I reached the counter and felt welcome at once.",
		"They listened to what I wanted, asked one good question and had the answer straight away.",
		"The place was tidy, the prices easy to read, and nobody made me feel in the way.",
		"When I said I was only asking, they helped me all the same and wished me a good day.",
		"Somebody walked with me to the shelf and stayed until I had what I needed.",
	}
	demoBlame = []string{
		"Two people were talking to each other and I waited until one of them happened to look up.",
		"The answer sounded like a guess, and nobody went to check.",
		"There was litter by the door and a spill on the counter that nobody wiped.",
		"I was pointed to the other end of the shop and had to find it on my own.",
		"Nobody said goodbye; the next customer was called before I had put my change away.",
	}
)

// say writes sentences until there are enough characters.
func (v *demoVisit) say(least int, bad bool) string {
	lines, said := demoPraise, ""
	if bad {
		lines = demoBlame
	}
	for i := v.r.IntN(len(lines)); len([]rune(said)) < max(least, 30); i++ {
		if said != "" {
			said += " "
		}
		said += lines[i%len(lines)]
	}
	if v.r.Float64() < 0.3 {
		said += fmt.Sprintf(" That was at about %s.", v.at.Format("15:04"))
	}
	return said
}
