package manager

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// visitView is one published visit.
type visitView struct {
	kit.Chrome
	Visit   report.VisitReport
	Sheet   sheet.Sheet
	Day     string
	Daypart string
	Score   string
	Level   string
	Tone    sheet.Tone
	Before  string // score before caps, "" when no cap held
	Why     string // address of the arithmetic, "" where it cannot be shown
	Branch  string // address of the branch's page
}

// whyView is the arithmetic of one score.
type whyView struct {
	kit.Chrome
	Visit report.VisitReport
	Day   string
	Why   sheet.Why
}

var (
	visitPage = kit.NewPage[visitView]("manager/visit")
	whyPage   = kit.NewPage[whyView]("manager/why")
)

func (p *Pages) visit(c echo.Context, a auth.Actor) error {
	r, err := p.reports.PublishedVisit(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	view := visitView{
		Chrome: visitChrome(r.Place.Name), Visit: r, Sheet: sheetOf(&r), Day: dayText(r.VisitedOn), Daypart: r.Daypart,
		Score: sheet.Score(r.Result.FinalBP), Level: r.Result.Level.Words(), Tone: sheet.LevelTone(r.Result.Level),
		Branch: (&choice{Programme: r.Programme}).address("/compare/branches/" + r.Branch),
	}
	if final, base := r.Result.FinalBP, r.Result.BaseBP; final != nil && base != nil && *final != *base {
		view.Before = kit.Percent(*base)
	}
	if r.Trace != nil {
		view.Why = listPath + "/" + r.ID + "/why"
	}
	return visitPage.Render(c, http.StatusOK, view)
}

func (p *Pages) why(c echo.Context, a auth.Actor) error {
	r, err := p.reports.PublishedVisit(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	if r.Trace == nil {
		return fault.New(fault.NotFound, "The branch has changed since this visit, so its arithmetic can no longer be shown. The score stands.")
	}
	view := whyView{Visit: r, Day: dayText(r.VisitedOn), Why: whyOf(&r)}
	view.Chrome = visitChrome("Why " + view.Why.Score)
	return whyPage.Render(c, http.StatusOK, view)
}

func visitChrome(title string) kit.Chrome {
	return kit.Chrome{Title: title, Styles: []string{"css/desk.css", "css/charts.css"}}
}

// private stands where an answer is not shown to managers.
const private = "Kept private"

// blank is the paper that the sheet is printed on: the checklist without a single answer. What was answered is filled in
// from the report alone, which has nothing in it that tells the shopper.
func blank(r *report.VisitReport) *visit.Paper { return &visit.Paper{List: r.List} }

// sheetOf makes the report ready to read.
func sheetOf(r *report.VisitReport) sheet.Sheet {
	marks := marksOf(r)
	s := sheet.Sheet{NotAsked: marks.NotAsked, Criticals: criticalsOf(r, &marks), Standards: standardsOf(r, &marks)}
	for i := range r.Sections {
		s.Sections = append(s.Sections, sectionOf(r, &r.Sections[i], &marks))
	}
	return s
}

// marksOf is what the arithmetic says about every question, without answers; nothing where there is no arithmetic.
func marksOf(r *report.VisitReport) sheet.Sheet {
	if r.Trace == nil {
		return sheet.Sheet{}
	}
	return sheet.New(blank(r), r.Trace, sheet.Options{})
}

func sectionOf(r *report.VisitReport, s *report.Section, marks *sheet.Sheet) sheet.Section {
	out := sheet.Section{ID: s.ID, Title: s.Title, Number: sectionNumber(r.List.Programme, s.ID)}
	for i := range marks.Sections {
		if m := &marks.Sections[i]; m.ID == s.ID {
			out.Score, out.Points, out.Zeroed, out.NotAsked = m.Score, m.Points, m.Zeroed, m.NotAsked
		}
	}
	for i := range s.Questions {
		out.Items = append(out.Items, itemOf(r, &s.Questions[i], marks))
	}
	return out
}

func itemOf(r *report.VisitReport, q *report.Answered, marks *sheet.Sheet) sheet.Item {
	it := sheet.Item{ID: q.ID, Number: number(r.List.Programme, q.ID), Text: q.Text, Standard: q.Standard, Tone: sheet.None}
	for i := range marks.Sections {
		for k := range marks.Sections[i].Items {
			if m := &marks.Sections[i].Items[k]; m.ID == q.ID {
				it.Points, it.Wow, it.Tone, it.Critical, it.Why = m.Points, m.Wow, m.Tone, m.Critical, m.Why
			}
		}
	}
	it.Comment, it.Private = q.Comment, q.Withheld
	it.Answer, it.Said, it.Ours = answerOf(q), q.State == programme.Answered, oursOf(q)
	it.Long = it.Said && q.Kind == programme.Text
	for _, p := range q.Photos {
		it.Photos = append(it.Photos, evidence.Photo{ID: p.ID, Type: evidence.ShownType, Width: p.Width, Height: p.Height})
	}
	return it
}

// answerOf says what was answered, photos included.
func answerOf(q *report.Answered) string {
	switch {
	case q.Withheld:
		return private
	case q.Answer != "":
		return q.Answer
	case len(q.Photos) > 0:
		return catalogue.Count(len(q.Photos), "photo", "photos")
	}
	return "No answer"
}

// oursOf reports whether that is in words of ours.
func oursOf(q *report.Answered) bool {
	return q.Withheld || q.Answer == "" || q.Kind == programme.Time || sheet.Ours(q.Kind, programme.Answer{State: q.State, Codes: []string{q.Answer}})
}

func standardsOf(r *report.VisitReport, marks *sheet.Sheet) []sheet.Outcome {
	if len(marks.Standards) > 0 {
		return marks.Standards
	}
	var all []sheet.Outcome
	for _, s := range r.Standards {
		word, tone := outcomeWord(s.Outcome)
		all = append(all, sheet.Outcome{ID: s.ID, Title: s.Title, Word: word, Tone: tone})
	}
	return all
}

// outcomeWord is what a visit says about a standard, for a visit without arithmetic.
func outcomeWord(o scoring.Outcome) (string, sheet.Tone) {
	switch o {
	case scoring.OutcomeWow:
		return "WOW", sheet.Pass
	case scoring.OutcomeGood:
		return "Good", sheet.Pass
	case scoring.OutcomePartial:
		return "Partly", sheet.Part
	case scoring.OutcomeBelow:
		return "Below", sheet.Fail
	case scoring.OutcomeNA:
		return "Did not apply", sheet.None
	case scoring.OutcomeUnknown:
	}
	return "Cannot be told", sheet.None
}

func criticalsOf(r *report.VisitReport, marks *sheet.Sheet) []sheet.Critical {
	if r.Trace != nil {
		return marks.Criticals
	}
	var all []sheet.Critical
	for _, cr := range r.Criticals {
		all = append(all, sheet.Critical{Question: cr.Question, Number: number(r.List.Programme, cr.Question), Text: cr.Text})
	}
	return all
}

// whyOf prints the arithmetic with the answers that managers may read.
func whyOf(r *report.VisitReport) sheet.Why {
	w := sheet.NewWhy(blank(r), r.Trace, sheet.Options{})
	answers := map[string]*report.Answered{}
	for i := range r.Sections {
		for k := range r.Sections[i].Questions {
			q := &r.Sections[i].Questions[k]
			answers[number(r.List.Programme, q.ID)] = q
		}
	}
	for i := range w.Sections {
		for k := range w.Sections[i].Rows {
			row := &w.Sections[i].Rows[k]
			if q, ok := answers[row.Number]; ok {
				row.Answer, row.Ours = answerOf(q), oursOf(q)
			}
		}
	}
	return w
}

// sectionNumber is a section's place in the checklist.
func sectionNumber(p *programme.Programme, id string) int {
	for i := range p.Sections {
		if p.Sections[i].ID == id {
			return i + 1
		}
	}
	return 0
}

// number is a question's place in the checklist: 2.1.
func number(p *programme.Programme, id string) string {
	for i := range p.Sections {
		for k := range p.Sections[i].Questions {
			if p.Sections[i].Questions[k].ID == id {
				return strconv.Itoa(i+1) + "." + strconv.Itoa(k+1)
			}
		}
	}
	return ""
}
