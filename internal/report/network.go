package report

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// keptFrom is from how many scored visits on a window is not worked out anew for every new visit: what was found out about
// the whole network stays as it is until the next fit, and only the branch with the visit is judged anew. Smaller ones
// are compared afresh each time, which takes a moment.
const keptFrom = 3000

// manyBranches are enough to keep what was found out about them, however few visits each had.
const manyBranches = 300

// large reports whether a window is one of those that are not worked out anew for every new visit.
func (s *Service) large(cells []studio.CellSum) bool {
	if scored(cells) >= s.keptFrom {
		return true
	}
	visited := map[string]bool{}
	for i := range cells {
		if cells[i].N > 0 {
			visited[cells[i].Branch] = true
		}
	}
	return len(visited) >= manyBranches
}

// mostMoved is how many branches may have moved before a window is read anew as a whole.
const mostMoved = 300

// network is one window of one programme as it stands at a revision of the data. Nobody changes it: what changes is a copy.
type network struct {
	rev     int64
	made    time.Time       // when rev was what there is
	fit     int64           // of which revision frozen was found out; 0 before
	sums    studio.Sums     // of all series
	counted *studio.Counted // nil until somebody asks
	moved   []string        // branches that the standing does not know of yet
	judged  judgedBy
	frozen  *compare.Frozen
	stands  *compare.Standing // nil until somebody asks
}

// judgedBy names what branches were judged by: the version in force and the series that are counted.
type judgedBy struct{ version, series string }

func judgedByOf(c *studio.Counted) judgedBy {
	var b strings.Builder
	b.WriteString(c.Score.Series)
	for i := range c.Edition.List.Programme.Standards {
		b.WriteByte(' ')
		b.WriteString(c.Standards[c.Edition.List.Programme.Standards[i].ID].Series)
	}
	return judgedBy{c.Edition.Meta.ID, b.String()}
}

// networkKey names a window, whatever its data.
type networkKey struct {
	org   string
	query studio.SumQuery
}

// networks keeps the windows of large programmes that were asked for last.
type networks struct {
	mu    sync.Mutex
	max   int
	slots map[networkKey]*networkSlot
	clock int64
}

// networkSlot is worked on by one at a time: others wait for what he finds.
type networkSlot struct {
	work   sync.Mutex
	used   int64
	now    atomic.Pointer[network] // what is shown
	next   atomic.Pointer[network] // what is being found out beside the readers; nil between times
	follow follower
}

// lock keeps others from working on what this service works on; who finds out beside the readers is alone, and keeps nobody
// waiting.
func (s *Service) lock(slot *networkSlot) (unlock func()) {
	if s.ahead != nil {
		return func() {}
	}
	slot.work.Lock()
	return slot.work.Unlock
}

// pointer is where this service keeps what it finds out.
func (s *Service) pointer(slot *networkSlot) *atomic.Pointer[network] {
	if s.ahead != nil {
		return &slot.next
	}
	return &slot.now
}

// known is the newest that this service knows of a window, nil for nothing.
func (s *Service) known(slot *networkSlot) *network {
	if n := s.pointer(slot).Load(); n != nil || s.ahead == nil {
		return n
	}
	return slot.now.Load()
}

// mostNetworks is how many are kept: one of 2,000 branches and 40 standards takes about 50 MB.
const mostNetworks = 4

func newNetworks() *networks {
	return &networks{max: mostNetworks, slots: map[networkKey]*networkSlot{}}
}

// slot finds the place of a window, or makes one.
func (n *networks) slot(key networkKey) *networkSlot {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clock++
	s, ok := n.slots[key]
	if !ok {
		s = &networkSlot{}
		n.slots[key] = s
	}
	s.used = n.clock
	return s
}

// peek finds the place of a window that was large enough to have one.
func (n *networks) peek(key networkKey) (*networkSlot, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s, ok := n.slots[key]
	return s, ok
}

// trim lets go of what was not asked for longest.
func (n *networks) trim() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(n.slots) > n.max {
		n.drop()
	}
}

// forget lets go of a window, so that small ones take no room.
func (n *networks) forget(key networkKey) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.slots, key)
}

func (n *networks) drop() {
	var oldest networkKey
	at := n.clock + 1
	for k, s := range n.slots {
		if s.used < at {
			oldest, at = k, s.used
		}
	}
	delete(n.slots, oldest)
}

