package compare

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// visitColumns are the columns that are not standards.
func visitColumns() []string {
	return []string{"visit", "branch", "region", "format", "shopper", "scenario", "month", "score_bp"}
}

// constant is what a column that the table lacks has in every line.
const constant = "all"

// Visits is what was read of a table of visits: sums by branch, and what was left out.
type Visits struct {
	N        int // lines
	Warnings []string

	standards []Standard
	branches  map[string]*branchVisits
	fair      *FairTable
}

type branchVisits struct {
	Branch
	latest Month // of the region
	scores Scores
	counts []Counts
	mix    *mixRow
}

// mixExact is the unit of the weight shares summed from visits: finer than a rollup's, to stay right to 10⁻⁹ points.
const mixExact = 1e12

// ReadVisits reads one visit a line: visit, branch, region, format, shopper, scenario, month, score_bp, then a column for
// each standard with 1 (Good), 2 (WOW), 0 (not), empty or NA (does not apply, unknown). Columns that are missing are
// taken as constant, columns of no standard are left out and named in Warnings. Visits take a few bytes each, and their
// names, which must differ. An error is [Problems], unless reading itself failed.
func ReadVisits(r io.Reader, standards []Standard) (*Visits, error) {
	t, err := newCSVTable(r)
	if err != nil {
		return nil, err
	}
	v := &Visits{standards: standards, branches: map[string]*branchVisits{}, fair: NewFairTable(standards)}
	if bad := v.checkHeader(t); len(bad) > 0 {
		return nil, bad
	}
	names, bad := nameBook{}, Problems{}
	read := newVisitReader(t, standards)
	for {
		more, err := t.next()
		if err != nil {
			return nil, err
		}
		if !more || bad.full() {
			break
		}
		if name := t.value(read.at.visit); name != "" {
			if first, twice := names.add(name, t.line); twice {
				bad.add(t.line, "visit", "%q already stands in line %d; give each visit one line", name, first)
			}
		}
		v.add(read, &bad)
	}
	if v.N == 0 && len(bad) == 0 {
		bad.add(0, "", "The table has no visits.")
	}
	return v, bad.err()
}

// checkHeader warns of columns that are missing or left out, and refuses a header of which nothing is known: such a table is another
// one, or its first line names no columns.
func (v *Visits) checkHeader(t *csvTable) (bad Problems) {
	if !slices.ContainsFunc(t.header, v.knows) {
		bad.add(1, "", "no column is known; the first line must name them: %s, and the standards", strings.Join(visitColumns(), ", "))
		return bad
	}
	for _, s := range v.standards {
		if !t.has(s.ID) {
			v.Warnings = append(v.Warnings, fmt.Sprintf("The visits have no column for standard %s; it has no visits.", s.ID))
		}
	}
	for _, c := range t.header {
		if !v.knows(c) {
			v.Warnings = append(v.Warnings, fmt.Sprintf("Column %s is no standard of the standards table; it was left out.", c))
		}
	}
	if !t.has("branch") {
		v.Warnings = append(v.Warnings, "The visits have no column branch; all are taken as visits to one branch.")
	}
	if !t.has("score_bp") {
		v.Warnings = append(v.Warnings, "The visits have no column score_bp; there are no scores to compare.")
	}
	return nil
}

// knows reports whether a column is one of visits or of a standard.
func (v *Visits) knows(column string) bool {
	return slices.Contains(visitColumns(), column) || slices.ContainsFunc(v.standards, func(s Standard) bool { return s.ID == column })
}

// visitReader reads the line that its table stands on.
type visitReader struct {
	*csvTable
	standards []Standard
	columns   []int // of each standard, −1 for none
	answers   []Met
	months    map[string]Month                                                             // read before
	at        struct{ visit, branch, region, format, shopper, scenario, month, score int } // columns, −1 for none
}

func newVisitReader(t *csvTable, standards []Standard) *visitReader {
	r := &visitReader{csvTable: t, standards: standards, answers: make([]Met, len(standards)), months: map[string]Month{}}
	for _, s := range standards {
		r.columns = append(r.columns, t.column(s.ID))
	}
	a := &r.at
	a.visit, a.branch, a.region, a.format = t.column("visit"), t.column("branch"), t.column("region"), t.column("format")
	a.shopper, a.scenario, a.month, a.score = t.column("shopper"), t.column("scenario"), t.column("month"), t.column("score_bp")
	return r
}

// word is a value that is the same in every line where the table lacks its column.
func (r *visitReader) word(column int) string {
	if column < 0 {
		return constant
	}
	return r.value(column)
}

// add counts the line that the reader stands on; a line with a problem is not counted.
func (v *Visits) add(r *visitReader, bad *Problems) {
	before := len(*bad)
	month, name := r.month(bad), r.word(r.at.branch)
	score, scored := r.score(bad)
	r.readAnswers(bad)
	switch {
	case name == "":
		bad.add(r.line, "branch", "name the branch")
	case !utf8.ValidString(name): // as JSON, two such names could read alike
		bad.add(r.line, "branch", "%q is not in UTF-8; save the table in that encoding", name)
	}
	if len(*bad) > before {
		return
	}
	b := v.branch(r, name)
	if b.Format != r.word(r.at.format) {
		bad.add(r.line, "format", "branch %s was %q before and is %q here; a branch has one format", name, b.Format, r.word(r.at.format))
		return
	}
	v.N++
	b.place(month, r.word(r.at.region))
	if scored {
		b.scores = b.scores.plus(Scores{N: 1, SumBP: score, SumBP2: score * score})
	}
	b.count(v.standards, r.answers)
	v.remember(r, name, month, score, scored)
}

