package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
)

// memberRow is one person's place in one organisation.
type memberRow struct {
	OrgID      string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	PersonID   string
	Alias      string
	Active     bool
	JoinHash   string
	JoinUntil  *time.Time
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	RowVersion int
}

// TableName is the table of members.
func (memberRow) TableName() string { return "members" }

func (r memberRow) key() (string, string, int) { return r.OrgID, r.ID, r.RowVersion }

// memberRole, memberRegion and memberBranch are what a member has.
type (
	memberRole struct {
		OrgID    string `gorm:"primaryKey"`
		MemberID string `gorm:"primaryKey"`
		Role     string `gorm:"primaryKey"`
	}
	memberRegion struct {
		OrgID    string `gorm:"primaryKey"`
		MemberID string `gorm:"primaryKey"`
		RegionID string `gorm:"primaryKey"`
	}
	memberBranch struct {
		OrgID    string `gorm:"primaryKey"`
		MemberID string `gorm:"primaryKey"`
		BranchID string `gorm:"primaryKey"`
	}
)

// TableName is the table of roles.
func (memberRole) TableName() string { return "member_roles" }

// TableName is the table of managers' regions.
func (memberRegion) TableName() string { return "member_regions" }

// TableName is the table of managers' branches.
func (memberBranch) TableName() string { return "member_branches" }

// membershipRow is a member with the names around it.
type membershipRow struct {
	Row         memberRow `gorm:"embedded"`
	OrgName     string
	OrgLanguage string
	Name        string
	Email       string
}

func (r membershipRow) membership() auth.Membership {
	m := r.Row
	return auth.Membership{
		Member: auth.Member{
			Org: m.OrgID, ID: m.ID, Person: m.PersonID, Alias: m.Alias, Active: m.Active, JoinHash: m.JoinHash,
			JoinUntil: timeVal(m.JoinUntil), RowVersion: m.RowVersion,
		},
		OrgName: r.OrgName, OrgLanguage: r.OrgLanguage, Name: r.Name, Email: r.Email,
	}
}

// memberships begins a query on members with the names around them.
func (s *Store) memberships(ctx context.Context) *gorm.DB {
	return s.db(ctx).Table("members m").
		Select("m.org_id, m.id, m.person_id, m.alias, m.active, m.join_hash, m.join_until, m.row_version, o.name AS org_name, o.language AS org_language, p.name AS name, p.email AS email").
		Joins("JOIN people p ON p.id = m.person_id").
		Joins("JOIN organisations o ON o.id = m.org_id")
}

// Member loads one member.
func (s *Store) Member(ctx context.Context, org, id string) (auth.Membership, error) {
	return s.oneMember(ctx, org, "m.id", id)
}

// MemberOf loads the membership of a person.
func (s *Store) MemberOf(ctx context.Context, org, person string) (auth.Membership, error) {
	return s.oneMember(ctx, org, "m.person_id", person)
}

func (s *Store) oneMember(ctx context.Context, org, column, id string) (auth.Membership, error) {
	var found []auth.Membership
	err := s.inView(ctx, org, func(s *Store) error {
		var row membershipRow
		err := s.memberships(ctx).Where("m.org_id = ? AND "+column+" = ?", org, id).Take(&row).Error
		if err != nil {
			return err
		}
		found = []auth.Membership{row.membership()}
		return s.fillMembers(ctx, org, found)
	})
	if err != nil {
		return auth.Membership{}, named(err, "person among your people")
	}
	return found[0], nil
}

// Members lists members by the person's name. The names of an organisation's people are sorted for it: there are few.
func (s *Store) Members(ctx context.Context, org string, q auth.MemberQuery) ([]auth.Membership, error) {
	var found []auth.Membership
	err := s.inView(ctx, org, func(s *Store) error {
		var rows []membershipRow
		db := chosenMembers(s.memberships(ctx).Where("m.org_id = ?", org), org, q)
		if err := db.Order("lower(p.name), m.id").Limit(q.Limit).Find(&rows).Error; err != nil {
			return err
		}
		found = mapRows(rows, membershipRow.membership)
		return s.fillMembers(ctx, org, found)
	})
	return found, err
}

func chosenMembers(db *gorm.DB, org string, q auth.MemberQuery) *gorm.DB {
	if q.Text != "" {
		like := contains(q.Text)
		db = db.Where(`(lower(p.name) LIKE ? ESCAPE '\' OR p.email LIKE ? ESCAPE '\' OR lower(m.alias) LIKE ? ESCAPE '\')`, like, like, like)
	}
	if q.Role != "" {
		db = db.Where("m.id IN (SELECT member_id FROM member_roles WHERE org_id = ? AND role = ?)", org, string(q.Role))
	}
	if q.Active != nil {
		db = db.Where("m.active = ?", *q.Active)
	}
	if q.After != "" {
		db = db.Where(`(lower(p.name), m.id) > (SELECT lower(ap.name), am.id FROM members am JOIN people ap ON ap.id = am.person_id
			WHERE am.org_id = ? AND am.id = ?)`, org, q.After)
	}
	return db
}

