package compare

import (
	"cmp"
	"slices"
	"strings"

	"plainclothes/internal/stats"
)

// Result is all that one page says.
type Result struct {
	TargetBP  int
	Model     Model
	Standards []Standard
	Summaries []Summary   // by standard
	Branches  []BranchRow // best estimate first, those without scores last; equal ones by id
	Worst     []Worst     // who is probably among the worst 10 %, surest first; often nobody
	// ShowPlaces is whether places may be shown at all: branches differ, and at least half of what is seen is real.
	ShowPlaces bool
	Headline   Headline
}

// BranchRow is one branch of the league table and of the heat map.
type BranchRow struct {
	Branch
	Score    ScoreEstimate
	Outcomes []Outcome // in the order of Result.Standards
	Behind   []Lag     // those that are probably below, or in breach
}

// Lag is a standard that a branch does not keep, as far as one can say. A page that looks for the worst of ten thousand of them
// finds them here without going through all outcomes.
type Lag struct {
	Standard int     // in the order of Result.Standards
	Sure     float64 // probability of being below, 0–1; 2 for a breach, which was seen
}

// lags picks what a branch does not keep from its outcomes.
func lags(all []Outcome) (behind []Lag) {
	for k := range all {
		switch o := &all[k]; o.Status { //nolint:exhaustive // all others are none
		case Breach:
			behind = append(behind, Lag{k, 2})
		case Below:
			behind = append(behind, Lag{k, o.Good.PBelow})
		}
	}
	return behind
}

// Summary is one standard over all branches shown.
type Summary struct {
	Standard string
	Counts
	States States
}

// States counts branches by status.
type States struct{ Below, Meets, WOW, CannotTell, TooFew, Breach, NoBreach, Unjudged int }

func (s *States) add(status Status) { *s.of(status)++ }

// told tells whether anything is known of any branch.
func (s *States) told() bool { return s.Below+s.Meets+s.WOW+s.CannotTell+s.Breach+s.NoBreach > 0 }

// move counts a branch under another status.
func (s *States) move(from, to Status) {
	*s.of(from)--
	*s.of(to)++
}

// of is the count of a status.
func (s *States) of(status Status) *int {
	switch status {
	case TooFew:
		return &s.TooFew
	case CannotTell:
		return &s.CannotTell
	case Below:
		return &s.Below
	case Meets:
		return &s.Meets
	case WOW:
		return &s.WOW
	case Breach:
		return &s.Breach
	case NoBreach:
		return &s.NoBreach
	case Unjudged:
	}
	return &s.Unjudged
}

// Worst is a branch that is probably among the worst 10 %.
type Worst struct {
	Branch string
	P      float64 // at least 0.5
}

// Words says how sure that is.
func (w Worst) Words() string {
	switch {
	case w.P >= 0.9:
		return "almost surely"
	case w.P >= 0.8:
		return "very likely"
	}
	return "probably"
}

// Run compares. It never fails: what the data cannot carry is said in Model.Notes and in the states.
func Run(in Input) Result {
	t := newTable(in)
	model, fair := adjusted(t, in)
	rows := judge(t, in, fair)
	r := Result{TargetBP: in.TargetBP, Model: model.Model, Standards: slices.Clone(in.Standards)}
	var beliefs []stats.Belief
	var ranked []int // index in r.Branches of each belief
	for i, b := range t.branches {
		if b.Background {
			continue
		}
		row := BranchRow{Branch: b, Score: model.estimate(i, t.scores[i], in.TargetBP), Outcomes: rows[i], Behind: lags(rows[i])}
		r.Branches = append(r.Branches, row)
		if belief, ok := model.ranked(i, t.scores[i]); ok {
			beliefs, ranked = append(beliefs, belief), append(ranked, len(r.Branches)-1)
		}
	}
	r.finish(beliefs, ranked, rows)
	return r
}

// finish ranks, sorts and sums up the branches shown; beliefs are those of the branches ranked, rows what is said of standards.
func (r *Result) finish(beliefs []stats.Belief, ranked []int, rows [][]Outcome) {
	r.place(beliefs, ranked)
	r.Worst = r.worst(len(beliefs))
	slices.SortStableFunc(r.Branches, byEstimate)
	r.Summaries = summarise(r.Standards, rows)
	r.Headline = r.headline()
}

// adjusted is the model of scores, at the highest level that the visits carry, and what it makes of standards.
func adjusted(t table, in Input) (scoreModel, []fairShares) {
	model := newScoreModel(t.scores, in.Level)
	model.adjust(t, in)
	shares := model.fair.shares(in)
	if in.Fair != nil && shares == nil && model.Level >= LevelB {
		model.decline(SharesNotOffered, "Standards are not adjusted for shoppers; they are pooled with their peers (level B).")
	}
	return model, shares
}

// place ranks the branches shown among one another.
func (r *Result) place(beliefs []stats.Belief, ranked []int) {
	ranking, ok := stats.NewRanking(beliefs)
	if !ok {
		return
	}
	among, _ := ranking.AmongWorst(worstPart)
	for i, at := range ranked {
		e := &r.Branches[at].Score
		e.HasPlace, e.Place, e.PWorst = true, ranking.Place(i), among[i]
	}
	r.ShowPlaces = !r.Model.Alike && r.Model.Rankability >= 0.5
}

const worstPart = 0.10

// worst lists those more likely than not among the worst tenth, never more than a tenth of all. Where branches do not
// differ, nobody is worst.
func (r *Result) worst(ranked int) []Worst {
	if r.Model.Alike {
		return nil
	}
	var out []Worst
	for _, b := range r.Branches {
		if b.Score.HasPlace && b.Score.PWorst >= 0.5 {
			out = append(out, Worst{Branch: b.ID, P: b.Score.PWorst})
		}
	}
	slices.SortStableFunc(out, func(a, b Worst) int { return cmp.Compare(b.P, a.P) })
	return out[:min(len(out), ranked/10)]
}

func byEstimate(a, b BranchRow) int {
	if (a.Score.N > 0) != (b.Score.N > 0) {
		if a.Score.N > 0 {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Score.EstimateBP, a.Score.EstimateBP), strings.Compare(a.ID, b.ID))
}
