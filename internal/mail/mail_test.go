package mail_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/mail"
	"plainclothes/internal/notify"
)

var at = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// server is a mail server for one connection: it answers with greeting first and gives what it was told.
func server(t *testing.T, greeting string) (port int, got <-chan string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	out := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		out <- converse(c, greeting)
	}()
	return l.Addr().(*net.TCPAddr).Port, out
}

func converse(c net.Conn, greeting string) string {
	var all strings.Builder
	in := bufio.NewScanner(c)
	_, _ = fmt.Fprintf(c, "%s\r\n", greeting)
	body := false
	for in.Scan() {
		line := in.Text()
		all.WriteString(line + "\n")
		switch {
		case body && line == ".":
			body = false
			_, _ = fmt.Fprint(c, "250 kept\r\n")
		case body:
		case strings.HasPrefix(line, "EHLO"):
			_, _ = fmt.Fprint(c, "250-test\r\n250 8BITMIME\r\n")
		case line == "DATA":
			body = true
			_, _ = fmt.Fprint(c, "354 go on\r\n")
		case line == "QUIT":
			_, _ = fmt.Fprint(c, "221 bye\r\n")
			return all.String()
		default:
			_, _ = fmt.Fprint(c, "250 ok\r\n")
		}
	}
	return all.String()
}

func sender(t *testing.T, port int, tls string) *mail.SMTP {
	t.Helper()
	s, err := mail.New(mail.Options{Host: "127.0.0.1", Port: port, TLS: tls, From: "Lists <lists@example.com>"}, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAMessageArrivesWhole(t *testing.T) {
	port, got := server(t, "220 test")
	m := notify.SentBack("shopper@example.com", "https://lists.example.com/visits/1")
	if err := sender(t, port, mail.None).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	text := <-got
	for _, want := range []string{
		"MAIL FROM:<lists@example.com>", "RCPT TO:<shopper@example.com>", "From: \"Lists\" <lists@example.com>", "To: <shopper@example.com>",
		"Subject: A question about your list", "Date: Sat, 21 Nov 2026 09:30:00 +0000", "Auto-Submitted: auto-generated", "\nhttps://lists.example.com/visits/1\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(strings.ToLower(text), "go-mail v") || strings.Contains(text, "User-Agent") {
		t.Error("the message tells what sent it")
	}
}

func TestASubjectCannotAddHeaders(t *testing.T) {
	port, got := server(t, "220 test")
	m := notify.Message{To: "a@example.com", Subject: "Hello\r\nBcc: everybody@example.com", Text: "x"}
	if err := sender(t, port, mail.None).Send(t.Context(), m); err == nil {
		if text := <-got; strings.Contains(text, "\nBcc:") {
			t.Errorf("a header came in:\n%s", text)
		}
	}
}

func TestAnAddressThatIsNoneIsAnError(t *testing.T) {
	if err := sender(t, 1, mail.None).Send(t.Context(), notify.Message{To: "nobody\r\nRCPT TO:<x@example.com>"}); err == nil {
		t.Error("it was sent")
	}
	if _, err := mail.New(mail.Options{Host: "h", Port: 25, From: "nobody"}, time.Now); err == nil {
		t.Error("a sender without an address was taken")
	}
}

func TestWithoutTLSNothingIsSaidToAServerThatShouldHaveIt(t *testing.T) {
	port, got := server(t, "220 test")
	if err := sender(t, port, mail.StartTLS).Send(t.Context(), notify.SentBack("a@example.com", "x")); err == nil {
		t.Error("it was sent in the clear")
	}
	select {
	case text := <-got:
		if strings.Contains(text, "MAIL FROM") {
			t.Errorf("told the server:\n%s", text)
		}
	case <-time.After(5 * time.Second):
		t.Error("the connection was left open")
	}
}

func TestARefusalIsAnError(t *testing.T) {
	port, _ := server(t, "554 go away")
	if err := sender(t, port, mail.None).Send(t.Context(), notify.SentBack("a@example.com", "x")); err == nil {
		t.Error("no error")
	}
}

func TestAServerThatSaysNothingDoesNotHoldUs(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := sender(t, l.Addr().(*net.TCPAddr).Port, mail.None).Send(ctx, notify.SentBack("a@example.com", "x")); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}
