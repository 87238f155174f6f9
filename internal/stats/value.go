package stats

import "math"

// ValueOfVisits is how many points of score m more visits are expected to save, by telling better on which side of the
// target a branch's expected score lies (expected value of sample information for linear loss): with
// σ̃ = √(sd² − 1/(1/sd²+m/visitSD²)) it is σ̃·f(−|mean−target|/σ̃), f(z) = zΦ(z)+φ(z). mean and sd are what is believed now,
// visitSD how much visits of one branch differ, all in points. It is 0 for no visits and for what cannot be.
func ValueOfVisits(mean, sd, target, visitSD float64, m int) float64 {
	if m < 1 || !(sd > 0) || !(visitSD > 0) || !finite(mean-target) {
		return 0
	}
	share := sd * sd * float64(m) / (sd*sd*float64(m) + visitSD*visitSD)
	moves := sd * math.Sqrt(share)
	return moves * unitLoss(-math.Abs(mean-target)/moves)
}

// unitLoss is zΦ(z)+φ(z), by its asymptotic series far down, where the two would cancel.
func unitLoss(z float64) float64 {
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	if z < -8 {
		s := 1 / (z * z)
		return density * s * (1 - 3*s + 15*s*s - 105*s*s*s)
	}
	return math.Max(0, z*Phi(z)+density)
}

// ValueOfVisitsShare is the same for a share believed to be Beta(a, b), in shares: how much closer to the better side the
// decision "below" or "not below" is expected to come after m more visits, each met or not. It is 0 for what cannot be.
func ValueOfVisitsShare(a, b, target float64, m int) float64 {
	if !(a > 0 && b > 0) || !proper(target) || m < 1 || !finite(a+b) {
		return 0
	}
	ahead := make([]float64, m+1)
	addAhead(ahead, a, b)
	value := 0.0
	for j, p := range ahead {
		value += p * math.Max(0, (a+float64(j))/(a+b+float64(m))-target)
	}
	return math.Max(0, value-math.Max(0, a/(a+b)-target))
}

// Beta is the one beta distribution with the belief's mean and variance; false for an empty belief.
func (m Mixture) Beta() (a, b float64, ok bool) { return m.single() }

// ErrorRates are how often single answers are wrong: Missed is the share of met standards reported as not met (e₀),
// Granted the share of unmet ones reported as met (e₁).
type ErrorRates struct{ Missed, Granted float64 }

// RatesFromChecks estimates the rates of answers that could be checked, by a photo, a receipt or a second shopper: missed of
// metTrue answers that should have been "met" were not, granted of unmetTrue that should not were. It is false with fewer
// than 100 checked answers, where one side was never seen, for counts that cannot be, and when answers are wrong so often that
// they carry nothing (rates that add to 1 or more).
func RatesFromChecks(metTrue, missed, unmetTrue, granted int) (ErrorRates, bool) {
	const enough = 100
	if !countable(metTrue, missed) || !countable(unmetTrue, granted) || metTrue+unmetTrue < enough {
		return ErrorRates{}, false
	}
	r := ErrorRates{Missed: float64(missed) / float64(metTrue), Granted: float64(granted) / float64(unmetTrue)}
	return r, r.Missed+r.Granted < 1
}

// Seen is the share that would be reported where the true share is theta: θ(1−e₀) + (1−θ)e₁. A target mapped like this is
// compared with reported shares as they are, so intervals stay valid (Rogan and Gladen 1978, on the target).
func (r ErrorRates) Seen(theta float64) float64 { return theta*(1-r.Missed) + (1-theta)*r.Granted }

// True is the share that would be reported as seen, turned back and kept within 0 to 1.
func (r ErrorRates) True(seen float64) float64 {
	return math.Max(0, math.Min(1, (seen-r.Granted)/(1-r.Missed-r.Granted)))
}
