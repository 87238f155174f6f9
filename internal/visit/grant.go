package visit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
)

// Grant lets one phone append to one visit's log without a session.
type Grant struct {
	Org, ID, Visit string
	Member         string // the shopper
	Device         string // as the phone named itself
	Created        time.Time
	Until          time.Time
	Revoked        time.Time // zero: live
	Used           time.Time // the last time, to the hour; zero: never
}

// Limits of grants.
const (
	grantAfter    = 14 * 24 * time.Hour // beyond the visit's due date
	grantsLive    = 8                   // of one member and visit; the oldest goes
	grantNoted    = time.Hour           // how exactly the last use is noted
	maxDevice     = 64                  // characters
	maxGrantToken = 128                 // characters
)

// grants are the rows of grants.
type grants interface {
	AddGrant(ctx context.Context, org string, g Grant, hash string) error
	GrantByHash(ctx context.Context, org, hash string) (Grant, error)
	// Grants gives the live ones of a member, of one visit or of all for "", the oldest first.
	Grants(ctx context.Context, org, member, visit string, now time.Time) ([]Grant, error)
	RevokeGrants(ctx context.Context, org string, ids []string, at time.Time) error
	UseGrant(ctx context.Context, org, id string, at time.Time) error
	// HadGrant reports whether a member ever had a grant for a visit.
	HadGrant(ctx context.Context, org, visit, member string) (bool, error)
	// MemberActive reports whether a member is active and its person, too.
	MemberActive(ctx context.Context, org, member string) (bool, error)
}

// errGrant is the one answer to a grant that is unknown, over or revoked.
func errGrant() error {
	return fault.New(fault.SignIn, "Sign in to send. What is on this phone is safe.")
}

// GiveGrant makes a new grant for a visit of the shopper's own. The token is shown once and kept as its hash.
func (s *Service) GiveGrant(ctx context.Context, a auth.Actor, visit, device string) (token string, g Grant, err error) {
	if device == "" || len(device) > maxDevice || strings.ContainsFunc(device, func(r rune) bool { return r < '-' || r > 'z' }) {
		return "", g, oneField("device", "Name the phone by its id: a UUID.")
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.phoneJob(ctx, tx, a, visit)
		if err != nil {
			return err
		}
		now := s.now().UTC()
		live, err := tx.Grants(ctx, a.Org, a.Member, j.Visit.ID, now)
		if err != nil {
			return err
		}
		if over := len(live) - grantsLive + 1; over > 0 {
			if err := tx.RevokeGrants(ctx, a.Org, idsOf(live[:over]), now); err != nil {
				return err
			}
		}
		g = Grant{
			Org: a.Org, ID: uuid.Must(uuid.NewV7()).String(), Visit: j.Visit.ID, Member: a.Member, Device: device, Created: now,
			Until: grantUntil(j.Due, now),
		}
		var hash string
		token, hash = auth.NewOrgToken(a.Org)
		return tx.AddGrant(ctx, a.Org, g, hash)
	})
	return token, g, wrap("give grant", err)
}

func idsOf(all []Grant) []string {
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	return ids
}

// GrantActor gives the shopper that a grant stands for, who may act on that one visit only. Any grant that is no good
// is a SignIn fault.
func (s *Service) GrantActor(ctx context.Context, token string) (a auth.Actor, err error) {
	org, _, _ := strings.Cut(token, ".")
	id, ok := properID(org)
	if !ok || len(token) > maxGrantToken {
		return a, errGrant()
	}
	now := s.now().UTC()
	var g Grant
	err = s.repo.View(ctx, id, func(tx Tx) error {
		if g, err = tx.GrantByHash(ctx, id, auth.HashOf(token)); err != nil {
			return err
		}
		active, err := tx.MemberActive(ctx, id, g.Member)
		if err != nil {
			return err
		}
		if !active || !g.Revoked.IsZero() || now.After(g.Until) {
			return errGrant()
		}
		return nil
	})
	if fault.Is(err, fault.NotFound) {
		return a, errGrant()
	}
	if err == nil && now.Sub(g.Used) >= grantNoted {
		err = s.repo.InTx(ctx, id, func(tx Tx) error { return tx.UseGrant(ctx, id, g.ID, now) })
	}
	if err != nil {
		return a, wrap("read grant", err)
	}
	return auth.Actor{Org: id, Member: g.Member, Roles: []auth.Role{auth.Shopper}, Only: g.Visit}, nil
}

// Phones lists the grants by which the actor's own phones may still send, the oldest first.
func (s *Service) Phones(ctx context.Context, a auth.Actor) (all []Grant, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		all, err = tx.Grants(ctx, a.Org, a.Member, "", s.now().UTC())
		return err
	})
	return all, wrap("list phones", err)
}

// StopPhones ends every grant of the actor's own. Phones ask to sign in before they send again.
func (s *Service) StopPhones(ctx context.Context, a auth.Actor) (stopped int, err error) {
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		now := s.now().UTC()
		live, err := tx.Grants(ctx, a.Org, a.Member, "", now)
		if err != nil || len(live) == 0 {
			return err
		}
		stopped = len(live)
		if err := tx.RevokeGrants(ctx, a.Org, idsOf(live), now); err != nil {
			return err
		}
		c, err := event.New(a.Member, "phones.stopped", "member", a.Member, map[string]int{"grants": stopped})
		if err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, now, c)
	})
	return stopped, wrap("stop phones", err)
}
