package tryout

import (
	"context"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// maxToken is the longest token that is looked at, in bytes.
const maxToken = 128

// errLink is the one answer to a link that is unknown, used or too old.
func errLink() error {
	return fault.New(fault.NotFound, "This link is no longer good. It opens a test run once, within an hour. Make a new code on the page of the test run.")
}

// orgOf is the organisation that a token names, false for what is no token.
func orgOf(token string) (string, bool) {
	org, secret, _ := strings.Cut(token, ".")
	return org, len(token) <= maxToken && secret != "" && properID(org)
}

// Peek says what a link would open and leaves it unused: opening it shows a button, because programs that look into
// messages open every link.
func (s *Service) Peek(ctx context.Context, token string) (r Run, err error) {
	org, ok := orgOf(token)
	if !ok {
		return r, errLink()
	}
	err = s.repo.View(ctx, org, func(tx Tx) error {
		r, err = s.byLink(ctx, tx, org, token)
		return err
	})
	return r, wrap("look at a link", err)
}

func (s *Service) byLink(ctx context.Context, tx Tx, org, token string) (Run, error) {
	r, err := tx.RunByLink(ctx, org, auth.HashOf(token))
	now := s.now()
	if fault.Is(err, fault.NotFound) || err == nil && (!now.Before(r.LinkUntil) || !now.Before(r.Expires)) {
		return Run{}, errLink()
	}
	return r, err
}

// Enter uses a link up and gives the pass by which the phone that opened it goes on, and until when.
func (s *Service) Enter(ctx context.Context, token string) (r Run, pass string, err error) {
	org, ok := orgOf(token)
	if !ok {
		return r, "", errLink()
	}
	err = s.repo.InTx(ctx, org, func(tx Tx) error {
		if r, err = s.byLink(ctx, tx, org, token); err != nil {
			return err
		}
		now := s.clock()
		pass, r.PassHash = auth.NewOrgToken(org)
		r.LinkHash, r.PassUntil = "", earlier(now.Add(passLife), r.Expires)
		if r.Opened.IsZero() {
			r.Opened = now
		}
		return tx.UpdateRun(ctx, org, r)
	})
	if fault.Is(err, fault.Conflict) { // of two that opened it at once the other was first
		err = errLink()
	}
	r.RowVersion++
	return r, pass, wrap("open a test run", err)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Holder gives the actor that a pass stands for: nobody with any role, who may go on with that one run only. A pass
// that is no good is a NotFound fault.
func (s *Service) Holder(ctx context.Context, pass string) (a auth.Actor, err error) {
	org, ok := orgOf(pass)
	if !ok {
		return a, missing()
	}
	var r Run
	err = s.repo.View(ctx, org, func(tx Tx) error {
		r, err = tx.RunByPass(ctx, org, auth.HashOf(pass))
		return err
	})
	if now := s.now(); err == nil && (!now.Before(r.PassUntil) || !now.Before(r.Expires)) {
		err = missing()
	}
	if err != nil {
		return a, wrap("read a pass", err)
	}
	return auth.Actor{Org: org, Member: r.StartedBy, Only: r.ID}, nil
}
