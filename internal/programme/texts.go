package programme

import (
	"slices"
	"strings"
)

// Wording is one text of a programme that people read. Its id is its address, made of ids that no translation changes:
// questions.A1.text, questions.A1.options.room, standards.K1.why.
type Wording struct {
	ID      string
	Section string // the section's id, "" outside of the checklist
	Words   string // as they stand in the programme that was asked
	Limit   int    // most characters
}

// Lines reports whether the text may have more than one line.
func (t Wording) Lines() bool { return t.Limit > maxLine }

// Texts lists every text of the programme in the order of the file.
func (p *Programme) Texts() []Wording {
	var all []Wording
	eachText(p, func(id, section string, limit int, words *string) {
		all = append(all, Wording{ID: id, Section: section, Words: *words, Limit: limit})
	})
	return all
}

// eachText visits every text that is there, in the order of the file.
func eachText(p *Programme, visit func(id, section string, limit int, words *string)) {
	v := textVisitor{visit: visit}
	v.one("name", "", maxLine, &p.Name)
	v.one("trade", "", maxLine, &p.Trade)
	for i := range p.Stages {
		v.one("stages."+p.Stages[i].ID+".title", "", maxLine, &p.Stages[i].Title)
	}
	for i := range p.Scenarios {
		at := "scenarios." + p.Scenarios[i].ID
		v.one(at+".title", "", maxLine, &p.Scenarios[i].Title)
		v.one(at+".brief", "", maxBrief, &p.Scenarios[i].Brief)
	}
	for i := range p.Standards {
		v.standard(&p.Standards[i])
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		v.one("sections."+s.ID+".title", s.ID, maxLine, &s.Title)
		for j := range s.Questions {
			v.question(s.ID, &s.Questions[j])
		}
	}
}

// textVisitor walks the texts.
type textVisitor struct {
	visit func(id, section string, limit int, words *string)
}

// one visits a text unless it is empty: there is nothing to translate then. A part of a draft that has no id yet has no
// address either.
func (v textVisitor) one(id, section string, limit int, words *string) {
	if *words != "" && !strings.Contains(id, "..") && !strings.HasSuffix(id, ".") {
		v.visit(id, section, limit, words)
	}
}

func (v textVisitor) standard(s *Standard) {
	at := "standards." + s.ID
	v.one(at+".title", "", maxLine, &s.Title)
	v.one(at+".good", "", maxText, &s.Good)
	v.one(at+".wow", "", maxText, &s.Wow)
	v.one(at+".why", "", maxText, &s.Why)
}

func (v textVisitor) question(section string, q *Question) {
	at := "questions." + q.ID
	v.one(at+".text", section, maxText, &q.Text)
	v.one(at+".hint", section, maxText, &q.Hint)
	v.one(at+".below", section, maxText, &q.Below)
	v.one(at+".good", section, maxText, &q.Good.Text)
	v.one(at+".wow", section, maxText, &q.Wow.Text)
	for i := range q.Options {
		v.one(at+".options."+q.Options[i].Code, section, maxLine, &q.Options[i].Label)
	}
}

// unshared gives a copy of the programme whose texts can be changed. Conditions and rules, which nobody changes, are the
// same ones.
func (p *Programme) unshared() *Programme {
	c := *p
	c.Stages, c.Scenarios, c.Standards, c.Sections = slices.Clone(p.Stages), slices.Clone(p.Scenarios), slices.Clone(p.Standards), slices.Clone(p.Sections)
	for i := range c.Sections {
		c.Sections[i].Questions = slices.Clone(c.Sections[i].Questions)
		for j := range c.Sections[i].Questions {
			q := &c.Sections[i].Questions[j]
			q.Options = slices.Clone(q.Options)
		}
	}
	return &c
}
