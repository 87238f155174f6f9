package auth_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
)

const (
	home     = "192.0.2.7"
	stranger = "203.0.113.9"
	good     = "three quiet herons"
)

// world is an organisation with an owner, and a clock that tests turn.
type world struct {
	*auth.Service
	t     *testing.T
	store *store.Store
	now   time.Time
	mail  map[string]string // the last link sent to an address

	owner  auth.Actor
	person auth.Person // the owner
}

// forEach runs a test in a fresh world on both databases.
func forEach(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.ForEach(t, func(t *testing.T, s *store.Store) { test(t, newWorld(t, s)) })
}

func newWorld(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := empty(t, s)
	var err error
	w.person, w.owner, err = w.found("Beans", "olive@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// empty is a world before the first set-up.
func empty(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := &world{t: t, store: s, now: storetest.Noon, mail: map[string]string{}}
	w.Service = auth.NewService(s.Auth(), func() time.Time { return w.now }, auth.Options{
		Send: func(_ context.Context, p auth.Person, _ auth.LinkPurpose, token string) error {
			w.mail[p.Email] = token
			return nil
		},
	})
	return w
}

func (w *world) found(name, email string) (auth.Person, auth.Actor, error) {
	p, o, err := w.Found(w.t.Context(), auth.SetUpInput{
		Organisation: name, Zone: "Europe/London", Currency: "GBP", Name: "Olive", Email: email, Password: good,
	})
	if err != nil {
		return p, auth.Actor{}, err
	}
	a, err := w.ActorFor(w.t.Context(), p.ID, o.ID)
	return p, a, err
}

// invite makes a member and gives his actor.
func (w *world) invite(in auth.InviteInput) (auth.Member, auth.Actor, string) {
	w.t.Helper()
	m, link, err := w.Invite(w.t.Context(), w.owner, in)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.ActorFor(w.t.Context(), m.Person, m.Org)
	if err != nil {
		w.t.Fatal(err)
	}
	return m, a, link
}

// verbs lists the verbs of the log, the oldest first, after checking the chain.
func (w *world) verbs() []string {
	w.t.Helper()
	c, err := w.store.VerifyChain(w.t.Context(), w.owner.Org)
	if err != nil || c.Broken != nil {
		w.t.Fatalf("chain = %+v, %v", c, err)
	}
	es, err := w.store.Events(w.t.Context(), w.owner.Org, store.EventQuery{Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, e := range es {
		out = append(out, e.Verb)
		for _, secret := range []string{"@", "Olive", "Robin"} {
			if strings.Contains(string(e.Body), secret) {
				w.t.Errorf("event %s holds personal data: %s", e.Verb, e.Body)
			}
		}
	}
	slices.Reverse(out)
	return out
}

// wants fails the test unless err is of a kind.
func wants(t *testing.T, what string, err error, kind fault.Kind) *fault.Fault {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind {
		t.Errorf("%s: %v, want kind %v", what, err, kind)
		return &fault.Fault{}
	}
	return f
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSignInTakesTheRightPasswordInAnyCaseOfTheAddress(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		p, err := w.SignIn(t.Context(), " Olive@Example.org ", good, home)
		if err != nil || p.ID != w.person.ID {
			t.Fatalf("person = %+v, %v", p, err)
		}
	})
}

func TestUnknownAndWrongGetTheSameAnswer(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, unknown := w.SignIn(t.Context(), "nobody@example.org", good, home)
		_, wrong := w.SignIn(t.Context(), "olive@example.org", "three quiet swans", home)
		_, none := w.SignIn(t.Context(), "", "", home)
		f := wants(t, "unknown", unknown, fault.Invalid)
		for name, err := range map[string]error{"wrong": wrong, "empty": none} {
			if g := wants(t, name, err, fault.Invalid); g.Message != f.Message {
				t.Errorf("%s says %q, unknown says %q", name, g.Message, f.Message)
			}
		}
	})
}

func TestUnknownTakesAsLongAsWrong(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	took := func(email string) time.Duration {
		begin := time.Now()
		_, _ = w.SignIn(t.Context(), email, "three quiet swans", home)
		return time.Since(begin)
	}
	_ = took("warm@example.org")
	fastest := func(email string) time.Duration { return min(took(email), took(email)) }
	known, unknown := fastest("olive@example.org"), fastest("nobody@example.org")
	if unknown < known/3 {
		t.Errorf("unknown is answered in %v, wrong in %v: no password was hashed", unknown, known)
	}
}

func TestFailuresMakeAStrangerWaitButNotForEver(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		fail := func() error {
			_, err := w.SignIn(t.Context(), "olive@example.org", "wrong wrong wrong", stranger)
			return err
		}
		for range 6 {
			wants(t, "a failure", fail(), fault.Invalid)
		}
		f := wants(t, "too soon", fail(), fault.TooMany)
		if f.RetryAfter <= 0 || f.RetryAfter > time.Second {
			t.Errorf("wait = %v, want up to a second", f.RetryAfter)
		}
		_, err := w.SignIn(t.Context(), "olive@example.org", good, stranger)
		wants(t, "the right password while blocked", err, fault.TooMany)
		w.now = w.now.Add(time.Second)
		wants(t, "after the wait", fail(), fault.Invalid)
		f = wants(t, "the second wait", fail(), fault.TooMany)
		if f.RetryAfter <= time.Second || f.RetryAfter > 2*time.Second {
			t.Errorf("second wait = %v, want two seconds", f.RetryAfter)
		}
		w.now = w.now.Add(5 * time.Minute)
		_, err = w.SignIn(t.Context(), "olive@example.org", good, stranger)
		ok(t, err)
		wants(t, "after a success the count begins anew", fail(), fault.Invalid)
	})
}

