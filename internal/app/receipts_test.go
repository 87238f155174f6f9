package app

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestANewKeyTakesOverWithoutARestartAndOldReceiptsStayGood(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		w := l.live()
		path := filepath.Join(l.dir, receiptFile)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("the key's file: %v, %v", info, err)
		}
		before, err := w.parts.keys.current()
		if err != nil {
			t.Fatal(err)
		}
		if _, said := l.must("receipts", "rotate"); !strings.Contains(said, "Older receipts stay good.") {
			t.Errorf("said %s", said)
		}
		after, err := w.parts.keys.current() // of the program that was running all the time
		if err != nil || after.ID == before.ID {
			t.Fatalf("the key is still %s, %v", after.ID, err)
		}
		w.sealed(l)
		out, _ := l.must("receipts", "keys")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], after.ID) || !strings.HasSuffix(lines[0], "signs now") || !strings.HasPrefix(lines[1], before.ID) || !strings.Contains(lines[1], " until ") {
			t.Errorf("keys:\n%s", out)
		}
		if out, _ := l.must("verify"); out != "" {
			t.Errorf("verify found %s", out)
		}
	})
}

func TestTheKeyOfReceiptsMayBeASetting(t *testing.T) {
	l := newPremises(t, "")
	l.env["PLAINCLOTHES_RECEIPT_KEY"] = base64.StdEncoding.EncodeToString([]byte("thirty-two bytes for one key, ok"))
	w := l.live()
	if _, err := os.Stat(filepath.Join(l.dir, receiptFile)); !os.IsNotExist(err) {
		t.Error("a key was made beside the setting")
	}
	if code, _, said := l.run("receipts", "rotate"); code != 1 || !strings.Contains(said, "PLAINCLOTHES_RECEIPT_KEY") {
		t.Errorf("ended with %d: %s", code, said)
	}
	if out, _ := l.must("verify"); out != "" {
		t.Errorf("verify found %s", out)
	}
	if key, err := w.parts.keys.current(); err != nil || key.ID == "" {
		t.Errorf("%+v, %v", key.ID, err)
	}
	l.env["PLAINCLOTHES_RECEIPT_KEY"] = "short"
	if code, _, said := l.run("verify"); code != 1 || !strings.Contains(said, "32 bytes in base64") {
		t.Errorf("ended with %d: %s", code, said)
	}
}

func TestADamagedKeyIsNotReplacedQuietly(t *testing.T) {
	l := newPremises(t, "")
	w := l.live()
	if err := os.WriteFile(filepath.Join(l.dir, receiptFile), []byte("damaged\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.parts.keys.prepare(t.Context(), w.parts.store, clock()); err == nil || !strings.Contains(err.Error(), "no key of receipts") {
		t.Errorf("prepare: %v", err)
	}
}
