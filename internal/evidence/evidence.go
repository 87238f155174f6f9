// Package evidence is about photos and receipts: what is allowed, how they are cleaned, and where bytes are kept.
//
// The one rule: no page ever shows the bytes that were uploaded, only what was decoded and encoded again from them. A
// picture that cannot be decoded is kept as it came, for an editor to fetch as a file.
package evidence

import (
	"context"
	"io"
	"time"
)

// Photo is one piece of evidence of a visit. Ids are random, so that they do not tell when it was taken.
type Photo struct {
	Org      string
	ID       string
	Visit    string
	Question string
	SHA256   string // hex, of the kept bytes
	Size     int64  // bytes kept
	Type     string // image/jpeg; anything else cannot be shown and is only handed out as a file
	Width    int    // pixels, 0 when they are not known
	Height   int
	Added    time.Time
	Removed  time.Time // zero: part of the report

	// What a phone sent and its receipt lists; zero for a photo of the plain pages.
	Submission string // id
	SentSHA256 string // hex, of the bytes as they were sent
	SentSize   int64
	Late       bool // came for a part that was sent already: for the editor, not part of the report
}

// Blobs keeps bytes by key, write-once. Keys are made by this package.
type Blobs interface {
	// Put stores bytes durably before it returns; storing the same key twice is harmless.
	Put(ctx context.Context, key string, b []byte) error
	// Get opens what Put stored, fault.NotFound when there is none.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes what Put stored; nothing there is fine.
	Delete(ctx context.Context, key string) error
	// Sweep removes what was stored under the first part of keys before a time.
	Sweep(ctx context.Context, first string, before time.Time) error
}

// Shown reports whether the picture can be shown. What cannot be shown is kept as it came.
func (p Photo) Shown() bool { return p.Type == ShownType }