func TestAStrangerCannotLockSomebodyOutOfAKnownAddress(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, err := w.SignIn(t.Context(), "olive@example.org", good, home)
		ok(t, err)
		for range 10 {
			_, _ = w.SignIn(t.Context(), "olive@example.org", "wrong wrong wrong", stranger)
		}
		_, err = w.SignIn(t.Context(), "olive@example.org", good, stranger)
		wants(t, "the stranger", err, fault.TooMany)
		_, err = w.SignIn(t.Context(), "olive@example.org", good, home)
		ok(t, err)
	})
}

func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		var last error
		for i := range 25 {
			_, last = w.SignIn(t.Context(), string(rune('a'+i))+"@example.org", "wrong wrong wrong", stranger)
			if fault.Is(last, fault.TooMany) {
				break
			}
		}
		wants(t, "the address", last, fault.TooMany)
		_, err := w.SignIn(t.Context(), "olive@example.org", good, home)
		ok(t, err)
	})
}

func TestManyAttemptsAtOnceDoNotSlipThrough(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		tried := 0
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, err := w.SignIn(t.Context(), "olive@example.org", "wrong wrong wrong", stranger)
				if fault.Is(err, fault.Invalid) {
					mu.Lock()
					tried++
					mu.Unlock()
				} else if !fault.Is(err, fault.TooMany) {
					t.Errorf("error = %v", err)
				}
			})
		}
		all.Wait()
		if tried != 6 {
			t.Errorf("%d of 20 attempts were tried at once, want 6", tried)
		}
	})
}

func TestALinkSignsInOnceWithinFifteenMinutes(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		ok(t, w.RequestLink(t.Context(), "OLIVE@example.org", home))
		token := w.mail["olive@example.org"]
		if len(token) < 26 {
			t.Fatalf("token %q is shorter than 128 bits", token)
		}
		for range 3 { // looking does not use it
			l, err := w.PeekLink(t.Context(), token)
			if err != nil || l.Email != "olive@example.org" || l.Purpose != auth.LinkSignIn {
				t.Fatalf("link = %+v, %v", l, err)
			}
		}
		p, err := w.UseLink(t.Context(), token, home)
		if err != nil || p.ID != w.person.ID {
			t.Fatalf("person = %+v, %v", p, err)
		}
		_, err = w.UseLink(t.Context(), token, home)
		wants(t, "the second use", err, fault.NotFound)
		late, err := w.MakeLink(t.Context(), w.person.ID, auth.LinkSignIn, 0)
		ok(t, err)
		w.now = w.now.Add(15 * time.Minute)
		_, err = w.PeekLink(t.Context(), late)
		wants(t, "looking too late", err, fault.NotFound)
		_, err = w.UseLink(t.Context(), late, home)
		wants(t, "using too late", err, fault.NotFound)
	})
}

func TestOfManyUsesOfALinkAtOnceOneSucceeds(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		token, err := w.MakeLink(t.Context(), w.person.ID, auth.LinkSignIn, 0)
		ok(t, err)
		var mu sync.Mutex
		won := 0
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := w.UseLink(t.Context(), token, home); err == nil {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if won != 1 {
			t.Errorf("%d uses succeeded", won)
		}
	})
}

func TestALinkForNobodyIsAskedForWithoutATrace(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		ok(t, w.RequestLink(t.Context(), "nobody@example.org", home))
		if len(w.mail) != 0 {
			t.Errorf("mail went out: %v", w.mail)
		}
		ok(t, w.RequestLink(t.Context(), "nobody@example.org", home))
		ok(t, w.RequestLink(t.Context(), "nobody@example.org", home))
		ok(t, w.RequestLink(t.Context(), "nobody@example.org", home))
		err := w.RequestLink(t.Context(), "nobody@example.org", home)
		wants(t, "too many links", err, fault.TooMany)
	})
}

