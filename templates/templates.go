// Package templates carries the HTML templates of every page.
//
// The one rule: layout/ is the frame of a page, part/ is what several pages share, and <role>/<page>.html belongs to
// one file of Go, internal/web/<role>/<page>.go, whose struct it is checked against when the program starts.
package templates

import "embed"

// Files holds the tree; a page is named by its path without the ending: "auth/sign_in".
//
//go:embed *.html */*.html
var Files embed.FS
