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

// changeView is one window against the one before.
type changeView struct {
	compareHead
	Before   string
	Declined string
	Says     []string
	Adjusted bool
	Rows     []moveRow
	Axis     []chart.Tick
	Of       int // branches compared
	Pages    pages
	Orders   []tab
	Groups   []luckGroup
	Real     string // share of differences between changes that is real
	Files    take
}

// moveRow is one branch.
type moveRow struct {
	Name, Href      string
	Region          string // where the branches stand by it
	Before, After   string
	NBefore, NAfter int
	Change, Range   string
	Bar             chart.Bar
	Words, Sentence string
	Tone            chart.Tone
	Listed          bool
}

// luckGroup is a group picked by its result, beside what luck gave it.
type luckGroup struct {
	Title, Says string
	Names       []tab
	Unshown     int
}

var changePage = kit.NewPage[changeView]("manager/change")

func (p *Pages) change(c echo.Context, a auth.Actor) error {
	ch, r, h, ok, err := read(c, changePath, "What changed", func(q report.Query) (report.Change, error) {
		return p.reports.Change(c.Request().Context(), a, q)
	})
	if err != nil {
		return err
	}
	if !ok {
		return changePage.Render(c, h.status(), changeView{compareHead: h})
	}
	view := changeView{compareHead: framed(h, a, &ch, changePath, "What changed", &r.Frame)}
	view.Before, view.Declined, view.Adjusted = monthsText(r.Before), prose(r.Declined), r.Adjusted
	if r.Declined == "" && len(r.Rows) == 0 && view.Nothing == "" {
		view.Declined = "None of these branches has visits in both windows."
	}
	for _, s := range r.Moves.Sentences {
		view.Says = append(view.Says, prose(s))
	}
	view.rows(&ch, &r)
	return changePage.Render(c, view.status(), view)
}

func (v *changeView) rows(ch *choice, r *report.Change) {
	all := movesOf(ch, found(ch, r.Rows, func(m *compare.Move) report.Place { return r.Places[m.Branch] }), r.Places)
	from, to, pages := pageOf(ch, changePath, len(all), perPage)
	v.Pages, v.Orders, v.Of = pages, ordersOf(ch, changePath, changeOrders, len(all)), len(r.Rows)
	if len(r.Rows) == 0 {
		return
	}
	wide := 5.0
	for i := range r.Rows {
		m := &r.Rows[i]
		wide = max(wide, min(40, max(abs(m.Range.Lo), abs(m.Range.Hi), abs(m.Change))))
	}
	for i := range all[from:to] {
		v.Rows = append(v.Rows, newMoveRow(ch, &all[from+i], r.Places[all[from+i].Branch], wide))
	}
	for _, g := range r.Picked {
		v.Groups = append(v.Groups, newLuckGroup(ch, r, &g))
	}
	v.Real = percent(10_000 * r.Moves.Reliability)
	v.Files = takeOf(ch, "change", "change", strconv.Itoa(max(1, ch.Page)))
	end := tenths(wide)
	v.Axis = []chart.Tick{
		{X: "3%", Text: "−" + end, Anchor: "start"}, {X: "50%", Text: "0", Anchor: "mid", Strong: true}, {X: "97%", Text: "+" + end, Anchor: "end"},
	}
}

func abs(v float64) float64 { return max(v, -v) }

func newMoveRow(ch *choice, m *compare.Move, place report.Place, wide float64) moveRow {
	row := moveRow{
		Name: place.Name, Region: regionIn(ch, place), Href: branchHref(ch, m.Branch), Before: possible(m.Before.Points), After: possible(m.After.Points),
		NBefore: m.Before.N, NAfter: m.After.N, Change: chart.Points(m.Change), Listed: m.Listed, Sentence: prose(m.Sentence(aside(place.Name))),
		Range: chart.Points(m.Range.Lo) + " to " + chart.Points(m.Range.Hi), Words: "No clear change",
	}
	switch {
	case m.Listed && m.Change < 0:
		row.Tone, row.Words = chart.Below, "▼ Worse, beyond luck"
	case m.Listed:
		row.Tone, row.Words = chart.Above, "▲ Better, beyond luck"
	case m.ClearlyWorse:
		row.Tone, row.Words = chart.Below, "▼ Probably worse"
	case m.ClearlyBetter:
		row.Tone, row.Words = chart.Above, "▲ Probably better"
	}
	row.Bar = moveBar(m, wide, row.Tone)
	row.Bar.Title = row.Sentence
	return row
}

// possible is a score in points as percent. Allowing for shoppers and months can carry a very good one past what a visit can score.
func possible(points float64) string { return percent(100 * min(100, max(0, points))) }

// moveBar draws a change around nothing in the middle: the scale runs from −wide to +wide.
func moveBar(m *compare.Move, wide float64, tone chart.Tone) chart.Bar {
	at := func(v float64) string {
		return strconv.FormatFloat(3+94*(max(-wide, min(wide, v))+wide)/(2*wide), 'f', 1, 64) + "%"
	}
	b := chart.Bar{Tone: tone, X1: at(m.Range.Lo), X2: at(m.Range.Hi), Dot: at(m.Shrunk), Standard: "50%"}
	if abs(m.Change-m.Shrunk) > wide/40 && abs(m.Change) <= wide { // at the rail's end it would say something else than was seen
		b.Seen = at(m.Change)
	}
	return b
}

func newLuckGroup(ch *choice, r *report.Change, g *report.PickedGroup) luckGroup {
	out := luckGroup{Title: g.Title, Says: prose(g.Luck.Sentence())}
	for i, id := range g.Branches {
		if i >= 2*few {
			out.Unshown = len(g.Branches) - i
			break
		}
		out.Names = append(out.Names, tab{Text: r.Places[id].Name, Href: branchHref(ch, id)})
	}
	return out
}
