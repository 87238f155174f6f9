package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// gramOf takes the means off and adds the rows up.
func gramOf(rows [][]float64) Gram {
	size := len(rows[0])
	mean := make([]float64, size)
	for _, r := range rows {
		for i, v := range r {
			mean[i] += v / float64(len(rows))
		}
	}
	g := NewGram(size - 1)
	for _, r := range rows {
		off := make([]float64, size)
		for i, v := range r {
			off[i] = v - mean[i]
		}
		g.Add(off)
	}
	return g
}

func TestImportanceAgreesWithTheReference(t *testing.T) {
	var want struct {
		R2      float64            `json:"R2"`
		LMG     map[string]float64 `json:"lmg"`
		First   map[string]float64 `json:"first"`
		Last    map[string]float64 `json:"last"`
		Johnson map[string]float64 `json:"johnson_relative_weights"`
	}
	document(t, "relimp_swiss.json", &want)
	names := []string{"Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"}
	var rows [][]float64
	for _, r := range table(t, "swiss.csv") {
		row := []float64{r.f(t, "Fertility")}
		for _, n := range names {
			row = append(row, r.f(t, n))
		}
		rows = append(rows, row)
	}
	g := gramOf(rows)
	lmg, okL := LMG(g)
	johnson, okJ := Johnson(g)
	if !okL || !okJ {
		t.Fatal("declined")
	}
	near(t, "R2", lmg.R2, want.R2, 1e-8)
	near(t, "R2 of the weights", johnson.R2, want.R2, 1e-8)
	for k, n := range names {
		near(t, n+" lmg", lmg.Parts[k], want.LMG[n], 1e-8)
		near(t, n+" johnson", johnson.Parts[k], want.Johnson[n], 1e-8)
		alone, _ := LMG(g.Combine([][]int{{k + 1}}))
		near(t, n+" alone", alone.R2, want.First[n], 1e-8)
		var others [][]int
		for j := range names {
			if j != k {
				others = append(others, []int{j + 1})
			}
		}
		without, _ := LMG(g.Combine(others))
		near(t, n+" last", lmg.R2-without.R2, want.Last[n], 1e-8)
	}
}

// byDefinition averages over all orders, each R² from its own regression.
func byDefinition(g Gram) []float64 {
	r2 := func(set uint) float64 {
		var members [][]int
		for k := range g.Predictors {
			if set>>k&1 == 1 {
				members = append(members, []int{k + 1})
			}
		}
		if len(members) == 0 {
			return 0
		}
		sub := g.Combine(members)
		n := len(members)
		x, y := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
		for i := range n {
			y.SetVec(i, sub.Products[i+1])
			for j := range n {
				x.Set(i, j, sub.Products[(i+1)*(n+1)+j+1])
			}
		}
		var b mat.VecDense
		if b.SolveVec(x, y) != nil {
			return math.NaN()
		}
		return mat.Dot(&b, y) / sub.Products[0]
	}
	factorial := func(n int) float64 { return math.Gamma(float64(n) + 1) }
	out := make([]float64, g.Predictors)
	for k := range out {
		for set := range uint(1) << g.Predictors {
			if set>>k&1 == 1 {
				continue
			}
			size := 0
			for s := set; s > 0; s >>= 1 {
				size += int(s & 1)
			}
			w := factorial(size) * factorial(g.Predictors-size-1) / factorial(g.Predictors)
			out[k] += w * (r2(set|1<<k) - r2(set))
		}
	}
	return out
}

func drawn(seed uint64, n, k int, effect func(row []float64) float64) Gram {
	luck := rand.New(rand.NewPCG(seed, 3))
	rows := make([][]float64, n)
	for i := range rows {
		row := make([]float64, k+1)
		common := luck.NormFloat64()
		for j := 1; j <= k; j++ {
			row[j] = luck.NormFloat64() + common
		}
		row[0] = effect(row) + luck.NormFloat64()
		rows[i] = row
	}
	return gramOf(rows)
}

func TestSweepingGivesTheAverageOverAllOrders(t *testing.T) {
	for seed := range uint64(5) {
		g := drawn(seed, 60, 1+int(seed), func(r []float64) float64 { return r[1] + .5*r[len(r)-1] })
		got, ok := LMG(g)
		if !ok {
			t.Fatal("declined")
		}
		for k, want := range byDefinition(g) {
			near(t, "part", got.Parts[k], want, 1e-10)
		}
	}
}

func TestPartsAddUpWhateverTheData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 8).Draw(t, "k")
		rows := make([][]float64, rapid.IntRange(2, 30).Draw(t, "n"))
		for i := range rows {
			rows[i] = rapid.SliceOfN(rapid.Float64Range(-1, 1), k+1, k+1).Draw(t, "row")
			for j := range rows[i] {
				rows[i][j] = math.Round(rows[i][j] * 2) // ties, copies and constants are common
			}
		}
		g := gramOf(rows)
		a, okA := LMG(g)
		b, okB := Johnson(g)
		if okA != okB {
			t.Fatal("one declined")
		}
		for _, imp := range []Importance{a, b} {
			sum := 0.0
			for _, p := range imp.Parts {
				if p < -1e-9 {
					t.Fatalf("a negative part %v", p)
				}
				sum += p
			}
			if math.Abs(sum-imp.R2) > 1e-8 || imp.R2 > 1+1e-8 {
				t.Fatalf("parts add to %v of %v", sum, imp.R2)
			}
		}
		if math.Abs(a.R2-b.R2) > 1e-6 {
			t.Fatalf("R² %v and %v", a.R2, b.R2)
		}
	})
}

func TestTwinsShareTheirImportance(t *testing.T) {
	rows := [][]float64{{1, 1, 1, 0}, {2, 2, 2, 1}, {3, 3, 3, 0}, {5, 4, 4, 0}, {4, 5, 5, 1}}
	for _, divide := range []func(Gram) (Importance, bool){LMG, Johnson} {
		got, ok := divide(gramOf(rows))
		if !ok {
			t.Fatal("declined")
		}
		near(t, "twins", got.Parts[0], got.Parts[1], 1e-9)
	}
	constant := gramOf([][]float64{{1, 7}, {2, 7}, {3, 7}})
	if got, ok := LMG(constant); !ok || got.R2 != 0 {
		t.Errorf("what never varies explains %v", got.R2)
	}
	if _, ok := LMG(gramOf([][]float64{{1, 7}, {1, 8}})); ok {
		t.Error("an outcome that never varies was explained")
	}
	if _, ok := LMG(NewGram(16)); ok {
		t.Error("16 predictors")
	}
	if _, ok := Johnson(NewGram(0)); ok {
		t.Error("no predictor")
	}
}

func BenchmarkLMG15(b *testing.B) {
	g := drawn(1, 400, 15, func(r []float64) float64 { return r[1] })
	for b.Loop() {
		LMG(g)
	}
}

func BenchmarkJohnson40(b *testing.B) {
	g := drawn(1, 400, 40, func(r []float64) float64 { return r[1] })
	for b.Loop() {
		Johnson(g)
	}
}
