package compare

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// RegionGap is one region against another, or against all others together (Other empty): what their branches would score
// by the same shoppers in the same scenarios. Points of the score.
type RegionGap struct {
	Region, Other string
	Branches      int     // of Region, with visits
	Visits        int     // to them
	Points        float64 // Region minus Other
	SD            float64
	Range         stats.Interval // 90 %
	P             float64        // of so large a gap where there is none
	Ratio         float64        // variance of the gap, over what it would be if all shoppers were alike
	Shoppers      float64        // what shoppers alone could cause: 1.96 standard deviations
	Real          bool           // P at most 5 %, and the regions' shoppers are not too different to tell
	Sentence      string
}

// Regions is all that can be said of regions.
type Regions struct {
	Rest     []RegionGap // each against all others, by name
	Pairs    []RegionGap // each against each later one, by name
	Declined []Declined
}

const (
	regionBranches = 3 // with fewer a region is not compared
	regionRatio    = 3.0
	mostRegions    = 40
)

// CompareRegions compares regions as far as shoppers allow it: branches as random within their region, shoppers and
// scenarios adjusted for. Without level C it says why not.
func CompareRegions(in Input) Regions { //nolint:revive // Regions alone is what it gives
	t := newTable(in)
	model := newScoreModel(t.scores, LevelB)
	if in.Level == LevelA || in.Level == LevelB {
		in.Level = 0
	}
	model.adjust(t, in)
	out := Regions{Declined: model.Declined}
	if model.fair == nil {
		if len(out.Declined) == 0 {
			out.Declined = []Declined{{Why: OwnShopper, Sentence: "There are too few branches or visits to compare regions."}}
		}
		return out
	}
	r, ok := newRegionFit(model.fair)
	if !ok {
		return out
	}
	for i := range r.names {
		out.Rest = append(out.Rest, r.gap(i, "", r.contrast(i, -1)))
		for k, b := range r.names[i+1:] {
			out.Pairs = append(out.Pairs, r.gap(i, b, r.contrast(i, i+1+k)))
		}
	}
	return out
}

// regionFit is the crossed model with a level for each region.
type regionFit struct {
	names   []string
	rows    [][]float64 // the mean design row of each region's branches, by their regions alone
	size    []float64   // branches
	visits  []int       // to them
	with    stats.CrossedFit
	without stats.CrossedFit // at the same variances, all shoppers alike
	spare   float64
}

func newRegionFit(f *fair) (*regionFit, bool) {
	d := newDesign(f.crossing, true)
	x, ok := stats.NewCrossed(f.crossing.data(d))
	if !ok {
		return nil, false
	}
	v := f.posterior()
	r := &regionFit{}
	if r.with, ok = x.Solve(v); !ok {
		return nil, false
	}
	if r.without, ok = x.Solve(stats.Variances{Branch: v.Branch, Visit: v.Visit}); !ok {
		return nil, false
	}
	r.members(f, d)
	r.spare = math.Max(1, float64(r.with.Branches-r.with.Columns))
	return r, len(r.names) >= 2 && len(r.names) <= mostRegions
}

// members finds the regions with enough branches, and what sets their branches apart in the design.
func (r *regionFit) members(f *fair, d *design) {
	sums := map[string][]float64{}
	size, visits := map[string]float64{}, map[string]int{}
	for i, b := range f.crossing.t.branches {
		if f.diverse[i].n == 0 || b.Region == "" {
			continue
		}
		row := make([]float64, len(d.names))
		for _, q := range d.factors {
			if q.name == "region" || q.name == "island" {
				q.set(row, q.of(kind{region: b.Region, island: f.island[i]}))
			}
		}
		if sums[b.Region] == nil {
			sums[b.Region] = make([]float64, len(row))
		}
		for a, v := range row {
			sums[b.Region][a] += v
		}
		size[b.Region]++
		visits[b.Region] += int(f.diverse[i].n)
	}
	for name, n := range size {
		if n >= regionBranches {
			r.names = append(r.names, name)
		}
	}
	slices.Sort(r.names)
	for _, name := range r.names {
		row := sums[name]
		for a := range row {
			row[a] /= size[name]
		}
		r.rows, r.size, r.visits = append(r.rows, row), append(r.size, size[name]), append(r.visits, visits[name])
	}
}

// contrast of region i with region k, or with all others by their branches (k below 0).
func (r *regionFit) contrast(i, k int) []float64 {
	row, all := slices.Clone(r.rows[i]), 0.0
	for j := range r.rows {
		if j != i && (k < 0 || j == k) {
			all += r.size[j]
		}
	}
	for j, other := range r.rows {
		if j == i || k >= 0 && j != k {
			continue
		}
		for a, v := range other {
			row[a] -= v * r.size[j] / all
		}
	}
	return row
}

// gap is region i against another.
func (r *regionFit) gap(i int, other string, contrast []float64) RegionGap {
	g := RegionGap{Region: r.names[i], Other: other, Branches: int(r.size[i]), Visits: r.visits[i]}
	var variance float64
	g.Points, variance = r.with.Line(contrast)
	_, alike := r.without.Line(contrast)
	if !(variance > 0 && alike > 0) {
		g.P, g.Sentence = 1, "These regions cannot be compared."
		return g
	}
	t := distuv.StudentsT{Sigma: 1, Nu: r.spare}
	g.SD, g.Ratio = math.Sqrt(variance), variance/alike
	g.Shoppers = 1.96 * math.Sqrt(math.Max(0, variance-alike))
	g.P = 2 * t.CDF(-math.Abs(g.Points)/g.SD)
	half := t.Quantile(0.95) * g.SD
	g.Range = stats.Interval{Lo: g.Points - half, Hi: g.Points + half}
	g.Real = g.P <= 0.05 && g.Ratio <= regionRatio
	g.Sentence = g.words()
	return g
}

// words says the gap, and what may have caused it.
func (g *RegionGap) words() string {
	points := int(math.Floor(math.Abs(g.Points) + 0.5))
	switch {
	case g.Ratio > regionRatio && math.Abs(g.Points) <= g.Shoppers:
		return fmt.Sprintf("These regions are audited by different people; the gap of %s is within what shoppers alone could cause (±%d).",
			catalogue.Count(points, "point", "points"), int(math.Ceil(g.Shoppers)))
	case g.Ratio > regionRatio:
		return fmt.Sprintf("These regions are audited by different people; the gap of %s is hardly more than what shoppers alone could cause (±%d), so it is not called real.",
			catalogue.Count(points, "point", "points"), int(math.Floor(g.Shoppers)))
	case !g.Real && g.Other == "":
		return fmt.Sprintf("The gap of %s between %s and the other regions could be luck.", catalogue.Count(points, "point", "points"), g.Region)
	case !g.Real:
		return fmt.Sprintf("The gap of %s between %s and %s could be luck.", catalogue.Count(points, "point", "points"), g.Region, g.Other)
	}
	word, lo, hi := "higher", g.Range.Lo, g.Range.Hi
	if g.Points < 0 {
		word, lo, hi = "lower", -g.Range.Hi, -g.Range.Lo
	}
	about := catalogue.Count(points, "point", "points") + " " + word
	if g.Other == "" {
		return fmt.Sprintf("%s would score about %s than the other regions (%.0f to %.0f).", g.Region, about, math.Max(0, lo), hi)
	}
	return fmt.Sprintf("%s would score about %s than %s (%.0f to %.0f).", g.Region, about, g.Other, math.Max(0, lo), hi)
}
