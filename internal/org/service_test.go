package org_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
)

// actor is somebody with a given access to read, and to change when he may.
type actor struct {
	org.Access
	changes bool
}

func (a actor) OrgAccess(change bool) org.Access {
	if change && !a.changes {
		return org.Access{Org: a.Org, Member: a.Member}
	}
	return a.Access
}

// world is an organisation and its owner, and a clock that tests turn.
type world struct {
	*org.Service
	t     *testing.T
	store *store.Store
	now   time.Time
	owner actor
}

func forEach(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := &world{t: t, store: s, now: storetest.Noon}
		w.Service = org.NewService(s.Org(), func() time.Time { return w.now })
		w.owner = w.found("Beans")
		test(t, w)
	})
}

// found makes an organisation.
func (w *world) found(name string) actor {
	w.t.Helper()
	o := org.Organisation{ID: uuid.NewString(), Name: name, Zone: "America/New_York", Currency: "USD", Created: w.now, RowVersion: 1}
	ok(w.t, w.store.CreateOrganisation(w.t.Context(), o))
	return actor{org.Access{Org: o.ID, Member: uuid.NewString(), All: true}, true}
}

func (w *world) region(name, parent string) string {
	w.t.Helper()
	r, err := w.CreateRegion(w.t.Context(), w.owner, org.Region{Name: name, Parent: parent})
	ok(w.t, err)
	return r.ID
}

func (w *world) branch(code, region string) org.Branch {
	w.t.Helper()
	b, err := w.CreateBranch(w.t.Context(), w.owner, org.Branch{Code: code, Name: "Branch " + code, Region: region, Active: true})
	ok(w.t, err)
	return b
}

// history writes the regions of a branch as "1900-01-01 North 2026-11-21".
func (w *world) history(branch string) string {
	w.t.Helper()
	names := map[string]string{}
	rs, err := w.Regions(w.t.Context(), w.owner)
	ok(w.t, err)
	for _, r := range rs {
		names[r.ID] = r.Name
	}
	hs, err := w.BranchRegions(w.t.Context(), w.owner, branch)
	ok(w.t, err)
	var out []string
	for _, h := range hs {
		out = append(out, strings.TrimSpace(h.From+" "+names[h.Region]+" "+h.To))
	}
	return strings.Join(out, ", ")
}

func (w *world) codes(a org.Actor, q org.BranchQuery) string {
	w.t.Helper()
	page, err := w.Branches(w.t.Context(), a, q)
	ok(w.t, err)
	var out []string
	for _, b := range page.Branches {
		out = append(out, b.Code)
	}
	return strings.Join(append(out, page.Next), " ")
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, what string, err error, kind fault.Kind) *fault.Fault {
	t.Helper()
	f, is := fault.As(err)
	if !is || f.Kind != kind {
		t.Errorf("%s: %v, want kind %v", what, err, kind)
		return &fault.Fault{}
	}
	return f
}

func TestABranchTakesWhatItLacksFromItsOrganisation(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		b, err := w.CreateBranch(t.Context(), w.owner, org.Branch{Code: " A-1 ", Name: " Mill Lane ", Features: []string{"b", "a", "b"}})
		ok(t, err)
		want := org.Branch{
			Org: w.owner.Org, ID: b.ID, Code: "A-1", Name: "Mill Lane", Channel: org.Store, Kind: org.Own,
			Zone: "America/New_York", Features: []string{"a", "b"}, RowVersion: 1,
		}
		got, err := w.Branch(t.Context(), w.owner, b.ID)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("branch: %v\n%s", err, d)
		}
	})
}

func TestACodeIsTakenOnce(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		first := w.branch("A-1", "")
		_, err := w.CreateBranch(t.Context(), w.owner, org.Branch{Code: "A-1", Name: "Another", Region: uuid.NewString()})
		f := wants(t, "a twin", err, fault.Invalid)
		if len(f.Fields) != 2 || f.Fields[0].Name != "code" || f.Fields[1].Name != "region" || !strings.Contains(f.Fields[0].Message, first.Name) {
			t.Errorf("fields = %+v", f.Fields)
		}
		other := w.found("Books")
		_, err = w.CreateBranch(t.Context(), other, org.Branch{Code: "A-1", Name: "Elsewhere"})
		ok(t, err)
	})
}