func (d *desk) networkKey() networkKey {
	return networkKey{d.programme.Org, studio.SumQuery{Programme: d.programme.ID, Window: d.window, Scenario: d.query.Scenario}}
}

// network gives the desk's window as it stands; false for one that is small enough to be worked out each time.
func (s *Service) network(ctx context.Context, tx Tx, d *desk) (*network, bool, error) {
	key := d.networkKey()
	slot := s.networks.slot(key)
	defer s.lock(slot)()
	made := s.now()
	n, err := s.newest(ctx, tx, d, s.known(slot))
	if err != nil {
		return nil, false, err
	}
	switch {
	case n == nil || n.rev > d.programme.DataRev:
		n, err = readNetwork(ctx, tx, key, d.programme.DataRev)
	case n.rev < d.programme.DataRev:
		n, err = n.patched(ctx, tx, key, d.programme.DataRev)
	}
	if err != nil {
		return nil, false, err
	}
	if !s.large(n.sums.Cells) {
		s.networks.forget(key)
		return n, false, nil
	}
	if n.made.IsZero() {
		n.made = made // nobody else has it yet
	}
	if s.ahead != nil {
		s.ahead.rev = n.rev
	} else {
		slot.follow.current(made)
	}
	s.pointer(slot).Store(n)
	s.networks.trim()
	return n, true, nil
}

// newest is what this process knows of a window, or what was kept of it, if it knows nothing, or another found out more
// since: it looks when data have changed.
func (s *Service) newest(ctx context.Context, tx Tx, d *desk, n *network) (*network, error) {
	if n != nil && n.rev == d.programme.DataRev || d.query.Scenario != "" {
		return n, nil
	}
	if n != nil {
		head, err := tx.Fit(ctx, d.programme.Org, d.programme.ID, d.window, true)
		switch {
		case fault.Is(err, fault.NotFound) || err == nil && head.DataRev <= n.fit:
			return n, nil
		case err != nil:
			return nil, err
		}
	}
	kept, err := s.keptNetwork(ctx, tx, d)
	if kept == nil {
		kept = n
	}
	return kept, err
}

// at is the network that the desk shows, nil where none is kept.
func (s *Service) at(d *desk) *network {
	if d.held != nil {
		return d.held
	}
	slot, ok := s.networks.peek(d.networkKey())
	if !ok {
		return nil
	}
	return s.known(slot)
}

// fitOf says of which revision what is known about a window was found out, 0 for what is found out each time.
func (s *Service) fitOf(d *desk) int64 {
	n := s.at(d)
	if n == nil {
		return 0
	}
	return n.fit
}

func readNetwork(ctx context.Context, tx Tx, key networkKey, rev int64) (*network, error) {
	sums, err := tx.Sums(ctx, key.org, key.query)
	return &network{rev: rev, sums: sums}, err
}

// patched reads the branches that moved since, and no others.
func (n *network) patched(ctx context.Context, tx Tx, key networkKey, rev int64) (*network, error) {
	moved, err := tx.Moved(ctx, key.org, key.query.Programme, key.query.Window, n.rev)
	if err != nil {
		return nil, err
	}
	if len(moved)+len(n.moved) > mostMoved {
		return readNetwork(ctx, tx, key, rev)
	}
	out := *n
	out.rev, out.made, out.counted = rev, time.Time{}, nil
	if len(moved) == 0 {
		return &out, nil
	}
	if out.sums, err = renewedSums(ctx, tx, key, n.sums, moved); err != nil {
		return nil, err
	}
	out.moved = slices.Concat(n.moved, moved)
	slices.Sort(out.moved)
	out.moved = slices.Compact(out.moved)
	return &out, nil
}

// renewedSums are sums with those of some branches as they are now.
func renewedSums(ctx context.Context, tx Tx, key networkKey, old studio.Sums, moved []string) (studio.Sums, error) {
	if len(moved) == 0 {
		return old, nil
	}
	var anew studio.Sums
	for _, branch := range moved {
		q := key.query
		q.Branch = branch
		sums, err := tx.Sums(ctx, key.org, q)
		if err != nil {
			return studio.Sums{}, err
		}
		anew.Cells, anew.Standards = append(anew.Cells, sums.Cells...), append(anew.Standards, sums.Standards...)
	}
	return studio.Sums{
		Cells:     merged(old.Cells, anew.Cells, moved, func(r *studio.CellSum) string { return r.Branch }),
		Standards: merged(old.Standards, anew.Standards, moved, func(r *studio.StandardSum) string { return r.Branch }),
	}, nil
}

