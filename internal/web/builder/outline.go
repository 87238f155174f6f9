package builder

import (
	"strconv"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// section is one section of the list.
type section struct {
	ID, Open, Title, Number string
	CardID                  string
	Sums                    string // "5 questions · 25 points"
	Here                    bool
	When                    string // when it is shown, in words
	Bad, Note               int
	Items                   []item
	First, Last             bool
}

// item is one question of the list.
type item struct {
	ID, CardID   string
	Number, Text string
	Meta         string
	Here         bool
	Bad, Note    int
}

// outline lists sections and questions.
func (v *view) outline(p *programme.Programme, finds map[edit.Ref][]edit.Finding, open place) {
	v.Empty = len(p.Sections) == 0
	for i := range p.Sections {
		s := &p.Sections[i]
		r := edit.Ref{Kind: edit.Section, ID: s.ID}
		x := section{
			ID: s.ID, Open: r.String(), CardID: placeOf(r).ID(), Title: nameOr(s.Title, v.say("New section")), Number: strconv.Itoa(i + 1), Sums: v.say(sums(s)), Here: open.ref == r,
			First: i == 0, Last: i == len(p.Sections)-1,
		}
		if s.ShowIf != nil {
			x.When = edit.Sentence(p, s.ShowIf.Source)
		}
		x.Bad, x.Note = counts(finds[r])
		for j := range s.Questions {
			x.Items = append(x.Items, v.itemOf(&s.Questions[j], x.Number+"."+strconv.Itoa(j+1), finds, open))
		}
		v.Questions += len(s.Questions)
		v.Sections = append(v.Sections, x)
	}
}

func (v *view) itemOf(q *programme.Question, number string, finds map[edit.Ref][]edit.Finding, open place) item {
	r := edit.Ref{Kind: edit.Question, ID: q.ID}
	x := item{ID: q.ID, CardID: placeOf(r).ID(), Number: number, Text: nameOr(q.Text, v.say("New question")), Meta: metaOf(q, v.say), Here: open.ref == r}
	x.Bad, x.Note = counts(finds[r])
	return x
}

func counts(list []edit.Finding) (bad, note int) {
	for _, f := range list {
		if f.Severity == programme.Error {
			bad++
		} else {
			note++
		}
	}
	return bad, note
}

// metaOf is the line under a question: its kind, what it earns, its standard, and whether it depends on something.
func metaOf(q *programme.Question, say func(string) string) string {
	text := say(kindName(q.Kind))
	if good := q.PossibleGood(); good > 0 || q.HasPoints {
		text += " · " + say(pointsWords(good))
	}
	if wow := q.PossibleWow(); wow > 0 {
		text += " · " + wow.String() + " WOW"
	}
	if q.Standard != "" {
		text += " · " + q.Standard
	}
	if q.ShowIf != nil {
		text += " · " + say("sometimes")
	}
	return text
}

func pointsWords(p programme.Points) string {
	if p == 100 {
		return "1 point"
	}
	return p.String() + " points"
}

func sums(s *programme.Section) string {
	good, wow := edit.PointsOf(s)
	text := catalogue.Count(len(s.Questions), "question", "questions")
	if good > 0 {
		text += " · " + pointsWords(good)
	}
	if wow > 0 {
		text += " · " + wow.String() + " WOW"
	}
	return text
}
