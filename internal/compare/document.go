package compare

import (
	"fmt"

	"plainclothes/internal/catalogue"
)

// Document is what the command "compare" prints, as JSON. Fields without a value are null: a branch without scores has no
// estimate, level A has no ranks.
type Document struct {
	Model     ModelDocument      `json:"model"`
	Branches  []BranchDocument   `json:"branches"`
	Standards []StandardDocument `json:"standards"`
	Worst     []string           `json:"worst"`
	Gaps      []GapDocument      `json:"gaps"`
	Warnings  []string           `json:"warnings,omitempty"`
}

// ModelDocument says how branches were estimated. Criterion, variances, fixed effects and components are those of the
// crossed model of branch and shopper, fitted plainly; null where it cannot be fitted.
type ModelDocument struct {
	Level      string             `json:"level"`
	Criterion  *float64           `json:"criterion"`
	Variances  *VariancesDocument `json:"variances"`
	Fixed      map[string]float64 `json:"fixed"`
	Declined   []string           `json:"declined"`
	Components *int               `json:"components"`
}

// VariancesDocument are variances of scores in points squared.
type VariancesDocument struct {
	Branch   float64 `json:"branch"`
	Shopper  float64 `json:"shopper"`
	Residual float64 `json:"residual"`
}

// BranchDocument is one branch's score, in basis points, not rounded.
type BranchDocument struct {
	Branch     string        `json:"branch"`
	N          int           `json:"n"`
	NEffective *float64      `json:"n_effective"`
	MeanBP     *float64      `json:"mean_bp"`
	EstimateBP *float64      `json:"estimate_bp"`
	SDBP       *float64      `json:"sd_bp"`
	RangeBP    *[2]float64   `json:"range_bp"` // 90 %
	Rank       *RankDocument `json:"rank"`
	PWorst10   *float64      `json:"p_worst10"`
}

// RankDocument is a place among all branches, 1 the best, and its 90 % range.
type RankDocument struct {
	Expected float64 `json:"expected"`
	Lo       int     `json:"lo"`
	Hi       int     `json:"hi"`
}

// StandardDocument is one branch judged against one standard. Interval is that of the counts alone (Jeffreys, 90 %);
// mean and p_below are those of the level, pooled with the peers at level B, and Range is the mean's.
type StandardDocument struct {
	Branch    string      `json:"branch"`
	Standard  string      `json:"standard"`
	N         int         `json:"n"`
	X         int         `json:"x"`
	Interval  *[2]float64 `json:"interval"`
	Mean      *float64    `json:"mean"`
	PBelow    *float64    `json:"p_below"`
	POwnBelow *float64    `json:"p_own_below"`
	Status    string      `json:"status"`
	Lean      string      `json:"lean,omitempty"`
	Level     string      `json:"level"`
	Range     *[2]float64 `json:"range"`
	Sentence  string      `json:"sentence"`
}

// GapDocument is how many points a standard puts a branch ahead of all the others.
type GapDocument struct {
	Branch      string  `json:"branch"`
	Standard    string  `json:"standard"`
	Performance float64 `json:"performance"`
	Mix         float64 `json:"mix"`
}

// NewDocument compares what was read. wanted 0 takes the highest level that the visits carry.
func NewDocument(v *Visits, wanted Level, peers Peers) Document {
	in := v.Input(wanted, peers)
	r := Run(in)
	d := Document{
		Model: modelDocument(&r, in), Branches: []BranchDocument{}, Standards: []StandardDocument{},
		Worst: []string{}, Gaps: []GapDocument{}, Warnings: v.Warnings,
	}
	for _, b := range r.Branches {
		d.Branches = append(d.Branches, branchDocument(b))
		for _, o := range b.Outcomes {
			d.Standards = append(d.Standards, standardDocument(o))
		}
	}
	for _, w := range r.Worst {
		d.Worst = append(d.Worst, w.Branch)
	}
	for _, g := range v.Gaps() {
		d.Gaps = append(d.Gaps, GapDocument(g))
	}
	return d
}

// modelDocument says which level was used, and why not a higher one. The crossed model's figures are given wherever it can
// be fitted, also where it must not be relied on.
func modelDocument(r *Result, in Input) ModelDocument {
	d := ModelDocument{Level: r.level().String(), Declined: []string{}}
	crossed, ok := r.Model.Crossed, r.Model.Crossed != nil
	if !ok && (in.Level == 0 || in.Level == LevelC) {
		crossed, ok = componentsAlone(in)
	}
	if ok {
		d.crossed(crossed)
	}
	d.Declined = append(d.Declined, r.Model.Notes...)
	if alone := r.alone(); in.Level != LevelA && alone > 0 {
		d.Declined = append(d.Declined, fmt.Sprintf(
			"%s visits to fewer than %d branches and %s not pooled.",
			catalogue.Count(alone, "standard has", "standards have"), fewBranches, plural(alone, "is", "are")))
	}
	return d
}

func (d *ModelDocument) crossed(m *CrossedModel) {
	v := m.Plain
	d.Variances = &VariancesDocument{Branch: v.Branch, Shopper: v.Shopper, Residual: v.Visit}
	d.Fixed, d.Components = m.Fixed, &m.Islands
	if m.HasCriterion {
		d.Criterion = &m.Criterion
	}
}

// level is the highest one used for anything.
func (r *Result) level() Level {
	top := max(LevelA, r.Model.Level)
	for _, b := range r.Branches {
		for _, o := range b.Outcomes {
			top = max(top, o.Good.Level)
		}
	}
	return top
}

// alone counts the standards that could not be pooled.
func (r *Result) alone() int {
	n := 0
	for k := range r.Standards {
		if len(r.Branches) > 0 && r.Branches[0].Outcomes[k].Good.Level == LevelA {
			n++
		}
	}
	return n
}

func branchDocument(b BranchRow) BranchDocument {
	e := b.Score
	d := BranchDocument{Branch: b.ID, N: e.N}
	if e.N == 0 {
		return d
	}
	effective := float64(e.N) // shoppers' differences are not counted below level C
	if e.Level == LevelC {
		effective = e.Effective
	}
	d.NEffective, d.MeanBP, d.EstimateBP = &effective, &e.MeanBP, &e.EstimateBP
	if e.HasRange {
		d.SDBP, d.RangeBP = &e.SDBP, &[2]float64{e.LoBP, e.HiBP}
	}
	if e.HasPlace {
		d.Rank = &RankDocument{Expected: e.Place.Expected, Lo: e.Place.Lo, Hi: e.Place.Hi}
		d.PWorst10 = &e.PWorst
	}
	return d
}

func standardDocument(o Outcome) StandardDocument {
	d := StandardDocument{
		Branch: o.Branch, Standard: o.Standard, N: o.N, X: o.X, Level: o.Good.Level.String(),
		Status: o.Status.String(), Lean: o.Lean.String(), Sentence: o.Sentence(),
	}
	if o.Status == Unjudged {
		d.Status = TooFew.String()
	}
	if o.N > 0 {
		d.Interval, d.POwnBelow = &[2]float64{o.Good.Interval.Lo, o.Good.Interval.Hi}, &o.Good.POwnBelow
	}
	if o.N > 0 || o.Good.Level >= LevelB {
		d.Mean, d.PBelow, d.Range = &o.Good.Mean, &o.Good.PBelow, &[2]float64{o.Good.Range.Lo, o.Good.Range.Hi}
	}
	return d
}
