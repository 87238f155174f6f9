package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// FunnelKind says what a funnel shows.
type FunnelKind int

// The kinds.
const (
	FunnelOfScores FunnelKind = iota // values and limits are points of score
	FunnelOfShares                   // values and limits are percent of visits
)

// FunnelRow is one branch of a funnel. For scores: N visits with their mean in Points, Effective visits once shoppers'
// differences are counted (0: as many as N). For shares: X of N visits met.
type FunnelRow struct {
	Branch    string
	N, X      int
	Points    float64
	Effective float64
}

// FunnelInput is what a funnel is drawn from. Centre is the mean or the target, in points or percent; 0 takes the mean of
// the rows. VisitVar and BranchVar are variances of scores within and between branches in points squared; shares need
// neither. Skew is that of single visits: where a few are terrible a low mean comes about by luck more often than a high one.
type FunnelInput struct {
	Kind                FunnelKind
	Rows                []FunnelRow
	Centre              float64
	VisitVar, BranchVar float64
	Skew                float64
}

// Funnel shows which branches lie outside what luck alone explains. X is effective visits, Y points or percent.
type Funnel struct {
	Kind   FunnelKind
	Centre float64
	Dots   []FunnelDot   // by branch id
	Limits []FunnelLimit // by visits, for drawing
	// Dispersion says how much more branches differ than luck explains, around the centre, ten percent drawn in at both
	// ends; Tau2 is in points or percent squared.
	Dispersion stats.Dispersion
	Reach      int // visits from which a result can fall below the 99.8 % limit; shares only, 0 for scores
	Sentences  []string
}

// FunnelSide is where a dot lies.
type FunnelSide int

// The sides.
const (
	FunnelInside FunnelSide = iota
	FunnelBelow
	FunnelAbove
)

// FunnelDot is one branch. Outside95 and Outside998 are about the limits of luck alone; Unusual is outside the wider 99.8 %
// limits that allow for how branches differ anyway. Named is for the list: with many branches some lie outside by luck, and
// of those named at most one in ten is expected to (Benjamini and Hochberg).
type FunnelDot struct {
	Branch                string
	X, Y                  float64
	Side                  FunnelSide // beyond the 95 % limits; inside otherwise
	Outside95, Outside998 bool
	Unusual               bool
	P, Adjusted           float64
	Named                 bool
}

// FunnelLimit is the limits at one number of visits: of luck alone, and, where branches differ anyway, the wider ones.
type FunnelLimit struct {
	X              float64
	In95, In998    stats.Interval
	Wide95, Wide98 stats.Interval // Wide98 is that of 99.8 %
}

const (
	funnelFalse = 0.10 // of those named, at most this part is luck
	funnelDrawn = 0.10 // drawn in at either end before dispersion is measured
	funnelSteps = 60   // points of a curve
	z95, z998   = 1.959963984540054, 3.090232306167813
)

// NewFunnel draws the funnel. Rows without visits, and rows that cannot be, are left out; it is false where nothing is left,
// where the centre lies at an end of the scale (nothing could fall outside it), and for scores without a variance between visits.
func NewFunnel(in FunnelInput) (Funnel, bool) {
	rows := in.usable()
	centre := in.centreOf(rows)
	if len(rows) == 0 || !(centre > 0 && centre < 100) || in.Kind == FunnelOfScores && !(in.VisitVar > 0) {
		return Funnel{}, false
	}
	f := Funnel{Kind: in.Kind, Centre: centre}
	p := make([]float64, len(rows))
	for i, r := range rows {
		f.Dots = append(f.Dots, FunnelDot{Branch: r.Branch, X: r.visits(in.Kind), Y: r.value(in.Kind)})
		p[i] = in.chance(r, centre)
	}
	f.measure(in)
	adjusted, _ := stats.FalseDiscovery(p)
	limits := knownLimits{f: &f, in: in, known: map[float64]FunnelLimit{}}
	for i := range f.Dots {
		f.Dots[i].P, f.Dots[i].Adjusted = p[i], adjusted[i]
		f.Dots[i].place(limits.at(rows[i].visits(in.Kind)), centre)
	}
	f.curve(in)
	f.say()
	return f, true
}

func (in FunnelInput) usable() []FunnelRow {
	var out []FunnelRow
	for _, r := range in.Rows {
		share := in.Kind == FunnelOfShares && r.X >= 0 && r.X <= r.N
		score := in.Kind == FunnelOfScores && r.Points >= 0 && r.Points <= 100 && r.Effective >= 0 && !math.IsInf(r.Effective, 0)
		if r.N > 0 && (share || score) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b FunnelRow) int { return strings.Compare(a.Branch, b.Branch) })
	return out
}

func (r FunnelRow) visits(kind FunnelKind) float64 {
	if kind == FunnelOfScores && r.Effective > 0 {
		return r.Effective
	}
	return float64(r.N)
}