func TestHistoryKeepsTheRegionItHappenedIn(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		north, south := w.region("North", ""), w.region("South", "")
		b := w.branch("A-1", north)
		move := func(region string) {
			t.Helper()
			b.Region = region
			var err error
			b, err = w.ChangeBranch(t.Context(), w.owner, b)
			ok(t, err)
		}
		see := func(want string) {
			t.Helper()
			if got := w.history(b.ID); got != want {
				t.Errorf("history = %s\nwant      %s", got, want)
			}
			now, err := w.Branch(t.Context(), w.owner, b.ID)
			ok(t, err)
			if now.Region != b.Region {
				t.Errorf("region today = %s, want %s", now.Region, b.Region)
			}
		}
		see("1900-01-01 North")
		w.now = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) // still the 21st in New York
		move(south)
		see("1900-01-01 North 2026-11-21, 2026-11-21 South")
		move(north) // a mistake, taken back on the same day
		see("1900-01-01 North")
		move(south)
		w.now = w.now.AddDate(0, 1, 0)
		move("")
		see("1900-01-01 North 2026-11-21, 2026-11-21 South 2026-12-21")
		w.now = w.now.AddDate(0, 1, 0)
		move(north)
		see("1900-01-01 North 2026-11-21, 2026-11-21 South 2026-12-21, 2027-01-21 North")
	})
}

func TestABranchThatSomebodyElseChangedIsNotOverwritten(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		old := w.branch("A-1", "")
		fresh := old
		fresh.Name = "First"
		_, err := w.ChangeBranch(t.Context(), w.owner, fresh)
		ok(t, err)
		old.Name = "Second"
		_, err = w.ChangeBranch(t.Context(), w.owner, old)
		wants(t, "the second", err, fault.Conflict)
		got, err := w.Branch(t.Context(), w.owner, old.ID)
		if err != nil || got.Name != "First" {
			t.Errorf("branch = %+v, %v", got, err)
		}
	})
}

func TestBranchesAreListedByCodeWithinReach(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		north := w.region("North", "")
		leeds := w.region("Leeds", north)
		south := w.region("South", "")
		w.branch("C", leeds)
		a := w.branch("A", south)
		w.branch("B", north)
		d := w.branch("D", "")
		d.Active, d.Format = false, "kiosk"
		_, err := w.ChangeBranch(t.Context(), w.owner, d)
		ok(t, err)
		yes, no := true, false
		regional := actor{org.Access{Org: w.owner.Org, Regions: []string{north, leeds}}, false}
		local := actor{org.Access{Org: w.owner.Org, Branches: []string{a.ID}}, false}
		for _, c := range []struct {
			name string
			a    org.Actor
			q    org.BranchQuery
			want string
		}{
			{"all", w.owner, org.BranchQuery{}, "A B C D "},
			{"first page", w.owner, org.BranchQuery{Limit: 2}, "A B B"},
			{"second page", w.owner, org.BranchQuery{Limit: 2, After: "B"}, "C D "},
			{"a region and those below", w.owner, org.BranchQuery{Regions: []string{north}}, "B C "},
			{"part of a name in any case", w.owner, org.BranchQuery{Text: "branch c"}, "C "},
			{"a wildcard is a letter", w.owner, org.BranchQuery{Text: "%"}, ""},
			{"format", w.owner, org.BranchQuery{Format: "kiosk"}, "D "},
			{"active", w.owner, org.BranchQuery{Active: &yes}, "A B C "},
			{"not active", w.owner, org.BranchQuery{Active: &no}, "D "},
			{"regional manager", regional, org.BranchQuery{}, "B C "},
			{"regional manager elsewhere", regional, org.BranchQuery{Regions: []string{south}}, ""},
			{"branch manager", local, org.BranchQuery{}, "A "},
		} {
			if got := w.codes(c.a, c.q); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		_, err = w.Branch(t.Context(), local, d.ID)
		wants(t, "a branch out of reach", err, fault.NotFound)
		rs, err := w.Regions(t.Context(), local)
		if err != nil || len(rs) != 1 || rs[0].ID != south {
			t.Errorf("the branch manager's regions = %+v, %v", rs, err)
		}
	})
}

