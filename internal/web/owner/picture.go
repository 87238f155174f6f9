package owner

import (
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// maxPicture is the body of a standard's form: a photo of the largest size and the words around it, in bytes.
const maxPicture = evidence.MaxUpload + 1<<20

// reference is the photo of a standard as a page shows it.
type reference struct {
	Href  string // "" when there is none to show
	Named string // what a file calls a photo that is not here
	New   bool   // chosen, and not saved yet
	Label string // of the field that takes another
}

// pictureWords tells one photo from another in a list of differences.
func pictureWords(photo string) string {
	sum, ok := studio.PictureOf(photo)
	if !ok {
		return photo
	}
	return "photo " + sum[:8]
}

// referenceOf prepares a photo; have are the hashes of those that are here.
func referenceOf(base, standard, photo string, have []string) reference {
	sum, ok := studio.PictureOf(photo)
	if ok && slices.Contains(have, sum) {
		return reference{Href: base + "/" + standard + "/photo/" + sum}
	}
	if ok {
		return reference{Named: pictureWords(photo)}
	}
	return reference{Named: photo}
}

// pictures finds the photos of a list of standards.
func (p *Pages) pictures(c echo.Context, a auth.Actor, v *standardsView) error {
	list := make([]programme.Standard, len(v.Standards))
	for i := range v.Standards {
		list[i] = v.Standards[i].Standard
	}
	have, err := p.studio.Pictured(c.Request().Context(), a, list)
	if err != nil {
		return err
	}
	for i := range v.Standards {
		s := &v.Standards[i]
		s.Photo = referenceOf(v.Base, s.ID, s.Standard.Photo, have)
	}
	return nil
}

// renderStandard shows the form of a standard with its photo and, before it is published, its id.
func (p *Pages) renderStandard(c echo.Context, a auth.Actor, status int, v standardView) error {
	have, err := p.studio.Pictured(c.Request().Context(), a, []programme.Standard{{Photo: v.Form.Photo}})
	if err != nil {
		return err
	}
	fixed, err := p.studio.PublishedIDs(c.Request().Context(), a, c.Param("programme"))
	if err != nil {
		return err
	}
	v.Fixed = fixed.Has(edit.Ref{Kind: edit.Standard, ID: v.ID})
	v.Photo = referenceOf(v.Base, v.ID, v.Form.Photo, have)
	v.Photo.New, v.Photo.Label = v.kept != v.Form.Photo, "Choose a photo"
	if v.Form.Photo != "" {
		v.Photo.Label = "Another photo"
	}
	return standardPage.Render(c, status, v)
}

// takePicture keeps the photo that was chosen, so that nothing has to be chosen twice when something else of the form needs
// another look. A chosen photo outdoes the box that takes the photo away.
func (p *Pages) takePicture(c echo.Context, a auth.Actor, f *standardForm) error {
	h, err := c.FormFile("photo")
	if err != nil || h.Size == 0 {
		if f.PhotoGone {
			f.Photo = ""
		}
		return nil // a form without a file leaves the photo as it is
	}
	body, err := h.Open()
	if err != nil {
		return err
	}
	photo, err := p.studio.KeepPicture(c.Request().Context(), a, body)
	err = errors.Join(err, body.Close())
	if known, ok := fault.As(err); ok && slices.Contains([]fault.Kind{fault.Invalid, fault.TooLarge, fault.Conflict}, known.Kind) {
		var bad fault.Fields
		bad.Add("photo", known.Message)
		return bad.Err()
	}
	if err == nil {
		f.Photo, f.PhotoGone = photo, false
	}
	return err
}

// picture sends the photo of a standard. Its address holds its hash, so what a browser keeps never grows old.
func (p *Pages) picture(c echo.Context, a auth.Actor) error {
	_, body, err := p.studio.PictureFile(c.Request().Context(), a, c.Param("programme"), c.Param("standard"), c.Param("sha256"))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return kit.Photo(c, evidence.ShownType, "private, max-age=3600, immutable", body)
}
