package authweb

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

type linkView struct {
	kit.Chrome
	Token   string
	Name    string // of the person
	Email   string
	Invited bool
	Choose  bool // the link is for a password, not only for signing in
	Dead    bool // used, too old or never made
	Mails   bool
}

var linkPage = kit.NewPage[linkView]("auth/link")

type choosePasswordForm struct {
	Password string `form:"password,raw" label:"a password" validate:"required,max=1000"`
}

// linkForm shows a button and leaves the link unused: programs that look into mail open every link.
func (h *Handlers) linkForm(c echo.Context, _ auth.Actor) error {
	return h.showLink(c, http.StatusOK, nil)
}

// showLink shows what the link is for, or that it works no more.
func (h *Handlers) showLink(c echo.Context, status int, errs kit.Errors) error {
	l, err := h.auth.PeekLink(c.Request().Context(), c.Param("token"))
	if fault.Is(err, fault.NotFound) {
		return h.deadLink(c)
	}
	if err != nil {
		return err
	}
	if l.Purpose == auth.LinkSetUp {
		return kit.Redirect(c, "/setup/"+c.Param("token"))
	}
	v := linkView{Chrome: kit.Chrome{Title: "Sign in", Errors: errs}, Token: c.Param("token"), Name: l.Name, Email: l.Email}
	v.Invited, v.Choose = l.Purpose == auth.LinkInvite, l.Purpose != auth.LinkSignIn
	return linkPage.Render(c, status, v)
}

func (h *Handlers) deadLink(c echo.Context) error {
	return linkPage.Render(c, http.StatusNotFound, linkView{Chrome: kit.Chrome{Title: "This link does not work any more"}, Dead: true, Mails: h.mails})
}

// useLink uses the link up and signs in.
func (h *Handlers) useLink(c echo.Context, _ auth.Actor) error {
	p, err := h.auth.UseLink(c.Request().Context(), c.Param("token"), c.RealIP())
	return h.afterLink(c, p, err)
}

// linkPassword uses the link up, sets a password and signs in. A password that will not do leaves the link as it is.
func (h *Handlers) linkPassword(c echo.Context, _ auth.Actor) error {
	var f choosePasswordForm
	err := kit.Bind(c, &f)
	var p auth.Person
	if err == nil {
		p, err = h.auth.SetPassword(c.Request().Context(), c.Param("token"), c.RealIP(), f.Password)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return h.showLink(c, http.StatusUnprocessableEntity, errs)
	}
	return h.afterLink(c, p, err)
}

func (h *Handlers) afterLink(c echo.Context, p auth.Person, err error) error {
	if fault.Is(err, fault.NotFound) {
		return h.deadLink(c)
	}
	if err != nil {
		return err
	}
	return h.enter(c, p, "/")
}
