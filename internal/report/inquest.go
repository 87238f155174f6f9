package report

import (
	"context"
	"fmt"

	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// inquest gathers what the questions of the version in force did.
type inquest struct {
	s         *Service
	x         *study
	p         *programme.Programme
	series    map[string]string // of the definition of each question
	list      []compare.HealthQuestion
	at        map[string]int // of a question in list
	old       map[string]*former
	earlier   map[string]int              // visits that asked a question in another form
	visits    int                         // made with versions that have a question of these
	all       int                         // counted at all
	witnesses map[string]int              // questions that can decide a standard
	turns     map[string]map[string]int64 // question → branch → visits whose level hung on it
	moved     []loss
}

// former is what a version says about this one.
type former struct {
	version *visit.Checklist
	ids     []string // of its questions, in order
	same    []bool   // whether each is the same here
}

// loss is outcomes of one standard at one branch that would be others without a question.
type loss struct {
	question, branch string
	delta            compare.Counts
}

func newInquest(s *Service, x *study) *inquest {
	p := x.counted.Edition.List.Programme
	in := &inquest{
		s: s, x: x, p: p, series: programme.QuestionSeries(p), at: map[string]int{}, old: map[string]*former{},
		earlier: map[string]int{}, turns: map[string]map[string]int64{}, witnesses: map[string]int{},
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			in.at[q.ID] = len(in.list)
			in.list = append(in.list, questionOf(p, &p.Sections[i], q))
			if decides(q) {
				in.witnesses[q.Standard]++
			}
		}
	}
	for i := range in.list {
		q := &in.list[i]
		q.Alone = q.Standard != "" && (q.Scored || q.Critical) && in.witnesses[q.Standard] == 1
	}
	return in
}

// decides reports whether a question can decide the standard that it witnesses.
func decides(q *programme.Question) bool { return q.Scored() || critical(q) }

func critical(q *programme.Question) bool {
	for i := range q.Options {
		if q.Options[i].Critical != nil {
			return true
		}
	}
	return q.Critical != nil
}

// questionOf is what judging has to know of a question.
func questionOf(p *programme.Programme, sec *programme.Section, q *programme.Question) compare.HealthQuestion {
	h := compare.HealthQuestion{
		ID: q.ID, Section: sec.ID, Standard: q.Standard, Scored: q.Scored(), WowOnly: q.PossibleGood() == 0 && q.PossibleWow() > 0,
		Critical: critical(q), Twofold: programme.AsksTwoThings(q), Hidden: q.ShowIf != nil || sec.ShowIf != nil, Typed: typed(q.Kind),
		Pictured: q.Kind == programme.Photo || q.Kind == programme.Receipt,
	}
	if st, ok := p.Standard(q.Standard); ok && st.Criticality == programme.ZeroTolerance {
		h.Critical = true
	}
	return h
}

// typed reports whether an answer takes more than a tap.
func typed(k programme.Kind) bool {
	switch k {
	case programme.YesNo, programme.Choice, programme.Multi, programme.Rating, programme.LevelKind, programme.WowKind, programme.Attention:
		return false
	case programme.Number, programme.Duration, programme.Money, programme.Text, programme.Time, programme.Date, programme.Photo,
		programme.Receipt, programme.StaffName:
	}
	return true
}

// former looks at a version, once.
func (in *inquest) former(ctx context.Context, id string) (*former, error) {
	if f, ok := in.old[id]; ok {
		return f, nil
	}
	e, err := in.s.shelf.Edition(ctx, in.x.tx, studio.Version{Org: in.x.programme.Org, ID: id})
	if err != nil {
		return nil, fmt.Errorf("version %s of counted questions: %w", id, err)
	}
	f := &former{version: e.List}
	series := programme.QuestionSeries(e.List.Programme)
	for i := range e.List.Programme.Sections {
		for j := range e.List.Programme.Sections[i].Questions {
			q := e.List.Programme.Sections[i].Questions[j].ID
			f.ids = append(f.ids, q)
			f.same = append(f.same, in.series[q] != "" && in.series[q] == series[q])
		}
	}
	in.old[id] = f
	return f, nil
}

