package authweb

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/kit"
)

// signOutView asks before a phone forgets: its script knows what is only there, the server does not.
type signOutView struct{ kit.Chrome }

var signOutPage = kit.NewPage[signOutView]("auth/sign_out", "shopper")

func (h *Handlers) signOutForm(c echo.Context, _ auth.Actor) error {
	return signOutPage.Render(c, http.StatusOK, signOutView{kit.Chrome{Title: "Sign out", Script: []string{"js/phone.js"}}})
}

type signOutForm struct {
	Clear string `form:"clear"` // "1": nothing of anybody waits on this device
}

// signOut ends the session. What the browser keeps of us goes with it only when the device says that nothing of anybody
// waits there to be sent: else it would be lost.
func (h *Handlers) signOut(c echo.Context, _ auth.Actor) error {
	var f signOutForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	if err := h.leave(c); err != nil {
		return err
	}
	kit.ClearSession(c)
	if f.Clear == "1" {
		c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	kit.Flash(c, "You are signed out.")
	return kit.Redirect(c, "/sign-in")
}
