package visit

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
)

// PlanInput asks for one visit to each branch.
type PlanInput struct {
	Programme      string
	Branches       []string
	Scenario       string
	Shopper        string // member id; "" puts the visits on the job board
	Due            time.Time
	Fee            *int64 // minor units; nil takes the programme's
	IgnoreRotation bool   // the scheduler has seen that the shopper was there lately
	ClientKey      string // of a program, for PlanOnce; with it, one branch only
}

// maxPlan is how many visits one request may plan.
const maxPlan = 500

// Plan makes visits: taken by the shopper named, or open to all.
func (s *Service) Plan(ctx context.Context, a auth.Actor, in PlanInput) ([]Visit, error) {
	if _, err := need(a, auth.VisitPlan); err != nil {
		return nil, err
	}
	if err := in.check(s.now()); err != nil {
		return nil, err
	}
	var made []Visit
	err := s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		var err error
		made, err = s.plan(ctx, tx, a, in)
		return err
	})
	return made, wrap("plan visits", err)
}

// check says what is wrong with the input before anything is looked up.
func (in PlanInput) check(now time.Time) error {
	var bad fault.Fields
	if in.Programme == "" {
		bad.Add("programme", "Choose a programme.")
	}
	if len(in.Branches) == 0 {
		bad.Add("branches", "Choose at least one branch.")
	}
	if len(in.Branches) > maxPlan {
		bad.Addf("branches", "Plan at most %d branches at once.", maxPlan)
	}
	if !in.Due.After(now) {
		bad.Add("due", "Choose a time that is still to come.")
	}
	if in.Due.After(now.AddDate(2, 0, 0)) {
		bad.Add("due", "Choose a time within the next two years.")
	}
	if in.Fee != nil && (*in.Fee < 0 || *in.Fee > 1_000_000_00) {
		bad.Add("fee", "The fee is between 0 and 1,000,000.")
	}
	if in.ClientKey == uuid.Nil.String() {
		bad.Add("id", noOwnID)
	}
	if in.ClientKey != "" && len(in.Branches) > 1 {
		bad.Add("branches", "A visit with an id of its own is for one branch.")
	}
	return bad.Err()
}

// sameplan answers a repeated request: the same visit is fine, another one under the same key is not.
func sameplan(v Visit, in PlanInput) error {
	if v.Programme != in.Programme || v.Scenario != in.Scenario || !slices.Contains(in.Branches, v.Branch) {
		return fault.New(fault.Conflict, "This id was already used for another visit.")
	}
	return nil
}

func (s *Service) plan(ctx context.Context, tx Tx, a auth.Actor, in PlanInput) ([]Visit, error) {
	now := s.now().UTC()
	version, err := tx.CurrentVersion(ctx, a.Org, in.Programme, now.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	list, err := s.lists.Get(ctx, tx, a.Org, version.ID)
	if err != nil {
		return nil, err
	}
	currency, err := tx.Currency(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	var bad fault.Fields
	if _, ok := list.Programme.Scenario(in.Scenario); !ok {
		bad.Add("scenario", "Choose one of the programme's scenarios.")
		return nil, bad.Err()
	}
	if err := s.shopperFits(ctx, tx, a.Org, in.Shopper, &bad); err != nil {
		return nil, err
	}
	base := Visit{
		Org: a.Org, Programme: in.Programme, Scenario: in.Scenario, Shopper: in.Shopper, State: Open, Due: in.Due.UTC(),
		Fee: int64(list.Programme.Visit.Fee), Reimburse: int64(list.Programme.Visit.ReimburseUpTo), Currency: currency,
		Created: now, ClientKey: in.ClientKey,
	}
	if in.Fee != nil {
		base.Fee = *in.Fee
	}
	made, err := s.planEach(ctx, tx, base, list, in, &bad)
	if err != nil || bad.Len() > 0 {
		return nil, orElse(err, bad.Err())
	}
	if err := tx.CreateVisits(ctx, a.Org, made); err != nil {
		return nil, err
	}
	return made, tx.Append(ctx, a.Org, now, planned(a, made)...)
}

// planEach makes one visit a branch and notes every branch that does not fit.
func (s *Service) planEach(
	ctx context.Context, tx Tx, base Visit, list *Checklist, in PlanInput, bad *fault.Fields,
) ([]Visit, error) {
	var made []Visit
	for _, branch := range slices.Compact(slices.Sorted(slices.Values(in.Branches))) {
		place, err := tx.Place(ctx, base.Org, branch)
		if err != nil {
			return nil, err
		}
		if why := unfit(place, list, in.Scenario); why != "" {
			bad.Addf("branches", "%s: %s", place.Name, why)
			continue
		}
		v := base
		v.ID, v.Branch, v.Pseudonym = uuid.NewString(), branch, pseudonym()
		if in.Shopper != "" {
			if err := s.take(ctx, tx, &v, list, in.Shopper, in.IgnoreRotation); err != nil {
				return nil, err
			}
		}
		made = append(made, v)
	}
	return made, nil
}

// unfit says why a branch cannot be visited in a scenario, "" when it can.
func unfit(place Place, list *Checklist, scenario string) string {
	sc, _ := list.Programme.Scenario(scenario)
	switch {
	case !place.Active:
		return "this branch is closed."
	case sc.Requires != "" && !slices.Contains(place.Features, sc.Requires):
		return "the scenario needs the feature " + sc.Requires + ", which this branch does not have."
	}
	return ""
}

// shopperFits notes a shopper who cannot be given visits.
func (s *Service) shopperFits(ctx context.Context, tx Tx, organisation, shopper string, bad *fault.Fields) error {
	if shopper == "" {
		return nil
	}
	ok, err := tx.ShopperActive(ctx, organisation, shopper)
	if err == nil && !ok {
		bad.Add("shopper", "Choose somebody who is a shopper here at present.")
	}
	return err
}

// take gives the visit to a shopper and pins the version in force: from here on the checklist never changes for him.
func (s *Service) take(ctx context.Context, tx Tx, v *Visit, list *Checklist, shopper string, ignoreRotation bool) error {
	if days := list.Programme.Visit.RotationDays; days > 0 && !ignoreRotation {
		last, err := tx.ShopperAt(ctx, v.Org, shopper, v.Branch, v.Programme)
		if err != nil {
			return err
		}
		if err := rested(last, days, v.Due); err != nil {
			return err
		}
	}
	if err := v.Move(Taken); err != nil {
		return err
	}
	v.Shopper, v.Version, v.Taken = shopper, list.Version.ID, s.now().UTC()
	return nil
}

// rested refuses a second visit to a branch before the rotation is over.
func rested(last string, days int, due time.Time) error {
	if last == "" {
		return nil
	}
	at, err := time.Parse(time.DateOnly, last)
	if err != nil {
		return err
	}
	if again := at.AddDate(0, 0, days); due.Before(again) {
		return fault.Newf(fault.Conflict, "This shopper was at the branch on %s and may come again from %s.",
			at.Format("2 January 2006"), again.Format("2 January 2006"))
	}
	return nil
}

// Take gives an open visit to the shopper who asks.
func (s *Service) Take(ctx context.Context, a auth.Actor, id string) error {
	return wrap("take visit", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.VisitTake, id, true)
		if err != nil {
			return err
		}
		if j.State != Open {
			return fault.New(fault.Conflict, "Somebody else was quicker: this visit is taken.")
		}
		if !j.Active {
			return fault.New(fault.Conflict, "This branch is closed.")
		}
		version, err := tx.CurrentVersion(ctx, a.Org, j.Programme, s.now().UTC().Format(time.DateOnly))
		if err != nil {
			return err
		}
		list, err := s.lists.Get(ctx, tx, a.Org, version.ID)
		if err != nil {
			return err
		}
		if err := s.take(ctx, tx, &j.Visit, list, a.Member, false); err != nil {
			return err
		}
		return s.keep(ctx, tx, a, j.Visit, "visit.taken", nil)
	}))
}

