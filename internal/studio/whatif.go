package studio

import (
	"context"
	"fmt"
	"slices"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// WhatIf says what the draft of a programme would make of past published visits. Nothing of it is stored.
type WhatIf struct {
	Programme  Programme
	Window     Window
	Published  Version // that the draft is compared with: in force on the window's last day
	Draft      Version
	Before     *programme.Programme // what the two versions say; not to be changed
	After      *programme.Programme
	Difference Difference
	Visits     int // with a score, counted today
	Rescored   int // visits whose old answers were scored by the draft; 0 when only targets and words change
	Statuses   []StatusChange
	Standards  []StandardMove // every standard of either version, in the draft's order
	Levels     []LevelMove
	Releveled  int            // visits whose level would change
	ByBranch   []BranchLevels // branches with such visits, most first
	Score      ScoreMove      // of the visits that were scored again
	Causes     []Cause        // changed parts of the draft by what they do, strongest first
	Together   Together       // what they do only jointly
	Months     []MonthMove    // every month of the window; nil unless visits were scored again
	Elsewhere  int            // visits scored again whose published score has another definition: in Months only
	Gaps       []Question     // of the draft that no past visit answered: they count as a gap, never as zero
	Sentences  []string       // the head of the page; its counts are those of the tables
}

// StatusChange is one branch and standard that would be judged otherwise.
type StatusChange struct {
	compare.Change
	BranchName string
	Title      string  // of the standard
	Causes     []Cause // that change it by themselves, Kind, ID and Label only; none: only together
}

// StandardMove is how one standard stands, and how it would.
type StandardMove struct {
	Standard, Title string
	Was, Is         compare.Summary
	New, Gone       bool // only in the draft, only in the published version
	Rescored        bool // its definition changes: Is comes from old answers scored by the draft
	Unsure          int  // visits whose old answers cannot tell, because the draft asks what they did not answer
}

// Told reports whether the share of the draft says something about all visits.
func (m *StandardMove) Told() bool { return told(m.Was.N, m.Is.N, m.Unsure) }

// told is false where more than one visit in ten lost its say, because the draft asks what it did not answer. Those left are
// no sample of all: a visit that failed already is below whatever it would have answered, and one that met everything has
// to be left out. Their share would fall to zero, and a question that was added later is a gap.
func told(was, is, unsure int) bool {
	lost := unsure
	if was > 0 { // where the published version could not tell either, the draft takes nothing away
		lost = max(0, min(unsure, was-is))
	}
	return 10*lost <= is+lost
}

// LevelMove counts visits that would go from one level to another.
type LevelMove struct {
	From, To scoring.Level
	Visits   int
}

// BranchLevels counts the visits of one branch that would change level. Other goes to or from Not scorable.
type BranchLevels struct {
	Branch, Name         string
	Better, Worse, Other int
}

// All is how many visits of the branch would change level.
func (b BranchLevels) All() int { return b.Better + b.Worse + b.Other }

// ScoreMove is how the mean score of the visits that were scored again would move, in basis points. Unscored visits have
// a score today and would have none; Gained ones have none today and would have one.
type ScoreMove struct {
	Visits, Unscored, Gained int
	WasBP, IsBP              int   // rounded half up, over the visits with a score on both sides; 0 without any
	Moved                    int64 // Σ basis points by which they move: the sum of all causes and of Together
}

// MonthMove is one month as published and as the draft would have it. A side without visits has N 0: a gap in the
// picture, never a zero.
type MonthMove struct {
	Month     string // "2026-09"
	Was, Is   Mean   // base scores, basis points
	Standards []ShareMove
}

// Mean is the sum of N values.
type Mean struct {
	N   int
	Sum int64
}

// Value is the mean, rounded half up; false without any.
func (m Mean) Value() (int, bool) {
	if m.N <= 0 {
		return 0, false
	}
	n := int64(m.N)
	return int((2*m.Sum + n) / (2 * n)), true
}

// ShareMove is one standard in one month: of N visits that can tell, X met it.
type ShareMove struct {
	Standard         string
	WasN, WasX       int
	IsN, IsX, Unsure int
}

// Told reports whether the share of the draft says something about all visits of the month.
func (m *ShareMove) Told() bool { return told(m.WasN, m.IsN, m.Unsure) }

// Question names a question of the draft and the standard that it witnesses, if any.
type Question struct{ ID, Text, Standard string }

// DefaultMonths is how far what-if looks back unless told otherwise, the current month with it.
const DefaultMonths = 12

// WhatIf runs the draft over the published visits of a window (zero: the DefaultMonths that end with the current one).
// When only targets change it judges the same counts anew; where anything changes that scores depend on it scores old
// answers again, on all processors, and calls progress with how many of how many are done (nil: nobody listens; never
// two calls at once). It only reads, and stops when ctx is done. A draft that is not finished is a Conflict.
func (s *Service) WhatIf(ctx context.Context, a auth.Actor, programmeID string, w Window, progress func(done, total int)) (WhatIf, error) {
	t, err := s.tried(ctx, a, programmeID, w)
	if err == nil {
		err = s.rescore(ctx, &t, progress)
	}
	if err != nil {
		return WhatIf{}, wrap("what-if", err)
	}
	return t.result(), nil
}

// tried loads what a what-if is about.
func (s *Service) tried(ctx context.Context, a auth.Actor, programmeID string, w Window) (t trial, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return t, err
	}
	if w != (Window{}) {
		if err := w.Check(); err != nil {
			return t, err
		}
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		t, err = s.trial(ctx, tx, a, programmeID, w)
		return err
	})
	return t, err
}

