package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"plainclothes/internal/fault"
)

// minSecret is the shortest secret in characters; openssl rand -base64 24 gives as many.
const minSecret = 32

// Data is Storage after reading.
type Data struct {
	Dir      string
	Database string // for store.Open
	S3       *S3    // nil: photos are files below Dir

	ReceiptKey []byte // seed of the key that signs receipts, 32 bytes; nil: made in Dir
}

// S3 says where the object store is.
type S3 struct{ Endpoint, Bucket, Region, Prefix, AccessKey, SecretKey string }

// SMTP says how messages leave.
type SMTP struct {
	Host           string
	Port           int
	TLS            string // starttls, tls or none
	User, Password string
	From           string
}

// Config is Serve after reading.
type Config struct {
	Data
	Addr           string
	URL            string // without a slash at the end; "" when the port is only known after listening
	TLSCert        string
	TLSKey         string
	TrustedProxies []netip.Prefix
	Rate           float64 // requests a second from one address
	MetricsAddr    string  // "": none of its own
	Secret         string  // "": made in Dir
	SMTP           *SMTP   // nil: nothing is sent
	LogLevel       slog.Level
	LogJSON        bool
}

// Data checks the settings of a command that touches data.
func (e *Environment) Data(s Storage) (Data, error) {
	bad := e.bad
	d := s.read(&bad)
	return d, told(&bad)
}

// Config checks every setting of a server.
func (e *Environment) Config(s Serve) (Config, error) {
	bad := e.bad
	c := Config{Data: s.Storage.read(&bad), Addr: s.Addr, TLSCert: s.TLSCert, TLSKey: s.TLSKey, MetricsAddr: s.MetricsAddr, Secret: s.Secret}
	port := s.checkAddresses(&bad)
	c.URL = s.publicURL(&bad, port)
	c.TrustedProxies = networks(&bad, s.TrustedProxies)
	c.Rate = rate(&bad, s.Rate)
	if (s.TLSCert == "") != (s.TLSKey == "") {
		bad.Add(both("tls-cert"), "Give the certificate and its key together.")
	}
	if s.Secret != "" && len(s.Secret) < minSecret {
		bad.Addf(both("secret"), "This needs at least %d characters.", minSecret)
	}
	c.SMTP = s.Mail.read(&bad)
	c.LogLevel, c.LogJSON = s.Log.read(&bad)
	return c, told(&bad)
}

// told makes the collected problems an error with a heading of its own.
func told(bad *fault.Fields) error {
	err := bad.Err()
	if f, ok := fault.As(err); ok {
		f.Message = "Some settings need another look."
	}
	return err
}

// read checks where data is.
func (s Storage) read(bad *fault.Fields) Data {
	d := Data{Dir: s.Dir, Database: s.Database, S3: s.s3(bad), ReceiptKey: receiptKey(bad, s.ReceiptKey)}
	if s.Dir == "" {
		bad.Add(both("dir"), "Name a folder.")
	}
	if d.Database == "" {
		d.Database = "sqlite:" + filepath.Join(s.Dir, "plainclothes.db")
	}
	kind, rest, _ := strings.Cut(d.Database, ":")
	if kind != "sqlite" && kind != "postgres" && kind != "postgresql" || rest == "" {
		bad.Add(both("database"), "This must be sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME.")
	}
	return d
}

// receiptKey reads the seed of a key, nil when it is not set.
func receiptKey(bad *fault.Fields, text string) []byte {
	if text == "" {
		return nil
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(seed) != ed25519.SeedSize {
		bad.Add(both("receipt-key"), "This must be 32 bytes in base64, as openssl rand -base64 32 makes them.")
		return nil
	}
	return seed
}

// s3 checks the object store, nil when there is none.
func (s Storage) s3(bad *fault.Fields) *S3 {
	all := map[string]string{"s3-bucket": s.S3Bucket, "s3-access-key": s.S3AccessKey, "s3-secret-key": s.S3SecretKey}
	needed := []string{"s3-bucket", "s3-access-key", "s3-secret-key"}
	if s.S3Endpoint == "" {
		for _, name := range needed {
			if all[name] != "" {
				bad.Addf(both(name), "This is for an object store; name it in %s, too.", both("s3-endpoint"))
			}
		}
		return nil
	}
	if u, err := url.Parse(s.S3Endpoint); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		bad.Add(both("s3-endpoint"), "This must look like https://s3.example.org.")
	}
	for _, name := range needed {
		if all[name] == "" {
			bad.Addf(both(name), "The object store needs this.")
		}
	}
	return &S3{Endpoint: s.S3Endpoint, Bucket: s.S3Bucket, Region: s.S3Region, Prefix: s.S3Prefix, AccessKey: s.S3AccessKey, SecretKey: s.S3SecretKey}
}

