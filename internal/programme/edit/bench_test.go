package edit_test

import (
	"fmt"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// long makes a checklist of 120 questions out of copies of the sections of a shipped programme.
func long(tb testing.TB) *programme.Programme {
	tb.Helper()
	src, err := edit.New("long", "A long one", "shops")
	if err != nil {
		tb.Fatal(err)
	}
	from := shipped(tb, "coffee-kiosks")
	for n := 0; n < 120; {
		for i := range from.Sections {
			r, err := edit.Apply(src, edit.AddSection{From: from, Section: from.Sections[i].ID}, edit.Fixed{})
			if err != nil {
				tb.Fatal(err)
			}
			src, n = r.Programme, n+len(from.Sections[i].Questions)
		}
	}
	return src
}

// BenchmarkApply changes a text in a checklist of 120 questions.
func BenchmarkApply(b *testing.B) {
	p := long(b)
	ids := 0
	for i := range p.Sections {
		ids += len(p.Sections[i].Questions)
	}
	b.ReportMetric(float64(ids), "questions")
	last := p.Sections[len(p.Sections)-1].Questions[0].ID
	for n := 0; b.Loop(); n++ {
		op := edit.Set{Part: edit.Ref{Kind: edit.Question, ID: last}, Fields: []edit.Field{edit.F("text", fmt.Sprintf("Was it done %d times?", n))}}
		if _, err := edit.Apply(p, op, edit.Fixed{}); err != nil {
			b.Fatal(err)
		}
	}
}
