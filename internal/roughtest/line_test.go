package roughtest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// book is a server that writes down what arrives.
type book struct {
	mu      sync.Mutex
	arrived []string
	torn    int
}

func (b *book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.torn++
		return
	}
	b.arrived = append(b.arrived, string(body))
	_, _ = io.WriteString(w, "got "+string(body))
}

// awaitTorn waits until so many bodies broke off, or for ten seconds.
func (b *book) awaitTorn(want int) {
	for range 1000 {
		b.mu.Lock()
		n := b.torn
		b.mu.Unlock()
		if n >= want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func opened(t *testing.T) (*book, string) {
	t.Helper()
	b := &book{}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, s.URL
}

// post gives the answer's text, or "" for none.
func post(t *testing.T, c *http.Client, address, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(r)
	if err != nil {
		if !errors.Is(err, ErrBroken) && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func all(*http.Request) bool { return true }

func TestEveryFateBefallsARequestAsItSays(t *testing.T) {
	b, address := opened(t)
	plan := NewPlan(all, Fate{Kind: Lost}, Fate{Kind: Mute}, Fate{Kind: Late}, Fate{Kind: Twice}, Fate{Kind: Refuse}, Fate{Kind: Broken}, Fate{Kind: Late})
	line := NewLine(http.DefaultTransport, plan.Decide)
	c := &http.Client{Transport: line}
	var told []string
	for _, body := range []string{"lost", "mute", "late", "twice", "refused", "broken", "later", "last"} {
		told = append(told, post(t, c, address, body))
	}
	if want := []string{"", "", "", "got twice", "Try again.\n", "", "", "got last"}; !slices.Equal(told, want) {
		t.Errorf("the client was told %q, want %q", told, want)
	}
	line.Deliver()
	b.awaitTorn(1) // the server notices by itself that a body broke off
	b.mu.Lock()
	defer b.mu.Unlock()
	if want := []string{"mute", "twice", "twice", "late", "last", "later"}; !slices.Equal(b.arrived, want) || b.torn != 1 {
		t.Errorf("%q arrived and %d broke, want %q and 1", b.arrived, b.torn, want)
	}
	if !plan.Done() || len(line.Log()) != 8 {
		t.Errorf("done %v, %d requests in the log", plan.Done(), len(line.Log()))
	}
}

func TestTheSameSeedMeetsTheSameFates(t *testing.T) {
	draw := func(seed uint64) (out []Fate) {
		decide := Rough().Decider(seed)
		for range 200 {
			out = append(out, decide(nil))
		}
		return out
	}
	if !slices.Equal(draw(1), draw(1)) || slices.Equal(draw(1), draw(2)) {
		t.Error("a seed does not decide the fates")
	}
	met := map[Kind]int{}
	for _, f := range draw(3) {
		met[f.Kind]++
	}
	for k := Pass; k <= Refuse; k++ {
		if met[k] == 0 {
			t.Errorf("fate %d is never met in 200", k)
		}
	}
}

func TestAGateLeadsToTheServerOfTheMomentAndCanBeShut(t *testing.T) {
	first, a := opened(t)
	second, b := opened(t)
	g := NewGate(t)
	g.Lead(t, a)
	if got := post(t, http.DefaultClient, g.URL, "one"); got != "got one" {
		t.Errorf("told %q", got)
	}
	g.Shut()
	if got := post(t, http.DefaultClient, g.URL, "two"); got != "" {
		t.Errorf("through a shut gate: %q", got)
	}
	g.Open()
	g.Lead(t, b)
	g.Decide(NewPlan(all, Fate{Kind: Mute}).Decide)
	if got := post(t, http.DefaultClient, g.URL, "three"); got != "" {
		t.Errorf("a lost answer: %q", got)
	}
	if !slices.Equal(first.arrived, []string{"one"}) || !slices.Equal(second.arrived, []string{"three"}) {
		t.Errorf("%q and %q arrived", first.arrived, second.arrived)
	}
	if log := g.Log(); len(log) != 1 || log[0].Fate != Mute || log[0].Sent != 5 {
		t.Errorf("log %+v", log)
	}
}
