package manager_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/editor"
	"plainclothes/internal/web/webtest"
)

// two years of visits to fourteen branches.
func fourteen(t testing.TB) *rig {
	t.Helper()
	r := newRig(t, 14)
	r.Publish(worldtest.Tea(4), "first", "2024-01-01")
	r.Season(4, 48, months(24)...)
	return r
}

func TestTheOverviewSaysWhoIsBelowWhoChangedAndWhereToGo(t *testing.T) {
	r := fourteen(t)
	site := r.site(t)
	a := site.Get(r.Owner, "/compare?window=last12").Status(http.StatusOK)
	a.Says("Overview", "14 branches, 336 visits.", "Probably below the standard", "Changed beyond luck", "Where the next visits tell most", "expected by luck alone", "How do we know?", "Compared: 14 branches with visits in both windows.")
	a.Has(`aria-current="page">Overview`, `href="/compare/branches?window=last12"`, `href="/compare/sure?window=last12"`).
		Has(`href="/compare/branches?order=weakest&amp;window=last12">All branches`, `href="/compare/standards?order=weakest&amp;window=last12">All standards`).Silent("NaN", "Inf", "<script", "style=")
	c, err := r.svc.Compare(t.Context(), r.Owner, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	if c.Result.Headline.Scores.Below == 0 {
		t.Fatal("nobody is below: the test tries nothing")
	}
	for i := range c.Result.Branches {
		if b := &c.Result.Branches[i]; b.Score.Status == compare.Below {
			a.Says(b.Name)
		}
	}
}

func TestTheFunnelIsOfTheScoreOrOfAStandard(t *testing.T) {
	r := fourteen(t)
	site := r.site(t)
	site.Get(r.Owner, "/compare/branches?window=last12").Says("Real difference or luck?", "Score. Each dot is a branch.", "average").Has(`class="chart funnel-svg"`)
	of := site.Get(r.Owner, "/compare/branches?window=last12&standard=K02").Says("Standard 2. Each dot is a branch.", "Around the average instead", "Filter: Standard 2")
	of.Has(`<option value="K02" selected>`, "around=mean")
	site.Get(r.Owner, "/compare/branches?window=last12&standard=K02&around=mean").Says("Around the target instead")
	site.Get(r.Owner, "/compare/branches?window=last12&standard=none").Status(http.StatusOK).Says("Score. Each dot is a branch.")
}

func TestStandardsAreCountedInWordsAndRegionsAreComparedOnlyWhereTheyCanBe(t *testing.T) {
	r := fourteen(t)
	a := r.site(t).Get(r.Owner, "/compare/standards?window=last12").Status(http.StatusOK)
	a.Says("Standard by standard", "Standard 4", "asked 80%", "WOW in", "asked 30%", "Branches by standard", "Region against region")
	a.Silent("NaN")
	// Five shoppers are too few to tell strict ones from weak branches: the page says so instead of naming a region.
	a.Says("we cannot tell a strict shopper from a weak branch")
}

func TestAChangeIsNamedOnlyBeyondLuckAndLuckStandsBesideEveryGroup(t *testing.T) {
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(4), "first", "2024-01-01")
	months := []string{"2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"}
	var all []worldtest.Made
	for i, b := range r.Branches {
		for v, m := range months {
			for k := range 4 {
				chance := 0.85
				if i == 3 && v >= 4 {
					chance = 0.05 // this one fell
				}
				all = append(all, worldtest.Made{Branch: b, Scenario: "guest", On: fmt.Sprintf("%s-%02d", m, 2+k), Hour: 9, Answers: r.Answered(4, chance)})
			}
		}
	}
	r.Visits(all)
	site := r.site(t)
	a := site.Get(r.Owner, "/compare/change").Status(http.StatusOK)
	a.Says("April to July 2026", "12 branches with visits in both windows", "The weakest tenth of the window before", "The best tenth of the window before", "expected by luck alone", "▼ Worse, beyond luck").Silent("NaN", "Inf")
	change, err := r.svc.Change(t.Context(), r.Owner, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(change.Listed, r.Branches[3].ID) || len(change.Listed) > 3 || change.Rows[0].Branch != r.Branches[3].ID {
		t.Errorf("listed %v, first %s; fell %s", change.Listed, change.Rows[0].Branch, r.Branches[3].ID)
	}
	site.Get(r.Owner, "/compare").Says("▼ down")
	b := site.Get(r.Owner, "/compare/branches/"+r.Branches[3].ID).Status(http.StatusOK)
	b.Says("Why does it stand there?", "got clearly worse", "Points behind or ahead of similar branches")
	site.Get(r.Owner, "/compare.csv?table=change").Status(http.StatusOK).Has("Branch 004").Has(",yes,")

	// In the order chosen, on the page, in its drawing and in its table.
	a.Says("Beyond luck first", "Most fallen", "Most risen").Has(`href="/compare/change?order=risen"`)
	named := regexp.MustCompile(`Branch 0\d\d`)
	for order, first := range map[string]string{"name": "Branch 001", "fallen": "Branch 004"} {
		page := site.Get(r.Owner, "/compare/change?order="+order).Status(http.StatusOK).Has(`href="/compare.csv?order=`+order+`&amp;table=change"`, `aria-current="true">`)
		_, rows, _ := strings.Cut(page.Body.String(), `id="rows-title"`)
		want := named.FindAllString(rows, -1)
		if want[0] != first {
			t.Errorf("%s: %s is first", order, want[0])
		}
		table := named.FindAllString(site.Get(r.Owner, "/compare.csv?table=change&order="+order).Body.String(), -1)
		if len(table) != 12 || table[0] != first || order == "name" && !slices.IsSorted(table) {
			t.Errorf("%s: the table has %q", order, table)
		}
	}
	site.Get(r.Owner, "/compare/change?order=sideways").Status(http.StatusUnprocessableEntity).Says("Choose one of the orders above the table.")
}

func TestAWindowWithNothingBeforeItIsNotCompared(t *testing.T) {
	r := newRig(t, 4)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 8, "2026-10", "2026-11")
	r.site(t).Get(r.Owner, "/compare/change").Status(http.StatusOK).Says("There is nothing to compare with").Silent("NaN", "Branch by branch")
	r.site(t).Get(r.Owner, "/compare").Status(http.StatusOK).Says("There is nothing to compare with")
}

