package report

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/tablefile"
)

// Bounds of a file of sales.
const (
	MaxSalesBytes = 16 << 20
	maxSalesLines = 1_000_000
)

// The columns that a file of sales must have; every further one holds numbers to allow for, such as days open.
const (
	branchColumn = "branch"
	weekColumn   = "week"
	salesColumn  = "sales"
)

var salesFile = tablefile.Kind{
	MaxBytes: MaxSalesBytes, TooLarge: "This file is larger than " + strconv.Itoa(MaxSalesBytes>>20) + " MB. Split it by weeks.",
	MaxLines: maxSalesLines, TooLong: "The file has more than " + strconv.Itoa(maxSalesLines) + " lines. Split it by weeks.",
	Empty: "The file is empty. Its first line names the columns: branch, week, sales.",
	Wrong: func(name string) string {
		if name == "" {
			return "A column has no name. Name it, or leave it out."
		}
		return ""
	},
	Needs: [][2]string{
		{branchColumn, "The column “branch” is missing. It holds the codes of the branches."},
		{weekColumn, "The column “week” is missing. It holds weeks such as 2026-W37."},
		{salesColumn, "The column “sales” is missing. It holds numbers such as 12345.60."},
	},
}

// saleLine is one line of a file: a branch's week.
type saleLine struct {
	Sale
	line int
	code string // as it stands in the file
	name string // of the branch
}

// salesReader reads a file of sales, every line of it held against the branches.
type salesReader struct {
	branches codes
	bad      *tablefile.Problems
	lines    []saleLine
	first    map[saleKey]int // line of each branch's week
	unknown  map[string]bool // codes that were named as unknown already
	controls []string
}

type saleKey struct {
	branch string
	week   int
}

func (s *Sale) key() saleKey { return saleKey{s.Branch, s.Week} }

// readSales reads a file of sales for these branches, its lines by branch and week. What is wrong with it is in bad; the error is for
// a file that is no use at all.
func readSales(src io.Reader, branches []org.Branch, bad *tablefile.Problems) ([]saleLine, error) {
	r := salesReader{branches: codesOf(branches), bad: bad, first: map[saleKey]int{}, unknown: map[string]bool{}}
	err := tablefile.Read(src, &salesFile, bad, func(l *tablefile.Line) error {
		if r.controls == nil {
			r.controls = controlsOf(l)
		}
		r.line(l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(r.lines) == 0 && bad.Total == 0 {
		bad.Add(0, "", "The file has no sales below the names of its columns.")
	}
	slices.SortFunc(r.lines, func(a, b saleLine) int { return bySale(&a.Sale, &b.Sale) })
	return r.lines, nil
}

func bySale(a, b *Sale) int {
	if a.Branch != b.Branch {
		return strings.Compare(a.Branch, b.Branch)
	}
	return a.Week - b.Week
}

// controlsOf names the columns beside the three, in order.
func controlsOf(l *tablefile.Line) []string {
	names := []string{}
	for _, c := range l.Columns() {
		if c != branchColumn && c != weekColumn && c != salesColumn {
			names = append(names, c)
		}
	}
	return names
}

// line takes one line, or notes all that is wrong with it.
func (r *salesReader) line(l *tablefile.Line) {
	before := r.bad.Total
	s := saleLine{line: l.Number, code: strings.Clone(l.Cell(branchColumn))}
	b := r.branch(l.Number, s.code)
	s.Branch, s.name = b.ID, b.Name
	week := l.Cell(weekColumn)
	var ok bool
	if s.Week, ok = compare.ParseWeek(week); !ok {
		r.bad.Add(l.Number, weekColumn, "“"+week+"” is not a week. Write it like 2026-W37, or as a date in it like 2026-09-07.")
	}
	s.Amount = r.number(l, salesColumn)
	if s.Amount < 0 {
		r.bad.Add(l.Number, salesColumn, "“"+l.Cell(salesColumn)+"” is below nothing. Leave the line out.")
	}
	s.Controls = make(map[string]float64, len(r.controls))
	for _, name := range r.controls {
		s.Controls[name] = r.number(l, name)
	}
	if r.bad.Total > before || r.unknown[s.code] {
		return
	}
	if first, twice := r.first[s.key()]; twice {
		r.bad.Add(l.Number, weekColumn, "Line "+strconv.Itoa(first)+" has sales of this branch for this week already. Give each branch and week one line.")
		return
	}
	r.first[s.key()] = l.Number
	r.lines = append(r.lines, s)
}

// branch finds a branch of ours by its code. One that is not found is noted where it stands first.
func (r *salesReader) branch(line int, code string) org.Branch {
	b, ok := r.branches.find(code)
	switch {
	case code == "":
		r.bad.Add(line, branchColumn, "Name the branch by its code.")
	case r.unknown[code]:
	case !ok:
		r.unknown[code] = true
		r.bad.Add(line, branchColumn, missing(code))
	case b.Kind == org.Competitor:
		r.unknown[code] = true
		r.bad.Add(line, branchColumn, "“"+code+"” is a competitor’s branch. Sales are kept for your own branches only; leave its lines out.")
	}
	return b
}

// number reads a number without separators of thousands. A comma is the decimal mark where it does not separate cells; a point is one
// anywhere, but not where it might as well stand between thousands.
func (r *salesReader) number(l *tablefile.Line, column string) float64 {
	text := l.Cell(column)
	plain := text
	if l.Commas && !strings.Contains(text, ".") {
		plain = strings.Replace(text, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(plain, 64)
	switch {
	case text == "":
		r.bad.Add(l.Number, column, "There is no number here. Write one, or leave the line out.")
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e15 || strings.ContainsAny(text, "xXpP_"):
		r.bad.Add(l.Number, column, "“"+text+"” is not a number. Write it like 12345.60, without spaces, separators or currency.")
	case l.Commas && thousands(text):
		r.bad.Add(l.Number, column, "“"+text+"” can be read in two ways. Write thousands without a point between them, and decimals after a comma.")
	default:
		return v
	}
	return 0
}

// thousands reports whether the only point of a number may stand between thousands: “1.234”.
func thousands(text string) bool {
	whole, rest, point := strings.Cut(strings.TrimLeft(text, "+-"), ".")
	return point && len(rest) == 3 && len(whole) <= 3 && strings.Trim(whole, "0") != ""
}

// codes finds branches by their codes, in large and small letters alike where only one branch is meant.
type codes struct{ exact, folded map[string]org.Branch }

func codesOf(branches []org.Branch) codes {
	c := codes{map[string]org.Branch{}, map[string]org.Branch{}}
	twice := map[string]bool{}
	for i := range branches {
		b, folded := branches[i], strings.ToLower(branches[i].Code)
		c.exact[b.Code] = b
		if _, there := c.folded[folded]; there {
			twice[folded] = true
		}
		c.folded[folded] = b
	}
	for folded := range twice {
		delete(c.folded, folded)
	}
	return c
}

func (c *codes) find(code string) (org.Branch, bool) {
	if b, ok := c.exact[code]; ok {
		return b, true
	}
	b, ok := c.folded[strings.ToLower(code)]
	return b, ok
}

// missing says that no branch has a code. Which is meant is not guessed: codes are alike.
func missing(code string) string {
	return "No branch has the code “" + code + "”. Use the codes of the list of branches, or add the branch there first."
}
