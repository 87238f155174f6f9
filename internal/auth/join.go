package auth

import (
	"context"
	"crypto/subtle"
	"strings"

	"plainclothes/internal/fault"
)

// Joining reports that somebody was invited who is known to the installation, and has not joined yet. He is not active
// until he does: that an address is known says nothing about who sits in its account.
func (m Member) Joining() bool { return m.JoinHash != "" }

// errJoin is the one answer to a link to join that is unknown, used, too old or somebody else's.
func errJoin() error {
	return fault.New(fault.NotFound, "This invitation is no longer good, or it is for somebody else. Ask for a new one, and sign in with the address that it was sent to.")
}

// invitation makes the secret of a link to join. The organisation stands before it, so that its row can be found.
func (s *Service) invitation(m *Member) string {
	secret := shortSecret()
	m.Active, m.JoinHash, m.JoinUntil = false, HashOf(secret), s.now().Add(JoinLife)
	return m.Org + "." + secret
}

// PeekJoin says where a link to join leads; it is good for the person whom it was made for.
func (s *Service) PeekJoin(ctx context.Context, person, token string) (Membership, error) {
	return s.joining(ctx, s.repo, person, token)
}

// Join makes an invited person a member. The link is used up.
func (s *Service) Join(ctx context.Context, person, token string) (Membership, error) {
	organisation, _, _ := strings.Cut(token, ".")
	var m Membership
	err := s.repo.InTx(ctx, organisation, func(r Repo) error {
		var err error
		if m, err = s.joining(ctx, r, person, token); err != nil {
			return err
		}
		m.Active, m.JoinHash = true, ""
		if err := r.UpdateMember(ctx, m.Member); err != nil {
			return err
		}
		if err := s.tightenSessions(ctx, r, m.Member); err != nil {
			return err
		}
		return s.logMember(ctx, r, m.ID, "member.joined", m.Member)
	})
	return m, err
}

// joining finds the membership that a link is for.
func (s *Service) joining(ctx context.Context, r Repo, person, token string) (Membership, error) {
	organisation, secret, ok := strings.Cut(token, ".")
	if !ok || !isID(organisation) {
		return Membership{}, errJoin()
	}
	m, err := r.MemberOf(ctx, organisation, person)
	if fault.Is(err, fault.NotFound) {
		return Membership{}, errJoin()
	}
	if err != nil {
		return Membership{}, err
	}
	same := subtle.ConstantTimeCompare([]byte(m.JoinHash), []byte(HashOf(secret))) == 1
	if !m.Joining() || !same || !s.now().Before(m.JoinUntil) {
		return Membership{}, errJoin()
	}
	return m, nil
}
