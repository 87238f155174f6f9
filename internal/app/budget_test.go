package app

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/roughtest"
)

// The budget of what a visit costs a shopper's phone.
const (
	maxScript       = 15 << 10 // gz, of all that a section needs to be filled in; what sends comes after
	maxAnswer       = 1 << 10  // an answer on the wire, with its share of the message around it
	maxVisit        = 3 << 20  // 25 answers and 8 photos
	maxPhoto        = 600 << 10
	usualPhoto      = 350 << 10
	maxOfflineMilli = 300 // until a page from the phone is loaded
)

// weight is the size of a file of the site as it travels.
func (s *scene) weight(path string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.gate.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip") // asked for by hand, it is not undone by the client
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s answers %d, %v", path, res.StatusCode, err)
	}
	return int(n)
}

func TestASectionsScriptsKeepTheirBudget(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.BeforeScripts(`document.addEventListener("DOMContentLoaded", () => window.loaded = [...new Set(performance.getEntriesByType("resource").map(r => new URL(r.name).pathname).filter(n => n.endsWith(".js")))])`)
	p.at(0, "A")
	p.Until(`window.loaded`)
	loaded := browsertest.Eval[[]string](p.Page, `window.loaded`)
	total := 0
	for _, path := range loaded {
		if strings.HasPrefix(path, "/static/") { // not the worker's own file, which no page waits for
			n := s.weight(path)
			total += n
			t.Logf("%6d %s", n, path)
		}
	}
	if total > maxScript || len(loaded) < 3 {
		t.Errorf("%d bytes in %d scripts, at most %d", total, len(loaded), maxScript)
	}
}

func TestAVisitOfTwentyFiveAnswersAndEightPhotosCostsLittle(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	s.gate.Decide(roughtest.Smooth) // the record begins here
	for i := range 25 {
		p.taps([]string{"A3", "A4", "A6", "A7"}[i%4], []string{"yes", "no"}[i/4%2])
		p.Until(fmt.Sprintf(`(`+idbJS+`)("ops").then(ops => ops.length === %d)`, i+1))
	}
	photo := twelveMegapixels(t)
	for i := range 8 {
		p.SetFiles(`#q-A3 input[type=file]`, photo)
		p.Until(fmt.Sprintf(`document.querySelectorAll("#q-A3 .photo img").length === %d`, i+1))
	}
	p.says("Saved and sent")
	p.arrived()
	answers, total := sentBytes(s.gate.Log())
	t.Logf("25 answers, 8 photos: %d bytes of ops in all, %d bytes sent", answers, total)
	if each := answers / len(p.ops()); each > maxAnswer {
		t.Errorf("an answer is %d bytes on the wire, at most %d", each, maxAnswer)
	}
	if total > maxVisit {
		t.Errorf("%d bytes were sent, at most %d", total, maxVisit)
	}
	for _, k := range browsertest.Eval[[]keptPhoto](p.Page, photosJS) {
		if k.Size > usualPhoto || k.Size > maxPhoto {
			t.Errorf("a photo is %d bytes", k.Size)
		}
	}
}

// sentBytes adds up the bodies of the ops, and of everything.
func sentBytes(log []roughtest.Entry) (ops, total int) {
	for _, e := range log {
		total += e.Sent
		if e.Method == http.MethodPost && strings.HasSuffix(e.Path, "/ops") {
			ops += e.Sent
		}
	}
	return ops, total
}

func TestAPageFromThePhoneIsThereAtOnce(t *testing.T) {
	s := onlyScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.loses()
	p.at(0, "A")
	median := p.loads(t)
	for more := 3; more > 0 && median > maxOfflineMilli; more-- { // other work on the same machine is not the page's
		median = p.loads(t)
	}
	if median > maxOfflineMilli {
		t.Errorf("a page from the phone takes %.0f ms, at most %d", median, maxOfflineMilli)
	}
}

// loads opens sections one after the other and gives the usual time until one is loaded and painted, in milliseconds.
func (c *carrier) loads(t *testing.T) float64 {
	t.Helper()
	var all []float64
	for _, section := range strings.Fields("A B A N A E O") {
		c.at(0, section)
		n := browsertest.Eval[[]float64](c.Page, `(n => [n.domContentLoadedEventEnd, n.loadEventEnd, performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0])(performance.getEntriesByType("navigation")[0])`)
		all = append(all, max(n[1], n[2]))
	}
	slices.Sort(all)
	t.Logf("without signal a page is loaded and painted after %.0f ms", all)
	return all[len(all)/2]
}
