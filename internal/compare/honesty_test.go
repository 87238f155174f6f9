package compare

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// simulated draws a network whose true shares are known: 200 branches, 20 standards, targets at the network's mean (the
// hardest place for them) or two thirds of a branch's spread below it.
func simulated(rng *rand.Rand, visits int) (in Input, truth map[string]float64) {
	truth = map[string]float64{}
	in.Level, in.Brief = LevelB, true
	for k := range 20 {
		mean := 0.70 + 0.013*float64(k)
		in.Standards = append(in.Standards, Standard{ID: fmt.Sprintf("K%02d", k), GoodTargetBP: int(10_000*mean) - 300*(k%3)})
	}
	for b := range 200 {
		id := fmt.Sprintf("B%03d", b)
		in.Branches = append(in.Branches, Branch{ID: id})
		level := 0.05 * rng.NormFloat64()
		for k, s := range in.Standards {
			p := min(0.995, max(0.02, 0.70+0.013*float64(k)+level+0.07*rng.NormFloat64()))
			truth[id+s.ID] = p
			c := Counts{N: visits}
			for range visits {
				if rng.Float64() < p {
					c.X++
				}
			}
			in.Shares = append(in.Shares, ShareCell{Branch: id, Standard: s.ID, Counts: c})
		}
	}
	return in, truth
}

func TestBelowIsRarelySaidOfABranchThatIsNot(t *testing.T) {
	for visits, allowed := range map[int]float64{3: 0.15, 6: 0.12, 12: 0.10} {
		rng := rand.New(rand.NewPCG(uint64(visits), 99))
		below, wrong, rawBelow, rawWrong, settled, all := 0, 0, 0, 0, 0, 0
		for range 5 {
			in, truth := simulated(rng, visits)
			for _, o := range Statuses(in) {
				fine := truth[o.Branch+o.Standard] >= float64(o.Good.TargetBP)/10_000
				all++
				if o.Status.Settled() {
					settled++
				}
				if o.Status == Below {
					below++
					if fine {
						wrong++
					}
				}
				if float64(o.X)/float64(o.N) < float64(o.Good.TargetBP)/10_000 {
					rawBelow++
					if fine {
						rawWrong++
					}
				}
			}
		}
		share := float64(wrong) / float64(max(1, below))
		t.Logf("%2d visits: %.1f %% of %d below labels are wrong (raw shares: %.1f %%); %.1f %% of all are settled",
			visits, 100*share, below, 100*float64(rawWrong)/float64(rawBelow), 100*float64(settled)/float64(all))
		if share > allowed {
			t.Errorf("%d visits: %.1f %% of below labels are wrong, allowed %.0f %%", visits, 100*share, 100*allowed)
		}
	}
}
