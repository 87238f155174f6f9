package shopper

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/tryout"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// tryBase is where test runs live; no route of a visit begins with it.
const tryBase = "/try"

// Tryouts are the use cases of a phone that has a test run open.
type Tryouts interface {
	Filling
	Peek(ctx context.Context, token string) (tryout.Run, error)
	Enter(ctx context.Context, token string) (tryout.Run, string, error)
	Holder(ctx context.Context, pass string) (auth.Actor, error)
	Outcome(ctx context.Context, a auth.Actor, id string) (tryout.Result, error)
}

// Trials are the pages of a test run on a phone: those of a visit, let in by a pass instead of a sign-in.
type Trials struct {
	filling
	runs Tryouts
}

// NewTrials joins the pages with their use cases.
func NewTrials(runs Tryouts, now func() time.Time) *Trials {
	return &Trials{filling{runs, now}, runs}
}

// Routes lists the pages. They are open to everyone who has the link, and then to the phone that used it: each asks for
// the pass itself.
func (t *Trials) Routes() []kit.Route {
	page := func(method, path, name string, h kit.Handler) kit.Route {
		return kit.Route{Method: method, Path: tryBase + path, Name: name, Access: kit.Public(), Handle: h}
	}
	photos := page(http.MethodPost, "/:id/photos/:question", "add photos to a test run", t.inside(t.addPhotos))
	photos.Limits = kit.Limits{Body: maxUpload, Class: kit.Uploads}
	return []kit.Route{
		page(http.MethodGet, "/open/:token", "what a link to a test run opens", t.link),
		page(http.MethodPost, "/open/:token", "open a test run", t.enter),
		page(http.MethodGet, "/:id", "brief of a test run", t.inside(t.brief)),
		page(http.MethodGet, "/:id/list", "find a question of a test run", t.inside(t.contents)),
		page(http.MethodGet, "/:id/s/:section", "section of a test run", t.inside(t.section)),
		page(http.MethodPost, "/:id/s/:section", "save a section of a test run", t.inside(t.saveSection)),
		page(http.MethodGet, "/:id/photos/:question", "photos of a question of a test run", t.inside(t.photos)),
		photos,
		page(http.MethodPost, "/:id/photos/:question/:photo/remove", "remove a photo of a test run", t.inside(t.removePhoto)),
		page(http.MethodGet, "/:id/check", "check a test run", t.inside(t.check)),
		page(http.MethodPost, "/:id/seal", "end a test run", t.inside(t.seal)),
		page(http.MethodGet, "/:id/result", "score of a test run", t.inside(t.result)),
	}
}

// inside lets a phone in that shows its pass. Whoever is signed in besides is of no account here.
func (t *Trials) inside(h kit.Handler) kit.Handler {
	return func(c echo.Context, _ auth.Actor) error {
		a, err := t.runs.Holder(c.Request().Context(), kit.TestPassOf(c))
		if err != nil {
			return err
		}
		return h(c, a)
	}
}

// linkView is what opening the link shows first: a button.
type linkView struct {
	kit.Chrome
	Token string
	Run   tryout.Run
	Dead  bool
	Why   string
}

var tryLinkPage = kit.NewPage[linkView]("shopper/try-link")

func (t *Trials) link(c echo.Context, _ auth.Actor) error {
	r, err := t.runs.Peek(c.Request().Context(), c.Param("token"))
	if fault.Is(err, fault.NotFound) {
		return deadLink(c, err)
	}
	if err != nil {
		return err
	}
	return tryLinkPage.Render(c, http.StatusOK, linkView{
		Chrome: kit.Chrome{Title: "Test run", Test: "Nothing here counts."}, Token: c.Param("token"), Run: r,
	})
}

func deadLink(c echo.Context, err error) error {
	why := ""
	if f, ok := fault.As(err); ok {
		why = f.Message
	}
	return tryLinkPage.Render(c, http.StatusNotFound, linkView{Chrome: kit.Chrome{Title: "This link does not work any more"}, Dead: true, Why: why})
}

func (t *Trials) enter(c echo.Context, _ auth.Actor) error {
	var none struct{}
	if err := kit.Bind(c, &none); err != nil {
		return err
	}
	r, pass, err := t.runs.Enter(c.Request().Context(), c.Param("token"))
	if fault.Is(err, fault.NotFound) {
		return deadLink(c, err)
	}
	if err != nil {
		return err
	}
	kit.SetTestPass(c, pass, r.PassUntil)
	return kit.Redirect(c, tryBase+"/"+r.ID)
}

func (t *Trials) brief(c echo.Context, a auth.Actor) error {
	paper, err := t.open(c, a)
	if err != nil {
		return err
	}
	if !paper.Visit.State.Writable() {
		return kit.Redirect(c, visitPath(paper)+"/result")
	}
	return briefPage.Render(c, http.StatusOK, briefOf(paper, a))
}

func (t *Trials) seal(c echo.Context, a auth.Actor) error {
	var none struct{}
	if err := kit.Bind(c, &none); err != nil {
		return err
	}
	sealed, err := t.runs.Seal(c.Request().Context(), a, c.Param("id"))
	if fault.Is(err, fault.Invalid) { // something is missing after all
		return t.checkWith(c, a, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if sealed.Next != "" {
		kit.Flash(c, "This part is done. Next comes: "+sealed.Next+".")
		return kit.Redirect(c, tryBase+"/"+c.Param("id"))
	}
	return kit.Redirect(c, tryBase+"/"+c.Param("id")+"/result")
}

// resultView is what the answers of a test run come to.
type resultView struct {
	kit.Chrome
	Paper visit.Paper
	Over  bool
	Why   sheet.Why
}

var resultPage = kit.NewPage[resultView]("shopper/try-result")

func (t *Trials) result(c echo.Context, a auth.Actor) error {
	r, err := t.runs.Outcome(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	view := resultView{
		Chrome: kit.Chrome{Title: "Test run", Styles: []string{"css/desk.css"}}, Paper: r.Paper, Over: !r.Run.Finished.IsZero(),
		Why: sheet.NewWhy(&r.Paper, &r.Trace, sheet.Options{Vault: true}),
	}
	rehearsed(&view.Chrome, &r.Paper)
	return resultPage.Render(c, http.StatusOK, view)
}

// imagined reports that somebody has no camera at hand.
func imagined(c echo.Context) bool {
	return strings.HasPrefix(c.Request().URL.Path, tryBase+"/") && c.Request().PostForm.Get("imagine") != ""
}

// imagine counts a photo without one.
func (p *filling) imagine(c echo.Context, a auth.Actor) error {
	if _, err := p.uses.AddPhoto(c.Request().Context(), a, c.Param("id"), c.Param("question"), nil); err != nil {
		return err
	}
	kit.Flash(c, "A photo is counted. A test run keeps no pictures.")
	return kit.Redirect(c, c.Request().URL.Path)
}

// The address of the visit or test run, for the templates.

// Base is where the section's visit lives.
func (v sectionView) Base() string { return visitPath(v.Paper) }

// Base is where the visit to check lives.
func (v checkView) Base() string { return visitPath(v.Paper) }

// Base is where the visit to search lives.
func (v contentsView) Base() string { return visitPath(v.Paper) }

// Base is where the visit of the brief lives.
func (v briefView) Base() string { return visitPath(v.Paper) }

// Base is where the test run lives.
func (v resultView) Base() string { return visitPath(v.Paper) }
