package scheduler

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/web/kit"
)

// planForm is everything that was chosen and typed so far. Branches are the ticked ones of the page and, as hidden
// fields, those ticked on other pages.
type planForm struct {
	What     string   `form:"what"` // programme and scenario: "id|buyer"
	Branches []string `form:"branch"`
	Text     string   `form:"text"`
	Region   string   `form:"region"`
	After    string   `form:"after"` // where the page of branches begins
	Next     string   `form:"next"`  // where the next one does
	Codes    string   `form:"codes"`
	Shopper  string   `form:"shopper"` // member id, "" for the job board
	Who      string   `form:"who"`     // part of a name, for finding a shopper
	Date     string   `form:"due_date"`
	Time     string   `form:"due_time"`
	Fee      string   `form:"fee"`
	Ignore   bool     `form:"ignore"`
	Go       string   `form:"go"`
}

// formView is the form.
type formView struct {
	kit.Chrome
	Form     planForm
	Whats    []whatGroup
	Regions  []kit.Option
	Page     []branchBox
	Hidden   []string // chosen branches that are not on this page
	Chosen   int
	Next     string // cursor of the next page of branches, ""
	Shoppers []kit.Option
	Many     bool   // there are more shoppers than the list holds
	FeeHint  string // in which money the fee is
	Most     int
	Problem  string // said above the form
}

// whatGroup is a programme with its scenarios.
type whatGroup struct {
	Label   string
	Options []kit.Option
}

// branchBox is a branch that can be ticked.
type branchBox struct {
	ID, Code, Name, Region string
	Checked                bool
	Lacks                  string // the feature that the scenario needs and the branch has not
}

// Bounds of the form.
const (
	branchPage  = 200
	maxChosen   = 500 // branches planned at once
	maxShoppers = 200
)

var formPage = kit.NewPage[formView]("scheduler/new")

// form is the empty form, or one that a link filled in: with what, where and who.
func (p *Pages) form(c echo.Context, a auth.Actor) error {
	var asked planForm
	if err := kit.BindQuery(c, &asked); err != nil {
		return err
	}
	form := planForm{
		What: asked.What, Shopper: asked.Shopper, Branches: slices.Compact(slices.Sorted(slices.Values(asked.Branches))),
		Date: p.now().AddDate(0, 0, 7).Format("2006-01-02"), Time: "20:00",
	}
	if len(form.Branches) > maxChosen {
		form.Branches = form.Branches[:maxChosen]
	}
	return p.formWith(c, a, http.StatusOK, form, nil, "")
}

// formWith shows the form with all that was chosen.
func (p *Pages) formWith(c echo.Context, a auth.Actor, status int, form planForm, errs kit.Errors, problem string) error {
	ctx := c.Request().Context()
	view := formView{
		Chrome: kit.Chrome{Title: "Plan visits", Errors: errs, Styles: []string{"css/desk.css"}},
		Form:   form, Most: maxChosen, Problem: problem,
	}
	o, err := p.branches.Organisation(ctx, a)
	if err != nil {
		return err
	}
	view.FeeHint = "In " + o.Currency + ". Left empty, it is the programme’s."
	offers, err := p.offers(ctx, a)
	if err != nil {
		return err
	}
	view.Whats = groups(offers, o.Currency)
	if err := p.fillBranches(ctx, a, &view, offers); err != nil {
		return err
	}
	if err := p.fillShoppers(ctx, a, &view); err != nil {
		return err
	}
	return formPage.Render(c, status, view)
}

// step answers every button of the form.
func (p *Pages) step(c echo.Context, a auth.Actor) error {
	var form planForm
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	form.Branches = slices.Compact(slices.Sorted(slices.Values(form.Branches)))
	errs, err := p.addCodes(c.Request().Context(), a, &form)
	if err != nil {
		return err
	}
	if form.Go == "plan" || form.Go == "preview" {
		return p.check(c, a, form, errs)
	}
	return p.turn(c, a, form, errs)
}

// turn changes what the form shows.
func (p *Pages) turn(c echo.Context, a auth.Actor, form planForm, errs kit.Errors) error {
	switch form.Go {
	case "show", "start":
		form.After = ""
	case "next":
		form.After = form.Next
	case "none":
		form.Branches = nil
	case "all":
		more, err := p.matching(c.Request().Context(), a, form)
		if err != nil {
			return err
		}
		if form.Branches = union(form.Branches, more); len(form.Branches) > maxChosen {
			form.Branches = form.Branches[:maxChosen]
			errs = append(errs, fault.Field{Name: "branch", Message: "More branches match than can be planned at once. The first of them are chosen."})
		}
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return p.formWith(c, a, status, form, errs, "")
}

func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
}

// query is the part of the branches that the form shows.
func (f planForm) query() org.BranchQuery {
	open := true
	q := org.BranchQuery{Text: f.Text, Active: &open, After: f.After, Limit: branchPage}
	if f.Region != "" {
		q.Regions = []string{f.Region}
	}
	return q
}

