package editor_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/programme/demo"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/webtest"
)

// names are those that the rig makes, and what English and German share.
var names = regexp.MustCompile(`^(B\d{3}, \w+|Branch \d{3}|B\d{3} · \w+|(Visitor|alias-)[ \w-]+|Programme \d+|Robin|Otter \d+|[0-9a-f-]{36}|Oakum .*|Copper Kettle .* · Buyer|Good|WOW|Standards|Region|Europe/\w+|[A-Z0-9]{4}(-[A-Z0-9]{4})+|\d.*min|[A-Z][\w ]+ · (Version|version) \d)$`)

// theirs tells the words of people.
func theirs(line string) bool {
	src, _ := demo.File("coffee-kiosks")
	all := strings.Join(strings.Fields(string(src)), " ") + story + " I looked on the counter & the wall. Not quite clear yet. "
	rest := strings.TrimSuffix(strings.TrimLeft(line, "0123456789. "), "…")
	return names.MatchString(line) || strings.Contains(all, rest)
}

// numbered begins with the number of a question, or is an amount that a shopper wrote down.
var numbered = regexp.MustCompile(`^(zu )?\d\.\d+( |$)|^£\d+\.\d\d$`)

// inBoth compares what a page says in English and in German.
func (r *rig) inBoth(path string, ask func(path string) *httptest.ResponseRecorder) {
	r.t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	english := webtest.Seen(r.t, ask(path))
	webtest.Seen(r.t, ask(path+sign+"speak=de")).Translated(english, theirs).Commas(numbered.MatchString)
}

func TestTheEditorsPagesSayNothingInEnglishToWhoReadsGerman(t *testing.T) {
	r := newRig(t)
	id, accepted := r.made(visit.Received), r.made(visit.Accepted)
	read := func(path string) *httptest.ResponseRecorder { return r.get("e", path) }
	for _, p := range []string{
		"/review", "/review?state=sent_back", "/review?state=accepted", "/review?state=published", "/review?state=aside", "/review?state=unsent",
		path(id), path(id, "/send-back"), "/import",
	} {
		r.inBoth(p, read)
	}
	for at, f := range map[string]url.Values{
		path(id, "/send-back"):    {"go": {"send"}, "reason": {"x"}, "question": {""}, "text": {"Not quite clear yet."}},
		path(id, "/decline"):      {"decline": {""}},
		path(id, "/set-aside"):    {"aside": {""}},
		path(id, "/note"):         {"note": {""}},
		path(accepted, "/accept"): {"revision": {"99"}},
		"/review/publish":         {},
		"/import":                 {},
	} {
		r.inBoth(at, func(path string) *httptest.ResponseRecorder { return r.post("e", path, f) })
	}
}
