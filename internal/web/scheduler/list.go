package scheduler

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// listView is the plan: visits in one part of their life.
type listView struct {
	kit.Chrome
	Tabs    []tabView
	Query   listQuery
	Choices []kit.Option
	Matches []match // branches that fit the text, when it fits several
	None    bool    // no branch fits the text
	At      string  // name of the branch that the list is narrowed to
	Rows    []listRow
	More    string
	First   string
	Empty   string
	Back    string // the list's own address behind the question mark, for coming back
	Problem string // why a visit could not be cancelled
}

// tabView is one part of the plan with its address.
type tabView struct {
	Label, Href, Count string
	Here               bool
}

// match is a branch that the list can be narrowed to.
type match struct{ Label, Href string }

// listRow is one visit in the plan.
type listRow struct {
	visit.Row
	Scenario string
	Name     string // of the shopper, for schedulers only
	Gone     bool   // the visit is still to be made, and its shopper is deactivated: it waits for nobody
	Late     bool
	Tone     string
	Cancel   bool   // it can still be cancelled
	Open     bool   // its form is open: the reason was not enough
	Typed    string // the reason as it was typed
}

// tab is one part of the plan.
type tab struct {
	key, label, empty string
	states            []visit.State
	order             visit.Order
	counted           bool
}

// tabs in the order of a visit's life.
var tabs = []tab{
	{"ahead", "Ahead", "No visit is planned at the moment.", []visit.State{visit.Open, visit.Taken, visit.InProgress, visit.SentBack}, visit.ByDue, true},
	{"open", "On the job board", "No visit is waiting for a shopper.", []visit.State{visit.Open}, visit.ByDue, true},
	{"shoppers", "With shoppers", "No shopper has a visit to make.", []visit.State{visit.Taken, visit.InProgress, visit.SentBack}, visit.ByDue, true},
	{
		"sent", "Sent in", "No report was sent in yet.",
		[]visit.State{visit.Received, visit.InReview, visit.Accepted, visit.Published, visit.Declined, visit.SetAside},
		visit.ByVisited, false,
	},
	{"cancelled", "Cancelled", "No visit was cancelled.", []visit.State{visit.Cancelled, visit.Expired}, visit.ByDue, false},
}

// Bounds of one page of the plan.
const (
	pageSize   = 50
	maxMatches = 24 // branches offered for a text that fits several
)

// listQuery is what the address of the plan may say.
type listQuery struct {
	State     string `form:"state"`
	Programme string `form:"programme"`
	Branch    string `form:"branch"` // part of a code or name
	At        string `form:"at"`     // id of one branch
	After     string `form:"after"`
}

// values is the query as it stands in an address.
func (q listQuery) values() url.Values {
	v := url.Values{}
	for _, f := range []struct{ name, value string }{
		{"state", q.State}, {"programme", q.Programme}, {"branch", q.Branch}, {"at", q.At}, {"after", q.After},
	} {
		if f.value != "" {
			v.Set(f.name, f.value)
		}
	}
	return v
}

func (q listQuery) href() string { return "/plan?" + q.values().Encode() }

// failed is what the page says when a visit could not be cancelled.
type failed struct {
	id, reason, problem string
	errs                kit.Errors
}

var listPage = kit.NewPage[listView]("scheduler/list")

func (p *Pages) list(c echo.Context, a auth.Actor) error {
	var q listQuery
	if err := kit.BindQuery(c, &q); err != nil {
		return err
	}
	return p.listWith(c, a, http.StatusOK, q, failed{})
}

func (p *Pages) listWith(c echo.Context, a auth.Actor, status int, q listQuery, f failed) error {
	ctx := c.Request().Context()
	here := tabOf(q.State)
	q.State = here.key
	view := listView{
		Chrome: kit.Chrome{Title: "Plan", Errors: f.errs, Styles: []string{"css/desk.css"}},
		Query:  q, Empty: here.empty, Problem: f.problem, Back: q.values().Encode(),
	}
	at, err := p.narrow(ctx, a, &view)
	if err != nil {
		return err
	}
	if err := p.fillRows(ctx, a, &view, here, at, f); err != nil {
		return err
	}
	if view.Choices, err = p.programmeChoices(ctx, a); err != nil {
		return err
	}
	if view.Tabs, err = p.tabViews(ctx, a, here, q, at); err != nil {
		return err
	}
	for i := range view.Tabs {
		view.Tabs[i].Label = kit.Say(c, view.Tabs[i].Label)
	}
	return listPage.Render(c, status, view)
}

func tabOf(key string) tab {
	for _, t := range tabs {
		if t.key == key {
			return t
		}
	}
	return tabs[0]
}

// narrow finds the branch that the text means: one that fits narrows the list, several are offered to choose from.
func (p *Pages) narrow(ctx context.Context, a auth.Actor, view *listView) (at string, err error) {
	q := &view.Query
	if q.At != "" {
		b, err := p.branches.Branch(ctx, a, q.At)
		view.At = b.Name
		return b.ID, err
	}
	if q.Branch == "" {
		return "", nil
	}
	page, err := p.branches.Branches(ctx, a, org.BranchQuery{Text: q.Branch, Limit: maxMatches})
	if err != nil {
		return "", err
	}
	switch len(page.Branches) {
	case 0:
		view.None = true
		return "", nil
	case 1:
		view.At = page.Branches[0].Name
		return page.Branches[0].ID, nil
	}
	for _, b := range page.Branches {
		to := listQuery{State: q.State, Programme: q.Programme, Branch: q.Branch, At: b.ID}
		view.Matches = append(view.Matches, match{Label: b.Code + " " + b.Name, Href: to.href()})
	}
	return "", nil
}

