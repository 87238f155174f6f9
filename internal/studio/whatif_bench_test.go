package studio_test

import (
	"fmt"
	"strings"
	"testing"

	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// manyStandards is how many standards the bench's checklist has; it asks two questions for each.
const manyStandards = 20

// crowd is an organisation of 200 branches and as many published visits as wanted, a multiple of 1,000.
func crowd(tb testing.TB, s *store.Store, visits int) *worldtest.World {
	tb.Helper()
	w := worldtest.New(tb, s, 200)
	w.Publish(worldtest.Tea(manyStandards), "The first version.", "2025-01-01")
	w.Season(manyStandards, 5, "2026-02", "2026-07", "2026-09", "2026-10", "2026-11")
	times := visits / 1000
	multiply(tb, w, times)
	return w
}

// multiply copies every visit with its report under ids of their own, and the sums with them.
func multiply(tb testing.TB, w *worldtest.World, times int) {
	tb.Helper()
	text, hex := func(c string) string { return c }, "printf('%06x', (k * 2654435 + 1) % 16777216)"
	if w.Store.Dialect() == "postgres" {
		text, hex = func(c string) string { return "CAST(" + c + " AS text)" }, "lpad(to_hex((k * 2654435 + 1) % 16777216), 6, '0')"
	}
	w.SQL("CREATE TABLE originals AS SELECT id FROM visits")
	w.SQL("ANALYZE") // so that the copies are found by their ids from the beginning
	for _, table := range []struct{ name, id string }{{"visits", "id"}, {"reports", "visit_id"}} {
		var from []string
		names := columns(tb, w, table.name)
		for _, c := range names {
			if c == table.id {
				c = hex + " || substr(" + text(c) + ", 7)"
				if w.Store.Dialect() == "postgres" {
					c = "CAST(" + c + " AS uuid)"
				}
			}
			if c == "receipt_code" { // which is unique
				c = hex + " || receipt_code"
			}
			from = append(from, c)
		}
		for k := 1; k < times; k++ { // one copy at a time: a statement that takes longer than half a minute is ended
			w.SQL(fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %s CROSS JOIN (SELECT %d AS k) n WHERE %s IN (SELECT id FROM originals)`,
				table.name, strings.Join(names, ", "), strings.Join(from, ", "), table.name, k, table.id))
		}
	}
	if w.Store.Dialect() == "postgres" {
		w.SQL("ANALYZE") // as it does by itself
	}
	w.SQL(fmt.Sprintf(`UPDATE rollup_cells SET n = n * %[1]d, sum_bp = sum_bp * %[1]d, sum_bp2 = sum_bp2 * %[1]d, unscored = unscored * %[1]d`, times))
	w.SQL(fmt.Sprintf(`UPDATE rollup_standards SET n = n * %[1]d, x = x * %[1]d, n_wow = n_wow * %[1]d, x_wow = x_wow * %[1]d, partial = partial * %[1]d, na = na * %[1]d`, times))
}

func columns(tb testing.TB, w *worldtest.World, table string) []string {
	tb.Helper()
	rows, err := w.Store.Pool().QueryContext(tb.Context(), "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil || rows.Err() != nil {
		tb.Fatal(err, rows.Err())
	}
	return names
}

// drafts are changes of the bench's checklist, from one question to all of them.
var drafts = []struct {
	name      string
	old, with string
	times     int
}{
	{"1question", "standard: K02, points: 2", "standard: K02, points: 3", 1},
	{"6questions", "points: 2, na_allowed: true", "points: 3, na_allowed: true", 6},
	{"20questions", "points: 2, na_allowed: true", "points: 3, na_allowed: true", 20},
}

// BenchmarkWhatIf runs drafts over 100,000 past visits.
func BenchmarkWhatIf(b *testing.B) {
	const visits = 100_000
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			w := crowd(b, open(b), visits)
			for _, d := range drafts {
				b.Run(d.name, func(b *testing.B) {
					if _, err := w.Studio.Import(b.Context(), w.Owner, []byte(strings.Replace(worldtest.Tea(manyStandards), d.old, d.with, d.times))); err != nil {
						b.Fatal(err)
					}
					b.ReportAllocs()
					for b.Loop() {
						got, err := w.Studio.WhatIf(b.Context(), w.Owner, w.Programme.ID, studio.Window{}, nil)
						if err != nil || got.Rescored != visits {
							b.Fatal(got.Rescored, err)
						}
					}
				})
			}
		})
	}
}