func TestOnlyWhoMayChangesBranchesAndRegions(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		r := w.region("North", "")
		b := w.branch("A", r)
		reader := actor{w.owner.Access, false}
		stranger := w.found("Books")
		nobody := actor{org.Access{Org: w.owner.Org}, false}
		for name, c := range map[string]struct {
			a    actor
			kind fault.Kind
		}{"reader": {reader, fault.Forbidden}, "stranger": {stranger, fault.NotFound}, "nobody": {nobody, fault.Forbidden}} {
			_, err := w.ChangeBranch(t.Context(), c.a, b)
			wantsEither(t, name+" changes a branch", err, c.kind)
			_, err = w.ChangeRegion(t.Context(), c.a, org.Region{ID: r, Name: "x", RowVersion: 1})
			wants(t, name+" changes a region", err, c.kind)
			wants(t, name+" deletes a region", w.DeleteRegion(t.Context(), c.a, r, 1), c.kind)
			if c.a.All && !c.a.changes {
				_, err = w.ApplyImport(t.Context(), c.a, strings.NewReader("code,name\nZ,z\n"))
				wants(t, name+" imports", err, fault.Forbidden)
			}
		}
		_, err := w.Branches(t.Context(), nobody, org.BranchQuery{})
		wants(t, "nobody lists", err, fault.Forbidden)
		var buf bytes.Buffer
		wants(t, "nobody exports", w.ExportCSV(t.Context(), nobody, &buf), fault.Forbidden)
		if o, err := w.Organisation(t.Context(), nobody); err != nil || o.Name != "Beans" {
			t.Errorf("a member without branches does not know his organisation: %+v, %v", o, err)
		}
	})
}

// wantsEither takes a wrong field as well: the region of a stranger's branch is unknown to him.
func wantsEither(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if kind == fault.NotFound && fault.Is(err, fault.Invalid) {
		return
	}
	wants(t, what, err, kind)
}

func TestOnlyAnEmptyRegionIsDeleted(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		north := w.region("North", "")
		leeds := w.region("Leeds", north)
		empty := w.region("Empty", "")
		b := w.branch("A", leeds)
		b.Region = ""
		w.now = w.now.AddDate(0, 0, 1)
		_, err := w.ChangeBranch(t.Context(), w.owner, b)
		ok(t, err)
		wants(t, "with a region below", w.DeleteRegion(t.Context(), w.owner, north, 1), fault.Conflict)
		wants(t, "with a history", w.DeleteRegion(t.Context(), w.owner, leeds, 1), fault.Conflict)
		wants(t, "of another version", w.DeleteRegion(t.Context(), w.owner, empty, 7), fault.Conflict)
		ok(t, w.DeleteRegion(t.Context(), w.owner, empty, 1))
		wants(t, "again", w.DeleteRegion(t.Context(), w.owner, empty, 1), fault.NotFound)
	})
}

func TestTwoMovesAtOnceCloseNoCircle(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		a, b := w.region("A", ""), w.region("B", "")
		errs := make(chan error, 2)
		move := func(id, name, parent string) {
			_, err := w.ChangeRegion(t.Context(), w.owner, org.Region{ID: id, Name: name, Parent: parent, RowVersion: 1})
			errs <- err
		}
		go move(a, "A", b)
		go move(b, "B", a)
		first, second := <-errs, <-errs
		if (first == nil) == (second == nil) {
			t.Errorf("errors = %v, %v, want exactly one", first, second)
		}
	})
}

func TestTheOrganisationIsChangedWithEveryWrongFieldNamed(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, err := w.ChangeOrganisation(t.Context(), w.owner, org.Organisation{Zone: "Mars", Currency: "pounds"})
		if f := wants(t, "wrong", err, fault.Invalid); len(f.Fields) != 3 {
			t.Errorf("fields = %+v", f.Fields)
		}
		o, err := w.ChangeOrganisation(t.Context(), w.owner, org.Organisation{Name: "Beans & Co", Zone: "Europe/Paris", Currency: "eur", RowVersion: 1})
		ok(t, err)
		got, err := w.Organisation(t.Context(), w.owner)
		if err != nil || got != o || got.Currency != "EUR" || got.RowVersion != 2 {
			t.Errorf("organisation = %+v, %v", got, err)
		}
		_, err = w.ChangeOrganisation(t.Context(), w.owner, org.Organisation{Name: "Late", Zone: "Europe/Paris", Currency: "EUR", RowVersion: 1})
		wants(t, "an old version", err, fault.Conflict)
	})
}

