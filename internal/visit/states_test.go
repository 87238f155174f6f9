package visit

import "testing"

func TestNoStateIsMissingAmongAll(t *testing.T) {
	all := States()
	if len(all) != len(words) {
		t.Errorf("%d states of %d", len(all), len(words))
	}
	for _, s := range all {
		if words[s] == "" {
			t.Errorf("%s is no state", s)
		}
	}
}
