package stats

import "math"

// nodes is the number of points at which a branch's own deviation is looked at.
const nodes = 41

// strip is one branch's visits to one standard, as counts at logits, with the posterior of its own deviation w.
type strip struct {
	at, n  []float64 // logit at w = 0 and visits there; each bin or cell once
	met    float64   // Σ x
	line   float64   // Σ x·logit
	bins   []float64
	nodes  [nodes]float64
	probs  [nodes]float64
	log    float64 // of the marginal likelihood
	values [nodes]float64
}

func newStrip() *strip { return &strip{} }

const (
	binWidth = 0.1
	binReach = 300 // bins: logits from −30 to 30
	fewCells = 48  // fewer are taken one by one
)

// load takes one branch's cells. Many cells are gathered in bins a tenth of a logit wide, each shared among the four
// nearest so that a cubic is summed exactly: the error of a logarithm is under 10⁻⁶ a visit.
func (s *strip) load(f *BinaryFit, d *BinaryData, tau float64, lines []float64, from, to int) {
	s.at, s.n, s.met, s.line = s.at[:0], s.n[:0], 0, 0
	steep := scale(tau) * perTen
	many := to-from > fewCells
	if many {
		s.open()
	}
	for _, c := range d.Cells[from:to] {
		if c.N == 0 {
			continue
		}
		eta := lines[c.Row] + steep*(f.Shopper*d.Shopper[c.Shopper]+f.Branch*d.Branch[c.Branch]+f.Day*c.Day)
		s.met += float64(c.X)
		s.line += float64(c.X) * eta
		if many {
			s.put(eta, float64(c.N))
		} else {
			s.at, s.n = append(s.at, eta), append(s.n, float64(c.N))
		}
	}
	if many {
		s.close()
	}
}

// move shifts all visits by a logit.
func (s *strip) move(shift float64) {
	if shift == 0 {
		return
	}
	for i := range s.at {
		s.at[i] += shift
	}
	s.line += s.met * shift
}

func (s *strip) open() {
	if s.bins == nil {
		s.bins = make([]float64, 2*binReach+4)
	}
	clear(s.bins)
}

// put shares n visits at eta among four bins, by Lagrange's cubic.
func (s *strip) put(eta, n float64) {
	pos := math.Max(1, math.Min(2*binReach, eta/binWidth+binReach))
	k := int(pos)
	u := pos - float64(k)
	s.bins[k-1] -= n * u * (u - 1) * (u - 2) / 6
	s.bins[k] += n * (u + 1) * (u - 1) * (u - 2) / 2
	s.bins[k+1] -= n * (u + 1) * u * (u - 2) / 2
	s.bins[k+2] += n * (u + 1) * u * (u - 1) / 6
}

func (s *strip) close() {
	for k, n := range s.bins {
		if n != 0 {
			s.at, s.n = append(s.at, binWidth*float64(k-binReach)), append(s.n, n)
		}
	}
}

// derivatives of the logarithm of the likelihood at w: the first and second derivative.
func (s *strip) derivatives(w float64) (first, second float64) {
	first = s.met
	for i, at := range s.at {
		p := 1 / (1 + math.Exp(-at-w))
		first -= s.n[i] * p
		second -= s.n[i] * p * (1 - p)
	}
	return first, second
}

func (s *strip) logLikelihood(w float64) float64 {
	sum := s.line + s.met*w
	for i, at := range s.at {
		eta := at + w
		sum -= s.n[i] * (math.Max(eta, 0) + math.Log(1+math.Exp(-math.Abs(eta))))
	}
	return sum
}

// integrate finds the posterior of w ~ N(0, sd²) on 41 points: those of ±4 deviations, drawn together to where many visits
// leave anything to believe, and the marginal likelihood.
func (s *strip) integrate(sd float64) {
	const reach, posteriorReach = 4, 7
	mode, spread := s.mode(sd)
	lo, hi := math.Max(-reach*sd, mode-posteriorReach*spread), math.Min(reach*sd, mode+posteriorReach*spread)
	if !(hi-lo > 1e-6*sd) { // a branch beyond all that is believed of branches
		lo, hi = math.Min(-reach*sd, mode-reach*spread), math.Max(reach*sd, mode+reach*spread)
	}
	step, top := (hi-lo)/(nodes-1), math.Inf(-1)
	for k := range nodes {
		w := lo + float64(k)*step
		s.nodes[k] = w
		s.values[k] = s.logLikelihood(w) - w*w/(2*sd*sd)
		top = math.Max(top, s.values[k])
	}
	total := 0.0
	for k, v := range s.values {
		s.probs[k] = math.Exp(v - top)
		total += s.probs[k]
	}
	for k := range s.probs {
		s.probs[k] /= total
	}
	s.log = top + math.Log(total*step/(sd*math.Sqrt(2*math.Pi)))
}

// mode of the posterior, and the deviation of the normal curve that fits there.
func (s *strip) mode(sd float64) (w, spread float64) {
	lo, hi := -20*sd, 20*sd
	second := 0.0
	for range 50 {
		var first float64
		first, second = s.derivatives(w)
		first -= w / (sd * sd)
		second -= 1 / (sd * sd)
		if first > 0 {
			lo = w
		} else {
			hi = w
		}
		next := inside(w-first/second, lo, hi)
		if math.Abs(next-w) < 1e-6*sd {
			break
		}
		w = next
	}
	return w, 1 / math.Sqrt(-second)
}
