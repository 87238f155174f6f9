package auth

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/fault"
)

// InviteInput is a new member. Alias "" makes one.
type InviteInput struct {
	Email    string
	Name     string
	Alias    string
	Roles    []Role
	Regions  []string // ids; for a regional manager
	Branches []string // ids; for a branch manager
}

// ChangeInput is a member as it is to be.
type ChangeInput struct {
	Alias    string
	Roles    []Role
	Regions  []string
	Branches []string
	Version  int // row version that was looked at
}

// Memberships lists a person's active memberships, by the organisation's name.
func (s *Service) Memberships(ctx context.Context, person string) ([]Membership, error) {
	return s.repo.Memberships(ctx, person)
}

// ActorFor gives a person as actor in one organisation, loaded afresh for each request, so that a change of rights holds
// at once. Who is no active member there finds no such organisation.
func (s *Service) ActorFor(ctx context.Context, person, orgID string) (Actor, error) {
	return s.repo.Actor(ctx, orgID, person)
}

// MemberPage is one page of a list of members.
type MemberPage struct {
	Members []Membership
	Next    string // MemberQuery.After of the next page; "" at the end
}

// Members lists the people of the actor's organisation, by name.
func (s *Service) Members(ctx context.Context, a Actor, q MemberQuery) (MemberPage, error) {
	if err := Can(a, PeopleRead, Thing{Org: a.Org}); err != nil {
		return MemberPage{}, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200) + 1
	ms, err := s.repo.Members(ctx, a.Org, q)
	if err != nil || len(ms) < q.Limit {
		if q.After == "" { // all of them: the order of a page among others is the database's
			alphabet.Sort("", ms, func(m *Membership) string { return m.Name }, func(m *Membership) string { return m.ID })
		}
		return MemberPage{Members: ms}, err
	}
	ms = ms[:q.Limit-1]
	return MemberPage{Members: ms, Next: ms[len(ms)-1].ID}, nil
}

// Member gives one member of the actor's organisation.
func (s *Service) Member(ctx context.Context, a Actor, id string) (Membership, error) {
	if err := Can(a, PeopleRead, Thing{Org: a.Org}); err != nil {
		return Membership{}, err
	}
	return s.repo.Member(ctx, a.Org, id)
}

// Invite makes somebody a member. Who is new to the installation gets a link, which is sent and also given back, for
// handing over where no mail is set up. Who is known gets a link to join with, which works only for him: one that signs
// in would let the inviter into that person's other organisations. Member.Joining tells the two apart.
func (s *Service) Invite(ctx context.Context, a Actor, in InviteInput) (Member, string, error) {
	if err := Can(a, PeopleEdit, Thing{Org: a.Org}); err != nil {
		return Member{}, "", err
	}
	in.Email, in.Name = foldEmail(in.Email), strings.TrimSpace(in.Name)
	var m Member
	var p Person
	var token string
	err := s.repo.InTx(ctx, a.Org, func(r Repo) error {
		m = Member{Org: a.Org, Alias: in.Alias, Roles: in.Roles, Regions: in.Regions, Branches: in.Branches}
		bad := fault.Fields{}
		checkEmail(in.Email, &bad)
		checkPersonName(in.Name, &bad)
		if err := s.checkMember(ctx, r, &m, &bad); err != nil {
			return err
		}
		var fresh bool
		var err error
		if p, fresh, err = s.findOrMake(ctx, r, in.Email, in.Name, ""); err != nil {
			return err
		}
		m.Active, m.Person = true, p.ID
		if !fresh {
			if err := notYetMember(ctx, r, a.Org, p.ID); err != nil {
				return err
			}
			token = s.invitation(&m)
		}
		if m, err = s.newMember(ctx, r, m); err != nil {
			return err
		}
		if fresh {
			if token, err = s.makeLink(ctx, r, p.ID, LinkInvite, LinkLife); err != nil {
				return err
			}
		}
		return s.logMember(ctx, r, a.Member, "member.invited", m)
	})
	if err != nil {
		return Member{}, "", err
	}
	return m, token, s.sendInvitation(ctx, p, m, token)
}

// sendInvitation mails the link of an invitation where mail is set up.
func (s *Service) sendInvitation(ctx context.Context, p Person, m Member, token string) error {
	if s.opts.Send == nil {
		return nil
	}
	purpose := LinkInvite
	if m.Joining() {
		purpose = LinkJoin
	}
	return s.opts.Send(ctx, p, purpose, token)
}

// InviteAgain makes a new link for a member who has not joined yet, or never set a password and is in no other
// organisation.
func (s *Service) InviteAgain(ctx context.Context, a Actor, id string) (Member, string, error) {
	if err := Can(a, PeopleEdit, Thing{Org: a.Org}); err != nil {
		return Member{}, "", err
	}
	m, err := s.repo.Member(ctx, a.Org, id)
	if err != nil {
		return Member{}, "", err
	}
	if m.Joining() {
		return s.joinAgain(ctx, a, m)
	}
	p, err := s.repo.Person(ctx, m.Person)
	if err != nil {
		return Member{}, "", err
	}
	all, err := s.repo.Memberships(ctx, m.Person)
	if err != nil {
		return Member{}, "", err
	}
	if p.PasswordHash != "" || !m.Active || len(all) != 1 {
		return Member{}, "", fault.New(fault.Conflict, "This person can sign in already, and may ask for a link on the sign-in page.")
	}
	token, err := s.makeLink(ctx, s.repo, p.ID, LinkInvite, LinkLife)
	return m.Member, token, err
}

