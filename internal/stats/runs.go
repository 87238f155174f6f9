package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// run says that count branches have more than start … more than start+length−1 of something. Rising factorials turn
// lnΓ(a+x) − lnΓ(a), summed over branches, into Σ count·ln(a+i): a few additions instead of a gamma function per branch.
type run struct {
	start, length int
	count         float64
}

// tally is a list of runs; it answers with sums over i of count·ln(a+i) and of count/(a+i).
type tally []run

// longRun is where a run is cheaper, and more exact, by the gamma function than term by term.
const longRun = 32

// newTally turns how many branches have each value (values ascending, above zero) into runs.
func newTally(values, counts []int) tally {
	left := 0
	for _, c := range counts {
		left += c
	}
	var t tally
	start := 0
	for i, v := range values {
		t = append(t, run{start: start, length: v - start, count: float64(left)})
		start = v
		left -= counts[i]
	}
	return t
}

// logs is Σ count·ln(a+i).
func (t tally) logs(a float64) float64 {
	sum := 0.0
	for _, r := range t {
		sum += r.count * r.logs(a+float64(r.start))
	}
	return sum
}

func (r run) logs(from float64) float64 {
	if r.length > longRun {
		hi, _ := math.Lgamma(from + float64(r.length))
		lo, _ := math.Lgamma(from)
		return hi - lo
	}
	sum := 0.0
	for i := range r.length {
		sum += math.Log(from + float64(i))
	}
	return sum
}

// inverses is Σ count/(a+i) and Σ count/(a+i)², the first derivative of logs and minus the second.
func (t tally) inverses(a float64) (first, second float64) {
	for _, r := range t {
		f, s := r.inverses(a + float64(r.start))
		first += r.count * f
		second += r.count * s
	}
	return first, second
}

func (r run) inverses(from float64) (first, second float64) {
	if r.length > longRun {
		to := from + float64(r.length)
		return mathext.Digamma(to) - mathext.Digamma(from), mathext.Zeta(2, from) - mathext.Zeta(2, to)
	}
	for i := range r.length {
		v := 1 / (from + float64(i))
		first += v
		second += v * v
	}
	return first, second
}