// count adds up what each question did, over the versions in which it was the same.
func (in *inquest) count(ctx context.Context) error {
	sums, err := in.x.tx.QuestionSums(ctx, in.x.programme.Org, in.query())
	if err != nil {
		return err
	}
	made, counts := map[string]int{}, map[string]map[string]*visit.QuestionRollup{}
	for i := range sums {
		r := &sums[i]
		if r.Question == visit.AllQuestions {
			made[r.Version] = int(r.Asked)
			in.all += int(r.Asked)
			continue
		}
		if counts[r.Version] == nil {
			counts[r.Version] = map[string]*visit.QuestionRollup{}
		}
		counts[r.Version][r.Question] = &r.QuestionRollup
	}
	for version, visits := range made {
		f, err := in.former(ctx, version)
		if err != nil {
			return err
		}
		in.add(f, visits, counts[version])
	}
	return nil
}

func (in *inquest) query() studio.SumQuery {
	return studio.SumQuery{Programme: in.x.programme.ID, Window: in.x.window, Scenario: in.x.query.Scenario}
}

// add adds the counts of one version.
func (in *inquest) add(f *former, visits int, counts map[string]*visit.QuestionRollup) {
	any := false
	for i, id := range f.ids {
		at, here := in.at[id]
		switch {
		case !here:
		case !f.same[i]:
			if r := counts[id]; r != nil {
				in.earlier[id] += int(r.Asked)
			}
		default:
			any = true
			a := &in.list[at].Asking
			a.Visits += visits
			if r := counts[id]; r != nil {
				addAsking(a, r)
			}
		}
	}
	if any {
		in.visits += visits
	}
}

func addAsking(a *compare.Asking, r *visit.QuestionRollup) {
	for _, c := range []struct {
		to   *int
		from int64
	}{
		{&a.Asked, r.Asked},
		{&a.NA, r.NA},
		{&a.Unseen, r.Unseen},
		{&a.Missing, r.Missing},
		{&a.Marked, r.Marked},
		{&a.Full, r.Top},
		{&a.None, r.Bottom},
		{&a.Pairs, r.Pairs},
		{&a.Logged, r.Logged},
		{&a.Changed, r.Changed},
		{&a.Returned, r.Returned},
		{&a.Noted, r.Noted},
		{&a.Timed, r.Timed},
		{&a.Levels, r.Levels},
		{&a.Outcomes, r.Outcomes},
	} {
		*c.to += int(c.from)
	}
	a.Mark, a.Mark2, a.PairMark, a.PairMark2 = a.Mark+r.Mark, a.Mark2+r.Mark2, a.PairMark+r.PairMark, a.PairMark2+r.PairMark2
	a.Rest, a.Rest2, a.Both = a.Rest+r.Rest, a.Rest2+r.Rest2, a.Both+r.Both
	a.Time, a.Time2 = a.Time+r.Time, a.Time2+r.Time2
}

// readTurns finds the branches whose visits hung on a question.
func (in *inquest) readTurns(ctx context.Context) error {
	rows, err := in.x.tx.TurnsIn(ctx, in.x.programme.Org, in.x.programme.ID, in.x.window)
	if err != nil {
		return err
	}
	deltas := map[[2]string]compare.Counts{} // question, branch
	for i := range rows {
		r := &rows[i]
		f, err := in.former(ctx, r.Version)
		if err != nil {
			return err
		}
		err = visit.EachTurn(r.Turns, func(t visit.Turn) {
			if t.Question >= len(f.ids) || !f.same[t.Question] || in.x.query.Scenario != "" && t.Scenario != in.x.query.Scenario {
				return
			}
			id := f.ids[t.Question]
			if t.Level {
				in.turn(id, r.Branch, t.Times)
			}
			if st := in.list[in.at[id]].Standard; t.From != 0 && f.version.Series[st] == in.x.counted.Standards[st].Series {
				k := [2]string{id, r.Branch}
				deltas[k] = moves(deltas[k], t)
			}
		})
		if err != nil {
			return err
		}
	}
	for k, d := range deltas {
		if d != (compare.Counts{}) {
			in.moved = append(in.moved, loss{k[0], k[1], d})
		}
	}
	in.countBranches()
	return nil
}

func (in *inquest) turn(question, branch string, times int64) {
	if in.turns[question] == nil {
		in.turns[question] = map[string]int64{}
	}
	in.turns[question][branch] += times
}

func (in *inquest) countBranches() {
	for id, branches := range in.turns {
		for _, n := range branches {
			if n > 0 {
				in.list[in.at[id]].Branches++
			}
		}
	}
}

