package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/visit"
)

// most is how many reports a step can send at most: what is planned beforehand.
func (b *bench) most() int { return int(b.cmd.For.Seconds() * 2500) }

// bareRows inserts the rows of a report, and nothing else: no keys of others, no sums, no checks. What the database
// could do at best is what the rest is measured by.
func (b *bench) bareRows() error {
	rows, err := b.x.store.BareRows(b.p.ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"answers": b.world.answers})
	if err != nil {
		return err
	}
	for _, clients := range b.cmd.Clients {
		m, err := b.load(clients, os.Getpid(), func() (func(context.Context) error, bool) {
			return func(ctx context.Context) error { return rows.Insert(ctx, uuid.NewString, string(body), benchStandards) }, true
		})
		if err != nil {
			return err
		}
		b.raw[clients] = m.rate()
		if err := b.print(benchBare, clients, m); err != nil {
			return err
		}
	}
	return rows.Close(b.p.ctx)
}

// useCase sends reports to the use case in this process.
func (b *bench) useCase() error {
	for _, clients := range b.cmd.Clients {
		ids, err := b.plan(b.most())
		if err != nil {
			return err
		}
		m, err := b.load(clients, os.Getpid(), func() (func(context.Context) error, bool) {
			id, more := <-ids
			return func(ctx context.Context) error {
				_, err := b.x.visits.Submit(ctx, b.world.program, id, b.report())
				return err
			}, more
		})
		if err != nil {
			return err
		}
		if err := b.print(benchCase, clients, m); err != nil {
			return err
		}
	}
	return nil
}

// overHTTP starts a server of its own and sends reports and asks for pages as others would.
func (b *bench) overHTTP() (err error) {
	s, err := b.startServer()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for _, clients := range b.cmd.Clients {
		ids, err := b.plan(b.most())
		if err != nil {
			return err
		}
		m, err := b.load(clients, s.cmd.Process.Pid, func() (func(context.Context) error, bool) {
			id, more := <-ids
			return func(ctx context.Context) error { return s.report(ctx, b.world.token, id, b.report()) }, more
		})
		if err != nil {
			return err
		}
		if err := b.print(benchHTTP, clients, m); err != nil {
			return err
		}
	}
	if err := b.memory(s); err != nil {
		return err
	}
	return b.pages(s)
}

// memory says what the server holds under load and once it rests.
func (b *bench) memory(s *benchServer) error {
	load := memoryOf(s.cmd.Process.Pid)
	time.Sleep((restAfter + 3) * lookEvery)
	rest := memoryOf(s.cmd.Process.Pid)
	return b.p.printf("\nstart to first answer %s\nmemory of the server: %.0f MiB at most; at the end of the load %.0f MiB, %.0f of them its own; at rest %.0f MiB, %.0f its own\n"+
		"(the others are pages of the program's file, which the system takes back when it needs them)\n",
		short(s.started), load.most, load.resident, load.own, rest.resident, rest.own)
}

// benchServer is a server in a process of its own.
type benchServer struct {
	cmd     *exec.Cmd
	url     string
	client  *http.Client
	started time.Duration // from its start to its first answer
	log     *bytes.Buffer
}

// startServer runs this program's serve on the bench's database.
func (b *bench) startServer() (*benchServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ln, err := (&net.ListenConfig{}).Listen(b.p.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return nil, err
	}
	s := &benchServer{url: "http://" + addr, log: &bytes.Buffer{}, client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}, Timeout: time.Minute,
	}}
	s.cmd = exec.Command(self, "serve", "--addr", addr, "--url", s.url, "--dir", b.dir, "--log-level", "error") //nolint:gosec // this program
	s.cmd.Env = append(os.Environ(), "PLAINCLOTHES_DATABASE="+b.database, "PLAINCLOTHES_RATE=100000")
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	begun := b.p.now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for b.p.now().Sub(begun) < 30*time.Second && b.p.ctx.Err() == nil {
		if _, err := s.get(b.p.ctx, "/healthz", ""); err == nil {
			s.started = b.p.now().Sub(begun)
			return s, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("the server did not answer: %s", s.log), s.stop())
}

func (s *benchServer) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// report sends one over the interface for programs.
func (s *benchServer) report(ctx context.Context, token, id string, in visit.SubmitInput) error {
	body, err := json.Marshal(map[string]any{"id": in.ID, "answers": in.Answers, "publish": in.Publish})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/v1/visits/"+id+"/report", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	_, err = s.do(r)
	return err
}

// get asks for a page, with a session when there is one.
func (s *benchServer) get(ctx context.Context, path, session string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return 0, err
	}
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: session}) //nolint:gosec // a request's cookie has no attributes
	}
	return s.do(r)
}

// do gives the number of bytes of a good answer.
func (s *benchServer) do(r *http.Request) (int, error) {
	res, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %s: %s", r.Method, r.URL.Path, res.Status, strings.TrimSpace(string(b[:min(len(b), 300)])))
	}
	if res.StatusCode == http.StatusServiceUnavailable {
		err = errors.Join(errNotYet, err)
	}
	return len(b), err
}

// errNotYet is an answer that asks to come back, as that of a page that is being prepared.
var errNotYet = errors.New("not yet")

// look asks for a page until it is there.
func (s *benchServer) look(ctx context.Context, path, session string) (int, error) {
	const tries = 300 // seconds
	for n := 1; ; n++ {
		size, err := s.get(ctx, path, session)
		if !errors.Is(err, errNotYet) || n == tries || ctx.Err() != nil {
			return size, err
		}
		time.Sleep(time.Second)
	}
}

// pages measures how long a section of the checklist and the comparison take.
func (b *bench) pages(s *benchServer) error {
	shopper, _, err := b.x.auth.NewSession(b.p.ctx, b.world.shopper.Person, "bench", true)
	if err != nil {
		return err
	}
	ids, err := b.plan(1)
	if err != nil {
		return err
	}
	if err := b.p.printf("\n%-22s %10s %8s %8s %12s\n", "page", "per second", "p50", "p99", "CPU"); err != nil {
		return err
	}
	for _, page := range []struct{ name, path, session string }{
		{"checklist section", "/visits/" + <-ids + "/s/P1", shopper},
		{"comparison", "/compare/branches?programme=" + b.world.programme, b.world.manager},
	} {
		var once sync.Once
		size := 0
		m, err := b.load(1, s.cmd.Process.Pid, func() (func(context.Context) error, bool) {
			return func(ctx context.Context) error {
				n, err := s.get(ctx, page.path, page.session)
				once.Do(func() { size = n })
				return err
			}, true
		})
		if err != nil {
			return err
		}
		if err := b.p.printf("%-22s %10.0f %8s %8s %12s  %d KB\n", page.name, m.rate(), short(m.quantile(0.5)), short(m.quantile(0.99)),
			short(m.perReport(m.server)), size/1024); err != nil {
			return err
		}
	}
	return nil
}
