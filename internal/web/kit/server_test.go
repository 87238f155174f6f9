package kit_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

func TestEveryAnswerCarriesTheWalls(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/healthz", "/nowhere"} {
		h := r.do("GET", path, nil).Header()
		want := map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "same-origin",
			"Permissions-Policy":      "camera=(self), geolocation=(self), microphone=()",
			"Cache-Control":           "no-store",
		}
		for k, v := range want {
			if h.Get(k) != v {
				t.Errorf("%s: %s is %q, want %q", path, k, h.Get(k), v)
			}
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS without https", path)
		}
	}
	r = newRig(t, func(o *kit.Options) { o.BaseURL = "https://lists.example.com" })
	if got := r.do("GET", "/healthz", nil).Header().Get("Strict-Transport-Security"); got == "" {
		t.Error("no HSTS with https")
	}
}

func TestPlainHTTPIsForThisMachineOnly(t *testing.T) {
	for base, ok := range map[string]bool{
		"https://lists.example.com": true, "http://localhost:8080": true, "http://127.0.0.1": true, "http://[::1]:80": true,
		"http://lists.example.com": false, "http://192.168.1.5:8080": false, "lists.example.com": false, "ftp://localhost": false, "": false,
	} {
		if _, err := kit.New(kit.Options{BaseURL: base}); (err == nil) != ok {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "POST", Path: "/x", Access: kit.Public(), Handle: answer("done")})
	cases := map[string]struct {
		edit   func(*http.Request)
		status int
	}{
		"another site":        {header("Sec-Fetch-Site", "cross-site"), 403},
		"a sister host":       {header("Sec-Fetch-Site", "same-site"), 403},
		"another origin":      {header("Origin", "https://evil.example"), 403},
		"our own page":        {header("Sec-Fetch-Site", "same-origin"), 200},
		"our own old browser": {header("Origin", "http://localhost:8080"), 200},
		"a program":           {func(*http.Request) {}, 200},
	}
	for name, x := range cases {
		if w := r.do("POST", "/x", nil, x.edit); w.Code != x.status {
			t.Errorf("%s: %d, want %d", name, w.Code, x.status)
		}
	}
}

func TestAccessIsAskedBeforeTheHandler(t *testing.T) {
	r := newRig(t)
	r.Add(
		kit.Route{Method: "GET", Path: "/public", Access: kit.Public(), Handle: answer("public")},
		kit.Route{Method: "GET", Path: "/mine", Access: kit.SignedIn(), Handle: answer("mine")},
		kit.Route{Method: "GET", Path: "/log", Access: kit.Need(auth.EventsRead), Handle: answer("log")},
		kit.Route{Method: "GET", Path: "/forgotten", Handle: answer("forgotten")},
	)
	cases := []struct {
		path, token string
		status      int
		words       string
	}{
		{"/public", "", 200, "public "},
		{"/public", "stale", 200, "public "},
		{"/public", "sam", 200, "public m-a-sam"},
		{"/mine", "", 303, ""},
		{"/mine", "stale", 303, ""},
		{"/mine", "nomad", 200, "mine "},
		{"/log", "", 303, ""},
		{"/log", "sam", 403, "Your role here does not include this page."},
		{"/log", "nomad", 403, "no place in an organisation"},
		{"/log", "olga", 200, "log m-a-olga"},
		{"/forgotten", "olga", 404, ""},
		{"/forgotten", "", 303, ""},
	}
	for _, x := range cases {
		w := r.do("GET", x.path, nil, as(x.token))
		if w.Code != x.status || !strings.Contains(w.Body.String(), x.words) {
			t.Errorf("%s as %q: %d %q, want %d %q", x.path, x.token, w.Code, w.Body, x.status, x.words)
		}
	}
}

