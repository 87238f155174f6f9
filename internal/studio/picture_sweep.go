package studio

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"sync"
	"time"

	"plainclothes/internal/evidence"
)

// Pictures that nothing names: whoever chose one left the form, took it away again, or threw the draft away. A version names
// its pictures for ever, a draft and the steps by which it can be undone as long as they are kept, and a test run until it
// expires.
const (
	unnamedFor = 30 * 24 * time.Hour // how long one is kept all the same: the words around it may still be on their way
	sweepEach  = 24 * time.Hour      // how often one process reads everything that may name one
	sweepSlack = time.Hour           // clocks of several processes differ by less
	sweepPage  = 200                 // pictures listed at a time
)

// sweeps notes when this process looked last. It saves work and decides nothing: two that look find the same.
type sweeps struct {
	mu   sync.Mutex
	last map[string]time.Time // by organisation
}

// due reports whether it is time to look, and notes that somebody does.
func (s *sweeps) due(org string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.last[org]; ok && now.Sub(last) < sweepEach {
		return false
	}
	if s.last == nil {
		s.last = map[string]time.Time{}
	}
	s.last[org] = now
	return true
}

// failed makes it due again.
func (s *sweeps) failed(org string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, org)
}

// SweepPictures removes the pictures of an organisation that were added more than 30 days ago and that no version, draft,
// step of a draft or test run names, and gives their number. It looks at most once a day.
func (s *Service) SweepPictures(ctx context.Context, org string) (n int, err error) {
	began := s.clock()
	if s.blobs == nil || !s.sweeps.due(org, began) {
		return 0, nil
	}
	defer func() {
		if err != nil {
			s.sweeps.failed(org)
		}
	}()
	unnamed, err := s.unnamed(ctx, org, began.Add(-unnamedFor))
	if err != nil {
		return 0, wrap("sweep pictures", err)
	}
	for _, p := range unnamed {
		gone, err := s.sweepPicture(ctx, p, began)
		if err != nil {
			return n, wrap("sweep pictures", err)
		}
		if gone {
			n++
		}
	}
	return n, nil
}

// inDocument finds the pictures that a document names, wherever in it.
var inDocument = regexp.MustCompile(pictureScheme + `([0-9a-f]{64})`)

// errAllNamed ends a reading that has found every picture.
var errAllNamed = errors.New("studio: all pictures are named")

// unnamed lists the pictures added before a time that no document names. It takes no lock, so another look is due before one
// of them is removed.
func (s *Service) unnamed(ctx context.Context, org string, before time.Time) ([]Picture, error) {
	left := map[string]Picture{}
	err := s.repo.View(ctx, org, func(tx Tx) error {
		if err := oldPictures(ctx, tx, org, before, left); err != nil || len(left) == 0 {
			return err
		}
		return tx.EachDocument(ctx, org, time.Time{}, func(document []byte) error {
			for _, m := range inDocument.FindAllSubmatch(document, -1) {
				delete(left, string(m[1]))
			}
			if len(left) == 0 {
				return errAllNamed
			}
			return nil
		})
	})
	if err != nil && !errors.Is(err, errAllNamed) {
		return nil, err
	}
	all := make([]Picture, 0, len(left))
	for _, p := range left {
		all = append(all, p)
	}
	return all, nil
}

// oldPictures collects the pictures that were added before a time.
func oldPictures(ctx context.Context, tx Tx, org string, before time.Time, into map[string]Picture) error {
	for after := ""; ; {
		page, err := tx.PicturesAfter(ctx, org, after, sweepPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if after = p.SHA256; p.Added.Before(before) {
				into[p.SHA256] = p
			}
		}
	}
}

// errNamed takes the removal of a picture back.
var errNamed = errors.New("studio: the picture is named")

// sweepPicture removes one picture unless somebody has named it, or chosen it again, since it was looked for. Its row goes
// first: whoever is about to name it has locked that row, or waits for it and then finds no picture. The bytes go before the
// commit, so that what is left behind by a failure is a row, which the next sweep finds, and never bytes that nothing names.
func (s *Service) sweepPicture(ctx context.Context, p Picture, began time.Time) (gone bool, err error) {
	name := []byte(pictureScheme + p.SHA256)
	err = s.repo.InTx(ctx, p.Org, func(tx Tx) error {
		if gone, err = tx.DropPicture(ctx, p.Org, p.SHA256, began.Add(-unnamedFor)); err != nil || !gone {
			return err
		}
		err := tx.EachDocument(ctx, p.Org, began.Add(-sweepSlack), func(document []byte) error {
			if bytes.Contains(document, name) {
				return errNamed
			}
			return nil
		})
		if err != nil {
			return err
		}
		shared, err := tx.IsPhoto(ctx, p.Org, p.SHA256)
		if err != nil || shared {
			return err
		}
		return s.blobs.Delete(ctx, evidence.Key(p.Org, p.SHA256))
	})
	if errors.Is(err, errNamed) {
		return false, nil
	}
	return gone && err == nil, err
}
