package manager

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// besideForm is the form that holds a branch beside another one: a list, or a field for a name where a list would be too long.
type besideForm struct {
	Action  string
	Keep    []kit.Option // what is chosen besides, as hidden fields
	Options []kit.Option
	Many    bool
	Other   string
}

// newBesideForm is the form; it has nothing to choose from where the reader sees no other branch.
func newBesideForm(ch *choice, branch string, n *report.Neighbours) besideForm {
	f := besideForm{Action: pairPath(branch), Many: n.Many, Other: ch.Other}
	kept := *ch
	kept.Region, kept.Format, kept.Find, kept.Standard = "", "", "", ""
	values := kept.values()
	for _, name := range []string{"programme", "window", "from", "to", "scenario"} {
		if v := values.Get(name); v != "" {
			f.Keep = append(f.Keep, kit.Option{Value: v, Label: name})
		}
	}
	for _, x := range n.List {
		f.Options = append(f.Options, kit.Option{Value: x.ID, Label: x.Name + " · " + x.Code})
	}
	return f
}

// Any reports whether there is another branch at all.
func (f besideForm) Any() bool { return f.Many || len(f.Options) > 0 }

func pairPath(branch string) string { return branchesPath + "/" + branch + "/beside" }

// pairView is two branches side by side.
type pairView struct {
	kit.Chrome
	Filters   filters
	Name      string // of the first
	Back      string // its page
	Beside    besideForm
	Matches   []tab // branches that were meant perhaps
	Problem   string
	Other     string // name of the second, "" without one
	Declined  string
	Verdict   string
	Axis      []chart.Tick
	Rows      []pairRow
	Standards []pairStandard
	Pooled    bool
	Fair      bool
	Refused   []string
	Formats   [2]string // of the two, "" where they have the same
	AsOf      string
	CSV       string
	Notes     []string
}

// pairRow is the score of one of them.
type pairRow struct {
	Name, Href, Score, Range, Mark, Verdict string
	Visits                                  int
	Bar                                     chart.Bar
	Tone                                    chart.Tone
}

// pairStandard is one standard at both.
type pairStandard struct {
	Title, Target string
	Sides         [2]pairSide
}

// pairSide is one standard at one of them.
type pairSide struct {
	Share, Counts, Word string
	Chip                string
}

var pairPage = kit.NewPage[pairView]("manager/pair")

func (p *Pages) pair(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	var r report.Pairing
	if err == nil {
		r, err = p.pairing(c, a, &ch)
	}
	errs, isForm := kit.FormErrors(err)
	if isForm {
		ch = choice{}
		r, err = p.pairing(c, a, &ch)
	}
	if err != nil {
		return err
	}
	view := newPairView(&ch, &r)
	status := http.StatusOK
	if view.Problem != "" {
		errs = append(errs, fault.Field{Name: "other", Message: view.Problem})
	}
	if view.Errors = errs; len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return pairPage.Render(c, status, view)
}

// pairing reads both; the first one asked for must be on the reader's side.
func (p *Pages) pairing(c echo.Context, a auth.Actor, ch *choice) (report.Pairing, error) {
	return p.reports.Pair(c.Request().Context(), a, c.Param("id"), ch.Other, ch.query())
}

func newPairView(ch *choice, r *report.Pairing) pairView {
	path := pairPath(r.Branch)
	title := "Two branches side by side"
	v := pairView{
		Chrome: chromeOf(title), Name: aside(r.Place.Name), Back: branchHref(ch, r.Branch), Beside: newBesideForm(ch, r.Branch, &r.Neighbours),
		Filters: newFilters(*ch, path, offer{programmes: r.Programmes, scenarios: r.Scenarios, window: r.Window, chosen: r.Programme.ID}),
		AsOf:    asOfText(r.AsOf), Declined: r.Declined,
	}
	switch {
	case len(r.Matches) > 1:
		for _, m := range r.Matches {
			v.Matches = append(v.Matches, tab{Text: m.Name + " · " + m.Code, Href: ch.address(path, "other", m.ID)})
		}
	case len(r.Matches) == 0 && strings.TrimSpace(ch.Other) != "":
		v.Problem = "No other branch that you see has “" + strings.TrimSpace(ch.Other) + "” in its name or code. Try a shorter part of it."
	case len(r.Matches) == 1:
		v.Other, v.Beside.Other = aside(r.Matches[0].Name), r.Matches[0].ID
		if v.Beside.Many {
			v.Beside.Other = r.Matches[0].Name
		}
	}
	if len(r.Rows) == 2 && r.Declined == "" {
		v.fill(ch, r)
	}
	return v
}

