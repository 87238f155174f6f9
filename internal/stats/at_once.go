package stats

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// AtOnce does n pieces of work that have nothing to do with each other, as many at once as there are cores, and returns when
// all are done. Each must write only what is its own, so that the result does not hang on their order.
func AtOnce(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}
