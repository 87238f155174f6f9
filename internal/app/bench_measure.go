package app

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// measured is what a step found.
type measured struct {
	took             []time.Duration // of each report, sorted
	wall             time.Duration
	server, database time.Duration // CPU
}

func (m measured) rate() float64 { return float64(len(m.took)) / m.wall.Seconds() }

// quantile of the times of single reports.
func (m measured) quantile(q float64) time.Duration {
	if len(m.took) == 0 {
		return 0
	}
	return m.took[min(int(q*float64(len(m.took))), len(m.took)-1)]
}

func (m measured) perReport(cpu time.Duration) time.Duration {
	if len(m.took) == 0 {
		return 0
	}
	return cpu / time.Duration(len(m.took))
}

// load runs do from some clients at once until the time is over, the work is done or one fails. pid is the process
// whose CPU counts as the server's.
func (b *bench) load(clients, pid int, next func() (do func(context.Context) error, more bool)) (measured, error) {
	ctx, cancel := context.WithTimeout(b.p.ctx, b.cmd.For)
	defer cancel()
	var (
		mu    sync.Mutex
		m     measured
		fails error
		wg    sync.WaitGroup
	)
	server, database, begun := cpuOf(pid), cpuOfPostgres(b.name()), b.p.now()
	for range clients {
		wg.Go(func() {
			var mine []time.Duration
			for ctx.Err() == nil {
				do, more := next()
				if !more {
					break
				}
				at := b.p.now()
				if err := do(b.p.ctx); err != nil { //nolint:contextcheck // what was begun when the time is over still counts
					mu.Lock()
					fails = err
					mu.Unlock()
					cancel()
					break
				}
				mine = append(mine, b.p.now().Sub(at))
			}
			mu.Lock()
			m.took = append(m.took, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	m.wall, m.server, m.database = b.p.now().Sub(begun), cpuOf(pid)-server, cpuOfPostgres(b.name())-database
	slices.Sort(m.took)
	return m, fails
}

// tick is the unit of /proc's CPU times.
const tick = 10 * time.Millisecond

// cpuOf is the CPU time of a process so far; 0 where /proc does not tell.
func cpuOf(pid int) time.Duration {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * tick
}

// cpuOfPostgres is the CPU time of the PostgreSQL that serves a database on this machine: its processes that still run.
// Another server's do not count.
func cpuOfPostgres(database string) time.Duration {
	all := postgresProcesses()
	servers := map[string]bool{}
	for _, p := range all {
		if strings.Contains(p.title, " "+database+" ") {
			servers[p.parent] = true
		}
	}
	var sum time.Duration
	for _, p := range all {
		if servers[p.parent] {
			sum += cpuOf(p.pid)
		}
	}
	return sum
}

type postgresProcess struct {
	pid    int
	parent string
	title  string // "postgres: user database 127.0.0.1(4711) idle"
}

// postgresProcesses lists what is called postgres here; nothing where /proc does not tell.
func postgresProcesses() (out []postgresProcess) {
	all, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, f := range all {
		name, err := os.ReadFile(f) //nolint:gosec // a name that Glob found
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		dir := filepath.Dir(f)
		title, _ := os.ReadFile(filepath.Join(dir, "cmdline")) //nolint:gosec // as above
		stat, _ := os.ReadFile(filepath.Join(dir, "stat"))     //nolint:gosec // as above
		_, rest, _ := strings.Cut(string(stat), ") ")
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && len(strings.Fields(rest)) > 1 {
			out = append(out, postgresProcess{pid, strings.Fields(rest)[1], string(title)})
		}
	}
	return out
}

// memory is what a process has in memory, in MiB.
type memory struct {
	most     float64 // resident at any time so far
	resident float64
	own      float64 // of that: what is no file's page
}

// memoryOf is the memory of a process; 0 where /proc does not tell.
func memoryOf(pid int) (m memory) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return m
	}
	into := map[string]*float64{"VmHWM": &m.most, "VmRSS": &m.resident, "RssAnon": &m.own}
	for line := range strings.Lines(string(status)) {
		name, kb, _ := strings.Cut(line, ":")
		if f := strings.Fields(kb); into[name] != nil && len(f) > 0 {
			n, _ := strconv.ParseFloat(f[0], 64)
			*into[name] = n / 1024
		}
	}
	return m
}

// name is that of the database in its URL.
func (b *bench) name() string {
	u, err := url.Parse(b.database)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

func cores() int { return runtime.NumCPU() }