// trial is a draft beside what was counted.
type trial struct {
	Counted
	draft      Contents
	published  *programme.Programme
	difference Difference
	again      *again // nil when only targets change
}

// trial loads the two versions and the counts of the published one.
func (s *Service) trial(ctx context.Context, tx Tx, a auth.Actor, id string, w Window) (trial, error) {
	p, err := tx.Programme(ctx, a.Org, id)
	if err != nil {
		return trial{}, err
	}
	versions, err := tx.Versions(ctx, a.Org, id)
	if err != nil {
		return trial{}, err
	}
	v, ok := draftOf(versions)
	if !ok {
		return trial{}, noDraft()
	}
	draft, err := open(ctx, tx, a, v.ID)
	if err != nil {
		return trial{}, err
	}
	if err := draft.Finished(); err != nil {
		return trial{}, err
	}
	today, err := s.today(ctx, tx, a.Org)
	if err != nil {
		return trial{}, err
	}
	if w == (Window{}) {
		w = LastMonths(today, DefaultMonths)
	}
	counted, err := Count(ctx, tx, s.shelf, Counts{Programme: p, Window: w, Today: today})
	if err != nil {
		return trial{}, err
	}
	t := trial{Counted: counted, draft: draft, published: counted.Edition.List.Programme}
	t.difference = DifferenceOf(t.published, draft.Programme)
	t.again, err = newAgain(&t)
	return t, err
}

// result puts both sides next to each other.
func (t *trial) result() WhatIf {
	before, after := t.Input(t.published, Everyone), t.draftInput()
	was, is := compare.Statuses(before), compare.Statuses(after)
	w := WhatIf{
		Programme: t.Programme, Window: t.Window, Published: t.Edition.Meta, Draft: t.draft.Version,
		Before: t.published, After: t.draft.Programme, Difference: t.difference,
		Visits: visitsIn(before.Scores), Statuses: t.named(compare.Changes(was, is)),
	}
	w.Draft.Document = nil
	w.Standards = t.moves(compare.Summarise(before.Standards, was), compare.Summarise(after.Standards, is))
	untold := w.untold()
	w.Statuses = slices.DeleteFunc(w.Statuses, func(c StatusChange) bool { return slices.Contains(untold, c.Standard) })
	if t.again != nil {
		t.again.tell(&w, t)
	}
	t.blame(&w, before)
	w.Sentences = w.sentences()
	return w
}

// untold lists the standards of which the old visits that are left cannot speak for all, so that no verdict is taken from them.
func (w *WhatIf) untold() (standards []string) {
	for i := range w.Standards {
		if m := &w.Standards[i]; !m.Told() {
			standards = append(standards, m.Standard)
		}
	}
	return standards
}

// draftInput is what would be judged: the same counts where old answers say what they said, else what the draft makes of
// them.
func (t *trial) draftInput() compare.Input {
	in := t.Input(t.draft.Programme, Everyone)
	if t.again != nil {
		in.Shares = t.again.cells()
	}
	return in
}

// visitsIn adds up visits with a score.
func visitsIn(cells []compare.ScoreCell) int {
	var n int64
	for _, c := range cells {
		n += c.N
	}
	return int(n)
}

// named puts names to changes. What a new or gone standard says of a branch is no change of state.
func (t *trial) named(changes []compare.Change) []StatusChange {
	names := map[string]string{}
	for i := range t.Branches {
		names[t.Branches[i].ID] = t.Branches[i].Name
	}
	var all []StatusChange
	for _, c := range changes {
		is, inDraft := t.draft.Programme.Standard(c.Standard)
		if _, inBoth := t.published.Standard(c.Standard); inBoth && inDraft {
			all = append(all, StatusChange{Change: c, BranchName: names[c.Branch], Title: is.Title})
		}
	}
	return all
}

