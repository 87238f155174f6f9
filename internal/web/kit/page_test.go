package kit_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// sheet fits the error page's template, so that every layout can be tried with it.
type sheet struct {
	kit.Chrome
	Status  int
	Heading string
	Text    string
	Fields  []fault.Field
	Way     string
	To      string
}

func show(p *kit.Page[sheet], ch kit.Chrome) kit.Handler {
	return func(c echo.Context, _ auth.Actor) error {
		return p.Render(c, http.StatusOK, sheet{Chrome: ch, Heading: "A heading", Text: "<b>text</b>", To: "/"})
	}
}

func TestEveryLayoutMakesAWholePage(t *testing.T) {
	for _, layout := range []string{"plain", "shopper", "desk"} {
		r := newRig(t)
		r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.SignedIn(), Handle: show(kit.NewPage[sheet]("error", layout), kit.Chrome{Title: "Branches", Styles: []string{"css/charts.css"}})})
		body := r.do("GET", "/x", nil, as("olga")).Body.String()
		for _, want := range []string{"<!doctype html>", `<html lang="en">`, "<title>Branches · ", `<a class="skip" href="#main">`, `<main id="main"`, "/css/app.css", "/css/charts.css", "&lt;b&gt;text", `name="viewport"`} {
			if strings.Count(body, want) != 1 {
				t.Errorf("%s has %q %d times", layout, want, strings.Count(body, want))
			}
		}
	}
}

func TestAPageWithoutChromeOrWithTheWrongFieldsDoesNotStart(t *testing.T) {
	type bare struct{ Title string }
	type wrong struct{ kit.Chrome }
	for name, f := range map[string]func(){
		"no chrome":      func() { kit.NewPage[bare]("error") },
		"missing fields": func() { kit.NewPage[wrong]("error") },
		"no such page":   func() { kit.NewPage[wrong]("nowhere") },
		"no such layout": func() { kit.NewPage[sheet]("error", "nowhere") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: it starts", name)
				}
			}()
			f()
		}()
	}
}

func TestThemesChangeColourSchemeAndDiscretion(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: show(kit.NewPage[sheet]("error"), kit.Chrome{Title: "Leeds, Briggate"})})
	get := func(theme string) string {
		return r.do("GET", "/x", nil, cookie("plainclothes-theme", theme)).Body.String()
	}
	if b := get("dark"); !strings.Contains(b, `data-theme="dark"`) || !strings.Contains(b, `content="dark"`) {
		t.Error("dark:", b)
	}
	if b := get("discreet"); !strings.Contains(b, "<title>Notes</title>") || strings.Contains(b, "plainclothes</") {
		t.Error("discreet:", b)
	}
	if b := get(`"><script>`); strings.Contains(b, "data-theme") || strings.Contains(b, "<script") {
		t.Error("nonsense:", b)
	}
}

func TestAFormWithErrorsSaysSoInTheTitle(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: show(kit.NewPage[sheet]("error"), kit.Chrome{Title: "Sign in", Errors: kit.Errors{{Name: "a", Message: "b"}}})})
	if b := r.do("GET", "/x", nil).Body.String(); !strings.Contains(b, "<title>Error: Sign in · plainclothes</title>") {
		t.Error(b)
	}
	if b := r.do("GET", "/x", nil, cookie("plainclothes-theme", "discreet")).Body.String(); !strings.Contains(b, "<title>Error: Notes</title>") {
		t.Error(b)
	}
}

func TestAFlashIsShownOnce(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "POST", Path: "/x", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error {
		kit.Flash(c, "Größe saved; <b>")
		return kit.Redirect(c, "/y")
	}}, kit.Route{Method: "GET", Path: "/y", Access: kit.Public(), Handle: show(kit.NewPage[sheet]("error"), kit.Chrome{})})
	ck := r.do("POST", "/x", nil).Result().Cookies()
	if len(ck) != 1 || !ck[0].HttpOnly {
		t.Fatal(ck)
	}
	w := r.do("GET", "/y", nil, cookie(ck[0].Name, ck[0].Value))
	if !strings.Contains(w.Body.String(), "Größe saved; &lt;b&gt;") {
		t.Fatal(w.Body)
	}
	if gone := w.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 {
		t.Fatalf("the flash stays: %v", gone)
	}
	if b := r.do("GET", "/y", nil, cookie("plainclothes-flash", "%%%")).Body.String(); strings.Contains(b, "role=\"status\"") {
		t.Fatal(b)
	}
}