func TestASessionEndsByIdlenessAndByAge(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			shopper    bool
			idle, life time.Duration
		}{{true, 12 * time.Hour, 30 * 24 * time.Hour}, {false, 8 * time.Hour, 7 * 24 * time.Hour}} {
			begin := w.now
			token, expires, err := w.NewSession(t.Context(), w.person.ID, "Firefox\n"+strings.Repeat("x", 500), c.shopper)
			ok(t, err)
			if !expires.Equal(begin.Add(c.life)) {
				t.Errorf("expires = %v", expires)
			}
			for w.now.Before(begin.Add(c.life - c.idle)) { // used just in time, again and again
				w.now = w.now.Add(c.idle - time.Minute)
				if _, _, err := w.SessionPerson(t.Context(), token); err != nil {
					t.Fatalf("shopper %v after %v: %v", c.shopper, w.now.Sub(begin), err)
				}
			}
			w.now = begin.Add(c.life)
			_, _, err = w.SessionPerson(t.Context(), token)
			wants(t, "too old", err, fault.SignIn)
			idle, _, err := w.NewSession(t.Context(), w.person.ID, "", c.shopper)
			ok(t, err)
			w.now = w.now.Add(c.idle)
			_, _, err = w.SessionPerson(t.Context(), idle)
			wants(t, "idle", err, fault.SignIn)
		}
	})
}

func TestOwnSessionsAreListedAndEnded(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		var tokens []string
		for _, agent := range []string{"phone", "laptop", "tablet"} {
			token, _, err := w.NewSession(t.Context(), w.person.ID, agent, false)
			ok(t, err)
			tokens = append(tokens, token)
			w.now = w.now.Add(time.Second)
		}
		list, err := w.Sessions(t.Context(), w.person.ID, tokens[1])
		if err != nil || len(list) != 3 || list[0].Agent != "tablet" || !list[1].Current || list[0].Current {
			t.Fatalf("sessions = %+v, %v", list, err)
		}
		_, foreign, link := w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Shopper}})
		_ = link
		wants(t, "a stranger's session", w.EndSessionByID(t.Context(), foreign.Person, list[0].ID), fault.NotFound)
		ok(t, w.EndSessionByID(t.Context(), w.person.ID, list[0].ID))
		_, _, err = w.SessionPerson(t.Context(), tokens[2])
		wants(t, "an ended session", err, fault.SignIn)
		ok(t, w.EndSession(t.Context(), tokens[0]))
		ok(t, w.EndSession(t.Context(), tokens[0]))
		ok(t, w.EndAllSessions(t.Context(), w.person.ID))
		_, _, err = w.SessionPerson(t.Context(), tokens[1])
		wants(t, "after signing out everywhere", err, fault.SignIn)
		for _, bad := range []string{"", "x", strings.Repeat("x", 5000)} {
			_, _, err = w.SessionPerson(t.Context(), bad)
			wants(t, "no token at all", err, fault.SignIn)
		}
	})
}

func TestAChangeOfRightsGivesANewTokenAndTheShorterLimits(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		m, _, _ := w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Shopper}})
		old, _, err := w.NewSession(t.Context(), m.Person, "phone", true)
		ok(t, err)
		if s, _, _ := w.SessionPerson(t.Context(), old); s.Renew {
			t.Error("a fresh session wants a new token")
		}
		_, err = w.ChangeMember(t.Context(), w.owner, m.ID, auth.ChangeInput{Alias: m.Alias, Roles: []auth.Role{auth.Editor}, Version: 1})
		ok(t, err)
		a, err := w.ActorFor(t.Context(), m.Person, m.Org)
		if err != nil || a.Has(auth.Shopper) || !a.May(auth.ReportReview) {
			t.Fatalf("the change does not hold at once: %+v, %v", a, err)
		}
		s, _, err := w.SessionPerson(t.Context(), old)
		if err != nil || !s.Renew || s.Expires.Sub(w.now) > 7*24*time.Hour {
			t.Fatalf("session = %+v, %v", s, err)
		}
		fresh, _, err := w.RenewSession(t.Context(), old)
		if err != nil || fresh == old || fresh == "" {
			t.Fatalf("renewed token = %q, %v", fresh, err)
		}
		late, _, err := w.RenewSession(t.Context(), old)
		if err != nil || late != "" {
			t.Errorf("the old token was renewed twice: %q, %v", late, err)
		}
		if _, _, err = w.SessionPerson(t.Context(), old); err != nil {
			t.Errorf("a request under way: %v", err)
		}
		w.now = w.now.Add(31 * time.Second)
		_, _, err = w.SessionPerson(t.Context(), old)
		wants(t, "the old token later", err, fault.SignIn)
		if s, _, err = w.SessionPerson(t.Context(), fresh); err != nil || s.Renew {
			t.Errorf("session = %+v, %v", s, err)
		}
	})
}

