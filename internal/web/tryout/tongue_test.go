package tryoutweb

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/programme/demo"
)

// theirs tells the words of the programme, and what English and German share.
func theirs(line string) bool {
	src, _ := demo.File("coffee-kiosks")
	all := strings.Join(strings.Fields("TEST Good WOW Standards "+strings.ReplaceAll(string(src), "_", " ")), " ")
	return strings.Contains(all, strings.TrimLeft(line, "0123456789. ")) || strings.HasPrefix(line, "https://")
}

func TestThePagesOfTestRunsSayNothingInEnglishToWhoReadsGerman(t *testing.T) {
	r := newRig(t)
	both := func(path string) {
		t.Helper()
		r.site.Get(r.owner, path+"?speak=de").Status(http.StatusOK).Translated(r.site.Get(r.owner, path), theirs)
	}
	both(r.base)
	run := r.tried(t, r.started(t, nonBuyer), map[string]string{"A3": "yes"})
	both(r.base)
	both(r.base + "/" + run.ID)
	r.site.Post(r.owner, r.base+"?speak=de", nonBuyer).Translated(r.site.Post(r.owner, r.base, nonBuyer), theirs)
	wrong := url.Values{"scenario": {"nobody"}, "channel": {"pigeon"}}
	r.site.Post(r.owner, r.base+"?speak=de", wrong).Status(http.StatusUnprocessableEntity).Translated(r.site.Post(r.owner, r.base, wrong), theirs)
}
