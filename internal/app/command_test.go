package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/config"
	"plainclothes/internal/programme/demo"
)

// file writes a file of a test and gives its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// coffee is the programme file of the coffee kiosks.
func coffee(t *testing.T) string {
	t.Helper()
	src, ok := demo.File("coffee-kiosks")
	if !ok {
		t.Fatal("no demo programme")
	}
	return file(t, "coffee.yaml", string(src))
}

func TestHelpOfServeListsEverySetting(t *testing.T) {
	code, out, _ := newPremises(t, "").run("serve", "--help")
	if code != 0 {
		t.Fatalf("ended with %d", code)
	}
	for _, flag := range []string{
		"dir", "database", "s3-endpoint", "s3-bucket", "s3-region", "s3-prefix", "s3-access-key", "s3-secret-key", "receipt-key", "addr", "url", "tls-cert", "tls-key",
		"trusted-proxies", "rate", "metrics-addr", "secret", "smtp-host", "smtp-port", "smtp-tls", "smtp-user", "smtp-password", "smtp-from", "log-level", "log-format",
	} {
		if !strings.Contains(out, "--"+flag) || !strings.Contains(out, config.Variable(flag)) {
			t.Errorf("nothing of --%s (%s)", flag, config.Variable(flag))
		}
	}
	if !strings.Contains(strings.Join(strings.Fields(out), " "), "$PLAINCLOTHES_SMTP_PASSWORD_FILE") {
		t.Error("nothing of secret files")
	}
}

func TestWrongSettingsAreAllSaidBeforeAnythingIsMade(t *testing.T) {
	l := newPremises(t, "")
	l.env["PLAINCLOTHES_ADDR"], l.env["PLAINCLOTHES_LOG_LEVEL"], l.env["PLAINCLOTHES_SMTP_HOST"] = "here", "loud", "mail"
	code, _, said := l.run("serve")
	for _, want := range []string{"--addr (PLAINCLOTHES_ADDR)", "--log-level", "--smtp-from"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing of %s in %s", want, said)
		}
	}
	if _, err := os.Stat(l.dir); code != 1 || !os.IsNotExist(err) {
		t.Errorf("ended with %d, %v", code, err)
	}
}

func TestTheCommandLineHasThreeExitStatuses(t *testing.T) {
	l := newPremises(t, "")
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, 0},
		{[]string{"--help"}, 0},
		{[]string{"version"}, 0},
		{[]string{"nothing"}, 2},
		{[]string{"serve", "--nothing"}, 2},
		{[]string{"lint"}, 2},
		{[]string{"score"}, 2},
		{[]string{"lint", "none.yaml"}, 1},
		{[]string{"user", "list"}, 1},
		{[]string{"verify", "--database=mysql:x"}, 1},
	} {
		if code, _, said := l.run(c.args...); code != c.want {
			t.Errorf("%v ended with %d, want %d: %s", c.args, code, c.want, said)
		}
	}
}

func TestWhatCannotBeMadeOrUsedIsSaidWithItsName(t *testing.T) {
	l := newPremises(t, "")
	l.must("migrate")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	taken := ln.Addr().String()
	nowhere := filepath.Join(t.TempDir(), "nowhere", "copy.tar")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"demo", "--small", "--dir", file, "--addr", "127.0.0.1:0"}, "The folder " + file + " cannot be made: not a directory. Choose another place with --dir.\n"},
		{[]string{"migrate", "--database", "sqlite:" + filepath.Join(file, "x", "y.db")}, "The folder " + filepath.Join(file, "x") + " cannot be made: not a directory."},
		{[]string{"migrate", "--database", "sqlite:" + l.dir}, "The file " + l.dir + " cannot be made: is a directory."},
		{[]string{"demo", "--small", "--addr", "nonsense"}, `--addr is HOST:PORT, such as 127.0.0.1:8080, and not "nonsense".` + "\n"},
		{[]string{"demo", "--small", "--addr", "192.0.2.7:8081"}, "The demo speaks plain http, so that it is for this machine alone. Choose an address such as 127.0.0.1:8081 with --addr.\n"},
		{[]string{"serve", "--addr", taken}, "The address " + taken + " cannot be used: address already in use. Choose another one with --addr.\n"},
		{[]string{"backup", nowhere}, "The file " + nowhere + " cannot be made: no such file or directory. Choose another place for the copy.\n"},
	} {
		if code, _, said := l.run(c.args...); code != failed || !strings.HasPrefix(said, c.want) {
			t.Errorf("%v ended with %d: %s", c.args, code, said)
		}
	}
}

