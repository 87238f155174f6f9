package owner

import (
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/studio"
)

// day writes "2026-11-21" as "21 Nov 2026"; what is no date stays as it is.
func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 Jan 2006")
}

// months writes a window as "August to November 2026".
func months(w studio.Window) string {
	from, errFrom := time.Parse("2006-01", w.From)
	to, errTo := time.Parse("2006-01", w.To)
	switch {
	case errFrom != nil || errTo != nil:
		return ""
	case from.Equal(to):
		return to.Format("January 2006")
	case from.Year() == to.Year():
		return from.Format("January") + " to " + to.Format("January 2006")
	}
	return from.Format("January 2006") + " to " + to.Format("January 2006")
}

// roleNames are the roles as they read on screen.
var roleNames = map[auth.Role]string{
	auth.Owner: "Owner", auth.RegionalManager: "Regional manager", auth.BranchManager: "Branch manager",
	auth.Editor: "Editor", auth.Scheduler: "Scheduler", auth.Shopper: "Shopper",
}

// roleName gives the word for a role, itself when there is none.
func roleName(r auth.Role) string {
	if n, ok := roleNames[r]; ok {
		return n
	}
	return string(r)
}

// roleWords lists roles: "Owner, Editor".
func roleWords(roles []auth.Role) string {
	var all []string
	for _, r := range auth.Roles() {
		for _, mine := range roles {
			if r == mine {
				all = append(all, roleName(r))
			}
		}
	}
	return strings.Join(all, ", ")
}
