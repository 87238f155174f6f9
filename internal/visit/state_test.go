package visit_test

import (
	"testing"

	"plainclothes/internal/visit"
)

func TestAMoveThatCannotBeSaysWhy(t *testing.T) {
	for _, c := range []struct {
		from, to visit.State
		want     string
	}{
		{visit.InReview, visit.Accepted, ""},
		{visit.Accepted, visit.Accepted, "This visit is already accepted."}, // two editors at once
		{visit.Published, visit.Published, "This visit is already published."},
		{visit.Published, visit.Accepted, "This visit is published, so it cannot become accepted."},
		{visit.InReview, visit.Published, "This visit is in review, so it cannot become published."},
	} {
		v, said := visit.Visit{State: c.from}, ""
		err := v.Move(c.to)
		if err != nil {
			said = err.Error()
		}
		if said != c.want || err == nil && v.State != c.to || err != nil && v.State != c.from {
			t.Errorf("%s to %s: %q, now %s", c.from, c.to, said, v.State)
		}
	}
}