func TestACommandDoesNotMakeADatabaseByMistake(t *testing.T) {
	l := newPremises(t, "")
	code, _, said := l.run("organisation", "list")
	if _, err := os.Stat(l.dir); code != 1 || !os.IsNotExist(err) || !strings.Contains(said, "There is no database at") {
		t.Errorf("ended with %d: %s (%v)", code, said, err)
	}
}

func TestCommandsAskForAMigrationFirst(t *testing.T) {
	l := newPremises(t, "")
	l.must("migrate")
	x := l.open()
	if _, err := x.store.Pool().ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)"); err != nil {
		t.Fatal(err)
	}
	if code, _, said := l.run("organisation", "list"); code != 1 || !strings.Contains(said, "Run plainclothes migrate") {
		t.Errorf("ended with %d: %s", code, said)
	}
}

var oneLink = regexp.MustCompile(`^https://lists\.example\.com/link/[a-z0-9]+\n$`)

func TestPeopleAndOrganisationsAreMadeFromTheCommandLine(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		l.env["PLAINCLOTHES_URL"] = "https://lists.example.com/"
		l.must("migrate")
		if code, _, said := l.run("user", "list"); code != 1 || !strings.Contains(said, "There is no organisation yet") {
			t.Errorf("%d %s", code, said)
		}
		out, _ := l.must("organisation", "add", "Copper Kettle", "--owner-name=Robin Field", "--owner-email=Robin@Example.com")
		if !oneLink.MatchString(out) {
			t.Errorf("the owner's link: %q", out)
		}
		out, _ = l.must("user", "add", "kim@example.com", "--name=Kim Brook", "--role=shopper,editor", "--alias=Kestrel")
		if !oneLink.MatchString(out) {
			t.Errorf("the new person's link: %q", out)
		}
		if out, _ := l.must("user", "list"); !strings.Contains(out, "kim@example.com") || !strings.Contains(out, "Kestrel") || !strings.Contains(out, "robin@example.com") {
			t.Errorf("people: %s", out)
		}
		if out, _ := l.must("user", "link", "KIM@example.com"); !oneLink.MatchString(out) {
			t.Errorf("another link: %q", out)
		}
		l.must("user", "deactivate", "kim@example.com")
		if out, _ := l.must("user", "list"); !strings.Contains(out, "false") {
			t.Errorf("people: %s", out)
		}
		if code, _, said := l.run("user", "deactivate", "robin@example.com"); code != 1 || !strings.Contains(said, "last active owner") {
			t.Errorf("%d %s", code, said)
		}
		if code, _, said := l.run("user", "link", "nobody@example.com"); code != 1 || !strings.Contains(said, "Nobody has the e-mail address") {
			t.Errorf("%d %s", code, said)
		}
		if code, _, said := l.run("user", "add", "x", "--name=X", "--role=king"); code != 1 || !strings.Contains(said, "email:") || !strings.Contains(said, "roles:") {
			t.Errorf("%d %s", code, said)
		}
		code, _, said := l.run("user", "add", "b@example.com", "--name=B", "--role=branch_manager", "--branch=B9", "--role=regional_manager", "--region=North")
		if code != 1 || !strings.Contains(said, `"North"`) {
			t.Errorf("%d %s", code, said)
		}
		l.must("organisation", "add", "Tin Pot", "--owner-name=Robin Field", "--owner-email=robin@example.com", "--zone=Europe/Berlin", "--currency=EUR")
		if code, _, said := l.run("user", "list"); code != 1 || !strings.Contains(said, "There are several") {
			t.Errorf("%d %s", code, said)
		}
		if out, _ := l.must("user", "list", "--organisation=tin pot"); strings.Contains(out, "kim@") {
			t.Errorf("people of the other organisation: %s", out)
		}
		if out, _ := l.must("organisation", "list"); !strings.Contains(out, "Tin Pot") || !strings.Contains(out, "EUR") {
			t.Errorf("organisations: %s", out)
		}
	})
}

