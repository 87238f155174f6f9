package compare

import (
	"slices"

	"plainclothes/internal/stats"
)

// Limits of renewing a result: beyond them it is made anew as a whole.
const (
	fewPlaces = 300 // whose places are made anew each time
	fewMoved  = 30  // that moved at once
)

// Renewed is a result, made by an older standing for the same branches in brief, as this standing gives it after some branches
// moved. What is said of each of them is of now: estimate, outcomes, place, and the counts of the headline. Among very many
// branches the places of the others stay as they were: each may be off by as many as moved.
func (s *Standing) Renewed(r *Result, moved []string) Result {
	branches := make([]Branch, len(r.Branches))
	for i := range r.Branches {
		branches[i] = r.Branches[i].Branch
	}
	if len(branches) <= fewPlaces || len(moved) > fewMoved {
		return s.Result(branches, true)
	}
	out := *r
	out.Branches, out.Summaries = slices.Clone(r.Branches), slices.Clone(r.Summaries)
	h := out.Headline
	h.Sentences = nil
	for i := range out.Branches {
		if b := &out.Branches[i]; slices.Contains(moved, b.ID) {
			h.Visits -= b.Score.N
			out.replace(i, s.rows[b.ID].BranchRow, &h)
			h.Visits += b.Score.N
		}
	}
	s.placeAgain(&out, moved)
	slices.SortStableFunc(out.Branches, byEstimate)
	out.Headline = out.saying(h)
	return out
}

// replace puts a row into the place of the branch's old one, and counts it.
func (r *Result) replace(at int, row BranchRow, h *Headline) {
	old := &r.Branches[at]
	h.Scores.move(old.Score.Status, row.Score.Status)
	for k := range r.Summaries {
		was, is := &old.Outcomes[k], &row.Outcomes[k]
		h.Outcomes.move(was.Status, is.Status)
		r.Summaries[k].States.move(was.Status, is.Status)
		r.Summaries[k].Counts = r.Summaries[k].minus(was.Counts).Plus(is.Counts)
	}
	row.Branch = old.Branch
	*old = row
}

// placeAgain finds the places of a few among all.
func (s *Standing) placeAgain(r *Result, moved []string) {
	var beliefs []stats.Belief
	again := map[int]int{} // by place in the result: place among the beliefs
	for i := range r.Branches {
		row, ok := s.rows[r.Branches[i].ID]
		if !ok || !row.known {
			continue
		}
		if slices.Contains(moved, r.Branches[i].ID) {
			again[i] = len(beliefs)
		}
		beliefs = append(beliefs, row.belief)
	}
	ranking, ok := stats.NewPairwise(beliefs)
	if !ok {
		return
	}
	among, _ := ranking.AmongWorst(worstPart)
	for i, k := range again {
		e := &r.Branches[i].Score
		e.HasPlace, e.Place, e.PWorst = true, ranking.Place(k), among[k]
	}
	r.Worst = r.worst(len(beliefs))
}

// minus takes counts off.
func (c Counts) minus(other Counts) Counts {
	return Counts{
		N: c.N - other.N, X: c.X - other.X, NWow: c.NWow - other.NWow, XWow: c.XWow - other.XWow, Partial: c.Partial - other.Partial,
		NA: c.NA - other.NA, Unknown: c.Unknown - other.Unknown,
	}
}