// remember keeps the visit itself, for what counts by shopper.
func (v *Visits) remember(r *visitReader, branch string, month Month, score int64, scored bool) {
	bp := -1
	if scored {
		bp = int(score)
	}
	v.fair.Add(FairVisit{Branch: branch, Shopper: r.word(r.at.shopper), Scenario: r.word(r.at.scenario), Month: month, ScoreBP: bp, Outcomes: r.answers})
}

func (v *Visits) branch(r *visitReader, name string) *branchVisits {
	if b, ok := v.branches[name]; ok {
		return b
	}
	name = strings.Clone(name)
	b := &branchVisits{Branch: Branch{ID: name, Name: name, Format: strings.Clone(r.word(r.at.format))}}
	b.counts = make([]Counts, len(v.standards))
	b.mix = &mixRow{branch: name, w: make([]int64, len(v.standards)), wr: make([]int64, len(v.standards))}
	v.branches[name] = b
	return b
}

// place keeps the region of the latest month, whatever the order of the lines.
func (b *branchVisits) place(month Month, region string) {
	if b.Region == "" || month > b.latest || month == b.latest && region > b.Region {
		b.latest, b.Region = month, strings.Clone(region)
	}
}

func (r *visitReader) readAnswers(bad *Problems) {
	for k, at := range r.columns {
		r.answers[k] = MetUnknown
		if at < 0 {
			continue
		}
		text := r.row[at]
		if len(text) != 1 {
			text = strings.TrimSpace(text)
		}
		switch text {
		case "", "NA":
		case "0":
			r.answers[k] = MetNot
		case "1":
			r.answers[k] = MetGood
		case "2":
			r.answers[k] = MetWow
		default:
			bad.add(r.line, r.header[at], "%q is not an outcome; write 1 (Good), 2 (WOW), 0 (not met) or nothing", text)
		}
	}
}

func (r *visitReader) month(bad *Problems) Month {
	text := r.value(r.at.month)
	if text == "" {
		return 0
	}
	m, known := r.months[text]
	if known {
		return m
	}
	m, err := ParseMonth(text)
	if err != nil {
		bad.add(r.line, "month", "%s", err)
		return m
	}
	r.months[strings.Clone(text)] = m
	return m
}

func (r *visitReader) score(bad *Problems) (int64, bool) {
	text := r.value(r.at.score)
	if text == "" || text == "NA" {
		return 0, false
	}
	s, err := strconv.ParseInt(text, 10, 64)
	if err != nil || s < 0 || s > 10_000 {
		bad.add(r.line, "score_bp", "%q is not a score; write basis points from 0 to 10000 (8750 is 87.5 %%)", text)
		return 0, false
	}
	return s, true
}

// count adds one visit's outcomes, and each standard's share of the visit's weight.
func (b *branchVisits) count(standards []Standard, answers []Met) {
	total := 0.0
	for k, a := range answers {
		if a != MetUnknown {
			total += standards[k].Weight
		}
	}
	if total > 0 {
		b.mix.visits++
	}
	for k, a := range answers {
		c := &b.counts[k]
		if a == MetUnknown {
			c.NA++
			continue
		}
		share := int64(standards[k].Weight/total*mixExact + 0.5)
		b.mix.w[k] += share
		c.N++
		if a >= MetGood {
			c.X++
			b.mix.wr[k] += share
		}
		if standards[k].WowTargetBP > 0 {
			c.NWow++
			if a == MetWow {
				c.XWow++
			}
		}
	}
}

// Input makes the visits comparable, at the wanted level and with the wanted peers. Scores go up to level C by themselves,
// standards only where it is asked for.
func (v *Visits) Input(wanted Level, peers Peers) Input {
	in := Input{Standards: v.standards, Level: wanted, Peers: peers, Cells: v.fair.Cells()}
	if wanted == LevelC {
		in.Fair = v.fair
	}
	for _, b := range v.sorted() {
		in.Branches = append(in.Branches, b.Branch)
		if b.scores.N > 0 {
			in.Scores = append(in.Scores, ScoreCell{Branch: b.ID, Scores: b.scores})
		}
		for k, c := range b.counts {
			in.Shares = append(in.Shares, ShareCell{Branch: b.ID, Standard: v.standards[k].ID, Counts: c})
		}
	}
	return in
}

// Gaps splits each branch's distance from all the others over the standards.
func (v *Visits) Gaps() []Gap {
	book := newMixBook(len(v.standards))
	for _, b := range v.sorted() {
		book.rows[b.ID] = b.mix
	}
	return book.gaps(v.standards, mixExact)
}

func (v *Visits) sorted() []*branchVisits {
	out := make([]*branchVisits, 0, len(v.branches))
	for _, b := range v.branches {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b *branchVisits) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
