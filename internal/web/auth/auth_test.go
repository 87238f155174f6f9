package authweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	authweb "plainclothes/internal/web/auth"
	"plainclothes/internal/web/kit"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const rightPassword = "three odd words"

// service is a fake of auth.Service. err, when set, is what SignIn, RequestLink, UseLink, ChangePassword and SetUp say.
type service struct {
	reminders
	languages
	people   map[string]auth.Person // by e-mail
	members  map[string][]auth.Membership
	sessions map[string]string // token → person
	links    map[string]string // token → e-mail
	asked    []string          // addresses that a link was asked for
	made     []made
	setUp    auth.SetUpInput

	joined    []string // persons
	passwords []string // set by a link or in the account
	err       error
	broken    error // what SessionPerson says
}

type made struct {
	person, agent string
	shopperOnly   bool
}

func (s *service) SignIn(_ context.Context, email, password, _ string) (auth.Person, error) {
	if s.err != nil {
		return auth.Person{}, s.err
	}
	p, ok := s.people[email]
	if !ok {
		return auth.Person{}, fault.New(fault.NotFound, "unknown address")
	}
	if password != rightPassword {
		return auth.Person{}, fault.New(fault.Invalid, "wrong password")
	}
	return p, nil
}

func (s *service) RequestLink(_ context.Context, email, _ string) error {
	s.asked = append(s.asked, email)
	return s.err
}

func (s *service) UseLink(_ context.Context, token, _ string) (auth.Person, error) {
	if s.err != nil {
		return auth.Person{}, s.err
	}
	email, ok := s.links[token]
	if !ok {
		return auth.Person{}, fault.Missing("link")
	}
	delete(s.links, token)
	return s.people[email], nil
}

func (s *service) PeekLink(_ context.Context, token string) (auth.Link, error) {
	if token == "first" {
		return auth.Link{Purpose: auth.LinkSetUp}, nil
	}
	email, ok := s.links[token]
	if !ok {
		return auth.Link{}, fault.Missing("link")
	}
	purpose := map[string]auth.LinkPurpose{"invited": auth.LinkInvite, "reset": auth.LinkPassword}[token]
	if purpose == "" {
		purpose = auth.LinkSignIn
	}
	return auth.Link{Purpose: purpose, Email: email, Name: s.people[email].Name}, nil
}

func (s *service) SetPassword(ctx context.Context, token, address, password string) (auth.Person, error) {
	if len(password) < 10 {
		var bad fault.Fields
		bad.Add("password", "Use at least 10 characters.")
		return auth.Person{}, bad.Err()
	}
	s.passwords = append(s.passwords, password)
	return s.UseLink(ctx, token, address)
}

func (s *service) RenewSession(context.Context, string) (fresh string, expires time.Time, err error) {
	return "", time.Time{}, nil
}

func (s *service) Memberships(_ context.Context, person string) ([]auth.Membership, error) {
	return s.members[person], nil
}

func (s *service) ActorFor(_ context.Context, person, org string) (auth.Actor, error) {
	for _, m := range s.members[person] {
		if m.Org == org {
			return auth.Actor{Person: person, Org: org, Member: m.ID, Roles: m.Roles}, nil
		}
	}
	return auth.Actor{}, fault.Missing("membership")
}

func (s *service) NewSession(_ context.Context, person, agent string, shopperOnly bool) (token string, expires time.Time, err error) {
	s.made = append(s.made, made{person, agent, shopperOnly})
	token = "new-" + person
	s.sessions[token] = person
	return token, noon.Add(time.Hour), nil
}

func (s *service) SessionPerson(_ context.Context, token string) (auth.Session, auth.Person, error) {
	if s.broken != nil {
		return auth.Session{}, auth.Person{}, s.broken
	}
	id, ok := s.sessions[token]
	for _, p := range s.people {
		if ok && p.ID == id {
			return auth.Session{ID: "id-" + token, Person: id}, p, nil
		}
	}
	return auth.Session{}, auth.Person{}, fault.Missing("session")
}

func (s *service) EndSession(_ context.Context, token string) error {
	if _, ok := s.sessions[token]; !ok {
		return fault.Missing("session")
	}
	delete(s.sessions, token)
	return nil
}