const fileOfThree = "code,name,region,format,channel,kind,zone,address,features,latitude,longitude,active\n" +
	"A-1,Mill Lane,North/Leeds,kiosk,store,own,Europe/London,1 Mill Lane,has_seating sells_gas,53.8,-1.55,yes\n" +
	"A-2,Web shop,,,web,,,,,,,\n" +
	"A-3,'=Rival,North,,Store,Competitor,,,,,,no\n"

func TestAnImportDoesWhatItsPreviewSays(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		p, err := w.PreviewImport(t.Context(), w.owner, strings.NewReader(fileOfThree))
		ok(t, err)
		if p.Creates != 3 || p.Changes != 0 || p.ErrorCount != 0 || len(p.Rows) != 3 || !slices.Equal(p.NewRegions, []string{"North", "North/Leeds"}) {
			t.Fatalf("preview = %+v", p)
		}
		if got := w.codes(w.owner, org.BranchQuery{}); strings.TrimSpace(got) != "" {
			t.Fatalf("the preview made %s", got)
		}
		done, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader(fileOfThree))
		ok(t, err)
		if d := cmp.Diff(p, done); d != "" {
			t.Errorf("preview and import differ:\n%s", d)
		}
		page, err := w.Branches(t.Context(), w.owner, org.BranchQuery{})
		ok(t, err)
		b := page.Branches
		if len(b) != 3 || !b[0].HasPlace || b[0].Latitude != 53.8 || len(b[0].Features) != 2 || b[1].Channel != org.Web ||
			b[1].Zone != "America/New_York" || !b[1].Active || b[2].Name != "=Rival" || b[2].Kind != org.Competitor || b[2].Active {
			t.Errorf("branches = %+v", b)
		}
		if got := w.history(b[0].ID); got != "1900-01-01 Leeds" {
			t.Errorf("history = %s", got)
		}
		again, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader(fileOfThree))
		if err != nil || again.Unchanged != 3 || again.Creates+again.Changes != 0 {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
	})
}

func TestAnExportIsImportedUnchanged(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader(fileOfThree))
		ok(t, err)
		for i := range 230 { // more than a page
			w.branch(fmt.Sprintf("B-%03d", i), "")
		}
		var buf bytes.Buffer
		ok(t, w.ExportCSV(t.Context(), w.owner, &buf))
		if n := strings.Count(buf.String(), "\n"); n != 234 {
			t.Errorf("%d lines, want 234", n)
		}
		if !strings.Contains(buf.String(), "\nA-1,Mill Lane,North/Leeds,kiosk,store,own,Europe/London,1 Mill Lane,has_seating sells_gas,53.8,-1.55,yes\n") {
			t.Errorf("export = %.400s", buf.String())
		}
		p, err := w.PreviewImport(t.Context(), w.owner, &buf)
		if err != nil || p.Unchanged != 233 || p.ErrorCount != 0 || len(p.NewRegions) != 0 {
			t.Errorf("preview of the export = %+v, %v", p, err)
		}
	})
}

func TestAnImportChangesOnlyTheColumnsOfItsFile(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		_, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader(fileOfThree))
		ok(t, err)
		w.now = w.now.AddDate(0, 0, 9)
		p, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader("code;region;format\nA-1;South;\nA-2;;\nA-3;north;\n"))
		ok(t, err)
		if p.Changes != 1 || p.Unchanged != 2 || p.Rows[0].Action != org.Update || !slices.Equal(p.NewRegions, []string{"South"}) {
			t.Errorf("preview = %+v", p)
		}
		page, err := w.Branches(t.Context(), w.owner, org.BranchQuery{})
		ok(t, err)
		b := page.Branches[0]
		if b.Name != "Mill Lane" || b.Format != "" || !b.HasPlace || len(b.Features) != 2 {
			t.Errorf("branch = %+v", b)
		}
		if got := w.history(b.ID); got != "1900-01-01 Leeds 2026-11-30, 2026-11-30 South" {
			t.Errorf("history = %s", got)
		}
	})
}