// merged puts the new rows of some branches into the place of their old ones. All come by branch.
func merged[R any](old, anew []R, branches []string, of func(*R) string) []R {
	out := make([]R, 0, len(old)+len(anew))
	for i := range old {
		branch := of(&old[i])
		if _, gone := slices.BinarySearch(branches, branch); gone {
			continue
		}
		for len(anew) > 0 && of(&anew[0]) < branch {
			out, anew = append(out, anew[0]), anew[1:]
		}
		out = append(out, old[i])
	}
	return append(out, anew...)
}

// networkSums answers with the sums of a network what is asked of the store.
type networkSums struct {
	cachedSums
	key networkKey
	n   *network
}

// Sums gives those of the network when they are asked for.
func (x networkSums) Sums(ctx context.Context, org string, q studio.SumQuery) (studio.Sums, error) {
	if org == x.key.org && q == x.key.query {
		return x.n.sums, nil
	}
	return x.cachedSums.Sums(ctx, org, q)
}

// standing judges the desk's window by what was found out about it last, branches that moved since by their new visits; where
// nothing was found out yet, or by other targets, it is found out now. False for windows that are not kept.
func (s *Service) standing(ctx context.Context, tx Tx, d *desk, c *studio.Counted, shown []compare.Branch) (*compare.Standing, bool, error) {
	if d.held != nil {
		stands, err := s.alsoShown(ctx, tx, d, c, d.held.stands, shown)
		return stands, err == nil, err
	}
	slot, ok := s.networks.peek(d.networkKey())
	if !ok {
		return nil, false, nil
	}
	defer s.lock(slot)()
	n := s.known(slot)
	if n == nil || n.rev != d.programme.DataRev {
		return nil, false, nil
	}
	next := *n
	by := judgedByOf(c)
	if n.judged != by {
		next.frozen, next.stands, next.judged, next.fit = nil, nil, by, 0
	}
	var err error
	switch {
	case next.frozen == nil:
		next.frozen, err = s.freeze(ctx, tx, d, c, mostFair)
		next.stands, next.fit = nil, next.rev
	case next.stands != nil && len(next.moved) > 0:
		var fresh []compare.Fresh
		fresh, err = s.fresh(ctx, tx, d, c, next.moved)
		next.stands = next.stands.With(fresh)
	}
	if err == nil && next.stands == nil {
		next.stands, err = s.stand(ctx, tx, d, c, next.frozen, next.moved)
	}
	if err != nil {
		return nil, false, err
	}
	next.moved = nil
	s.pointer(slot).Store(&next)
	stands, err := s.alsoShown(ctx, tx, d, c, next.stands, shown)
	return stands, err == nil, err
}

// stand judges all branches; those that moved are read with their visits.
func (s *Service) stand(ctx context.Context, tx Tx, d *desk, c *studio.Counted, f *compare.Frozen, moved []string) (*compare.Standing, error) {
	fresh, err := s.fresh(ctx, tx, d, c, moved)
	if err != nil {
		return nil, err
	}
	all := freshOf(c, nil)
	at := map[string]int{}
	for i := range all {
		at[all[i].Branch.ID] = i
	}
	for _, x := range fresh {
		if i, ok := at[x.Branch.ID]; ok {
			all[i] = x
		}
	}
	return f.Stand(all), nil
}

// alsoShown adds what a reader is shown though it is nobody's peer: a competitor.
func (s *Service) alsoShown(
	ctx context.Context, tx Tx, d *desk, c *studio.Counted, stands *compare.Standing, shown []compare.Branch,
) (*compare.Standing, error) {
	var missing []string
	for _, b := range shown {
		if !b.Background && !stands.Has(b.ID) {
			missing = append(missing, b.ID)
		}
	}
	if len(missing) == 0 {
		return stands, nil
	}
	fresh, err := s.fresh(ctx, tx, d, c, missing)
	return stands.With(fresh), err
}