func (s *service) Sessions(_ context.Context, person, token string) ([]auth.Session, error) {
	return []auth.Session{
		{ID: "id-" + token, Person: person, Agent: "Firefox on Mac", Current: true, Created: noon, LastSeen: noon},
		{ID: "other", Person: person, Agent: "Chrome on Android", Created: noon.Add(-48 * time.Hour), LastSeen: noon.Add(-3 * time.Hour)},
	}, nil
}

func (s *service) EndSessionByID(_ context.Context, person, id string) error {
	if id != "other" || person != "olga" {
		return fault.Missing("session")
	}
	return nil
}

func (s *service) EndAllSessions(_ context.Context, person string) error {
	for token, p := range s.sessions {
		if p == person {
			delete(s.sessions, token)
		}
	}
	return nil
}

func (s *service) ChangePassword(_ context.Context, person, token, old, fresh string) error {
	if s.err != nil {
		return s.err
	}
	if old != rightPassword {
		var bad fault.Fields
		bad.Add("old", "This is not your present password.")
		return bad.Err()
	}
	s.passwords = append(s.passwords, fresh)
	for t, p := range s.sessions {
		if p == person && t != token {
			delete(s.sessions, t)
		}
	}
	return nil
}

func (s *service) PeekJoin(_ context.Context, person, token string) (auth.Membership, error) {
	if token != "invited" {
		return auth.Membership{}, fault.New(fault.NotFound, "This invitation is no longer good.")
	}
	return auth.Membership{Member: auth.Member{Org: "books", Person: person, Roles: []auth.Role{auth.Editor}}, OrgName: "Books & Sons"}, nil
}

func (s *service) Join(ctx context.Context, person, token string) (auth.Membership, error) {
	s.joined = append(s.joined, person)
	return s.PeekJoin(ctx, person, token)
}

func (s *service) SetUp(_ context.Context, token string, in auth.SetUpInput) (auth.Person, error) {
	if s.err != nil {
		return auth.Person{}, s.err
	}
	if token != "first" {
		return auth.Person{}, fault.Missing("link")
	}
	s.setUp = in
	p := auth.Person{ID: "olga", Email: in.Email, Name: in.Name, PasswordHash: "x"}
	s.people[in.Email] = p
	return p, nil
}

func member(org, person string, roles ...auth.Role) auth.Membership {
	return auth.Membership{Member: auth.Member{Org: org, ID: org + "-" + person, Person: person, Roles: roles, Active: true}, OrgName: "House " + org}
}

func newService() *service {
	return &service{
		people: map[string]auth.Person{
			"olga@example.com": {ID: "olga", Name: "Olga Owner", Email: "olga@example.com", PasswordHash: "x"},
			"sam@example.com":  {ID: "sam", Name: "Sam", Email: "sam@example.com"},
		},
		members: map[string][]auth.Membership{
			"olga": {member("a", "olga", auth.Owner), member("b", "olga", auth.Editor, auth.Shopper)},
			"sam":  {member("a", "sam", auth.Shopper)},
		},
		sessions: map[string]string{"o": "olga", "s": "sam"},
		links:    map[string]string{"once": "sam@example.com", "invited": "sam@example.com", "reset": "olga@example.com"},
	}
}

type rig struct {
	*service
	handler http.Handler
}

func newRig(t *testing.T, mails bool) *rig {
	t.Helper()
	svc := newService()
	site, err := kit.New(kit.Options{BaseURL: "http://localhost:8080", Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler), Sessions: svc})
	if err != nil {
		t.Fatal(err)
	}
	site.Add(authweb.New(svc, mails).Routes()...)
	return &rig{svc, site.Echo()}
}

func (r *rig) get(path, token string) *httptest.ResponseRecorder {
	return r.do(http.MethodGet, path, token, nil)
}

func (r *rig) post(path, token string, v url.Values) *httptest.ResponseRecorder {
	return r.do(http.MethodPost, path, token, strings.NewReader(v.Encode()))
}

func (r *rig) do(method, path, token string, body io.Reader) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, body)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36")
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "plainclothes", Value: token})
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return w
}

// session gives the session cookie that an answer sets, nil for none.
func session(w *httptest.ResponseRecorder) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == "plainclothes" {
			return c
		}
	}
	return nil
}

func wantRedirect(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Fatalf("status %d to %q, want 303 to %q\n%s", w.Code, w.Header().Get("Location"), to, w.Body)
	}
}