func TestAChangeInOneOrganisationNeverLoosensSessions(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, other, err := w.found("Books", "bea@example.org")
		ok(t, err)
		m, _, err := w.Invite(t.Context(), other, auth.InviteInput{Email: "olive@example.org", Name: "Olive", Roles: []auth.Role{auth.Editor}})
		ok(t, err)
		token, _, err := w.NewSession(t.Context(), w.person.ID, "laptop", false)
		ok(t, err)
		_, err = w.ChangeMember(t.Context(), other, m.ID, auth.ChangeInput{Alias: "Wren", Roles: []auth.Role{auth.Shopper}, Version: 1})
		ok(t, err)
		s, _, err := w.SessionPerson(t.Context(), token)
		if err != nil || s.ShopperOnly || s.Expires.Sub(w.now) > 7*24*time.Hour {
			t.Errorf("session = %+v, %v", s, err)
		}
	})
}

func TestChangingThePasswordEndsOtherSessionsAndLinks(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		mine, _, err := w.NewSession(t.Context(), w.person.ID, "laptop", false)
		ok(t, err)
		lost, _, err := w.NewSession(t.Context(), w.person.ID, "lost phone", false)
		ok(t, err)
		link, err := w.MakeLink(t.Context(), w.person.ID, auth.LinkSignIn, 0)
		ok(t, err)
		err = w.ChangePassword(t.Context(), w.person.ID, mine, "not the password", "short")
		f := wants(t, "wrong old and bad new", err, fault.Invalid)
		if len(f.Fields) != 2 || f.Fields[0].Name != "old" || f.Fields[1].Name != "new" {
			t.Errorf("fields = %+v", f.Fields)
		}
		ok(t, w.ChangePassword(t.Context(), w.person.ID, mine, good, "four loud herons"))
		s, _, err := w.SessionPerson(t.Context(), mine)
		if err != nil || !s.Renew {
			t.Errorf("own session = %+v, %v, want it alive with a new token due", s, err)
		}
		_, _, err = w.SessionPerson(t.Context(), lost)
		wants(t, "the lost phone", err, fault.SignIn)
		_, err = w.UseLink(t.Context(), link, home)
		wants(t, "a link from before", err, fault.NotFound)
		_, err = w.SignIn(t.Context(), "olive@example.org", good, home)
		wants(t, "the old password", err, fault.Invalid)
		_, err = w.SignIn(t.Context(), "olive@example.org", "four loud herons", home)
		ok(t, err)
	})
}

func TestAPasswordLinkSetsThePasswordOnce(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		link, err := w.MakeLink(t.Context(), w.person.ID, auth.LinkPassword, 0)
		ok(t, err)
		session, _, err := w.NewSession(t.Context(), w.person.ID, "", false)
		ok(t, err)
		_, err = w.SetPassword(t.Context(), link, home, "password1234")
		if f := wants(t, "a common one", err, fault.Invalid); f.Fields[0].Name != "password" {
			t.Errorf("fields = %+v", f.Fields)
		}
		p, err := w.SetPassword(t.Context(), link, home, "four loud herons")
		if err != nil || p.ID != w.person.ID {
			t.Fatalf("person = %+v, %v", p, err)
		}
		_, err = w.SetPassword(t.Context(), link, home, "five loud herons")
		wants(t, "again", err, fault.NotFound)
		_, _, err = w.SessionPerson(t.Context(), session)
		wants(t, "a session from before", err, fault.SignIn)
		_, err = w.SignIn(t.Context(), "olive@example.org", "four loud herons", home)
		ok(t, err)
	})
}

var beans = auth.SetUpInput{
	Organisation: "Beans", Zone: "Europe/London", Currency: "gbp", Name: "Olive", Email: "Olive@example.org", Password: good,
}

