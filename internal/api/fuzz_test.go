package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/store/storetest"
)

// FuzzReport sends anything as a report: it is kept or refused with a problem document, and never our fault.
func FuzzReport(f *testing.F) {
	r := newRig(f, storetest.SQLite(f))
	id := r.planned()
	good := reportBody(uuid.NewString(), true)
	for _, body := range []string{
		good, strings.Replace(good, `"yes"`, "null", 1), strings.Replace(good, `"yes"`, `["yes"]`, 1), strings.Replace(good, "20", "1e400", 1),
		strings.Replace(good, `"good"`, `{"a":[1]}`, 1), `{"id":"` + uuid.NewString() + `","answers":{"":""},"comments":{"A3":"x"}}`, "", "{}", "[", "7",
		strings.Replace(good, "2026-11-21", "0000-00-00", 1), strings.Replace(good, `"A2":0`, `"A2":-0.0000000000000000001`, 1),
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		one := &rig{World: r.World, t: t, site: r.site, spec: r.spec}
		a := one.send(http.MethodPost, "/visits/"+id+"/report", r.all, body, "Content-Type", "application/json")
		switch a.Code {
		case http.StatusCreated, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		default:
			t.Errorf("status %d for %q: %s", a.Code, body, a.Body)
		}
	})
}
