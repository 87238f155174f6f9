package builder_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/store/worldtest"
	"plainclothes/static"
)

// long is a rig with a draft of 120 questions more in a third section.
func long(t testing.TB) *rig {
	t.Helper()
	var b strings.Builder
	b.WriteString(worldtest.Tea(4))
	for s := range 8 {
		fmt.Fprintf(&b, "- id: C%d\n  title: Section of questions %d\n  questions:\n", s, s)
		for i := range 15 {
			fmt.Fprintf(&b, "  - {id: Z%d_%d, kind: yes_no, text: 'Was the counter clean and free of litter, number %d of %d?', standard: K01, points: 2}\n", s, i, i, s)
		}
	}
	return holding(t, []byte(b.String()))
}

var used = regexp.MustCompile(`(?:href|src)="/static/[0-9a-f]+/([^"#]+)`)

func zipped(t testing.TB, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// TestAHundredAndTwentyQuestionsStayWithinTheBudget counts what comes over the wire, without the preview's own page.
func TestAHundredAndTwentyQuestionsStayWithinTheBudget(t *testing.T) {
	r := long(t)
	for _, open := range []string{"", "?open=question/Z7_14", "?open=scenarios"} {
		body := r.site.Get(r.Owner, r.path()+open).Status(http.StatusOK).Body.Bytes()
		files := map[string]bool{"js/morph.js": true, "js/reorder.js": true, "icons.svg": true}
		for _, m := range used.FindAllSubmatch(body, -1) {
			files[string(m[1])] = true
		}
		delete(files, "manifest.webmanifest") // fetched for installing only
		all := zipped(t, body)
		for name := range files {
			file, err := static.Files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all += zipped(t, file)
		}
		t.Logf("%q: page %d KB, zipped %d B, with %d files %d B", open, len(body)>>10, zipped(t, body), len(files), all)
		if all > 60<<10 || len(body) > 160<<10 {
			t.Errorf("%q: %d bytes in all, page %d", open, all, len(body))
		}
		if len(files)+1 > 10 {
			t.Errorf("%q takes %d requests: %v", open, len(files)+1, files)
		}
	}
}

func BenchmarkAHundredAndTwentyQuestions(b *testing.B) {
	r := long(b)
	for name, open := range map[string]string{"closed": "", "open": "?open=question/Z7_14"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q := httptest.NewRequest(http.MethodGet, r.path()+open, nil)
				q.Host = "localhost:8080"
				q.Header.Set("Accept-Encoding", "gzip")
				q.AddCookie(&http.Cookie{Name: "plainclothes", Value: r.Owner.Member})
				w := httptest.NewRecorder()
				r.site.Echo().ServeHTTP(w, q)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
