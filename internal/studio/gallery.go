package studio

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/edit"
)

// Start is a programme to begin from, or to take sections of.
type Start struct {
	Key         string // coffee-kiosks
	Name, Trade string
	Programme   *programme.Programme
	Sections    int
	Questions   int
	Minutes     int // of a visit
}

// Gallery lists the programmes to begin from, by key.
func Gallery() ([]Start, error) {
	all := make([]Start, 0, len(demo.Names()))
	for _, name := range demo.Names() {
		x, err := start(name)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// start opens one programme of the gallery.
func start(key string) (Start, error) {
	src, ok := demo.File(key)
	if !ok {
		return Start{}, fault.Missing("starting point")
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		return Start{}, fmt.Errorf("programme %s of the gallery: %w", key, err)
	}
	x := Start{Key: key, Name: p.Name, Trade: p.Trade, Programme: p, Sections: len(p.Sections), Minutes: p.Visit.Minutes}
	for i := range p.Sections {
		x.Questions += len(p.Sections[i].Questions)
	}
	return x, nil
}

// BeginEmpty makes a programme with nothing in it yet but a draft. Fields in errors are name and trade.
func (s *Service) BeginEmpty(ctx context.Context, a auth.Actor, name, trade string) (Programme, error) {
	var bad fault.Fields
	if tidy(name) == "" {
		bad.Add("name", "Give the programme a name.")
	}
	if err := bad.Err(); err != nil {
		return Programme{}, err
	}
	p, err := edit.New("new", name, trade)
	if err != nil {
		return Programme{}, err
	}
	return s.beginWith(ctx, a, p)
}

// BeginFrom makes a programme that says what one of the gallery says; name "" keeps its name.
func (s *Service) BeginFrom(ctx context.Context, a auth.Actor, from, name string) (Programme, error) {
	x, err := start(from)
	if err != nil {
		return Programme{}, err
	}
	if name = tidy(name); name != "" {
		r, err := edit.Apply(x.Programme, edit.Set{Part: edit.Ref{Kind: edit.Whole}, Fields: []edit.Field{edit.F("name", name)}}, edit.Fixed{})
		if err != nil {
			return Programme{}, err
		}
		x.Programme = r.Programme
	}
	return s.beginWith(ctx, a, x.Programme)
}

// beginWith makes a programme and its first draft, with a key of its own.
func (s *Service) beginWith(ctx context.Context, a auth.Actor, p *programme.Programme) (mine Programme, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return mine, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		key, err := freeKey(ctx, tx, a.Org, p.Name)
		if err != nil {
			return err
		}
		p.Key, p.ChangeNote = key, ""
		if mine, err = s.found(ctx, tx, a, p); err != nil {
			return err
		}
		v := s.blank(a, mine.ID, 1)
		v.Document, v.Hash = p.Canonical(), p.Hash()
		if err := tx.CreateVersion(ctx, a.Org, v); err != nil {
			return err
		}
		return s.note(ctx, tx, a, "standards.drafted", v.ID, versionBody(v))
	})
	return mine, wrap("begin programme", err)
}

// maxKeys is how many programmes of one name are looked through for a free key.
const maxKeys = 1000

// freeKey makes the key of a programme out of its name.
func freeKey(ctx context.Context, tx Tx, org, name string) (string, error) {
	base := keyOf(name)
	for n := 1; n <= maxKeys; n++ {
		key := base
		if n > 1 {
			key += "-" + strconv.Itoa(n)
		}
		_, err := tx.ProgrammeByKey(ctx, org, key)
		if fault.Is(err, fault.NotFound) {
			return key, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", fault.New(fault.Conflict, "There are very many programmes of this name. Choose another name.")
}

// keyOf makes small letters, digits and - out of a name.
func keyOf(name string) string {
	key := strings.ReplaceAll(edit.Slug(name), "_", "-")
	if len(key) < 2 {
		return "programme"
	}
	return key
}

// AddFromGallery puts a section of a programme of the gallery behind those of the draft.
func (s *Service) AddFromGallery(ctx context.Context, a auth.Actor, programme string, revision int, from, section string) (Edited, error) {
	x, err := start(from)
	if err != nil {
		return Edited{}, err
	}
	return s.Edit(ctx, a, programme, revision, edit.AddSection{From: x.Programme, Section: section})
}
