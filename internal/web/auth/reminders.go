package authweb

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/kit"
)

type remindersForm struct {
	Reminders string `form:"reminders" label:"how to remind you"`
}

// reminders keeps how a shopper wants to be reminded of what his phone may not have sent.
func (h *Handlers) reminders(c echo.Context, a auth.Actor) error {
	var f remindersForm
	err := kit.Bind(c, &f)
	if err == nil {
		err = h.auth.SetReminders(c.Request().Context(), kit.PersonOf(c).ID, auth.Channel(f.Reminders))
	}
	if errs, ok := kit.FormErrors(err); ok {
		return h.showAccount(c, http.StatusUnprocessableEntity, a, errs)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Kept.")
	return kit.Redirect(c, "/account")
}
