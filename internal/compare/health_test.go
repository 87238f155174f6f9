package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plant is how one simulated question behaves.
type plant struct {
	name             string
	want             Verdict
	ease, pull       float64 // log odds of full marks, and how they follow the section's quality
	na, unseen       float64
	changed, returns float64
	seconds          float64
	never            bool
}

// good draws a question without fault.
func good(luck *rand.Rand) plant {
	return plant{
		name: "good", want: Keep, ease: 0.4 + 1.8*luck.Float64(), pull: 0.9 + 0.6*luck.Float64(), na: 0.1 * luck.Float64(),
		unseen: 0.03 * luck.Float64(), changed: 0.04, returns: 0.01, seconds: 4 + 6*luck.Float64(),
	}
}

// bad are the faults that are planted, one question each.
func bad() []plant {
	return []plant{
		{name: "always right", want: Retire, ease: 7, pull: 0.2, changed: 0.02, returns: 0.01, seconds: 5},
		{name: "the wrong way round", want: Reword, ease: -0.5, pull: -1.3, changed: 0.04, returns: 0.01, seconds: 6},
		{name: "pure chance", want: Reword, ease: 0, pull: 0, changed: 0.04, returns: 0.01, seconds: 6},
		{name: "cannot be seen", want: Reword, ease: 1, pull: 1, unseen: 0.25, changed: 0.04, returns: 0.01, seconds: 6},
		{name: "seldom applies", want: Reword, ease: 1, pull: 1, na: 0.7, changed: 0.04, returns: 0.01, seconds: 6},
		{name: "two in one", want: Split, ease: 0.8, pull: 0.9, changed: 0.3, returns: 0.02, seconds: 60},
		{name: "sent back", want: Reword, ease: 1, pull: 1, changed: 0.04, returns: 0.18, seconds: 6},
		{name: "hard but right", want: Train, ease: -1.4, pull: 1.3, changed: 0.04, returns: 0.01, seconds: 6},
		{name: "never asked", want: Unused, never: true},
	}
}

// inspected asks questions in so many visits of 60 branches. Sections are of eight questions.
func inspected(luck *rand.Rand, plants []plant, visits int) []HealthQuestion {
	qs := make([]HealthQuestion, len(plants))
	for i := range qs {
		qs[i] = HealthQuestion{ID: fmt.Sprintf("Q%02d", i), Section: fmt.Sprintf("S%d", i/8), Scored: true, Asking: Asking{Visits: visits}}
	}
	quality := make([]float64, 60)
	for b := range quality {
		quality[b] = 0.7 * luck.NormFloat64()
	}
	for range visits {
		visitOf(luck, plants, qs, quality[luck.IntN(len(quality))]+0.4*luck.NormFloat64())
	}
	return qs
}

func visitOf(luck *rand.Rand, plants []plant, qs []HealthQuestion, quality float64) {
	marks := make([]int, len(plants)) // −1: none
	section := 0.0
	for i, p := range plants {
		if i%8 == 0 {
			section = quality + 0.7*luck.NormFloat64()
		}
		marks[i] = p.answer(luck, &qs[i].Asking, section)
	}
	for i := range plants {
		if marks[i] < 0 {
			continue
		}
		sum, n := 0, 0
		for k := i / 8 * 8; k < min(i/8*8+8, len(plants)); k++ {
			if k != i && marks[k] >= 0 {
				sum, n = sum+marks[k], n+1
			}
		}
		if n > 0 {
			qs[i].pair(marks[i], sum/n)
		}
	}
}

