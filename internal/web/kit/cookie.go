package kit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// The names without the __Host- prefix, which browsers accept only over https.
const (
	cookieSession = "plainclothes"
	cookieOrg     = "plainclothes-org"
	cookieWho     = "plainclothes-who"
	cookieTheme   = "plainclothes-theme"
	cookieFlash   = "plainclothes-flash"
	cookieTest    = "plainclothes-test"
)

const year = 365 * 24 * time.Hour

// cookieName adds the prefix that ties a cookie to this host, where the browser allows it.
func (s *Site) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

func (s *Site) setCookie(c echo.Context, name, value string, age time.Duration, script bool) {
	//nolint:gosec // Secure is off only where New allows plain http: on this machine; scripts may read what is no secret
	ck := &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(age.Seconds()), Secure: s.secure, HttpOnly: !script, SameSite: http.SameSiteLaxMode}
	if age <= 0 {
		ck.MaxAge = -1
	}
	c.SetCookie(ck)
}

func (s *Site) cookie(c echo.Context, name string) string {
	ck, err := c.Cookie(s.cookieName(name))
	if err != nil || len(ck.Value) > 2048 {
		return ""
	}
	return ck.Value
}

func (s *Site) sessionToken(c echo.Context) string { return s.cookie(c, cookieSession) }
func (s *Site) orgCookie(c echo.Context) string    { return s.cookie(c, cookieOrg) }

func siteOf(c echo.Context) *Site {
	s, ok := c.Get(keySite).(*Site)
	if !ok {
		panic("kit: the request did not come through Site.Echo")
	}
	return s
}

// SetSession signs a browser in: the token until expires, and a hash of the person's id that scripts may read, so that
// a phone can tell whose unsent notes it holds before it shows any of them.
func SetSession(c echo.Context, token, person string, expires time.Time) {
	s := siteOf(c)
	age := expires.Sub(s.opt.Now())
	s.setCookie(c, cookieSession, token, age, false)
	s.setCookie(c, cookieWho, Who(person), age, true)
}

// ClearSession signs a browser out.
func ClearSession(c echo.Context) {
	s := siteOf(c)
	for _, name := range []string{cookieSession, cookieWho, cookieOrg} {
		s.setCookie(c, name, "", 0, false)
	}
}

// SetTestPass gives a browser the pass to one test run of a checklist, and to nothing else.
func SetTestPass(c echo.Context, pass string, until time.Time) {
	s := siteOf(c)
	s.setCookie(c, cookieTest, pass, until.Sub(s.opt.Now()), false)
}

// TestPassOf gives the pass to a test run that this browser has, or "".
func TestPassOf(c echo.Context) string { return siteOf(c).cookie(c, cookieTest) }

// Who is the hash of a person's id that pages and phones may know.
func Who(person string) string {
	sum := sha256.Sum256([]byte("who:" + person))
	return hex.EncodeToString(sum[:8])
}

// ChooseOrganisation remembers which of his organisations a person acts in. Each request checks the membership anew.
func ChooseOrganisation(c echo.Context, org string) {
	siteOf(c).setCookie(c, cookieOrg, org, year, false)
}

// SetTheme remembers a theme on this device. Scripts may read and set it: the dock's button works without signal.
func SetTheme(c echo.Context, theme string) { siteOf(c).setCookie(c, cookieTheme, theme, year, true) }

// ThemeOf gives the theme chosen on this device, or "auto".
func ThemeOf(c echo.Context) string {
	switch t := siteOf(c).cookie(c, cookieTheme); t {
	case "light", "dark", "discreet":
		return t
	}
	return "auto"
}

// Flash leaves one sentence for the next page.
func Flash(c echo.Context, sentence string) {
	siteOf(c).setCookie(c, cookieFlash, base64.RawURLEncoding.EncodeToString([]byte(sentence)), time.Minute, false)
}

// takeFlash gives the sentence left for this page and removes it.
func (s *Site) takeFlash(c echo.Context) string {
	raw, err := base64.RawURLEncoding.DecodeString(s.cookie(c, cookieFlash))
	if err != nil || len(raw) == 0 || !utf8.Valid(raw) {
		return ""
	}
	s.setCookie(c, cookieFlash, "", 0, false)
	return string(raw)
}
