package scheduler

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// previewView says what will be planned, before it is.
type previewView struct {
	kit.Chrome
	Form      planForm
	Count     int
	Programme string
	Scenario  string
	Shopper   string // "" for the job board
	Dues      []dueView
	Fee       int64
	Total     int64
	Currency  string
	Branches  []org.Branch
}

// dueView is when the visits of one time zone are due.
type dueView struct {
	Zone  string
	At    time.Time
	Count int
}

var previewPage = kit.NewPage[previewView]("scheduler/preview")

// order is a form that was read and found good.
type order struct {
	offer   offer
	picked  []org.Branch
	dues    map[string]time.Time // zone → instant
	fee     *int64               // minor units, nil takes the programme's
	shopper auth.Membership      // zero for the job board
	money   string               // currency
}

// check reads the whole form. With nothing wrong it shows what will be planned, or plans it.
func (p *Pages) check(c echo.Context, a auth.Actor, form planForm, errs kit.Errors) error {
	ctx := c.Request().Context()
	o, bad, err := p.read(ctx, a, form)
	if err != nil {
		return err
	}
	if errs = append(bad, errs...); len(errs) > 0 {
		return p.formWith(c, a, http.StatusUnprocessableEntity, form, errs, "")
	}
	if form.Go == "plan" {
		return p.plan(c, a, form, o)
	}
	return previewPage.Render(c, http.StatusOK, previewOf(form, o, kit.Speaker(c, "scheduler/preview")))
}

// read makes an order of the form, or says what is wrong with each field.
func (p *Pages) read(ctx context.Context, a auth.Actor, form planForm) (order, kit.Errors, error) {
	var o order
	var bad kit.Errors
	wrong := func(field, message string) { bad = append(bad, fault.Field{Name: field, Message: message}) }
	offers, err := p.offers(ctx, a)
	if err != nil {
		return o, nil, err
	}
	var found bool
	if o.offer, found = chosenOffer(offers, form.What); !found {
		if form.What != "" && !knownProgramme(offers, form.What) {
			return o, nil, fault.Missing("programme to plan visits of")
		}
		wrong("what", "Choose what is to be visited for.")
	}
	if o.picked, err = p.pick(ctx, a, form.Branches); err != nil {
		return o, nil, err
	}
	switch n := len(o.picked); {
	case n == 0:
		wrong("branch", "Choose at least one branch.")
	case n > maxChosen:
		wrong("branch", "Plan at most 500 branches at once.")
	}
	organisation, err := p.branches.Organisation(ctx, a)
	if err != nil {
		return o, nil, err
	}
	o.money = organisation.Currency
	var field, message string
	if o.dues, field, message = duesOf(form, zonesOf(o.picked, organisation.Zone), p.now()); message != "" {
		wrong(field, message)
	}
	if o.fee, message = feeOf(form.Fee, o.money); message != "" {
		wrong("fee", message)
	}
	if form.Shopper != "" {
		o.shopper, err = p.people.Member(ctx, a, form.Shopper)
	}
	return o, bad, err
}

// few is up to how many branches are asked for one by one.
const few = 20

// pick loads the chosen branches, in the order of their codes.
func (p *Pages) pick(ctx context.Context, a auth.Actor, ids []string) ([]org.Branch, error) {
	var picked []org.Branch
	if len(ids) > few {
		wanted := map[string]bool{}
		for _, id := range ids {
			wanted[id] = true
		}
		err := p.walk(ctx, a, org.BranchQuery{Limit: branchPage}, func(b org.Branch) bool {
			if wanted[b.ID] {
				picked = append(picked, b)
			}
			return len(picked) < len(wanted)
		})
		if err == nil && len(picked) < len(wanted) {
			err = fault.Missing("branch")
		}
		return picked, err
	}
	for _, id := range ids {
		b, err := p.branches.Branch(ctx, a, id)
		if err != nil {
			return nil, err
		}
		picked = append(picked, b)
	}
	slices.SortFunc(picked, func(a, b org.Branch) int { return strings.Compare(a.Code, b.Code) })
	return picked, nil
}

// zonesOf lists the time zones of the branches, each once; without branches the organisation's, so that the time can be
// checked all the same.
func zonesOf(picked []org.Branch, zone string) []string {
	zones := map[string]bool{}
	for _, b := range picked {
		zones[b.Zone] = true
	}
	if len(zones) == 0 {
		zones[zone] = true
	}
	return slices.Sorted(maps.Keys(zones))
}

