package owner

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/web/kit"
)

func (p *Pages) regionRoutes() []kit.Route {
	return []kit.Route{
		get("/regions", "regions", auth.BranchesRead, p.regions),
		post("/regions", "add a region", auth.BranchesEdit, p.addRegion),
		get("/regions/:id", "a region to edit", auth.BranchesEdit, p.region),
		post("/regions/:id", "rename or move a region", auth.BranchesEdit, p.saveRegion),
		post("/regions/:id/delete", "delete a region", auth.BranchesEdit, p.deleteRegion),
	}
}

// regionForm is a region as it is typed.
type regionForm struct {
	Name    string `form:"name" label:"the name"`
	Parent  string `form:"parent" label:"the region above"`
	Version int    `form:"version"`
}

// regionsView is the tree of regions.
type regionsView struct {
	kit.Chrome
	Rows    []regionRow
	May     bool
	Form    regionForm
	Parents []kit.Option
}

type regionRow struct {
	org.Region
	Indent string // class of the depth
	Path   string // /regions/ID
}

var regionsPage = kit.NewPage[regionsView]("owner/regions")

// maxIndent is the deepest step that is drawn.
const maxIndent = 4

func (p *Pages) regions(c echo.Context, a auth.Actor) error {
	return p.showRegions(c, a, http.StatusOK, regionForm{}, nil)
}

func (p *Pages) showRegions(c echo.Context, a auth.Actor, status int, f regionForm, errs kit.Errors) error {
	all, err := p.places.Regions(c.Request().Context(), a)
	if err != nil {
		return err
	}
	view := regionsView{Chrome: chrome("Regions"), May: a.May(auth.BranchesEdit), Form: f, Parents: parents(all, "")}
	view.Errors = errs
	t := org.NewTree(all)
	t.Walk(func(r org.Region, depth int) {
		view.Rows = append(view.Rows, regionRow{Region: r, Indent: "d" + strconv.Itoa(min(depth, maxIndent)), Path: "/regions/" + r.ID})
	})
	return regionsPage.Render(c, status, view)
}

// parents are the regions that one could be below: not itself and nothing below it.
func parents(all []org.Region, id string) []kit.Option {
	t := org.NewTree(all)
	var below []string
	if id != "" {
		below = t.Below(id)
	}
	out := []kit.Option{{Label: "At the top"}}
	for _, o := range regionOptions(all) {
		if !slices.Contains(below, o.Value) {
			out = append(out, o)
		}
	}
	return out
}

func (p *Pages) addRegion(c echo.Context, a auth.Actor) error {
	var f regionForm
	err := kit.Bind(c, &f)
	if err == nil {
		_, err = p.places.CreateRegion(c.Request().Context(), a, org.Region{Name: f.Name, Parent: f.Parent})
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.showRegions(c, a, http.StatusUnprocessableEntity, f, errs)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, f.Name+" is added.")
	return kit.Redirect(c, "/regions")
}

// regionView is the form of one region.
type regionView struct {
	kit.Chrome
	ID, Name string
	Form     regionForm
	Parents  []kit.Option
	Stored   []stored
	Problem  string
}

var regionPage = kit.NewPage[regionView]("owner/region")

func (p *Pages) region(c echo.Context, a auth.Actor) error {
	return p.regionAgain(c, a, http.StatusOK, nil, nil, "")
}

// regionAgain shows one region: as stored, or with a form as it was typed and what stands against it.
func (p *Pages) regionAgain(c echo.Context, a auth.Actor, status int, typed *regionForm, errs kit.Errors, problem string) error {
	all, err := p.places.Regions(c.Request().Context(), a)
	if err != nil {
		return err
	}
	t := org.NewTree(all)
	r, ok := t.Region(c.Param("id"))
	if !ok {
		return fault.Missing("region")
	}
	view := regionView{
		Chrome: chrome("Edit a region"), ID: r.ID, Name: r.Name, Form: regionForm{Name: r.Name, Parent: r.Parent, Version: r.RowVersion},
		Parents: parents(all, r.ID), Problem: problem,
	}
	view.Errors = errs
	if typed != nil {
		if typed.Version != r.RowVersion {
			view.Stored = differing(view.Form.rows(&t), typed.rows(&t))
		}
		view.Form = *typed
		view.Form.Version = r.RowVersion
	}
	if problem == "" {
		view.Problem = overtaken(status, view.Stored)
	}
	return regionPage.Render(c, status, view)
}

func (f *regionForm) rows(t *org.Tree) []stored {
	above := stored{Label: "Below", Now: t.Path(f.Parent)}
	if above.Now == "" {
		above.Now, above.Ours = "at the top", true
	}
	return []stored{{Label: "Name", Now: f.Name}, above}
}

func (p *Pages) saveRegion(c echo.Context, a auth.Actor) error {
	var f regionForm
	err := kit.Bind(c, &f)
	if err == nil {
		_, err = p.places.ChangeRegion(c.Request().Context(), a, org.Region{ID: c.Param("id"), Name: f.Name, Parent: f.Parent, RowVersion: f.Version})
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.regionAgain(c, a, http.StatusUnprocessableEntity, &f, errs, "")
	}
	if fault.Is(err, fault.Conflict) {
		return p.regionAgain(c, a, http.StatusConflict, &f, nil, "")
	}
	if err != nil {
		return err
	}
	kit.Flash(c, f.Name+" is saved.")
	return kit.Redirect(c, "/regions")
}

func (p *Pages) deleteRegion(c echo.Context, a auth.Actor) error {
	var f regionForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	err := p.places.DeleteRegion(c.Request().Context(), a, c.Param("id"), f.Version)
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.regionAgain(c, a, http.StatusConflict, nil, nil, known.Message)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "The region is deleted.")
	return kit.Redirect(c, "/regions")
}
