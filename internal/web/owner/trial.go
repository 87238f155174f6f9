package owner

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// trial is a what-if that was run.
type trial struct {
	Run      bool
	Visits   int
	Window   string
	Beside   int // number of the version that it is compared with
	Lines    []string
	Verdicts []verdict
	Moves    []move
	Causes   []causeRow
	Together causeRow // the last row: what they do only together
	Jointly  bool     // it is worth a row
	Levels   []levelMove
	Branches []studio.BranchLevels // those with most visits that change level
	More     int                   // further ones
	Picture  picture
	Gaps     []studio.Question
}

// verdict is branches that would be judged otherwise, all in the same way and because of the same.
type verdict struct {
	ID, Title        string // of the standard
	From, To         string
	FromTone, ToTone string
	Branches         []string // names, in alphabetical order
	Because          []string // what changes it by itself
}

// move is one standard, now and with the draft.
type move struct {
	ID, Title        string
	Was, Is          side
	New, Gone, Again bool
	Unsure           int
	Changed          bool
}

// side is what stands on one side of a move.
type side struct {
	N      int
	Share  string // "" without visits
	Target string
	Below  string // branches, "" where nothing is told of them
}

type levelMove struct {
	From, To string
	Visits   int
}

// causeRow is one changed part and what it does by itself.
type causeRow struct {
	What, ID string // of the part, as people named it
	Words    string // what of it, in words of ours
	How      string
	Href     string // into the checklist, "" for what is not there
	Mean     string // points, "–" for none
	Levels   int
	Unscored int
	Verdicts int
}

// picture is months as published and restated.
type picture struct {
	Known        bool
	Wide, Narrow chart.Restated
	Rows         []monthRow
	Of           string // what is drawn
	Apart        int    // visits whose published score has another definition
	Choices      []kit.Option
	Standard     string
}

// monthRow is one month of the table beneath the picture.
type monthRow struct {
	Month     string
	Was, Is   string
	WasN, IsN int
	Gap       bool
}

// targetOf is the target for Good of a standard, "" where there is no such standard.
func targetOf(p *programme.Programme, standard string) string {
	s, ok := p.Standard(standard)
	if !ok {
		return ""
	}
	return plainPercent(s.GoodTargetBP)
}

// mostBranches is how many branches are named whose visits change level.
const mostBranches = 20

// trialOf prepares a what-if; before and draft are its two versions, base the address of the programme, standard the one
// whose months are drawn, "" for the score.
func trialOf(w *studio.WhatIf, before, draft *programme.Programme, base, standard string) trial {
	t := trial{Run: true, Visits: w.Visits, Window: months(w.Window), Beside: w.Published.Number, Lines: w.Sentences[1:], Gaps: w.Gaps}
	t.Verdicts = verdicts(w.Statuses)
	for i := range w.Standards {
		m := moveOf(&w.Standards[i])
		m.Was.Target, m.Is.Target = targetOf(before, m.ID), targetOf(draft, m.ID)
		m.Changed = m.Changed || m.Was.Target != m.Is.Target
		t.Moves = append(t.Moves, m)
	}
	for i := range w.Causes {
		t.Causes = append(t.Causes, causeRowOf(&w.Causes[i], w.Score.Visits, base))
	}
	t.Together = causeRow{Mean: points(w.Together.Moved, w.Score.Visits), Levels: w.Together.Releveled, Verdicts: w.Together.Verdicts}
	t.Jointly = len(t.Causes) > 1 && w.Together != (studio.Together{})
	for _, l := range w.Levels {
		t.Levels = append(t.Levels, levelMove{From: l.From.Words(), To: l.To.Words(), Visits: l.Visits})
	}
	t.Branches = w.ByBranch[:min(len(w.ByBranch), mostBranches)]
	t.More = len(w.ByBranch) - len(t.Branches)
	t.Picture = pictureOf(w, draft, standard)
	return t
}

// verdicts puts together the branches that would go the same way: by standard, then by what is now and would be.
func verdicts(all []studio.StatusChange) []verdict {
	all = slices.Clone(all)
	alphabet.Sort("", all, func(s *studio.StatusChange) string { return s.BranchName }, func(s *studio.StatusChange) string { return s.Branch })
	slices.SortStableFunc(all, func(a, b studio.StatusChange) int {
		return cmp.Or(cmp.Compare(a.Standard, b.Standard), cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From),
			slices.Compare(because(&a), because(&b)))
	})
	var out []verdict
	for i := range all {
		s := &all[i]
		v := verdict{
			ID: s.Standard, Title: s.Title, From: s.FromWords(), To: s.ToWords(), FromTone: tone(s.From), ToTone: tone(s.To), Because: because(s),
		}
		if n := len(out); n == 0 || out[n-1].ID != v.ID || out[n-1].From != v.From || out[n-1].To != v.To || !slices.Equal(out[n-1].Because, v.Because) {
			out = append(out, v)
		}
		last := &out[len(out)-1]
		last.Branches = append(last.Branches, s.BranchName)
	}
	return out
}

// because names what changes a verdict by itself: "question Q02", "its target".
func because(s *studio.StatusChange) []string {
	var all []string
	for i := range s.Causes {
		all = append(all, causeName(&s.Causes[i]))
	}
	if len(all) == 0 {
		return []string{"several changes together"}
	}
	return all
}

