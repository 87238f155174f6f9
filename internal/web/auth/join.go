package authweb

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// joinView asks a person who is signed in whether to join one more organisation.
type joinView struct {
	kit.Chrome
	Token string
	Place place
	Dead  string // why the link does not work, "" when it does
}

var joinPage = kit.NewPage[joinView]("auth/join")

// joinForm shows what the invitation is for and leaves it unused.
func (h *Handlers) joinForm(c echo.Context, a auth.Actor) error {
	m, err := h.auth.PeekJoin(c.Request().Context(), a.Person, c.Param("token"))
	if known, ok := fault.As(err); ok && known.Kind == fault.NotFound {
		return joinPage.Render(c, http.StatusNotFound, joinView{Chrome: kit.Chrome{Title: "This link does not work"}, Dead: known.Message})
	}
	if err != nil {
		return err
	}
	return joinPage.Render(c, http.StatusOK, joinView{
		Chrome: kit.Chrome{Title: "Your invitation"}, Token: c.Param("token"),
		Place: place{Org: m.Org, Name: m.OrgName, Roles: roleWords(auth.Actor{Roles: m.Roles})},
	})
}

// join makes the person a member and leads there.
func (h *Handlers) join(c echo.Context, a auth.Actor) error {
	m, err := h.auth.Join(c.Request().Context(), a.Person, c.Param("token"))
	if fault.Is(err, fault.NotFound) {
		return h.joinForm(c, a)
	}
	if err != nil {
		return err
	}
	kit.ChooseOrganisation(c, m.Org)
	return kit.Redirect(c, "/")
}
