// Package mail sends messages through a mail server (SMTP).
//
// The one rule: every step has a time limit, and what fails is an error that may be tried again.
package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"

	"plainclothes/internal/notify"
)

// The ways of speaking to a mail server.
const (
	StartTLS = "starttls" // plain at first, then TLS or nothing
	TLS      = "tls"      // TLS from the first byte
	None     = "none"     // for a server on this machine
)

const (
	stepTimeout = 15 * time.Second // for one answer of the server
	sendTimeout = 45 * time.Second // for a whole message
)

// Options say which server, and who sends.
type Options struct {
	Host           string
	Port           int
	TLS            string // StartTLS, TLS or None
	User, Password string // both or neither
	From           string // name@example.com or "Name <name@example.com>"
}

// SMTP is a notify.Sender.
type SMTP struct {
	opt Options
	now func() time.Time
}

// New makes a sender; the server is asked nothing yet.
func New(o Options, now func() time.Time) (*SMTP, error) {
	s := &SMTP{opt: o, now: now}
	if _, err := s.client(s.dial); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	if err := gomail.NewMsg().From(o.From); err != nil {
		return nil, fmt.Errorf("sender of messages: %w", err)
	}
	return s, nil
}

// Send hands one message to the server over a connection of its own.
func (s *SMTP) Send(ctx context.Context, m notify.Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	msg, err := s.message(m)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	c, err := s.client(func(dialing context.Context, network, address string) (net.Conn, error) {
		line, err := s.dial(dialing, network, address)
		if err == nil { // go-mail goes on waiting after ctx ends, and leaves the line open when the server offers no TLS
			context.AfterFunc(ctx, func() { _ = line.Close() })
		}
		return line, err
	})
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	if err := c.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}

// message puts the headers around a text. go-mail encodes what could end a header early.
func (s *SMTP) message(m notify.Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(s.opt.From); err != nil {
		return nil, err
	}
	if err := msg.To(m.To); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetMessageID()
	msg.SetDateWithValue(s.now())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no out-of-office answers
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

// client makes a connection's settings; go-mail's clients are for one connection at a time.
func (s *SMTP) client(dial gomail.DialContextFunc) (*gomail.Client, error) {
	opts := []gomail.Option{gomail.WithDialContextFunc(dial), gomail.WithPort(s.opt.Port), gomail.WithTimeout(stepTimeout), gomail.WithTLSPolicy(gomail.TLSMandatory)}
	switch s.opt.TLS {
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.opt.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.opt.User), gomail.WithPassword(s.opt.Password))
	}
	return gomail.NewClient(s.opt.Host, opts...)
}

// dial opens the connection.
func (s *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	plain := &net.Dialer{Timeout: stepTimeout}
	if s.opt.TLS != TLS {
		return plain.DialContext(ctx, network, address)
	}
	secure := &tls.Dialer{NetDialer: plain, Config: &tls.Config{ServerName: s.opt.Host, MinVersion: tls.VersionTLS12}}
	return secure.DialContext(ctx, network, address)
}
