package kit

import (
	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// visitor is who is at the other end: the zero value is nobody.
type visitor struct {
	token   string
	session auth.Session
	person  auth.Person
	members []auth.Membership
	current auth.Membership // the one acted in
	actor   auth.Actor
}

const (
	keySite    = "kit.site"
	keyVisitor = "kit.visitor"
)

// visitor finds out who is asking, once per request. Nobody is a SignIn fault.
func (s *Site) visitor(c echo.Context) (visitor, error) {
	if v, ok := c.Get(keyVisitor).(visitor); ok {
		return v, nil
	}
	c.Response().Header().Add(echo.HeaderVary, "Cookie")
	v, err := s.look(c)
	if err != nil {
		return visitor{}, err
	}
	c.Set(keyVisitor, v)
	return v, nil
}

func (s *Site) look(c echo.Context) (visitor, error) {
	v := visitor{token: s.sessionToken(c)}
	if v.token == "" {
		return v, notSignedIn()
	}
	ctx := c.Request().Context()
	var err error
	if v.session, v.person, err = s.opt.Sessions.SessionPerson(ctx, v.token); err != nil {
		return v, gone(err)
	}
	if err = s.renew(c, &v); err != nil {
		return v, gone(err)
	}
	if v.members, err = s.opt.Sessions.Memberships(ctx, v.person.ID); err != nil {
		return v, err
	}
	v.actor = auth.Actor{Person: v.person.ID}
	v.current = choose(v.members, s.orgCookie(c))
	if v.current.Org == "" {
		return v, nil
	}
	v.actor, err = s.opt.Sessions.ActorFor(ctx, v.person.ID, v.current.Org)
	return v, gone(err)
}

// renew gives the browser a new token when the person's rights have changed: whoever copied the old one is out.
func (s *Site) renew(c echo.Context, v *visitor) error {
	if !v.session.Renew {
		return nil
	}
	fresh, expires, err := s.opt.Sessions.RenewSession(c.Request().Context(), v.token)
	if err != nil || fresh == "" {
		return err
	}
	v.token = fresh
	SetSession(c, fresh, v.person.ID, expires)
	return nil
}

// choose takes the membership the cookie names, if the person really has it, else the first active one.
func choose(all []auth.Membership, org string) auth.Membership {
	var first auth.Membership
	for _, m := range all {
		if !m.Active {
			continue
		}
		if m.Org == org {
			return m
		}
		if first.Org == "" {
			first = m
		}
	}
	return first
}

// gone makes "there is no such session" into "sign in".
func gone(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.SignIn) {
		return notSignedIn()
	}
	return err
}

func notSignedIn() error { return fault.New(fault.SignIn, "Sign in to see this page.") }

// seen gives the visitor that was found for this request, or nobody; it never asks the database.
func seen(c echo.Context) visitor {
	v, _ := c.Get(keyVisitor).(visitor)
	return v
}

// PersonOf gives the signed-in person, or the zero Person.
func PersonOf(c echo.Context) auth.Person { return seen(c).person }

// SessionOf gives the session of this request and its token, or zero values.
func SessionOf(c echo.Context) (auth.Session, string) {
	v := seen(c)
	return v.session, v.token
}

// MembershipsOf lists the signed-in person's active places in organisations.
func MembershipsOf(c echo.Context) []auth.Membership {
	var out []auth.Membership
	for _, m := range seen(c).members {
		if m.Active {
			out = append(out, m)
		}
	}
	return out
}

// Visitor finds the actor of a request that another adapter serves (the phone's JSON calls come with the same cookie).
// Nobody is a SignIn fault.
func (s *Site) Visitor(c echo.Context) (auth.Actor, error) {
	v, err := s.visitor(c)
	return v.actor, err
}
