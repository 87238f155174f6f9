package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// stopping is a reader that ends with its context.
type stopping struct {
	ctx context.Context //nolint:containedctx // a reader has nowhere else to take it from
	r   io.Reader
}

// Read reads unless the context has ended.
func (s stopping) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

// reason leaves out the verb and the path that os puts before an error.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