// joinAgain replaces the link of somebody who has not joined yet, and mails the new one.
func (s *Service) joinAgain(ctx context.Context, a Actor, m Membership) (Member, string, error) {
	token := s.invitation(&m.Member)
	err := s.repo.InTx(ctx, a.Org, func(r Repo) error {
		if err := r.UpdateMember(ctx, m.Member); err != nil {
			return err
		}
		m.RowVersion++
		return s.logMember(ctx, r, a.Member, "member.invited", m.Member)
	})
	if err != nil {
		return Member{}, "", err
	}
	return m.Member, token, s.sendInvitation(ctx, Person{ID: m.Person, Email: m.Email, Name: m.Name}, m.Member, token)
}

// findOrMake gives the person of an address, made when it is new.
func (s *Service) findOrMake(ctx context.Context, r Repo, email, name, hash string) (p Person, fresh bool, err error) {
	p, err = r.PersonByEmail(ctx, email)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return p, false, err
	}
	id, err := newID()
	if err != nil {
		return p, false, err
	}
	p = Person{ID: id, Email: email, Name: name, PasswordHash: hash, Created: s.now(), RowVersion: 1}
	return p, true, r.CreatePerson(ctx, p)
}

func notYetMember(ctx context.Context, r Repo, orgID, person string) error {
	_, err := r.MemberOf(ctx, orgID, person)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var bad fault.Fields
	bad.Add("email", "This person is among your people already, perhaps deactivated.")
	return bad.Err()
}

// newMember writes a member, with an alias when it has none.
func (s *Service) newMember(ctx context.Context, r Repo, m Member) (Member, error) {
	var err error
	if m.ID, err = newID(); err != nil {
		return m, err
	}
	if m.Alias == "" {
		if m.Alias, err = freeAlias(ctx, r, m.Org); err != nil {
			return m, err
		}
	}
	m.RowVersion = 1
	return m, r.CreateMember(ctx, m, s.now())
}

// ChangeMember changes roles, scopes and alias. It holds from the member's next request on, and his sessions get new
// tokens and, when he is no longer only a shopper, the shorter limits.
func (s *Service) ChangeMember(ctx context.Context, a Actor, id string, in ChangeInput) (Member, error) {
	return s.changeMember(ctx, a, id, in.Version, "member.changed", func(r Repo, m *Member) error {
		wasOwner := m.Active && slices.Contains(m.Roles, Owner)
		m.Alias, m.Roles, m.Regions, m.Branches = in.Alias, in.Roles, in.Regions, in.Branches
		var bad fault.Fields
		if strings.TrimSpace(in.Alias) == "" {
			bad.Add("alias", "Give the person an alias.")
		}
		if err := s.checkMember(ctx, r, m, &bad); err != nil {
			return err
		}
		if wasOwner && !slices.Contains(m.Roles, Owner) {
			if err := s.anotherOwner(ctx, r, m.Org); err != nil {
				return err
			}
		}
		return s.tightenSessions(ctx, r, *m)
	})
}

// tightenSessions makes sessions follow a change of rights. It never loosens them: the person may be more than a
// shopper in another organisation.
func (s *Service) tightenSessions(ctx context.Context, r Repo, m Member) error {
	more := slices.ContainsFunc(m.Roles, func(role Role) bool { return role != Shopper })
	return r.MarkSessions(ctx, m.Person, more, s.now().Add(otherLimits.life))
}

// Deactivate takes a member's access away and ends all his sessions. The last active owner stays.
func (s *Service) Deactivate(ctx context.Context, a Actor, id string, version int) (Member, error) {
	return s.changeMember(ctx, a, id, version, "member.deactivated", func(r Repo, m *Member) error {
		if m.Active && slices.Contains(m.Roles, Owner) {
			if err := s.anotherOwner(ctx, r, m.Org); err != nil {
				return err
			}
		}
		m.Active = false
		if m.Joining() { // an invitation that is taken back
			m.JoinUntil = s.now()
		}
		_, err := r.EndSessions(ctx, m.Person, "", "")
		return err
	})
}

// Activate gives a member his access back.
func (s *Service) Activate(ctx context.Context, a Actor, id string, version int) (Member, error) {
	return s.changeMember(ctx, a, id, version, "member.activated", func(r Repo, m *Member) error {
		if m.Joining() {
			return fault.New(fault.Conflict, "This person has been invited and has not joined yet. Make a new link if the old one got lost.")
		}
		m.Active = true
		return s.tightenSessions(ctx, r, *m)
	})
}

