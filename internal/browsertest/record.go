package browsertest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// record is what a page reported while it was loaded and used.
type record struct {
	mu        sync.Mutex
	documents []string // addresses of pages themselves, whose status the test asks for
	problems  []problem
	traffic   Traffic
}

type problem struct{ source, url, text string }

// Traffic is what a page asked the server for.
type Traffic struct {
	Requests int   // the page itself and everything it uses
	Bytes    int64 // as they came over the wire, compressed and with headers
}

// Traffic returns what the page needed since the last Open, Follow or Reload.
func (p *Page) Traffic() Traffic {
	p.rec.mu.Lock()
	defer p.rec.mu.Unlock()
	return p.rec.traffic
}

// Problems returns what a developer would see in red in the console since the
// last Open, Follow or Reload: exceptions, console.error, what the content
// policy refused, and parts of the page that could not be loaded. The status of
// the page itself is no problem.
func (p *Page) Problems() []string {
	p.rec.mu.Lock()
	defer p.rec.mu.Unlock()
	var out []string
	for _, q := range p.rec.problems {
		if q.source != string(log.EntrySourceNetwork) || !slices.Contains(p.rec.documents, q.url) {
			out = append(out, fmt.Sprintf("%s: %s (%s)", q.source, q.text, q.url))
		}
	}
	return out
}

func (r *record) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.documents, r.problems, r.traffic = nil, nil, Traffic{}
}

// note takes in one event; it runs in the loop that reads from the browser and must be quick.
func (r *record) note(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		r.traffic.Requests++
	case *network.EventLoadingFinished:
		r.traffic.Bytes += int64(e.EncodedDataLength)
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			r.documents = append(r.documents, e.Response.URL)
		}
	case *log.EventEntryAdded:
		r.entry(e.Entry)
	case *runtime.EventExceptionThrown:
		r.problems = append(r.problems, problem{"exception", e.ExceptionDetails.URL, exceptionText(e.ExceptionDetails)})
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			r.problems = append(r.problems, problem{"console", "", argumentsText(e.Args)})
		}
	}
}

func (r *record) entry(e *log.Entry) {
	if e.Level == log.EntryLevelError {
		r.problems = append(r.problems, problem{string(e.Source), e.URL, e.Text})
	}
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func argumentsText(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, cmp.Or(a.Description, string(a.Value)))
	}
	return strings.Join(words, " ")
}
