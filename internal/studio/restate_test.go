package studio_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// garden is a checklist with something of everything that changes a score.
const garden = `format: plainclothes/programme/v1
programme: garden-rooms
name: Garden rooms
trade: cafés
features: [garden]
visit: {minutes: 30, report_due_hours: 24, fee: 12, reimburse_up_to: 8, rotation_days: 60, visits_per_branch: 1, wave: monthly}
scenarios:
  guest: {title: Guest, share: 70, brief: Drink a cup of tea at a table.}
  takeaway: {title: Takeaway, share: 30, brief: Take a cup of tea with you.}
scoring: {wow_policy: separate, min_completeness: 60}
levels: {good: {min_score: 70}, wow: {min_score: 85, min_wow_share: 50}}
standards:
  K1: {title: Greeting, good: A word., wow: By name., good_target: 70, wow_target: 30}
  K2: {title: Order, good: Repeated., good_target: 60, partial_share: 30}
  K3: {title: Table, good: Clean., wow: Flowers., good_target: 75, wow_target: 20, criticality: major}
sections:
- id: A
  title: Coming in
  questions:
  - {id: A1, kind: yes_no, text: Were you greeted, standard: K1, points: 3, na_allowed: true, critical: {when: ['no'], cap_visit: 65}}
  - {id: A2, kind: rating, text: How friendly, standard: K1, scale: [1, 5], points: 4, show_if: "A1 == 'yes'"}
  - {id: A3, kind: wow, text: By name, standard: K1, wow: {text: By name, points: 2}}
  - {id: A4, kind: duration, text: How long, unit: s, standard: K2, bands: [{up_to: 60, points: 3}, {up_to: 180, points: 1}, {points: 0}]}
- id: B
  title: The order
  questions:
  - {id: B1, kind: choice, text: Was it repeated, standard: K2, options: [{code: full, label: In full, points: 4}, {code: part, label: In part, points: 2}, {code: none, label: Not at all, points: 0, critical: {flag: true}}]}
  - {id: B2, kind: multi, text: What was offered, cap: 3, options: [{code: cake, label: Cake, points: 2}, {code: milk, label: Milk, points: 1}, {code: nothing, label: Nothing, points: 0, exclusive: true}]}
  - {id: B3, kind: money, text: What did it cost, bands: [{up_to: 5, points: 1}, {points: 0}], required: false}
- id: C
  title: The table
  show_if: "scenario == 'guest' && branch.garden"
  questions:
  - {id: C1, kind: level, text: How was the table, standard: K3, below: Dirty, good: {text: Clean, points: 3}, wow: {text: Flowers, points: 2}}
  - {id: C2, kind: yes_no, text: Was it shaky, standard: K3, points: 1, reverse: true, critical: {when: ['yes'], zero_section: C}}
  - {id: C3, kind: yes_no, text: Would you come again, points: 2, critical: {when: ['no'], fail_visit: true}, show_if: "C1 != 'below'"}
`

// possible are answers in wire form that a question of the garden checklist may get.
var possible = map[string][]string{
	"A1": {`"yes"`, `"yes"`, `"yes"`, `"no"`, `"na"`, `"not_observed"`},
	"A2": {`1`, `2`, `3`, `4`, `5`, `5`},
	"A3": {`"yes"`, `"no"`},
	"A4": {`20`, `90`, `60`, `400`, `"not_observed"`},
	"B1": {`"full"`, `"full"`, `"part"`, `"none"`},
	"B2": {`["cake"]`, `["milk","cake"]`, `["nothing"]`, `[]`},
	"B3": {`4.5`, `7`},
	"C1": {`"below"`, `"good"`, `"wow"`},
	"C2": {`"yes"`, `"no"`, `"no"`},
	"C3": {`"yes"`, `"yes"`, `"no"`},
}