func (p *plant) answer(luck *rand.Rand, a *Asking, section float64) int {
	if p.never {
		return -1
	}
	a.Asked++
	a.Logged++
	if luck.Float64() < p.changed {
		a.Changed++
	}
	if luck.Float64() < p.returns {
		a.Returned++
	}
	l := int(math.Round(timeUnit * (math.Log2(p.seconds) + 0.8*luck.NormFloat64())))
	a.Timed, a.Time, a.Time2 = a.Timed+1, a.Time+int64(l), a.Time2+int64(l)*int64(l)
	switch u := luck.Float64(); {
	case u < p.na:
		a.NA++
		return -1
	case u < p.na+p.unseen:
		a.Unseen++
		return -1
	}
	if luck.Float64() < 1/(1+math.Exp(-p.ease-p.pull*section)) {
		return fullBP
	}
	return 0
}

// pair adds a mark and a rest, in basis points.
func (a *Asking) pair(mark, rest int) {
	m, r := int64(mark), int64(rest)
	a.Marked++
	if mark == fullBP {
		a.Full++
	}
	if mark == 0 {
		a.None++
	}
	a.Mark, a.Mark2 = a.Mark+m, a.Mark2+m*m
	a.Pairs, a.PairMark, a.PairMark2 = a.Pairs+1, a.PairMark+m, a.PairMark2+m*m
	a.Rest, a.Rest2, a.Both = a.Rest+r, a.Rest2+r*r, a.Both+m*r
}

func TestPlantedFaultsAreFoundAndGoodQuestionsAreNotAccused(t *testing.T) {
	if testing.Short() {
		t.Skip("networks are drawn and judged without -short")
	}
	const worlds, size = 20, 48
	for _, visits := range []int{20, 100, 400, 1500} {
		found, accused, refused, goods := map[string]int{}, 0, 0, 0
		for w := range worlds {
			luck := rand.New(rand.NewPCG(uint64(w), uint64(visits)))
			plants := bad()
			for len(plants) < size {
				plants = append(plants, good(luck))
			}
			luck.Shuffle(len(plants), func(i, k int) { plants[i], plants[k] = plants[k], plants[i] })
			for i, h := range Health(inspected(luck, plants, visits)) {
				switch p := plants[i]; {
				case p.name != "good":
					if h.Verdict == p.want {
						found[p.name]++
					}
				case h.Verdict == TooFewAsked:
					goods, refused = goods+1, refused+1
				default:
					goods++
					if h.Verdict != Keep {
						accused++
						t.Logf("accused at %d visits: %s: %s", visits, h.Verdict, h.Why)
					}
				}
			}
		}
		t.Logf("%d visits: %d of %d good questions accused, %d not judged; found of %d each: %v", visits, accused, goods, refused, worlds, found)
		if accused*100 > goods {
			t.Errorf("%d visits: %d of %d good questions accused", visits, accused, goods)
		}
		for _, p := range bad() { // chance is found only among others that hang together, which not every draw gives it
			n := found[p.name]
			switch {
			case visits == 20 && n > 0:
				t.Errorf("%s is judged from 20 visits", p.name)
			case visits >= 1500 && p.name != "pure chance" && n < worlds, visits >= 400 && n*10 < worlds*6:
				t.Errorf("%d visits: %q found in %d of %d worlds", visits, p.name, n, worlds)
			}
		}
	}
}

func TestTheFewestVisitsFollowFromTheWidthsOfTheirIntervals(t *testing.T) {
	if HealthVisits != 30 || HealthPairs != 69 {
		t.Errorf("%d visits, %d pairs", HealthVisits, HealthPairs)
	}
	for _, n := range []int{HealthVisits, HealthVisits - 2} {
		q := lone(Asking{Visits: n, Asked: n, Marked: n, Full: n / 2, None: n - n/2, Mark: int64(n/2) * fullBP, Mark2: int64(n/2) * fullBP * fullBP})
		if (q.Verdict == TooFewAsked) != (n < HealthVisits) {
			t.Errorf("%d visits: %s", n, q.Verdict)
		}
	}
}

// lone judges a question by itself.
func lone(a Asking) QuestionHealth {
	return Health([]HealthQuestion{{ID: "Q", Section: "S", Standard: "K1", Scored: true, Asking: a}})[0]
}

