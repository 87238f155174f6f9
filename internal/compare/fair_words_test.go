package compare

import "testing"

func TestWhatVisitsAreWorthIsSaid(t *testing.T) {
	for want, e := range map[string]ScoreEstimate{
		"12 visits, worth 7 once the shoppers' differences are counted.":           {Level: LevelC, N: 12, Effective: 7.2},
		"1 visit, worth less than one once the shoppers' differences are counted.": {Level: LevelC, N: 1, Effective: 0.3},
		"4 visits, worth as many once the shoppers' differences are counted.":      {Level: LevelC, N: 4, Effective: 3.9},
		"": {Level: LevelB, N: 12, Effective: 7},
	} {
		if got := e.Worth(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if (ScoreEstimate{}).View() != "" || (ScoreEstimate{OneView: true}).View() != "This is mostly one shopper's view." {
		t.Error("the warning about one shopper")
	}
	for want, m := range map[string]*CrossedModel{
		"":                                   nil,
		"Adjusted for shopper.":              {Adjusted: []string{"shopper"}},
		"Adjusted for shopper and scenario.": {Adjusted: []string{"shopper", "scenario"}},
		"Adjusted for shopper, scenario, format and month.": {Adjusted: []string{"shopper", "scenario", "format", "month"}},
	} {
		if got := m.Says(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
