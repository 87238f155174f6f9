package visit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/scoring"
)

// Review is a report as its editor sees it.
type Review struct {
	Paper
	Alias  string // of the shopper
	Result scoring.Result
	Trace  scoring.Trace // "why 69.0?"
	Mine   bool          // the editor made this visit himself and may not judge it
	Logs   Logs          // how the report came in
	Said   *CheckIn      // where the shopper said that he was, nil when he was not asked
}

// Queue lists reports for editors: those waiting when no states are named, longest waiting first.
func (s *Service) Queue(ctx context.Context, a auth.Actor, q Query) ([]Row, error) {
	reach, err := need(a, auth.ReportReview)
	if err != nil {
		return nil, err
	}
	q.Reach = reach
	if len(q.States) == 0 {
		q.States = []State{Received, InReview}
		q.Order = ByReceived
	}
	return s.list(ctx, a, q)
}

// Planned lists visits for the scheduler, soonest due first.
func (s *Service) Planned(ctx context.Context, a auth.Actor, q Query) ([]Row, error) {
	reach, err := need(a, auth.VisitPlan)
	if err != nil {
		return nil, err
	}
	q.Reach = reach
	return s.list(ctx, a, q)
}

// Review opens a sealed report for an editor, or one that was begun and not sent in its time: what was answered is true,
// and somebody may have to look into it.
func (s *Service) Review(ctx context.Context, a auth.Actor, id string) (r Review, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.ReportReview, id, false)
		if err != nil {
			return err
		}
		if j.list == nil || j.Visit.Received.IsZero() && !j.Visit.Unsent() {
			return fault.Missing("sealed report")
		}
		if r.Paper, err = s.paper(ctx, tx, j); err != nil {
			return err
		}
		if r.Alias, err = tx.Alias(ctx, a.Org, j.Shopper); err != nil {
			return err
		}
		if r.Logs, err = s.logs(ctx, tx, &r.Paper); err != nil {
			return err
		}
		if r.Said, err = said(ctx, tx, a.Org, j.Visit.ID); err != nil {
			return err
		}
		r.Mine = j.Shopper != "" && j.Shopper == a.Member
		if j.Visit.Unsent() {
			r.Result = r.List.Scoring.Score(r.input())
		} else if err := json.Unmarshal(r.Report.Result, &r.Result); err != nil {
			return fmt.Errorf("result of visit %s: %w", id, err)
		}
		r.Trace = r.List.Scoring.Trace(r.input())
		return nil
	})
	return r, wrap("open report", err)
}

// judge is the frame of an editor's decisions: load, not his own visit, change, keep with an event.
func (s *Service) judge(
	ctx context.Context, a auth.Actor, id, verb string, decide func(Tx, *job) ([]event.Change, error),
) error {
	return wrap(verb, s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.ReportReview, id, true)
		if err != nil {
			return err
		}
		if j.Shopper != "" && j.Shopper == a.Member {
			return fault.New(fault.Forbidden, "You made this visit yourself, so somebody else has to check it.")
		}
		if j.State == Received { // whoever decides has begun to review
			j.State, j.Reviewer = InReview, a.Member
		}
		more, err := decide(tx, &j)
		if err != nil {
			return err
		}
		if err := tx.UpdateVisit(ctx, a.Org, j.Visit); err != nil {
			return err
		}
		if len(more) == 0 {
			c, err := change(a, verb, j.Visit, nil)
			if err != nil {
				return err
			}
			more = []event.Change{c}
		}
		return tx.Append(ctx, a.Org, s.now(), more...)
	}))
}

// Begin notes that an editor is at it.
func (s *Service) Begin(ctx context.Context, a auth.Actor, id string) error {
	return s.judge(ctx, a, id, "visit.in_review", func(_ Tx, j *job) ([]event.Change, error) {
		if j.State == Accepted {
			return nil, j.Visit.Move(InReview)
		}
		if j.State != InReview {
			return nil, fault.Newf(fault.Conflict, "This report is %s.", j.State.Words())
		}
		return nil, nil
	})
}

// Accept finds the report good.
func (s *Service) Accept(ctx context.Context, a auth.Actor, id string) error {
	return s.judge(ctx, a, id, "visit.accepted", func(_ Tx, j *job) ([]event.Change, error) {
		j.Decided = s.now().UTC()
		return nil, j.Visit.Move(Accepted)
	})
}

// Reason is why a report goes back or aside, for the whole of it or for one question.
type Reason struct {
	Question string // id, or ""
	Text     string
}

// SendBack returns the report to the shopper with reasons; the shopper can change answers and reply.
func (s *Service) SendBack(ctx context.Context, a auth.Actor, id string, reasons []Reason) error {
	if len(reasons) == 0 {
		return oneField("reason", "Say what is missing or unclear, so that the shopper knows what to do.")
	}
	for _, r := range reasons {
		if err := reasoned(r.Text); err != nil {
			return err
		}
	}
	return s.judge(ctx, a, id, "visit.sent_back", func(tx Tx, j *job) ([]event.Change, error) {
		if err := j.Visit.Move(SentBack); err != nil {
			return nil, err
		}
		j.Reason, j.Stages = reasons[0].Text, nil
		return nil, s.note(ctx, tx, a, j, NoteSentBack, reasons)
	})
}

// Decline refuses the report for good.
func (s *Service) Decline(ctx context.Context, a auth.Actor, id, reason string) error {
	return s.aside(ctx, a, id, "visit.declined", Declined, reason)
}

