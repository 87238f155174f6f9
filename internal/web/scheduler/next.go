package scheduler

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// nextForm is what a plan of the next visits is asked for.
type nextForm struct {
	Programme string `form:"programme" label:"the programme" validate:"max=64"`
	Scenario  string `form:"scenario" label:"the scenario" validate:"max=200"`
	Region    string `form:"region" label:"the region" validate:"max=64"`
	Budget    int    `form:"budget" label:"the visits" validate:"min=0,max=500" say:"Choose 1 to 500 visits."`
	Each      int    `form:"each" label:"the visits of one shopper" validate:"min=0,max=50" say:"Choose 1 to 50 visits."`
	Aim       string `form:"aim" label:"what the visits are for" validate:"omitempty,oneof=settled" say:"Choose one of the two aims."`
}

func (f *nextForm) query() (report.Query, report.SendQuery) {
	n := report.SendQuery{Budget: f.Budget, Each: f.Each}
	if f.Aim == "settled" {
		n.Aim = compare.MostSettled
	}
	return report.Query{Programme: f.Programme, Region: f.Region}, n
}

// values is the form as it stands in an address.
func (f *nextForm) values() url.Values {
	v := url.Values{}
	for _, x := range []struct{ name, value string }{
		{"programme", f.Programme},
		{"scenario", f.Scenario},
		{"region", f.Region},
		{"aim", f.Aim},
		{"budget", strconv.Itoa(f.Budget)},
		{"each", strconv.Itoa(f.Each)},
	} {
		if x.value != "" {
			v.Set(x.name, x.value)
		}
	}
	return v
}

// nextView is where the next visits tell most, and who should go.
type nextView struct {
	kit.Chrome
	Form       nextForm
	Nothing    string // why there is nothing to plan from, a whole sentence
	Programmes []kit.Option
	Scenarios  []kit.Option
	Regions    []kit.Option
	Aims       []kit.Option
	Says       []string
	Parcels    []parcelView
	More       int // shoppers that only the table has
	Visits     int
	CSV        string
}

// parcelView is one shopper with where he should go.
type parcelView struct {
	Alias, Name string // both "" for visits that nobody may make
	Branches    []parcelBranch
	Visits      int
	Plan        string // the form, filled in
}

// parcelBranch is a branch he should go to.
type parcelBranch struct{ Name, Code, Region, Times string }

// mostParcels is how many shoppers a page shows.
const mostParcels = 60

var nextPage = kit.NewPage[nextView]("scheduler/next")

func (p *Pages) next(c echo.Context, a auth.Actor) error {
	var form nextForm
	err := kit.BindQuery(c, &form)
	view := nextView{Chrome: kit.Chrome{Title: "Where the next visits tell most", Styles: []string{"css/desk.css", "css/charts.css"}}}
	var s report.Sending
	if err == nil {
		s, err = p.sending(c.Request().Context(), a, &form)
	}
	errs, isForm := kit.FormErrors(err)
	if isForm {
		form = nextForm{}
		s, err = p.sending(c.Request().Context(), a, &form)
	}
	if fault.Is(err, fault.NotFound) && form.Programme == "" && form.Region == "" {
		view.Nothing = "No programme has a published version yet, so there is nothing to plan."
		return nextPage.Render(c, http.StatusOK, view)
	}
	if err != nil {
		return err
	}
	status := http.StatusOK
	if view.Errors = errs; len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if err := p.fillNext(c.Request().Context(), a, &view, form, &s); err != nil {
		return err
	}
	return nextPage.Render(c, status, view)
}

func (p *Pages) sending(ctx context.Context, a auth.Actor, form *nextForm) (report.Sending, error) {
	q, n := form.query()
	return p.reports.Send(ctx, a, q, n)
}

func (p *Pages) fillNext(ctx context.Context, a auth.Actor, view *nextView, form nextForm, s *report.Sending) error {
	form.Programme, form.Budget, form.Each = s.Programme.ID, s.Budget, s.Each
	form.Scenario = chosenScenario(s.Scenarios, form.Scenario)
	view.Form = form
	view.choices(s)
	view.Says = s.Says
	if !s.Known {
		view.Says = []string{"Where visits tell most cannot be said yet: the programme has no target for the score, or too few visits are published to know how much they differ."}
	}
	view.CSV = "/plan/next/csv?" + form.values().Encode()
	for i := range s.Parcels {
		x := &s.Parcels[i]
		v := newParcel(form, s, x)
		view.Visits += v.Visits
		if i >= mostParcels && x.Shopper != "" {
			view.More++
			continue
		}
		if x.Shopper != "" {
			m, err := p.people.Member(ctx, a, x.Shopper)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			v.Name = m.Name
		}
		view.Parcels = append(view.Parcels, v)
	}
	return nil
}

// chosenScenario is the one asked for, or else the first.
func chosenScenario(all []programme.Scenario, id string) string {
	for _, s := range all {
		if s.ID == id {
			return id
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[0].ID
}

func (v *nextView) choices(s *report.Sending) {
	v.Programmes = kit.Choices(s.Programmes, "", func(x studio.Programme) kit.Option { return kit.Option{Value: x.ID, Label: x.Name} })
	v.Scenarios = kit.Choices(s.Scenarios, "", func(x programme.Scenario) kit.Option { return kit.Option{Value: x.ID, Label: x.Title} })
	v.Regions = append([]kit.Option{{Label: "All regions"}}, // also where there are none
		kit.Choices(s.Regions, "", func(x org.Region) kit.Option { return kit.Option{Value: x.ID, Label: x.Name} })...)
	v.Aims = []kit.Option{{Label: "The fewest wrong decisions"}, {Value: "settled", Label: "The most branches settled"}}
}

func newParcel(form nextForm, s *report.Sending, p *report.Parcel) parcelView {
	v := parcelView{Alias: p.Alias}
	plan := url.Values{"what": {form.Programme + "|" + form.Scenario}}
	if p.Shopper != "" {
		plan.Set("shopper", p.Shopper)
	}
	for _, b := range p.Branches {
		place := s.Places[b.Branch]
		row := parcelBranch{Name: place.Name, Code: place.Code, Region: place.Region}
		if b.Visits > 1 {
			row.Times = catalogue.Count(b.Visits, "visit", "visits")
		}
		v.Branches = append(v.Branches, row)
		v.Visits += b.Visits
		plan.Add("branch", b.Branch)
	}
	v.Plan = "/plan/new?" + plan.Encode()
	return v
}

// nextFile writes the same as a table.
func (p *Pages) nextFile(c echo.Context, a auth.Actor) error {
	var form nextForm
	if err := kit.BindQuery(c, &form); err != nil {
		return err
	}
	s, err := p.sending(c.Request().Context(), a, &form)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.SendCSV(&b, &s); err != nil {
		return err
	}
	return kit.Download(c, "next visits.csv", "text/csv; charset=utf-8", b.Bytes())
}
