package authweb

import (
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// noMatch is said for an unknown address as for a wrong password.
const noMatch = "This e-mail address and password do not go together. Look at both again."

type signInForm struct {
	Email    string `form:"email" label:"your e-mail address" validate:"required,max=254,email"`
	Password string `form:"password,raw" label:"your password" validate:"required,max=1000"`
	Next     string `form:"next"`
}

type linkForm struct {
	Email string `form:"email" label:"your e-mail address" validate:"required,max=254,email"`
	Next  string `form:"next"`
}

type signInView struct {
	kit.Chrome
	Email     string
	Next      string
	Mails     bool // links can be sent
	Languages []kit.LanguageChoice
}

type sentView struct {
	kit.Chrome
	Email string
}

var (
	signInPage = kit.NewPage[signInView]("auth/sign_in")
	sentPage   = kit.NewPage[sentView]("auth/sent")
)

// signInForm shows the form; who is signed in already goes on.
func (h *Handlers) signInForm(c echo.Context, a auth.Actor) error {
	var q struct {
		Next string `form:"next"`
	}
	if err := kit.BindQuery(c, &q); err != nil {
		return err
	}
	if a.Person != "" {
		return kit.Redirect(c, q.Next)
	}
	return h.showSignIn(c, http.StatusOK, "", q.Next, nil)
}

// showSignIn shows the form again with what was typed, but for the password.
func (h *Handlers) showSignIn(c echo.Context, status int, email, next string, errs kit.Errors) error {
	return signInPage.Render(c, status, signInView{Chrome: kit.Chrome{Title: "Sign in", Errors: errs}, Email: email, Next: kit.SafePath(next), Mails: h.mails, Languages: kit.LanguageChoices(c)})
}

func (h *Handlers) signIn(c echo.Context, _ auth.Actor) error {
	var f signInForm
	if err := kit.Bind(c, &f); err != nil {
		return h.again(c, f.Email, f.Next, err)
	}
	p, err := h.auth.SignIn(c.Request().Context(), f.Email, f.Password, c.RealIP())
	if err != nil {
		return h.refused(c, f, err)
	}
	return h.enter(c, p, f.Next)
}

// again shows the form with the messages of a form that does not fit.
func (h *Handlers) again(c echo.Context, email, next string, err error) error {
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	return h.showSignIn(c, http.StatusUnprocessableEntity, email, next, errs)
}

// refused answers a sign-in that did not work: our one sentence for every reason that has to do with the person, and
// the wait for who tried too often.
func (h *Handlers) refused(c echo.Context, f signInForm, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Forbidden, fault.SignIn, fault.Conflict:
		return h.showSignIn(c, http.StatusUnprocessableEntity, f.Email, f.Next, kit.Errors{{Name: "password", Message: noMatch}})
	case fault.TooMany:
		return h.showSignIn(c, http.StatusTooManyRequests, f.Email, f.Next, kit.Errors{{Name: "password", Message: tooOften(c, err)}})
	case fault.Internal, fault.TooLarge, fault.Busy, fault.Gone, fault.Full, fault.Unreadable:
	}
	return err
}

// tooOften says how long to wait, in the header and in words.
func tooOften(c echo.Context, err error) string {
	f, _ := fault.As(err)
	wait := int(math.Ceil(f.RetryAfter.Seconds()))
	if wait <= 0 {
		return "There were too many tries. Wait a little, then try again."
	}
	c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(wait))
	if wait < 60 {
		return "There were too many tries. Try again in " + catalogue.Count(wait, "second", "seconds") + "."
	}
	return "There were too many tries. Try again in " + catalogue.Count((wait+59)/60, "minute", "minutes") + "."
}

// sendLink has a link sent. The answer is the same for every address.
func (h *Handlers) sendLink(c echo.Context, _ auth.Actor) error {
	var f linkForm
	if err := kit.Bind(c, &f); err != nil {
		return h.again(c, f.Email, f.Next, err)
	}
	err := h.auth.RequestLink(c.Request().Context(), f.Email, c.RealIP())
	switch fault.KindOf(err) {
	case fault.TooMany:
		return h.showSignIn(c, http.StatusTooManyRequests, f.Email, f.Next, kit.Errors{{Name: "email", Message: tooOften(c, err)}})
	case fault.Internal, fault.Busy, fault.TooLarge, fault.Gone, fault.Full, fault.Unreadable:
		if err != nil {
			return err
		}
	case fault.Invalid, fault.NotFound, fault.Forbidden, fault.SignIn, fault.Conflict:
	}
	return sentPage.Render(c, http.StatusOK, sentView{Chrome: kit.Chrome{Title: "Look at your mail"}, Email: f.Email})
}