// checkAddresses checks what is listened on and gives the main port, "0" when the system chooses it.
func (s Server) checkAddresses(bad *fault.Fields) (port string) {
	for name, addr := range map[string]string{"addr": s.Addr, "metrics-addr": s.MetricsAddr} {
		if name == "metrics-addr" && addr == "" {
			continue
		}
		_, p, err := net.SplitHostPort(addr)
		if n, nerr := strconv.Atoi(p); err != nil || nerr != nil || n < 0 || n > 65535 {
			bad.Add(both(name), "This must be HOST:PORT, such as 127.0.0.1:8080 or :8080.")
		}
		if name == "addr" {
			port = p
		}
	}
	return port
}

// publicURL checks the address that people type, or makes it for this machine.
func (s Server) publicURL(bad *fault.Fields, port string) string {
	if s.URL == "" {
		if port == "0" {
			return ""
		}
		return s.scheme() + "://localhost:" + port
	}
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil:
		bad.Add(both("url"), "This must be a whole address without a path, such as https://lists.example.com.")
	case u.Scheme == "http" && !local(u.Hostname()):
		bad.Add(both("url"), "Plain http would send sessions in the clear. Use https, or http://localhost on this machine.")
	}
	return strings.TrimRight(s.URL, "/")
}

// scheme is what the server itself speaks.
func (s Server) scheme() string {
	if s.TLSCert != "" {
		return "https"
	}
	return "http"
}

// local reports whether a host is this machine.
func local(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// networks reads addresses and networks; a plain address is a network of one.
func networks(bad *fault.Fields, list []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range list {
		if a, err := netip.ParseAddr(strings.TrimSpace(text)); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			bad.Addf(both("trusted-proxies"), "%q is no address or network; write 10.0.0.7 or 10.0.0.0/8.", text)
			continue
		}
		out = append(out, p)
	}
	return out
}

// defaultRate is the requests a second of one address where nothing is said: a dozen people behind one router.
const defaultRate = 50

// rate reads a number of requests a second.
func rate(bad *fault.Fields, text string) float64 {
	if text == "" {
		return defaultRate
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 1 && n <= 1e6) {
		bad.Add(both("rate"), "This must be a number from 1 to 1000000.")
	}
	return n
}

// read checks the mail server, nil when there is none.
func (m Mail) read(bad *fault.Fields) *SMTP {
	if m.SMTPHost == "" {
		return nil
	}
	s := &SMTP{Host: m.SMTPHost, TLS: m.SMTPTLS, User: m.SMTPUser, Password: m.SMTPPassword, From: m.SMTPFrom}
	var err error
	if s.Port, err = strconv.Atoi(m.SMTPPort); err != nil || s.Port < 1 || s.Port > 65535 {
		bad.Add(both("smtp-port"), "This must be a port from 1 to 65535.")
	}
	if s.TLS != "starttls" && s.TLS != "tls" && s.TLS != "none" {
		bad.Add(both("smtp-tls"), "This must be starttls, tls or none.")
	}
	if _, err := netmail.ParseAddress(s.From); err != nil {
		bad.Add(both("smtp-from"), "Messages need a sender, such as lists@example.com.")
	}
	if (s.User == "") != (s.Password == "") {
		bad.Add(both("smtp-user"), "Give the user name and the password together.")
	}
	if s.TLS == "none" && s.Password != "" && !local(s.Host) {
		bad.Add(both("smtp-tls"), "A password must not travel in the clear; use starttls or tls.")
	}
	return s
}

// read checks the log's settings.
func (l Log) read(bad *fault.Fields) (level slog.Level, json bool) {
	if err := level.UnmarshalText([]byte(l.LogLevel)); err != nil {
		bad.Add(both("log-level"), "This must be debug, info, warn or error.")
	}
	if l.LogFormat != "text" && l.LogFormat != "json" {
		bad.Add(both("log-format"), "This must be text or json.")
	}
	return level, l.LogFormat == "json"
}
