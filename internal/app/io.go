package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
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

// untilStopped is a reader of what may never come, such as what somebody types: it ends with its context also while it
// waits. Whatever waits then waits on, unheard, until the process ends.
func untilStopped(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	context.AfterFunc(ctx, func() { _ = in.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(in, r)
		_ = in.CloseWithError(err)
	}()
	return stopping{ctx, out}
}

// reason leaves out what os and net put before an error: the verb, the path, the address.
func reason(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
