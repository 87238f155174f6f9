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

// questionSums adds the columns up. A sum of bigint is numeric on PostgreSQL.
var questionSums = func() string {
	var b strings.Builder
	for c := range strings.SplitSeq(questionColumns, ", ") {
		b.WriteString(", CAST(sum(" + c + ") AS bigint)")
	}
	return b.String()
}()

// Questions gives the stored counts of questions, one as stored each.
func (s reports) Questions(ctx context.Context, organisation, programme string) (all []visit.Rollup, err error) {
	err = s.eachRow(ctx, "SELECT month, version_id, scenario, question, "+questionColumns+
		" FROM rollup_questions WHERE org_id = ? AND programme_id = ?", []any{organisation, programme}, func(scan func(...any) error) error {
		r := visit.Rollup{Programme: programme, Questions: make([]visit.QuestionRollup, 1)}
		err := scan(with(&r.Questions[0], &r.Month, &r.Version, &r.Scenario, &r.Questions[0].Question)...)
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
	err = s.eachRow(ctx, "SELECT month, branch_id, version_id, lines FROM rollup_turns WHERE org_id = ? AND programme_id = ?"+and+
		" ORDER BY month, branch_id, version_id", args, func(scan func(...any) error) error {
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
	err = s.eachRow(ctx, "SELECT version_id, question"+questionSums+" FROM rollup_questions"+where+
		" GROUP BY version_id, question ORDER BY version_id, question", args, func(scan func(...any) error) error {
		var sum report.QuestionSum
		err := scan(with(&sum.QuestionRollup, &sum.Version, &sum.Question)...)
		all = append(all, sum)
		return err
	})
	return all, err
}

// eachRow goes through what a query finds.
func (s reports) eachRow(ctx context.Context, query string, args []any, each func(scan func(...any) error) error) error {
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
