package pocket_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/pocket"
	"plainclothes/internal/web/webtest"
)

func (p *photoSite) checkIn(a auth.Actor, id, body string) webtest.Answer {
	p.t.Helper()
	return p.PostBody(a, "/api/v1/visits/"+id+"/check-in", "application/json", strings.NewReader(body))
}

func TestAShopperSaysWhereHeIsOrThatHeWouldRatherNot(t *testing.T) {
	p := newPhotoSite(t)
	p.Add(pocket.NewPlaces(p.svc).Routes()...)
	p.checkIn(p.shopper, p.id, `{"at":"2026-11-21T12:00:00Z","refused":true}`).Status(http.StatusOK)
	w := p.checkIn(p.shopper, p.id, `{"at":"2026-11-21T12:01:00.250Z","lat":53.7965,"lon":-1.5478,"accuracy":25}`)
	if w.Status(http.StatusOK); strings.TrimSpace(w.Body.String()) != "{}" {
		t.Errorf("got %s", w.Body)
	}
	var c visit.CheckIn
	err := p.Store.Visits().View(t.Context(), p.Org, func(tx visit.Tx) (err error) {
		c, err = tx.CheckIn(t.Context(), p.Org, p.id)
		return err
	})
	if err != nil || c.Refused || c.Lat != 53.7965 || c.Accuracy != 25 || c.HasDistance {
		t.Errorf("%+v %v", c, err)
	}
}

func TestACheckInThatMakesNoSenseIsRefusedInWords(t *testing.T) {
	p := newPhotoSite(t)
	p.Add(pocket.NewPlaces(p.svc).Routes()...)
	for body, want := range map[string]int{
		``: 422, `[]`: 422, `{"at":"2026-11-21T12:00:00Z"}`: 422, `{"at":"yesterday","refused":true}`: 422, `{"refused":true}`: 422,
		`{"at":"2026-11-21T12:00:00Z","lat":91,"lon":0,"accuracy":1}`:             422,
		`{"at":"2026-11-21T12:00:00Z","lat":1,"lon":181,"accuracy":1}`:            422,
		`{"at":"2026-11-21T12:00:00Z","lat":1,"lon":1,"accuracy":-1}`:             422,
		`{"at":"2026-11-21T12:00:00Z","lat":1,"lon":1,"accuracy":1,"speed":9}`:    422,
		`{"at":"2026-11-21T12:00:00Z","lat":"1","lon":1,"accuracy":1}`:            422,
		`{"at":"2026-11-21T12:00:00Z","refused":true}{}`:                          422,
		`{"at":"2026-11-21T12:00:00Z","refused":true}` + strings.Repeat(" ", 2e3): 413,
	} {
		w := p.checkIn(p.shopper, p.id, body)
		if w.Code != want {
			t.Errorf("%.70s: %d %s", body, w.Code, w.Body)
			continue
		}
		if _, message, _ := errorOf(t, w.ResponseRecorder); message == "" {
			t.Errorf("%s: no words", body)
		}
	}
	fine := `{"at":"2026-11-21T12:00:00Z","refused":true}`
	p.checkIn(p.shopper, uuid.NewString(), fine).Status(http.StatusNotFound)
	p.checkIn(p.shopper, "x", fine).Status(http.StatusNotFound)
	p.checkIn(p.Actors[auth.Editor], p.id, fine).Status(http.StatusForbidden)
	if err := p.Store.Visits().View(t.Context(), p.Org, func(tx visit.Tx) error {
		_, err := tx.CheckIn(t.Context(), p.Org, p.id)
		return err
	}); !fault.Is(err, fault.NotFound) {
		t.Errorf("something was kept: %v", err)
	}
}
