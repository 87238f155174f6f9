package stats

import (
	"cmp"
	"slices"
)

// FalseDiscovery returns the Benjamini–Hochberg adjusted p value of each p (Benjamini and Hochberg 1995), in the order
// given: listing those at or below q keeps the expected share of false ones among the listed at q. It is false if a p
// lies outside 0 to 1.
func FalseDiscovery(p []float64) ([]float64, bool) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, false
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	out, least := make([]float64, len(p)), 1.0
	for i, at := range order {
		least = min(least, p[at]*float64(len(p))/float64(len(p)-i))
		out[at] = least
	}
	return out, true
}
