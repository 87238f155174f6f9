package auth

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"plainclothes/internal/fault"
)

// Sessions are rows of our own and not those of a session library: the list of one's sessions and signing out
// everywhere need the person in the row, and two limits hold at once, idle and absolute.
//
// limits of a session: how long it may idle, and how long it may live at all.
type limits struct{ idle, life time.Duration }

// Shoppers fill in one visit over days on their own phone; everybody else sees other people's reports.
var (
	shopperLimits = limits{12 * time.Hour, 30 * 24 * time.Hour}
	otherLimits   = limits{8 * time.Hour, 7 * 24 * time.Hour}
)

func limitsOf(shopperOnly bool) limits {
	if shopperOnly {
		return shopperLimits
	}
	return otherLimits
}

const (
	touchEvery = time.Minute      // a session's last use is written at most this often
	oldToken   = 30 * time.Second // requests under way still carry the token before
	maxAgent   = 120              // characters
)

// errSignIn asks to sign in.
func errSignIn() error { return fault.New(fault.SignIn, "Please sign in.") }

// NewSession signs a person in on one browser. The token goes into its cookie and is nowhere kept in the clear.
// shopperOnly says that the person is a shopper and nothing else anywhere.
func (s *Service) NewSession(ctx context.Context, person, agent string, shopperOnly bool) (token string, expires time.Time, err error) {
	id, err := newID()
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.now()
	token = longSecret()
	session := Session{
		ID: id, Person: person, Created: now, LastSeen: now, Expires: now.Add(limitsOf(shopperOnly).life),
		Agent: shorten(agent), ShopperOnly: shopperOnly,
	}
	return token, session.Expires, s.repo.CreateSession(ctx, session, HashOf(token))
}

// shorten keeps what a person needs to know a browser by.
func shorten(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == 0x7f {
			return -1
		}
		return r
	}, agent)
	if r := []rune(agent); len(r) > maxAgent {
		return string(r[:maxAgent])
	}
	return agent
}

// SessionPerson gives the session of a token and its person. A session that has ended, by time or by hand, and a person
// who was deactivated, are fault.SignIn.
func (s *Service) SessionPerson(ctx context.Context, token string) (Session, Person, error) {
	session, p, err := s.session(ctx, token)
	if err != nil {
		return Session{}, Person{}, err
	}
	now := s.now()
	if now.Sub(session.LastSeen) >= touchEvery {
		if err := s.repo.TouchSession(ctx, session.ID, now); err != nil {
			return Session{}, Person{}, err
		}
		session.LastSeen = now
	}
	return session, p, nil
}

func (s *Service) session(ctx context.Context, token string) (Session, Person, error) {
	if len(token) < 20 || len(token) > 100 {
		return Session{}, Person{}, errSignIn()
	}
	session, p, err := s.repo.SessionByHash(ctx, HashOf(token), s.now())
	switch {
	case fault.Is(err, fault.NotFound):
		return session, p, errSignIn()
	case err != nil:
		return session, p, err
	case !session.alive(s.now()) || !p.Deactivated.IsZero():
		return session, p, errSignIn()
	}
	session.Current = true
	return session, p, nil
}

// alive reports that neither limit has passed.
func (x Session) alive(now time.Time) bool {
	return now.Before(x.Expires) && now.Sub(x.LastSeen) < limitsOf(x.ShopperOnly).idle
}

// RenewSession gives a session another token, after the rights of its person changed (Session.Renew). Requests that
// are under way with the old token still pass for half a minute; when another of them has renewed the session, the
// token is "" and the cookie stays as it is.
func (s *Service) RenewSession(ctx context.Context, token string) (fresh string, expires time.Time, err error) {
	session, _, err := s.session(ctx, token)
	if err != nil {
		return "", time.Time{}, err
	}
	fresh = longSecret()
	err = s.repo.RenewSession(ctx, session.ID, HashOf(token), HashOf(fresh), s.now().Add(oldToken))
	if fault.Is(err, fault.NotFound) {
		return "", session.Expires, nil
	}
	return fresh, session.Expires, err
}

// EndSession signs out the browser of a token; a token that is over is no error.
func (s *Service) EndSession(ctx context.Context, token string) error {
	session, _, err := s.session(ctx, token)
	if fault.Is(err, fault.SignIn) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.repo.EndSessions(ctx, session.Person, session.ID, "")
	return err
}

// Sessions lists a person's sessions, the last used first; that of token is marked as the current one.
func (s *Service) Sessions(ctx context.Context, person, token string) ([]Session, error) {
	current, _, err := s.session(ctx, token)
	if err != nil && !fault.Is(err, fault.SignIn) {
		return nil, err
	}
	all, err := s.repo.Sessions(ctx, person, s.now())
	if err != nil {
		return nil, err
	}
	alive := all[:0]
	for _, x := range all {
		if x.alive(s.now()) {
			x.Current = x.ID == current.ID
			alive = append(alive, x)
		}
	}
	return alive, nil
}

// EndSessionByID ends one of a person's own sessions.
func (s *Service) EndSessionByID(ctx context.Context, person, id string) error {
	n, err := s.repo.EndSessions(ctx, person, id, "")
	if err == nil && n == 0 {
		return fault.Missing("session")
	}
	return err
}

// EndAllSessions signs a person out everywhere.
func (s *Service) EndAllSessions(ctx context.Context, person string) error {
	_, err := s.repo.EndSessions(ctx, person, "", "")
	return err
}
