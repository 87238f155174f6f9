package report

import (
	"io"
	"strconv"
	"strings"

	"plainclothes/internal/compare"
)

// number writes a value with so many decimals; nothing has no sign, however it was rounded.
func number(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// ChangeCSV writes one window against the other: one line a branch, changes in points.
func ChangeCSV(w io.Writer, c *Change) error {
	t := newTable(w, "Branch code", "Branch", "Region", "Window before", "Window", "Visits before", "Visits", "Mean before %", "Mean %", "Change (points)",
		"Believed change (points)", "From (90 % range)", "To (90 % range)", "Chance of as much by luck", "Changed beyond luck", "Adjusted for shoppers and scenarios")
	before, now := c.Before.From+" to "+c.Before.To, c.Window.From+" to "+c.Window.To
	for i := range c.Rows {
		m := &c.Rows[i]
		p := c.Places[m.Branch]
		t.row(p.Code, p.Name, p.Region, before, now, strconv.Itoa(m.Before.N), strconv.Itoa(m.After.N), number(m.Before.Points, 1), number(m.After.Points, 1),
			number(m.Change, 1), number(m.Shrunk, 1), number(m.Range.Lo, 1), number(m.Range.Hi, 1), number(m.P, 4), yesNo(m.Listed), yesNo(c.Adjusted))
	}
	return t.end()
}

// FunnelCSV writes the dots of a funnel: one line a branch. Values are percent.
func FunnelCSV(w io.Writer, f *compare.Funnel, places map[string]Place) error {
	t := newTable(w, "Branch code", "Branch", "Region", "Visits (effective)", "Value %", "Middle %", "Outside the 95 % limits", "Outside the 99.8 % limits",
		"Outside the wider 99.8 % limits", "Chance of as far by luck")
	for i := range f.Dots {
		d := &f.Dots[i]
		p := places[d.Branch]
		t.row(p.Code, p.Name, p.Region, number(d.X, 1), number(d.Y, 1), number(f.Centre, 1), yesNo(d.Outside95), yesNo(d.Outside998), yesNo(d.Unusual), number(d.P, 4))
	}
	return t.end()
}

// DriversCSV writes what the overall mark hangs together with: one line a standard.
func DriversCSV(w io.Writer, d *Drivers) error {
	t := newTable(w, "Standard", "Title", "Share of what is explained %", "From % (90 % range)", "To % (90 % range)", "Place", "Place from", "Place to", "Met %", "Importance times room to improve")
	for i := range d.Drivers.Standards {
		x := &d.Drivers.Standards[i]
		t.row(x.ID, x.Title, number(100*x.Part, 1), number(100*x.Range.Lo, 1), number(100*x.Range.Hi, 1), strconv.Itoa(x.Rank), strconv.Itoa(x.RankLo),
			strconv.Itoa(x.RankHi), number(100*x.Share, 1), number(100*x.Priority, 1))
	}
	return t.end()
}

// NextCSV writes where the next visits should go: one line a branch.
func NextCSV(w io.Writer, o *Outlook) error {
	t := newTable(w, "Branch code", "Branch", "Region", "Visits", "Of them for fairness", "Worth")
	for _, v := range o.Next.Plan.Visits {
		p := o.Places[v.Branch]
		t.row(p.Code, p.Name, p.Region, strconv.Itoa(v.Visits), strconv.Itoa(v.Fair), number(v.Worth, 3))
	}
	return t.end()
}

// PartsCSV writes why a branch stands where it stands: one line a standard, in points.
func PartsCSV(w io.Writer, r *BranchReport) error {
	return causesCSV(w, r.Place, r.Causes, "Chance to be behind")
}

// MovedCSV writes why the score of a branch moved since the window before: one line a standard, in points.
func MovedCSV(w io.Writer, r *BranchReport) error {
	return causesCSV(w, r.Place, r.Moved.Causes, "Chance to be met less often than before")
}

// causesCSV writes a difference of scores split into its parts; none are a table without lines.
func causesCSV(w io.Writer, p Place, causes *compare.Causes, chance string) error {
	t := newTable(w, "Branch code", "Branch", "Standard", "Title", "How well (points)", "What was asked (points)", "Named as a cause", chance)
	if causes == nil {
		return t.end()
	}
	for i := range causes.Standards {
		c := &causes.Standards[i]
		sure := ""
		if c.Known {
			sure = number(c.Behind, 3)
		}
		t.row(p.Code, p.Name, c.ID, c.Title, number(c.Performance, 3), number(c.Mix, 3), yesNo(c.Named), sure)
	}
	t.row(p.Code, p.Name, "", "Caps, zeros and bonuses", number(causes.Penalty, 3), "", "", "")
	t.row(p.Code, p.Name, "", "All together", number(causes.Total, 3), "", "", "")
	return t.end()
}

// WatchCSV writes the chart of a branch visit by visit.
func WatchCSV(w io.Writer, r *BranchReport) error {
	t := newTable(w, "Branch code", "Branch", "Date of visit", "Score %", "Distance from what was expected", "Sum", "Alarm at", "Alarm", "Smoothed %")
	for i := range r.Watch.Chart.Points {
		p := &r.Watch.Chart.Points[i]
		t.row(r.Place.Code, r.Place.Name, p.At.Format("2006-01-02"), number(p.Points, 1), number(p.Z, 2), number(p.Sum, 2), number(r.Watch.Limit, 2), yesNo(p.Alarm), number(p.Smooth, 1))
	}
	return t.end()
}

// MissesCSV writes how the misses of the major standards of a branch were counted: one line a standard and visit.
func MissesCSV(w io.Writer, r *BranchReport) error {
	t := newTable(w, "Branch code", "Branch", "Standard", "Title", "Date of visit", "Met", "Points of a miss", "Points after the visit", "Alarm at", "Alarm",
		"Met visits since the miss before")
	for i := range r.Tallies.Standards {
		x := &r.Tallies.Standards[i]
		for _, p := range x.Tally.Points {
			t.row(r.Place.Code, r.Place.Name, x.Standard.ID, x.Standard.Title, p.At.Format("2006-01-02"), yesNo(p.Met), strconv.Itoa(x.Tally.Miss),
				strconv.Itoa(p.Sum), strconv.Itoa(x.Tally.Alarm), yesNo(p.Alarm), strconv.Itoa(p.Since))
		}
	}
	return t.end()
}
