// Package blob keeps the bytes of photos: in plain files, or in an object store that speaks S3.
//
// The one rule: Put returns only after the bytes are durable, and what was put under a key never changes.
package blob

import (
	"errors"
	"regexp"

	"plainclothes/internal/fault"
)

// keyForm is what keys look like: a few plain parts, none of which begins with a dot, so that no key leaves its folder.
var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,79}(/[a-z0-9][a-z0-9-]{0,79}){0,5}$`)

// checkKey refuses keys that evidence.Key did not make. Such a key is a mistake of ours.
func checkKey(key string) error {
	if !keyForm.MatchString(key) {
		return errors.New("blob: the key " + key + " is not well formed")
	}
	return nil
}

// missing is the answer when nothing was put under a key.
func missing(cause error) error {
	return &fault.Fault{Kind: fault.NotFound, Message: "There is no such photo.", Cause: cause}
}
