package visit

import (
	"context"
	"fmt"
	"sync"

	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// Checklist is a published version, ready to ask and to score.
type Checklist struct {
	Version     Version
	Programme   *programme.Programme
	Scoring     *scoring.Checklist
	ScoreSeries string
	Series      map[string]string // standard → series of its definition
}

// NewChecklist prepares a version.
func NewChecklist(v Version) (*Checklist, error) {
	p, err := programme.FromCanonical(v.Document)
	if err != nil {
		return nil, fmt.Errorf("version %s: %w", v.ID, err)
	}
	c := &Checklist{
		Version: v, Programme: p, Scoring: scoring.Compile(p), ScoreSeries: programme.ScoreSeries(p), Series: map[string]string{},
	}
	for _, s := range p.Standards {
		c.Series[s.ID] = programme.Series(p, s.ID)
	}
	return c, nil
}

// maxChecklists bounds the memory of prepared versions (a version of 40 questions takes about 60 KB).
const maxChecklists = 128

// Checklists keeps prepared versions. Published versions never change, so what is kept here is never stale and no
// other process needs it.
type Checklists struct {
	mu   sync.Mutex
	kept map[[2]string]*Checklist // organisation, version
}

// NewChecklists starts empty.
func NewChecklists() *Checklists { return &Checklists{kept: map[[2]string]*Checklist{}} }

// Get prepares a version, or gives it as it was prepared before.
func (c *Checklists) Get(ctx context.Context, tx Tx, org, id string) (*Checklist, error) {
	key := [2]string{org, id}
	c.mu.Lock()
	list, ok := c.kept[key]
	c.mu.Unlock()
	if ok {
		return list, nil
	}
	v, err := tx.Version(ctx, org, id)
	if err != nil {
		return nil, err
	}
	if list, err = NewChecklist(v); err != nil {
		return nil, err
	}
	c.put(key, list)
	return list, nil
}

func (c *Checklists) put(key [2]string, list *Checklist) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxChecklists {
		clear(c.kept) // rare and cheap to fill again; an order of use would cost a lock on every read
	}
	c.kept[key] = list
}
