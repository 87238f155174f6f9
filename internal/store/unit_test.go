package store

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/fault"
	"plainclothes/internal/org"
)

func TestAStatementOutsideAUnitFails(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		newOrg(t, s, "One")
		var rows []organisationRow
		if err := s.db(t.Context()).Find(&rows).Error; !errors.Is(err, errNoUnit) || len(rows) > 0 {
			t.Errorf("rows = %v, error = %v", rows, err)
		}
		if err := s.db(t.Context()).Create(&headRow{OrgID: id()}).Error; !errors.Is(err, errNoUnit) {
			t.Errorf("create: error = %v", err)
		}
		if _, err := s.sqlTx(); !errors.Is(err, errNoUnit) {
			t.Errorf("sqlTx: error = %v", err)
		}
	})
}

func TestAUnitIsAllOrNothing(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		stop := errors.New("stop")
		err := s.inTx(t.Context(), o.ID, func(s *Store) error {
			if err := s.CreateRegions(t.Context(), o.ID, []org.Region{{ID: id(), Name: "North", RowVersion: 1}}); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		rs, err := s.Regions(t.Context(), org.Access{Org: o.ID, All: true})
		if err != nil || len(rs) != 0 {
			t.Errorf("regions = %v, %v", rs, err)
		}
	})
}

func TestAPanicRollsBackAndFreesTheWriter(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		func() {
			defer func() { _ = recover() }()
			_ = s.inTx(t.Context(), o.ID, func(s *Store) error {
				_ = s.appendEvent(o.ID, noon, change(t, 1))
				panic("bug")
			})
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if c, err := s.VerifyChain(ctx, o.ID); err != nil || c.Entries != 0 {
			t.Fatalf("chain = %+v, %v", c, err)
		}
		appendOne(t, s, o.ID, 1)
	})
}

func TestAUnitJoinsOnlyItsOwnOrganisation(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		a, b := newOrg(t, s, "One"), newOrg(t, s, "Two")
		inner := func(s *Store) error { return nil }
		err := s.inTx(t.Context(), a.ID, func(s *Store) error {
			if err := s.inTx(t.Context(), a.ID, inner); err != nil {
				t.Errorf("the same organisation: %v", err)
			}
			if err := s.inTx(t.Context(), "", inner); err != nil {
				t.Errorf("what belongs to no organisation: %v", err)
			}
			if err := s.inView(t.Context(), b.ID, inner); err == nil {
				t.Error("another organisation's unit was joined")
			}
			if err := s.run(t.Context(), scope{operator: true}, false, inner); err == nil {
				t.Error("an operator's unit was joined")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAViewDoesNotWrite(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		err := s.inView(t.Context(), o.ID, func(s *Store) error { return s.inTx(t.Context(), o.ID, func(*Store) error { return nil }) })
		if err == nil {
			t.Error("a write was let into a view")
		}
		err = s.inView(t.Context(), o.ID, func(s *Store) error {
			return s.db(t.Context()).Exec("UPDATE organisations SET name = 'x'").Error
		})
		if err == nil {
			t.Error("a view changed a row")
		}
	})
}

func TestACancelledRequestLeavesThePoolUsable(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		for range 30 { // more than there are connections
			ctx, cancel := context.WithCancel(t.Context())
			err := s.inTx(ctx, o.ID, func(s *Store) error {
				cancel()
				return s.db(ctx).Exec("UPDATE organisations SET name = 'x' WHERE id = ?", o.ID).Error
			})
			if err == nil {
				t.Fatal("a cancelled unit was committed")
			}
		}
		got, err := s.Organisation(t.Context(), o.ID)
		if err != nil || got.Name != "One" {
			t.Errorf("organisation = %+v, %v", got, err)
		}
	})
}

