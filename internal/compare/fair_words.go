package compare

import (
	"fmt"
	"math"
	"strings"
)

// Worth says what a branch's visits are worth once the differences between shoppers are counted; empty below level C.
func (e ScoreEstimate) Worth() string {
	if e.Level != LevelC || e.N == 0 {
		return ""
	}
	worth := int(math.Floor(e.Effective + 0.5))
	switch {
	case worth >= e.N:
		return visits(e.N) + ", worth as many once the shoppers' differences are counted."
	case worth < 1:
		return visits(e.N) + ", worth less than one once the shoppers' differences are counted."
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
	last := len(all) - 1
	if last == 0 {
		return all[0]
	}
	return strings.Join(all[:last], ", ") + " and " + all[last]
}
