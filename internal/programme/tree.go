package programme

import (
	"strconv"
	"strings"
)

// treeKind says what a node of a file's tree is.
type treeKind int

const (
	treeNull treeKind = iota
	treeBool
	treeNumber
	treeText
	treeList
	treeMap
)

// tree is a file without its notation: YAML and JSON both become one, and a Programme is read from it and written to
// it. Maps keep their order, because the order of a programme's parts means something.
type tree struct {
	kind      treeKind
	text      string // of a text; of a number as written; "true" or "false"
	list      []*tree
	entries   []entry
	line, col int
}

// entry is one key of a map.
type entry struct {
	key       string
	value     *tree
	line, col int
}

// get gives the value of a key, nil when the map lacks it.
func (t *tree) get(key string) *tree {
	if t == nil {
		return nil
	}
	for i := range t.entries {
		if t.entries[i].key == key {
			return t.entries[i].value
		}
	}
	return nil
}

// name is what a person calls this kind of value.
func (t *tree) name() string {
	switch t.kind {
	case treeNull:
		return "nothing"
	case treeBool, treeNumber:
		return t.text
	case treeText:
		return strconv.Quote(shorten(t.text, 40))
	case treeList:
		return "a list"
	case treeMap:
		return "a group of keys"
	}
	return ""
}

// shorten cuts a text to n characters.
func shorten(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// find walks a path such as sections[2].questions[0].points and gives the node there, or the last one on the way.
func (t *tree) find(path string) *tree {
	for path != "" && t != nil {
		next, rest := t.step(path)
		if next == nil {
			return t
		}
		t, path = next, rest
	}
	return t
}

// step takes one key or one index off a path.
func (t *tree) step(path string) (*tree, string) {
	path = strings.TrimPrefix(path, ".")
	if strings.HasPrefix(path, "[") {
		digits, rest, _ := strings.Cut(path[1:], "]")
		i, err := strconv.Atoi(digits)
		if err != nil || i < 0 || i >= len(t.list) {
			return nil, ""
		}
		return t.list[i], rest
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	return t.get(path[:end]), path[end:]
}