func TestVerdictsSayWhyAndWithHowMany(t *testing.T) {
	marked := func(n, full int) Asking {
		return Asking{Visits: n, Asked: n, Marked: n, Full: full, None: n - full, Mark: int64(full) * fullBP, Mark2: int64(full) * fullBP * fullBP}
	}
	with := func(a Asking, change func(*HealthQuestion)) HealthQuestion {
		q := HealthQuestion{ID: "Q", Section: "S", Standard: "K1", Scored: true, Asking: a}
		change(&q)
		return q
	}
	for name, c := range map[string]struct {
		q       HealthQuestion
		verdict Verdict
		says    []string
	}{
		"full marks":         {with(marked(400, 400), func(*HealthQuestion) {}), Retire, []string{"Full marks in 100 % of 400 visits"}},
		"and alone":          {with(marked(400, 400), func(q *HealthQuestion) { q.Alone = true }), Retire, []string{"alone witnesses its standard K1"}},
		"must not fail":      {with(marked(400, 400), func(q *HealthQuestion) { q.Critical = true }), Keep, []string{"as what must not fail should be"}},
		"full but few":       {with(marked(60, 60), func(*HealthQuestion) {}), Keep, []string{"All of 60 visits have the same mark so far"}},
		"nobody":             {with(marked(400, 0), func(*HealthQuestion) {}), Train, []string{"Missed in 100 % of 400 visits"}},
		"a WOW that nobody":  {with(marked(400, 0), func(q *HealthQuestion) { q.WowOnly = true }), Retire, []string{"Nobody earns it"}},
		"no points":          {with(Asking{Visits: 90, Asked: 90, Missing: 30}, func(q *HealthQuestion) { q.Scored = false }), Keep, []string{"carries no points", "90 visits"}},
		"hardly marked":      {with(Asking{Visits: 90, Asked: 90, NA: 40, Missing: 30, Marked: 20, Full: 20, Mark: 20 * fullBP, Mark2: 20 * fullBP * fullBP}, func(*HealthQuestion) {}), TooFewAsked, []string{"marked in 20"}},
		"always half":        {with(Asking{Visits: 400, Asked: 400, Marked: 400, Mark: 400 * 7500, Mark2: 400 * 7500 * 7500}, func(*HealthQuestion) {}), Retire, []string{"same mark in all of 400 visits"}},
		"half of few":        {with(Asking{Visits: 40, Asked: 40, Marked: 40, Mark: 40 * 7500, Mark2: 40 * 7500 * 7500}, func(*HealthQuestion) {}), Keep, []string{"same mark so far"}},
		"a photo":            {with(Asking{Visits: 900, Asked: 900, Missing: 900}, func(q *HealthQuestion) { q.Scored, q.Pictured = false, true }), Keep, []string{"photo", "900 visits"}},
		"left out":           {with(Asking{Visits: 900, Asked: 900, Missing: 890}, func(q *HealthQuestion) { q.Scored = false }), Retire, []string{"Left without an answer"}},
		"never applies":      {with(Asking{Visits: 900, Asked: 900, NA: 899}, func(*HealthQuestion) {}), Retire, []string{"does not apply"}},
		"hidden":             {with(Asking{Visits: 90}, func(q *HealthQuestion) { q.Hidden = true }), Unused, []string{"condition never came true", "90 visits"}},
		"hidden, few visits": {with(Asking{Visits: 9}, func(q *HealthQuestion) { q.Hidden = true }), TooFewAsked, []string{"Not asked yet in 9 visits"}},
		"new":                {with(Asking{}, func(*HealthQuestion) {}), TooFewAsked, []string{"New"}},
		"one visit":          {with(marked(1, 1), func(*HealthQuestion) {}), TooFewAsked, []string{"Asked in 1 visit:"}},
		"worded twofold":     {with(sentBack(marked(400, 250), 90), func(q *HealthQuestion) { q.Twofold = true }), Split, []string{"two things at once", "23 % of 400 visits"}},
	} {
		h := Health([]HealthQuestion{c.q})[0]
		if h.Verdict != c.verdict {
			t.Errorf("%s: %s, %q", name, h.Verdict, h.Why)
		}
		for _, s := range c.says {
			if !strings.Contains(h.Why, s) {
				t.Errorf("%s: %q does not say %q", name, h.Why, s)
			}
		}
	}
}

