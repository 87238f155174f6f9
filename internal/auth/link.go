package auth

import (
	"context"
	"time"

	"plainclothes/internal/fault"
)

// LinkLife is how long a link can be used, unless its maker says otherwise.
const LinkLife = 15 * time.Minute

// JoinLife is how long an invitation to join another organisation can be used. It opens nothing by itself: its person
// has to sign in, too.
const JoinLife = 7 * 24 * time.Hour

// errLink is the one answer to a link that is unknown, used or too old.
func errLink() error {
	return fault.New(fault.NotFound, "This link is no longer good. A link can be used once, within fifteen minutes. Ask for a new one.")
}

// RequestLink sends a sign-in link to an address when it is somebody's. The answer is the same whether it is or not.
func (s *Service) RequestLink(ctx context.Context, email, address string) error {
	email = foldEmail(email)
	err := s.try(ctx, counter{key("link address", networkOf(address)), addressRule}, counter{key("link", email), linkRule})
	if err != nil {
		return err
	}
	p, err := s.repo.PersonByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	known := err == nil && p.Deactivated.IsZero()
	if !known {
		p = Person{}
	}
	// For nobody, too, a link is written: one that belongs to nobody and opens nothing, so that the time is the same.
	token, err := s.makeLink(ctx, s.repo, p.ID, LinkSignIn, LinkLife)
	if err != nil || !known || s.opts.Send == nil {
		return err
	}
	return s.opts.Send(ctx, p, LinkSignIn, token)
}

// MakeLink makes a link for a person; ttl 0 is LinkLife. The token is shown once and kept only as a hash.
func (s *Service) MakeLink(ctx context.Context, person string, purpose LinkPurpose, ttl time.Duration) (token string, err error) {
	p, err := s.repo.Person(ctx, person)
	if err != nil {
		return "", err
	}
	if !p.Deactivated.IsZero() {
		return "", fault.New(fault.Conflict, "This person is deactivated.")
	}
	return s.makeLink(ctx, s.repo, person, purpose, ttl)
}

func (s *Service) makeLink(ctx context.Context, r Repo, person string, purpose LinkPurpose, ttl time.Duration) (string, error) {
	if ttl <= 0 {
		ttl = LinkLife
	}
	id, err := newID()
	if err != nil {
		return "", err
	}
	token, now := shortSecret(), s.now()
	l := Link{ID: id, Person: person, Purpose: purpose, Created: now, Expires: now.Add(ttl)}
	return token, r.CreateLink(ctx, l, HashOf(token))
}

// PeekLink says what a link is for and leaves it unused: opening it shows a button, because mail scanners open links.
func (s *Service) PeekLink(ctx context.Context, token string) (Link, error) {
	return s.peek(ctx, s.repo, token)
}

func (s *Service) peek(ctx context.Context, r Repo, token string) (Link, error) {
	l, err := r.LinkByHash(ctx, HashOf(token))
	if fault.Is(err, fault.NotFound) || err == nil && (!s.now().Before(l.Expires) || !l.opens()) {
		return Link{}, errLink()
	}
	return l, err
}

// opens reports that a link belongs to somebody, or is that of the first set-up.
func (l Link) opens() bool { return (l.Person == "") == (l.Purpose == LinkSetUp) }

// UseLink consumes a link and gives the person whom it signs in. NewSession follows, and where the link is an
// invitation or for a password, a page for the password.
func (s *Service) UseLink(ctx context.Context, token, address string) (Person, error) {
	return s.useLink(ctx, token, address, func(Repo, Person) error { return nil })
}

// SetPassword consumes a link and sets the password of its person, whose sessions all end. A password that will not do
// leaves the link as it is.
func (s *Service) SetPassword(ctx context.Context, token, address, password string) (Person, error) {
	l, err := s.PeekLink(ctx, token)
	if err != nil {
		return Person{}, err
	}
	var bad fault.Fields
	if m := CheckPassword(password, l.Email, l.Name); m != "" {
		bad.Add("password", m)
		return Person{}, bad.Err()
	}
	hash, err := s.hash.hash(ctx, password)
	if err != nil {
		return Person{}, err
	}
	return s.useLink(ctx, token, address, func(r Repo, p Person) error { return s.replacePassword(ctx, r, p, hash, "") })
}

func (s *Service) useLink(ctx context.Context, token, address string, use func(Repo, Person) error) (Person, error) {
	k := key("use link", networkOf(address))
	if err := s.try(ctx, counter{k, addressRule}); err != nil {
		return Person{}, err
	}
	var p Person
	err := s.repo.InTx(ctx, "", func(r Repo) error {
		l, err := s.consume(ctx, r, token)
		if err != nil {
			return err
		}
		if p, err = r.Person(ctx, l.Person); err != nil {
			return err
		}
		if !p.Deactivated.IsZero() {
			return errLink()
		}
		if err := use(r, p); err != nil {
			return err
		}
		return s.succeed(ctx, r, k)
	})
	return p, err
}

// consume takes a person's link, once.
func (s *Service) consume(ctx context.Context, r Repo, token string) (Link, error) {
	l, err := s.peek(ctx, r, token)
	if err != nil {
		return l, err
	}
	if l.Purpose == LinkSetUp {
		return l, errLink()
	}
	first, err := r.ConsumeLink(ctx, l.ID, s.now())
	if err == nil && !first {
		err = errLink()
	}
	return l, err
}