// freshOf puts the counts of branches together: of some, or of all that are one another's peers.
func freshOf(c *studio.Counted, only []string) []compare.Fresh {
	standards := c.Edition.List.Programme.Standards
	number, at := map[string]int{}, map[string]int{}
	for k := range standards {
		number[standards[k].ID] = k
	}
	var out []compare.Fresh
	for i := range c.Branches {
		b := &c.Branches[i]
		if only == nil && b.Kind == org.Competitor || only != nil && !slices.Contains(only, b.ID) {
			continue
		}
		at[b.ID] = len(out)
		out = append(out, compare.Fresh{
			Branch: compare.Branch{ID: b.ID, Name: b.Name, Format: b.Format, Region: b.Region}, Counts: make([]compare.Counts, len(standards)),
		})
	}
	for i := range c.Sums.Cells {
		r := &c.Sums.Cells[i]
		if k, ok := at[r.Branch]; ok {
			x := &out[k].Scores
			x.N, x.SumBP, x.SumBP2 = x.N+r.N, x.SumBP+r.SumBP, x.SumBP2+r.SumBP2
		}
	}
	for i := range c.Sums.Standards {
		r := &c.Sums.Standards[i]
		if k, ok := at[r.Branch]; ok {
			n := &out[k].Counts[number[r.Standard]]
			*n = n.Plus(studio.CountsOf(&r.StandardRollup))
		}
	}
	return out
}

// fresh reads branches with their single visits.
func (s *Service) fresh(ctx context.Context, tx Tx, d *desk, c *studio.Counted, branches []string) ([]compare.Fresh, error) {
	if len(branches) == 0 {
		return nil, nil
	}
	out := freshOf(c, branches)
	for i := range out {
		cells, n, err := s.visitCells(ctx, tx, d, c, out[i].Branch.ID)
		if err == nil && n != out[i].Scores.N {
			cells, err = s.summedCells(ctx, tx, d, c, out[i].Branch.ID)
		}
		if err != nil {
			return nil, err
		}
		out[i].Cells = cells
	}
	return out, nil
}

// summedCells reads scores by who visited whom from their sums: slower than single visits, and always whole.
func (s *Service) summedCells(ctx context.Context, tx Tx, d *desk, c *studio.Counted, branch string) ([]compare.VisitCell, error) {
	q := d.networkKey().query
	q.Branch, q.Monthly, q.Scores = branch, true, true
	rows, err := tx.ByShopper(ctx, d.programme.Org, q)
	return cellsOf(rows, c.Score.Series), err
}

// visitCells reads the scores of single visits in the series that is counted, of one branch or of all.
func (s *Service) visitCells(ctx context.Context, tx Tx, d *desk, c *studio.Counted, branch string) ([]compare.VisitCell, int64, error) {
	q := d.networkKey().query
	q.Branch = branch
	var cells []compare.VisitCell
	if branch == "" {
		cells = make([]compare.VisitCell, 0, scored(c.Sums.Cells))
	}
	counted := countedVersions{s: s, tx: tx, org: d.programme.Org, series: c.Score.Series, known: map[string]bool{}}
	month := monthReader{}
	err := tx.EachFact(ctx, d.programme.Org, q, func(r *visit.Rollup) error {
		ok, err := counted.has(ctx, r.Fact.Version)
		if err != nil || !ok {
			return err
		}
		cell, err := month.cell(r)
		if err == nil {
			cells = append(cells, cell)
		}
		return err
	})
	return cells, int64(len(cells)), err
}

// countedVersions tells which versions score in the series that is counted.
type countedVersions struct {
	s           *Service
	tx          Tx
	org, series string
	known       map[string]bool
}

func (v *countedVersions) has(ctx context.Context, version string) (bool, error) {
	ok, seen := v.known[version]
	if seen {
		return ok, nil
	}
	e, err := v.s.shelf.Edition(ctx, v.tx, studio.Version{Org: v.org, ID: version})
	if err != nil {
		return false, err
	}
	ok = e.List.ScoreSeries == v.series
	v.known[version] = ok
	return ok, nil
}

// monthReader reads the same month only once: visits come month by month.
type monthReader struct {
	text  string
	month compare.Month
}

func (m *monthReader) cell(r *visit.Rollup) (compare.VisitCell, error) {
	if r.Month != m.text {
		month, err := compare.ParseMonth(r.Month)
		if err != nil {
			return compare.VisitCell{}, err
		}
		m.text, m.month = r.Month, month
	}
	shopper := r.Shopper
	if shopper == visit.NoShopper {
		shopper = ""
	}
	bp := int64(r.Fact.BaseBP)
	return compare.VisitCell{
		Branch: r.Branch, Shopper: shopper, Scenario: r.Scenario, Month: m.month, Scores: compare.Scores{N: 1, SumBP: bp, SumBP2: bp * bp},
	}, nil
}
