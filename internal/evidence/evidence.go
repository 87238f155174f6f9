// Package evidence is about photos and receipts: what is allowed, how they are cleaned, and where bytes are kept.
//
// The one rule: nobody ever sees the bytes that were uploaded, only what was decoded and encoded again from them.
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
	Type     string // image/jpeg
	Width    int    // pixels
	Height   int
	Added    time.Time
	Removed  time.Time // zero: part of the report
}

// Blobs keeps bytes by key, write-once. Keys are made by this package.
type Blobs interface {
	// Put stores bytes durably before it returns; storing the same key twice is harmless.
	Put(ctx context.Context, key string, b []byte) error
	// Get opens what Put stored, fault.NotFound when there is none.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
}
