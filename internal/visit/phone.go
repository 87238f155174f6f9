package visit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// Limits of one visit's logs. They bound the disk, and what is read to put a report together.
const (
	maxOps         = 20_000 // in all logs of a visit
	maxSubmissions = 32     // devices that ever opened it
)

// Progress is where a submission stands here.
type Progress struct {
	Acked     int       // number of the last op that is stored
	Head      string    // its hash, "" for none
	Now       time.Time // here, for the phone to set its clock by
	Conflicts []string  // fields with two values
	Want      []string  // ids of photos that the log names and that are not here
	State     State
	Replayed  bool // everything that came was here already
}

// Gap says that ops are missing between what is stored and what came: the phone goes on from Acked.
type Gap struct {
	Acked int
	Head  string
}

// Error is a sentence for the log of the phone.
func (g *Gap) Error() string {
	return fmt.Sprintf("Changes up to %d are here; send the ones after it.", g.Acked)
}

// Unwrap makes it a conflict and no error of ours.
func (g *Gap) Unwrap() error { return fault.New(fault.Conflict, g.Error()) }

// phoneRows are what phones need of a transaction, beside what all use.
type phoneRows interface {
	// OpsAt gives some ops of a submission by their numbers, in order.
	OpsAt(ctx context.Context, org, submission string, from, to int) ([]Op, error)
	// OpsTaken gives those of the ids that are ids of ops already.
	OpsTaken(ctx context.Context, org string, ids []string) ([]string, error)
	// Submissions gives all of a visit, the oldest first.
	Submissions(ctx context.Context, org, visit string) ([]Submission, error)
}

// AppendOps stores what is new of a phone's log. Repeats are counted as done; nothing of a message is stored when
// anything in it is refused. Errors: *Gap, *Refused, Gone for a visit that was withdrawn, NotFound.
func (s *Service) AppendOps(ctx context.Context, a auth.Actor, b Batch) (out Progress, err error) {
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		p, err := s.phone(ctx, tx, a, b.Visit)
		if err != nil {
			return err
		}
		sub, err := s.submissionFor(ctx, tx, &p, &b)
		if err != nil {
			return err
		}
		news, err := s.news(ctx, tx, &sub, &b)
		if err != nil {
			return err
		}
		if len(news) > 0 {
			if err := s.appendOps(ctx, tx, a, &p, &sub, &b, news); err != nil {
				return err
			}
		}
		out, err = s.progress(ctx, tx, &p, sub)
		out.Replayed = len(news) == 0 && len(b.Ops) > 0
		return err
	})
	return out, wrap("store changes of a phone", err)
}

// phone loads a visit for the phone of its shopper, ready to write. Sealed visits take late additions.
func (s *Service) phone(ctx context.Context, tx Tx, a auth.Actor, visit string) (Paper, error) {
	j, err := s.phoneJob(ctx, tx, a, visit)
	if err != nil {
		return Paper{}, err
	}
	p := Paper{Visit: j.Visit, Place: j.Place, List: j.list}
	if p.Report, err = s.report(ctx, tx, j); err != nil {
		return p, err
	}
	if p.Photos, err = tx.Photos(ctx, a.Org, visit); err != nil {
		return p, err
	}
	if p.Times, err = s.clocks(ctx, tx, &p.Visit, p.List); err != nil {
		return p, err
	}
	p.fill()
	return p, nil
}

// errWithdrawn is for visits that are not the shopper's any more; his phone keeps what it has.
func errWithdrawn(state string) error {
	return fault.Newf(fault.Gone, "This visit %s, so it takes no answers any more. What is on this phone stays there until you delete it.", state)
}

// phoneJob is own for phones: a visit that was theirs and is not any more is Gone.
func (s *Service) phoneJob(ctx context.Context, tx Tx, a auth.Actor, visit string) (job, error) {
	j, err := s.load(ctx, tx, a, auth.VisitDo, visit, true)
	if fault.Is(err, fault.NotFound) && a.Member != "" {
		had, err2 := tx.HadGrant(ctx, a.Org, visit, a.Member)
		if err2 != nil {
			return j, err2
		}
		if had {
			return j, errWithdrawn("is not with you any more")
		}
	}
	if err != nil {
		return j, err
	}
	switch j.State {
	case Cancelled:
		return j, errWithdrawn("was cancelled")
	case Open:
		return j, errWithdrawn("is open for others again")
	case Expired: // what was answered in time is true, and kept for whoever looks into it
	case Taken, InProgress, Received, InReview, SentBack, Accepted, Published, Declined, SetAside:
	}
	if j.list == nil {
		return j, fault.New(fault.Conflict, "Nobody has taken this visit yet.")
	}
	return j, nil
}

