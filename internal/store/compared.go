package store

import (
	"context"

	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// shopperSumRow is the scores of one shopper at one branch.
type shopperSumRow struct {
	BranchID, ShopperID, Scenario, Series, Month string
	N                                            int64
	SumBP                                        int64 `gorm:"column:sum_bp"`
	SumBP2                                       int64 `gorm:"column:sum_bp2"`
}

// ByShopper adds up scores by who visited whom.
func (s reports) ByShopper(ctx context.Context, organisation string, q studio.SumQuery) ([]report.ShopperSum, error) {
	key, month := "branch_id, shopper_id, scenario, series", "'' AS month"
	if q.Monthly {
		key, month = key+", month", "month"
	}
	where, args := amongRollups(organisation, q)
	if q.Scenario != "" {
		where, args = where+" AND scenario = ?", append(args, q.Scenario)
	}
	var rows []shopperSumRow
	err := s.db(ctx).Raw("SELECT branch_id, shopper_id, scenario, series, "+month+`, CAST(sum(n) AS bigint) AS n, CAST(sum(sum_bp) AS bigint) AS sum_bp,
 CAST(sum(sum_bp2) AS bigint) AS sum_bp2 FROM rollup_cells`+where+" GROUP BY "+key+" ORDER BY "+key, args...).Find(&rows).Error
	return mapRows(rows, shopperSumRow.value), err
}

func (r shopperSumRow) value() report.ShopperSum {
	if r.ShopperID == visit.NoShopper {
		r.ShopperID = ""
	}
	return report.ShopperSum{
		Branch: r.BranchID, Shopper: r.ShopperID, Scenario: r.Scenario, Series: r.Series, Month: r.Month, N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2,
	}
}

// pastScoreRow is one scored visit.
type pastScoreRow struct {
	ID, BranchID, VersionID, VisitedOn string
	BaseBP                             int `gorm:"column:base_bp"`
}

// PastScores lists single scores. The month stands beside the date so that the index by month serves.
func (s reports) PastScores(ctx context.Context, organisation string, q report.ScoreQuery) ([]report.PastScore, error) {
	db := s.db(ctx).Table("visits").Select("id, branch_id, version_id, visited_on, base_bp").
		Where("org_id = ? AND programme_id = ? AND state = 'published' AND base_bp IS NOT NULL AND level <> ?", organisation, q.Programme, string(scoring.NotScorable)).
		Where("month BETWEEN ? AND ? AND visited_on BETWEEN ? AND ?", monthOf(q.From), monthOf(q.To), q.From, q.To)
	if q.Branches != nil {
		db = db.Where("branch_id IN ?", q.Branches)
	}
	var rows []pastScoreRow
	err := db.Order(unsought("visited_on")).Order("id").Limit(q.Limit).Find(&rows).Error
	return mapRows(rows, func(r pastScoreRow) report.PastScore {
		return report.PastScore{ID: r.ID, Branch: r.BranchID, Version: r.VersionID, VisitedOn: r.VisitedOn, ScoreBP: r.BaseBP}
	}), err
}

// unsought is a column of which no index is asked for: SQLite would take one that has the order, or that finds very many rows,
// rather than the one that finds the few.
func unsought(column string) string { return "coalesce(" + column + ", " + column + ")" }

// monthOf is the month of a date, "2026-09-07" → "2026-09".
func monthOf(date string) string { return date[:min(len(date), 7)] }

// judgedRow is one visit with its answers.
type judgedRow struct {
	ID, BranchID, VersionID, ShopperID, Scenario, Month, Answers string
}

// judgedAtOnce is how many visits' outcomes one statement reads.
const judgedAtOnce = 500

// Judged lists single visits with what they found, the newest months first.
func (s reports) Judged(ctx context.Context, organisation, programme string, w studio.Window, limit int) ([]report.Judged, error) {
	var rows []judgedRow
	err := s.db(ctx).Raw(`SELECT v.id, v.branch_id, v.version_id, coalesce(CAST(v.shopper_id AS text), '') AS shopper_id, v.scenario, v.month, r.answers
 FROM visits v JOIN reports r ON r.org_id = v.org_id AND r.visit_id = v.id
 WHERE v.org_id = ? AND v.programme_id = ? AND v.state = 'published' AND v.level <> ? AND v.month BETWEEN ? AND ?
 ORDER BY v.month DESC, v.id DESC LIMIT ?`, organisation, programme, string(scoring.NotScorable), w.From, w.To, limit).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	all, at := make([]report.Judged, len(rows)), make(map[string]int, len(rows))
	ids := make([]string, len(rows))
	for i, r := range rows {
		all[i] = report.Judged{
			ID: r.ID, Branch: r.BranchID, Version: r.VersionID, Shopper: r.ShopperID, Scenario: r.Scenario, Month: r.Month, Answers: []byte(r.Answers),
			Outcomes: map[string]report.JudgedStandard{},
		}
		ids[i], at[r.ID] = r.ID, i
	}
	for ; len(ids) > 0; ids = ids[min(len(ids), judgedAtOnce):] {
		var found []outcomeRow
		err := s.db(ctx).Where("org_id = ? AND visit_id IN ?", organisation, ids[:min(len(ids), judgedAtOnce)]).Find(&found).Error
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			all[at[o.VisitID]].Outcomes[o.Standard] = report.JudgedStandard{Outcome: scoring.Outcome(o.Outcome), Series: o.Series, Rate: o.Rate}
		}
	}
	return all, nil
}

