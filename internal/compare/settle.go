package compare

import (
	"math"

	"plainclothes/internal/stats"
)

// MoreVisits is the smallest of 1, 2, 4 … 64 further visits after which, more likely than not, it could be told whether
// the branch's expected score is above or below the target (basis points); 0 when not even 64 are enough, or when it can
// be told already. ok is false where nothing can be said: no target, no known spread between visits, or shoppers
// who cannot be told from the branch, which more visits of theirs would not change.
func (m Model) MoreVisits(e *ScoreEstimate, targetBP int) (visits int, ok bool) {
	if targetBP <= 0 || !e.HasRange || m.Spread.SD <= 0 || e.Status.Settled() || e.Confounded {
		return 0, false
	}
	sd, visitVar, away := e.SDBP/100, m.Spread.SD*m.Spread.SD, (e.EstimateBP-float64(targetBP))/100
	for n := 1; n <= 64; n *= 2 {
		if e.N+n >= minVisits && scoreSettles(sd, visitVar, away, n) >= 0.5 {
			return n, true
		}
	}
	return 0, true
}

// scoreSettles is the chance that n more visits put the belief clearly on one side of the target, from which its mean is
// away now. The mean after them is itself uncertain: it moves by what the visits add to what is known.
func scoreSettles(sd, visitVar, away float64, n int) float64 {
	const z = 1.2815515655446004 // 90 % of a normal distribution lie below
	after := math.Sqrt(1 / (1/(sd*sd) + float64(n)/visitVar))
	moves := math.Sqrt(sd*sd - after*after)
	return stats.Phi((away-z*after)/moves) + stats.Phi((-away-z*after)/moves)
}
