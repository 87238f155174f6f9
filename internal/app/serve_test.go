package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/visit"
)

// server is a program that serves.
type server struct {
	t      *testing.T
	url    string
	stdout screen
	stderr screen
	stop   context.CancelFunc
	ended  chan int
}

// serve starts the program on a free port and waits until it answers.
func (l *premises) serve(args ...string) *server {
	l.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &server{t: l.t, stop: stop, ended: make(chan int, 1)}
	go func() {
		s.ended <- Run(ctx, append([]string{"serve", "--addr=127.0.0.1:0"}, args...), l.getenv, strings.NewReader(""), &s.stdout, &s.stderr)
	}()
	l.t.Cleanup(func() { s.halt() })
	s.url = s.wait(regexp.MustCompile(`Serving (http://\S+)`), &s.stderr)
	for range 200 {
		if res, err := http.Get(s.url + "/healthz"); err == nil { //nolint:noctx // a test's own server
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return s
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	l.t.Fatalf("never healthy: %s", s.stderr.String())
	return nil
}

// wait gives what a pattern's group matches once it does.
func (s *server) wait(want *regexp.Regexp, in *screen) string {
	s.t.Helper()
	for range 500 {
		if m := want.FindStringSubmatch(in.String()); m != nil {
			return m[1]
		}
		select {
		case code := <-s.ended:
			s.t.Fatalf("ended with %d: %s", code, s.stderr.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	s.t.Fatalf("no %s in %s", want, in.String())
	return ""
}

// halt stops the server and gives its exit status; again it gives 0.
func (s *server) halt() int {
	s.stop()
	select {
	case code, running := <-s.ended:
		if running {
			close(s.ended)
		}
		return code
	case <-time.After(30 * time.Second):
		s.t.Errorf("did not stop: %s", s.stderr.String())
		return -1
	}
}

// browser keeps cookies. It is told of secure pages only on this machine.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second}
}

// fetch gives the status and body of a page.
func fetch(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	res, err := c.Get(address) //nolint:bodyclose // answer closes it
	return answer(t, res, err)
}

// sendForm posts a form.
func sendForm(t *testing.T, c *http.Client, address string, form url.Values) (int, string) {
	t.Helper()
	res, err := c.PostForm(address, form) //nolint:bodyclose // answer closes it
	return answer(t, res, err)
}

func answer(t *testing.T, res *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

var setupLink = regexp.MustCompile(`(?m)^(http://\S+/setup/\S+)$`)

func TestTheFirstStartPrintsASetUpLinkThatMakesAnOwner(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		s := l.serve()
		link := s.wait(setupLink, &s.stdout)
		if !strings.HasPrefix(link, s.url+"/setup/") {
			t.Errorf("the link %s is not at %s", link, s.url)
		}
		c := browser(t)
		if status, _ := fetch(t, c, link); status != http.StatusOK {
			t.Fatalf("the link answers %d", status)
		}
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		status, page := sendForm(t, c, link, url.Values{
			"organisation": {"Copper Kettle"}, "zone": {"Europe/London"}, "currency": {"GBP"}, "name": {"Robin Field"},
			"email": {"robin@example.com"}, "password": {"a long enough password"},
		})
		if status != http.StatusSeeOther {
			t.Fatalf("set-up answers %d %.600s", status, page)
		}
		if status, page := fetch(t, c, s.url+"/account"); status != http.StatusOK || !strings.Contains(page, "robin@example.com") {
			t.Errorf("the owner's account: %d %.300s", status, page)
		}
		if code := s.halt(); code != 0 {
			t.Errorf("ended with %d: %s", code, s.stderr.String())
		}
		again := l.serve()
		if out := again.stdout.String(); out != "" {
			t.Errorf("the second start printed %s", out)
		}
		out, _ := l.must("user", "list")
		if !strings.Contains(out, "robin@example.com") || !strings.Contains(out, "owner") {
			t.Errorf("people: %s", out)
		}
	})
}

func TestWhatTheServerKeepsIsForItsUserOnly(t *testing.T) {
	l := newPremises(t, "")
	l.env["PLAINCLOTHES_SMTP_HOST"], l.env["PLAINCLOTHES_SMTP_FROM"] = "127.0.0.1", "lists@example.com"
	l.serve().halt()
	err := filepath.WalkDir(l.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(l.dir, secretFile))
	if err != nil || len(key) < 32 {
		t.Errorf("key %d bytes, %v", len(key), err)
	}
	l.serve().halt()
	if same, err := os.ReadFile(filepath.Join(l.dir, secretFile)); err != nil || string(same) != string(key) {
		t.Errorf("the key changed, %v", err)
	}
}

func TestRequestsInFlightEndBeforeTheServerDoes(t *testing.T) {
	l := newPremises(t, "")
	s := l.serve()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", "127.0.0.1:"+u.Port())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	form := "email=a%40example.com&password=not-the-password"
	_, _ = fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form[:10])
	time.Sleep(100 * time.Millisecond)
	s.stop()
	time.Sleep(100 * time.Millisecond)
	_, _ = fmt.Fprint(c, form[10:])
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("the request in flight got no answer: %v", err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("it was answered %d", res.StatusCode)
	}
	if code := s.halt(); code != 0 || !strings.Contains(s.stderr.String(), "Stopping") {
		t.Errorf("ended with %d: %s", code, s.stderr.String())
	}
}

func TestHealthIsAskedByACommand(t *testing.T) {
	l := newPremises(t, "")
	s := l.serve()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	l.must("healthcheck", "--addr=127.0.0.1:"+u.Port())
	l.must("healthcheck", "--live", "--addr=:"+u.Port())
	s.halt()
	if code, _, said := l.run("healthcheck", "--addr=127.0.0.1:"+u.Port()); code != 1 || !strings.Contains(said, "does not answer") {
		t.Errorf("of a stopped server: %d %s", code, said)
	}
	if code, _, _ := l.run("healthcheck", "--addr=nowhere"); code != 1 {
		t.Errorf("of no address: %d", code)
	}
}

func TestAPortThatIsTakenIsSaid(t *testing.T) {
	l := newPremises(t, "")
	s := l.serve()
	u, _ := url.Parse(s.url)
	if code, _, said := newPremises(t, "").run("serve", "--addr=127.0.0.1:"+u.Port()); code != 1 || !strings.Contains(said, "in use") {
		t.Errorf("%d %s", code, said)
	}
}

func TestLogsAreJSONWhenAsked(t *testing.T) {
	l := newPremises(t, "")
	s := l.serve("--log-format=json")
	fetch(t, browser(t), s.url+"/sign-in")
	s.halt()
	for line := range strings.Lines(s.stderr.String()) {
		var record map[string]any
		if strings.Contains(line, `"msg"`) && json.Unmarshal([]byte(line), &record) != nil {
			t.Errorf("no JSON: %s", line)
		}
	}
	if !strings.Contains(s.stderr.String(), `"route":"/sign-in"`) {
		t.Errorf("no request in %s", s.stderr.String())
	}
}

// mailbox is a mail server that keeps what it is sent.
type mailbox struct{ screen }

// openMailbox starts one and points the settings of a place to it.
func openMailbox(t *testing.T, l *premises) *mailbox {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	m := &mailbox{}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go m.converse(c)
		}
	}()
	l.env["PLAINCLOTHES_SMTP_HOST"], l.env["PLAINCLOTHES_SMTP_FROM"], l.env["PLAINCLOTHES_SMTP_TLS"] = "127.0.0.1", "lists@example.com", "none"
	l.env["PLAINCLOTHES_SMTP_PORT"] = strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	return m
}