func TestAnEndedSessionLeadsBackAfterSigningIn(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/plan", Access: kit.SignedIn(), Handle: answer("x")}, kit.Route{Method: "POST", Path: "/plan", Access: kit.SignedIn(), Handle: answer("x")},
		kit.Route{Method: "GET", Path: "/api/v1/x", Access: kit.SignedIn(), Handle: answer("x")})
	if w := r.do("GET", "/plan?wave=2&x=%C3%BC", nil); w.Code != 303 || w.Header().Get("Location") != "/sign-in?next="+url.QueryEscape("/plan?wave=2&x=%C3%BC") {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	w := r.do("POST", "/plan", nil, header("Referer", "http://localhost:8080/plan/new"))
	if w.Code != 401 || !strings.Contains(w.Body.String(), `href="/sign-in?next=%2Fplan%2Fnew"`) {
		t.Errorf("a form: %d\n%s", w.Code, w.Body)
	}
	if w := r.do("POST", "/plan", nil, header("Referer", "https://evil.example/x")); !strings.Contains(w.Body.String(), `href="/sign-in"`) {
		t.Errorf("a foreign referer: %s", w.Body)
	}
	w = r.do("GET", "/api/v1/x", nil)
	if w.Code != 401 || w.Header().Get("Www-Authenticate") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("a program: %d %v", w.Code, w.Header())
	}
}

func TestTheOrganisationOfTheCookieCountsOnlyWhenItIsOnesOwn(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.SignedIn(), Handle: answer("as")})
	for org, want := range map[string]string{"": "as m-a-olga", "b": "as m-b-olga", "zzz": "as m-a-olga"} {
		if got := r.do("GET", "/x", nil, as("olga"), cookie("plainclothes-org", org)).Body.String(); got != want {
			t.Errorf("cookie %q: %q, want %q", org, got, want)
		}
	}
	r.people.members["olga"][1].Active = false
	if got := r.do("GET", "/x", nil, as("olga"), cookie("plainclothes-org", "b")).Body.String(); got != "as m-a-olga" {
		t.Errorf("an ended membership: %q", got)
	}
}

func TestOverHTTPSCookiesAreTiedToTheHost(t *testing.T) {
	r := newRig(t, func(o *kit.Options) { o.BaseURL = "https://lists.example.com" })
	r.Add(kit.Route{Method: "POST", Path: "/in", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error {
		kit.SetSession(c, "olga", "olga", noon.Add(time.Hour))
		return kit.Redirect(c, "/")
	}}, kit.Route{Method: "GET", Path: "/x", Access: kit.SignedIn(), Handle: answer("as")})
	cookies := r.do("POST", "/in", nil).Result().Cookies()
	if len(cookies) != 2 {
		t.Fatal(cookies)
	}
	c, who := cookies[0], cookies[1]
	if c.Name != "__Host-plainclothes" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 3600 {
		t.Errorf("session cookie %v", c)
	}
	if who.HttpOnly || strings.Contains(who.Value, "olga") || who.Value != kit.Who("olga") {
		t.Errorf("cookie for scripts %v", who)
	}
	if w := r.do("GET", "/x", nil, as("olga")); w.Code != 303 {
		t.Error("a cookie without the prefix is believed over https")
	}
	if w := r.do("GET", "/x", nil, cookie("__Host-plainclothes", "olga")); w.Code != 200 {
		t.Error("the session cookie is not believed")
	}
}

func TestASessionWhoseRightsChangedGetsANewToken(t *testing.T) {
	r := newRig(t)
	r.people.renew = true
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.SignedIn(), Handle: answer("as")})
	w := r.do("GET", "/x", nil, as("olga"))
	if c := w.Result().Cookies(); w.Code != 200 || len(c) != 2 || c[0].Value != "fresh" {
		t.Fatalf("%d %v", w.Code, c)
	}
	if c := r.do("GET", "/x", nil, as("olga")).Result().Cookies(); len(c) != 0 {
		t.Fatalf("a second request at the same time changed the cookie: %v", c)
	}
}

func TestABrokenDatabaseIsNotSomebodySignedOut(t *testing.T) {
	r := newRig(t)
	r.people.broken = fault.Retry(fault.Busy, "Busy.", 3*time.Second)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.SignedIn(), Handle: answer("as")})
	if w := r.do("GET", "/x", nil, as("olga")); w.Code != 503 || w.Header().Get("Retry-After") != "3" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
}

