package editor

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// reportView is a report with everything that a decision about it needs.
type reportView struct {
	kit.Chrome
	Review   visit.Review
	Sheet    sheet.Sheet
	Scenario string
	Score    string
	Level    string
	Tone     sheet.Tone
	Before   string // score before caps, "" when no cap held
	Complete string // completeness, "" when nothing applied
	Unsent   bool   // begun, and not sent in its time
	Stale    bool   // answers as they stand now do not give the stored score
	Do       actions
	Said     []said
	Changes  string // the op log in a few words
	Timing   string // when the visit was done and when it arrived, "" before anything was said
	InTime   bool
	Clocks   []string   // what is wrong with the clocks of the phones
	Late     []addition // what came after its part was sent
	Next     string     // address of the report that waits longest besides this one
	Ask      string     // where reasons for sending back are written
	Typed    typed
	Problem  string // why a decision could not be taken
}

// typed is what stood in the forms of the page when it is shown again.
type typed struct {
	Decline, SetAside, Note, Question string
	Questions                         []kit.Option
}

// actions are the decisions that the state of the visit allows.
type actions struct {
	Begin, Reopen, Accept, SendBack, Decline, SetAside, Publish bool
}

// Any reports whether there is anything to decide.
func (d actions) Any() bool {
	return d.Begin || d.Reopen || d.Accept || d.SendBack || d.Decline || d.SetAside || d.Publish
}

// actionsOf follows the table of states. Who decides about a received report takes it up in the same step.
func actionsOf(r *visit.Review) actions {
	if r.Mine {
		return actions{}
	}
	state := r.Visit.State
	from := state
	if state == visit.Received {
		from = visit.InReview
	}
	can := func(to visit.State) bool { return visit.CanMove(from, to) }
	return actions{
		Begin: state == visit.Received, Reopen: state == visit.Accepted, Accept: can(visit.Accepted), SendBack: can(visit.SentBack),
		Decline: can(visit.Declined), SetAside: can(visit.SetAside), Publish: can(visit.Published),
	}
}

// said is one thing that was said about the report.
type said struct {
	Who, What, Body string
	When            time.Time
	Question        string // id, ""
	Label           string // the question's text
	Tone            string // of the chip
}

var reportPage = kit.NewPage[reportView]("editor/report")

func (p *Pages) report(c echo.Context, a auth.Actor) error {
	return p.reportWith(c, a, http.StatusOK, reportView{})
}

