// Package worldtest makes an organisation with branches, a programme and published visits, on any store, for tests of
// what is said about them.
//
// The one rule: only tests import it. Visits come into being as publication makes them: scored by the engine under the
// version they were taken with, with outcomes and rollups in the same transaction.
package worldtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/store"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// World is one organisation on a store.
type World struct {
	Store     *store.Store
	Org       string
	Now       time.Time // moves by hand; Clock reads it
	Owner     auth.Actor
	Shoppers  []string // member ids
	Regions   []org.Region
	Branches  []org.Branch // in turn in the regions
	Studio    *studio.Service
	Programme studio.Programme
	List      *visit.Checklist // of the version published last
	luck      *rand.Rand
	t         testing.TB
}

// Clock is the world's time.
func (w *World) Clock() time.Time { return w.Now }

// New makes an organisation with two regions and as many branches, in the zone Europe/London, and nothing else.
func New(t testing.TB, s *store.Store, branches int) *World {
	t.Helper()
	w := &World{
		Store: s, Org: uuid.NewString(), Now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), t: t,
		luck: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // the same in every run
	}
	w.found()
	w.Owner = w.Member(auth.Owner)
	for range 5 {
		w.Shoppers = append(w.Shoppers, w.Member(auth.Shopper).Member)
	}
	w.Studio = studio.NewService(s.Studio(), w.Clock)
	w.place(branches)
	return w
}

// found inserts the organisation and the beginning of its chain.
func (w *World) found() {
	w.t.Helper()
	w.SQL(`INSERT INTO organisations (id, name, zone, currency, created_at, row_version) VALUES (?, 'Tea Ltd', 'Europe/London', 'GBP', ?, 1)`, w.Org, w.Now)
	w.SQL(`INSERT INTO event_heads (org_id, seq, hash) VALUES (?, 0, '')`, w.Org)
}

// Member makes a person with one role and gives the actor; regions and branches are the caller's to set.
func (w *World) Member(role auth.Role) auth.Actor {
	w.t.Helper()
	person, member := uuid.NewString(), uuid.NewString()
	w.SQL(`INSERT INTO people (id, email, name, password_hash, created_at, row_version) VALUES (?, ?, ?, '', ?, 1)`,
		person, member+"@example.org", "Person "+member[:4], w.Now)
	w.SQL(`INSERT INTO members (org_id, id, person_id, alias, active, created_at, row_version) VALUES (?, ?, ?, ?, true, ?, 1)`,
		w.Org, member, person, "alias-"+member[:8], w.Now)
	w.SQL(`INSERT INTO member_roles (org_id, member_id, role) VALUES (?, ?, ?)`, w.Org, member, string(role))
	return auth.Actor{Person: person, Org: w.Org, Member: member, Roles: []auth.Role{role}}
}

