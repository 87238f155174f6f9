package app

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// tamper runs a statement past the triggers and walls that keep the server from doing it: as somebody who holds the
// database itself.
func (w *lived) tamper(t *testing.T, triggers []string, statement string, args ...any) {
	t.Helper()
	postgres := w.Store.Dialect() == "postgres"
	for _, name := range triggers {
		if postgres {
			table, _, _ := strings.Cut(name, "_no_")
			w.Exec("ALTER TABLE " + table + " DISABLE TRIGGER USER")
		} else {
			w.Exec("DROP TRIGGER " + name)
		}
	}
	w.Exec(statement, args...)
}

func TestVerifyIsContentWithWhatWasNotTouched(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		l.live()
		out, said := l.must("verify")
		if out != "" || !strings.Contains(said, "1 visits, 1 photos") || !strings.Contains(said, "Everything is as it should be.") {
			t.Errorf("found %s, said %s", out, said)
		}
	})
}

func TestVerifyFindsWhatWasChangedBehindTheServersBack(t *testing.T) {
	for _, c := range []struct {
		name, want string
		triggers   []string
		statement  string
	}{
		{"an event", "log of changes: entry 2 was changed after it was written", []string{"events_no_update"}, `UPDATE events SET actor = 'somebody' WHERE org_id = $1 AND seq = 2`},
		{"a missing event", "entries are missing", []string{"events_no_delete"}, `DELETE FROM events WHERE org_id = $1 AND seq = 2`},
		{"a cut-off chain", "the chain ends at entry", []string{"events_no_delete"}, `DELETE FROM events WHERE org_id = $1 AND seq = (SELECT max(seq) FROM events WHERE org_id = $1)`},
		{"an op", "was changed after it was stored", []string{"ops_no_update"}, `UPDATE ops SET body = replace(body, 'yes', 'no') WHERE org_id = $1 AND seq = 3`},
		{"a missing last op", "should end at op", []string{"ops_no_delete"}, `DELETE FROM ops WHERE org_id = $1 AND seq = (SELECT max(seq) FROM ops WHERE org_id = $1)`},
		{"an answer", "the answer to A3 is not the one in the log of answers", nil, `UPDATE reports SET answers = replace(CAST(answers AS text), '"A3":"yes"', '"A3":"no"') WHERE org_id = $1`},
		{"a score", "score of ", nil, `UPDATE visits SET base_bp = 9999 WHERE org_id = $1`},
		{"an outcome", "The outcome stored for standard", nil, `UPDATE outcomes SET outcome = 'below' WHERE org_id = $1 AND outcome = 'good'`},
		{"a receipt", "is not that of its statement", []string{"receipts_no_update"}, `UPDATE receipts SET statement = replace(statement, '"ops":', '"ops":1') WHERE org_id = $1`},
		{"what a receipt is filed under", "is filed under what it does not say", []string{"receipts_no_update"}, `UPDATE receipts SET seq = seq - 1 WHERE org_id = $1`},
		{"a signature", "the signature of receipt", []string{"receipts_no_update"}, `UPDATE receipts SET signature = '' WHERE org_id = $1`},
		{"a missing receipt", "is not among those that were signed", []string{"receipts_no_delete"}, `DELETE FROM receipts WHERE org_id = $1`},
		{"the code of a report", "receipt AAAA-AAAA-AAAA is not among those that were signed", nil, `UPDATE reports SET receipt_code = 'AAAA-AAAA-AAAA' WHERE org_id = $1`},
		{"a published version", "was changed after it was stored", []string{"versions_no_update"}, `UPDATE versions SET document = replace(document, 'Counter', 'Encounter') WHERE org_id = $1`},
		{"a photo of a receipt", "is not the one that was signed", nil, `UPDATE photos SET sha256 = '00' WHERE org_id = $1`},
		{"a sum of scores", "rollup of ", nil, `UPDATE rollup_cells SET sum_bp = sum_bp + 1 WHERE org_id = $1`},
		{"a sum of a standard", "rollup of ", nil, `UPDATE rollup_standards SET x = 0 WHERE org_id = $1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
				w := l.live()
				statement := c.statement
				w.tamper(t, c.triggers, statement, w.Org)
				code, out, said := l.run("verify")
				if code != 1 || !strings.Contains(out, c.want) || strings.Contains(said, "Everything is as it should be.") {
					t.Errorf("ended with %d, found %s, said %s", code, out, said)
				}
			})
		})
	}
}

// Whoever changes a published version may as well make its hash again: the log of changes knows what was published.
func TestVerifyHoldsAPublishedVersionAgainstTheLogOfChanges(t *testing.T) {
	l := newPremises(t, "")
	w := l.live()
	var document string
	if err := w.Store.Pool().QueryRowContext(t.Context(), `SELECT document FROM versions WHERE state = 'published'`).Scan(&document); err != nil {
		t.Fatal(err)
	}
	document = strings.Replace(document, "Counter, machine", "Counter and machine", 1)
	sum := sha256.Sum256([]byte(document))
	w.tamper(t, []string{"versions_no_update"}, `UPDATE versions SET document = $2, hash = $3 WHERE org_id = $1`, w.Org, document, hex.EncodeToString(sum[:]))
	code, out, _ := l.run("verify")
	if code != 1 || !strings.Contains(out, "is not the one that the log of changes says was published") || strings.Contains(out, "was changed after it was stored") {
		t.Errorf("ended with %d, found %s", code, out)
	}
}

func TestVerifyFindsAPhotoThatWasChangedOrIsGone(t *testing.T) {
	l := newPremises(t, "")
	l.live()
	photo := onlyPhoto(t, l)
	b, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(photo, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := l.run("verify"); code != 1 || !strings.Contains(out, "its bytes are not those that were kept") {
		t.Errorf("changed: %d %s", code, out)
	}
	if err := os.Remove(photo); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := l.run("verify"); code != 1 || !strings.Contains(out, "it is not there") {
		t.Errorf("gone: %d %s", code, out)
	}
	if code, out, _ := l.run("verify", "--skip-photos"); code != 0 {
		t.Errorf("skipped: %d %s", code, out)
	}
}

func TestRebuildMakesTheSumsAgain(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		w := l.live()
		w.Exec(`UPDATE rollup_cells SET sum_bp = sum_bp + 1 WHERE org_id = $1`, w.Org)
		w.Exec(`DELETE FROM rollup_standards WHERE org_id = $1`, w.Org)
		code, out, said := l.run("verify", "--rebuild")
		if code != 1 || !strings.Contains(out, "rollup of ") || !strings.Contains(said, "the sums were made again") {
			t.Errorf("ended with %d, found %s, said %s", code, out, said)
		}
		l.must("verify")
		if n := w.Number(`SELECT sum_bp FROM rollup_cells WHERE org_id = $1`, w.Org); n != 10000 {
			t.Errorf("sum of scores %d", n)
		}
	})
}