// reportWith shows the report; view holds what the page says besides it: errors, what was typed, a problem.
func (p *Pages) reportWith(c echo.Context, a auth.Actor, status int, view reportView) error {
	r, err := p.visits.Review(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	r.Paper = r.Paper.In(kit.ReadingOf(c)...)
	base := "/review/" + r.Visit.ID
	view.Title, view.Styles = r.Place.Name, []string{"css/desk.css"}
	view.Review, view.Scenario = r, scenarioOf(&r)
	view.Score, view.Level, view.Tone = sheet.Score(r.Visit.Final), r.Visit.Level.Words(), sheet.LevelTone(r.Visit.Level)
	if r.Visit.Final != nil && r.Visit.Score != nil && *r.Visit.Final != *r.Visit.Score {
		view.Before = kit.Percent(*r.Visit.Score)
	}
	if r.Result.CompletenessBP != nil {
		view.Complete = kit.Percent(*r.Result.CompletenessBP)
	}
	view.Unsent, view.Stale, view.Do = r.Visit.Unsent(), stale(&r), actionsOf(&r)
	if view.Do.SendBack {
		view.Ask = base + "/send-back"
	}
	view.Sheet = sheet.New(&r.Paper, &r.Trace, sheet.Options{Vault: true, Ask: askOf(view.Ask)})
	view.Said, view.Changes = saidOf(&r, a, kit.Speaker(c, "editor/report")), changesOf(&r)
	view.Timing, view.InTime = timingOf(&r)
	view.Clocks, view.Late = clocksOf(&r), additionsOf(&r)
	view.Typed.Questions = questionsOf(view.Sheet, "The whole report")
	if view.Next, err = p.next(c, a, r.Visit.ID); err != nil {
		return err
	}
	return reportPage.Render(c, status, view)
}

// askOf is the address that a question's id is put behind.
func askOf(page string) string {
	if page == "" {
		return ""
	}
	return page + "?question="
}

// stale reports that the answers, as they stand, give another score than the stored one: the shopper is changing them.
func stale(r *visit.Review) bool {
	if r.Visit.Unsent() {
		return false // there is no score
	}
	now, then := r.Trace.Total.FinalBP, r.Visit.Final
	return (now == nil) != (then == nil) || now != nil && *now != *then || r.Trace.Total.Level != r.Visit.Level
}

func scenarioOf(r *visit.Review) string {
	if sc, ok := r.List.Programme.Scenario(r.Visit.Scenario); ok {
		return sc.Title
	}
	return sheet.ScenarioName(r.Visit.Scenario)
}

// changesOf sums the op log up: every answer, comment and photo, and every change of one, is an entry of it.
func changesOf(r *visit.Review) string {
	return catalogue.Count(r.Report.Seq, "change", "changes") + " saved"
}

// next finds the report that waits longest besides this one, "" when none does.
func (p *Pages) next(c echo.Context, a auth.Actor, id string) (string, error) {
	rows, err := p.visits.Queue(c.Request().Context(), a, tabs[0].query(queueForm{}, 2))
	for _, r := range rows {
		if r.ID != id {
			return "/review/" + r.ID, err
		}
	}
	return "", err
}

// questionsOf lists the questions that were asked, for a select; none is what choosing no question means.
func questionsOf(s sheet.Sheet, none string) []kit.Option {
	all := []kit.Option{{Value: "", Label: none}}
	for _, sec := range s.Sections {
		for _, it := range sec.Items {
			all = append(all, kit.Option{Value: it.ID, Label: it.Number + " " + shorten(it.Text), Theirs: true})
		}
	}
	return all
}

// maxLabel is how much of a question fits a select, in characters.
const maxLabel = 70

func shorten(s string) string {
	if r := []rune(s); len(r) > maxLabel {
		return string(r[:maxLabel-1]) + "…"
	}
	return s
}

// saidOf puts the notes into words, the newest first.
func saidOf(r *visit.Review, a auth.Actor, say func(string) string) []said {
	var all []said
	for i := len(r.Notes) - 1; i >= 0; i-- {
		n := r.Notes[i]
		s := said{Who: say("An editor"), Body: n.Body, When: n.Created, Question: n.Question}
		s.What, s.Tone = kindOf(n.Kind)
		switch n.Author {
		case a.Member:
			s.Who = say("You")
		case r.Visit.Shopper:
			s.Who = r.Alias
		}
		if q, _, ok := r.List.Programme.Question(n.Question); ok {
			s.Label = q.Text
		}
		all = append(all, s)
	}
	return all
}

// kindOf is what a note is, and the tone of its chip.
func kindOf(k visit.NoteKind) (what, tone string) {
	switch k {
	case visit.NoteSentBack:
		return "sent back", "wait"
	case visit.NoteReply:
		return "reply", "here"
	case visit.NoteDecision:
		return "decision", "na"
	case visit.NoteInternal:
	}
	return "note for editors", "na"
}

// whyView is the arithmetic behind a score.
type whyView struct {
	kit.Chrome
	Back  string
	Place string
	Stale bool
	Kept  string // the stored score
	Why   sheet.Why
}

var whyPage = kit.NewPage[whyView]("editor/why")

func (p *Pages) why(c echo.Context, a auth.Actor) error {
	r, err := p.visits.Review(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	r.Paper = r.Paper.In(kit.ReadingOf(c)...)
	view := whyView{
		Back: "/review/" + r.Visit.ID, Place: r.Place.Name, Stale: stale(&r), Kept: sheet.Score(r.Visit.Final),
		Why: sheet.NewWhy(&r.Paper, &r.Trace, sheet.Options{Vault: true}),
	}
	view.Chrome = kit.Chrome{Title: kit.Say(c, "Why "+view.Why.Score+"?"), Styles: []string{"css/desk.css"}}
	return whyPage.Render(c, http.StatusOK, view)
}
