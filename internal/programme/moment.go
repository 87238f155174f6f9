package programme

import (
	"strconv"
	"strings"
	"time"
)

// Moment is when a stage opens or closes, as the file says it. The zero Moment is the beginning of the visit for
// opening, and no end for closing.
type Moment struct {
	Span  time.Duration // for opening after the beginning of the visit, for closing after the stage opened; 0: none
	Stage string        // when this earlier stage is sealed
	Event string        // when this has happened: the shopper says so
}

// Begins is when the stage opens.
func (s *Stage) Begins() Moment { return momentOf(s.Opens) }

// Ends is when the stage closes.
func (s *Stage) Ends() Moment { return momentOf(s.Closes) }

// momentOf reads what the checker has accepted.
func momentOf(text string) Moment {
	if stage, ok := strings.CutPrefix(text, afterWord); ok {
		return Moment{Stage: stage}
	}
	if event, ok := strings.CutPrefix(text, onEvent); ok {
		return Moment{Event: event}
	}
	if !isSpan(text) {
		return Moment{}
	}
	n, err := strconv.Atoi(text[1 : len(text)-1])
	if err != nil {
		return Moment{} // isSpan has seen the digits
	}
	unit := time.Hour
	if strings.HasSuffix(text, "d") {
		unit = 24 * time.Hour
	}
	return Moment{Span: time.Duration(n) * unit}
}

// Events lists what the stages of a scenario wait for besides the clock, in the order of the file, each once.
func Events(p *Programme, scenario string) []string {
	var all []string
	seen := map[string]bool{"": true}
	for _, s := range StagesOf(p, scenario) {
		for _, e := range []string{s.Begins().Event, s.Ends().Event} {
			if !seen[e] {
				all, seen[e] = append(all, e), true
			}
		}
	}
	return all
}
