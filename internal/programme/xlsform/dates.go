package xlsform

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Spreadsheets keep a date as a number and a format. They also make dates of words that look like one: "1-5" as the label of a
// choice becomes 5 January. Such a cell is read as the date that it shows, and listed.

// xmlStyles are the formats of numbers, by the styles of cells.
type xmlStyles struct {
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		Format int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

// stylesPart is where they are.
const stylesPart = "xl/styles.xml"

// readStyles finds out which styles show a number as a date or a time.
func (b *book) readStyles() error {
	if b.parts[stylesPart] == nil {
		return nil
	}
	var s xmlStyles
	if err := b.decode(stylesPart, &s); err != nil {
		return err
	}
	own := map[int]bool{}
	for _, f := range s.Formats {
		own[f.ID] = isDateFormat(f.Code)
	}
	b.dates = make([]bool, len(s.Cells))
	for i, c := range s.Cells {
		is, ok := own[c.Format]
		b.dates[i] = ok && is || !ok && isBuiltInDate(c.Format)
	}
	return nil
}

// isBuiltInDate knows the formats of dates and times that every workbook has by number, those of East Asia too.
func isBuiltInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// isDateFormat reports whether a format has a sign for a part of a date, outside of quotes and brackets.
func isDateFormat(code string) bool {
	depth, quoted, skip := 0, false, false
	for _, r := range strings.ToLower(code) {
		switch {
		case skip:
			skip = false
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\\' || r == '_' || r == '*':
			skip = true
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0 && strings.ContainsRune("ymdhs", r):
			return true
		}
	}
	return false
}

// isDate reports whether cells of a style show dates.
func (b *book) isDate(style int) bool { return style >= 0 && style < len(b.dates) && b.dates[style] }

// The days from which workbooks count: most as if 1900 had had a leap day, those of old Macs from 1904.
var (
	dayZero     = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	dayZeroMacs = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
)

// lastDay is 31 December 9999 as a number; what is more is no date.
const lastDay = 2_958_465

// dateText writes a number as the date, the time or both that it stands for; "" when it stands for none.
func (b *book) dateText(v string) string {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || n < 0 || n > lastDay || math.IsNaN(n) {
		return ""
	}
	zero := dayZero
	if b.since1904 {
		zero = dayZeroMacs
	}
	days, part := math.Modf(n)
	at := zero.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86_400)) * time.Second)
	switch {
	case n < 1:
		return at.Format("15:04")
	case part == 0:
		return at.Format(time.DateOnly)
	}
	return at.Format("2006-01-02 15:04")
}
