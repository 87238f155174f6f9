// Package authweb serves the pages about who somebody is: signing in and out, links by mail, the first set-up, the own
// account and the choice of organisation.
//
// The one rule: whether an address is known here is nobody's business. Unknown and wrong get the same page, the same
// words and the same status; what the use case says of the reason never reaches the page.
package authweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// Service is what these pages ask of auth.Service.
type Service interface {
	SignIn(ctx context.Context, email, password, address string) (auth.Person, error)
	RequestLink(ctx context.Context, email, address string) error
	PeekLink(ctx context.Context, token string) (auth.Link, error)
	UseLink(ctx context.Context, token, address string) (auth.Person, error)
	SetPassword(ctx context.Context, token, address, password string) (auth.Person, error)
	Memberships(ctx context.Context, person string) ([]auth.Membership, error)
	NewSession(ctx context.Context, person, agent string, shopperOnly bool) (token string, expires time.Time, err error)
	EndSession(ctx context.Context, token string) error
	Sessions(ctx context.Context, person, token string) ([]auth.Session, error)
	EndSessionByID(ctx context.Context, person, id string) error
	EndAllSessions(ctx context.Context, person string) error
	ChangePassword(ctx context.Context, person, token, old, fresh string) error
	PeekJoin(ctx context.Context, person, token string) (auth.Membership, error)
	Join(ctx context.Context, person, token string) (auth.Membership, error)
	SetUp(ctx context.Context, token string, in auth.SetUpInput) (auth.Person, error)
	Reminders(ctx context.Context, person string) (auth.Channel, error)
	SetReminders(ctx context.Context, person string, c auth.Channel) error
	SetLanguage(ctx context.Context, person, lang string) error
	SetReading(ctx context.Context, person, lang string) error
	SetOrgLanguage(ctx context.Context, a auth.Actor, lang string) error
}

// Handlers serve the pages.
type Handlers struct {
	auth  Service
	mails bool
}

// New makes the handlers; mails says whether links can be sent by mail, else no page offers it.
func New(service Service, mails bool) *Handlers { return &Handlers{auth: service, mails: mails} }

// Routes lists the pages.
func (h *Handlers) Routes() []kit.Route {
	hash := kit.Limits{Class: kit.SignIns, Body: 64 << 10}
	routes := []kit.Route{
		{Method: http.MethodGet, Path: "/", Name: "start", Access: kit.Public(), Handle: h.start},
		{Method: http.MethodGet, Path: "/sign-in", Name: "sign in", Access: kit.Public(), Handle: h.signInForm},
		{Method: http.MethodPost, Path: "/sign-in", Name: "sign in", Access: kit.Public(), Handle: h.signIn, Limits: hash},
		{Method: http.MethodGet, Path: "/link/:token", Name: "link", Access: kit.Public(), Handle: h.linkForm},
		{Method: http.MethodPost, Path: "/link/:token", Name: "use a link", Access: kit.Public(), Handle: h.useLink, Limits: hash},
		{Method: http.MethodPost, Path: "/link/:token/password", Name: "choose a password by a link", Access: kit.Public(), Handle: h.linkPassword, Limits: hash},
		{Method: http.MethodGet, Path: "/setup/:token", Name: "first set-up", Access: kit.Public(), Handle: h.setupForm},
		{Method: http.MethodPost, Path: "/setup/:token", Name: "first set-up", Access: kit.Public(), Handle: h.setup, Limits: hash},
		{Method: http.MethodGet, Path: "/sign-out", Name: "sign out?", Access: kit.SignedIn(), Handle: h.signOutForm},
		{Method: http.MethodPost, Path: "/sign-out", Name: "sign out", Access: kit.Public(), Handle: h.signOut},
		{Method: http.MethodPost, Path: "/language", Name: "language of the pages", Access: kit.Public(), Handle: h.language},
		{Method: http.MethodPost, Path: "/theme", Name: "theme", Access: kit.Public(), Handle: h.theme},
		{Method: http.MethodGet, Path: "/account", Name: "account", Access: kit.SignedIn(), Handle: h.account},
		{Method: http.MethodPost, Path: "/account/reminders", Name: "choose how to be reminded", Access: kit.SignedIn(), Handle: h.reminders},
		{Method: http.MethodPost, Path: "/account/password", Name: "change the password", Access: kit.SignedIn(), Handle: h.password, Limits: hash},
		{Method: http.MethodPost, Path: "/account/sessions/:id/end", Name: "sign another device out", Access: kit.SignedIn(), Handle: h.endSession},
		{Method: http.MethodPost, Path: "/account/sessions/end", Name: "sign out everywhere", Access: kit.SignedIn(), Handle: h.endAll},
		{Method: http.MethodGet, Path: "/organisations", Name: "organisations", Access: kit.SignedIn(), Handle: h.organisations},
		{Method: http.MethodPost, Path: "/organisations", Name: "choose an organisation", Access: kit.SignedIn(), Handle: h.choose},
		{Method: http.MethodGet, Path: "/join/:token", Name: "an invitation to join", Access: kit.SignedIn(), Handle: h.joinForm},
		{Method: http.MethodPost, Path: "/join/:token", Name: "join an organisation", Access: kit.SignedIn(), Handle: h.join},
	}
	if h.mails {
		routes = append(routes, kit.Route{Method: http.MethodPost, Path: "/sign-in/link", Name: "send a link", Access: kit.Public(), Handle: h.sendLink, Limits: hash})
	}
	return routes
}

// enter signs a browser in as a person, always with a new token, and leads on.
func (h *Handlers) enter(c echo.Context, p auth.Person, next string) error {
	ctx := c.Request().Context()
	members, err := h.auth.Memberships(ctx, p.ID)
	if err != nil {
		return err
	}
	token, expires, err := h.auth.NewSession(ctx, p.ID, deviceName(c.Request().UserAgent()), shopperOnly(members))
	if err != nil {
		return err
	}
	if err := h.leave(c); err != nil {
		return err
	}
	kit.SetSession(c, token, p.ID, expires)
	return kit.Redirect(c, kit.SafePath(next))
}

// leave ends the session this browser had, if any. One that ended meanwhile is as good.
func (h *Handlers) leave(c echo.Context) error {
	_, old := kit.SessionOf(c)
	if old == "" {
		return nil
	}
	err := h.auth.EndSession(c.Request().Context(), old)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.SignIn) {
		return nil
	}
	return err
}

// shopperOnly reports whether a person is a shopper everywhere: shoppers stay signed in for longer, for a visit must
// not end at a password.
func shopperOnly(members []auth.Membership) bool {
	for _, m := range members {
		if m.Active && slices.ContainsFunc(m.Roles, func(r auth.Role) bool { return r != auth.Shopper }) {
			return false
		}
	}
	return len(members) > 0
}

// mark is a word in a browser's signature and what we call it.
type mark struct{ in, name string }

// The first that fits wins: Edge and Opera also say Chrome, Chrome also says Safari.
var (
	browsers = []mark{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}}
	systems  = []mark{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"}}
)

// deviceName makes "Firefox on Android" of a browser's signature: all that a person needs to know his devices by, and
// all that we keep.
func deviceName(agent string) string {
	browser, system := first(browsers, agent), first(systems, agent)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	}
	return "Another device"
}

func first(marks []mark, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m.in) {
			return m.name
		}
	}
	return ""
}
