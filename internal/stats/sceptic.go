package stats

import "math"

// BranchShared is [OneWay.Branch] where part of a branch's deviation, as a share of its variance between 0 and 1, may be the doing of
// whoever visited it, which nothing in the visits can tell apart: the belief stays where it is, and is wider by that part.
func (m OneWay) BranchShared(n int, mean, part float64) Belief {
	b := m.Branch(n, mean)
	b.SD = math.Sqrt(b.SD*b.SD + part*m.BranchVar)
	return b
}

// Doubted is what a sceptic believes of a branch, who takes branches to differ only as much as the plain fit finds, and that
// part of a deviation for its visitors' rather than the branch's: of b and s with b + s = g, normal with variances in the
// proportion (1 − part) : part, b given g is (1 − part)·g ± √(part·(1 − part)·σ²).
func (m OneWay) Doubted(n int, mean, part float64) Belief {
	effect, sd := m.Effect(n, mean)
	keep := 1 - part
	df, wide := few(m.Groups, 2)
	return Belief{Mean: m.Mean + keep*effect, SD: math.Max(sdFloor, math.Sqrt(wide*(keep*keep*sd*sd+keep*part*m.BranchVar+m.MeanVar))), DF: df}
}

// DoubtedAt is [CrossedFit.At] by a sceptic who takes branches to differ by the variance given, not by that of the fit: what
// the visits know of a branch stays, 1/Var − 1/σ_b², and the branch is drawn further to the network.
func (f *CrossedFit) DoubtedAt(i int, row []float64, branchVar float64) Belief {
	b, was := f.At(i, row), f.BranchVar[i]
	if !(was > 0) || !(f.Variances.Branch > 0) {
		return b
	}
	now := 0.0
	if branchVar > 0 {
		now = 1 / math.Max(1/branchVar, 1/was-1/f.Variances.Branch+1/branchVar)
	}
	_, wide := few(f.Branches, 0)
	_, line := f.Line(row)
	b.Mean += f.BranchEffect[i] * (now/was - 1)
	b.SD = math.Max(sdFloor, math.Sqrt(wide*(now+line)))
	return b
}
