// Package roughtest is a bad network for tests: between a client and a server
// it loses requests, loses answers after the server has committed, breaks bodies off,
// delays, repeats and reorders, by a seed or by a plan.
//
// The one rule to know: a fate is decided per request, before it goes on, and
// the client is told as little as a phone is told. A [Line] is a transport for
// Go clients; a [Gate] is a server in front of the real one for browsers.
//
//	line := roughtest.NewLine(http.DefaultTransport, roughtest.Rough().Decider(7))
//	client := &http.Client{Transport: line}
//	…
//	line.Deliver() // what is still on its way arrives now
//
// Only tests may import this package.
package roughtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrBroken is what a client sees of a line that failed it.
var ErrBroken = errors.New("the line broke")

// Line is a client's transport over a bad network.
type Line struct {
	under  http.RoundTripper
	decide Decider

	mu   sync.Mutex
	late []*parcel
	log  []Entry
}

// Entry is one request as the client sent it.
type Entry struct {
	Method, Path string
	Fate         Kind
	Status       int // what the client was told; 0 for nothing
	Sent         int // bytes of the request's body
}

// NewLine puts a network whose fates are decided by decide before a transport.
func NewLine(under http.RoundTripper, decide Decider) *Line {
	return &Line{under: under, decide: decide}
}

// parcel is a request that can be sent more than once.
type parcel struct {
	request *http.Request
	body    []byte
}

// RoundTrip sends a request to its fate.
func (l *Line) RoundTrip(r *http.Request) (*http.Response, error) {
	p, err := pack(r)
	if err != nil {
		return nil, err
	}
	fate := l.decide(r)
	if err := pause(r, fate.Delay); err != nil {
		return nil, err
	}
	res, err := l.meet(p, fate)
	l.note(p, fate, res)
	l.arriveBehind(fate)
	return res, err
}

// pack reads the body, so that the request can go twice.
func pack(r *http.Request) (*parcel, error) {
	p := &parcel{request: r}
	if r.Body == nil || r.Body == http.NoBody {
		return p, nil
	}
	defer func() { _ = r.Body.Close() }()
	var err error
	p.body, err = io.ReadAll(r.Body)
	return p, err
}

func pause(r *http.Request, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.Context().Done():
		return r.Context().Err()
	case <-t.C:
		return nil
	}
}

// meet is what becomes of a request.
func (l *Line) meet(p *parcel, f Fate) (*http.Response, error) {
	switch f.Kind {
	case Lost:
		return nil, ErrBroken
	case Refuse:
		return refusal(p.request, f.Status), nil
	case Late:
		l.mu.Lock()
		l.late = append(l.late, p)
		l.mu.Unlock()
		return nil, ErrBroken
	case Broken:
		return nil, l.tear(p)
	case Mute, Twice:
		res, err := l.send(p, p.body)
		if err != nil {
			return nil, err
		}
		drain(res)
		if f.Kind == Mute {
			return nil, ErrBroken
		}
	case Pass:
	}
	return l.send(p, p.body)
}

// send sends the request with a fresh body; the client's own deadline counts.
func (l *Line) send(p *parcel, body []byte) (*http.Response, error) {
	r := p.request.Clone(p.request.Context())
	if body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return l.under.RoundTrip(r)
}

// tear sends the first half of the body and then breaks the connection.
func (l *Line) tear(p *parcel) error {
	r := p.request.Clone(p.request.Context())
	if len(p.body) > 1 {
		r.Body, r.ContentLength = io.NopCloser(io.MultiReader(bytes.NewReader(p.body[:len(p.body)/2]), tear{})), int64(len(p.body))
		if res, err := l.under.RoundTrip(r); err == nil {
			drain(res)
		}
	}
	return ErrBroken
}

// tear is a body that breaks off.
type tear struct{}

func (tear) Read([]byte) (int, error) { return 0, ErrBroken }

func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

// refusal is an answer of somebody on the way.
func refusal(r *http.Request, status int) *http.Response {
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	text := "Try again.\n"
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Retry-After": {"0"}, "Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r,
	}
}

// arriveBehind lets the oldest late request arrive after a later one did.
func (l *Line) arriveBehind(f Fate) {
	if f.Kind != Pass && f.Kind != Twice {
		return
	}
	l.mu.Lock()
	var p *parcel
	if len(l.late) > 0 {
		p, l.late = l.late[0], l.late[1:]
	}
	l.mu.Unlock()
	if p != nil {
		l.arrive(p)
	}
}

// Deliver lets everything arrive that is still on its way, in the order in which it was sent.
func (l *Line) Deliver() {
	l.mu.Lock()
	late := l.late
	l.late = nil
	l.mu.Unlock()
	for _, p := range late {
		l.arrive(p)
	}
}

// arrive hands a late request over; nobody waits for its answer any more.
func (l *Line) arrive(p *parcel) {
	if res, err := l.under.RoundTrip(p.fresh()); err == nil {
		drain(res)
	}
}

// fresh is the request without the client that gave it up.
func (p *parcel) fresh() *http.Request {
	r := p.request.Clone(context.WithoutCancel(p.request.Context()))
	if p.body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(p.body)), int64(len(p.body))
	}
	return r
}

func (l *Line) note(p *parcel, f Fate, res *http.Response) {
	e := Entry{Method: p.request.Method, Path: p.request.URL.Path, Fate: f.Kind, Sent: len(p.body)}
	if res != nil {
		e.Status = res.StatusCode
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = append(l.log, e)
}

// Log gives every request so far, in the order in which they ended.
func (l *Line) Log() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.log)
}