func TestTheFirstStartGivesALinkThatMakesTheOwner(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := empty(t, s)
		first, needed, err := w.FirstSetup(t.Context())
		if err != nil || !needed {
			t.Fatalf("needed %v, %v", needed, err)
		}
		second, _, err := w.FirstSetup(t.Context())
		ok(t, err)
		_, err = w.SetUp(t.Context(), first, auth.SetUpInput{Zone: "Mars/Base", Email: "olive", Password: "short"})
		f := wants(t, "wrong input", err, fault.Invalid)
		var names []string
		for _, x := range f.Fields {
			names = append(names, x.Name)
		}
		if strings.Join(names, " ") != "organisation zone currency name email password" {
			t.Errorf("wrong fields = %v", names)
		}
		_, err = w.UseLink(t.Context(), first, home)
		wants(t, "signing in with it", err, fault.NotFound)
		p, err := w.SetUp(t.Context(), first, beans)
		ok(t, err)
		ms, err := w.Memberships(t.Context(), p.ID)
		if err != nil || len(ms) != 1 || ms[0].OrgName != "Beans" || ms[0].Roles[0] != auth.Owner {
			t.Fatalf("memberships = %+v, %v", ms, err)
		}
		if w.owner, err = w.ActorFor(t.Context(), p.ID, ms[0].Org); err != nil || !w.owner.May(auth.StandardsEdit) {
			t.Fatalf("actor = %+v, %v", w.owner, err)
		}
		for _, token := range []string{first, second} {
			_, err = w.SetUp(t.Context(), token, beans)
			wants(t, "a second set-up", err, fault.NotFound)
		}
		if _, needed, _ = w.FirstSetup(t.Context()); needed {
			t.Error("a set-up link is offered although there is an owner")
		}
		if got := w.verbs(); strings.Join(got, " ") != "organisation.founded member.invited" {
			t.Errorf("log = %v", got)
		}
		_, err = w.SignIn(t.Context(), "olive@example.org", good, home)
		ok(t, err)
	})
}

func TestOfTwoSetUpsAtOnceOneSucceeds(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := empty(t, s)
		errs := make(chan error, 4)
		for i := range 4 {
			token, _, err := w.FirstSetup(t.Context())
			ok(t, err)
			in := beans
			in.Email = string(rune('a'+i)) + "@example.org"
			go func() {
				_, err := w.SetUp(t.Context(), token, in)
				errs <- err
			}()
		}
		won := 0
		for range 4 {
			if <-errs == nil {
				won++
			}
		}
		orgs, err := s.Organisations(t.Context())
		if won > 1 || err != nil || len(orgs) != won {
			t.Errorf("%d set-ups succeeded, organisations = %v, %v", won, orgs, err)
		}
	})
}

func TestAnInvitationLetsANewPersonInAndSetAPassword(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		m, a, link := w.invite(auth.InviteInput{Email: "Robin@example.org", Name: " Robin ", Roles: []auth.Role{auth.Shopper, auth.Shopper}})
		if m.Alias == "" || strings.Contains(m.Alias, "Robin") || len(m.Roles) != 1 || !m.Active {
			t.Errorf("member = %+v", m)
		}
		if w.mail["robin@example.org"] != link || link == "" {
			t.Errorf("the link sent is %q, the one given back %q", w.mail["robin@example.org"], link)
		}
		l, err := w.PeekLink(t.Context(), link)
		if err != nil || l.Purpose != auth.LinkInvite || l.Name != "Robin" {
			t.Errorf("link = %+v, %v", l, err)
		}
		_, err = w.SetPassword(t.Context(), link, home, "four loud herons")
		ok(t, err)
		_, err = w.SignIn(t.Context(), "robin@example.org", "four loud herons", home)
		ok(t, err)
		if a.Alias != m.Alias || a.Member != m.ID || !a.May(auth.VisitDo) || a.May(auth.PeopleRead) {
			t.Errorf("actor = %+v", a)
		}
		_, _, err = w.InviteAgain(t.Context(), w.owner, m.ID)
		wants(t, "a link for somebody with a password", err, fault.Conflict)
	})
}

func TestSomebodyWhoIsKnownJoinsHimselfAndIsNobodyUntilThen(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, other, err := w.found("Books", "bea@example.org")
		ok(t, err)
		fresh, _, link := w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Shopper}})
		if link == "" {
			t.Fatal("no link for a new person")
		}
		m, token, err := w.Invite(t.Context(), other, auth.InviteInput{Email: "robin@example.org", Name: "R.", Roles: []auth.Role{auth.Shopper}})
		if err != nil || !m.Joining() || m.Active || m.Person != fresh.Person || w.mail["robin@example.org"] != token {
			t.Fatalf("member = %+v, link %q, %v", m, token, err)
		}
		_, err = w.PeekLink(t.Context(), token)
		wants(t, "signing in with a link to join", err, fault.NotFound)
		_, err = w.ActorFor(t.Context(), m.Person, other.Org)
		wants(t, "acting before joining", err, fault.NotFound)
		_, err = w.Activate(t.Context(), other, m.ID, m.RowVersion)
		wants(t, "an owner who lets him in himself", err, fault.Conflict)
		_, err = w.Join(t.Context(), w.person.ID, token)
		wants(t, "somebody else with the link", err, fault.NotFound)
		_, err = w.Join(t.Context(), m.Person, token[:len(token)-1]+"~")
		wants(t, "a guess", err, fault.NotFound)
		_, err = w.Join(t.Context(), m.Person, token)
		ok(t, err)
		_, err = w.Join(t.Context(), m.Person, token)
		wants(t, "joining twice", err, fault.NotFound)
		ms, err := w.Memberships(t.Context(), m.Person)
		if err != nil || len(ms) != 2 || ms[0].Alias == ms[1].Alias {
			t.Errorf("memberships = %+v, %v, want two under different aliases", ms, err)
		}
	})
}

