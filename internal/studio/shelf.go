package studio

import (
	"context"
	"sync"

	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
)

// Edition is a published version, ready to read and to score with.
type Edition struct {
	Meta Version // without document
	List *visit.Checklist
}

// Shelf keeps prepared published versions. They never change, so what is on the shelf is never stale and no other
// process needs it.
type Shelf struct {
	mu   sync.Mutex
	kept map[[2]string]*visit.Checklist // organisation, version
}

// maxShelf bounds the memory of prepared versions: one of 40 questions takes about 60 KB.
const maxShelf = 128

// NewShelf starts empty.
func NewShelf() *Shelf { return &Shelf{kept: map[[2]string]*visit.Checklist{}} }

// Edition prepares a published version, or finds it on the shelf.
func (s *Shelf) Edition(ctx context.Context, tx Reading, v Version) (Edition, error) {
	key := [2]string{v.Org, v.ID}
	s.mu.Lock()
	list, ok := s.kept[key]
	s.mu.Unlock()
	if ok {
		return Edition{v, list}, nil
	}
	full, err := tx.Version(ctx, v.Org, v.ID)
	if err != nil {
		return Edition{}, err
	}
	list, err = prepare(full)
	if err == nil && full.State == Published {
		s.put(key, list)
	}
	return Edition{v, list}, err
}

// prepare makes a version ready, whatever its state.
func prepare(v Version) (*visit.Checklist, error) {
	return visit.NewChecklist(visit.Version{
		Org: v.Org, ID: v.ID, Programme: v.Programme, Number: v.Number, Hash: v.Hash, Document: v.Document,
	})
}

func (s *Shelf) put(key [2]string, list *visit.Checklist) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= maxShelf {
		clear(s.kept) // rare and cheap to fill again
	}
	s.kept[key] = list
}

// InForce gives the published version that was in force on a date: of those that were effective by then the latest,
// and before the first one took effect the first one. False when nothing was published yet.
func InForce(versions []Version, on string) (Version, bool) {
	var best Version
	found := false
	for _, v := range versions {
		if v.State == Published && (!found || stronger(v, best, on)) {
			best, found = v, true
		}
	}
	return best, found
}

// stronger reports whether v rather than w was in force on a date.
func stronger(v, w Version, on string) bool {
	in, out := v.EffectiveOn <= on, w.EffectiveOn <= on
	switch {
	case in != out:
		return in
	case v.EffectiveOn != w.EffectiveOn:
		return (v.EffectiveOn > w.EffectiveOn) == in
	}
	return (v.Number > w.Number) == in
}

// newest gives the published version with the highest number.
func newest(versions []Version) (Version, bool) {
	var best Version
	for _, v := range versions {
		if v.State == Published && v.Number > best.Number {
			best = v
		}
	}
	return best, best.Number > 0
}

// draftOf gives the draft among the versions of a programme.
func draftOf(versions []Version) (Version, bool) {
	for _, v := range versions {
		if v.State == Draft {
			return v, true
		}
	}
	return Version{}, false
}

// noDraft is said where a draft is needed and there is none.
func noDraft() error {
	return fault.New(fault.NotFound, "This programme has no draft. Begin one by editing a standard or importing a file.")
}
