package report

import (
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
)

func TestBranchesAndFormatsAreOfferedWhereAReaderLooksForThem(t *testing.T) {
	x := &study{}
	x.reach = auth.Reach{All: true}
	for i, name := range []string{"Zell", "Öhringen", "aalen", "Ähtäri", "Bern", "Ähtäri"} {
		x.counted.Branches = append(x.counted.Branches, org.Branch{ID: string(rune('9' - i)), Code: "same", Name: name, Format: name, Active: true})
	}
	var names []string
	for _, n := range few(x.beside("none", func(*org.Branch) bool { return true })).List {
		names = append(names, n.Name+n.ID)
	}
	if got := strings.Join(names, " "); got != "aalen7 Ähtäri4 Ähtäri6 Bern5 Öhringen8 Zell9" {
		t.Errorf("beside: %s", got)
	}
	_, formats := x.choices(x.counted.Branches)
	if got := strings.Join(formats, " "); got != "aalen Ähtäri Bern Öhringen Zell" {
		t.Errorf("formats: %s", got)
	}
}