// moves joins the summaries of both sides by standard.
func (t *trial) moves(was, is []compare.Summary) []StandardMove {
	before := map[string]compare.Summary{}
	for _, s := range was {
		before[s.Standard] = s
	}
	var all []StandardMove
	for i, s := range is {
		m := StandardMove{Standard: s.Standard, Title: t.draft.Programme.Standards[i].Title, Is: s}
		old, ok := before[s.Standard]
		m.Was, m.New = old, !ok
		delete(before, s.Standard)
		if t.again != nil {
			m.Rescored, m.Unsure = slices.Contains(t.difference.Series, s.Standard), t.again.sum.unsure[i]
		}
		all = append(all, m)
	}
	for i, s := range was {
		if _, left := before[s.Standard]; left {
			all = append(all, StandardMove{Standard: s.Standard, Title: t.published.Standards[i].Title, Was: s, Gone: true})
		}
	}
	return all
}

// statusWords are the states as they read in a sentence.
var statusWords = map[compare.Status]string{
	compare.Unjudged: "not judged", compare.TooFew: "too few visits", compare.CannotTell: "not enough visits to tell",
	compare.Below: "below", compare.Meets: "meets", compare.WOW: "WOW", compare.Breach: "breach", compare.NoBreach: "no breach",
}

// FromWords and ToWords are the two states as they read on screen.
func (c StatusChange) FromWords() string { return statusWords[c.From] }

// ToWords is the state that the draft would give.
func (c StatusChange) ToWords() string { return statusWords[c.To] }

// Sentence says the change: "Leeds, Greeting: meets → below."
func (c StatusChange) Sentence() string {
	return c.BranchName + ", " + c.Title + ": " + c.FromWords() + " → " + c.ToWords() + "."
}

// sentences are the head of the page.
func (w *WhatIf) sentences() []string {
	all := []string{fmt.Sprintf("%s from %s to %s.", catalogue.Count(w.Visits, "published visit", "published visits"), w.Window.From, w.Window.To)}
	all = append(all, w.statusSentence())
	if w.Rescored > 0 {
		all = append(all, w.scoreSentences()...)
	}
	if n := len(w.untold()); n > 0 {
		all = append(all, fmt.Sprintf("No verdict is told for %s: too many past visits did not answer what the draft asks.", catalogue.Count(n, "standard", "standards")))
	}
	if n := len(w.Gaps); n > 0 {
		all = append(all, fmt.Sprintf("No past visit answered %s of the draft. They count as a gap, not as zero.", catalogue.Count(n, "question", "questions")))
	}
	return all
}

// statusSentence counts the changes of state.
func (w *WhatIf) statusSentence() string {
	below, met := 0, 0
	for _, c := range w.Statuses {
		switch c.To {
		case compare.Below, compare.Breach:
			below++
		case compare.Meets, compare.WOW, compare.NoBreach:
			met++
		case compare.Unjudged, compare.TooFew, compare.CannotTell:
		}
	}
	if len(w.Statuses) == 0 {
		return "No branch would be judged otherwise."
	}
	n := len(w.Statuses)
	rest := ""
	if open := n - below - met; open > 0 {
		rest = fmt.Sprintf("; for %d the visits could not tell", open)
	}
	return fmt.Sprintf("%s would change: %d to below the standard, %d to meeting it%s.", catalogue.Count(n, "verdict", "verdicts"), below, met, rest)
}

// scoreSentences say how scores and levels move.
func (w *WhatIf) scoreSentences() []string {
	all := []string{fmt.Sprintf("The old answers of %s were scored by the draft.", catalogue.Count(w.Rescored, "visit", "visits"))}
	if w.Score.Visits > 0 {
		switch d := w.Score.IsBP - w.Score.WasBP; d {
		case 0:
			all = append(all, fmt.Sprintf("The mean score stays at %s.", percent(w.Score.IsBP)))
		default:
			all = append(all, fmt.Sprintf("The mean score %s.", moves(w.Score.WasBP, w.Score.IsBP)))
		}
		all = append(all, catalogue.Count(w.Releveled, "visit", "visits")+" would change level.")
	}
	if w.Score.Unscored > 0 {
		all = append(all, catalogue.Count(w.Score.Unscored, "visit", "visits")+" would have no score, because the draft asks too much that they did not answer.")
	}
	return all
}