func (m *mailbox) converse(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewScanner(c)
	_, _ = fmt.Fprint(c, "220 test\r\n")
	for body := false; in.Scan(); {
		line := in.Text()
		_, _ = fmt.Fprintln(m, line)
		answer := "250 ok\r\n"
		switch {
		case body && line == ".":
			body = false
		case body:
			continue
		case line == "DATA":
			body, answer = true, "354 go on\r\n"
		}
		_, _ = fmt.Fprint(c, answer)
	}
}

var mailedLink = regexp.MustCompile(`(?m)^(http://localhost:\d+/link/\S+)$`)

func TestASignInLinkComesByMailAndSignsIn(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		box := openMailbox(t, l)
		l.must("migrate")
		l.must("organisation", "add", "Copper Kettle", "--owner-name=Robin Field", "--owner-email=robin@example.com")
		s := l.serve()
		c := browser(t)
		if status, _ := sendForm(t, c, s.url+"/sign-in/link", url.Values{"email": {"robin@example.com"}}); status != http.StatusOK {
			t.Fatalf("asking for a link: %d", status)
		}
		link := s.wait(mailedLink, &box.screen)
		status, page := fetch(t, c, link)
		if status != http.StatusOK || strings.Contains(page, "no longer good") {
			t.Fatalf("the link: %d %.300s", status, page)
		}
		if strings.Contains(s.stderr.String(), "robin@example.com") || strings.Contains(s.stderr.String(), link) {
			t.Errorf("the log tells of the person: %s", s.stderr.String())
		}
	})
}

func TestAShopperIsToldOfAReportSentBack(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		w := l.live()
		box := openMailbox(t, l)
		p := l.program()
		p.now = time.Now
		x := w.parts
		o := &post{url: "http://localhost:1", now: p.now}
		cfg := l.config()
		if err := o.open(p, cfg, x, p.logger(cfg)); err != nil {
			t.Fatal(err)
		}
		if err := o.begin(p.ctx); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = o.stop() }()
		id := w.sealed(l)
		if err := x.visits.SendBack(t.Context(), w.Actors[auth.Editor], id, []visit.Reason{{Question: "O2", Text: "What did you order?"}}); err != nil {
			t.Fatal(err)
		}
		s := &server{t: t, ended: make(chan int)}
		s.wait(regexp.MustCompile(`(?m)^(http://localhost:1/visits/`+id+`)$`), &box.screen)
		if text := box.String(); strings.Contains(text, "order") || strings.Contains(text, "Kettle") || strings.Contains(text, "Leeds") {
			t.Errorf("the message tells a bystander: %s", text)
		}
	})
}