func TestSettingsEndWithTheirTransaction(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	s.pool.SetMaxOpenConns(1) // the same connection again
	if _, err := s.Organisation(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	var n int64
	if err := s.w.WithContext(t.Context()).Raw("SELECT count(*) FROM organisations").Scan(&n).Error; err != nil || n != 0 {
		t.Errorf("%d organisations are seen without a setting, %v", n, err)
	}
}

func TestASettingCannotLeaveItsQuotes(t *testing.T) {
	for _, s := range []string{"'", `\`, "a b", "x');--", "é", string(make([]byte, 129))} {
		if _, err := (scope{org: s}).begin(false); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q was let through", s)
		}
	}
	q, err := scope{org: "0b", person: "1c", tokenHash: "2d", operator: true}.begin(true)
	want := []request{{query: "begin read only"}, {args: []any{"0b", "1c", "2d"}, query: "select set_config('app.org_id', $1, true), " +
		"set_config('app.person_id', $2, true), set_config('app.token_hash', $3, true), set_config('app.operator', 'on', true)"}}
	if err != nil || !reflect.DeepEqual(q, want) {
		t.Errorf("begin = %v, %v", q, err)
	}
}

func TestErrorsOfTheDatabaseGetTheirKind(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		region := id()
		add := func(r org.Region) error { return s.CreateRegions(t.Context(), o.ID, []org.Region{r}) }
		for _, c := range []struct {
			name string
			err  error
			want fault.Kind
		}{
			{"first", add(org.Region{ID: region, Name: "North", RowVersion: 1}), fault.Internal},
			{"the same name", add(org.Region{ID: id(), Name: "NORTH", RowVersion: 1}), fault.Conflict},
			{"the same id", add(org.Region{ID: region, Name: "South", RowVersion: 1}), fault.Conflict},
			{"no such parent", add(org.Region{ID: id(), Parent: id(), Name: "East", RowVersion: 1}), fault.Conflict},
			{"no such row", s.inView(t.Context(), o.ID, func(s *Store) error {
				return s.db(t.Context()).Where("org_id = ? AND id = ?", o.ID, id()).Take(&regionRow{}).Error
			}), fault.NotFound},
			{"no id at all", s.inView(t.Context(), o.ID, func(s *Store) error {
				return s.db(t.Context()).Where("org_id = ? AND id = ?", o.ID, "17").Take(&regionRow{}).Error
			}), fault.NotFound},
		} {
			if got := fault.KindOf(c.err); got != c.want || (c.want != fault.Internal) != (c.err != nil) {
				t.Errorf("%s: %v, want kind %v", c.name, c.err, c.want)
			}
		}
	})
}

func TestWhatPassesIsBusy(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		_, err := s.Organisation(ctx, o.ID)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Busy || f.RetryAfter <= 0 {
			t.Errorf("past its deadline: %v, want Busy with a time", err)
		}
	})
	if translate(gorm.ErrInvalidDB) != gorm.ErrInvalidDB { //nolint:errorlint // the very same error is wanted
		t.Error("an unknown error was changed")
	}
}

func TestAUnitThatOutlivesItsTimeIsBusyAndChangesNothing(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		long := func(run func(context.Context, string, func(*Store) error) error, work string) error {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			return run(ctx, o.ID, func(in *Store) error {
				if err := in.db(ctx).Exec(work, o.ID).Error; err != nil {
					return err
				}
				<-ctx.Done()
				time.Sleep(50 * time.Millisecond) // whoever watches the context has rolled back, as during a long calculation
				return nil
			})
		}
		for name, err := range map[string]error{
			"a reading": long(s.inView, "SELECT name FROM organisations WHERE id = ?"),
			"a change":  long(s.inTx, "UPDATE organisations SET name = 'x' WHERE id = ?"),
		} {
			if f, ok := fault.As(err); !ok || f.Kind != fault.Busy || f.RetryAfter <= 0 {
				t.Errorf("%s past its deadline: %v, want Busy with a time", name, err)
			}
		}
		if got, err := s.Organisation(t.Context(), o.ID); err != nil || got.Name != "One" {
			t.Errorf("organisation = %+v, %v", got, err)
		}
	})
}

func TestADeadServerIsBusy(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	s.pool.SetMaxOpenConns(2)
	err := s.inTx(t.Context(), o.ID, func(in *Store) error {
		var pid int
		if err := in.db(t.Context()).Raw("SELECT pg_backend_pid()").Scan(&pid).Error; err != nil {
			return err
		}
		if err := s.w.WithContext(t.Context()).Exec("SELECT pg_terminate_backend(?)", pid).Error; err != nil {
			return err
		}
		return in.db(t.Context()).Exec("SELECT 1").Error
	})
	if !fault.Is(err, fault.Busy) {
		t.Errorf("error = %v, want Busy", err)
	}
	if _, err := s.Organisation(t.Context(), o.ID); err != nil {
		t.Errorf("the pool did not recover: %v", err)
	}
}

func TestAFullDiskIsBusy(t *testing.T) {
	s := openTest(t, "sqlite:"+t.TempDir()+"/test.db")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := newOrg(t, s, "One")
	if _, err := s.pool.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // SQLite raises it to what is used
		t.Fatal(err)
	}
	var err error
	for n := 0; err == nil && n < 100; n++ {
		err = s.inTx(t.Context(), o.ID, func(s *Store) error {
			c := change(t, n)
			c.Body = make([]byte, 100_000)
			return s.appendEvent(o.ID, noon, c)
		})
	}
	if f, ok := fault.As(err); !ok || f.Kind != fault.Busy || f.RetryAfter <= 0 {
		t.Errorf("error = %v, want Busy with a time", err)
	}
	if _, err := s.pool.ExecContext(t.Context(), "PRAGMA max_page_count = 1000000"); err != nil { // somebody made room
		t.Fatal(err)
	}
	appendOne(t, s, o.ID, 1)
	if c, err := s.VerifyChain(t.Context(), o.ID); err != nil || c.Broken != nil || c.Entries == 0 {
		t.Errorf("chain = %+v, %v", c, err)
	}
}

func TestAWholeChainMayBeReadForLongerThanAStatement(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	o := newOrg(t, s, "One")
	err := s.inView(t.Context(), o.ID, func(s *Store) error {
		var before, after string
		if err := s.db(t.Context()).Raw("SHOW statement_timeout").Scan(&before).Error; err != nil {
			return err
		}
		if err := s.takeTime(t.Context()); err != nil {
			return err
		}
		if err := s.db(t.Context()).Raw("SHOW statement_timeout").Scan(&after).Error; err != nil {
			return err
		}
		if before != "30s" || after != "0" {
			t.Errorf("statement_timeout = %s, then %s", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
