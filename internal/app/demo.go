package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/fault"
)

// demoCmd makes a believable organisation and serves it.
type demoCmd struct {
	Addr     string `default:"127.0.0.1:8080" help:"Address to listen on, HOST:PORT."`
	Dir      string `help:"Folder to keep the demo in; a temporary one unless given." placeholder:"FOLDER"`
	Database string `help:"Database to fill instead of a SQLite file in the folder: postgres://USER:PASSWORD@HOST/NAME." placeholder:"URL"`
	Small    bool   `help:"A handful of branches and three months of visits."`
	Visits   int    `help:"About how many published visits to make." placeholder:"N"`
}

// demoLinkLife is how long the demo's links work.
const demoLinkLife = 24 * time.Hour

// maxDemoVisits is what a demo makes at most.
const maxDemoVisits = 5_000_000

// Run makes the data unless it is there already, prints a link a role and serves.
func (c demoCmd) Run(p *program) error {
	if c.Visits < 0 || c.Visits > maxDemoVisits {
		return fault.Newf(fault.Invalid, "--visits is between 0 and %d.", maxDemoVisits)
	}
	addr, err := browserAddr(c.Addr)
	if err != nil {
		return err
	}
	dir, temporary, err := c.folder()
	if err != nil {
		return err
	}
	if temporary {
		defer func() { _ = os.RemoveAll(dir) }()
	}
	cfg, err := p.env.Config(config.Serve{
		Storage: config.Storage{Dir: dir, Database: c.Database, S3Region: "us-east-1"},
		Server:  config.Server{Addr: c.Addr, URL: "http://" + addr},
		Mail:    config.Mail{SMTPPort: "587", SMTPTLS: "starttls"}, Log: config.Log{LogLevel: "warn", LogFormat: "text"},
	})
	if err != nil {
		return err
	}
	return p.serve(cfg, func(x *parts, url string) error {
		people, err := p.demo(x, c.plan())
		if err != nil {
			return err
		}
		return p.demoLinks(x, url, people)
	})
}

// folder gives the folder to use, and whether it is to go afterwards.
func (c demoCmd) folder() (dir string, temporary bool, err error) {
	if c.Dir != "" {
		dir, err = filepath.Abs(c.Dir)
		return dir, false, err
	}
	dir, err = os.MkdirTemp("", "plainclothes-demo-")
	return dir, true, err
}

// browserAddr is the address as a browser on this machine reaches it.
//
// It refuses what only other machines reach: the demo speaks plain http, in which sessions must not travel.
func browserAddr(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fault.Newf(fault.Invalid, "--addr is HOST:PORT, such as 127.0.0.1:8080, and not %q.", addr)
	}
	ip := net.ParseIP(host)
	if host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fault.Newf(fault.Invalid, "The demo speaks plain http, so that it is for this machine alone. Choose an address such as 127.0.0.1:%s with --addr.", port)
	}
	return net.JoinHostPort(host, port), nil
}

// demoLinks prints one sign-in link a role, each on a line of its own.
func (p *program) demoLinks(x *parts, url string, people []demoPerson) error {
	p.sayf("The demo is at %s. Open one of these links to look at it as that role; each works once, for %d hours.", url, demoLinkLife/time.Hour)
	for _, who := range people {
		token, err := x.auth.MakeLink(p.ctx, who.person, auth.LinkSignIn, demoLinkLife)
		if err != nil {
			return err
		}
		if err := p.printf("%-17s %s/link/%s\n", who.role, url, token); err != nil {
			return err
		}
	}
	p.sayf("Every one of them can also sign in with the password %q. Stop with Ctrl-C.", demoPassword)
	return nil
}

// demoPlan is how much there is to make.
type demoPlan struct {
	visits   int // published ones, about
	months   int
	branches map[string]int // programme file → branches
}

// plan follows from the flags.
func (c demoCmd) plan() demoPlan {
	d := demoPlan{visits: 7200, months: 24, branches: map[string]int{
		"coffee-kiosks": 60, "hardware-stores": 34, "luxury-electronics": 14, "online-store": 4,
	}}
	if c.Small {
		d.visits, d.months = 420, 3
		d.branches = map[string]int{"coffee-kiosks": 14, "hardware-stores": 6, "luxury-electronics": 4, "online-store": 1}
	}
	if c.Visits > 0 {
		d.visits = c.Visits
		if c.Visits > demoLarge {
			d.branches = map[string]int{"coffee-kiosks": 1300, "hardware-stores": 500, "luxury-electronics": 180, "online-store": 20}
		}
	}
	return d
}

// demo fills the database, or finds the people of a demo that is there already.
func (p *program) demo(x *parts, plan demoPlan) ([]demoPerson, error) {
	d := &demoMaker{p: p, x: x, plan: plan, start: p.now()}
	people, err := d.returning()
	if err != nil || people != nil {
		return people, err
	}
	for _, step := range []func() error{d.found, d.makeBranches, d.makePeople, d.makeProgrammes, d.makePast, d.makePresent, d.findOut} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("make the demo: %w", err)
		}
	}
	p.sayf("Made %d branches, %d shoppers and %d published visits in %.1f seconds.",
		len(d.branches), len(d.shoppers), d.published, p.now().Sub(d.start).Seconds())
	return d.people, nil
}

// returning gives the people of a demo made earlier in this database, nil in an empty one. A database with somebody
// else's data is refused.
func (d *demoMaker) returning() ([]demoPerson, error) {
	owner, err := d.x.auth.FindPerson(d.p.ctx, demoEmail(string(auth.Owner)))
	if fault.Is(err, fault.NotFound) {
		orgs, err := d.x.store.Organisations(d.p.ctx)
		if err == nil && len(orgs) > 0 {
			err = errors.New("this database holds other data; name an empty one, or another --dir")
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	people := []demoPerson{{auth.Owner, owner.ID}}
	for _, r := range auth.Roles()[1:] {
		who, err := d.x.auth.FindPerson(d.p.ctx, demoEmail(string(r)))
		if err != nil {
			return nil, fmt.Errorf("the demo in this folder was not finished; remove it or name another --dir: %w", err)
		}
		people = append(people, demoPerson{r, who.ID})
	}
	return people, nil
}

// demoEmail is the address of a demo's person.
func demoEmail(who string) string { return strings.ReplaceAll(who, "_", "-") + "@demo.example.com" }
