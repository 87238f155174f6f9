package store

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
)

// town is an organisation with one of everything.
type town struct {
	org    org.Organisation
	all    org.Access
	region org.Region
	branch org.Branch
	person auth.Person
	member auth.Member
	token  auth.Token
}

func newTown(t *testing.T, s *Store, name string) town {
	t.Helper()
	o := newOrg(t, s, name)
	w := town{org: o, all: org.Access{Org: o.ID, All: true}, person: newPerson(t, s, name+"@example.org")}
	w.region = org.Region{Org: o.ID, ID: id(), Name: "North", RowVersion: 1}
	w.branch = org.Branch{Org: o.ID, ID: id(), Code: "A-1", Name: "Mill Lane", Region: w.region.ID, Active: true, RowVersion: 1}
	w.member = auth.Member{
		Org: o.ID, ID: id(), Person: w.person.ID, Alias: "Wren", Roles: []auth.Role{auth.Owner, auth.RegionalManager},
		Regions: []string{w.region.ID}, Active: true, RowVersion: 1,
	}
	w.token = auth.Token{Org: o.ID, ID: id(), Name: "till", Scopes: []auth.Scope{auth.ScopeRead}, Created: noon}
	err := s.inTx(t.Context(), o.ID, func(s *Store) error {
		for _, err := range []error{
			s.CreateRegions(t.Context(), o.ID, []org.Region{w.region}),
			s.CreateBranches(t.Context(), o.ID, []org.Branch{w.branch}),
			s.CreateMember(t.Context(), w.member, noon),
			s.CreateToken(t.Context(), w.token, "hash"+strings.ReplaceAll(o.ID, "-", "")),
			s.appendEvent(o.ID, noon, change(t, 1)),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// calls runs every method that takes an id, in the organisation of one town, on the things of another.
func calls(ctx context.Context, s *Store, us, them town) map[string]error {
	o := us.org.ID
	out := map[string]error{}
	note := func(name string, err error) { out[name] = err }
	_, err := s.Branch(ctx, us.all, them.branch.ID)
	note("Branch", err)
	note("UpdateBranch", s.UpdateBranch(ctx, o, them.branch))
	note("UpdateRegion", s.UpdateRegion(ctx, o, them.region))
	note("DeleteRegion", s.DeleteRegion(ctx, o, them.region))
	_, err = s.Member(ctx, o, them.member.ID)
	note("Member", err)
	_, err = s.MemberOf(ctx, o, them.person.ID)
	note("MemberOf", err)
	_, err = s.Actor(ctx, o, them.person.ID)
	note("Actor", err)
	foreign := them.member
	foreign.Org = o
	note("UpdateMember", s.UpdateMember(ctx, foreign))
	_, err = s.RevokeToken(ctx, o, them.token.ID, noon)
	note("RevokeToken", err)
	return out
}

func TestThingsOfAnotherOrganisationAreNotFound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		us, them := newTown(t, s, "us"), newTown(t, s, "them")
		for name, err := range calls(t.Context(), s, us, them) {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s of a foreign thing: %v, want NotFound", name, err)
			}
		}
		for name, err := range calls(t.Context(), s, us, us) { // the same calls at home, so that the test can fail
			if name != "DeleteRegion" && err != nil {
				t.Errorf("%s of an own thing: %v", name, err)
			}
		}
	})
}

