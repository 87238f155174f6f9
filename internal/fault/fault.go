// Package fault holds the kinds of error that cross the walls between packages.
//
// The one rule: an error whose kind is known is answered to the person who caused it, in his words; every other
// error is ours, is logged and is answered without detail.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says which answer an error gets. The zero Kind is an error of ours.
type Kind int

// The kinds. Things of another organisation are NotFound, never Forbidden: their existence is no one else's business.
const (
	Internal   Kind = iota // not known to be anyone's fault but ours
	NotFound               // no such thing, or not for this person to know of
	Invalid                // the input does not fit; Fields says where
	Forbidden              // this person may see the thing but may not do this to it
	Conflict               // the thing changed meanwhile, or is in a state that refuses this
	TooMany                // asked too often; RetryAfter says when to come back
	TooLarge               // a body, file or list over its limit
	SignIn                 // nobody is signed in, or the session ended
	Busy                   // nothing is lost; the same request may be sent again
	Gone                   // the thing was withdrawn and will not come back
	Full                   // there is no room on the disk; RetryAfter says when to come back
	Unreadable             // a body in a form that is not read here
)

// Fault is an error of a known kind with a sentence for the person.
type Fault struct {
	Kind       Kind
	Message    string        // a whole sentence, shown as it is
	Fields     []Field       // only with Invalid
	RetryAfter time.Duration // only with TooMany, Busy and Full, and for what may pass by itself
	Cause      error         // for the log, never shown
}

// Field is what is wrong with one input field.
type Field struct {
	Name    string // as in the form, or the JSON path
	Message string // a whole sentence
}

// Error gives the message, then the fields.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Message)
	for _, x := range f.Fields {
		fmt.Fprintf(&b, "; %s: %s", x.Name, x.Message)
	}
	if f.Cause != nil {
		fmt.Fprintf(&b, " (%v)", f.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// New makes a fault of a kind with a sentence for the person.
func New(k Kind, message string) *Fault { return &Fault{Kind: k, Message: message} }

// Newf is New with a format.
func Newf(k Kind, format string, args ...any) *Fault { return New(k, fmt.Sprintf(format, args...)) }

// Missing is the NotFound fault for a noun: "There is no such visit."
func Missing(noun string) *Fault { return New(NotFound, "There is no such "+noun+".") }

// Retry is a fault that asks to come back after d.
func Retry(k Kind, message string, d time.Duration) *Fault {
	return &Fault{Kind: k, Message: message, RetryAfter: d}
}

// KindOf gives the kind of an error, Internal for one that is no Fault.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// As gives the Fault inside err.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// Fields collects everything that is wrong with an input.
// The zero value is ready: add, then return Err().
type Fields struct{ list []Field }

// Add notes one wrong field; message is a whole sentence.
func (f *Fields) Add(name, message string) {
	f.list = append(f.list, Field{Name: name, Message: message})
}

// Addf is Add with a format.
func (f *Fields) Addf(name, format string, args ...any) { f.Add(name, fmt.Sprintf(format, args...)) }

// Len is the number of wrong fields.
func (f *Fields) Len() int { return len(f.list) }

// Err is nil when nothing is wrong, else an Invalid fault with all fields.
func (f *Fields) Err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Message: "Some of this needs another look.", Fields: f.list}
}
