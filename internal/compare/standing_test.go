package compare

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
)

// standingWorld is a network with shoppers who differ, in cells of single visits.
func standingWorld(branches, shoppers, visits int) Input {
	r := rand.New(rand.NewPCG(7, 11))
	in := Input{TargetBP: 8000, Peers: SameFormat, Standards: []Standard{
		{ID: "K1", Title: "Greeting", GoodTargetBP: 8000, WowTargetBP: 3000},
		{ID: "K2", Title: "Till", GoodTargetBP: 9000, Criticality: Major},
		{ID: "K3", Title: "Age check", GoodTargetBP: 10_000, Criticality: ZeroTolerance},
	}}
	lenient := make([]float64, shoppers)
	for j := range lenient {
		lenient[j] = 400 * r.NormFloat64()
	}
	for i := range branches {
		b := Branch{ID: fmt.Sprintf("b%03d", i), Name: strconv.Itoa(i), Format: []string{"kiosk", "shop"}[i%2], Region: strconv.Itoa(i % 3)}
		in.Branches = append(in.Branches, b)
		skill := 7500 + 700*r.NormFloat64()
		for range visits {
			addVisit(&in, b.ID, r.IntN(shoppers), skill, lenient, r)
		}
	}
	return in
}

func addVisit(in *Input, branch string, shopper int, skill float64, lenient []float64, r *rand.Rand) {
	bp := int64(math.Round(min(max(skill+lenient[shopper]+900*r.NormFloat64(), 0), 10_000)))
	s := Scores{N: 1, SumBP: bp, SumBP2: bp * bp}
	in.Cells = append(in.Cells, VisitCell{Branch: branch, Shopper: fmt.Sprint("s", shopper), Scenario: []string{"buy", "ask"}[r.IntN(2)], Month: Month(24300 + r.IntN(3)), Scores: s})
	in.Scores = append(in.Scores, ScoreCell{Branch: branch, Scores: s})
	for _, k := range in.Standards {
		c := Counts{N: 1}
		if r.Float64() < 0.85 {
			c.X = 1
		}
		if k.WowTargetBP > 0 {
			c.NWow, c.XWow = 1, c.X*r.IntN(2)
		}
		in.Shares = append(in.Shares, ShareCell{Branch: branch, Standard: k.ID, Counts: c})
	}
}

// freshOf gives each branch of the input with all its visits.
func freshOf(in Input, cells bool) []Fresh {
	t := newTable(in)
	out := make([]Fresh, len(t.branches))
	for i, b := range t.branches {
		out[i] = Fresh{Branch: b, Scores: t.scores[i]}
		for k := range t.standards {
			out[i].Counts = append(out[i].Counts, t.counts[k][i])
		}
		for _, c := range in.Cells {
			if cells && c.Branch == b.ID {
				out[i].Cells = append(out[i].Cells, c)
			}
		}
	}
	return out
}

// alike compares results field by field; floating numbers may differ by rounding.
func alike(t *testing.T, path string, a, b reflect.Value, tol float64) {
	t.Helper()
	switch a.Kind() {
	case reflect.Float64:
		if d := math.Abs(a.Float() - b.Float()); d > tol*(1+math.Abs(a.Float())) {
			t.Fatalf("%s: %v against %v", path, a.Float(), b.Float())
		}
	case reflect.Struct:
		for i := range a.NumField() {
			alike(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i), tol)
		}
	case reflect.Slice:
		if a.Len() != b.Len() {
			t.Fatalf("%s: %d against %d", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			alike(t, fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i), tol)
		}
	case reflect.Pointer:
		if a.IsNil() != b.IsNil() {
			t.Fatalf("%s: only one is nil", path)
		}
		if !a.IsNil() {
			alike(t, path, a.Elem(), b.Elem(), tol)
		}
	default:
		if a.Comparable() && !a.Equal(b) {
			t.Fatalf("%s: %v against %v", path, a, b)
		}
	}
}

