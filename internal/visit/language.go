package visit

import (
	"slices"

	"plainclothes/internal/programme"
)

// Reading is the language in which a paper's texts are, when its programme says so.
type Reading struct {
	Tag       string
	Direction string // "ltr" or "rtl"
}

// In gives the paper to read in the first of the wanted languages that its programme has; without one of them the texts
// stay as the programme has them. Ids, answers and what is shown are the same in every language, so what is answered in one
// is read in another.
func (p Paper) In(wanted ...string) Paper {
	if p.List == nil || p.List.Programme == nil {
		return p
	}
	own := p.List.Programme
	tag := own.Match(wanted...)
	if tag == "" {
		tag = own.Language
	}
	if tag != "" || len(own.Translations) > 0 {
		p.Reading = readingIn(tag)
	}
	if len(own.Translations) == 0 {
		return p
	}
	list := *p.List
	list.Programme = own.In(tag)
	p.List = &list
	p.inWordsOf(list.Programme)
	return p
}

func readingIn(tag string) *Reading {
	r := &Reading{Tag: tag, Direction: "ltr"}
	if programme.RightToLeft(tag) {
		r.Direction = "rtl"
	}
	return r
}

// inWordsOf takes the paper's own copies of texts from a programme that differs in nothing else.
func (p *Paper) inWordsOf(in *programme.Programme) {
	p.Sections = slices.Clone(p.Sections)
	for i := range p.Sections {
		if s, ok := in.Section(p.Sections[i].ID); ok {
			p.Sections[i] = *s
		}
	}
	titles := map[string]string{}
	for i := range in.Stages {
		titles[in.Stages[i].ID] = in.Stages[i].Title
	}
	p.Stages = slices.Clone(p.Stages)
	for i := range p.Stages {
		p.Stages[i].Title = titles[p.Stages[i].ID]
	}
	was := map[string]string{} // from a title to the translated one: what a stage waits for is named by its title
	for i := range p.Times {
		was[p.Times[i].Title] = titles[p.Times[i].ID]
	}
	p.Times = slices.Clone(p.Times)
	for i := range p.Times {
		t := &p.Times[i]
		t.Title = titles[t.ID]
		if after, ok := was[t.After]; ok && t.After != "" {
			t.After = after
		}
	}
}
