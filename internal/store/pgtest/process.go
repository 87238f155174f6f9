//go:build unix

package pgtest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// keeper makes the cluster, runs the server, and ends and removes both when its
// standard input closes. That happens when the test process ends, even by
// SIGKILL or a panic, so nothing is left behind.
//
//go:embed keeper.sh
var keeper string

// process is a private server with its folder.
type process struct {
	dir  string
	cmd  *exec.Cmd      // the keeper
	life io.WriteCloser // closing it ends the keeper
}

// errTaken says that the server ended before it answered, as it does when
// another process took its port.
var errTaken = errors.New("the server ended at once")

// start starts a private server and makes [Role].
func start(ctx context.Context, o Options) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		s, err := startAt(ctx, bin, o)
		if err == nil || !errors.Is(err, errTaken) || try == 4 {
			return s, err
		}
	}
}

// startAt tries one free port. Administration goes through a socket in the
// cluster's private folder: only the server that we started can answer there.
func startAt(ctx context.Context, bin string, o Options) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p, err := launch(bin, port, o)
	if err != nil {
		return nil, err
	}
	s, err := newServer(p, port)
	if err == nil {
		err = s.await(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL from %s: %w\n%s", bin, err, p.abandon())
	}
	return s, nil
}

func newServer(p *process, port int) (*Server, error) {
	admin, err := pgx.ParseConfig(fmt.Sprintf("postgres:///postgres?host=%s&port=%d&user=postgres&sslmode=disable", p.dir, port))
	if err != nil {
		return nil, err
	}
	guest, err := pgx.ParseConfig(fmt.Sprintf("postgres://%s@127.0.0.1:%d/?sslmode=disable", Role, port))
	if err != nil {
		return nil, err
	}
	guest.Password = "" // trusted on loopback, whatever ~/.pgpass says
	return &Server{admin: admin, guest: guest, token: newToken(), own: p}, nil
}

// await waits for the first answer, then prepares the server.
func (s *Server) await(ctx context.Context) error {
	for {
		c, err := pgx.ConnectConfig(ctx, s.admin)
		if err == nil {
			return firstOf(c.Close(ctx), s.settle(ctx))
		}
		if s.own.ended() {
			return errTaken
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// launch runs the keeper in a folder of its own.
func launch(bin string, port int, o Options) (*process, error) {
	who, err := account()
	if err != nil {
		return nil, err
	}
	dir, err := folder(who)
	if err != nil {
		return nil, err
	}
	args := append([]string{"-c", keeper, "keeper", dir, bin, Role}, settings(dir, port, o)...)
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = dir // the parent's folder may be closed to that account
	cmd.Env = []string{"LC_ALL=C.UTF-8", "TZ=UTC", "PATH=" + bin + ":/usr/bin:/bin", "HOME=" + dir}
	// A group of its own: Ctrl-C ends the tests, and their end ends the keeper.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return &process{dir: dir, cmd: cmd, life: life}, nil
}

// settings are the server's arguments: quick and forgetful, unless it must be durable.
func settings(dir string, port int, o Options) []string {
	args := []string{
		"-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + dir,
		"-c", "max_connections=200", "-c", "timezone=UTC",
	}
	if o.Durable {
		return args
	}
	return append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB")
}

// ended reports whether the server is gone, or never came.
func (p *process) ended() bool {
	_, err := os.Stat(filepath.Join(p.dir, "ended"))
	return !errors.Is(err, fs.ErrNotExist)
}

// abandon stops a server that did not come up, and returns what it said.
func (p *process) abandon() string {
	said, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	p.stop()
	return string(said)
}

// stop ends the server and waits until its folder is gone.
func (p *process) stop() {
	_ = p.life.Close()
	_ = p.cmd.Wait()
	_ = os.RemoveAll(p.dir)
}

// binaries finds the folder with initdb and postgres, the newest release first.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") // Debian keeps them off the PATH
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return release(a) - release(b) })
		return filepath.Dir(newest), nil
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(p), nil
	}
	return "", errMissing
}

// release reads 15 out of /usr/lib/postgresql/15/bin/postgres.
func release(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// account returns whom the server runs as. It refuses to run as root, so root
// lends it an account without rights; nil means the tests' own.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := firstOf(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no account postgres or nobody to lend it")
}

// folder makes the cluster's folder, which only its account and root may enter.
func folder(who *syscall.Credential) (string, error) {
	base := os.TempDir()
	if len(base) > 60 {
		base = "/tmp" // a socket's path has 107 bytes at most
	}
	dir, err := os.MkdirTemp(base, "pgtest")
	if err != nil {
		return "", err
	}
	if who == nil {
		return dir, nil
	}
	if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
		_ = os.Remove(dir)
		return "", err
	}
	return dir, nil
}

// freePort returns a port that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err := firstOf(err, l.Close()); err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}