func (t tab) query(programme, at, after string, limit int) visit.Query {
	return visit.Query{States: t.states, Order: t.order, Programme: programme, Branch: at, After: after, Limit: limit}
}

func (p *Pages) fillRows(ctx context.Context, a auth.Actor, view *listView, here tab, at string, f failed) error {
	q := view.Query
	if view.None {
		return nil
	}
	rows, err := p.visits.Planned(ctx, a, here.query(q.Programme, at, q.After, pageSize+1))
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		next := q
		next.After = rows[pageSize-1].Cursor
		view.More = next.href()
	}
	if q.After != "" {
		first := q
		first.After = ""
		view.First = first.href()
	}
	shoppers, err := p.shoppersOf(ctx, a, rows)
	for _, r := range rows {
		who, known := shoppers[r.Shopper]
		row := listRow{
			Row: r, Scenario: sheet.ScenarioName(r.Scenario), Name: who.Name, Tone: toneOf(r.State), Gone: known && !who.Active && r.State.Writable(),
			Cancel: visit.CanMove(r.State, visit.Cancelled), Late: due(r.State) && r.Due.Before(p.now()),
		}
		if r.ID == f.id && len(f.errs) > 0 {
			row.Open, row.Typed = true, f.reason
		}
		view.Rows = append(view.Rows, row)
	}
	return err
}

// due reports whether the visit is still to be made.
func due(s visit.State) bool { return s == visit.Open || s.Writable() }

// toneOf is the colour of a state's chip. It judges nobody: what waits for somebody stands out.
func toneOf(s visit.State) string {
	switch s {
	case visit.Open, visit.SentBack:
		return "wait"
	case visit.Taken, visit.InProgress:
		return "here"
	case visit.Received, visit.InReview, visit.Accepted, visit.Published, visit.Declined, visit.SetAside, visit.Expired, visit.Cancelled:
	}
	return "na"
}

// shoppersOf gives the shoppers in a list by their id: most are in the first page of shoppers, the others are asked for.
func (p *Pages) shoppersOf(ctx context.Context, a auth.Actor, rows []visit.Row) (map[string]auth.Membership, error) {
	page, err := p.people.Members(ctx, a, auth.MemberQuery{Role: auth.Shopper, Limit: maxShoppers})
	if err != nil {
		return nil, err
	}
	all := map[string]auth.Membership{}
	for _, m := range page.Members {
		all[m.ID] = m
	}
	for _, r := range rows {
		if _, known := all[r.Shopper]; known || r.Shopper == "" {
			continue
		}
		m, err := p.people.Member(ctx, a, r.Shopper)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[m.ID] = m
	}
	return all, nil
}

func (p *Pages) programmeChoices(ctx context.Context, a auth.Actor) ([]kit.Option, error) {
	all, err := p.programmes.Programmes(ctx, a)
	options := []kit.Option{{Value: "", Label: "All programmes"}}
	for _, pr := range all {
		options = append(options, kit.Option{Value: pr.ID, Label: pr.Name, Theirs: true})
	}
	return options, err
}

// tabViews counts what is still ahead: a list ends at visit.MaxList, and beyond that the number says nothing new.
func (p *Pages) tabViews(ctx context.Context, a auth.Actor, here tab, q listQuery, at string) ([]tabView, error) {
	q.After = ""
	views := make([]tabView, 0, len(tabs))
	for _, t := range tabs {
		q.State = t.key
		v := tabView{Label: t.label, Href: q.href(), Here: t.key == here.key}
		if t.counted {
			rows, err := p.visits.Planned(ctx, a, t.query(q.Programme, at, "", visit.MaxList))
			if err != nil {
				return nil, err
			}
			v.Count = kit.UpTo(len(rows), visit.MaxList)
		}
		views = append(views, v)
	}
	return views, nil
}

func (p *Pages) cancel(c echo.Context, a auth.Actor) error {
	var form struct {
		Reason string `form:"reason" label:"the reason" validate:"required,min=5,max=10000" say:"Say why it is cancelled, in a few words."`
		Back   string `form:"back"`
	}
	err := kit.Bind(c, &form)
	q := queryOf(form.Back)
	if err == nil {
		err = p.visits.Cancel(c.Request().Context(), a, c.Param("id"), form.Reason)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.listWith(c, a, http.StatusUnprocessableEntity, q, failed{id: c.Param("id"), reason: form.Reason, errs: errs})
	}
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.listWith(c, a, http.StatusConflict, q, failed{problem: known.Message})
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Cancelled. What was answered so far is kept.")
	return kit.Redirect(c, q.href())
}

// queryOf reads the list's address back; what cannot be read is the beginning of the list.
func queryOf(back string) listQuery {
	v, err := url.ParseQuery(back)
	if err != nil {
		return listQuery{}
	}
	return listQuery{State: v.Get("state"), Programme: v.Get("programme"), Branch: v.Get("branch"), At: v.Get("at"), After: v.Get("after")}
}
