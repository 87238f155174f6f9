package studio

import (
	"time"

	"plainclothes/internal/fault"
)

// Window is a run of calendar months, both ends inside, as "2026-09".
type Window struct{ From, To string }

// monthForm is how months are written.
const monthForm = "2006-01"

// maxMonths bounds a free window: what is asked for must be countable in one go.
const maxMonths = 120

// LastMonths is the window of so many months that ends with the current one, as seen from a date ("2026-11-21").
func LastMonths(today string, months int) Window {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return Window{}
	}
	first := day.AddDate(0, 0, 1-day.Day())
	return Window{From: first.AddDate(0, 1-months, 0).Format(monthForm), To: first.Format(monthForm)}
}

// Check says what is wrong with a window that somebody gave.
func (w Window) Check() error {
	var bad fault.Fields
	from, errFrom := time.Parse(monthForm, w.From)
	to, errTo := time.Parse(monthForm, w.To)
	if errFrom != nil {
		bad.Add("from", "Give the first month as year and month, for example 2026-03.")
	}
	if errTo != nil {
		bad.Add("to", "Give the last month as year and month, for example 2026-11.")
	}
	switch {
	case errFrom != nil || errTo != nil:
	case to.Before(from):
		bad.Add("to", "The last month is before the first one.")
	case !from.AddDate(0, maxMonths, 0).After(to):
		bad.Addf("from", "Choose at most %d months.", maxMonths)
	}
	return bad.Err()
}

// Months lists the months of the window, oldest first; nil for a window that Check refuses.
func (w Window) Months() []string {
	if w.Check() != nil {
		return nil
	}
	var all []string
	at, _ := time.Parse(monthForm, w.From)
	for m := w.From; m <= w.To; m = at.Format(monthForm) {
		all = append(all, m)
		at = at.AddDate(0, 1, 0)
	}
	return all
}

// LastDay is the day whose standards the window is judged by: its last one, or today while the window still runs.
func (w Window) LastDay(today string) string {
	to, err := time.Parse(monthForm, w.To)
	if err != nil {
		return today
	}
	return min(today, to.AddDate(0, 1, -1).Format(time.DateOnly))
}

// Today is the date in an organisation's zone.
func Today(now time.Time, zone string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return now.In(loc).Format(time.DateOnly)
}