func TestAnInvitationToJoinEndsByTimeByANewOneAndByBeingTakenBack(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, other, err := w.found("Books", "bea@example.org")
		ok(t, err)
		m, first, err := w.Invite(t.Context(), other, auth.InviteInput{Email: "olive@example.org", Name: "O.", Roles: []auth.Role{auth.Editor}})
		ok(t, err)
		m, second, err := w.InviteAgain(t.Context(), other, m.ID)
		ok(t, err)
		_, err = w.PeekJoin(t.Context(), w.person.ID, first)
		wants(t, "the link before the last", err, fault.NotFound)
		at, err := w.PeekJoin(t.Context(), w.person.ID, second)
		if err != nil || at.OrgName != "Books" {
			t.Errorf("the link leads to %q, %v", at.OrgName, err)
		}
		w.now = w.now.Add(auth.JoinLife)
		_, err = w.Join(t.Context(), w.person.ID, second)
		wants(t, "a link of last week", err, fault.NotFound)
		_, third, err := w.InviteAgain(t.Context(), other, m.ID)
		ok(t, err)
		_, err = w.Deactivate(t.Context(), other, m.ID, m.RowVersion+1)
		ok(t, err)
		_, err = w.Join(t.Context(), w.person.ID, third)
		wants(t, "a link that was taken back", err, fault.NotFound)
		for _, bad := range []string{"", ".", "x.y", other.Org, other.Org + "."} {
			_, err = w.Join(t.Context(), w.person.ID, bad)
			wants(t, bad, err, fault.NotFound)
		}
	})
}

func TestWhatIsWrongWithAnInvitationIsSaidPerField(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Alias: "Teal Wren", Roles: []auth.Role{auth.Shopper}})
		unknown := "01970000-0000-7000-8000-000000000000"
		for _, c := range []struct {
			in   auth.InviteInput
			want string
		}{
			{auth.InviteInput{}, "email name roles"},
			{auth.InviteInput{Email: "Robin <r@example.org>", Name: "a\x00b", Roles: []auth.Role{"king"}}, "email name roles"},
			{auth.InviteInput{Email: "a@example.org", Name: "A", Roles: []auth.Role{auth.Shopper}, Alias: "teal WREN"}, "alias"},
			{auth.InviteInput{Email: "a@example.org", Name: "A", Roles: []auth.Role{auth.Shopper}, Alias: strings.Repeat("x", 41)}, "alias"},
			{auth.InviteInput{Email: "a@example.org", Name: "A", Roles: []auth.Role{auth.RegionalManager, auth.BranchManager}}, "regions branches"},
			{auth.InviteInput{Email: "a@example.org", Name: "A", Roles: []auth.Role{auth.Editor}, Regions: []string{unknown}, Branches: []string{unknown}}, "regions branches regions branches"},
			{auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Shopper}}, "email"},
		} {
			_, _, err := w.Invite(t.Context(), w.owner, c.in)
			f := wants(t, c.want, err, fault.Invalid)
			var names []string
			for _, x := range f.Fields {
				names = append(names, x.Name)
			}
			slices.Sort(names)
			want := strings.Fields(c.want)
			slices.Sort(want)
			if !slices.Equal(slices.Compact(names), slices.Compact(want)) {
				t.Errorf("%+v: wrong fields %v, want %v", c.in, names, want)
			}
		}
	})
}

func TestAManagerReachesAllRegionsBelowHisOwn(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		branches := org.NewService(w.store.Org(), func() time.Time { return w.now })
		region := func(name, parent string) string {
			r, err := branches.CreateRegion(t.Context(), w.owner, org.Region{Name: name, Parent: parent})
			ok(t, err)
			return r.ID
		}
		north := region("North", "")
		leeds := region("Leeds", north)
		centre := region("Centre", leeds)
		south := region("South", "")
		_, a, _ := w.invite(auth.InviteInput{Email: "m@example.org", Name: "M", Roles: []auth.Role{auth.RegionalManager}, Regions: []string{north}})
		want := []string{north, leeds, centre}
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(a.Regions)); !slices.Equal(got, want) || slices.Contains(got, south) {
			t.Errorf("regions = %v, want %v", got, want)
		}
		m, err := w.Member(t.Context(), w.owner, a.Member)
		if err != nil || len(m.Regions) != 1 {
			t.Errorf("the member keeps the regions as given: %+v, %v", m, err)
		}
	})
}

