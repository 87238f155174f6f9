package tryout

import (
	"fmt"
	"strconv"

	"plainclothes/internal/programme"
)

// Coverage is what the test runs of one checklist have not been through.
type Coverage struct {
	Runs      int        // that were opened, of the checklist as it is now
	Older     int        // of the checklist as it was before: they say nothing about it
	Never     []Place    // sections and questions that were never on show
	Always    []Place    // those with a condition that held every time
	Words     []Place    // questions that ask for words after some answers, and never did
	Photos    []Place    // questions that ask for a photo after some answers, and never did
	Scenarios []Scenario // that nobody tried
	Total     int        // number of questions
	Seen      int        // of those, how many were on show
}

// Place is a section or a question of the checklist.
type Place struct {
	Section  string // id
	Question string // id, "" for the section as a whole
	Number   string // "2" or "2.1"
	Text     string
}

// Scenario is one of the programme's.
type Scenario struct{ ID, Title string }

// Done reports that the runs have been everywhere.
func (c Coverage) Done() bool {
	return c.Runs > 0 && len(c.Never)+len(c.Always)+len(c.Words)+len(c.Photos)+len(c.Scenarios) == 0
}

// coverageOf puts together what runs of the checklist with a hash went through. A section that was never on show stands
// for all its questions.
func coverageOf(p *programme.Programme, hash string, runs []Run) Coverage {
	var c Coverage
	var t Trail
	tried := map[string]bool{}
	for i := range runs {
		switch {
		case runs[i].Hash != hash:
			c.Older++
		case !runs[i].Opened.IsZero():
			c.Runs++
			t.join(&runs[i].Trail)
			tried[runs[i].Scenario] = true
		}
	}
	for i := range p.Sections {
		c.section(&p.Sections[i], i+1, &t)
	}
	for i := range p.Scenarios {
		if s := &p.Scenarios[i]; !tried[s.ID] {
			c.Scenarios = append(c.Scenarios, Scenario{s.ID, s.Title})
		}
	}
	return c
}

func (c *Coverage) section(s *programme.Section, number int, t *Trail) {
	c.Total += len(s.Questions)
	at := Place{Section: s.ID, Number: strconv.Itoa(number), Text: s.Title}
	if !has(t.Sections, s.ID) {
		c.Never = append(c.Never, at)
		return
	}
	if s.ShowIf != nil && !has(t.Without, sectionMark+s.ID) {
		c.Always = append(c.Always, at)
	}
	for j := range s.Questions {
		q := &s.Questions[j]
		c.question(q, Place{Section: s.ID, Question: q.ID, Number: fmt.Sprintf("%d.%d", number, j+1), Text: q.Text}, t)
	}
}

func (c *Coverage) question(q *programme.Question, at Place, t *Trail) {
	if !has(t.Questions, q.ID) {
		c.Never = append(c.Never, at)
		return
	}
	c.Seen++
	if q.ShowIf != nil && !has(t.Without, q.ID) {
		c.Always = append(c.Always, at)
	}
	if q.Comment != nil && !has(t.Comments, q.ID) {
		c.Words = append(c.Words, at)
	}
	asks := q.Evidence == programme.PhotoOnFail || q.Evidence == programme.PhotoRequired
	if asks && !has(t.Photos, q.ID) {
		c.Photos = append(c.Photos, at)
	}
}
