//go:build !unix

package pgtest

import "context"

// process is a private server, which this system cannot keep: borrow one instead.
type process struct{ dir string }

func (*process) stop() {}

func start(context.Context, Options) (*Server, error) { return nil, errMissing }
