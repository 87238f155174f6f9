package kit

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// Sessions is what the kit asks about who is at the other end.
// SessionPerson and ActorFor answer SignIn or NotFound for a session or a membership that is no more. RenewSession is
// asked when a session says Renew; a fresh token of "" leaves the cookie as it is.
type Sessions interface {
	SessionPerson(ctx context.Context, token string) (auth.Session, auth.Person, error)
	Memberships(ctx context.Context, person string) ([]auth.Membership, error)
	ActorFor(ctx context.Context, person, org string) (auth.Actor, error)
	RenewSession(ctx context.Context, token string) (fresh string, expires time.Time, err error)
}

// Options are the settings of a Site. BaseURL, Now, Log and Sessions are needed.
type Options struct {
	BaseURL        string // where browsers find us: https://lists.example.com; http only for this machine
	Now            func() time.Time
	Log            *slog.Logger
	Sessions       Sessions
	Grants         func(ctx context.Context, token string) (auth.Actor, error) // who a phone's grant stands for; nil: there are none
	Ready          func(context.Context) error                                 // for /readyz; nil: always ready
	TrustedProxies []netip.Prefix                                              // whose X-Forwarded-For is believed; none: nobody's
	OpenMetrics    bool                                                        // answer /metrics to everyone, not to this machine only
	Rate           float64                                                     // requests a second from one address, 0: 50
	Burst          int                                                         // requests at once from one address, 0: 300
	InFlight       int                                                         // pages being answered at once, 0: 256
	Mirror         bool                                                        // also answer in catalogue.Mirror, for tests of right-to-left pages
	Timeout        time.Duration                                               // for one page, 0: 30 s
}

// Site is the web server's routes and everything they share. Make one with New; it is safe for concurrent use once
// all routes are added.
type Site struct {
	opt     Options
	echo    *echo.Echo
	secure  bool // served by https
	routes  []Route
	limits  map[string]Limits
	fails   map[string]func(echo.Context, error) error
	gates   map[Class]*gate
	rates   rates
	metrics *metrics
	cop     *http.CrossOriginProtection
}

// New makes a site without routes but those for health, metrics and assets.
func New(o Options) (*Site, error) {
	secure, err := checkBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	o = withDefaults(o)
	s := &Site{
		opt: o, echo: echo.New(), secure: secure, limits: map[string]Limits{}, fails: map[string]func(echo.Context, error) error{}, gates: newGates(o.InFlight),
		rates: newRates(o.Rate, o.Burst), metrics: newMetrics(), cop: http.NewCrossOriginProtection(),
	}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.handleError
	s.echo.IPExtractor = extractor(o.TrustedProxies)
	s.use()
	s.addOwn()
	return s, nil
}

func withDefaults(o Options) Options {
	if o.Rate == 0 {
		o.Rate = 50
	}
	if o.Burst == 0 {
		o.Burst = 300
	}
	if o.InFlight == 0 {
		o.InFlight = 256
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	return o
}

// checkBase says whether the address is https. Plain http would send the session in the clear, so it is allowed only
// where nothing leaves the machine.
func checkBase(base string) (secure bool, err error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return false, fmt.Errorf("the public address %q is not a whole address like https://lists.example.com", base)
	}
	if u.Scheme == "https" || loopback(u.Hostname()) {
		return u.Scheme == "https", nil
	}
	return false, fmt.Errorf("the public address %q is plain http: sessions would travel in the clear; use https, or http://localhost on this machine", base)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func extractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	opts := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		opts = append(opts, echo.TrustIPRange(&net.IPNet{IP: p.Masked().Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}))
	}
	return echo.ExtractIPFromXFFHeader(opts...)
}

// Echo gives the router: the handler to serve, and where another adapter adds its routes.
// Such routes get every wall of the middleware but look after their own access; see Limit.
func (s *Site) Echo() *echo.Echo { return s.echo }

// Registry is where other parts of the program register what /metrics shows.
func (s *Site) Registry() *prometheus.Registry { return s.metrics.registry }

// Add registers pages; it is the only way to do so. GET pages answer HEAD too.
func (s *Site) Add(routes ...Route) {
	for _, r := range routes {
		s.Limit(r.Method, r.Path, r.Limits)
		s.echo.Add(r.Method, r.Path, s.serve(r))
		if r.Fail != nil {
			s.fails[r.Method+" "+r.Path] = r.Fail
		}
		if r.Method == http.MethodGet {
			s.Limit(http.MethodHead, r.Path, r.Limits)
			s.echo.HEAD(r.Path, s.serve(r))
		}
		s.routes = append(s.routes, r)
	}
}

// Routes lists what was added, for the test that walks every route with every role.
func (s *Site) Routes() []Route { return slices.Clone(s.routes) }

// serve asks for access, then hands over to the route's handler.
func (s *Site) serve(r Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		a, err := s.admit(c, r.Access)
		if err != nil {
			return err
		}
		return r.Handle(c, a)
	}
}

// grantScheme begins the Authorization header of a phone that sends by its grant.
const grantScheme = "Grant "

// admit gives the actor, or the fault that keeps the request out.
func (s *Site) admit(c echo.Context, acc Access) (auth.Actor, error) {
	if token, ok := strings.CutPrefix(c.Request().Header.Get(echo.HeaderAuthorization), grantScheme); ok && acc.TakesGrant() && s.opt.Grants != nil {
		return s.opt.Grants(c.Request().Context(), token)
	}
	v, err := s.visitor(c)
	if err != nil && (!fault.Is(err, fault.SignIn) || acc.kind != public) {
		return auth.Actor{}, err
	}
	if acc.kind == nobody {
		return auth.Actor{}, fault.Missing("page")
	}
	if verb, needs := acc.Verb(); needs && !v.actor.May(verb) {
		return auth.Actor{}, fault.New(fault.Forbidden, forbiddenText(v))
	}
	return v.actor, nil
}

func forbiddenText(v visitor) string {
	if v.actor.Org == "" {
		return "You have no place in an organisation at the moment. Ask the person who invited you."
	}
	return "Your role here does not include this page."
}