func TestNothingOfAFileWithErrorsIsImported(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		w.branch("A-1", "")
		src := "code,name,region,zone,features,latitude,longitude,active,channel\n" +
			"B-1,Fine,New,,,,,,\n" +
			"B-2,,a/b/c/d/e/f/g/h/i,Mars,Not One,north,,maybe,fax\n" +
			"B-1,Twice,,,,,,,\n" +
			",No code,,,,,,,\n" +
			"A-1,,,,,,,,\n"
		p, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader(src))
		wants(t, "import", err, fault.Invalid)
		var got []string
		for _, e := range p.Errors {
			got = append(got, fmt.Sprintf("%d %s", e.Line, e.Column))
		}
		want := []string{
			"3 active", "3 latitude", "3 latitude", "3 region", "3 name", "3 channel", "3 zone", "3 features",
			"4 code", "5 code", "6 name",
		}
		if d := cmp.Diff(want, got); d != "" || p.ErrorCount != len(want) {
			t.Errorf("errors (%d):\n%s", p.ErrorCount, d)
		}
		if codes := w.codes(w.owner, org.BranchQuery{}); strings.TrimSpace(codes) != "A-1" {
			t.Errorf("branches = %s", codes)
		}
		if rs, err := w.Regions(t.Context(), w.owner); err != nil || len(rs) != 0 {
			t.Errorf("regions = %v, %v", rs, err)
		}
	})
}

func TestEveryChangeIsInTheLog(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		r := w.region("North", "")
		b := w.branch("A-1", r)
		b.Name = "Mill Lane"
		_, err := w.ChangeBranch(t.Context(), w.owner, b)
		ok(t, err)
		_, err = w.ChangeRegion(t.Context(), w.owner, org.Region{ID: r, Name: "Far North", RowVersion: 1})
		ok(t, err)
		_, err = w.ApplyImport(t.Context(), w.owner, strings.NewReader("code,name,region\nA-1,Mill Road,Far North\nA-2,New,South\n"))
		ok(t, err)
		ok(t, w.DeleteRegion(t.Context(), w.owner, w.region("Empty", ""), 1))
		es, err := w.store.Events(t.Context(), w.owner.Org, store.EventQuery{Limit: 200})
		ok(t, err)
		slices.Reverse(es)
		var got []string
		for _, e := range es {
			got = append(got, e.Verb)
			if e.Actor != w.owner.Member || e.Thing == "" {
				t.Errorf("entry = %+v", e)
			}
		}
		want := []string{
			"region.created", "branch.created", "branch.changed", "region.changed",
			"region.created", "branch.created", "branch.changed", "region.created", "region.deleted",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("log:\n%s", d)
		}
		if c, err := w.store.VerifyChain(t.Context(), w.owner.Org); err != nil || c.Broken != nil {
			t.Errorf("chain = %+v, %v", c, err)
		}
	})
}

func TestALongFileIsImportedAndChanged(t *testing.T) {
	forEach(t, func(t *testing.T, w *world) {
		const lines = 1200 // more than are looked up one by one, and than one statement inserts
		w.branch("Y", "")
		var b strings.Builder
		b.WriteString("code,name,region\n")
		for i := range lines {
			fmt.Fprintf(&b, "X-%05d,Branch %d,R%d\n", i, i, i%50)
		}
		p, err := w.ApplyImport(t.Context(), w.owner, strings.NewReader(b.String()))
		ok(t, err)
		if p.Creates != lines || len(p.Rows) != 200 || len(p.NewRegions) != 50 {
			t.Errorf("creates = %d, rows shown = %d, regions = %d", p.Creates, len(p.Rows), len(p.NewRegions))
		}
		p, err = w.ApplyImport(t.Context(), w.owner, strings.NewReader(strings.ReplaceAll(b.String(), ",Branch", ",Shop")))
		ok(t, err)
		if p.Changes != lines || p.Creates != 0 {
			t.Errorf("changes = %d, creates = %d", p.Changes, p.Creates)
		}
		if c, err := w.store.VerifyChain(t.Context(), w.owner.Org); err != nil || c.Broken != nil || c.Entries != 2*lines+51 {
			t.Errorf("chain = %+v, %v", c, err)
		}
	})
}