func TestListsHoldOnlyOwnThings(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		us, them := newTown(t, s, "us"), newTown(t, s, "them")
		ctx, o := t.Context(), us.org.ID
		branches, err := s.Branches(ctx, us.all, org.BranchQuery{Limit: 10})
		if err != nil || len(branches) != 1 || branches[0].Org != o {
			t.Errorf("branches = %+v, %v", branches, err)
		}
		codes, err := s.BranchesByCode(ctx, o, []string{them.branch.Code})
		if err != nil || len(codes) != 1 || codes[0].ID != us.branch.ID {
			t.Errorf("by code = %+v, %v", codes, err)
		}
		regions, err := s.Regions(ctx, us.all)
		if err != nil || len(regions) != 1 || regions[0].ID != us.region.ID {
			t.Errorf("regions = %+v, %v", regions, err)
		}
		members, err := s.Members(ctx, o, auth.MemberQuery{Limit: 10})
		if err != nil || len(members) != 1 || members[0].ID != us.member.ID {
			t.Errorf("members = %+v, %v", members, err)
		}
		tokens, err := s.Tokens(ctx, o)
		if err != nil || len(tokens) != 1 || tokens[0].ID != us.token.ID {
			t.Errorf("tokens = %+v, %v", tokens, err)
		}
		history, err := s.BranchRegions(ctx, o, them.branch.ID)
		if err != nil || len(history) != 0 {
			t.Errorf("history of a foreign branch = %+v, %v", history, err)
		}
		use, err := s.RegionUse(ctx, o, them.region.ID)
		if err != nil || use != (org.RegionUse{}) {
			t.Errorf("use of a foreign region = %+v, %v", use, err)
		}
		unknown, err := s.Unknown(ctx, o, []string{us.region.ID, them.region.ID}, []string{them.branch.ID})
		if err != nil || len(unknown) != 2 {
			t.Errorf("unknown = %v, %v, want the two foreign ones", unknown, err)
		}
		if n, err := s.ActiveOwners(ctx, o); err != nil || n != 1 {
			t.Errorf("owners = %d, %v", n, err)
		}
	})
}

func TestAReferenceToAnotherOrganisationIsRefused(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		us, them := newTown(t, s, "us"), newTown(t, s, "them")
		ctx, o := t.Context(), us.org.ID
		b := us.branch
		b.Region = them.region.ID
		m := us.member
		m.Branches = []string{them.branch.ID}
		for name, err := range map[string]error{
			"a branch in a foreign region":       s.UpdateBranch(ctx, o, b),
			"a move to a foreign region":         s.MoveBranch(ctx, o, us.branch.ID, them.region.ID, "2026-11-21"),
			"a region below a foreign one":       s.CreateRegions(ctx, o, []org.Region{{ID: id(), Parent: them.region.ID, Name: "x"}}),
			"a manager of a foreign branch":      s.UpdateMember(ctx, m),
			"a member of a foreign organisation": s.inTx(ctx, o, func(s *Store) error { return s.CreateMember(ctx, them.member, noon) }),
		} {
			if err == nil {
				t.Errorf("%s was stored", name)
			}
		}
	})
}

// tables are all tables with an organisation and the column that names it.
func tables(t *testing.T, s *Store) map[string]string {
	t.Helper()
	out := map[string]string{"organisations": "id"}
	for _, name := range strings1(t, s, `SELECT table_name::text FROM information_schema.columns
		WHERE table_schema = 'public' AND column_name = 'org_id'`) {
		out[name] = "org_id"
	}
	return out
}

