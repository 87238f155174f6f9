package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// realm is a network whose truth is known: every branch, shopper, scenario and day has its pull, in logits, on whether a
// standard is met. The numbers are those of the reference network, estimated from its truth files.
type realm struct {
	branches, shoppers, standards, regions int
	branchSD, ownSD, shopperSD, daySD      float64 // branch; branch in one standard; shopper; visit
	home                                   float64 // share of a shopper's visits in his own region
	base                                   func(k int) float64
	target                                 func(k int, base float64) float64 // as a share
	na                                     float64                           // share of answers that do not apply
	scoreOff                               float64                           // points from the network's true mean to the score's target
	pull, leaning                          func(*rand.Rand) float64          // how branches and shoppers scatter, spread 1; nil: normally
	uneven                                 float64                           // spread of the logarithm of visits a branch
}

// scatter draws from a distribution of mean 0 and spread 1.
func scatter(of func(*rand.Rand) float64, rng *rand.Rand) float64 {
	if of == nil {
		return rng.NormFloat64()
	}
	return of(rng)
}

// goalRealm is the world in which the goals are stated: 200 branches, 80 shoppers, 20 standards.
func goalRealm() realm {
	return realm{
		branches: 200, shoppers: 80, standards: 20, regions: 10,
		branchSD: 0.334, ownSD: 0.427, shopperSD: 0.403, daySD: 0.35, home: 0.8, na: 0.08,
		base: func(k int) float64 { return 0.97 - 0.0153*float64(k) },
		target: func(k int, base float64) float64 {
			off := []float64{-0.07, 0.01, -0.10, 0, -0.03, 0, -0.12, 0.01, -0.02, 0.08, -0.03, -0.01}
			return min(0.98, base+off[k%len(off)])
		},
	}
}

// atTheMean puts every target where the network's mean is: the hardest place.
func (w realm) atTheMean() realm {
	w.target = func(_ int, base float64) float64 { return base }
	return w
}

// knownNetwork is one drawn: the truth, and what visits are made of.
type knownNetwork struct {
	realm
	rng       *rand.Rand
	branch    []float64
	own       [][]float64 // by branch and standard
	shopper   []float64
	scenario  [][]float64 // by scenario and standard
	intercept []float64
	share     []float64 // of each scenario
	standards []Standard
	theta     [][]float64 // true share of visits that meet a standard, by the average shopper
	mu        []float64   // true score, points
}

func scenarioNames() []string { return []string{"purchase", "browse", "complaint", "online"} }

