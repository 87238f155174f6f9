package compare

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAFunnelNamesWhatLuckDoesNotExplain(t *testing.T) {
	in := FunnelInput{Kind: FunnelOfScores, VisitVar: 121, Centre: 85}
	for i := range 40 {
		in.Rows = append(in.Rows, FunnelRow{Branch: branchID(i), N: 9, Points: 85 + float64(i%5) - 2})
	}
	in.Rows[7].Points, in.Rows[9].Points = 60, 99.9
	f, ok := NewFunnel(in)
	if !ok || len(f.Dots) != 40 {
		t.Fatalf("%+v", f)
	}
	low, high := f.Dots[7], f.Dots[9]
	if !low.Named || low.Side != FunnelBelow || !low.Outside998 || !high.Named || high.Side != FunnelAbove {
		t.Errorf("%+v and %+v", low, high)
	}
	for i, d := range f.Dots {
		if i != 7 && i != 9 && (d.Named || d.Outside95 || d.Side != FunnelInside) {
			t.Errorf("%+v", d)
		}
	}
	out := f.Outside()
	if len(out) != 2 || out[0].Branch != low.Branch {
		t.Errorf("%+v", out)
	}
	want := "2 of 40 branches lie outside the funnel of 95 %; by luck alone it would be about 2. " +
		"Named are 1 below and 1 above; of those named at most one in ten is expected to be there by luck."
	if got := strings.Join(f.Sentences, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	at := f.Limits[0] // at three visits: a third of the nine that each has
	near(t, "at three visits", at.In95.Hi-85, min(15, 1.96*11/math.Sqrt(3)), 1e-3)
	at = f.Limits[len(f.Limits)-1]
	near(t, "at the most", at.In95.Hi-85, 1.96*11/math.Sqrt(at.X), 1e-3)
	near(t, "wider", at.In998.Hi-85, 3.0902*11/math.Sqrt(at.X), 1e-3)
}

func branchID(i int) string {
	return string([]byte{'B', byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)})
}

func TestEffectiveVisitsAreTheWidthOfAFunnel(t *testing.T) {
	rows := []FunnelRow{{Branch: "A", N: 12, Effective: 3, Points: 75}, {Branch: "B", N: 12, Points: 75}}
	f, _ := NewFunnel(FunnelInput{Rows: rows, Centre: 85, VisitVar: 100})
	if f.Dots[0].X != 3 || f.Dots[1].X != 12 || f.Dots[0].Outside95 || !f.Dots[1].Outside95 {
		t.Errorf("%+v", f.Dots)
	}
}

func TestAFunnelOfSharesIsExactAndSaysWhenNothingCanBeExtraordinary(t *testing.T) {
	in := FunnelInput{Kind: FunnelOfShares, Centre: 90}
	for i := range 12 {
		in.Rows = append(in.Rows, FunnelRow{Branch: branchID(i), N: 3, X: 3})
	}
	in.Rows[0].X = 0
	f, ok := NewFunnel(in)
	if !ok || f.Reach != 4 {
		t.Fatalf("%+v", f)
	}
	if f.Dots[0].Outside998 || !f.Dots[0].Outside95 {
		t.Errorf("none of 3 is outside the 95 %% limit and never outside the 99.8 %% one: %+v", f.Dots[0])
	}
	if last := f.Sentences[len(f.Sentences)-1]; !strings.Contains(last, "fewer than 4 visits") {
		t.Error(last)
	}
	if _, ok := NewFunnel(FunnelInput{Kind: FunnelOfShares, Rows: in.Rows, Centre: 100}); ok {
		t.Error("a funnel around 100 %")
	}
}

func TestByLuckAloneAFunnelSeldomNamesAnyone(t *testing.T) {
	luck := rand.New(rand.NewPCG(11, 1))
	named, worlds := 0, 400
	for range worlds {
		in := FunnelInput{Kind: FunnelOfShares, Centre: 85}
		for i := range 100 {
			n, x := 4+luck.IntN(20), 0
			for range n {
				if luck.Float64() < .85 {
					x++
				}
			}
			in.Rows = append(in.Rows, FunnelRow{Branch: branchID(i), N: n, X: x})
		}
		f, _ := NewFunnel(in)
		if len(f.Outside()) > 0 {
			named++
		}
	}
	if share := float64(named) / float64(worlds); share > .12 {
		t.Errorf("a quiet network names someone in %.3f", share)
	}
}