// SQL runs one statement for the organisation, with ? for values; what it breaks it breaks on purpose.
func (w *World) SQL(query string, args ...any) {
	w.t.Helper()
	ctx := w.t.Context()
	tx, err := w.Store.Pool().BeginTx(ctx, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if w.Store.Dialect() == "postgres" {
		if _, err := tx.ExecContext(ctx, `SELECT set_config('app.org_id', $1, true)`, w.Org); err != nil {
			w.t.Fatal(err)
		}
		for i := range args {
			query = strings.Replace(query, "?", fmt.Sprintf("$%d", i+1), 1)
		}
	}
	if _, err := tx.ExecContext(ctx, query, args...); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

// place makes regions and branches.
func (w *World) place(branches int) {
	w.t.Helper()
	for _, name := range []string{"North", "South"} {
		w.Regions = append(w.Regions, org.Region{Org: w.Org, ID: uuid.NewString(), Name: name, RowVersion: 1})
	}
	for i := range branches {
		b := org.Branch{
			Org: w.Org, ID: uuid.NewString(), Code: fmt.Sprintf("B%03d", i+1), Name: fmt.Sprintf("Branch %03d", i+1),
			Region: w.Regions[i%2].ID, Format: "café", Channel: org.Store, Kind: org.Own, Zone: "Europe/London", Active: true, RowVersion: 1,
		}
		if i%3 == 0 {
			b.Features = []string{"garden"}
		}
		w.Branches = append(w.Branches, b)
	}
	must(w.t, w.Store.CreateRegions(w.t.Context(), w.Org, w.Regions))
	if len(w.Branches) > 0 {
		must(w.t, w.Store.CreateBranches(w.t.Context(), w.Org, w.Branches))
	}
}

// Publish imports a programme file and publishes it; what it publishes is in effect from the date given ("" today).
func (w *World) Publish(file, note, effectiveOn string) studio.Version {
	w.t.Helper()
	in, err := w.Studio.Import(w.t.Context(), w.Owner, []byte(file))
	must(w.t, err)
	w.Programme = in.Programme
	return w.PublishDraft(note, effectiveOn)
}

// PublishDraft publishes the draft as it is.
func (w *World) PublishDraft(note, effectiveOn string) studio.Version {
	w.t.Helper()
	ctx := w.t.Context()
	draft, err := w.Studio.Draft(ctx, w.Owner, w.Programme.ID)
	must(w.t, err)
	v, err := w.Studio.Publish(ctx, w.Owner, w.Programme.ID, note, draft.Version.RowVersion, effectiveOn)
	must(w.t, err)
	must(w.t, w.Store.Visits().View(ctx, w.Org, func(tx visit.Tx) error {
		full, err := tx.Version(ctx, w.Org, v.ID)
		if err != nil {
			return err
		}
		w.List, err = visit.NewChecklist(full)
		return err
	}))
	return v
}

// Made is one visit to make.
type Made struct {
	Branch   org.Branch
	Scenario string
	Shopper  string            // member id, "" for one of the world's
	On       string            // date
	Hour     int               // at which it began, in UTC
	Answers  map[string]string // question → wire form
	Comments map[string]string
	Photos   []evidence.Photo // their Question and ID are kept
	State    visit.State      // Published unless set
}

// Visit makes one published visit and gives its id.
func (w *World) Visit(m Made) string {
	w.t.Helper()
	return w.Visits([]Made{m})[0]
}

// Visits makes visits in one transaction.
func (w *World) Visits(all []Made) []string {
	w.t.Helper()
	ctx := w.t.Context()
	var ids []string
	must(w.t, w.Store.Visits().InTx(ctx, w.Org, func(tx visit.Tx) error {
		for _, m := range all {
			id, err := w.visit(ctx, tx, m)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}))
	return ids
}

// AddUp adds what the questions of so many published visits did to the sums, at most, and gives their number.
func (w *World) AddUp(most int) (n int) {
	w.t.Helper()
	ctx := w.t.Context()
	must(w.t, w.Store.Visits().InTx(ctx, w.Org, func(tx visit.Tx) error {
		programmes, err := tx.FreshProgrammes(ctx, w.Org)
		if err == nil && len(programmes) > 0 {
			n, err = tx.AddUpQuestions(ctx, w.Org, programmes[0], most)
		}
		return err
	}))
	return n
}

func (w *World) visit(ctx context.Context, tx visit.Tx, m Made) (string, error) {
	v, rep, res, err := w.filled(m)
	if err != nil {
		return "", err
	}
	list := make([]visit.Outcome, len(res.Standards))
	for i, st := range res.Standards {
		list[i] = visit.Outcome{Series: w.List.Series[st.Standard], StandardResult: st}
	}
	if err := tx.CreateVisits(ctx, w.Org, []visit.Visit{v}); err != nil {
		return "", err
	}
	if err := tx.SaveReport(ctx, w.Org, rep); err != nil {
		return "", err
	}
	if err := tx.SaveOutcomes(ctx, w.Org, v.ID, list); err != nil {
		return "", err
	}
	for _, p := range m.Photos {
		p.Org, p.Visit, p.Added = w.Org, v.ID, w.Now
		if err := tx.AddPhoto(ctx, w.Org, p); err != nil {
			return "", err
		}
	}
	if v.State != visit.Published {
		return v.ID, nil
	}
	st := visit.Stored{Visit: &v, Report: &rep, Place: visit.Place{Branch: m.Branch}, List: w.List, Result: &res, Outcomes: list}
	return v.ID, tx.AddRollup(ctx, w.Org, st.Rollup(1))
}

// filled makes the rows of one visit.
func (w *World) filled(m Made) (visit.Visit, visit.Report, scoring.Result, error) {
	began, err := time.Parse(time.DateOnly, m.On)
	if err != nil {
		return visit.Visit{}, visit.Report{}, scoring.Result{}, err
	}
	began = began.Add(time.Duration(m.Hour) * time.Hour)
	raw, answers := map[string]json.RawMessage{}, programme.Answers{}
	for id, wire := range m.Answers {
		q, _, ok := w.List.Programme.Question(id)
		if !ok {
			return visit.Visit{}, visit.Report{}, scoring.Result{}, fmt.Errorf("no question %s", id)
		}
		raw[id] = json.RawMessage(wire)
		if answers[id], err = programme.ParseAnswer(q, raw[id]); err != nil {
			return visit.Visit{}, visit.Report{}, scoring.Result{}, err
		}
	}
	res := w.List.Scoring.Score(scoring.Input{Context: (&visit.Place{Branch: m.Branch}).Context(m.Scenario), Answers: answers})
	stored, err := json.Marshal(res)
	v := w.row(m, began, &res)
	return v, visit.Report{
		Org: w.Org, Visit: v.ID, Revision: 1, Answers: raw, Comments: m.Comments, Result: stored, Engine: res.Engine,
		Complete: res.CompletenessBP, Sealed: began, Receipt: v.ID, Updated: began,
	}, res, err
}

func (w *World) row(m Made, began time.Time, res *scoring.Result) visit.Visit {
	if m.Shopper == "" {
		m.Shopper = w.Shoppers[w.luck.IntN(len(w.Shoppers))]
	}
	if m.State == "" {
		m.State = visit.Published
	}
	return visit.Visit{
		Org: w.Org, ID: w.id(), Programme: w.Programme.ID, Version: w.List.Version.ID, Branch: m.Branch.ID, Scenario: m.Scenario,
		Shopper: m.Shopper, State: m.State, Pseudonym: fmt.Sprintf("Otter %03d", w.luck.IntN(1000)), Due: began, Currency: "GBP",
		VisitedOn: m.On, Month: m.On[:7], Created: began, Taken: began, Started: began, Received: began, Decided: began, Published: began,
		Score: res.BaseBP, Final: res.FinalBP, Level: res.Level, RowVersion: 1,
	}
}

// id is a random id that is the same in every run.
func (w *World) id() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(w.luck.UintN(256)) //nolint:gosec // below 256
	}
	return uuid.Must(uuid.NewRandomFromReader(strings.NewReader(string(b[:])))).String()
}

// Luck is the world's seeded randomness.
func (w *World) Luck() *rand.Rand { return w.luck }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