func TestTheLastActiveOwnerStays(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		lower := auth.ChangeInput{Alias: "Wren", Roles: []auth.Role{auth.Editor}, Version: 1}
		_, err := w.ChangeMember(t.Context(), w.owner, w.owner.Member, lower)
		wants(t, "taking the role away", err, fault.Conflict)
		_, err = w.Deactivate(t.Context(), w.owner, w.owner.Member, 1)
		wants(t, "deactivating", err, fault.Conflict)
		second, _, _ := w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Owner}})
		m, err := w.Deactivate(t.Context(), w.owner, second.ID, 1)
		ok(t, err)
		_, err = w.Deactivate(t.Context(), w.owner, w.owner.Member, 1)
		wants(t, "the other owner being deactivated", err, fault.Conflict)
		_, err = w.Activate(t.Context(), w.owner, second.ID, m.RowVersion)
		ok(t, err)
		_, err = w.ChangeMember(t.Context(), w.owner, w.owner.Member, lower)
		ok(t, err)
	})
}

func TestTwoOwnersWhoRemoveEachOtherAtOnceLeaveOne(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		second, other, _ := w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Owner}})
		errs := make(chan error, 2)
		go func() {
			_, err := w.Deactivate(t.Context(), w.owner, second.ID, 1)
			errs <- err
		}()
		go func() {
			_, err := w.Deactivate(t.Context(), other, w.owner.Member, 1)
			errs <- err
		}()
		failed := 0
		for range 2 {
			if err := <-errs; err != nil {
				wants(t, "the second", err, fault.Conflict)
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d of 2 were refused, want 1", failed)
		}
	})
}

func TestADeactivatedMemberIsOutAtOnce(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		m, _, _ := w.invite(auth.InviteInput{Email: "robin@example.org", Name: "Robin", Roles: []auth.Role{auth.Shopper}})
		token, _, err := w.NewSession(t.Context(), m.Person, "", true)
		ok(t, err)
		m, err = w.Deactivate(t.Context(), w.owner, m.ID, m.RowVersion)
		ok(t, err)
		_, _, err = w.SessionPerson(t.Context(), token)
		wants(t, "the session", err, fault.SignIn)
		_, err = w.ActorFor(t.Context(), m.Person, m.Org)
		wants(t, "the actor", err, fault.NotFound)
		_, err = w.Deactivate(t.Context(), w.owner, m.ID, 1)
		wants(t, "an old version", err, fault.Conflict)
		want := "organisation.founded member.invited member.invited member.deactivated"
		if got := strings.Join(w.verbs(), " "); got != want {
			t.Errorf("log = %s, want %s", got, want)
		}
	})
}

func TestMembersAreListedByNamePageByPage(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		for _, name := range []string{"Zoe", "adam", "Bob", "bob", "Carol"} {
			w.invite(auth.InviteInput{Email: name + "1@example.org", Name: name, Roles: []auth.Role{auth.Shopper}})
			if name == "Bob" { // two of one name, so that the id decides
				w.invite(auth.InviteInput{Email: "bob2@example.org", Name: "Bob", Roles: []auth.Role{auth.Editor}})
				break
			}
		}
		w.invite(auth.InviteInput{Email: "c@example.org", Name: "Carol", Roles: []auth.Role{auth.Shopper}})
		var names []string
		q := auth.MemberQuery{Limit: 2}
		for range 10 {
			page, err := w.Members(t.Context(), w.owner, q)
			ok(t, err)
			for _, m := range page.Members {
				names = append(names, m.Name)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if got := strings.Join(names, " "); got != "adam Bob Bob Carol Olive Zoe" {
			t.Errorf("names = %s", got)
		}
		w.invite(auth.InviteInput{Email: "a@example.org", Name: "Änne", Roles: []auth.Role{auth.Shopper}})
		all, err := w.Members(t.Context(), w.owner, auth.MemberQuery{})
		ok(t, err)
		if got := all.Members; len(got) != 7 || got[0].Name != "adam" || got[1].Name != "Änne" || got[6].Name != "Zoe" {
			t.Errorf("all on one page: %+v", got)
		}
		page, err := w.Members(t.Context(), w.owner, auth.MemberQuery{Role: auth.Editor})
		if err != nil || len(page.Members) != 1 || page.Members[0].Email != "bob2@example.org" {
			t.Errorf("editors = %+v, %v", page, err)
		}
		page, err = w.Members(t.Context(), w.owner, auth.MemberQuery{Text: "B_B"})
		if err != nil || len(page.Members) != 0 {
			t.Errorf("“B_B” as text finds %+v, %v", page, err)
		}
	})
}

