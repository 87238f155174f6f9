package report

import (
	"context"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Story is what a visitor told of one visit in words: a comment, or what was above all expectation.
type Story struct {
	Visit     string // id
	VisitedOn string
	Wow       bool
	Question  string
	Text      string // his words; "" for a WOW without any
}

const (
	mostStories = 5   // WOW stories and comments each
	storyRunes  = 400 // characters of one
)

// stories reads what the latest visits tell. What managers may not read is not in them.
func (s *Service) stories(ctx context.Context, tx Tx, place *visit.Place, rows []Row) (wow, comments []Story, err error) {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	told, err := tx.Told(ctx, place.Org, ids)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[string]visit.Report, len(told))
	for _, r := range told {
		byID[r.Visit] = r
	}
	for i := range rows {
		if len(wow) >= mostStories && len(comments) >= mostStories {
			break
		}
		f, err := s.teller(ctx, tx, place, rows[i].ID, byID)
		if err != nil {
			return nil, nil, err
		}
		for _, story := range f.stories() {
			switch {
			case story.Wow && len(wow) < mostStories:
				wow = append(wow, story)
			case !story.Wow && len(comments) < mostStories:
				comments = append(comments, story)
			}
		}
	}
	return wow, comments, nil
}

// teller loads one visit with its answers and what was asked.
func (s *Service) teller(ctx context.Context, tx Tx, place *visit.Place, id string, told map[string]visit.Report) (*file, error) {
	v, err := tx.PublishedVisit(ctx, place.Org, id)
	if err != nil {
		return nil, err
	}
	e, err := s.shelf.Edition(ctx, tx, studio.Version{Org: place.Org, ID: v.Version})
	if err != nil {
		return nil, err
	}
	f := &file{Visit: v, place: *place, list: e.List, report: told[id]}
	f.answers = answers(e.List.Programme, f.report.Answers)
	facts := place.Context(v.Scenario)
	if f.report.Context != nil {
		facts = *f.report.Context
	}
	f.shown = programme.Show(e.List.Programme, facts, f.answers)
	return f, nil
}

// stories are the words of one visit.
func (f *file) stories() []Story {
	var all []Story
	for i := range f.list.Programme.Sections {
		for j := range f.list.Programme.Sections[i].Questions {
			q := &f.list.Programme.Sections[i].Questions[j]
			if withheld(q) || !f.shown.Question(q.ID) {
				continue
			}
			if story, ok := f.story(q); ok {
				all = append(all, story)
			}
		}
	}
	return all
}

func (f *file) story(q *programme.Question) (Story, bool) {
	a := f.answers[q.ID]
	st := Story{Visit: f.ID, VisitedOn: f.VisitedOn, Question: q.Text, Text: short(f.report.Comments[q.ID])}
	if a.State == programme.Answered {
		switch q.Kind { //nolint:exhaustive // only these tell stories
		case programme.WowKind:
			st.Wow = a.Text == "yes"
		case programme.LevelKind:
			st.Wow = a.Text == "wow"
			if st.Wow {
				st.Question = or(q.Wow.Text, q.Text)
			}
		case programme.Text:
			if st.Text == "" {
				st.Text = short(a.Text)
			}
		}
	}
	return st, st.Wow || st.Text != ""
}

// short keeps the beginning of a long text.
func short(text string) string {
	text = strings.TrimSpace(text)
	runes := []rune(text)
	if len(runes) <= storyRunes {
		return text
	}
	return strings.TrimSpace(string(runes[:storyRunes])) + "…"
}