func (w realm) draw(seed uint64) *knownNetwork {
	d := &knownNetwork{realm: w, rng: rand.New(rand.NewPCG(seed, 2026)), share: []float64{0.54, 0.19, 0.15, 0.12}}
	for k := range w.standards {
		base := w.base(k)
		d.intercept = append(d.intercept, logit(base)*1.12) // averaged over branches and days a curve is flatter
		bp := int(math.Round(10_000 * w.target(k, base)))
		d.standards = append(d.standards, Standard{ID: fmt.Sprintf("K%02d", k), GoodTargetBP: bp, Weight: float64(1 + k%3)})
	}
	for s := range d.share {
		row := make([]float64, w.standards)
		for k := range row {
			if s > 0 {
				row[k] = 0.25 * d.rng.NormFloat64()
			}
		}
		d.scenario = append(d.scenario, row)
	}
	for range w.branches {
		d.branch = append(d.branch, w.branchSD*scatter(w.pull, d.rng))
		row := make([]float64, w.standards)
		for k := range row {
			row[k] = w.ownSD * scatter(w.pull, d.rng)
		}
		d.own = append(d.own, row)
	}
	for range w.shoppers {
		d.shopper = append(d.shopper, w.shopperSD*scatter(w.leaning, d.rng))
	}
	d.settle()
	return d
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func expitOf(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// settle works out the truth: shares averaged over the shoppers there are, the days and the scenarios.
func (d *knownNetwork) settle() {
	weight, curve := d.weightShares(), d.curve()
	d.theta, d.mu = make([][]float64, d.branches), make([]float64, d.branches)
	for b := range d.branches {
		d.theta[b] = make([]float64, d.realm.standards)
		for k := range d.theta[b] {
			sum := 0.0
			for s, share := range d.share {
				sum += share * curve(d.intercept[k]+d.scenario[s][k]+d.branch[b]+d.own[b][k])
			}
			d.theta[b][k] = sum
			d.mu[b] += 100 * weight[k] * sum
		}
	}
}

// curve is the share that the shoppers there are find on all days, by logit: a table, since large networks ask it often.
func (d *knownNetwork) curve() func(float64) float64 {
	const reach, step = 16.0, 0.01
	days := [3]struct{ z, p float64 }{{-math.Sqrt(3), 1.0 / 6}, {0, 2.0 / 3}, {math.Sqrt(3), 1.0 / 6}}
	table := make([]float64, int(2*reach/step)+2)
	for i := range table {
		for _, j := range d.shopper {
			for _, day := range days {
				table[i] += day.p / float64(d.shoppers) * expitOf(step*float64(i)-reach+j+d.daySD*day.z)
			}
		}
	}
	return func(at float64) float64 {
		x := (max(-reach, min(reach, at)) + reach) / step
		i := int(x)
		return table[i] + (x-float64(i))*(table[i+1]-table[i])
	}
}

// weightShares is each standard's mean share of a visit's weight, given that answers fall out at random.
func (d *knownNetwork) weightShares() []float64 {
	rng := rand.New(rand.NewPCG(1, 1))
	out := make([]float64, d.realm.standards)
	const draws = 4000
	for range draws {
		total, seen := 0.0, make([]bool, len(out))
		for k := range out {
			if seen[k] = rng.Float64() >= d.na; seen[k] {
				total += d.standards[k].Weight
			}
		}
		for k := range out {
			if seen[k] && total > 0 {
				out[k] += d.standards[k].Weight / total / draws
			}
		}
	}
	return out
}

func (d *knownNetwork) region(b int) int { return b * d.regions / d.branches }

// visitor is a shopper for a branch: of its region mostly.
func (d *knownNetwork) visitor(b int) int {
	if d.rng.Float64() >= d.home {
		return d.rng.IntN(d.shoppers)
	}
	r := d.region(b)
	lo, hi := r*d.shoppers/d.regions, (r+1)*d.shoppers/d.regions
	return lo + d.rng.IntN(max(1, hi-lo))
}

// one visit to a branch: who, in which scenario, and what was found.
func (d *knownNetwork) visit(b int) (FairVisit, float64) {
	j, s := d.visitor(b), 0
	for p := d.rng.Float64(); s < len(d.share)-1 && p >= d.share[s]; s++ {
		p -= d.share[s]
	}
	day := d.daySD * d.rng.NormFloat64()
	v := FairVisit{
		Branch: branchName(b), Shopper: fmt.Sprintf("S%03d", j), Scenario: scenarioNames()[s], Month: 24312, Outcomes: make([]Met, len(d.standards)),
	}
	met, total := 0.0, 0.0
	for k, standard := range d.standards {
		if d.rng.Float64() < d.na {
			continue
		}
		total += standard.Weight
		v.Outcomes[k] = MetNot
		if d.rng.Float64() < expitOf(d.intercept[k]+d.scenario[s][k]+d.branch[b]+d.own[b][k]+d.shopper[j]+day) {
			v.Outcomes[k] = MetGood
			met += standard.Weight
		}
	}
	if total == 0 {
		v.ScoreBP = -1
		return v, 0
	}
	v.ScoreBP = int(math.Round(10_000 * met / total))
	return v, 100 * met / total
}

func branchName(b int) string { return fmt.Sprintf("B%04d", b) }

// window is one window of visits, ready to be compared.
type window struct {
	in    Input
	sum   []float64 // of scores by branch
	n     []float64
	cells map[[2]int]*Counts
}

func (d *knownNetwork) window(visits int) *window {
	w := &window{sum: make([]float64, d.branches), n: make([]float64, d.branches), cells: map[[2]int]*Counts{}}
	w.in = Input{Standards: d.standards, Fair: NewFairTable(d.standards), Brief: true, TargetBP: d.scoreTarget()}
	for b := range d.branches {
		w.in.Branches = append(w.in.Branches, Branch{ID: branchName(b), Region: fmt.Sprintf("R%02d", d.region(b))})
		for k := range d.standards {
			w.cells[[2]int{b, k}] = &Counts{}
		}
		total := Scores{}
		for range d.visitsOf(visits) {
			v, score := d.visit(b)
			w.in.Fair.Add(v)
			w.sum[b] += score
			w.n[b]++
			total = total.plus(Scores{N: 1, SumBP: int64(v.ScoreBP), SumBP2: int64(v.ScoreBP) * int64(v.ScoreBP)})
			w.count(b, v.Outcomes)
		}
		w.in.Scores = append(w.in.Scores, ScoreCell{Branch: branchName(b), Scores: total})
	}
	for b := range d.branches {
		for k, s := range d.standards {
			w.in.Shares = append(w.in.Shares, ShareCell{Branch: branchName(b), Standard: s.ID, Counts: *w.cells[[2]int{b, k}]})
		}
	}
	w.in.Cells = w.in.Fair.Cells()
	return w
}

// visitsOf is how many visits a branch gets where n are usual.
func (d *knownNetwork) visitsOf(n int) int {
	if d.uneven == 0 {
		return n
	}
	return max(1, int(math.Round(float64(n)*math.Exp(d.uneven*d.rng.NormFloat64()-d.uneven*d.uneven/2))))
}

// scoreTarget is the score's, in basis points, about the network's true mean.
func (d *knownNetwork) scoreTarget() int {
	sum := 0.0
	for _, m := range d.mu {
		sum += m / float64(d.branches)
	}
	return int(math.Round(100 * (sum + d.scoreOff)))
}

func (w *window) count(b int, outcomes []Met) {
	for k, m := range outcomes {
		c := w.cells[[2]int{b, k}]
		switch m {
		case MetUnknown:
			c.NA++
		case MetNot:
			c.N++
		case MetGood, MetWow:
			c.N++
			c.X++
		}
	}
}
