// Package compare says what can honestly be said about branches: counts and targets in, estimates, states and sentences out.
//
// The one rule to know: the unit of evidence is the visit, and where the visits cannot carry an answer the result says so
// instead of guessing. Every number shown and every sentence comes from the same fields, so they cannot disagree. The same
// counts give the same result to the last bit, in whatever order they come.
//
// Three levels, each usable alone: counts with their interval (A), pooled with the branch's peers (B), and adjusted for
// shoppers and scenarios (C), where the visits can tell a strict shopper from a weak branch, and declined in words where not.
package compare