func TestOursIsLoggedWithItsNumberAndNotShown(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/a", Access: kit.Public(), Handle: failing(errors.New("password=hunter2 at db7"))},
		kit.Route{Method: "GET", Path: "/b", Access: kit.Public(), Handle: func(echo.Context, auth.Actor) error { panic("nil map at line 7") }},
		kit.Route{Method: "GET", Path: "/api/v1/c", Access: kit.Public(), Handle: failing(errors.New("password=hunter2 at db7"))})
	for _, path := range []string{"/a", "/b", "/api/v1/c"} {
		r.log.Reset()
		w := r.do("GET", path, nil)
		id := w.Header().Get("X-Request-Id")
		if w.Code != 500 || strings.Contains(w.Body.String(), "hunter2") || strings.Contains(w.Body.String(), "line 7") || !strings.Contains(w.Body.String(), id) {
			t.Errorf("%s: %d\n%s", path, w.Code, w.Body)
		}
		if log := r.log.String(); id == "" || !strings.Contains(log, id) || !strings.Contains(log, "hunter2") && !strings.Contains(log, "line 7") {
			t.Errorf("%s: the log says %s", path, log)
		}
	}
}

func TestTheLogHoldsNoNamesAndNoPaths(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/link/:token", Access: kit.Public(), Handle: failing(fault.New(fault.Invalid, "olga@example.com is taken"))})
	r.do("GET", "/link/secret-token?q=olga", nil, as("olga"), header("X-Request-Id", "forged"))
	log := r.log.String()
	for _, bad := range []string{"secret-token", "olga@", "Olga", "q=", "forged"} {
		if strings.Contains(log, bad) {
			t.Errorf("the log holds %q: %s", bad, log)
		}
	}
	if !strings.Contains(log, "route=/link/:token") || !strings.Contains(log, "status=422") || !strings.Contains(log, "member=m-a-olga") {
		t.Errorf("the log says %s", log)
	}
}

