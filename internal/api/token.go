package api

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/time/rate"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

const (
	// tokenLife is how long a token that was good is believed without asking again, and so how long one that was revoked may
	// still work. Asking each time would cost a report a transaction of its own.
	tokenLife = 5 * time.Second
	maxTokens = 1000 // kept at once

	tokenRate  = 2000 // requests a second with one token, in this instance
	lookupRate = 10   // tokens a second that are looked up for one address: who guesses is slowed down
	lookupMany = 100  // at once
)

// desk is where tokens are shown. It keeps hashes, never the tokens themselves.
type desk struct {
	ask     func(ctx context.Context, bearer string) (auth.Actor, error)
	now     func() time.Time
	tokens  *middleware.RateLimiterMemoryStore
	lookups *middleware.RateLimiterMemoryStore

	mu    sync.RWMutex
	known map[[sha256.Size]byte]known
}

type known struct {
	actor auth.Actor
	until time.Time
}

func newDesk(ask func(context.Context, string) (auth.Actor, error), now func() time.Time, perSecond int) *desk {
	return &desk{
		ask: ask, now: now, tokens: bucket(perSecond, perSecond), lookups: bucket(lookupRate, lookupMany),
		known: map[[sha256.Size]byte]known{},
	}
}

func bucket(perSecond, atOnce int) *middleware.RateLimiterMemoryStore {
	return middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: rate.Limit(perSecond), Burst: atOnce, ExpiresIn: 3 * time.Minute,
	})
}

// admit lets in a request whose token is good, allowed to use the route, and not in too much of a hurry.
func (d *desk) admit(r Route) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			a, err := d.actor(c)
			if err != nil {
				return err
			}
			if err := allow(d.tokens, a.Member); err != nil {
				return err
			}
			if err := r.allows(a); err != nil {
				return err
			}
			c.SetRequest(withActor(c.Request(), a))
			return next(c)
		}
	}
}

// actor finds out who sent the request. Sessions of people are not looked at.
func (d *desk) actor(c echo.Context) (auth.Actor, error) {
	kind, bearer, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(kind, "Bearer") || bearer == "" {
		return auth.Actor{}, fault.New(fault.SignIn, "Send a token with the request: Authorization: Bearer pc_…")
	}
	key := sha256.Sum256([]byte(bearer))
	if a, ok := d.remembered(key); ok {
		return a, nil
	}
	if err := allow(d.lookups, c.RealIP()); err != nil {
		return auth.Actor{}, err
	}
	a, err := d.ask(c.Request().Context(), bearer)
	if err == nil {
		d.remember(key, a)
	}
	return a, err
}

func (d *desk) remembered(key [sha256.Size]byte) (auth.Actor, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k, ok := d.known[key]
	return k.actor, ok && d.now().Before(k.until)
}

func (d *desk) remember(key [sha256.Size]byte, a auth.Actor) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) >= maxTokens {
		clear(d.known) // rare, and cheap to fill again
	}
	d.known[key] = known{actor: a, until: d.now().Add(tokenLife)}
}

func allow(b *middleware.RateLimiterMemoryStore, who string) error {
	ok, err := b.Allow(who)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Retry(fault.TooMany, "Too many requests came at once. Wait a moment, then send this one again.", time.Second)
	}
	return nil
}
