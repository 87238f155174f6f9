package authweb

import (
	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/kit"
)

// home is where the work of a role begins.
var home = map[auth.Role]string{
	auth.Owner:           "/standards",
	auth.RegionalManager: "/compare",
	auth.BranchManager:   "/reports",
	auth.Editor:          "/review",
	auth.Scheduler:       "/plan",
	auth.Shopper:         "/visits",
}

// start leads everyone to his own first page; of several roles the first of auth.Roles counts.
func (h *Handlers) start(c echo.Context, a auth.Actor) error {
	if a.Person == "" {
		return kit.Redirect(c, "/sign-in")
	}
	for _, r := range auth.Roles() {
		if a.Has(r) {
			return kit.Redirect(c, home[r])
		}
	}
	return kit.Redirect(c, "/account")
}
