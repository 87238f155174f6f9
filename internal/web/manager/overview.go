package manager

import (
	"cmp"
	"slices"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// overviewView is what a manager reads first: three sentences, who is probably below, who changed beyond luck, and where
// the next visits would tell most.
type overviewView struct {
	compareHead
	Below    []finding
	BelowOf  int // in all
	Lines    []finding
	LinesOf  int
	Moved    []finding
	MovedOf  int
	Before   string // the window before, in words
	All      string // address of all branches, the weakest first
	Every    string // address of how every standard is met
	Change   string // address
	NoChange string // why nothing is compared
	Luck     string // what luck does to the weakest
	Adjusted bool
	Compared int // branches with visits in both windows
	Next     []finding
	NextSays string
	Sure     string // address
}

// finding is one line of a list: a branch, what is said of it, and why.
type finding struct {
	Name, Href string
	What       string // two or three words
	Standard   string // or the title of the standard that is meant
	Why        string // a sentence
	Tone       string // class
}

// few is how many lines a list of the overview has.
const few = 6

var overviewPage = kit.NewPage[overviewView]("manager/overview")

func (p *Pages) overview(c echo.Context, a auth.Actor) error {
	ch, r, head, err := p.head(c, a, comparePath, "Overview")
	if err != nil {
		return err
	}
	view := overviewView{
		compareHead: head, All: ch.address(branchesPath, "order", weakestFirst), Every: ch.address(standardsPath, "order", weakestFirst),
		Change: ch.address(changePath), Sure: ch.address(surePath),
	}
	if r == nil || head.Nothing != "" || head.Quiet {
		return overviewPage.Render(c, head.status(), view)
	}
	view.below(&ch, r)
	if err := p.moved(c, a, &ch, &view, r); err != nil {
		return err
	}
	next, err := p.reports.Next(c.Request().Context(), a, ch.query())
	if err != nil {
		return err
	}
	view.next(&ch, r, &next)
	return overviewPage.Render(c, head.status(), view)
}

// below lists branches whose score is probably below, surest first, then standards of branches that are.
func (v *overviewView) below(ch *choice, r *report.Comparison) {
	var scores, lines surest
	for i := range r.Result.Branches {
		b := &r.Result.Branches[i]
		if b.Score.Status == compare.Below && scores.wants(b.Score.PBelow) {
			scores.take(lagging{name: r.Places[b.ID].Name, p: b.Score.PBelow, row: b})
		}
		for _, lag := range b.Behind {
			if lines.wants(lag.Sure) {
				lines.take(lagging{name: r.Places[b.ID].Name, standard: r.Result.Standards[lag.Standard].Title, p: lag.Sure, row: b, of: lag.Standard})
			}
		}
	}
	v.BelowOf, v.LinesOf = scores.all, lines.all
	for _, f := range scores.best {
		v.Below = append(v.Below, finding{
			Name: f.name, Href: branchHref(ch, f.row.ID), What: percent(f.row.Score.EstimateBP), Why: scoreSentence(&f.row.Score, r.Result.TargetBP), Tone: "below",
		})
	}
	for _, f := range lines.best {
		v.Lines = append(v.Lines, finding{
			Name: f.name, Href: branchHref(ch, f.row.ID) + "#s-" + r.Result.Standards[f.of].ID, Standard: f.standard, Why: prose(f.row.Outcomes[f.of].Sentence()), Tone: "below",
		})
	}
}

// lagging is a branch that is probably below: by its score, or by one standard.
type lagging struct {
	name, standard string
	p              float64 // how sure that is
	row            *compare.BranchRow
	of             int // number of the standard
}

// surest counts all that it is given and keeps the few of which one is surest, in order: a large network has ten thousand
// that are below, and nobody reads a sentence about each.
type surest struct {
	all  int
	best []lagging
}

// wants counts one and reports whether it may be among the surest.
func (s *surest) wants(p float64) bool {
	s.all++
	return len(s.best) < few || p >= s.best[few-1].p
}

func (s *surest) take(f lagging) {
	at, _ := slices.BinarySearchFunc(s.best, f, func(a, b lagging) int {
		return cmp.Or(-cmp.Compare(a.p, b.p), cmp.Compare(a.name, b.name), cmp.Compare(a.standard, b.standard), -1)
	})
	if at < few {
		s.best = slices.Insert(s.best, at, f)
		s.best = s.best[:min(few, len(s.best))]
	}
}

// moved lists who changed beyond luck.
func (p *Pages) moved(c echo.Context, a auth.Actor, ch *choice, v *overviewView, r *report.Comparison) error {
	change, err := p.reports.Change(c.Request().Context(), a, ch.query())
	if err != nil {
		return err
	}
	v.Before, v.NoChange, v.Adjusted = monthsText(change.Before), prose(change.Declined), change.Adjusted
	v.MovedOf, v.Compared = len(change.Listed), len(change.Rows)
	for i := range change.Rows {
		m := &change.Rows[i]
		if !m.Listed || len(v.Moved) >= few {
			continue
		}
		v.Moved = append(v.Moved, moveFinding(ch, m, r.Places[m.Branch].Name))
	}
	for _, g := range change.Picked {
		v.Luck = prose(g.Luck.Sentence())
		break
	}
	return nil
}

func moveFinding(ch *choice, m *compare.Move, name string) finding {
	f := finding{Name: name, Href: branchHref(ch, m.Branch), What: "▲ up " + tenths(m.Change) + " points", Tone: "above", Why: prose(m.Sentence(aside(name)))}
	if m.Change < 0 {
		f.What, f.Tone = "▼ down "+tenths(-m.Change)+" points", "below"
	}
	return f
}

// next says where the next visits would tell most.
func (v *overviewView) next(ch *choice, r *report.Comparison, n *report.Next) {
	if !n.Known {
		v.NextSays = "That cannot be told yet: there is no target for the score, or too few visits to know how much they differ."
		return
	}
	for _, x := range n.Visits[:min(few, len(n.Visits))] {
		if x.Worth < 0.05 {
			break // less than a tenth of a point: not worth a journey
		}
		v.Next = append(v.Next, finding{
			Name: r.Places[x.Branch].Name, Href: branchHref(ch, x.Branch), What: catalogue.Count(x.Visits, "visit", "visits"),
			Why: "Should make the verdict " + pointsLess(x.Worth) + " on average.",
		})
	}
	if len(v.Next) == 0 {
		v.NextSays = "No branch stands out: a few more visits would change no decision. Send them by turns."
	}
}
