package compare

import (
	"fmt"
	"strings"
)

// Problem is what is wrong in one place of a table that was read.
type Problem struct {
	Line    int    // from 1, the header's; 0: the table as a whole
	Column  string // the header's word for it; empty: the line as a whole
	Message string // with the way out
}

// Problems is all that is wrong with a table, the first twenty of it.
type Problems []Problem

const mostProblems = 20

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// String is "line 7, column score_bp: …".
func (p Problem) String() string {
	switch {
	case p.Line > 0 && p.Column != "":
		return fmt.Sprintf("line %d, column %s: %s", p.Line, p.Column, p.Message)
	case p.Line > 0:
		return fmt.Sprintf("line %d: %s", p.Line, p.Message)
	}
	return p.Message
}

func (p *Problems) add(line int, column, format string, args ...any) {
	if len(*p) < mostProblems {
		*p = append(*p, Problem{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	}
}

func (p *Problems) full() bool { return len(*p) >= mostProblems }

// err is nil without problems.
func (p *Problems) err() error {
	if len(*p) == 0 {
		return nil
	}
	return *p
}
