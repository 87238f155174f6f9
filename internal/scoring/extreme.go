package scoring

// extreme gives the lowest or highest Σ e ÷ Σ of over all ways of taking the picks: every pick that is not optional,
// any of the others. ok is false when nothing is possible in any way.
//
// It is Dinkelbach's method for a fraction of two sums: with the fraction at hand, what pulls it further is exactly
// what lies on its far side, so the far side is taken until nothing changes. Every step is exact and improves, so it
// ends.
func extreme(picks []pick, best bool) (fraction num, ok bool) {
	x := ends{best: best}
	for i := range picks {
		x.take(&picks[i])
	}
	if x.of.zero() {
		return x.alone()
	}
	return x.improve(x.earned.over(x.of)), true
}

// ends is a search for one end: what is taken for certain, and what may be.
type ends struct {
	best       bool
	earned, of num
	free       []offer
}

func (x *ends) take(p *pick) {
	e := choose(x.best, p.hi, p.lo)
	switch {
	case !p.optional:
		x.earned, x.of = x.earned.add(e), x.of.add(p.of)
	case !p.of.zero():
		x.free = append(x.free, offer{earned: e, available: p.of})
	case x.best: // points beyond the possible ones (a bonus) only help
		x.earned = x.earned.add(e)
	}
}

// alone starts from the best single pick, when nothing is possible for certain.
func (x *ends) alone() (num, bool) {
	if len(x.free) == 0 {
		return num{}, false
	}
	at := x.earned.add(x.free[0].earned).over(x.free[0].available)
	for _, o := range x.free[1:] {
		if f := x.earned.add(o.earned).over(o.available); x.further(f, at) {
			at = f
		}
	}
	return x.improve(at), true
}

func (x *ends) further(a, b num) bool { return a.cmp(b) == choose(x.best, 1, -1) }

func (x *ends) improve(at num) num {
	for {
		e, of := x.earned, x.of
		for _, o := range x.free {
			if x.further(o.earned.over(o.available), at) {
				e, of = e.add(o.earned), of.add(o.available)
			}
		}
		if of.zero() {
			return at
		}
		next := e.over(of)
		if !x.further(next, at) {
			return at
		}
		at = next
	}
}
