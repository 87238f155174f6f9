package scoring

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAVerdictSaysWhatTheScoreSays(t *testing.T) {
	var v Verdict
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		c := Compile(p)
		r := c.Score(in)
		c.Judge(in, &v)
		if v.Level != r.Level || v.Scored != (r.BaseBP != nil) || len(v.Standards) != len(r.Standards) {
			t.Fatalf("verdict %+v of %+v", v, r)
		}
		if r.BaseBP != nil && (v.BaseBP != *r.BaseBP || v.FinalBP != *r.FinalBP) || r.BaseBP == nil && v.BaseBP+v.FinalBP != 0 {
			t.Fatalf("verdict %+v of %d, %d", v, *r.BaseBP, *r.FinalBP)
		}
		for i, s := range r.Standards {
			if v.Standards[i] != (StandardVerdict{Outcome: s.Outcome, WowOffered: s.WowOffered}) {
				t.Fatalf("standard %s: %+v of %+v", s.Standard, v.Standards[i], s)
			}
		}
	})
}

func BenchmarkJudge40(b *testing.B) {
	p, in, _ := fortyQuestions(b, "separate", false)
	c := Compile(p)
	var v Verdict
	b.ReportAllocs()
	for b.Loop() {
		c.Judge(in, &v)
	}
}