// duesOf reads day and time in each zone: the same clock everywhere, as the shopper at the branch reads it.
func duesOf(form planForm, zones []string, now time.Time) (dues map[string]time.Time, field, message string) {
	if _, err := time.Parse(time.DateOnly, form.Date); err != nil {
		return nil, "due_date", "Choose the day on which the visits are due."
	}
	if _, err := time.Parse("15:04", form.Time); err != nil {
		return nil, "due_time", "Write the time like 20:00."
	}
	dues = map[string]time.Time{}
	for _, z := range zones {
		at, err := time.ParseInLocation("2006-01-02 15:04", form.Date+" "+form.Time, kit.Zone(z))
		switch {
		case err != nil:
			return nil, "due_date", "Choose the day on which the visits are due."
		case !at.After(now):
			return nil, "due_date", "Choose a time that is still to come."
		case at.After(now.AddDate(2, 0, 0)):
			return nil, "due_date", "Choose a time within the next two years."
		}
		dues[z] = at
	}
	return dues, "", ""
}

// feeOf reads an amount in the organisation's currency; an empty one is the programme's.
func feeOf(text, currency string) (minor *int64, message string) {
	if text == "" {
		return nil, ""
	}
	bare := strings.TrimFunc(strings.TrimPrefix(text, currency), func(r rune) bool { return unicode.Is(unicode.Sc, r) || unicode.IsSpace(r) })
	a, err := programme.ParseForm(&programme.Question{Kind: programme.Number}, []string{bare}) // 9,50 as well as 9.50
	if err != nil || a.State != programme.Answered {
		return nil, "Write the fee as an amount, like 9.50."
	}
	unit := programme.DecimalOne
	for range kit.MinorDigits(currency) {
		unit /= 10
	}
	switch {
	case a.Number < 0 || a.Number > 1_000_000*programme.DecimalOne:
		return nil, "The fee is between 0 and 1,000,000."
	case a.Number%unit != 0:
		return nil, "This is finer than " + currency + " can be paid: the smallest amount is " + kit.Money(1, currency) + "."
	}
	n := int64(a.Number / unit)
	return &n, ""
}

func (o *order) pays() int64 {
	if o.fee != nil {
		return *o.fee
	}
	return o.offer.fee()
}

func previewOf(form planForm, o order, say func(string) string) previewView {
	n := len(o.picked)
	view := previewView{
		Chrome: kit.Chrome{Title: say("Plan " + catalogue.Count(n, "visit", "visits")), Styles: []string{"css/desk.css"}}, Form: form, Count: n,
		Programme: o.offer.programme.Name, Scenario: o.offer.scenario.Title, Fee: o.pays(), Total: o.pays() * int64(n), Currency: o.money,
		Branches: o.picked,
	}
	if o.shopper.ID != "" {
		view.Shopper = shopperLabel(o.shopper)
	}
	for _, z := range slices.Sorted(maps.Keys(o.dues)) {
		view.Dues = append(view.Dues, dueView{Zone: z, At: o.dues[z], Count: len(o.in(z))})
	}
	return view
}

// in gives the ids of the chosen branches in a zone.
func (o *order) in(zone string) []string {
	var ids []string
	for _, b := range o.picked {
		if b.Zone == zone {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// plan makes the visits, zone by zone: each has its own instant. When a later zone is refused, the form comes back with
// what is left to do, and says what was done.
func (p *Pages) plan(c echo.Context, a auth.Actor, form planForm, o order) error {
	made := 0
	for _, zone := range slices.Sorted(maps.Keys(o.dues)) {
		ids := o.in(zone)
		vs, err := p.visits.Plan(c.Request().Context(), a, visit.PlanInput{
			Programme: o.offer.programme.ID, Scenario: o.offer.scenario.ID, Branches: ids, Shopper: form.Shopper, Due: o.dues[zone],
			Fee: o.fee, IgnoreRotation: form.Ignore,
		})
		if err != nil {
			return p.refused(c, a, form, made, err)
		}
		made += len(vs)
		form.Branches = slices.DeleteFunc(form.Branches, func(id string) bool { return slices.Contains(ids, id) })
	}
	where := " on the job board."
	if o.shopper.ID != "" {
		where = " planned for " + o.shopper.Alias + "."
	}
	kit.Flash(c, catalogue.Count(made, "visit", "visits")+where)
	return kit.Redirect(c, "/plan")
}

// fields are the use case's names of what this form calls otherwise.
var fields = map[string]string{"programme": "what", "scenario": "what", "branches": "branch", "due": "due_date"}

// refused shows the form again with why the visits cannot be planned.
func (p *Pages) refused(c echo.Context, a auth.Actor, form planForm, made int, err error) error {
	problem := ""
	if made > 0 {
		problem = catalogue.Count(made, "visit was", "visits were") + " planned. What is chosen below is not planned yet."
	}
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		errs := kit.Errors{{Name: "ignore", Message: known.Message + " Choose somebody else, or tick “Plan it all the same”."}}
		return p.formWith(c, a, http.StatusConflict, form, errs, problem)
	}
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	for i := range errs {
		if name, other := fields[errs[i].Name]; other {
			errs[i].Name = name
		}
	}
	return p.formWith(c, a, http.StatusUnprocessableEntity, form, errs, problem)
}
