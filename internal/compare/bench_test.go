package compare

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// network draws branches with true shares of their own, about twelve visits each.
func network(branches, standards int, seed uint64) Input {
	rng := rand.New(rand.NewPCG(seed, 17))
	in := Input{TargetBP: 8500}
	for k := range standards {
		s := Standard{ID: fmt.Sprintf("K%02d", k+1), GoodTargetBP: 7000 + 250*(k%12), Weight: 1}
		if k%3 == 0 {
			s.WowTargetBP = 4000
		}
		if k%5 == 4 {
			s.Criticality = Major
		}
		in.Standards = append(in.Standards, s)
	}
	for b := range branches {
		id := fmt.Sprintf("B%04d", b+1)
		in.Branches = append(in.Branches, Branch{ID: id, Name: id, Format: []string{"kiosk", "flagship"}[b%2]})
		good, visits := 0.06*rng.NormFloat64(), 3+rng.IntN(18)
		score := Scores{}
		for range visits {
			bp := int64(max(0, min(10_000, 8600+4000*good+900*rng.NormFloat64())))
			score = score.plus(Scores{N: 1, SumBP: bp, SumBP2: bp * bp})
		}
		in.Scores = append(in.Scores, ScoreCell{Branch: id, Scores: score})
		for k, s := range in.Standards {
			in.Shares = append(in.Shares, ShareCell{Branch: id, Standard: s.ID, Counts: drawn(rng, visits, 0.75+0.02*float64(k)+good)})
		}
	}
	return in
}

func drawn(rng *rand.Rand, visits int, p float64) Counts {
	c := Counts{}
	for range visits {
		if rng.Float64() < 0.1 {
			c.NA++
			continue
		}
		c.N++
		c.NWow++
		if rng.Float64() < p {
			c.X++
			if rng.Float64() < 0.5 {
				c.XWow++
			}
		}
	}
	return c
}

func benchmark(b *testing.B, branches int, brief bool) {
	b.Helper()
	in := network(branches, 12, 1)
	in.Brief = brief
	b.ReportAllocs()
	for b.Loop() {
		if r := Run(in); len(r.Branches) != branches {
			b.Fatal("branches are missing")
		}
	}
}

func BenchmarkCompare100x12(b *testing.B)       { benchmark(b, 100, false) }
func BenchmarkCompare2000x12(b *testing.B)      { benchmark(b, 2000, false) }
func BenchmarkCompareBrief100x12(b *testing.B)  { benchmark(b, 100, true) }
func BenchmarkCompareBrief2000x12(b *testing.B) { benchmark(b, 2000, true) }

func BenchmarkStatuses100x12(b *testing.B) {
	in := network(100, 12, 1)
	for b.Loop() {
		if len(Statuses(in)) != 1200 {
			b.Fatal("outcomes are missing")
		}
	}
}
