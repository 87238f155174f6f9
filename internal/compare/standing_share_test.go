package compare

import (
	"math"
	"reflect"
	"testing"
)

// fairWorld is a small network of the known kind, with what each visit found.
func fairWorld(visits int) Input {
	return goalRealm().sized(30).draw(3).window(visits).in
}

func TestAStandingKeepsStandardsAdjusted(t *testing.T) {
	in := fairWorld(6)
	in.Standards[2].WowTargetBP, in.Fair.standards[2].WowTargetBP = 4000, 4000
	frozen := kept(t, Freeze(in))
	want := Run(in)
	got := frozen.Stand(freshOf(in, true)).Result(in.Branches, true)
	if want.Branches[0].Outcomes[0].Good.Level != LevelC {
		t.Fatalf("level %v", want.Branches[0].Outcomes[0].Good.Level)
	}
	for i := range want.Branches {
		alike(t, want.Branches[i].ID, reflect.ValueOf(want.Branches[i].Outcomes), reflect.ValueOf(got.Branches[i].Outcomes), 1e-12)
	}
	long := frozen.Stand(freshOf(in, true)).Result(in.Branches[:1], false)
	in.Brief = false
	exact := Run(in)
	a, b := outcomeOf(t, &long, in.Branches[0].ID, 1).Good, outcomeOf(t, &exact, in.Branches[0].ID, 1).Good
	if math.Abs(a.Range.Lo-b.Range.Lo) > 0.02 || math.Abs(a.Range.Hi-b.Range.Hi) > 0.02 {
		t.Errorf("range %v, by the fit itself %v", a.Range, b.Range)
	}
}

func TestBranchesOfAFormatThatNobodyVisitedAreJudgedByTheVisitsOfAllFormats(t *testing.T) {
	in := fairWorld(6)
	for i := range in.Branches {
		in.Branches[i].Format = "kiosk"
	}
	in.Branches = append(in.Branches, Branch{ID: "A000", Name: "Shop", Format: "shop"}) // of another programme, first of all
	in.Standards[1].WowTargetBP, in.Fair.standards[1].WowTargetBP = 4000, 4000
	r := Run(in)
	for k := range in.Standards {
		at := outcomeOf(t, &r, "A000", k).Good
		if at.Level != LevelC || !(at.Mean > 0 && at.Mean < 1) || !(at.PBelow >= 0 && at.PBelow <= 1) {
			t.Errorf("standard %d: %+v", k, at)
		}
	}
	if s := outcomeOf(t, &r, "A000", 0).Status; s != Unjudged && s != TooFew {
		t.Errorf("a branch without visits is %v", s)
	}
}

func outcomeOf(t *testing.T, r *Result, branch string, k int) Outcome {
	t.Helper()
	for i := range r.Branches {
		if r.Branches[i].ID == branch {
			return r.Branches[i].Outcomes[k]
		}
	}
	t.Fatalf("no branch %s", branch)
	return Outcome{}
}

func TestANewVisitMovesAnAdjustedStandardAtOnce(t *testing.T) {
	in := fairWorld(12)
	stands := Freeze(in).Stand(freshOf(in, true))
	const k = 4
	before := stands.Result(in.Branches, true)
	moved := freshOf(in, true)[7]
	at := moved.Branch.ID
	was := outcomeOf(t, &before, at, k).Good
	say := func(n, x int) Estimate {
		fresh := moved
		fresh.Counts = append([]Counts{}, moved.Counts...)
		fresh.Counts[k].N += n
		fresh.Counts[k].X += x
		r := stands.With([]Fresh{fresh}).Result(in.Branches, true)
		return outcomeOf(t, &r, at, k).Good
	}
	missed, met, gone := say(1, 0), say(1, 1), say(-1, -1)
	if missed.Level != LevelC || !(missed.PBelow > was.PBelow) || !(missed.Mean < was.Mean) {
		t.Errorf("a miss: %+v after %+v", missed, was)
	}
	if met.Level != LevelC || !(met.PBelow < was.PBelow) || !(met.Mean > was.Mean) {
		t.Errorf("met: %+v after %+v", met, was)
	}
	if gone.Level != LevelB {
		t.Errorf("a visit is gone: level %v", gone.Level)
	}
	if sum := say(40, 0); !(sum.PBelow > 0.999 && sum.PDoubted > 0.99) {
		t.Errorf("forty misses: %+v", sum)
	}
	// one more visit says nearly what the fit says that knows it
	again := in
	again.Shares = append(append([]ShareCell{}, in.Shares...), ShareCell{Branch: at, Standard: in.Standards[k].ID, Counts: Counts{N: 1}})
	fair := goalRealm().sized(30).draw(3).window(12).in.Fair
	outcomes := make([]Met, len(in.Standards))
	outcomes[k] = MetNot
	fair.Add(FairVisit{Branch: at, Shopper: "S003", Scenario: "purchase", Month: 24312, ScoreBP: -1, Outcomes: outcomes})
	again.Fair = fair
	r := Run(again)
	if exact := outcomeOf(t, &r, at, k).Good; exact.Level != LevelC || math.Abs(exact.Mean-missed.Mean) > 0.02 {
		t.Errorf("at once %.4f, by a new fit %.4f (level %v)", missed.Mean, exact.Mean, exact.Level)
	}
}
