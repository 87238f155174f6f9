package app

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// envProgram holds the arguments with which this test binary is to be the program itself, one a line: a test can kill
// that one without killing itself.
const envProgram = "PLAINCLOTHES_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if args := os.Getenv(envProgram); args != "" {
		os.Exit(Run(context.Background(), strings.Split(args, "\n"), os.Getenv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// process is the program running by itself, to be killed and started again on the same folder and address.
type process struct {
	t       testing.TB
	l       *premises
	address string
	public  string // what people type, "" for the address
	screen  screen

	mu  sync.Mutex
	cmd *exec.Cmd
}

// process starts the program in the place; public is the address that people type, "" for its own.
func (l *premises) process(public string) *process {
	l.t.Helper()
	p := &process{t: l.t, l: l, address: freeAddress(l.t), public: public}
	l.t.Cleanup(p.kill)
	p.start()
	return p
}

func (p *process) url() string { return "http://" + p.address }

// start starts it and waits until it answers.
func (p *process) start() {
	p.t.Helper()
	args := []string{"serve", "--addr=" + p.address, "--rate=100000"}
	if p.public != "" {
		args = append(args, "--url="+p.public)
	}
	cmd := exec.Command(os.Args[0]) //nolint:noctx // it ends by kill, also in the clean-up
	cmd.Env = append(os.Environ(), envProgram+"="+strings.Join(args, "\n"))
	for k, v := range p.l.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Stdout, cmd.Stderr = &p.screen, &p.screen
	if err := cmd.Start(); err != nil {
		p.t.Errorf("start the program: %v", err)
		return
	}
	p.mu.Lock()
	p.cmd = cmd
	p.mu.Unlock()
	p.await()
}

func (p *process) await() {
	p.t.Helper()
	c := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 1500 {
		res, err := c.Get(p.url() + "/healthz") //nolint:noctx // the client has a time-out
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Errorf("the program never answers: %s", p.screen.String()) // not Fatalf: others than the test start it, too
}

// kill ends it as a power cut does (SIGKILL), and waits until it is gone.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// rehearsal is a place with visits that are to be made, and their shoppers' sessions.
type rehearsal struct {
	*premises
	org       string
	programme string
	branch    string
	person    map[auth.Role]string
	visits    []string
	sessions  []string     // one of each visit's shopper
	shoppers  []auth.Actor // who makes each
}

// rehearse makes a place with n visits of a scenario, spread over shoppers, each to be made until the day after tomorrow.
func rehearse(t *testing.T, file, scenario string, n int) *rehearsal {
	t.Helper()
	r := &rehearsal{premises: newPremises(t, ""), person: map[auth.Role]string{}}
	r.must("migrate")
	x := r.openNow()
	defer func() { _ = x.close() }()
	w := storetest.NewWorld(t, x.store, file)
	tellPublication(t, w)
	r.org, r.programme, r.branch = w.Org, w.Programme, w.Branch
	for role, a := range w.Actors {
		r.person[role] = a.Person
	}
	shopper, session := w.Actors[auth.Shopper], ""
	for i := range n {
		if i%10 == 0 {
			if i > 0 {
				shopper = w.Member(auth.Shopper)
			}
			token, _, err := x.auth.NewSession(t.Context(), shopper.Person, "rehearsal", false)
			if err != nil {
				t.Fatal(err)
			}
			session = token
		}
		vs, err := x.visits.Plan(t.Context(), w.Actors[auth.Scheduler], visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: scenario, Shopper: shopper.Member, Due: time.Now().Add(48 * time.Hour), IgnoreRotation: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		r.visits, r.sessions = append(r.visits, vs[0].ID), append(r.sessions, session)
		r.shoppers = append(r.shoppers, shopper)
	}
	return r
}

// openNow opens the parts of the place with the real clock; whoever opens them closes them.
func (l *premises) openNow() *parts {
	l.t.Helper()
	p := l.program()
	p.now = time.Now
	c := l.config()
	x, err := p.open(c.Data, auth.Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	return x
}
