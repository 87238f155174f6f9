package stats

import "math"

// sureBelow and sureMeets tell whether P(θ < target) decides for one side, at the price sure (0.9 for "9 of 10").
func sureBelow(pBelow, sure float64) bool { return pBelow >= sure }

func sureMeets(pBelow, sure float64) bool { return 1-pBelow >= sure }

// SettledAfter is the probability that m more visits settle on which side of the target a share lies that is believed to
// be Beta(a, b): the share of outcomes, weighted by how likely each is, after which P(θ ≥ target) or P(θ < target) is at
// least sure. It is false for a, b ≤ 0, m below 0, or target and sure outside 0 to 1.
func SettledAfter(a, b, target, sure float64, m int) (float64, bool) {
	if !(a > 0 && b > 0) || !proper(target) || !proper(sure) || m < 0 {
		return 0, false
	}
	below, ahead := make([]float64, m+1), make([]float64, m+1)
	addColumn(below, 1, a, b, pointAt(target))
	addAhead(ahead, a, b)
	settled := 0.0
	for j, p := range below {
		if sureBelow(p, sure) || sureMeets(p, sure) {
			settled += ahead[j]
		}
	}
	return settled, true
}

// mostVisits is where the searches for a number of visits give up: nobody visits a branch this often.
const mostVisits = 4096

// FewestVisits is the smallest number of visits after which a branch that missed in exactly missed of them has shown, by
// its own visits alone, that its share is at least target: P(θ ≥ target) ≥ sure under Jeffreys' prior. It is false when
// that takes more than 4,096 visits, and for arguments that cannot be.
func FewestVisits(target, sure float64, missed int) (int, bool) {
	if !proper(target) || !proper(sure) || missed < 0 || missed >= mostVisits {
		return 0, false
	}
	proven := func(n int) bool { return sureMeets(Own(n, n-missed).Below(target), sure) }
	return firstTrue(max(1, missed), mostVisits, proven)
}

// firstTrue is the smallest n in [lo, hi] from which on holds is true; holds must not turn false again.
func firstTrue(lo, hi int, holds func(int) bool) (int, bool) {
	if !holds(hi) {
		return 0, false
	}
	for lo < hi {
		mid := lo + (hi-lo)/2
		if holds(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo, true
}

// VisitsNeeded is the number of visits from which on a branch whose true share is p shows, by its own visits alone
// (Jeffreys' prior, price sure), on which side of the target it is, with at least the wanted power. From which on: with
// few visits the power goes up and down as each visit is added, and the smallest lucky number would not last. It is
// false when p is the target, when it takes more than 4,096 visits, and for arguments that cannot be.
func VisitsNeeded(p, target, sure, power float64) (int, bool) {
	if !(p >= 0 && p <= 1) || p == target || !proper(target) || !proper(sure) || !proper(power) {
		return 0, false
	}
	n := min(mostVisits, ample(p, target, sure, power))
	d := newDecision(n, p > target, target, sure)
	if d.power(p) < power {
		return 0, false
	}
	for d.n > 1 {
		at := d.n
		if d.fewer(); d.power(p) < power {
			return at, true
		}
	}
	return 1, true
}

// ample is a number of visits well past the one wanted: twice that of the normal approximation, and a reserve for few.
func ample(p, target, sure, power float64) int {
	z := Interval{Lo: zTwoSided(2*sure - 1), Hi: zTwoSided(2*power - 1)}
	root := (z.Lo*math.Sqrt(target*(1-target)) + z.Hi*math.Sqrt(p*(1-p))) / (target - p)
	return int(math.Min(mostVisits, 2*root*root+80/math.Min(target, 1-target)))
}

// decision is how many of n visits have to be met so that they decide: first is the smallest number that is sure to meet the
// target, or, where the target is missed, the smallest that is not sure to miss it any more.
type decision struct {
	n, first     int
	meets        bool
	target, sure float64
}

func newDecision(n int, meets bool, target, sure float64) decision {
	d := decision{n: n, meets: meets, target: target, sure: sure}
	d.first, _ = firstTrue(0, n+1, d.holds)
	return d
}

// holds tells whether x met are on the upper side of first.
func (d *decision) holds(x int) bool {
	if x > d.n {
		return true
	}
	below := Own(d.n, x).Below(d.target)
	if d.meets {
		return sureMeets(below, d.sure)
	}
	return !sureBelow(below, d.sure)
}

// fewer goes to one visit less: first stays, or is one less, because a visit more that was missed never lowers it and one
// that was met raises it by at most one.
func (d *decision) fewer() {
	d.n--
	if d.first > 0 && d.holds(d.first-1) {
		d.first--
	}
}

// power is the chance that the visits decide for the side on which the true share p lies.
func (d *decision) power(p float64) float64 {
	if d.meets {
		return 1 - atMost(d.first-1, d.n, p)
	}
	return atMost(d.first-1, d.n, p)
}

// atMost is the binomial probability of k or fewer met in n visits with true share p.
func atMost(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	return newBeta(float64(n-k), float64(k)+1).cdf(pointAt(1 - p))
}

// SpearmanBrown is the reliability, 0 to 1, of the mean score of n visits when one visit has the intraclass correlation
// icc: the share of the differences between branch means that is real. It is false for n < 1 and icc outside 0 to 1.
func SpearmanBrown(icc float64, n int) (float64, bool) {
	if !(icc >= 0 && icc <= 1) || n < 1 {
		return 0, false
	}
	size := float64(n)
	return size * icc / (1 + (size-1)*icc), true
}

// VisitsForReliability is the number of visits a branch needs for its mean score to reach the wanted reliability; false
// for icc or wanted outside 0 to 1.
func VisitsForReliability(icc, wanted float64) (int, bool) {
	if !proper(icc) || !proper(wanted) {
		return 0, false
	}
	exact := wanted / (1 - wanted) * (1 - icc) / icc
	const slack = 1e-9 // 0.8·0.5/(0.2·0.5) is 4 visits, not 5
	return max(1, int(math.Ceil(exact-slack))), true
}
