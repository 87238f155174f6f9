package app

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"plainclothes/internal/config"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
)

// Names inside a backup.
const (
	backupFormat = "plainclothes/backup/v1"
	manifestName = "manifest.json" // the last file: a backup without it is not whole
	databaseDir  = "database/"
)

// manifest says what a backup holds.
type manifest struct {
	Format  string       `json:"format"`
	Created time.Time    `json:"created"`
	Dialect string       `json:"dialect"`
	Schema  int64        `json:"schema"`
	Tables  []string     `json:"tables"` // files below database/, in the order of restoring
	Files   []backupFile `json:"files"`
	Missing []string     `json:"missing"` // photos that the database names but that were not there, or not what they should be
}

// backupFile is one file of a backup.
type backupFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

type backupCmd struct {
	config.Storage `embed:""`
	File           string `arg:"" help:"File to write (tar); it must not exist."`
}

// Run writes a consistent copy to one file. The file gets its name only when it is whole.
func (c backupCmd) Run(p *program) error {
	if _, err := os.Stat(c.File); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, fault.Newf(fault.Conflict, "%s exists already and is not overwritten. Choose another name.", c.File))
	}
	return p.with(c.Storage, func(x *parts) error {
		m, err := p.backup(x, c.File)
		if err != nil {
			return err
		}
		p.sayf("Wrote %s: the database and %d photos.", c.File, len(m.Files)-len(m.Tables))
		if len(m.Missing) > 0 {
			for _, key := range m.Missing {
				p.sayf("not there, or not what it should be: %s", key)
			}
			p.sayf("The copy is whole but for these %d photos.", len(m.Missing))
			return errSaid
		}
		return nil
	})
}

// backup writes the file beside its name, and then gives it its name.
func (p *program) backup(x *parts, path string) (m manifest, err error) {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the person at the terminal names it
	if err != nil {
		return m, fault.Newf(fault.Invalid, "The file %s cannot be made: %v. Choose another place for the copy.", path, reason(err))
	}
	defer func() { _ = os.Remove(part) }()
	dir, err := os.MkdirTemp(filepath.Dir(path), ".plainclothes-backup-")
	if err != nil {
		return m, errors.Join(fmt.Errorf("write the backup: %w", err), f.Close())
	}
	defer func() { _ = os.RemoveAll(dir) }()
	m, err = p.writeBackup(x, f, dir)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return m, fmt.Errorf("write the backup: %w", err)
	}
	return m, os.Rename(part, path)
}

// writeBackup copies the database to dir and then everything to w.
func (p *program) writeBackup(x *parts, w io.Writer, dir string) (manifest, error) {
	snap, err := x.store.Snapshot(p.ctx, dir, func(name string) { p.sayf("Copied %s", name) })
	if err != nil {
		return manifest{}, err
	}
	a := &archive{tar: tar.NewWriter(w), now: p.now(), m: manifest{
		Format: backupFormat, Created: p.now().UTC().Truncate(time.Second), Dialect: snap.Dialect, Schema: snap.Schema, Tables: snap.Files, Missing: []string{},
	}}
	for _, name := range snap.Files {
		if err := a.file(p.ctx, databaseDir+name, filepath.Join(dir, name)); err != nil {
			return a.m, err
		}
	}
	if err := a.photos(p, x.blobs, snap.Photos); err != nil {
		return a.m, err
	}
	return a.m, a.end()
}

// archive is a backup being written.
type archive struct {
	tar *tar.Writer
	now time.Time
	m   manifest
}

// file adds a file from the disk.
func (a *archive) file(ctx context.Context, name, path string) error {
	f, err := os.Open(path) //nolint:gosec // in a folder of ours
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	s, err := f.Stat()
	if err != nil {
		return err
	}
	return a.add(name, s.Size(), stopping{ctx, f})
}

// add adds size bytes from r and notes their hash.
func (a *archive) add(name string, size int64, r io.Reader) error {
	if err := a.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: a.now, Format: tar.FormatPAX}); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(a.tar, h), r); err != nil {
		return err
	}
	a.m.Files = append(a.m.Files, backupFile{name, size, hex.EncodeToString(h.Sum(nil))})
	return nil
}

// photos adds every photo whose bytes are what the database says; the others are noted.
func (a *archive) photos(p *program, from evidence.Blobs, all []evidence.Photo) error {
	g := p.progress("photos", len(all))
	for i, photo := range all {
		g.at(i)
		key := evidence.Key(photo.Org, photo.SHA256)
		b, err := photoBytes(p.ctx, from, photo)
		if errors.Is(err, errWrongPhoto) {
			a.m.Missing = append(a.m.Missing, key)
			continue
		}
		if err == nil {
			err = a.add(key, int64(len(b)), bytes.NewReader(b))
		}
		if err != nil {
			return fmt.Errorf("photo %s: %w", key, err)
		}
	}
	return nil
}

// end writes the manifest.
func (a *archive) end() error {
	b, err := json.MarshalIndent(a.m, "", "  ")
	if err != nil {
		return err
	}
	if err := a.tar.WriteHeader(&tar.Header{Name: manifestName, Size: int64(len(b)), Mode: 0o600, ModTime: a.now, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err = a.tar.Write(b)
	return errors.Join(err, a.tar.Close())
}

// errWrongPhoto says that a photo's bytes are not there or not those that were kept.
var errWrongPhoto = errors.New("wrong photo")

// photoBytes reads a photo and compares it with its hash.
func photoBytes(ctx context.Context, from evidence.Blobs, photo evidence.Photo) ([]byte, error) {
	r, err := from.Get(ctx, evidence.Key(photo.Org, photo.SHA256))
	if fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("%w: it is not there", errWrongPhoto)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, evidence.MaxUpload+1))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != photo.SHA256 || int64(len(b)) != photo.Size {
		return nil, fmt.Errorf("%w: its bytes are not those that were kept", errWrongPhoto)
	}
	return b, nil
}

// snapshot is what the store needs to know of a backup.
func (m manifest) snapshot() store.Snapshot {
	return store.Snapshot{Dialect: m.Dialect, Schema: m.Schema, Files: m.Tables}
}
