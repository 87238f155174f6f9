// Package notify writes the messages that the product sends: plain text, one page, one link.
//
// The one rule: a message to a shopper may be read over his shoulder. It names no organisation, no branch and no
// visit, and never says what he does.
package notify

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Message is one message, ready to be sent.
type Message struct {
	To      string `json:"to"` // e-mail address
	Subject string `json:"subject"`
	Text    string `json:"text"` // plain text, lines end in \n
}

// Sender sends messages. An error means that it may be tried again.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// signature ends every message and says why it came.
const signature = "\nThis message came because somebody used your e-mail address here. If it was not you, ignore it: nothing happens without the link.\n"

// write joins paragraphs, the link on a line of its own, and the signature.
func write(to, subject string, paragraphs ...string) Message {
	return Message{To: to, Subject: subject, Text: strings.Join(paragraphs, "\n\n") + "\n" + signature}
}

// lasts says how long a link works, in minutes, hours or days.
func lasts(d time.Duration) string {
	n, unit := int(d.Round(time.Minute)/time.Minute), "minute"
	switch {
	case d >= 48*time.Hour:
		n, unit = int(d/(24*time.Hour)), "day"
	case d >= 2*time.Hour:
		n, unit = int(d/time.Hour), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("The link works once, for %d %s.", n, unit)
}
