package visit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/scoring"
)

// Past is a visit of the past, brought in with its answers: from another system, or to make a demo.
type Past struct {
	Branch   string
	Scenario string
	Shopper  string // member id, "" when unknown
	Version  string // id of the published version that asked the questions
	At       time.Time
	Answers  map[string]json.RawMessage
	Comments map[string]string
	ID       string // of the visit; "" makes one
}

// Finished is a visit whose report is complete, with all its rows.
type Finished struct {
	Visit      Visit
	Report     Report
	Submission Submission
	Ops        []Op
	Receipt    Receipt
	Outcomes   []Outcome
	Rollup     Rollup // the zero Rollup when it is not published
}

// MaxPast is how many visits one call brings in.
const MaxPast = 2000

// BringIn stores visits of the past as published ones: each with its op log, result, outcomes and event, in one
// transaction. Answers are checked as those of a program are; photos cannot be brought in.
func (s *Service) BringIn(ctx context.Context, a auth.Actor, past []Past) error {
	done, err := s.Finish(ctx, a, past)
	if err != nil {
		return err
	}
	return s.Store(ctx, a, done)
}

// Pasts is visits of the past with all that is to be stored of them.
type Pasts struct {
	visits []Finished
	events []event.Change
}

// Len is how many visits there are.
func (b *Pasts) Len() int { return len(b.visits) }

// Finish scores visits of the past and makes their rows, the greater part of the work of [Service.BringIn], without
// storing anything: several may be at work at once while [Service.Store] writes what others finished.
func (s *Service) Finish(ctx context.Context, a auth.Actor, past []Past) (Pasts, error) {
	if !a.Reach(auth.ReportReview).All {
		return Pasts{}, fault.New(fault.Forbidden, "Only those who publish reports can bring in published visits.")
	}
	if len(past) > MaxPast {
		return Pasts{}, fault.Newf(fault.TooLarge, "Bring in at most %d visits at once.", MaxPast)
	}
	out := Pasts{visits: make([]Finished, 0, len(past)), events: make([]event.Change, 0, len(past))}
	err := s.repo.View(ctx, a.Org, func(tx Tx) error {
		currency, err := tx.Currency(ctx, a.Org)
		if err != nil {
			return err
		}
		places := map[string]Place{}
		for i := range past {
			f, err := s.finished(ctx, tx, a, &past[i], places, currency)
			if err != nil {
				return err
			}
			c, err := change(a, "visit.brought_in", f.Visit, map[string]string{"receipt": f.Report.Receipt, "head": f.Report.Head})
			if err != nil {
				return err
			}
			out.visits, out.events = append(out.visits, f), append(out.events, c)
		}
		return nil
	})
	return out, wrap("bring in visits", err)
}

// Store writes finished visits of the past: all in one transaction.
func (s *Service) Store(ctx context.Context, a auth.Actor, done ...Pasts) error {
	return wrap("bring in visits", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		var all []Finished
		var events []event.Change
		for _, b := range done {
			all, events = append(all, b.visits...), append(events, b.events...)
		}
		if err := tx.AddFinished(ctx, a.Org, all); err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, s.now(), events...)
	}))
}

// finished makes the rows of one visit of the past.
func (s *Service) finished(
	ctx context.Context, tx Tx, a auth.Actor, past *Past, places map[string]Place, currency string,
) (Finished, error) {
	list, err := s.lists.Get(ctx, tx, a.Org, past.Version)
	if err != nil {
		return Finished{}, err
	}
	place, ok := places[past.Branch]
	if !ok {
		if place, err = tx.Place(ctx, a.Org, past.Branch); err != nil {
			return Finished{}, err
		}
		places[past.Branch] = place
	}
	key, err := s.key()
	if err != nil {
		return Finished{}, err
	}
	return finish(list, place, past, a, currency, key)
}

// finish goes through the life of a visit at the time of its past, in memory.
func finish(list *Checklist, place Place, past *Past, a auth.Actor, currency string, key SigningKey) (Finished, error) {
	at := past.At.UTC().Truncate(time.Millisecond)
	v := Visit{
		Org: a.Org, ID: past.ID, Programme: list.Version.Programme, Version: list.Version.ID, Branch: place.ID, Scenario: past.Scenario,
		Shopper: past.Shopper, State: InProgress, Pseudonym: pseudonym(), Due: at.Add(24 * time.Hour),
		Fee: int64(list.Programme.Visit.Fee), Reimburse: int64(list.Programme.Visit.ReimburseUpTo), Currency: currency,
		Created: at.AddDate(0, 0, -14), Taken: at.AddDate(0, 0, -7), Started: at, RowVersion: 1,
	}
	if v.ID == "" {
		v.ID = uuid.NewString()
	}
	v.on(place.Today(at))
	p := Paper{Visit: v, Place: place, List: list}
	p.Report = Report{Org: a.Org, Visit: v.ID, Answers: past.Answers, Comments: past.Comments, RowVersion: 1}
	if err := p.checkWhole(SubmitInput{Answers: past.Answers, Comments: past.Comments}); err != nil {
		return Finished{}, err
	}
	for _, st := range p.Stages {
		p.Visit.Stages = append(p.Visit.Stages, st.ID)
	}
	return publishedPast(&p, a, at, key)
}

func publishedPast(p *Paper, a auth.Actor, at time.Time, key SigningKey) (Finished, error) {
	body, err := json.Marshal(wholeReport{p.Report.Answers, p.Report.Comments})
	if err != nil {
		return Finished{}, err
	}
	id := p.Visit.ID // of another table: the ids of a visit's rows stand together, however many there are
	f := Finished{Submission: Submission{Org: a.Org, ID: id, Visit: p.Visit.ID, Device: ProgramDevice, Created: at}}
	op, err := f.Submission.add(id, WholeReport, body, nil, at)
	if err != nil {
		return Finished{}, err
	}
	f.Ops, p.Report.Seq, p.Report.Head = []Op{op}, 1, op.Hash
	res, err := p.score(at.Add(time.Hour))
	if err != nil {
		return Finished{}, err
	}
	if f.Receipt, err = p.confirm(&f.Submission, "", false, nil, at.Add(time.Hour), key); err != nil {
		return Finished{}, err
	}
	p.Report.Receipt = f.Receipt.Code
	p.Visit.State, p.Visit.Reviewer = Published, a.Member
	p.Visit.Decided, p.Visit.Published = at.Add(24*time.Hour), at.Add(24*time.Hour)
	f.Visit, f.Report, f.Outcomes = p.Visit, p.Report, outcomesOf(p.List, &res)
	f.Rollup = p.rollup(&res, f.Outcomes, f.Ops)
	return f, nil
}

// rollup is what a report that a program sent adds when it is published at once.
func (p *Paper) rollup(res *scoring.Result, outcomes []Outcome, ops []Op) Rollup {
	r := RollupOf(&p.Visit, res, p.List.ScoreSeries, outcomes, 1)
	r.Ask(&p.Visit, p.List, &Inquiry{Input: p.input(), Ops: ops, Notes: p.Notes}, 1)
	return r
}
