package stats

import "math"

// regress fits γ, d and c by penalised logistic regression, without an effect of the branch itself; doubts is the covariance
// of what was fitted.
func (d *BinaryData) regress() (coef, doubts []float64, ok bool) {
	coef, r, ok := d.newtonian()
	if !ok {
		return nil, nil, false
	}
	doubts, ok = r.doubts(coef)
	return coef, doubts, ok
}

// newtonian takes the steps; it also returns the sums at the end.
func (d *BinaryData) newtonian() (coef []float64, r *regression, ok bool) {
	p := len(d.Rows[0])
	coef = make([]float64, p+pulls)
	n, x := 0.0, 0.0
	for _, c := range d.Cells {
		n += float64(c.N)
		x += float64(c.X)
	}
	if n == 0 {
		return nil, nil, false
	}
	coef[0] = math.Log((x + 0.5) / (n - x + 0.5))
	r = newRegression(d)
	objective := r.at(coef)
	for range irlsSteps {
		step, ok := r.step(coef)
		if !ok {
			return nil, nil, false
		}
		moved := 0.0
		next := make([]float64, len(coef))
		for f := 1.0; f > 1e-3; f /= 2 {
			moved = 0
			for k := range coef {
				next[k] = coef[k] + f*step[k]
				moved = math.Max(moved, math.Abs(f*step[k]))
			}
			if v := r.at(next); v >= objective-1e-9*math.Abs(objective) {
				objective = v
				break
			}
		}
		copy(coef, next)
		if moved < 1e-8 {
			break
		}
	}
	return coef, r, true
}

// doubts are the covariances at the coefficients of the last evaluation.
func (r *regression) doubts(coef []float64) ([]float64, bool) {
	h, g := r.newton(coef)
	w := len(g)
	if !choleskySmall(h, w, w) {
		return nil, false
	}
	return inverseSmall(h, w, w, 1), true
}

// regression holds the sums of one evaluation by row of the design: what a row's dummies do to the gradient and the
// curvature is the same for all its cells.
type regression struct {
	d    *BinaryData
	rows []rowSums
	line []float64
	pull []BinarySlope
}

// pulls are what pulls at a visit besides the design: shopper, branch, day.
const pulls = 3

// rowSums are Σ(x − n·p) and Σ n·p·(1 − p), by themselves, times each pull, and times each product of two.
type rowSums struct {
	g, h   float64
	gz, hz [pulls]float64
	hzz    [pulls][pulls]float64 // lower triangle
}

func newRegression(d *BinaryData) *regression {
	return &regression{d: d, rows: make([]rowSums, len(d.Rows)), line: make([]float64, len(d.Rows)), pull: d.ridges()}
}

// BinarySlope is what is believed of d or c: its mean, and its precision (one over the variance).
type BinarySlope struct{ Mean, Precision float64 }

// BinaryPrior is what other standards say of d and c before this one is looked at. The zero value pulls both to 0, by a
// ridge of 0.1.
type BinaryPrior struct{ Shopper, Branch, Day BinarySlope }

// Slopes are d and c of one standard by its own visits. It is false where [FitBinary] is.
func (d *BinaryData) Slopes() (BinaryPrior, bool) {
	if !d.possible() {
		return BinaryPrior{}, false
	}
	coef, r, ok := d.newtonian()
	if !ok {
		return BinaryPrior{}, false
	}
	p := len(d.Rows[0])
	h, _ := r.newton(coef)
	w := p + pulls
	if !choleskySmall(h, w, w) {
		return BinaryPrior{}, false
	}
	v := inverseSmall(h, w, w, 1)
	at := func(k int) BinarySlope { return BinarySlope{Mean: coef[k], Precision: 1 / v[k*w+k]} }
	return BinaryPrior{Shopper: at(p), Branch: at(p + 1), Day: at(p + 2)}, true
}

// PoolSlopes is what a set of standards says of d and c of another: their mean, and how much they differ beyond chance
// (DerSimonian and Laird). With fewer than five it says nothing.
func PoolSlopes(all []BinaryPrior) BinaryPrior {
	var shopper, branch, day []BinarySlope
	for _, x := range all {
		shopper, branch, day = append(shopper, x.Shopper), append(branch, x.Branch), append(day, x.Day)
	}
	return BinaryPrior{Shopper: poolSlope(shopper), Branch: poolSlope(branch), Day: poolSlope(day)}
}

