package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// The counts of questions. Reviewed: the keys begin with the organisation.
const (
	questionColumns = "asked, na, unseen, missing, marked, full_mark, no_mark, sum_mark, sum_mark2, pairs, sum_pair, sum_pair2, " +
		"sum_rest, sum_rest2, sum_both, logged, changed, returned, noted, timed, sum_time, sum_time2, levels, outcomes"
	turnKeys = "org_id, programme_id, month, branch_id, version_id"
)

var (
	questionAdd = adding("rollup_questions",
		"org_id uuid, programme_id uuid, month text, version_id uuid, scenario text, question text", questionColumns)
	turnAdd = inserting("rollup_turns", "org_id uuid, programme_id uuid, month text, branch_id uuid, version_id uuid, lines text",
		"ON CONFLICT ("+turnKeys+") DO UPDATE SET lines = rollup_turns.lines || excluded.lines")
)

type questionKey struct{ month, version, scenario, question string }

func (k questionKey) compare(o questionKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.version, o.version), cmp.Compare(k.scenario, o.scenario),
		cmp.Compare(k.question, o.question))
}

type turnKey struct{ month, branch, version string }

func (k turnKey) compare(o turnKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.branch, o.branch), cmp.Compare(k.version, o.version))
}

func (s *sums) addQuestions(r *visit.Rollup) {
	for i := range r.Questions {
		q := &r.Questions[i]
		k := questionKey{r.Month, r.Version, r.Scenario, q.Question}
		if sum, ok := s.questions[k]; ok {
			sum.Add(q)
			continue
		}
		sum := *q
		s.questions[k] = &sum
	}
	if r.Turns != "" {
		s.turns[turnKey{r.Month, r.Branch, r.Version}] += r.Turns
	}
}

func (s *sums) questionRows() [][]any {
	rows := make([][]any, 0, len(s.questions))
	for _, k := range slices.SortedFunc(maps.Keys(s.questions), questionKey.compare) {
		row := make([]any, 0, len(questionAdd.columns))
		row = append(row, s.org, s.programme, k.month, k.version, k.scenario, k.question)
		for _, n := range s.questions[k].Counts() {
			row = append(row, *n)
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *sums) turnRows() [][]any {
	rows := make([][]any, 0, len(s.turns))
	for _, k := range slices.SortedFunc(maps.Keys(s.turns), turnKey.compare) {
		rows = append(rows, []any{s.org, s.programme, k.month, k.branch, k.version, s.turns[k]})
	}
	return rows
}

// questionParts are the rows of both.
func (s *sums) questionParts() []bulkRows {
	return []bulkRows{{&questionAdd, s.questionRows()}, {&turnAdd, s.turnRows()}}
}

// questionSums adds the columns up. A sum of bigint is numeric on PostgreSQL.
var questionSums = func() string {
	var b strings.Builder
	for c := range strings.SplitSeq(questionColumns, ", ") {
		b.WriteString(", CAST(sum(" + c + ") AS bigint)")
	}
	return b.String()
}()

// noCounts stand where a row brings packed counts instead.
var noCounts = strings.Repeat(", 0", strings.Count(questionColumns, ",")+1)

// withFresh reads sums and what is still to be added to them in one statement: beside AddUpQuestions two would find a
// visit in both, or in neither.
func withFresh(sums, fresh string) string { return sums + " UNION ALL " + fresh }

// Questions gives the stored counts of questions, those of several visits or of one. Packed counts that cannot be read are
// none: who makes all of them again finds what is missing and mends it.
func (s reports) Questions(ctx context.Context, organisation, programme string) (all []visit.Rollup, err error) {
	query := withFresh("SELECT month, version_id, scenario, question, "+questionColumns+", NULL AS counts FROM rollup_questions WHERE org_id = ? AND programme_id = ?",
		"SELECT month, version_id, scenario, ''"+noCounts+", counts FROM rollup_fresh WHERE org_id = ? AND programme_id = ?")
	err = s.eachRow(ctx, query, []any{organisation, programme, organisation, programme}, func(scan func(...any) error) error {
		r, packed := visit.Rollup{Programme: programme, Questions: make([]visit.QuestionRollup, 1)}, []byte(nil)
		err := scan(append(with(&r.Questions[0], &r.Month, &r.Version, &r.Scenario, &r.Questions[0].Question), &packed)...)
		if packed != nil {
			r.Questions, _ = unpackCounts(packed)
		}
		all = append(all, r)
		return err
	})
	return all, err
}

// with puts the counts behind other targets of a scan.
func with(q *visit.QuestionRollup, first ...any) []any {
	for _, n := range q.Counts() {
		first = append(first, n)
	}
	return first
}

// Turns gives the stored lines of what visits hung on.
func (s reports) Turns(ctx context.Context, organisation, programme string) ([]visit.Rollup, error) {
	return s.turns(ctx, programme, "", organisation, programme)
}

// TurnsIn gives those of a window.
func (s reports) TurnsIn(ctx context.Context, organisation, programme string, w studio.Window) ([]visit.Rollup, error) {
	return s.turns(ctx, programme, " AND month BETWEEN ? AND ?", organisation, programme, w.From, w.To)
}

func (s reports) turns(ctx context.Context, programme, and string, args ...any) (all []visit.Rollup, err error) {
	where := " WHERE org_id = ? AND programme_id = ?" + and
	query := withFresh("SELECT month, branch_id, version_id, lines FROM rollup_turns"+where,
		"SELECT month, branch_id, version_id, lines FROM rollup_fresh"+where+" AND lines <> ''") + " ORDER BY month, branch_id, version_id"
	err = s.eachRow(ctx, query, append(args, args...), func(scan func(...any) error) error {
		r := visit.Rollup{Programme: programme}
		err := scan(&r.Month, &r.Branch, &r.Version, &r.Turns)
		all = append(all, r)
		return err
	})
	return all, err
}

// QuestionSums adds up counts of questions by version and question.
func (s reports) QuestionSums(ctx context.Context, organisation string, q studio.SumQuery) (all []report.QuestionSum, err error) {
	where := " WHERE org_id = ? AND programme_id = ? AND month BETWEEN ? AND ?"
	args := []any{organisation, q.Programme, q.Window.From, q.Window.To}
	if q.Scenario != "" {
		where, args = where+" AND scenario = ?", append(args, q.Scenario)
	}
	query := withFresh("SELECT version_id, question"+questionSums+", NULL AS counts FROM rollup_questions"+where+" GROUP BY version_id, question",
		"SELECT version_id, ''"+noCounts+", counts FROM rollup_fresh"+where)
	sums := questionTotals{}
	err = s.eachRow(ctx, query, append(args, args...), func(scan func(...any) error) error {
		var sum report.QuestionSum
		var packed []byte
		if err := scan(append(with(&sum.QuestionRollup, &sum.Version, &sum.Question), &packed)...); err != nil {
			return err
		}
		return sums.add(&sum, packed)
	})
	return sums.sorted(), err
}

// eachRow goes through what a query finds.
func (s *Store) eachRow(ctx context.Context, query string, args []any, each func(scan func(...any) error) error) error {
	rows, err := s.db(ctx).Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
