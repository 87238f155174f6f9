package compare

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var isoWeek = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// ParseWeek reads "2026-W37", or any date in it as "2026-09-07" or "7.9.2026"; false for what is none of these.
func ParseWeek(text string) (int, bool) {
	for _, layout := range []string{time.DateOnly, "2.1.2006"} {
		if day, err := time.Parse(layout, text); err == nil {
			return WeekOf(day), day.Year() >= 1970
		}
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

func bySalesKey(a, b SalesCell) int {
	return cmp.Or(strings.Compare(a.Branch, b.Branch), cmp.Compare(a.Period, b.Period))
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
