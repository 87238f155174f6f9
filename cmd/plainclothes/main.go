// Command plainclothes is the whole product in one program; plainclothes --help lists what it does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"plainclothes/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Who asks twice is not waited for.
	context.AfterFunc(ctx, stop)
	os.Exit(app.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)) //nolint:gocritic // the process ends: nothing is left to stop
}