func TestABranchSaysWhyItIsThereAndWhatVisitorsTell(t *testing.T) {
	r := fourteen(t)
	id := r.Visit(worldtest.Made{
		Branch: r.Branches[0], Scenario: "guest", On: "2026-11-19", Hour: 9,
		Answers:  map[string]string{"Q01": `"no"`, "W01": `"yes"`, "L01": `"wow"`, "V01": `"the secret of the vault"`, "N01": `"Sam Secret"`, "X01": `"It was a <b>fine</b> tea."`},
		Comments: map[string]string{"Q01": "They looked away & sighed.", "V01": "hidden comment", "N01": "named comment"},
	})
	site := r.site(t)
	a := site.Get(r.Owner, "/compare/branches/"+r.Branches[0].ID).Status(http.StatusOK)
	a.Says("Why does it stand there?", "Visit by visit", "No alarm in these months", "false alarm", "What visitors tell", "They looked away & sighed.", "It was a <b>fine</b> tea.", "By name", "19 Nov 2026")
	a.Has(`href="/reports/`+id+`"`, `class="chart sums"`, `class="parts"`).Silent("secret of the vault", "Sam Secret", "hidden comment", "named comment", "<b>fine", "NaN")
	a.Silent(r.Shoppers...)
	b, err := r.svc.Branch(t.Context(), r.Owner, r.Branches[0].ID, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	sum := b.Causes.Performance + b.Causes.Mix + b.Causes.Penalty - b.Causes.Total
	if sum > 1e-9 || sum < -1e-9 || !b.Watch.Chart.Drawn || b.Watch.Limit <= 0 {
		t.Errorf("parts miss the whole by %v; chart %+v", sum, b.Watch)
	}
}

func TestABranchThatFallsRaisesAnAlarm(t *testing.T) {
	r := fourteen(t)
	for d := range 8 {
		r.Visit(worldtest.Made{Branch: r.Branches[13], Scenario: "guest", On: fmt.Sprintf("2026-11-%02d", 5+d), Hour: 9, Answers: r.Answered(4, 0)})
	}
	r.site(t).Get(r.Owner, "/compare/branches/"+r.Branches[13].ID).Says("Look: the chart alarmed on").Has(`class="dot below"`)
}

func TestABranchManagerReadsHisBranchAndNothingElseOfTheComparison(t *testing.T) {
	r := fourteen(t)
	sam := r.manages(r.Branches[2])
	site := r.site(t, sam)
	own := "/compare/branches/" + r.Branches[2].ID
	for _, path := range []string{own, own + "/csv?table=parts", own + "/csv?table=watch", own + "/svg?chart=parts", own + "/svg?chart=watch", own + "/svg?chart=months", own + "/picture?chart=months"} {
		a := site.Get(sam, path).Status(http.StatusOK)
		for i := range r.Branches {
			if i != 2 {
				a.Silent(r.Branches[i].Name, r.Branches[i].ID)
			}
		}
		a.Silent(r.Shoppers...)
	}
	for _, path := range []string{"", "/branches", "/standards", "/change", "/drivers", "/sales", "/sure", "/picture?chart=league"} {
		site.Get(sam, "/compare"+path).Status(http.StatusForbidden)
	}
	other := "/compare/branches/" + r.Branches[3].ID
	for _, path := range []string{other, other + "/csv?table=parts", other + "/svg?chart=parts", other + "/picture?chart=months"} {
		site.Get(sam, path).Status(http.StatusNotFound)
	}
	site.Post(sam, "/compare/sales", url.Values{"text": {"x"}}).Status(http.StatusForbidden)
}

func TestARegionalManagerSeesOnlyHisBranchesOnEveryPage(t *testing.T) {
	r := fourteen(t)
	kim := r.regional(r.Regions[0])
	site := r.site(t, kim)
	paths := []string{"/compare", "/compare/standards", "/compare/change", "/compare/drivers", "/compare/sales", "/compare/sure"}
	for _, table := range []string{"funnel", "change", "drivers", "next"} {
		paths = append(paths, "/compare.csv?table="+table)
	}
	for _, chart := range []string{"league", "funnel", "heat", "change"} {
		paths = append(paths, "/compare.svg?chart="+chart)
	}
	for _, path := range paths {
		a := site.Get(kim, path).Status(http.StatusOK)
		for i, b := range r.Branches {
			if i%2 == 1 {
				a.Silent(b.Name, b.ID)
			}
		}
		a.Silent("South", r.Regions[1].ID).Silent(r.Shoppers...)
	}
	site.Post(kim, "/compare/sales", url.Values{"text": {"x"}}).Status(http.StatusForbidden)
}

func TestThePlannerSaysHowLongAndWhere(t *testing.T) {
	r := fourteen(t)
	site := r.site(t)
	a := site.Get(r.Owner, "/compare/sure?visits=2&budget=10").Status(http.StatusOK)
	a.Says("What that can tell", "asked 80%", "Where to send the next 10 visits", "How much of the differences between branches is real").Silent("NaN", "Inf")
	site.Get(r.Owner, "/compare/sure?visits=0,5&aim=settled&question=K02").Status(http.StatusOK).Has(`value="0,5"`)
	site.Get(r.Owner, "/compare/sure").Status(http.StatusOK).Silent("NaN")
	for _, bad := range []string{"visits=-1", "visits=many", "visits=1e9", "visits=NaN", "budget=-1", "budget=x", "aim=best"} {
		site.Get(r.Owner, "/compare/sure?"+bad).Status(http.StatusUnprocessableEntity).Has(`class="field-error"`)
	}
	site.Get(r.Owner, "/compare.csv?table=next&budget=10").Status(http.StatusOK).Has("Of them for fairness")
}

func TestEveryChartCanBeTakenAlong(t *testing.T) {
	r := fourteen(t)
	r.rename(0, nasty[0])
	site := r.site(t)
	branch := "/compare/branches/" + r.Branches[0].ID
	for _, path := range []string{
		"/compare.svg?chart=league", "/compare.svg?chart=funnel", "/compare.svg?chart=funnel&standard=K02", "/compare.svg?chart=heat", "/compare.svg?chart=change",
		branch + "/svg?chart=months", branch + "/svg?chart=parts", branch + "/svg?chart=watch",
	} {
		a := site.Get(r.Owner, path).Status(http.StatusOK).Silent("<script", "NaN", "Inf", "class=", "style=")
		if kind := a.Header().Get("Content-Type"); kind != "image/svg+xml" {
			t.Errorf("%s is %s", path, kind)
		}
		if !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s is not a file to keep", path)
		}
		whole(t, path, a.Body.String())
	}
	for _, path := range []string{"/compare.svg", "/compare.svg?chart=pie", "/compare/picture?chart=pie", branch + "/svg?chart=pie", branch + "/picture", "/compare.csv?table=pie", branch + "/csv?table=pie"} {
		site.Get(r.Owner, path).Status(http.StatusUnprocessableEntity)
	}
	site.Get(r.Owner, "/compare/picture?chart=heat&window=last12").Status(http.StatusOK).Has(`src="/compare.svg?chart=heat&amp;window=last12"`, "js/picture.js", `data-picture=`)
}

