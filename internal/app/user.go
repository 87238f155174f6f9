package app

import (
	"strconv"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
)

type userCmd struct {
	Add        userAddCmd        `cmd:"" help:"Add a person to an organisation and print a link to begin with."`
	List       userListCmd       `cmd:"" help:"List the people of an organisation."`
	Link       userLinkCmd       `cmd:"" help:"Print a one-time link that signs a person in."`
	Deactivate userDeactivateCmd `cmd:"" help:"Take a person's access to an organisation away."`
}

// linked is where links lead.
type linked struct {
	URL string `default:"http://localhost:8080" help:"Address that people type; links begin with it." name:"url" placeholder:"URL" setting:""`
}

// printLink makes a one-time link and prints it on a line of its own.
func (p *program) printLink(x *parts, l linked, to auth.Person, purpose auth.LinkPurpose) error {
	token, err := x.auth.MakeLink(p.ctx, to.ID, purpose, 0)
	if err != nil {
		return err
	}
	p.sayf("This link works once, for %d minutes:", auth.LinkLife/time.Minute)
	return p.printf("%s/link/%s\n", strings.TrimRight(l.URL, "/"), token)
}

type userAddCmd struct {
	config.Storage `embed:""`
	chosen         `embed:""`
	linked         `embed:""`
	Email          string      `arg:"" help:"E-mail address."`
	Name           string      `required:"" help:"Name of the person."`
	Role           []auth.Role `required:"" help:"One or more of owner, regional_manager, branch_manager, editor, scheduler, shopper."`
	Alias          string      `help:"What clients see of a shopper; made up unless given."`
	Region         []string    `help:"Regions of a regional manager, by id or name."`
	Branch         []string    `help:"Branches of a branch manager, by id or code."`
}

// Run adds somebody and prints a link.
func (c userAddCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		o, err := c.find(p, x)
		if err != nil {
			return err
		}
		in := auth.InviteInput{Email: c.Email, Name: c.Name, Alias: c.Alias, Roles: c.Role}
		if in.Regions, err = regionIDs(p, x, o.ID, c.Region); err != nil {
			return err
		}
		if in.Branches, err = branchIDs(p, x, o.ID, c.Branch); err != nil {
			return err
		}
		m, token, err := x.auth.Invite(p.ctx, operator(o.ID), in)
		if err != nil {
			return err
		}
		if m.Joining() {
			p.sayf("This person is known already. Who signs in and opens this link within %d days joins %s as %s:", auth.JoinLife/(24*time.Hour), o.Name, m.Alias)
			return p.printf("%s/join/%s\n", strings.TrimRight(c.URL, "/"), token)
		}
		p.sayf("Added to %s as %s.", o.Name, m.Alias)
		p.sayf("This link works once, for %d minutes:", auth.LinkLife/time.Minute)
		return p.printf("%s/link/%s\n", strings.TrimRight(c.URL, "/"), token)
	})
}

// regionIDs finds regions by id or name.
func regionIDs(p *program, x *parts, organisation string, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := x.org.Regions(p.ctx, operator(organisation))
	if err != nil {
		return nil, err
	}
	return pick(names, len(all), func(i int) (id, name string) { return all[i].ID, all[i].Name }, "--region", "region")
}

// branchIDs finds branches by id or code.
func branchIDs(p *program, x *parts, organisation string, codes []string) ([]string, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	all, err := x.store.BranchesByCode(p.ctx, organisation, codes)
	if err != nil {
		return nil, err
	}
	return pick(codes, len(all), func(i int) (id, name string) { return all[i].ID, all[i].Code }, "--branch", "branch with the code")
}

// pick finds each name among n things, by id or name.
func pick(names []string, n int, at func(i int) (id, name string), flag, noun string) ([]string, error) {
	var bad fault.Fields
	var out []string
	for _, want := range names {
		found := ""
		for i := range n {
			if id, name := at(i); id == want || strings.EqualFold(name, want) {
				found = id
			}
		}
		if found == "" {
			bad.Addf(flag, "There is no %s %q.", noun, want)
		}
		out = append(out, found)
	}
	return out, bad.Err()
}

type userListCmd struct {
	config.Storage `embed:""`
	chosen         `embed:""`
}

// Run lists the people of an organisation.
func (c userListCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		o, err := c.find(p, x)
		if err != nil {
			return err
		}
		all, err := p.members(x, o.ID, auth.MemberQuery{})
		if err != nil {
			return err
		}
		return p.table([]string{"EMAIL", "NAME", "ALIAS", "ROLES", "ACTIVE"}, len(all), func(i int) []string {
			m := all[i]
			return []string{m.Email, m.Name, m.Alias, roles(m.Roles), strconv.FormatBool(m.Active)}
		})
	})
}

// members gives all members that fit a query, page by page.
func (p *program) members(x *parts, organisation string, q auth.MemberQuery) ([]auth.Membership, error) {
	var all []auth.Membership
	for q.Limit = 200; ; {
		page, err := x.auth.Members(p.ctx, operator(organisation), q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Members...)
		if q.After = page.Next; q.After == "" {
			return all, nil
		}
	}
}

func roles(all []auth.Role) string {
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = string(r)
	}
	return strings.Join(out, ", ")
}

type userLinkCmd struct {
	config.Storage `embed:""`
	linked         `embed:""`
	Email          string `arg:"" help:"E-mail address."`
	Password       bool   `help:"The link also asks for a new password."`
}

// Run prints a link that signs somebody in.
func (c userLinkCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		person, err := p.person(x, c.Email)
		if err != nil {
			return err
		}
		purpose := auth.LinkSignIn
		if c.Password {
			purpose = auth.LinkPassword
		}
		return p.printLink(x, c.linked, person, purpose)
	})
}

// person finds somebody by e-mail address.
func (p *program) person(x *parts, email string) (auth.Person, error) {
	person, err := x.auth.FindPerson(p.ctx, email)
	if fault.Is(err, fault.NotFound) {
		err = fault.Newf(fault.NotFound, "Nobody has the e-mail address %s. List people with plainclothes user list.", email)
	}
	return person, err
}

type userDeactivateCmd struct {
	config.Storage `embed:""`
	chosen         `embed:""`
	Email          string `arg:"" help:"E-mail address."`
}

// Run takes somebody's access away and signs him out everywhere.
func (c userDeactivateCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		o, err := c.find(p, x)
		if err != nil {
			return err
		}
		person, err := p.person(x, c.Email)
		if err != nil {
			return err
		}
		m, err := p.memberOf(x, o, person)
		if err != nil {
			return err
		}
		if _, err := x.auth.Deactivate(p.ctx, operator(o.ID), m.ID, m.RowVersion); err != nil {
			return err
		}
		p.sayf("%s has no access to %s any more.", person.Email, o.Name)
		return nil
	})
}

// memberOf finds somebody's place in an organisation.
func (p *program) memberOf(x *parts, o org.Organisation, person auth.Person) (auth.Membership, error) {
	all, err := p.members(x, o.ID, auth.MemberQuery{Text: person.Email})
	if err != nil {
		return auth.Membership{}, err
	}
	for _, m := range all {
		if m.Person == person.ID {
			return m, nil
		}
	}
	return auth.Membership{}, fault.Newf(fault.NotFound, "%s is not among the people of %s.", person.Email, o.Name)
}
