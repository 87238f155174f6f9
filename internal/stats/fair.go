package stats

import "math"

// BinaryCell sums the visits of one branch by one shopper in one row of the design: N judged, X of them met.
type BinaryCell struct {
	Branch, Shopper, Row int32
	N, X                 int32
	Day                  float64 // points by which these visits' scores without the standard were better than expected
}

// BinaryData is one standard with what the scores without it say about its branches and shoppers, in points.
type BinaryData struct {
	Rows      [][]float64  // of the design; the first column is 1
	Cells     []BinaryCell // by branch, then shopper and row
	Branches  int
	Branch    []float64 // effect of each branch
	BranchSD  []float64 // and the deviation of its error
	Shopper   []float64 // effect of each shopper
	ShopperSD float64   // how much shoppers differ: σ_s
	DaySD     float64   // how much visits differ: σ_e
	Prior     BinaryPrior
}

// BinaryFit is the model logit P(met) = xᵀγ + d·shopper/10 + c·branch/10 + g·day/10 + w, w ~ N(0, τ² + (c·sd/10)²), with γ,
// d, c and g by ridge regression and τ integrated over a grid. Without the day, what a bad day did to all standards of a
// visit would count twice against its branch: in the standard, and in the effect of the others.
type BinaryFit struct {
	Fixed           []float64 // γ by column, on the scale of the average branch
	Shopper, Branch float64   // d and c
	Day             float64   // g
	Parts           []BinaryPart
	shopperSD       float64
	daySD           float64
	doubt           float64   // variance of c
	lineDoubt       []float64 // covariance of γ, as far as visits leave it open; p × p
	branchShare     float64   // Σ n_b²/(Σ n_b)²: one over the number of branches, were they visited alike
	shopperShare    float64
}

// BinaryPart is one value of τ and its weight; the weights add to 1.
type BinaryPart struct{ Tau, Weight, log float64 }

// taus is the grid of what a branch has of its own in one standard, in logits.
func taus() []float64 { return []float64{0.1, 0.2, 0.35, 0.5, 0.7, 1} }