// submissionFor gives the submission that a message goes to, a new one when it is the first.
func (s *Service) submissionFor(ctx context.Context, tx Tx, p *Paper, b *Batch) (sub Submission, err error) {
	sub, err = tx.Submission(ctx, p.Visit.Org, b.Submission)
	if err == nil {
		if sub.Visit != p.Visit.ID || sub.Device != b.Device {
			return sub, &Refused{Kind: RefusedTaken, Message: "This submission belongs to another visit or another phone."}
		}
		return sub, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return sub, err
	}
	all, err := tx.Submissions(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return sub, err
	}
	if len(all) >= maxSubmissions {
		return sub, errFull()
	}
	return Submission{
		Org: p.Visit.Org, ID: b.Submission, Visit: p.Visit.ID, Device: b.Device, Checklist: b.Checklist, Created: s.now().UTC(),
	}, nil
}

// news are the ops of a message that are not stored yet. A stored one must be the same, and nothing may be missing
// before the first new one.
func (s *Service) news(ctx context.Context, tx Tx, sub *Submission, b *Batch) ([]PhoneOp, error) {
	if len(b.Ops) == 0 {
		return nil, nil
	}
	first := b.Ops[0].Seq
	if first > sub.Seq+1 {
		return nil, &Gap{Acked: sub.Seq, Head: sub.Head}
	}
	n := min(sub.Seq-first+1, len(b.Ops)) // that are stored
	if n > 0 {
		stored, err := tx.OpsAt(ctx, sub.Org, sub.ID, first, first+n-1)
		if err != nil {
			return nil, err
		}
		for i, o := range stored {
			if o.Hash != b.Ops[i].Hash || !bytes.Equal(o.Body, b.Ops[i].Body) {
				return nil, &Refused{Kind: RefusedFork, Op: o.Seq, Message: fmt.Sprintf(
					"Another change is stored under number %d of this phone. Nothing was overwritten; somebody has to look at it.", o.Seq)}
			}
		}
	}
	return b.Ops[max(n, 0):], sub.chained(b.Ops[max(n, 0):])
}

// chained checks that each op's hash follows from the one before.
func (s *Submission) chained(news []PhoneOp) error {
	head := s.Head
	for i := range news {
		o := &news[i]
		if head = chain(head, o.Body); head != o.Hash {
			return &Refused{Kind: RefusedChain, Op: o.Seq, Message: fmt.Sprintf("The hash of change %d does not fit its text and the change before it.", o.Seq)}
		}
	}
	return nil
}

// appendOps checks and stores new ops and brings report and visit up to date.
func (s *Service) appendOps(ctx context.Context, tx Tx, a auth.Actor, p *Paper, sub *Submission, b *Batch, news []PhoneOp) error {
	values, err := p.checkBatch(b, news)
	if err != nil {
		return err
	}
	if err := s.room(ctx, tx, p, news); err != nil {
		return err
	}
	last, err := lastTick(ctx, tx, sub)
	if err != nil {
		return err
	}
	now := p.next(s.now())
	sub.Clock.learn(news, b.Sent, last, now)
	ops, started := make([]Op, 0, len(news)), now
	for i := range news {
		o := &news[i]
		op := Op{
			Submission: sub.ID, Device: sub.Device, Seq: o.Seq, ID: o.ID, Body: o.Body, Hash: o.Hash, Received: now,
			Corrected: sub.Clock.corrected(o.At.Time, now), Late: values[i].late,
		}
		if op.Corrected.Before(started) && !op.Corrected.Before(p.Visit.Taken) {
			started = op.Corrected
		}
		ops = append(ops, op)
		if err := s.fold(ctx, tx, p, o, values[i], sub.Device, now); err != nil {
			return err
		}
	}
	sub.Seq, sub.Head = ops[len(ops)-1].Seq, ops[len(ops)-1].Hash
	return s.store(ctx, tx, a, p, *sub, ops, started)
}

// fold puts one op's value into the report. Taps and late additions are kept in the log only.
func (s *Service) fold(ctx context.Context, tx Tx, p *Paper, o *PhoneOp, r read, device string, now time.Time) error {
	kind, id := fieldOf(o.Field)
	if kind == tapPrefix || r.late {
		return nil
	}
	p.Report.Heads.put(o.Field, Head{Op: o.ID, Device: device, Value: r.value, At: o.At.Time}, o.Base)
	if kind != photoPrefix {
		return nil
	}
	return s.photoOp(ctx, tx, p.Visit.Org, p.Visit.ID, id, o.Value, now)
}

