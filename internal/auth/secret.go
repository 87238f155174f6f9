package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"
)

// newID makes a time-ordered id.
func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// isID reports whether a text can be an id, before a database is asked for it.
func isID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id.String() == s
}

// shortSecret has 130 random bits: for links, which live for minutes and are used once.
func shortSecret() string { return strings.ToLower(rand.Text()) }

// NewOrgToken makes "organisation.secret", so that the organisation is known before the token is looked for, and the hash that
// is kept of it.
func NewOrgToken(org string) (token, hash string) {
	token = org + "." + longSecret()
	return token, HashOf(token)
}

// longSecret has 260 random bits: for sessions and tokens of programs.
func longSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }

// HashOf is what the database keeps of a secret. A plain hash will do: nobody can guess 128 random bits.
func HashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
