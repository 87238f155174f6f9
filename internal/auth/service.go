package auth

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"plainclothes/internal/fault"
	"plainclothes/internal/org"
)

// Service is the use cases of signing in and of people in organisations.
//
// Changes to an organisation's people and tokens go into its log. What belongs to a person alone (password, sessions)
// does not: a person may be in several organisations, and it is none of theirs.
type Service struct {
	repo Repo
	now  func() time.Time
	opts Options
	hash *hasher
}

// Options are what the use cases need from outside.
type Options struct {
	// Send hands a link to a person, usually by putting a mail into the queue. It must not wait for a mail server:
	// the time would tell whether the account exists. nil: nothing is sent.
	Send func(ctx context.Context, to Person, purpose LinkPurpose, token string) error
	// HashSlots is the number of passwords hashed at once, 19 MiB each; 0 is 4.
	HashSlots int
}

// NewService makes the use cases; now is the clock.
func NewService(repo Repo, now func() time.Time, opts Options) *Service {
	if opts.HashSlots <= 0 {
		opts.HashSlots = 4
	}
	return &Service{repo: repo, now: now, opts: opts, hash: newHasher(opts.HashSlots)}
}

// errWrong is the one answer to a wrong password, an unknown account and a deactivated one.
func errWrong() error {
	return fault.New(fault.Invalid, "That address and password do not go together.")
}

// SignIn checks address and password. address is the client's network address, for the limits. NewSession follows.
func (s *Service) SignIn(ctx context.Context, email, password, address string) (Person, error) {
	email = foldEmail(email)
	k := keysOf(email, address)
	list, account, err := s.counters(ctx, k)
	if err != nil {
		return Person{}, err
	}
	if err := s.try(ctx, list...); err != nil {
		return Person{}, err
	}
	p, err := s.repo.PersonByEmail(ctx, email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Person{}, err
	}
	ok, renew, err := s.hash.verify(ctx, password, p.PasswordHash)
	if err != nil {
		return Person{}, err
	}
	if !ok || !p.Deactivated.IsZero() {
		return Person{}, errWrong()
	}
	if renew { // a sign-in at the same moment may have done it already
		if p, err = s.store(ctx, p, password); err != nil && !fault.Is(err, fault.Conflict) {
			return Person{}, err
		}
	}
	return p, s.repo.InTx(ctx, "", func(r Repo) error { return s.succeed(ctx, r, k.address, account, k.known) })
}

// store hashes a password and writes it.
func (s *Service) store(ctx context.Context, p Person, password string) (Person, error) {
	hash, err := s.hash.hash(ctx, password)
	if err != nil {
		return p, err
	}
	p.PasswordHash = hash
	if err := s.repo.UpdatePerson(ctx, p); err != nil {
		return p, err
	}
	p.RowVersion++
	return p, nil
}

// ChangePassword sets a new password for somebody who knows the old one, signs out all his other sessions and gives
// the one of token a new token.
func (s *Service) ChangePassword(ctx context.Context, person, token, old, fresh string) error {
	k := key("password", person)
	if err := s.try(ctx, counter{k, accountRule}); err != nil {
		return err
	}
	p, err := s.repo.Person(ctx, person)
	if err != nil {
		return err
	}
	ok, _, err := s.hash.verify(ctx, old, p.PasswordHash)
	if err != nil {
		return err
	}
	var bad fault.Fields
	if !ok {
		bad.Add("old", "This is not your present password.")
	}
	if m := CheckPassword(fresh, p.Email, p.Name); m != "" {
		bad.Add("new", m)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	hash, err := s.hash.hash(ctx, fresh)
	if err != nil {
		return err
	}
	return s.repo.InTx(ctx, "", func(r Repo) error {
		if err := r.SaveAttempt(ctx, Attempt{Key: k, Last: s.now(), Blocked: s.now()}); err != nil {
			return err
		}
		return s.replacePassword(ctx, r, p, hash, token)
	})
}

// replacePassword writes a password and ends what the old one opened, but for the session of a token ("" for none).
func (s *Service) replacePassword(ctx context.Context, r Repo, p Person, hash, token string) error {
	p.PasswordHash = hash
	if err := r.UpdatePerson(ctx, p); err != nil {
		return err
	}
	keep := ""
	if token != "" {
		session, _, err := r.SessionByHash(ctx, HashOf(token), s.now())
		if err != nil {
			return err
		}
		keep = session.ID
		if err := r.MarkSessions(ctx, p.ID, false, s.now()); err != nil {
			return err
		}
	}
	if _, err := r.EndSessions(ctx, p.ID, "", keep); err != nil {
		return err
	}
	return r.ConsumeLinks(ctx, p.ID, s.now())
}

// FindPerson gives the person of an e-mail address, for commands of the operator.
func (s *Service) FindPerson(ctx context.Context, email string) (Person, error) {
	return s.repo.PersonByEmail(ctx, foldEmail(email))
}

// Sweep deletes sessions, links and counters that are over. Calling it once an hour is enough.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	return s.repo.Sweep(ctx, now, now.Add(-24*time.Hour), now.Add(-knownFor))
}

// foldEmail makes addresses comparable.
func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// checkEmail notes what is wrong with an address; it must be plain, without a name around it.
func checkEmail(email string, bad *fault.Fields) {
	a, err := mail.ParseAddress(email)
	_, host, _ := strings.Cut(email, "@")
	if err != nil || a.Address != email || len(email) > 254 || host == "" {
		bad.Add("email", "Give an e-mail address such as robin@example.org.")
	}
}

// log adds one entry to an organisation's log.
func (s *Service) log(ctx context.Context, r Repo, orgID, actor, verb, kind, thing string, body any) error {
	c, err := org.NewChange(actor, verb, kind, thing, body)
	if err != nil {
		return err
	}
	return r.Append(ctx, orgID, s.now(), c)
}
