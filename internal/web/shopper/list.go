package shopper

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// listView is My visits: what is to do, and what was sent.
type listView struct {
	kit.Chrome
	Back  []item // sent back: these come first
	To    []item
	Sent  []item
	Board bool // there are open visits to look at
	More  string
}

// item is one visit in a list.
type item struct {
	visit.Row
	Href string
	Late bool
	Note string // what the row says besides its place: "3 answers so far"
	Wait string // when the next part opens, "" when it is open
}

var listPage = kit.NewPage[listView]("shopper/list")

// toDo and sent are the two halves of the list.
var (
	toDo = []visit.State{visit.SentBack, visit.InProgress, visit.Taken}
	sent = []visit.State{visit.Received, visit.InReview, visit.Accepted, visit.Published, visit.Declined, visit.SetAside}
)

func (p *Pages) list(c echo.Context, a auth.Actor) error {
	ctx := c.Request().Context()
	rows, err := p.visits.Mine(ctx, a, toDo, c.QueryParam("after"))
	if err != nil {
		return err
	}
	done, err := p.visits.Mine(ctx, a, sent, "")
	if err != nil {
		return err
	}
	view := listView{Chrome: kit.Chrome{Title: "My visits", Script: []string{"js/phone.js"}}, Board: a.May(auth.VisitTake), More: more(rows)}
	for _, r := range rows {
		if r.State == visit.SentBack {
			view.Back = append(view.Back, p.item(r))
			continue
		}
		view.To = append(view.To, p.item(r))
	}
	for _, r := range newestFirst(done) {
		view.Sent = append(view.Sent, p.item(r))
	}
	return listPage.Render(c, http.StatusOK, view)
}

func (p *Pages) item(r visit.Row) item {
	i := item{Row: r, Href: "/visits/" + r.ID, Late: r.State.Writable() && r.Due.Before(p.now())}
	if r.Next != nil {
		i.Wait = r.Next.Waits(p.now(), r.BranchZone)
	}
	return i
}

// more is the address of the next part of a list that was cut off, or "".
func more(rows []visit.Row) string {
	if len(rows) < visit.MaxList {
		return ""
	}
	return "?after=" + url.QueryEscape(rows[len(rows)-1].Cursor)
}

// recent is how many sent visits the list keeps in view.
const recent = 20

func newestFirst(rows []visit.Row) []visit.Row {
	var out []visit.Row
	for i := len(rows) - 1; i >= 0 && len(out) < recent; i-- {
		out = append(out, rows[i])
	}
	return out
}

// DueIn says how long is left, in the words of a person in a hurry.
func (i item) DueIn(now time.Time) string {
	d := i.Due.Sub(now)
	switch {
	case d < 0:
		return "overdue"
	case d < time.Hour:
		return "due within the hour"
	case d < 24*time.Hour:
		return "due in " + catalogue.Count(int(d.Hours()), "hour", "hours")
	}
	return "due in " + catalogue.Count(int(d.Hours()/24), "day", "days")
}

// boardView is the job board.
type boardView struct {
	kit.Chrome
	Open []item
	More string
}

var boardPage = kit.NewPage[boardView]("shopper/board")

func (p *Pages) board(c echo.Context, a auth.Actor) error {
	rows, err := p.visits.Board(c.Request().Context(), a, c.QueryParam("after"))
	if err != nil {
		return err
	}
	view := boardView{Chrome: kit.Chrome{Title: "Open visits", Script: []string{"js/phone.js"}}, More: more(rows)}
	for _, r := range rows {
		i := p.item(r)
		i.Href = "/visits/open/" + r.ID
		view.Open = append(view.Open, i)
	}
	return boardPage.Render(c, http.StatusOK, view)
}