func TestSigningInSetsANewSessionAndLeadsWhereThePersonWanted(t *testing.T) {
	r := newRig(t, true)
	w := r.post("/sign-in", "", url.Values{"email": {" olga@example.com "}, "password": {rightPassword}, "next": {"/compare?wave=3"}})
	wantRedirect(t, w, "/compare?wave=3")
	c := session(w)
	if c == nil || c.Value != "new-olga" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 3600 {
		t.Fatalf("cookie %v", c)
	}
	if want := (made{"olga", "Chrome on Android", false}); len(r.made) != 1 || r.made[0] != want {
		t.Fatalf("made %v, want %v", r.made, want)
	}
}

func TestAShopperEverywhereGetsTheLongSession(t *testing.T) {
	r := newRig(t, true)
	wantRedirect(t, r.post("/sign-in", "", url.Values{"email": {"sam@example.com"}, "password": {rightPassword}}), "/")
	if len(r.made) != 1 || !r.made[0].shopperOnly {
		t.Fatalf("made %v", r.made)
	}
}

func TestSigningInAgainEndsTheOldSession(t *testing.T) {
	r := newRig(t, true)
	r.post("/sign-in", "s", url.Values{"email": {"olga@example.com"}, "password": {rightPassword}})
	if _, ok := r.sessions["s"]; ok {
		t.Fatal("the session before is still alive")
	}
}

func TestNobodyIsLedToAnotherSite(t *testing.T) {
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "evil.example"} {
		r := newRig(t, true)
		w := r.post("/sign-in", "", url.Values{"email": {"olga@example.com"}, "password": {rightPassword}, "next": {next}})
		wantRedirect(t, w, "/")
		wantRedirect(t, r.get("/sign-in?next="+url.QueryEscape(strings.ReplaceAll(next, "\t", "")), "o"), "/")
	}
}

func TestUnknownAndWrongLookTheSame(t *testing.T) {
	page := func(email string) (int, string) {
		r := newRig(t, true)
		w := r.post("/sign-in", "", url.Values{"email": {email}, "password": {"not the password"}})
		if session(w) != nil {
			t.Fatal("a refused sign-in set a session")
		}
		return w.Code, strings.ReplaceAll(w.Body.String(), email, "EMAIL")
	}
	status, known := page("olga@example.com")
	status2, unknown := page("nobody@example.com")
	if status != http.StatusUnprocessableEntity || status != status2 || known != unknown {
		t.Fatalf("known: %d, unknown: %d, same page: %v", status, status2, known == unknown)
	}
	if !strings.Contains(known, "do not go together") || strings.Contains(known, "unknown address") || strings.Contains(known, "wrong password") {
		t.Fatalf("the page says why:\n%s", known)
	}
}

func TestEveryReasonThatHasToDoWithThePersonLooksTheSame(t *testing.T) {
	for _, k := range []fault.Kind{fault.Invalid, fault.NotFound, fault.Forbidden, fault.SignIn, fault.Conflict} {
		r := newRig(t, true)
		r.err = fault.New(k, "deactivated last week")
		w := r.post("/sign-in", "", url.Values{"email": {"olga@example.com"}, "password": {"x"}})
		if w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "deactivated") {
			t.Errorf("kind %v: %d\n%s", k, w.Code, w.Body)
		}
	}
}

func TestAWrongPasswordKeepsTheAddressAndNotThePassword(t *testing.T) {
	r := newRig(t, true)
	body := r.post("/sign-in", "", url.Values{"email": {"olga@example.com"}, "password": {"s3cret-typo"}, "next": {"/plan"}}).Body.String()
	if !strings.Contains(body, `value="olga@example.com"`) || !strings.Contains(body, `value="/plan"`) || strings.Contains(body, "s3cret-typo") {
		t.Fatal(body)
	}
	if !strings.Contains(body, "<title>Error: ") || !strings.Contains(body, `href="#f-password"`) || !strings.Contains(body, `aria-invalid="true"`) {
		t.Fatalf("the error is not where a screen reader looks:\n%s", body)
	}
}

