package sheet

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"plainclothes/internal/evidence"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

var files = []string{"coffee-kiosks", "hardware-stores", "luxury-electronics", "online-store"}

// checklist prepares a demo programme, changed by edit.
func checklist(t *testing.T, file string, edit func(*programme.Programme)) *visit.Checklist {
	t.Helper()
	src, ok := demo.File(file)
	if !ok {
		t.Fatalf("no demo programme %s", file)
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(p)
	}
	list, err := visit.NewChecklist(visit.Version{ID: "v", Document: p.Canonical()})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// paperOf fills a checklist in by luck and gives the report with its arithmetic.
func paperOf(t *testing.T, list *visit.Checklist, luck *rand.Rand, good float64) (visit.Paper, scoring.Trace) {
	t.Helper()
	prog := list.Programme
	sc := prog.Scenarios[luck.IntN(len(prog.Scenarios))].ID
	p := visit.Paper{List: list, Visit: visit.Visit{ID: "1", Scenario: sc, Currency: "GBP"}, Answers: programme.Answers{}}
	p.Place = visit.Place{Branch: org.Branch{Features: prog.Features, Channel: org.Store}}
	p.Report.Comments = map[string]string{}
	for _, sec := range prog.Sections {
		for i := range sec.Questions {
			if a, ok := lucky(&sec.Questions[i], luck, good); ok {
				p.Answers[sec.Questions[i].ID] = a
			}
		}
	}
	return p, list.Scoring.Trace(scoring.Input{Context: p.Place.Context(sc), Answers: p.Answers})
}

// lucky answers a question; good is the chance of the best answer.
func lucky(q *programme.Question, luck *rand.Rand, good float64) (programme.Answer, bool) {
	text := func(s string) (programme.Answer, bool) {
		return programme.Answer{State: programme.Answered, Text: s}, true
	}
	switch x := luck.Float64(); {
	case x < .04:
		return programme.Answer{}, false
	case x < .08 && q.MayBeNotObserved():
		return programme.Answer{State: programme.NotObserved}, true
	case x < .12 && q.NAAllowed:
		return programme.Answer{State: programme.NA}, true
	}
	best := luck.Float64() < good
	switch q.Kind {
	case programme.YesNo, programme.WowKind:
		if best != q.Reverse {
			return text("yes")
		}
		return text("no")
	case programme.Choice, programme.Attention:
		return text(q.Options[luck.IntN(len(q.Options))].Code)
	case programme.Multi:
		a := programme.Answer{State: programme.Answered}
		for _, o := range q.Options {
			if luck.Float64() < .5 {
				a.Codes = append(a.Codes, o.Code)
			}
		}
		return a, true
	case programme.LevelKind:
		return text([]string{"below", "good", "good"}[luck.IntN(3)])
	case programme.Rating:
		n := q.ScaleLo + luck.IntN(q.ScaleHi-q.ScaleLo+1)
		return programme.Answer{State: programme.Answered, Number: programme.Decimal(n) * programme.DecimalOne}, true
	case programme.Number, programme.Duration, programme.Money:
		return programme.Answer{State: programme.Answered, Number: programme.Decimal(luck.IntN(600)) * programme.DecimalOne}, true
	}
	return programme.Answer{}, false
}

// read takes a printed amount as a person with pencil and paper does: "2 1/3" and "0.857142…" included.
func read(t *testing.T, s string) *big.Rat {
	t.Helper()
	sum := new(big.Rat)
	for _, part := range strings.Fields(strings.TrimSuffix(strings.TrimSuffix(s, "%"), "…")) {
		r, ok := new(big.Rat).SetString(part)
		if !ok {
			t.Fatalf("%q is no amount", s)
		}
		sum.Add(sum, r)
	}
	return sum
}

// byHand adds up what the page prints and gives the score in basis points, rounded half up. ok is false when it says
// that there is nothing to score.
func byHand(t *testing.T, w Why) (bp *big.Int, ok bool) {
	t.Helper()
	above, below := new(big.Rat), new(big.Rat)
	for _, s := range w.Sections {
		earned, possible, wowEarned, wowAvailable := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
		for _, r := range s.Rows {
			for text, sum := range map[*string]*big.Rat{&r.Earned: earned, &r.Possible: possible, &r.WowEarned: wowEarned, &r.WowAvailable: wowAvailable} {
				if *text != nothing {
					sum.Add(sum, read(t, *text))
				}
			}
		}
		for text, sum := range map[*string]*big.Rat{&s.Earned: earned, &s.Possible: possible, &s.WowEarned: wowEarned, &s.WowAvailable: wowAvailable} {
			if read(t, *text).Cmp(sum) != 0 {
				t.Fatalf("section %d: the page says %s where the rows add up to %s", s.Number, *text, sum)
			}
		}
		counted, of := earned, possible
		if strings.Contains(w.Policy, "added to the points earned") || strings.Contains(w.Policy, "both sides") {
			counted = new(big.Rat).Add(earned, wowEarned)
		}
		if strings.Contains(w.Policy, "both sides") {
			of = new(big.Rat).Add(possible, wowAvailable)
		}
		if s.Zeroed {
			counted = new(big.Rat)
		}
		if read(t, s.Counted).Cmp(counted) != 0 || read(t, s.Of).Cmp(of) != 0 {
			t.Fatalf("section %d counts %s of %s, by hand %s of %s", s.Number, s.Counted, s.Of, counted, of)
		}
		if s.InSum != (of.Sign() > 0 || !w.Weighted && counted.Sign() > 0) {
			t.Fatalf("section %d is in the sum: %v, counts %s of %s", s.Number, s.InSum, s.Counted, s.Of)
		}
		if !s.InSum {
			continue
		}
		if !w.Weighted {
			above.Add(above, counted)
			below.Add(below, of)
			continue
		}
		above.Add(above, read(t, s.Product))
		below.Add(below, big.NewRat(int64(s.Weight), 1))
	}
	if below.Sign() == 0 {
		return nil, false
	}
	score := new(big.Rat).Quo(above, below)
	if _, limit, found := strings.Cut(w.Policy, "The score ends at "); found {
		if most := new(big.Rat).Quo(read(t, strings.TrimSuffix(limit, ".")), big.NewRat(100, 1)); score.Cmp(most) > 0 {
			score = most
		}
	}
	scaled := new(big.Rat).Add(new(big.Rat).Mul(score, big.NewRat(10000, 1)), big.NewRat(1, 2))
	return new(big.Int).Quo(scaled.Num(), scaled.Denom()), true
}

func TestAddingUpWhatIsPrintedGivesTheScore(t *testing.T) {
	luck := rand.New(rand.NewPCG(7, 11))
	edits := map[string]func(*programme.Programme){
		"as it is": nil,
		"bonus": func(p *programme.Programme) {
			p.Policy.Wow, p.Policy.BonusCapBP = programme.WowBonus, 10_000
		},
		"expected": func(p *programme.Programme) { p.Policy.Wow, p.Policy.BonusCapBP = programme.WowExpected, 0 },
		"weighted": func(p *programme.Programme) {
			p.Policy.Weights = nil
			for i, s := range p.Sections {
				p.Policy.Weights = append(p.Policy.Weights, programme.SectionWeight{Section: s.ID, Weight: 10 + 7*i})
			}
		},
	}
	scored, capped, zeroed, limited := 0, 0, 0, 0
	for _, file := range files {
		for name, edit := range edits {
			list := checklist(t, file, edit)
			for n := range 120 {
				p, trace := paperOf(t, list, luck, []float64{.5, .8, .97, 1}[n%4])
				w := NewWhy(&p, &trace, Options{Vault: true})
				bp, ok := byHand(t, w)
				if ok != (trace.Total.BaseBP != nil) || ok != w.Total.Scored {
					t.Fatalf("%s, %s: scored by hand %v, the trace says %v", file, name, ok, trace.Total.BaseBP)
				}
				if !ok {
					continue
				}
				if bp.Int64() != int64(*trace.Total.BaseBP) || w.Total.Base != twoPlaces(*trace.Total.BaseBP) {
					t.Fatalf("%s, %s: by hand %s, printed %s, engine %d", file, name, bp, w.Total.Base, *trace.Total.BaseBP)
				}
				scored++
				capped += count(w.Total.Capped)
				limited += count(w.Total.Limited != "")
				for _, s := range w.Sections {
					zeroed += count(s.Zeroed)
				}
			}
		}
	}
	if scored < 1500 || capped < 20 || zeroed < 20 || limited < 5 {
		t.Fatalf("the cases are too tame: %d scored, %d capped, %d zeroed, %d limited", scored, capped, zeroed, limited)
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestTheFirstRuleThatHoldsIsTheLevel(t *testing.T) {
	luck := rand.New(rand.NewPCG(3, 5))
	met := map[string]int{}
	for _, file := range files {
		list := checklist(t, file, nil)
		for n := range 200 {
			p, trace := paperOf(t, list, luck, []float64{.3, .85, 1}[n%3])
			w := NewWhy(&p, &trace, Options{})
			held := 0
			for i, r := range w.Rules {
				if r.Holds {
					held++
					met[r.Level]++
					if r.Level != w.Level || r.Level != trace.Total.Level.Words() {
						t.Fatalf("the page says %s, the engine %s", r.Level, trace.Total.Level)
					}
				}
				if r.Past != (held == 0) || held > 1 {
					t.Fatalf("rule %d: past %v although %d held", i, r.Past, held)
				}
			}
		}
	}
	for _, level := range []string{"Not scorable", "Failed (critical)", "Good", "Below"} {
		if met[level] == 0 {
			t.Errorf("no case met %s: %v", level, met)
		}
	}
}

func TestAmountsArePrintedExactlyOrSaySo(t *testing.T) {
	for in, want := range map[scoring.Exact]string{
		"3.5": "3.5", "0": "0", "12": "12", "7/3": "2 1/3", "2/3": "2/3", "100/7": "14 2/7", "1/7919": "0.000126…", "0.123456": "0.123456", "": "0",
		"0.1234567": "0.123456…", "82/119": "0.689075…",
	} {
		if got := amount(in); got != want {
			t.Errorf("amount(%q) = %q, want %q", in, got, want)
		}
	}
	if got := share("82/119"); got != "68.907563…%" {
		t.Errorf("share: %q", got)
	}
}

func TestAnswersAreSaidInWords(t *testing.T) {
	num := func(s string) programme.Answer {
		d, _ := programme.ParseDecimal(s)
		return programme.Answer{State: programme.Answered, Number: d}
	}
	text := func(s string) programme.Answer { return programme.Answer{State: programme.Answered, Text: s} }
	options := []programme.Option{{Code: "a", Label: "First"}, {Code: "b", Label: "Second"}}
	for _, c := range []struct {
		q        programme.Question
		a        programme.Answer
		currency string
		want     string
	}{
		{programme.Question{Kind: programme.YesNo}, text("no"), "", "No"},
		{programme.Question{Kind: programme.WowKind}, text("yes"), "", "Yes"},
		{programme.Question{Kind: programme.Choice, Options: options}, text("b"), "", "Second"},
		{programme.Question{Kind: programme.Multi, Options: options}, programme.Answer{State: programme.Answered, Codes: []string{"a", "b"}}, "", "First; Second"},
		{programme.Question{Kind: programme.Multi, Options: options}, programme.Answer{State: programme.Answered}, "", "None of these"},
		{programme.Question{Kind: programme.Duration, Unit: "s"}, num("102"), "", "1:42 min"},
		{programme.Question{Kind: programme.Duration, Unit: "s"}, num("7"), "", "0:07 min"},
		{programme.Question{Kind: programme.Duration, Unit: "min"}, num("2.5"), "", "2:30 min"},
		{programme.Question{Kind: programme.Duration, Unit: "h"}, num("1.5"), "", "1:30:00 h"},
		{programme.Question{Kind: programme.Duration, Unit: "s"}, num("1.25"), "", "1.25 s"},
		{programme.Question{Kind: programme.Money}, num("6.5"), "GBP", "£6.50"},
		{programme.Question{Kind: programme.Money}, num("650"), "JPY", "¥650"},
		{programme.Question{Kind: programme.Money}, num("6.5"), "JPY", "JPY 6.5"},
		{programme.Question{Kind: programme.Number}, num("3"), "", "3"},
		{programme.Question{Kind: programme.Rating, ScaleLo: 0, ScaleHi: 10}, num("9"), "", "9 on a scale from 0 to 10"},
		{programme.Question{Kind: programme.LevelKind, Below: "none", Good: programme.LevelText{Text: "a word"}, Wow: programme.LevelText{Text: "by name"}}, text("wow"), "", "by name"},
		{programme.Question{Kind: programme.LevelKind, Below: "none"}, text("below"), "", "none"},
		{programme.Question{Kind: programme.Date}, text("2026-11-21"), "", "21 Nov 2026"},
		{programme.Question{Kind: programme.Time}, text("09:05"), "", "09:05"},
		{programme.Question{Kind: programme.YesNo}, programme.Answer{State: programme.NA}, "", "Does not apply"},
		{programme.Question{Kind: programme.Money}, programme.Answer{State: programme.NotObserved}, "GBP", "Not seen"},
		{programme.Question{Kind: programme.Text}, programme.Answer{}, "", "No answer"},
	} {
		if got := Words(&c.q, c.a, c.currency); got != c.want {
			t.Errorf("%s: %q, want %q", c.q.Kind, got, c.want)
		}
	}
}

func TestASheetSaysWhatWasAskedAndKeepsTheVaultClosed(t *testing.T) {
	list := checklist(t, "coffee-kiosks", nil)
	p := visit.Paper{List: list, Visit: visit.Visit{Scenario: "buyer", Currency: "GBP"}, Answers: programme.Answers{
		"A3": {State: programme.Answered, Text: "no"}, "A7": {State: programme.Answered, Text: "no"}, "A5": {State: programme.NA},
		"B4": {State: programme.Answered, Text: "Robin"},
	}}
	p.Report.Comments = map[string]string{"A3": "Cups on the floor.", "B4": "Robin again"}
	p.Photos = []evidence.Photo{{ID: "ph", Question: "O3"}, {ID: "ph2", Question: "B4"}}
	trace := list.Scoring.Trace(scoring.Input{Context: p.Place.Context("buyer"), Answers: p.Answers})
	open, closed := New(&p, &trace, Options{Vault: true}), New(&p, &trace, Options{})
	find := func(s Sheet, id string) Item {
		for _, sec := range s.Sections {
			for _, it := range append(sec.Items, sec.NotAsked...) {
				if it.ID == id {
					return it
				}
			}
		}
		t.Fatalf("no question %s", id)
		return Item{}
	}
	if it := find(open, "A3"); it.Answer != "No" || it.Tone != Fail || it.Points != "0 of 2 points" || it.Comment != "Cups on the floor." || it.Number != "1.3" {
		t.Errorf("A3: %+v", it)
	}
	if it := find(open, "A7"); !strings.Contains(it.Critical, "no more than 79.0%") {
		t.Errorf("A7: %+v", it)
	}
	if it := find(open, "A5"); it.Points != "" || !strings.Contains(it.Why, "does not apply") || it.Tone != None {
		t.Errorf("A5: %+v", it)
	}
	if it := find(open, "A6"); it.Answer != "Not asked" || it.Why != "" {
		t.Errorf("A6: %+v", it)
	}
	if it := find(open, "O3"); it.Answer != "1 photo" || len(it.Photos) != 1 {
		t.Errorf("O3: %+v", it)
	}
	if it := find(open, "B4"); it.Answer != "Robin" || !it.Private {
		t.Errorf("B4 open: %+v", it)
	}
	if it := find(closed, "B4"); it.Answer != "Kept private" || it.Comment != "" || it.Photos != nil {
		t.Errorf("B4 closed: %+v", it)
	}
	if len(open.NotAsked) != 1 || open.NotAsked[0].Text != "Helping someone who is not buying" {
		t.Errorf("sections not asked: %+v", open.NotAsked)
	}
	if len(open.Criticals) != 1 || open.Criticals[0].Question != "A7" {
		t.Errorf("criticals: %+v", open.Criticals)
	}
	for _, o := range open.Standards {
		if o.ID == "K4" && (o.Word != "Below" || !o.Critical) {
			t.Errorf("K4: %+v", o)
		}
		if o.ID == "K6" && (o.Word != "Did not apply" || o.Points != "") {
			t.Errorf("K6: %+v", o)
		}
	}
}

func TestScoresKeepTheirDigits(t *testing.T) {
	bp := 6895
	if Score(&bp) != kit.Percent(6895) || Score(&bp) != "69.0%" || Score(nil) != "–" || twoPlaces(6905) != "69.05%" {
		t.Fatalf("%s %s", Score(&bp), twoPlaces(6905))
	}
}
