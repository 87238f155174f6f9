package studio

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// Edited is a draft after a change. Its programme is not to be changed: the next change goes on from it.
type Edited struct {
	Contents
	Step Step
	Open edit.Ref // what to open: the new part, or the changed one
	Same bool     // nothing had to change, and there is no step
}

// Clash says that somebody else changed the same thing meanwhile.
type Clash struct {
	Revision int // of the draft now: the same change with it takes the place of theirs
	Fields   []ClashField
	By       string // name of whoever was quicker
	At       time.Time
	Gone     bool // the part was removed
}

// ClashField is one thing that both changed.
type ClashField struct {
	Part          Ref
	Name, Label   string // as in edit.Field, and the part's label
	Yours, Theirs string
}

// Ref is the part that a clash is about.
type Ref = edit.Ref

// Error says what happened.
func (c *Clash) Error() string {
	switch {
	case c.Gone && c.By == "":
		return "Somebody else removed this meanwhile. Nothing of yours was saved; what you wrote is below."
	case c.By == "":
		return "Somebody else changed the same thing meanwhile. Nothing of theirs was overwritten: choose which to keep."
	case c.Gone:
		return c.By + " removed this meanwhile. Nothing of yours was saved; what you wrote is below."
	}
	return c.By + " changed the same thing meanwhile. Nothing of theirs was overwritten: choose which to keep."
}

// Unwrap makes it a conflict.
func (c *Clash) Unwrap() error { return fault.New(fault.Conflict, c.Error()) }

// Edit changes the draft of a programme by one operation and saves it at once. revision is that of the draft that the actor
// looked at; when others changed something else meanwhile, the operation is done to the newest draft, and when they changed
// the same, the error is a *Clash. Other errors are those of edit.Apply.
func (s *Service) Edit(ctx context.Context, a auth.Actor, programme string, revision int, op edit.Op) (out Edited, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return out, err
	}
	for range maxTries {
		err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
			out, err = s.edit(ctx, tx, a, programme, revision, op)
			return err
		})
		if !quicker(err) {
			break
		}
	}
	return out, wrap("edit draft", err)
}

// maxTries is how often a change is done anew because somebody saved another in the same moment.
const maxTries = 10

// quicker reports whether a change was refused only because another was saved while it was under way.
func quicker(err error) bool {
	var clash *Clash
	var way *edit.InTheWay
	return fault.Is(err, fault.Conflict) && !errors.As(err, &clash) && !errors.As(err, &way)
}

func (s *Service) edit(ctx context.Context, tx Tx, a auth.Actor, id string, revision int, op edit.Op) (Edited, error) {
	v, err := draftIn(ctx, tx, a, id)
	if err != nil {
		return Edited{}, err
	}
	if revision > v.RowVersion { // of a draft that was published or thrown away since
		revision = 0
	}
	p, problems, err := s.ids.drafts.read(v)
	if err != nil {
		return Edited{}, err
	}
	fixed, err := s.fixed(ctx, tx, v)
	if err != nil {
		return Edited{}, err
	}
	steps, err := tx.Steps(ctx, a.Org, v.ID, howMany(revision, v.RowVersion))
	if err != nil {
		return Edited{}, err
	}
	if len(steps) > 0 && steps[0].LastRevision > v.RowVersion { // saved between the two readings: this draft is not the newest
		return Edited{}, fault.New(fault.Conflict, "Somebody else changes this draft all the time. Try again in a moment.")
	}
	others := meanwhile(steps, v.RowVersion, revision, a.Member)
	r, err := edit.Apply(p, op, fixed)
	if err != nil {
		return Edited{}, lost(err, others, v)
	}
	if c := clash(p, &r, others, v); c != nil {
		return Edited{}, c
	}
	out := Edited{Contents: Contents{Version: v, Programme: p, Problems: problems}, Open: r.Open}
	if out.Same = len(r.Touches) == 0; out.Same {
		return out, nil
	}
	out.Programme, out.Problems = r.Programme, r.Problems
	if out.Step, err = s.record(ctx, tx, a, &out.Contents, v.Document, Step{Kind: StepEdit, Sentence: r.Sentence, Touches: r.Touches}, steps); err != nil {
		return Edited{}, err
	}
	s.ids.drafts.keep(&out.Contents)
	return out, s.noteSitting(ctx, tx, a, out.Version, steps)
}

// howMany steps a change needs to know: the newest, to go on with them, or all when others may have made some meanwhile.
func howMany(revision, now int) int {
	if revision < now {
		return MaxSteps
	}
	return recent
}

