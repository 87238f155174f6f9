package chart

import "strconv"

// Step is a cell's distance from its target in seven steps, −3 to +3: more than 20, 10 and 3 points below, about at it,
// more than 3, 8 and 13 points above.
func Step(shareBP, targetBP int) int {
	for i, edge := range edges {
		if shareBP-targetBP < edge {
			return i - 3
		}
	}
	return 3
}

// edges are where a next step begins, basis points from the target.
var edges = [...]int{-2000, -1000, -300, 301, 801, 1301}

// LegendStep is one colour with its words.
type LegendStep struct {
	Step string
	Text string
}

// Legend names the seven steps by the nearer edge of each.
func Legend() []LegendStep {
	texts := [...]string{"−20", "−10", "−3", "standard", "+3", "+8", "+13"}
	out := make([]LegendStep, len(texts))
	for i, text := range texts {
		out[i] = LegendStep{Step: strconv.Itoa(i - 3), Text: text}
	}
	return out
}
