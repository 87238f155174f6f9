package manager

import (
	"math"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// sureView is the planner: what a number of visits can tell, and where to send the next ones.
type sureView struct {
	compareHead
	Plan      planForm
	Declined  string
	Says      []string
	Standards []outlookRow
	Real      []realRow
	Next      []nextRow
	NextSays  []string
	NextOf    int
	Options   []kit.Option // what the next visits are for
	Aims      []kit.Option
	Window    string // hidden choices of the form
	Files     take
}

// planForm is what the planner is asked.
type planForm struct {
	Visits   string `form:"visits" label:"visits a month" validate:"max=10"`
	Budget   int    `form:"budget" label:"visits of the next wave" validate:"min=0,max=20000"`
	Aim      string `form:"aim" label:"what the visits are for" validate:"omitempty,oneof=settled" say:"Choose one of the two aims."`
	Standard string `form:"question" label:"the question" validate:"max=64"`
}

// outlookRow is one target.
type outlookRow struct {
	Title, Target, Sentence, Clean, Reach string
	Spot, Prove                           []spotRow
}

// spotRow is a true share and how long it takes to tell.
type spotRow struct{ Share, Visits, In string }

// realRow is how much of the differences between branches is real after so many visits.
type realRow struct{ Visits, In, Real string }

// nextRow is a branch that visits should go to.
type nextRow struct{ Name, Href, Visits, Fair, Worth string }

var surePage = kit.NewPage[sureView]("manager/sure")

func (p *Pages) sure(c echo.Context, a auth.Actor) error {
	var f planForm
	bad := kit.BindQuery(c, &f)
	n := report.NextQuery{Budget: f.Budget, Standard: f.Standard}
	if f.Aim == "settled" {
		n.Aim = compare.MostSettled
	}
	if bad == nil {
		n.VisitsAMonth, bad = monthly(f.Visits)
	}
	if bad != nil {
		n = report.NextQuery{}
	}
	ch, r, h, ok, err := read(c, surePath, "How sure can we be?", func(q report.Query) (report.Outlook, error) {
		return p.reports.Outlook(c.Request().Context(), a, q, n)
	})
	if err != nil {
		return err
	}
	if !ok {
		return surePage.Render(c, h.status(), sureView{compareHead: h})
	}
	if more, isForm := kit.FormErrors(bad); isForm {
		h.Errors = append(h.Errors, more...)
	}
	view := sureView{compareHead: framed(h, a, &ch, surePath, "How sure can we be?", &r.Frame), Plan: f}
	view.fill(&ch, &r)
	return surePage.Render(c, view.status(), view)
}

// monthly reads a number of visits a month, with a point or a comma.
func monthly(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || math.IsNaN(v) || v <= 0 || v > 1000 {
		var bad fault.Fields
		bad.Add("visits", "Write the visits to each branch a month as a number above 0 and at most 1000, for example 0.5 or 2.")
		return 0, bad.Err()
	}
	return v, nil
}

func (v *sureView) fill(ch *choice, r *report.Outlook) {
	o := &r.Outlook
	if v.Plan.Visits == "" && r.VisitsAMonth > 0 {
		v.Plan.Visits = strconv.FormatFloat(math.Round(100*r.VisitsAMonth)/100, 'f', -1, 64)
	}
	if v.Plan.Budget == 0 {
		v.Plan.Budget = r.Budget
	}
	v.Window = ch.Window
	v.Options = kit.Choices(r.Standards, "The score", func(s compare.Standard) kit.Option { return kit.Option{Value: s.ID, Label: s.Title} })
	v.Aims = []kit.Option{{Value: "", Label: "The fewest wrong decisions"}, {Value: "settled", Label: "The most branches settled"}}
	v.Declined = prose(o.Declined)
	for _, s := range o.Sentences {
		v.Says = append(v.Says, prose(s))
	}
	titles := map[string]string{}
	for i := range r.Standards {
		titles[r.Standards[i].ID] = r.Standards[i].Title
	}
	for i := range o.Standards {
		v.add(newOutlookRow(&o.Standards[i], titles))
	}
	for _, x := range o.Reliability {
		v.Real = append(v.Real, realRow{Visits: strconv.Itoa(x.Visits), In: compare.Duration(x.Months), Real: percent(10_000 * x.Reliability)})
	}
	v.next(ch, r)
}

// add puts standards of which the same is said into one row.
func (v *sureView) add(row outlookRow) {
	for i := range v.Standards {
		if x := &v.Standards[i]; x.Target == row.Target && x.Sentence == row.Sentence && x.Reach == row.Reach {
			x.Title += " · " + row.Title // titles have commas of their own
			return
		}
	}
	v.Standards = append(v.Standards, row)
}

func newOutlookRow(s *compare.StandardOutlook, titles map[string]string) outlookRow {
	row := outlookRow{Title: titles[s.Standard], Target: prose(compare.Percent(s.TargetBP)), Sentence: prose(s.Sentence), Reach: prose(s.Reach.Sentence)}
	if s.Reach.Sentence == compare.AssumesRight {
		row.Reach = "" // the page says it once
	}
	if s.Clean > 0 {
		row.Clean = catalogue.Count(s.Clean, "visit", "visits") + ", all met, would prove it: " + s.CleanIn
	}
	for _, x := range s.Spot {
		row.Spot = append(row.Spot, newSpotRow(x))
	}
	for _, x := range s.Prove {
		row.Prove = append(row.Prove, newSpotRow(x))
	}
	return row
}

func newSpotRow(x compare.SpotRow) spotRow {
	row := spotRow{Share: prose(compare.Percent(x.ShareBP)), Visits: "more than 4096", In: "not in a working life"}
	if x.Visits > 0 {
		row.Visits, row.In = strconv.Itoa(x.Visits), x.In
	}
	return row
}

func (v *sureView) next(ch *choice, r *report.Outlook) {
	if !r.Next.Known {
		v.NextSays = []string{"That cannot be told: there is no target for this, or too few visits to know how much they differ."}
		return
	}
	for _, s := range r.Next.Plan.Sentences {
		v.NextSays = append(v.NextSays, prose(s))
	}
	v.NextOf = len(r.Next.Visits)
	v.Files.CSV = ch.address("/compare.csv", "table", "next", "budget", strconv.Itoa(v.Plan.Budget), "aim", v.Plan.Aim, "question", v.Plan.Standard)
	for _, x := range r.Next.Visits[:min(len(r.Next.Visits), perList)] {
		worth := "the verdict " + pointsLess(x.Worth)
		if v.Plan.Aim == "settled" {
			worth = "settled with " + percent(10_000*x.Worth)
		}
		v.Next = append(v.Next, nextRow{
			Name: r.Places[x.Branch].Name, Href: branchHref(ch, x.Branch), Visits: strconv.Itoa(x.Visits), Fair: strconv.Itoa(x.Fair), Worth: worth,
		})
	}
}
