package sheet

import (
	"fmt"
	"strconv"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/evidence"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Tone is the colour of a judgement; a word or a number always says the same. Shoppers never see one.
type Tone string

// The tones, as CSS classes.
const (
	None Tone = "na"
	Pass Tone = "ok"
	Part Tone = "warn"
	Fail Tone = "bad"
)

// Sheet is a report, section by section.
type Sheet struct {
	Sections  []Section
	NotAsked  []Item // whole sections that this visit did not see, as one line each
	Standards []Outcome
	Criticals []Critical
	Ask       string // address that takes a question's id for asking about it, "" where nobody asks
}

// Section is one part of the checklist that the visit saw.
type Section struct {
	ID, Title string
	Number    int    // as in the checklist
	Score     string // "85.7%", "" when nothing in it was scored
	Points    string // "12 of 14", with what counts under the WOW policy
	Zeroed    bool   // a critical took its points
	Items     []Item
	NotAsked  []Item // hidden by conditions
}

// Item is one question with its answer.
type Item struct {
	ID, Number, Text string
	Answer           string
	Said             bool // there is an answer, not a reason for none
	Ours             bool // what stands there are words of ours, not of the checklist or the shopper: "Yes", "No photo"
	Long             bool // the answer is a text of its own
	Private          bool // for the vault: managers never see it
	Comment          string
	Photos           []evidence.Photo
	Points           string // "2 of 3 points", "" when it carries none or does not count
	Wow              string // "1 of 1 WOW", "" when it offers none or does not count
	Tone             Tone
	Critical         string // what its critical did, a whole sentence
	Why              string // why it does not count, a whole sentence; "" when it does
	Standard         string // title of the standard that it witnesses
}

// Outcome is what the visit says about one standard.
type Outcome struct {
	ID, Title string
	Word      string
	Tone      Tone
	Points    string // "3 of 4 points"
	Critical  bool   // a critical decided it
}

// Critical is one that fired.
type Critical struct {
	Question, Number, Text string
	Effect                 string // a whole sentence
}

// Options say for whom a sheet is made.
type Options struct {
	Vault bool   // also show answers that are kept for the vault: editors only
	Ask   string // see Sheet.Ask
}

// New makes the sheet of a sealed report from the arithmetic of its score.
func New(p *visit.Paper, t *scoring.Trace, o Options) Sheet {
	m := maker{paper: p, trace: t, opt: o, marks: map[string]*scoring.QuestionTrace{}, sums: map[string]*scoring.SectionTrace{}}
	for i := range t.Questions {
		m.marks[t.Questions[i].Question] = &t.Questions[i]
	}
	for i := range t.Sections {
		m.sums[t.Sections[i].Section] = &t.Sections[i]
	}
	return m.sheet()
}

// maker holds what a sheet is made of.
type maker struct {
	paper *visit.Paper
	trace *scoring.Trace
	opt   Options
	marks map[string]*scoring.QuestionTrace
	sums  map[string]*scoring.SectionTrace
}

func (m *maker) sheet() Sheet {
	s := Sheet{Ask: m.opt.Ask}
	prog := m.paper.List.Programme
	for i := range prog.Sections {
		sec := &prog.Sections[i]
		sum, visible := m.sums[sec.ID]
		if !visible {
			s.NotAsked = append(s.NotAsked, Item{ID: sec.ID, Number: strconv.Itoa(i + 1), Text: sec.Title})
			continue
		}
		s.Sections = append(s.Sections, m.section(i+1, sec, sum))
	}
	s.Standards = m.outcomes()
	s.Criticals = m.criticals()
	return s
}

func (m *maker) section(number int, sec *programme.Section, sum *scoring.SectionTrace) Section {
	out := Section{ID: sec.ID, Title: sec.Title, Number: number, Zeroed: sum.Zeroed}
	if !zero(sum.Of) {
		out.Score, out.Points = ratio(sum.Counted, sum.Of), amount(sum.Counted)+" of "+amount(sum.Of)
	}
	for i := range sec.Questions {
		q := &sec.Questions[i]
		item := m.item(q, fmt.Sprintf("%d.%d", number, i+1))
		if m.state(q.ID) == scoring.StateHidden {
			out.NotAsked = append(out.NotAsked, item)
			continue
		}
		out.Items = append(out.Items, item)
	}
	return out
}

func (m *maker) state(question string) scoring.State {
	if t, ok := m.marks[question]; ok {
		return t.State
	}
	return scoring.StateHidden
}

func (m *maker) item(q *programme.Question, number string) Item {
	it := Item{ID: q.ID, Number: number, Text: q.Text, Private: q.Vault, Tone: None, Standard: m.standard(q.Standard)}
	state := m.state(q.ID)
	if state == scoring.StateHidden {
		it.Answer, it.Ours = "Not asked", true
		return it
	}
	if it.Private && !m.opt.Vault {
		it.Answer, it.Ours = "Kept private", true
		return it
	}
	m.answer(q, &it)
	it.Comment = m.paper.Report.Comments[q.ID]
	it.Critical = m.fired(q.ID)
	m.points(&it, m.marks[q.ID])
	return it
}

// answer says what the shopper answered, photos included.
func (m *maker) answer(q *programme.Question, it *Item) {
	for _, ph := range m.paper.Photos {
		if ph.Question == q.ID {
			it.Photos = append(it.Photos, ph)
		}
	}
	a := m.paper.Answers[q.ID]
	it.Answer, it.Said = Words(q, a, m.paper.Visit.Currency), a.State == programme.Answered
	it.Long, it.Ours = it.Said && q.Kind == programme.Text, Ours(q.Kind, a)
	if q.Kind != programme.Photo && q.Kind != programme.Receipt || a.State == programme.NA || a.State == programme.NotObserved {
		return
	}
	it.Answer, it.Said, it.Ours = "No photo", false, true
	if n := len(it.Photos); n > 0 {
		it.Answer, it.Said = catalogue.Count(n, "photo", "photos"), true
	}
}

// points says what an item earned and why it does not count.
func (m *maker) points(it *Item, t *scoring.QuestionTrace) {
	if zero(t.Possible) && zero(t.WowAvailable) {
		return
	}
	if !t.Counts {
		it.Why = t.Why
		return
	}
	if !zero(t.Possible) {
		it.Points, it.Tone = pointsOf(t.Earned, t.Possible), tone(t.Earned, t.Possible)
	}
	if !zero(t.WowAvailable) {
		it.Wow = amount(t.WowEarned) + " of " + amount(t.WowAvailable) + " WOW"
		if it.Points == "" && !zero(t.WowEarned) {
			it.Tone = Pass // a missed WOW is no fault: it stays neutral
		}
	}
}

func pointsOf(earned, possible scoring.Exact) string {
	unit := "points"
	if possible == "1" {
		unit = "point"
	}
	return amount(earned) + " of " + amount(possible) + " " + unit
}

func tone(earned, possible scoring.Exact) Tone {
	switch full(earned, possible) {
	case 1:
		return Pass
	case 0:
		return Part
	}
	return Fail
}

func (m *maker) standard(id string) string {
	if s, ok := m.paper.List.Programme.Standard(id); ok {
		return s.Title
	}
	return ""
}

func (m *maker) outcomes() []Outcome {
	var all []Outcome
	for i := range m.trace.Standards {
		t := &m.trace.Standards[i]
		o := Outcome{ID: t.Standard, Title: m.standard(t.Standard), Critical: t.Critical}
		o.Word, o.Tone = outcomeName(t.Outcome)
		if !zero(t.Possible) {
			o.Points = pointsOf(t.Earned, t.Possible)
		}
		all = append(all, o)
	}
	return all
}

func (m *maker) criticals() []Critical {
	var all []Critical
	for i := range m.trace.Criticals {
		t := &m.trace.Criticals[i]
		c := Critical{Question: t.Question, Effect: m.effect(t), Number: m.number(t.Question)}
		if q, _, ok := m.paper.List.Programme.Question(t.Question); ok {
			c.Text = q.Text
		}
		all = append(all, c)
	}
	return all
}

// number is a question's place in the checklist: 2.1.
func (m *maker) number(question string) string {
	for i, sec := range m.paper.List.Programme.Sections {
		for k := range sec.Questions {
			if sec.Questions[k].ID == question {
				return fmt.Sprintf("%d.%d", i+1, k+1)
			}
		}
	}
	return ""
}

// fired says what a question's critical did, "" when none fired.
func (m *maker) fired(question string) string {
	for i := range m.trace.Criticals {
		if m.trace.Criticals[i].Question == question {
			return m.effect(&m.trace.Criticals[i])
		}
	}
	return ""
}

// effect is what a critical does, as a whole sentence.
func (m *maker) effect(t *scoring.CriticalTrace) string {
	switch t.Effect {
	case programme.CapVisit:
		if t.CapBP != nil {
			return "Critical: the visit scores no more than " + kit.Percent(*t.CapBP) + "."
		}
	case programme.ZeroSection:
		title := t.Section
		if sec, ok := m.paper.List.Programme.Section(t.Section); ok {
			title = sec.Title
		}
		return "Critical: the section “" + title + "” earns nothing."
	case programme.FailVisit:
		return "Critical: the visit fails, whatever its score."
	case programme.Flag:
	}
	return "Critical: noted, and no WOW level for this visit."
}