// HandBack puts a taken visit back on the job board, as long as nothing was answered.
func (s *Service) HandBack(ctx context.Context, a auth.Actor, id string) error {
	return wrap("hand back visit", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, true)
		if err != nil {
			return err
		}
		if err := j.Visit.Move(Open); err != nil {
			return err
		}
		j.Shopper, j.Version, j.Visit.Taken = "", "", time.Time{}
		return s.keep(ctx, tx, a, j.Visit, "visit.handed_back", nil)
	}))
}

// Cancel withdraws a visit that is not sealed; what was answered is kept.
func (s *Service) Cancel(ctx context.Context, a auth.Actor, id, reason string) error {
	if err := reasoned(reason); err != nil {
		return err
	}
	return wrap("cancel visit", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.VisitPlan, id, true)
		if err != nil {
			return err
		}
		if err := j.Visit.Move(Cancelled); err != nil {
			return err
		}
		j.Reason = reason
		return s.keep(ctx, tx, a, j.Visit, "visit.cancelled", nil)
	}))
}

// keep stores a changed visit and its event.
func (s *Service) keep(ctx context.Context, tx Tx, a auth.Actor, v Visit, verb string, body map[string]string) error {
	if err := tx.UpdateVisit(ctx, a.Org, v); err != nil {
		return err
	}
	change, err := event.New(a.Member, verb, "visit", v.ID, changed(v, body))
	if err != nil {
		return err
	}
	return tx.Append(ctx, a.Org, s.now(), change)
}

// changed is the body of a visit's event: ids and states, nothing personal.
func changed(v Visit, more map[string]string) map[string]string {
	b := map[string]string{"state": string(v.State), "branch": v.Branch}
	for k, x := range more {
		b[k] = x
	}
	return b
}

func planned(a auth.Actor, vs []Visit) []event.Change {
	var all []event.Change
	for _, v := range vs {
		c, err := event.New(a.Member, "visit.planned", "visit", v.ID, map[string]string{"branch": v.Branch, "state": string(v.State)})
		if err == nil { // a map of strings always marshals
			all = append(all, c)
		}
	}
	return all
}

// reasoned asks for a reason that somebody else can understand.
func reasoned(reason string) error {
	var bad fault.Fields
	switch n := len([]rune(reason)); {
	case n < 5:
		bad.Add("reason", "Say why, in a few words.")
	case n > maxText:
		bad.Addf("reason", "Keep it under %d characters.", maxText)
	}
	return bad.Err()
}

// maxText is the longest comment, story or reason, in characters.
const maxText = 10_000

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
