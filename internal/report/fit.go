package report

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Fits keeps what was found out about large programmes, and reads what it is found out from.
type Fits interface {
	// Fit is NotFound where none is kept; head leaves out the body.
	Fit(ctx context.Context, org, programme string, w studio.Window, head bool) (KeptFit, error)
	SaveFit(ctx context.Context, f KeptFit) error
	// Moved lists branches whose sums in a window changed after a revision, in order.
	Moved(ctx context.Context, org, programme string, w studio.Window, after int64) ([]string, error)
	// EachFact goes through single visits, of one branch or of all, by month and branch. The rollup is overwritten.
	EachFact(ctx context.Context, org string, q studio.SumQuery, each func(*visit.Rollup) error) error
	// Many reports whether a window has at least so many scored visits, give or take those to the same branch by the same
	// shopper in a month. It costs no more for a million than for that number.
	Many(ctx context.Context, org string, q studio.SumQuery, visits int64) (bool, error)
}

// KeptFit is a fit as it is stored: made from the data of DataRev, by the targets of Version.
type KeptFit struct {
	Org, Programme string
	Window         studio.Window
	DataRev        int64
	Version        string
	Format         int
	Made           time.Time
	Body           []byte
}

// fitFormat counts up when fitBody, or anything that it is made of, changes its meaning.
const fitFormat = 3

// fitBody is what a page needs: what was found out, and the sums as they were.
type fitBody struct {
	Series string
	Frozen *compare.Frozen
	Sums   studio.Sums
}

// fitFor is how long a fit of data that changed may be used: one made last night is of use all day.
const fitFor = 20 * time.Hour

// Refitted is what making fits anew did.
type Refitted struct {
	Windows int // looked at
	Made    int
}

// Refit finds out anew about every large window of an organisation that pages show by themselves, where that is due. It is
// for a task at night; pages of small windows need none.
func (s *Service) Refit(ctx context.Context, organisation string) (out Refitted, err error) {
	var all []studio.Programme
	var today string
	err = s.repo.View(ctx, organisation, func(tx Tx) error {
		o, err := tx.Organisation(ctx, organisation)
		if err != nil {
			return err
		}
		today = studio.Today(s.now(), o.Zone)
		all, err = tx.Programmes(ctx, organisation)
		return err
	})
	var bad []error
	for i := range all {
		if !all[i].Archived.IsZero() || err != nil {
			continue
		}
		for _, months := range []int{studio.ShareMonths, studio.DefaultMonths} {
			d := &desk{programme: all[i], window: studio.LastMonths(today, months), today: today, query: Query{Programme: all[i].ID}}
			made, err := s.refit(ctx, d)
			bad = append(bad, err)
			out.Windows++
			if made {
				out.Made++
			}
		}
	}
	return out, wrap("find out about branches", errors.Join(append(bad, err)...))
}

// refit makes one fit, if it is due. Data that change meanwhile are no harm: the fit names the revision before. What takes
// long is done between transactions, because a database ends one that idles.
func (s *Service) refit(ctx context.Context, d *desk) (made bool, err error) {
	var b *basis
	err = s.repo.View(ctx, d.programme.Org, func(tx Tx) error {
		var err error
		b, err = s.dueBasis(ctx, tx, d)
		return err
	})
	if err != nil || b == nil {
		return false, err
	}
	f, n, err := b.fit(d, s.now())
	if err != nil {
		return false, err
	}
	err = s.repo.InTx(ctx, d.programme.Org, func(tx Tx) error { return tx.SaveFit(ctx, f) })
	if err == nil {
		err = s.take(ctx, d.networkKey(), n)
	}
	return err == nil, err
}

// dueBasis reads what a fit is made of, nil where none is due.
func (s *Service) dueBasis(ctx context.Context, tx Tx, d *desk) (b *basis, err error) {
	if d.programme, err = tx.Programme(ctx, d.programme.Org, d.programme.ID); err != nil {
		return nil, err
	}
	version, err := s.versionInForce(ctx, tx, d)
	if err != nil || version == "" { // nothing was published yet
		return nil, err
	}
	if due, err := s.due(ctx, tx, d, version); err != nil || !due {
		return nil, err
	}
	if large, err := s.isLarge(ctx, tx, d); err != nil || !large {
		return nil, err
	}
	return s.basis(ctx, tx, d)
}

