package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"plainclothes/internal/fault"
)

const rename = "UPDATE organisations SET name = $2 WHERE id = $1"

// nameOf reads an organisation's name past the pipeline.
func nameOf(t *testing.T, s *Store, id string) string {
	t.Helper()
	o, err := s.Organisation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o.Name
}

func TestWhatIsPutOffIsSeenByWhoeverReads(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	for name, read := range map[string]func(in *Store) (string, error){
		"through GORM": func(in *Store) (v string, err error) {
			return v, in.db(t.Context()).Raw("SELECT name FROM organisations WHERE id = ?", o.ID).Scan(&v).Error
		},
		"in the pipeline": func(in *Store) (v string, err error) {
			return v, in.send(t.Context(), request{query: "SELECT name FROM organisations WHERE id = $1", args: []any{o.ID}, read: func(rows pgx.Rows) error {
				rows.Next()
				return rows.Scan(&v)
			}})
		},
		"prepared": func(in *Store) (v string, err error) {
			stmt, err := in.prepared(t.Context(), "SELECT name FROM organisations WHERE id = $1")
			if err != nil {
				return "", err
			}
			rows, err := stmt.QueryContext(t.Context(), o.ID)
			if err != nil {
				return "", err
			}
			defer func() { _ = rows.Close() }()
			rows.Next()
			return v, errors.Join(rows.Scan(&v), rows.Err())
		},
	} {
		err := s.inTx(t.Context(), o.ID, func(in *Store) error {
			in.putOff(request{query: rename, args: []any{o.ID, name}})
			if v, err := read(in); err != nil || v != name {
				t.Errorf("%s: %q, %v", name, v, err)
			}
			return nil
		})
		if err != nil || nameOf(t, s, o.ID) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsPutOffIsWrittenAtTheEndOrNothingIs(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	stop := errors.New("stop")
	for _, events := range []int{0, 1} {
		unit := func(r request, after error) error {
			return s.inTx(t.Context(), o.ID, func(in *Store) error {
				in.putOff(r)
				for range events {
					if err := in.appendEvent(o.ID, noon, change(t, 1)); err != nil {
						return err
					}
				}
				return after
			})
		}
		if err := unit(request{query: rename, args: []any{o.ID, "Two"}}, nil); err != nil || nameOf(t, s, o.ID) != "Two" {
			t.Errorf("%d events: %v", events, err)
		}
		for name, err := range map[string]error{
			"a unit that fails":       unit(request{query: rename, args: []any{o.ID, "Three"}}, stop),
			"a check that fails":      unit(request{query: rename, args: []any{o.ID, "Three"}, done: func(int64) error { return stop }}, nil),
			"a statement that fails":  unit(request{query: "UPDATE organisations SET nonsense = 1"}, nil),
			"a value that is refused": unit(request{query: rename, args: []any{o.ID, nil}}, nil),
		} {
			if err == nil || nameOf(t, s, o.ID) != "Two" {
				t.Errorf("%s, %d events: %v, the name is %s", name, events, err, nameOf(t, s, o.ID))
			}
		}
		if err := unit(request{query: rename, args: []any{o.ID, "Two"}, done: func(met int64) error {
			if met != 1 {
				t.Errorf("%d rows were met", met)
			}
			return nil
		}}, nil); err != nil {
			t.Error(err)
		}
	}
	if c, err := s.VerifyChain(t.Context(), o.ID); err != nil || c.Broken != nil || c.Entries != 2 {
		t.Errorf("chain = %+v, %v, want the two entries of the good units", c, err)
	}
}

func TestTheSecondOfTwoUnitsIsFlushedTheOnlyOneCommitsByItself(t *testing.T) {
	s := durable(t)
	o := newOrg(t, s, "One")
	whole := s.flusher
	s.flusher = &flusher{} // whoever waits for it panics
	appendOne(t, s, o.ID, 1)
	s.flusher = whole
	err := s.inTx(t.Context(), "", func(*Store) error { // another unit is open
		var before string
		err := s.inTx(t.Context(), o.ID, func(in *Store) error {
			if err := in.appendEvent(o.ID, noon, change(t, 2)); err != nil {
				return err
			}
			return in.db(t.Context()).Raw("SELECT pg_current_wal_insert_lsn()::text").Scan(&before).Error
		})
		if err != nil {
			return err
		}
		var flushed bool
		if err := s.pool.QueryRowContext(t.Context(), "SELECT pg_current_wal_flush_lsn() > $1::pg_lsn", before).Scan(&flushed); err != nil || !flushed {
			t.Errorf("flushed = %v, %v", flushed, err)
		}
		return nil
	})
	if err != nil || s.writing.Load() != 0 {
		t.Errorf("error = %v, %d units are still counted", err, s.writing.Load())
	}
}

func TestNothingIsSentPastTheEndOfAUnit(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	var kept *Store
	if err := s.inTx(t.Context(), o.ID, func(in *Store) error { kept = in; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := kept.send(t.Context(), request{query: rename, args: []any{o.ID, "Two"}}); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("after a commit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := s.inTx(ctx, o.ID, func(in *Store) error {
		cancel()
		return in.send(ctx, request{query: rename, args: []any{o.ID, "Two"}})
	})
	if err == nil || nameOf(t, s, o.ID) != "One" {
		t.Errorf("after its context: %v, the name is %s", err, nameOf(t, s, o.ID))
	}
	if err := s.send(t.Context(), request{query: "SELECT 1"}); !errors.Is(err, errNoUnit) {
		t.Errorf("outside a unit: %v", err)
	}
}

func TestAScopeHoldsForStatementsThatTravelTogether(t *testing.T) {
	url := migrated.DB(t)
	sep := "?"
	if strings.Contains(url, "?") {
		sep = "&"
	}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		s := openTest(t, url+sep+"default_query_exec_mode="+mode)
		a, b := newOrg(t, s, "One "+mode), newOrg(t, s, "Two "+mode)
		none := func(n int64) error {
			if n != 0 {
				t.Errorf("%s: another organisation's row was changed", mode)
			}
			return nil
		}
		err := s.inTx(t.Context(), a.ID, func(in *Store) error {
			in.putOff(request{query: rename, args: []any{b.ID, "x"}, done: none})
			return in.appendEvent(a.ID, noon, change(t, 1))
		})
		if err != nil || nameOf(t, s, b.ID) != "Two "+mode {
			t.Errorf("%s: %v", mode, err)
		}
		if c, err := s.VerifyChain(t.Context(), a.ID); err != nil || c.Broken != nil || c.Entries != 1 {
			t.Errorf("%s: chain = %+v, %v", mode, c, err)
		}
		if _, err := s.Organisation(t.Context(), "it's no id"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestVisitsAreFoundByTheirKeysWhileTablesAreEmpty(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	var plan []string
	err := s.run(t.Context(), scope{org: o.ID, byKeys: true}, true, func(in *Store) error {
		if err := in.db(t.Context()).Exec("PREPARE located (uuid, uuid[]) AS " + locatedOnPostgres).Error; err != nil {
			return err
		}
		return in.db(t.Context()).Raw("EXPLAIN EXECUTE located ('" + o.ID + "', '{" + id() + "," + id() + "}')").Scan(&plan).Error
	})
	text := strings.Join(plan, "\n")
	if err != nil || strings.Count(text, "Index Scan") != 3 {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, key := range []string{"visits_pkey on visits", "branches_pkey on branches", "regions_pkey on regions"} {
		if !strings.Contains(text, key) {
			t.Errorf("no %s in\n%s", key, text)
		}
	}
}

func TestReportsAreWrittenByKeysWhileTablesAreEmpty(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	var plan []string
	err := s.run(t.Context(), scope{org: o.ID, byKeys: true}, true, func(in *Store) error {
		if err := in.db(t.Context()).Exec("PREPARE arrived AS " + reportsOnPostgres).Error; err != nil {
			return err
		}
		nulls := strings.TrimSuffix(strings.Repeat("NULL, ", strings.Count(reportsOnPostgres, "$")), ", ")
		return in.db(t.Context()).Raw("EXPLAIN EXECUTE arrived (" + nulls + ")").Scan(&plan).Error
	})
	if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, "Index Scan using visits_pkey on visits") {
		t.Errorf("%v\n%s", err, text)
	}
}
