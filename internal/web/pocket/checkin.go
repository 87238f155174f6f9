package pocket

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// CheckIns keep where a shopper said that he was.
type CheckIns interface {
	CheckIn(ctx context.Context, a auth.Actor, c visit.CheckIn) error
}

// Places takes check-ins.
type Places struct{ checkIns CheckIns }

// NewPlaces joins the route with its use case.
func NewPlaces(c CheckIns) *Places { return &Places{c} }

// maxCheckIn is the largest body of a check-in, in bytes.
const maxCheckIn = 1 << 10

// Routes lists the route.
func (p *Places) Routes() []kit.Route {
	return failing([]kit.Route{{
		Method: http.MethodPost, Path: Base + "/visits/:id/check-in", Name: "say where you are", Access: kit.NeedOrGrant(auth.VisitDo), Handle: p.checkIn,
		Limits: kit.Limits{Body: maxCheckIn},
	}})
}

// checkInBody is what a phone sends: a place with its accuracy in metres, or that the shopper would rather not say.
type checkInBody struct {
	At       time.Time `json:"at"`
	Refused  bool      `json:"refused"`
	Lat      *float64  `json:"lat"`
	Lon      *float64  `json:"lon"`
	Accuracy *float64  `json:"accuracy"`
}

func (p *Places) checkIn(c echo.Context, a auth.Actor) error {
	in, err := readCheckIn(c.Request().Body)
	if err == nil {
		in.Visit = c.Param("id")
		err = p.checkIns.CheckIn(c.Request().Context(), a, in)
	}
	if err != nil {
		return answerWith(c, err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, struct{}{})
}

// readCheckIn reads the body; a place that is not refused is whole.
func readCheckIn(r io.Reader) (visit.CheckIn, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return visit.CheckIn{}, err
	}
	if err := visit.CheckText(raw); err != nil {
		return visit.CheckIn{}, err
	}
	var b checkInBody
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || d.More() {
		return visit.CheckIn{}, wrong("body", "Send {at, lat, lon, accuracy}, or {at, refused: true}.")
	}
	in := visit.CheckIn{At: b.At, Refused: b.Refused}
	var bad fault.Fields
	for _, f := range []struct {
		name string
		from *float64
		to   *float64
	}{{"lat", b.Lat, &in.Lat}, {"lon", b.Lon, &in.Lon}, {"accuracy", b.Accuracy, &in.Accuracy}} {
		switch {
		case f.from != nil:
			*f.to = *f.from
		case !b.Refused:
			bad.Addf(f.name, "Say %s, or refused: true.", f.name)
		}
	}
	return in, bad.Err()
}