// isLarge counts the scored visits of a window.
func (s *Service) isLarge(ctx context.Context, tx Tx, d *desk) (bool, error) {
	q := d.networkKey().query
	q.Scores = true
	sums, err := tx.Sums(ctx, d.programme.Org, q)
	return s.large(sums.Cells), err
}

// take puts a fit into the place of what this process knew, once all that readers asked for lately is worked out of it.
func (s *Service) take(ctx context.Context, key networkKey, n *network) error {
	defer s.networks.trim()
	slot := s.networks.slot(key)
	s.turn.Lock()
	defer s.turn.Unlock()
	now := slot.now.Load()
	if now == nil {
		slot.now.Store(n)
		return nil
	}
	if now.rev > n.rev && now.fit >= n.fit {
		return nil
	}
	slot.next.Store(n)
	return s.advance(ctx, key, slot)
}

// due reports whether a fit is missing, of other targets, or older than a day's changes.
func (s *Service) due(ctx context.Context, tx Tx, d *desk, version string) (bool, error) {
	f, err := tx.Fit(ctx, d.programme.Org, d.programme.ID, d.window, true)
	switch {
	case fault.Is(err, fault.NotFound):
		return true, nil
	case err != nil:
		return false, err
	case f.Format != fitFormat || f.Version != version:
		return true, nil
	case f.DataRev == d.programme.DataRev:
		return false, nil
	case s.now().Sub(f.Made) >= fitFor:
		return true, nil
	}
	moved, err := tx.Moved(ctx, d.programme.Org, d.programme.ID, d.window, f.DataRev)
	return len(moved) > mostMoved, err
}

// basis is what a fit is made of, read from one state of the data.
type basis struct {
	network *network
	input   compare.Input
}

// basis reads the window of a desk.
func (s *Service) basis(ctx context.Context, tx Tx, d *desk) (*basis, error) {
	key := d.networkKey()
	n, err := readNetwork(ctx, tx, key, d.programme.DataRev)
	if err != nil {
		return nil, err
	}
	c, err := studio.Count(ctx, networkSums{cachedSums{tx, s.sums, d.programme}, key, n}, s.shelf, d.counts())
	if err != nil {
		return nil, err
	}
	n.judged, n.fit = judgedByOf(&c), n.rev
	in, err := s.visitsOf(ctx, tx, d, &c, everyStandard)
	return &basis{n, in}, err
}

// fit finds out about the window and makes of it what is stored.
func (b *basis) fit(d *desk, now time.Time) (f KeptFit, n *network, err error) {
	n = b.network
	n.frozen = compare.Freeze(b.input)
	f = KeptFit{
		Org: d.programme.Org, Programme: d.programme.ID, Window: d.window, DataRev: n.rev, Version: n.judged.version, Format: fitFormat, Made: now.UTC(),
	}
	f.Body, err = pack(fitBody{Series: n.judged.series, Frozen: n.frozen, Sums: n.sums})
	return f, n, err
}

// mostFair is how many answers (visits by standards) are adjusted for shoppers while a reader waits: half a second's work. In
// larger windows standards stay pooled until the next fit.
const mostFair = 60_000

// everyStandard has a fit adjust standards, however long that takes.
const everyStandard = math.MaxInt64

// freeze finds out about all branches from single visits, and about at most so many answers.
func (s *Service) freeze(ctx context.Context, tx Tx, d *desk, c *studio.Counted, answers int64) (*compare.Frozen, error) {
	in, err := s.visitsOf(ctx, tx, d, c, answers)
	if err != nil {
		return nil, err
	}
	return compare.Freeze(in), nil
}

// visitsOf reads single visits of all branches, and of standards at most so many answers. Where the visits are not all
// there, as before the first rebuild of an older database, scores are read from their sums.
func (s *Service) visitsOf(ctx context.Context, tx Tx, d *desk, c *studio.Counted, answers int64) (compare.Input, error) {
	in := c.Input(c.Edition.List.Programme, studio.Everyone)
	in.ByMonth = byMonth(d.window)
	var err error
	var n int64
	if fairly(c, answers) {
		if in.Fair, err = s.fairTable(ctx, tx, d, c); err != nil {
			return in, err
		}
		in.Cells, n = in.Fair.Cells(), int64(in.Fair.Visits())
	} else if in.Cells, n, err = s.visitCells(ctx, tx, d, c, ""); err != nil {
		return in, err
	}
	if visits := scored(c.Sums.Cells); visits-n > visits/100 { // a few may just have come
		in.Fair = nil
		in.Cells, err = s.summedCells(ctx, tx, d, c, "")
	}
	return in, err
}

