package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the list of common passwords
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"plainclothes/internal/fault"
)

// Cost of one hash: OWASP's minimum for argon2id. Memory is in KiB.
const (
	argonTime, argonMemory, argonLanes = 2, 19 * 1024, 1
	saltLength, keyLength              = 16, 32
)

// Bounds of a password in characters. The upper one is there because each is hashed.
const minPassword, maxPassword = 10, 200

// common.txt lists passwords of ten and more characters that are tried first, one per line, in small letters.
//
//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, line := range strings.Fields(commonText) {
		set[line] = true
	}
	return set
})

// CheckPassword says why a password will not do, in a sentence; "" when it will. There are no rules of composition;
// email and name are refused because they are the first guess.
func CheckPassword(password, email, name string) string {
	small := strings.ToLower(password)
	user, _, _ := strings.Cut(email, "@")
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return "The password has characters that cannot be typed."
	case utf8.RuneCountInString(password) < minPassword:
		return fmt.Sprintf("Use at least %d characters. A few words in a row are good.", minPassword)
	case utf8.RuneCountInString(password) > maxPassword:
		return fmt.Sprintf("Use at most %d characters.", maxPassword)
	case common()[small] || common()[strings.TrimRight(small, "0123456789!.?")]:
		return "This password is too common. Choose one that nobody else would think of."
	case distinct(small) < 4:
		return "This password repeats the same few characters. Choose another."
	case small == email || small == user || small == strings.ToLower(name):
		return "Your name or address is no password. Choose another."
	}
	return ""
}

// distinct counts the different characters of a text.
func distinct(s string) int {
	set := map[rune]bool{}
	for _, r := range s {
		set[r] = true
	}
	return len(set)
}

// hasher hashes passwords, a few at a time: each takes 19 MiB, and strangers decide how many there are.
type hasher struct {
	slots chan struct{}
	decoy func() string // a hash of nothing, to spend the same time on people who do not exist
}

func newHasher(slots int) *hasher {
	h := &hasher{slots: make(chan struct{}, slots)}
	h.decoy = sync.OnceValue(func() string { return format(rand.Text(), newSalt()) })
	return h
}

// hash gives the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	release, err := h.take(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return format(password, newSalt()), nil
}

// take waits for a slot as long as the request lives.
func (h *hasher) take(ctx context.Context) (func(), error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		f := fault.New(fault.Busy, "Too many people are signing in just now. Please try again.")
		f.Cause = ctx.Err()
		return nil, f
	}
}

func newSalt() []byte {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails, says crypto/rand
	return salt
}

func format(password string, salt []byte) string {
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, keyLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// verify reports whether a password is that of a PHC string, and whether its cost is no longer ours and it should be
// hashed again. An empty or unreadable PHC string takes the same time and fits no password.
func (h *hasher) verify(ctx context.Context, password, phc string) (ok, renew bool, err error) {
	release, err := h.take(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	stored, readable := readPHC(phc)
	if !readable {
		stored, _ = readPHC(h.decoy())
	}
	key := argon2.IDKey([]byte(password), stored.salt, stored.time, stored.memory, stored.lanes, stored.length())
	ok = subtle.ConstantTimeCompare(key, stored.key) == 1 && readable
	return ok, ok && (stored.time != argonTime || stored.memory != argonMemory || stored.lanes != argonLanes), nil
}

// phc is a stored hash.
type phc struct {
	time, memory uint32
	lanes        uint8
	salt, key    []byte
}

// readPHC reads a PHC string and refuses costs that would stop the server.
func readPHC(s string) (phc, bool) {
	var p phc
	var version int
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes); err != nil {
		return p, false
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	p.key, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	return p, err1 == nil && err2 == nil && p.sane()
}

// length is that of the key in bytes; sane has checked it.
func (p phc) length() uint32 { return uint32(len(p.key)) } //nolint:gosec // at most 64

func (p phc) sane() bool {
	return p.memory >= 8 && p.memory <= 1<<20 && p.time >= 1 && p.time <= 20 && p.lanes >= 1 && p.lanes <= 16 &&
		len(p.salt) >= 8 && len(p.key) >= 16 && len(p.key) <= 64
}
