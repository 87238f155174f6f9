package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

var _ = []evidence.Blobs{&Disk{}, &S3{}}

func openDisk(t *testing.T) *Disk {
	t.Helper()
	d, err := OpenDisk(filepath.Join(t.TempDir(), "media"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func get(t *testing.T, b evidence.Blobs, key string) string {
	t.Helper()
	r, err := b.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer func() { _ = r.Close() }()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func TestWhatWasPutOnDiskIsThereAgain(t *testing.T) {
	d := openDisk(t)
	key := evidence.Key("0199-ab", strings.Repeat("ab", 32))
	for range 2 { // storing twice is harmless
		if err := d.Put(t.Context(), key, []byte("bytes")); err != nil {
			t.Fatal(err)
		}
	}
	if got := get(t, d, key); got != "bytes" {
		t.Errorf("got %q", got)
	}
	s, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(key)))
	if err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", s.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(d.dir, "media", "*", "*", ".new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestAMissingBlobIsNotFound(t *testing.T) {
	if _, err := openDisk(t).Get(t.Context(), "media/o/ab/abc"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestKeysThatLeaveTheFolderAreRefused(t *testing.T) {
	d := openDisk(t)
	for _, key := range []string{"", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.hidden", "a\\b", "A/b", "a/b\x00", "a/", strings.Repeat("a/", 9) + "a"} {
		if err := d.Put(t.Context(), key, nil); err == nil {
			t.Errorf("put %q was taken", key)
		}
		if _, err := d.Get(t.Context(), key); err == nil || fault.Is(err, fault.NotFound) {
			t.Errorf("get %q: %v", key, err)
		}
	}
}

func TestASymbolicLinkDoesNotLeadOutside(t *testing.T) {
	d := openDisk(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(d.dir, "media")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get(t.Context(), "media/secret"); err == nil {
		t.Error("the link was followed")
	}
}

func TestAnAlmostFullDiskTakesNoPhotosButShowsThem(t *testing.T) {
	d := openDisk(t)
	if err := d.Put(t.Context(), "media/a", []byte("old")); err != nil {
		t.Fatal(err)
	}
	d.free = func(string) (float64, error) { return 0.049, nil }
	f, ok := fault.As(d.Put(t.Context(), "media/b", []byte("new")))
	if !ok || f.Kind != fault.Full || f.RetryAfter <= 0 {
		t.Errorf("got %v", f)
	}
	if got := get(t, d, "media/a"); got != "old" {
		t.Errorf("got %q", got)
	}
	d.free = func(string) (float64, error) { return 0.05, nil }
	if err := d.Put(t.Context(), "media/b", []byte("new")); err != nil {
		t.Error(err)
	}
}

func TestFreeShareIsAShare(t *testing.T) {
	share, err := FreeShare(t.TempDir())
	if err != nil || share <= 0 || share > 1 {
		t.Errorf("%v %v", share, err)
	}
	if _, err := FreeShare(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

func TestManyWritersOfOneKeyLeaveOneWholeBlob(t *testing.T) {
	d := openDisk(t)
	b := bytes.Repeat([]byte("0123456789"), 5000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := d.Put(t.Context(), "media/o/aa/same", b); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if get(t, d, "media/o/aa/same") != string(b) {
		t.Error("the blob is not whole")
	}
}

func TestAnEndedRequestWritesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := openDisk(t)
	if err := d.Put(ctx, "media/a", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWhatWasDeletedIsGoneAndDeletingTwiceIsHarmless(t *testing.T) {
	d := openDisk(t)
	if err := d.Put(t.Context(), "parts/o/a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Delete(t.Context(), "parts/o/a"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Get(t.Context(), "parts/o/a"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if err := d.Delete(t.Context(), "../x"); err == nil {
		t.Error("a key that leaves the folder was taken")
	}
}

func TestSweepingTakesWhatIsOldInOnePlaceOnly(t *testing.T) {
	d := openDisk(t)
	if err := d.Sweep(t.Context(), "parts", time.Now()); err != nil {
		t.Fatalf("nothing there: %v", err)
	}
	for _, key := range []string{"parts/o/old", "parts/o/new", "media/o/old"} {
		if err := d.Put(t.Context(), key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	left := filepath.Join(d.dir, "parts", "o", ".new-left")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{left, filepath.Join(d.dir, "parts", "o", "old"), filepath.Join(d.dir, "media", "o", "old")} {
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Sweep(t.Context(), "parts", time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	for key, there := range map[string]bool{"parts/o/old": false, "parts/o/new": true, "media/o/old": true} {
		if _, err := d.Get(t.Context(), key); (err == nil) != there {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what a crash left is still there: %v", err)
	}
	for _, first := range []string{"", "..", "/"} {
		if err := d.Sweep(t.Context(), first, time.Now()); err == nil {
			t.Errorf("sweeping %q was taken", first)
		}
	}
}
