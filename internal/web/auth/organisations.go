package authweb

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

type organisationsView struct {
	kit.Chrome
	Places []place
}

// place is one organisation that a person may act in.
type place struct {
	Org, Name string
	Roles     []string
	Current   bool
}

var organisationsPage = kit.NewPage[organisationsView]("auth/organisations")

func (h *Handlers) organisations(c echo.Context, a auth.Actor) error {
	v := organisationsView{Chrome: kit.Chrome{Title: "Your organisations"}}
	for _, m := range kit.MembershipsOf(c) {
		v.Places = append(v.Places, place{Org: m.Org, Name: m.OrgName, Roles: roleWords(auth.Actor{Roles: m.Roles}), Current: m.Org == a.Org})
	}
	return organisationsPage.Render(c, http.StatusOK, v)
}

type chooseForm struct {
	Org string `form:"org" label:"an organisation" validate:"required"`
}

// choose changes the organisation; one that the person has no place in is as unknown as one that does not exist.
func (h *Handlers) choose(c echo.Context, _ auth.Actor) error {
	var f chooseForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	for _, m := range kit.MembershipsOf(c) {
		if m.Org == f.Org {
			kit.ChooseOrganisation(c, f.Org)
			return kit.Redirect(c, "/")
		}
	}
	return fault.Missing("organisation")
}
