//go:build unix

package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func scan[T any](t testing.TB, c *pgx.Conn, query string, args ...any) T {
	t.Helper()
	var v T
	if err := c.QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func exec1(t testing.TB, c *pgx.Conn, statement string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestTheRoleOfATestHasNoMoreRightsThanTheProductNeeds(t *testing.T) {
	c := connect(t, DB(t))
	if got := scan[string](t, c, "SELECT current_user"); got != Role {
		t.Errorf("connected as %q, want %q", got, Role)
	}
	for _, right := range []string{"rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"} {
		if scan[bool](t, c, "SELECT "+right+" FROM pg_roles WHERE rolname = current_user") {
			t.Errorf("the role has %s", right)
		}
	}
	if _, err := c.Exec(t.Context(), "CREATE ROLE other"); err == nil {
		t.Error("the role could create another role")
	}
}

func TestTheRoleOwnsItsDatabaseAndRowLevelSecurityBindsIt(t *testing.T) {
	c := connect(t, DB(t))
	exec1(t, c, "CREATE SCHEMA app")
	exec1(t, c, "CREATE TABLE row (org text)")
	exec1(t, c, "INSERT INTO row VALUES ('mine'), ('theirs')")
	exec1(t, c, "ALTER TABLE row ENABLE ROW LEVEL SECURITY")
	exec1(t, c, "ALTER TABLE row FORCE ROW LEVEL SECURITY")
	exec1(t, c, "CREATE POLICY own ON row USING (org = current_setting('app.org', true))")
	if n := scan[int](t, c, "SELECT count(*) FROM row"); n != 0 {
		t.Errorf("without an organisation the role sees %d rows", n)
	}
	exec1(t, c, "SET app.org = 'mine'")
	if n := scan[int](t, c, "SELECT count(*) FROM row"); n != 1 {
		t.Errorf("with an organisation the role sees %d rows, want 1", n)
	}
}

func TestEveryTestGetsADatabaseOfItsOwn(t *testing.T) {
	a, b := connect(t, DB(t)), connect(t, DB(t))
	exec1(t, a, "CREATE TABLE only_in_a ()")
	if scan[bool](t, b, "SELECT to_regclass('only_in_a') IS NOT NULL") {
		t.Error("both have the same tables")
	}
}

func TestADatabaseIsGoneAfterItsTestEvenWhenConnectionsWereLeftOpen(t *testing.T) {
	var name string
	t.Run("a test", func(t *testing.T) {
		c, err := pgx.Connect(t.Context(), DB(t))
		if err != nil {
			t.Fatal(err)
		}
		name = scan[string](t, c, "SELECT current_database()")
	})
	if name == "" {
		t.Skip("left out: there was no database")
	}
	other := connect(t, DB(t))
	if scan[bool](t, other, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name) {
		t.Errorf("%s is still there", name)
	}
}

func TestATemplateIsFilledOnceAndCopiedForEveryTestAtOnce(t *testing.T) {
	common(t)
	var filled atomic.Int64
	tm := NewTemplate(func(ctx context.Context, url string) error {
		filled.Add(1)
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, "CREATE TABLE ready AS SELECT 1 AS n")
		return firstOf(err, c.Close(ctx))
	})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			t.Run(fmt.Sprint("copy ", i), func(t *testing.T) {
				c := connect(t, tm.DB(t))
				exec1(t, c, "INSERT INTO ready VALUES (2)")
				if n := scan[int](t, c, "SELECT count(*) FROM ready"); n != 2 {
					t.Errorf("%d rows in a fresh copy, want 2", n)
				}
			})
		})
	}
	all.Wait()
	if n := filled.Load(); n != 1 {
		t.Errorf("filled %d times, want once", n)
	}
}

func TestATemplateThatCannotBeFilledSaysWhy(t *testing.T) {
	s := common(t)
	reason := errors.New("migration 3 is wrong")
	if _, err := s.template(t.Context(), func(context.Context, string) error { return reason }); !errors.Is(err, reason) {
		t.Errorf("got %v, want %v", err, reason)
	}
}

func TestOnlyADurableServerWaitsForTheDisk(t *testing.T) {
	durable := Start(t, Options{Durable: true})
	if durable.PID() == 0 {
		t.Error("the server's process id is not known")
	}
	c := connect(t, durable.DB(t))
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if got := scan[string](t, c, "SELECT current_setting($1)", setting); got != "on" {
			t.Errorf("%s is %s on the durable server", setting, got)
		}
	}
}

func TestOverTheNetworkOnlyTheRoleIsLetIn(t *testing.T) {
	s := Start(t, Options{})
	asAdmin := s.guest.Copy()
	asAdmin.User, asAdmin.Database = "postgres", "postgres"
	_, err := pgx.ConnectConfig(t.Context(), asAdmin)
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "28000" {
		t.Errorf("the superuser got %v over the network, want a refusal", err)
	}
}

