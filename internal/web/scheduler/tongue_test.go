package scheduler_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/programme/demo"
	"plainclothes/internal/web/webtest"
)

// names are those that the rig makes, and what English and German share.
var names = regexp.MustCompile(`^(Plan|Region|North|South|London|Europe/\w+|.*B\d{3}.*|Branch \d{3}.*|alias-.*|Robin|Otter \d+|[0-9a-f-]{36}|Oakum .*|Shopper \d+.*|.*[£€]\d.*)$`)

func theirs(line string) bool {
	src, _ := demo.File("coffee-kiosks")
	return names.MatchString(line) || strings.Contains(string(src), line)
}

// inBoth compares what a page says in English and in German.
func (r *rig) inBoth(path string, ask func(path string) *httptest.ResponseRecorder) {
	r.t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	english := webtest.Seen(r.t, ask(path))
	webtest.Seen(r.t, ask(path+sign+"speak=de")).Translated(english, theirs)
}

func TestThePlanSaysNothingInEnglishToWhoReadsGerman(t *testing.T) {
	r := newRig(t, 3)
	id := r.one(r.Branches[0], 7, "")
	read := func(path string) *httptest.ResponseRecorder { return r.get("p", path) }
	for _, p := range []string{"/plan", "/plan?state=open", "/plan?state=sent", "/plan?state=cancelled", "/plan?branch=nowhere", "/plan/new"} {
		r.inBoth(p, read)
	}
	for _, f := range []url.Values{
		{"go": {"preview"}, "fee": {"much"}},
		{"go": {"preview"}, "due_date": {"2000-01-01"}, "due_time": {"20:00"}, "fee": {"0.001"}, "codes": {"x y z"}},
		r.order("go", "preview"),
	} {
		r.inBoth("/plan/new", func(path string) *httptest.ResponseRecorder { return r.post("p", path, f) })
	}
	r.inBoth("/plan/"+id+"/cancel", func(path string) *httptest.ResponseRecorder { return r.post("p", path, url.Values{"reason": {""}}) })
}
