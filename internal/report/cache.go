package report

import (
	"container/list"
	"context"
	"sync"

	"plainclothes/internal/studio"
)

// cache keeps what was worked out until it grows too large, and then lets go of what was not asked for longest. Keys
// name the revision of the data, so that nothing in it is ever stale and no other process needs it.
type cache[K comparable, V any] struct {
	mu     sync.Mutex
	max    int // weight
	weight int
	items  map[K]*list.Element
	order  *list.List // most recently used in front
}

type kept[K comparable, V any] struct {
	key    K
	value  V
	weight int
}

// Limits of the caches: 15 to 30 MB each when full.
const (
	maxSumRows  = 200_000 // so that 15 months of 2,000 branches fit in
	maxQueries  = 1_000
	maxOutcomes = 40_000
	maxResults  = 400_000 // so that one of 2,000 branches and 40 standards fits in
)

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{max: limit, items: map[K]*list.Element{}, order: list.New()}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[key]
	if !ok {
		var none V
		return none, false
	}
	c.order.MoveToFront(e)
	item, _ := e.Value.(kept[K, V])
	return item.value, true
}

// put keeps a value that readers must not change. One heavier than a quarter of the cache is not kept.
func (c *cache[K, V]) put(key K, value V, weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[key]; ok || weight > c.max/4 {
		return
	}
	c.items[key] = c.order.PushFront(kept[K, V]{key, value, weight})
	for c.weight += weight; c.weight > c.max; {
		c.drop(c.order.Back())
	}
}

// set is put for a key whose value may have changed.
func (c *cache[K, V]) set(key K, value V, weight int) {
	c.mu.Lock()
	if e, ok := c.items[key]; ok {
		c.drop(e)
	}
	c.mu.Unlock()
	c.put(key, value, weight)
}

func (c *cache[K, V]) drop(e *list.Element) {
	item, _ := c.order.Remove(e).(kept[K, V])
	delete(c.items, item.key)
	c.weight -= item.weight
}

// sumKey names sums for ever: data_rev grows with every change of a programme's rollups.
type sumKey struct {
	org   string
	rev   int64
	query studio.SumQuery
}

// resultKey names what compare said: of these sums, judged by this version, for these branches.
type resultKey struct {
	sums     sumKey
	version  string
	brief    bool
	branches [32]byte
	fit      int64 // of the data of which revision the network behind it was found out; 0: of these
}

// sumsKept are sums by the revision that they were read at, and what that was lately.
type sumsKept struct {
	*cache[sumKey, studio.Sums]
	last *cache[sumKey, int64] // by key without revision
}

func newSumsKept() sumsKept {
	return sumsKept{newCache[sumKey, studio.Sums](maxSumRows), newCache[sumKey, int64](maxQueries)}
}

// before finds sums of the same query as they were at an older revision.
func (k sumsKept) before(key sumKey) (sums studio.Sums, rev int64, ok bool) {
	rev, ok = k.last.get(key.ever())
	if !ok || rev >= key.rev {
		return sums, 0, false
	}
	older := key
	older.rev = rev
	sums, ok = k.get(older)
	return sums, rev, ok
}

func (k sumsKept) keep(key sumKey, sums studio.Sums) {
	k.put(key, sums, len(sums.Cells)+len(sums.Standards)+1)
	k.last.set(key.ever(), key.rev, 1)
}

// ever is the key without its revision.
func (k sumKey) ever() sumKey {
	k.rev = 0
	return k
}

// cachedSums reads sums through the cache.
type cachedSums struct {
	Tx
	cache     sumsKept
	programme studio.Programme
}

// Sums finds the sums of a window, or reads and keeps them.
func (c cachedSums) Sums(ctx context.Context, org string, q studio.SumQuery) (studio.Sums, error) {
	key := sumKey{org: org, rev: c.programme.DataRev, query: q}
	if sums, ok := c.cache.get(key); ok {
		return sums, nil
	}
	sums, err := c.read(ctx, key)
	if err == nil {
		c.cache.keep(key, sums)
	}
	return sums, err
}

// rowsAnew is how many rows are read with all others in the time that one branch takes by itself.
const rowsAnew = 20

// read reads sums; those of scores of many branches as they were read before, but for the branches that moved since.
func (c cachedSums) read(ctx context.Context, key sumKey) (studio.Sums, error) {
	old, rev, ok := c.cache.before(key)
	if !ok || !key.query.Scores || key.query.Branch != "" {
		return c.Tx.Sums(ctx, key.org, key.query)
	}
	moved, err := c.Moved(ctx, key.org, key.query.Programme, key.query.Window, rev)
	if err != nil {
		return studio.Sums{}, err
	}
	if len(moved) > min(mostMoved, len(old.Cells)/rowsAnew) {
		return c.Tx.Sums(ctx, key.org, key.query)
	}
	return renewedSums(ctx, c.Tx, networkKey{key.org, key.query}, old, moved)
}
