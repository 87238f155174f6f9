package app

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// clockwork is the post of a program with two organisations and a clock that the test turns.
type clockwork struct {
	*post
	t      *testing.T
	now    time.Time
	worlds [2]*storetest.World
}

func newClockwork(t *testing.T, s *store.Store) *clockwork {
	t.Helper()
	c := &clockwork{t: t, now: storetest.Noon}
	clock := func() time.Time { return c.now }
	p := &program{
		ctx: t.Context(), env: config.NewEnvironment(func(string) string { return "" }), stdin: strings.NewReader(""),
		stdout: io.Discard, stderr: io.Discard, now: clock,
	}
	c.post = &post{url: "https://lists.example.com", now: clock, mails: true, parts: walkParts(t, p, s)}
	for i := range c.worlds {
		c.worlds[i] = storetest.NewWorld(t, s, "coffee-kiosks")
	}
	return c
}

// begin plans a visit for the shopper of a world and answers a question.
func (c *clockwork) begin(w *storetest.World) string {
	c.t.Helper()
	shopper := w.Actors[auth.Shopper]
	vs, err := c.parts.visits.Plan(c.t.Context(), w.Actors[auth.Scheduler], visit.PlanInput{
		Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: shopper.Member, Due: c.now.Add(time.Hour), IgnoreRotation: true,
	})
	if err == nil {
		_, err = c.parts.visits.Save(c.t.Context(), shopper, vs[0].ID, map[string]visit.Entry{"A3": {Values: []string{"yes"}}})
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return vs[0].ID
}

// mailed runs the clock on, does the chores and gives who is written to, in the order of addresses.
func (c *clockwork) mailed(d time.Duration) []string {
	c.t.Helper()
	c.now = c.now.Add(d)
	messages, err := c.chores(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	var to []string
	for _, m := range messages {
		if m.Subject != "Open Lists" || !strings.Contains(m.Text, "\nhttps://lists.example.com/phone\n") {
			c.t.Errorf("%+v", m)
		}
		to = append(to, m.To)
	}
	return slices.Sorted(slices.Values(to))
}

func address(w *storetest.World) string { return w.Actors[auth.Shopper].Person + "@example.com" }

func TestChoresRemindEachShopperOnceADayAsHeChose(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		c := newClockwork(t, s)
		a, b := c.worlds[0], c.worlds[1]
		c.begin(a)
		c.begin(a) // one mail for both
		c.begin(b)
		if got := c.mailed(3 * time.Hour); len(got) != 0 {
			t.Fatalf("too early: %v", got)
		}
		if got, want := c.mailed(2*time.Hour), slices.Sorted(slices.Values([]string{address(a), address(b)})); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if got := c.mailed(10 * time.Minute); len(got) != 0 {
			t.Fatalf("twice: %v", got)
		}
		if err := c.parts.auth.SetReminders(t.Context(), a.Actors[auth.Shopper].Person, auth.NoReminder); err != nil {
			t.Fatal(err)
		}
		if got := c.mailed(24 * time.Hour); !slices.Equal(got, []string{address(b)}) {
			t.Fatalf("the next day: %v, want only %s", got, address(b))
		}
		b.Exec(`UPDATE members SET active = $1 WHERE org_id = $2 AND id = $3`, false, b.Org, b.Actors[auth.Shopper].Member)
		if got := c.mailed(24 * time.Hour); len(got) != 0 {
			t.Fatalf("who is not here any more: %v", got)
		}
	})
}

func TestChoresEndVisitsInEveryOrganisationAlsoWithoutAMailServer(t *testing.T) {
	c := newClockwork(t, storetest.SQLite(t))
	c.mails = false
	for _, w := range c.worlds {
		c.begin(w)
	}
	if got := c.mailed(24 * time.Hour * 10); len(got) != 0 {
		t.Errorf("without a mail server: %v", got)
	}
	for _, w := range c.worlds {
		if n := w.Number(`SELECT count(*) FROM visits WHERE org_id = $1 AND state = 'expired' AND reminded_at IS NULL`, w.Org); n != 1 {
			t.Errorf("%d visits ended", n)
		}
	}
}

func TestChoresAddUpWhatQuestionsDidInEveryOrganisation(t *testing.T) {
	c := newClockwork(t, storetest.SQLite(t))
	for _, w := range c.worlds {
		r := visit.Rollup{
			Programme: w.Programme, Version: w.Version, Branch: w.Branch, Shopper: visit.NoShopper, Scenario: "buyer", Month: "2026-11",
			Questions: []visit.QuestionRollup{{Question: "A3", Asked: 1}},
		}
		err := c.parts.store.Visits().InTx(t.Context(), w.Org, func(tx visit.Tx) error { return tx.AddRollup(t.Context(), w.Org, r) })
		if err != nil {
			t.Fatal(err)
		}
	}
	c.mailed(0)
	for _, w := range c.worlds {
		asked := w.Number(`SELECT sum(asked) FROM rollup_questions WHERE org_id = $1 AND question = 'A3'`, w.Org)
		if left := w.Number(`SELECT count(*) FROM rollup_fresh WHERE org_id = $1`, w.Org); asked != 1 || left != 0 {
			t.Errorf("%d added up, %d wait", asked, left)
		}
	}
}
