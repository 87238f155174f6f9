package auth

import (
	"context"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/fault"
)

func TestAPasswordFitsItsOwnHashAndNoOther(t *testing.T) {
	h := newHasher(2)
	stored, err := h.hash(t.Context(), "three quiet herons")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("hash = %q, %v", stored, err)
	}
	if ok, renew, err := h.verify(t.Context(), "three quiet herons", stored); !ok || renew || err != nil {
		t.Errorf("the right password: %v, renew %v, %v", ok, renew, err)
	}
	for _, wrong := range []string{"", "three quiet heron", "Three quiet herons"} {
		if ok, _, _ := h.verify(t.Context(), wrong, stored); ok {
			t.Errorf("%q was taken", wrong)
		}
	}
	again, _ := h.hash(t.Context(), "three quiet herons")
	if again == stored {
		t.Error("two hashes of one password are alike: there is no salt")
	}
}

func TestAHashOfAnotherCostIsTakenAndRenewed(t *testing.T) {
	// argon2id of "password" with the salt "somesalt", from the reference implementation's tests.
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, renew, err := newHasher(1).verify(t.Context(), "password", reference)
	if !ok || !renew || err != nil {
		t.Errorf("ok %v, renew %v, %v", ok, renew, err)
	}
}

func TestABrokenOrAbsurdHashFitsNothing(t *testing.T) {
	h := newHasher(1)
	for _, stored := range []string{
		"", "plain", "$2a$10$abcdefghijklmnopqrstuv",
		"$argon2id$v=18$m=64,t=1,p=1$c29tZXNhbHQ$ZVrRXq05KFt+tZNTBMxowFMRzQSipqlp",
		"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$ZVrRXq05KFt+tZNTBMxowFMRzQSipqlp",
		"$argon2id$v=19$m=64,t=1000,p=1$c29tZXNhbHQ$ZVrRXq05KFt+tZNTBMxowFMRzQSipqlp",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AA",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$!!!!",
	} {
		if ok, _, err := h.verify(t.Context(), "password", stored); ok || err != nil {
			t.Errorf("%q: ok %v, %v", stored, ok, err)
		}
	}
}

func TestOnlyAFewPasswordsAreHashedAtOnce(t *testing.T) {
	h := newHasher(1)
	release, err := h.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.hash(ctx, "three quiet herons"); !fault.Is(err, fault.Busy) {
		t.Errorf("error = %v, want Busy", err)
	}
	release()
	if _, err := h.hash(t.Context(), "three quiet herons"); err != nil {
		t.Error(err)
	}
}

func TestPasswordsThatWillNotDoAreNamed(t *testing.T) {
	for password, want := range map[string]string{
		"three quiet herons":       "",
		"ünïcödé wörds":            "",
		"Zq8#":                     "at least 10",
		"ninechars":                "at least 10",
		strings.Repeat("abcd", 51): "at most 200",
		"password1234":             "too common",
		"PassWord123456":           "too common",
		"iloveyou123":              "too common",
		"aaaaaaaaaaaa":             "repeats",
		"abababababab":             "repeats",
		"robin.hood@example.org":   "name or address",
		"robin hood":               "name or address",
		"null\x00character":        "cannot be typed",
		"broken\xff\xfeutf8":       "cannot be typed",
	} {
		got := CheckPassword(password, "robin.hood@example.org", "Robin Hood")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

func TestTheListOfCommonPasswordsIsThere(t *testing.T) {
	long := 0
	for word := range common() {
		if word != strings.ToLower(word) {
			t.Errorf("%q is not in small letters and would never match", word)
		}
		if len(word) >= minPassword {
			long++
		}
	}
	if long < 300 {
		t.Errorf("only %d common passwords are long enough to matter", long)
	}
}

func BenchmarkHash(b *testing.B) {
	h := newHasher(1)
	for b.Loop() {
		if _, err := h.hash(b.Context(), "three quiet herons"); err != nil {
			b.Fatal(err)
		}
	}
}
