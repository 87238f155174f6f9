package scoring

import (
	"testing"

	"plainclothes/internal/programme"
)

func TestOutcomesOfAStandard(t *testing.T) {
	for _, c := range []struct {
		name     string
		standard programme.Standard
		in       Input
		want     Outcome
	}{
		{"nothing asked applies", programme.Standard{MetShareBP: 10_000}, visit("A1", programme.NA, "A2", programme.NA, "A3", programme.NA), OutcomeNA},
		{"every question in full", programme.Standard{MetShareBP: 10_000}, visit("A1", "yes", "A2", "yes", "A3", "yes"), OutcomeGood},
		{"not every question in full", programme.Standard{MetShareBP: 10_000}, visit("A1", "yes", "A2", "yes", "A3", "no"), OutcomePartial},
		{"any points are partial", programme.Standard{MetShareBP: 10_000}, visit("A1", "no", "A2", "no", "A3", "yes"), OutcomePartial},
		{"no points", programme.Standard{MetShareBP: 10_000}, visit("A1", "no", "A2", "no", "A3", "no"), OutcomeBelow},
		{"the met share is reached exactly", programme.Standard{MetShareBP: 9_900}, visit("A1", "yes", "A2", "yes", "A3", "no"), OutcomeGood},
		{"the met share is just missed", programme.Standard{MetShareBP: 9_901}, visit("A1", "yes", "A2", "yes", "A3", "no"), OutcomePartial},
		{"the partial share is reached exactly", programme.Standard{MetShareBP: 10_000, PartialShareBP: 5_000}, visit("A1", "yes", "A2", "no", "A3", "no"), OutcomePartial},
		{"the partial share is just missed", programme.Standard{MetShareBP: 10_000, PartialShareBP: 5_001}, visit("A1", "yes", "A2", "no", "A3", "no"), OutcomeBelow},
		{"a gap could make it good", programme.Standard{MetShareBP: 10_000}, visit("A1", "yes", "A2", "yes", "A3", programme.NotObserved), OutcomeUnknown},
		{"a gap makes no difference to good", programme.Standard{MetShareBP: 9_900}, visit("A1", "yes", "A2", "yes"), OutcomeGood},
		{"a gap makes no difference to partial", programme.Standard{MetShareBP: 10_000}, visit("A1", "yes", "A2", "no"), OutcomePartial},
		{"a gap could make it partial", programme.Standard{MetShareBP: 10_000}, visit("A1", "no", "A2", "no"), OutcomeUnknown},
		{"a gap makes no difference to below", programme.Standard{MetShareBP: 10_000, PartialShareBP: 5_000}, visit("A1", "no", "A2", "no"), OutcomeBelow},
		{"only gaps", programme.Standard{MetShareBP: 10_000}, visit(), OutcomeUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := flatProgramme(yesNo("A1", 5_000), yesNo("A2", 4_900), yesNo("A3", 100))
			for i := range p.Sections[0].Questions {
				p.Sections[0].Questions[i].NAAllowed = true
			}
			c.standard.ID = "K"
			p.Standards[0] = c.standard
			if got := Compile(p).Score(c.in).Standards[0].Outcome; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEveryQuestionInFullMeansEveryPoint(t *testing.T) {
	p := flatProgramme(rating("A1", 10_000_000_00, 0, 10)) // 9.9999 of 10 is 99.999 %
	in := visit("A1", programme.Decimal(99_999))
	if r := Compile(p).Score(in); *r.BaseBP != 10_000 || r.Standards[0].Outcome != OutcomePartial {
		t.Errorf("got %s", r.Wire())
	}
}

func TestAStandardIsWowOnlyWhenGoodAndEnoughWowPoints(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      Input
		want    Outcome
		offered bool
	}{
		{"half the WOW points", visit("A1", "yes", "A2", "yes", "A3", "no"), OutcomeWow, true},
		{"no WOW points", visit("A1", "yes", "A2", "no", "A3", "no"), OutcomeGood, true},
		{"below with all WOW points", visit("A1", "no", "A2", "yes", "A3", "yes"), OutcomeBelow, true},
		{"no WOW points on offer", visit("A1", "yes"), OutcomeGood, false},
		{"those not observed are not on offer", visit("A1", "yes", "A2", "yes", "A3", programme.NotObserved), OutcomeWow, true},
	} {
		p := flatProgramme(yesNo("A1", 100), wowQuestion("A2", 100), wowQuestion("A3", 100))
		s := Compile(p).Score(c.in).Standards[0]
		if s.Outcome != c.want || s.WowOffered != c.offered {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestAFiredCriticalMakesItsStandardBelowWhateverElseIsKnown(t *testing.T) {
	flag := programme.Critical{Effect: programme.Flag}
	met := flatProgramme(yesNo("A1", 9_900), onNo(yesNo("A2", 100), flag))
	met.Standards[0].MetShareBP = 9_000
	gap := flatProgramme(yesNo("A1", 9_900), onNo(yesNo("A2", 100), flag))
	breach := onNo(wowQuestion("A2", 100), flag)
	nothing := flatProgramme(breach)
	for name, p := range map[string]*programme.Programme{"met": met, "unknown": gap, "nothing possible": nothing} {
		in := visit("A2", "no")
		if name == "met" {
			in.Answers["A1"] = answer("yes")
		}
		if got := Compile(p).Score(in).Standards[0].Outcome; got != OutcomeBelow {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAZeroedSectionLeavesOtherStandardsAsTheyWereSeen(t *testing.T) {
	bad := onNo(yesNo("A1", 100), programme.Critical{Effect: programme.ZeroSection, Section: "A"})
	bad.Standard = ""
	p := flatProgramme(bad, yesNo("A2", 300))
	r := Compile(p).Score(visit("A1", "no", "A2", "yes"))
	wantBP(t, "base", r.BaseBP, 0)
	if s := r.Standards[0]; s.Outcome != OutcomeGood || s.Share != 750_000_000 || s.Rate != nanoOne {
		t.Errorf("the standard is %+v", s)
	}
	if penalty, ok := r.Penalty(); !ok || penalty != -750_000_000 {
		t.Errorf("penalty %d, %v", penalty, ok)
	}
}

func TestSharesAndRatesInWeightedMode(t *testing.T) {
	p := flatProgramme(yesNo("A1", 100), yesNo("A2", 300))
	p.Standards = append(p.Standards, programme.Standard{ID: "L", MetShareBP: 10_000})
	p.Sections[0].Questions[1].Standard = "L"
	weigh(p, "A", 1)
	alone := yesNo("B2", 100)
	alone.Standard = ""
	withSection(p, "B", 3, yesNo("B1", 100), alone)
	r := Compile(p).Score(visit("A1", "yes", "A2", "no", "B1", "no", "B2", "yes"))
	// K: 1/4 of A (weight 1/4) and 1/2 of B (weight 3/4) = 7/16, of which the 1/16 of A1 was earned.
	if k := r.Standards[0].Part(); k != (Part{Share: 437_500_000, Rate: 142_857_143}) {
		t.Errorf("K is %+v", k)
	}
	if l := r.Standards[1].Part(); l != (Part{Share: 187_500_000, Rate: 0}) {
		t.Errorf("L is %+v", l)
	}
	if r.Unlinked != (Part{Share: 375_000_000, Rate: nanoOne}) {
		t.Errorf("unlinked is %+v", r.Unlinked)
	}
	wantBP(t, "base", r.BaseBP, 4_375)
}

func TestABonusIsThePenaltysOpposite(t *testing.T) {
	p := flatProgramme(yesNo("A1", 500), yesNo("A2", 500), wowQuestion("A3", 200))
	p.Policy.Wow = programme.WowBonus
	r := Compile(p).Score(visit("A1", "yes", "A2", "no", "A3", "yes"))
	if penalty, ok := r.Penalty(); !ok || penalty != 200_000_000 {
		t.Errorf("penalty %d, %v", penalty, ok)
	}
}
