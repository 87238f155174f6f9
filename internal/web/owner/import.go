package owner

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/web/kit"
)

// maxBranchFile is the body of an import: a file of the largest size and the form around it, in bytes.
const maxBranchFile = org.MaxImportBytes + 1<<20

// importView is the import of branches: the form, or the preview of a file.
type importView struct {
	kit.Chrome
	Text      string // that was pasted
	Previewed bool
	Preview   org.ImportPreview
	Parts     []string // the previewed file, for the button that applies it
	Unlisted  int      // branches beyond those listed
	Mistakes  kit.Mistakes
}

var importPage = kit.NewPage[importView]("owner/import")

func (p *Pages) importForm(c echo.Context, _ auth.Actor) error {
	return importPage.Render(c, http.StatusOK, importView{Chrome: chrome("Import branches")})
}

func (p *Pages) previewBranches(c echo.Context, a auth.Actor) error {
	var f struct {
		Text string `form:"text,raw" label:"the pasted file"`
	}
	err := kit.Bind(c, &f)
	var src []byte
	if err == nil {
		src, err = kit.ChosenFile(c, f.Text, "Choose a CSV file, or paste one.")
	}
	view := importView{Chrome: chrome("Import branches"), Text: f.Text}
	if err == nil {
		view.Preview, err = p.places.PreviewImport(c.Request().Context(), a, strings.NewReader(string(src)))
	}
	if errs, ok := kit.FileErrors(err); ok {
		view.Errors = errs
		return importPage.Render(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return showPreview(c, view, src)
}

// showPreview says what a file would do; only one without errors can be applied.
func showPreview(c echo.Context, view importView, src []byte) error {
	view.Previewed = true
	n := view.Preview.ErrorCount
	if n == 0 {
		view.Parts = kit.FileParts(src)
		view.Unlisted = view.Preview.Creates + view.Preview.Changes - len(view.Preview.Rows)
		return importPage.Render(c, http.StatusOK, view)
	}
	view.Mistakes = kit.MistakesOf(view.Preview.Errors, n)
	view.Errors = kit.Errors{{Name: "mistakes", Message: "Nothing was imported: the file has " + catalogue.Count(n, "mistake", "mistakes") + ", listed below."}}
	return importPage.Render(c, http.StatusUnprocessableEntity, view)
}

// applyBranches does what was previewed. It is worked out again: whatever changed meanwhile is seen.
func (p *Pages) applyBranches(c echo.Context, a auth.Actor) error {
	var f struct {
		Parts []string `form:"part"`
	}
	err := kit.Bind(c, &f)
	view := importView{Chrome: chrome("Import branches")}
	src := strings.Join(f.Parts, "")
	if err == nil {
		view.Preview, err = p.places.ApplyImport(c.Request().Context(), a, strings.NewReader(src))
	}
	if fault.Is(err, fault.Invalid) && view.Preview.ErrorCount > 0 {
		return showPreview(c, view, []byte(src))
	}
	if errs, ok := kit.FileErrors(err); ok {
		view.Errors = errs
		return importPage.Render(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Imported: "+catalogue.Count(view.Preview.Creates, "branch", "branches")+" added, "+catalogue.Count(view.Preview.Changes, "branch", "branches")+" changed.")
	return kit.Redirect(c, "/branches")
}
