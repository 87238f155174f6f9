package manager_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"plainclothes/internal/store/worldtest"
	"plainclothes/static"
)

func zipped(t testing.TB, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// hundred is a network of 100 branches with 12 standards and a year of visits.
func hundred(t testing.TB) *rig {
	t.Helper()
	r := newRig(t, 100)
	r.Publish(worldtest.Tea(12), "first", "2025-01-01")
	r.Season(12, 31, months(12)...) // so many that a year of them is a large window
	return r
}

var used = regexp.MustCompile(`(?:href|src)="/static/[0-9a-f]+/([^"#]+)`)

func TestTheComparisonOfAHundredBranchesStaysWithinItsBudget(t *testing.T) {
	r := hundred(t)
	site := r.site(t)
	for _, path := range []string{"/compare", "/compare/branches", "/compare/branches?window=last12", "/compare/standards?window=last12", "/compare/change"} {
		body := site.Get(r.Owner, path).Status(http.StatusOK).Body.Bytes()
		page := zipped(t, body)
		files := map[string]bool{}
		for _, m := range used.FindAllSubmatch(body, -1) {
			files[string(m[1])] = true
		}
		delete(files, "manifest.webmanifest") // fetched for installing only
		all := page
		for name := range files {
			b, err := static.Files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all += zipped(t, b)
		}
		t.Logf("%s: page %d KB, zipped %d B, with %d files %d B", path, len(body)>>10, page, len(files), all)
		if all > 60<<10 {
			t.Errorf("%s takes %d bytes, more than 60 KB", path, all)
		}
		if len(files)+1 > 5 {
			t.Errorf("%s takes %d requests, more than 5: %v", path, len(files)+1, files)
		}
	}
	// So many visits are a large window: a new one is in its branch at once, and the page says of when the rest is.
	page := "/compare/branches/" + r.Branches[3].ID + "?window=last12"
	site.Get(r.Owner, page).Silent("as of ")
	visit := worldtest.Made{Branch: r.Branches[3], Scenario: "guest", On: "2026-11-05", Answers: r.Answered(12, 0)}
	r.Visit(visit)
	site.Get(r.Owner, page).Says("as of " + r.Now.UTC().Format("15:04"))
	r.Visit(visit) // the first may be found out about by now; of the next nothing is for a while
	site.Get(r.Owner, "/compare/branches?window=last12").Says("has its new score already")
	if err := r.svc.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkCompare(b *testing.B) {
	r := hundred(b)
	ask := func(b *testing.B, path string, fresh bool) {
		site := r.site(b)
		request := func() *http.Request {
			q := httptest.NewRequest(http.MethodGet, path, nil)
			q.Host = "localhost:8080"
			q.Header.Set("Accept-Encoding", "gzip")
			q.AddCookie(&http.Cookie{Name: "plainclothes", Value: r.Owner.Member})
			return q
		}
		for b.Loop() {
			if fresh {
				b.StopTimer()
				r.svc = newService(r.World)
				site = r.site(b)
				b.StartTimer()
			}
			w := httptest.NewRecorder()
			site.Echo().ServeHTTP(w, request())
			if w.Code != http.StatusOK {
				b.Fatal(w.Code)
			}
		}
	}
	for _, path := range []string{"/compare", "/compare/branches", "/compare/branches?window=last12", "/compare/standards", "/compare/change", "/compare/sure"} {
		b.Run("again"+path[8:], func(b *testing.B) { ask(b, path, false) })
		b.Run("first"+path[8:], func(b *testing.B) { ask(b, path, true) })
	}
}
