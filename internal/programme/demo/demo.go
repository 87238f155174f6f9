// Package demo holds the four programmes that the product ships as demo data.
//
// The one rule: they are files like any owner's, read by the same import; nothing in the product knows their ids.
package demo

import "embed"

//go:embed *.yaml
var files embed.FS

// Names gives the names of the programmes, without ".yaml", in alphabetical order.
func Names() []string {
	return []string{"coffee-kiosks", "hardware-stores", "luxury-electronics", "online-store"}
}

// File gives the programme file of a name, false when there is none.
func File(name string) ([]byte, bool) {
	b, err := files.ReadFile(name + ".yaml")
	return b, err == nil
}
