// Package visit is the life of a visit: planned, taken, filled in, sealed, reviewed, published.
//
// The one rule: an answer that was acknowledged is in the op log, and the op log only grows. Answers, results and
// rollups are made from it and can be made again.
package visit

import (
	"slices"

	"plainclothes/internal/fault"
)

// State of a visit. The zero State is no state.
type State string

// The states of a visit's life. Sealed is known to the phone only: what arrives here sealed is Received.
const (
	Open       State = "open"        // on the job board, nobody has it
	Taken      State = "taken"       // a shopper has it
	InProgress State = "in_progress" // the first answer is there
	Received   State = "received"    // sealed and scored
	InReview   State = "in_review"   // an editor has begun
	SentBack   State = "sent_back"   // back to the shopper, with a reason
	Accepted   State = "accepted"
	Published  State = "published" // visible to managers, part of every comparison
	Declined   State = "declined"
	SetAside   State = "set_aside" // paid, not counted
	Expired    State = "expired"
	Cancelled  State = "cancelled"
)

// moves says which state may follow which. What is not in it is refused.
var moves = map[State][]State{
	Open:       {Taken, Cancelled, Expired},
	Taken:      {InProgress, Open, Cancelled, Expired, Received},
	InProgress: {Received, Cancelled, Expired},
	Received:   {InReview},
	InReview:   {SentBack, Accepted, Declined, SetAside},
	SentBack:   {Received, Cancelled, Expired, SetAside},
	Accepted:   {Published, InReview, SetAside},
	Published:  {SetAside},
}

// States are all of them, in the order of a visit's life.
func States() []State {
	return []State{Open, Taken, InProgress, Received, InReview, SentBack, Accepted, Published, Declined, SetAside, Expired, Cancelled}
}

// CanMove reports whether to may follow from.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// words are how the states read on screen.
var words = map[State]string{
	Open: "open", Taken: "taken", InProgress: "in progress", Received: "received", InReview: "in review", SentBack: "sent back",
	Accepted: "accepted", Published: "published", Declined: "declined", SetAside: "set aside", Expired: "expired", Cancelled: "cancelled",
}

// Words gives the state as it reads on screen.
func (s State) Words() string { return words[s] }

// Writable reports whether the shopper may still change answers.
func (s State) Writable() bool { return s == Taken || s == InProgress || s == SentBack }

// Move changes the state, or says why it cannot.
func (v *Visit) Move(to State) error {
	if v.State == to { // somebody was quicker
		return fault.Newf(fault.Conflict, "This visit is already %s.", to.Words())
	}
	if !CanMove(v.State, to) {
		return fault.Newf(fault.Conflict, "This visit is %s, so it cannot become %s.", v.State.Words(), to.Words())
	}
	v.State = to
	return nil
}
