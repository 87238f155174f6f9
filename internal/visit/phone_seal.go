package visit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// SealInput says what a phone wants to send: its log up to an op, and for which stage.
type SealInput struct {
	Head  string
	Seq   int
	Stage string // "" for the one that is due
}

// Missing is one thing that keeps a report from being sent.
type Missing struct {
	Question string
	Message  string // a whole sentence
}

// Unsealable says what keeps a report from being sent: ops or photos that are not here, things to answer, two values.
type Unsealable struct {
	Progress
	Missing []Missing
}

// Error is a sentence for the shopper.
func (u *Unsealable) Error() string {
	switch {
	case len(u.Conflicts) > 0:
		return "You answered something twice. Which is right?"
	case len(u.Missing) > 0:
		return "Not everything is there yet: " + u.Missing[0].Message
	case len(u.Want) > 0:
		return "Some photos are still on the phone. They are sent first."
	}
	return "Some changes are still on the phone. They are sent first."
}

// Unwrap makes it a conflict and no error of ours.
func (u *Unsealable) Unwrap() error { return fault.New(fault.Conflict, u.Error()) }

// SealPhone seals a report, or the stage that is due, from a phone. It is refused while anything is missing here; what
// was sealed before gets its receipt again. A phone that comes when the report was sent from elsewhere gets a receipt
// for what it has brought, which is kept for the editor and changes nothing.
func (s *Service) SealPhone(ctx context.Context, a auth.Actor, submission string, in SealInput) (r Receipt, err error) {
	id, ok := properID(submission)
	if !ok {
		return r, fault.Missing("submission")
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		sub, p, err := s.sent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		known, err := tx.Receipts(ctx, a.Org, sub.ID)
		if err != nil {
			return err
		}
		for _, old := range slices.Backward(known) {
			if old.Head == in.Head && old.Seq == in.Seq && (in.Stage == "" || old.Stage == in.Stage) {
				r, r.Replayed = old, true
				return nil
			}
		}
		r, err = s.sealPhone(ctx, tx, a, &p, &sub, in)
		return err
	})
	return r, wrap("seal from a phone", err)
}

func (s *Service) sealPhone(ctx context.Context, tx Tx, a auth.Actor, p *Paper, sub *Submission, in SealInput) (Receipt, error) {
	now, err := s.progress(ctx, tx, p, *sub)
	if err != nil {
		return Receipt{}, err
	}
	if in.Head != sub.Head || in.Seq != sub.Seq {
		return Receipt{}, &Unsealable{Progress: now}
	}
	if err := p.checkStage(in.Stage); err != nil {
		return Receipt{}, err
	}
	if !p.Visit.State.Writable() || in.Stage != "" && slices.Contains(p.Visit.Stages, in.Stage) {
		return s.lateReceipt(ctx, tx, p, sub, in, now)
	}
	blocked := &Unsealable{Progress: now, Missing: p.missing()}
	if len(blocked.Missing)+len(blocked.Conflicts)+len(blocked.Want) > 0 {
		return Receipt{}, blocked
	}
	if err := s.dropHidden(ctx, tx, a, p); err != nil {
		return Receipt{}, err
	}
	sealed, err := s.sealStage(ctx, tx, a, p, sub)
	return sealed.Receipt, err
}

// checkStage refuses a stage that is not due.
func (p *Paper) checkStage(stage string) error {
	if stage == "" || stage == p.Stage || slices.Contains(p.Visit.Stages, stage) {
		return nil
	}
	i := slices.IndexFunc(p.Stages, func(st programme.Stage) bool { return st.ID == p.Stage })
	if !slices.ContainsFunc(p.Stages, func(st programme.Stage) bool { return st.ID == stage }) {
		return &Refused{Kind: RefusedFormat, Message: fmt.Sprintf("This visit has no stage %s.", short(stage))}
	}
	if i < 0 { // every stage was sent
		return nil
	}
	return fault.Newf(fault.Conflict, "“%s” comes first.", p.Stages[i].Title)
}

// lateReceipt confirms what came after the report was sent from elsewhere.
func (s *Service) lateReceipt(ctx context.Context, tx Tx, p *Paper, sub *Submission, in SealInput, now Progress) (Receipt, error) {
	if len(now.Want) > 0 {
		return Receipt{}, &Unsealable{Progress: now}
	}
	late, err := tx.LatePhotos(ctx, sub.Org, sub.Visit)
	if err != nil {
		return Receipt{}, err
	}
	key, err := s.key()
	if err != nil {
		return Receipt{}, err
	}
	own := func(ph evidence.Photo) bool { return ph.Submission != sub.ID }
	photos := slices.DeleteFunc(append(slices.Clone(p.Photos), late...), own)
	r, err := p.confirm(sub, in.Stage, true, photos, s.now(), key)
	if err != nil {
		return r, err
	}
	return r, tx.AddReceipts(ctx, sub.Org, []Receipt{r})
}

// missing are the gaps without those that a photo will fill which is named and on its way: it is wanted anyway.
func (p *Paper) missing() []Missing {
	coming := p.coming()
	var all []Missing
	for _, g := range p.Gaps {
		if g.Kind == programme.GapPhoto && slices.Contains(coming, g.Question) {
			continue
		}
		all = append(all, Missing{g.Question, g.Message})
	}
	if n := len(p.Photos); n > evidence.MaxPerVisit {
		all = append(all, Missing{"", fmt.Sprintf("A visit holds at most %d photos; these are %d. Remove some.", evidence.MaxPerVisit, n)})
	}
	return all
}

// coming are the questions of photos that the log names and that are not here.
func (p *Paper) coming() []string {
	var all []string
	for _, t := range p.Coming() {
		all = append(all, t.Question)
	}
	return all
}

// Coming is a photo that the log names and that is not here yet.
type Coming struct {
	ID, Question, SHA256 string
	Size                 int64 // bytes
}

// Coming lists the photos that are still on a phone, by id.
func (p *Paper) Coming() []Coming {
	var all []Coming
	for field, heads := range p.Report.Heads {
		id, ok := strings.CutPrefix(field, photoPrefix)
		if !ok || slices.ContainsFunc(p.Photos, func(ph evidence.Photo) bool { return ph.ID == id }) {
			continue
		}
		var t told
		if json.Unmarshal(heads[len(heads)-1].Value, &t) == nil {
			all = append(all, Coming{id, t.Question, t.SHA256, t.Size})
		}
	}
	slices.SortFunc(all, func(a, b Coming) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// key is what signs now.
func (s *Service) key() (SigningKey, error) {
	k, err := s.keys()
	if err != nil {
		return k, fmt.Errorf("key of receipts: %w", err)
	}
	if len(k.Private) == 0 {
		return k, errors.New("there is no key for receipts")
	}
	return k, nil
}

// sealer gives the submission that a plain page seals: the one whose op arrived last, so that the phone which brought it
// finds its receipt. A report without answers gets a log without ops.
func (s *Service) sealer(ctx context.Context, tx Tx, p *Paper, now time.Time) (*Submission, error) {
	all, err := tx.Submissions(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Head == p.Report.Head && all[i].Seq > 0 {
			return &all[i], nil
		}
	}
	sub, err := submissionOf(ctx, tx, p.Visit, formDevice, now)
	if err != nil {
		return nil, err
	}
	return &sub, tx.SaveSubmission(ctx, p.Visit.Org, sub)
}
