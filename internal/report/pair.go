package report

import (
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// Neighbour is a branch that another one can be held beside.
type Neighbour struct{ ID, Code, Name string }

// Neighbours are the branches that a reader may hold one beside, by name. Many says that they are too many for a list: then one is
// looked for by its name or code.
type Neighbours struct {
	List []Neighbour
	Many bool
}

// Bounds of the lists of branches to choose from.
const (
	mostNeighbours = 200
	mostMatches    = 24
)

// Pairing is two branches side by side, over one window. Without a second one, Matches are those that were meant perhaps; none fits
// where there are none.
type Pairing struct {
	Frame
	Branch     string // id
	Place      Place  // of it
	Neighbours Neighbours
	Matches    []Neighbour
	Rows       []compare.BranchRow // of both, in the order in which they were asked for; nil without a second
	Model      compare.Model
	Pair       compare.Pair
	Declined   string // why they are not compared, a whole sentence
}

// Pair holds a branch beside another one, that is named by its id, by its code or by a part of its name; "" asks only whom it could be
// held beside. The reader sees both, whatever else the query chooses: a region or format would only hide one of them.
func (s *Service) Pair(ctx context.Context, a auth.Actor, branch, other string, q Query) (p Pairing, err error) {
	q.Region, q.Format = "", ""
	err = s.patiently(ctx, a.Org, func(s *Service, tx Tx) error {
		x, err := s.study(ctx, tx, a, auth.ReportRead, q)
		if err != nil {
			return err
		}
		place, err := x.place(ctx, tx, branch)
		if err != nil {
			return err
		}
		b := &place.Branch
		p = Pairing{Frame: x.frame(), Branch: b.ID, Place: Place{Code: b.Code, Name: b.Name, Region: x.regionName(b.Region), Format: b.Format}}
		all := x.beside(b.ID, x.shown)
		p.Neighbours = few(all)
		p.Matches = matching(slices.Collect(all), other)
		if len(p.Matches) != 1 {
			return nil
		}
		return s.pair(ctx, x, b, &p)
	})
	return p, wrap("hold branches side by side", err)
}

// beside are the branches that the reader may hold one beside: open ones of our own among those shown, in no order.
func (x *study) beside(branch string, shown func(*org.Branch) bool) iter.Seq[Neighbour] {
	return func(yield func(Neighbour) bool) {
		for i := range x.counted.Branches {
			b := &x.counted.Branches[i]
			if b.ID != branch && b.Active && b.Kind != org.Competitor && x.reach.Covers(studio.Thing(b)) && shown(b) && !yield(Neighbour{b.ID, b.Code, b.Name}) {
				return
			}
		}
	}
}

func byName(all []Neighbour) {
	alphabet.Sort("", all, func(n *Neighbour) string { return n.Name }, func(n *Neighbour) string { return n.Code + n.ID })
}

// few lists them by name, unless they are too many to choose from.
func few(all iter.Seq[Neighbour]) Neighbours {
	var list []Neighbour
	for n := range all {
		if list = append(list, n); len(list) > mostNeighbours {
			return Neighbours{Many: true}
		}
	}
	byName(list)
	return Neighbours{List: list}
}

// matching are the branches that a text means: the one with this id or code, or else those with it in their name or code.
func matching(all []Neighbour, text string) (found []Neighbour) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return nil
	}
	for _, n := range all {
		if n.ID == text || strings.ToLower(n.Code) == text || strings.ToLower(n.Name) == text {
			found = append(found, n)
		}
	}
	if len(found) == 0 {
		for _, n := range all {
			if strings.Contains(strings.ToLower(n.Name), text) || strings.Contains(strings.ToLower(n.Code), text) {
				found = append(found, n)
			}
		}
	}
	byName(found)
	return found[:min(len(found), mostMatches)]
}

// pair compares the two, as the comparison of all branches has them.
func (s *Service) pair(ctx context.Context, x *study, b *org.Branch, p *Pairing) error {
	if !b.Active || b.Kind == org.Competitor {
		p.Declined = b.Name + " is closed, or none of your own, so it is compared with nobody."
		return nil
	}
	other := p.Matches[0].ID
	result, err := s.compared(ctx, x.tx, &x.desk, &x.counted, func(k *org.Branch) bool { return k.ID == b.ID || k.ID == other })
	if err != nil {
		return err
	}
	p.Model = result.Model
	for _, id := range []string{b.ID, other} {
		for i := range result.Branches {
			if result.Branches[i].ID == id {
				p.Rows = append(p.Rows, result.Branches[i])
			}
		}
	}
	if len(p.Rows) < 2 {
		p.Rows, p.Declined = nil, "These two cannot be compared in this programme."
		return nil
	}
	if p.Model.Alike {
		p.Declined = "The branches differ no more than visits of one branch do, so no two of them can be told apart."
		return nil
	}
	one, two := &p.Rows[0], &p.Rows[1]
	if p.Model.Islands > 0 && one.Score.Island != two.Score.Island {
		p.Declined = one.Name + " and " + two.Name + " share no shopper, not even by way of other branches: a strict shopper cannot be told from a weak branch here."
		return nil
	}
	p.Pair = compare.PairOf(&one.Score, &two.Score)
	return nil
}

// PairCSV writes two branches side by side: their scores, then each standard. Shares and scores are percent.
func PairCSV(w io.Writer, p *Pairing) error {
	t := newTable(w, "Branch code", "Branch", "What", "Title", "Visits", "Met (Good or WOW)", "Value %", "From % (90 % range)", "To % (90 % range)", "State")
	for i := range p.Rows {
		b := &p.Rows[i]
		place, e := p.Places[b.ID], &b.Score
		t.row(place.Code, place.Name, "score", "", strconv.Itoa(e.N), "", score(e.N > 0, e.EstimateBP), score(e.HasRange, e.LoBP), score(e.HasRange, e.HiBP), e.Verdict())
		for k := range b.Outcomes {
			o := &b.Outcomes[k]
			t.row(place.Code, place.Name, p.Standards[k].ID, p.Standards[k].Title, strconv.Itoa(o.N), strconv.Itoa(o.X), rate(o.X, o.N), "", "",
				strings.ReplaceAll(o.Status.String(), "_", " "))
		}
	}
	return t.end()
}
