package visit

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// SubmitInput is a whole report sent at once by a program.
type SubmitInput struct {
	ID       string                     // UUID made by the program: repeating it changes nothing
	Answers  map[string]json.RawMessage // wire form
	Comments map[string]string
	Visited  time.Time // zero: now
	Publish  bool      // accept and publish at once; needs the scope for it
}

// Submitted is the answer to a whole report; a repeat gets the same with Replayed set.
type Submitted struct {
	Visit    Visit
	Receipt  string
	Replayed bool
}

// Submit takes a whole report: checks, scores and stores it in one transaction. Photos cannot travel this way, so rules
// that ask for one do not hold it up; everything else must be there.
func (s *Service) Submit(ctx context.Context, a auth.Actor, id string, in SubmitInput) (out Submitted, err error) {
	if _, err := uuid.Parse(in.ID); err != nil {
		return out, oneField("id", "Give the report an id of its own: a UUID.")
	}
	if in.Visited.After(s.now().Add(time.Hour)) {
		return out, oneField("visited_at", "The visit lies in the future.")
	}
	body, err := json.Marshal(wholeReport{in.Answers, in.Comments})
	if err != nil {
		return out, oneField("answers", "The answers are not JSON.")
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		out = Submitted{}
		j, err := s.sendable(ctx, tx, a, id)
		if err != nil {
			return err
		}
		done, err := s.replayed(ctx, tx, j, in.ID, body)
		if err != nil || done != nil {
			out = orZero(done)
			return err
		}
		out, err = s.submit(ctx, tx, a, j, in, body)
		return err
	})
	return out, wrap("submit report", err)
}

func oneField(name, message string) error {
	var bad fault.Fields
	bad.Add(name, message)
	return bad.Err()
}

func orZero(s *Submitted) Submitted {
	if s == nil {
		return Submitted{}
	}
	return *s
}

// replayed answers a repeat, and refuses another body under the same id.
func (s *Service) replayed(ctx context.Context, tx Tx, j job, submission string, body []byte) (*Submitted, error) {
	if j.State.Writable() {
		return nil, nil //nolint:nilnil // no repeat and no error is the usual case
	}
	rep, err := tx.Report(ctx, j.Visit.Org, j.Visit.ID)
	if err != nil {
		return nil, err
	}
	ops, err := tx.Ops(ctx, j.Visit.Org, j.Visit.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range ops {
		if o.ID != submission {
			continue
		}
		var b opBody
		if err := json.Unmarshal(o.Body, &b); err != nil {
			return nil, err
		}
		if !bytes.Equal(b.Value, body) {
			return nil, fault.New(fault.Conflict, "Another report was sent under this id.")
		}
		return &Submitted{Visit: j.Visit, Receipt: rep.Receipt, Replayed: true}, nil
	}
	return nil, fault.Newf(fault.Conflict, "This visit is already %s.", j.State.Words())
}

func (s *Service) submit(ctx context.Context, tx Tx, a auth.Actor, j job, in SubmitInput, body []byte) (Submitted, error) {
	now := s.now().UTC()
	p := Paper{Visit: j.Visit, Place: j.Place, List: j.list}
	var err error
	if j.State == Taken { // nothing was said yet
		p.Report = Report{Org: a.Org, Visit: j.Visit.ID}
	} else if p.Report, err = tx.Report(ctx, a.Org, j.Visit.ID); err != nil {
		return Submitted{}, err
	}
	p.Report.Answers, p.Report.Comments = in.Answers, in.Comments
	if err := p.checkWhole(in); err != nil {
		return Submitted{}, err
	}
	if in.Visited.IsZero() {
		in.Visited = now
	}
	if p.Visit.VisitedOn == "" {
		p.Visit.Started = in.Visited.UTC()
		p.Visit.on(p.Place.Today(in.Visited))
	}
	if err := s.logWhole(ctx, tx, &p, in.ID, body, now); err != nil {
		return Submitted{}, err
	}
	for _, st := range p.Stages {
		p.Visit.Stages = append(p.Visit.Stages, st.ID)
	}
	return s.finish(ctx, tx, a, &p, in.Publish, now)
}

// checkWhole parses every answer and asks for what is missing, naming each field.
func (p *Paper) checkWhole(in SubmitInput) error {
	var bad fault.Fields
	prog := p.List.Programme
	for _, id := range slices.Sorted(maps.Keys(in.Answers)) {
		q, _, ok := prog.Question(id)
		if !ok {
			bad.Add("answers."+id, "This programme has no such question.")
			continue
		}
		ans, err := programme.ParseAnswer(q, in.Answers[id])
		if err == nil {
			err = longText(ans.Text)
		}
		if err != nil {
			bad.Add("answers."+id, sentence(err))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(in.Comments)) {
		if _, _, ok := prog.Question(id); !ok {
			bad.Add("comments."+id, "This programme has no such question.")
		} else if err := longText(in.Comments[id]); err != nil {
			bad.Add("comments."+id, sentence(err))
		}
	}
	if bad.Len() > 0 {
		return bad.Err()
	}
	p.fill()
	p.Stage = "" // all stages at once
	for _, g := range p.gaps() {
		if g.Kind != programme.GapPhoto {
			bad.Add(gapPath(g), g.Message)
		}
	}
	return bad.Err()
}

func gapPath(g programme.Gap) string {
	if g.Kind == programme.GapComment {
		return "comments." + g.Question
	}
	return "answers." + g.Question
}

// logWhole writes the report as one op of a submission of its own.
func (s *Service) logWhole(ctx context.Context, tx Tx, p *Paper, submission string, body []byte, now time.Time) error {
	sub := Submission{Org: p.Visit.Org, ID: submission, Visit: p.Visit.ID, Device: "program", Created: now}
	op, err := sub.add(submission, WholeReport, body, now)
	if err != nil {
		return err
	}
	if err := tx.SaveSubmission(ctx, p.Visit.Org, sub); err != nil {
		return err
	}
	if err := tx.AppendOps(ctx, p.Visit.Org, p.Visit.ID, []Op{op}); err != nil {
		return err
	}
	p.Report.Seq++
	p.Report.Head = sub.Head
	return nil
}

// finish scores, and publishes when asked to.
func (s *Service) finish(ctx context.Context, tx Tx, a auth.Actor, p *Paper, publish bool, now time.Time) (Submitted, error) {
	res, outcomes, err := s.complete(ctx, tx, p, now)
	if err != nil {
		return Submitted{}, err
	}
	if err := tx.SaveOutcomes(ctx, a.Org, p.Visit.ID, outcomes); err != nil {
		return Submitted{}, err
	}
	received, err := change(a, "visit.received", p.Visit, receivedBody(p, res))
	if err != nil {
		return Submitted{}, err
	}
	events := []event.Change{received}
	if publish {
		if err := auth.Can(a, auth.ReportReview, p.Visit.Thing(p.Place.Region)); err != nil {
			return Submitted{}, err
		}
		p.Visit.State = Accepted // by the one who sends: his token says that he may
		p.Visit.Decided, p.Visit.Reviewer = now, a.Member
		published, err := s.publish(ctx, tx, a, p.List, &p.Visit, &res, outcomes)
		if err != nil {
			return Submitted{}, err
		}
		events = append(events, published)
	}
	if err := tx.UpdateVisit(ctx, a.Org, p.Visit); err != nil {
		return Submitted{}, err
	}
	return Submitted{Visit: p.Visit, Receipt: p.Report.Receipt}, tx.Append(ctx, a.Org, now, events...)
}
