package compare

// Status is what can be said about a branch and its target. The zero value says nothing: no visits, or no target.
type Status int

// The states.
const (
	Unjudged   Status = iota
	TooFew            // fewer visits than are ever judged
	CannotTell        // enough to look, not enough to tell
	Below             // probably below the target
	Meets             // probably at or above it
	WOW               // meets it, and the WOW target too
	Breach            // zero tolerance, and it happened
	NoBreach          // zero tolerance, not seen so far
)

// String is the state's name in files and addresses; Unjudged is empty.
func (s Status) String() string {
	switch s {
	case Unjudged:
		return ""
	case TooFew:
		return "too_few"
	case CannotTell:
		return "cannot_tell"
	case Below:
		return "below"
	case Meets:
		return "meets"
	case WOW:
		return "wow"
	case Breach:
		return "breach"
	case NoBreach:
		return "no_breach"
	}
	return ""
}

// Settled tells whether the visits decided.
func (s Status) Settled() bool { return s == Below || s == Meets || s == WOW || s == Breach }

// Lean is a hint beside CannotTell.
type Lean int

// The hints.
const (
	NoLean Lean = iota
	LeansBelow
	LeansMeets
)

// String is the hint's name in files; NoLean is empty.
func (l Lean) String() string {
	switch l {
	case NoLean:
		return ""
	case LeansBelow:
		return "below"
	case LeansMeets:
		return "meets"
	}
	return ""
}

const (
	minVisits = 3    // fewer are never judged
	leanFrom  = 0.75 // probability from which a hint is given
)

// price is how sure one must be: each wrong "below" may cost below/(1−below) missed ones.
type price struct{ below, meets float64 }

func priceOf(c Criticality) price {
	if c == Major {
		return price{below: 0.80, meets: 0.95}
	}
	return price{below: 0.90, meets: 0.90}
}

// decide is the rule for a share: x met of n, the chance that it is below its target, and the same by its own visits
// alone. No branch is called below because others are bad, none is praised because others are good.
func (p price) decide(n, x int, pBelow, pOwnBelow float64) Status {
	switch {
	case n == 0:
		return Unjudged
	case n < minVisits:
		return TooFew
	case 1-pBelow >= p.meets && pOwnBelow <= 0.5:
		return Meets
	case pBelow >= p.below && x < n && pOwnBelow >= 0.5:
		return Below
	}
	return CannotTell
}

func leanOf(s Status, pBelow float64) Lean {
	switch {
	case s != CannotTell:
		return NoLean
	case pBelow >= leanFrom:
		return LeansBelow
	case 1-pBelow >= leanFrom:
		return LeansMeets
	}
	return NoLean
}
