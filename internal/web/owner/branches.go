package owner

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/web/kit"
)

func (p *Pages) branchRoutes() []kit.Route {
	read, edit := auth.BranchesRead, auth.BranchesEdit
	return []kit.Route{
		get("/branches", "branches", read, p.branches),
		post("/branches", "add a branch", edit, p.addBranch),
		get("/branches/new", "a branch to add", edit, p.newBranch),
		get("/branches/file", "branches as CSV", read, p.branchFile),
		get("/branches/import", "import branches", edit, p.importForm),
		upload("/branches/import", "preview an import of branches", edit, maxBranchFile, p.previewBranches),
		upload("/branches/import/apply", "import branches as previewed", edit, maxBranchFile, p.applyBranches),
		get("/branches/:id", "a branch to edit", edit, p.branch),
		post("/branches/:id", "save a branch", edit, p.saveBranch),
		post("/branches/:id/active", "open or close a branch", edit, p.turnBranch),
	}
}

// branchesView is the list of branches.
type branchesView struct {
	kit.Chrome
	Rows    []branchRow
	May     bool
	Filter  branchFilter
	Regions []kit.Option
	States  []kit.Option
	Next    string
	First   string
	Narrow  bool // something was asked for
}

// branchFilter narrows the list.
type branchFilter struct {
	Text   string `form:"text" label:"the text" validate:"max=100"`
	Region string `form:"region" label:"the region" validate:"max=100"`
	Format string `form:"format" label:"the format" validate:"max=60"`
	State  string `form:"state" label:"the state" validate:"max=10"`
	After  string `form:"after" validate:"max=100"`
}

type branchRow struct {
	org.Branch
	RegionPath string
	Traits     []string // the channel where it is no store, competitor
}

var branchesPage = kit.NewPage[branchesView]("owner/branches")

func (p *Pages) branches(c echo.Context, a auth.Actor) error {
	view := branchesView{Chrome: chrome("Branches"), May: a.May(auth.BranchesEdit), States: activeOptions}
	if err := kit.BindQuery(c, &view.Filter); err != nil {
		return err
	}
	ctx, f := c.Request().Context(), view.Filter
	all, err := p.places.Regions(ctx, a)
	if err != nil {
		return err
	}
	view.Regions = append([]kit.Option{{Label: "All"}}, regionOptions(all)...)
	q := org.BranchQuery{Text: f.Text, Format: f.Format, Active: activeOf(f.State), After: f.After}
	if f.Region != "" {
		q.Regions = []string{f.Region}
	}
	page, err := p.places.Branches(ctx, a, q)
	if err != nil {
		return err
	}
	t := org.NewTree(all)
	for i := range page.Branches {
		view.Rows = append(view.Rows, branchRowOf(page.Branches[i], &t))
	}
	view.Narrow = f.Text+f.Region+f.Format+f.State != ""
	view.Next, view.First = pager("/branches", url.Values{"text": {f.Text}, "region": {f.Region}, "format": {f.Format}, "state": {f.State}}, page.Next, f.After)
	return branchesPage.Render(c, http.StatusOK, view)
}

func branchRowOf(b org.Branch, t *org.Tree) branchRow {
	r := branchRow{Branch: b, RegionPath: strings.ReplaceAll(t.Path(b.Region), "/", " / ")}
	if b.Channel != org.Store {
		r.Traits = append(r.Traits, string(b.Channel))
	}
	if b.Kind == org.Competitor {
		r.Traits = append(r.Traits, "competitor")
	}
	return r
}

// branchForm is a branch as it is typed.
type branchForm struct {
	Code      string `form:"code" label:"the code"`
	Name      string `form:"name" label:"the name"`
	Region    string `form:"region" label:"the region"`
	Format    string `form:"format" label:"the format"`
	Channel   string `form:"channel" label:"the channel"`
	Kind      string `form:"kind" label:"the kind"`
	Zone      string `form:"zone" label:"the time zone"`
	Address   string `form:"address" label:"the address"`
	Features  string `form:"features" label:"the features"`
	Latitude  string `form:"latitude" label:"the latitude"`
	Longitude string `form:"longitude" label:"the longitude"`
	Version   int    `form:"version"`
}

