package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// driverWorld has marks that hang together with the first standard most, then the second; shoppers tick and praise by mood.
func driverWorld(seed uint64, visits, standards int, effect float64) DriverInput {
	luck := rand.New(rand.NewPCG(seed, 4))
	in := DriverInput{Seed: 1, Draws: 199}
	for k := range standards {
		in.Standards = append(in.Standards, Standard{ID: fmt.Sprintf("k%d", k), Title: fmt.Sprintf("Standard %d", k)})
	}
	mood := make([]float64, 30)
	for i := range mood {
		mood[i] = luck.NormFloat64()
	}
	for range visits {
		s := luck.IntN(30)
		v := DriverVisit{Branch: branchID(luck.IntN(40)), Shopper: fmt.Sprint("s", s), Scenario: "buyer", Met: make([]float64, standards)}
		for k := range v.Met {
			if luck.Float64() < .75+.15*math.Tanh(mood[s]) {
				v.Met[k] = 1
			}
		}
		v.Overall = 3 + 2*mood[s] + effect*v.Met[0] + effect/2*v.Met[1] + luck.NormFloat64()
		in.Visits = append(in.Visits, v)
	}
	return in
}

func TestDriversFindWhatTheMarkHangsTogetherWith(t *testing.T) {
	in := driverWorld(1, 600, 6, 1.5)
	in.Section = map[string]string{"k0": "Welcome", "k1": "Welcome", "k2": "Till", "k3": "Till"}
	d := NewDrivers(in)
	if d.Declined != "" || d.Standards[0].ID != "k0" || d.Standards[1].ID != "k1" || d.Standards[0].RankHi != 1 {
		t.Fatalf("%+v", d)
	}
	sum, inside := 0.0, 0.0
	for _, s := range d.Standards {
		sum += s.Part
		if s.Range.Lo > s.Range.Hi || s.RankLo > s.Rank || s.RankHi < s.Rank {
			t.Errorf("%+v", s)
		}
		if in.Section[s.ID] == "Till" {
			inside += s.Inside
		}
		near(t, "priority", s.Priority, s.Part*(1-s.Share), 1e-12)
	}
	near(t, "parts", sum, 1, 1e-9)
	near(t, "inside a section", inside, 1, 1e-9)
	if d.Standards[0].Part < .6 || d.Sections[0].ID != "Welcome" || d.Branches != 40 {
		t.Errorf("%+v and %+v", d.Standards[0], d.Sections)
	}
	if d.Title != "What shoppers connect with their overall mark" || !strings.HasSuffix(d.Sentence, "This is what goes together, not what causes what.") || strings.Contains(d.Sentence, "drive") {
		t.Errorf("%s: %s", d.Title, d.Sentence)
	}
}

func TestMoodIsNotTakenForADriver(t *testing.T) {
	for seed := range uint64(12) {
		if d := NewDrivers(driverWorld(seed, 400, 6, 0)); d.Declined == "" {
			t.Errorf("seed %d: marks that hang together with nothing but mood give R² %+v", seed, d.R2Range)
		} else if !strings.Contains(d.Declined, "next to nothing") {
			t.Error(d.Declined)
		}
	}
}

func TestDriversRefuseInWords(t *testing.T) {
	few := driverWorld(1, 59, 6, 1)
	alone := driverWorld(1, 200, 4, 1)
	for i := range alone.Visits {
		alone.Visits[i].Branch = fmt.Sprint("B", i%3)
	}
	flat := driverWorld(1, 200, 4, 1)
	for i := range flat.Visits {
		flat.Visits[i].Overall = 4
	}
	own := driverWorld(1, 200, 4, 1)
	for i := range own.Visits {
		own.Visits[i].Shopper = strconv.Itoa(i)
	}
	for want, in := range map[string]DriverInput{
		"59 visits with an overall mark; 6 standards need at least 60. With more visits, or fewer standards, it can be told.": few,
		"The visits come from 3 branches; at least 8 are needed to see what holds in all of them.":                            alone,
		"The overall mark never differs within a branch, a shopper and a scenario; nothing hangs together with it.":           flat,
		"Too many shoppers and branches for so few visits: once their habits are taken off nothing is left to compare.":       own,
		"There are no standards to compare.": {},
		"No visits with an overall mark; 1 standard needs at least 10. With more visits, or fewer standards, it can be told.": {Standards: few.Standards[:1]},
	} {
		if got := NewDrivers(in).Declined; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestDriversRepeatThemselvesInAnyOrder(t *testing.T) {
	in := driverWorld(2, 300, 5, 1)
	in.Visits[3].Met[1] = math.NaN()
	in.Visits[4].Overall = math.NaN()
	a := NewDrivers(in)
	rand.New(rand.NewPCG(9, 9)).Shuffle(len(in.Visits), func(i, j int) { in.Visits[i], in.Visits[j] = in.Visits[j], in.Visits[i] })
	if b := NewDrivers(in); fmt.Sprint(a) != fmt.Sprint(b) || a.Visits != 299 {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func BenchmarkDrivers(b *testing.B) {
	in := driverWorld(2, 20_000, 15, 1)
	in.Draws = 0
	for b.Loop() {
		NewDrivers(in)
	}
}