func TestAProgrammeGoesInAndComesOutTheSame(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, _ func() *premises) {
		l.must("migrate")
		l.must("organisation", "add", "Copper Kettle", "--owner-name=Robin Field", "--owner-email=robin@example.com")
		in := coffee(t)
		if code, _, said := l.run("import", in, "--publish"); code != 1 || !strings.Contains(said, "--note") {
			t.Errorf("without a note: %d %s", code, said)
		}
		if _, said := l.must("import", in); !strings.Contains(said, "the draft of version 1") {
			t.Errorf("said %s", said)
		}
		if _, said := l.must("import", in, "--publish", "--note=First version."); !strings.Contains(said, "published as version 1") {
			t.Errorf("said %s", said)
		}
		if _, said := l.must("import", in); !strings.Contains(said, "Nothing was changed") {
			t.Errorf("said %s", said)
		}
		key := regexp.MustCompile(`(?m)^programme: (\S+)`).FindStringSubmatch(read(t, in))[1]
		out, _ := l.must("export", key)
		again := file(t, "again.yaml", out)
		if _, said := l.must("import", again); !strings.Contains(said, "Nothing was changed") {
			t.Errorf("the exported file says something else: %s", said)
		}
		target := filepath.Join(t.TempDir(), "out.yaml")
		l.must("export", key, "-o", target)
		if read(t, target) != out {
			t.Error("the file is not what is printed")
		}
		if code, _, said := l.run("export", key, "-o", target); code != 1 || !strings.Contains(said, "not overwritten") {
			t.Errorf("%d %s", code, said)
		}
		form := filepath.Join(t.TempDir(), "form.xlsx")
		if _, said := l.must("export", key, "--xlsform", "-o", form); !strings.Contains(said, "standards: Other tools will not see this") {
			t.Errorf("said %s", said)
		}
		if _, said := l.must("import", form); !strings.Contains(said, "Nothing was changed") {
			t.Errorf("the exported form says something else: %s", said)
		}
		if code, _, said := l.run("export", "none"); code != 1 || !strings.Contains(said, key) {
			t.Errorf("%d %s", code, said)
		}
	})
}

func TestABadProgrammeFileIsRefusedByLineAndChangesNothing(t *testing.T) {
	l := newPremises(t, "")
	l.must("migrate")
	l.must("organisation", "add", "Copper Kettle", "--owner-name=Robin Field", "--owner-email=robin@example.com")
	bad := file(t, "bad.yaml", strings.Replace(read(t, coffee(t)), "kind: yes_no", "kind: perhaps", 1))
	line := regexp.MustCompile(`bad\.yaml:\d+:\d+: sections\[\d+\]\.questions\[\d+\]\.kind: `)
	if code, out, _ := l.run("lint", bad); code != 1 || !line.MatchString(out) {
		t.Errorf("lint: %d %s", code, out)
	}
	if code, _, said := l.run("import", bad, "--publish", "--note=x"); code != 1 || !line.MatchString(said) {
		t.Errorf("import: %d %s", code, said)
	}
	if code, _, said := l.feed("{}\n", "score", "--programme", bad); code != 1 || !line.MatchString(said) {
		t.Errorf("score: %d %s", code, said)
	}
	if code, _, said := l.run("export", "copper-kettle"); code != 1 || !strings.Contains(said, "There is no programme yet") {
		t.Errorf("export: %d %s", code, said)
	}
}

func TestLintReadsStandardInput(t *testing.T) {
	good, err := os.ReadFile(coffee(t))
	if err != nil {
		t.Fatal(err)
	}
	l := newPremises(t, "")
	if code, _, errs := l.feed(string(good), "lint", "-"); code != 0 {
		t.Errorf("a good one: %d, %s", code, errs)
	}
	if code, out, _ := l.feed("format: plainclothes/programme/v1\nnonsense: 1\n", "lint", "-"); code != 1 || !strings.HasPrefix(out, "standard input:") {
		t.Errorf("a bad one: %d, %s", code, out)
	}
}

