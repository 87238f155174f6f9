package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func someBeliefs(seed uint64, n int) []Belief {
	rng := rand.New(rand.NewPCG(seed, 5))
	var out []Belief
	for range n {
		out = append(out, Belief{Mean: 80 + 5*rng.NormFloat64(), SD: 1.5 + 3*rng.Float64()})
	}
	return out
}

// drawnRanks simulates true scores and counts how often each branch takes each rank.
func drawnRanks(beliefs []Belief, draws int) (expected []float64, lo, hi []int, worst []float64) {
	rng := rand.New(rand.NewPCG(21, 22))
	n := len(beliefs)
	count := make([][]int, n)
	for i := range count {
		count[i] = make([]int, n+1)
	}
	order, score := make([]int, n), make([]float64, n)
	for range draws {
		for i, b := range beliefs {
			order[i], score[i] = i, b.Mean+b.SD*rng.NormFloat64()
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
		for r, i := range order {
			count[i][r+1]++
		}
	}
	for i := range n {
		sum, seen, l, h := 0.0, 0, 0, 0
		for r := 1; r <= n; r++ {
			sum += float64(r * count[i][r])
			seen += count[i][r]
			if l == 0 && float64(seen) >= 0.05*float64(draws) {
				l = r
			}
			if h == 0 && float64(seen) >= 0.95*float64(draws) {
				h = r
			}
		}
		bad := 0
		for r := n - n/10 + 1; r <= n; r++ {
			bad += count[i][r]
		}
		expected, lo, hi = append(expected, sum/float64(draws)), append(lo, l), append(hi, h)
		worst = append(worst, float64(bad)/float64(draws))
	}
	return expected, lo, hi, worst
}

func TestPlacesAgreeWithSimulatedRanks(t *testing.T) {
	for _, n := range []int{12, 65} { // one compared pair by pair, one by the table
		beliefs := someBeliefs(uint64(n), n)
		expected, lo, hi, worst := drawnRanks(beliefs, 40_000)
		r, ok := NewRanking(beliefs)
		if !ok {
			t.Fatal("declined")
		}
		among, _ := r.AmongWorst(0.1)
		for i := range beliefs {
			p := r.Place(i)
			near(t, "expected rank", p.Expected, expected[i], 0.25)
			if math.Abs(float64(p.Lo-lo[i])) > 1 || math.Abs(float64(p.Hi-hi[i])) > 1 {
				t.Errorf("branch %d of %d: %d–%d, simulated %d–%d", i, n, p.Lo, p.Hi, lo[i], hi[i])
			}
			if n == 65 {
				near(t, "among the worst", among[i], worst[i], 0.08)
			}
		}
	}
}

func TestTheTableOfManyBranchesSaysWhatPairsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beliefs := someBeliefs(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(41, 120).Draw(t, "branches"))
		quick, _ := NewRanking(beliefs)
		slow := Ranking{beliefs: beliefs}
		i := rapid.IntRange(0, len(beliefs)-1).Draw(t, "branch")
		a, b := quick.Place(i), slow.Place(i)
		if math.Abs(a.Expected-b.Expected) > 1e-3 || abs(a.Lo-b.Lo) > 1 || abs(a.Hi-b.Hi) > 1 {
			t.Fatalf("table %+v, pairs %+v", a, b)
		}
	})
}

func abs(n int) int { return max(n, -n) }

func TestExpectedRankIsThatOfPairwiseComparison(t *testing.T) {
	beliefs := someBeliefs(3, 30)
	r, _ := NewRanking(beliefs)
	for i, b := range beliefs {
		want := 1.0
		for j, o := range beliefs {
			if j != i {
				want += Phi((o.Mean - b.Mean) / math.Hypot(b.SD, o.SD))
			}
		}
		near(t, "expected rank", r.Place(i).Expected, want, 1e-9)
		var given []rankGiven
		for _, node := range hermite {
			given = append(given, r.given(i, b.Mean+b.SD*node.z, node.weight))
		}
		mixed := 0.0
		for _, g := range given {
			mixed += g.weight * g.mean
		}
		near(t, "expected rank of very many", mixed, want, 0.01)
	}
}

func TestEqualBranchesCouldBeAnywhere(t *testing.T) {
	beliefs := slices.Repeat([]Belief{{Mean: 80, SD: 3}}, 20)
	r, _ := NewRanking(beliefs)
	p := r.Place(4)
	near(t, "expected", p.Expected, 10.5, 1e-9)
	if p.Lo > 2 || p.Hi < 19 {
		t.Errorf("place %d–%d", p.Lo, p.Hi)
	}
	among, _ := r.AmongWorst(0.1)
	near(t, "chance of the worst tenth", among[4], 0.1, 1e-9)
}

func TestRankingDeclinesOneBranchAndNoSpread(t *testing.T) {
	for name, beliefs := range map[string][]Belief{
		"nobody": nil, "one": {{Mean: 80, SD: 3}}, "no spread": {{Mean: 80, SD: 3}, {Mean: 70}},
		"no number": {{Mean: 80, SD: 3}, {Mean: math.NaN(), SD: 2}},
	} {
		if _, ok := NewRanking(beliefs); ok {
			t.Errorf("%s: ranked", name)
		}
	}
	r, _ := NewRanking(someBeliefs(1, 5))
	if _, ok := r.AmongWorst(1); ok {
		t.Error("everybody among the worst")
	}
}

func BenchmarkPlaces2000(b *testing.B) {
	beliefs := someBeliefs(1, 2000)
	for b.Loop() {
		r, _ := NewRanking(beliefs)
		for i := range beliefs {
			r.Place(i)
		}
	}
}
