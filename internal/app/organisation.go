package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
)

type organisationCmd struct {
	Add  organisationAddCmd  `cmd:"" help:"Add an organisation with its first owner, and print the owner's link."`
	List organisationListCmd `cmd:"" help:"List the organisations."`
}

type organisationAddCmd struct {
	config.Storage `embed:""`
	linked         `embed:""`
	Name           string `arg:"" help:"Name of the organisation."`
	Zone           string `default:"Europe/London" help:"Time zone of branches that have none of their own, such as Europe/Berlin."`
	Currency       string `default:"GBP" help:"Currency of fees, such as EUR."`
	OwnerName      string `required:"" help:"Name of the first owner."`
	OwnerEmail     string `required:"" help:"E-mail address of the first owner."`
}

// Run adds an organisation and prints a link for its owner.
func (c organisationAddCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		person, o, err := x.auth.Found(p.ctx, auth.SetUpInput{
			Organisation: c.Name, Zone: c.Zone, Currency: c.Currency, Name: c.OwnerName, Email: c.OwnerEmail,
		})
		if err != nil {
			return err
		}
		p.sayf("Added %s (%s).", o.Name, o.ID)
		purpose := auth.LinkSignIn
		if person.PasswordHash == "" {
			purpose = auth.LinkInvite
		}
		return p.printLink(x, c.linked, person, purpose)
	})
}

type organisationListCmd struct {
	config.Storage `embed:""`
}

// Run lists the organisations.
func (c organisationListCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		all, err := x.store.Organisations(p.ctx)
		if err != nil {
			return err
		}
		return p.table([]string{"ID", "NAME", "ZONE", "CURRENCY"}, len(all), func(i int) []string {
			return []string{all[i].ID, all[i].Name, all[i].Zone, all[i].Currency}
		})
	})
}

// with opens the parts for a command and closes them after it.
func (p *program) with(s config.Storage, do func(*parts) error) error {
	x, err := p.openReady(s)
	if err != nil {
		return err
	}
	return errors.Join(do(x), x.close())
}

// chosen chooses the organisation of a command: the one named by id or name, or the only one.
type chosen struct {
	Organisation string `help:"Organisation, by its id or name; needed when there are several." placeholder:"ID|NAME"`
}

// find gives the organisation that was chosen.
func (c chosen) find(p *program, x *parts) (org.Organisation, error) {
	all, err := x.store.Organisations(p.ctx)
	if err != nil {
		return org.Organisation{}, err
	}
	if c.Organisation != "" {
		all = slices.DeleteFunc(all, func(o org.Organisation) bool {
			return o.ID != c.Organisation && !strings.EqualFold(o.Name, c.Organisation)
		})
	}
	switch {
	case len(all) == 1:
		return all[0], nil
	case len(all) == 0 && c.Organisation == "":
		return org.Organisation{}, fault.New(fault.NotFound, "There is no organisation yet. Add one with plainclothes organisation add.")
	case len(all) == 0:
		return org.Organisation{}, fault.Newf(fault.NotFound, "There is no organisation %q. List them with plainclothes organisation list.", c.Organisation)
	}
	return org.Organisation{}, fault.New(fault.Invalid, "There are several. Choose one by its id with --organisation; plainclothes organisation list shows them.")
}

// table prints rows in columns.
func (p *program) table(head []string, rows int, row func(i int) []string) error {
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, strings.Join(head, "\t")); err != nil {
		return err
	}
	for i := range rows {
		if _, err := fmt.Fprintln(w, strings.Join(row(i), "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}
