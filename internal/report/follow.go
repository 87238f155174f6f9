package report

import (
	"context"
	"slices"
	"sync"
	"time"

	"plainclothes/internal/auth"
)

// A large network is shown as it was found last, while what came since is found out beside the readers: nobody waits for what
// concerns thousands of branches because one of them had a visit. That branch itself is judged anew at once; the page says as
// of when the rest is.

// How far what is shown may be behind what there is, and how often it is found out anew.
const (
	patience  = 10 * time.Minute // then a reader waits for what there is
	restLeast = 5 * time.Second  // between two times of finding out
	restTimes = 5                // and so many times as long as it took
	finding   = 5 * time.Minute  // at most
)

// reading is a page that somebody looked at: it is read again before others are shown what is new, so that all that a page
// needs is there by then.
type reading struct {
	what   string // as in the table of again
	actor  auth.Actor
	query  Query
	branch string
}

// key is the same for readings that need the same: of a branch's page, all that takes long is the same for all branches.
func (r *reading) key(d *desk) string {
	if r.what == readBranch {
		return r.what
	}
	return r.what + d.view()
}

// mostReadings is how many different pages are kept ready for each window.
const mostReadings = 12

// follower keeps what is shown of one window close behind what there is.
type follower struct {
	mu    sync.Mutex
	busy  bool
	seen  time.Time // when nothing newer was there
	rest  time.Time // until then nothing is found out
	asked map[string]askedFor
	first *preparation // nil but while readers wait for what nobody has read yet
}

type askedFor struct {
	reading
	at time.Time
}

// note remembers a reading, and forgets the one asked for longest ago.
func (f *follower) note(key string, r reading, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked == nil {
		f.asked = map[string]askedFor{}
	}
	f.asked[key] = askedFor{r, now}
	for len(f.asked) > mostReadings {
		oldest := ""
		for k, a := range f.asked {
			if oldest == "" || a.at.Before(f.asked[oldest].at) {
				oldest = k
			}
		}
		delete(f.asked, oldest)
	}
}

// unread are the readings of the last minutes that were not read anew yet; from now on they count as read.
func (f *follower) unread(read map[string]bool, now time.Time) (out []reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for k, a := range f.asked {
		if now.Sub(a.at) > patience {
			delete(f.asked, k)
			continue
		}
		if !read[k] {
			read[k] = true
			out = append(out, a.reading)
		}
	}
	return out
}

// current says that what is shown is what there is.
func (f *follower) current(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = now
}

// patient reports whether what is shown may still be shown though there is something newer.
func (f *follower) patient(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return now.Sub(f.seen) < patience
}

// begin reports whether it is time to find out, and by whom it is done is the caller.
func (f *follower) begin(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy || now.Before(f.rest) {
		return false
	}
	f.busy = true
	return true
}

// end lets the machine rest for a while.
func (f *follower) end(begun, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy = false
	f.rest = now.Add(max(restLeast, restTimes*now.Sub(begun)))
}

// ahead is a service that finds out what others are shown later. rev is of which data, 0 before the first reading.
type ahead struct {
	key networkKey
	rev int64
}

// hold gives a large window that is behind the data as it was found last, and has what came since found out. The desk's
// programme is then that of the older data: all that is kept of these is found by it.
func (s *Service) hold(d *desk, version string) {
	d.latest = d.programme.DataRev
	key := d.networkKey()
	slot, ok := s.networks.peek(key)
	if !ok {
		return
	}
	if s.ahead != nil {
		if s.ahead.key == key && s.ahead.rev != 0 {
			d.programme.DataRev = s.ahead.rev
		}
		return
	}
	n, now := slot.now.Load(), s.now()
	switch {
	case n == nil || n.counted == nil || n.stands == nil || n.judged.version != version || n.rev > d.programme.DataRev:
	case n.rev == d.programme.DataRev:
		slot.follow.current(now)
	case slot.follow.patient(now):
		d.programme.DataRev, d.asOf, d.held = n.rev, n.made, n
		s.catchUp(key, slot)
	}
}

// note remembers what was read of a large window.
func (s *Service) note(d *desk, r reading) {
	if slot, ok := s.networks.peek(d.networkKey()); ok && s.ahead == nil {
		slot.follow.note(r.key(d), r, s.now())
	}
}

// catchUp finds out beside the readers, one window at a time.
func (s *Service) catchUp(key networkKey, slot *networkSlot) {
	begun := s.now()
	if !slot.follow.begin(begun) {
		return
	}
	if !s.turn.TryLock() {
		slot.follow.end(begun, begun)
		return
	}
	s.work.Go(func() {
		defer s.turn.Unlock()
		defer func() { slot.follow.end(begun, s.now()) }()
		ctx, cancel := s.untilClosed()
		defer cancel()
		// What goes wrong here goes wrong again for the reader who waits when patience is over, and he is told.
		_ = s.advance(ctx, key, slot)
	})
}

// untilClosed is a context of no reader.
func (s *Service) untilClosed() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), finding)
	go func() {
		select {
		case <-s.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// advance reads anew what was read lately, and more pages, and then shows it.
func (s *Service) advance(ctx context.Context, key networkKey, slot *networkSlot, more ...reading) error {
	next := *s
	next.ahead, next.asks = &ahead{key: key}, false
	if n := slot.next.Load(); n != nil {
		next.ahead.rev = n.rev
	}
	defer slot.next.Store(nil)
	if err := next.allAgain(ctx, slot, more); err != nil {
		return err
	}
	n := slot.next.Load()
	if n == nil {
		return nil
	}
	slot.now.Store(n)
	slot.follow.current(s.now())
	return nil
}

// mostRounds is how often it is looked whether readers asked for more pages while those before were read.
const mostRounds = 4

// allAgain reads pages as they were read before: those given, and all that were read lately. A page that is first asked for
// while others are read is among them: nobody else has what it takes of the newer data.
func (s *Service) allAgain(ctx context.Context, slot *networkSlot, more []reading) error {
	read := map[string]bool{}
	for range mostRounds {
		all := slices.Concat(more, slot.follow.unread(read, s.now()))
		if len(all) == 0 {
			return nil
		}
		for _, r := range all {
			if err := s.again(ctx, r); err != nil {
				return err
			}
		}
		more = nil
	}
	return nil
}

// again reads a page as it was read before.
func (s *Service) again(ctx context.Context, r reading) (err error) {
	switch r.what {
	case readCompare:
		_, err = s.Compare(ctx, r.actor, r.query)
	case readTrends:
		_, err = s.Trends(ctx, r.actor, r.query)
	case readBranch:
		_, err = s.Branch(ctx, r.actor, r.branch, r.query)
	case readChange:
		_, err = s.Change(ctx, r.actor, r.query)
	case readRegions:
		_, err = s.Regions(ctx, r.actor, r.query)
	case readDrivers:
		_, err = s.Drivers(ctx, r.actor, r.query)
	case readNext:
		_, err = s.Next(ctx, r.actor, r.query)
		if err == nil {
			_, err = s.Outlook(ctx, r.actor, r.query, NextQuery{})
		}
	}
	return err
}

// The readings that are kept ready, as errors name them.
const (
	readCompare = "compare branches"
	readTrends  = "read trends"
	readBranch  = "report on branch"
	readChange  = "compare windows"
	readRegions = "compare regions"
	readDrivers = "find drivers"
	readNext    = "plan visits"
)

// Close breaks off what is being found out beside the readers, and waits until it is. Nobody may ask afterwards.
func (s *Service) Close() error {
	close(s.stop)
	s.work.Wait()
	return nil
}