// fairly reports whether the window has at most so many answers.
func fairly(c *studio.Counted, answers int64) bool {
	standards := int64(max(1, len(c.Edition.List.Programme.Standards)))
	return scored(c.Sums.Cells) <= answers/standards
}

// keptNetwork is the last fit of a window as it was kept, nil where there is none of use.
func (s *Service) keptNetwork(ctx context.Context, tx Tx, d *desk) (*network, error) {
	if d.query.Scenario != "" {
		return nil, nil
	}
	f, err := tx.Fit(ctx, d.programme.Org, d.programme.ID, d.window, false)
	if fault.Is(err, fault.NotFound) || err == nil && (f.Format != fitFormat || f.DataRev > d.programme.DataRev) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	body, err := unpack(f.Body)
	if err != nil {
		return nil, fmt.Errorf("fit of programme %s: %w", f.Programme, err)
	}
	return &network{rev: f.DataRev, fit: f.DataRev, sums: body.Sums, judged: judgedBy{f.Version, body.Series}, frozen: body.Frozen}, nil
}

// pack writes a body in its stored form.
func pack(body fitBody) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		err = gob.NewEncoder(w).Encode(body)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}

// unpack reads it. Whoever can write this table could write any sums; no more than that is trusted.
func unpack(stored []byte) (body fitBody, err error) {
	const most = 1 << 30 // bytes
	err = gob.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(stored)), most)).Decode(&body)
	if err == nil && (body.Frozen == nil || len(body.Frozen.Pools) != len(body.Frozen.Standards)) {
		err = errors.New("it is not whole")
	}
	body.Sums.Share()
	return body, err
}

// counts are what the desk's window is counted from.
func (d *desk) counts() studio.Counts {
	return studio.Counts{Programme: d.programme, Window: d.window, Scenario: d.query.Scenario, Today: d.today}
}

// count reads what the window says. Of large windows it keeps what was counted as long as nothing changes.
func (s *Service) count(ctx context.Context, tx Tx, d *desk) (studio.Counted, error) {
	plain := cachedSums{placed{tx, d.places}, s.sums, d.programme}
	d.latest = d.programme.DataRev
	key := sumKey{d.programme.Org, d.programme.DataRev, d.networkKey().query}
	if _, small := s.sums.get(key); small {
		return studio.Count(ctx, plain, s.shelf, d.counts())
	}
	version, err := s.versionInForce(ctx, tx, d)
	if err != nil {
		return studio.Counted{}, err
	}
	s.hold(d, version) //nolint:contextcheck // what goes on beside the readers outlives this one's request
	if err := s.unready(ctx, tx, d, version); err != nil {
		return studio.Counted{}, err
	}
	if c, ok := s.countedBefore(d, version); ok {
		return c, nil
	}
	n, large, err := s.network(ctx, tx, d)
	if err != nil {
		return studio.Counted{}, err
	}
	c, err := studio.Count(ctx, networkSums{plain, d.networkKey(), n}, s.shelf, d.counts())
	switch {
	case err != nil:
	case large:
		s.keepCounted(d, &c)
	default:
		s.sums.keep(key, n.sums)
	}
	return c, err
}

// countedBefore finds what was counted of a large window at the desk's revision.
func (s *Service) countedBefore(d *desk, version string) (studio.Counted, bool) {
	n := s.at(d)
	if n == nil || n.rev != d.programme.DataRev || n.counted == nil || n.counted.Edition.Meta.ID != version {
		return studio.Counted{}, false
	}
	c := *n.counted
	c.Today, c.Programme, c.Branches = d.today, d.programme, d.places.branches
	return c, true
}

// keepCounted keeps what was counted beside the network that it was counted from.
func (s *Service) keepCounted(d *desk, c *studio.Counted) {
	slot, ok := s.networks.peek(d.networkKey())
	if !ok {
		return
	}
	defer s.lock(slot)()
	if n := s.known(slot); n != nil && n.rev == d.programme.DataRev {
		next := *n
		next.counted = c
		s.pointer(slot).Store(&next)
	}
}

// versionInForce is whose targets judge the window, "" for none yet.
func (s *Service) versionInForce(ctx context.Context, tx Tx, d *desk) (string, error) {
	versions, err := tx.Versions(ctx, d.programme.Org, d.programme.ID)
	v, _ := studio.InForce(versions, d.window.LastDay(d.today))
	return v.ID, err
}