// whole fails the test unless the text is well-formed XML.
func whole(t *testing.T, path, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
	}
}

func TestSalesComeInWithTheirMistakesNamedByLine(t *testing.T) {
	r := fourteen(t)
	site := r.site(t)
	site.Get(r.Owner, "/compare/sales").Status(http.StatusOK).Says("No sales are known yet.", "Bring sales in")
	const wrong = "branch,week,sales\nB001,2026-W10,12.5\nB001,2026-W10,13\nB002,soon,1\nB003,2026-W11,much\nNOPE,2026-W11,1\n"
	site.Post(r.Owner, "/compare/sales", url.Values{"text": {wrong}, "lag": {"1"}}).Status(http.StatusUnprocessableEntity).Says(
		"Nothing was brought in: the file has 4 mistakes", "Line 3 week Line 2 has sales", "Line 4", "is not a week", "Line 5", "is not a number", "Line 6 branch No branch has the code “NOPE”.",
	).Has("B002,soon,1\nB003").Silent("Bring in the", "to add")
	site.Post(r.Owner, "/compare/sales/apply", url.Values{"part": {wrong}, "lag": {"1"}}).Status(http.StatusUnprocessableEntity).Says("the file has 4 mistakes", "Line 6")
	for text, want := range map[string]string{"": "Choose a CSV file, or paste one.", "branch,week,sales\nB\u0007,2026-W10,1\n": "This holds characters that cannot be kept."} {
		site.Post(r.Owner, "/compare/sales", url.Values{"text": {text}}).Status(http.StatusUnprocessableEntity).Says(want)
	}
	site.Post(r.Owner, "/compare/sales/apply", url.Values{}).Status(http.StatusUnprocessableEntity).Says("Choose a CSV file, or paste one.")
	site.Post(r.Owner, "/compare/sales", url.Values{"text": {"branch,week,sales\nB001,2026-W10,1\n"}, "lag": {"0"}}).Status(http.StatusOK).Says("Sales are held beside the score of the same four weeks.")
	site.Post(r.Owner, "/compare/sales", url.Values{"text": {"branch,week,sales\nB001,2026-W10,1\n"}, "lag": {"9"}}).Status(http.StatusUnprocessableEntity).Says("Choose 0 to 3 periods of four weeks.")
	site.Get(r.Owner, "/compare/sales").Says("No sales are known yet.")
}

