// Package scoring turns the answers of one visit into its score, its level and what it says about each standard.
//
// The one rule: scoring is a pure function of (checklist, context, answers). There is no clock, no input or output, no
// floating point number and no order of a map in it, so the same visit gives the same bytes for ever.
//
// Exactness. Points are hundredths, weights whole numbers, and everything in between is an exact rational (num): a
// fraction of two 64-bit numbers with every operation checked, and a big.Rat from the first operation that does not
// fit (ratings on many different scales, or weighted sections with awkward possible points). A ratio is rounded once,
// half up.
//
// What a ratio is compared with. A number that is kept in basis points (the score, the completeness) is compared as it
// is kept, so that a page never shows 80.0 beside "80.0 was needed" and a Below. A share that is never kept (WOW
// points, the points of one standard) is compared exactly, so that "every question in full" means every one.
package scoring
