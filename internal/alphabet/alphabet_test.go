package alphabet

import (
	"slices"
	"strings"
	"testing"
)

func TestNamesStandWhereAReaderLooksForThem(t *testing.T) {
	want := []string{"", "7 Dials", "Aachen", "Ägypten", "ägypten 2", "bath", "Bern", "École", "Eiche", "Łódź", "Lyon", "Öl", "Zürich", "zypern", "Σάμος", "Якутск"}
	for _, lang := range []string{"", "en", "de", "not a language"} {
		got := slices.Clone(want)
		slices.Reverse(got)
		Sort(lang, got, func(s *string) string { return *s }, func(s *string) string { return *s })
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", lang, got)
		}
	}
}

func TestALanguageHasItsOwnOrder(t *testing.T) {
	names := []string{"Ärla", "Zinkgruvan", "Arboga"}
	Sort("sv", names, func(s *string) string { return *s }, func(s *string) string { return *s })
	if strings.Join(names, " ") != "Arboga Zinkgruvan Ärla" {
		t.Errorf("in Swedish: %q", names)
	}
}

func TestTheSameNameStandsById(t *testing.T) {
	type place struct{ id, name string }
	list := []place{{"3", "Mill"}, {"1", "Mill"}, {"9", "Aisle"}, {"2", "Mill"}}
	Sort("en", list, func(p *place) string { return p.name }, func(p *place) string { return p.id })
	var ids []string
	for _, p := range list {
		ids = append(ids, p.id)
	}
	if strings.Join(ids, "") != "9123" {
		t.Errorf("%v", list)
	}
}