// fillMembers adds roles, regions and branches, each in order.
func (s *Store) fillMembers(ctx context.Context, org string, ms []auth.Membership) error {
	at := make(map[string]*auth.Membership, len(ms))
	ids := make([]string, len(ms))
	for i := range ms {
		ids[i], at[ms[i].ID] = ms[i].ID, &ms[i]
	}
	if len(ids) == 0 {
		return nil
	}
	var roles []memberRole
	var regions []memberRegion
	var branches []memberBranch
	db := func() *gorm.DB { return s.db(ctx).Where("org_id = ? AND member_id IN ?", org, ids) }
	if err := db().Order("role").Find(&roles).Error; err != nil {
		return err
	}
	if err := db().Order("region_id").Find(&regions).Error; err != nil {
		return err
	}
	if err := db().Order("branch_id").Find(&branches).Error; err != nil {
		return err
	}
	for _, r := range roles {
		at[r.MemberID].Roles = append(at[r.MemberID].Roles, auth.Role(r.Role))
	}
	for _, r := range regions {
		at[r.MemberID].Regions = append(at[r.MemberID].Regions, r.RegionID)
	}
	for _, r := range branches {
		at[r.MemberID].Branches = append(at[r.MemberID].Branches, r.BranchID)
	}
	return nil
}

// maxMemberships bounds the organisations that one person chooses from.
const maxMemberships = 200

// Memberships lists a person's active memberships with their roles, by the organisation's name. Regions and branches
// are left out: their rows open only with the organisation.
func (s *Store) Memberships(ctx context.Context, person string) ([]auth.Membership, error) {
	var found []auth.Membership
	err := s.run(ctx, scope{person: person}, false, func(s *Store) error {
		var rows []membershipRow
		err := s.memberships(ctx).Where("m.person_id = ? AND m.active = ?", person, true).
			Order("lower(o.name), m.org_id").Limit(maxMemberships).Find(&rows).Error
		if err != nil {
			return err
		}
		found = mapRows(rows, membershipRow.membership)
		alphabet.Sort("", found, func(m *auth.Membership) string { return m.OrgName }, func(m *auth.Membership) string { return m.Org })
		return s.fillRoles(ctx, person, found)
	})
	return found, err
}

func (s *Store) fillRoles(ctx context.Context, person string, ms []auth.Membership) error {
	var roles []memberRole
	err := s.db(ctx).Table("member_roles r").Select("r.*").
		Joins("JOIN members m ON m.org_id = r.org_id AND m.id = r.member_id").
		Where("m.person_id = ?", person).Order("r.role").Find(&roles).Error
	for _, r := range roles {
		for i := range ms {
			if ms[i].Org == r.OrgID && ms[i].ID == r.MemberID {
				ms[i].Roles = append(ms[i].Roles, auth.Role(r.Role))
			}
		}
	}
	return err
}

// actorQuery is asked by each request of a person: one row per fact.
const actorQuery = `WITH RECURSIVE me AS (
  SELECT m.id, m.alias FROM members m JOIN people p ON p.id = m.person_id
  WHERE m.org_id = @org AND m.person_id = @person AND m.active AND p.deactivated_at IS NULL),
below (id) AS (
  SELECT g.region_id FROM member_regions g JOIN me ON me.id = g.member_id WHERE g.org_id = @org
  UNION SELECT r.id FROM regions r JOIN below b ON r.parent_id = b.id WHERE r.org_id = @org)
SELECT 'member' AS kind, CAST(id AS text) AS fact, alias FROM me
UNION ALL SELECT 'role', x.role, '' FROM member_roles x JOIN me ON me.id = x.member_id WHERE x.org_id = @org
UNION ALL SELECT 'region', CAST(id AS text), '' FROM below
UNION ALL SELECT 'branch', CAST(x.branch_id AS text), '' FROM member_branches x JOIN me ON me.id = x.member_id WHERE x.org_id = @org
ORDER BY 1, 2`

// Actor loads who a person is in an organisation: roles, regions with all below them, branches.
func (s *Store) Actor(ctx context.Context, org, person string) (auth.Actor, error) {
	a := auth.Actor{Person: person, Org: org}
	err := s.inView(ctx, org, func(s *Store) error {
		var facts []struct{ Kind, Fact, Alias string }
		if err := s.db(ctx).Raw(actorQuery, map[string]any{"org": org, "person": person}).Scan(&facts).Error; err != nil {
			return err
		}
		for _, f := range facts {
			switch f.Kind {
			case "member":
				a.Member, a.Alias = f.Fact, f.Alias
			case "role":
				a.Roles = append(a.Roles, auth.Role(f.Fact))
			case "region":
				a.Regions = append(a.Regions, f.Fact)
			case "branch":
				a.Branches = append(a.Branches, f.Fact)
			}
		}
		if a.Member == "" {
			return gorm.ErrRecordNotFound
		}
		return nil
	})
	if err != nil {
		return auth.Actor{}, named(err, "organisation")
	}
	return a, nil
}

