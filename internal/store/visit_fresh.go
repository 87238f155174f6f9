package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/google/uuid"

	"plainclothes/internal/report"
	"plainclothes/internal/visit"
)

// What the questions of lately published visits did, a row a visit, until it is added to the sums. Reviewed: the keys
// begin with the organisation.
var (
	freshInsert = inserting("rollup_fresh",
		"org_id uuid, programme_id uuid, id uuid, month text, branch_id uuid, version_id uuid, scenario text, counts bytea, lines text", "")

	questionsOnPostgres = together(questionAdd, turnAdd)
)

const (
	freshProgrammes = "SELECT DISTINCT programme_id FROM rollup_fresh WHERE org_id = ?"
	freshTaken      = "DELETE FROM rollup_fresh WHERE org_id = ? AND programme_id = ? AND id IN (" +
		"SELECT id FROM rollup_fresh WHERE org_id = ? AND programme_id = ? ORDER BY id LIMIT ?) " +
		"RETURNING month, branch_id, version_id, scenario, counts, lines"
)

// keepQuestions puts down what the questions of one visit did. The ids follow the time, so that rows are added at the end
// of the index.
func (s *sums) keepQuestions(r *visit.Rollup) {
	if len(r.Questions) == 0 {
		return
	}
	id := uuid.Must(uuid.NewV7()).String()
	s.fresh = append(s.fresh, []any{s.org, s.programme, id, r.Month, r.Branch, r.Version, r.Scenario, packCounts(r.Questions), r.Turns})
}

// AddUpQuestions adds what the questions of at most so many lately published visits of a programme did to the sums, and
// gives their number. Reading finds the same before and after.
func (v visits) AddUpQuestions(ctx context.Context, organisation, programme string, most int) (n int, err error) {
	if _, err := v.lockRollups(ctx, organisation, programme); err != nil { // a rebuild replaces both
		return 0, err
	}
	s := newSums(organisation, programme)
	err = v.eachRow(ctx, freshTaken, []any{organisation, programme, organisation, programme, most}, func(scan func(...any) error) error {
		r, packed := visit.Rollup{}, []byte(nil)
		err := scan(&r.Month, &r.Branch, &r.Version, &r.Scenario, &packed, &r.Turns)
		if err == nil {
			r.Questions, err = unpackCounts(packed)
		}
		s.addQuestions(&r)
		n++
		return err
	})
	if err != nil || n == 0 {
		return n, err
	}
	return n, v.writeQuestions(ctx, s)
}

// writeQuestions adds only what questions did.
func (v visits) writeQuestions(ctx context.Context, s *sums) error {
	parts := s.questionParts()
	if v.dialect == postgresDialect {
		v.putOff(request{query: questionsOnPostgres, args: arraysOf(parts)})
		return nil
	}
	_, err := v.eachOf(ctx, parts)
	return err
}

// FreshProgrammes are the programmes of which something is still to be added up.
func (v visits) FreshProgrammes(ctx context.Context, organisation string) (ids []string, err error) {
	return ids, v.db(ctx).Raw(freshProgrammes, organisation).Scan(&ids).Error
}

// packCounts writes questions one after the other: the length of the id, the id, the counts. Nearly all of them take a
// byte.
func packCounts(all []visit.QuestionRollup) []byte {
	b := make([]byte, 0, 48*len(all))
	for i := range all {
		b = append(binary.AppendUvarint(b, uint64(len(all[i].Question))), all[i].Question...)
		for _, n := range all[i].Counts() {
			b = binary.AppendVarint(b, *n)
		}
	}
	return b
}

// errCounts says that packed counts end too early.
var errCounts = errors.New("counts of questions are not whole")

// unpackCounts reads what packCounts wrote.
func unpackCounts(b []byte) (all []visit.QuestionRollup, err error) {
	for len(b) > 0 {
		size, at := binary.Uvarint(b)
		if at <= 0 || size > uint64(len(b)-at) { //nolint:gosec // at is no more than the length
			return nil, errCounts
		}
		q := visit.QuestionRollup{Question: string(b[at:][:size])}
		b = b[at:][size:]
		for _, n := range q.Counts() {
			count, at := binary.Varint(b)
			if at <= 0 {
				return nil, errCounts
			}
			*n, b = count, b[at:]
		}
		all = append(all, q)
	}
	return all, nil
}

// questionTotals adds up what questions did by version and question.
type questionTotals map[[2]string]*report.QuestionSum

// add adds a sum, or the packed counts of one visit with the version of the sum.
func (t questionTotals) add(sum *report.QuestionSum, packed []byte) error {
	if packed == nil {
		t.plus(sum.Version, &sum.QuestionRollup)
		return nil
	}
	all, err := unpackCounts(packed)
	for i := range all {
		t.plus(sum.Version, &all[i])
	}
	return err
}

func (t questionTotals) plus(version string, q *visit.QuestionRollup) {
	key := [2]string{version, q.Question}
	if total, ok := t[key]; ok {
		total.Add(q)
	} else {
		t[key] = &report.QuestionSum{Version: version, QuestionRollup: *q}
	}
}

// sorted gives the totals by version and question.
func (t questionTotals) sorted() []report.QuestionSum {
	all := make([]report.QuestionSum, 0, len(t))
	for _, sum := range t {
		all = append(all, *sum)
	}
	slices.SortFunc(all, func(a, b report.QuestionSum) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.Question, b.Question))
	})
	return all
}
