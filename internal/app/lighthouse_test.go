package app

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
)

// speed is what Lighthouse says of a page.
type speed struct {
	Final string
	LCP   int     // ms until the largest part is painted
	CLS   float64 // how much jumps around
	TBT   int     // ms in which the page does not answer; told, not judged: it is mostly the machine's
	Bytes int
	Index int // how fast this machine is just now, in Lighthouse's measure
	Score float64
}

const slowest = 2000 // ms until the largest part is painted

// good reports whether the page keeps its budget.
func (m speed) good() bool { return m.LCP <= slowest && m.CLS == 0 }

// measure opens a page as a phone that has nothing of it yet, on slow 4G, with somebody's cookies.
func (p *person) measure(path string) speed {
	p.t.Helper()
	script := browsertest.Module(p.t, "../measure.mjs")
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browsertest.Node(p.t), script, browsertest.Chromium(p.t), p.site.url+path, strconv.Itoa(slowest), p.Cookies())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%s: %v: %s", path, err, errs.String())
	}
	var m speed
	if err := json.Unmarshal(out, &m); err != nil {
		p.t.Fatalf("%s: %v: %s", path, err, out)
	}
	if !strings.HasSuffix(m.Final, path) {
		p.t.Fatalf("%s was not measured but %s", path, m.Final)
	}
	return m
}

func TestLighthouseFindsTheVisitPagesQuickAndStill(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the long run has it")
	}
	d := startDemo(t, "")
	p := d.signedIn(t, auth.Shopper, browsertest.Phone)
	visit := "/visits/" + p.begins(leeds)
	for _, path := range []string{"/visits", visit, visit + "/s/A"} {
		m := p.measure(path)
		for more := 2; more > 0 && !m.good(); more-- { // other work on the same machine is not the page's
			m = p.measure(path)
		}
		t.Logf("%s: LCP %d ms, CLS %.3f, TBT %d ms, %d bytes, score %.2f on a machine of %d", path, m.LCP, m.CLS, m.TBT, m.Bytes, m.Score, m.Index)
		if !m.good() {
			t.Errorf("%s: LCP %d ms of %d, CLS %.3f of 0", path, m.LCP, slowest, m.CLS)
		}
	}
}
