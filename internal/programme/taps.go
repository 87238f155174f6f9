package programme

import (
	"slices"
	"strings"
)

// Tap is a moment of the visit that the shopper marks by one silent tap: coming in, being greeted, paying, leaving.
// What a moment is called follows from the questions' timers: a time question's timer is the moment itself; a duration
// whose timer is called "pay_to_handover" runs from the moment "pay" to the moment "handover"; any other duration
// "search" runs from "search" to "search_end".
type Tap struct {
	Name  string   `json:"name"`
	Label string   `json:"label"` // one or two words, telling a bystander nothing
	Time  []string `json:"time"`  // time questions that this moment answers
	Start []string `json:"start"` // durations that begin
	Stop  []string `json:"stop"`  // durations that end, and are answered
}

// tapEnd is added to the name of a timer that names one moment only.
const tapEnd = "_end"

// tapWords are the labels of moments that many checklists have; others are called as their timers are.
var tapWords = map[string]string{
	"arrive": "Arrived", "enter": "Came in", "greet": "Greeted", "ask": "Asked", "reply": "Reply came", "order": "Ordered", "queue": "Queued", "till": "At the till",
	"pay": "Paid", "serve": "Served", "handover": "Got it", "mail": "Mail came", "leave": "Left", "seat": "Sat down", "bill": "Bill came",
}

// Taps lists the moments of a checklist in the order in which its questions name them, each once.
func Taps(p *Programme) []Tap {
	taps := tapList{}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			taps.question(&p.Sections[i].Questions[j])
		}
	}
	return taps
}

// IsTap reports whether a checklist has a moment of this name.
func IsTap(p *Programme, name string) bool {
	return slices.ContainsFunc(Taps(p), func(t Tap) bool { return t.Name == name })
}

// tapList gathers moments.
type tapList []Tap

// question adds the moments of one question.
func (l *tapList) question(q *Question) {
	switch {
	case q.Timer == "":
	case q.Kind == Time:
		t := l.at(q.Timer, tapLabel(q.Timer))
		t.Time = append(t.Time, q.ID)
	case q.Kind == Duration:
		from, to, two := strings.Cut(q.Timer, "_to_")
		fromLabel, toLabel := tapLabel(from), tapLabel(to)
		if !two || from == "" || to == "" || from == to {
			from, to = q.Timer, q.Timer+tapEnd
			fromLabel, toLabel = tapLabel(q.Timer)+": start", tapLabel(q.Timer)+": stop"
		}
		start := l.at(from, fromLabel)
		start.Start = append(start.Start, q.ID)
		stop := l.at(to, toLabel)
		stop.Stop = append(stop.Stop, q.ID)
	}
}

// at gives the moment of a name, new at the end when there is none. The pointer is good until the next call.
func (l *tapList) at(name, label string) *Tap {
	i := slices.IndexFunc(*l, func(t Tap) bool { return t.Name == name })
	if i < 0 {
		i = len(*l)
		*l = append(*l, Tap{Name: name, Label: label, Time: []string{}, Start: []string{}, Stop: []string{}})
	}
	return &(*l)[i]
}

// tapLabel makes words of a moment's name.
func tapLabel(name string) string {
	if w, ok := tapWords[name]; ok {
		return w
	}
	words := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(name, "_", " "), "-", " "))
	if words == "" {
		return name
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