// sentBack names the question in so many reports that went back.
func sentBack(a Asking, n int) Asking {
	a.Returned = n
	return a
}

func TestFiguresAreThoseOfAPlainCalculation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(HealthPairs, 200).Draw(t, "visits")
		var a Asking
		var marks, rests []float64
		for range n {
			m, r := rapid.IntRange(0, 4).Draw(t, "mark")*2500, rapid.IntRange(0, fullBP).Draw(t, "rest")
			a.pair(m, r)
			marks, rests = append(marks, float64(m)), append(rests, float64(r))
		}
		a.Visits, a.Asked = n, n
		h := lone(a)
		mean := func(x []float64) (s float64) {
			for _, v := range x {
				s += v / float64(len(x))
			}
			return s
		}
		mm, mr := mean(marks), mean(rests)
		var vm, vr, both float64
		for i := range marks {
			vm, vr, both = vm+(marks[i]-mm)*(marks[i]-mm), vr+(rests[i]-mr)*(rests[i]-mr), both+(marks[i]-mm)*(rests[i]-mr)
		}
		if want := math.Sqrt(vm/float64(n-1)) / fullBP; !h.SpreadKnown || math.Abs(h.Spread-want) > 1e-9 {
			t.Fatalf("spread %v, want %v", h.Spread, want)
		}
		if vm > 0 && vr > 0 {
			want := both / math.Sqrt(vm*vr)
			if !h.Agreement.Known || math.Abs(h.Agreement.R-want) > 1e-6 || h.Agreement.Lo > h.Agreement.R || h.Agreement.Hi < h.Agreement.R {
				t.Fatalf("agreement %+v, want %v", h.Agreement, want)
			}
		}
	})
}

func TestHealthIsDeterministicAndNeverSaysWhatIsNoNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qs := make([]HealthQuestion, rapid.IntRange(1, 12).Draw(t, "questions"))
		for i := range qs {
			n := func(most int) int { return rapid.IntRange(0, most).Draw(t, "n") }
			a := Asking{Visits: n(500)}
			a.Asked = n(a.Visits)
			a.NA, a.Returned, a.Logged, a.Timed = n(a.Asked), n(a.Asked), n(a.Asked), n(a.Asked)
			a.Changed, a.Unseen = n(a.Logged), n(a.Asked-a.NA)
			for range n(a.Asked - a.NA - a.Unseen) {
				a.pair(n(fullBP), n(fullBP))
			}
			for range a.Timed {
				l := int64(n(9000))
				a.Time, a.Time2 = a.Time+l, a.Time2+l*l
			}
			qs[i] = HealthQuestion{
				ID: strconv.Itoa(i), Section: strconv.Itoa(n(2)), Scored: n(1) == 1, WowOnly: n(3) == 0, Critical: n(3) == 0, Twofold: n(3) == 0, Hidden: n(1) == 1,
				Asking: a,
			}
		}
		got := Health(qs)
		again := Health(slices.Clone(qs))
		for i := range got {
			h := &got[i]
			if h.Why == "" || h.Why != again[i].Why || h.Verdict != again[i].Verdict || h.Verdict.Words() == "" {
				t.Fatalf("%+v, then %+v", h, again[i])
			}
			if text := h.Why + strings.Join(h.More, " "); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "%!") {
				t.Fatalf("%q", text)
			}
			if h.Asked < HealthVisits && h.Verdict != TooFewAsked && h.Verdict != Unused {
				t.Fatalf("%s from %d visits", h.Verdict, h.Asked)
			}
		}
	})
}
