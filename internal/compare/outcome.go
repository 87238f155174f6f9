package compare

import (
	"slices"

	"plainclothes/internal/stats"
)

// Outcome is one branch judged against one standard.
type Outcome struct {
	Branch, Standard string
	Criticality      Criticality
	Counts
	Good   Estimate // the share of visits that were Good or WOW
	Wow    Estimate // the share at WOW; only where AskedWow
	Status Status
	Lean   Lean // only beside CannotTell
	Plan   Plan // only beside CannotTell

	AskedWow bool // asked only where the good target is met and the standard has a WOW target
}

// Plan is what it would take to tell.
type Plan struct {
	Made  bool // false where nobody asked
	More  int  // after so many more visits it is more likely than not settled; 0: not even after 64
	Clean int  // so many met in a row, with those so far, would prove it by themselves; 0: something was missed, or they are there
}

// Statuses judges given counts against given targets and nothing else: what a what-if needs. The outcomes come by branch
// id, then in the order of the standards; Ranges and plans are left out. Background branches are pooled with and not returned.
func Statuses(in Input) []Outcome {
	in.Brief = true
	t := newTable(in)
	var fair []fairShares
	if in.Fair != nil {
		_, fair = adjusted(t, in)
	}
	return flatten(judge(t, in, fair))
}

func flatten(rows [][]Outcome) []Outcome {
	return slices.Concat(rows...)
}

// judge gives a row of outcomes, one a standard, for each branch of the table that is shown (nil for one that is not).
func judge(t table, in Input, fair []fairShares) [][]Outcome {
	q := pooling{branches: t.branches, peers: in.Peers, wanted: in.Level, brief: in.Brief, ranges: ranges{}, fair: fair, near: t.near()}
	rows := make([][]Outcome, len(t.branches))
	for i, b := range t.branches {
		if !b.Background {
			rows[i] = make([]Outcome, 0, len(t.standards))
		}
	}
	for k, standard := range t.standards {
		j := newJudge(t, k, q)
		for i, b := range t.branches {
			if !b.Background {
				rows[i] = append(rows[i], j.outcome(i, b.ID, standard, t.counts[k][i]))
			}
		}
	}
	return rows
}

// judgeOf one standard.
type judgeOf struct {
	good, wow *series
	rule      price
	plan      bool
	clean     int // visits, all met, that prove the target by themselves
}

func newJudge(t table, k int, q pooling) judgeOf {
	s := t.standards[k]
	good, wow := make([]share, len(t.branches)), make([]share, len(t.branches))
	for i, c := range t.counts[k] {
		good[i], wow[i] = share{c.N, c.X}, share{c.NWow, c.XWow}
	}
	j := judgeOf{rule: priceOf(s.Criticality), plan: !q.brief}
	if j.plan {
		j.clean, _ = stats.FewestVisits(float64(s.GoodTargetBP)/10_000, j.rule.meets, 0)
	}
	j.good = q.series(good, s.GoodTargetBP)
	if s.WowTargetBP > 0 {
		j.wow = q.series(wow, s.WowTargetBP)
	}
	if q.fair != nil {
		j.good.fair = q.fair[k].good
		if j.wow != nil {
			j.wow.fair = q.fair[k].wow
		}
	}
	return j
}

func (j judgeOf) outcome(i int, branch string, s Standard, c Counts) Outcome {
	o := Outcome{Branch: branch, Standard: s.ID, Criticality: s.Criticality, Counts: c}
	o.Good = j.good.estimate(i, share{c.N, c.X})
	switch {
	case c.N == 0 || s.GoodTargetBP <= 0:
		return o
	case s.Criticality == ZeroTolerance:
		o.Status = zeroTolerance(c)
		return o
	}
	o.Status = j.rule.decide(c.N, c.X, o.Good.chances())
	o.Lean = leanOf(o.Status, o.Good.PBelow)
	if o.Status == Meets && j.wow != nil {
		j.askWow(i, &o)
	}
	if o.Status == CannotTell && j.plan {
		o.Plan = j.planFor(i, share{c.N, c.X})
	}
	return o
}

// planFor counts clean visits by the branch's own evidence: where its peers often miss, pooling would ask for more of
// them, but a branch should not have to outweigh others to be believed.
func (j judgeOf) planFor(i int, c share) Plan {
	p := Plan{Made: true, More: j.good.moreVisits(i, c, j.rule)}
	if c.x == c.n && j.clean > c.n {
		p.Clean = j.clean
	}
	return p
}

func zeroTolerance(c Counts) Status {
	if c.X < c.N {
		return Breach
	}
	return NoBreach
}

// askWow turns Meets into WOW where the WOW target is met too, by the price of an ordinary standard: praise costs nobody.
func (j judgeOf) askWow(i int, o *Outcome) {
	o.AskedWow = true
	c := share{o.NWow, o.XWow}
	o.Wow = j.wow.estimate(i, c)
	if j.rule.decide(c.n, c.x, o.Wow.chances()) == Meets {
		o.Status = WOW
	}
}
