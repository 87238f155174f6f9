package owner

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/xlsform"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// maxProgramme is the body of an import: a file of the largest size and the form around it, in bytes.
const maxProgramme = 4 << 20

func (p *Pages) programmeRoutes() []kit.Route {
	return []kit.Route{
		get("/programmes", "programmes", auth.StandardsRead, p.programmes),
		upload("/programmes/import", "import a programme file", auth.StandardsEdit, maxProgramme, p.importProgramme),
		post("/programmes/start", "start from a shipped programme", auth.StandardsEdit, p.startProgramme),
	}
}

// shipped is a programme that comes with the product.
type shipped struct {
	File, Name, Trade    string
	Standards, Questions int
}

// shippedProgrammes reads what the product ships, once.
func shippedProgrammes() []shipped {
	var all []shipped
	for _, file := range demo.Names() {
		src, _ := demo.File(file)
		x, _ := programme.Parse(src)
		if x == nil {
			continue // a test of package demo would have failed
		}
		s := shipped{File: file, Name: x.Name, Trade: x.Trade, Standards: len(x.Standards)}
		for i := range x.Sections {
			s.Questions += len(x.Sections[i].Questions)
		}
		all = append(all, s)
	}
	return all
}

// programmesView is the list of programmes and the ways to get one.
type programmesView struct {
	kit.Chrome
	Rows     []programmeRow
	May      bool
	Text     string // of a file that was pasted
	Problems programme.Problems
	Listed   []xlsform.Finding // what of an imported form did not come along
	Draft    string            // address of the draft that it became
	Number   int               // of the draft
}

// programmeRow is one programme with what is in it.
type programmeRow struct {
	studio.Programme
	Version int    // newest published, 0 before the first
	Since   string // its date of effect
	Draft   bool
	Base    string
}

var programmesPage = kit.NewPage[programmesView]("owner/programmes")

func (p *Pages) programmes(c echo.Context, a auth.Actor) error {
	view, err := p.programmesOf(c, a)
	if err != nil {
		return err
	}
	return programmesPage.Render(c, http.StatusOK, view)
}

func (p *Pages) programmesOf(c echo.Context, a auth.Actor) (programmesView, error) {
	ctx := c.Request().Context()
	view := programmesView{Chrome: chrome("Programmes"), May: a.May(auth.StandardsEdit)}
	all, err := p.studio.Programmes(ctx, a)
	if err != nil {
		return view, err
	}
	for _, x := range all {
		versions, err := p.studio.Versions(ctx, a, x.ID)
		if err != nil {
			return view, err
		}
		view.Rows = append(view.Rows, rowOf(x, versions))
	}
	return view, nil
}

func rowOf(x studio.Programme, versions []studio.Version) programmeRow {
	r := programmeRow{Programme: x, Base: "/standards/" + x.ID}
	for _, v := range versions {
		switch {
		case v.State == studio.Draft:
			r.Draft = true
		case v.Number > r.Version:
			r.Version, r.Since = v.Number, day(v.EffectiveOn)
		}
	}
	return r
}

// importProgramme takes a file, chosen or pasted.
func (p *Pages) importProgramme(c echo.Context, a auth.Actor) error {
	var f struct {
		Text string `form:"text,raw" label:"the pasted file"`
	}
	err := kit.Bind(c, &f)
	var src []byte
	if err == nil {
		src, err = kit.ChosenFile(c, f.Text, "Choose a programme file, or paste one.")
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.refuseImport(c, a, f.Text, errs, nil)
	}
	if err != nil {
		return err
	}
	return p.take(c, a, src, f.Text)
}

// startProgramme makes a draft of a shipped programme.
func (p *Pages) startProgramme(c echo.Context, a auth.Actor) error {
	var f struct {
		Name string `form:"name" label:"a programme" validate:"required"`
	}
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	src, ok := demo.File(f.Name)
	if !ok {
		return fault.Missing("shipped programme")
	}
	all, err := p.studio.Programmes(c.Request().Context(), a)
	if err != nil {
		return err
	}
	x, _ := programme.Parse(src)
	for _, mine := range all {
		if x == nil || mine.Key != x.Key {
			continue
		}
		// An import would replace the draft that is there.
		versions, err := p.studio.Versions(c.Request().Context(), a, mine.ID)
		if err != nil {
			return err
		}
		if len(versions) > 0 {
			kit.Flash(c, "You have this programme already: here it is.")
			return kit.Redirect(c, "/standards/"+mine.ID)
		}
	}
	return p.take(c, a, src, "")
}

// take imports a file and leads on to its draft, or says everything that is wrong with it.
func (p *Pages) take(c echo.Context, a auth.Actor, src []byte, text string) error {
	done, err := p.studio.Import(c.Request().Context(), a, src)
	if fault.Is(err, fault.Invalid) {
		return p.refuseImport(c, a, text, nil, done.Problems)
	}
	if err != nil {
		return err
	}
	base := "/standards/" + done.Programme.ID
	if done.Same {
		kit.Flash(c, "The file says what the newest version says. There is nothing to change.")
		return kit.Redirect(c, base)
	}
	if len(done.Listed) > 0 {
		return p.showListed(c, a, done, base+"/draft")
	}
	kit.Flash(c, "The file is in the draft of version "+strconv.Itoa(done.Draft.Number)+". Look through it, then publish.")
	return kit.Redirect(c, base+"/draft")
}

// showListed says what of a form did not come along, before its draft is opened.
func (p *Pages) showListed(c echo.Context, a auth.Actor, done studio.Imported, draft string) error {
	view, err := p.programmesOf(c, a)
	if err != nil {
		return err
	}
	view.Listed, view.Draft, view.Number = done.Listed, draft, done.Draft.Number
	return programmesPage.Render(c, http.StatusOK, view)
}

// refuseImport shows what is wrong with a file; what was pasted stays.
func (p *Pages) refuseImport(c echo.Context, a auth.Actor, text string, errs kit.Errors, problems programme.Problems) error {
	view, err := p.programmesOf(c, a)
	if err != nil {
		return err
	}
	view.Text, view.Errors, view.Problems = text, errs, problems
	if n := problems.Errors(); n > 0 {
		view.Errors = kit.Errors{{Name: "mistakes", Message: "Nothing was imported: the file has " + catalogue.Count(n, "mistake", "mistakes") + ", listed below."}}
	}
	return programmesPage.Render(c, http.StatusUnprocessableEntity, view)
}
