package manager

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
)

// fiveCompared are five branches as compare lists them: the best first, one without visits last.
func fiveCompared() *report.Comparison {
	r := &report.Comparison{Places: map[string]report.Place{}}
	for _, b := range []struct {
		name, region string
		bp           float64
		visits       int
	}{{"york", "North", 9500, 3}, {"Bath", "South", 9000, 12}, {"Leeds", "north", 8000, 3}, {"Ambleside", "South", 7000, 5}, {"Derby", "", 0, 0}} {
		row := compareRow{Branch: compare.Branch{ID: strings.ToLower(b.name)}, Score: compare.ScoreEstimate{EstimateBP: b.bp, N: b.visits}}
		r.Result.Branches = append(r.Result.Branches, row)
		r.Places[row.ID] = report.Place{Name: b.name, Region: b.region}
	}
	return r
}

func TestBranchesStandInTheOrderChosenAndWhatIsSharedStaysAsItIs(t *testing.T) {
	r := fiveCompared()
	before := namesOf(r.Result.Branches)
	for _, c := range []struct{ order, find, want string }{
		{"", "", "york bath leeds ambleside derby"},
		{"weakest", "", "ambleside leeds bath york derby"},
		{"name", "", "ambleside bath derby leeds york"},
		{"region", "", "derby leeds york bath ambleside"}, // two regions that differ in a letter stay apart
		{"visits", "", "bath ambleside york leeds derby"},
		{"name", "e", "ambleside derby leeds"},
	} {
		l := lineupOf(&choice{Order: c.order, Find: c.find}, r)
		if got := namesOf(l.cut(0, l.len())); got != c.want {
			t.Errorf("%q of %q: %s, not %s", c.order, c.find, got, c.want)
		}
		if got := namesOf(l.cut(1, 3)); got != strings.Join(strings.Fields(c.want)[1:3], " ") {
			t.Errorf("%q of %q, the second and third: %s", c.order, c.find, got)
		}
		if got := namesOf(r.Result.Branches); got != before {
			t.Fatalf("%q changed what all readers share: %s", c.order, got)
		}
	}
}

func TestBranchesThatMovedStandInTheOrderChosen(t *testing.T) {
	r := &report.Change{}
	r.Places = map[string]report.Place{}
	for _, b := range []struct {
		name, region string
		change       float64
	}{{"Zell", "West", -3}, {"Äthal", "Ost", 9}, {"bern", "Ost", 1}, {"Aachen", "West", -8}} {
		r.Rows = append(r.Rows, compare.Move{MoveRow: compare.MoveRow{Branch: b.name}, Change: b.change})
		r.Places[b.name] = report.Place{Name: b.name, Region: b.region, Code: b.name}
	}
	before := slices.Clone(r.Rows)
	for order, want := range map[string]string{
		"": "Zell Äthal bern Aachen", "weakest": "Zell Äthal bern Aachen", // no order of this page
		"fallen": "Aachen Zell bern Äthal", "risen": "Äthal bern Zell Aachen", "name": "Aachen Äthal bern Zell", "region": "Äthal bern Zell Aachen",
	} {
		ch := &choice{Order: order, lang: "de"}
		var v changeView
		v.rows(ch, r)
		var got []string
		for _, row := range v.Rows {
			got = append(got, row.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, not %s", order, got, want)
		}
		if !reflect.DeepEqual(r.Rows, before) {
			t.Fatalf("%q changed what all readers share", order)
		}
		var current []string
		for _, o := range v.Orders {
			if o.Current {
				current = append(current, o.Text)
			}
		}
		if len(current) != 1 || (current[0] == "Beyond luck first") != (order == "" || order == "weakest") {
			t.Errorf("%q: marked %q", order, current)
		}
	}
}

func namesOf(rows []compareRow) string {
	names := make([]string, len(rows))
	for i := range rows {
		names[i] = rows[i].ID
	}
	return strings.Join(names, " ")
}

func TestOneBranchMeetsAStandardAndSeveralMeetIt(t *testing.T) {
	for n, want := range map[int]string{1: "meets it", 2: "meet it"} {
		if all := statesOf(&compare.States{Meets: n}); len(all) != 1 || all[0].N != n || all[0].Word != want {
			t.Errorf("%d: %+v", n, all)
		}
	}
}

func TestTitlesWithCommasStayApartWhereTheSameIsSaidOfSeveral(t *testing.T) {
	var v sureView
	for _, row := range []outlookRow{{Title: "Show, do not tell", Target: "80%"}, {Title: "Welcome", Target: "90%"}, {Title: "Ask first", Target: "80%"}} {
		v.add(row)
	}
	if len(v.Standards) != 2 || v.Standards[0].Title != "Show, do not tell · Ask first" || v.Standards[1].Title != "Welcome" {
		t.Errorf("%+v", v.Standards)
	}
}
