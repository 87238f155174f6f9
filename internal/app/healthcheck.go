package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"plainclothes/internal/fault"
)

type healthcheckCmd struct {
	Addr string `default:"127.0.0.1:8080" help:"Address that the server listens on, HOST:PORT." setting:""`
	Live bool   `help:"Ask only whether it answers, not whether its database does."`
}

// Run asks a server on this machine, as containers do.
func (c healthcheckCmd) Run(p *program) error {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fault.New(fault.Invalid, "--addr must be HOST:PORT, such as 127.0.0.1:8080.")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	path := "/readyz"
	if c.Live {
		path = "/healthz"
	}
	return get(p.ctx, "http://"+net.JoinHostPort(host, port)+path)
}

// get is an error unless the answer is 200.
func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		b, err := io.ReadAll(io.LimitReader(res.Body, 200))
		return fmt.Errorf("the server answers %s: %s %w", res.Status, b, err)
	}
	return nil
}
