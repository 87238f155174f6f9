package editor

import (
	"fmt"
	"slices"
	"time"

	"plainclothes/internal/evidence"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// addition is something that came after its part was sent.
type addition struct {
	What, Label, Words string
	Question           string // id, "" when it is about none
	At                 time.Time
	Photo              *evidence.Photo // nil when it is none, or not here
}

// additionWords are the chips of additions.
var additionWords = map[visit.AdditionKind]string{
	visit.LateAnswer: "answer", visit.LateComment: "comment", visit.LatePhoto: "photo", visit.LateRemoval: "photo removed", visit.LateTap: "moment",
}

// maxAdditions is how many are shown; the log has them all.
const maxAdditions = 200

func additionsOf(r *visit.Review) []addition {
	all := make([]addition, 0, len(r.Logs.Late))
	for i := range r.Logs.Late {
		a := &r.Logs.Late[i]
		out := addition{What: additionWords[a.What], At: a.At, Words: a.Words, Photo: a.Photo}
		if a.What == visit.LateTap {
			out.Label, out.Words = a.Words, ""
		}
		if a.Question != nil {
			out.Question, out.Label = a.Question.ID, a.Question.Text
		}
		if a.What == visit.LateAnswer && a.Question != nil {
			out.Words = sheet.Words(a.Question, a.Answer, r.Visit.Currency)
		}
		all = append(all, out)
	}
	return all[:min(len(all), maxAdditions)]
}

// timingOf says when the visit was done and when it arrived. What counts is when the answers were given.
func timingOf(r *visit.Review) (words string, inTime bool) {
	l, zone := &r.Logs, r.Place.Zone
	switch {
	case l.Last.IsZero():
		return "", true
	case !l.InTime():
		return "The last answer was given " + kit.DateTime(l.Last, zone) + ".", false
	case r.Visit.Received.After(l.Due):
		return "On time, arrived late: the last answer was given " + kit.DateTime(l.Last, zone) + ".", true
	}
	return "On time.", true
}

// clocksOf says what is wrong with the clocks of the phones.
func clocksOf(r *visit.Review) []string {
	var all []string
	for _, d := range r.Logs.Devices {
		for _, f := range d.Clock.Flags {
			words := map[string]string{
				visit.ClockOff:    "A phone’s clock was wrong by " + wrongBy(d.Clock.Offset.Abs()) + ". Times here are set right.",
				visit.ClockJumped: "A phone’s clock was set during the visit, or stood still.",
				visit.ClockUnsure: "Answers came much later than their times: kept without signal, or the phone’s clock is behind.",
			}[f]
			if words != "" && !slices.Contains(all, words) {
				all = append(all, words)
			}
		}
	}
	return all
}

// wrongBy is a length of time in its two largest units.
func wrongBy(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := d/(24*time.Hour), d%(24*time.Hour)/time.Hour, d%time.Hour/time.Minute
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
	return fmt.Sprintf("%d min", minutes)
}