func TestSalesAreLookedAtBeforeTheyComeIn(t *testing.T) {
	r := fourteen(t)
	site := r.site(t)
	var b strings.Builder
	b.WriteString("branch,week,sales,days open\r\n")
	for i, br := range r.Branches {
		for d := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC); d.Before(r.Now); d = d.AddDate(0, 0, 7) {
			fmt.Fprintf(&b, "%s,%s,%d.50,%d\r\n", strings.ToLower(br.Code), d.Format(time.DateOnly), 10_000+100*i+d.YearDay(), 6+d.YearDay()%2)
		}
	}
	look := func(text string) (shown webtest.Answer, form url.Values) {
		shown = site.Post(r.Owner, "/compare/sales", url.Values{"text": {text}, "lag": {"1"}}).Status(http.StatusOK).Says("Look before you bring them in")
		return shown, hiddenOf(shown.Body.String())
	}
	shown, form := look(b.String())
	shown.Says("714 weeks to add, 0 to change, 0 unchanged", "Line 2 Branch 001 b001 2025-W49 add sales 10335.5", "And 514 other weeks.", "Sales follow after 1 period of four weeks.")
	site.Get(r.Owner, "/compare/sales").Says("No sales are known yet.")
	site.Post(r.Owner, "/compare/sales/apply", form).To("/compare/sales")
	// Fourteen branches are too few to show a number, and the page says so.
	site.Get(r.Owner, "/compare/sales").Status(http.StatusOK).Says("714 weeks of 14 branches, 2025-W49 to 2026-W47", "branches").Silent("NaN", "No sales are known")
	saysGerman(t, site, r.Owner, "/compare/sales")

	site.Post(r.Owner, "/compare/sales/apply", form).To("/compare/sales") // pressed twice
	shown, _ = look(b.String())
	shown.Says("0 weeks to add, 0 to change, 714 unchanged", "All of it is here already.", "Work it out again").Silent("Numbers")
	const change = "branch;week;sales;days open\nB001;2025-W49;12345,5;6\nB014;2026-W47;1;6\n"
	shown, form = look(change)
	shown.Says("0 weeks to add, 2 to change, 0 unchanged", "712 weeks that the file does not name stay as they are.", "→ 12345.5")
	_, theirs := look("branch,week,sales\nB001,2025-W49,77\n")
	site.Post(r.Owner, "/compare/sales/apply", theirs).To("/compare/sales")
	stale := site.Post(r.Owner, "/compare/sales/apply", form).Status(http.StatusUnprocessableEntity).Says("Nothing was brought in: the file or what is here has changed since you looked.", "77 → 12345.5")
	site.Post(r.Owner, "/compare/sales/apply", hiddenOf(stale.Body.String())).To("/compare/sales")

	german := site.Post(r.Owner, "/compare/sales?speak=de", url.Values{"text": {strings.ReplaceAll(change, "12345,5", "7,25")}, "lag": {"1"}}).Status(http.StatusOK)
	german.Says("12345,5 → 7,25", "0 Wochen neu, 1 zu ändern, 1 unverändert", "712 Wochen, die", "Umsätze folgen nach 1 Zeitraum von vier Wochen.")
	site.Post(r.Owner, "/compare/sales/remove", nil).To("/compare/sales")
	site.Get(r.Owner, "/compare/sales").Says("No sales are known yet.")
}