func TestProgramsGetProblemDocuments(t *testing.T) {
	r := newRig(t)
	var bad fault.Fields
	bad.Add("visits[0].branch", "There is no such branch.")
	r.Add(kit.Route{Method: "POST", Path: "/api/v1/visits", Access: kit.Public(), Handle: failing(fmt.Errorf("plan: %w", bad.Err()))})
	w := r.do("POST", "/api/v1/visits", nil)
	var p kit.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%v: %s", err, w.Body)
	}
	want := kit.Problem{Type: "about:blank", Title: "Unprocessable Entity", Status: 422, Detail: "Some of this needs another look.", Request: w.Header().Get("X-Request-Id"), Errors: []kit.ProblemField{{Field: "visits[0].branch", Message: "There is no such branch."}}}
	if fmt.Sprint(p) != fmt.Sprint(want) || w.Code != 422 {
		t.Fatalf("%d %+v", w.Code, p)
	}
	if w := r.do("GET", "/api/v1/none", nil); w.Code != 404 || !strings.Contains(w.Body.String(), `"status":404`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestAddressesAndMethodsThatDoNotExistGetTheirPages(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: answer("x")})
	if w := r.do("GET", "/y", nil); w.Code != 404 || !strings.Contains(w.Body.String(), "<h1>Nothing here</h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := r.do("DELETE", "/x", nil); w.Code != 405 || !strings.Contains(w.Header().Get("Allow"), "GET") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := r.do("HEAD", "/x", nil); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
	if w := r.do("HEAD", "/y", nil); w.Code != 404 || w.Body.Len() > 0 {
		t.Errorf("HEAD of nothing: %d, %d bytes", w.Code, w.Body.Len())
	}
	for _, path := range []string{"/x%00", "/x%ff", "/x%0a"} {
		if w := r.do("GET", path, nil); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, query := range []string{"/x?q=%00", "/x?q=%ff", "/x?q=%zz"} {
		if w := r.do("GET", query, nil); w.Code != 400 {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
}

func TestABodyOverTheLimitOfItsRouteIsRefused(t *testing.T) {
	r := newRig(t)
	read := func(c echo.Context, _ auth.Actor) error {
		b, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		return c.String(200, strconv.Itoa(len(b)))
	}
	r.Add(kit.Route{Method: "POST", Path: "/page", Access: kit.Public(), Handle: read},
		kit.Route{Method: "POST", Path: "/upload", Access: kit.Public(), Handle: read, Limits: kit.Limits{Body: 3 << 20, Class: kit.Uploads}})
	for path, sizes := range map[string]map[int]int{"/page": {1 << 20: 200, 1<<20 + 1: 413}, "/upload": {3 << 20: 200, 3<<20 + 1: 413}} {
		for size, want := range sizes {
			if w := r.do("POST", path, bytes.NewReader(make([]byte, size))); w.Code != want {
				t.Errorf("%s with %d bytes: %d, want %d", path, size, w.Code, want)
			}
		}
	}
}

func TestTooManyRequestsFromOneAddressAreSlowedDown(t *testing.T) {
	r := newRig(t, func(o *kit.Options) { o.Rate, o.Burst = 1, 3 })
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: answer("x")})
	from := func(ip string) func(*http.Request) { return func(q *http.Request) { q.RemoteAddr = ip + ":1" } }
	for range 3 {
		if w := r.do("GET", "/x", nil, from("10.0.0.1")); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if w := r.do("GET", "/x", nil, from("10.0.0.1"), header("X-Forwarded-For", "10.9.9.9")); w.Code != 429 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := r.do("GET", "/x", nil, from("10.0.0.2")); w.Code != 200 {
		t.Errorf("another address: %d", w.Code)
	}
	if w := r.do("GET", "/healthz", nil, from("10.0.0.1")); w.Code != 200 {
		t.Errorf("health: %d", w.Code)
	}
}

func TestOnlyATrustedProxySaysWhoTheClientIs(t *testing.T) {
	show := func(c echo.Context, _ auth.Actor) error { return c.String(200, c.RealIP()) }
	ask := func(trusted ...netip.Prefix) string {
		r := newRig(t, func(o *kit.Options) { o.TrustedProxies = trusted })
		r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: show})
		return r.do("GET", "/x", nil, header("X-Forwarded-For", "203.0.113.9"), func(q *http.Request) { q.RemoteAddr = "10.0.0.1:1" }).Body.String()
	}
	if got := ask(); got != "10.0.0.1" {
		t.Errorf("nobody trusted: %s", got)
	}
	if got := ask(netip.MustParsePrefix("10.0.0.0/8")); got != "203.0.113.9" {
		t.Errorf("the proxy trusted: %s", got)
	}
	if got := ask(netip.MustParsePrefix("192.168.0.0/16")); got != "10.0.0.1" {
		t.Errorf("another proxy trusted: %s", got)
	}
}

func TestAFullHouseAsksToComeBackAndKeepsItsHealthPage(t *testing.T) {
	r := newRig(t, func(o *kit.Options) { o.InFlight, o.Rate, o.Burst = 1, 1e6, 1e6 }) // those who come back do not wait long
	inside, leave := make(chan struct{}, 8), make(chan struct{})
	r.Add(kit.Route{Method: "GET", Path: "/slow", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error {
		inside <- struct{}{}
		<-leave
		return c.String(200, "done")
	}}, kit.Route{Method: "POST", Path: "/upload", Access: kit.Public(), Handle: answer("up"), Limits: kit.Limits{Class: kit.Uploads}})
	done := make(chan int, 2)
	for range 2 { // one seat, one place in the queue
		go func() {
			code := r.do("GET", "/slow", nil).Code
			for code == 503 { // the third request below sat in the queue: come back, as asked
				code = r.do("GET", "/slow", nil).Code
			}
			done <- code
		}()
	}
	<-inside
	deadline := time.Now().Add(2 * time.Second)
	for {
		w := r.do("GET", "/slow", nil, func(q *http.Request) {
			ctx, cancel := context.WithTimeout(q.Context(), 20*time.Millisecond)
			t.Cleanup(cancel)
			*q = *q.WithContext(ctx)
		})
		if w.Code == 503 && w.Header().Get("Retry-After") != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("a third request: %d", w.Code)
		}
	}
	if w := r.do("GET", "/healthz", nil); w.Code != 200 {
		t.Errorf("health: %d", w.Code)
	}
	if w := r.do("POST", "/upload", nil); w.Code != 200 {
		t.Errorf("another class: %d", w.Code)
	}
	close(leave)
	for range 2 {
		if code := <-done; code != 200 {
			t.Errorf("one that waited: %d", code)
		}
	}
}

