package compare

import "math"

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

// chances that a share is below its target: by its branch's visits and its peers, the same as a sceptic sees them who
// counts the doubt about the peers, too, and by the branch's own visits alone.
type chances struct {
	below, doubted, own float64
	unknown             float64 // how far the peers' mean is known: its standard deviation, as a share
}

// byItself is how sure a branch's own visits must make for praise that rests on no peers, so that nobody need be convinced of
// them. There is no such rule for blame: of many branches some miss all of three visits by bad luck.
func byItself(sure float64) float64 { return 1 - (1-sure)/4 }

// decide is the rule for a share: x met of n, and how likely it is below its target. The sceptic must agree, and no branch is
// called below because others are bad, none is praised because others are good.
func (p price) decide(n, x int, c chances) Status {
	switch {
	case n == 0:
		return Unjudged
	case n < minVisits:
		return TooFew
	case 1-c.below >= p.meets && c.own <= 0.5 && (1-c.doubted >= c.convinced(p.meets, praisedBy) || 1-c.own >= byItself(p.meets)):
		return Meets
	case c.below >= p.below && x < n && c.own >= 0.5 && c.doubted >= c.convinced(p.below, blamedBy):
		return Below
	}
	return CannotTell
}

const (
	knownWell = 0.02 // peers whose mean is known so far are known well
	praisedBy = 0.03 // every so much further, the sceptic asks for 2.7 times the odds before he lets praise pass
	blamedBy  = 0.02 // and blame
	sceptics  = 1.2  // where peers are known well he only guards against the edge
)

// convinced is how sure the sceptic must be. Peers of whom little is known pull all branches to the same side at once, and
// what is said of many branches is then wrong of all of them: in the smallest networks, with three visits a branch, 20 to 30
// in 100 of those called below would not be.
func (c chances) convinced(sure, by float64) float64 {
	return 1 - (1-sure)*sceptics*math.Exp(-max(0, c.unknown-knownWell)/by)
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
