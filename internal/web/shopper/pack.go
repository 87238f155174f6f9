package shopper

import (
	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// wantsPack reports whether the phone asks for a page to keep: with every question and without any answer. What it
// keeps is not for reading by who finds the phone; the answers stand in its own log.
func wantsPack(c echo.Context) bool { return c.QueryParam("pack") == "1" }

// open gives a visit's paper for a page: without its answers when the page is made to be kept.
func (p *filling) open(c echo.Context, a auth.Actor) (visit.Paper, error) {
	paper, err := p.uses.Open(c.Request().Context(), a, c.Param("id"))
	paper = paper.In(kit.ReadingOf(c)...)
	if err == nil && wantsPack(c) {
		paper = emptied(paper)
	}
	return paper, err
}

// emptied takes answers, photos and what was said about them out of a paper.
func emptied(p visit.Paper) visit.Paper {
	p.Report.Answers, p.Report.Comments, p.Report.Seq = nil, nil, 0
	p.Answers, p.Photos, p.Notes, p.Gaps, p.Conflicts = programme.Answers{}, nil, nil, nil, nil
	p.Shown = programme.Show(p.List.Programme, p.Context(), p.Answers)
	return p
}

// forPack makes a section's page one that fits whatever the phone knows: its script says where in the order it stands
// and what is shown.
func (v *sectionView) forPack() {
	v.Segments, v.Seen, v.Soon = nil, "", nil
	v.Answered, v.Asked = 0, len(v.Section.Questions)
}

// soonItem is a question to answer before memory fades.
type soonItem struct {
	Text, Href string
	Done       bool
}

// soonOf lists the perishable questions on show in the stage being filled in; nil once all are answered.
func soonOf(paper visit.Paper) []soonItem {
	var all []soonItem
	open := false
	for _, sec := range paper.Sections {
		for i := range sec.Questions {
			q := &sec.Questions[i]
			if !q.Perishable || !paper.Shown.Question(q.ID) {
				continue
			}
			it := soonItem{Text: q.Text, Href: visitPath(paper) + "/s/" + sec.ID + "#q-" + q.ID, Done: hasAnswer(paper, q)}
			all, open = append(all, it), open || !it.Done
		}
	}
	if !open {
		return nil
	}
	return all
}
