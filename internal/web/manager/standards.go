package manager

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// standardsView is how each standard is met, branch by branch, and region against region.
type standardsView struct {
	compareHead
	Rows        []standardRow
	Heat        heat
	Pages       pages
	Orders      []tab
	Regions     []regionRow
	RegionsAsOf string // when they were looked at, "" where that is when the page is of
	Pairs       []string
	Apart       []string // why regions are not compared
	Counts      take
	Files       take
}

// standardRow is one standard over all branches shown.
type standardRow struct {
	Title, Share, Counts, Target string
	Bar                          chart.Bar
	States                       []standing
	Wow, WowTarget, WowCounts    string
	Funnel                       string // address
}

// regionRow is one region against all others.
type regionRow struct {
	Branches, Visits int // behind it
	Name, Gap, Words string
	Tone             chart.Tone
}

var standardsPage = kit.NewPage[standardsView]("manager/standards")

func (p *Pages) standards(c echo.Context, a auth.Actor) error {
	ch, r, head, err := p.head(c, a, standardsPath, "How standards are met")
	if err != nil {
		return err
	}
	view := standardsView{compareHead: head}
	if r == nil || head.Nothing != "" || head.Quiet {
		return standardsPage.Render(c, head.status(), view)
	}
	all := lineupOf(&ch, r)
	from, to, pages := pageOf(&ch, standardsPath, all.len(), rowsFor(len(r.Result.Standards)))
	view.Pages, view.Orders = pages, ordersOf(&ch, standardsPath, compareOrders, all.len())
	for i := range r.Result.Summaries {
		view.Rows = append(view.Rows, newStandardRow(&ch, &r.Result.Standards[i], &r.Result.Summaries[i]))
	}
	view.Heat = newHeat(&ch, r, all.cut(from, to), saying(c))
	view.Files = takeOf(&ch, "heat", "heat", strconv.Itoa(max(1, ch.Page)))
	view.Counts = takeOf(&ch, "standards", "", "")
	regions, err := p.reports.Regions(c.Request().Context(), a, ch.query())
	if err != nil {
		return err
	}
	view.regions(r, &regions)
	return standardsPage.Render(c, head.status(), view)
}

func newStandardRow(ch *choice, s *compare.Standard, sum *compare.Summary) standardRow {
	row := standardRow{Title: s.Title, Bar: chart.Empty(whole, s.GoodTargetBP)}
	own := *ch
	own.Standard = s.ID
	row.Funnel = own.address(branchesPath) + "#funnel"
	if s.GoodTargetBP > 0 {
		row.Target = prose(compare.Percent(s.GoodTargetBP))
	}
	if sum.N > 0 {
		row.Share, row.Counts = share(sum.X, sum.N)+"%", strconv.Itoa(sum.X)+" of "+strconv.Itoa(sum.N)
		v := 10_000 * float64(sum.X) / float64(sum.N)
		row.Bar = chart.NewBar(whole, chart.Span{Value: v, Lo: v, Hi: v}, false, s.GoodTargetBP, chart.Neutral)
	}
	if sum.NWow > 0 {
		row.Wow, row.WowCounts = share(sum.XWow, sum.NWow)+"%", strconv.Itoa(sum.XWow)+" of "+strconv.Itoa(sum.NWow)
		if s.WowTargetBP > 0 {
			row.WowTarget = prose(compare.Percent(s.WowTargetBP))
		}
	}
	row.States = statesOf(&sum.States)
	return row
}

// statesOf counts branches by state in words, the worst first.
func statesOf(s *compare.States) []standing {
	var all []standing
	for _, x := range []struct {
		n      int
		status compare.Status
		text   string
	}{
		{s.Breach, compare.Breach, "breach"},
		{s.Below, compare.Below, "below"},
		{s.CannotTell, compare.CannotTell, "too early to say"},
		{s.TooFew, compare.TooFew, "too few visits"},
		{s.NoBreach, compare.NoBreach, "no breach"},
		{s.Meets, compare.Meets, meets(s.Meets)},
		{s.WOW, compare.WOW, "at WOW"},
	} {
		if x.n > 0 {
			all = append(all, standing{N: x.n, Word: x.text, Tone: stateChip(x.status)})
		}
	}
	return all
}

func meets(branches int) string {
	if branches == 1 {
		return "meets it"
	}
	return "meet it"
}

// regions says which regions differ, or why that cannot be told.
func (v *standardsView) regions(r *report.Comparison, all *report.RegionGaps) {
	for i := range all.Rest {
		g := &all.Rest[i]
		row := regionRow{Name: g.Region, Branches: g.Branches, Visits: g.Visits, Gap: chart.Points(g.Points) + " points", Words: prose(g.Sentence)}
		if g.Real {
			row.Tone = chart.Above
			if g.Points < 0 {
				row.Tone = chart.Below
			}
		}
		v.Regions = append(v.Regions, row)
	}
	for i := range all.Pairs {
		if all.Pairs[i].Real && len(v.Pairs) < few {
			v.Pairs = append(v.Pairs, prose(all.Pairs[i].Sentence))
		}
	}
	v.RegionsAsOf = asOfText(all.AsOf)
	for _, d := range all.Declined {
		v.Apart = append(v.Apart, prose(d.Sentence))
	}
	if len(v.Regions) == 0 && len(v.Apart) == 0 && len(r.Regions) > 1 {
		v.Apart = []string{"No two regions have enough branches with visits to be compared."}
	}
}
