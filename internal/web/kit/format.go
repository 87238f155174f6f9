package kit

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a machine without zone files must still know the branches' zones

	"plainclothes/internal/catalogue"
)

// zones remembers loaded zones: a page may format a hundred times in one.
var zones sync.Map

// Zone loads an IANA zone; one that is not known, or "", is UTC.
func Zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		if loc, ok := z.(*time.Location); ok {
			return loc
		}
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, loc)
	return loc
}

// Date writes "21 Nov 2026" in an IANA zone; a zero time is "".
func Date(t time.Time, zone string) string { return layoutTime(t, zone, "2 Jan 2006") }

// Clock writes "14:32" in an IANA zone.
func Clock(t time.Time, zone string) string { return layoutTime(t, zone, "15:04") }

// DateTime writes "21 Nov 2026, 14:32" in an IANA zone.
func DateTime(t time.Time, zone string) string { return layoutTime(t, zone, "2 Jan 2006, 15:04") }

func layoutTime(t time.Time, zone, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(Zone(zone)).Format(layout)
}

// when is DateTime as a <time> element.
func when(t time.Time, zone string) template.HTML {
	if t.IsZero() {
		return ""
	}
	local := t.In(Zone(zone))
	//nolint:gosec // digits, letters and colons of our own making
	return template.HTML(`<time datetime="` + local.Format(time.RFC3339) + `">` + local.Format("2 Jan 2006, 15:04") + `</time>`)
}

// Ago says how long before now t was: "just now", "5 minutes ago", "3 days ago".
func Ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return catalogue.Count(int(d/time.Minute), "minute", "minutes") + " ago"
	case d < 24*time.Hour:
		return catalogue.Count(int(d/time.Hour), "hour", "hours") + " ago"
	}
	return catalogue.Count(int(d/(24*time.Hour)), "day", "days") + " ago"
}

// UpTo writes a count that stops at the longest list: "200+".
func UpTo(n, most int) string {
	if n >= most {
		return strconv.Itoa(most) + "+"
	}
	return strconv.Itoa(n)
}

// Percent writes basis points as percent with one decimal, halves away from zero: 6895 is "69.0%".
func Percent(bp int) string { return tenths(bp, 10) + "%" }

// Points writes hundredths of a point with as many decimals as it needs: 500 is "5", 250 is "2.5".
func Points(hundredths int) string {
	s := decimal(int64(hundredths), 2)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// tenths divides by unit, rounds half away from zero and writes one decimal.
func tenths(n, unit int) string {
	sign := ""
	if n < 0 {
		sign, n = "−", -n
	}
	n = (n + unit/2) / unit
	if n == 0 {
		sign = ""
	}
	return sign + strconv.Itoa(n/10) + "." + strconv.Itoa(n%10)
}

// minorDigits are the ISO 4217 currencies whose minor unit is not a hundredth.
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// signs are the currencies whose sign nobody mistakes for another's.
var signs = map[string]string{"EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}

// MinorDigits gives how many decimals a currency's minor unit has.
func MinorDigits(currency string) int {
	if n, ok := minorDigits[currency]; ok {
		return n
	}
	return 2
}

// Money writes an amount in minor units with its ISO 4217 currency: 650 EUR is "€6.50", 650 USD is "USD 6.50".
func Money(minor int64, currency string) string {
	text := decimal(minor, MinorDigits(currency))
	if s, ok := signs[currency]; ok {
		if neg, ok := strings.CutPrefix(text, "−"); ok {
			return "−" + s + neg
		}
		return s + text
	}
	return strings.TrimSpace(currency + " " + text)
}

// decimal writes n with a point before its last digits.
func decimal(n int64, digits int) string {
	sign, u := "", uint64(n) //nolint:gosec // a negative number is turned round below
	if n < 0 {
		sign, u = "−", -u
	}
	if digits == 0 {
		return sign + strconv.FormatUint(u, 10)
	}
	s := fmt.Sprintf("%0*d", digits+1, u)
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}
