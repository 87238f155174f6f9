package kit_test

import (
	"math"
	"testing"
	"time"

	"plainclothes/internal/web/kit"
)

func TestPercentHasOneDecimalAndRoundsHalvesAwayFromZero(t *testing.T) {
	for bp, want := range map[int]string{6896: "69.0%", 6895: "69.0%", 6894: "68.9%", 10000: "100.0%", 0: "0.0%", 4: "0.0%", 5: "0.1%", -5: "−0.1%", -4: "0.0%", -1250: "−12.5%"} {
		if got := kit.Percent(bp); got != want {
			t.Errorf("%d: %s, want %s", bp, got, want)
		}
	}
}

func TestMoneyKnowsEachCurrencysMinorUnit(t *testing.T) {
	cases := []struct {
		minor    int64
		currency string
		want     string
	}{
		{650, "EUR", "€6.50"},
		{5, "GBP", "£0.05"},
		{650, "USD", "USD 6.50"},
		{650, "JPY", "¥650"},
		{1234, "KWD", "KWD 1.234"},
		{-650, "EUR", "−€6.50"},
		{-5, "CHF", "CHF −0.05"},
		{0, "EUR", "€0.00"},
		{math.MinInt64, "EUR", "−€92233720368547758.08"},
		{100, "", "1.00"},
	}
	for _, x := range cases {
		if got := kit.Money(x.minor, x.currency); got != x.want {
			t.Errorf("%d %s: %s, want %s", x.minor, x.currency, got, x.want)
		}
	}
}

func TestPointsShowNoMoreDecimalsThanTheyHave(t *testing.T) {
	for n, want := range map[int]string{500: "5", 250: "2.5", 125: "1.25", 0: "0", -50: "−0.5", 10000: "100", 1: "0.01"} {
		if got := kit.Points(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestTimesAreShownInTheZoneOfTheBranch(t *testing.T) {
	at := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
	if got := kit.DateTime(at, "Europe/Berlin"); got != "22 Nov 2026, 00:30" {
		t.Error(got)
	}
	if got := kit.Date(at, "America/New_York") + " " + kit.Clock(at, "America/New_York"); got != "21 Nov 2026 18:30" {
		t.Error(got)
	}
	if got := kit.DateTime(at, "Mars/Olympus"); got != "21 Nov 2026, 23:30" {
		t.Error(got)
	}
	if got := kit.DateTime(time.Time{}, "UTC"); got != "" {
		t.Error(got)
	}
}

func TestAgoCountsInTheLargestUnit(t *testing.T) {
	for d, want := range map[time.Duration]string{30 * time.Second: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago", time.Hour: "1 hour ago", 47 * time.Hour: "1 day ago", 72 * time.Hour: "3 days ago", -time.Hour: "just now"} {
		if got := kit.Ago(noon.Add(-d), noon); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	if got := kit.Ago(time.Time{}, noon); got != "" {
		t.Error(got)
	}
}
