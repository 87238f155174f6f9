package app

import (
	"errors"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
)

type migrateCmd struct {
	config.Storage `embed:""`
}

// Run brings the schema up; several at once wait for each other.
func (c migrateCmd) Run(p *program) error {
	d, err := p.env.Data(c.Storage)
	if err != nil {
		return err
	}
	x, err := p.open(d, auth.Options{})
	if err != nil {
		return err
	}
	err = errors.Join(x.store.Migrate(p.ctx), x.close())
	if err == nil {
		p.sayf("The database is up to date.")
	}
	return err
}
