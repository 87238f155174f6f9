package stats

import "math"

// ProfileShopper is the 90 % profile interval of the standard deviation of shoppers, in points: the values at which the
// criterion, minimised over everything else, is at most 2.71 above its minimum. Hi is +Inf where no bound is found under a
// thousand times a visit's deviation. It is false where [Crossed.REML] is.
func (c *Crossed) ProfileShopper() (Interval, bool) {
	best, low, ok := c.REML(REML)
	if !ok {
		return Interval{}, false
	}
	a := c.absorber()
	from := math.Sqrt(best.Branch / best.Visit)
	rise := func(sd float64) float64 { return c.profileAt(a, best, &from, sd) - low - profileRise }
	at, visit := math.Sqrt(best.Shopper), math.Sqrt(best.Visit)
	iv := Interval{Hi: math.Inf(1)}
	if at > 0 && rise(0) > 0 {
		iv.Lo = crossing(rise, at, 0)
	}
	for far := math.Max(2*at, 0.1*visit); far < steep*visit; far *= 2 {
		if rise(far) > 0 {
			iv.Hi = crossing(rise, at, far)
			break
		}
	}
	return iv, true
}

// ShopperUncertain tells whether the 90 % profile interval of shoppers' deviation holds 0 and reaches beyond three times its
// estimate, given what [Crossed.REML] found. It costs a small part of the whole interval.
func (c *Crossed) ShopperUncertain(best Variances, criterion float64) bool {
	if !c.Exact() || !best.usable() {
		return false
	}
	a, from := c.absorber(), math.Sqrt(best.Branch/best.Visit)
	within := func(sd float64) bool { return c.profileAt(a, best, &from, sd)-criterion <= profileRise }
	return within(0) && within(3*math.Sqrt(best.Shopper))
}

// profileRise is what a criterion may rise within a 90 % interval: the square of 1.645.
const profileRise = 2.71

// profileAt is the criterion at a given deviation of shoppers, minimised over the branches' and the visits' deviations.
// from remembers the branches' ratio for the next call.
func (c *Crossed) profileAt(a *absorbed, best Variances, from *float64, sd float64) float64 {
	visit := math.Sqrt(best.Visit)
	cost := func(x []float64) float64 {
		b, e := rootRatio(x[0]), x[1]*visit
		if b > steep || e <= 0 || !a.at(b*b, sd*sd/(e*e)) {
			return math.Inf(1)
		}
		return a.criterionAt(Variances{Visit: e * e})
	}
	x, v := nelderMead(cost, []float64{math.Max(0.02, *from), 1}, 0.05, 1e-5, 120)
	*from = rootRatio(x[0])
	return v
}

// crossing finds where a rise passes 0 between a place where it is below and one where it is above.
func crossing(rise func(float64) float64, below, above float64) float64 {
	for range 14 {
		mid := (below + above) / 2
		if rise(mid) > 0 {
			above = mid
		} else {
			below = mid
		}
	}
	return (below + above) / 2
}
