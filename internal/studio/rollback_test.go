package studio_test

import (
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

func TestGoingBackMakesANewVersionOfTheOldOne(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "95" })
		if _, err := w.Studio.RollBack(t.Context(), w.Owner, w.Programme.ID, 1); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "draft of version 2") {
			t.Fatalf("over a draft: %v", err)
		}
		w.PublishDraft("More is asked.", "")
		if _, err := w.Studio.RollBack(t.Context(), w.Owner, w.Programme.ID, 2); !fault.Is(err, fault.Conflict) {
			t.Errorf("to the newest: %v", err)
		}
		if _, err := w.Studio.RollBack(t.Context(), w.Owner, w.Programme.ID, 9); !fault.Is(err, fault.NotFound) {
			t.Errorf("to none: %v", err)
		}
		if _, err := w.Studio.RollBack(t.Context(), w.Member(auth.RegionalManager), w.Programme.ID, 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by a manager: %v", err)
		}
		c, err := w.Studio.RollBack(t.Context(), w.Owner, w.Programme.ID, 1)
		if err != nil || c.Version.Number != 3 || c.Version.State != studio.Draft {
			t.Fatalf("%+v, %v", c.Version, err)
		}
		v := w.PublishDraft("Back to version 1.", "")
		first, err := w.Studio.VersionNumbered(t.Context(), w.Owner, w.Programme.ID, 1)
		if err != nil || v.Number != 3 || v.Hash != first.Version.Hash {
			t.Errorf("%+v, %v", v, err)
		}
		if got := verbs(t, w); !slices.Contains(got, "standards.rolled_back") {
			t.Errorf("events %q", got)
		}
	})
}

func TestVisitsUnderWayStayOnTheirVersionAndAreCounted(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		first := w.List.Version.ID
		answers := w.Answered(2, 1)
		w.Visits([]worldtest.Made{
			{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: answers, State: visit.InProgress},
			{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: answers, State: visit.InReview},
			{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: answers, State: visit.SetAside},
			{Branch: w.Branches[1], Scenario: "guest", On: "2026-11-03", Answers: answers},
		})
		restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "95" })
		second := w.PublishDraft("More is asked.", "").ID
		w.Visit(worldtest.Made{Branch: w.Branches[1], Scenario: "guest", On: "2026-11-20", Answers: answers, State: visit.Taken})
		w.SQL(`UPDATE visits SET version_id = NULL WHERE org_id = ? AND state = 'in_review'`, w.Org)
		got, err := w.Studio.OpenVisits(t.Context(), w.Owner, w.Programme.ID)
		if err != nil {
			t.Fatal(err)
		}
		on := map[string]int{}
		for _, x := range got {
			on[x.Version] = x.Visits
		}
		if len(on) != 3 || on[first] != 1 || on[second] != 1 || on[""] != 1 {
			t.Errorf("got %v", on)
		}
		other := worldtest.New(t, s, 1)
		if _, err := other.Studio.OpenVisits(t.Context(), other.Owner, w.Programme.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another organisation: %v", err)
		}
	})
}

func TestAVersionOfTomorrowIsTakenAndJudgedByFromTomorrowOn(t *testing.T) {
	w := published(t, storetest.Any(t))
	first := w.List.Version.ID
	restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "95" })
	second := w.PublishDraft("From December.", "2026-12-01").ID
	err := w.Store.Visits().View(t.Context(), w.Org, func(tx visit.Tx) error {
		for day, want := range map[string]string{"2026-11-30": first, "2026-12-01": second, "2027-03-01": second} {
			v, err := tx.CurrentVersion(t.Context(), w.Org, w.Programme.ID, day)
			if err != nil {
				return err
			}
			if v.ID != want {
				t.Errorf("a visit taken on %s is taken with version %d", day, v.Number)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := w.Studio.Standards(t.Context(), w.Owner, w.Programme.ID); err != nil || list.Version.ID != first || list.List[0].GoodTargetBP != 8000 {
		t.Errorf("today it is judged by version %d, %v", list.Version.Number, err)
	}
	w.Now = w.Now.AddDate(0, 0, 12)
	if list, err := w.Studio.Standards(t.Context(), w.Owner, w.Programme.ID); err != nil || list.Version.ID != second || list.List[0].GoodTargetBP != 9500 {
		t.Errorf("in December it is judged by version %d, %v", list.Version.Number, err)
	}
}