// matching gives the ids of all branches that the filter lets through, up to one more than can be planned.
func (p *Pages) matching(ctx context.Context, a auth.Actor, form planForm) ([]string, error) {
	form.After = ""
	var ids []string
	err := p.walk(ctx, a, form.query(), func(b org.Branch) bool {
		ids = append(ids, b.ID)
		return len(ids) <= maxChosen
	})
	return ids, err
}

// walk visits branches page by page until visit says that it is enough.
func (p *Pages) walk(ctx context.Context, a auth.Actor, q org.BranchQuery, visit func(org.Branch) bool) error {
	for {
		page, err := p.branches.Branches(ctx, a, q)
		if err != nil {
			return err
		}
		for _, b := range page.Branches {
			if !visit(b) {
				return nil
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// addCodes ticks the branches whose codes were pasted. Codes that are not known stay in the field and are named.
func (p *Pages) addCodes(ctx context.Context, a auth.Actor, form *planForm) (kit.Errors, error) {
	codes := strings.FieldsFunc(form.Codes, func(r rune) bool { return strings.ContainsRune(" \n\t,;", r) })
	if len(codes) == 0 {
		return nil, nil
	}
	wanted := map[string]string{} // folded → as typed
	for _, c := range codes {
		wanted[strings.ToLower(c)] = c
	}
	var found []string
	err := p.walk(ctx, a, org.BranchQuery{Limit: branchPage}, func(b org.Branch) bool {
		if _, ok := wanted[strings.ToLower(b.Code)]; ok {
			found = append(found, b.ID)
			delete(wanted, strings.ToLower(b.Code))
		}
		return len(wanted) > 0
	})
	if err != nil {
		return nil, err
	}
	form.Branches = union(form.Branches, found)
	left := slices.DeleteFunc(codes, func(c string) bool { return wanted[strings.ToLower(c)] == "" })
	form.Codes = strings.Join(left, "\n")
	if len(left) == 0 {
		return nil, nil
	}
	which := "the code "
	if len(left) > 1 {
		which = "any of the codes "
	}
	return kit.Errors{{Name: "codes", Message: "No branch has " + which + listed(left) + "."}}, nil
}

// listed names the first few.
func listed(all []string) string {
	const most = 8
	if len(all) > most {
		return strings.Join(all[:most], ", ") + " and " + catalogue.Count(len(all)-most, "other", "others")
	}
	return strings.Join(all, ", ")
}

func (p *Pages) fillBranches(ctx context.Context, a auth.Actor, view *formView, offers []offer) error {
	regions, err := p.branches.Regions(ctx, a)
	if err != nil {
		return err
	}
	tree := org.NewTree(regions)
	view.Regions = []kit.Option{{Value: "", Label: "All regions"}}
	tree.Walk(func(r org.Region, depth int) {
		view.Regions = append(view.Regions, kit.Option{Value: r.ID, Label: strings.Repeat("– ", depth) + r.Name, Theirs: true})
	})
	page, err := p.branches.Branches(ctx, a, view.Form.query())
	if err != nil {
		return err
	}
	needs := ""
	if o, ok := chosenOffer(offers, view.Form.What); ok {
		needs = o.scenario.Requires
	}
	view.Next, view.Chosen = page.Next, len(view.Form.Branches)
	shown := map[string]bool{}
	for _, b := range page.Branches {
		shown[b.ID] = true
		view.Page = append(view.Page, boxOf(b, &tree, needs, slices.Contains(view.Form.Branches, b.ID)))
	}
	view.Hidden = slices.DeleteFunc(slices.Clone(view.Form.Branches), func(id string) bool { return shown[id] })
	return nil
}

func boxOf(b org.Branch, tree *org.Tree, needs string, checked bool) branchBox {
	box := branchBox{ID: b.ID, Code: b.Code, Name: b.Name, Checked: checked}
	if r, ok := tree.Region(b.Region); ok {
		box.Region = r.Name
	}
	if needs != "" && !slices.Contains(b.Features, needs) {
		box.Lacks = needs
	}
	return box
}

// fillShoppers offers the job board and the shoppers that fit what is looked for; the one chosen stays offered.
func (p *Pages) fillShoppers(ctx context.Context, a auth.Actor, view *formView) error {
	active := true
	page, err := p.people.Members(ctx, a, auth.MemberQuery{Role: auth.Shopper, Active: &active, Text: view.Form.Who, Limit: maxShoppers})
	if err != nil {
		return err
	}
	view.Many = page.Next != "" || view.Form.Who != ""
	view.Shoppers = []kit.Option{{Value: "", Label: "Nobody yet: put them on the job board"}}
	chosen := view.Form.Shopper == ""
	for _, m := range page.Members {
		view.Shoppers = append(view.Shoppers, kit.Option{Value: m.ID, Label: shopperLabel(m), Theirs: true})
		chosen = chosen || m.ID == view.Form.Shopper
	}
	if chosen {
		return nil
	}
	m, err := p.people.Member(ctx, a, view.Form.Shopper)
	if err == nil {
		view.Shoppers = append(view.Shoppers, kit.Option{Value: m.ID, Label: shopperLabel(m), Theirs: true})
	}
	return err
}

func shopperLabel(m auth.Membership) string { return m.Alias + " · " + m.Name }
