package shopper

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/kit"
)

// phoneView is "What is on this phone". The server does not know: the page's script fills it in.
type phoneView struct{ kit.Chrome }

var phonePage = kit.NewPage[phoneView]("shopper/phone")

func (p *Pages) phone(c echo.Context, _ auth.Actor) error {
	return phonePage.Render(c, http.StatusOK, phoneView{kit.Chrome{Title: "What is on this phone", Script: []string{"js/phone.js"}}})
}

// coverView is the list to show to who looks over a shoulder. It says nothing else: no name, no menu.
type coverView struct {
	kit.Chrome
	Things []string
}

var coverPage = kit.NewPage[coverView]("shopper/cover")

// shopping is what the list begins with on a phone that has none yet.
var shopping = []string{"Milk", "Bread", "Apples", "Washing-up liquid"}

func (p *Pages) cover(c echo.Context, _ auth.Actor) error {
	return coverPage.Render(c, http.StatusOK, coverView{Chrome: kit.Chrome{Title: "Shopping", Script: []string{"js/cover.js"}}, Things: shopping})
}
