package shopper

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// maxUpload is the body of one upload: four photos of the largest size and the form around them, in bytes.
const maxUpload = 4*evidence.MaxUpload + 1<<20

// photosView is the photos of one question: take, choose, remove.
type photosPageView struct {
	kit.Chrome
	Paper    visit.Paper
	Question programme.Question
	Section  string
	Photos   []evidence.Photo
	Base     string
	Visit    string // address of the visit
}

var photosPage = kit.NewPage[photosPageView]("shopper/photos")

func (p *filling) photos(c echo.Context, a auth.Actor) error {
	return p.photosWith(c, a, http.StatusOK, nil)
}

func (p *filling) photosWith(c echo.Context, a auth.Actor, status int, errs kit.Errors) error {
	paper, err := p.uses.Open(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	paper = paper.In(kit.ReadingOf(c)...)
	q, sec, ok := paper.List.Programme.Question(c.Param("question"))
	if !ok || !visit.TakesPhoto(q) {
		return fault.Missing("photo question here")
	}
	if !paper.Visit.State.Writable() {
		return kit.Redirect(c, visitPath(paper))
	}
	view := photosPageView{
		Chrome: kit.Chrome{Title: "Photos", Errors: errs, Script: []string{"js/phone.js"}}, Paper: paper, Question: *q, Section: sec.ID,
		Base: visitPath(paper) + "/photos/" + q.ID, Visit: visitPath(paper),
	}
	rehearsed(&view.Chrome, &paper)
	for _, ph := range paper.Photos {
		if ph.Question == q.ID {
			view.Photos = append(view.Photos, ph)
		}
	}
	return photosPage.Render(c, status, view)
}

// addPhotos takes every file of the form. Each is kept by itself: one that cannot be read does not cost the others.
func (p *filling) addPhotos(c echo.Context, a auth.Actor) error {
	var form struct{}
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	files := filesOf(c.Request().MultipartForm)
	if len(files) == 0 && imagined(c) {
		return p.imagine(c, a)
	}
	if len(files) == 0 {
		return p.photosWith(c, a, http.StatusUnprocessableEntity, kit.Errors{{Name: "take", Message: "Take a photo or choose one first."}})
	}
	var errs kit.Errors
	kept := 0
	for _, f := range files {
		err := p.addPhoto(c, a, f)
		if known, ok := fault.As(err); ok && (known.Kind == fault.Invalid || known.Kind == fault.TooLarge || known.Kind == fault.Conflict) {
			errs = append(errs, fault.Field{Name: "choose", Message: known.Message})
			continue
		}
		if err != nil {
			return err
		}
		kept++
	}
	if len(errs) > 0 {
		return p.photosWith(c, a, http.StatusUnprocessableEntity, errs)
	}
	kit.Flash(c, catalogue.Count(kept, "photo", "photos")+" saved and sent.")
	return kit.Redirect(c, c.Request().URL.Path)
}

// filesOf gives the files that were chosen; a browser sends an empty one for an input left alone.
func filesOf(form *multipart.Form) []*multipart.FileHeader {
	if form == nil {
		return nil
	}
	var all []*multipart.FileHeader
	for _, name := range []string{"take", "choose"} {
		for _, f := range form.File[name] {
			if f.Size > 0 {
				all = append(all, f)
			}
		}
	}
	return all
}

func (p *filling) addPhoto(c echo.Context, a auth.Actor, f *multipart.FileHeader) error {
	body, err := f.Open()
	if err != nil {
		return err
	}
	_, err = p.uses.AddPhoto(c.Request().Context(), a, c.Param("id"), c.Param("question"), body)
	return errors.Join(err, body.Close())
}

func (p *filling) removePhoto(c echo.Context, a auth.Actor) error {
	if err := p.uses.RemovePhoto(c.Request().Context(), a, c.Param("id"), c.Param("photo")); err != nil {
		return err
	}
	kit.Flash(c, "Photo removed.")
	path, _, _ := strings.Cut(c.Request().URL.Path, "/photos/")
	return kit.Redirect(c, path+"/photos/"+url.PathEscape(c.Param("question")))
}

// ending is that of a file which is handed out as it came.
func ending(kind string) string {
	switch kind {
	case "image/heic":
		return ".heic"
	case "image/avif":
		return ".avif"
	case "image/tiff":
		return ".tif"
	}
	return ""
}

// photo sends the picture itself, to whoever may see its visit. What it is was decided when it was encoded here.
func (p *Pages) photo(c echo.Context, a auth.Actor) error {
	photo, body, err := p.visits.PhotoFile(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	const kept = "private, no-store"
	if !photo.Shown() {
		return kit.PhotoAsItCame(c, ending(photo.Type), kept, body)
	}
	return kit.Photo(c, photo.Type, kept, body)
}
