package pocket_test

import (
	"net/http"
	"strings"
	"testing"

	"plainclothes/internal/store/storetest"
)

func TestAPackIsOfOneLanguage(t *testing.T) {
	w := newPocketWorld(t, storetest.SQLite(t))
	h := w.handset()
	type part struct {
		Visit  struct{ Pages string }
		Assets []string
	}
	read := func(speak string) (p part, body string) {
		r := h.call(http.MethodGet, "/api/v1/visits/"+w.id+"/pack"+speak, "")
		body = r.Body.String()
		h.decode(r, http.StatusOK, &p)
		return p, body
	}
	english, said := read("")
	german, gesagt := read("?speak=de")
	if english.Visit.Pages != "en" || german.Visit.Pages != "de" || !strings.Contains(said, `"label":"Yes"`) || !strings.Contains(gesagt, `"label":"Ja"`) || strings.Contains(gesagt, `"label":"Yes"`) {
		t.Errorf("%+v %+v", english.Visit, german.Visit)
	}
	for i, a := range german.Assets {
		if !strings.Contains(a, "-de/") || strings.Contains(english.Assets[i], "-de/") || len(german.Assets) != len(english.Assets) {
			t.Errorf("%s beside %s", a, english.Assets[i])
		}
	}
}
