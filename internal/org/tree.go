package org

import (
	"slices"
	"strings"

	"plainclothes/internal/alphabet"
)

// Bounds of the tree of regions.
const (
	MaxDepth   = 8    // levels, counted from the top
	MaxRegions = 2000 // in one organisation
)

// Tree answers questions about an organisation's regions.
type Tree struct {
	byID     map[string]Region
	children map[string][]Region // by the parent's id, by name; "" holds the top
}

// NewTree arranges regions; one whose parent is not among them is at the top.
func NewTree(rs []Region) Tree {
	rs = slices.Clone(rs)
	SortRegions(rs)
	t := Tree{byID: make(map[string]Region, len(rs)), children: map[string][]Region{}}
	for _, r := range rs {
		t.byID[r.ID] = r
	}
	for _, r := range rs {
		parent := r.Parent
		if _, known := t.byID[parent]; !known {
			parent = ""
		}
		t.children[parent] = append(t.children[parent], r)
	}
	return t
}

// SortRegions puts regions in the order of their names, whatever database they came from.
func SortRegions(list []Region) {
	alphabet.Sort("", list, func(r *Region) string { return r.Name }, func(r *Region) string { return r.ID })
}

// add puts one more region into the tree.
func (t *Tree) add(r Region) {
	t.byID[r.ID] = r
	t.children[r.Parent] = append(t.children[r.Parent], r)
}

// Region gives one by its id.
func (t *Tree) Region(id string) (Region, bool) {
	r, ok := t.byID[id]
	return r, ok
}

// Path is the names from the top down to a region, "North/Leeds"; "" for an unknown one.
func (t *Tree) Path(id string) string {
	var names []string
	for r, ok := t.byID[id]; ok && len(names) <= MaxDepth; r, ok = t.byID[r.Parent] {
		names = append(names, r.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// Below gives a region and all regions below it.
func (t *Tree) Below(id string) []string {
	ids := []string{id}
	for i := 0; i < len(ids); i++ {
		for _, r := range t.children[ids[i]] {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Walk visits every region from the top down, siblings by name; depth is 0 at the top.
func (t *Tree) Walk(visit func(r Region, depth int)) { t.walk("", 0, visit) }

func (t *Tree) walk(parent string, depth int, visit func(Region, int)) {
	for _, r := range t.children[parent] {
		visit(r, depth)
		t.walk(r.ID, depth+1, visit)
	}
}

// depth is the number of levels down to a region; 0 for "".
func (t *Tree) depth(id string) int {
	n := 0
	for r, ok := t.byID[id]; ok && n <= MaxRegions; r, ok = t.byID[r.Parent] {
		n++
	}
	return n
}

// height is the number of levels from a region down to its deepest.
func (t *Tree) height(id string) int {
	deepest := 0
	for _, r := range t.children[id] {
		deepest = max(deepest, t.height(r.ID))
	}
	return deepest + 1
}

// child finds a region by name below a parent, "" for the top.
func (t *Tree) child(parent, name string) (Region, bool) {
	for _, r := range t.children[parent] {
		if fold(r.Name) == fold(name) {
			return r, true
		}
	}
	return Region{}, false
}

// fold makes names comparable without regard to case.
func fold(s string) string { return strings.ToLower(s) }
