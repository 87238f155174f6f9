package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func standardsOf(t *testing.T, text string) []Standard {
	t.Helper()
	s, err := ReadStandards(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStandardsAreReadWithTheirDefaults(t *testing.T) {
	got := standardsOf(t, "\ufeffstandard, weight,good_bp,wow_bp,criticality\nK1,2.5,9000,4000,major\r\nK2,,8000,,\nK3,1,9900,,zero_tolerance\n")
	want := []Standard{
		{ID: "K1", Title: "K1", GoodTargetBP: 9000, WowTargetBP: 4000, Criticality: Major, Weight: 2.5},
		{ID: "K2", Title: "K2", GoodTargetBP: 8000, Criticality: Normal, Weight: 1},
		{ID: "K3", Title: "K3", GoodTargetBP: 9900, Criticality: ZeroTolerance, Weight: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsWrongWithStandardsIsSaidByLineAndColumn(t *testing.T) {
	_, err := ReadStandards(strings.NewReader(
		"standard,weight,good_bp,wow_bp,criticality\nK1,zero,9000,,\nK1,1,95 %,,\n,1,9000,12000,grave\nmonth,NaN,0,,\n"))
	want := `line 2, column weight: "zero" is not a weight; write a number above 0, at most a million
line 3, column good_bp: "95 %" is not a target; write basis points from 1 to 10000 (9500 is 95 %)
line 3, column standard: "K1" stands twice; give each standard one line
line 4, column standard: name the standard
line 4, column wow_bp: "12000" is not a target; write basis points from 1 to 10000 (9500 is 95 %)
line 4, column criticality: "grave" is not one; write normal, major or zero_tolerance
line 5, column standard: "month" is a column of visits; call the standard something else
line 5, column weight: "NaN" is not a weight; write a number above 0, at most a million
line 5, column good_bp: "0" is not a target; write basis points from 1 to 10000 (9500 is 95 %)`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	for text, want := range map[string]string{
		"":                                   "The table is empty; its first line must name the columns.",
		"standard,good_bp\n":                 "The table names no standard.",
		"standard,weight\nK1,1\n":            "line 1, column good_bp: this column is missing",
		"standard,good_bp,colour\nK1,9000,r": "line 1, column colour: no such column",
		"standard,standard,good_bp\nK1,K1,9": "line 1, column standard: this column stands twice",
		"standard,good_bp\nK1,9000,3\n":      "line 2: this line has more or fewer values than the header has columns",
		"standard,good_bp\n\"K1,9000\n":      "a quotation mark is not closed",
		"standard;good_bp\nK1;9000\n":        "line 1: the values are separated by semicolons; save the table with commas",
		"standard\tgood_bp\nK1\t9000\n":      "line 1: the values are separated by tabs; save the table with commas",
	} {
		if _, err := ReadStandards(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

const twoStandards = "standard,weight,good_bp,wow_bp\nK1,3,8000,5000\nK2,1,9000,\n"

func TestVisitsAreCountedByBranchAndStandard(t *testing.T) {
	v, err := ReadVisits(strings.NewReader("visit,branch,region,format,month,score_bp,K1,K2\n"+
		"V1,B1,north,kiosk,2026-03,8000,2,1\nV2,B1,south,kiosk,2026-04,9000,1,0\nV3,B1,north,kiosk,2026-01,,0,NA\nV4,B2,east,kiosk,2026-01,10000,,\n"),
		standardsOf(t, twoStandards))
	if err != nil {
		t.Fatal(err)
	}
	in := v.Input(0, WholeNetwork)
	if v.N != 4 || len(v.Warnings) != 0 || !reflect.DeepEqual(in.Branches, []Branch{
		{ID: "B1", Name: "B1", Region: "south", Format: "kiosk"}, {ID: "B2", Name: "B2", Region: "east", Format: "kiosk"},
	}) {
		t.Errorf("%d visits, warnings %q, branches %+v", v.N, v.Warnings, in.Branches)
	}
	want := []ShareCell{
		{"B1", "K1", Counts{N: 3, X: 2, NWow: 3, XWow: 1}},
		{"B1", "K2", Counts{N: 2, X: 1, NA: 1}},
		{"B2", "K1", Counts{NA: 1}},
		{"B2", "K2", Counts{NA: 1}},
	}
	if !reflect.DeepEqual(in.Shares, want) {
		t.Errorf("counts %+v", in.Shares)
	}
	if !reflect.DeepEqual(in.Scores, []ScoreCell{scored("B1", 8000, 9000), scored("B2", 10_000)}) {
		t.Errorf("scores %+v", in.Scores)
	}
}

func TestWhatIsWrongWithVisitsIsSaidByLineAndColumn(t *testing.T) {
	_, err := ReadVisits(strings.NewReader("visit,branch,format,month,score_bp,K1,K2\n"+
		"V1,B1,kiosk,2026-03,8000,1,1\nV1,B1,kiosk,2026-3,80.5,yes,1\nV3,,kiosk,,10001,1,3\nV4,B1,flagship,,,1,1\n"), standardsOf(t, twoStandards))
	want := `line 3, column visit: "V1" already stands in line 2; give each visit one line
line 3, column month: "2026-3" is not a month; write it like 2026-09
line 3, column score_bp: "80.5" is not a score; write basis points from 0 to 10000 (8750 is 87.5 %)
line 3, column K1: "yes" is not an outcome; write 1 (Good), 2 (WOW), 0 (not met) or nothing
line 4, column score_bp: "10001" is not a score; write basis points from 0 to 10000 (8750 is 87.5 %)
line 4, column K2: "3" is not an outcome; write 1 (Good), 2 (WOW), 0 (not met) or nothing
line 4, column branch: name the branch
line 5, column format: branch B1 was "kiosk" before and is "flagship" here; a branch has one format`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if _, err := ReadVisits(strings.NewReader("visit,branch,K1\n"), standardsOf(t, twoStandards)); err == nil || err.Error() != "The table has no visits." {
		t.Errorf("empty table: %v", err)
	}
	for text, want := range map[string]string{
		"visit;branch;K1\nV1;B1;1\n": "line 1: the values are separated by semicolons; save the table with commas",
		"B1,kiosk,1\n":               "line 1: no column is known; the first line must name them: visit, branch, region, format, shopper, scenario, month, score_bp, and the standards",
		"branch,K1\nM\xfcnchen,1\n":  `line 2, column branch: "M\xfcnchen" is not in UTF-8; save the table in that encoding`,
	} {
		if _, err := ReadVisits(strings.NewReader(text), standardsOf(t, twoStandards)); err == nil || err.Error() != want {
			t.Errorf("%q\ngot  %v\nwant %s", text, err, want)
		}
	}
	many := "K1\n" + strings.Repeat("x\n", 500)
	if _, err := ReadVisits(strings.NewReader(many), standardsOf(t, twoStandards)); strings.Count(err.Error(), "\n") != 19 {
		t.Errorf("not the first twenty: %v", err)
	}
}

func TestATableReadsAlikeHoweverItWasSaved(t *testing.T) {
	read := func(text string) Input {
		t.Helper()
		v, err := ReadVisits(strings.NewReader(text), standardsOf(t, twoStandards))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		return v.Input(0, WholeNetwork)
	}
	plain := "visit,branch,score_bp,K1\nV1,B1,8000,1\nV2,B2,9000,0\n"
	want := read(plain)
	for name, text := range map[string]string{
		"a byte order mark":           "\ufeff" + plain,
		"another end of lines":        strings.ReplaceAll(plain, "\n", "\r\n"),
		"in quotation marks":          `"` + strings.NewReplacer(",", `","`, "\n", "\"\n\"").Replace(strings.TrimSuffix(plain, "\n")) + `"`,
		"in quotation marks and mark": "\ufeff\"" + strings.NewReplacer(",", `","`, "\n", "\"\r\n\"").Replace(strings.TrimSuffix(plain, "\n")) + `"`,
		"columns in another order":    "K1,score_bp,branch,visit\n1,8000,B1,V1\n0,9000,B2,V2\n",
	} {
		if got := read(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, not %+v", name, got, want)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, errors.New("the pipe broke") }

func TestAReaderThatBreaksIsNotTheTablesFault(t *testing.T) {
	_, err := ReadVisits(brokenPipe{}, nil)
	var p Problems
	if err == nil || errors.As(err, &p) || !strings.Contains(err.Error(), "the pipe broke") {
		t.Errorf("got %v", err)
	}
}

func TestMissingColumnsAreConstantAndOthersAreNamed(t *testing.T) {
	v, err := ReadVisits(strings.NewReader("K1,weather\n1,dry\n0,wet\n"), standardsOf(t, twoStandards))
	if err != nil {
		t.Fatal(err)
	}
	d := NewDocument(v, 0, WholeNetwork)
	if len(d.Branches) != 1 || d.Branches[0].Branch != "all" || d.Branches[0].MeanBP != nil || d.Standards[0].N != 2 || d.Model.Level != "A" {
		t.Errorf("%+v", d)
	}
	want := []string{
		"The visits have no column for standard K2; it has no visits.",
		"Column weather is no standard of the standards table; it was left out.",
		"The visits have no column branch; all are taken as visits to one branch.",
		"The visits have no column score_bp; there are no scores to compare.",
	}
	if !reflect.DeepEqual(d.Warnings, want) {
		t.Errorf("warnings %q", d.Warnings)
	}
	if s := d.Standards[1]; s.Status != "too_few" || s.Interval != nil || s.Mean != nil {
		t.Errorf("a standard without visits: %+v", s)
	}
}

func TestTheDocumentHasTheKeysOfTheFileFormat(t *testing.T) {
	b, err := json.Marshal(NewDocument(fixture(t), LevelC, WholeNetwork))
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"model":     "components criterion declined fixed level variances",
		"branches":  "branch estimate_bp mean_bp n n_effective p_worst10 range_bp rank sd_bp",
		"standards": "branch interval level mean n p_below p_own_below range sentence standard status x",
		"gaps":      "branch mix performance standard",
	} {
		one, ok := d[key].(map[string]any)
		if list, isList := d[key].([]any); isList {
			one, ok = list[0].(map[string]any)
		}
		if !ok {
			t.Fatalf("no %s", key)
		}
		for _, k := range strings.Fields(want) {
			if _, ok := one[k]; !ok {
				t.Errorf("%s has no %s", key, k)
			}
		}
	}
	model := d["model"].(map[string]any)
	if model["level"] != "C" || fmt.Sprint(model["declined"]) != "[]" || fmt.Sprint(model["components"]) != "1" {
		t.Errorf("model %v", model)
	}
	if fmt.Sprint(d["worst"]) != "[B008 B033 B040 B025]" {
		t.Errorf("worst %v", d["worst"])
	}
}

func TestAForcedLevelAJudgesByOwnVisitsAndRanksNobody(t *testing.T) {
	d := NewDocument(fixture(t), LevelA, WholeNetwork)
	if d.Model.Level != "A" || len(d.Model.Declined) != 0 || len(d.Worst) != 0 {
		t.Errorf("model %+v, worst %v", d.Model, d.Worst)
	}
	for _, b := range d.Branches {
		if b.Rank != nil || b.PWorst10 != nil || *b.EstimateBP != *b.MeanBP {
			t.Fatalf("%+v", b)
		}
	}
	for _, s := range d.Standards {
		if s.Level != "A" || s.N > 0 && *s.PBelow != *s.POwnBelow {
			t.Fatalf("%+v", s)
		}
	}
}

func TestAWantedLevelBIsDeclinedInWordsForAFewBranches(t *testing.T) {
	v, err := ReadVisits(strings.NewReader("branch,score_bp,K1,K2\nA,8000,1,1\nA,9000,0,1\nB,7000,1,1\nB,9500,1,0\n"), standardsOf(t, twoStandards))
	if err != nil {
		t.Fatal(err)
	}
	d := NewDocument(v, LevelB, WholeNetwork)
	want := "[Scores are pooled from 8 branches on; there are 2 branches with scores. Each branch stands for itself. " +
		"2 standards have visits to fewer than 8 branches and are not pooled.]"
	if d.Model.Level != "A" || fmt.Sprint(d.Model.Declined) != want {
		t.Errorf("level %s, declined %v", d.Model.Level, d.Model.Declined)
	}
}

func TestTheOrderOfVisitsDoesNotShow(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(bigTable(300)), "\n")
	standards := standardsOf(t, twoStandards)
	read := func() string {
		v, err := ReadVisits(strings.NewReader(strings.Join(lines, "\n")), standards)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(NewDocument(v, 0, SameFormat))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := read()
	rng := rand.New(rand.NewPCG(1, 1))
	rng.Shuffle(len(lines)-1, func(i, j int) { lines[i+1], lines[j+1] = lines[j+1], lines[i+1] })
	if read() != want {
		t.Error("shuffled visits give another document")
	}
}

func bigTable(visits int) string {
	rng := rand.New(rand.NewPCG(4, 2))
	var b strings.Builder
	b.WriteString("visit,branch,region,format,shopper,scenario,month,score_bp,K1,K2\n")
	for i := range visits {
		branch := rng.IntN(25)
		fmt.Fprintf(&b, "V%06d,B%03d,R%d,F%d,S%02d,buyer,2026-%02d,%d,%d,%d\n",
			i, branch, branch%4, branch%2, rng.IntN(40), 1+rng.IntN(6), 7000+rng.IntN(3001), rng.IntN(3), rng.IntN(2))
	}
	return b.String()
}

func BenchmarkReadVisits100k(b *testing.B) {
	text := bigTable(100_000)
	standards, err := ReadStandards(strings.NewReader(twoStandards))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := ReadVisits(strings.NewReader(text), standards); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzVisitsAreReadOrRefusedInWords(f *testing.F) {
	f.Add("visit,branch,K1,K2\nV1,B1,1,2\n")
	f.Add("branch,score_bp,K1\n\"B\n1\",,NA\n")
	f.Add("\ufeffmonth,K2\n2026-01,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		standards := []Standard{{ID: "K1", GoodTargetBP: 8000, WowTargetBP: 9000, Weight: 1}, {ID: "K2", GoodTargetBP: 9000, Weight: 2}}
		v, err := ReadVisits(strings.NewReader(text), standards)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without a word")
			}
			return
		}
		if _, err := json.Marshal(NewDocument(v, 0, SameFormat)); err != nil {
			t.Fatal(err)
		}
	})
}
