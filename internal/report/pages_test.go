package report_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
)

// crowd is a network in which shoppers and branches met often enough to be told apart, and one shopper is strict.
func crowd(t testing.TB, s *store.Store) (*worldtest.World, *report.Service, string) {
	t.Helper()
	w := worldtest.New(t, s, 16)
	w.Publish(strings.Replace(worldtest.Tea(4), "{id: X01,", "{id: O01, kind: rating, text: 'How likely are you to come back?', scale: [0, 10]}\n  - {id: X01,", 1), "first", "2024-01-01")
	for range 11 {
		w.Shoppers = append(w.Shoppers, w.Member(auth.Shopper).Member)
	}
	var all []worldtest.Made
	for i, b := range w.Branches {
		for v := range 24 {
			shopper := w.Shoppers[(i*5+v*3)%len(w.Shoppers)]
			chance := 0.75 + 0.02*float64(i%5)
			if shopper == w.Shoppers[0] {
				chance -= 0.4
			}
			a := w.Answered(4, chance)
			a["O01"] = strconv.Itoa(5 + v%5)
			scenario := "guest"
			if v%3 == 0 {
				scenario = "takeaway"
			}
			all = append(all, worldtest.Made{Branch: b, Shopper: shopper, Scenario: scenario, On: fmt.Sprintf("2026-%02d-%02d", 4+v%8, 1+v), Hour: 9, Answers: a})
		}
	}
	w.Visits(all)
	return w, report.NewService(s.Reports(), w.Clock), w.Shoppers[0]
}

