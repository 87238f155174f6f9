package app

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
)

type compareCmd struct {
	Standards string `required:"" help:"Table of standards, CSV." placeholder:"FILE"`
	Level     string `help:"Use this level at most: A (own visits), B (pooled) or C (adjusted for shoppers, standards too). Without it, scores take the highest that the visits carry and standards B." placeholder:"A|B|C"`
	ModelOnly bool   `help:"Print the model alone."`
}

// Run compares a table of visits and prints JSON.
func (c compareCmd) Run(p *program) error {
	level, err := compare.ParseLevel(c.Level)
	if err != nil {
		return fault.Newf(fault.Invalid, "--level: %v.", err)
	}
	f, err := os.Open(c.Standards)
	if err != nil {
		return fault.Newf(fault.NotFound, "The file %s cannot be read: %v.", c.Standards, reason(err))
	}
	defer func() { _ = f.Close() }()
	standards, err := compare.ReadStandards(f)
	if err != nil {
		return p.tableProblems(c.Standards, err)
	}
	visits, err := compare.ReadVisits(untilStopped(p.ctx, p.stdin), standards)
	if err != nil {
		return p.tableProblems("standard input", err)
	}
	return p.printDocument(compare.NewDocument(visits, level, compare.WholeNetwork), c.ModelOnly)
}

// printDocument writes the comparison, or its model alone, as indented JSON.
func (p *program) printDocument(d compare.Document, modelOnly bool) error {
	out := bufio.NewWriter(p.stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	var err error
	if modelOnly {
		err = enc.Encode(d.Model)
	} else {
		err = enc.Encode(d)
	}
	if err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return out.Flush()
}

// tableProblems says where a table is wrong: file:line: column: message.
func (p *program) tableProblems(file string, err error) error {
	problems, ok := err.(compare.Problems) //nolint:errorlint // it is returned as it is
	if !ok {
		return err
	}
	for _, x := range problems {
		at := file
		if x.Line > 0 {
			at += fmt.Sprintf(":%d", x.Line)
		}
		if x.Column != "" {
			at += ": " + x.Column
		}
		p.sayf("%s: %s", at, x.Message)
	}
	return errSaid
}
