package editor

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// queueView is the list of reports in one state of their check.
type queueView struct {
	kit.Chrome
	Tabs      []tabView
	Tab       string // key of the present one
	Programme string // id, "" for all
	Choices   []kit.Option
	Rows      []queueRow
	More      string // address of the next part, ""
	First     string // address of the beginning, "" when this is it
	Ticks     bool   // reports can be published from here
	Empty     string
}

// tabView is one state of the queue with its address.
type tabView struct {
	Label, Href, Count string
	Here               bool
}

// queueRow is one report in the queue.
type queueRow struct {
	visit.Row
	Scenario    string
	Score       string
	LevelName   string
	Tone        sheet.Tone
	Mine        bool      // the editor's own visit
	Since       time.Time // since when it is as it is
	SinceWord   string    // "accepted", "published" …
	StateChip   string    // what the tab does not say already
	ChipWaiting bool      // the chip asks for this editor's attention
}

// tab is one list of the queue.
type tab struct {
	key, label, empty string
	states            []visit.State
	order             visit.Order
	counted           bool // what piles up is counted
	begun             bool // only visits with an answer
}

// tabs in the order of the work.
var tabs = []tab{
	{"waiting", "Waiting", "Nothing is waiting to be checked.", []visit.State{visit.Received, visit.InReview}, visit.ByReceived, true, false},
	{"sent_back", "Sent back", "No report is back with a shopper.", []visit.State{visit.SentBack}, visit.ByReceived, true, false},
	{"accepted", "Accepted", "No accepted report is waiting to be published.", []visit.State{visit.Accepted}, visit.ByReceived, true, false},
	{"published", "Published", "Nothing was published yet.", []visit.State{visit.Published}, visit.ByVisited, false, false},
	{"aside", "Declined and set aside", "No report was declined or set aside.", []visit.State{visit.Declined, visit.SetAside}, visit.ByVisited, false, false},
	{"unsent", "Not sent in time", "No visit that was begun ran out of time.", []visit.State{visit.Expired}, visit.ByVisited, false, true},
}

// pageSize is how many reports one page of the queue has.
const pageSize = 50

// queueForm is what the address of the queue may say.
type queueForm struct {
	State     string `form:"state"`
	Programme string `form:"programme"`
	After     string `form:"after"`
}

var queuePage = kit.NewPage[queueView]("editor/queue")

func (p *Pages) queue(c echo.Context, a auth.Actor) error {
	var form queueForm
	if err := kit.BindQuery(c, &form); err != nil {
		return err
	}
	return p.queueWith(c, a, http.StatusOK, form, nil)
}

func (p *Pages) queueWith(c echo.Context, a auth.Actor, status int, form queueForm, errs kit.Errors) error {
	here := tabOf(form.State)
	rows, err := p.visits.Queue(c.Request().Context(), a, here.query(form, pageSize+1))
	if err != nil {
		return err
	}
	view := queueView{
		Chrome: kit.Chrome{Title: "Review", Errors: errs, Styles: []string{"css/desk.css"}},
		Tab:    here.key, Programme: form.Programme, Ticks: here.key == "accepted", Empty: here.empty,
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		view.More = address(here.key, form.Programme, rows[pageSize-1].Cursor)
	}
	if form.After != "" {
		view.First = address(here.key, form.Programme, "")
	}
	for _, r := range rows {
		view.Rows = append(view.Rows, queueRowOf(r, a))
	}
	if view.Choices, err = p.choices(c, a); err != nil {
		return err
	}
	if view.Tabs, err = p.tabViews(c, a, here, form.Programme); err != nil {
		return err
	}
	return queuePage.Render(c, status, view)
}

// tabOf gives the tab of a key, the first for one that is not known.
func tabOf(key string) tab {
	for _, t := range tabs {
		if t.key == key {
			return t
		}
	}
	return tabs[0]
}

func (t tab) query(form queueForm, limit int) visit.Query {
	return visit.Query{States: t.states, Begun: t.begun, Order: t.order, Programme: form.Programme, After: form.After, Limit: limit}
}

// address is the queue's own address.
func address(tab, programme, after string) string {
	q := url.Values{"state": {tab}}
	if programme != "" {
		q.Set("programme", programme)
	}
	if after != "" {
		q.Set("after", after)
	}
	return "/review?" + q.Encode()
}

// tabViews counts what piles up: a list ends at visit.MaxList, and beyond that the number says nothing new.
func (p *Pages) tabViews(c echo.Context, a auth.Actor, here tab, programme string) ([]tabView, error) {
	views := make([]tabView, 0, len(tabs))
	for _, t := range tabs {
		v := tabView{Label: t.label, Href: address(t.key, programme, ""), Here: t.key == here.key}
		if t.counted {
			rows, err := p.visits.Queue(c.Request().Context(), a, t.query(queueForm{Programme: programme}, visit.MaxList))
			if err != nil {
				return nil, err
			}
			v.Count = kit.UpTo(len(rows), visit.MaxList)
		}
		views = append(views, v)
	}
	return views, nil
}

// choices are the programmes that the queue can be narrowed to.
func (p *Pages) choices(c echo.Context, a auth.Actor) ([]kit.Option, error) {
	all, err := p.programmes.Programmes(c.Request().Context(), a)
	options := []kit.Option{{Value: "", Label: "All programmes"}}
	for _, pr := range all {
		options = append(options, kit.Option{Value: pr.ID, Label: pr.Name, Theirs: true})
	}
	return options, err
}

func queueRowOf(r visit.Row, a auth.Actor) queueRow {
	row := queueRow{
		Row: r, Scenario: sheet.ScenarioName(r.Scenario), Score: sheet.Score(r.Final), LevelName: r.Level.Words(),
		Tone: sheet.LevelTone(r.Level), Mine: r.Shopper != "" && r.Shopper == a.Member,
	}
	switch r.State {
	case visit.Received:
		row.Since = r.Received
	case visit.InReview:
		row.Since, row.StateChip = r.Received, "being checked"
		if r.Reviewer == a.Member {
			row.StateChip, row.ChipWaiting = "with you", true
		}
	case visit.SentBack:
		row.Since, row.SinceWord = r.Received, "arrived"
	case visit.Accepted:
		row.Since, row.SinceWord = r.Decided, "accepted"
	case visit.Published:
		row.Since, row.SinceWord = r.Published, "published"
	case visit.Declined, visit.SetAside:
		row.Since, row.SinceWord, row.StateChip = r.Decided, r.State.Words(), r.State.Words()
	case visit.Expired:
		row.Since, row.SinceWord = r.Due, "due"
	case visit.Open, visit.Taken, visit.InProgress, visit.Cancelled:
	}
	return row
}

// Age says how long the report is as it is: "waiting 2 days", "accepted 3 hours ago".
func (r queueRow) Age(now time.Time) string {
	switch r.State {
	case visit.Received, visit.InReview:
		return "waiting " + span(now.Sub(r.Since))
	case visit.Open, visit.Taken, visit.InProgress, visit.SentBack, visit.Accepted, visit.Published, visit.Declined, visit.SetAside,
		visit.Expired, visit.Cancelled:
	}
	return r.SinceWord + " " + kit.Ago(r.Since, now)
}

// span says how long something lasts in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return "less than an hour"
	case d < 24*time.Hour:
		return catalogue.Count(int(d/time.Hour), "hour", "hours")
	}
	return catalogue.Count(int(d/(24*time.Hour)), "day", "days")
}