func TestScoresAreAdjustedForShoppersWhereTheyCanBeTold(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, strict := crowd(t, s)
		c, err := svc.Compare(t.Context(), w.Owner, report.Query{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Result.Model.Level != compare.LevelC || c.Result.Branches[0].Score.Effective <= 0 {
			t.Fatalf("level %v, %+v", c.Result.Model.Level, c.Result.Model.Declined)
		}
		b, err := svc.Branch(t.Context(), w.Owner, c.Result.Branches[3].ID, report.Query{})
		if err != nil || b.Score.EstimateBP != c.Result.Branches[3].Score.EstimateBP {
			t.Errorf("the branch's page says %v, the table %v, %v", b.Score.EstimateBP, c.Result.Branches[3].Score.EstimateBP, err)
		}
		change, err := svc.Change(t.Context(), w.Owner, report.Query{})
		if err != nil || !change.Adjusted || len(change.Rows) != 16 {
			t.Errorf("change adjusted %v, %d rows, %q, %v", change.Adjusted, len(change.Rows), change.Declined, err)
		}
		l, err := svc.Leniency(t.Context(), w.Member(auth.Editor), report.Query{Span: report.Last12})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(l.Rows, func(r report.LenientShopper) bool { return r.Clear })
		if i != 0 || l.Rows[0].Member != strict || l.Rows[0].Points > -15 || l.Rows[0].Alias == "" {
			t.Errorf("first of the shoppers is %+v, strict is %s", l.Rows[0], strict)
		}
		for _, role := range []auth.Role{auth.RegionalManager, auth.BranchManager, auth.Scheduler, auth.Shopper} {
			a := w.Member(role)
			a.Regions, a.Branches = []string{w.Regions[0].ID}, []string{w.Branches[0].ID}
			if _, err := svc.Leniency(t.Context(), a, report.Query{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
		regions, err := svc.Regions(t.Context(), w.Owner, report.Query{})
		if err != nil || len(regions.Rest) != 2 || regions.Rest[0].Region != "North" {
			t.Errorf("regions %+v, %v", regions, err)
		}
		if his, err := svc.Regions(t.Context(), manager(w, w.Regions[1]), report.Query{}); err != nil || len(his.Rest) != 1 || his.Rest[0].Region != "South" || len(his.Pairs) != 0 {
			t.Errorf("his region %+v, %v", his, err)
		}
	})
}

func TestDriversComeFromTheMarkAndFromWhatWasMet(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, _ := crowd(t, s)
		d, err := svc.Drivers(t.Context(), w.Owner, report.Query{})
		if err != nil {
			t.Fatal(err)
		}
		// 336 visits of full months; the mark has nothing to do with what was met, and that is said.
		if d.Question != "How likely are you to come back?" || d.Scale != "0–10" || d.Drivers.Visits != 336 || d.Drivers.Declined == "" {
			t.Errorf("%q %q: %+v", d.Question, d.Scale, d.Drivers)
		}
		if len(d.Sides) != 1 || d.Sides[0].Score.N1+d.Sides[0].Score.N2 == 0 {
			t.Errorf("sides %+v", d.Sides)
		}
		again, err := svc.Drivers(t.Context(), w.Owner, report.Query{})
		if err != nil || again.Drivers.Declined != d.Drivers.Declined {
			t.Errorf("%v", err)
		}
	})
}

func TestSalesAreKeptReplacedAndForgotten(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, _ := crowd(t, s)
		var b strings.Builder
		b.WriteString("branch,week,sales,days\n")
		for i, br := range w.Branches {
			for d := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC); d.Before(w.Now); d = d.AddDate(0, 0, 7) {
				fmt.Fprintf(&b, "%s,%s,%d,%d\n", br.Code, compare.WeekName(compare.WeekOf(d)), 1000*(i+1)+d.YearDay(), 6)
			}
		}
		bring := func(lag int, file string) (report.SalesPreview, error) {
			p, err := svc.PreviewSales(t.Context(), w.Owner, strings.NewReader(file))
			if err != nil {
				return p, err
			}
			return svc.ImportSales(t.Context(), w.Owner, lag, p.Seen, strings.NewReader(file))
		}
		got, err := bring(1, b.String())
		if err != nil || got.Adds != 16*38 || got.Changes+got.Unchanged+got.Stay != 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		page, err := svc.SalesLink(t.Context(), w.Owner, report.Query{})
		if err != nil || !page.Linked || page.Extent.Lines != got.Adds || page.Extent.Branches != 16 || compare.WeekName(page.Extent.First) != "2026-W10" || page.Link.Lag != 1 || !page.Link.Made.Equal(w.Now) {
			t.Fatalf("%+v, %v", page.Extent, err)
		}
		if l := page.Link.Result; l.Declined == "" && (l.Shown || math.IsNaN(l.Detectable)) || l.Declined == "" && l.Branches != 16 {
			t.Errorf("sixteen branches gave %+v", l)
		}
		if again, err := bring(0, "branch,week,sales\nb001,2026-W10,5\n"); err != nil || again.Changes != 1 || again.Adds != 0 || again.Stay != got.Adds-1 {
			t.Fatalf("%+v, %v", again, err)
		}
		if page, err = svc.SalesLink(t.Context(), w.Owner, report.Query{}); err != nil || page.Extent.Lines != got.Adds || page.Link.Lag != 0 {
			t.Errorf("after replacing one week: %+v, lag %d, %v", page.Extent, page.Link.Lag, err)
		}
		for _, file := range []string{"", "branch,week\n", "branch,week,sales\nB001,2026-W10,1\nb001,2026-W10,2\n", "branch,week,sales\nnone,2026-W10,1\n"} {
			if p, err := bring(0, file); !fault.Is(err, fault.Invalid) || p.ErrorCount == 0 || p.Seen != "" {
				t.Errorf("%q: %+v, %v", file, p, err)
			}
		}
		for _, who := range []auth.Actor{manager(w, w.Regions[0]), {}} {
			_, look := svc.PreviewSales(t.Context(), who, strings.NewReader(b.String()))
			if _, err := svc.ImportSales(t.Context(), who, 0, got.Seen, strings.NewReader(b.String())); !fault.Is(err, fault.Forbidden) || !fault.Is(look, fault.Forbidden) {
				t.Errorf("%+v: %v, %v", who, look, err)
			}
		}
		other := worldtest.New(t, s, 1)
		if err := svc.ForgetSales(t.Context(), other.Owner); err != nil {
			t.Fatal(err)
		}
		if page, err = svc.SalesLink(t.Context(), w.Owner, report.Query{}); err != nil || page.Extent.Lines != got.Adds {
			t.Errorf("another organisation removed ours: %+v, %v", page.Extent, err)
		}
		if err := svc.ForgetSales(t.Context(), w.Owner); err != nil {
			t.Fatal(err)
		}
		if page, err = svc.SalesLink(t.Context(), w.Owner, report.Query{}); err != nil || page.Extent != (report.SalesExtent{}) || page.Linked {
			t.Errorf("left: %+v, %v", page.Extent, err)
		}
	})
}

func TestTheNextVisitsGoWhereTheyTellMost(t *testing.T) {
	w, svc, _ := crowd(t, storetest.Any(t))
	o, err := svc.Outlook(t.Context(), w.Owner, report.Query{}, report.NextQuery{Budget: 20})
	if err != nil || !o.Next.Known || o.Next.Plan.Spent != 20 || o.VisitsAMonth <= 0 {
		t.Fatalf("%+v, %v", o.Next, err)
	}
	for i := 1; i < len(o.Next.Visits); i++ {
		if o.Next.Visits[i].Worth > o.Next.Visits[i-1].Worth {
			t.Error("not by their worth")
		}
	}
	his, err := svc.Outlook(t.Context(), manager(w, w.Regions[0]), report.Query{}, report.NextQuery{Budget: 20, Standard: "K02", Aim: compare.MostSettled})
	if err != nil || !his.Next.Known {
		t.Fatalf("%+v, %v", his.Next, err)
	}
	for _, v := range his.Next.Plan.Visits {
		if i := slices.IndexFunc(w.Branches, func(b org.Branch) bool { return b.ID == v.Branch }); w.Branches[i].Region != w.Regions[0].ID {
			t.Errorf("%s is not his", w.Branches[i].Name)
		}
	}
}
