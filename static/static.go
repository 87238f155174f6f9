// Package static carries the files that browsers fetch as they are: style sheets, icons, scripts.
//
// The one rule: nothing here is built. What is embedded is what is sent (scripts without the lines that are comments),
// addressed by the hash of the whole tree; vendored files are listed in vendor/VENDOR.md with their origin and sha256.
package static

import "embed"

// Files holds the tree; paths are as in the address after /static/<hash>/.
//
//go:embed css vendor icons icons.svg favicon.svg manifest.webmanifest js
var Files embed.FS