func TestLintGivesAdviceWithoutFailing(t *testing.T) {
	code, out, _ := newPremises(t, "").run("lint", coffee(t))
	if code != 0 || !regexp.MustCompile(`coffee\.yaml:\d+:\d+: warning: \S+: .`).MatchString(out) {
		t.Errorf("%d %s", code, out)
	}
}

func TestScoreAnswersEachLineAndSaysWhichAreBad(t *testing.T) {
	l, in := newPremises(t, ""), coffee(t)
	good := `{"scenario": "buyer", "features": ["has_seating"], "answers": {"A3": "yes"}}`
	code, out, _ := l.feed(good+"\n\n"+good+"\n", "score", "--programme", in)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); code != 0 || len(lines) != 2 || lines[0] != lines[1] || !strings.Contains(lines[0], `"base_bp"`) {
		t.Errorf("%d %s", code, out)
	}
	code, out, said := l.feed(good+"\nnonsense\n"+good, "score", "--programme", in, "--trace")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var bad struct {
		Error string `json:"error"`
		Line  int    `json:"line"`
	}
	if code != 1 || len(lines) != 3 || json.Unmarshal([]byte(lines[1]), &bad) != nil || bad.Line != 2 || bad.Error == "" || !strings.Contains(lines[2], `"trace"`) {
		t.Errorf("%d %s", code, out)
	}
	if !strings.Contains(said, "1 of 3 lines") {
		t.Errorf("said %s", said)
	}
}

const standardsCSV = "standard,weight,good_bp\nK1,1,8000\n"

// visitsCSV are visits of ten branches.
func visitsCSV() string {
	var b strings.Builder
	b.WriteString("visit,branch,region,shopper,month,score_bp,K1\n")
	for i := range 60 {
		b.WriteString(strings.Join([]string{"v" + itoa(i), "b" + itoa(i%10), "r" + itoa(i%2), "s" + itoa(i%7), "2026-10", itoa(6000 + i*37%4000), itoa(min(1, i%3))}, ",") + "\n")
	}
	return b.String()
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestCompareReadsATableAndPrintsOneDocument(t *testing.T) {
	l, standards := newPremises(t, ""), file(t, "standards.csv", standardsCSV)
	code, out, said := l.feed(visitsCSV(), "compare", "--standards", standards)
	var d struct {
		Model    struct{ Level string } `json:"model"`
		Branches []json.RawMessage      `json:"branches"`
	}
	if err := json.Unmarshal([]byte(out), &d); code != 0 || err != nil || d.Model.Level == "" || len(d.Branches) != 10 {
		t.Errorf("%d %v %s %.300s", code, err, said, out)
	}
	code, out, _ = l.feed(visitsCSV(), "compare", "--standards", standards, "--level=A", "--model-only")
	var model struct{ Level string }
	if err := json.Unmarshal([]byte(out), &model); code != 0 || err != nil || model.Level != "A" || strings.Contains(out, "branches") {
		t.Errorf("%d %v %s", code, err, out)
	}
	if code, _, said := l.feed("visit,branch,score_bp,K1\nv1,b1,hello,1\n", "compare", "--standards", standards); code != 1 || !strings.Contains(said, "standard input:2: score_bp: ") {
		t.Errorf("%d %s", code, said)
	}
	if code, _, said := l.feed("", "compare", "--standards", file(t, "bad.csv", "standard,weight\nK1,1\n")); code != 1 || !strings.Contains(said, "bad.csv") {
		t.Errorf("%d %s", code, said)
	}
	if code, _, said := l.feed("", "compare", "--standards", standards, "--level=D"); code != 1 || !strings.Contains(said, "--level") {
		t.Errorf("%d %s", code, said)
	}
}

func TestAnInterruptedCommandStopsAndSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, said bytes.Buffer
	code := Run(ctx, []string{"score", "--programme", coffee(t)}, func(string) string { return "" }, strings.NewReader("{}\n"), &out, &said)
	if code != 1 || said.String() != "Stopped.\n" || out.Len() > 0 {
		t.Errorf("ended with %d, printed %s, said %s", code, out.String(), said.String())
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