func (r FunnelRow) value(kind FunnelKind) float64 {
	if kind == FunnelOfScores {
		return r.Points
	}
	return 100 * float64(r.X) / float64(r.N)
}

func (in FunnelInput) centreOf(rows []FunnelRow) float64 {
	if in.Centre != 0 {
		return in.Centre
	}
	sum, n := 0.0, 0.0
	for _, r := range rows {
		w := r.visits(in.Kind)
		sum += w * r.value(in.Kind)
		n += w
	}
	return sum / math.Max(n, 1)
}

// chance is how likely a result at least as far from the centre is by luck alone.
func (in FunnelInput) chance(r FunnelRow, centre float64) float64 {
	if in.Kind == FunnelOfShares {
		p, _ := stats.BinomialP(r.N, r.X, centre/100)
		return p
	}
	n := r.visits(in.Kind)
	return stats.SkewedP((r.Points-centre)/math.Sqrt(in.VisitVar/n), in.Skew/math.Sqrt(n))
}

// luckSD is how much luck alone moves a result of so many visits, points or percent.
func (f *Funnel) luckSD(in FunnelInput, visits float64) float64 {
	if in.Kind == FunnelOfShares {
		return math.Sqrt(f.Centre * (100 - f.Centre) / visits)
	}
	return math.Sqrt(in.VisitVar / visits)
}

// measure finds how much branches differ beyond luck. For scores with a known variance between branches that one is used.
func (f *Funnel) measure(in FunnelInput) {
	off, sd := make([]float64, len(f.Dots)), make([]float64, len(f.Dots))
	for i, d := range f.Dots {
		off[i], sd[i] = d.Y-f.Centre, f.luckSD(in, d.X)
	}
	f.Dispersion, _ = stats.FunnelDispersion(off, sd, funnelDrawn)
	if in.BranchVar > 0 {
		f.Dispersion.Tau2 = in.BranchVar
	}
	if in.Kind == FunnelOfShares {
		f.Reach, _ = stats.FunnelReach(f.Centre/100, 0.001)
	}
}

// limits at a number of visits. Those of shares are exact at whole numbers.
func (f *Funnel) limits(in FunnelInput, visits float64) FunnelLimit {
	sd := f.luckSD(in, visits)
	l := FunnelLimit{X: visits, In95: f.around(z95 * sd), In998: f.around(z998 * sd)}
	if in.Kind == FunnelOfShares {
		l.In95, l.In998 = f.exact(visits, 0.025), f.exact(visits, 0.001)
	}
	wide := math.Sqrt(sd*sd + f.Dispersion.Tau2)
	l.Wide95, l.Wide98 = f.around(z95*wide), f.around(z998*wide)
	return l
}

// knownLimits remembers the limits of a funnel: thousands of branches have a hundred different numbers of visits.
type knownLimits struct {
	f     *Funnel
	in    FunnelInput
	known map[float64]FunnelLimit
}

func (k *knownLimits) at(visits float64) FunnelLimit {
	l, ok := k.known[visits]
	if !ok {
		l = k.f.limits(k.in, visits)
		k.known[visits] = l
	}
	return l
}

func (f *Funnel) around(reach float64) stats.Interval {
	return stats.Interval{Lo: math.Max(0, f.Centre-reach), Hi: math.Min(100, f.Centre+reach)}
}

func (f *Funnel) exact(visits, tail float64) stats.Interval {
	n := max(1, int(math.Floor(visits+0.5)))
	lo, _ := stats.FunnelLimit(f.Centre/100, n, tail)
	hi, _ := stats.FunnelLimit(f.Centre/100, n, 1-tail)
	return stats.Interval{Lo: 100 * lo, Hi: 100 * hi}
}

// place judges one dot. A result on a limit is inside.
func (d *FunnelDot) place(l FunnelLimit, centre float64) {
	d.Outside95, d.Outside998 = beyond(d.Y, l.In95), beyond(d.Y, l.In998)
	d.Unusual = d.Outside998 && beyond(d.Y, l.Wide98)
	d.Named = d.Adjusted <= funnelFalse && d.Outside95
	switch {
	case !d.Outside95:
	case d.Y < centre:
		d.Side = FunnelBelow
	default:
		d.Side = FunnelAbove
	}
}

func beyond(y float64, iv stats.Interval) bool {
	const edge = 1e-9
	return y < iv.Lo-edge || y > iv.Hi+edge
}

