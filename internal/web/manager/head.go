package manager

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// compareHead is what the pages of the comparison begin with.
type compareHead struct {
	kit.Chrome
	Filters filters
	Parts   []tab
	Nothing string // why there is nothing to compare, a whole sentence; "" when there is
	Where   string // name of the region shown, "" for all that the reader sees
	Partly  bool   // he sees some regions only
	Lead    []string
	Further []string
	Notes   []string
	Quiet   bool // there are branches, but no visit in these months
	Longer  string
	Fair    bool // scores are adjusted for shoppers and scenarios (level C)
	Refused []string
	AsOf    string // when all branches together were looked at, "" for now
}

// status is the answer's: a choice that cannot be is said on the page.
func (h *compareHead) status() int {
	if len(h.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func chromeOf(title string) kit.Chrome {
	return kit.Chrome{Title: title, Styles: []string{"css/charts.css"}}
}

// head compares what the address chooses. Where that cannot be, it compares the usual and says what is wrong with the
// choice; r is nil where there is nothing to compare at all.
func (p *Pages) head(c echo.Context, a auth.Actor, path, title string) (ch choice, r *report.Comparison, h compareHead, err error) {
	ch, err = choose(c)
	var result report.Comparison
	if err == nil {
		result, err = p.reports.Compare(c.Request().Context(), a, ch.query())
	}
	var errs kit.Errors
	wrong := ch
	if bad, ok := kit.FormErrors(err); ok {
		errs, ch = bad, choice{}
		result, err = p.reports.Compare(c.Request().Context(), a, ch.query())
	}
	h = compareHead{Chrome: chromeOf(title), Parts: parts(&ch, path)}
	switch {
	case nothingYet(err, &ch):
		h.Nothing = nothing(err)
		return ch, nil, h, nil
	case err != nil:
		return ch, nil, h, err
	}
	h.fill(a, &ch, path, &result)
	if h.Errors = errs; len(errs) > 0 {
		h.Filters.Open, h.Filters.From, h.Filters.To = true, wrong.From, wrong.To
	}
	return ch, &result, h, nil
}

func (h *compareHead) fill(a auth.Actor, ch *choice, path string, r *report.Comparison) {
	o := offer{r.Programmes, r.Regions, r.Formats, r.Scenarios, r.Window, r.Programme.ID, nil}
	if path == branchesPath {
		o.standards = r.Result.Standards
	}
	h.Filters, h.AsOf = newFilters(*ch, path, o), asOfText(r.AsOf)
	h.Where, h.Partly = whereOf(a, r)
	h.Fair = r.Result.Model.Crossed != nil
	for _, d := range r.Result.Model.Declined {
		h.Refused = append(h.Refused, prose(d.Sentence))
	}
	for _, n := range r.Notes {
		if !slices.Contains(h.Refused, prose(n)) { // said beside the model already
			h.Notes = append(h.Notes, prose(n))
		}
	}
	h.headline(r)
	if len(r.Result.Branches) == 0 {
		h.Nothing = "No branch of yours fits these choices."
		return
	}
	if h.Quiet = r.Result.Headline.Visits == 0 && !counted(r); h.Quiet {
		longer := *ch
		longer.Window = string(report.Last12)
		h.Longer = longer.address(path)
	}
}

// headline takes the first two sentences as the lead, the others below it.
func (h *compareHead) headline(r *report.Comparison) {
	for i, s := range r.Headline {
		if i < 2 {
			h.Lead = append(h.Lead, prose(s))
			continue
		}
		h.Further = append(h.Further, prose(s))
	}
}

// framed is the head of a page that stands in a frame of its own reading, with what [read] found wrong with the choice.
func framed(read compareHead, a auth.Actor, ch *choice, path, title string, f *report.Frame) compareHead {
	h := compareHead{Chrome: chromeOf(title), Parts: parts(ch, path), Notes: f.Notes, Filters: newFilters(*ch, path, offerOf(f)), AsOf: asOfText(f.AsOf)}
	h.Errors = read.Errors
	h.Where, h.Partly = whereOf(a, &report.Comparison{Query: f.Query, Regions: f.Regions})
	if len(f.Places) == 0 {
		h.Nothing = "No branch of yours fits these choices."
	}
	return h
}

// read runs one reading with the address's choice, or with the usual one where the choice cannot be; ok is false where
// there is nothing to read yet, and h says so.
func read[T any](c echo.Context, path, title string, do func(report.Query) (T, error)) (ch choice, v T, h compareHead, ok bool, err error) {
	ch, err = choose(c)
	if err == nil {
		v, err = do(ch.query())
	}
	if bad, wrong := kit.FormErrors(err); wrong {
		h.Errors, ch = bad, choice{}
		v, err = do(ch.query())
	}
	if nothingYet(err, &ch) {
		errs := h.Errors
		h = compareHead{Chrome: chromeOf(title), Parts: parts(&ch, path), Nothing: nothing(err)}
		h.Errors = errs
		return ch, v, h, false, nil
	}
	return ch, v, h, err == nil, err
}

// asOfText is when what is shown was found out: the hour today, and the day before that; "" for now.
func asOfText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("15:04 on 2 January")
}

// tenths writes points without sign and with one decimal where it needs one.
func tenths(points float64) string {
	return strconv.FormatFloat(math.Round(10*math.Abs(points))/10, 'f', -1, 64)
}

// pointsLess says how much less wrong a verdict gets, which is counted in points beyond the standard.
func pointsLess(worth float64) string {
	switch tenths(worth) {
	case "0":
		return "hardly less wrong"
	case "1":
		return "1 point less wrong"
	}
	return tenths(worth) + " points less wrong"
}
