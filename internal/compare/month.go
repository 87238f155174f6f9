package compare

import (
	"errors"
	"fmt"
	"strconv"
)

// Month is a calendar month in the organisation's zone. Months order by <; the zero Month is none.
type Month int

// ParseMonth reads "2026-09".
func ParseMonth(s string) (Month, error) {
	if len(s) != 7 || s[4] != '-' {
		return 0, fmt.Errorf("%q is not a month; write it like 2026-09", s)
	}
	year, errY := strconv.ParseUint(s[:4], 10, 16)
	month, errM := strconv.ParseUint(s[5:], 10, 8)
	if errY != nil || errM != nil || year == 0 || month < 1 || month > 12 {
		return 0, fmt.Errorf("%q is not a month; write it like 2026-09", s)
	}
	return Month(int(year)*12 + int(month) - 1), nil
}

// String writes "2026-09", empty for none.
func (m Month) String() string {
	if m <= 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1)
}

// Window is a run of months, both ends included.
type Window struct{ From, To Month }

// longest is the longest free window: ten years.
const longest = 120

// MonthRange is a free window of months written like "2026-09". Its errors are whole sentences for the person who asked.
func MonthRange(from, to string) (Window, error) {
	a, errA := ParseMonth(from)
	b, errB := ParseMonth(to)
	switch {
	case errA != nil || errB != nil:
		return Window{}, errors.Join(errA, errB)
	case a > b:
		return Window{}, fmt.Errorf("the window ends (%s) before it begins (%s)", b, a)
	case int(b-a) >= longest:
		return Window{}, fmt.Errorf("%s to %s is longer than ten years; choose less", a, b)
	}
	return Window{From: a, To: b}, nil
}

// Has tells whether the month is in the window.
func (w Window) Has(m Month) bool { return m >= w.From && m <= w.To }

// Before is the window of the same length that ends where this one begins.
func (w Window) Before() Window {
	length := w.To - w.From + 1
	return Window{From: w.From - length, To: w.From - 1}
}

// Months lists the window's months in order.
func (w Window) Months() []Month {
	var out []Month
	for m := w.From; m <= w.To; m++ {
		out = append(out, m)
	}
	return out
}
