package app

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plainclothes/internal/evidence"
)

func TestABackupRestoresToWhatItWasAndVerifies(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, another func() *premises) {
		w := l.live()
		file := filepath.Join(t.TempDir(), "copy.tar")
		l.must("backup", file) // while the parts are open, as when serving
		r := another()
		_, said := r.must("restore", file)
		if !strings.Contains(said, "Restored what was saved on") {
			t.Errorf("said %s", said)
		}
		_, said = r.must("verify")
		if !strings.Contains(said, "1 visits, 1 photos") || !strings.Contains(said, "Everything is as it should be.") {
			t.Errorf("said %s", said)
		}
		x := r.open()
		chain, err := x.store.VerifyChain(t.Context(), w.Org)
		want, err2 := w.Store.VerifyChain(t.Context(), w.Org)
		if err != nil || err2 != nil || chain != want || chain.Entries == 0 {
			t.Errorf("chain %+v (%v), want %+v (%v)", chain, err, want, err2)
		}
		before, err := w.parts.visits.Review(t.Context(), operator(w.Org), w.visit)
		after, err2 := x.visits.Review(t.Context(), operator(w.Org), w.visit)
		if err != nil || err2 != nil || before.Report.Receipt != after.Report.Receipt || before.Report.Receipt == "" {
			t.Errorf("receipt %s (%v), want %s (%v)", after.Report.Receipt, err2, before.Report.Receipt, err)
		}
	})
}

func TestWhatIsRestoredIsStillBehindItsWalls(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, another func() *premises) {
		l.live()
		file := filepath.Join(t.TempDir(), "copy.tar")
		l.must("backup", file)
		r := another()
		r.must("restore", file)
		x := r.open()
		if x.store.Dialect() != "postgres" {
			return // there is no row-level security on SQLite
		}
		var rows, open int
		err := x.store.Pool().QueryRowContext(t.Context(), "SELECT count(*) FROM visits").Scan(&rows)
		err2 := x.store.Pool().QueryRowContext(t.Context(), "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity").Scan(&open)
		if err := errors.Join(err, err2); err != nil || rows != 0 || open != 0 {
			t.Errorf("%d visits without an organisation, %d tables open to their owner, %v", rows, open, err)
		}
	})
}

func TestNothingIsEverOverwritten(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, another func() *premises) {
		l.live()
		file := filepath.Join(t.TempDir(), "copy.tar")
		l.must("backup", file)
		if code, _, said := l.run("backup", file); code != 1 || !strings.Contains(said, "is not overwritten") {
			t.Errorf("second backup: %d %s", code, said)
		}
		if code, _, said := l.run("restore", file); code != 1 || !strings.Contains(said, "only restored to an empty") {
			t.Errorf("restore over itself: %d %s", code, said)
		}
		r := another()
		r.must("restore", file)
		r.dir = filepath.Join(t.TempDir(), "elsewhere") // photos may go there; the database is full
		r.env["PLAINCLOTHES_DIR"] = r.dir
		if r.env["PLAINCLOTHES_DATABASE"] == "" {
			return
		}
		if code, _, said := r.run("restore", file); code != 1 || !strings.Contains(said, "holds data already") {
			t.Errorf("restore to a full database: %d %s", code, said)
		}
		r.must("verify", "--skip-photos")
	})
}

func TestADamagedBackupRestoresNothing(t *testing.T) {
	l := newPremises(t, "")
	l.live()
	file := filepath.Join(t.TempDir(), "copy.tar")
	l.must("backup", file)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(whole)
	changed[5000] ^= 1
	for name, b := range map[string][]byte{
		"one bit changed": changed, "cut in half": whole[:len(whole)/2], "without its list": withoutManifest(t, whole), "no backup": []byte("hello"), "empty": nil,
		"a file that climbs out": climbing(t),
	} {
		bad := filepath.Join(t.TempDir(), "bad.tar")
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r := newPremises(t, "")
		if code, _, said := r.run("restore", bad); code != 1 || !strings.Contains(said, "Nothing was restored.") {
			t.Errorf("%s: %d %s", name, code, said)
		}
		if _, err := os.Stat(r.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was written", name)
		}
	}
	if code, _, said := newPremises(t, "").run("restore", filepath.Join(t.TempDir(), "none.tar")); code != 1 || !strings.Contains(said, "There is no file") {
		t.Errorf("no file: %d %s", code, said)
	}
}

func TestABackupNamesThePhotosThatAreNotThere(t *testing.T) {
	l := newPremises(t, "")
	l.live()
	photo := onlyPhoto(t, l)
	if err := os.Remove(photo); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy.tar")
	code, _, said := l.run("backup", file)
	if code != 1 || !strings.Contains(said, "not there, or not what it should be: media/") || !strings.Contains(said, "whole but for these 1 photos") {
		t.Errorf("%d %s", code, said)
	}
	r := newPremises(t, "")
	if _, said := r.must("restore", file); !strings.Contains(said, "1 photos were missing already") {
		t.Errorf("said %s", said)
	}
}

func TestACopyIsNotRestoredToAnotherKindOfDatabase(t *testing.T) {
	l := newPremises(t, "")
	l.live()
	file := filepath.Join(t.TempDir(), "copy.tar")
	l.must("backup", file)
	r := newPremises(t, "postgres://nobody@localhost:1/none")
	if code, _, said := r.run("restore", file); code != 1 || !strings.Contains(said, "The copy was made of sqlite") {
		t.Errorf("%d %s", code, said)
	}
}

func TestAnInterruptedBackupLeavesNothing(t *testing.T) {
	l := newPremises(t, "")
	l.live()
	x, p := l.open(), l.program()
	dir := t.TempDir()
	x.blobs = brokenBlobs{x.blobs}
	if _, err := p.backup(x, filepath.Join(dir, "copy.tar")); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

var errBroken = errors.New("the store of photos is away")

// brokenBlobs cannot be read.
type brokenBlobs struct{ evidence.Blobs }

func (brokenBlobs) Get(context.Context, string) (io.ReadCloser, error) { return nil, errBroken }

func withoutManifest(t *testing.T, whole []byte) []byte {
	t.Helper()
	return rewrite(t, whole, func(h *tar.Header) bool { return h.Name != manifestName })
}

// climbing is a tar with a name that leaves its folder.
func climbing(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "../x", Size: 1, Mode: 0o600}), second(w.Write([]byte("x"))), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func second(_ int, err error) error { return err }

// rewrite copies the files of a tar that keep says.
func rewrite(t *testing.T, whole []byte, keep func(*tar.Header) bool) []byte {
	t.Helper()
	var out bytes.Buffer
	r, w := tar.NewReader(bytes.NewReader(whole)), tar.NewWriter(&out)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !keep(h) {
			continue
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// onlyPhoto is the file of the place's one photo.
func onlyPhoto(t *testing.T, l *premises) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(mediaDir(l.dir), "media", "*", "*", "*"))
	if err != nil || len(all) != 1 {
		t.Fatalf("photos: %v %v", all, err)
	}
	return all[0]
}
