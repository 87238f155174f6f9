package app

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// collectLess lets the heap grow to three times what is alive before it is collected. What is alive is small (about
// 6 MB), so the usual two times would mean a collection for every hundred reports: a fifth of the server's work. It costs
// about 10 MB while there is much to do. GOGC in the environment has the last word.
//
// Where comparisons of a million visits are kept, three times would be more than a gigabyte: from much on, the heap is
// collected as often as it takes. GOMEMLIMIT in the environment has the last word.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(much)
	}
}

// much is how many bytes the program would rather not exceed. What it needs at once it gets all the same.
const much = 640 << 20

// How a rest is told from work: by how much memory was asked for.
const (
	lookEvery = time.Second
	quiet     = 1 << 20 // bytes between two looks: health checks and the odd page stay below
	worthIt   = 4 << 20 // bytes since memory was last given back
	restAfter = 3       // quiet looks, one after the other
)

// giveBack returns memory to the system once a load is over, until the context ends. The runtime would keep much of it
// until its next collection, which comes two minutes later when nobody asks for anything.
func giveBack(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	r := rest{seen: allocated()}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if r.look(allocated()) {
				debug.FreeOSMemory()
				_ = leaveProgram() // where the system does not let us it keeps what it has
				r.given(allocated())
			}
		}
	}
}

// allocated is how many bytes this process has ever asked the heap for.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0 // no such measure: never anything to give back
	}
	return s[0].Value.Uint64()
}

// rest finds out when it is time to give memory back. The zero value has never seen anything.
type rest struct {
	seen  uint64 // at the last look
	since uint64 // when memory was last given back
	quiet int    // quiet looks so far
}

// look takes what was allocated so far and says whether a load is over that was worth it.
func (r *rest) look(now uint64) bool {
	r.quiet++
	if now-r.seen > quiet {
		r.quiet = 0
	}
	r.seen = now
	return r.quiet >= restAfter && now-r.since > worthIt
}

// given notes that memory was given back.
func (r *rest) given(now uint64) { r.seen, r.since, r.quiet = now, now, 0 }
