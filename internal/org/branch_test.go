package org

import (
	"math"
	"strings"
	"testing"

	"plainclothes/internal/fault"
)

func TestEveryWrongFieldOfABranchIsNamed(t *testing.T) {
	fine := Branch{
		Code: "MAN-01", Name: "Mill Lane", Channel: Store, Kind: Own, Zone: "Europe/London", Features: []string{"has_seating"},
		HasPlace: true, Latitude: 53.48, Longitude: -2.24, Active: true,
	}
	for name, c := range map[string]struct {
		change func(*Branch)
		want   string
	}{
		"fine":           {func(*Branch) {}, ""},
		"foreign code":   {func(b *Branch) { b.Code = "Köln/3.1_x" }, ""},
		"no code":        {func(b *Branch) { b.Code = "" }, "code"},
		"code with room": {func(b *Branch) { b.Code = "A 1" }, "code"},
		"formula code":   {func(b *Branch) { b.Code = "=A1" }, "code"},
		"long code":      {func(b *Branch) { b.Code = strings.Repeat("x", 33) }, "code"},
		"no name":        {func(b *Branch) { b.Name = "" }, "name"},
		"control name":   {func(b *Branch) { b.Name = "a\nb" }, "name"},
		"long format":    {func(b *Branch) { b.Format = strings.Repeat("x", 61) }, "format"},
		"long address":   {func(b *Branch) { b.Address = strings.Repeat("ü", 301) }, "address"},
		"full address":   {func(b *Branch) { b.Address = strings.Repeat("ü", 300) }, ""},
		"channel":        {func(b *Branch) { b.Channel = "fax" }, "channel"},
		"kind":           {func(b *Branch) { b.Kind = "rival" }, "kind"},
		"no zone":        {func(b *Branch) { b.Zone = "" }, "zone"},
		"machine's zone": {func(b *Branch) { b.Zone = "Local" }, "zone"},
		"no such zone":   {func(b *Branch) { b.Zone = "Europe/Leeds" }, "zone"},
		"path as zone":   {func(b *Branch) { b.Zone = "../../etc/passwd" }, "zone"},
		"feature":        {func(b *Branch) { b.Features = []string{"Has Seating"} }, "features"},
		"many features":  {func(b *Branch) { b.Features = make([]string, 51) }, "features features"},
		"latitude":       {func(b *Branch) { b.Latitude = 90.1 }, "latitude"},
		"no number":      {func(b *Branch) { b.Latitude, b.Longitude = math.NaN(), math.NaN() }, "latitude longitude"},
		"longitude":      {func(b *Branch) { b.Longitude = -181 }, "longitude"},
	} {
		b := fine
		c.change(&b)
		var bad fault.Fields
		b.check(&bad)
		var names []string
		if f, wrong := fault.As(bad.Err()); wrong {
			for _, x := range f.Fields {
				names = append(names, x.Name)
			}
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: wrong %q, want %q", name, got, c.want)
		}
	}
}