// hidden are the fields that a page's button hands back.
var hidden = regexp.MustCompile(`<input type="hidden" name="(part|seen|lag)" value="([^"]*)">`)

func hiddenOf(page string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Add(m[1], html.UnescapeString(m[2]))
	}
	return form
}

func TestDriversAreDeclinedInWords(t *testing.T) {
	r := fourteen(t)
	r.site(t).Get(r.Owner, "/compare/drivers").Status(http.StatusOK).Says("The checklist asks for no overall mark.", "Kinds of visits", "Guest").Silent("NaN")
	site := r.site(t)
	site.Get(r.Owner, "/compare.svg?chart=drivers").Status(http.StatusNotFound)
}

func TestLeniencyIsForEditorsAlone(t *testing.T) {
	r := fourteen(t)
	editors := editor.New(nil, nil, r.svc).Routes()
	ed := r.Member(auth.Editor)
	kim := r.regional(r.Regions[0])
	site := webtest.New(t, r.Now, []auth.Actor{r.Owner, ed, kim}, editors...)
	a := site.Get(ed, "/review/shoppers").Status(http.StatusOK)
	a.Says("Advice for whoever checks reports.", "we cannot tell a strict shopper from a weak branch").Silent("NaN")
	site.Get(kim, "/review/shoppers").Status(http.StatusForbidden)
	site.Get(ed, "/review/shoppers?window=always").Status(http.StatusUnprocessableEntity)
	site.Get(ed, "/review/shoppers?programme=x").Status(http.StatusNotFound)
}

