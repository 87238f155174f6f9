package manager

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// misses are the counts of a branch's major standards.
type misses struct {
	Standards []missCount
	Since     string // first day read
	Cut       int    // visits read, where there are more; 0 else
	Nearby    string // how often such counts alarm by luck around here, a sentence
	CSV       string
}

// missCount is one standard.
type missCount struct {
	Title  string
	Drawn  bool
	Why    string // why it is not counted
	Rule   string
	State  string
	Alarms []string // days, the latest ones
	Asked  string
	Gaps   chart.Gaps
	Rows   []missRow
	Files  take
}

// missRow is one gap as a line of the table.
type missRow struct{ Miss, Met string }

// alarmsNamed is how many alarms of a standard a page names.
const alarmsNamed = 3

func newMisses(ch *choice, r *report.BranchReport) misses {
	t := &r.Tallies
	m := misses{Since: dayOf(t.From), CSV: ch.address(branchesPath+"/"+r.Branch+"/csv", "table", "misses")}
	for i := range t.Standards {
		m.Standards = append(m.Standards, newMissCount(ch, r.Branch, &t.Standards[i]))
	}
	if t.Cut {
		m.Cut = t.Visits
	}
	m.Nearby = nearbyText(&t.Nearby)
	return m
}

// nearbyText says what to expect of all such counts together; one branch alone has said it already.
func nearbyText(n *report.NearbyAlarms) string {
	if n.Branches < 2 {
		return ""
	}
	where := " branches"
	if n.Region != "" {
		where = " branches of " + n.Region
	}
	return "Over the " + strconv.Itoa(n.Branches) + where + " that you see, and " + catalogue.Count(n.Standards, "major standard", "major standards") +
		", expect about " + compare.AlarmsAMonth(n.Monthly) + " when nothing is wrong."
}

func newMissCount(ch *choice, branch string, x *report.StandardTally) missCount {
	t := &x.Tally
	m := missCount{Title: x.Standard.Title, Drawn: t.Drawn, Asked: prose(compare.Percent(x.Standard.GoodTargetBP))}
	if !t.Drawn {
		m.Why = prose(t.Why)
		return m
	}
	m.Rule, m.State = t.Sentence(), t.State()
	for _, at := range t.Alarms[max(0, len(t.Alarms)-alarmsNamed):] {
		m.Alarms = append(m.Alarms, dayOf(at))
	}
	m.Gaps = chart.GapsOf(t, gapDay)
	for i := range t.Gaps {
		m.Rows = append(m.Rows, newMissRow(&t.Gaps[i]))
	}
	m.Files = takeBranch(ch, branch, "", "misses", "standard", x.Standard.ID)
	return m
}

// gapDay names a gap by the miss that ended it.
func gapDay(g compare.TallyGap) string {
	if g.Open {
		return "No miss since"
	}
	return "Miss of " + dayOf(g.At)
}

func newMissRow(g *compare.TallyGap) missRow {
	row := missRow{Miss: dayOf(g.At), Met: strconv.Itoa(g.Met)}
	if g.Open {
		row.Miss = "none since"
	}
	if g.First && g.Met > 0 {
		row.Met = "at least " + row.Met
	}
	return row
}

// missesPicture draws the misses of the standard that the address names.
func missesPicture(c echo.Context, ch *choice, r *report.BranchReport) error {
	for i := range r.Tallies.Standards {
		x := &r.Tallies.Standards[i]
		if x.Standard.ID != ch.Standard {
			continue
		}
		if !x.Tally.Drawn {
			return fault.New(fault.NotFound, orText(x.Tally.Why, "Misses of this standard are not counted yet."))
		}
		g := chart.GapsOf(&x.Tally, gapDay)
		return svg(c, r.Place.Name+" misses "+x.Standard.ID, g.File(r.Place.Name+": "+x.Standard.Title, kit.Say(c, "Met visits between misses, since "+dayOf(r.Tallies.From))))
	}
	return fault.New(fault.NotFound, "Misses are counted of major standards only, and this is none.")
}