func TestAnEmptyFormSaysWhatToFillIn(t *testing.T) {
	r := newRig(t, true)
	w := r.post("/sign-in", "", url.Values{"email": {"olga"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Write your e-mail address like name@example.com.") || !strings.Contains(w.Body.String(), "Fill in your password.") {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
}

func TestTooManyTriesSayHowLongToWait(t *testing.T) {
	for _, path := range []string{"/sign-in", "/sign-in/link"} {
		r := newRig(t, true)
		r.err = fault.Retry(fault.TooMany, "Wait.", 90*time.Second)
		w := r.post(path, "", url.Values{"email": {"olga@example.com"}, "password": {"x"}})
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "90" || !strings.Contains(w.Body.String(), "Try again in 2 minutes.") {
			t.Errorf("%s: %d %q\n%s", path, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
}

func TestABusyDatabaseIsNotAWrongPassword(t *testing.T) {
	r := newRig(t, true)
	r.err = fault.Retry(fault.Busy, "Busy.", time.Second)
	if w := r.post("/sign-in", "", url.Values{"email": {"olga@example.com"}, "password": {rightPassword}}); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("status %d", w.Code)
	}
}

func TestALinkIsPromisedToEveryAddressAlike(t *testing.T) {
	page := func(email string, err error) string {
		r := newRig(t, true)
		r.err = err
		w := r.post("/sign-in/link", "", url.Values{"email": {email}})
		if w.Code != http.StatusOK || !slices.Equal(r.asked, []string{email}) {
			t.Fatalf("%d, asked %v", w.Code, r.asked)
		}
		return strings.ReplaceAll(w.Body.String(), email, "EMAIL")
	}
	known := page("olga@example.com", nil)
	if known != page("nobody@example.com", nil) || known != page("gone@example.com", fault.Missing("person")) {
		t.Fatal("the pages differ")
	}
}

func TestWithoutMailNoLinkIsOffered(t *testing.T) {
	r := newRig(t, false)
	if body := r.get("/sign-in", "").Body.String(); strings.Contains(body, "Send me a link") {
		t.Fatal(body)
	}
	if w := r.post("/sign-in/link", "", url.Values{"email": {"olga@example.com"}}); w.Code != http.StatusNotFound || len(r.asked) != 0 {
		t.Fatalf("status %d", w.Code)
	}
}

func TestLookingAtALinkDoesNotUseItUp(t *testing.T) {
	r := newRig(t, true)
	for range 3 {
		if w := r.get("/link/once", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `action="/link/once"`) {
			t.Fatalf("%d\n%s", w.Code, w.Body)
		}
	}
	w := r.post("/link/once", "", nil)
	wantRedirect(t, w, "/")
	if c := session(w); c == nil || c.Value != "new-sam" {
		t.Fatalf("cookie %v", c)
	}
	if w := r.post("/link/once", "", nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "does not work any more") || session(w) != nil {
		t.Fatalf("a second time: %d\n%s", w.Code, w.Body)
	}
}

func TestSigningOutEndsTheSessionAndClearsTheCookie(t *testing.T) {
	r := newRig(t, true)
	w := r.post("/sign-out", "o", nil)
	wantRedirect(t, w, "/sign-in")
	if c := session(w); c == nil || c.MaxAge >= 0 || c.Value != "" {
		t.Fatalf("cookie %v", c)
	}
	if _, ok := r.sessions["o"]; ok {
		t.Fatal("the session is still alive")
	}
}

func TestEveryRoleStartsAtItsWork(t *testing.T) {
	cases := []struct {
		roles []auth.Role
		path  string
	}{
		{[]auth.Role{auth.Shopper}, "/visits"},
		{[]auth.Role{auth.Editor}, "/review"},
		{[]auth.Role{auth.RegionalManager}, "/compare"},
		{[]auth.Role{auth.BranchManager}, "/reports"},
		{[]auth.Role{auth.Owner}, "/standards"},
		{[]auth.Role{auth.Scheduler}, "/plan"},
		{[]auth.Role{auth.Shopper, auth.Owner}, "/standards"},
		{nil, "/account"},
	}
	for _, x := range cases {
		r := newRig(t, true)
		r.members["sam"] = []auth.Membership{member("a", "sam", x.roles...)}
		wantRedirect(t, r.get("/", "s"), x.path)
	}
	wantRedirect(t, newRig(t, true).get("/", ""), "/sign-in")
}

func TestTheAccountShowsDevicesAndAsksForSignIn(t *testing.T) {
	r := newRig(t, true)
	wantRedirect(t, r.get("/account", ""), "/sign-in?next=%2Faccount")
	body := r.get("/account", "o").Body.String()
	for _, want := range []string{"olga@example.com", "Chrome on Android", "3 hours ago", "This device", "You are here as owner.", `href="/organisations"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(body, "/account/sessions/id-o/end") {
		t.Error("this device has a button that signs another out")
	}
}

func TestAShopperSeesNothingTellingInTheTitle(t *testing.T) {
	body := newRig(t, true).get("/account", "s").Body.String()
	if !strings.Contains(body, "<title>Your account · Lists</title>") || strings.Contains(strings.ToLower(body), "mystery") {
		t.Fatal(body)
	}
}

func TestAChangedPasswordSignsOtherDevicesOutAndNotThisOne(t *testing.T) {
	r := newRig(t, true)
	r.sessions["o2"] = "olga"
	wantRedirect(t, r.post("/account/password", "o", url.Values{"old": {rightPassword}, "new": {"four even odder words"}}), "/account")
	if _, other := r.sessions["o2"]; other || r.sessions["o"] != "olga" || !slices.Equal(r.passwords, []string{"four even odder words"}) {
		t.Fatalf("sessions %v, passwords %v", r.sessions, r.passwords)
	}
}

func TestALinkThatIsForAPasswordAsksForOne(t *testing.T) {
	r := newRig(t, true)
	body := r.get("/link/invited", "").Body.String()
	if !strings.Contains(body, "Welcome, Sam") || !strings.Contains(body, `action="/link/invited/password"`) || strings.Contains(body, `action="/link/invited"`) {
		t.Fatal(body)
	}
	if w := r.post("/link/invited/password", "", url.Values{"password": {"short-1"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `<a href="#f-password">Use at least 10 characters.</a>`) || strings.Contains(w.Body.String(), "short-1") {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	w := r.post("/link/invited/password", "", url.Values{"password": {rightPassword}})
	wantRedirect(t, w, "/")
	if c := session(w); c == nil || c.Value != "new-sam" || !slices.Equal(r.passwords, []string{rightPassword}) {
		t.Fatalf("cookie %v, passwords %v", c, r.passwords)
	}
}

func TestWhoForgotHisPasswordChoosesAnotherByASignInLink(t *testing.T) {
	r := newRig(t, true)
	if body := r.get("/link/once", "").Body.String(); !strings.Contains(body, "Choose a new password too") || !strings.Contains(body, `action="/link/once/password"`) {
		t.Fatal(body)
	}
	wantRedirect(t, r.post("/link/once/password", "", url.Values{"password": {rightPassword}}), "/")
}

func TestASetUpLinkLeadsToTheSetUp(t *testing.T) {
	r := newRig(t, true)
	wantRedirect(t, r.get("/link/first", ""), "/setup/first")
	if w := r.get("/setup/once", ""); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "prints a new link") {
		t.Fatalf("a link for something else: %d\n%s", w.Code, w.Body)
	}
}

func TestWithoutAPasswordThereIsNoneToChange(t *testing.T) {
	if body := newRig(t, true).get("/account", "s").Body.String(); strings.Contains(body, `action="/account/password"`) || !strings.Contains(body, "You have none yet") {
		t.Fatal(body)
	}
}

func TestAWrongPresentPasswordIsSaidAtItsField(t *testing.T) {
	r := newRig(t, true)
	w := r.post("/account/password", "o", url.Values{"old": {"guess-1"}, "new": {"four even odder words"}})
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `<a href="#f-old">This is not your present password.</a>`) || strings.Contains(body, "guess-1") || strings.Contains(body, "four even") {
		t.Fatalf("%d\n%s", w.Code, body)
	}
	var bad fault.Fields
	bad.Add("password", "Too common.")
	r.err = bad.Err()
	if body := r.post("/account/password", "o", url.Values{"new": {"password12"}}).Body.String(); !strings.Contains(body, `<a href="#f-new">Too common.</a>`) {
		t.Fatal(body)
	}
}

func TestDevicesAreSignedOutOneByOneOrAllTogether(t *testing.T) {
	r := newRig(t, true)
	wantRedirect(t, r.post("/account/sessions/other/end", "o", nil), "/account")
	if w := r.post("/account/sessions/other/end", "s", nil); w.Code != http.StatusNotFound {
		t.Fatalf("another person's device: %d", w.Code)
	}
	w := r.post("/account/sessions/end", "o", nil)
	wantRedirect(t, w, "/sign-in")
	if c := session(w); c == nil || c.MaxAge >= 0 {
		t.Fatalf("cookie %v", c)
	}
}

func TestOnlyOnesOwnOrganisationsCanBeChosen(t *testing.T) {
	r := newRig(t, true)
	if body := r.get("/organisations", "o").Body.String(); !strings.Contains(body, "House a") || !strings.Contains(body, "House b") || !strings.Contains(body, "editor, shopper") {
		t.Fatal(body)
	}
	w := r.post("/organisations", "o", url.Values{"org": {"b"}})
	wantRedirect(t, w, "/")
	if w := r.post("/organisations", "s", url.Values{"org": {"b"}}); w.Code != http.StatusNotFound || len(w.Result().Cookies()) > 0 {
		t.Fatalf("a foreign organisation: %d", w.Code)
	}
}

func TestSomebodyWhoIsSignedInJoinsByALink(t *testing.T) {
	r := newRig(t, true)
	wantRedirect(t, r.get("/join/invited", ""), "/sign-in?next=%2Fjoin%2Finvited")
	body := r.get("/join/invited", "o").Body.String()
	if !strings.Contains(body, "Books &amp; Sons invites you") || !strings.Contains(body, "as editor") || len(r.service.joined) != 0 {
		t.Fatal(body)
	}
	if w := r.get("/join/dead", "o"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "no longer good") {
		t.Fatalf("a dead link: %d %s", w.Code, w.Body)
	}
	w := r.post("/join/invited", "o", nil)
	wantRedirect(t, w, "/")
	if c := w.Result().Cookies(); len(r.service.joined) != 1 || len(c) != 1 || c[0].Value != "books" {
		t.Fatalf("joined %v, cookies %v", r.service.joined, c)
	}
	if w := r.post("/join/dead", "o", nil); w.Code != http.StatusNotFound {
		t.Fatalf("a dead link: %d", w.Code)
	}
}

func TestALookIsRememberedAndOnlyThoseWeHave(t *testing.T) {
	r := newRig(t, true)
	w := r.post("/theme", "", url.Values{"theme": {"discreet"}, "next": {"/sign-in"}})
	wantRedirect(t, w, "/sign-in")
	if c := w.Result().Cookies(); len(c) != 1 || c[0].Value != "discreet" {
		t.Fatalf("cookies %v", c)
	}
	if w := r.post("/theme", "", url.Values{"theme": {"neon"}}); w.Code != http.StatusUnprocessableEntity || len(w.Result().Cookies()) > 0 {
		t.Fatalf("status %d", w.Code)
	}
}

func setupInput() url.Values {
	return url.Values{"organisation": {"Northern Bakers"}, "zone": {"Europe/London"}, "currency": {"GBP"}, "name": {"Ada"}, "email": {"ada@example.com"}, "password": {rightPassword}}
}

func TestTheFirstSetUpMakesAnOwnerAndSignsHimIn(t *testing.T) {
	r := newRig(t, true)
	if w := r.get("/setup/first", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `action="/setup/first"`) {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	w := r.post("/setup/first", "", setupInput())
	wantRedirect(t, w, "/")
	if want := (auth.SetUpInput{Organisation: "Northern Bakers", Zone: "Europe/London", Currency: "GBP", Name: "Ada", Email: "ada@example.com", Password: rightPassword}); r.setUp != want || session(w) == nil {
		t.Fatalf("set up %+v", r.setUp)
	}
	if w := r.post("/setup/stale", "", setupInput()); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "prints a new link") {
		t.Fatalf("a stale link: %d\n%s", w.Code, w.Body)
	}
}

func TestASetUpThatDoesNotFitKeepsWhatWasTyped(t *testing.T) {
	r := newRig(t, true)
	in := setupInput()
	in.Set("zone", "Europe/Atlantis")
	in.Set("currency", "XYZ")
	in.Set("email", "ada")
	w := r.post("/setup/first", "", in)
	body := w.Body.String()
	for _, want := range []string{"Choose a time zone from the list, like Europe/London.", "Choose the currency from the list.", "Write your e-mail address like", `value="Northern Bakers"`, `value="Europe/Atlantis"`, `value="ada"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if w.Code != http.StatusUnprocessableEntity || strings.Contains(body, rightPassword) || r.setUp != (auth.SetUpInput{}) {
		t.Fatalf("%d\n%s", w.Code, body)
	}
}

func TestABrokenDatabaseDoesNotSignAnyoneOut(t *testing.T) {
	r := newRig(t, true)
	r.broken = fault.Retry(fault.Busy, "Busy.", time.Second)
	w := r.get("/account", "o")
	if w.Code != http.StatusServiceUnavailable || session(w) != nil || w.Header().Get("Retry-After") == "" {
		t.Fatalf("%d", w.Code)
	}
}