func TestRolesDecideWhoManagesPeopleAndTokens(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		m, shopper, _ := w.invite(auth.InviteInput{Email: "s@example.org", Name: "S", Roles: []auth.Role{auth.Shopper}})
		_, scheduler, _ := w.invite(auth.InviteInput{Email: "p@example.org", Name: "P", Roles: []auth.Role{auth.Scheduler}})
		_, stranger, err := w.found("Books", "bea@example.org")
		ok(t, err)
		for name, c := range map[string]struct {
			a         auth.Actor
			read, set fault.Kind
		}{
			"shopper":       {shopper, fault.Forbidden, fault.Forbidden},
			"scheduler":     {scheduler, fault.Internal, fault.Forbidden},
			"another owner": {stranger, fault.NotFound, fault.NotFound},
			"nobody":        {auth.Actor{}, fault.NotFound, fault.NotFound},
		} {
			_, err := w.Member(t.Context(), c.a, m.ID)
			if fault.KindOf(err) != c.read || (c.read == fault.Internal) != (err == nil) {
				t.Errorf("%s reads a member: %v", name, err)
			}
			_, err = w.Deactivate(t.Context(), c.a, m.ID, 1)
			wants(t, name+" deactivates", err, c.set)
			wants(t, name+" revokes", w.RevokeToken(t.Context(), c.a, m.ID), c.set)
		}
	})
}

func TestATokenLetsAProgramInUntilItIsRevoked(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, _, err := w.CreateToken(t.Context(), w.owner, " ", []auth.Scope{"everything"})
		if f := wants(t, "bad input", err, fault.Invalid); len(f.Fields) != 2 {
			t.Errorf("fields = %+v", f.Fields)
		}
		k, secret, err := w.CreateToken(t.Context(), w.owner, "till", []auth.Scope{auth.ScopeVisits, auth.ScopeRead})
		if err != nil || !strings.HasPrefix(secret, "pc_") || len(secret) < 3+52 {
			t.Fatalf("token = %+v, %q, %v", k, secret, err)
		}
		a, err := w.TokenActor(t.Context(), secret)
		if err != nil || a.Org != w.owner.Org || a.Member != k.ID || !a.Program || !a.May(auth.VisitPlan) || a.May(auth.ReportReview) {
			t.Fatalf("actor = %+v, %v", a, err)
		}
		used := func() time.Time {
			all, err := w.Tokens(t.Context(), w.owner)
			if err != nil || len(all) != 1 {
				t.Fatalf("tokens = %+v, %v", all, err)
			}
			return all[0].LastUsed
		}
		first := used()
		w.now = w.now.Add(59 * time.Second)
		_, err = w.TokenActor(t.Context(), secret)
		ok(t, err)
		if !used().Equal(first) {
			t.Error("the last use is written more than once a minute")
		}
		w.now = w.now.Add(time.Second)
		_, err = w.TokenActor(t.Context(), secret)
		ok(t, err)
		if !used().Equal(w.now) {
			t.Errorf("last used = %v, want %v", used(), w.now)
		}
		for _, wrong := range []string{"", "pc_", secret[3:], secret + "x", "pc_" + strings.Repeat("a", 52)} {
			_, err = w.TokenActor(t.Context(), wrong)
			wants(t, "the token "+wrong, err, fault.SignIn)
		}
		ok(t, w.RevokeToken(t.Context(), w.owner, k.ID))
		ok(t, w.RevokeToken(t.Context(), w.owner, k.ID))
		_, err = w.TokenActor(t.Context(), secret)
		wants(t, "a revoked token", err, fault.SignIn)
		want := "organisation.founded member.invited token.created token.revoked"
		if got := strings.Join(w.verbs(), " "); got != want {
			t.Errorf("log = %s, want %s", got, want)
		}
	})
}

func TestSweepingTakesOnlyWhatIsOver(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		token, _, err := w.NewSession(t.Context(), w.person.ID, "", false)
		ok(t, err)
		link, err := w.MakeLink(t.Context(), w.person.ID, auth.LinkSignIn, 100*24*time.Hour)
		ok(t, err)
		ok(t, w.Sweep(t.Context()))
		_, _, err = w.SessionPerson(t.Context(), token)
		ok(t, err)
		w.now = w.now.Add(8 * 24 * time.Hour)
		ok(t, w.Sweep(t.Context()))
		if list, err := w.Sessions(t.Context(), w.person.ID, ""); err != nil || len(list) != 0 {
			t.Errorf("sessions = %v, %v", list, err)
		}
		_, err = w.PeekLink(t.Context(), link)
		ok(t, err)
	})
}