func poolSlope(all []BinarySlope) BinarySlope {
	const few = 5
	if len(all) < few {
		return BinarySlope{}
	}
	var w, w2, mean, q float64
	for _, s := range all {
		w += s.Precision
		w2 += s.Precision * s.Precision
		mean += s.Precision * s.Mean
	}
	mean /= w
	for _, s := range all {
		q += s.Precision * (s.Mean - mean) * (s.Mean - mean)
	}
	between := math.Max(0, (q-float64(len(all)-1))/(w-w2/w))
	return BinarySlope{Mean: mean, Precision: 1 / (between + 1/w)}
}

// ridges are the precision and the place that each coefficient is pulled to.
func (d *BinaryData) ridges() []BinarySlope {
	p := len(d.Rows[0])
	out := make([]BinarySlope, p+pulls)
	for k := range out {
		out[k].Precision = ridgeRest
	}
	out[0].Precision = ridgeFirst
	if d.Prior.Shopper.Precision > 0 {
		out[p] = d.Prior.Shopper
	}
	if d.Prior.Branch.Precision > 0 {
		out[p+1] = d.Prior.Branch
	}
	if d.Prior.Day.Precision > 0 {
		out[p+2] = d.Prior.Day
	}
	return out
}

// at evaluates the penalised likelihood and keeps the sums.
func (r *regression) at(coef []float64) float64 {
	d, p := r.d, len(r.d.Rows[0])
	clear(r.rows)
	clear(r.line)
	for i, row := range d.Rows {
		for k, v := range row {
			r.line[i] += v * coef[k]
		}
	}
	sum, own := 0.0, [pulls]float64(coef[p:])
	for _, c := range d.Cells {
		if c.N == 0 {
			continue
		}
		z := [pulls]float64{perTen * d.Shopper[c.Shopper], perTen * d.Branch[c.Branch], perTen * c.Day}
		eta, n := r.line[c.Row]+own[0]*z[0]+own[1]*z[1]+own[2]*z[2], float64(c.N)
		e := math.Exp(-math.Abs(eta))
		prob := 1 / (1 + e)
		sum += float64(c.X)*eta - n*(math.Max(eta, 0)+math.Log(1+e))
		if eta < 0 {
			prob = 1 - prob
		}
		g, h := float64(c.X)-n*prob, n*prob*(1-prob)
		r.rows[c.Row].add(g, h, &z)
	}
	for k, v := range coef {
		off := v - r.pull[k].Mean
		sum -= r.pull[k].Precision * off * off / 2
	}
	return sum
}

func (q *rowSums) add(g, h float64, z *[pulls]float64) {
	q.g += g
	q.h += h
	for k, v := range z {
		q.gz[k] += g * v
		hv := h * v
		q.hz[k] += hv
		for j := range k + 1 {
			q.hzz[k][j] += hv * z[j]
		}
	}
}

// step is Newton's, from the sums of the last evaluation at coef.
func (r *regression) step(coef []float64) ([]float64, bool) {
	h, g := r.newton(coef)
	w := len(g)
	if !choleskySmall(h, w, w) {
		return nil, false
	}
	forwardSmall(h, w, w, g)
	backSmall(h, w, w, g)
	return g, true
}

// newton gives the curvature (lower triangle) and the gradient, from the sums of the last evaluation at coef.
func (r *regression) newton(coef []float64) (h, g []float64) {
	p := len(r.d.Rows[0])
	w := p + pulls
	h, g = make([]float64, w*w), make([]float64, w)
	for i, row := range r.d.Rows {
		q := &r.rows[i]
		for a, u := range row {
			if u == 0 {
				continue
			}
			g[a] += u * q.g
			for b := range a + 1 {
				h[a*w+b] += u * row[b] * q.h
			}
			for k, v := range q.hz {
				h[(p+k)*w+a] += u * v
			}
		}
		for k, v := range q.gz {
			g[p+k] += v
			for j := range k + 1 {
				h[(p+k)*w+p+j] += q.hzz[k][j]
			}
		}
	}
	for k, v := range coef {
		g[k] -= r.pull[k].Precision * (v - r.pull[k].Mean)
		h[k*w+k] += r.pull[k].Precision
	}
	return h, g
}
