package gallery_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/programme/demo"
)

// alike are words that English and German share.
const alike = "Name Standards 1 Standard "

// theirs tells the words of programmes.
func theirs(line string) bool {
	all := []string{alike}
	for _, name := range []string{"coffee-kiosks", "hardware-stores", "luxury-electronics", "online-store"} {
		src, _ := demo.File(name)
		all = append(all, strings.Fields(string(src))...)
	}
	return strings.Contains(strings.Join(all, " "), strings.TrimPrefix(line, "mit "))
}

func TestTheGallerySaysNothingInEnglishToWhoReadsGerman(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/programmes/new", "/standards/" + r.Programme + "/checklist/gallery"} {
		r.site.Get(r.owner, path+"?speak=de").Status(http.StatusOK).Translated(r.site.Get(r.owner, path), theirs)
	}
	empty := url.Values{"name": {" "}}
	r.site.Post(r.owner, "/programmes/new?speak=de", empty).Status(http.StatusUnprocessableEntity).Says("Geben Sie dem Programm einen Namen.").
		Translated(r.site.Post(r.owner, "/programmes/new", empty), theirs)
}
