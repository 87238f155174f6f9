package visit

import (
	"context"
	"errors"
	"slices"
	"time"

	"plainclothes/internal/event"
	"plainclothes/internal/fault"
)

// How reports that come at the same time are stored. More together would make the first wait for the last; a second
// lane checks and scores while the first waits for the disk.
const (
	maxTogether = 64
	lanes       = 2
	sendLimit   = 30 * time.Second // of one go
	sendTries   = 3                // when the database asks to try again: a lost race with another instance
)

// submitAll stores reports of one organisation and answers each. Two about the same visit, or under the same id, do not
// share a transaction: the second meets what the first has left.
func (s *Service) submitAll(ctx context.Context, org string, batch []*sending) []answer[Submitted] {
	answers := make([]answer[Submitted], len(batch))
	for rest := indexes(batch); len(rest) > 0; {
		var now []int
		now, rest = apart(batch, rest)
		s.submitRound(ctx, org, batch, now, answers)
	}
	return answers
}

func indexes(batch []*sending) []int {
	all := make([]int, len(batch))
	for i := range all {
		all[i] = i
	}
	return all
}

// apart splits off those that have to wait for another about the same visit or under the same id.
func apart(batch []*sending, all []int) (now, later []int) {
	seen := make(map[string]bool, 2*len(all))
	for _, i := range all {
		visit, id := "visit "+batch[i].visit, "report "+batch[i].in.ID
		if seen[visit] || seen[id] {
			later = append(later, i)
		} else {
			now = append(now, i)
		}
		seen[visit], seen[id] = true, true
	}
	return now, later
}

// submitRound stores some reports of the batch together. When that fails for a reason that may be one report's own, each
// is stored alone, so that nobody suffers from another's fault.
func (s *Service) submitRound(ctx context.Context, org string, batch []*sending, round []int, answers []answer[Submitted]) {
	var err error
	for range sendTries {
		err = s.repo.InTx(ctx, org, func(tx Tx) error { return s.submitTogether(ctx, tx, org, batch, round, answers) })
		if !fault.Is(err, fault.Busy) || ctx.Err() != nil {
			break
		}
	}
	switch {
	case err == nil:
	case len(round) > 1 && !fault.Is(err, fault.Busy) && ctx.Err() == nil:
		for i := range round {
			s.submitRound(ctx, org, batch, round[i:i+1], answers)
		}
	default:
		refuse(err, round, answers)
	}
}

// refuse tells those whose reports were good that they are not stored.
func refuse(err error, round []int, answers []answer[Submitted]) {
	for _, i := range round {
		if answers[i].err == nil {
			answers[i] = answer[Submitted]{err: err}
		}
	}
}

// submitTogether checks each report and writes the good ones. Its error is the transaction's; a report's own is in its
// answer.
func (s *Service) submitTogether(
	ctx context.Context, tx Tx, org string, batch []*sending, round []int, answers []answer[Submitted],
) error {
	found, err := s.located(ctx, tx, org, batch, round)
	if err != nil {
		return err
	}
	now := s.now().UTC()
	good := make([]Finished, 0, len(round))
	events := make([]event.Change, 0, 2*len(round))
	for _, i := range round {
		arrived, done, err := s.submitOne(ctx, tx, batch[i], found, now)
		switch {
		case err != nil && !ownFault(err):
			return err
		case err != nil || done != nil:
			answers[i] = answerOf(done, err)
		default:
			good, events = append(good, arrived.Finished), append(events, arrived.events...)
			answers[i] = answerOf(arrived.submitted(), nil)
		}
	}
	if len(good) == 0 {
		return nil
	}
	if err := tx.AddReports(ctx, org, good); err != nil {
		return err
	}
	return tx.Append(ctx, org, now, events...)
}

// ownFault reports whether an error is about one report, and not about the transaction.
func ownFault(err error) bool {
	k := fault.KindOf(err)
	return k != fault.Internal && k != fault.Busy && !errors.Is(err, context.Canceled)
}

func answerOf(out *Submitted, err error) answer[Submitted] {
	if err != nil {
		return answer[Submitted]{err: err}
	}
	return answer[Submitted]{value: *out}
}

// submitted is the answer to a report that came for the first time.
func (f *arrival) submitted() *Submitted {
	v := f.Visit
	v.RowVersion++ // as it is stored
	return &Submitted{Visit: v, Receipt: f.Report.Receipt}
}

// located loads the visits of a round.
func (s *Service) located(ctx context.Context, tx Tx, org string, batch []*sending, round []int) (map[string]Located, error) {
	ids := make([]string, len(round))
	for k, i := range round {
		ids[k] = batch[i].visit
	}
	slices.Sort(ids)
	all, err := tx.Located(ctx, org, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string]Located, len(all))
	for i := range all {
		found[all[i].Visit.ID] = all[i]
	}
	return found, nil
}

// submitOne checks and scores one report, or answers a repeat.
func (s *Service) submitOne(
	ctx context.Context, tx Tx, in *sending, found map[string]Located, now time.Time,
) (arrival, *Submitted, error) {
	l, ok := found[in.visit]
	if !ok {
		return arrival{}, nil, fault.Missing("visit")
	}
	j, err := s.sendable(ctx, tx, in.actor, l)
	if err != nil {
		return arrival{}, nil, err
	}
	done, err := s.replayed(ctx, tx, j, in.in.ID, in.body)
	if err != nil || done != nil {
		return arrival{}, done, err
	}
	was, err := s.before(ctx, tx, &j)
	if err != nil {
		return arrival{}, nil, err
	}
	a, err := in.arrive(j, was, now)
	return a, nil, err
}

// before reads what was said of a visit before; of most, which were only taken, there is nothing.
func (s *Service) before(ctx context.Context, tx Tx, j *job) (b before, err error) {
	org, id := j.Visit.Org, j.Visit.ID
	if j.State == Taken {
		return before{report: Report{Org: org, Visit: id}}, nil
	}
	if b.report, err = tx.Report(ctx, org, id); err != nil {
		return b, err
	}
	if b.ops, err = tx.Ops(ctx, org, id); err != nil {
		return b, err
	}
	b.notes, err = tx.Notes(ctx, org, id)
	return b, err
}
