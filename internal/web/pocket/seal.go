package pocket

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/visit"
)

// sealRequest asks to send a report.
type sealRequest struct {
	Head  string `json:"head"`
	Seq   int    `json:"seq"`
	Stage string `json:"stage"`
}

// seal sends a report, or its stage, from a phone, and answers with the receipt; the same bytes each time.
func (p *Phone) seal(c echo.Context, a auth.Actor) error {
	var in sealRequest
	if err := read(c, &in); err != nil {
		return err
	}
	r, err := p.logs.SealPhone(c.Request().Context(), a, c.Param("id"), visit.SealInput(in))
	if err != nil {
		return err
	}
	replayed(c, r.Replayed)
	b, err := r.JSON()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, b)
}
