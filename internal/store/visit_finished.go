package store

import (
	"context"
	"encoding/json"

	"plainclothes/internal/visit"
)

// batch is how many rows go into one INSERT: more do not make it faster, and SQLite takes 32,766 parameters at most.
const batch = 100

// The statement of whole visits. Reviewed: it names the organisation in its key.
var (
	visitInsert = inserting("visits", "org_id uuid, id uuid, programme_id uuid, version_id uuid, branch_id uuid, scenario text, shopper_id uuid, "+
		"state text, pseudonym text, due_at timestamptz, fee int8, reimburse int8, currency text, visited_on text, month text, created_at timestamptz, "+
		"taken_at timestamptz, started_at timestamptz, received_at timestamptz, decided_at timestamptz, published_at timestamptz, reviewer_id text, "+
		"stages_sealed text, reason text, client_key text, base_bp int4, final_bp int4, level text, row_version int4", "")

	finishedOnPostgres = together(visitInsert, reportInsert, submissionInsert, opInsert, receiptInsert, outcomeInsert)
)

// whole are all columns of a visit.
func (r *visitRow) whole() ([]any, error) {
	stages, err := json.Marshal(r.StagesSealed)
	return []any{
		r.OrgID, r.ID, r.ProgrammeID, r.VersionID, r.BranchID, r.Scenario, r.ShopperID, r.State, r.Pseudonym, r.DueAt, r.Fee, r.Reimburse, r.Currency,
		r.VisitedOn, r.Month, r.CreatedAt, r.TakenAt, r.StartedAt, r.ReceivedAt, r.DecidedAt, r.PublishedAt, r.ReviewerID, string(stages), r.Reason,
		r.ClientKey, r.BaseBP, r.FinalBP, r.Level, r.RowVersion,
	}, err
}

// AddFinished inserts whole published visits. Their rollups are summed up first, so that a branch's sums are touched
// once.
func (v visits) AddFinished(ctx context.Context, organisation string, all []visit.Finished) error {
	rows, err := finishedRowsOf(organisation, all)
	if err != nil {
		return err
	}
	parts, err := rows.parts()
	if err != nil {
		return err
	}
	if v.dialect == postgresDialect {
		v.putOff(request{query: finishedOnPostgres, args: arraysOf(parts)})
	} else if _, err := v.eachOf(ctx, parts); err != nil {
		return err
	}
	return v.addRollups(ctx, organisation, rollupsOf(all))
}

// parts are the rows in the order in which they may be inserted.
func (f *finishedRows) parts() ([]bulkRows, error) {
	parts := []bulkRows{{bulk: &visitInsert}, {bulk: &reportInsert}, {bulk: &submissionInsert}, {bulk: &opInsert}, {bulk: &receiptInsert}, {bulk: &outcomeInsert}}
	add := func(part int, row []any) { parts[part].rows = append(parts[part].rows, row) }
	for i := range f.visits {
		row, err := f.visits[i].whole()
		if err != nil {
			return nil, err
		}
		add(0, row)
	}
	for i := range f.reports {
		add(1, f.reports[i].values())
	}
	for i := range f.submissions {
		add(2, f.submissions[i].values())
	}
	for i := range f.ops {
		add(3, f.ops[i].values())
	}
	for i := range f.receipts {
		add(4, f.receipts[i].values())
	}
	for i := range f.outcomes {
		add(5, f.outcomes[i].values())
	}
	return parts, nil
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
