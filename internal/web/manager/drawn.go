package manager

import (
	"sync"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
)

// drawnFrom is from how many branches on a funnel is drawn once for all who choose the same: then they also share what it shows.
const drawnFrom = 300

// mostDrawn funnels are kept: of 2,000 branches each takes about 300 KB.
const mostDrawn = 8

// drawings keeps the large funnels that were drawn last. The zero value has none.
type drawings struct {
	mu   sync.Mutex
	made map[drawnKey]funnel
}

// drawnKey names a drawing for ever: nobody changes a funnel that readers share.
type drawnKey struct {
	of     *compare.Funnel
	choice choice
}

// get finds a drawing, or makes it. The lock is not held meanwhile: two may draw the same.
func (d *drawings) get(key drawnKey, draw func() funnel) funnel {
	d.mu.Lock()
	f, ok := d.made[key]
	d.mu.Unlock()
	if ok {
		return f
	}
	f = draw()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.made == nil || len(d.made) >= mostDrawn {
		d.made = map[drawnKey]funnel{}
	}
	d.made[key] = f
	return f
}

// funnel draws the one that was chosen, or finds its drawing.
func (p *Pages) funnel(ch *choice, r *report.Comparison) funnel {
	f, of, middle, ok := funnelOf(ch, r)
	switch {
	case !ok:
		return funnel{Of: of}
	case len(f.Dots) < drawnFrom:
		return newFunnel(ch, r, f, of, middle)
	}
	key := drawnKey{f, *ch}
	key.choice.Page, key.choice.All = 0, false // which of the branches are listed changes nothing in it
	return p.drawn.get(key, func() funnel { return newFunnel(ch, r, f, of, middle) })
}
