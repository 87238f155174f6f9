package pocket

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// phonesView lists the phones that may send without a session.
type phonesView struct {
	kit.Chrome
	Grants []visit.Grant
}

var phonesPage = kit.NewPage[phonesView]("phones")

func (p *Phone) phones(c echo.Context, a auth.Actor) error {
	all, err := p.logs.Phones(c.Request().Context(), a)
	if err != nil {
		return err
	}
	return phonesPage.Render(c, http.StatusOK, phonesView{Chrome: kit.Chrome{Title: "Phones that may send"}, Grants: all})
}

func (p *Phone) stopPhones(c echo.Context, a auth.Actor) error {
	n, err := p.logs.StopPhones(c.Request().Context(), a)
	if err != nil {
		return err
	}
	if n > 0 {
		kit.Flash(c, "Stopped. What is still on a phone stays there; it asks to sign in before it sends.")
	}
	return kit.Redirect(c, "/phones")
}
