package compare

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// row is one line of a reference table, by column name.
type row map[string]string

func (r row) f(t testing.TB, col string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(r[col], 64)
	if err != nil {
		t.Fatalf("column %s: %v", col, err)
	}
	return v
}

func reference(t testing.TB, name string) []row {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 2 {
		t.Fatalf("%s is empty", name)
	}
	var rows []row
	for _, line := range all[1:] {
		r := row{}
		for i, col := range all[0] {
			r[col] = line[i]
		}
		rows = append(rows, r)
	}
	return rows
}

// fixture reads the reference network: 60 branches, 40 shoppers, 12 standards.
func fixture(t testing.TB) *Visits {
	t.Helper()
	sf, err := os.Open(filepath.Join("testdata", "fixture60x40_standards.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer sf.Close()
	standards, err := ReadStandards(sf)
	if err != nil {
		t.Fatal(err)
	}
	vf, err := os.Open(filepath.Join("testdata", "fixture60x40_visits.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer vf.Close()
	v, err := ReadVisits(vf, standards)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(got-want <= tol && want-got <= tol) {
		t.Errorf("%s: got %.12g, want %.12g (off by %.2g, allowed %.0e)", what, got, want, got-want, tol)
	}
}

func TestStatesOfTheReferenceNetworkAreReproduced(t *testing.T) {
	d := NewDocument(fixture(t), 0, WholeNetwork)
	if d.Model.Level != "C" { // of scores; standards stay pooled unless more is asked for
		t.Fatalf("level %q", d.Model.Level)
	}
	got := map[string]StandardDocument{}
	for _, s := range d.Standards {
		got[s.Branch+s.Standard] = s
	}
	rows := reference(t, "fixture60x40_status.csv")
	if len(got) != len(rows) {
		t.Fatalf("%d outcomes, want %d", len(got), len(rows))
	}
	for _, r := range rows {
		what, s := r["branch"]+" "+r["standard"], got[r["branch"]+r["standard"]]
		near(t, what+" n", float64(s.N), r.f(t, "n"), 0)
		near(t, what+" x", float64(s.X), r.f(t, "x"), 0)
		near(t, what+" mean", *s.Mean, r.f(t, "post_mean"), 1e-6)
		near(t, what+" below", *s.PBelow, r.f(t, "p_below"), 1e-6)
		near(t, what+" own", *s.POwnBelow, r.f(t, "p_own_below"), 1e-6)
		label := s.Status
		if s.Lean != "" {
			label += "_lean_" + s.Lean
		}
		if label != r["status"] {
			t.Errorf("%s: %s, want %s", what, label, r["status"])
		}
	}
}

func TestGapsOfTheReferenceNetworkAreReproduced(t *testing.T) {
	got := map[string]Gap{}
	for _, g := range fixture(t).Gaps() {
		got[g.Branch+g.Standard] = g
	}
	for _, r := range reference(t, "fixture60x40_gap_decomposition.csv") {
		what, g := r["branch"]+" "+r["standard"], got[r["branch"]+r["standard"]]
		near(t, what+" performance", g.Performance, r.f(t, "performance"), 1e-9)
		near(t, what+" mix", g.Mix, r.f(t, "mix"), 1e-9)
	}
	performance, mix := 0.0, 0.0
	for _, g := range got {
		if g.Branch == "B001" {
			performance += g.Performance
			mix += g.Mix
		}
	}
	near(t, "B001 is better at", performance, 7.8115, 5e-5)
	near(t, "B001 was asked", mix, -0.1225, 5e-5)
}

func TestSentencesAreThoseOfTheSpecification(t *testing.T) {
	want := map[string]string{
		"B053std02": "Below the standard. Met in 7 of 10 visits; the standard asks for 95 %. We are 93 % sure.",
		"B017std11": "Meets the standard. 8 of 8; asked 65 %. 96 % sure.",
		"B003std02": "6 of 6 met. For a standard of 95 % that is not yet proof: a branch like this meets it with 46 : 54. It would take about 27 clean visits in a row.",
	}
	for _, s := range NewDocument(fixture(t), LevelB, WholeNetwork).Standards {
		if w, ok := want[s.Branch+s.Standard]; ok && s.Sentence != w {
			t.Errorf("got  %s\nwant %s", s.Sentence, w)
		}
	}
}
