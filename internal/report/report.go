// Package report is what managers and branch managers read: how branches compare, one branch, published visits.
//
// The one rule: nothing that leaves this package says who the shopper was. There is a pseudonym for every single visit,
// a part of the day instead of a time, and no answer of the vault; editors and owners see more elsewhere.
package report

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// Service holds the use cases of reading. It keeps nothing between calls but what can be read again at any time. Close it in the
// end: it may be finding something out beside its readers.
type Service struct {
	repo    Repo
	now     func() time.Time
	shelf   *studio.Shelf
	sums    sumsKept
	results *cache[resultKey, compare.Result]
	crossed *cache[cellsKey, []compare.VisitCell]
	works   *cache[workKey, any]

	networks   *networks // of large programmes
	keptFrom   int64     // scored visits
	mostAtOnce int64     // visits that a page adjusts by itself
	places     *cache[placesKey, *places]
	boards     *cache[boardKey, *board]

	turn  *sync.Mutex // of those who find out beside the readers
	work  *sync.WaitGroup
	stop  chan struct{}
	ahead *ahead // nil for a service that readers ask

	asks     bool          // whether it says what has to be found out first, instead of finding it out
	patience time.Duration // of a reader
}

// NewService joins the use cases with what they need.
func NewService(repo Repo, now func() time.Time) *Service {
	return &Service{
		repo: repo, now: now, shelf: studio.NewShelf(), sums: newSumsKept(),
		results: newCache[resultKey, compare.Result](maxResults), crossed: newCache[cellsKey, []compare.VisitCell](maxSumRows),
		works: newCache[workKey, any](maxOutcomes), networks: newNetworks(), keptFrom: keptFrom, mostAtOnce: mostCrossed,
		places: newCache[placesKey, *places](mostPlaces), boards: newCache[boardKey, *board](mostBoards),
		turn: &sync.Mutex{}, work: &sync.WaitGroup{}, stop: make(chan struct{}),
		patience: willWait,
	}
}

// Span is a choice of window.
type Span string

// The spans. Free takes its months from the query.
const (
	Last3  Span = "last3"  // the last three full months and the current one
	Last12 Span = "last12" // twelve months, the current one the last
	Free   Span = "free"
)

// Query chooses what is read. Zero fields choose nothing in particular: the first programme, the last three months.
type Query struct {
	Programme string // id
	Span      Span
	From, To  string // months, "2026-09"; only with Free
	Region    string // id; regions below it are in
	Format    string
	Scenario  string
}

// window gives the months that the query means.
func (q Query) window(today string) (studio.Window, error) {
	switch q.Span {
	case "", Last3:
		return studio.LastMonths(today, studio.ShareMonths), nil
	case Last12:
		return studio.LastMonths(today, studio.DefaultMonths), nil
	case Free:
		w := studio.Window{From: q.From, To: q.To}
		return w, w.Check()
	}
	return studio.Window{}, fault.New(fault.Invalid, "Choose the last 3 months, the last 12 months, or months of your own.")
}

// desk is what every reading begins with: where the reader may look, and at what.
type desk struct {
	reach     auth.Reach
	query     Query
	window    studio.Window
	today     string
	zone      string
	programme studio.Programme
	all       []studio.Programme
	regions   []org.Region
	places    *places
	latest    int64     // revision of the programme's data; that of programme may be an older one, which is shown
	asOf      time.Time // when what is shown was found out; zero: now
	held      *network  // what is shown, where there is something newer
}

// desk prepares a reading with a verb.
func (s *Service) desk(ctx context.Context, tx Tx, a auth.Actor, v auth.Verb, q Query) (desk, error) {
	d := desk{reach: a.Reach(v), query: q}
	if d.reach.Empty() || a.Org == "" {
		return d, fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	o, err := tx.Organisation(ctx, a.Org)
	if err != nil {
		return d, err
	}
	d.today, d.zone = studio.Today(s.now(), o.Zone), o.Zone
	if d.window, err = q.window(d.today); err != nil {
		return d, err
	}
	if d.places, err = s.placesOf(ctx, tx, &o); err != nil {
		return d, err
	}
	d.regions = d.places.regions
	if d.all, err = tx.Programmes(ctx, a.Org); err != nil {
		return d, err
	}
	if d.programme, err = d.choose(ctx, tx, a.Org); err != nil {
		return d, err
	}
	d.query.Programme = d.programme.ID
	return d, nil
}

// choose finds the programme to read. Who sees a few branches only and names none gets one in which these are visited:
// another would be an empty page.
func (d *desk) choose(ctx context.Context, tx Tx, org string) (studio.Programme, error) {
	if d.query.Programme != "" || d.reach.All {
		return chosen(d.all, d.query.Programme)
	}
	latest, err := tx.LatestProgrammes(ctx, org, d.reach)
	if err != nil {
		return studio.Programme{}, err
	}
	theirs := slices.DeleteFunc(slices.Clone(d.all), func(p studio.Programme) bool { return !slices.Contains(latest, p.ID) })
	if p, err := chosen(theirs, ""); err == nil {
		return p, nil
	}
	return chosen(d.all, "")
}

// chosen finds the programme asked for, or of those in use the one in which most was published: what a reader most
// likely came for.
func chosen(all []studio.Programme, id string) (studio.Programme, error) {
	var most studio.Programme
	for _, p := range all {
		if id == p.ID {
			return p, nil
		}
		if p.Archived.IsZero() && (most.ID == "" || p.DataRev > most.DataRev) {
			most = p
		}
	}
	if id != "" || most.ID == "" {
		return studio.Programme{}, fault.Missing("programme")
	}
	return most, nil
}

// inProgramme leaves out branches of formats that the programme does not visit: an organisation's shops, kiosks and web
// shop may each have a programme of their own. A programme without visits yet concerns them all.
func inProgramme(c *studio.Counted, shown func(*org.Branch) bool) func(*org.Branch) bool {
	visited, formats := map[string]bool{}, map[string]bool{}
	for i := range c.Sums.Cells {
		visited[c.Sums.Cells[i].Branch] = true
	}
	for i := range c.Branches {
		if visited[c.Branches[i].ID] {
			formats[c.Branches[i].Format] = true
		}
	}
	return func(b *org.Branch) bool { return shown(b) && (len(formats) == 0 || formats[b.Format]) }
}

// shown says which branches the reader asked for and may see.
func (d *desk) shown() (func(*org.Branch) bool, error) {
	var within map[string]bool
	if d.query.Region != "" {
		within = below(d.regions, d.query.Region)
		if !d.mayName(d.query.Region) {
			return nil, fault.Missing("region")
		}
	}
	return func(b *org.Branch) bool {
		return d.reach.Covers(studio.Thing(b)) && (d.query.Region == "" || within[b.Region]) && (d.query.Format == "" || d.query.Format == b.Format)
	}, nil
}

// mayName reports whether the reader may know of a region: all of them, or those that are his.
func (d *desk) mayName(region string) bool {
	known := slices.ContainsFunc(d.regions, func(r org.Region) bool { return r.ID == region })
	return known && (d.reach.All || slices.Contains(d.reach.Regions, region))
}

// below gives a region and all regions below it.
func below(regions []org.Region, top string) map[string]bool {
	in := map[string]bool{top: true}
	for grown := true; grown; {
		grown = false
		for _, r := range regions {
			if !in[r.ID] && in[r.Parent] {
				in[r.ID], grown = true, true
			}
		}
	}
	return in
}

// wrap names the use case in errors of ours and leaves faults alone.
func wrap(what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