func TestRowLevelSecurityAloneHidesForeignRows(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	us, them := newTown(t, s, "us"), newTown(t, s, "them")
	count := func(db *gorm.DB, table, column, org string) (n int64) {
		if err := db.Raw("SELECT count(*) FROM " + table + " WHERE " + column + " = '" + org + "'").Scan(&n).Error; err != nil {
			t.Errorf("%s: %v", table, err)
		}
		return n
	}
	for table, column := range tables(t, s) {
		if n := count(s.w.WithContext(t.Context()), table, column, us.org.ID); n != 0 {
			t.Errorf("%s: %d rows without a setting", table, n)
		}
		err := s.inTx(t.Context(), us.org.ID, func(s *Store) error {
			if n := count(s.db(t.Context()), table, column, them.org.ID); n != 0 {
				t.Errorf("%s: %d foreign rows", table, n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"organisations", "regions", "branches", "branch_regions", "members", "member_roles", "member_regions", "tokens", "events", "event_heads"} {
		err := s.inView(t.Context(), us.org.ID, func(s *Store) error {
			if n := count(s.db(t.Context()), table, tables(t, s)[table], us.org.ID); n == 0 {
				t.Errorf("%s: own rows are hidden, too, so this test proves nothing", table)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestRowLevelSecurityRefusesForeignWrites(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	us, them := newTown(t, s, "us"), newTown(t, s, "them")
	for _, q := range []string{
		`UPDATE regions SET name = 'taken' WHERE org_id = '` + them.org.ID + `'`,
		`DELETE FROM member_roles WHERE org_id = '` + them.org.ID + `'`,
		`UPDATE organisations SET name = 'taken' WHERE id = '` + them.org.ID + `'`,
	} {
		err := s.inTx(t.Context(), us.org.ID, func(s *Store) error {
			res := s.db(t.Context()).Exec(q)
			if res.RowsAffected != 0 {
				t.Errorf("%s met %d rows", q, res.RowsAffected)
			}
			return res.Error
		})
		if err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
	for _, q := range []string{
		`INSERT INTO regions VALUES ('` + them.org.ID + `', '` + id() + `', NULL, 'mine', 1)`,
		`UPDATE regions SET org_id = '` + them.org.ID + `'`,
	} {
		if err := s.inTx(t.Context(), us.org.ID, func(s *Store) error { return s.db(t.Context()).Exec(q).Error }); err == nil {
			t.Errorf("%s was done", q)
		}
	}
}

func TestOtherSettingsOpenNoMoreThanTheyMust(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	us := newTown(t, s, "us")
	newTown(t, s, "them")
	hash := "hash" + strings.ReplaceAll(us.org.ID, "-", "")
	for _, c := range []struct {
		name  string
		scope scope
		sees  map[string]int64 // of two rows, or four roles
	}{
		{"a person", scope{person: us.person.ID}, map[string]int64{"organisations": 1, "members": 1, "member_roles": 2}},
		{"a token", scope{tokenHash: hash}, map[string]int64{"tokens": 1}},
		{"a wrong token", scope{tokenHash: "hash"}, nil},
		{"the operator", scope{operator: true}, map[string]int64{"organisations": 2}},
	} {
		for table := range tables(t, s) {
			err := s.run(t.Context(), c.scope, true, func(s *Store) error {
				var n int64
				if err := s.db(t.Context()).Raw("SELECT count(*) FROM " + table).Scan(&n).Error; err != nil {
					return err
				}
				if n != c.sees[table] {
					t.Errorf("%s sees %d rows of %s, want %d", c.name, n, table, c.sees[table])
				}
				if c.sees[table] == 0 {
					return nil
				}
				column := tables(t, s)[table]
				res := s.db(t.Context()).Exec("UPDATE " + table + " SET " + column + " = " + column)
				if res.Error == nil && res.RowsAffected != 0 {
					t.Errorf("%s changed %d rows of %s", c.name, res.RowsAffected, table)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s, %s: %v", c.name, table, err)
			}
		}
	}
}

func TestAPersonSeesTheOrganisationsHeIsActiveIn(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		us, them := newTown(t, s, "us"), newTown(t, s, "them")
		guest := auth.Member{Org: them.org.ID, ID: id(), Person: us.person.ID, Alias: "Guest", Roles: []auth.Role{auth.Shopper}, Active: true, RowVersion: 1}
		if err := s.CreateMember(t.Context(), guest, noon); err != nil {
			t.Fatal(err)
		}
		ms, err := s.Memberships(t.Context(), us.person.ID)
		if err != nil || len(ms) != 2 || ms[0].OrgName != "them" || ms[0].Roles[0] != auth.Shopper || len(ms[1].Roles) != 2 {
			t.Fatalf("memberships = %+v, %v", ms, err)
		}
		guest.Active = false
		if err := s.UpdateMember(t.Context(), guest); err != nil {
			t.Fatal(err)
		}
		if ms, err = s.Memberships(t.Context(), us.person.ID); err != nil || len(ms) != 1 || ms[0].OrgName != "us" {
			t.Fatalf("memberships = %+v, %v", ms, err)
		}
		if _, err := s.Actor(t.Context(), them.org.ID, us.person.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deactivated member is still an actor: %v", err)
		}
	})
}
