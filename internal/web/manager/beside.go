package manager

import (
	"strconv"
	"time"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
)

// causes are why a branch stands where it stands.
type causes struct {
	Known    bool
	Why      string   // why nothing is split, a whole sentence
	Head     string   // a sentence
	From     []string // what it comes from
	Parts    chart.Parts
	Sections []sectionPart
	Named    int
	Files    take
}

// sectionPart is a section's part of the gap.
type sectionPart struct{ Title, Points string }

// watching is the chart of a branch visit by visit.
type watching struct {
	Drawn    bool
	Why      string // why it is not
	Wide     chart.Sums
	Narrow   chart.Sums
	Expected string
	Baseline int
	Alarms   []string // days
	Rows     []watchRow
	Files    take
}

// watchRow is one visit of the chart as a line of a table.
type watchRow struct {
	Day, Points, Sum string
	Alarm            bool
}

// storyLine is what a visitor told.
type storyLine struct{ Question, Told, Day, Href string }

// partsShown is how many standards are drawn by themselves.
const partsShown = 8

// beside fills in what stands beside the counts.
func (v *branchView) beside(ch *choice, r *report.BranchReport) {
	e := &r.Score
	if e.Effective > 0 {
		v.Worth = catalogue.Count(e.N, "visit", "visits") + ", worth " + strconv.FormatFloat(e.Effective, 'f', 0, 64) + " once the shoppers’ differences are counted."
	}
	v.OneView = e.OneView
	if m := r.Level.Crossed; m != nil {
		v.Fair, v.Adjusted = true, m.Adjusted
	}
	for _, d := range r.Level.Declined {
		v.Refused = append(v.Refused, prose(d.Sentence))
	}
	if r.Move != nil {
		v.Change = prose(r.Move.Sentence(aside(r.Place.Name)))
	}
	v.Why, v.Watch = newCauses(ch, r.Branch, r.Causes, "parts"), newWatching(ch, r)
	v.Moved, v.Before = newCauses(ch, r.Branch, r.Moved.Causes, "moved"), monthsText(r.Before)
	if e.N > 0 {
		v.Moved.Why = prose(r.Moved.Why)
	}
	v.Misses = newMisses(ch, r)
	v.YearTake = takeBranch(ch, r.Branch, "months", "months")
	v.Wow, v.Comments = storyLines(r.Wow), storyLines(r.Comments)
}

// newCauses splits a difference of scores; name is that of its table and of its drawing.
func newCauses(ch *choice, branch string, found *compare.Causes, name string) causes {
	if found == nil {
		return causes{}
	}
	c := causes{Known: true, Head: prose(found.Head), From: found.From, Parts: chart.PartsOf(found, partsShown), Files: takeBranch(ch, branch, name, name)}
	for i := range found.Standards {
		if found.Standards[i].Named {
			c.Named++
		}
	}
	for i := range found.Sections {
		s := &found.Sections[i]
		c.Sections = append(c.Sections, sectionPart{Title: orText(s.Title, s.ID), Points: chart.Points(s.Performance + s.Mix)})
	}
	return c
}

// dayOf writes a day of a chart.
func dayOf(t time.Time) string { return t.Format("2 January 2006") }

func newWatching(ch *choice, r *report.BranchReport) watching {
	x := &r.Watch
	w := watching{Drawn: x.Chart.Drawn && x.Limit > 0, Why: prose(x.Chart.Why), Baseline: x.Chart.Baseline}
	if !w.Drawn {
		if w.Why == "" {
			w.Why = "There are too few visits before these months to say what is usual here, so nothing is watched yet."
		}
		return w
	}
	w.Wide, w.Narrow = chart.SumsOf(&x.Chart, x.Limit, dayOf, false), chart.SumsOf(&x.Chart, x.Limit, dayOf, true)
	w.Expected = percent(100 * x.Chart.Expected)
	for _, at := range x.Chart.Alarms {
		w.Alarms = append(w.Alarms, dayOf(at))
	}
	for i := range x.Chart.Points {
		p := &x.Chart.Points[i]
		w.Rows = append(w.Rows, watchRow{
			Day: p.At.Format("2 Jan 2006"), Points: percent(100 * p.Points), Sum: strconv.FormatFloat(p.Sum, 'f', 1, 64), Alarm: p.Alarm,
		})
	}
	w.Files = takeBranch(ch, r.Branch, "watch", "watch")
	return w
}

func storyLines(all []report.Story) []storyLine {
	out := make([]storyLine, len(all))
	for i, s := range all {
		out[i] = storyLine{Question: s.Question, Told: s.Text, Day: dayText(s.VisitedOn), Href: listPath + "/" + s.Visit}
	}
	return out
}
