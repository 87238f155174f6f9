package visit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/scoring"
)

// Find gives one visit to those who plan visits. Programme and alias are not named in it.
func (s *Service) Find(ctx context.Context, a auth.Actor, id string) (r Row, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.VisitPlan, id, false)
		r = j.row()
		return err
	})
	return r, wrap("find visit", err)
}

// row is the job as lists show it.
func (j *job) row() Row {
	r := Row{
		Visit: j.Visit, BranchName: j.Place.Branch.Name, BranchCode: j.Place.Code, BranchZone: j.Place.Zone, RegionName: j.RegionName,
	}
	if j.list != nil {
		r.Number = j.list.Version.Number
	}
	return r
}

// PlanOnce plans one visit under a key of the program's own: in.ClientKey and one branch. A repeat gives the visit as it
// is now and replayed; another visit under the same key is a conflict.
func (s *Service) PlanOnce(ctx context.Context, a auth.Actor, in PlanInput) (r Row, replayed bool, err error) {
	if _, err := need(a, auth.VisitPlan); err != nil {
		return r, false, err
	}
	if in.ClientKey == "" || len(in.Branches) != 1 {
		return r, false, oneField("id", "Give the visit an id of its own: a UUID.")
	}
	id, replayed, err := s.planOnce(ctx, a, in)
	if fault.Is(err, fault.Conflict) { // perhaps the same request was quicker on another connection
		if again, was, err2 := s.planOnce(ctx, a, in); err2 == nil && was {
			id, replayed, err = again, true, nil
		}
	}
	if err != nil {
		return r, false, wrap("plan visit", err)
	}
	r, err = s.Find(ctx, a, id)
	return r, replayed, err
}

func (s *Service) planOnce(ctx context.Context, a auth.Actor, in PlanInput) (id string, replayed bool, err error) {
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		v, err := tx.VisitByClientKey(ctx, a.Org, in.ClientKey)
		if err == nil {
			id, replayed = v.ID, true
			return sameOrder(v, in)
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := in.check(s.now()); err != nil {
			return err
		}
		made, err := s.plan(ctx, tx, a, in)
		if err == nil {
			id = made[0].ID
		}
		return err
	})
	return id, replayed, err
}

// sameOrder is sameplan with all that stays as it was ordered: who has the visit may change later.
func sameOrder(v Visit, in PlanInput) error {
	if !v.Due.Equal(in.Due.Truncate(time.Microsecond)) || in.Fee != nil && *in.Fee != v.Fee {
		return fault.New(fault.Conflict, "This id was already used for another visit.")
	}
	return sameplan(v, in)
}

// sendable gives a visit whose report a program may send. An open one is taken for it at once: nobody else will fill it in.
func (s *Service) sendable(ctx context.Context, tx Tx, a auth.Actor, l Located) (job, error) {
	j, err := s.job(ctx, tx, a, auth.VisitDo, l)
	if err != nil || j.list != nil {
		return j, err
	}
	if j.State != Open || !a.Program {
		return job{}, fault.Newf(fault.Conflict, "This visit is %s, so it takes no report.", j.State.Words())
	}
	now := s.now().UTC()
	version, err := tx.CurrentVersion(ctx, a.Org, j.Programme, now.Format(time.DateOnly))
	if err != nil {
		return job{}, err
	}
	if j.list, err = s.lists.Get(ctx, tx, a.Org, version.ID); err != nil {
		return job{}, err
	}
	j.Version, j.Visit.Taken = version.ID, now
	return j, j.Visit.Move(Taken)
}

// Sent is a report that a program has sent, with what came of it.
type Sent struct {
	Row
	Receipt string
	Result  scoring.Result
}

// Sent gives the result of a visit whose report was sent by a program; that of any other visit does not exist here.
func (s *Service) Sent(ctx context.Context, a auth.Actor, id string) (out Sent, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.VisitDo, id, false)
		if err != nil {
			return err
		}
		ops, err := tx.Ops(ctx, a.Org, id)
		if err != nil {
			return err
		}
		if j.Visit.Received.IsZero() || !slices.ContainsFunc(ops, Op.whole) {
			return fault.Missing("result")
		}
		rep, err := tx.Report(ctx, a.Org, id)
		if err != nil {
			return err
		}
		out.Row, out.Receipt = j.row(), rep.Receipt
		if err := json.Unmarshal(rep.Result, &out.Result); err != nil {
			return fmt.Errorf("result of visit %s: %w", id, err)
		}
		return nil
	})
	return out, wrap("open sent report", err)
}

// whole reports whether the op is a whole report.
func (o Op) whole() bool {
	var b opBody
	return json.Unmarshal(o.Body, &b) == nil && b.Field == WholeReport
}
