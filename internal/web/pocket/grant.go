package pocket

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
)

// grantRequest names the phone.
type grantRequest struct {
	Device string `json:"device"`
}

// grantReply is the only time that the token is told.
type grantReply struct {
	Grant string `json:"grant"`
	Until string `json:"until"`
}

// grant lets a phone send for one visit without a session.
func (p *Phone) grant(c echo.Context, a auth.Actor) error {
	var in grantRequest
	if err := read(c, &in); err != nil {
		return err
	}
	token, g, err := p.logs.GiveGrant(c.Request().Context(), a, c.Param("id"), in.Device)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, grantReply{token, g.Until.UTC().Format(time.RFC3339)})
}
