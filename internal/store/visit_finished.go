package store

import (
	"context"

	"plainclothes/internal/visit"
)

// batch is how many rows go into one INSERT: more do not make it faster, and SQLite takes 32,766 parameters at most.
const batch = 100

// AddFinished inserts whole published visits. Their rollups are summed up first, so that a branch's sums are touched
// once.
func (v visits) AddFinished(ctx context.Context, organisation string, all []visit.Finished) error {
	rows, err := finishedRowsOf(organisation, all)
	if err != nil {
		return err
	}
	db := v.db(ctx)
	for _, insert := range []func() error{
		func() error { return db.CreateInBatches(rows.visits, batch).Error },
		func() error { return db.CreateInBatches(rows.reports, batch).Error },
		func() error { return db.CreateInBatches(rows.submissions, batch).Error },
		func() error { return db.CreateInBatches(rows.ops, batch).Error },
		func() error { return db.CreateInBatches(rows.receipts, batch).Error },
		func() error { return db.CreateInBatches(rows.outcomes, 2*batch).Error },
	} {
		if err := insert(); err != nil {
			return err
		}
	}
	return v.addRollups(ctx, organisation, rollupsOf(all))
}

type finishedRows struct {
	visits      []visitRow
	reports     []reportRow
	submissions []submissionRow
	ops         []opRow
	receipts    []receiptRow
	outcomes    []outcomeRow
}

func finishedRowsOf(organisation string, all []visit.Finished) (finishedRows, error) {
	var rows finishedRows
	for i := range all {
		f := &all[i]
		vr := visitRowOf(&f.Visit)
		vr.OrgID = organisation
		rr, err := reportRowOf(&f.Report)
		if err != nil {
			return rows, err
		}
		rr.OrgID = organisation
		s := f.Submission
		rows.visits, rows.reports = append(rows.visits, vr), append(rows.reports, rr)
		rows.submissions = append(rows.submissions, submissionRowOf(organisation, &s))
		for k := range f.Ops {
			rows.ops = append(rows.ops, opRowOf(organisation, s.Visit, &f.Ops[k]))
		}
		if f.Receipt.Code != "" {
			rows.receipts = append(rows.receipts, receiptRowOf(organisation, &f.Receipt))
		}
		for _, o := range f.Outcomes {
			rows.outcomes = append(rows.outcomes,
				outcomeRow{organisation, s.Visit, o.Standard, o.Series, string(o.Outcome), o.WowOffered, o.Share, o.Rate})
		}
	}
	return rows, nil
}
