// Package arch holds the tests of the house itself: which package may import
// which, what the top level holds, and what the container promises.
//
// The one rule to know: a package needs a place in the tables of place_test.go,
// and may look only where its place lets it. There is no code here but tests.
package arch
