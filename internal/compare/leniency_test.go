package compare

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func lenient(seed uint64, far float64) Input {
	pull := branchAndShopper(seed, 60, 30, 3, 1)
	plan := mixed(seed, 60, 30, 14)
	plan[0] = append(plan[0], 30, 30, 30, 30, 30, 30) // a shopper of one branch
	plan[1], plan[2], plan[3] = append(plan[1], 31), append(plan[2], 31), append(plan[3], 31)
	return audited(seed, plan, oneRegion, func(b, j int) float64 {
		switch j {
		case 4:
			return pull(b, j) + far
		case 30, 31:
			return 30
		}
		return pull(b, j)
	})
}

func TestAShopperWhoScoresLowerIsToldToEditors(t *testing.T) {
	r := Leniency(lenient(1, -14), nil)
	if len(r.Declined) != 0 || !(r.SD > 0) {
		t.Fatalf("%+v", r)
	}
	for _, l := range r.Shoppers {
		switch l.Shopper {
		case "S004":
			if !l.Known || !l.Clear || len(l.Sentences) != 1 || !strings.HasPrefix(l.Sentences[0], "Scores the same branches about ") ||
				!strings.Contains(l.Sentences[0], "points lower than colleagues (") {
				t.Errorf("%+v", l)
			}
			if !(l.Range.Lo < -8 && l.Range.Hi > -16 && l.Points < -7) {
				t.Errorf("%+v", l)
			}
		case "S030", "S031": // one branch; three visits
			if l.Known || len(l.Sentences) != 0 || l.Points != 0 {
				t.Errorf("too little to say anything: %+v", l)
			}
		default:
			if l.Clear {
				t.Errorf("an ordinary shopper: %+v", l)
			}
		}
	}
	higher := Leniency(lenient(1, 14), nil)
	if s := higher.Shoppers[4].Sentences; len(s) != 1 || !strings.Contains(s[0], "higher than colleagues") {
		t.Errorf("%q", s)
	}
}

func TestLeniencyIsDeclinedWhereShoppersCannotBeCompared(t *testing.T) {
	plan := make([][]int, 30)
	for b := range plan {
		plan[b] = []int{b, b, b, b, b, b}
	}
	r := Leniency(audited(3, plan, oneRegion, branchAndShopper(3, 30, 30, 3, 3)), nil)
	if !slices.Equal(why(r.Declined), []Refusal{OwnShopper}) || len(r.Shoppers) != 30 {
		t.Fatalf("%+v", r.Declined)
	}
	for _, l := range r.Shoppers {
		if l.Known || l.Points != 0 || len(l.Sentences) != 0 {
			t.Errorf("%+v", l)
		}
	}
	if r := Leniency(Input{}, nil); len(r.Declined) != 1 || len(r.Shoppers) != 0 {
		t.Errorf("nothing at all: %+v", r)
	}
}

// habit of a shopper: so many of 400 answers "does not apply", answers that vary by spread, so many minutes a visit.
func habit(shopper string, na int, spread, minutes float64) Habits {
	h := Habits{Shopper: shopper, Visits: 12, Answers: 400, NA: na}
	for i := range 12 {
		s, m := spread*(1+0.2*float64(i%3-1)), math.Log(minutes)+0.2*float64(i%3-1)
		h.Spread.N++
		h.Spread.Sum += s
		h.Spread.Sum2 += s * s
		h.Minutes.N++
		h.Minutes.Sum += m
		h.Minutes.Sum2 += m * m
	}
	return h
}

func TestHabitsThatStandOutAreTold(t *testing.T) {
	in := lenient(2, 0)
	var all []Habits
	for j := range 30 {
		all = append(all, habit(shopperName(j), 18+j%5, 0.08+0.002*float64(j%4), 24+float64(j%3)))
	}
	quiet := Leniency(in, all)
	for _, l := range quiet.Shoppers {
		if len(l.Sentences) != 0 {
			t.Errorf("%s: %q", l.Shopper, l.Sentences)
		}
	}
	all[7], all[8], all[9] = habit("S007", 390, 0.08, 24), habit("S008", 20, 0.001, 24), habit("S009", 20, 0.08, 5)
	all = append(all, habit("S030", 400, 0, 1)) // of one branch: nothing is shown
	want := map[string]string{
		"S007": "Answers ‘does not apply’ to 98 % of questions; colleagues to 5 %.",
		"S008": "Gives much the same answer to every question of a visit (12 visits); colleagues' answers differ more.",
		"S009": "Is quicker than colleagues: about 5 minutes a visit, theirs take 25 minutes.",
	}
	slices.Reverse(all)
	for _, l := range Leniency(in, all).Shoppers {
		if got := strings.Join(l.Sentences, "|"); got != want[l.Shopper] {
			t.Errorf("%s: %q, want %q", l.Shopper, got, want[l.Shopper])
		}
	}
	if got := Leniency(in, all[:6]); slices.ContainsFunc(got.Shoppers, func(l ShopperLeniency) bool { return len(l.Sentences) > 0 }) {
		t.Error("six shoppers have no usual")
	}
}

func shopperName(j int) string { return "S0" + string(rune('0'+j/10)) + string(rune('0'+j%10)) }
