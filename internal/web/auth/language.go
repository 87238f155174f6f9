package authweb

import (
	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/web/kit"
)

type languageForm struct {
	Language  string `form:"language" label:"one of the languages"`
	Reading   string `form:"reading" label:"one of the languages"`
	Everybody bool   `form:"everybody"`
	Next      string `form:"next"`
}

// language remembers in which language the pages are: on this device, and for a person who is signed in wherever he signs
// in. No language leaves it to the device.
func (h *Handlers) language(c echo.Context, a auth.Actor) error {
	var f languageForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	p := kit.PersonOf(c)
	if f.Reading != "" && p.ID != "" {
		if err := h.auth.SetReading(c.Request().Context(), p.ID, f.Reading); err != nil {
			return err
		}
		return kit.Redirect(c, f.Next)
	}
	if f.Language != "" && !catalogue.Has(f.Language) || p.ID == "" && f.Language == "" {
		return kit.Redirect(c, f.Next)
	}
	if p.ID != "" {
		if err := h.auth.SetLanguage(c.Request().Context(), p.ID, f.Language); err != nil {
			return err
		}
	}
	if f.Everybody {
		if err := h.auth.SetOrgLanguage(c.Request().Context(), a, f.Language); err != nil {
			return err
		}
	}
	kit.SetLanguage(c, f.Language)
	return kit.Redirect(c, f.Next)
}