func TestABorrowedServerIsSharedByProcessesAndSweptOfDeadOnes(t *testing.T) {
	s := Start(t, Options{})
	url := urlOf(s.admin, "postgres")
	living, err := borrow(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(living.stop)
	dead, err := borrow(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	kept, lost := living.name(), dead.name()
	for _, name := range []string{kept, lost, prefix + "by_hand"} {
		if err := living.create(t.Context(), name, "template1"); err != nil {
			t.Fatal(err)
		}
	}
	c, pid := connect(t, urlOf(s.admin, "postgres")), dead.alive.PgConn().PID()
	dead.stop()
	for scan[bool](t, c, "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = $1)", pid) { // the server learns of it a little later
		time.Sleep(10 * time.Millisecond)
	}
	next, err := borrow(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(next.stop)
	for name, want := range map[string]bool{kept: true, lost: false, prefix + "by_hand": true} {
		if got := scan[bool](t, c, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name); got != want {
			t.Errorf("database %s exists: %t, want %t", name, got, want)
		}
	}
}

func TestABorrowedServerWhoseRoleIsTooMightyIsRefused(t *testing.T) {
	s := Start(t, Options{})
	if err := s.exec(t.Context(), "ALTER ROLE "+Role+" BYPASSRLS"); err != nil {
		t.Fatal(err)
	}
	_, err := borrow(t.Context(), urlOf(s.admin, "postgres"))
	if err == nil || !strings.Contains(err.Error(), "NOBYPASSRLS") {
		t.Errorf("got %v, want the way out", err)
	}
}

func TestAnAdministratorWithoutAllRightsCanLendHisServer(t *testing.T) {
	s := Start(t, Options{})
	if err := s.exec(t.Context(), "DROP ROLE "+Role); err != nil {
		t.Fatal(err)
	}
	if err := s.exec(t.Context(), "CREATE ROLE clerk LOGIN CREATEDB CREATEROLE"); err != nil {
		t.Fatal(err)
	}
	clerk := s.admin.Copy()
	clerk.User = "clerk"
	b, err := borrow(t.Context(), urlOf(clerk, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.stop)
	if got := scan[string](t, connect(t, b.DB(t)), "SELECT current_user"); got != Role {
		t.Errorf("connected as %q, want %q", got, Role)
	}
}

func TestAServerThatCannotStartSaysWhatItSaid(t *testing.T) {
	if _, err := binaries(); err != nil {
		giveUp(t, err)
	}
	bin := t.TempDir()
	if err := os.Chmod(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho the disk is on fire\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "initdb"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	for dir := bin; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_, err := startAt(t.Context(), bin, Options{})
	if !errors.Is(err, errTaken) || !strings.Contains(err.Error(), "the disk is on fire") {
		t.Errorf("got %v", err)
	}
}

// TestMain lets the test binary play the process that is killed below.
func TestMain(m *testing.M) {
	if os.Getenv("PGTEST_VICTIM") == "1" {
		s, err := start(context.Background(), Options{})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.own.dir)
		select {}
	}
	os.Exit(m.Run())
}

func TestNothingIsLeftOfAServerWhoseTestProcessWasKilled(t *testing.T) {
	if _, err := binaries(); err != nil {
		giveUp(t, err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PGTEST_VICTIM=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	dir = strings.TrimSpace(dir)
	pid := (&Server{own: &process{dir: dir}}).PID()
	if pid == 0 {
		t.Fatalf("no server in %q", dir)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for range 200 {
		if _, err := os.Stat(dir); os.IsNotExist(err) && !runs(pid) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("folder %s or server %d is still there", dir, pid)
}

// runs reports whether a process of that number lives; a dead one that nobody waited for does not.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestNamesTellTheProcessThatMadeThem(t *testing.T) {
	s := &Server{token: newToken()}
	if token, ok := tokenIn(s.name()); !ok || token != s.token {
		t.Errorf("read %d, %t, want %d", token, ok, s.token)
	}
	for _, name := range []string{"", prefix, prefix + "12_1", prefix + "zzzzzzzzzzzzzzzz_1", prefix + "0123456789abcdef"} {
		if _, ok := tokenIn(name); ok {
			t.Errorf("%q was taken for a database of a test", name)
		}
	}
}

func TestAURLHoldsWhatTheConnectionHolds(t *testing.T) {
	for _, want := range []string{
		"postgres://ann:p%40ss@[::1]:5433/shop?sslmode=disable",
		"postgres://ann@127.0.0.1:5432/shop?sslmode=disable",
		"postgres://ann@/shop?host=%2Ftmp%2Fx&port=5432&sslmode=disable",
		"postgres://ann@db.example.org:5432/shop?sslmode=require",
	} {
		c, err := pgx.ParseConfig(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := urlOf(c, c.Database); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// recorder notes how a test ended, and ends its goroutine as the real one does.
type recorder struct {
	testing.TB
	skipped, fatal string
}

func (*recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWithoutPostgreSQLATestIsSkippedOrFailsAsDemanded(t *testing.T) {
	for _, c := range []struct {
		what, all string
		err       error
		skips     bool
	}{
		{"no server", "", errMissing, true},
		{"no server where all is demanded", "1", errMissing, false},
		{"a broken server", "", errTaken, false},
	} {
		t.Setenv(envAll, c.all)
		end := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			giveUp(end, c.err)
		}()
		<-done
		if (end.skipped != "") != c.skips || (end.fatal == "") != c.skips {
			t.Errorf("%s: skipped with %q, failed with %q", c.what, end.skipped, end.fatal)
		}
		if c.skips && (!strings.Contains(end.skipped, "apt-get install postgresql") || strings.Contains(end.skipped, "\n")) {
			t.Errorf("%s: %q does not tell in one line what was left out and how to have it", c.what, end.skipped)
		}
	}
}

func BenchmarkACopyOfATemplate(b *testing.B) {
	common(b)
	tm := NewTemplate(func(ctx context.Context, url string) error {
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, "CREATE TABLE ready AS SELECT 1 AS n")
		return firstOf(err, c.Close(ctx))
	})
	tm.DB(b)
	for b.Loop() {
		tm.DB(b)
	}
}
