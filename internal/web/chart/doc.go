// Package chart draws what a comparison says as SVG: interval bars, small and large trends, steps of a heat map.
//
// The one rule: its functions are pure and give structs of short texts for templates/part/chart-*.html, which draw them,
// or the shapes of which a page has hundreds, with attributes alone: no script, no inline style, nothing that needs either. Colour and length only repeat what a
// number or a word beside them says; every drawing has a title for whoever cannot see it.
package chart
