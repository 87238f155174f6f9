package manager

import (
	"math"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// compareView is how branches compare.
type compareView struct {
	compareHead
	League league
	Funnel funnel
	Year   multiples
	Pages  pages
	Orders []tab
	Files  take
}

// funnel is "Real difference or luck?": of the score, or of one standard.
type funnel struct {
	Known   bool
	Of      string // title of the standard, "" for the score
	Wide    chart.Funnel
	Narrow  chart.Funnel
	Says    []string
	Around  tab // the other middle, where there is one
	Rows    []funnelRow
	Unshown int // rows beyond those listed
	Files   take
}

// funnelRow is a dot as a line of a table.
type funnelRow struct{ Name, Href, Visits, Value, Words string }

var comparePage = kit.NewPage[compareView]("manager/branches")

func (p *Pages) compare(c echo.Context, a auth.Actor) error {
	ch, r, head, err := p.head(c, a, branchesPath, "How branches compare")
	if err != nil {
		return err
	}
	view := compareView{compareHead: head}
	if r == nil || head.Nothing != "" {
		return comparePage.Render(c, head.status(), view)
	}
	all := lineupOf(&ch, r)
	from, to, pages := pageOf(&ch, branchesPath, all.len(), perPage)
	view.Pages, view.Orders = pages, ordersOf(&ch, branchesPath, compareOrders, all.len())
	rows := all.cut(from, to)
	view.League = newLeague(&ch, r, rows, scaleOf(r.Result.Branches, r.Result.TargetBP))
	view.Files = takeOf(&ch, "league", "league", strconv.Itoa(max(1, ch.Page)))
	if head.Quiet {
		return comparePage.Render(c, head.status(), view)
	}
	view.Funnel = p.funnel(&ch, r)
	trends, err := p.reports.Trends(c.Request().Context(), a, ch.query())
	if err != nil {
		return err
	}
	view.Year = newMultiples(&ch, r, rows, &trends)
	return comparePage.Render(c, head.status(), view)
}

// mostDots is how many lines the funnel's table has; the file has them all.
const mostDots = 60

// funnelOf finds the funnel: of the score, or of the standard chosen.
func funnelOf(ch *choice, r *report.Comparison) (f *compare.Funnel, of, middle string, ok bool) {
	for i := range r.Result.Standards {
		s := &r.Result.Standards[i]
		if s.ID != ch.Standard {
			continue
		}
		middle = "standard"
		if ch.Around == "mean" || s.GoodTargetBP == 0 {
			middle = "average"
		}
		f, ok = r.Funnel(s.ID, ch.Around == "mean")
		return f, s.Title, middle, ok
	}
	f, ok = r.Funnel("", false)
	return f, "", "average", ok
}

func newFunnel(ch *choice, r *report.Comparison, f *compare.Funnel, of, middle string) funnel {
	out := funnel{Of: of, Known: true}
	href := branchHrefs(ch)
	data := chart.FunnelOf(f, middle, func(id string) string { return r.Places[id].Name }, href)
	out.Wide, out.Narrow = chart.NewFunnel(data, false), chart.NewFunnel(data, true)
	for _, s := range f.Sentences {
		out.Says = append(out.Says, prose(s))
	}
	if f.Kind == compare.FunnelOfShares {
		out.Around = tab{Text: "Around the average instead", Href: ch.address(branchesPath, "around", "mean") + "#funnel"}
		if ch.Around == "mean" {
			out.Around = tab{Text: "Around the target instead", Href: ch.address(branchesPath) + "#funnel"}
		}
	}
	out.Files = takeOf(ch, "funnel", "funnel", "")
	dots, more := listed(f)
	for i := range dots {
		d := &dots[i]
		out.Rows = append(out.Rows, funnelRow{
			Name: r.Places[d.Branch].Name, Href: href(d.Branch), Visits: strconv.FormatFloat(math.Round(d.X), 'f', -1, 64),
			Value: percent(100 * d.Y), Words: dotWords(d),
		})
	}
	out.Unshown = more
	return out
}

// listed are the dots that the funnel's table has, those outside first, and how many more there are.
func listed(f *compare.Funnel) (dots []compare.FunnelDot, more int) {
	dots = f.Outside()
	if len(dots) > mostDots {
		dots, more = dots[:mostDots], len(dots)-mostDots
	}
	for i := range f.Dots {
		switch {
		case f.Dots[i].Side != compare.FunnelInside:
		case len(dots) < mostDots:
			dots = append(dots, f.Dots[i])
		default:
			more++
		}
	}
	return dots, more
}

// dotWords says where a dot lies.
func dotWords(d *compare.FunnelDot) string {
	text := "could be luck"
	switch d.Side {
	case compare.FunnelBelow:
		text = "below what luck explains"
	case compare.FunnelAbove:
		text = "above what luck explains"
	case compare.FunnelInside:
	}
	if d.Unusual {
		text += ", and unusual beside other branches"
	}
	return text
}

// nothingYet reports that there is no programme to compare anything in, where the reader named none.
func nothingYet(err error, ch *choice) bool {
	return fault.Is(err, fault.NotFound) && ch.Programme == "" && ch.Region == "" && ch.Branch == ""
}

// nothing says why there is nothing to read yet.
func nothing(err error) string {
	if f, ok := fault.As(err); ok && f.Message != fault.Missing("programme").Message {
		return f.Message
	}
	return "There is no programme yet."
}

// counted reports whether any standard of any branch was judged by a visit; a window may have visits without scores.
func counted(r *report.Comparison) bool {
	for i := range r.Result.Summaries {
		if s := &r.Result.Summaries[i]; s.N+s.NA+s.Unknown > 0 {
			return true
		}
	}
	return false
}

// whereOf names the part of the network that is shown: a region, or else all that the reader sees, partly where that is
// not the whole network.
func whereOf(a auth.Actor, r *report.Comparison) (region string, partly bool) {
	for _, region := range r.Regions {
		if region.ID == r.Query.Region {
			return region.Name, false
		}
	}
	if a.Reach(auth.Compare).All {
		return "", false
	}
	if len(r.Regions) == 1 {
		return r.Regions[0].Name, false
	}
	return "", true
}

// whereText is the same in the reader's language.
func whereText(c echo.Context, a auth.Actor, r *report.Comparison) string {
	region, partly := whereOf(a, r)
	switch {
	case region != "":
		return region
	case partly:
		return kit.Say(c, "Your regions")
	}
	return kit.Say(c, "All regions")
}

// scaleOf is the scale that the league shares with nothing else: its rows need it narrow.
func scaleOf(rows []compareRow, target int) chart.Scale {
	return chart.ScaleOver(func(yield func(chart.Span) bool) {
		for i := range rows {
			if e := &rows[i].Score; e.N > 0 && !yield(spanOf(e)) {
				return
			}
		}
	}, target)
}
