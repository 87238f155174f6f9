package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/fault"
)

// minFree is the share of the disk that must stay free: below it no new photos, so that answers still fit.
const minFree = 0.05

// retryFull is when a phone asks again whether there is room.
const retryFull = 10 * time.Minute

// Disk keeps each blob in a file of its own, below one folder.
type Disk struct {
	root *os.Root // nothing outside can be reached, not even through a symbolic link
	dir  string
	free func(dir string) (float64, error)
}

// OpenDisk opens or makes the folder dir.
func OpenDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the folder of photos: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of photos: %w", err)
	}
	return &Disk{root: root, dir: dir, free: FreeShare}, nil
}

// Close lets go of the folder.
func (d *Disk) Close() error { return d.root.Close() }

// Put writes b beside its place, makes it durable, and only then moves it there: a reader never sees a part of it.
// On an almost full disk it answers fault.Full.
func (d *Disk) Put(ctx context.Context, key string, b []byte) error {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return err
	}
	if err := d.guard(); err != nil {
		return err
	}
	if err := d.write(key, b); err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}

// guard refuses while the disk is almost full.
func (d *Disk) guard() error {
	free, err := d.free(d.dir)
	if err != nil {
		return fmt.Errorf("look at the disk: %w", err)
	}
	if free < minFree {
		return fault.Retry(fault.Full, "There is no room for more photos at the moment. Your answers are kept; send the photo later.", retryFull)
	}
	return nil
}

// write goes through a temporary name in the same folder, so that the last step is one rename.
func (d *Disk) write(key string, b []byte) error {
	folder := path.Dir(key)
	if err := d.makeFolders(folder); err != nil {
		return err
	}
	temporary := path.Join(folder, ".new-"+uuid.NewString())
	err := d.writeFile(temporary, b)
	if err == nil {
		err = d.root.Rename(temporary, key)
	}
	if err != nil {
		_ = d.root.Remove(temporary)
		return err
	}
	return d.syncFolder(folder)
}

// writeFile makes a file whose bytes are on the disk when it returns.
func (d *Disk) writeFile(name string, b []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// makeFolders makes folder and those above it, and makes their names durable.
func (d *Disk) makeFolders(folder string) error {
	if folder == "." {
		return nil
	}
	if s, err := d.root.Stat(folder); err == nil && s.IsDir() {
		return nil
	}
	above := path.Dir(folder)
	if err := d.makeFolders(above); err != nil {
		return err
	}
	if err := d.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.syncFolder(above)
}

// syncFolder makes the names in a folder durable.
func (d *Disk) syncFolder(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get opens what Put stored.
func (d *Disk) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return nil, err
	}
	f, err := d.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	return f, nil
}

// Delete removes what Put stored; nothing there is fine.
func (d *Disk) Delete(ctx context.Context, key string) error {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return err
	}
	if err := d.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	return nil
}

// Sweep removes what was stored under a first part of keys before a time, and what a crash left half written there.
func (d *Disk) Sweep(ctx context.Context, first string, before time.Time) error {
	if err := checkKey(first); err != nil {
		return err
	}
	return fs.WalkDir(d.root.FS(), first, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile, or nothing was ever stored
		}
		if err := errors.Join(err, ctx.Err()); err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
			return nil
		}
		if err == nil {
			err = d.root.Remove(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sweep %s: %w", first, err)
		}
		return nil
	})
}
