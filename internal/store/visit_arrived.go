package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/visit"
)

// located selects visits with their places from what is called v.
const located = `SELECT v.org_id, v.id, v.programme_id, v.version_id, v.branch_id, v.scenario, v.shopper_id, v.state, v.pseudonym, v.due_at,
 v.fee, v.reimburse, v.currency, v.visited_on, v.month, v.created_at, v.taken_at, v.started_at, v.received_at, v.decided_at, v.published_at,
 v.reviewer_id, v.stages_sealed, v.reason, v.client_key, v.base_bp, v.final_bp, v.level, v.row_version,
 b.org_id, b.id, b.code, b.name, b.region_id, b.format, b.channel, b.kind, b.zone, b.address, b.features, b.active, coalesce(r.name, '')
 FROM %s %s %s`

// The ways to name several visits. The rows are locked in the order of their ids, which come sorted.
//
// On PostgreSQL each row is asked for by its key as a range of one, in the order of the key: only the key's own index
// gives that. For an equality a planner without statistics takes any index that begins with the organisation, and was
// seen to read every visit of it, or every branch.
var (
	locatedOnPostgres = fmt.Sprintf(located, chosen("FOR UPDATE"), branchByKey, regionByKey)
	locatedReading    = fmt.Sprintf(located, chosen(""), branchByKey, regionByKey)
	locatedOnSQLite   = fmt.Sprintf(located, "visits v", "JOIN branches b ON b.org_id = v.org_id AND b.id = v.branch_id",
		"LEFT JOIN regions r ON r.org_id = b.org_id AND r.id = b.region_id") + ` WHERE v.org_id = ?1 AND v.id = ?2`
)

const (
	branchByKey = "CROSS JOIN LATERAL (SELECT * FROM branches WHERE org_id = $1 AND id >= v.branch_id AND id <= v.branch_id ORDER BY id LIMIT 1) b"
	regionByKey = "LEFT JOIN LATERAL (SELECT name FROM regions WHERE org_id = $1 AND id >= b.region_id AND id <= b.region_id ORDER BY id LIMIT 1) r ON true"
)

// chosen is the visits whose ids a statement gets, called v.
func chosen(lock string) string {
	return "unnest($2::uuid[]) AS chosen (id) CROSS JOIN LATERAL " +
		"(SELECT * FROM visits WHERE org_id = $1 AND id >= chosen.id AND id <= chosen.id ORDER BY id LIMIT 1 " + lock + ") v"
}

