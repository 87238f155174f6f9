package visit_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// in runs something in a transaction of the world's organisation.
func (w *world) in(do func(visit.Tx) error) {
	w.t.Helper()
	if err := w.Store.Visits().InTx(w.t.Context(), w.Org, do); err != nil {
		w.t.Fatal(err)
	}
}

// back compares what was written with what was read.
func back[T any](t *testing.T, want T, got T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("written and read differ:\n%s", d)
	}
}

func TestWhatPhonesBringComesBackWhole(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id, ctx := w.taken("buyer"), t.Context()
		at := noon.Add(123456 * time.Microsecond)
		rep := visit.Report{
			Org: w.Org, Visit: id, Seq: 2, Head: "head", Revision: 3, Context: &programme.Context{Scenario: "buyer", Features: []string{"has_seating"}},
			Answers: map[string]json.RawMessage{"A3": json.RawMessage(`"yes"`)}, Comments: map[string]string{"A3": "ü"},
			Heads:  visit.Heads{"A3": {{Op: "o", Device: "d", Value: json.RawMessage(`"yes"`), At: noon}}, "A4": {{Op: "p", Value: json.RawMessage(`1`)}}},
			Result: json.RawMessage(`{}`), Engine: 1, Sealed: at, Receipt: "AAAA-BBBB-CCCC", Updated: at,
		}
		sub := visit.Submission{
			Org: w.Org, ID: uuid.NewString(), Visit: id, Device: uuid.NewString(), Checklist: "hash", Seq: 1, Head: "head",
			Clock: visit.Clock{Offset: -5 * time.Minute, Flags: []string{visit.ClockJumped, visit.ClockOff}}, Created: at,
		}
		op := visit.Op{
			Submission: sub.ID, Device: sub.Device, Seq: 1, ID: uuid.NewString(), Body: []byte(`{ "as":  "sent" }`), Hash: "hash", Received: at,
			Corrected: at.Add(-time.Hour), Late: true,
		}
		g := visit.Grant{
			Org: w.Org, ID: uuid.NewString(), Visit: id, Member: w.shopper.Member, Device: "phone", Created: at, Until: at.Add(time.Hour), Used: at.Add(time.Minute),
		}
		r := visit.Receipt{
			Org: w.Org, Code: "AAAA-BBBB-CCCC", Visit: id, Submission: sub.ID, Stage: "one", Head: "head", Seq: 1, Statement: []byte(`{ "as":  "signed" }`),
			Signature: []byte{1, 2, 255}, Key: "key", Created: at,
		}
		w.in(func(tx visit.Tx) error {
			return errors.Join(tx.SaveReport(ctx, w.Org, rep), tx.SaveSubmission(ctx, w.Org, sub), tx.AppendOps(ctx, w.Org, id, []visit.Op{op}),
				tx.AddGrant(ctx, w.Org, g, "hash"), tx.AddReceipts(ctx, w.Org, []visit.Receipt{r}))
		})
		rep.RowVersion = 1
		w.in(func(tx visit.Tx) error {
			gotReport, err := tx.Report(ctx, w.Org, id)
			back(t, rep, gotReport, err)
			gotSub, err := tx.Submission(ctx, w.Org, sub.ID)
			back(t, sub, gotSub, err)
			ops, err := tx.OpsAt(ctx, w.Org, sub.ID, 1, 1)
			back(t, []visit.Op{op}, ops, err)
			gotGrant, err := tx.GrantByHash(ctx, w.Org, "hash")
			back(t, g, gotGrant, err)
			receipts, err := tx.Receipts(ctx, w.Org, sub.ID)
			back(t, []visit.Receipt{r}, receipts, err)
			receipts, err = tx.ReceiptsOf(ctx, w.Org, id)
			back(t, []visit.Receipt{r}, receipts, err)
			taken, err := tx.OpsTaken(ctx, w.Org, []string{op.ID, uuid.NewString()})
			back(t, []string{op.ID}, taken, err)
			return nil
		})
		byCode, err := s.Visits().ReceiptsByCode(ctx, r.Code)
		back(t, []visit.Receipt{r}, byCode, err)
		if none, err := s.Visits().ReceiptsByCode(ctx, "ZZZZ-ZZZZ-ZZZZ"); err != nil || len(none) != 0 {
			t.Errorf("another code finds %v, %v", none, err)
		}
		w.wallBetween(g.ID)
	})
}

// wallBetween checks that another organisation sees nothing of it.
func (w *world) wallBetween(grant string) {
	w.t.Helper()
	ctx, other := w.t.Context(), storetest.NewWorld(w.t, w.Store, "coffee-kiosks")
	err := w.Store.Visits().InTx(ctx, other.Org, func(tx visit.Tx) error {
		if _, err := tx.GrantByHash(ctx, other.Org, "hash"); !fault.Is(err, fault.NotFound) {
			w.t.Errorf("a foreign grant: %v", err)
		}
		return tx.RevokeGrants(ctx, other.Org, []string{grant}, noon)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if n := w.Number(`SELECT count(*) FROM grants WHERE org_id = $1 AND revoked_at IS NULL`, w.Org); n != 1 {
		w.t.Error("another organisation ended a grant")
	}
}

func TestAKeyThatComesBackSignsAgainAndTheOthersAreKept(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		one, two := make(ed25519.PublicKey, ed25519.PublicKeySize), slices.Repeat(ed25519.PublicKey{7}, ed25519.PublicKeySize)
		steps := []struct {
			id     string
			public ed25519.PublicKey
		}{{"one", one}, {"one", one}, {"two", two}, {"one", one}}
		for i, step := range steps {
			if err := s.SignWith(t.Context(), step.id, step.public, noon.Add(time.Duration(i)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.ReceiptKeys(t.Context())
		back(t, []visit.ReceiptKey{
			{ID: "two", Public: two, From: noon.Add(2 * time.Hour), Until: noon.Add(3 * time.Hour)}, {ID: "one", Public: one, From: noon},
		}, all, err)
	})
}
