package roughtest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
)

// Gate stands before a server as a bad network does, at an address of its own
// that stays while servers behind it come and go.
type Gate struct {
	URL string // http://127.0.0.1:port

	mu     sync.Mutex
	target *url.URL
	line   *Line
	shut   bool
}

// NewGate opens a gate that leads nowhere yet; it closes when the test ends.
func NewGate(t testing.TB) *Gate {
	t.Helper()
	g := &Gate{}
	g.Decide(Smooth)
	s := httptest.NewUnstartedServer(g)
	// A browser repeats by itself what fails on a connection that it used before: then a plan would meet requests that nobody sent.
	s.Config.SetKeepAlivesEnabled(false)
	s.Start()
	t.Cleanup(s.Close)
	g.URL = s.URL
	return g
}

// Lead lets the gate lead to a server from now on.
func (g *Gate) Lead(t testing.TB, target string) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = u
}

// Decide gives the requests from now on new fates. The record begins anew.
func (g *Gate) Decide(decide Decider) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.line = NewLine(&http.Transport{DisableCompression: true, DisableKeepAlives: true}, decide)
}

// Shut lets nothing pass in either direction, as a cellar does; Open ends it.
func (g *Gate) Shut() { g.set(true) }

// Open lets requests pass again.
func (g *Gate) Open() { g.set(false) }

func (g *Gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
}

// Log gives every request since the last Decide, in the order in which they ended.
func (g *Gate) Log() []Entry { return g.now().line.Log() }

// Deliver lets everything arrive that is still on its way.
func (g *Gate) Deliver() { g.now().line.Deliver() }

// scene is what a gate is at a moment.
type scene struct {
	target *url.URL
	line   *Line
	shut   bool
}

func (g *Gate) now() scene {
	g.mu.Lock()
	defer g.mu.Unlock()
	return scene{g.target, g.line, g.shut}
}

// ServeHTTP hands a request on. Where the line breaks, the connection does too.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := g.now()
	if s.shut || s.target == nil {
		panic(http.ErrAbortHandler)
	}
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Scheme, out.URL.Host = "", s.target.Scheme, s.target.Host
	res, err := s.line.RoundTrip(out) //nolint:contextcheck // it is in the request
	if err != nil || g.now().shut {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = res.Body.Close() }()
	maps.Copy(w.Header(), res.Header)
	w.WriteHeader(res.StatusCode)
	if _, err := io.Copy(w, res.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
}
