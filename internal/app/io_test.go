package app

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A person may type visits, or think better of it: the command is not to wait for a line that does not come.
func TestACommandThatWaitsForInputCanBeStopped(t *testing.T) {
	standards := filepath.Join(t.TempDir(), "standards.csv")
	if err := os.WriteFile(standards, []byte("standard,weight,good_bp\nK1,1,8000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"score", "--programme", coffee(t)}, {"compare", "--standards", standards}} {
		ctx, stop := context.WithCancel(t.Context())
		stdin, typed := io.Pipe()
		var said bytes.Buffer
		ended := make(chan int, 1)
		go func() {
			ended <- Run(ctx, args, func(string) string { return "" }, stdin, io.Discard, &said)
		}()
		if _, err := typed.Write([]byte("visit")); err != nil { // so it reads already, and waits for more
			t.Fatal(err)
		}
		stop()
		select {
		case code := <-ended:
			if code != failed || !strings.Contains(said.String(), "Stopped.") {
				t.Errorf("%s ended with %d and said %s", args[0], code, said.String())
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s still waits", args[0])
		}
		_ = typed.Close()
	}
}
