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

// sending is one whole report on its way in.
type sending struct {
	actor auth.Actor
	visit string
	in    SubmitInput
	body  []byte // of its one op
	key   SigningKey
}

// Submit takes a whole report: checks, scores and stores it in one transaction, which it may share with other reports of
// the organisation that come at the same moment. Photos cannot travel this way, so rules that ask for one do not hold it
// up; everything else must be there.
func (s *Service) Submit(ctx context.Context, a auth.Actor, id string, in SubmitInput) (Submitted, error) {
	visit, err := uuid.Parse(id)
	if err != nil {
		return Submitted{}, fault.Missing("visit")
	}
	own, err := uuid.Parse(in.ID)
	if err != nil {
		return Submitted{}, oneField("id", "Give the report an id of its own: a UUID.")
	}
	if own == uuid.Nil {
		return Submitted{}, oneField("id", noOwnID)
	}
	in.ID = own.String()
	if in.Visited.After(s.now().Add(time.Hour)) {
		return Submitted{}, oneField("visited_at", "The visit lies in the future.")
	}
	body, err := json.Marshal(wholeReport{in.Answers, in.Comments})
	if err != nil {
		return Submitted{}, oneField("answers", "The answers are not JSON.")
	}
	key, err := s.key()
	if err != nil {
		return Submitted{}, err
	}
	out, err := s.sendings.do(ctx, a.Org, &sending{actor: a, visit: visit.String(), in: in, body: body, key: key})
	return out, wrap("submit report", err)
}

// noOwnID refuses what a program sends that has forgotten to make an id: all its visits or reports would be one.
const noOwnID = "A UUID of zeros is nobody’s own. Make a random one for each."

func oneField(name, message string) error {
	var bad fault.Fields
	bad.Add(name, message)
	return bad.Err()
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

// arrival is a report that was checked and scored, with what is told of it.
type arrival struct {
	Finished
	events []event.Change
}

// before is what was said of a visit before its whole report came.
type before struct {
	report Report
	ops    []Op
	notes  []Note
}

// arrive does in memory all that happens to a visit when its whole report comes in.
func (in *sending) arrive(j job, was before, now time.Time) (arrival, error) {
	p := Paper{Visit: j.Visit, Place: j.Place, List: j.list, Report: was.report, Notes: was.notes}
	p.Report.Answers, p.Report.Comments, p.Report.Heads = in.in.Answers, in.in.Comments, nil
	if err := p.checkWhole(in.in); err != nil {
		return arrival{}, err
	}
	p.visited(in.in.Visited, now)
	sub, op, err := in.log(&p, now)
	if err != nil {
		return arrival{}, err
	}
	p.Visit.Stages = nil
	for _, st := range p.Stages {
		p.Visit.Stages = append(p.Visit.Stages, st.ID)
	}
	out := arrival{Finished: Finished{Submission: sub, Ops: []Op{op}}}
	return out, out.finish(in, &p, was.ops, now)
}

// visited dates a visit of which nothing was said before.
func (p *Paper) visited(at, now time.Time) {
	if p.Visit.VisitedOn != "" {
		return
	}
	if at.IsZero() {
		at = now
	}
	p.Visit.Started = at.UTC()
	p.Visit.on(p.Place.Today(at))
}

// log makes the report one op of a submission of its own.
func (in *sending) log(p *Paper, now time.Time) (Submission, Op, error) {
	sub := Submission{Org: p.Visit.Org, ID: in.in.ID, Visit: p.Visit.ID, Device: ProgramDevice, Created: now}
	op, err := sub.add(in.in.ID, WholeReport, in.body, nil, now)
	p.Report.Seq++
	p.Report.Head = sub.Head
	return sub, op, err
}

// finish scores, and publishes when asked to.
func (f *arrival) finish(in *sending, p *Paper, earlier []Op, now time.Time) error {
	res, err := p.score(now)
	if err != nil {
		return err
	}
	if f.Receipt, err = p.confirm(&f.Submission, "", false, p.Photos, now, in.key); err != nil {
		return err
	}
	p.Report.Receipt = f.Receipt.Code
	received, err := change(in.actor, "visit.received", p.Visit, receivedBody(p, res))
	if err != nil {
		return err
	}
	f.events, f.Outcomes = []event.Change{received}, outcomesOf(p.List, &res)
	if in.in.Publish {
		if err := auth.Can(in.actor, auth.ReportReview, p.Visit.Thing(p.Place.Region)); err != nil {
			return err
		}
		p.Visit.State = Accepted // by the one who sends: his token says that he may
		p.Visit.Decided, p.Visit.Reviewer = now, in.actor.Member
		if err = p.Visit.release(now); err != nil {
			return err
		}
		f.Rollup = p.rollup(&res, f.Outcomes, append(slices.Clone(earlier), f.Ops...))
		published, err := change(in.actor, "visit.published", p.Visit, nil)
		if err != nil {
			return err
		}
		f.events = append(f.events, published)
	}
	f.Visit, f.Report = p.Visit, p.Report
	return nil
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
