package studio_test

import (
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

func TestReachSaysWhatAPerfectBranchNeeds(t *testing.T) {
	for with, want := range map[string][]string{
		"good_target: 95": {"A perfect branch needs 27 clean visits to show 95 %: 27 months at the planned visits."},
		"good_target: 100": {
			"No number of visits can show 100 %: even a perfect branch may miss the next one. Ask for a little less.",
		},
		"good_target: 95, criticality: zero_tolerance": {"Zero tolerance: one failure is a breach, and no number of clean visits proves that there will be none."},
	} {
		p := parse(t, strings.Replace(worldtest.Tea(2), "good_target: 80, wow_target: 30", with, 1))
		if got := studio.Reach(p, &p.Standards[0]); !slices.Equal(got, want) {
			t.Errorf("%s: %q", with, got)
		}
	}
	p := parse(t, strings.Replace(worldtest.Tea(2), "visits_per_branch: 1, wave: monthly", "visits_per_branch: 2, wave: quarterly", 1))
	got := studio.Reach(p, &p.Standards[0])
	if len(got) != 2 || !strings.Contains(got[0], "to show 80 %") || !strings.Contains(got[1], "to show 30 % at WOW") || !strings.Contains(got[0], "months at the planned visits") {
		t.Errorf("%q", got)
	}
}
