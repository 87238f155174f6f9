package programme

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/fault"
)

// Severity says whether a Problem stops an import.
type Severity int

// The severities. A file with an Error has no Programme; a Warning is advice.
const (
	Error Severity = iota
	Warning
)

// String gives the word that stands before a message.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Problem is one thing that is wrong or unwise in a programme file.
type Problem struct {
	Severity Severity
	Line     int    // from 1; 0 when the programme did not come from a file
	Column   int    // in characters, from 1; 0 with Line 0
	Path     string // sections[2].questions[0].points; "" for the file as a whole
	Message  string // whole sentences, with the way out
}

// String gives "line 12, column 5: sections[0].title: …", leaving out what is not known.
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d: ", p.Line, p.Column)
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems are in the order of the file.
type Problems []Problem

// maxProblems is how many problems of one file are told at once; the rest is counted.
const maxProblems = 50

// Err is nil when no Error is among the problems, else an Invalid fault with one field for each Error.
func (ps Problems) Err() error {
	var bad fault.Fields
	for _, p := range ps {
		if p.Severity == Error {
			bad.Add(p.Path, p.lineMessage())
		}
	}
	err := bad.Err()
	if f, ok := fault.As(err); ok {
		f.Message = "This programme file needs mending."
	}
	return err
}

// lineMessage is the message with its line, for readers who see no position of its own.
func (p Problem) lineMessage() string {
	if p.Line == 0 {
		return p.Message
	}
	return "Line " + strconv.Itoa(p.Line) + ": " + p.Message
}

// Errors counts the problems that stop an import.
func (ps Problems) Errors() int {
	n := 0
	for _, p := range ps {
		if p.Severity == Error {
			n++
		}
	}
	return n
}

// collector gathers problems; the tree gives the lines for paths.
type collector struct {
	root *tree
	list Problems
	// draft: the reader fills in a form and does not write the file.
	draft bool
}

// forFile chooses words: for who writes a file, or for who fills in a form, which has names of its own for the keys.
func (c *collector) forFile(file, form string) string {
	if c.draft {
		return form
	}
	return file
}

// maxCollected bounds the memory that a hopeless file can take.
const maxCollected = 5000

// at notes a problem at a node of the tree.
func (c *collector) at(sev Severity, n *tree, path, message string) {
	if len(c.list) >= maxCollected {
		return
	}
	p := Problem{Severity: sev, Path: path, Message: message}
	if n != nil {
		p.Line, p.Column = n.line, n.col
	}
	c.list = append(c.list, p)
}

// path notes a problem where a path points to, or at the nearest thing above it that the file has.
func (c *collector) path(sev Severity, path, format string, args ...any) {
	c.at(sev, c.root.find(path), path, fmt.Sprintf(format, args...))
}

// failed reports whether an error was noted.
func (c *collector) failed() bool { return c.list.Errors() > 0 }

// problems gives what was noted in file order, at most maxProblems and then how many more.
func (c *collector) problems() Problems {
	slices.SortStableFunc(c.list, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	if len(c.list) <= maxProblems {
		return c.list
	}
	return cut(c.list)
}

// cut keeps the first problems, errors before warnings, and counts the rest.
func cut(all Problems) Problems {
	kept := make(Problems, 0, maxProblems+1)
	worst := Warning
	for _, sev := range []Severity{Error, Warning} {
		for _, p := range all {
			if p.Severity == sev && len(kept) < maxProblems {
				kept = append(kept, p)
				worst = min(worst, sev)
			}
		}
	}
	left := len(all) - len(kept)
	return append(kept, Problem{Severity: worst, Message: fmt.Sprintf("And %d more. Mend these first, then look again.", left)})
}