func TestLongPagesAreZippedForThoseWhoCanUnzip(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: show(kit.NewPage[sheet]("error"), kit.Chrome{Title: strings.Repeat("long ", 300)})})
	plain := r.do("GET", "/x", nil, header("Accept-Encoding", "br, gzip;q=0"))
	r.do("GET", "/x", nil, header("Accept-Encoding", "gzip"))
	w := r.do("GET", "/x", nil, header("Accept-Encoding", "deflate, gzip;q=0.8"))
	if plain.Header().Get("Content-Encoding") != "" || w.Header().Get("Content-Encoding") != "gzip" || !slices.Contains(w.Header().Values("Vary"), "Accept-Encoding") {
		t.Fatalf("%v %v", plain.Header(), w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	id := regexp.MustCompile(`code">[^<]*`)
	if err != nil || id.ReplaceAllString(string(b), "") != id.ReplaceAllString(plain.Body.String(), "") {
		t.Fatal("zipped and plain differ", err)
	}
}

func TestTheTwoPagesThatFrameEachOtherSayIt(t *testing.T) {
	r := newRig(t)
	page := kit.NewPage[sheet]("error")
	r.Add(kit.Route{Method: "GET", Path: "/preview", Access: kit.Public(), Handle: show(page, kit.Chrome{Framed: true})},
		kit.Route{Method: "GET", Path: "/builder", Access: kit.Public(), Handle: show(page, kit.Chrome{Frames: true})})
	preview, builder := r.do("GET", "/preview", nil), r.do("GET", "/builder", nil)
	if p := preview.Header().Get("Content-Security-Policy"); !strings.HasSuffix(p, "frame-ancestors 'self'") || strings.Contains(p, "frame-src") {
		t.Error(p)
	}
	if p := builder.Header().Get("Content-Security-Policy"); !strings.HasSuffix(p, "frame-ancestors 'none'; frame-src 'self'") {
		t.Error(p)
	}
}

func TestTheNavigationShowsWhatExistsAndIsAllowed(t *testing.T) {
	r := newRig(t)
	page := show(kit.NewPage[sheet]("error", "desk"), kit.Chrome{})
	for path, verb := range map[string]auth.Verb{"/visits": auth.VisitDo, "/review": auth.ReportReview, "/people": auth.PeopleEdit, "/log": auth.EventsRead} {
		r.Add(kit.Route{Method: "GET", Path: path, Access: kit.Need(verb), Handle: page})
	}
	r.Add(kit.Route{Method: "GET", Path: "/people/:id", Access: kit.SignedIn(), Handle: page})
	links := func(path, token string) []string {
		body := r.do("GET", path, nil, as(token)).Body.String()
		_, nav, _ := strings.Cut(body, `<nav id="nav"`)
		nav, _, _ = strings.Cut(nav, "</nav>")
		var out []string
		for _, m := range regexp.MustCompile(`<li><a href="([^"]+)"( aria-current="page")?`).FindAllStringSubmatch(nav, -1) {
			if m[2] != "" {
				m[1] += " *"
			}
			out = append(out, m[1])
		}
		return out
	}
	if got, want := links("/people/7", "olga"), []string{"/review", "/people *", "/log"}; !slices.Equal(got, want) {
		t.Errorf("owner: %v, want %v", got, want)
	}
	if got, want := links("/people/7", "sam"), []string{"/visits"}; !slices.Equal(got, want) {
		t.Errorf("shopper: %v, want %v", got, want)
	}
	if got := links("/people/7", "nomad"); got != nil {
		t.Errorf("nobody: %v", got)
	}
}

func TestADownloadHasANameForOldAndNewPrograms(t *testing.T) {
	r := newRig(t)
	r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error {
		return kit.Download(c, "Zürich \"2026\"\r\n.csv", "text/csv; charset=utf-8", []byte("a,b\n"))
	}})
	w := r.do("GET", "/x", nil)
	if got, want := w.Header().Get("Content-Disposition"), `attachment; filename="Z_rich _2026___.csv"; filename*=UTF-8''Z%C3%BCrich%20%222026%22%0D%0A.csv`; got != want || w.Body.String() != "a,b\n" {
		t.Fatalf("%s\nwant %s", got, want)
	}
}

func TestOnlyOwnPathsAreSafe(t *testing.T) {
	for in, want := range map[string]string{
		"/visits?x=1#a": "/visits?x=1#a", "/": "/", "": "/", "visits": "/", "//evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/", "https://evil.example": "/",
		"javascript:alert(1)": "/", "/a//b": "/a//b", "/%2f/evil.example": "/", "/\x00": "/", "/" + strings.Repeat("a", 3000): "/",
	} {
		if got := kit.SafePath(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTheServerHasItsTimeLimits(t *testing.T) {
	s := kit.HTTPServer(":0", http.NewServeMux())
	if s.ReadHeaderTimeout.Seconds() != 5 || s.ReadTimeout.Seconds() != 30 || s.WriteTimeout.Seconds() != 60 || s.IdleTimeout.Seconds() != 120 || s.MaxHeaderBytes != 32<<10 {
		t.Fatalf("%+v", s)
	}
}

func TestDrainLetsRequestsInFlightFinish(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-leave
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	got := make(chan int, 1)
	go func() {
		resp, err := http.Get(srv.URL)
		if err != nil {
			got <- 0
			return
		}
		resp.Body.Close()
		got <- resp.StatusCode
	}()
	<-inside
	go close(leave)
	if err := kit.Drain(t.Context(), srv.Config); err != nil || <-got != http.StatusNoContent {
		t.Fatalf("a request in flight was cut off: %v", err)
	}
}

// trickle gives one byte, then waits, for as many times as asked.
type trickle struct{ left int }

func (t *trickle) Read(p []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(60 * time.Millisecond)
	t.left--
	p[0] = 'x'
	return 1, nil
}

func TestASlowUploadGoesOnWhileBytesArriveAndASlowFormDoesNot(t *testing.T) {
	r := newRig(t, func(o *kit.Options) { o.Now = time.Now })
	read := func(c echo.Context, _ auth.Actor) error {
		b, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, strconv.Itoa(len(b)))
	}
	r.Add(kit.Route{Method: "POST", Path: "/upload", Access: kit.Public(), Handle: read, Limits: kit.Limits{Class: kit.Uploads}},
		kit.Route{Method: "POST", Path: "/form", Access: kit.Public(), Handle: read})
	srv := httptest.NewUnstartedServer(r.Echo())
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	srv.Start()
	defer srv.Close()
	send := func(path string) string {
		resp, err := http.Post(srv.URL+path, "text/plain", &trickle{left: 8})
		if err != nil {
			return "cut off"
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return string(b)
	}
	if got := send("/upload"); got != "8" {
		t.Errorf("the upload: %.80s", got)
	}
	if got := send("/form"); got == "8" {
		t.Error("the form had all the time it wanted")
	}
}
