package compare

import (
	"cmp"
	"maps"
	"slices"
)

// Adjuster takes off scores what their shopper and scenario explain, and their month and format where these are adjusted
// for. It is for what looks at single visits or single months: charts, and one window against another.
type Adjuster struct {
	model    WatchModel
	shopper  map[string]shopperPull
	design   *design
	fixed    []float64
	formats  map[string]string // by branch
	byFormat bool
	byMonth  bool
}

type shopperPull struct{ effect, variance float64 }

// NewAdjuster fits the crossed model of level C to all the cells given, or says why it cannot.
func NewAdjuster(in Input) (*Adjuster, []Declined) {
	if in.Level != LevelC {
		in.Level = 0
	}
	t := newTable(in)
	model := newScoreModel(t.scores, in.Level)
	model.adjust(t, in)
	f := model.fair
	if f == nil {
		if len(model.Declined) == 0 {
			return nil, []Declined{{Why: OwnShopper, Sentence: "There are too few branches or visits to adjust for shoppers."}}
		}
		return nil, model.Declined
	}
	a := &Adjuster{
		model:   WatchModel{Mean: f.mean, BranchVar: f.posterior().Branch, VisitVar: f.Posterior.Visit},
		shopper: map[string]shopperPull{}, design: f.design, fixed: f.fit.Fixed, formats: map[string]string{},
		byFormat: in.Peers == SameFormat, byMonth: in.ByMonth,
	}
	for j, s := range f.shoppers {
		a.shopper[s] = shopperPull{f.fit.ShopperEffect[j], f.fit.ShopperVar[j]}
	}
	for _, b := range t.branches {
		a.formats[b.ID] = b.Format
	}
	return a, model.Declined
}

// Explained is how many points higher than an average visit to the branch one by this shopper, in this scenario and month,
// is expected to score. What the model has not seen explains nothing.
func (a *Adjuster) Explained(branch, shopper, scenario string, month Month) float64 {
	sum := a.shopper[shopper].effect
	k := kind{scenario: scenario}
	if a.byMonth {
		k.month = month
	}
	if a.byFormat {
		k.format = a.formats[branch]
	}
	reference := a.design.mean
	if mix, ok := a.design.byFormat[k.format]; ok {
		reference = mix
	}
	for _, f := range a.design.factors {
		if f.own {
			continue
		}
		row := make([]float64, len(a.fixed))
		f.set(row, f.of(k))
		for l := range f.levels[1:] {
			at := f.first + l
			sum += a.fixed[at] * (row[at] - reference[at])
		}
	}
	return sum
}

// MoveRows pairs two windows as [MoveRows] does, with shoppers, scenarios and what else is adjusted for taken off: the cells
// must be among those that the model was fitted to.
func (a *Adjuster) MoveRows(before, after []VisitCell) ([]MoveRow, bool) {
	rows, ok := MoveRows(withoutShoppers(before), withoutShoppers(after))
	if !ok {
		return nil, false
	}
	was, is := a.means(before), a.means(after)
	for i := range rows {
		r := &rows[i]
		r.Before, r.After = was[r.Branch], is[r.Branch]
	}
	return rows, true
}

func withoutShoppers(cells []VisitCell) []ScoreCell {
	out := make([]ScoreCell, len(cells))
	for i, c := range cells {
		out[i] = ScoreCell{Branch: c.Branch, Scores: c.Scores}
	}
	return out
}

// inOrder sorts a copy, so that sums do not depend on how the cells came.
func inOrder(cells []VisitCell) []VisitCell {
	out := slices.Clone(cells)
	slices.SortFunc(out, func(a, b VisitCell) int {
		return cmp.Or(cmp.Compare(a.Branch, b.Branch), cmp.Compare(a.Shopper, b.Shopper), cmp.Compare(a.Scenario, b.Scenario),
			cmp.Compare(a.Month, b.Month), cmp.Compare(a.N, b.N), cmp.Compare(a.SumBP, b.SumBP))
	})
	return out
}

// means are each branch's adjusted mean, with the error of visits and of the shoppers' effects.
func (a *Adjuster) means(cells []VisitCell) map[string]WindowMean {
	type met struct{ branch, shopper string }
	n, sum, by := map[string]int64{}, map[string]float64{}, map[met]int64{}
	for _, c := range inOrder(cells) {
		if c.N <= 0 || !c.possible() {
			continue
		}
		n[c.Branch] += c.N
		sum[c.Branch] += float64(c.SumBP)/100 - float64(c.N)*a.Explained(c.Branch, c.Shopper, c.Scenario, c.Month)
		by[met{c.Branch, c.Shopper}] += c.N
	}
	out := map[string]WindowMean{}
	for branch, visits := range n {
		v := float64(visits)
		out[branch] = WindowMean{N: int(visits), Points: sum[branch] / v, Var: a.model.VisitVar / v}
	}
	for _, m := range slices.SortedFunc(maps.Keys(by), func(x, y met) int {
		return cmp.Or(cmp.Compare(x.branch, y.branch), cmp.Compare(x.shopper, y.shopper))
	}) {
		visits := by[m]
		w, share := out[m.branch], float64(visits)/float64(n[m.branch])
		w.Var += share * share * a.shopper[m.shopper].variance
		out[m.branch] = w
	}
	return out
}
