package compare

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// design is what is fixed about visits of each kind, as columns of 0 and 1 beside the leading 1. What occurs most often is
// the one that others are measured against.
type design struct {
	names    []string
	rows     [][]float64 // by kind
	adjusted []string
	factors  []factor
	mean     []float64            // over all visits
	byFormat map[string][]float64 // over the visits of a format
}

// factor is one property of visits with its levels; the first level has no column.
type factor struct {
	name     string
	first    int // its first column
	levels   []string
	of       func(kind) string
	own      bool // it is the branch's, not the visit's
	branches int  // a level with fewer branches has no column of its own
}

const (
	mostLevels = 40 // of one property; the rarest beyond share a column
	otherLevel = "(other)"
)

// newDesign builds the columns from kinds as they occur in the cells.
func newDesign(c *crossing, regions bool) *design {
	d := &design{names: []string{"(Intercept)"}, byFormat: map[string][]float64{}}
	count := make([]int64, len(c.kinds))
	for _, x := range c.cells {
		count[x.Row] += x.N
	}
	d.factor(c, count, factor{name: "scenario", of: func(k kind) string { return k.scenario }})
	d.factor(c, count, factor{name: "format", own: true, branches: fewBranches, of: func(k kind) string { return k.format }})
	d.factor(c, count, factor{name: "month", of: func(k kind) string { return k.month.String() }})
	if regions {
		d.factor(c, count, factor{name: "region", own: true, branches: regionBranches, of: func(k kind) string { return k.region }})
	}
	d.factor(c, count, factor{name: "island", own: true, of: func(k kind) string { return islandName(k.island) }})
	for _, k := range c.kinds {
		d.rows = append(d.rows, d.row(k))
	}
	d.average(c, count)
	return d
}

func islandName(i int) string {
	if i == 0 {
		return ""
	}
	return strconv.Itoa(i)
}

// factor adds the columns of one property, unless all visits share it.
func (d *design) factor(c *crossing, count []int64, f factor) {
	f.gather(c, count)
	seen := map[string]int64{}
	for i, k := range c.kinds {
		seen[f.of(k)] += count[i]
	}
	if len(seen) < 2 {
		return
	}
	f.levels = slices.Sorted(maps.Keys(seen))
	most := slices.MaxFunc(f.levels, func(a, b string) int { return cmp.Or(cmp.Compare(seen[a], seen[b]), cmp.Compare(b, a)) })
	f.levels = slices.DeleteFunc(f.levels, func(l string) bool { return l == most })
	f.first = len(d.names)
	for _, l := range f.levels {
		d.names = append(d.names, f.name+l)
	}
	f.levels = slices.Insert(f.levels, 0, most)
	d.factors = append(d.factors, f)
	if f.name != "island" {
		d.adjusted = append(d.adjusted, f.name)
	}
}

// gather puts levels that are too rare to have a column of their own together in one.
func (f *factor) gather(c *crossing, count []int64) {
	seen := map[string]int64{}
	for i, k := range c.kinds {
		seen[f.of(k)] += count[i]
	}
	branches := map[string]int{}
	if f.own {
		last := -1
		for _, x := range c.cells { // by branch
			if x.Branch != last {
				branches[f.of(c.kinds[x.Row])]++
				last = x.Branch
			}
		}
	}
	levels := slices.SortedFunc(maps.Keys(seen), func(a, b string) int { return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(a, b)) })
	rare := map[string]bool{}
	for i, l := range levels {
		rare[l] = i >= mostLevels || f.own && branches[l] < f.branches
	}
	plain := f.of
	f.of = func(k kind) string {
		if l := plain(k); !rare[l] {
			return l
		}
		return otherLevel
	}
}

func (d *design) row(k kind) []float64 {
	row := make([]float64, len(d.names))
	row[0] = 1
	for _, f := range d.factors {
		f.set(row, f.of(k))
	}
	return row
}

// set marks the level in the row; the first level, and one that is not known, has no mark.
func (f factor) set(row []float64, level string) {
	for l := range f.levels[1:] {
		row[f.first+l] = 0
	}
	if at := slices.Index(f.levels, level); at > 0 {
		row[f.first+at-1] = 1
	}
}

// average finds the mix of visits of the whole network and of each format.
func (d *design) average(c *crossing, count []int64) {
	d.mean = make([]float64, len(d.names))
	sums := map[string]int64{}
	for i, k := range c.kinds {
		if d.byFormat[k.format] == nil {
			d.byFormat[k.format] = make([]float64, len(d.names))
		}
		for a, v := range d.rows[i] {
			d.mean[a] += v * float64(count[i])
			d.byFormat[k.format][a] += v * float64(count[i])
		}
		sums[k.format] += count[i]
	}
	all := d.mean[0]
	for a := range d.mean {
		d.mean[a] /= all
	}
	for format, row := range d.byFormat {
		for a := range row {
			row[a] /= float64(sums[format])
		}
	}
}

// referenceOf is the visit by which a branch is judged: the mix of scenarios and months of its format (of the network,
// where formats are not told apart), and what is the branch's own.
func (d *design) referenceOf(b Branch, island int) []float64 {
	mix, ok := d.byFormat[b.Format]
	if !ok {
		mix = d.mean
	}
	row := slices.Clone(mix)
	own := kind{format: b.Format, region: b.Region, island: island}
	for _, f := range d.factors {
		if f.own {
			f.set(row, f.of(own))
		}
	}
	return row
}