func TestSkewedScoresSeldomNameAnyoneByLuck(t *testing.T) {
	for _, visits := range []int{3, 6, 12} {
		luck := rand.New(rand.NewPCG(uint64(visits), 9))
		named, worlds := 0, 200
		for range worlds {
			var cells []ScoreCell
			in := FunnelInput{}
			ss := 0.0
			for i := range 200 {
				s := Scores{}
				for range visits {
					s = s.plus(oneVisit(luck, 1.8+.6*luck.NormFloat64(), 0))
				}
				cells = append(cells, ScoreCell{Branch: branchID(i), Scores: s})
				in.Rows = append(in.Rows, FunnelRow{Branch: branchID(i), N: visits, Points: s.group().Mean})
				ss += s.group().SS
			}
			in.VisitVar = ss / float64(200*(visits-1))
			in.Skew = skewOf(cells, in.VisitVar, 0)
			if f, _ := NewFunnel(in); len(f.Outside()) > 0 {
				named++
			}
		}
		t.Logf("%d visits: a network of equals names someone in %.0f %%", visits, 100*float64(named)/float64(worlds))
		if share := float64(named) / float64(worlds); share > .16 {
			t.Errorf("%d visits: a network of equals names someone in %.2f", visits, share)
		}
	}
}

func TestWiderLimitsForgiveWhatBranchesDifferAnyway(t *testing.T) {
	luck := rand.New(rand.NewPCG(12, 1))
	in := FunnelInput{VisitVar: 100, BranchVar: 36, Centre: 80}
	for i := range 100 {
		in.Rows = append(in.Rows, FunnelRow{Branch: branchID(i), N: 20, Points: 80 + luck.NormFloat64()*math.Sqrt(36+5)})
	}
	f, _ := NewFunnel(in)
	outside, unusual := 0, 0
	for _, d := range f.Dots {
		if d.Outside998 {
			outside++
		}
		if d.Unusual {
			unusual++
		}
	}
	if outside < 10 || unusual > 2 || f.Dispersion.Phi < 4 || f.Dispersion.Tau2 != 36 {
		t.Errorf("%d outside, %d unusual, %+v", outside, unusual, f.Dispersion)
	}
}

func TestFunnelsDoNotDependOnOrderAndNeverCross(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := FunnelInput{VisitVar: rapid.Float64Range(1, 300).Draw(t, "v"), Kind: FunnelKind(rapid.IntRange(0, 1).Draw(t, "kind"))}
		n := rapid.IntRange(1, 15).Draw(t, "n")
		for i := range n {
			r := FunnelRow{Branch: branchID(i), N: rapid.IntRange(0, 30).Draw(t, "visits"), Points: rapid.Float64Range(0, 100).Draw(t, "points")}
			r.X = rapid.IntRange(0, r.N).Draw(t, "x")
			in.Rows = append(in.Rows, r)
		}
		f, ok := NewFunnel(in)
		in.Rows = rapid.Permutation(in.Rows).Draw(t, "order")
		g, _ := NewFunnel(in)
		if !ok {
			return
		}
		for i, d := range f.Dots {
			if e := g.Dots[i]; math.Abs(d.P-e.P) > 1e-9 || d.Branch != e.Branch {
				t.Fatalf("%+v and %+v", d, e)
			}
		}
		for i, l := range f.Limits {
			if l.In95.Lo < l.In998.Lo || l.In95.Hi > l.In998.Hi || l.In95.Lo > f.Centre+1e-9 || l.In998.Hi > 100 || i > 0 && l.X <= f.Limits[i-1].X {
				t.Fatalf("%+v", l)
			}
		}
	})
}

func TestFunnelsOfAComparisonUseItsModel(t *testing.T) {
	in := fixture(t).Input(LevelB, WholeNetwork)
	r := Run(in)
	f, ok := ScoreFunnel(&r, in.Scores)
	if !ok || len(f.Dots) != 60 || math.Abs(f.Centre-r.Model.MeanBP/100) > 1e-12 {
		t.Fatalf("%v, %d dots", ok, len(f.Dots))
	}
	s, ok := ShareFunnel(&r, "std02", false)
	if !ok || s.Centre != 95 {
		t.Errorf("around %v", s.Centre)
	}
	if m, _ := ShareFunnel(&r, "std02", true); math.Abs(m.Centre-93.62) > .5 {
		t.Errorf("around its mean: %v", m.Centre)
	}
	if _, ok := ShareFunnel(&r, "none", false); ok {
		t.Error("a funnel of nothing")
	}
}