// foundVisit is one visit with its day.
type foundVisit struct{ ID, VisitedOn string }

// Found gives what the latest visits of one branch found for some standards: the visits along the index by branch, their outcomes by key.
func (s reports) Found(ctx context.Context, organisation string, q report.FoundQuery) ([]report.Found, error) {
	db := s.db(ctx).Table("visits").Select("id, visited_on").
		Where("org_id = ? AND branch_id = ? AND state = 'published' AND visited_on BETWEEN ? AND ?", organisation, q.Branch, q.From, q.To).
		Where("programme_id = ? AND base_bp IS NOT NULL AND level <> ?", q.Programme, string(scoring.NotScorable))
	if q.Scenario != "" {
		db = db.Where("scenario = ?", q.Scenario)
	}
	var visits []foundVisit
	if err := db.Order("visited_on DESC").Order("id DESC").Limit(min(q.Limit, judgedAtOnce)).Find(&visits).Error; err != nil || len(visits) == 0 {
		return nil, err
	}
	ids, on := make([]string, len(visits)), make(map[string]string, len(visits))
	for i, v := range visits {
		ids[i], on[v.ID] = v.ID, v.VisitedOn
	}
	var rows []outcomeRow
	err := s.db(ctx).Where("org_id = ? AND visit_id IN ? AND standard IN ?", organisation, ids, q.Standards).
		Order("visit_id").Order("standard").Find(&rows).Error
	return mapRows(rows, func(r outcomeRow) report.Found {
		return report.Found{Visit: r.VisitID, VisitedOn: on[r.VisitID], Standard: r.Standard, Series: r.Series, Outcome: scoring.Outcome(r.Outcome)}
	}), err
}

// Told loads some reports.
func (s reports) Told(ctx context.Context, organisation string, visits []string) ([]visit.Report, error) {
	var rows []reportRow
	if err := s.db(ctx).Where("org_id = ? AND visit_id IN ?", organisation, visits).Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]visit.Report, len(rows))
	for i := range rows {
		var err error
		if all[i], err = rows[i].report(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Shoppers names members by their aliases, as editors see them.
func (s reports) Shoppers(ctx context.Context, organisation string, members []string) (map[string]string, error) {
	names := make(map[string]string, len(members))
	for ; len(members) > 0; members = members[min(len(members), judgedAtOnce):] {
		var rows []struct{ ID, Alias string }
		err := s.db(ctx).Table("members").Select("id, alias").
			Where("org_id = ? AND id IN ?", organisation, members[:min(len(members), judgedAtOnce)]).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			names[r.ID] = r.Alias
		}
	}
	return names, nil
}
