package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/fault"
)

// benchCmd measures a server on this machine beside the bare database.
type benchCmd struct {
	Database string        `help:"An empty database to fill: postgres://USER:PASSWORD@HOST/NAME; a temporary SQLite file unless given." placeholder:"URL"`
	Clients  []int         `default:"1,8,32" help:"Numbers of clients to try."`
	For      time.Duration `default:"10s" help:"How long each step runs."`
	Branches int           `default:"100" help:"How many branches send reports."`
	Visits   int           `help:"Measure the comparison, too, of 2,000 branches with so many visits: 1000000, say." placeholder:"N"`
}

// Run prepares an organisation, then measures: raw rows, the use case alone, the whole way over HTTP, and pages.
func (c benchCmd) Run(p *program) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	collectLess() // as a server does
	dir, err := os.MkdirTemp("", "plainclothes-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	database := c.Database
	if database == "" {
		database = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	cfg, err := p.env.Config(config.Serve{
		Storage: config.Storage{Dir: dir, Database: database, S3Region: "us-east-1"}, Server: config.Server{Addr: "127.0.0.1:0"},
		Mail: config.Mail{SMTPPort: "587", SMTPTLS: "starttls"}, Log: config.Log{LogLevel: "warn", LogFormat: "text"},
	})
	if err != nil {
		return err
	}
	x, err := p.open(cfg.Data, auth.Options{})
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
	orgs, err := x.store.Organisations(p.ctx)
	if err != nil {
		return err
	}
	if len(orgs) > 0 {
		return fault.New(fault.Conflict, "This database holds data. Name an empty one: the bench fills it.")
	}
	b := &bench{p: p, x: x, cmd: c, dir: dir, database: database}
	return b.run()
}

func (c benchCmd) check() error {
	var bad fault.Fields
	for _, n := range c.Clients {
		if n < 1 || n > 256 {
			bad.Add("--clients", "Name numbers between 1 and 256.")
		}
	}
	if c.For < time.Second || c.For > 10*time.Minute {
		bad.Add("--for", "Each step runs between 1s and 10m.")
	}
	if c.Branches < 1 || c.Branches > 500 {
		bad.Add("--branches", "Between 1 and 500 branches.")
	}
	if c.Visits != 0 && (c.Visits < 30_000 || c.Visits > 5_000_000) {
		bad.Add("--visits", "Between 30000 and 5000000 visits, or none.")
	}
	return bad.Err()
}

// bench is one run of the measurements.
type bench struct {
	p        *program
	x        *parts
	cmd      benchCmd
	dir      string
	database string
	world    benchWorld
	raw      map[int]float64 // reports a second of bare rows, by clients
}

// run measures step by step and prints a line for each.
func (b *bench) run() error {
	if err := b.prepare(); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	if err := b.p.printf("%s, %d cores; a report has %d answers and %d standards\n\n%s\n", b.x.store.Dialect(), cores(), benchQuestions, benchStandards,
		benchHead); err != nil {
		return err
	}
	b.raw = map[int]float64{}
	for _, step := range []func() error{b.bareRows, b.useCase, b.overHTTP, b.compared} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// benchHead names the columns of the table.
const benchHead = "what                   clients  reports/s      p50      p99  CPU/report server  CPU/report database  of bare rows"

// print writes one line of the table.
func (b *bench) print(what string, clients int, m measured) error {
	ratio := "-"
	if raw := b.raw[clients]; raw > 0 && what != benchBare {
		ratio = fmt.Sprintf("%.2f", m.rate()/raw)
	}
	return b.p.printf("%-22s %7d %10.0f %8s %8s %18s %20s %13s\n", what, clients, m.rate(), short(m.quantile(0.5)), short(m.quantile(0.99)),
		short(m.perReport(m.server)), short(m.perReport(m.database)), ratio)
}

func short(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2fms", float64(d.Microseconds())/1000)
}

// The names of the steps.
const (
	benchBare = "bare rows"
	benchCase = "use case, no HTTP"
	benchHTTP = "whole way over HTTP"
)