// Located loads visits with their places; ids are sorted.
func (v visits) Located(ctx context.Context, organisation string, ids []string) (out []visit.Located, err error) {
	if v.dialect == postgresDialect {
		q := locatedReading
		if v.unit != nil && v.unit.writes {
			q = locatedOnPostgres
		}
		return out, v.send(ctx, request{query: q, args: []any{organisation, idsOf(ids)}, read: func(rows pgx.Rows) error {
			out, err = scanAll(nil, rows)
			return err
		}})
	}
	for _, id := range ids {
		if out, err = v.locate(ctx, out, locatedOnSQLite, organisation, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v visits) locate(ctx context.Context, out []visit.Located, query string, args ...any) ([]visit.Located, error) {
	stmt, err := v.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, v.raw(err)
	}
	defer func() { _ = rows.Close() }()
	if out, err = scanAll(out, rows); err != nil {
		return nil, err
	}
	return out, v.raw(rows.Err())
}

// scanner is what rows of both databases have in common.
type scanner interface {
	Next() bool
	Scan(into ...any) error
}

func scanAll(out []visit.Located, rows scanner) ([]visit.Located, error) {
	for rows.Next() {
		l, err := scanLocated(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func scanLocated(rows scanner) (l visit.Located, err error) {
	var v visitRow
	var b placeRow
	var stages string
	if err := rows.Scan(&v.OrgID, &v.ID, &v.ProgrammeID, &v.VersionID, &v.BranchID, &v.Scenario, &v.ShopperID, &v.State, &v.Pseudonym, &v.DueAt,
		&v.Fee, &v.Reimburse, &v.Currency, &v.VisitedOn, &v.Month, &v.CreatedAt, &v.TakenAt, &v.StartedAt, &v.ReceivedAt, &v.DecidedAt, &v.PublishedAt,
		&v.ReviewerID, &stages, &v.Reason, &v.ClientKey, &v.BaseBP, &v.FinalBP, &v.Level, &v.RowVersion,
		&b.OrgID, &b.ID, &b.Code, &b.Name, &b.RegionID, &b.Format, &b.Channel, &b.Kind, &b.Zone, &b.Address, &b.Features, &b.Active,
		&b.RegionName); err != nil {
		return l, err
	}
	if err := json.Unmarshal([]byte(stages), &v.StagesSealed); err != nil {
		return l, err
	}
	l.Visit = v.visit()
	l.Place, err = b.place()
	return l, err
}

// place is the branch with the name of its region.
func (r *placeRow) place() (visit.Place, error) {
	var features []string
	if err := json.Unmarshal([]byte(r.Features), &features); err != nil {
		return visit.Place{}, err
	}
	return visit.Place{RegionName: r.RegionName, Branch: org.Branch{
		Org: r.OrgID, ID: r.ID, Code: r.Code, Name: r.Name, Region: val(r.RegionID), Format: r.Format, Channel: org.Channel(r.Channel),
		Kind: org.Kind(r.Kind), Zone: r.Zone, Address: r.Address, Features: features, Active: r.Active,
	}}, nil
}

// The statements of whole reports. Reviewed: each names the organisation in its key, and no insert takes over a row.
var (
	reportInsert = inserting("reports", "org_id uuid, visit_id uuid, seq int4, head text, revision int4, context text, answers text, "+
		"comments text, result text, engine int4, completeness_bp int4, sealed_at timestamptz, receipt_code text, receipt text, "+
		"updated_at timestamptz, row_version int4", "")
	submissionInsert = inserting("submissions", "org_id uuid, id uuid, visit_id uuid, device text, seq int4, head text, created_at timestamptz", "")
	opInsert         = inserting("ops", "org_id uuid, submission_id uuid, seq int4, op_id uuid, visit_id uuid, body text, hash text, received_at timestamptz", "")
	receiptInsert    = inserting("receipts", "org_id uuid, code text, visit_id uuid, submission_id uuid, stage text, head text, seq int4, "+
		"statement text, signature text, key_id text, created_at timestamptz", "")
	outcomeInsert = inserting("outcomes", "org_id uuid, visit_id uuid, standard text, series text, outcome text, wow_offered bool, share int8, rate int8", "")
	visitUpdate   = updating("visits", "org_id uuid, id uuid, row_version int4, version_id uuid, state text, visited_on text, month text, "+
		"taken_at timestamptz, started_at timestamptz, received_at timestamptz, decided_at timestamptz, published_at timestamptz, "+
		"reviewer_id text, stages_sealed text, base_bp int4, final_bp int4, level text")

	reportsOnPostgres = together(reportInsert, submissionInsert, opInsert, receiptInsert, outcomeInsert, visitUpdate)
)

func (r *reportRow) values() []any {
	return []any{
		r.OrgID, r.VisitID, r.Seq, r.Head, r.Revision, r.Context, r.Answers, r.Comments, r.Result, r.Engine, r.CompletenessBP, r.SealedAt,
		r.ReceiptCode, r.Receipt, r.UpdatedAt, r.RowVersion,
	}
}

func (r *submissionRow) values() []any {
	return []any{r.OrgID, r.ID, r.VisitID, r.Device, r.Seq, r.Head, r.CreatedAt}
}

func (r *opRow) values() []any {
	return []any{r.OrgID, r.SubmissionID, r.Seq, r.OpID, r.VisitID, r.Body, r.Hash, r.ReceivedAt}
}

func (r *receiptRow) values() []any {
	return []any{
		r.OrgID, r.Code, r.VisitID, r.SubmissionID, r.Stage, r.Head, r.Seq, r.Statement, r.Signature, r.KeyID, r.CreatedAt,
	}
}

func (r *outcomeRow) values() []any {
	return []any{r.OrgID, r.VisitID, r.Standard, r.Series, r.Outcome, r.WowOffered, r.Share, r.Rate}
}

// arrived are the columns that a whole report changes; all others of its visit stay as they were planned.
func (r *visitRow) arrived(stages string) []any {
	return []any{
		r.OrgID, r.ID, r.RowVersion, r.VersionID, r.State, r.VisitedOn, r.Month, r.TakenAt, r.StartedAt, r.ReceivedAt, r.DecidedAt, r.PublishedAt,
		r.ReviewerID, stages, r.BaseBP, r.FinalBP, r.Level,
	}
}

// AddReports stores whole reports of visits that are there.
func (v visits) AddReports(ctx context.Context, organisation string, all []visit.Finished) error {
	rows, err := v.reportRows(ctx, organisation, all)
	if err != nil {
		return err
	}
	if err := v.writeReports(ctx, rows); err != nil {
		return err
	}
	return v.keepRollups(ctx, organisation, rollupsOf(all))
}

// arrivedRows are the values of the rows of whole reports.
type arrivedRows struct{ reports, submissions, ops, receipts, outcomes, visits [][]any }

// reportRows gives the rows to insert. A report of which something was said before is written here, by itself: that is
// rare, and its row and outcomes may be there already.
func (v visits) reportRows(ctx context.Context, organisation string, all []visit.Finished) (out arrivedRows, err error) {
	rows, err := finishedRowsOf(organisation, all)
	if err != nil {
		return out, err
	}
	for i := range all {
		if err := out.addVisit(&rows.visits[i]); err != nil {
			return out, err
		}
		if all[i].Report.RowVersion == 0 {
			rows.reports[i].RowVersion = 1
			out.reports = append(out.reports, rows.reports[i].values())
			continue
		}
		if err := v.SaveReport(ctx, organisation, all[i].Report); err != nil {
			return out, err
		}
		if err := v.SaveOutcomes(ctx, organisation, all[i].Visit.ID, all[i].Outcomes); err != nil {
			return out, err
		}
	}
	old := map[string]bool{}
	for i := range all {
		old[all[i].Visit.ID] = all[i].Report.RowVersion != 0
	}
	for i := range rows.submissions {
		out.submissions = append(out.submissions, rows.submissions[i].values())
	}
	for i := range rows.ops {
		out.ops = append(out.ops, rows.ops[i].values())
	}
	for i := range rows.receipts {
		out.receipts = append(out.receipts, rows.receipts[i].values())
	}
	for i := range rows.outcomes {
		if r := &rows.outcomes[i]; !old[r.VisitID] {
			out.outcomes = append(out.outcomes, r.values())
		}
	}
	return out, nil
}

func (a *arrivedRows) addVisit(r *visitRow) error {
	r.RowVersion++
	stages, err := json.Marshal(r.StagesSealed)
	a.visits = append(a.visits, r.arrived(string(stages)))
	return err
}

// writeReports writes the rows: on PostgreSQL with the next statement, or at the end of the unit. Each visit must be met
// at its row version.
func (v visits) writeReports(ctx context.Context, rows arrivedRows) error {
	parts := []bulkRows{
		{&reportInsert, rows.reports},
		{&submissionInsert, rows.submissions},
		{&opInsert, rows.ops},
		{&receiptInsert, rows.receipts},
		{&outcomeInsert, rows.outcomes},
		{&visitUpdate, rows.visits},
	}
	all := func(met int64) error {
		if met != int64(len(rows.visits)) {
			return fault.New(fault.Conflict, "Somebody else changed this meanwhile. Look at it again, then repeat your change.")
		}
		return nil
	}
	if v.dialect == postgresDialect {
		v.putOff(request{query: reportsOnPostgres, args: arraysOf(parts), done: all})
		return nil
	}
	met, err := v.eachOf(ctx, parts)
	if err != nil {
		return err
	}
	return all(met)
}