// tauPrior is the half-normal prior on that grid, each point standing for what lies nearest to it.
func tauPrior() []float64 {
	grid := taus()
	out, total := make([]float64, len(grid)), 0.0
	for i, tau := range grid {
		lo, hi := 0.0, grid[i]+(grid[i]-grid[max(0, i-1)])/2
		if i > 0 {
			lo = (grid[i-1] + tau) / 2
		}
		if i+1 < len(grid) {
			hi = (tau + grid[i+1]) / 2
		}
		out[i] = (hi - lo) * math.Exp(-tau*tau/(2*tauScale*tauScale))
		total += out[i]
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

const (
	tauScale   = 0.6   // of its half-normal prior
	probitLike = 0.346 // (16√3/15π)²: a logistic curve averaged over a normal is nearly one that is flatter
	ridgeFirst = 0.01
	ridgeRest  = 0.1
	irlsSteps  = 12
	perTen     = 0.1 // effects enter in tens of points
)

// scale is how much steeper a curve for one branch is than the curve for a network in which branches differ by tau.
func scale(tau float64) float64 { return math.Sqrt(1 + probitLike*tau*tau) }

// possible tells whether the data can be.
func (d *BinaryData) possible() bool {
	if len(d.Rows) == 0 || !sameWidth(d.Rows) || len(d.Branch) != d.Branches || len(d.BranchSD) != d.Branches {
		return false
	}
	last := int32(0)
	for _, c := range d.Cells {
		if c.Branch < last || int(c.Branch) >= d.Branches || c.Shopper < 0 || int(c.Shopper) >= len(d.Shopper) ||
			c.Row < 0 || int(c.Row) >= len(d.Rows) || c.X < 0 || c.X > c.N {
			return false
		}
		last = c.Branch
	}
	return true
}

// FitBinary fits one standard. It is false for data that cannot be and without any visit.
func FitBinary(d BinaryData) (BinaryFit, bool) {
	if !d.possible() {
		return BinaryFit{}, false
	}
	p := len(d.Rows[0])
	coef, doubts, ok := d.regress()
	if !ok {
		return BinaryFit{}, false
	}
	f := BinaryFit{Fixed: coef[:p], Shopper: coef[p], Branch: coef[p+1], Day: coef[p+2], shopperSD: d.ShopperSD, daySD: d.DaySD}
	w := len(coef)
	f.doubt = doubts[(p+1)*w+p+1]
	for a := range p {
		f.lineDoubt = append(f.lineDoubt, doubts[a*w:a*w+p]...)
	}
	f.branchShare, f.shopperShare = d.concentration()
	for _, tau := range taus() {
		f.Parts = append(f.Parts, BinaryPart{Tau: tau, log: f.likelihood(&d, tau)})
	}
	f.weigh(tauPrior())
	return f, true
}

// weigh gives each τ its posterior weight.
func (f *BinaryFit) weigh(prior []float64) {
	best, total := math.Inf(-1), 0.0
	for _, p := range f.Parts {
		best = math.Max(best, p.log)
	}
	for i := range f.Parts {
		f.Parts[i].Weight = prior[i] * math.Exp(f.Parts[i].log-best)
		total += f.Parts[i].Weight
	}
	for i := range f.Parts {
		f.Parts[i].Weight /= total
	}
}

// LearnTaus lets standards learn from one another how much branches have of their own in one of them: the prior of τ becomes
// what the standards say on average, the half-normal counting as much as three of them (by expectation and maximisation). A
// single standard with a few visits cannot tell a small τ from a middling one, and an error makes all its branches too sure.
func LearnTaus(fits []*BinaryFit) {
	const worth, rounds = 3.0, 30
	base := tauPrior()
	prior := tauPrior()
	for range rounds {
		next, total := make([]float64, len(base)), worth+float64(len(fits))
		for i, b := range base {
			next[i] = worth * b / total
		}
		for _, f := range fits {
			f.weigh(prior)
			for i, p := range f.Parts {
				next[i] += p.Weight / total
			}
		}
		prior = next
	}
	for _, f := range fits {
		f.weigh(prior)
	}
}

// likelihood is the logarithm of the marginal likelihood of all branches at one τ.
func (f *BinaryFit) likelihood(d *BinaryData, tau float64) float64 {
	sum, s := 0.0, newStrip()
	lines := f.lines(d, tau)
	for from := 0; from < len(d.Cells); {
		to := from
		for to < len(d.Cells) && d.Cells[to].Branch == d.Cells[from].Branch {
			to++
		}
		s.load(f, d, tau, lines, from, to)
		s.integrate(f.deviation(d, tau, int(d.Cells[from].Branch)))
		sum += s.log
		from = to
	}
	return sum
}

// deviation of w for one branch: what it has of its own, how far its effect is known, and how far it is
// known what effects are worth.
func (f *BinaryFit) deviation(d *BinaryData, tau float64, branch int) float64 {
	known := math.Hypot(tau, f.Branch*scale(tau)*perTen*d.BranchSD[branch])
	return math.Hypot(known, scale(tau)*perTen*d.Branch[branch]*math.Sqrt(f.doubt))
}

// concentration is Σn²/(Σn)² over branches and over shoppers.
func (d *BinaryData) concentration() (branch, shopper float64) {
	b, s := make([]float64, d.Branches), make([]float64, len(d.Shopper))
	total := 0.0
	for _, c := range d.Cells {
		b[c.Branch] += float64(c.N)
		s[c.Shopper] += float64(c.N)
		total += float64(c.N)
	}
	for _, n := range b {
		branch += n * n
	}
	for _, n := range s {
		shopper += n * n
	}
	return branch / (total * total), shopper / (total * total)
}

// open is the variance of the network's own line at a mix of visits: what the visits leave open of it, and what the branches
// and shoppers that were seen happen to have in common. In a small network all branches would otherwise lean to the
// same wrong side at once.
func (f *BinaryFit) open(tau float64, row []float64) float64 {
	p, line := len(f.Fixed), 0.0
	for a, u := range row {
		for b, v := range row {
			line += u * v * f.lineDoubt[a*p+b]
		}
	}
	shopper := perTen * f.Shopper * f.shopperSD
	return scale(tau)*scale(tau)*(line+shopper*shopper*f.shopperShare) + tau*tau*f.branchShare
}

// average is the middle row of a mix.
func average(mix []BinaryMix, columns int) []float64 {
	row, all := make([]float64, columns), 0.0
	for _, m := range mix {
		all += m.Weight
		for k, v := range m.Row {
			row[k] += m.Weight * v
		}
	}
	for k := range row {
		row[k] /= all
	}
	return row
}

// lines is xᵀγ of each row at one τ.
func (f *BinaryFit) lines(d *BinaryData, tau float64) []float64 {
	out := make([]float64, len(d.Rows))
	for r, row := range d.Rows {
		for k, v := range row {
			out[r] += v * f.Fixed[k]
		}
		out[r] *= scale(tau)
	}
	return out
}

// BinaryMix is the visits by which a branch is judged: a part of them, and their design row.
type BinaryMix struct {
	Weight float64
	Row    []float64
}

// Binary asks about branches of one fitted standard, one after another: cells must be those that were fitted.
type Binary struct {
	fit   *BinaryFit
	data  *BinaryData
	lines [][]float64 // by τ
	first []int       // cell of each branch
	strip *strip
}

// Ask prepares questions about the branches of the data that were fitted. Not safe for use by several at once.
func (f *BinaryFit) Ask(d *BinaryData) *Binary {
	b := &Binary{fit: f, data: d, first: make([]int, d.Branches+1), strip: newStrip()}
	for _, p := range f.Parts {
		b.lines = append(b.lines, f.lines(d, p.Tau))
	}
	for _, c := range d.Cells {
		b.first[c.Branch+1]++
	}
	for i := range d.Branches {
		b.first[i+1] += b.first[i]
	}
	return b
}

// Branch is what is believed about a branch's share: what the network's average shopper would find in the given mix of
// visits. A branch without visits has what its other standards and its peers say.
func (b *Binary) Branch(branch int, mix []BinaryMix) BinaryBelief {
	return b.believe(branch, mix, 0, 0)
}

// Doubted is what a sceptic believes, who expects the network about the target, a share between 0 and 1, as
// [Pool.Doubted] does, as near as that.
func (b *Binary) Doubted(branch int, mix []BinaryMix, target, near float64) BinaryBelief {
	return b.believe(branch, mix, target, near)
}

// believe is by scepticism where there is a target.
func (b *Binary) believe(branch int, mix []BinaryMix, target, near float64) BinaryBelief {
	belief, f := BinaryBelief{}, b.fit
	row := average(mix, len(f.Fixed))
	line := 0.0
	for k, v := range row {
		line += v * f.Fixed[k]
	}
	for i, p := range f.Parts {
		if p.Weight < negligible {
			continue
		}
		steep := scale(p.Tau)
		spread := steep * perTen * math.Hypot(f.Shopper*f.shopperSD, f.Day*f.daySD)
		flat := 1 / math.Sqrt(1+probitLike*spread*spread)
		shift, doubt := 0.0, math.Sqrt(f.open(p.Tau, row))
		if proper(target) && near > 0 {
			whole := math.Sqrt(1+probitLike*p.Tau*p.Tau) / flat // from a network's share to a branch's line
			mean, sd := sceptical(steep*line/whole, doubt*doubt/(whole*whole), target, near)
			shift, doubt = mean*whole-steep*line, sd*whole
		}
		b.strip.load(f, b.data, p.Tau, b.lines[i], b.first[branch], b.first[branch+1])
		b.strip.move(shift)
		b.strip.integrate(math.Hypot(doubt, f.deviation(b.data, p.Tau, branch)))
		part := binaryPart{weight: p.Weight, flat: flat, w: b.strip.nodes, p: b.strip.probs}
		part.at = make([]float64, len(mix))
		for m, x := range mix {
			line := shift
			for k, v := range x.Row {
				line += steep * v * f.Fixed[k]
			}
			part.at[m] = flat * (line + f.Branch*steep*perTen*b.data.Branch[branch])
		}
		belief.parts = append(belief.parts, part)
	}
	for _, x := range mix {
		belief.mix = append(belief.mix, x.Weight)
	}
	return belief
}

// MeanSD is how far the network's own share is known at a mix of visits: its standard deviation.
func (b *Binary) MeanSD(mix []BinaryMix) float64 {
	f, sum := b.fit, 0.0
	row := average(mix, len(f.Fixed))
	line := 0.0
	for k, v := range row {
		line += v * f.Fixed[k]
	}
	p := expit(line)
	for _, q := range f.Parts {
		sum += q.Weight * f.open(q.Tau, row) / (scale(q.Tau) * scale(q.Tau))
	}
	return p * (1 - p) * math.Sqrt(sum)
}

// BinaryBelief is what is believed about one share: a mixture over τ of distributions on a grid of w.
type BinaryBelief struct {
	mix   []float64
	parts []binaryPart
}

type binaryPart struct {
	weight, flat float64
	at           []float64 // logit of each part of the mix at w = 0, flattened
	w, p         [nodes]float64
}

// share at w, which it rises with.
func (q *binaryPart) share(mix []float64, w float64) float64 {
	sum, all := 0.0, 0.0
	for m, v := range mix {
		sum += v / (1 + math.Exp(-q.at[m]-q.flat*w))
		all += v
	}
	return sum / all
}

// Mean is the expected share.
func (b *BinaryBelief) Mean() float64 {
	mean, _ := b.moments()
	return mean
}

// SD is the standard deviation of the share.
func (b *BinaryBelief) SD() float64 {
	mean, square := b.moments()
	return math.Sqrt(math.Max(0, square-mean*mean))
}

// moments are the mean of the share and of its square.
func (b *BinaryBelief) moments() (mean, square float64) {
	for i := range b.parts {
		q := &b.parts[i]
		for k, w := range q.w {
			if q.p[k] > 1e-9 {
				s, p := q.share(b.mix, w), q.weight*q.p[k]
				mean += p * s
				square += p * s * s
			}
		}
	}
	return mean, square
}

// Below is P(θ < t): 0 for t ≤ 0 and 1 for t ≥ 1.
func (b *BinaryBelief) Below(t float64) float64 {
	switch {
	case !(t > 0):
		return 0
	case t >= 1:
		return 1
	}
	sum := 0.0
	for i := range b.parts {
		q := &b.parts[i]
		sum += q.weight * q.below(b.mix, t)
	}
	return math.Max(0, math.Min(1, sum))
}

// below finds the w at which the share is t, and how much probability lies below it.
func (q *binaryPart) below(mix []float64, t float64) float64 {
	lo, hi := q.w[0], q.w[nodes-1]
	switch {
	case q.share(mix, lo) >= t:
		return 0
	case q.share(mix, hi) <= t:
		return 1
	}
	w := (lo + hi) / 2
	for range 60 {
		f := q.share(mix, w) - t
		if f < 0 {
			lo = w
		} else {
			hi = w
		}
		next := w - f/q.slope(mix, w)
		if math.Abs(next-w) < 1e-9 {
			break
		}
		w = inside(next, lo, hi)
	}
	return q.cumulative(w)
}

func (q *binaryPart) slope(mix []float64, w float64) float64 {
	sum, all := 0.0, 0.0
	for m, v := range mix {
		p := 1 / (1 + math.Exp(-q.at[m]-q.flat*w))
		sum += v * q.flat * p * (1 - p)
		all += v
	}
	return sum / all
}

// cumulative is P(W < w), each node's probability spread evenly about it.
func (q *binaryPart) cumulative(w float64) float64 {
	step := q.w[1] - q.w[0]
	pos := (w-q.w[0])/step + 0.5
	whole := int(math.Max(0, math.Min(nodes, pos)))
	sum := 0.0
	for k := range whole {
		sum += q.p[k]
	}
	if whole < nodes {
		sum += (pos - float64(whole)) * q.p[whole]
	}
	return sum
}

// Interval is the equal-tailed interval at the given level; false for an empty belief or a level outside 0 to 1.
func (b *BinaryBelief) Interval(level float64) (Interval, bool) {
	if len(b.parts) == 0 || !proper(level) {
		return Interval{}, false
	}
	tail := (1 - level) / 2
	return Interval{Lo: b.quantile(tail), Hi: b.quantile(1 - tail)}, true
}

// quantile by halving on the logit scale.
func (b *BinaryBelief) quantile(q float64) float64 {
	lo, hi := -16.0, 16.0
	for range 32 {
		mid := (lo + hi) / 2
		if b.Below(expit(mid)) < q {
			lo = mid
		} else {
			hi = mid
		}
	}
	return expit((lo + hi) / 2)
}
