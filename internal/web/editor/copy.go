package editor

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// maxCopy is the largest copy of a phone that is taken, in bytes.
const maxCopy = 256 << 20

// copyView is the page on which an editor brings a copy that a phone has saved.
type copyView struct {
	kit.Chrome
	Done *visit.ImportedCopy // what the last one had
	Says string              // about it
}

var copyPage = kit.NewPage[copyView]("editor/copy")

func newCopyView() copyView {
	v := copyView{}
	v.Title, v.Styles = "A saved copy", []string{"css/desk.css"}
	return v
}

func (p *Pages) copyForm(c echo.Context, _ auth.Actor) error {
	return copyPage.Render(c, http.StatusOK, newCopyView())
}

// importCopy takes the file of a copy. What it brings is stored as if the phone had sent it.
func (p *Pages) importCopy(c echo.Context, a auth.Actor) error {
	var form struct{}
	if err := kit.Bind(c, &form); err != nil {
		return p.noCopy(c, err)
	}
	file, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && file.Size == 0 {
		view := newCopyView()
		view.Errors = kit.Errors{{Name: "file", Message: "Choose the file that the phone has saved. Its name ends in .zip."}}
		return copyPage.Render(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	f, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	out, err := p.visits.ImportCopy(c.Request().Context(), a, f, file.Size)
	if err != nil {
		return p.noCopy(c, err)
	}
	view := newCopyView()
	view.Done, view.Says = &out, broughtWords(&out)
	return copyPage.Render(c, http.StatusOK, view)
}

func (p *Pages) noCopy(c echo.Context, err error) error {
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	view := newCopyView()
	view.Errors = errs
	return copyPage.Render(c, http.StatusUnprocessableEntity, view)
}

// broughtWords says what was new.
func broughtWords(b *visit.ImportedCopy) string {
	if b.New+b.NewPhotos == 0 {
		return "Everything in it was here already."
	}
	return fmt.Sprintf("%s and %s in it were not here yet.",
		catalogue.Count(b.New, "change", "changes"), catalogue.Count(b.NewPhotos, "photo", "photos"))
}
