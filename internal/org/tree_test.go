package org

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"plainclothes/internal/fault"
)

// tree of: North > Leeds > Centre, North > Hull, South.
func someTree() Tree {
	return NewTree([]Region{
		{ID: "c", Parent: "l", Name: "Centre"},
		{ID: "s", Name: "South"},
		{ID: "l", Parent: "n", Name: "Leeds"},
		{ID: "n", Name: "North"},
		{ID: "h", Parent: "n", Name: "hull"},
	})
}

func TestATreeIsWalkedFromTheTopByName(t *testing.T) {
	tree := someTree()
	var b strings.Builder
	tree.Walk(func(r Region, depth int) { fmt.Fprintf(&b, "%d%s ", depth, r.Name) })
	if got := b.String(); got != "0North 1hull 1Leeds 2Centre 0South " {
		t.Errorf("walk = %s", got)
	}
	if got := tree.Path("c"); got != "North/Leeds/Centre" {
		t.Errorf("path = %s", got)
	}
	if got := strings.Join(tree.Below("n"), " "); got != "n h l c" {
		t.Errorf("below = %s", got)
	}
	b.Reset()
	abroad := NewTree([]Region{{ID: "3", Name: "Zug"}, {ID: "2", Name: "Ähtäri"}, {ID: "1", Name: "ahlen"}, {ID: "5", Name: "Bern"}, {ID: "4", Name: "Bern"}})
	abroad.Walk(func(r Region, _ int) { b.WriteString(r.Name + r.ID + " ") })
	if got := b.String(); got != "ahlen1 Ähtäri2 Bern4 Bern5 Zug3 " {
		t.Errorf("abroad: %s", got)
	}
	if tree.Path("x") != "" || tree.Path("") != "" {
		t.Error("a path of nothing")
	}
}

func TestARegionWhoseParentIsOutOfReachIsAtTheTop(t *testing.T) {
	tree := NewTree([]Region{{ID: "c", Parent: "l", Name: "Centre"}})
	if got := tree.Path("c"); got != "Centre" {
		t.Errorf("path = %s", got)
	}
}

func TestRegionsThatCannotBeAreNamed(t *testing.T) {
	deep := make([]Region, MaxDepth)
	for i := range deep {
		deep[i] = Region{ID: strconv.Itoa(i), Name: "r"}
		if i > 0 {
			deep[i].Parent = strconv.Itoa(i - 1)
		}
	}
	full := make([]Region, MaxRegions)
	for i := range full {
		full[i] = Region{ID: strconv.Itoa(i), Name: strconv.Itoa(i)}
	}
	for name, c := range map[string]struct {
		r    Region
		tree Tree
		want string
	}{
		"fine":            {Region{ID: "x", Name: "East"}, someTree(), ""},
		"same elsewhere":  {Region{ID: "x", Parent: "s", Name: "Leeds"}, someTree(), ""},
		"no change":       {Region{ID: "l", Parent: "n", Name: "LEEDS"}, someTree(), ""},
		"moved":           {Region{ID: "l", Parent: "s", Name: "Leeds"}, someTree(), ""},
		"no name":         {Region{ID: "x", Name: " "}, someTree(), "name"},
		"a slash":         {Region{ID: "x", Name: "a/b"}, someTree(), "name"},
		"a twin":          {Region{ID: "x", Parent: "n", Name: "leeds"}, someTree(), "name"},
		"too long":        {Region{ID: "x", Name: strings.Repeat("x", 121)}, someTree(), "name"},
		"unknown parent":  {Region{ID: "x", Parent: "q", Name: "East"}, someTree(), "parent"},
		"below itself":    {Region{ID: "n", Parent: "n", Name: "North"}, someTree(), "parent"},
		"below its child": {Region{ID: "n", Parent: "c", Name: "North"}, someTree(), "parent"},
		"as deep as may":  {Region{ID: "x", Parent: strconv.Itoa(MaxDepth - 2), Name: "x"}, NewTree(deep), ""},
		"too deep":        {Region{ID: "x", Parent: strconv.Itoa(MaxDepth - 1), Name: "x"}, NewTree(deep), "parent"},
		"too many":        {Region{ID: "x", Name: "x"}, NewTree(full), "parent"},
	} {
		f, wrong := fault.As(checkRegion(c.r, &c.tree))
		if wrong != (c.want != "") || wrong && (len(f.Fields) != 1 || f.Fields[0].Name != c.want) {
			t.Errorf("%s: %v, want a wrong %q", name, f, c.want)
		}
	}
}

func TestASubtreeMovesOnlyWhereItFits(t *testing.T) {
	rs := []Region{{ID: "a", Name: "a"}, {ID: "b", Parent: "a", Name: "b"}}
	for i := range MaxDepth - 1 {
		r := Region{ID: strconv.Itoa(i), Name: strconv.Itoa(i)}
		if i > 0 {
			r.Parent = strconv.Itoa(i - 1)
		}
		rs = append(rs, r)
	}
	tree := NewTree(rs)
	if err := checkRegion(Region{ID: "a", Name: "a", Parent: strconv.Itoa(MaxDepth - 3)}, &tree); err != nil {
		t.Errorf("two levels below six: %v", err)
	}
	if err := checkRegion(Region{ID: "a", Name: "a", Parent: strconv.Itoa(MaxDepth - 2)}, &tree); err == nil {
		t.Error("two levels below seven")
	}
}