func TestASlowUseCaseEndsAtItsDeadline(t *testing.T) {
	r := newRig(t, func(o *kit.Options) { o.Timeout = 10 * time.Millisecond })
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error {
		<-c.Request().Context().Done()
		return fmt.Errorf("load: %w", c.Request().Context().Err())
	}})
	if w := r.do("GET", "/x", nil); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Fatalf("%d", w.Code)
	}
}

func TestAssetsAreKeptForeverUnderTheirHashOnly(t *testing.T) {
	r := newRig(t)
	address, err := kit.Asset("css/app.css")
	if err != nil {
		t.Fatal(err)
	}
	w := r.do("GET", address, nil, header("Accept-Encoding", "br, gzip"))
	h := w.Header()
	if w.Code != 200 || h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("Content-Encoding") != "gzip" || h.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, h)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := io.ReadAll(z)
	plain := r.do("GET", address, nil)
	if err != nil || !bytes.Equal(unzipped, plain.Body.Bytes()) || plain.Header().Get("Content-Encoding") != "" {
		t.Fatal("zipped and plain differ")
	}
	old := r.do("GET", "/static/00000000/css/app.css", nil)
	if old.Code != 200 || old.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an old hash: %d %v", old.Code, old.Header())
	}
	for _, path := range []string{"/static/" + strings.Split(address, "/")[2] + "/css/none.css", "/static/x/../site.go", "/static/css/app.css", "/static/x/static.go"} {
		if w := r.do("GET", path, nil); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if _, err := kit.Asset("css/none.css"); err == nil {
		t.Error("an asset that does not exist has an address")
	}
}

func TestHealthAndMetricsAnswer(t *testing.T) {
	var down error
	r := newRig(t, func(o *kit.Options) { o.Ready = func(context.Context) error { return down } })
	if w := r.do("GET", "/readyz", nil); w.Code != 200 {
		t.Errorf("ready: %d", w.Code)
	}
	down = errors.New("no database")
	if w := r.do("GET", "/readyz", nil); w.Code != 503 || strings.Contains(w.Body.String(), "database") {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
	r.do("GET", "/nowhere/17", nil)
	local := func(q *http.Request) { q.RemoteAddr = "127.0.0.1:9" }
	body := r.do("GET", "/metrics", nil, local).Body.String()
	if !strings.Contains(body, `http_request_duration_seconds_count{code="503",method="GET",route="/readyz"} 1`) || strings.Contains(body, "/nowhere") {
		t.Errorf("metrics:\n%.2000s", body)
	}
	if w := r.do("GET", "/metrics", nil); w.Code != 404 {
		t.Errorf("metrics from elsewhere: %d", w.Code)
	}
	if w := r.do("GET", "/metrics", nil, local, header("X-Forwarded-For", "203.0.113.9")); w.Code != 404 {
		t.Errorf("metrics through a proxy: %d", w.Code)
	}
	r = newRig(t, func(o *kit.Options) { o.OpenMetrics = true })
	if w := r.do("GET", "/metrics", nil); w.Code != 200 {
		t.Errorf("open metrics: %d", w.Code)
	}
}
