package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"plainclothes/internal/compare"
)

// LeagueCSV writes the league table: one line a branch, best first. Scores are percentages with one decimal.
func LeagueCSV(w io.Writer, c *Comparison) error {
	t := newTable(w, "Branch code", "Branch", "Region", "Format", "Visits", "Mean score %", "Expected score %", "From % (90 % range)", "To % (90 % range)",
		"Target %", "Against the target", "Place", "Place from", "Place to")
	for i := range c.Result.Branches {
		b := &c.Result.Branches[i]
		p, s := c.Places[b.ID], &b.Score
		t.row(p.Code, p.Name, p.Region, p.Format, strconv.Itoa(s.N), score(s.N > 0, s.MeanBP), score(s.N > 0, s.EstimateBP),
			score(s.HasRange, s.LoBP), score(s.HasRange, s.HiBP), score(c.Result.TargetBP > 0, float64(c.Result.TargetBP)), s.Verdict(),
			place(c, s, s.Place.Expected), place(c, s, float64(s.Place.Lo)), place(c, s, float64(s.Place.Hi)))
	}
	return t.end()
}

// place writes a place where places may be shown.
func place(c *Comparison, s *compare.ScoreEstimate, rank float64) string {
	if !c.Result.ShowPlaces || !s.HasPlace {
		return ""
	}
	return strconv.FormatFloat(math.Floor(rank+0.5), 'f', 0, 64)
}

// StandardsCSV writes the counts behind the heat map: one line a branch and standard.
func StandardsCSV(w io.Writer, c *Comparison) error {
	t := newTable(w, standardColumns...)
	for i := range c.Result.Branches {
		b := &c.Result.Branches[i]
		for k := range b.Outcomes {
			t.row(standardLine(c.Places[b.ID], &c.Result.Standards[k], &b.Outcomes[k])...)
		}
	}
	return t.end()
}

// standardColumns head the lines of standardLine.
var standardColumns = []string{
	"Branch code", "Branch", "Region", "Standard", "Title", "Visits judged", "Met (Good or WOW)", "Met %", "Partly met", "Does not apply", "Unknown",
	"Visits that offered WOW", "WOW", "Target for Good %", "Target for WOW %", "State",
}

func standardLine(p Place, s *compare.Standard, o *compare.Outcome) []string {
	return []string{
		p.Code, p.Name, p.Region, s.ID, s.Title, strconv.Itoa(o.N), strconv.Itoa(o.X), rate(o.X, o.N), strconv.Itoa(o.Partial), strconv.Itoa(o.NA),
		strconv.Itoa(o.Unknown), strconv.Itoa(o.NWow), strconv.Itoa(o.XWow), score(s.GoodTargetBP > 0, float64(s.GoodTargetBP)),
		score(s.WowTargetBP > 0, float64(s.WowTargetBP)), strings.ReplaceAll(o.Status.String(), "_", " "),
	}
}

// HeatCSV writes the heat map: one line a branch, one column a standard with the share of visits that met it in percent.
func HeatCSV(w io.Writer, c *Comparison) error {
	header := []string{"Branch code", "Branch", "Region"}
	for _, s := range c.Result.Standards {
		header = append(header, s.Title+" %")
	}
	t := newTable(w, append(header, "Mean score %")...)
	for i := range c.Result.Branches {
		b := &c.Result.Branches[i]
		p := c.Places[b.ID]
		line := []string{p.Code, p.Name, p.Region}
		for k := range b.Outcomes {
			line = append(line, rate(b.Outcomes[k].X, b.Outcomes[k].N))
		}
		t.row(append(line, score(b.Score.N > 0, b.Score.MeanBP))...)
	}
	return t.end()
}

// BranchCSV writes the standards of one branch.
func BranchCSV(w io.Writer, r *BranchReport) error {
	t := newTable(w, standardColumns...)
	for i := range r.Standards {
		l := &r.Standards[i]
		s := compare.Standard{ID: l.Standard.ID, Title: l.Standard.Title, GoodTargetBP: l.Standard.GoodTargetBP, WowTargetBP: l.Standard.WowTargetBP}
		t.row(standardLine(r.Place, &s, &l.Outcome)...)
	}
	return t.end()
}

// MonthsCSV writes the year of one branch, month by month.
func MonthsCSV(w io.Writer, r *BranchReport) error {
	t := newTable(w, "Branch code", "Branch", "Month", "Visits", "Mean score %", "From % (90 % range)", "To % (90 % range)")
	for _, m := range r.Year.Branches[r.Branch].Months {
		t.row(r.Place.Code, r.Place.Name, m.Month.String(), strconv.Itoa(m.N), score(m.N > 0, m.MeanBP), score(m.HasRange, m.LoBP), score(m.HasRange, m.HiBP))
	}
	return t.end()
}

// VisitsCSV writes published visits.
func VisitsCSV(w io.Writer, rows []Row) error {
	t := newTable(w, "Visit", "Branch code", "Branch", "Region", "Programme", "Version", "Scenario", "Date of visit", "Published", "Shopper (another name every visit)",
		"Score %", "Final score %", "Level")
	for i := range rows {
		r := &rows[i]
		t.row(r.ID, r.BranchCode, r.BranchName, r.RegionName, r.ProgrammeName, strconv.Itoa(r.Version), r.Scenario, r.VisitedOn,
			r.Published.Format("2006-01-02"), r.Pseudonym, percent(r.ScoreBP), percent(r.FinalBP), r.Level.Words())
	}
	return t.end()
}

// percent writes basis points as percent with one decimal, rounded half up; "" for none.
func percent(bp *int) string {
	if bp == nil {
		return ""
	}
	return score(true, float64(*bp))
}

// score writes basis points as percent with one decimal, rounded half up; "" where there is none.
func score(known bool, bp float64) string {
	if !known {
		return ""
	}
	return strconv.FormatFloat(math.Floor(bp/10+0.5)/10, 'f', 1, 64)
}

// rate is x of n in percent with one decimal, rounded half up; "" without visits.
func rate(x, n int) string {
	if n <= 0 {
		return ""
	}
	tenths := (2000*x + n) / (2 * n)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

// table writes lines of CSV whose cells no spreadsheet takes for a formula.
type table struct{ w *csv.Writer }

func newTable(w io.Writer, header ...string) table {
	t := table{csv.NewWriter(w)}
	t.row(header...)
	return t
}

// row writes one line; an error shows at the end.
func (t table) row(cells ...string) {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Cell(c)
	}
	_ = t.w.Write(safe) // kept by the writer
}

func (t table) end() error {
	t.w.Flush()
	if err := t.w.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// Cell makes a text safe for spreadsheets: what would begin a formula gets an apostrophe in front. A number below zero
// stays a number.
func Cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) && !negative(text) {
		return "'" + text
	}
	return text
}

// negative tells a plain number below zero, such as -3 or -0.25, from what only begins like one.
func negative(text string) bool {
	whole, part, has := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return text[0] == '-' && digits(whole) && (!has || digits(part))
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
