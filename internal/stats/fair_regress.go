package stats

import "math"

// regress fits γ, d and c by penalised logistic regression, without an effect of the branch itself.
func (d *BinaryData) regress() ([]float64, bool) {
	p := len(d.Rows[0])
	coef := make([]float64, p+2)
	n, x := 0.0, 0.0
	for _, c := range d.Cells {
		n += float64(c.N)
		x += float64(c.X)
	}
	if n == 0 {
		return nil, false
	}
	coef[0] = math.Log((x + 0.5) / (n - x + 0.5))
	r := newRegression(d)
	objective := r.at(coef)
	for range irlsSteps {
		step, ok := r.step(coef)
		if !ok {
			return nil, false
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
	return coef, true
}

// regression holds the sums of one evaluation by row of the design: what a row's dummies do to the gradient and the
// curvature is the same for all its cells.
type regression struct {
	d    *BinaryData
	rows []rowSums
	line []float64
	coef []float64
}

// rowSums are Σ(x − n·p) and Σ n·p·(1 − p), each times 1, shopper, branch and their products.
type rowSums struct {
	g, gs, gb               float64
	h, hs, hb, hss, hsb, bb float64
}

func newRegression(d *BinaryData) *regression {
	return &regression{d: d, rows: make([]rowSums, len(d.Rows)), line: make([]float64, len(d.Rows))}
}

func ridgeOf(k int) float64 {
	if k == 0 {
		return ridgeFirst
	}
	return ridgeRest
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
	sum, cs, cb := 0.0, coef[p], coef[p+1]
	for _, c := range d.Cells {
		if c.N == 0 {
			continue
		}
		s, b := perTen*d.Shopper[c.Shopper], perTen*d.Branch[c.Branch]
		eta, n := r.line[c.Row]+cs*s+cb*b, float64(c.N)
		e := math.Exp(-math.Abs(eta))
		prob := 1 / (1 + e)
		sum += float64(c.X)*eta - n*(math.Max(eta, 0)+math.Log1p(e))
		if eta < 0 {
			prob = 1 - prob
		}
		g, h := float64(c.X)-n*prob, n*prob*(1-prob)
		q := &r.rows[c.Row]
		q.g += g
		q.gs += g * s
		q.gb += g * b
		q.h += h
		q.hs += h * s
		q.hb += h * b
		q.hss += h * s * s
		q.hsb += h * s * b
		q.bb += h * b * b
	}
	for k, v := range coef {
		sum -= ridgeOf(k) * v * v / 2
	}
	return sum
}

// step is Newton's, from the sums of the last evaluation at coef.
func (r *regression) step(coef []float64) ([]float64, bool) {
	p := len(r.d.Rows[0])
	w := p + 2
	h, g := make([]float64, w*w), make([]float64, w)
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
			h[p*w+a] += u * q.hs
			h[(p+1)*w+a] += u * q.hb
		}
		g[p] += q.gs
		g[p+1] += q.gb
		h[p*w+p] += q.hss
		h[(p+1)*w+p] += q.hsb
		h[(p+1)*w+p+1] += q.bb
	}
	for k, v := range coef {
		g[k] -= ridgeOf(k) * v
		h[k*w+k] += ridgeOf(k)
	}
	if !choleskySmall(h, w, w) {
		return nil, false
	}
	forwardSmall(h, w, w, g)
	backSmall(h, w, w, g)
	return g, true
}
