package auth

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestWaitsDoubleUpToABoundAndAreForgotten(t *testing.T) {
	var a Attempt
	at := noon
	for i, want := range []time.Duration{
		0, 0, 0, 0, 0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second,
		64 * time.Second, 128 * time.Second, 256 * time.Second, 5 * time.Minute, 5 * time.Minute,
	} {
		a = a.counted(accountRule, at)
		if got := a.Blocked.Sub(at); got != want {
			t.Errorf("wait after failure %d = %v, want %v", i+1, got, want)
		}
		at = at.Add(time.Hour)
	}
	for range 1000 { // no overflow into a wait for ever, or none
		a = a.counted(accountRule, at)
	}
	if got := a.Blocked.Sub(at); got != accountRule.most {
		t.Errorf("wait after very many failures = %v, want %v", got, accountRule.most)
	}
	if a = a.counted(accountRule, at.Add(forgetAfter+1)); a.Failures != 1 {
		t.Errorf("after a quiet day there are %d failures, want 1", a.Failures)
	}
}

func TestASuccessTakesBackOneFailureOfASharedAddress(t *testing.T) {
	a := Attempt{Failures: 20, Last: noon, Blocked: noon}
	a = a.counted(addressRule, noon).forgiven(noon)
	if a.Failures != 20 || a.Blocked.After(noon) {
		t.Errorf("counter = %+v", a)
	}
	if a = (Attempt{}).forgiven(noon); a.Failures != 0 {
		t.Errorf("failures = %d", a.Failures)
	}
}

func TestAnIPv6CustomerIsOneAddress(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2::7":      "2001:db8:1:2::/64",
		"2001:db8:1:2:9::8%en": "2001:db8:1:2::/64",
		"2001:db8:1:3::7":      "2001:db8:1:3::/64",
		"somewhere":            "somewhere",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("networkOf(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestKeysDoNotRunIntoEachOther(t *testing.T) {
	if key("pair", "a", "bc") == key("pair", "ab", "c") || key("a") == key("b") {
		t.Error("two keys are alike")
	}
	if k := key("account", "robin@example.org"); len(k) != 64 {
		t.Errorf("key = %q, want a hash", k)
	}
}
