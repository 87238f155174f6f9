package report

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Rebuilt is what making all rollups again found.
type Rebuilt struct {
	Visits      int // published visits looked at
	Rows        int // rollup rows that there should be
	Differences []Difference
	More        int  // differences beyond MaxDifferences, counted only
	Fixed       bool // rollups were replaced
}

// Clean reports that everything stored is what the reports give.
func (r *Rebuilt) Clean() bool { return len(r.Differences) == 0 }

// MaxDifferences is how many differences are told one by one.
const MaxDifferences = 1000

// Kind of a difference.
type Kind string

// The kinds. A rollup can be made again from reports at any time; a score or an outcome that is not what its answers
// give was changed behind the product's back, and only a person can say which of the two is right.
const (
	RollupKind Kind = "rollup"
	ScoreKind  Kind = "score"
)

// Difference is one thing that is not as it should be.
type Difference struct {
	Kind      Kind
	Programme string // key
	Thing     string // visit id, or the key of a rollup row
	Message   string // a whole sentence
}

// rebuilding is how often a programme is read again when visits were published meanwhile.
const rebuilding = 3

// Rebuild scores every published report of an organisation again under its own version, compares that with what was
// stored, makes the rollups again and compares them with those stored. With fix it replaces the rollups, all in one
// transaction. Stored scores are never changed.
func (s *Service) Rebuild(ctx context.Context, org string, fix bool) (Rebuilt, error) {
	if fix {
		return s.rebuildAndFix(ctx, org)
	}
	var all []studio.Programme
	err := s.repo.View(ctx, org, func(tx Tx) (err error) {
		all, err = tx.Programmes(ctx, org)
		return err
	})
	var out Rebuilt
	for i := range all {
		if err == nil {
			err = s.check(ctx, org, &all[i], &out)
		}
	}
	return out, wrap("rebuild", err)
}

// check looks at one programme. A visit published while it reads would look like a difference, so that it reads again.
func (s *Service) check(ctx context.Context, org string, p *studio.Programme, out *Rebuilt) error {
	for range rebuilding {
		b := newBook(p)
		var before, after studio.Programme
		err := s.repo.View(ctx, org, func(tx Tx) (err error) {
			if before, err = tx.Programme(ctx, org, p.ID); err != nil {
				return err
			}
			if err = b.read(ctx, tx, s.shelf); err != nil {
				return err
			}
			after, err = tx.Programme(ctx, org, p.ID)
			return err
		})
		if err != nil {
			return err
		}
		if before.DataRev == after.DataRev {
			b.report(out)
			return nil
		}
	}
	return fault.New(fault.Busy, "Visits are being published faster than they can be checked. Try again in a quieter minute.")
}

