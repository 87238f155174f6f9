package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plainclothes/internal/visit"
)

func TestCountsOfQuestionsComeOutAsTheyWentInOrNotAtAll(t *testing.T) {
	all := []visit.QuestionRollup{{Question: visit.AllQuestions, Asked: 1}, {Question: "Größe_1", Asked: -1, Mark: 10_000, Mark2: 100_000_000, Outcomes: -3}}
	packed := packCounts(all)
	if got, err := unpackCounts(packed); err != nil || cmp.Diff(all, got) != "" {
		t.Errorf("%v\n%s", err, cmp.Diff(all, got))
	}
	first := len(packCounts(all[:1]))
	for cut := range packed {
		if _, err := unpackCounts(packed[:cut]); (err == nil) != (cut == 0 || cut == first) {
			t.Errorf("of %d bytes %d: %v", len(packed), cut, err)
		}
	}
	if _, err := unpackCounts([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}); err == nil {
		t.Error("an id longer than everything")
	}
}
