// Package stats turns counts and sums into estimates and how far to trust them: intervals for shares, pooling over
// branches, score effects, ranks, false discoveries, and how many visits an answer would take.
//
// The one rule to know: numbers in, numbers out, and what cannot be computed is said so. A function whose input may be
// impossible (no visits, more met than visited, a target outside 0 to 1) returns its zero value and false; none returns
// NaN. Nothing here reads a clock or draws a random number, and the order of the input changes nothing (regressions and
// sums of products ask for rows in a fixed order, because they add them up as they come).
package stats