func branchFormOf(b org.Branch) branchForm {
	f := branchForm{
		Code: b.Code, Name: b.Name, Region: b.Region, Format: b.Format, Channel: string(b.Channel), Kind: string(b.Kind), Zone: b.Zone,
		Address: b.Address, Features: strings.Join(b.Features, " "), Version: b.RowVersion,
	}
	if b.HasPlace {
		f.Latitude, f.Longitude = strconv.FormatFloat(b.Latitude, 'f', -1, 64), strconv.FormatFloat(b.Longitude, 'f', -1, 64)
	}
	return f
}

// into writes the form over a branch, or says which numbers cannot be read.
func (f *branchForm) into(b *org.Branch) error {
	b.Code, b.Name, b.Region, b.Format = f.Code, f.Name, f.Region, f.Format
	b.Channel, b.Kind, b.Zone, b.Address = org.Channel(f.Channel), org.Kind(f.Kind), f.Zone, f.Address
	b.Features = strings.FieldsFunc(f.Features, func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) })
	b.RowVersion, b.HasPlace = f.Version, f.Latitude != "" && f.Longitude != ""
	var bad fault.Fields
	if (f.Latitude == "") != (f.Longitude == "") {
		bad.Add("latitude", "Latitude and longitude come together: fill in both or neither.")
	}
	b.Latitude, b.Longitude = degrees("latitude", f.Latitude, &bad), degrees("longitude", f.Longitude, &bad)
	return bad.Err()
}

func degrees(field, text string, bad *fault.Fields) float64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil {
		bad.Add(field, "Write a number of degrees such as 53.4808.")
	}
	return n
}

// rows are the fields of a branch in words.
func (f *branchForm) rows(t *org.Tree) []stored {
	return []stored{
		{Label: "Code", Now: f.Code},
		{Label: "Name", Now: f.Name},
		{Label: "Region", Now: t.Path(f.Region)},
		{Label: "Format", Now: f.Format},
		{Label: "Channel", Now: f.Channel, Ours: true},
		{Label: "Kind", Now: f.Kind, Ours: true},
		{Label: "Time zone", Now: f.Zone},
		{Label: "Address", Now: f.Address},
		{Label: "Features", Now: f.Features},
		{Label: "Latitude", Now: f.Latitude},
		{Label: "Longitude", Now: f.Longitude},
	}
}

// branchView is the form of one branch.
type branchView struct {
	kit.Chrome
	ID       string // "" for a new one
	Name     string
	Active   bool
	Form     branchForm
	Regions  []kit.Option
	Channels []kit.Option
	Kinds    []kit.Option
	History  []pastRegion
	Stored   []stored
	Problem  string
}

// pastRegion says since when a branch is, or until when it was, in a region; "" From is from the beginning.
type pastRegion struct{ Region, From, To string }

var branchPage = kit.NewPage[branchView]("owner/branch")

var (
	channels = []kit.Option{{Value: "store", Label: "Store"}, {Value: "web", Label: "Web"}, {Value: "phone", Label: "Phone"}}
	kinds    = []kit.Option{{Value: "own", Label: "Our own"}, {Value: "competitor", Label: "A competitor’s"}}
)

func (p *Pages) newBranch(c echo.Context, a auth.Actor) error {
	o, err := p.places.Organisation(c.Request().Context(), a)
	if err != nil {
		return err
	}
	return p.showBranch(c, a, http.StatusOK, branchView{Chrome: chrome("Add a branch"), Form: branchForm{Zone: o.Zone, Channel: "store", Kind: "own"}})
}

// showBranch completes the choices and renders.
func (p *Pages) showBranch(c echo.Context, a auth.Actor, status int, v branchView) error {
	all, err := p.places.Regions(c.Request().Context(), a)
	if err != nil {
		return err
	}
	v.Regions = append([]kit.Option{{Label: "None"}}, regionOptions(all)...)
	v.Channels, v.Kinds = channels, kinds
	return branchPage.Render(c, status, v)
}

