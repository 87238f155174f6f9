package manager_test

import (
	"fmt"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/manager"
	"plainclothes/internal/web/webtest"
)

// rig is the pages over real use cases and a real database.
type rig struct {
	*worldtest.World
	svc *report.Service
}

func newRig(t testing.TB, branches int) *rig {
	t.Helper()
	w := worldtest.New(t, storetest.SQLite(t), branches)
	return &rig{World: w, svc: newService(w)}
}

func newService(w *worldtest.World) *report.Service {
	return report.NewService(w.Store.Reports(), w.Clock)
}

// site serves the pages to some people.
func (r *rig) site(t testing.TB, actors ...auth.Actor) *webtest.Site {
	t.Helper()
	return webtest.New(t, r.Now, append(actors, r.Owner), manager.New(r.svc).Routes()...)
}

// regional is a manager of some regions.
func (r *rig) regional(regions ...org.Region) auth.Actor {
	a := r.Member(auth.RegionalManager)
	for _, x := range regions {
		a.Regions = append(a.Regions, x.ID)
	}
	return a
}

// manages is a branch manager.
func (r *rig) manages(branches ...org.Branch) auth.Actor {
	a := r.Member(auth.BranchManager)
	for _, b := range branches {
		a.Branches = append(a.Branches, b.ID)
	}
	return a
}

// rename gives a branch another name.
func (r *rig) rename(i int, name string) {
	r.Branches[i].Name = name
	r.SQL(`UPDATE branches SET name = ? WHERE id = ?`, name, r.Branches[i].ID)
	r.SQL(`UPDATE organisations SET places_rev = places_rev + 1`)
}

// months are so many months that end with the world's.
func months(n int) []string {
	all := make([]string, n)
	for i := range all {
		at := 2026*12 + 10 - (n - 1 - i)
		all[i] = fmt.Sprintf("%04d-%02d", at/12, at%12+1)
	}
	return all
}

// titled is the tea programme with names for its standards.
func titled(titles ...string) string {
	file := worldtest.Tea(len(titles))
	for i := len(titles) - 1; i >= 0; i-- {
		file = strings.Replace(file, fmt.Sprintf("{title: Standard %d,", i+1), fmt.Sprintf("{title: '%s',", titles[i]), 1)
	}
	return file
}