// curve samples the limits from a third of the fewest visits, so that the funnel narrows before the eye, to the most,
// denser where they bend.
func (f *Funnel) curve(in FunnelInput) {
	lo, hi := math.Inf(1), 0.0
	for _, d := range f.Dots {
		lo, hi = math.Min(lo, d.X), math.Max(hi, d.X)
	}
	lo = math.Max(1, math.Floor(lo/3))
	hi = math.Max(hi, lo+1)
	last := 0.0
	for i := range funnelSteps + 1 {
		x := lo * math.Pow(hi/lo, float64(i)/funnelSteps)
		if in.Kind == FunnelOfShares {
			x = math.Floor(x + 0.5)
		}
		if x > last {
			f.Limits = append(f.Limits, f.limits(in, x))
			last = x
		}
	}
}

// say puts the picture in words.
func (f *Funnel) say() {
	below, above, outside := 0, 0, 0
	for _, d := range f.Dots {
		switch {
		case d.Named && d.Side == FunnelBelow:
			below++
		case d.Named && d.Side == FunnelAbove:
			above++
		}
		if d.Outside95 {
			outside++
		}
	}
	n := len(f.Dots)
	f.Sentences = append(f.Sentences, fmt.Sprintf("%s outside the funnel of 95 %%; by luck alone it would be about %s.",
		ofBranches(outside, n), few(float64(n)*0.05)))
	if below+above == 0 {
		f.Sentences = append(f.Sentences, "None can be named: such distances come about by luck.")
	} else {
		f.Sentences = append(f.Sentences, fmt.Sprintf("Named are %d below and %d above; of those named at most one in ten is expected to be there by luck.", below, above))
	}
	if f.thin() {
		f.Sentences = append(f.Sentences, fmt.Sprintf("With fewer than %s no result can be extraordinarily low, not even none met.", visits(f.Reach)))
	}
}

// thin tells whether some branch has too few visits to fall out of the funnel whatever it does.
func (f *Funnel) thin() bool {
	return f.Reach > 1 && slices.ContainsFunc(f.Dots, func(d FunnelDot) bool { return d.X < float64(f.Reach) })
}

func ofBranches(n, of int) string {
	return fmt.Sprintf("%d of %s %s", n, catalogue.Count(of, "branch", "branches"), plural(n, "lies", "lie"))
}

// few writes an expected count: "0.4", "3", "12".
func few(v float64) string {
	if v < 1 {
		return tenths(v)
	}
	return fmt.Sprintf("%.0f", math.Floor(v+0.5))
}

// tenths writes a number with at most one decimal, half up: "12.8", "13".
func tenths(v float64) string {
	r := math.Floor(v*10+0.5) / 10
	if r == 0 {
		r = 0 // no minus before nothing
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", r), ".0")
}

// ScoreFunnel is the funnel of the scores of a comparison, around the network's expected score; scores are those that it was
// made from. It is false where no variance between visits is known.
func ScoreFunnel(r *Result, scores []ScoreCell) (Funnel, bool) {
	in := FunnelInput{
		Kind: FunnelOfScores, Centre: r.Model.MeanBP / 100, VisitVar: r.Model.Spread.SD * r.Model.Spread.SD,
		BranchVar: r.Model.BranchSDBP * r.Model.BranchSDBP / 10_000,
	}
	in.Skew = skewOf(scores, in.VisitVar, in.BranchVar)
	for _, b := range r.Branches {
		if b.Score.N > 0 {
			in.Rows = append(in.Rows, FunnelRow{Branch: b.ID, N: b.Score.N, Points: b.Score.MeanBP / 100})
		}
	}
	return NewFunnel(in)
}

func skewOf(scores []ScoreCell, visitVar, branchVar float64) float64 {
	sums := sumScores(scores)
	var groups []stats.ScoreGroup
	for _, id := range sortedKeys(sums) {
		groups = append(groups, sums[id].group())
	}
	return stats.Skewness(groups, visitVar, branchVar)
}

// ShareFunnel is the funnel of one standard of a comparison, around its target, or around the branches' own share where
// aroundMean is asked for or there is no target. It is false for a standard that nobody was visited for.
func ShareFunnel(r *Result, standard string, aroundMean bool) (Funnel, bool) {
	in := FunnelInput{Kind: FunnelOfShares}
	at := slices.IndexFunc(r.Standards, func(s Standard) bool { return s.ID == standard })
	if at < 0 {
		return Funnel{}, false
	}
	for i := range r.Branches {
		o := &r.Branches[i].Outcomes[at]
		in.Rows = append(in.Rows, FunnelRow{Branch: r.Branches[i].ID, N: o.N, X: o.X})
		if !aroundMean {
			in.Centre = float64(o.Good.TargetBP) / 100
		}
	}
	return NewFunnel(in)
}

// Outside lists the dots that a picture names, furthest from the centre first.
func (f *Funnel) Outside() []FunnelDot {
	var out []FunnelDot
	for _, d := range f.Dots {
		if d.Named {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b FunnelDot) int { return cmp.Or(cmp.Compare(a.P, b.P), strings.Compare(a.Branch, b.Branch)) })
	return out
}