// meanwhile lists the steps of others since a revision, newest first. Where a revision has no step, because it is older than
// what is kept or the draft was written without one, there is a step that touches everything.
func meanwhile(steps []Step, now, revision int, member string) []Step {
	if revision >= now {
		return nil
	}
	var others []Step
	covered := 0
	for i := range steps {
		x := &steps[i]
		if x.LastRevision <= revision {
			break
		}
		covered += x.LastRevision - max(x.FirstRevision, revision+1) + 1
		if x.By != member {
			others = append(others, *x)
		}
	}
	if covered < now-revision {
		others = append(others, Step{Touches: []string{everything}})
	}
	return others
}

// lost tells of a part that somebody removed meanwhile; other errors stay what they are.
func lost(err error, others []Step, v Version) error {
	if !fault.Is(err, fault.NotFound) || len(others) == 0 {
		return err
	}
	by := others[0]
	if i := slices.IndexFunc(others, func(x Step) bool { return slices.ContainsFunc(x.Touches, isWhole) }); i >= 0 {
		by = others[i] // who only wrote into something removed nothing
	}
	return &Clash{Revision: v.RowVersion, By: by.ByName, At: by.At, Gone: true}
}

// clash compares what the operation touched with what others did; nil when they touched something else.
func clash(was *programme.Programme, r *edit.Result, others []Step, v Version) *Clash {
	var c *Clash
	for _, x := range others {
		for _, mine := range r.Touches {
			if !slices.ContainsFunc(x.Touches, func(theirs string) bool { return meets(mine, theirs) }) {
				continue
			}
			if c == nil {
				c = &Clash{Revision: v.RowVersion, By: x.ByName, At: x.At}
			}
			c.add(was, r.Programme, mine)
		}
	}
	return c
}

// meets reports whether two touches are of the same thing, or one is inside the other.
func meets(a, b string) bool {
	return a == everything || b == everything || a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// add notes what both wrote. An operation that only puts a part elsewhere or takes it away has no words of its own.
func (c *Clash) add(theirs, yours *programme.Programme, touch string) {
	part, field := partOf(touch)
	f := ClashField{Part: part, Name: field, Label: edit.Label(theirs, part)}
	f.Theirs, f.Yours = said(theirs, part, field), said(yours, part, field)
	if !slices.Contains(c.Fields, f) {
		c.Fields = append(c.Fields, f)
	}
}

// said gives what a programme says at a touch.
func said(p *programme.Programme, part edit.Ref, field string) string {
	switch {
	case !edit.Has(p, part):
		return "(removed)"
	case field == "place":
		return "(its place)"
	case field == "":
		return edit.Label(p, part)
	}
	return edit.ValueOf(p, part, field)
}

// partOf splits a touch into part and field.
func partOf(touch string) (edit.Ref, string) {
	if r, ok := edit.ParseRef(touch); ok {
		return r, ""
	}
	cut := strings.LastIndex(touch, "/")
	r, _ := edit.ParseRef(touch[:max(cut, 0)])
	return r, touch[cut+1:]
}

// fixed gives the ids that published versions of the draft's programme have used.
func (s *Service) fixed(ctx context.Context, tx Tx, draft Version) (edit.Fixed, error) {
	key := fixedKey{draft.Org, draft.Programme, draft.Number}
	if f, ok := s.ids.get(key); ok {
		return f, nil
	}
	versions, err := tx.Versions(ctx, draft.Org, draft.Programme)
	if err != nil {
		return edit.Fixed{}, err
	}
	var published []*programme.Programme
	for _, v := range versions {
		if v.State != Published {
			continue
		}
		c, err := s.published(ctx, tx, v)
		if err != nil {
			return edit.Fixed{}, err
		}
		published = append(published, c)
	}
	f := edit.FixedBy(published...)
	s.ids.put(key, f)
	return f, nil
}

// published reads a published version.
func (s *Service) published(ctx context.Context, tx Tx, v Version) (*programme.Programme, error) {
	full, err := tx.Version(ctx, v.Org, v.ID)
	if err != nil {
		return nil, err
	}
	return programme.FromCanonical(full.Document)
}

// fixedKey names what was published before a draft: its number grows with every publication.
type fixedKey struct {
	org, programme string
	number         int
}

// fixedIDs keeps what every change of a draft asks for: the ids of published versions, which never change, and the drafts
// as they were read.
type fixedIDs struct {
	mu     sync.Mutex
	kept   map[fixedKey]edit.Fixed
	drafts readDrafts
}

// maxFixed bounds the memory of the ids.
const maxFixed = 64

func (f *fixedIDs) get(k fixedKey) (edit.Fixed, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	got, ok := f.kept[k]
	return got, ok
}

func (f *fixedIDs) put(k fixedKey, ids edit.Fixed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) >= maxFixed || f.kept == nil {
		f.kept = map[fixedKey]edit.Fixed{}
	}
	f.kept[k] = ids
}