// gardenVisits are random visits to all branches; now and then a question has no answer.
func gardenVisits(w *worldtest.World, n int) []worldtest.Made {
	luck := w.Luck()
	var all []worldtest.Made
	for i := range n {
		m := worldtest.Made{
			Branch: w.Branches[i%len(w.Branches)], Scenario: []string{"guest", "takeaway"}[luck.IntN(2)],
			On: fmt.Sprintf("2026-%02d-%02d", 7+luck.IntN(4), 1+luck.IntN(28)), Hour: 12, Shopper: w.Shoppers[0], Answers: map[string]string{},
		}
		for _, id := range slices.Sorted(maps.Keys(possible)) {
			if luck.IntN(12) > 0 {
				m.Answers[id] = possible[id][luck.IntN(len(possible[id]))]
			}
		}
		all = append(all, m)
	}
	return all
}

// TestWhatIfIsARealRescoringOfACopy compares what-if with an organisation in which the draft was in force all the time
// and every visit went its ordinary way.
func TestWhatIfIsARealRescoringOfACopy(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := worldtest.New(t, s, 9)
		w.Publish(garden, "The first version.", "2025-01-01")
		made := gardenVisits(w, 135)
		ids := w.Visits(made)
		drafts := rapid.Custom(drawDraft)
		rescored, times := 0, 16
		if s.Dialect() == "postgres" {
			times = 4
		}
		for seed := range times {
			draft := drafts.Example(seed)
			in, err := w.Studio.Import(t.Context(), w.Owner, draft.Export())
			if err != nil {
				t.Fatalf("draft %d: %v", seed, err)
			}
			if in.Same { // nothing that was tried made a sound checklist
				continue
			}
			got, err := w.Studio.WhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{From: "2026-07", To: "2026-10"}, nil)
			if err != nil {
				t.Fatalf("draft %d: %v", seed, err)
			}
			rescored += min(got.Rescored, 1)
			c := restated{t: t, seed: seed, was: w, got: &got, draft: draft, wasIDs: ids}
			c.is, c.isIDs = copied(t, w, draft, made)
			c.scores()
			c.standards()
			c.adds()
			if t.Failed() {
				t.Fatalf("draft %d differs so:\n%s", seed, strings.Join(slices.Concat(got.Difference.Targets, got.Difference.Definitions, got.Difference.Words), "\n"))
			}
		}
		if rescored < times/2 {
			t.Errorf("only %d of %d drafts changed scores", rescored, times)
		}
	})
}

// copied is an organisation of the same branches and visits in which the draft was published from the beginning. Old
// answers that it cannot read are left out, as they are when a report is brought in.
func copied(t *testing.T, w *worldtest.World, draft *programme.Programme, made []worldtest.Made) (*worldtest.World, []string) {
	t.Helper()
	x := worldtest.New(t, w.Store, len(w.Branches))
	x.Publish(string(draft.Export()), "The draft.", "2025-01-01")
	all := slices.Clone(made)
	for i := range all {
		all[i].Branch, all[i].Shopper, all[i].Answers = x.Branches[i%len(x.Branches)], x.Shoppers[0], map[string]string{}
		for id, wire := range made[i].Answers {
			if q, _, ok := x.List.Programme.Question(id); ok {
				if _, err := programme.ParseAnswer(q, json.RawMessage(wire)); err == nil {
					all[i].Answers[id] = wire
				}
			}
		}
	}
	return x, x.Visits(all)
}

// restated is one comparison.
type restated struct {
	t       *testing.T
	seed    int
	was, is *worldtest.World
	wasIDs  []string // of the visits, in the order in which they were made
	isIDs   []string
	got     *studio.WhatIf
	draft   *programme.Programme
}

// stored is what the database says of one visit.
type stored struct {
	branch, month string
	score         int // -1: none
	level         scoring.Level
}