// CreateMember inserts a member with roles, regions and branches.
func (s *Store) CreateMember(ctx context.Context, m auth.Member, at time.Time) error {
	row := memberRow{
		OrgID: m.Org, ID: m.ID, PersonID: m.Person, Alias: m.Alias, Active: m.Active, JoinHash: m.JoinHash, JoinUntil: timePtr(m.JoinUntil),
		CreatedAt: at, RowVersion: m.RowVersion,
	}
	return s.inTx(ctx, m.Org, func(s *Store) error {
		if err := s.db(ctx).Create(&row).Error; err != nil {
			return err
		}
		return s.saveScopes(ctx, m)
	})
}

// UpdateMember writes alias, activity, roles, regions and branches of a member by its row version. The person stays.
func (s *Store) UpdateMember(ctx context.Context, m auth.Member) error {
	return s.inTx(ctx, m.Org, func(s *Store) error {
		res := s.db(ctx).Model(&memberRow{}).Where("org_id = ? AND id = ? AND row_version = ?", m.Org, m.ID, m.RowVersion).
			Updates(map[string]any{
				"alias": m.Alias, "active": m.Active, "join_hash": m.JoinHash, "join_until": timePtr(m.JoinUntil), "row_version": m.RowVersion + 1,
			})
		row := memberRow{OrgID: m.Org, ID: m.ID}
		if err := s.changed(ctx, res.Error, res.RowsAffected, row, "person"); err != nil {
			return err
		}
		return s.saveScopes(ctx, m)
	})
}

// saveScopes replaces roles, regions and branches.
func (s *Store) saveScopes(ctx context.Context, m auth.Member) error {
	own := func() *gorm.DB { return s.db(ctx).Where("org_id = ? AND member_id = ?", m.Org, m.ID) }
	roles := mapRows(m.Roles, func(r auth.Role) memberRole { return memberRole{m.Org, m.ID, string(r)} })
	if err := replace(s.db(ctx), own().Delete(&memberRole{}), roles); err != nil {
		return err
	}
	regions := mapRows(m.Regions, func(id string) memberRegion { return memberRegion{m.Org, m.ID, id} })
	if err := replace(s.db(ctx), own().Delete(&memberRegion{}), regions); err != nil {
		return err
	}
	branches := mapRows(m.Branches, func(id string) memberBranch { return memberBranch{m.Org, m.ID, id} })
	return replace(s.db(ctx), own().Delete(&memberBranch{}), branches)
}

// replace inserts rows after the old ones were deleted.
func replace[R any](db, deleted *gorm.DB, rows []R) error {
	if deleted.Error != nil || len(rows) == 0 {
		return deleted.Error
	}
	return db.CreateInBatches(rows, 200).Error
}

// ActiveOwners counts the active owners.
func (s *Store) ActiveOwners(ctx context.Context, org string) (int, error) {
	var n int64
	err := s.inView(ctx, org, func(s *Store) error {
		return s.db(ctx).Table("member_roles r").
			Joins("JOIN members m ON m.org_id = r.org_id AND m.id = r.member_id").
			Where("r.org_id = ? AND r.role = ? AND m.active = ?", org, string(auth.Owner), true).Count(&n).Error
	})
	return int(n), err
}

// AliasHolder gives the member who has an alias.
func (s *Store) AliasHolder(ctx context.Context, org, alias string) (string, error) {
	var ids []string
	err := s.inView(ctx, org, func(s *Store) error {
		return s.db(ctx).Model(&memberRow{}).Where("org_id = ? AND lower(alias) = lower(?)", org, alias).Limit(1).Pluck("id", &ids).Error
	})
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// Unknown gives those of the ids that are no region, or no branch, of the organisation.
func (s *Store) Unknown(ctx context.Context, org string, regions, branches []string) ([]string, error) {
	var unknown []string
	err := s.inView(ctx, org, func(s *Store) error {
		for table, ids := range map[string][]string{"regions": regions, "branches": branches} {
			if len(ids) == 0 {
				continue
			}
			var known []string
			if err := s.db(ctx).Table(table).Where("org_id = ? AND id IN ?", org, ids).Pluck("id", &known).Error; err != nil {
				return err
			}
			unknown = append(unknown, without(ids, known)...)
		}
		return nil
	})
	return unknown, err
}

// without gives the ids that are not among the known ones.
func without(ids, known []string) []string {
	set := make(map[string]bool, len(known))
	for _, id := range known {
		set[id] = true
	}
	var out []string
	for _, id := range ids {
		if !set[id] {
			out = append(out, id)
		}
	}
	return out
}
