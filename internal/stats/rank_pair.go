package stats

// NewPairwise is [NewRanking] without the work beforehand that makes the places of all branches cheap: for the places of a few
// among many, each compared with all others one by one.
func NewPairwise(beliefs []Belief) (Ranking, bool) {
	if !rankable(beliefs) {
		return Ranking{}, false
	}
	return Ranking{beliefs: beliefs}, true
}
