package auth

import (
	"context"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/org"
)

// SetUpInput is what the first person says, or the operator for a further organisation.
type SetUpInput struct {
	Organisation string
	Zone         string // IANA time zone
	Currency     string // ISO 4217
	Name         string // of the person
	Email        string
	Password     string // may be "" for Found: the person then comes by a link
}

// FirstSetup makes a set-up link when there is nobody yet who could sign in; needed is false otherwise.
func (s *Service) FirstSetup(ctx context.Context) (token string, needed bool, err error) {
	some, err := s.repo.AnyPerson(ctx)
	if err != nil || some {
		return "", false, err
	}
	token, err = s.makeLink(ctx, s.repo, "", LinkSetUp, LinkLife)
	return token, true, err
}

// SetUp consumes a set-up link and makes the first organisation and its owner. Wrong input leaves the link as it is.
func (s *Service) SetUp(ctx context.Context, token string, in SetUpInput) (Person, error) {
	l, err := s.PeekLink(ctx, token)
	if err != nil {
		return Person{}, err
	}
	if l.Purpose != LinkSetUp {
		return Person{}, errLink()
	}
	in = in.tidy()
	if err := in.check(true); err != nil {
		return Person{}, err
	}
	p, _, err := s.found(ctx, in, func(r Repo) error { return s.consumeSetUp(ctx, r, l) })
	return p, err
}

// consumeSetUp takes the link, and with it all other set-up links: of two people at once only one gets through.
func (s *Service) consumeSetUp(ctx context.Context, r Repo, l Link) error {
	first, err := r.ConsumeLink(ctx, l.ID, s.now())
	if err != nil {
		return err
	}
	if !first {
		return errLink()
	}
	if err := r.ConsumeLinks(ctx, "", s.now()); err != nil {
		return err
	}
	some, err := r.AnyPerson(ctx)
	if err == nil && some {
		err = errLink()
	}
	return err
}

// Found makes an organisation and its first owner, who may exist already. It is for commands of the operator.
func (s *Service) Found(ctx context.Context, in SetUpInput) (Person, org.Organisation, error) {
	in = in.tidy()
	if err := in.check(false); err != nil {
		return Person{}, org.Organisation{}, err
	}
	return s.found(ctx, in, func(Repo) error { return nil })
}

func (in SetUpInput) tidy() SetUpInput {
	in.Organisation, in.Name = strings.TrimSpace(in.Organisation), strings.TrimSpace(in.Name)
	in.Zone, in.Currency = strings.TrimSpace(in.Zone), strings.ToUpper(strings.TrimSpace(in.Currency))
	in.Email = foldEmail(in.Email)
	return in
}

// check says everything that is wrong, each under the name of its field.
func (in SetUpInput) check(password bool) error {
	var all, organisation fault.Fields
	org.CheckOrganisation(org.Organisation{Name: in.Organisation, Zone: in.Zone, Currency: in.Currency}, &organisation)
	if f, wrong := fault.As(organisation.Err()); wrong {
		for _, x := range f.Fields {
			if x.Name == "name" {
				x.Name = "organisation"
			}
			all.Add(x.Name, x.Message)
		}
	}
	checkPersonName(in.Name, &all)
	checkEmail(in.Email, &all)
	if password || in.Password != "" {
		if m := CheckPassword(in.Password, in.Email, in.Name); m != "" {
			all.Add("password", m)
		}
	}
	return all.Err()
}

// found writes organisation, person and membership in one transaction that begins with first.
func (s *Service) found(ctx context.Context, in SetUpInput, first func(Repo) error) (Person, org.Organisation, error) {
	orgID, err := newID()
	if err != nil {
		return Person{}, org.Organisation{}, err
	}
	hash := ""
	if in.Password != "" {
		if hash, err = s.hash.hash(ctx, in.Password); err != nil {
			return Person{}, org.Organisation{}, err
		}
	}
	o := org.Organisation{ID: orgID, Name: in.Organisation, Zone: in.Zone, Currency: in.Currency, Created: s.now(), RowVersion: 1}
	var p Person
	err = s.repo.InTx(ctx, orgID, func(r Repo) error {
		if err := first(r); err != nil {
			return err
		}
		if err := r.CreateOrganisation(ctx, o); err != nil {
			return err
		}
		if p, _, err = s.findOrMake(ctx, r, in.Email, in.Name, hash); err != nil {
			return err
		}
		return s.foundOwner(ctx, r, o, p)
	})
	return p, o, err
}

// foundOwner makes the first owner of an organisation.
func (s *Service) foundOwner(ctx context.Context, r Repo, o org.Organisation, p Person) error {
	m, err := s.newMember(ctx, r, Member{Org: o.ID, Person: p.ID, Roles: []Role{Owner}, Active: true})
	if err != nil {
		return err
	}
	if err := s.log(ctx, r, o.ID, "system", "organisation.founded", "organisation", o.ID, struct{}{}); err != nil {
		return err
	}
	return s.logMember(ctx, r, "system", "member.invited", m)
}