// kept sends what was found out through the form in which it is kept.
func kept(t *testing.T, f *Frozen) *Frozen {
	t.Helper()
	var b bytes.Buffer
	out := &Frozen{}
	if err := gob.NewEncoder(&b).Encode(f); err != nil {
		t.Fatal(err)
	}
	if err := gob.NewDecoder(&b).Decode(out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAStandingSaysWhatComparingSays(t *testing.T) {
	own := standingWorld(16, 16, 6)
	for i := range own.Cells {
		own.Cells[i].Shopper = own.Cells[i].Branch
	}
	none := standingWorld(24, 12, 8)
	none.Cells = nil
	for name, in := range map[string]Input{
		"adjusted": standingWorld(40, 12, 8), "few branches": standingWorld(14, 12, 8), "own shoppers": own, "pooled": none, "alone": standingWorld(3, 3, 4),
	} {
		t.Run(name, func(t *testing.T) {
			for i := range in.Branches {
				in.Branches[i].Background = i%3 == 0
			}
			s := kept(t, Freeze(in)).Stand(freshOf(in, false))
			for _, brief := range []bool{true, false} {
				in.Brief = brief
				want, got := Run(in), s.Result(in.Branches, brief)
				if name == "adjusted" && want.Model.Level != LevelC {
					t.Fatalf("the example is at level %s: %v", want.Model.Level, want.Model.Notes)
				}
				alike(t, "result", reflect.ValueOf(want), reflect.ValueOf(got), 1e-9)
			}
		})
	}
}

func TestFrozenShoppersGiveTheBranchesThatTheFitGave(t *testing.T) {
	in := standingWorld(40, 12, 8)
	f := Freeze(in)
	all := freshOf(in, true)
	want := f.Stand(all)
	for id, b := range f.Crossed.Branches { // as if the fit had not seen the last visit, whose place in the sum is then all it has
		b.SumBP++
		f.Crossed.Branches[id] = b
	}
	got := f.Stand(all)
	for id, row := range want.rows {
		if a, b := row.Score.EstimateBP, got.rows[id].Score.EstimateBP; math.Abs(a-b) > 1e-4 {
			t.Errorf("%s: %v from all its visits, %v from the fit", id, b, a)
		}
	}
}

func TestANewVisitMovesItsBranchAtOnceAndNoOther(t *testing.T) {
	in := standingWorld(40, 12, 8)
	s := Freeze(in).Stand(freshOf(in, false))
	before := s.Result(in.Branches, true)
	bad := in
	for range 4 {
		bad.Cells = append(bad.Cells, VisitCell{Branch: "b007", Shopper: "s3", Scenario: "buy", Month: 24301, Scores: Scores{N: 1, SumBP: 1000, SumBP2: 1000 * 1000}})
		bad.Scores = append(bad.Scores, ScoreCell{Branch: "b007", Scores: Scores{N: 1, SumBP: 1000, SumBP2: 1000 * 1000}})
		bad.Shares = append(bad.Shares, ShareCell{Branch: "b007", Standard: "K1", Counts: Counts{N: 1, NWow: 1}})
	}
	moved := freshOf(bad, true)[7:8]
	after := s.With(moved).Result(in.Branches, true)
	again := Run(bad)
	alone := []Branch{moved[0].Branch}
	if with, only := s.With(moved).Result(alone, false), s.Only(moved).Result(alone, false); !reflect.DeepEqual(with, only) || len(only.Branches) != 1 {
		t.Errorf("alone it is %+v, not %+v", only, with)
	}
	rows := func(r Result) map[string]BranchRow {
		out := map[string]BranchRow{}
		for _, b := range r.Branches {
			out[b.ID] = b
		}
		return out
	}
	was, is, fitted := rows(before), rows(after), rows(again)
	for id, row := range is {
		if id != "b007" && row.Score.EstimateBP != was[id].Score.EstimateBP {
			t.Errorf("%s moved", id)
		}
	}
	x, y, z := was["b007"].Score, is["b007"].Score, fitted["b007"].Score
	if y.N != x.N+4 || !(y.EstimateBP < x.EstimateBP-500) || !(y.SDBP < x.SDBP) {
		t.Errorf("from %v ± %v to %v ± %v after %d visits", x.EstimateBP, x.SDBP, y.EstimateBP, y.SDBP, y.N)
	}
	if math.Abs(y.EstimateBP-z.EstimateBP) > 250 || math.Abs(y.SDBP-z.SDBP) > 60 {
		t.Errorf("%v ± %v by frozen shoppers, %v ± %v fitted anew", y.EstimateBP, y.SDBP, z.EstimateBP, z.SDBP)
	}
	if o := is["b007"].Outcomes[0]; o.N != 12 {
		t.Errorf("%d visits are counted for the standard", o.N)
	}
	if unchanged := rows(s.Result(in.Branches, true))["b007"].Score; unchanged.EstimateBP != x.EstimateBP {
		t.Error("the standing itself changed")
	}
}

func TestABranchThatTheFitHasNotSeenIsJudgedToo(t *testing.T) {
	in := standingWorld(40, 12, 8)
	s := Freeze(in).Stand(freshOf(in, false))
	one := Fresh{Branch: Branch{ID: "new", Format: "shop"}, Counts: []Counts{{N: 5, X: 5}, {N: 5, X: 1}, {N: 5, X: 5}}, Scores: Scores{N: 5, SumBP: 5 * 9000, SumBP2: 5 * 9000 * 9000}}
	one.Cells = []VisitCell{{Branch: "new", Shopper: "nobody", Scenario: "unheard of", Month: 24301, Scores: one.Scores}}
	r := s.With([]Fresh{one}).Result([]Branch{{ID: "new", Format: "shop"}, {ID: "empty", Format: "shop"}, {ID: "odd", Format: "never seen"}}, true)
	if len(r.Branches) != 3 || r.Branches[0].ID != "new" || !r.Branches[0].Score.HasRange || r.Branches[0].Outcomes[1].Status != Below {
		t.Errorf("%+v", r.Branches)
	}
	if e := r.Branches[0].Score; !(e.EstimateBP > 7600 && e.EstimateBP < 9000) {
		t.Errorf("believed %v of a mean of 9000 among branches around 7500", e.EstimateBP)
	}
	for _, b := range r.Branches[1:] {
		if b.Score.N != 0 || len(b.Outcomes) != 3 || b.Outcomes[0].Status != Unjudged {
			t.Errorf("without visits: %+v", b)
		}
	}
}
