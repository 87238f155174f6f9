package app

import (
	"fmt"
	"io"
	"os"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/xlsform"
	"plainclothes/internal/scoring"
)

// maxProgramme is the largest programme file that is read, in bytes; the parser refuses it with words of its own.
const maxProgramme = 6 << 20

type lintCmd struct {
	File string `arg:"" help:"Programme file, YAML or JSON, or an XLSForm workbook (.xlsx); - for standard input." placeholder:"FILE"`
}

// Run prints errors and advice; advice alone is no failure.
func (c lintCmd) Run(p *program) error {
	src, err := p.given(c.File, maxProgramme)
	if err != nil {
		return err
	}
	if c.File == standardInput {
		c.File = "standard input"
	}
	m, problems := p.parseProgramme(c.File, src)
	if problems.Err() == nil {
		problems = append(problems, programme.Lint(m)...)
	}
	for _, x := range problems {
		if err := p.printf("%s\n", place(c.File, x)); err != nil {
			return err
		}
	}
	if n := problems.Errors(); n > 0 {
		p.sayf("%d of these must be mended before the file can be imported.", n)
		return errSaid
	}
	return nil
}

// place writes a problem as editors and terminals know it: file:line:column: path: message.
func place(file string, x programme.Problem) string {
	out := file
	if x.Line > 0 {
		out += fmt.Sprintf(":%d:%d", x.Line, x.Column)
	}
	out += ": "
	if x.Severity == programme.Warning {
		out += "warning: "
	}
	if x.Path != "" {
		out += x.Path + ": "
	}
	return out + x.Message
}

// readProgramme reads and parses a programme file, or a workbook, of which it says what did not come along.
func (p *program) readProgramme(path string) (*programme.Programme, programme.Problems, error) {
	src, err := readFile(path, maxProgramme)
	if err != nil {
		return nil, nil, err
	}
	m, problems := p.parseProgramme(path, src)
	return m, problems, nil
}

func (p *program) parseProgramme(path string, src []byte) (*programme.Programme, programme.Problems) {
	if xlsform.Looks(src) {
		m, listed, problems := xlsform.Read(src)
		p.sayListed(path, listed)
		return m, problems
	}
	return programme.Parse(src)
}

// standardInput is the name of a file for what is handed over by another program.
const standardInput = "-"

// given reads at most limit bytes of a file, or of standard input.
func (p *program) given(path string, limit int64) ([]byte, error) {
	if path != standardInput {
		return readFile(path, limit)
	}
	b, err := io.ReadAll(io.LimitReader(untilStopped(p.ctx, p.stdin), limit))
	if err != nil {
		return nil, fault.Newf(fault.NotFound, "Standard input cannot be read: %v.", reason(err))
	}
	return b, nil
}

// soundProgramme is readProgramme for commands that need a programme without errors, and says what they are.
func (p *program) soundProgramme(path string) (*programme.Programme, error) {
	m, problems, err := p.readProgramme(path)
	if err != nil {
		return nil, err
	}
	if problems.Err() == nil {
		return m, nil
	}
	p.sayProblems(path, problems)
	return nil, errSaid
}

// sayProblems writes problems for the person at the terminal.
func (p *program) sayProblems(path string, problems programme.Problems) {
	for _, x := range problems {
		p.sayf("%s", place(path, x))
	}
}

// readFile reads at most limit bytes of a file.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the person at the terminal names it
	if err != nil {
		return nil, fault.Newf(fault.NotFound, "The file %s cannot be read: %v.", path, reason(err))
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fault.Newf(fault.NotFound, "The file %s cannot be read: %v.", path, reason(err))
	}
	return b, nil
}

type scoreCmd struct {
	Programme string `required:"" help:"Programme file, YAML or JSON." placeholder:"FILE"`
	Trace     bool   `help:"Add the arithmetic to each result."`
}

// Run scores JSON lines. A line that is no visit gives an error line and exit status 1; the others are still scored.
func (c scoreCmd) Run(p *program) error {
	m, err := p.soundProgramme(c.Programme)
	if err != nil {
		return err
	}
	lines, bad, err := scoring.ScoreLines(m, untilStopped(p.ctx, p.stdin), p.stdout, c.Trace)
	if err != nil {
		return fmt.Errorf("score: %w", err)
	}
	if bad > 0 {
		p.sayf("%d of %d lines could not be scored; each says why.", bad, lines)
		return errSaid
	}
	return nil
}