func TestABranchIsFoundByItsNameOrCodeAndTheChoiceStaysInEveryAddress(t *testing.T) {
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(3), "first", "2025-01-01")
	r.Season(3, 16, months(8)...)
	r.rename(4, "Königstraße <5>")
	site := r.site(t)
	rows := regexp.MustCompile(`<tr[^>]*>(?:<td class="place">[^<]*</td>)?<th scope="row"><a href="[^"]*find=[^"]*">([^<]*)</a></th><td (?:class="score"|data-step)`)
	names := func(a webtest.Answer) (out []string) {
		for _, m := range rows.FindAllStringSubmatch(a.Body.String(), -1) {
			out = append(out, m[1])
		}
		return out
	}
	for _, path := range []string{"/compare/branches", "/compare/standards", "/compare/change"} {
		named := site.Get(r.Owner, path+"?find=k%C3%96nig").Says("1 branch with “kÖnig” in the name or code.", "Show all").Has("find=k%C3%96nig")
		if got := names(named); len(got) != 1 || got[0] != "Königstraße &lt;5&gt;" {
			t.Errorf("%s: %q by name", path, got)
		}
		if got := names(site.Get(r.Owner, path+"?find="+r.Branches[7].Code)); len(got) != 1 || got[0] != r.Branches[7].Name {
			t.Errorf("%s: %q by code", path, got)
		}
		if got := names(site.Get(r.Owner, path+"?find=nowhere").Status(http.StatusOK).Says("No branch here has “nowhere” in its name or code.")); len(got) > 0 {
			t.Errorf("%s: %q are nowhere", path, got)
		}
		site.Get(r.Owner, path+"?find="+strings.Repeat("x", 101)).Status(http.StatusUnprocessableEntity)
	}
	site.Get(r.Owner, "/compare.csv?find=nowhere").Says(r.Branches[7].Code, r.Branches[4].Code)
	site.Get(r.Owner, "/compare.svg?chart=league&find=K%C3%B6nig").Has("Königstraße").Silent(r.Branches[7].Name)
}