// visitsOf reads visits in the order in which they were made.
func (c *restated) visitsOf(w *worldtest.World, ids []string) []stored {
	c.t.Helper()
	where := "$1"
	if w.Store.Dialect() != "postgres" {
		where = "?"
	}
	tx, err := w.Store.Pool().BeginTx(c.t.Context(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if w.Store.Dialect() == "postgres" {
		if _, err := tx.ExecContext(c.t.Context(), `SELECT set_config('app.org_id', $1, true)`, w.Org); err != nil {
			c.t.Fatal(err)
		}
	}
	rows, err := tx.QueryContext(c.t.Context(), `SELECT CAST(v.id AS text), b.code, v.month, CASE WHEN v.base_bp IS NULL OR v.level = 'not_scorable' THEN -1 ELSE v.base_bp END, v.level
 FROM visits v JOIN branches b ON b.org_id = v.org_id AND b.id = v.branch_id WHERE v.org_id = `+where, w.Org)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	by := map[string]stored{}
	for rows.Next() {
		var x stored
		var id string
		if err := rows.Scan(&id, &x.branch, &x.month, &x.score, &x.level); err != nil {
			c.t.Fatal(err)
		}
		by[id] = x
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	all := make([]stored, len(ids))
	for i, id := range ids {
		all[i] = by[id]
	}
	return all
}

// scoresOf leaves the rest.
func scoresOf(all []stored) (scores []int) {
	for _, x := range all {
		scores = append(scores, x.score)
	}
	return scores
}

// same compares one thing.
func (c *restated) same(what string, want, got any) {
	c.t.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(programme.Programme{})); diff != "" {
		c.t.Errorf("draft %d, %s (-copy +what-if):\n%s", c.seed, what, diff)
	}
}

// scores compares scores, levels and months, visit by visit added up.
func (c *restated) scores() {
	c.t.Helper()
	if c.got.Rescored == 0 {
		c.same("visits without a change of score", scoresOf(c.visitsOf(c.was, c.wasIDs)), scoresOf(c.visitsOf(c.is, c.isIDs)))
		return
	}
	was, is := c.visitsOf(c.was, c.wasIDs), c.visitsOf(c.is, c.isIDs)
	levels := map[[2]scoring.Level]int{}
	var want studio.ScoreMove
	var before, after int64
	months := map[string]*studio.MonthMove{}
	for i := range was {
		if was[i].branch != is[i].branch || was[i].month != is[i].month {
			c.t.Fatalf("visit %d is at %s and %s", i, was[i].branch, is[i].branch)
		}
		m := months[was[i].month]
		if m == nil {
			m = &studio.MonthMove{Month: was[i].month}
			months[was[i].month] = m
		}
		if was[i].level != is[i].level {
			levels[[2]scoring.Level{was[i].level, is[i].level}]++
		}
		if was[i].score >= 0 {
			m.Was = studio.Mean{N: m.Was.N + 1, Sum: m.Was.Sum + int64(was[i].score)}
		}
		if is[i].score >= 0 {
			m.Is = studio.Mean{N: m.Is.N + 1, Sum: m.Is.Sum + int64(is[i].score)}
		}
		switch {
		case was[i].score >= 0 && is[i].score >= 0:
			want.Visits++
			before, after = before+int64(was[i].score), after+int64(is[i].score)
		case was[i].score >= 0:
			want.Unscored++
		case is[i].score >= 0:
			want.Gained++
		}
	}
	want.Moved = after - before
	want.WasBP, _ = studio.Mean{N: want.Visits, Sum: before}.Value()
	want.IsBP, _ = studio.Mean{N: want.Visits, Sum: after}.Value()
	c.same("score", want, c.got.Score)
	moves := map[[2]scoring.Level]int{}
	for _, m := range c.got.Levels {
		moves[[2]scoring.Level{m.From, m.To}] += m.Visits
	}
	c.same("levels", levels, moves)
	for _, m := range c.got.Months {
		w := months[m.Month]
		if w == nil {
			w = &studio.MonthMove{Month: m.Month}
		}
		c.same("month "+m.Month, [2]studio.Mean{w.Was, w.Is}, [2]studio.Mean{m.Was, m.Is})
	}
}

// judged is how the ordinary path judges an organisation, by branch code.
func judged(t *testing.T, w *worldtest.World) (map[[2]string]compare.Status, []compare.Summary) {
	t.Helper()
	var out []compare.Outcome
	var standards []compare.Standard
	code := map[string]string{}
	err := w.Store.Studio().View(t.Context(), w.Org, func(tx studio.Tx) error {
		of := studio.Counts{Programme: w.Programme, Window: studio.Window{From: "2026-07", To: "2026-10"}, Today: "2026-11-21"}
		counted, err := studio.Count(t.Context(), tx, studio.NewShelf(), of)
		if err != nil {
			return err
		}
		in := counted.Input(counted.Edition.List.Programme, studio.Everyone)
		out, standards = compare.Statuses(in), in.Standards
		for _, b := range counted.Branches {
			code[b.ID] = b.Code
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	states := map[[2]string]compare.Status{}
	for _, o := range out {
		states[[2]string{code[o.Branch], o.Standard}] = o.Status
	}
	return states, compare.Summarise(standards, out)
}

// standards compares counts and states.
func (c *restated) standards() {
	c.t.Helper()
	was, _ := judged(c.t, c.was)
	is, sums := judged(c.t, c.is)
	untold := map[string]bool{}
	for i, want := range sums {
		c.same("standard "+want.Standard, want, c.got.Standards[i].Is)
		untold[want.Standard] = !c.got.Standards[i].Told()
	}
	code := map[string]string{}
	for _, b := range c.was.Branches {
		code[b.ID] = b.Code
	}
	changes, told := map[[2]string][2]compare.Status{}, map[[2]string][2]compare.Status{}
	for k, from := range was {
		if _, both := c.draft.Standard(k[1]); both && is[k] != from && !untold[k[1]] {
			changes[k] = [2]compare.Status{from, is[k]}
		}
	}
	for _, s := range c.got.Statuses {
		told[[2]string{code[s.Branch], s.Standard}] = [2]compare.Status{s.From, s.To}
	}
	c.same("states", changes, told)
}

// adds checks that what the causes do and what is left make the whole.
func (c *restated) adds() {
	c.t.Helper()
	moved := c.got.Together.Moved
	for _, x := range c.got.Causes {
		moved += x.Moved
		if x.Releveled > c.got.Releveled || x.Verdicts > len(c.got.Statuses) {
			c.t.Errorf("draft %d: %s %s explains more than there is", c.seed, x.Kind, x.ID)
		}
	}
	if moved != c.got.Score.Moved {
		c.t.Errorf("draft %d: causes move %d, the whole %d", c.seed, moved, c.got.Score.Moved)
	}
	scored := slices.DeleteFunc(slices.Clone(c.got.Causes), func(x studio.Cause) bool { return x.Kind == studio.TargetCause })
	if len(scored) == 1 && (scored[0].Moved != c.got.Score.Moved || scored[0].Releveled != c.got.Releveled || c.got.Together.Releveled != 0) {
		c.t.Errorf("draft %d: the only cause moves %d of %d, %d of %d levels", c.seed, scored[0].Moved, c.got.Score.Moved, scored[0].Releveled, c.got.Releveled)
	}
	if len(scored) == 0 && c.got.Rescored > 0 {
		c.t.Errorf("draft %d was scored again for nothing", c.seed)
	}
}

// drawDraft changes the garden checklist at random; only what the file format allows comes out.
func drawDraft(t *rapid.T) *programme.Programme {
	p, _ := programme.Parse([]byte(garden))
	for range rapid.IntRange(1, 5).Draw(t, "changes") {
		next, _ := programme.FromCanonical(p.Canonical())
		rapid.SampledFrom(mutations).Draw(t, "change")(t, next)
		if sound, err := programme.FromCanonical(next.Canonical()); err == nil {
			p = sound
		}
	}
	return p
}

func anyQuestion(t *rapid.T, p *programme.Programme) *programme.Question {
	s := &p.Sections[rapid.IntRange(0, len(p.Sections)-1).Draw(t, "section")]
	if len(s.Questions) == 0 {
		return &programme.Question{}
	}
	return &s.Questions[rapid.IntRange(0, len(s.Questions)-1).Draw(t, "question")]
}

func somePoints(t *rapid.T) programme.Points {
	return programme.Points(rapid.IntRange(0, 600).Draw(t, "points"))
}

func basis(t *rapid.T) int { return 100 * rapid.IntRange(0, 100).Draw(t, "percent") }

// mutations are the ways in which a draft may differ. What a kind does not have stays as it is.
var mutations = []func(t *rapid.T, p *programme.Programme){
	func(t *rapid.T, p *programme.Programme) { // points
		q := anyQuestion(t, p)
		switch {
		case len(q.Options) > 0:
			q.Options[rapid.IntRange(0, len(q.Options)-1).Draw(t, "option")].Points = somePoints(t)
		case len(q.Bands) > 0:
			q.Bands[0].Points = somePoints(t)
		case q.Kind == programme.LevelKind:
			q.Good.Points, q.Wow.Points = somePoints(t), somePoints(t)
		case q.Kind == programme.WowKind:
			q.Wow.Points = somePoints(t)
		default:
			q.Points = somePoints(t)
		}
	},
	func(t *rapid.T, p *programme.Programme) { // options
		q := anyQuestion(t, p)
		if len(q.Options) > 1 && rapid.Bool().Draw(t, "remove") {
			q.Options = slices.Delete(q.Options, 0, 1)
		} else if len(q.Options) > 0 {
			q.Options = append(q.Options, programme.Option{Code: "more", Label: "More", Points: somePoints(t), HasPoints: true})
		}
	},
	func(t *rapid.T, p *programme.Programme) { // bands
		if q := anyQuestion(t, p); len(q.Bands) > 0 {
			q.Bands[0].UpTo = programme.Decimal(rapid.IntRange(1, 100).Draw(t, "limit")) * programme.DecimalOne
		}
	},
	func(t *rapid.T, p *programme.Programme) { // conditions
		source := rapid.SampledFrom([]string{"A1 == 'yes'", "A1 != 'yes'", "scenario == 'takeaway'", "branch.garden", "A2 >= 3 || A4 < 100", "B1 in ['full', 'part']", ""}).Draw(t, "condition")
		var c *programme.Condition
		if source != "" {
			c = &programme.Condition{Source: source}
		}
		if rapid.Bool().Draw(t, "of a section") {
			p.Sections[rapid.IntRange(0, len(p.Sections)-1).Draw(t, "section")].ShowIf = c
		} else {
			anyQuestion(t, p).ShowIf = c
		}
	},
	func(t *rapid.T, p *programme.Programme) { // a question goes
		s := &p.Sections[rapid.IntRange(0, len(p.Sections)-1).Draw(t, "section")]
		if n := len(s.Questions); n > 1 {
			at := rapid.IntRange(0, n-1).Draw(t, "question")
			s.Questions = slices.Delete(s.Questions, at, at+1)
		}
	},
	func(t *rapid.T, p *programme.Programme) { // a question comes
		s := &p.Sections[rapid.IntRange(0, len(p.Sections)-1).Draw(t, "section")]
		s.Questions = slices.Insert(s.Questions, rapid.IntRange(0, len(s.Questions)).Draw(t, "place"), programme.Question{
			ID: fmt.Sprintf("N%d", rapid.IntRange(1, 9).Draw(t, "id")), Kind: programme.YesNo, Text: "Is it new", Points: somePoints(t), HasPoints: true,
			Standard: rapid.SampledFrom([]string{"", "K1", "K2", "K3"}).Draw(t, "standard"), Required: true,
		})
	},
	func(t *rapid.T, p *programme.Programme) { // a question moves
		from, to := rapid.IntRange(0, len(p.Sections)-1).Draw(t, "from"), rapid.IntRange(0, len(p.Sections)-1).Draw(t, "to")
		if n := len(p.Sections[from].Questions); n > 1 {
			q := p.Sections[from].Questions[n-1]
			p.Sections[from].Questions = p.Sections[from].Questions[:n-1]
			p.Sections[to].Questions = append(p.Sections[to].Questions, q)
		}
	},
	func(t *rapid.T, p *programme.Programme) { // weights
		p.Policy.Weights = nil
		for _, s := range p.Sections {
			p.Policy.Weights = append(p.Policy.Weights, programme.SectionWeight{Section: s.ID, Weight: rapid.IntRange(0, 20).Draw(t, "weight")})
		}
	},
	func(t *rapid.T, p *programme.Programme) { // policy
		p.Policy.Wow = rapid.SampledFrom([]programme.WowPolicy{programme.WowSeparate, programme.WowExpected, programme.WowBonus}).Draw(t, "policy")
		p.Policy.MinCompleteness = basis(t)
	},
	func(t *rapid.T, p *programme.Programme) { // levels
		p.Levels.GoodMinBP = basis(t)
		p.Levels.WowMinBP = max(p.Levels.GoodMinBP, basis(t))
		p.Levels.WowMinShareBP = basis(t)
	},
	func(t *rapid.T, p *programme.Programme) { // criticals
		q := anyQuestion(t, p)
		if q.Kind != programme.YesNo || q.Critical != nil {
			q.Critical = nil
			return
		}
		q.Critical = &programme.Critical{When: []string{"no"}, Effect: programme.FailVisit}
		if rapid.Bool().Draw(t, "cap") {
			q.Critical = &programme.Critical{When: []string{"no"}, Effect: programme.CapVisit, CapBP: basis(t)}
		}
	},
	func(t *rapid.T, p *programme.Programme) { // what else a critical may do, also one of a single answer
		effects := []programme.Critical{{Effect: programme.Flag}, {Effect: programme.ZeroSection, Section: p.Sections[0].ID}, {Effect: programme.CapVisit, CapBP: basis(t)}}
		c := rapid.SampledFrom(effects).Draw(t, "effect")
		switch q := anyQuestion(t, p); {
		case q.Kind == programme.YesNo:
			c.When = []string{"yes"}
			q.Critical = &c
		case len(q.Options) > 0:
			q.Options[len(q.Options)-1].Critical = &c
		}
	},
	func(t *rapid.T, p *programme.Programme) { // the bonus and its cap
		p.Policy.Wow, p.Policy.BonusCapBP = programme.WowBonus, 10_000+100*rapid.IntRange(0, 20).Draw(t, "cap of the bonus")
	},
	func(t *rapid.T, p *programme.Programme) { // a section goes or comes
		if n := len(p.Sections); n > 1 && rapid.Bool().Draw(t, "goes") {
			at := rapid.IntRange(0, n-1).Draw(t, "section")
			p.Sections = slices.Delete(p.Sections, at, at+1)
			return
		}
		p.Sections = append(p.Sections, programme.Section{ID: "Z", Title: "At the end", Questions: []programme.Question{{
			ID: "Z1", Kind: programme.YesNo, Text: "Is it the last", Points: somePoints(t), HasPoints: true, Required: true,
		}}})
	},
	func(t *rapid.T, p *programme.Programme) { // states that may be given
		q := anyQuestion(t, p)
		q.NAAllowed, q.MustObserve = rapid.Bool().Draw(t, "na"), rapid.Bool().Draw(t, "must")
	},
	func(t *rapid.T, p *programme.Programme) { // what it speaks for
		anyQuestion(t, p).Standard = rapid.SampledFrom([]string{"", "K1", "K2", "K3"}).Draw(t, "standard")
	},
	func(t *rapid.T, p *programme.Programme) { // rules and targets
		s := &p.Standards[rapid.IntRange(0, len(p.Standards)-1).Draw(t, "standard")]
		s.MetShareBP, s.WowShareBP = max(100, basis(t)), max(100, basis(t))
		s.PartialShareBP = min(s.MetShareBP, basis(t))
		s.GoodTargetBP = basis(t)
	},
	func(t *rapid.T, p *programme.Programme) { // standards
		switch rapid.IntRange(0, 1).Draw(t, "how") {
		case 0:
			p.Standards = append(p.Standards, programme.Standard{
				ID: "K4", Title: "Later", Good: "Later.", GoodTargetBP: 8000, Weight: 1, MetShareBP: 10_000, WowShareBP: 5000, Criticality: programme.Normal,
			})
			anyQuestion(t, p).Standard = "K4"
		case 1:
			gone := p.Standards[0].ID
			p.Standards = p.Standards[1:]
			for i := range p.Sections {
				for j := range p.Sections[i].Questions {
					if q := &p.Sections[i].Questions[j]; q.Standard == gone {
						q.Standard = ""
					}
				}
			}
		}
	},
	func(t *rapid.T, p *programme.Programme) { // another kind, the same words as answers
		if q := anyQuestion(t, p); q.Kind == programme.YesNo && q.Critical == nil {
			q.Kind, q.Points, q.HasPoints, q.Reverse = programme.Choice, 0, false, false
			q.Options = []programme.Option{{Code: "yes", Label: "Yes", Points: somePoints(t), HasPoints: true}, {Code: "no", Label: "No", HasPoints: true}}
		}
	},
	func(t *rapid.T, p *programme.Programme) { // scale, turned round, cap
		switch q := anyQuestion(t, p); q.Kind {
		case programme.Rating:
			q.ScaleLo, q.ScaleHi = 0, rapid.IntRange(3, 8).Draw(t, "scale")
		case programme.YesNo:
			q.Reverse = !q.Reverse
		case programme.Multi:
			q.Cap, q.HasCap = somePoints(t), true
		}
	},
}

// TestACauseIsWhatADraftOfItAloneWouldDo compares each of two changes in one draft with a draft that has only this one.
func TestACauseIsWhatADraftOfItAloneWouldDo(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 9)
	w.Publish(garden, "The first version.", "2025-01-01")
	w.Visits(gardenVisits(w, 135))
	changes := []struct{ id, old, with string }{
		{"A1", "standard: K1, points: 3", "standard: K1, points: 6"},
		{"C", "show_if: \"scenario == 'guest' && branch.garden\"", "show_if: \"scenario == 'guest'\""},
		{"B1", "label: In part, points: 2", "label: In part, points: 0"},
		{"K2", "good_target: 60, partial_share: 30", "good_target: 60, partial_share: 30, met_share: 60"},
		{"", "good: {min_score: 70}", "good: {min_score: 60}"},
	}
	alone := map[string]studio.WhatIf{}
	all := garden
	try := func(file string) studio.WhatIf {
		if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(file)); err != nil {
			t.Fatal(err)
		}
		return whatIf(t, w)
	}
	for _, c := range changes {
		file := strings.Replace(garden, c.old, c.with, 1)
		all = strings.Replace(all, c.old, c.with, 1)
		alone[c.id] = try(file)
	}
	got := try(all)
	if len(got.Causes) != len(changes) {
		t.Fatalf("causes %+v", got.Causes)
	}
	for _, c := range got.Causes {
		x := alone[c.ID]
		if c.Moved != x.Score.Moved || c.Kind != x.Causes[0].Kind || len(c.How) == 0 {
			t.Errorf("%s %s moves %d here and %d alone", c.Kind, c.ID, c.Moved, x.Score.Moved)
		}
		if c.Releveled > x.Releveled {
			t.Errorf("%s %s changes %d levels here and %d alone", c.Kind, c.ID, c.Releveled, x.Releveled)
		}
		for _, m := range c.Met {
			at := slices.IndexFunc(x.Standards, func(s studio.StandardMove) bool { return s.Standard == m.Standard })
			if s := x.Standards[at]; s.Is.N-s.Was.N != m.N || s.Is.X-s.Was.X != m.X {
				t.Errorf("%s %s moves %s by %+v here, from %+v to %+v alone", c.Kind, c.ID, m.Standard, m, s.Was.Counts, s.Is.Counts)
			}
		}
	}
	if !slices.IsSortedFunc(got.Causes, func(a, b studio.Cause) int { return cmp.Compare(b.Releveled, a.Releveled) }) {
		t.Error("the strongest cause does not come first")
	}
}
