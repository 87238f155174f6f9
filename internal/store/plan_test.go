package store

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// scans collects the statements that read a whole table.
type scans struct {
	t     *testing.T
	found []string
	steps []string // of all statements
}

// watch makes SQLite explain every query that GORM runs, and notes those that scan a table from end to end.
func watch(t *testing.T, s *Store) *scans {
	t.Helper()
	w := &scans{t: t}
	for _, db := range []*gorm.DB{s.w, s.r} {
		for name, err := range map[string]error{
			"query": db.Callback().Query().After("gorm:query").Register("test:plan", w.explain),
			"row":   db.Callback().Row().After("gorm:row").Register("test:plan", w.explain),
			"raw":   db.Callback().Raw().After("gorm:raw").Register("test:plan", w.explain),
			"write": db.Callback().Update().After("gorm:update").Register("test:plan", w.explain),
			"erase": db.Callback().Delete().After("gorm:delete").Register("test:plan", w.explain),
		} {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	return w
}

func (w *scans) explain(db *gorm.DB) {
	q := db.Statement.SQL.String()
	if q == "" || strings.HasPrefix(q, "EXPLAIN") {
		return
	}
	rows, err := db.Statement.ConnPool.QueryContext(w.t.Context(), "EXPLAIN QUERY PLAN "+q, db.Statement.Vars...)
	if err != nil {
		w.t.Errorf("explain %s: %v", q, err)
		return
	}
	defer func() { _ = rows.Close() }()
	defer func() {
		if err := rows.Err(); err != nil {
			w.t.Error(err)
		}
	}()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			w.t.Error(err)
			return
		}
		w.steps = append(w.steps, detail)
		if strings.HasPrefix(detail, "SCAN ") && !harmless(detail) || allOf(detail) {
			w.found = append(w.found, detail+": "+q)
		}
	}
}

// harmless are scans of what a query made itself, of the operator's list, and of the first person there is.
func harmless(detail string) bool {
	what, _, _ := strings.Cut(strings.TrimPrefix(detail, "SCAN "), " USING ")
	return slices.Contains([]string{"me", "below", "b", "CONSTANT ROW", "organisations", "people"}, what)
}

// allOf reports whether a statement goes through everything that an organisation has in a table that grows with its visits.
func allOf(detail string) bool {
	what, how, _ := strings.Cut(strings.TrimPrefix(detail, "SEARCH "), " USING ")
	return strings.HasSuffix(how, " (org_id=?)") && slices.Contains([]string{"visits", "reports", "submissions", "ops", "outcomes", "photos", "receipts"}, what)
}