// SetAside keeps and pays the visit, but counts it nowhere; a published one leaves the comparison again.
func (s *Service) SetAside(ctx context.Context, a auth.Actor, id, reason string) error {
	return s.aside(ctx, a, id, "visit.set_aside", SetAside, reason)
}

func (s *Service) aside(ctx context.Context, a auth.Actor, id, verb string, to State, reason string) error {
	if err := reasoned(reason); err != nil {
		return err
	}
	return s.judge(ctx, a, id, verb, func(tx Tx, j *job) ([]event.Change, error) {
		was := j.State
		if err := j.Visit.Move(to); err != nil {
			return nil, err
		}
		j.Reason, j.Decided = reason, s.now().UTC()
		if was == Published {
			if err := s.rollUp(ctx, tx, j, -1); err != nil {
				return nil, err
			}
		}
		return nil, s.note(ctx, tx, a, j, NoteDecision, []Reason{{Text: reason}})
	})
}

// Publish makes an accepted report visible and part of every comparison, in one transaction.
func (s *Service) Publish(ctx context.Context, a auth.Actor, id string) error {
	return s.judge(ctx, a, id, "visit.published", func(tx Tx, j *job) ([]event.Change, error) {
		c, err := s.publish(ctx, tx, a, j)
		return []event.Change{c}, err
	})
}

// publish moves the visit and adds its rollup; the caller stores the visit.
func (s *Service) publish(ctx context.Context, tx Tx, a auth.Actor, j *job) (event.Change, error) {
	if err := j.Visit.release(s.now().UTC()); err != nil {
		return event.Change{}, err
	}
	if err := s.rollUp(ctx, tx, j, 1); err != nil {
		return event.Change{}, err
	}
	return change(a, "visit.published", j.Visit, nil)
}

// release makes the visit a published one.
func (v *Visit) release(now time.Time) error {
	if err := v.Move(Published); err != nil {
		return err
	}
	v.Published = now
	return nil
}

// rollUp adds (1) or takes out (−1) a stored visit.
func (s *Service) rollUp(ctx context.Context, tx Tx, j *job, sign int64) error {
	st, err := s.stored(ctx, tx, j)
	if err != nil {
		return err
	}
	return tx.AddRollup(ctx, j.Visit.Org, st.Rollup(sign))
}

// stored reads all that the rollup of a sealed report is made of.
func (s *Service) stored(ctx context.Context, tx Tx, j *job) (st Stored, err error) {
	v := &j.Visit
	rep, err := tx.Report(ctx, v.Org, v.ID)
	if err != nil {
		return st, err
	}
	var res scoring.Result
	if err := json.Unmarshal(rep.Result, &res); err != nil {
		return st, fmt.Errorf("result of visit %s: %w", v.ID, err)
	}
	st = Stored{Visit: v, Report: &rep, Place: j.Place, List: j.list, Result: &res}
	if st.Outcomes, err = tx.Outcomes(ctx, v.Org, v.ID); err != nil {
		return st, err
	}
	if st.Ops, err = tx.Ops(ctx, v.Org, v.ID); err != nil {
		return st, err
	}
	st.Notes, err = tx.Notes(ctx, v.Org, v.ID)
	return st, err
}

// AddNote keeps an editor's note; shoppers and managers never see it.
func (s *Service) AddNote(ctx context.Context, a auth.Actor, id, question, text string) error {
	if err := reasoned(text); err != nil {
		return err
	}
	return wrap("add note", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.ReportReview, id, true)
		if err != nil {
			return err
		}
		if err := s.note(ctx, tx, a, &j, NoteInternal, []Reason{{question, text}}); err != nil {
			return err
		}
		c, err := change(a, "visit.noted", j.Visit, nil)
		if err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, s.now(), c)
	}))
}

// Reply is the shopper's answer to a report that was sent back.
func (s *Service) Reply(ctx context.Context, a auth.Actor, id, text string) error {
	if err := reasoned(text); err != nil {
		return err
	}
	return wrap("reply", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, true)
		if err != nil {
			return err
		}
		if j.State != SentBack {
			return fault.New(fault.Conflict, "You can reply while the report is with you again.")
		}
		if err := s.note(ctx, tx, a, &j, NoteReply, []Reason{{Text: text}}); err != nil {
			return err
		}
		c, err := change(a, "visit.replied", j.Visit, nil)
		if err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, s.now(), c)
	}))
}

func (s *Service) note(ctx context.Context, tx Tx, a auth.Actor, j *job, kind NoteKind, reasons []Reason) error {
	for i, r := range reasons {
		if r.Question != "" && !slices.Contains(questionIDs(j.list), r.Question) {
			return oneField("question", "This programme has no such question.")
		}
		n := Note{
			Org: a.Org, ID: uuid.NewString(), Visit: j.Visit.ID, Author: a.Member, Kind: kind, Question: r.Question, Body: r.Text,
			Created: s.now().UTC().Add(time.Duration(i) * time.Microsecond), // keeps the order in which they were written
		}
		if err := tx.AddNote(ctx, a.Org, n); err != nil {
			return err
		}
	}
	return nil
}

func questionIDs(list *Checklist) []string {
	var all []string
	for _, sec := range list.Programme.Sections {
		for _, q := range sec.Questions {
			all = append(all, q.ID)
		}
	}
	return all
}
