package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/blob"
	"plainclothes/internal/config"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

type serveCmd struct {
	config.Serve `embed:""`
}

// Run serves until it is told to stop.
func (c serveCmd) Run(p *program) error {
	cfg, err := p.env.Config(c.Serve)
	if err != nil {
		return err
	}
	return p.serve(cfg, func(x *parts, url string) error {
		p.sayf("Serving %s", url)
		return p.firstLink(x, url)
	})
}

// firstLink prints the set-up link while there is nobody who could sign in.
func (p *program) firstLink(x *parts, url string) error {
	token, needed, err := x.auth.FirstSetup(p.ctx)
	if err != nil || !needed {
		return err
	}
	p.sayf("Nobody can sign in yet. Open this link within %d minutes to begin; start again for a new one:", auth.LinkLife/time.Minute)
	return p.printf("%s/setup/%s\n", url, token)
}

// serve opens everything, calls ready once requests are taken in, and answers them until the program's context ends.
// url in ready is the public address, without a slash at the end.
func (p *program) serve(c config.Config, ready func(x *parts, url string) error) (err error) {
	collectLess()
	ln, err := (&net.ListenConfig{}).Listen(p.ctx, "tcp", c.Addr)
	if err != nil {
		return fault.Newf(fault.Invalid, "The address %s cannot be used: %v. Choose another one with --addr.", c.Addr, reason(err))
	}
	defer func() { _ = ln.Close() }()
	if c.URL == "" {
		_, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			return err
		}
		c.URL = "http://localhost:" + port
	}
	log := p.logger(c)
	mail := &post{url: c.URL, now: p.now}
	x, err := p.open(c.Data, mail.options(c))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.close()) }()
	if err := x.store.Migrate(p.ctx); err != nil {
		return err
	}
	if err := x.keys.prepare(p.ctx, x.store, p.now()); err != nil {
		return err
	}
	if err := mail.open(p, c, x, log); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mail.stop()) }()
	site, err := p.site(c, x, log)
	if err != nil {
		return err
	}
	addMetrics(site, c)
	if err := ready(x, c.URL); err != nil {
		return err
	}
	if err := mail.begin(p.ctx); err != nil { // after a demo was made, which keeps the database busy for minutes
		return err
	}
	return p.answer(c, ln, site, x, log)
}

// answer runs the servers until the context ends, then lets requests in flight end.
func (p *program) answer(c config.Config, ln net.Listener, site *kit.Site, x *parts, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(p.ctx)
	var warming sync.WaitGroup
	defer warming.Wait()
	defer cancel()
	servers := []*http.Server{kit.HTTPServer(c.Addr, site.Echo())}
	ended := make(chan error, 2)
	go func() {
		if c.TLSCert != "" {
			ended <- servers[0].ServeTLS(ln, c.TLSCert, c.TLSKey)
			return
		}
		ended <- servers[0].Serve(ln)
	}()
	if c.MetricsAddr != "" {
		m := http.NewServeMux()
		m.Handle("/metrics", site.MetricsHandler())
		servers = append(servers, kit.HTTPServer(c.MetricsAddr, m))
		go func() { ended <- servers[1].ListenAndServe() }()
	}
	go sweep(ctx, x.auth, log)
	go p.keepHeads(ctx, x, log)
	go giveBack(ctx)
	warming.Go(func() { warm(ctx, x, log) })
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	p.sayf("Stopping: requests in flight get up to 20 seconds.")
	var all []error
	for _, s := range servers {
		all = append(all, kit.Drain(ctx, s))
	}
	return errors.Join(all...)
}

// warm prepares the pages of large programmes that readers will most likely ask for first.
func warm(ctx context.Context, x *parts, log *slog.Logger) {
	all, err := x.store.Organisations(ctx)
	for i := range all {
		err = errors.Join(err, x.reports.Warm(ctx, all[i].ID))
	}
	if err != nil && ctx.Err() == nil {
		log.LogAttrs(ctx, slog.LevelWarn, "prepare pages", slog.Any("err", err))
	}
}

// sweep throws away sessions, links and counters that are over, once an hour.
func sweep(ctx context.Context, a *auth.Service, log *slog.Logger) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.Sweep(ctx); err != nil && ctx.Err() == nil {
				log.LogAttrs(ctx, slog.LevelWarn, "sweep", slog.Any("err", err))
			}
		}
	}
}

// logger writes to standard error, in the form that was asked for. It is the default, too, for libraries.
func (p *program) logger(c config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	var h slog.Handler = slog.NewTextHandler(p.stderr, o)
	if c.LogJSON {
		h = slog.NewJSONHandler(p.stderr, o)
	}
	return slog.New(h)
}

// addMetrics adds what only the program as a whole knows.
func addMetrics(site *kit.Site, c config.Config) {
	if c.S3 == nil {
		site.Registry().MustRegister(freeShare(func() (float64, error) { return blob.FreeShare(c.Dir) }))
	}
}