func TestTheOrderOfBranchesIsChosenAndStaysFromPageToPage(t *testing.T) {
	r := newRig(t, 103)
	r.Publish(worldtest.Tea(3), "first", "2025-01-01")
	r.Visit(worldtest.Made{Branch: r.Branches[50], Scenario: "guest", On: "2026-11-03", Hour: 9, Answers: r.Answered(3, 1)})
	r.rename(90, "aaa 1")
	r.rename(7, "Zzz 1")
	site := r.site(t)
	for path, second := range map[string]string{"/compare/branches": "101 to 103 of 103", "/compare/standards": "101 to 103 of 103"} {
		best := site.Get(r.Owner, path).Status(http.StatusOK).Says("Best first", "Weakest first", "By name", "By region", "Most visits", "1 to 100 of 103")
		best.Has(`aria-current="true">Best first`, `href="`+path+`?order=weakest"`, `class="hint print-only">1 to 100 of 103<`).Silent(`name="order"`)
		byName := site.Get(r.Owner, path+"?order=name").Has(`aria-current="true">By name`, `name="order" value="name"`, `href="`+path+`?order=name&amp;page=2"`, `href="`+path+`">Best first`)
		byName.Says("aaa 1").Silent("Zzz 1")
		site.Get(r.Owner, path+"?order=name&page=2").Says(second, "Zzz 1").Silent("aaa 1")
		site.Get(r.Owner, path+"?order=region").Has("<small>North</small>")
		site.Get(r.Owner, path+"?order=best").Status(http.StatusUnprocessableEntity).Says("Choose one of the orders above the table.")
		site.Get(r.Owner, path+"?find=Zzz").Silent("Weakest first")
		saysGerman(t, site, r.Owner, path+"?order=name&page=2")
	}
	for _, chart := range []string{"league", "heat"} {
		site.Get(r.Owner, "/compare.svg?chart="+chart+"&order=name").Has("aaa 1").Silent("Zzz 1")
	}
}

func TestWithoutVisitsNothingIsCounted(t *testing.T) {
	r := newRig(t, 5)
	r.Publish(worldtest.Tea(4), "first", "2025-01-01")
	for _, path := range []string{"/compare", "/compare/branches"} {
		r.site(t).Get(r.Owner, path).Status(http.StatusOK).Says("5 branches, 0 visits.", "No visit of these months is published yet").Silent("results on")
	}
}

func TestOneVisitIsNoCause(t *testing.T) {
	r := newRig(t, 3)
	r.Publish(worldtest.Tea(4), "first", "2025-01-01")
	for i, b := range r.Branches {
		r.Visit(worldtest.Made{Branch: b, Scenario: "guest", On: "2026-11-03", Hour: 9, Answers: r.Answered(4, []float64{0, 1, 1}[i])})
	}
	r.site(t).Get(r.Owner, "/compare/branches/"+r.Branches[0].ID).Status(http.StatusOK).Says("Why does it stand there?", "could be luck").Silent("certain", "quite sure")
}

func TestAStandardIsAsSurelyACauseBesideItsCountsAsInTheChartOfAll(t *testing.T) {
	r := fourteen(t)
	site, told := r.site(t), map[string]bool{}
	for _, b := range r.Branches {
		found, err := r.svc.Branch(t.Context(), r.Owner, b.ID, report.Query{Span: report.Last12})
		if err != nil {
			t.Fatal(err)
		}
		page := site.Get(r.Owner, "/compare/branches/"+b.ID+"?window=last12").Status(http.StatusOK)
		for i := range found.Causes.Standards {
			c := &found.Causes.Standards[i]
			how := c.HowSure()
			if how != "could be luck" && how != "" {
				how = "is " + how
			}
			side := " points behind the others; that "
			if c.Performance > 0 {
				side = " points ahead of the others; that "
			}
			if how != "" {
				page.Says(fmt.Sprintf("Puts the branch %.1f%s%s.", math.Abs(c.Performance), side, how))
			}
			told[how+side] = true
		}
	}
	if len(told) < 6 {
		t.Errorf("the branches try too little: %v", told)
	}
}

func TestAClosedBranchSaysSo(t *testing.T) {
	r := fourteen(t)
	path := "/compare/branches/" + r.Branches[3].ID
	r.site(t).Get(r.Owner, path).Silent("This branch is closed")
	r.SQL(`UPDATE branches SET active = false WHERE id = ?`, r.Branches[3].ID)
	r.SQL(`UPDATE organisations SET places_rev = places_rev + 1`)
	r.site(t).Get(r.Owner, path).Status(http.StatusOK).Says("This branch is closed", "Latest visits")
	r.site(t).Get(r.Owner, "/compare/branches").Silent(r.Branches[3].Name)
}
