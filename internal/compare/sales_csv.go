package compare

import (
	"cmp"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SalesTable is what was read of a table of sales: a cell a branch and week, by branch, then week.
type SalesTable struct {
	Cells    []SalesCell
	Controls []string       // names of the other columns, whose numbers are in each cell's Controls
	First    map[string]int // line in which a branch stands first, to name where one is unknown
}

const mostSales = 5_000_000

// ReadSales reads the columns branch, week and sales, one branch and week a line; every further column holds numbers to allow
// for, such as days open. A week is written 2026-W37, or as any date in it, 2026-09-07. Periods of the cells are those of
// [WeekOf]. An error is [Problems], unless reading itself failed.
func ReadSales(r io.Reader) (SalesTable, error) {
	t, err := newCSVTable(r)
	if err != nil {
		return SalesTable{}, err
	}
	s := SalesTable{First: map[string]int{}}
	if bad := s.columns(t); len(bad) > 0 {
		return SalesTable{}, bad
	}
	bad, first := Problems{}, map[salesKey]int{}
	for {
		more, err := t.next()
		if err != nil {
			return SalesTable{}, err
		}
		if !more || bad.full() {
			break
		}
		before := len(bad)
		c := s.cell(t, &bad)
		if len(bad) > before {
			continue
		}
		if line, twice := first[c.key()]; twice {
			bad.add(t.line, "week", "%s has sales for this week in line %d already; give each branch and week one line", c.Branch, line)
			continue
		}
		first[c.key()] = t.line
		if _, known := s.First[c.Branch]; !known {
			s.First[c.Branch] = t.line
		}
		if s.Cells = append(s.Cells, c); len(s.Cells) > mostSales {
			bad.add(t.line, "", "more than %d lines; split the table", mostSales)
			break
		}
	}
	if len(s.Cells) == 0 && len(bad) == 0 {
		bad.add(0, "", "The table has no sales.")
	}
	slices.SortFunc(s.Cells, bySalesKey)
	return s, bad.err()
}

func bySalesKey(a, b SalesCell) int {
	return cmp.Or(strings.Compare(a.Branch, b.Branch), cmp.Compare(a.Period, b.Period))
}

// columns checks the header and names the controls.
func (s *SalesTable) columns(t *csvTable) Problems {
	var bad Problems
	for _, c := range []string{"branch", "week", "sales"} {
		if !t.has(c) {
			bad.add(1, c, "this column is missing; the table needs branch, week, sales")
		}
	}
	for _, c := range t.header {
		switch c {
		case "branch", "week", "sales":
		case "":
			bad.add(1, "", "a column has no name; name it or leave it out")
		default:
			s.Controls = append(s.Controls, c)
		}
	}
	return bad
}

func (s *SalesTable) cell(t *csvTable, bad *Problems) SalesCell {
	c := SalesCell{Branch: strings.Clone(t.cell("branch"))}
	if c.Branch == "" {
		bad.add(t.line, "branch", "name the branch")
	}
	week, ok := parseWeek(t.cell("week"))
	if !ok {
		bad.add(t.line, "week", "%q is not a week; write it like 2026-W37, or a date in it like 2026-09-07", t.cell("week"))
	}
	c.Period = week
	c.Sales = number(t, "sales", bad)
	if c.Sales < 0 {
		bad.add(t.line, "sales", "%q is below nothing; leave the line out", t.cell("sales"))
	}
	for _, name := range s.Controls {
		c.Controls = append(c.Controls, number(t, name, bad))
	}
	return c
}

// number reads a plain number with a point for decimals.
func number(t *csvTable, column string, bad *Problems) float64 {
	text := t.cell(column)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e15 || strings.ContainsAny(text, "xXpP_") {
		bad.add(t.line, column, "%q is not a number; write it like 12345.60, without spaces, separators or currency", text)
		return 0
	}
	return v
}

var isoWeek = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// parseWeek reads "2026-W37" or a date.
func parseWeek(text string) (int, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return WeekOf(day), day.Year() >= 1970
	}
	m := isoWeek.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	year, _ := strconv.Atoi(m[1])
	week, _ := strconv.Atoi(m[2])
	monday := mondayOf(time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)).AddDate(0, 0, 7*(week-1)) // the 4th of January is in week 1
	y, w := monday.ISOWeek()
	return WeekOf(monday), year >= 1970 && y == year && w == week
}

func mondayOf(day time.Time) time.Time {
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// WeekOf numbers the weeks from Monday to Sunday, by the date as written in its own zone; weeks that follow each other have
// numbers that do.
func WeekOf(day time.Time) int {
	y, m, d := day.Date()
	const mondayZero = 4 // 5 January 1970 was a Monday
	days := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86_400) - mondayZero
	return int(math.Floor(float64(days) / 7))
}

// WeekName writes a week's number as "2026-W37".
func WeekName(week int) string {
	y, w := time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week).ISOWeek()
	return strconv.Itoa(y) + "-W" + strconv.Itoa(100 + w)[1:]
}

// ByWeeks puts so many weeks together into one period: sales, and what is allowed for, are added up, and a branch's period in
// which a week is missing is left out, because part of its sales would look like a fall. Scores are added up.
func ByWeeks(sales []SalesCell, scores []PeriodScore, weeks int) ([]SalesCell, []PeriodScore) {
	if weeks <= 1 {
		return sales, scores
	}
	period := func(week int) int { return int(math.Floor(float64(week) / float64(weeks))) }
	seen, sums := map[salesKey]int{}, map[salesKey]*SalesCell{}
	for _, c := range slices.SortedFunc(slices.Values(sales), bySalesKey) {
		k := salesKey{c.Branch, period(c.Period)}
		if sums[k] == nil {
			sums[k] = &SalesCell{Branch: c.Branch, Period: k.period, Controls: make([]float64, len(c.Controls))}
		}
		sums[k].Sales += c.Sales
		for i := range min(len(c.Controls), len(sums[k].Controls)) {
			sums[k].Controls[i] += c.Controls[i]
		}
		seen[k]++
	}
	var out []SalesCell
	for k, c := range sums {
		if seen[k] == weeks {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, bySalesKey)
	var coarse []PeriodScore
	for _, s := range scores {
		coarse = append(coarse, PeriodScore{Branch: s.Branch, Period: period(s.Period), Scores: s.Scores})
	}
	return out, coarse
}