// moves adds to the difference that leaving a question out makes to a branch's counts.
func moves(d compare.Counts, t visit.Turn) compare.Counts {
	to, from := marks[t.To], marks[t.From]
	n := int(t.Times)
	d.N, d.X = d.N+n*(to.N-from.N), d.X+n*(to.X-from.X)
	d.NWow, d.XWow = d.NWow+n*(to.NWow-from.NWow), d.XWow+n*(to.XWow-from.XWow)
	d.Partial, d.NA, d.Unknown = d.Partial+n*(to.Partial-from.Partial), d.NA+n*(to.NA-from.NA), d.Unknown+n*(to.Unknown-from.Unknown)
	return d
}

// marks is how one outcome counts, by its mark.
var marks = func() (all [256]compare.Counts) {
	for _, o := range []scoring.Outcome{
		scoring.OutcomeBelow, scoring.OutcomePartial, scoring.OutcomeGood, scoring.OutcomeWow, scoring.OutcomeNA, scoring.OutcomeUnknown,
	} {
		for _, offered := range []bool{false, true} {
			out := visit.Outcome{StandardResult: scoring.StandardResult{Outcome: o, WowOffered: offered}}
			sum := visit.CountOf(out)
			all[visit.Mark(out)] = studio.CountsOf(&sum)
		}
	}
	return all
}()

// statuses finds the branches that would be judged otherwise without a question: each question is left out of its
// standard's counts at every branch, and all branches are judged again. Without a standard's only question no branch is
// judged at all.
func (in *inquest) statuses() {
	base := in.x.counted.Input(in.p, studio.Everyone)
	base.Scores = nil
	was := map[[2]string]compare.Status{}
	judged := map[string]int{}
	for _, o := range compare.Statuses(base) {
		was[[2]string{o.Standard, o.Branch}] = o.Status
		if o.Status.Settled() || o.Status == compare.NoBreach {
			judged[o.Standard]++
		}
	}
	for i := range in.list {
		if q := &in.list[i]; q.Alone {
			q.StatusBranches = judged[q.Standard]
		}
	}
	for _, o := range compare.Statuses(in.without(base)) {
		q := &in.list[in.at[o.Standard]]
		if o.Status != was[[2]string{q.Standard, o.Branch}] {
			q.StatusBranches++
		}
	}
}

// without is one standard for each question that anything hung on: that question's own, counted without it, under the
// question's id.
func (in *inquest) without(base compare.Input) compare.Input {
	out := base
	out.Standards, out.Shares = nil, nil
	known := map[string]bool{}
	for i := range base.Branches {
		known[base.Branches[i].ID] = true
	}
	asked := map[string]bool{}
	for _, m := range in.moved {
		if known[m.branch] {
			asked[m.question] = true
			out.Shares = append(out.Shares, compare.ShareCell{Branch: m.branch, Standard: m.question, Counts: m.delta})
		}
	}
	cells := map[string][]compare.ShareCell{}
	for _, c := range base.Shares {
		cells[c.Standard] = append(cells[c.Standard], c)
	}
	standards := map[string]compare.Standard{}
	for _, st := range base.Standards {
		standards[st.ID] = st
	}
	for i := range in.list {
		q := &in.list[i]
		st, ok := standards[q.Standard]
		if !ok || !asked[q.ID] {
			continue
		}
		for _, c := range cells[q.Standard] {
			c.Standard = q.ID
			out.Shares = append(out.Shares, c)
		}
		st.ID = q.ID
		out.Standards = append(out.Standards, st)
	}
	return out
}

// published counts the visits of the window that were published, counted here or not.
func (in *inquest) published() (n int) {
	for i := range in.x.counted.Sums.Cells {
		n += int(in.x.counted.Sums.Cells[i].N + in.x.counted.Sums.Cells[i].Unscored)
	}
	return n + int(in.x.counted.Score.Apart)
}

// unwitnessed lists standards of which no visit can say, or none did say, whether they were met.
func (in *inquest) unwitnessed() (all []Unwitnessed) {
	met := map[string]int{}
	for i := range in.x.counted.Sums.Standards {
		r := &in.x.counted.Sums.Standards[i]
		met[r.Standard] += int(r.N)
	}
	for i := range in.p.Standards {
		st := &in.p.Standards[i]
		switch {
		case in.witnesses[st.ID] == 0:
			all = append(all, Unwitnessed{st.ID, st.Title, "No question with points or a critical answer asks about it, so it is never met or missed."})
		case met[st.ID] == 0 && in.visits >= compare.HealthVisits:
			all = append(all, Unwitnessed{st.ID, st.Title, fmt.Sprintf("In %d visits its questions were never answered in a way that tells.", in.visits)})
		}
	}
	return all
}
