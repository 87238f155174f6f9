package visit

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
)

// grace is how long after its time a visit may still be sent: a phone may have been without signal, and its clock and
// ours need not agree.
const grace = 72 * time.Hour

// overdue are the rows of visits whose time may be over.
type overdue interface {
	// DueBefore gives visits in a state that were due before a time, soonest due first, those that come after one.
	DueBefore(ctx context.Context, org string, state State, before time.Time, after DueVisit, limit int) ([]DueVisit, error)
}

// DueVisit is a visit with the time when it is due; the zero DueVisit comes before all.
type DueVisit struct {
	ID  string
	Due time.Time
}

// ExpireDue ends the visits of an organisation whose time is over, and says how many: open ones when they are due, taken
// ones when the report could still be sent some days after it was due, and was not. What was answered is kept, and what
// comes later is kept for the editor. actor is named in the log.
func (s *Service) ExpireDue(ctx context.Context, a auth.Actor) (n int, err error) {
	if _, err := need(a, auth.VisitPlan); err != nil {
		return 0, err
	}
	for _, state := range []State{Open, Taken, InProgress} {
		expired, err := s.expireIn(ctx, a, state)
		n += expired
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// expireIn is ExpireDue for the visits in one state.
func (s *Service) expireIn(ctx context.Context, a auth.Actor, state State) (n int, err error) {
	for after := (DueVisit{}); ; {
		var due []DueVisit
		err := s.repo.View(ctx, a.Org, func(tx Tx) (err error) {
			due, err = tx.DueBefore(ctx, a.Org, state, s.now(), after, MaxList)
			return err
		})
		if err != nil || len(due) == 0 {
			return n, wrap("find visits whose time is over", err)
		}
		for _, v := range due {
			over, err := s.expire(ctx, a, v.ID)
			if err != nil {
				return n, wrap("expire visit "+v.ID, err)
			}
			if over {
				n++
			}
		}
		after = due[len(due)-1]
	}
}

// expire ends one visit if its time is over.
func (s *Service) expire(ctx context.Context, a auth.Actor, id string) (over bool, err error) {
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		over = false
		v, err := tx.Visit(ctx, a.Org, id, true)
		if err != nil || v.State != Open && v.State != Taken && v.State != InProgress {
			return err
		}
		end, err := s.lastMoment(ctx, tx, &v)
		if err != nil || !s.now().After(end) {
			return err
		}
		if err := v.Move(Expired); err != nil {
			return err
		}
		over = true
		return s.keep(ctx, tx, a, v, "visit.expired", nil)
	})
	return over, err
}

// lastMoment is when a visit's time is over.
func (s *Service) lastMoment(ctx context.Context, tx Tx, v *Visit) (time.Time, error) {
	if v.State == Open || v.Version == "" {
		return v.Due, nil
	}
	list, err := s.lists.Get(ctx, tx, v.Org, v.Version)
	if err != nil {
		return time.Time{}, err
	}
	times, err := s.clocks(ctx, tx, v, list)
	if err != nil {
		return time.Time{}, err
	}
	return reportEnd(list.Programme, v, times).Add(grace), nil
}

// reportEnd is when the report of a visit is due: some hours after the visit itself, and not before its last stage
// closes.
func reportEnd(p *programme.Programme, v *Visit, times []StageTime) time.Time {
	end := v.Due
	for _, last := range []time.Time{v.Started, stagesEnd(v, times)} {
		if last.After(end) {
			end = last
		}
	}
	return end.Add(time.Duration(p.Visit.ReportDueHours) * time.Hour)
}

// stagesEnd is when the last stage closes. A stage that waits for something closes at the earliest as long after what
// it waits for could have been as the file allows.
func stagesEnd(v *Visit, times []StageTime) (end time.Time) {
	closes := map[string]time.Time{}
	for i := range times {
		t := &times[i]
		at := t.Closes
		if at.IsZero() {
			from := t.Opens
			if from.IsZero() {
				from = v.Started.Add(t.Begins().Span)
			}
			if before := closes[t.Begins().Stage]; t.Opens.IsZero() && before.After(from) {
				from = before
			}
			at = from.Add(t.Ends().Span)
		}
		closes[t.ID] = at
		if at.After(end) {
			end = at
		}
	}
	return end
}
