package store

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
)

// filled gives a value with every field filled, each differently; a new field is filled without a change here.
func filled[T any](t *testing.T) T {
	t.Helper()
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d ü", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(uint64('a' + *n%26))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.123456789)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			*at = noon.Add(time.Duration(*n)*time.Hour + 123456*time.Microsecond)
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("a kind that this test does not know: " + v.Kind().String())
	}
}

// same compares what was written with what was read.
func same[T any](t *testing.T, want, got T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("written and read differ:\n%s", d)
	}
}

func TestAnOrganisationComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := filled[org.Organisation](t)
		o.PlacesRev = 0 // belongs to whoever changes branches
		o.ID = id()
		if err := s.CreateOrganisation(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		got, err := s.Organisation(t.Context(), o.ID)
		same(t, o, got, err)
		all, err := s.Organisations(t.Context())
		same(t, []org.Organisation{o}, all, err)
		change := filled[org.Organisation](t)
		change.PlacesRev = 0
		change.ID, change.Name, change.RowVersion = o.ID, "Another", o.RowVersion
		if err := s.UpdateOrganisation(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		change.RowVersion++
		got, err = s.Organisation(t.Context(), o.ID)
		same(t, change, got, err)
	})
}

func TestARegionComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		top := org.Region{Org: o.ID, ID: id(), Name: "aa", RowVersion: 1}
		r := filled[org.Region](t)
		r.Org, r.ID, r.Parent = o.ID, id(), top.ID
		if err := s.CreateRegions(t.Context(), o.ID, []org.Region{top, r}); err != nil {
			t.Fatal(err)
		}
		all, err := s.Regions(t.Context(), org.Access{Org: o.ID, All: true})
		same(t, []org.Region{top, r}, all, err)
		r.Parent, r.Name = "", "zz"
		if err := s.UpdateRegion(t.Context(), o.ID, r); err != nil {
			t.Fatal(err)
		}
		r.RowVersion++
		all, err = s.Regions(t.Context(), org.Access{Org: o.ID, All: true})
		same(t, []org.Region{top, r}, all, err)
	})
}

func TestABranchComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		all := org.Access{Org: o.ID, All: true}
		north, south := newRegion(t, s, o.ID, "North"), newRegion(t, s, o.ID, "South")
		b := filled[org.Branch](t)
		b.Org, b.ID, b.Region = o.ID, id(), north
		bare := org.Branch{Org: o.ID, ID: id(), Code: "zz", RowVersion: 1}
		if err := s.CreateBranches(t.Context(), o.ID, []org.Branch{b, bare}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Branch(t.Context(), all, b.ID)
		same(t, b, got, err)
		got, err = s.Branch(t.Context(), all, bare.ID)
		same(t, bare, got, err)
		b2 := bare
		b2.ID, b2.Code, b2.Region, b2.RowVersion = b.ID, b.Code, south, b.RowVersion // every other field back to zero
		if err := s.UpdateBranch(t.Context(), o.ID, b2); err != nil {
			t.Fatal(err)
		}
		b2.RowVersion++
		list, err := s.Branches(t.Context(), all, org.BranchQuery{Limit: 5})
		same(t, []org.Branch{b2, bare}, list, err)
	})
}

func TestAPersonComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		p := filled[auth.Person](t)
		p.ID = id()
		if err := s.CreatePerson(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.SetLanguage(t.Context(), p.ID, p.Language), s.SetReading(t.Context(), p.ID, p.Reading)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Person(t.Context(), p.ID)
		same(t, p, got, err)
		fresh := auth.Person{ID: p.ID, Email: "b@example.org", Created: p.Created, RowVersion: p.RowVersion}
		if err := s.UpdatePerson(t.Context(), fresh); err != nil {
			t.Fatal(err)
		}
		fresh.RowVersion++
		fresh.Language, fresh.Reading = p.Language, p.Reading // these have ways of their own
		got, err = s.PersonByEmail(t.Context(), "b@example.org")
		same(t, fresh, got, err)
	})
}

func TestAMemberComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		p := newPerson(t, s, "robin@example.org")
		m := auth.Member{
			Org: o.ID, ID: id(), Person: p.ID, Alias: "Grey Heron", Active: true, RowVersion: 4,
			Roles:   []auth.Role{auth.BranchManager, auth.RegionalManager},
			Regions: []string{newRegion(t, s, o.ID, "North")}, Branches: []string{newBranch(t, s, o.ID, "A-1", "")},
		}
		if err := s.inTx(t.Context(), o.ID, func(s *Store) error { return s.CreateMember(t.Context(), m, noon) }); err != nil {
			t.Fatal(err)
		}
		want := auth.Membership{Member: m, OrgName: "One", Name: p.Name, Email: p.Email}
		got, err := s.Member(t.Context(), o.ID, m.ID)
		same(t, want, got, err)
		got, err = s.MemberOf(t.Context(), o.ID, p.ID)
		same(t, want, got, err)
		all, err := s.Members(t.Context(), o.ID, auth.MemberQuery{Limit: 9})
		same(t, []auth.Membership{want}, all, err)
		short := want // regions and branches open only with the organisation
		short.Regions, short.Branches = nil, nil
		all, err = s.Memberships(t.Context(), p.ID)
		same(t, []auth.Membership{short}, all, err)
		m.Alias, m.Active, m.Roles, m.Regions, m.Branches = "Teal Wren", false, []auth.Role{auth.Shopper}, nil, nil
		if err := s.UpdateMember(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		m.RowVersion++
		got, err = s.Member(t.Context(), o.ID, m.ID)
		same(t, auth.Membership{Member: m, OrgName: "One", Name: p.Name, Email: p.Email}, got, err)
	})
}

func TestASessionComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		p := newPerson(t, s, "robin@example.org")
		x := filled[auth.Session](t)
		x.ID, x.Person, x.Current = id(), p.ID, false
		if err := s.CreateSession(t.Context(), x, "hash"); err != nil {
			t.Fatal(err)
		}
		got, gotPerson, err := s.SessionByHash(t.Context(), "hash", noon)
		same(t, x, got, err)
		same(t, p, gotPerson, nil)
		all, err := s.Sessions(t.Context(), p.ID, noon)
		same(t, []auth.Session{x}, all, err)
	})
}

func TestALinkComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		p := newPerson(t, s, "robin@example.org")
		l := filled[auth.Link](t)
		l.ID, l.Person, l.Email, l.Name = id(), p.ID, p.Email, p.Name
		if err := s.CreateLink(t.Context(), l, "hash"); err != nil {
			t.Fatal(err)
		}
		got, err := s.LinkByHash(t.Context(), "hash")
		same(t, l, got, err)
	})
}

func TestATokenComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		k := filled[auth.Token](t)
		k.Org, k.ID = o.ID, id()
		if err := s.CreateToken(t.Context(), k, "abc"); err != nil {
			t.Fatal(err)
		}
		got, err := s.TokenByHash(t.Context(), "abc")
		same(t, k, got, err)
		all, err := s.Tokens(t.Context(), o.ID)
		same(t, []auth.Token{k}, all, err)
	})
}

func TestACounterComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		a := filled[auth.Attempt](t)
		for range 2 { // new, then there already
			a.Failures++
			if err := s.SaveAttempt(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			got, err := s.Attempt(t.Context(), a.Key)
			same(t, a, got, err)
		}
		last, err := s.LastAttempt(t.Context(), a.Key)
		same(t, a.Last, last, err)
		last, err = s.LastAttempt(t.Context(), "another")
		same(t, time.Time{}, last, err)
	})
}

func newRegion(t *testing.T, s *Store, orgID, name string) string {
	t.Helper()
	r := org.Region{ID: id(), Name: name, RowVersion: 1}
	if err := s.CreateRegions(t.Context(), orgID, []org.Region{r}); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func newBranch(t *testing.T, s *Store, orgID, code, region string) string {
	t.Helper()
	b := org.Branch{ID: id(), Code: code, Name: "Branch " + code, Region: region, Active: true, RowVersion: 1}
	if err := s.CreateBranches(t.Context(), orgID, []org.Branch{b}); err != nil {
		t.Fatal(err)
	}
	return b.ID
}

func newPerson(t *testing.T, s *Store, email string) auth.Person {
	t.Helper()
	p := auth.Person{ID: id(), Email: email, Name: "Robin", PasswordHash: "$x$", Created: noon, RowVersion: 1}
	if err := s.CreatePerson(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}
