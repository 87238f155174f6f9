package store

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
)

// columnsOf lists "table.column null" for every table of the product.
func columnsOf(t *testing.T, s *Store) []string {
	t.Helper()
	q := map[string]string{
		sqliteDialect: `SELECT m.name || '.' || c.name || CASE WHEN c."notnull" = 1 THEN ' NOT NULL' ELSE '' END
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`,
		postgresDialect: `SELECT table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`,
	}[s.Dialect()]
	out := strings1(t, s, q)
	slices.Sort(out)
	return out
}

// strings1 runs a query of one text column, past all walls.
func strings1(t *testing.T, s *Store, q string) []string {
	t.Helper()
	var out []string
	if err := s.w.WithContext(t.Context()).Raw(q).Scan(&out).Error; err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBothDatabasesHaveTheSameColumns(t *testing.T) {
	var both [][]string
	forEach(t, func(t *testing.T, s *Store) { both = append(both, columnsOf(t, s)) })
	if len(both) < 2 {
		t.Skip("left out: there is no PostgreSQL to compare with")
	}
	if len(both[0]) < 80 {
		t.Errorf("only %d columns were found", len(both[0]))
	}
	if d := cmp.Diff(both[0], both[1]); d != "" {
		t.Errorf("sqlite and postgres differ:\n%s", d)
	}
}

func TestMigrationsGoDownToNothingAndUpAgain(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		before := columnsOf(t, s)
		err := s.migrating(func(p *goose.Provider) error {
			_, err := p.DownTo(t.Context(), 0)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if left := columnsOf(t, s); len(left) > 0 {
			t.Errorf("left after going down: %v", left)
		}
		if err := s.Ready(t.Context()); err == nil {
			t.Error("ready without a schema")
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, columnsOf(t, s)); d != "" {
			t.Errorf("up, down, up is not up:\n%s", d)
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("not ready: %v", err)
		}
	})
}

func TestLongValuesArePackedQuicklyWhereTheServerCan(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	want := []string{"ops.body", "reports.answers", "reports.result", "rollup_turns.lines", "rollup_visits.lines"}
	if len(strings1(t, s, `SELECT 'yes' FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)`)) == 0 {
		want = nil
	}
	got := strings1(t, s, `SELECT attrelid::regclass || '.' || attname FROM pg_attribute WHERE attcompression = 'l' ORDER BY 1`)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestEveryTableOfAnOrganisationHasItsWall(t *testing.T) {
	s := openTest(t, migrated.DB(t))
	open := strings1(t, s, `SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT (c.relrowsecurity AND c.relforcerowsecurity
		AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'))`)
	if len(open) > 0 {
		t.Errorf("without row-level security: %v", open)
	}
	all := strings1(t, s, `SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity ORDER BY 1`)
	want := []string{"attempts", "goose_db_version", "links", "people", "receipt_keys", "sessions"}
	if d := cmp.Diff(want, all); d != "" {
		t.Errorf("tables without a wall, other than those of the installation:\n%s", d)
	}
}

func TestEveryTableOfAnOrganisationBeginsItsKeyWithIt(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		q := map[string]string{
			sqliteDialect: `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
				WHERE m.type = 'table' AND c.name = 'org_id' AND c.pk <> 1`,
			postgresDialect: `SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
				WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
				SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indkey[0] = a.attnum)`,
		}[s.Dialect()]
		if wrong := strings1(t, s, q); len(wrong) > 0 {
			t.Errorf("the primary key does not begin with the organisation: %v", wrong)
		}
	})
}

func TestEveryReferenceInsideAnOrganisationNamesIt(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		var wrong []string
		if s.Dialect() == sqliteDialect {
			// every foreign key of a table with an org_id, to a table with an org_id, has org_id among its columns
			wrong = strings1(t, s, `SELECT m.name || ' ' || f."table" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
				WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(f."table") c WHERE c.name = 'org_id')
				GROUP BY m.name, f.id HAVING sum(f."from" = 'org_id' AND f."to" = 'org_id') = 0`)
		} else {
			wrong = strings1(t, s, `SELECT k.conname::text FROM pg_constraint k
				JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'org_id'
				JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attname = 'org_id'
				WHERE k.contype = 'f' AND NOT (a.attnum = ANY (k.conkey) AND b.attnum = ANY (k.confkey))`)
		}
		if len(wrong) > 0 {
			t.Errorf("references that could cross organisations: %v", wrong)
		}
	})
}

func TestTwoInstancesMayMigrateAtOnce(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		errs := make(chan error, 3)
		for range 3 {
			go func() { errs <- s.Migrate(t.Context()) }()
		}
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAURLThatNamesNoDatabaseIsRefusedInWords(t *testing.T) {
	for url, want := range map[string]string{
		"":                                 "must begin with sqlite: or postgres://",
		"mysql://db":                       "must begin with sqlite: or postgres://",
		"sqlite:":                          "names no file",
		"sqlite:/no/such/folder/x.db":      "open database",
		"postgres://u:secret@h:x/db":       "cannot be read",
		"postgres://h/db?pool_max_conns=1": "from 2 to 1000",
		"postgres://127.0.0.1:1/db":        "connect",
	} {
		s, err := Open(t.Context(), url, clock)
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", url)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %q and no password", url, err, want)
		}
	}
}

func TestThePoolSizeIsTakenOutOfTheURL(t *testing.T) {
	url, n, err := poolSize("postgres://u@h/db?pool_max_conns=40&sslmode=disable")
	if err != nil || n != 40 || url != "postgres://u@h/db?sslmode=disable" {
		t.Errorf("poolSize = %q, %d, %v", url, n, err)
	}
}
