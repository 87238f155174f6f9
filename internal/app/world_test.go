package app

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/event"
	"plainclothes/internal/store/pgtest"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// place is where one installation of a test lives.
type premises struct {
	t   *testing.T
	dir string
	env map[string]string
}

// newPremises is an empty place; database "" is a SQLite file in its folder.
func newPremises(t *testing.T, database string) *premises {
	t.Helper()
	l := &premises{t: t, dir: filepath.Join(t.TempDir(), "data"), env: map[string]string{}}
	l.env["PLAINCLOTHES_DIR"] = l.dir
	if database != "" {
		l.env["PLAINCLOTHES_DATABASE"] = database
	}
	return l
}

// forEach runs a test in a place without data on both databases (on PostgreSQL it has the schema already). another gives further empty places of the same kind.
func forEach(t *testing.T, test func(t *testing.T, l *premises, another func() *premises)) {
	t.Helper()
	if !pgtest.Enough() {
		t.Run("sqlite", func(t *testing.T) {
			test(t, newPremises(t, ""), func() *premises { return newPremises(t, "") })
		})
	}
	t.Run("postgres", func(t *testing.T) {
		test(t, newPremises(t, storetest.PostgresURL(t)), func() *premises { return newPremises(t, pgtest.DB(t)) })
	})
}

func (l *premises) getenv(k string) string { return l.env[k] }

// run runs the program to its end.
func (l *premises) run(args ...string) (code int, stdout, stderr string) {
	l.t.Helper()
	return l.feed("", args...)
}

// feed is run with something on standard input.
func (l *premises) feed(stdin string, args ...string) (code int, stdout, stderr string) {
	l.t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	code = Run(ctx, args, l.getenv, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// must is run for a command that has to succeed.
func (l *premises) must(args ...string) (stdout, stderr string) {
	l.t.Helper()
	code, stdout, stderr := l.run(args...)
	if code != 0 {
		l.t.Fatalf("%v ended with %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout, stderr
}

// program is one for calling parts of it directly, at noon of the tests' day.
func (l *premises) program() *program {
	return &program{
		ctx: l.t.Context(), env: config.NewEnvironment(l.getenv), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard,
		now: func() time.Time { return storetest.Noon },
	}
}

// open opens the parts of the place.
func (l *premises) open() *parts {
	l.t.Helper()
	p := l.program()
	d, err := p.env.Data(config.Storage{Dir: l.dir, Database: l.env["PLAINCLOTHES_DATABASE"], ReceiptKey: l.env["PLAINCLOTHES_RECEIPT_KEY"]})
	if err != nil {
		l.t.Fatal(err)
	}
	x, err := p.open(d, auth.Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = x.close() })
	return x
}

// lived is an installation in which a visit was made, published, and has a photo.
type lived struct {
	*storetest.World
	parts *parts
	visit string
}

const story = "I joined the queue, was greeted with a smile, ordered a flat white, paid, waited two minutes and left happy with a good drink in my hand."

// buyer are the answers of a perfect visit to a coffee kiosk.
var buyer = map[string]string{
	"A1": "09:05", "A2": "1", "A3": "yes", "A4": "yes", "A5": "yes", "A6": "yes", "A7": "yes", "B1": "0:22", "B2": "good", "C1": "yes",
	"C2": "answered_correctly_straight_away", "C3": "something_that_fitted_what", "C4": "yes", "C5": "na", "C6": "3.40", "D1": "2:40",
	"D3": "yes", "D5": "pleasant_to_drink", "D6": "yes", "E1": "yes", "E2": "no", "O1": "9", "O2": story, "O4": "09:17",
}

// live makes the place a lived-in one, through the use cases.
func (l *premises) live() *lived {
	l.t.Helper()
	l.must("migrate")
	x := l.open()
	if err := x.keys.prepare(l.t.Context(), x.store, storetest.Noon); err != nil {
		l.t.Fatal(err)
	}
	w := &lived{World: storetest.NewWorld(l.t, x.store, "coffee-kiosks"), parts: x}
	tellPublication(l.t, w.World)
	w.visit = w.sealed(l)
	ctx, editor := l.t.Context(), w.Actors[auth.Editor]
	if err := errors.Join(x.visits.Accept(ctx, editor, w.visit), x.visits.Publish(ctx, editor, w.visit)); err != nil {
		l.t.Fatal(err)
	}
	return w
}

// tellPublication writes of the world's version what its publication would have written.
func tellPublication(t *testing.T, w *storetest.World) {
	t.Helper()
	ctx := t.Context()
	err := w.Store.Studio().InTx(ctx, w.Org, func(tx studio.Tx) error {
		v, err := tx.Version(ctx, w.Org, w.Version)
		if err != nil {
			return err
		}
		c, err := event.New("system", "standards.published", "version", v.ID, map[string]string{"hash": v.Hash})
		if err != nil {
			return err
		}
		return tx.Append(ctx, w.Org, storetest.Noon, c)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sealed makes a visit with a photo that was sent and is not yet reviewed.
func (w *lived) sealed(l *premises) string {
	l.t.Helper()
	ctx, shopper, x := l.t.Context(), w.Actors[auth.Shopper], w.parts
	vs, err := x.visits.Plan(ctx, w.Actors[auth.Scheduler], visit.PlanInput{
		Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: shopper.Member, Due: storetest.Noon.Add(48 * time.Hour), IgnoreRotation: true,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	id, entries := vs[0].ID, map[string]visit.Entry{}
	for q, a := range buyer {
		entries[q] = visit.Entry{Values: []string{a}, Was: "null"}
	}
	_, err = x.visits.Save(ctx, shopper, id, entries)
	if err == nil {
		_, err = x.visits.AddPhoto(ctx, shopper, id, "O3", bytes.NewReader(picture(l.t)))
	}
	if err == nil {
		_, err = x.visits.Seal(ctx, shopper, id)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return id
}

// picture is a small photo.
func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 32, 24))
	m.Set(1, 1, color.RGBA{R: 200, A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// screen is what a running program writes, safe to read meanwhile.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// config is what a server in this place would read.
func (l *premises) config() config.Config {
	l.t.Helper()
	var s config.Serve
	e := config.NewEnvironment(l.getenv)
	k, err := kong.New(&s, kong.Resolvers(e))
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := k.Parse(nil); err != nil {
		l.t.Fatal(err)
	}
	c, err := e.Config(s)
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}
