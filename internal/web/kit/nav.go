package kit

import (
	"net/http"
	"slices"
	"strings"

	"plainclothes/internal/auth"
)

// NavGroup is a heading with its links.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem is one link of the navigation.
type NavItem struct {
	Label   string
	Path    string
	Icon    string
	Current bool // the page is this one or below it
}

// navigation lists every entry in the order of the screen. An entry shows when its page exists and the actor may see it.
var navigation = []NavGroup{
	{"Fieldwork", []NavItem{
		{Label: "My visits", Path: "/visits", Icon: "list-checks"},
		{Label: "Plan", Path: "/plan", Icon: "calendar-days"},
		{Label: "Review", Path: "/review", Icon: "clipboard-check"},
	}},
	{"Results", []NavItem{
		{Label: "Compare", Path: "/compare", Icon: "chart-no-axes-column"},
		{Label: "Reports", Path: "/reports", Icon: "file-text"},
	}},
	{"Standards", []NavItem{
		{Label: "Standards", Path: "/standards", Icon: "flag"},
		{Label: "Programmes", Path: "/programmes", Icon: "clipboard-list"},
	}},
	{"Organisation", []NavItem{
		{Label: "Branches", Path: "/branches", Icon: "store"},
		{Label: "Regions", Path: "/regions", Icon: "map"},
		{Label: "People", Path: "/people", Icon: "users"},
		{Label: "Tokens", Path: "/tokens", Icon: "key-round"},
		{Label: "Log", Path: "/log", Icon: "scroll-text"},
	}},
}

// nav gives the groups that this actor sees, with the current page marked.
func (s *Site) nav(a auth.Actor, path string) []NavGroup {
	var out []NavGroup
	for _, g := range navigation {
		items := slices.DeleteFunc(slices.Clone(g.Items), func(i NavItem) bool { return !s.reachable(i.Path, a) })
		for n := range items {
			items[n].Current = path == items[n].Path || strings.HasPrefix(path, items[n].Path+"/")
		}
		if len(items) > 0 {
			out = append(out, NavGroup{Label: g.Label, Items: items})
		}
	}
	return out
}

// reachable reports whether a page was added that this actor may open.
func (s *Site) reachable(path string, a auth.Actor) bool {
	for _, r := range s.routes {
		if r.Method != http.MethodGet || r.Path != path {
			continue
		}
		v, ok := r.Access.Verb()
		return ok && a.May(v)
	}
	return false
}
