package report

import (
	"sync"

	"plainclothes/internal/compare"
)

// Funnel answers "real difference or luck?": of the score, or of one standard, around its target or around the average of
// all; false, and empty, where there is nothing to draw. In large windows readers share it: nobody may change it.
func (c *Comparison) Funnel(standard string, aroundMean bool) (*compare.Funnel, bool) {
	f := c.funnels.get(funnelKey{standard, aroundMean}, func() (f drawnFunnel) {
		if standard == "" {
			f.Funnel, f.ok = compare.ScoreFunnel(&c.Result, c.Scores)
		} else {
			f.Funnel, f.ok = compare.ShareFunnel(&c.Result, standard, aroundMean)
		}
		return f
	})
	return &f.Funnel, f.ok
}

// funnels keeps the funnels of one large comparison that were asked for last. Of nil nothing is kept.
type funnels struct {
	mu   sync.Mutex
	made map[funnelKey]*drawnFunnel
}

type funnelKey struct {
	standard string // "" for the score
	mean     bool
}

type drawnFunnel struct {
	compare.Funnel
	ok bool
}

// mostFunnels of one comparison are kept: of 2,000 branches each takes about 200 KB.
const mostFunnels = 4

func (k *funnels) get(key funnelKey, draw func() drawnFunnel) *drawnFunnel {
	if k == nil {
		f := draw()
		return &f
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if f, ok := k.made[key]; ok {
		return f
	}
	f := draw()
	if k.made == nil || len(k.made) >= mostFunnels {
		k.made = map[funnelKey]*drawnFunnel{}
	}
	k.made[key] = &f
	return &f
}
