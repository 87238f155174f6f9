package authweb

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

type accountView struct {
	kit.Chrome
	HasPassword bool
	Sessions    []auth.Session
	Themes      []themeChoice
	Roles       []string // in words
	Remind      bool     // choose how to be reminded: for shoppers, where mails can be sent
	ByMail      bool
	Languages   []kit.LanguageChoice
	// FollowsDevice says that the person has not chosen a language; ForAll that he may choose one for the organisation.
	FollowsDevice, ForAll bool
	Phone                 bool // the account of somebody who is only a shopper
}

type themeChoice struct {
	Value, Label, Hint string
	Chosen             bool
}

// The account is part of the phone for shoppers and of the desk for everyone else.
var (
	accountDesk  = kit.NewPage[accountView]("auth/account", "desk")
	accountPhone = kit.NewPage[accountView]("auth/account", "shopper")
)

type passwordForm struct {
	Old string `form:"old,raw" label:"your present password" validate:"max=1000"`
	New string `form:"new,raw" label:"the new password" validate:"required,max=1000"`
}

var themeWords = []themeChoice{
	{Value: "auto", Label: "Like the device", Hint: "Light by day and dark by night, if the device does so"},
	{Value: "light", Label: "Light"},
	{Value: "dark", Label: "Dark"},
	{Value: "discreet", Label: "Discreet", Hint: "Black and grey, with nothing telling in the title"},
}

func (h *Handlers) account(c echo.Context, a auth.Actor) error {
	return h.showAccount(c, http.StatusOK, a, nil)
}

func (h *Handlers) showAccount(c echo.Context, status int, a auth.Actor, errs kit.Errors) error {
	p := kit.PersonOf(c)
	_, token := kit.SessionOf(c)
	sessions, err := h.auth.Sessions(c.Request().Context(), p.ID, token)
	if err != nil {
		return err
	}
	v := accountView{Chrome: kit.Chrome{Title: "Your account", Errors: errs}, HasPassword: p.PasswordHash != "", Sessions: sessions, Themes: themes(c), Roles: roleWords(a), Languages: kit.LanguageChoices(c), FollowsDevice: p.Language == "", ForAll: a.May(auth.PeopleEdit)}
	if v.Remind = h.mails && a.Has(auth.Shopper); v.Remind {
		channel, err := h.auth.Reminders(c.Request().Context(), p.ID)
		if err != nil {
			return err
		}
		v.ByMail = channel == auth.ByMail
	}
	if onlyShopper(a) {
		v.Phone, v.Script = true, []string{"js/phone.js"}
		return accountPhone.Render(c, status, v)
	}
	return accountDesk.Render(c, status, v)
}

func onlyShopper(a auth.Actor) bool { return len(a.Roles) == 1 && a.Has(auth.Shopper) }

func themes(c echo.Context) []themeChoice {
	now := kit.ThemeOf(c)
	out := slices.Clone(themeWords)
	for i := range out {
		out[i].Chosen = out[i].Value == now
	}
	return out
}

// roleNames are the roles in words.
var roleNames = map[auth.Role]string{
	auth.Owner: "owner", auth.RegionalManager: "regional manager", auth.BranchManager: "branch manager",
	auth.Editor: "editor", auth.Scheduler: "scheduler", auth.Shopper: "shopper",
}

func roleWords(a auth.Actor) []string {
	var out []string
	for _, r := range auth.Roles() {
		if a.Has(r) {
			out = append(out, roleNames[r])
		}
	}
	return out
}

// password changes the password. All other sessions end with it; this one gets a new token at its next request.
func (h *Handlers) password(c echo.Context, a auth.Actor) error {
	var f passwordForm
	err := kit.Bind(c, &f)
	if err == nil {
		_, token := kit.SessionOf(c)
		err = h.auth.ChangePassword(c.Request().Context(), a.Person, token, f.Old, f.New)
	}
	if errs, ok := passwordErrors(c, err); ok {
		return h.showAccount(c, kit.StatusOf(fault.KindOf(err)), a, errs)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Your password is changed. Other devices are signed out.")
	return kit.Redirect(c, "/account")
}

// passwordErrors puts what the use case refused at its field.
func passwordErrors(c echo.Context, err error) (kit.Errors, bool) {
	if fault.Is(err, fault.TooMany) {
		return kit.Errors{{Name: "old", Message: tooOften(c, err)}}, true
	}
	errs, ok := kit.FormErrors(err)
	if !ok {
		return nil, false
	}
	for i, e := range errs {
		switch e.Name {
		case "old", "new":
		case "password":
			errs[i].Name = "new"
		default:
			errs[i].Name = "old"
		}
	}
	return errs, true
}

func (h *Handlers) endSession(c echo.Context, a auth.Actor) error {
	if err := h.auth.EndSessionByID(c.Request().Context(), a.Person, c.Param("id")); err != nil {
		return err
	}
	kit.Flash(c, "That device is signed out.")
	return kit.Redirect(c, "/account")
}

func (h *Handlers) endAll(c echo.Context, a auth.Actor) error {
	if err := h.auth.EndAllSessions(c.Request().Context(), a.Person); err != nil {
		return err
	}
	kit.ClearSession(c)
	kit.Flash(c, "You are signed out everywhere.")
	return kit.Redirect(c, "/sign-in")
}

type themeForm struct {
	Theme string `form:"theme" label:"one of the looks" validate:"oneof=auto light dark discreet"`
	Next  string `form:"next"`
}

// theme remembers the look on this device.
func (h *Handlers) theme(c echo.Context, _ auth.Actor) error {
	var f themeForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	kit.SetTheme(c, f.Theme)
	return kit.Redirect(c, f.Next)
}
