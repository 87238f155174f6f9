// Package alphabet puts names in the order in which readers of a language look for them: Ä beside A and not behind Z, large and
// small letters together.
//
// The one rule: the order depends on the names and the language alone, never on the database that they came from, and what is
// equal in it stands by its id. Lists that a database cuts into pages keep the database's order: a page must not change its
// neighbours.
package alphabet

import (
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Keys gives for each name a text that compares with those of the other names as the names do in the language. A language that
// is not known, "" too, has the order that most languages with Latin letters share.
func Keys(lang string, names []string) []string {
	c := collate.New(language.Make(lang))
	var b collate.Buffer
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = string(c.KeyFromString(&b, name))
		b.Reset()
	}
	return keys
}

// Sort puts a list in the order of its names, and what has the same name in the order of its ids.
func Sort[T any](lang string, list []T, name, id func(*T) string) {
	if len(list) < 2 {
		return
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = name(&list[i])
	}
	keys := Keys(lang, names)
	at := make([]int, len(list))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int {
		if keys[a] != keys[b] {
			return strings.Compare(keys[a], keys[b])
		}
		return strings.Compare(id(&list[a]), id(&list[b]))
	})
	sorted := make([]T, len(list))
	for i, from := range at {
		sorted[i] = list[from]
	}
	copy(list, sorted)
}

// Strings puts names that are nothing but names in their order.
func Strings(lang string, names []string) {
	same := func(name *string) string { return *name }
	Sort(lang, names, same, same)
}
