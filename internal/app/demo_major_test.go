package app

import (
	"maps"
	"path/filepath"
	"testing"

	"plainclothes/internal/org"
	"plainclothes/internal/report"
)

func TestADemosBranchesCountTheMissesOfTheStandardThatItsOwnerCallsMajor(t *testing.T) {
	l := newPremises(t, "")
	l.must("migrate")
	if _, err := makeReceiptKey(filepath.Join(l.dir, receiptFile)); err != nil {
		t.Fatal(err)
	}
	x, p := l.open(), l.program()
	people, err := p.demo(x, demoPlan{visits: 160, months: 9, branches: map[string]int{"coffee-kiosks": 4, "hardware-stores": 2}})
	if err != nil {
		t.Fatal(err)
	}
	orgs, err := x.store.Organisations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner, err := x.auth.ActorFor(t.Context(), people[0].person, orgs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	branches, err := x.org.Branches(t.Context(), owner, org.BranchQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	programmes, err := x.studio.Programmes(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]bool{}
	for _, b := range branches.Branches {
		for _, g := range programmes {
			r, err := x.reports.Branch(t.Context(), owner, b.ID, report.Query{Programme: g.ID})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range r.Tallies.Standards {
				counted[b.Format+" "+s.Standard.ID] = counted[b.Format+" "+s.Standard.ID] || s.Tally.Drawn
			}
		}
	}
	maps.DeleteFunc(counted, func(_ string, drawn bool) bool { return !drawn })
	if len(counted) != 1 || !counted["hardware H4"] {
		t.Fatalf("misses are counted of %v", counted)
	}
}
