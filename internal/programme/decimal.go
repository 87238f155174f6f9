package programme

import (
	"errors"
	"strconv"
	"strings"
)

// Reasons why a text is no decimal.
var (
	errNoNumber   = errors.New("no number")
	errPlaces     = errors.New("too many decimals")
	errOutOfRange = errors.New("too large")
)

// maxDigits of the whole part: keeps every number far from the edge of 64 bits.
const maxDigits = 12

// parseDecimal reads -12.50 exactly as an integer of 10^-places. Zeros behind the last place are no harm.
func parseDecimal(s string, places int) (int64, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	if !allDigits(whole) || dotted && !allDigits(fraction) {
		return 0, errNoNumber
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > places {
		return 0, errPlaces
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > maxDigits {
		return 0, errOutOfRange
	}
	var n int64
	for _, part := range []string{whole, fraction, strings.Repeat("0", places-len(fraction))} {
		for i := range len(part) {
			n = n*10 + int64(part[i]-'0')
		}
	}
	if negative {
		n = -n
	}
	return n, nil
}

// allDigits reports whether s is one digit or more.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// appendDecimal writes an integer of 10^-places as a plain number without zeros at its end.
func appendDecimal(b []byte, n int64, places int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	unit := int64(1)
	for range places {
		unit *= 10
	}
	b = strconv.AppendInt(b, n/unit, 10)
	rest := n % unit
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for rest > 0 {
		unit /= 10
		b = strconv.AppendInt(b, rest/unit, 10)
		rest %= unit
	}
	return b
}

// String gives the number as a person writes it: "6.5".
func (d Decimal) String() string { return string(appendDecimal(nil, int64(d), 4)) }

// String gives the points as a person writes them: "3.5".
func (p Points) String() string { return string(appendDecimal(nil, int64(p), 2)) }

// ParseDecimal reads a plain number with at most four decimals, such as 12, -3 or 6.5.
func ParseDecimal(s string) (Decimal, bool) {
	n, err := parseDecimal(s, 4)
	return Decimal(n), err == nil
}
