package editor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// sendBackView is the page on which an editor says what the shopper should look at again.
type sendBackView struct {
	kit.Chrome
	Review    visit.Review
	Reason    string
	Rows      []askRow
	Questions []kit.Option
}

// askRow is what is asked about one question.
type askRow struct {
	Number         int    // from 1
	Question, Text string // as chosen and typed
	QuestionField  string
	TextField      string
}

// sendBackForm is what the page posts: questions and texts go together by their order.
type sendBackForm struct {
	Revision  int      `form:"revision"`
	Reason    string   `form:"reason"`
	Questions []string `form:"question"`
	Texts     []string `form:"text"`
	Go        string   `form:"go"`
}

// Bounds of one sending back.
const (
	askRows    = 3  // offered at first
	maxAskRows = 40 // at most
	minReason  = 5  // characters
	maxReason  = 10_000
)

var sendBackPage = kit.NewPage[sendBackView]("editor/send_back")

func (p *Pages) sendBackForm(c echo.Context, a auth.Actor) error {
	var query struct {
		Question string `form:"question"`
	}
	if err := kit.BindQuery(c, &query); err != nil {
		return err
	}
	r, err := p.visits.Review(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	if !actionsOf(&r).SendBack {
		return kit.Redirect(c, "/review/"+r.Visit.ID)
	}
	form := sendBackForm{}
	if query.Question != "" {
		form.Questions, form.Texts = []string{query.Question}, []string{""}
	}
	return sendBackPage.Render(c, http.StatusOK, sendBackOf(&r, form, nil, kit.Speaker(c, "editor/send_back")))
}

// sendBackOf draws the page with what was typed so far.
func sendBackOf(r *visit.Review, form sendBackForm, errs kit.Errors, say func(string) string) sendBackView {
	view := sendBackView{
		Chrome: kit.Chrome{Title: "Send back", Errors: errs, Styles: []string{"css/desk.css"}}, Review: *r, Reason: form.Reason,
		Questions: questionsOf(sheet.New(&r.Paper, &r.Trace, sheet.Options{Vault: true}), say("Choose a question")),
	}
	count := max(askRows, len(form.Questions), len(form.Texts))
	if form.Go == "more" {
		count++
	}
	for i := range min(count, maxAskRows) {
		view.Rows = append(view.Rows, askRow{
			Number: i + 1, Question: at(form.Questions, i), Text: at(form.Texts, i),
			QuestionField: "question-" + strconv.Itoa(i+1), TextField: "text-" + strconv.Itoa(i+1),
		})
	}
	return view
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func (p *Pages) sendBack(c echo.Context, a auth.Actor) error {
	var form sendBackForm
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	if len(form.Questions) > maxAskRows || len(form.Texts) > maxAskRows {
		return fault.Newf(fault.TooLarge, "Ask about at most %d questions at once.", maxAskRows)
	}
	r, err := p.visits.Review(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	if form.Go == "more" {
		return sendBackPage.Render(c, http.StatusOK, sendBackOf(&r, form, nil, kit.Speaker(c, "editor/send_back")))
	}
	reasons, errs := reasonsOf(form)
	if len(errs) > 0 {
		return sendBackPage.Render(c, http.StatusUnprocessableEntity, sendBackOf(&r, form, errs, kit.Speaker(c, "editor/send_back")))
	}
	err = p.decide(c, a, seen{form.Revision}, func(ctx context.Context) error {
		return p.visits.SendBack(ctx, a, c.Param("id"), reasons)
	}, "Sent back. The shopper sees your reasons and can answer.")
	if errs, ok := kit.FormErrors(err); ok {
		return sendBackPage.Render(c, http.StatusUnprocessableEntity, sendBackOf(&r, form, errs, kit.Speaker(c, "editor/send_back")))
	}
	return err
}

// reasonsOf reads the general reason and those per question. One of them is enough; half a row is not.
func reasonsOf(form sendBackForm) ([]visit.Reason, kit.Errors) {
	var all []visit.Reason
	var bad kit.Errors
	if form.Reason != "" {
		bad = append(bad, wording("reason", form.Reason)...)
		all = append(all, visit.Reason{Text: form.Reason})
	}
	for i := range max(len(form.Questions), len(form.Texts)) {
		n, question := strconv.Itoa(i+1), at(form.Questions, i)
		text := strings.TrimSpace(strings.ReplaceAll(at(form.Texts, i), "\r\n", "\n"))
		switch {
		case question == "" && text == "":
			continue
		case question == "":
			bad = append(bad, fault.Field{Name: "question-" + n, Message: "Choose the question that this is about."})
		case text == "":
			bad = append(bad, fault.Field{Name: "text-" + n, Message: "Say what is unclear here, or choose no question."})
		default:
			bad = append(bad, wording("text-"+n, text)...)
		}
		all = append(all, visit.Reason{Question: question, Text: text})
	}
	if len(all) == 0 {
		bad = append(bad, fault.Field{Name: "reason", Message: "Say what is missing or unclear, so that the shopper knows what to do."})
	}
	return all, slices.Clip(bad)
}

// wording asks for a reason that somebody else can understand.
func wording(field, text string) kit.Errors {
	switch n := utf8.RuneCountInString(text); {
	case n < minReason:
		return kit.Errors{{Name: field, Message: "Say it in a few words."}}
	case n > maxReason:
		return kit.Errors{{Name: field, Message: "Keep it under 10,000 characters."}}
	}
	return nil
}
