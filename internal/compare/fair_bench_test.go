package compare

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manyVisits is a year of a very large chain: every visit by itself.
func manyVisits(branches, shoppers, standards, visits int) Input {
	rng := rand.New(rand.NewPCG(1, 9))
	in := Input{Brief: true, Peers: WholeNetwork}
	for k := range standards {
		in.Standards = append(in.Standards, Standard{ID: fmt.Sprintf("K%02d", k), GoodTargetBP: 7500 + 50*(k%20), Weight: float64(1 + k%3)})
	}
	pull, strict := make([]float64, branches), make([]float64, shoppers)
	names, people := make([]string, branches), make([]string, shoppers)
	for b := range pull {
		pull[b], names[b] = 0.35*rng.NormFloat64(), fmt.Sprintf("B%04d", b)
		in.Branches = append(in.Branches, Branch{ID: names[b], Region: fmt.Sprintf("R%d", b%10)})
	}
	for j := range strict {
		strict[j], people[j] = 0.4*rng.NormFloat64(), fmt.Sprintf("S%04d", j)
	}
	in.Fair = NewFairTable(in.Standards)
	counts, scores := make([][]Counts, branches), make([]Scores, branches)
	for b := range counts {
		counts[b] = make([]Counts, standards)
	}
	outcomes := make([]Met, standards)
	for range visits {
		b, j := rng.IntN(branches), rng.IntN(shoppers)
		p := expitOf(1.6 + pull[b] + strict[j] + 0.35*rng.NormFloat64())
		met, total := 0.0, 0.0
		for k, s := range in.Standards {
			outcomes[k] = MetNot
			c := &counts[b][k]
			c.N++
			total += s.Weight
			if rng.Float64() < p {
				outcomes[k] = MetGood
				c.X++
				met += s.Weight
			}
		}
		bp := int64(10_000*met/total + 0.5)
		scores[b] = scores[b].plus(Scores{N: 1, SumBP: bp, SumBP2: bp * bp})
		in.Fair.Add(FairVisit{Branch: names[b], Shopper: people[j], Scenario: scenarioNames()[rng.IntN(4)], ScoreBP: int(bp), Outcomes: outcomes})
	}
	for b := range counts {
		in.Scores = append(in.Scores, ScoreCell{Branch: names[b], Scores: scores[b]})
		for k, c := range counts[b] {
			in.Shares = append(in.Shares, ShareCell{Branch: names[b], Standard: in.Standards[k].ID, Counts: c})
		}
	}
	in.Cells = in.Fair.Cells()
	return in
}

// cost reports the memory of the process, and the time that processors worked for each round: on a machine with other work
// to do the clock says little.
func cost(b *testing.B) func() {
	b.Helper()
	start := worked(b)
	return func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/(1<<20), "MiB_of_process")
		b.ReportMetric((worked(b)-start).Seconds()/float64(b.N), "CPU-s/op")
	}
}

func worked(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkNightlyScores1M fits the scores of a million visits to 2,000 branches by 5,000 shoppers.
func BenchmarkNightlyScores1M(b *testing.B) {
	in := manyVisits(2000, 5000, 2, 1_000_000)
	in.Fair = nil
	b.ResetTimer()
	defer cost(b)()
	for b.Loop() {
		if Run(in).Model.Level != LevelC {
			b.Fatal("declined")
		}
	}
}

// BenchmarkNightlyStandards1M adjusts forty standards of them, too.
func BenchmarkNightlyStandards1M(b *testing.B) {
	in := manyVisits(2000, 5000, 40, 1_000_000)
	b.ResetTimer()
	defer cost(b)()
	for b.Loop() {
		if r := Run(in); r.Branches[0].Outcomes[0].Good.Level != LevelC {
			b.Fatal("declined")
		}
	}
}

// BenchmarkPageOf500Branches is a page of today with the components of last week.
func BenchmarkPageOf500Branches(b *testing.B) {
	in := manyVisits(500, 300, 20, 24_000)
	in.Fair = nil
	found := Run(in).Model.Crossed.Components
	in.Known = &found
	b.ResetTimer()
	defer cost(b)()
	for b.Loop() {
		if Run(in).Model.Level != LevelC {
			b.Fatal("declined")
		}
	}
}

// BenchmarkComponentsOf500Branches finds them anew.
func BenchmarkComponentsOf500Branches(b *testing.B) {
	in := manyVisits(500, 300, 2, 24_000)
	in.Fair = nil
	b.ResetTimer()
	defer cost(b)()
	for b.Loop() {
		if Run(in).Model.Level != LevelC {
			b.Fatal("declined")
		}
	}
}

// BenchmarkCompareTable1M reads a table of a million visits and compares them, as the command does.
func BenchmarkCompareTable1M(b *testing.B) {
	text := bigTable(1_000_000)
	standards, err := ReadStandards(strings.NewReader(twoStandards))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	defer cost(b)()
	for b.Loop() {
		v, err := ReadVisits(strings.NewReader(text), standards)
		if err != nil {
			b.Fatal(err)
		}
		if d := NewDocument(v, 0, WholeNetwork); d.Model.Level != "C" {
			b.Fatal(d.Model)
		}
	}
}
