package config_test

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"plainclothes/internal/config"
	"plainclothes/internal/fault"
)

// read parses a command line of a server with these variables.
func read(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	var s config.Serve
	e := config.NewEnvironment(func(k string) string { return env[k] })
	k, err := kong.New(&s, kong.Resolvers(e), kong.Writers(io.Discard, io.Discard), kong.ValueFormatter(config.Help))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Parse(args); err != nil {
		t.Fatal(err)
	}
	return e.Config(s)
}

func TestDefaultsServeOneMachineFromAFolder(t *testing.T) {
	c, err := read(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.URL != "http://localhost:8080" || c.Database != "sqlite:data/plainclothes.db" || c.S3 != nil || c.SMTP != nil || c.LogJSON {
		t.Errorf("%+v", c)
	}
}

func TestAFlagWinsOverItsVariable(t *testing.T) {
	env := map[string]string{"PLAINCLOTHES_ADDR": ":9000", "PLAINCLOTHES_DIR": "/srv/pc"}
	c, err := read(t, env, "--addr=:9001")
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":9001" || c.URL != "http://localhost:9001" || c.Database != "sqlite:/srv/pc/plainclothes.db" {
		t.Errorf("%+v", c)
	}
}

func TestEverythingThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := read(t, map[string]string{
		"PLAINCLOTHES_ADDR": "here", "PLAINCLOTHES_METRICS_ADDR": "x:99999", "PLAINCLOTHES_URL": "http://lists.example.com", "PLAINCLOTHES_DATABASE": "mysql://x",
		"PLAINCLOTHES_TRUSTED_PROXIES": "10.0.0.0/8,proxy", "PLAINCLOTHES_TLS_CERT": "a.pem", "PLAINCLOTHES_RATE": "NaN", "PLAINCLOTHES_SECRET": "short",
		"PLAINCLOTHES_S3_ENDPOINT": "s3", "PLAINCLOTHES_SMTP_HOST": "mail", "PLAINCLOTHES_SMTP_PORT": "smtp", "PLAINCLOTHES_SMTP_TLS": "yes",
		"PLAINCLOTHES_SMTP_USER": "u", "PLAINCLOTHES_LOG_LEVEL": "loud", "PLAINCLOTHES_LOG_FORMAT": "xml",
		"PLAINCLOTHES_S3_SECRET_KEY_FILE": "/nowhere/at/all",
	})
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.Name)
		if !strings.HasSuffix(x.Message, ".") {
			t.Errorf("%s: no sentence: %s", x.Name, x.Message)
		}
	}
	all := strings.Join(names, "\n")
	for _, flag := range []string{
		"addr", "metrics-addr", "url", "database", "trusted-proxies", "tls-cert", "rate", "secret", "s3-endpoint", "s3-bucket", "s3-access-key",
		"s3-secret-key", "smtp-port", "smtp-tls", "smtp-from", "smtp-user", "log-level", "log-format",
	} {
		if want := "--" + flag + " (" + config.Variable(flag) + ")"; !strings.Contains(all, want) {
			t.Errorf("nothing about %s in\n%s", want, all)
		}
	}
	if !strings.Contains(all, "PLAINCLOTHES_S3_SECRET_KEY_FILE") {
		t.Error("nothing about the secret file")
	}
}

func TestSecretsMayComeFromFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("correct horse battery staple 123456\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := read(t, map[string]string{"PLAINCLOTHES_SECRET_FILE": path, "PLAINCLOTHES_DATABASE_FILE": path, "PLAINCLOTHES_ADDR_FILE": path, "PLAINCLOTHES_DATABASE": "postgres://x/y"})
	if err == nil || !strings.Contains(err.Error(), "PLAINCLOTHES_DATABASE_FILE, not both") {
		t.Errorf("got %v", err)
	}
	if c.Secret != "correct horse battery staple 123456" {
		t.Errorf("got %q", c.Secret)
	}
	if c.Addr != "127.0.0.1:8080" {
		t.Error("an address came from a file, but it is no secret")
	}
}

func TestAnEmptySecretFileIsNoSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, map[string]string{"PLAINCLOTHES_SECRET_FILE": path}); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("got %v", err)
	}
}

func TestAPasswordDoesNotTravelInTheClear(t *testing.T) {
	env := map[string]string{
		"PLAINCLOTHES_SMTP_HOST": "mail.example.com", "PLAINCLOTHES_SMTP_TLS": "none", "PLAINCLOTHES_SMTP_USER": "u",
		"PLAINCLOTHES_SMTP_PASSWORD": "p", "PLAINCLOTHES_SMTP_FROM": "a@example.com",
	}
	if _, err := read(t, env); err == nil || !strings.Contains(err.Error(), "in the clear") {
		t.Errorf("got %v", err)
	}
	env["PLAINCLOTHES_SMTP_HOST"] = "127.0.0.1"
	if _, err := read(t, env); err != nil {
		t.Errorf("on this machine: %v", err)
	}
}

func TestAnObjectStoreIsWholeOrNotThere(t *testing.T) {
	env := map[string]string{"PLAINCLOTHES_S3_BUCKET": "b"}
	if _, err := read(t, env); err == nil || !strings.Contains(err.Error(), "--s3-endpoint") {
		t.Errorf("got %v", err)
	}
	env["PLAINCLOTHES_S3_ENDPOINT"], env["PLAINCLOTHES_S3_ACCESS_KEY"], env["PLAINCLOTHES_S3_SECRET_KEY"] = "https://s3.example.org", "k", "s"
	c, err := read(t, env)
	if err != nil || c.S3 == nil || c.S3.Bucket != "b" || c.S3.Region != "us-east-1" {
		t.Errorf("%+v %v", c.S3, err)
	}
}

func TestEveryFieldIsASettingWithHelp(t *testing.T) {
	var walk func(s reflect.Type)
	walk = func(s reflect.Type) {
		for i := range s.NumField() {
			f := s.Field(i)
			if f.Anonymous {
				walk(f.Type)
				continue
			}
			if _, ok := f.Tag.Lookup("setting"); !ok || f.Tag.Get("help") == "" {
				t.Errorf("%s.%s has no setting or help tag", s.Name(), f.Name)
			}
		}
	}
	walk(reflect.TypeFor[config.Serve]())
}