// room refuses ids that are taken and more ops than a visit holds.
func (s *Service) room(ctx context.Context, tx Tx, p *Paper, news []PhoneOp) error {
	ids := make([]string, len(news))
	for i := range news {
		ids[i] = news[i].ID
	}
	taken, err := tx.OpsTaken(ctx, p.Visit.Org, ids)
	if err != nil {
		return err
	}
	for i := range news {
		if slices.Contains(taken, news[i].ID) {
			return &Refused{Kind: RefusedTaken, Op: news[i].Seq, Message: fmt.Sprintf("The id of change %d belongs to another change.", news[i].Seq)}
		}
	}
	all, err := tx.Submissions(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return err
	}
	n := len(news)
	for _, sub := range all {
		n += sub.Seq
	}
	if n > maxOps {
		return errFull()
	}
	return nil
}

// lastTick is the moment of the last op that is stored, nil for the first.
func lastTick(ctx context.Context, tx Tx, sub *Submission) (*tick, error) {
	if sub.Seq == 0 {
		return nil, nil //nolint:nilnil // before the first op there is none
	}
	ops, err := tx.OpsAt(ctx, sub.Org, sub.ID, sub.Seq, sub.Seq)
	if err != nil || len(ops) == 0 {
		return nil, err
	}
	var b opBody
	if err := json.Unmarshal(ops[0].Body, &b); err != nil {
		return nil, fmt.Errorf("op %d of submission %s: %w", ops[0].Seq, sub.ID, err)
	}
	t := tickOf(&b, ops[0].Received)
	return &t, nil
}

// progress tells where a submission stands.
func (s *Service) progress(ctx context.Context, tx Tx, p *Paper, sub Submission) (Progress, error) {
	want, err := s.want(ctx, tx, p)
	return Progress{
		Acked: sub.Seq, Head: sub.Head, Now: s.now().UTC(), Conflicts: p.conflicted(), Want: want, State: p.Visit.State,
	}, err
}

// want are the photos that the logs name and whose bytes are not here, late ones too.
func (s *Service) want(ctx context.Context, tx Tx, p *Paper) ([]string, error) {
	named := slices.ContainsFunc(slices.Collect(maps.Keys(p.Report.Heads)), func(f string) bool { return strings.HasPrefix(f, photoPrefix) })
	if !named && p.Visit.State.Writable() && len(p.Visit.Stages) == 0 {
		return []string{}, nil // no photo was ever told of that is still there
	}
	ops, err := tx.Ops(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return nil, err
	}
	late, err := tx.LatePhotos(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return nil, err
	}
	photos, err := tx.Photos(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return nil, err
	}
	return unknown(ctx, tx, p.Visit.Org, Wanted(ops, append(photos, late...)))
}

// unknown keeps the photos whose bytes never came: one that was removed before sealing and put back after it stays out
// of the report, and is here all the same.
func unknown(ctx context.Context, tx Tx, org string, ids []string) ([]string, error) {
	want := []string{}
	for _, id := range ids {
		_, err := tx.Photo(ctx, org, id)
		if fault.Is(err, fault.NotFound) {
			want = append(want, id)
		} else if err != nil {
			return nil, err
		}
	}
	return want, nil
}

// Standing tells where a submission stands, for a phone that is not sure.
func (s *Service) Standing(ctx context.Context, a auth.Actor, submission string) (out Progress, err error) {
	id, ok := properID(submission)
	if !ok {
		return out, fault.Missing("submission")
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		sub, p, err := s.sent(ctx, tx, a, id)
		if err != nil {
			return err
		}
		out, err = s.progress(ctx, tx, &p, sub)
		return err
	})
	return out, wrap("open submission", err)
}

// sent loads a submission with its visit, for the phone of its shopper.
func (s *Service) sent(ctx context.Context, tx Tx, a auth.Actor, id string) (Submission, Paper, error) {
	sub, err := tx.Submission(ctx, a.Org, id)
	if err != nil {
		return sub, Paper{}, err
	}
	p, err := s.phone(ctx, tx, a, sub.Visit)
	return sub, p, noSubmission(err)
}

// noSubmission keeps a foreign visit's existence to itself.
func noSubmission(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Missing("submission")
	}
	return err
}
