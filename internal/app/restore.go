package app

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
)

type restoreCmd struct {
	config.Storage `embed:""`
	File           string `arg:"" help:"File that backup wrote."`
}

// Run checks a backup to its last byte, and only then brings it back, to a place that is empty.
func (c restoreCmd) Run(p *program) error {
	d, err := p.env.Data(c.Storage)
	if err != nil {
		return err
	}
	p.sayf("Checking %s", c.File)
	m, err := p.checkBackup(c.File)
	if err != nil {
		return err
	}
	if err := emptyPlace(d, m); err != nil {
		return err
	}
	if err := p.restore(d, c.File, m); err != nil {
		return err
	}
	p.sayf("Restored what was saved on %s. Check it with plainclothes verify.", m.Created.Format("2 January 2006, 15:04 UTC"))
	if len(m.Missing) > 0 {
		p.sayf("%d photos were missing already when the copy was made.", len(m.Missing))
	}
	return nil
}

// notBackup is the answer to a file that is no whole backup.
func notBackup(why string) error {
	return fault.Newf(fault.Invalid, "This is not a whole backup: %s. Nothing was restored.", why)
}

// checkBackup reads all of a backup and compares every file with the manifest.
func (p *program) checkBackup(path string) (m manifest, err error) {
	var found []backupFile
	whole := false
	err = p.eachFile(path, func(name string, r io.Reader) error {
		if name == manifestName {
			whole = true
			return json.NewDecoder(r).Decode(&m)
		}
		h := sha256.New()
		n, err := io.Copy(h, r)
		found = append(found, backupFile{name, n, hex.EncodeToString(h.Sum(nil))})
		return err
	})
	switch {
	case p.ctx.Err() != nil:
		return m, p.ctx.Err()
	case errors.Is(err, os.ErrNotExist):
		return m, fault.Newf(fault.NotFound, "There is no file %s.", path)
	case err != nil:
		return m, notBackup(err.Error())
	case !whole:
		return m, notBackup("its list of contents is not there; was it cut off?")
	case m.Format != backupFormat:
		return m, notBackup(fmt.Sprintf("its format is %q", m.Format))
	}
	return m, m.compare(found)
}

// compare says which file is not what the manifest says.
func (m manifest) compare(found []backupFile) error {
	if len(found) != len(m.Files) {
		return notBackup(fmt.Sprintf("it holds %d files, its list names %d", len(found), len(m.Files)))
	}
	for i, f := range found {
		if f != m.Files[i] {
			return notBackup(f.Name + " is not what its list says")
		}
	}
	for _, t := range m.Tables {
		if !slices.ContainsFunc(found, func(f backupFile) bool { return f.Name == databaseDir+t }) || filepath.Base(t) != t {
			return notBackup(t + " is not in it")
		}
	}
	return nil
}

// eachFile calls see for every file of a backup, in its order.
func (p *program) eachFile(path string, see func(name string, r io.Reader) error) error {
	f, err := os.Open(path) //nolint:gosec // the person at the terminal names it
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	t := tar.NewReader(stopping{p.ctx, f})
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) {
			return fmt.Errorf("it holds %q", h.Name)
		}
		if err := see(h.Name, t); err != nil {
			return err
		}
	}
}

// emptyPlace refuses to overwrite a database file or a folder of photos, or to change the kind of database.
func emptyPlace(d config.Data, m manifest) error {
	path, file := sqliteFile(d)
	if file != (m.Dialect == "sqlite") {
		return fault.Newf(fault.Invalid, "The copy was made of %s; restore it to that, with --database.", m.Dialect)
	}
	if _, err := os.Stat(path); file && !errors.Is(err, os.ErrNotExist) {
		return fault.Newf(fault.Conflict, "%s exists already. A copy is only restored to an empty place; choose another with --dir.", path)
	}
	left, err := os.ReadDir(mediaDir(d.Dir))
	if d.S3 == nil && (len(left) > 0 || err != nil && !errors.Is(err, os.ErrNotExist)) {
		return fault.Newf(fault.Conflict, "%s holds photos already. A copy is only restored to an empty place; choose another with --dir.", mediaDir(d.Dir))
	}
	return nil
}

// restore unpacks the database beside its place, keeps the photos, and puts the database in place last.
func (p *program) restore(d config.Data, path string, m manifest) error {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	dir, err := os.MkdirTemp(d.Dir, ".restore-")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := p.unpack(d, path, dir, m); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if target, file := sqliteFile(d); file {
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		if err := store.PlaceSQLite(dir, target); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	x, err := p.open(d, auth.Options{})
	if err != nil {
		return err
	}
	if m.Dialect == "sqlite" {
		return errors.Join(x.store.Migrate(p.ctx), x.close())
	}
	p.sayf("Filling the database")
	return errors.Join(x.store.Restore(p.ctx, dir, m.snapshot()), x.close())
}

// unpack writes the database's files to dir and hands the photos to where photos are kept.
func (p *program) unpack(d config.Data, path, dir string, m manifest) error {
	x := &parts{data: d}
	blobs, err := x.openBlobs()
	if err != nil {
		return err
	}
	defer func() { _ = x.close() }()
	g, n := p.progress("files", len(m.Files)), 0
	return p.eachFile(path, func(name string, r io.Reader) error {
		g.at(n)
		n++
		if table, ok := strings.CutPrefix(name, databaseDir); ok {
			return unpackFile(filepath.Join(dir, filepath.Base(table)), r)
		}
		if name == manifestName {
			return nil
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return blobs.Put(p.ctx, name, b)
	})
}

// unpackFile writes one new file.
func unpackFile(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in a folder of ours
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