// changeMember loads, changes and writes a member. The organisation is locked: of two owners who remove each other at
// once, the second must see what the first did.
func (s *Service) changeMember(ctx context.Context, a Actor, id string, version int, verb string, change func(Repo, *Member) error) (Member, error) {
	if err := Can(a, PeopleEdit, Thing{Org: a.Org}); err != nil {
		return Member{}, err
	}
	var m Member
	err := s.repo.InTx(ctx, a.Org, func(r Repo) error {
		if err := r.Lock(ctx, a.Org); err != nil {
			return err
		}
		found, err := r.Member(ctx, a.Org, id)
		if err != nil {
			return err
		}
		m = found.Member
		if err := change(r, &m); err != nil {
			return err
		}
		m.RowVersion = version
		if err := r.UpdateMember(ctx, m); err != nil {
			return err
		}
		m.RowVersion++
		return s.logMember(ctx, r, a.Member, verb, m)
	})
	return m, err
}

// anotherOwner refuses to take away the last active owner.
func (s *Service) anotherOwner(ctx context.Context, r Repo, orgID string) error {
	n, err := r.ActiveOwners(ctx, orgID)
	if err == nil && n <= 1 {
		return fault.New(fault.Conflict, "This is the last active owner. Make somebody else an owner first.")
	}
	return err
}

// logMember writes who may do what now: ids and roles, no name and no address.
func (s *Service) logMember(ctx context.Context, r Repo, actor, verb string, m Member) error {
	return s.log(ctx, r, m.Org, actor, verb, "member", m.ID, struct {
		Roles    []Role   `json:"roles"`
		Regions  []string `json:"regions,omitempty"`
		Branches []string `json:"branches,omitempty"`
		Active   bool     `json:"active"`
	}{m.Roles, m.Regions, m.Branches, m.Active})
}

// maxScopes bounds the regions and the branches of one member.
const maxScopes = 500

// checkMember tidies a member and says everything that is wrong with it.
func (s *Service) checkMember(ctx context.Context, r Repo, m *Member, bad *fault.Fields) error {
	m.Alias = strings.TrimSpace(m.Alias)
	m.Roles, m.Regions, m.Branches = tidy(m.Roles), tidy(m.Regions), tidy(m.Branches)
	m.checkRoles(bad)
	if err := checkAlias(ctx, r, *m, bad); err != nil {
		return err
	}
	unknown, err := r.Unknown(ctx, m.Org, m.Regions, m.Branches)
	if err != nil {
		return err
	}
	for _, id := range unknown {
		if slices.Contains(m.Regions, id) {
			bad.Add("regions", "One of the regions does not exist any more. Choose again.")
		} else {
			bad.Add("branches", "One of the branches does not exist any more. Choose again.")
		}
	}
	return bad.Err()
}

func tidy[S ~string](xs []S) []S { return slices.Compact(slices.Sorted(slices.Values(xs))) }

// checkRoles checks that roles and scopes fit each other.
func (m Member) checkRoles(bad *fault.Fields) {
	if len(m.Roles) == 0 {
		bad.Add("roles", "Choose at least one role.")
	}
	for _, role := range m.Roles {
		if !slices.Contains(Roles(), role) {
			bad.Addf("roles", "There is no role “%s”.", role)
		}
	}
	checkScope(m.Roles, RegionalManager, m.Regions, "regions", "Choose the regions of this regional manager.",
		"Only a regional manager has regions.", bad)
	checkScope(m.Roles, BranchManager, m.Branches, "branches", "Choose the branches of this branch manager.",
		"Only a branch manager has branches.", bad)
}

func checkScope(roles []Role, role Role, scope []string, field, none, stray string, bad *fault.Fields) {
	has := slices.Contains(roles, role)
	switch {
	case has && len(scope) == 0:
		bad.Add(field, none)
	case !has && len(scope) > 0:
		bad.Add(field, stray)
	case len(scope) > maxScopes:
		bad.Addf(field, "Choose at most %d.", maxScopes)
	}
}

// maxAlias is in characters.
const maxAlias = 40

func checkAlias(ctx context.Context, r Repo, m Member, bad *fault.Fields) error {
	if m.Alias == "" {
		return nil
	}
	if utf8.RuneCountInString(m.Alias) > maxAlias || !printable(m.Alias) {
		bad.Addf("alias", "The alias may have at most %d characters, all of them visible.", maxAlias)
		return nil
	}
	holder, err := r.AliasHolder(ctx, m.Org, m.Alias)
	if err == nil && holder != "" && holder != m.ID {
		bad.Add("alias", "Somebody else has this alias.")
	}
	return err
}

// maxPersonName is in characters.
const maxPersonName = 100

func checkPersonName(name string, bad *fault.Fields) {
	if name == "" {
		bad.Add("name", "Give the person's name.")
	} else if utf8.RuneCountInString(name) > maxPersonName || !printable(name) {
		bad.Addf("name", "The name may have at most %d characters, all of them visible.", maxPersonName)
	}
}

// printable reports whole UTF-8 without control characters.
func printable(s string) bool {
	return utf8.ValidString(s) && !slices.ContainsFunc([]rune(s), unicode.IsControl)
}
