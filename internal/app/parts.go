package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"plainclothes/internal/auth"
	"plainclothes/internal/blob"
	"plainclothes/internal/config"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/studio"
	"plainclothes/internal/tryout"
	"plainclothes/internal/visit"
)

// parts are what commands work with: the store, the photos and the use cases on top of them.
type parts struct {
	data    config.Data
	store   *store.Store
	blobs   evidence.Blobs
	auth    *auth.Service
	org     *org.Service
	visits  *visit.Service
	studio  *studio.Service
	tryouts *tryout.Service
	reports *report.Service
	keys    *keyring // nil where nothing is signed
	closers []func() error
}

// mediaDir is the folder of photos below the data folder.
func mediaDir(dir string) string { return filepath.Join(dir, "media") }

// open opens database and photos and joins the use cases. The schema may still be an old one.
func (p *program) open(d config.Data, opts auth.Options) (*parts, error) {
	if err := makeFiles(d); err != nil {
		return nil, err
	}
	s, err := store.Open(p.ctx, d.Database, p.now)
	if err != nil {
		return nil, err
	}
	out := &parts{data: d, store: s, closers: []func() error{s.Close}}
	if out.blobs, err = out.openBlobs(); err != nil {
		return nil, errors.Join(err, out.close())
	}
	p.join(out, opts)
	out.closers = append(out.closers, out.studio.Close, out.reports.Close)
	out.keys = newKeyring(d)
	out.visits.SignWith(out.keys.current)
	return out, nil
}

// join makes the use cases over an open store and photos.
func (p *program) join(x *parts, opts auth.Options) {
	x.auth = auth.NewService(x.store.Auth(), p.now, opts)
	x.org = org.NewService(x.store.Org(), p.now)
	x.visits = visit.NewService(x.store.Visits(), x.blobs, p.now)
	x.studio = studio.NewService(x.store.Studio(), p.now)
	x.studio.KeepPicturesIn(x.blobs)
	x.tryouts = tryout.NewService(x.store.Tryouts(), x.studio, x.org, p.now)
	x.reports = report.NewService(x.store.Reports(), p.now)
}

// openReady is open for commands that need the schema of this version.
func (p *program) openReady(s config.Storage) (*parts, error) {
	d, err := p.env.Data(s)
	if err != nil {
		return nil, err
	}
	if err := existing(d); err != nil {
		return nil, err
	}
	out, err := p.open(d, auth.Options{})
	if err != nil {
		return nil, err
	}
	err = out.store.Ready(p.ctx)
	if fault.Is(err, fault.Busy) {
		err = fault.New(fault.Conflict, "The database is not ready for this version. Run plainclothes migrate, or start plainclothes serve once.")
	}
	if err != nil {
		return nil, errors.Join(err, out.close())
	}
	return out, nil
}

// existing refuses to make a new database file by mistake.
func existing(d config.Data) error {
	path, file := sqliteFile(d)
	if !file {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return fault.Newf(fault.NotFound, "There is no database at %s. Name its folder with --dir, or start plainclothes serve once to make it.", path)
	}
	return nil
}

// sqliteFile is the file of a SQLite database; ok is false for PostgreSQL.
func sqliteFile(d config.Data) (path string, ok bool) {
	return strings.CutPrefix(d.Database, "sqlite:")
}

// makeFiles makes the folders of data and the database file, for nobody but this user.
func makeFiles(d config.Data) error {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return cannotMake("folder", d.Dir, err)
	}
	path, file := sqliteFile(d)
	if !file {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return cannotMake("folder", filepath.Dir(path), err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return cannotMake("file", path, err)
	}
	return f.Close()
}

// cannotMake says what stands in the way of a folder or file.
func cannotMake(what, path string, err error) error {
	return fault.Newf(fault.Invalid, "The %s %s cannot be made: %v. Choose another place with --dir.", what, path, reason(err))
}

// openBlobs opens where photos are.
func (x *parts) openBlobs() (evidence.Blobs, error) {
	if o := x.data.S3; o != nil {
		return blob.OpenS3(blob.S3Options(*o))
	}
	d, err := blob.OpenDisk(mediaDir(x.data.Dir))
	if err == nil {
		x.closers = append(x.closers, d.Close)
	}
	return d, err
}

// close closes everything, the last opened first.
func (x *parts) close() error {
	var all []error
	for i := len(x.closers) - 1; i >= 0; i-- {
		all = append(all, x.closers[i]())
	}
	x.closers = nil
	return errors.Join(all...)
}

// operator is who acts in an organisation on the command line: the log names him "system".
func operator(organisation string) auth.Actor {
	return auth.Actor{Org: organisation, Member: "system", Roles: []auth.Role{auth.Owner}}
}
