package compare

import (
	"fmt"
	"math"
)

// Worth says what a branch's visits are worth once the differences between shoppers are counted; empty below level C.
func (e ScoreEstimate) Worth() string {
	if e.Level != LevelC || e.N == 0 {
		return ""
	}
	worth := int(math.Floor(e.Effective + 0.5))
	switch {
	case worth >= e.N:
		return fmt.Sprintf("%s, worth as many once the shoppers' differences are counted.", visits(e.N))
	case worth < 1:
		return fmt.Sprintf("%s, worth less than one once the shoppers' differences are counted.", visits(e.N))
	}
	return fmt.Sprintf("%s, worth %d once the shoppers' differences are counted.", visits(e.N), worth)
}

// View warns where a branch is known mostly through one shopper; empty elsewhere.
func (e ScoreEstimate) View() string {
	if !e.OneView {
		return ""
	}
	return "This is mostly one shopper's view."
}

// Says puts in words what scores were adjusted for; empty below level C.
func (m *CrossedModel) Says() string {
	if m == nil || len(m.Adjusted) == 0 {
		return ""
	}
	return "Adjusted for " + inWords(m.Adjusted) + "."
}

// inWords is "shopper", "shopper and scenario", "shopper, scenario and month".
func inWords(all []string) string {
	text := all[0]
	for i, word := range all[1:] {
		if i == len(all)-2 {
			text += " and " + word
		} else {
			text += ", " + word
		}
	}
	return text
}
