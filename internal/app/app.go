// Package app joins all the parts and is the program: commands in, exit status out.
//
// The one rule: nothing is decided here. A command reads its flags, opens the parts it needs, calls use cases and says
// what became of it. Each command is one file; each page package is two lines in site.go.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
	_ "time/tzdata" // zones of branches, also in a container without files

	"github.com/alecthomas/kong"

	"plainclothes/internal/config"
	"plainclothes/internal/fault"
)

// Exit statuses.
const (
	done     = 0
	failed   = 1 // the input was bad, the data was found wrong, or something did not work
	misused  = 2 // the command line
	progname = "plainclothes"
)

// commands is the command line.
type commands struct {
	Serve        serveCmd        `cmd:"" help:"Serve the pages."`
	Demo         demoCmd         `cmd:"" help:"Make a believable organisation and serve it."`
	Bench        benchCmd        `cmd:"" help:"Measure this machine: reports a second, CPU, memory, beside the bare database."`
	Migrate      migrateCmd      `cmd:"" help:"Bring the database's schema up to this version."`
	Import       importCmd       `cmd:"" help:"Read a programme file into a draft, or publish it."`
	Export       exportCmd       `cmd:"" help:"Write a programme as a file."`
	Lint         lintCmd         `cmd:"" help:"Say what is wrong or unwise in a programme file."`
	Score        scoreCmd        `cmd:"" help:"Score visits from standard input, one a line."`
	Compare      compareCmd      `cmd:"" help:"Compare branches from a table of visits on standard input."`
	User         userCmd         `cmd:"" help:"Add, list and deactivate people, and make links for them."`
	Organisation organisationCmd `cmd:"" help:"Add and list organisations."`
	Receipts     receiptsCmd     `cmd:"" help:"List the keys that sign receipts, or begin to use a new one."`
	Backup       backupCmd       `cmd:"" help:"Write a consistent copy of database and photos to one file, also while serving."`
	Restore      restoreCmd      `cmd:"" help:"Bring a copy back into an empty place."`
	Verify       verifyCmd       `cmd:"" help:"Check logs, answers, sums and photos against their hashes."`
	Healthcheck  healthcheckCmd  `cmd:"" help:"Ask a running server whether it is ready."`
	Version      versionCmd      `cmd:"" help:"Say which version this is."`
}

// program is one run: where it reads and writes, and its clock.
type program struct {
	ctx    context.Context
	env    *config.Environment
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	now    func() time.Time
}

// clock is the one place where the program's time comes from; everything else is given it.
var clock = time.Now

// Run is the program. It ends early, and cleanly, when ctx does.
func Run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{ctx: ctx, env: config.NewEnvironment(getenv), stdin: stdin, stdout: stdout, stderr: stderr, now: clock}
	return p.run(args)
}

// run parses the command line and runs the command.
func (p *program) run(args []string) int {
	var all commands
	helped := false
	parser, err := kong.New(&all, kong.Name(progname), kong.Description("Mystery visits, scored against your service standards."),
		kong.Resolvers(p.env), kong.ValueFormatter(config.Help), kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		p.sayf("%s: %v", progname, err)
		return failed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	line, err := parser.Parse(args)
	switch {
	case helped:
		return done
	case err != nil:
		p.sayf("%s: %v\nTry %s --help.", progname, err, progname)
		return misused
	}
	return p.status(line.Run(p))
}

// errSaid ends a command whose findings were already written.
var errSaid = errors.New("said already")

// status writes what went wrong and gives the exit status.
func (p *program) status(err error) int {
	if err == nil {
		return done
	}
	if p.ctx.Err() != nil {
		p.sayf("Stopped.")
		return failed
	}
	f, known := fault.As(err)
	switch {
	case errors.Is(err, errSaid):
	case known && len(f.Fields) > 0:
		p.sayf("%s", f.Message)
		for _, x := range f.Fields {
			p.sayf("  %s: %s", x.Name, x.Message)
		}
	case known && f.Cause == nil:
		p.sayf("%s", f.Message)
	default:
		p.sayf("%s: %v", progname, err)
	}
	return failed
}

// sayf writes a line for the person at the terminal. Results go to standard output instead.
func (p *program) sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stderr, format+"\n", args...)
}

// printf writes a result.
func (p *program) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(p.stdout, format, args...)
	return err
}
