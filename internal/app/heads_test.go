package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/store/storetest"
)

func TestTheEndOfAChainOutlivesARewrittenDatabase(t *testing.T) {
	s := storetest.SQLite(t)
	p := &program{ctx: t.Context(), now: func() time.Time { return storetest.Noon }}
	x := walkParts(t, p, s)
	w := storetest.NewWorld(t, s, "coffee-kiosks")
	if _, _, err := x.auth.CreateToken(t.Context(), w.Actors[auth.Owner], "one", auth.Scopes()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	if err := writeHeads(t.Context(), dir, s, storetest.Noon, log); err != nil {
		t.Fatal(err)
	}
	findings := func() (all []string) {
		t.Helper()
		lines, err := checkHeads(t.Context(), dir, s, func(what string) error { all = append(all, what); return nil })
		if err != nil || lines == 0 {
			t.Fatalf("%d lines, %v", lines, err)
		}
		return all
	}
	if all := findings(); len(all) != 0 {
		t.Fatalf("an untouched chain: %v", all)
	}
	w.Exec(`DROP TRIGGER events_no_update`)
	w.Exec(`UPDATE events SET hash = 'ff' WHERE org_id = $1`, w.Org)
	if all := findings(); len(all) != 1 || !strings.Contains(all[0], "rewritten") {
		t.Errorf("a rewritten chain: %v", all)
	}
	path := filepath.Join(dir, headsFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), `"seq":1`, `"seq":2`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if all := findings(); len(all) != 1 || !strings.Contains(all[0], "signature") {
		t.Errorf("a changed line: %v", all)
	}
	if i, err := os.Stat(filepath.Join(dir, headsKey)); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", i, err)
	}
}
