package compare

import "plainclothes/internal/stats"

// CleanVisits is how many visits in a row, all met, show by themselves that a branch meets a target (basis points), as
// sure as the criticality asks. It is false for zero tolerance, which no number of visits proves, for a target of 0 or
// 100 %, and where more than 4,096 are needed.
func CleanVisits(targetBP int, c Criticality) (int, bool) {
	if c == ZeroTolerance {
		return 0, false
	}
	return stats.FewestVisits(float64(targetBP)/10_000, priceOf(c).meets, 0)
}
