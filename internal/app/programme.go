package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"plainclothes/internal/config"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/xlsform"
	"plainclothes/internal/studio"
)

type importCmd struct {
	config.Storage `embed:""`
	chosen         `embed:""`
	File           string `arg:"" help:"Programme file, YAML or JSON, or an XLSForm workbook (.xlsx)."`
	Publish        bool   `help:"Publish it at once as the next version."`
	Note           string `help:"What changed and why, for the history; needed to publish."`
	From           string `help:"First day of the version, such as 2026-11-21; today unless given." placeholder:"DATE"`
}

// Run reads a programme file into the draft of its programme, and publishes it when asked.
func (c importCmd) Run(p *program) error {
	if c.Publish && c.Note == "" {
		return fault.New(fault.Invalid, "Say in --note what changed and why; it is kept in the history.")
	}
	src, err := readFile(c.File, maxProgramme)
	if err != nil {
		return err
	}
	return p.with(c.Storage, func(x *parts) error {
		o, err := c.find(p, x)
		if err != nil {
			return err
		}
		in, err := x.studio.Import(p.ctx, operator(o.ID), src)
		if len(in.Problems) > 0 {
			p.sayProblems(c.File, in.Problems)
			if fault.Is(err, fault.Invalid) {
				return errSaid
			}
		}
		if err != nil {
			return err
		}
		p.sayListed(c.File, in.Listed)
		return c.finish(p, x, o.ID, in)
	})
}

// sayListed writes what of a form did not come along.
func (p *program) sayListed(file string, listed []xlsform.Finding) {
	for _, f := range listed {
		p.sayf("%s: %s", file, f)
	}
}

// finish says what became of the file, and publishes it when asked.
func (c importCmd) finish(p *program, x *parts, organisation string, in studio.Imported) error {
	name := in.Programme.Name
	switch {
	case in.Same:
		p.sayf("%s: the published version says the same already. Nothing was changed.", name)
		return nil
	case !c.Publish:
		p.sayf("%s: the file is now the draft of version %d. Publish it on its page, or import it with --publish.", name, in.Draft.Number)
		return nil
	}
	v, err := x.studio.Publish(p.ctx, operator(organisation), in.Programme.ID, c.Note, in.Draft.RowVersion, c.From)
	if err != nil {
		return err
	}
	p.sayf("%s: published as version %d, from %s on.", name, v.Number, v.EffectiveOn)
	return nil
}

type exportCmd struct {
	config.Storage `embed:""`
	chosen         `embed:""`
	Programme      string `arg:"" help:"Programme, by its key or id."`
	Number         int    `help:"Version, by its number; the newest published one unless given." name:"number"`
	XLSForm        bool   `help:"Write an XLSForm workbook (.xlsx) for ODK and Kobo, and say what they will not see." name:"xlsform"`
	Output         string `help:"File to write instead of standard output; it must not exist." placeholder:"FILE" short:"o"`
}

// Run writes a programme file.
func (c exportCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		o, err := c.find(p, x)
		if err != nil {
			return err
		}
		id, err := p.programmeID(x, o.ID, c.Programme)
		if err != nil {
			return err
		}
		b, err := x.studio.Export(p.ctx, operator(o.ID), id, c.Number)
		if err != nil {
			return err
		}
		if c.XLSForm {
			if b, err = p.toForm(b); err != nil {
				return err
			}
		}
		if c.Output == "" {
			_, err = p.stdout.Write(b)
			return err
		}
		return writeNew(c.Output, b)
	})
}

// toForm turns a programme file into a workbook, and says what other tools will not see of it.
func (p *program) toForm(file []byte) ([]byte, error) {
	m, problems := programme.Parse(file)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	b, unseen, err := xlsform.Write(m)
	p.sayListed("Other tools", unseen)
	return b, err
}

// programmeID finds a programme by key or id.
func (p *program) programmeID(x *parts, organisation, name string) (string, error) {
	all, err := x.studio.Programmes(p.ctx, operator(organisation))
	if err != nil {
		return "", err
	}
	var keys bytes.Buffer
	for _, m := range all {
		if m.ID == name || m.Key == name {
			return m.ID, nil
		}
		keys.WriteString(" " + m.Key)
	}
	if keys.Len() == 0 {
		return "", fault.New(fault.NotFound, "There is no programme yet. Import one with plainclothes import.")
	}
	return "", fault.Newf(fault.NotFound, "There is no programme %q. There are:%s.", name, keys.String())
}

// writeNew writes a file that must not exist yet.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fault.Newf(fault.Conflict, "%s exists already and is not overwritten. Choose another name.", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}
