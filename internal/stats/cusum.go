package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	cusumStep      = 0.05 // lattice of the Markov chain, in standard deviations
	cusumAllowance = 0.5  // a shift of one standard deviation is what the chart is tuned to
	cusumHighest   = 20.0 // limits beyond are never met by real changes
	cusumFewest    = 30   // residuals, fewer say nothing about their own tail
)

// Cusum watches for a fall: S ← max(0, S − z − 0.5) over standardised residuals z, and S ≥ Alarm is an alarm.
type Cusum struct{ Alarm float64 }

// NewCusum finds the smallest limit, in steps of 0.05, that gives at least arl0 visits between false alarms when residuals
// fall as they did: a Markov chain on the lattice (Brook and Evans 1972) of the empirical distribution, not of the normal
// one, because scores are skewed. It is false for fewer than 30 residuals, one that is no number, residuals that never fall
// half a standard deviation below 0 (nothing can be learnt from them about false alarms), arl0 below 1, and when no limit
// up to 20 is enough.
func NewCusum(residuals []float64, arl0 float64) (Cusum, bool) {
	law, ok := newSteps(residuals)
	if !ok || !(arl0 >= 1) || slices.Min(residuals) >= -cusumAllowance {
		return Cusum{}, false
	}
	top := int(cusumHighest / cusumStep)
	states, ok := firstTrue(1, top, func(n int) bool { return law.run(n) >= arl0 })
	return Cusum{Alarm: float64(states) * cusumStep}, ok
}

// Next is the sum after one more residual, and whether it alarms. After an alarm the chart starts again from 0.
func (c Cusum) Next(sum, z float64) (next float64, alarm bool) {
	sum = math.Max(0, sum-z-cusumAllowance)
	return sum, sum >= c.Alarm-1e-9
}

// steps is the distribution of −z − 0.5 on the lattice: chance[i] is that of moving by low+i steps.
type steps struct {
	low    int
	chance []float64
}

// newSteps shares each residual between the two nearest lattice points so that its mean stays exact.
func newSteps(residuals []float64) (steps, bool) {
	if len(residuals) < cusumFewest {
		return steps{}, false
	}
	sorted := slices.Clone(residuals)
	slices.Sort(sorted)
	most, least := sorted[len(sorted)-1], sorted[0]
	if !finite(most) || !finite(least) || math.Max(most, -least) > 1e6 {
		return steps{}, false
	}
	law := steps{low: int(math.Floor((-most - cusumAllowance) / cusumStep))}
	high := int(math.Floor((-least-cusumAllowance)/cusumStep)) + 1
	law.chance = make([]float64, high-law.low+1)
	for _, z := range sorted {
		at := (-z - cusumAllowance) / cusumStep
		i := math.Floor(at)
		law.chance[int(i)-law.low] += (1 - (at - i)) / float64(len(sorted))
		law.chance[int(i)-law.low+1] += (at - i) / float64(len(sorted))
	}
	return law, true
}

// run solves (I − Q)a = 1 for the chain over sums 0 … states−1 and gives a_0.
func (l steps) run(states int) float64 {
	system, ones := mat.NewDense(states, states, nil), mat.NewVecDense(states, nil)
	for i := range states {
		ones.SetVec(i, 1)
		row := system.RawRowView(i)
		row[i] = 1
		for k, p := range l.chance {
			if to := max(0, i+l.low+k); to < states {
				row[to] -= p
			}
		}
	}
	var lu mat.LU
	lu.Factorize(system)
	var a mat.VecDense
	if lu.SolveVecTo(&a, false, ones) != nil || !(a.AtVec(0) >= 1) {
		return math.Inf(1)
	}
	return a.AtVec(0)
}
