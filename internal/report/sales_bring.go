package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/tablefile"
)

// SalesRow is what a file of sales does with one branch's week.
type SalesRow struct {
	Line       int
	Code, Name string // of the branch, the code as it stands in the file
	Week       string
	Action     org.Action
	Parts      []SalesPart // what changes; where a week is added, its sales
}

// SalesPart is one number of a branch's week, before and after; "" is none.
type SalesPart struct{ Name, Was, Now string }

// SalesPreview is what a file of sales would do, or did.
type SalesPreview struct {
	Rows       []SalesRow          // what is added or changed, the first 200 of it, by line
	Errors     []tablefile.Problem // the first 50, by line; nothing is taken in while there is one
	ErrorCount int
	Adds       int
	Changes    int
	Unchanged  int
	Stay       int // weeks of branches that are there and that the file does not speak of
	// Seen names exactly these changes. Who takes the file in hands it back, so that nobody agrees to what he has not seen.
	Seen string
}

// mostSalesRows is how many rows a preview lists.
const mostSalesRows = 200

// salesPlan is a file of sales worked out.
type salesPlan struct {
	SalesPreview
	rows []Sale // to be kept
}

// PreviewSales says what a file of sales would add and change, and everything that is wrong with it. Branches are named by their
// codes. The error is for a file that is no use at all: too large, not text.
func (s *Service) PreviewSales(ctx context.Context, a auth.Actor, r io.Reader) (SalesPreview, error) {
	if !a.May(auth.BranchesEdit) {
		return SalesPreview{}, fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	var p salesPlan
	err := s.repo.View(ctx, a.Org, func(tx Tx) (err error) {
		p, err = planSales(ctx, tx, a.Org, r)
		return err
	})
	return p.SalesPreview, wrap("look at sales", err)
}

// ImportSales does all that PreviewSales of the same file said, or nothing, and works out for every programme whether sales move with
// its score. seen is what that preview said; where the file would do something else by now, the preview tells what, and the error is
// Conflict. While the file has errors the preview lists them, and the error is Invalid. lag, 0 to 3, is how many periods of four weeks
// sales follow after. A file that changes nothing is none of these: the link alone is worked out again.
func (s *Service) ImportSales(ctx context.Context, a auth.Actor, lag int, seen string, r io.Reader) (SalesPreview, error) {
	if !a.May(auth.BranchesEdit) {
		return SalesPreview{}, fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	if lag < 0 || lag > 3 {
		return SalesPreview{}, fault.New(fault.Invalid, "Choose 0 to 3 periods of four weeks.")
	}
	var p salesPlan
	err := s.repo.InTx(ctx, a.Org, func(tx Tx) (err error) {
		if err := tx.LockSales(ctx, a.Org); err != nil {
			return err
		}
		if p, err = planSales(ctx, tx, a.Org, r); err != nil {
			return err
		}
		return s.takeSales(ctx, tx, a, lag, seen, &p)
	})
	if err != nil {
		return p.SalesPreview, wrap("import sales", err)
	}
	return p.SalesPreview, wrap("work out sales", s.Relink(ctx, a, lag))
}

// takeSales writes a plan down, if it is the one that was seen.
func (s *Service) takeSales(ctx context.Context, tx Tx, a auth.Actor, lag int, seen string, p *salesPlan) error {
	switch {
	case p.ErrorCount > 0:
		return fault.New(fault.Invalid, "Nothing was brought in: the file still has mistakes.")
	case len(p.rows) == 0:
		return nil
	case seen != p.Seen:
		return fault.New(fault.Conflict, "Nothing was brought in: the file or what is here has changed since you looked. Look again at what it does now.")
	}
	if err := tx.SaveSales(ctx, a.Org, p.rows); err != nil {
		return err
	}
	branches := map[string]bool{}
	for i := range p.rows {
		branches[p.rows[i].Branch] = true
	}
	change, err := event.New(a.Member, "sales.imported", "organisation", a.Org, map[string]int{"lines": len(p.rows), "branches": len(branches), "lag": lag})
	if err != nil {
		return err
	}
	return tx.Append(ctx, a.Org, s.now(), change)
}

// planSales holds a file against the branches and against the sales that are there.
func planSales(ctx context.Context, tx Tx, organisation string, r io.Reader) (p salesPlan, err error) {
	branches, err := tx.Branches(ctx, organisation)
	if err != nil {
		return p, err
	}
	var bad tablefile.Problems
	lines, err := readSales(r, branches, &bad)
	if p.Errors, p.ErrorCount = bad.InOrder(), bad.Total; err != nil || bad.Total > 0 {
		return p, err
	}
	there, err := tx.Sales(ctx, organisation)
	if err != nil {
		return p, err
	}
	p.hold(lines, there)
	p.Seen, err = seenOf(p.rows, there)
	return p, err
}

// hold holds the lines against what is there, both by branch and week.
func (p *salesPlan) hold(lines []saleLine, there []Sale) {
	old := make(map[saleKey]*Sale, len(there))
	for i := range there {
		old[there[i].key()] = &there[i]
	}
	p.Stay = len(there)
	var rows []SalesRow
	for i := range lines {
		l := &lines[i]
		was, known := old[l.key()]
		row := SalesRow{Line: l.line, Code: l.code, Name: l.name, Week: compare.WeekName(l.Week), Action: org.Create}
		switch {
		case !known:
			p.Adds++
			row.Parts = []SalesPart{{Name: salesColumn, Now: plain(l.Amount)}}
		case was.same(&l.Sale):
			p.Stay--
			p.Unchanged++
			continue
		default:
			p.Stay--
			p.Changes++
			row.Action, row.Parts = org.Update, partsOf(was, &l.Sale)
		}
		p.rows, rows = append(p.rows, l.Sale), append(rows, row)
	}
	slices.SortFunc(rows, func(a, b SalesRow) int { return a.Line - b.Line })
	p.Rows = rows[:min(len(rows), mostSalesRows)]
}

// same reports whether two weeks hold the same numbers.
func (s *Sale) same(o *Sale) bool { return s.Amount == o.Amount && maps.Equal(s.Controls, o.Controls) }

// partsOf are the numbers of a week that are not what they were.
func partsOf(was, now *Sale) (parts []SalesPart) {
	if was.Amount != now.Amount {
		parts = append(parts, SalesPart{salesColumn, plain(was.Amount), plain(now.Amount)})
	}
	names := maps.Clone(was.Controls)
	if names == nil {
		names = map[string]float64{}
	}
	maps.Copy(names, now.Controls)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		p := SalesPart{Name: name}
		if v, ok := was.Controls[name]; ok {
			p.Was = plain(v)
		}
		if v, ok := now.Controls[name]; ok {
			p.Now = plain(v)
		}
		if p.Was != p.Now {
			parts = append(parts, p)
		}
	}
	return parts
}

// plain writes a number as a file has it.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// seenOf is a name for exactly these changes of what is there; the same changes of other numbers have another.
func seenOf(rows, there []Sale) (string, error) {
	hash := sha256.New()
	changed := make(map[saleKey]bool, len(rows))
	for i := range rows {
		changed[rows[i].key()] = true
		if err := rows[i].write(hash); err != nil {
			return "", err
		}
	}
	for i := range there {
		if !changed[there[i].key()] {
			continue
		}
		if err := there[i].write(hash); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16]), nil
}

// write writes all of a week, the same week always alike.
func (s *Sale) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%q %d %v %#v\n", s.Branch, s.Week, s.Amount, s.Controls)
	return err
}
