package auth

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"plainclothes/internal/fault"
)

// rule says how soon and how long somebody must wait after failures.
type rule struct {
	free int           // failures before the first wait
	most time.Duration // the longest wait: never for ever
}

// The rules. Each further failure doubles the wait, beginning with a second; a day without failures forgets them.
//
// A stranger who keeps failing on somebody's account keeps other strangers waiting, and must not keep the person
// himself waiting: an address from which the account was signed in to before has a counter of its own.
var (
	accountRule = rule{free: 5, most: 5 * time.Minute}
	addressRule = rule{free: 20, most: 15 * time.Minute}
	linkRule    = rule{free: 3, most: 15 * time.Minute}
)

const (
	forgetAfter = 24 * time.Hour      // failures
	knownFor    = 90 * 24 * time.Hour // an address from which the person signed in
)

// counted gives the counter after one more failure at a time.
func (a Attempt) counted(r rule, now time.Time) Attempt {
	if now.Sub(a.Last) > forgetAfter {
		a.Failures = 0
	}
	a.Failures++
	a.Last, a.Blocked = now, now
	if over := a.Failures - r.free; over > 0 {
		a.Blocked = now.Add(min(r.most, time.Second<<min(over-1, 20)))
	}
	return a
}

// forgiven gives the counter after a success that had been counted as a failure beforehand.
func (a Attempt) forgiven(now time.Time) Attempt {
	a.Failures = max(0, a.Failures-1)
	a.Last, a.Blocked = now, now
	return a
}

// counter is a key with its rule.
type counter struct {
	key string
	rule
}

// key names a counter. It is a hash: neither addresses nor accounts stand in the table.
func key(kind string, parts ...string) string {
	return HashOf(strings.Join(append([]string{kind}, parts...), "\x00"))
}

// try counts an attempt under every counter before it is made, so that many at once cannot slip through. It is refused
// while one of the counters is blocked, and then counts under none.
func (s *Service) try(ctx context.Context, counters ...counter) error {
	return s.repo.InTx(ctx, "", func(r Repo) error {
		now := s.now()
		for _, c := range counters {
			a, err := r.Attempt(ctx, c.key)
			if err != nil {
				return err
			}
			if wait := a.Blocked.Sub(now); wait > 0 {
				return fault.Retry(fault.TooMany, "There were too many attempts. Wait a little, then try again.", wait)
			}
			if err := r.SaveAttempt(ctx, a.counted(c.rule, now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// succeed takes back what try counted: all failures of the account, one of the address, which others share.
func (s *Service) succeed(ctx context.Context, r Repo, address string, accounts ...string) error {
	now := s.now()
	a, err := r.Attempt(ctx, address)
	if err != nil {
		return err
	}
	if err := r.SaveAttempt(ctx, a.forgiven(now)); err != nil {
		return err
	}
	for _, k := range accounts {
		if err := r.SaveAttempt(ctx, Attempt{Key: k, Last: now, Blocked: now}); err != nil {
			return err
		}
	}
	return nil
}

// signInKeys are the counters of one sign-in.
type signInKeys struct {
	address, account, pair, known string
}

func keysOf(email, address string) signInKeys {
	network := networkOf(address)
	return signInKeys{
		address: key("address", network), account: key("account", email),
		pair: key("pair", email, network), known: key("known", email, network),
	}
}

// counters chooses the counter of the account, or that of the pair where the person signed in from this address before.
func (s *Service) counters(ctx context.Context, k signInKeys) (list []counter, account string, err error) {
	last, err := s.repo.LastAttempt(ctx, k.known)
	if err != nil {
		return nil, "", err
	}
	account = k.account
	if s.now().Sub(last) < knownFor {
		account = k.pair
	}
	return []counter{{k.address, addressRule}, {account, accountRule}}, account, nil
}

// networkOf is what counts as one address: an IPv6 customer has a whole /64 of them.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap()
	if ip.Is4() {
		return ip.String()
	}
	p, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
