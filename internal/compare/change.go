package compare

import (
	"cmp"
	"slices"
	"strings"
)

// Change is one branch and standard whose status is not what it was. A side that was not judged at all (the standard is
// new, or gone) is Unjudged.
type Change struct {
	Branch, Standard string
	From, To         Status
}

// Changes compares two judgements of the same branches: which states a new target or definition would change. By
// standard, then branch; what stays the same is not listed.
func Changes(before, after []Outcome) []Change {
	type key struct{ standard, branch string }
	states := map[key]Change{}
	for _, o := range before {
		states[key{o.Standard, o.Branch}] = Change{Branch: o.Branch, Standard: o.Standard, From: o.Status}
	}
	for _, o := range after {
		c := states[key{o.Standard, o.Branch}]
		c.Branch, c.Standard, c.To = o.Branch, o.Standard, o.Status
		states[key{o.Standard, o.Branch}] = c
	}
	var out []Change
	for _, c := range states {
		if c.From != c.To {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Standard, b.Standard), strings.Compare(a.Branch, b.Branch))
	})
	return out
}

// Summarise counts outcomes by standard, in the order given: how the shares stand and how many branches are in which
// state. Two of them beside each other show how the shares would move.
func Summarise(standards []Standard, outcomes []Outcome) []Summary {
	return summarise(standards, [][]Outcome{outcomes})
}

func summarise(standards []Standard, rows [][]Outcome) []Summary {
	out, at := make([]Summary, len(standards)), map[string]int{}
	for k, s := range standards {
		out[k].Standard = s.ID
		at[s.ID] = k
	}
	for _, row := range rows {
		for i := range row {
			if k, ok := at[row[i].Standard]; ok {
				out[k].Counts = out[k].Plus(row[i].Counts)
				out[k].States.add(row[i].Status)
			}
		}
	}
	return out
}