func TestEveryStatementUsesAnIndex(t *testing.T) {
	s := openTest(t, "sqlite:"+t.TempDir()+"/test.db")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	us := newTown(t, s, "us")
	w := watch(t, s)
	ctx, o := t.Context(), us.org.ID
	yes := true
	for name, err := range calls(ctx, s, us, us) {
		if name != "DeleteRegion" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	few := org.Access{Org: o, Regions: []string{us.region.ID}, Branches: []string{us.branch.ID}}
	q := org.BranchQuery{Text: "a", Regions: few.Regions, Format: "x", Active: &yes, After: "A", Limit: 9}
	_, err1 := s.Branches(ctx, few, q)
	_, err2 := s.Branches(ctx, us.all, org.BranchQuery{Limit: 9})
	_, err3 := s.BranchesByCode(ctx, o, []string{"A-1", "B-1"})
	_, err4 := s.BranchRegions(ctx, o, us.branch.ID)
	_, err5 := s.Regions(ctx, few)
	_, err6 := s.RegionUse(ctx, o, us.region.ID)
	_, err7 := s.Members(ctx, o, auth.MemberQuery{Text: "x", Role: auth.Owner, Active: &yes, After: us.member.ID, Limit: 9})
	_, err8 := s.Memberships(ctx, us.person.ID)
	_, err9 := s.ActiveOwners(ctx, o)
	check(t, err1, err2, err3, err4, err5, err6, err7, err8, err9)
	_, err1 = s.AliasHolder(ctx, o, "wren")
	_, err2 = s.Unknown(ctx, o, few.Regions, few.Branches)
	_, err3 = s.Tokens(ctx, o)
	_, _ = s.TokenByHash(ctx, "x")
	_, err5 = s.Events(ctx, o, EventQuery{Kind: "test", Thing: "1", Before: 9})
	_, err6 = s.VerifyChain(ctx, o)
	check(t, err1, err2, err3, err5, err6, s.MoveBranch(ctx, o, us.branch.ID, "", "2026-11-21"), s.Lock(ctx, o))
	check(t, s.CreateSession(ctx, auth.Session{ID: id(), Person: us.person.ID, Expires: noon.Add(time.Hour)}, "hash"))
	_, _, err1 = s.SessionByHash(ctx, "hash", noon)
	_, err2 = s.Sessions(ctx, us.person.ID, noon)
	_, err3 = s.EndSessions(ctx, us.person.ID, "", id())
	_, _ = s.LinkByHash(ctx, "hash")
	_, err4 = s.ConsumeLink(ctx, id(), noon)
	_, err5 = s.Attempt(ctx, "key")
	_, err6 = s.AnyPerson(ctx)
	check(t, err1, err2, err3, err4, err5, err6, s.ConsumeLinks(ctx, us.person.ID, noon), s.Sweep(ctx, noon, noon, noon),
		s.MarkSessions(ctx, us.person.ID, true, noon), s.TouchSession(ctx, id(), noon), s.TouchToken(ctx, o, us.token.ID, noon))
	check(t, s.Visits().View(ctx, o, func(tx visit.Tx) error {
		_, err := tx.DueBefore(ctx, o, visit.Open, noon, visit.DueVisit{}, 9)
		_, err2 := tx.DueBefore(ctx, o, visit.Open, noon, visit.DueVisit{ID: id(), Due: noon}, 9)
		_, err3 := tx.ReceiptsOf(ctx, o, id())
		return errors.Join(err, err2, err3)
	}))
	for _, f := range w.found {
		t.Error(f)
	}
}

func TestAListBeginsAtTheIndexThatKnowsMostOfIt(t *testing.T) {
	s := openTest(t, "sqlite:"+t.TempDir()+"/test.db")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	us := newTown(t, s, "us")
	w := watch(t, s)
	own, months := auth.Reach{Branches: []string{us.branch.ID}}, studio.Window{From: "2026-01", To: "2026-11"}
	published := func(q report.VisitQuery) func() error {
		q.Programme, q.Window, q.Limit = id(), months, 50
		return func() error {
			return s.Reports().View(t.Context(), us.org.ID, func(tx report.Tx) error {
				_, err := tx.PublishedVisits(t.Context(), us.org.ID, q)
				return err
			})
		}
	}
	list := func(q visit.Query) func() error {
		q.Limit = 50
		return func() error {
			return s.Visits().View(t.Context(), us.org.ID, func(tx visit.Tx) error {
				_, err := tx.Visits(t.Context(), us.org.ID, q)
				return err
			})
		}
	}
	cursorAt := func(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key + "|" + id())) }
	for name, c := range map[string]struct {
		list func() error
		want string
	}{
		"a shopper's own visits": {
			list(visit.Query{Reach: auth.Reach{Shopper: us.member.ID}, States: []visit.State{visit.Taken, visit.Published}}),
			"visits USING INDEX visits_by_shopper (org_id=? AND shopper_id=? AND state=?",
		},
		"visits in any state, soonest due first": {list(visit.Query{Reach: auth.Reach{All: true}}), "visits USING INDEX visits_by_state (org_id=? AND state=?)"},
		"and the next of them": {
			list(visit.Query{Reach: auth.Reach{All: true}, After: cursorAt("2026-11-01T00:00:00Z")}), "visits USING INDEX visits_by_state (org_id=? AND state=? AND (due_at,id)>(?,?))",
		},
		"a branch's visits, soonest due first": {
			list(visit.Query{Reach: auth.Reach{All: true}, Branch: us.branch.ID, States: []visit.State{visit.Published}}), "visits USING INDEX visits_by_branch (org_id=? AND branch_id=? AND state=?",
		},
		"what was sent in, newest first": {
			list(visit.Query{Reach: auth.Reach{All: true}, States: []visit.State{visit.Received, visit.Published}, Order: visit.ByVisited}),
			"visits USING INDEX visits_by_visited (org_id=? AND state=?)",
		},
		"and the older of it": {
			list(visit.Query{Reach: auth.Reach{All: true}, States: []visit.State{visit.Received, visit.Published}, Order: visit.ByVisited, After: cursorAt("2026-11-01")}),
			"visits USING INDEX visits_by_visited (org_id=? AND state=? AND visited_on<?)",
		},
		"a branch manager's visits": {published(report.VisitQuery{Reach: own}), "visits USING INDEX visits_by_branch (org_id=? AND branch_id=? AND state=? AND visited_on"},
		"one branch's visits":       {published(report.VisitQuery{Reach: auth.Reach{All: true}, Branches: own.Branches}), "visits USING INDEX visits_by_branch (org_id=? AND branch_id=? AND state=? AND visited_on"},
		"the scores of some branches": {func() error {
			return s.Reports().View(t.Context(), us.org.ID, func(tx report.Tx) error {
				_, err := tx.PastScores(t.Context(), us.org.ID, report.ScoreQuery{
					Programme: id(), Branches: []string{id(), id()}, From: "2026-01-01", To: "2026-11-30", Limit: 9,
				})
				return err
			})
		}, "visits USING INDEX visits_by_branch (org_id=? AND branch_id=? AND state=? AND visited_on"},
		"a shopper's last day at a branch": {func() error {
			return s.Visits().View(t.Context(), us.org.ID, func(tx visit.Tx) error {
				_, err := tx.ShopperAt(t.Context(), us.org.ID, us.member.ID, us.branch.ID, id())
				return err
			})
		}, "visits USING INDEX visits_by_shopper (org_id=? AND shopper_id=?"},
		"several branches' visits": {
			published(report.VisitQuery{Reach: auth.Reach{All: true}, Branches: []string{id(), id()}}),
			"visits USING INDEX visits_by_branch (org_id=? AND branch_id=? AND state=? AND visited_on",
		},
		"all visits": {published(report.VisitQuery{Reach: auth.Reach{All: true}}), "visits USING INDEX visits_by_month (org_id=? AND programme_id=? AND state=? AND month"},
	} {
		w.steps = nil
		check(t, c.list())
		whole := strings.Contains(c.want, "visits_by_state") || strings.Contains(c.want, "visits_by_visited") // too many to be sorted
		if whole && slices.Contains(w.steps, "USE TEMP B-TREE FOR ORDER BY") || !slices.ContainsFunc(w.steps, func(step string) bool { return strings.Contains(step, c.want) }) {
			t.Errorf("%s: %q", name, w.steps)
		}
	}
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	for i, err := range errs {
		if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
}