// causeName names a part of the draft in a few words.
func causeName(c *studio.Cause) string {
	switch c.Kind {
	case studio.QuestionCause:
		return "question " + c.ID
	case studio.SectionCause:
		return "when section " + c.ID + " is asked"
	case studio.GroupCause:
		return "the questions of section " + c.ID
	case studio.PolicyCause:
		return "how scores are made"
	case studio.LevelsCause:
		return "what a level needs"
	case studio.RuleCause:
		return "when it is met"
	case studio.TargetCause:
		return "its target"
	case studio.RestCause:
	}
	return "everything together"
}

func causeRowOf(c *studio.Cause, visits int, base string) causeRow {
	r := causeRow{
		What: c.Label, ID: c.ID, How: strings.Join(c.How, "; "), Mean: points(c.Moved, visits), Levels: c.Releveled,
		Unscored: c.Unscored, Verdicts: c.Verdicts,
	}
	switch c.Kind {
	case studio.QuestionCause:
		if !c.Gone {
			r.Href = base + "/checklist?open=" + url.QueryEscape("question/"+c.ID)
		}
	case studio.SectionCause, studio.GroupCause:
		r.Href = base + "/checklist?open=" + url.QueryEscape("section/"+c.ID)
	case studio.RuleCause:
		r.Words = "when it is met"
	case studio.TargetCause:
		r.Words = "its target"
	case studio.PolicyCause:
		r.Words = "How scores are made"
	case studio.LevelsCause:
		r.Words = "What a level needs"
	case studio.RestCause:
		r.Words = "Everything together"
	}
	return r
}

// points writes how far a sum of basis points moves the mean of so many visits: "+1.24 points", "–" for nothing.
func points(sum int64, visits int) string {
	if sum == 0 || visits <= 0 {
		return "–"
	}
	sign, n := "+", int64(visits)
	if sum < 0 {
		sign, sum = "−", -sum
	}
	bp := (2*sum + n) / (2 * n)
	if bp == 0 {
		return sign + "under 0.01"
	}
	return fmt.Sprintf("%s%d.%02d", sign, bp/100, bp%100)
}

func moveOf(s *studio.StandardMove) move {
	m := move{ID: s.Standard, Title: s.Title, New: s.New, Gone: s.Gone, Again: s.Rescored, Unsure: s.Unsure}
	m.Was, m.Is = sideOf(&s.Was), sideOf(&s.Is)
	if !s.Told() {
		m.Is.Share, m.Is.Below = "", ""
	}
	m.Changed = m.Was != m.Is || s.New || s.Gone || s.Rescored
	return m
}

func sideOf(s *compare.Summary) side {
	out := side{N: s.N, Below: strconv.Itoa(s.States.Below + s.States.Breach)}
	if s.N > 0 {
		out.Share = kit.Percent((20_000*s.X + s.N) / (2 * s.N))
	}
	return out
}

// tone is the chip of a state.
func tone(s compare.Status) string {
	switch s {
	case compare.Below, compare.Breach:
		return "bad"
	case compare.Meets, compare.WOW, compare.NoBreach:
		return "ok"
	case compare.Unjudged, compare.TooFew, compare.CannotTell:
	}
	return "na"
}

// pictureOf draws the score or one standard of the draft.
func pictureOf(w *studio.WhatIf, draft *programme.Programme, standard string) picture {
	p := picture{Known: len(w.Months) > 0, Of: "Mean score", Apart: w.Elsewhere, Choices: []kit.Option{{Value: "", Label: "Mean score of all visits"}}}
	if !p.Known {
		return p
	}
	place := -1
	for i := range draft.Standards {
		s := &draft.Standards[i]
		p.Choices = append(p.Choices, kit.Option{Value: s.ID, Label: s.ID + " " + s.Title + ": share of visits that meet it"})
		if s.ID == standard {
			place, p.Standard, p.Of = i, s.ID, s.ID+" "+s.Title+": share of visits that meet it"
		}
	}
	var was, is []chart.Point
	for i := range w.Months {
		m := &w.Months[i]
		before, after := pointOf(m.Month, m.Was), pointOf(m.Month, m.Is)
		if place >= 0 {
			s := &m.Standards[place]
			before, after = sharePoint(m.Month, s.WasX, s.WasN), sharePoint(m.Month, s.IsX, s.IsN)
			after.Known = after.Known && s.Told()
		}
		was, is = append(was, before), append(is, after)
		p.Rows = append(p.Rows, newMonthRow(&before, &after))
	}
	p.Wide, p.Narrow = chart.NewRestated(was, is, false), chart.NewRestated(was, is, true)
	return p
}

func pointOf(month string, m studio.Mean) chart.Point {
	p := monthPoint(month, m.N)
	if m.N > 0 {
		p.Span.Value = float64(m.Sum) / float64(m.N)
	}
	return p
}

func sharePoint(month string, x, n int) chart.Point {
	p := monthPoint(month, n)
	if n > 0 {
		p.Span.Value = 10_000 * float64(x) / float64(n)
	}
	return p
}

func monthPoint(month string, n int) chart.Point {
	p := chart.Point{Label: month, Short: month, Known: n > 0, Visits: n}
	if t, err := time.Parse("2006-01", month); err == nil {
		p.Label, p.Short = t.Format("January 2006"), t.Format("Jan")
	}
	return p
}

func newMonthRow(was, is *chart.Point) monthRow {
	r := monthRow{Month: was.Label, Was: value(was), Is: value(is), WasN: was.Visits, IsN: is.Visits, Gap: was.Known && !is.Known}
	return r
}

// value writes a month of a line, "–" for a gap.
func value(p *chart.Point) string {
	if !p.Known {
		return "–"
	}
	return strconv.FormatFloat(p.Span.Value/100, 'f', 1, 64) + "%"
}
