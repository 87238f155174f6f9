package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"plainclothes/internal/config"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/visit"
)

// receiptFile is where the first start keeps the key that it makes.
const receiptFile = "receipt.key"

// keyring gives the key that signs receipts: the setting, else the file in the folder of data. A file that was replaced
// is read again, so that a new key is used without a restart.
type keyring struct {
	path string
	set  []byte // the setting's seed, nil: the file counts

	mu   sync.Mutex
	key  visit.SigningKey
	seen os.FileInfo // the file as it was when key was read
}

func newKeyring(d config.Data) *keyring {
	return &keyring{path: filepath.Join(d.Dir, receiptFile), set: d.ReceiptKey}
}

// current gives the key that signs now.
func (k *keyring) current() (visit.SigningKey, error) {
	if k.set != nil {
		return visit.NewSigningKey(ed25519.NewKeyFromSeed(k.set)), nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := os.Stat(k.path)
	if err != nil {
		return visit.SigningKey{}, fmt.Errorf("read the key: %w", err)
	}
	if k.seen != nil && os.SameFile(now, k.seen) && now.ModTime().Equal(k.seen.ModTime()) {
		return k.key, nil
	}
	if k.key, err = readReceiptKey(k.path); err != nil {
		return visit.SigningKey{}, err
	}
	k.seen = now
	return k.key, nil
}

// prepare makes the key where there is none and tells the database its public half, before anything is signed.
func (k *keyring) prepare(ctx context.Context, s *store.Store, now time.Time) error {
	if _, err := os.Stat(k.path); k.set == nil && errors.Is(err, os.ErrNotExist) {
		if _, err := makeReceiptKey(k.path); err != nil {
			return err
		}
	}
	key, err := k.current()
	if err != nil {
		return err
	}
	return s.SignWith(ctx, key.ID, key.Public(), now)
}

// rotate makes a new key and lets it take over. Receipts of the old one stay good: its public half is kept.
func (k *keyring) rotate(ctx context.Context, s *store.Store, now time.Time) (visit.SigningKey, error) {
	if k.set != nil {
		return visit.SigningKey{}, fault.Newf(fault.Conflict,
			"The key is a setting (%s): give a new one there and start the server again. The old public key stays in the database.", config.Variable("receipt-key"))
	}
	next := k.path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return visit.SigningKey{}, fmt.Errorf("make the key: %w", err)
	}
	key, err := makeReceiptKey(next)
	if err != nil {
		return key, err
	}
	if err := s.SignWith(ctx, key.ID, key.Public(), now); err != nil { // before anything is signed with it
		return key, err
	}
	if err := os.Rename(next, k.path); err != nil {
		return key, fmt.Errorf("make the key: %w", err)
	}
	return key, syncDir(filepath.Dir(k.path))
}

func readReceiptKey(path string) (visit.SigningKey, error) {
	b, err := os.ReadFile(path) //nolint:gosec // in the operator's folder
	if err != nil {
		return visit.SigningKey{}, fmt.Errorf("read the key: %w", err)
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return visit.SigningKey{}, fmt.Errorf("read the key: %s is no key of receipts; bring it back from a copy, or delete it to have a new one made", path)
	}
	return visit.NewSigningKey(ed25519.NewKeyFromSeed(seed)), nil
}

// makeReceiptKey writes a new key, readable for this user only, and has it on disk before it is used.
func makeReceiptKey(path string) (visit.SigningKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return visit.SigningKey{}, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in the operator's folder
	if err != nil {
		return visit.SigningKey{}, fmt.Errorf("make the key: %w", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(private.Seed()) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return visit.SigningKey{}, fmt.Errorf("make the key: %w", err)
	}
	return visit.NewSigningKey(private), syncDir(filepath.Dir(path))
}

// syncDir has the names in a folder on disk.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator's folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// receiptsCmd is about the keys behind receipts.
type receiptsCmd struct {
	Keys   receiptKeysCmd   `cmd:"" help:"List every key that ever signed."`
	Rotate receiptRotateCmd `cmd:"" help:"Make a new key and sign with it from now on; running servers take it up by themselves."`
}

type receiptKeysCmd struct {
	config.Storage `embed:""`
}

// Run lists the keys, the newest first.
func (c receiptKeysCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		all, err := x.store.ReceiptKeys(p.ctx)
		if err != nil {
			return err
		}
		for _, k := range all {
			until := "signs now"
			if !k.Until.IsZero() {
				until = "until " + k.Until.Format(time.RFC3339)
			}
			if err := p.printf("%s %s from %s %s\n", k.ID, base64.RawURLEncoding.EncodeToString(k.Public), k.From.Format(time.RFC3339), until); err != nil {
				return err
			}
		}
		return nil
	})
}

type receiptRotateCmd struct {
	config.Storage `embed:""`
}

// Run makes a new key.
func (c receiptRotateCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		key, err := x.keys.rotate(p.ctx, x.store, p.now())
		if err != nil {
			return err
		}
		p.sayf("Receipts are signed with the key %s from now on. Older receipts stay good.", key.ID)
		return nil
	})
}