func (v *pairView) fill(ch *choice, r *report.Pairing) {
	one, two := &r.Rows[0], &r.Rows[1]
	v.Verdict = prose(r.Pair.Sentence(aside(one.Name), aside(two.Name)))
	scale := scaleOf(r.Rows, r.TargetBP)
	v.Axis = chart.Axis(scale, r.TargetBP)
	for i := range r.Rows {
		v.Rows = append(v.Rows, newPairRow(ch, r, i, scale))
	}
	for k := range r.Standards {
		s := pairStandard{Title: r.Standards[k].Title, Sides: [2]pairSide{newPairSide(&one.Outcomes[k]), newPairSide(&two.Outcomes[k])}}
		if r.Standards[k].GoodTargetBP > 0 {
			s.Target = prose(compare.Percent(r.Standards[k].GoodTargetBP))
		}
		v.Standards = append(v.Standards, s)
	}
	v.Pooled, v.Fair = r.Model.Level >= compare.LevelB, r.Model.Level == compare.LevelC
	for _, d := range r.Model.Declined {
		v.Refused = append(v.Refused, prose(d.Sentence))
	}
	if a, b := r.Places[one.ID].Format, r.Places[two.ID].Format; a != b && a != "" && b != "" {
		v.Formats = [2]string{a, b}
	}
	v.Notes = r.Notes
	v.CSV = ch.address(branchesPath+"/"+r.Branch+"/csv", "table", "pair", "other", two.ID)
}

func newPairRow(ch *choice, r *report.Pairing, i int, scale chart.Scale) pairRow {
	b := &r.Rows[i]
	e := &b.Score
	row := pairRow{Name: b.Name, Href: branchHref(ch, b.ID), Visits: e.N, Bar: chart.Empty(scale, r.TargetBP), Verdict: "No visits", Range: "–", Score: "–"}
	if e.N == 0 {
		return row
	}
	row.Score, row.Tone, row.Verdict = percent(e.EstimateBP), toneOf(e.Status), e.Verdict()
	row.Mark = mark(e.Status)
	if e.HasRange {
		row.Range = chart.Whole(e.LoBP) + "–" + percent(e.HiBP)
	}
	bar := r.Pair.Bars[i]
	row.Bar = chart.NewBar(scale, chart.Span{Value: e.EstimateBP, Lo: bar.Lo, Hi: bar.Hi}, r.Pair.Known, r.TargetBP, row.Tone)
	return row
}

func newPairSide(o *compare.Outcome) pairSide {
	s := pairSide{Share: "–", Word: stateWords(o), Chip: string(stateChip(o.Status))}
	if o.N > 0 {
		s.Share, s.Counts = share(o.X, o.N)+"%", strconv.Itoa(o.X)+" of "+strconv.Itoa(o.N)
	}
	return s
}

// pairFile writes both as a table.
func (p *Pages) pairFile(c echo.Context, a auth.Actor, ch *choice) error {
	r, err := p.pairing(c, a, ch)
	if err != nil {
		return err
	}
	if len(r.Rows) < 2 {
		return fault.New(fault.Invalid, orText(r.Declined, "Choose one other branch to hold this one beside."))
	}
	name := r.Places[r.Rows[0].ID].Name + " and " + r.Places[r.Rows[1].ID].Name
	return file(c, fileName(name, r.Window), func(w io.Writer) error { return report.PairCSV(w, &r) })
}