func (s *Service) rebuildAndFix(ctx context.Context, org string) (out Rebuilt, err error) {
	err = s.repo.InTx(ctx, org, func(tx Tx) error {
		all, err := tx.Programmes(ctx, org)
		if err != nil {
			return err
		}
		for i := range all {
			if _, err := tx.Lock(ctx, org, all[i].ID); err != nil {
				return err
			}
			b := newBook(&all[i])
			if err := b.read(ctx, tx, s.shelf); err != nil {
				return err
			}
			if b.report(&out) {
				out.Fixed = true
				if err := tx.ReplaceRollups(ctx, org, all[i].ID, b.rows()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, wrap("rebuild", err)
}

// book holds the rollups of one programme twice: as they should be and as they are stored.
type book struct {
	programme *studio.Programme
	visits    int
	places    map[string]*visit.Place
	should    entries
	stored    entries
	found     []Difference
}

// entries are rollup rows by key.
type entries struct {
	cells     map[entryKey]visit.CellRollup
	standards map[entryKey]visit.StandardRollup
	facts     map[string]fact // by visit
	questions map[questionKey]visit.QuestionRollup
	turns     map[turnKey]int64
}

// fact is a single visit among the sums, with how often it is there.
type fact struct {
	branch, month, shopper, scenario string
	visit.Fact
	times int
}

// entryKey is the key of a rollup row; a cell has a shopper and no standard, a standard row the other way round.
type entryKey struct{ branch, shopper, scenario, month, standard, series string }

// String names a row for the person who reads the difference; a shopper's id is no part of it.
func (k entryKey) String() string {
	if k.standard == "" {
		return fmt.Sprintf("scores of branch %s, %s, scenario %s, series %s", k.branch, k.month, k.scenario, k.series)
	}
	return fmt.Sprintf("standard %s at branch %s, %s, scenario %s, series %s", k.standard, k.branch, k.month, k.scenario, k.series)
}

func newBook(p *studio.Programme) *book {
	return &book{programme: p, places: map[string]*visit.Place{}, should: newEntries(), stored: newEntries()}
}

func newEntries() entries {
	return entries{
		cells: map[entryKey]visit.CellRollup{}, standards: map[entryKey]visit.StandardRollup{}, facts: map[string]fact{},
		questions: map[questionKey]visit.QuestionRollup{}, turns: map[turnKey]int64{},
	}
}

// pageSize is how many visits are held in memory at once.
const pageSize = 500

// read goes through the published visits, then through the stored rows.
func (b *book) read(ctx context.Context, tx Tx, shelf *studio.Shelf) error {
	var after studio.Mark
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := tx.Sealed(ctx, b.programme.Org, b.programme.ID, after, pageSize)
		if err != nil {
			return err
		}
		for i := range page {
			e, err := shelf.Edition(ctx, tx, studio.Version{Org: b.programme.Org, ID: page[i].Version})
			if err != nil {
				return fmt.Errorf("version of visit %s: %w", page[i].ID, err)
			}
			if err := b.add(ctx, tx, &page[i], e.List); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			break
		}
		after = studio.Mark{Month: page[len(page)-1].Month, ID: page[len(page)-1].ID}
	}
	return b.load(ctx, tx)
}

// add takes one visit: checks its score, and adds what it brings to the rollups by what was published of it.
func (b *book) add(ctx context.Context, tx Tx, v *Sealed, list *visit.Checklist) error {
	var res scoring.Result
	if err := json.Unmarshal(v.Report.Result, &res); err != nil {
		return fmt.Errorf("result of visit %s: %w", v.ID, err)
	}
	b.visits++
	place, err := b.place(ctx, tx, v.Branch)
	if err != nil {
		return err
	}
	facts := place.Context(v.Scenario)
	if v.Report.Context != nil {
		facts = *v.Report.Context
	}
	again := list.Scoring.Score(scoring.Input{Context: facts, Answers: answers(list.Programme, v.Report.Answers)})
	b.judge(v, list, &res, &again)
	st := visit.Stored{
		Visit: &v.Visit, Report: &v.Report, Place: *place, List: list, Result: &res, Outcomes: v.Outcomes, Ops: v.Ops, Notes: v.Notes,
	}
	return b.should.add(st.Rollup(1))
}

// place finds a branch, once.
func (b *book) place(ctx context.Context, tx Tx, branch string) (*visit.Place, error) {
	if p, ok := b.places[branch]; ok {
		return p, nil
	}
	p, err := tx.Place(ctx, b.programme.Org, branch)
	b.places[branch] = &p
	return &p, err
}

// judge compares what was stored of a visit with what its answers give.
func (b *book) judge(v *Sealed, list *visit.Checklist, res, again *scoring.Result) {
	if !equal(v.Score, res.BaseBP) || !equal(v.Final, res.FinalBP) || v.Level != res.Level {
		b.say(ScoreKind, v.ID, "The score in the visit's row is not the one in its report.")
	}
	if !equal(res.BaseBP, again.BaseBP) || !equal(res.FinalBP, again.FinalBP) || res.Level != again.Level {
		b.say(ScoreKind, v.ID, fmt.Sprintf("Its answers give %s (%s), but %s (%s) was published. If the branch's features were changed since, that is why.",
			or(percent(again.FinalBP), "no score"), again.Level.Words(), or(percent(res.FinalBP), "no score"), res.Level.Words()))
	}
	stored := map[string]visit.Outcome{}
	for _, o := range v.Outcomes {
		stored[o.Standard] = o
	}
	for _, want := range res.Standards {
		got, ok := stored[want.Standard]
		if !ok || got.StandardResult != want || got.Series != list.Series[want.Standard] {
			b.say(ScoreKind, v.ID, fmt.Sprintf("The outcome stored for standard %s is not the one in its report.", want.Standard))
		}
	}
	if len(v.Outcomes) != len(res.Standards) {
		b.say(ScoreKind, v.ID, fmt.Sprintf("It has outcomes for %d standards; its checklist has %d.", len(v.Outcomes), len(res.Standards)))
	}
}

func (b *book) say(kind Kind, thing, message string) {
	b.found = append(b.found, Difference{Kind: kind, Programme: b.programme.Key, Thing: thing, Message: message})
}

// add adds one visit's rollup.
func (e entries) add(r visit.Rollup) error {
	key := entryKey{branch: r.Branch, scenario: r.Scenario, month: r.Month}
	for _, s := range r.Standards {
		k := key
		k.standard, k.series = s.Standard, s.Series
		e.standards[k] = plusStandard(e.standards[k], s)
	}
	if r.Cell != (visit.CellRollup{}) {
		key.shopper, key.series = r.Shopper, r.Cell.Series
		e.cells[key] = plusCell(e.cells[key], r.Cell)
	}
	if id := r.Fact.Visit; id != "" {
		e.facts[id] = fact{r.Branch, r.Month, r.Shopper, r.Scenario, r.Fact, e.facts[id].times + 1}
	}
	return e.addQuestions(&r)
}

func plusCell(a, b visit.CellRollup) visit.CellRollup {
	return visit.CellRollup{
		Series: b.Series, N: a.N + b.N, SumBP: a.SumBP + b.SumBP, SumBP2: a.SumBP2 + b.SumBP2, Unscored: a.Unscored + b.Unscored,
		SumPenalty: a.SumPenalty + b.SumPenalty, Caps: a.Caps + b.Caps, Zeros: a.Zeros + b.Zeros, Breaches: a.Breaches + b.Breaches,
	}
}

func plusStandard(a, b visit.StandardRollup) visit.StandardRollup {
	return visit.StandardRollup{
		Standard: b.Standard, Series: b.Series, N: a.N + b.N, X: a.X + b.X, NWow: a.NWow + b.NWow, XWow: a.XWow + b.XWow,
		Partial: a.Partial + b.Partial, NA: a.NA + b.NA, Unknown: a.Unknown + b.Unknown, W: a.W + b.W, WR: a.WR + b.WR,
	}
}

// load reads the stored rows.
func (b *book) load(ctx context.Context, tx Tx) error {
	cells, err := tx.Cells(ctx, b.programme.Org, b.programme.ID)
	if err != nil {
		return err
	}
	standards, err := tx.Standards(ctx, b.programme.Org, b.programme.ID)
	if err != nil {
		return err
	}
	facts, err := tx.Facts(ctx, b.programme.Org, b.programme.ID)
	if err != nil {
		return err
	}
	questions, err := tx.Questions(ctx, b.programme.Org, b.programme.ID)
	if err != nil {
		return err
	}
	turns, err := tx.Turns(ctx, b.programme.Org, b.programme.ID)
	for _, r := range slices.Concat(cells, standards, facts, questions, turns) {
		if err == nil {
			err = b.stored.add(r)
		}
	}
	return err
}

// report adds the differences to a result; true when the rollups are wrong.
func (b *book) report(out *Rebuilt) (wrong bool) {
	before := len(b.found)
	differ(b, b.should.cells, b.stored.cells, func(c visit.CellRollup) visit.CellRollup { c.Series = ""; return c })
	differ(b, b.should.standards, b.stored.standards, func(s visit.StandardRollup) visit.StandardRollup { s.Standard, s.Series = "", ""; return s })
	b.differFacts()
	b.differQuestions()
	wrong = len(b.found) > before
	out.Visits += b.visits
	out.Rows += len(b.should.cells) + len(b.should.standards) + len(b.should.facts) + len(b.should.questions) + len(b.should.turns)
	room := max(0, MaxDifferences-len(out.Differences))
	out.Differences = append(out.Differences, b.found[:min(room, len(b.found))]...)
	out.More += max(0, len(b.found)-room)
	return wrong
}

// differ compares rows by key, in a fixed order. bare takes the key out of a row: a row in which only the key is left
// says the same as no row, which is what stays when a visit is set aside.
func differ[R comparable](b *book, should, stored map[entryKey]R, bare func(R) R) {
	keys := map[entryKey]bool{}
	for k := range should {
		keys[k] = true
	}
	for k := range stored {
		keys[k] = true
	}
	sorted := make([]entryKey, 0, len(keys))
	for k := range keys {
		if bare(should[k]) != bare(stored[k]) {
			sorted = append(sorted, k)
		}
	}
	slices.SortFunc(sorted, func(x, y entryKey) int {
		return cmp.Or(cmp.Compare(x.String(), y.String()), cmp.Compare(x.shopper, y.shopper))
	})
	for _, k := range sorted {
		b.say(RollupKind, k.String(), fmt.Sprintf("The reports give %+v; stored is %+v.", bare(should[k]), bare(stored[k])))
	}
}

// differFacts compares single visits among the sums. Who made them is compared and not told.
func (b *book) differFacts() {
	var wrong []string
	for id, f := range b.should.facts {
		if b.stored.facts[id] != f {
			wrong = append(wrong, id)
		}
	}
	for id := range b.stored.facts {
		if _, ok := b.should.facts[id]; !ok {
			wrong = append(wrong, id)
		}
	}
	slices.Sort(wrong)
	for _, id := range wrong {
		should, stored := b.should.facts[id], b.stored.facts[id]
		switch {
		case stored.times == 0:
			b.say(RollupKind, id, "This visit is not among the single visits that comparison reads.")
		case should.times == 0:
			b.say(RollupKind, id, "This visit is among the single visits that comparison reads, though it is not published, or has no score.")
		default:
			b.say(RollupKind, id, "What comparison reads of this visit is not what its report gives.")
		}
	}
}

// rows gives the rollups as they should be, in a fixed order.
func (b *book) rows() []visit.Rollup {
	all := make([]visit.Rollup, 0, len(b.should.cells)+len(b.should.standards)+len(b.should.facts))
	for _, f := range b.should.facts {
		all = append(all, visit.Rollup{
			Programme: b.programme.ID, Branch: f.branch, Shopper: f.shopper, Scenario: f.scenario, Month: f.month, Fact: f.Fact,
		})
	}
	for k, c := range b.should.cells {
		all = append(all, b.row(k, visit.Rollup{Cell: c}))
	}
	for k, s := range b.should.standards {
		all = append(all, b.row(k, visit.Rollup{Standards: []visit.StandardRollup{s}}))
	}
	all = append(all, b.questionRows()...)
	slices.SortFunc(all, func(x, y visit.Rollup) int {
		return cmp.Or(cmp.Compare(x.Month, y.Month), cmp.Compare(x.Branch, y.Branch), cmp.Compare(x.Scenario, y.Scenario),
			cmp.Compare(x.Shopper, y.Shopper), cmp.Compare(len(x.Standards), len(y.Standards)), cmp.Compare(nameOf(x), nameOf(y)), cmp.Compare(x.Fact.Visit, y.Fact.Visit),
			cmp.Compare(x.Version, y.Version), cmp.Compare(x.Turns, y.Turns))
	})
	return all
}

func (b *book) row(k entryKey, r visit.Rollup) visit.Rollup {
	r.Programme, r.Branch, r.Shopper, r.Scenario, r.Month = b.programme.ID, k.branch, k.shopper, k.scenario, k.month
	return r
}

// nameOf is what tells rows of the same place and month apart.
func nameOf(r visit.Rollup) string {
	if len(r.Standards) == 0 {
		return r.Cell.Series
	}
	return r.Standards[0].Standard + " " + r.Standards[0].Series
}