func (p *Pages) addBranch(c echo.Context, a auth.Actor) error {
	var f branchForm
	err := kit.Bind(c, &f)
	b := org.Branch{Active: true}
	if err == nil {
		err = f.into(&b)
	}
	if err == nil {
		b, err = p.places.CreateBranch(c.Request().Context(), a, b)
	}
	if errs, ok := kit.FormErrors(err); ok {
		v := branchView{Chrome: chrome("Add a branch"), Form: f}
		v.Errors = errs
		return p.showBranch(c, a, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, b.Name+" is added.")
	return kit.Redirect(c, "/branches")
}

func (p *Pages) branch(c echo.Context, a auth.Actor) error {
	return p.branchAgain(c, a, http.StatusOK, nil, nil)
}

// branchAgain shows one branch: as stored, or with a form as it was typed beside what is stored now.
func (p *Pages) branchAgain(c echo.Context, a auth.Actor, status int, typed *branchForm, errs kit.Errors) error {
	ctx := c.Request().Context()
	b, err := p.places.Branch(ctx, a, c.Param("id"))
	if err != nil {
		return err
	}
	all, err := p.places.Regions(ctx, a)
	if err != nil {
		return err
	}
	t := org.NewTree(all)
	v := branchView{Chrome: chrome("Edit a branch"), ID: b.ID, Name: b.Name, Active: b.Active, Form: branchFormOf(b)}
	if v.History, err = p.pastRegions(c, a, &t); err != nil {
		return err
	}
	v.Errors = errs
	if typed != nil {
		if typed.Version != b.RowVersion {
			v.Stored = differing(v.Form.rows(&t), typed.rows(&t))
		}
		v.Form = *typed
		v.Form.Version = b.RowVersion
	}
	v.Problem = overtaken(status, v.Stored)
	return p.showBranch(c, a, status, v)
}

// pastRegions is the branch's history of regions, when there is more than one.
func (p *Pages) pastRegions(c echo.Context, a auth.Actor, t *org.Tree) ([]pastRegion, error) {
	past, err := p.places.BranchRegions(c.Request().Context(), a, c.Param("id"))
	if err != nil || len(past) < 2 {
		return nil, err
	}
	var out []pastRegion
	for _, x := range past {
		past := pastRegion{Region: t.Path(x.Region), To: day(x.To)}
		if x.From != org.Beginning {
			past.From = day(x.From)
		}
		out = append(out, past)
	}
	return out, nil
}

func (p *Pages) saveBranch(c echo.Context, a auth.Actor) error {
	var f branchForm
	err := kit.Bind(c, &f)
	var b org.Branch
	if err == nil {
		b, err = p.places.Branch(c.Request().Context(), a, c.Param("id"))
	}
	if err == nil {
		err = f.into(&b)
	}
	if err == nil {
		b, err = p.places.ChangeBranch(c.Request().Context(), a, b)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.branchAgain(c, a, http.StatusUnprocessableEntity, &f, errs)
	}
	if fault.Is(err, fault.Conflict) {
		return p.branchAgain(c, a, http.StatusConflict, &f, nil)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, b.Name+" is saved.")
	return kit.Redirect(c, "/branches")
}

// turnBranch closes a branch, or opens it again. Its visits stay in every comparison of the past.
func (p *Pages) turnBranch(c echo.Context, a auth.Actor) error {
	var f struct {
		Active  bool `form:"active"`
		Version int  `form:"version"`
	}
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	b, err := p.places.Branch(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	b.Active, b.RowVersion = f.Active, f.Version
	if b, err = p.places.ChangeBranch(c.Request().Context(), a, b); err != nil {
		return err
	}
	said := " is deactivated: no new visits go there. What was counted stays."
	if b.Active {
		said = " is active again."
	}
	kit.Flash(c, b.Name+said)
	return kit.Redirect(c, "/branches")
}

// branchFile is every branch within reach as a file that an import takes.
func (p *Pages) branchFile(c echo.Context, a auth.Actor) error {
	var b bytes.Buffer
	if err := p.places.ExportCSV(c.Request().Context(), a, &b); err != nil {
		return err
	}
	return kit.Download(c, "branches.csv", "text/csv; charset=utf-8", b.Bytes())
}
