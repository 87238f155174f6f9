package org

import (
	"context"
	"io"
	"reflect"
	"strconv"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/tablefile"
)

// Action is what an import does with a line.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "change"
	Keep   Action = "unchanged"
)

// ImportRow is what an import does with one branch.
type ImportRow struct {
	Line   int
	Code   string
	Name   string
	Action Action
}

// ImportPreview is what an import would do, or did.
type ImportPreview struct {
	Rows       []ImportRow         // what is created or changed, the first 200 of them
	Errors     []tablefile.Problem // the first 50, by line; nothing is applied while there is one
	ErrorCount int
	NewRegions []string // paths of the regions that are made on the way
	Creates    int
	Changes    int
	Unchanged  int
}

// maxShownRows is the number of rows that a preview lists.
const maxShownRows = 200

// plan is an import worked out.
type plan struct {
	preview ImportPreview
	regions []Region
	create  []Branch
	change  []changedBranch
}

// changedBranch is a branch before and after.
type changedBranch struct{ old, new Branch }

// PreviewImport says what a file of branches would change, and everything that is wrong with it.
// The error is for a file that is no use at all: too large, not text.
func (s *Service) PreviewImport(ctx context.Context, a Actor, src io.Reader) (ImportPreview, error) {
	x, recs, bad, err := s.startImport(a, src)
	if err != nil {
		return ImportPreview{}, err
	}
	var p *plan
	err = s.repo.View(ctx, x.Org, func(r Repo) error {
		p, err = planImport(ctx, r, x, recs, bad)
		return err
	})
	if err != nil {
		return ImportPreview{}, err
	}
	return p.preview, nil
}

// ApplyImport does all that PreviewImport of the same file says, or nothing. While the file has errors the preview
// lists them and the error is Invalid.
func (s *Service) ApplyImport(ctx context.Context, a Actor, src io.Reader) (ImportPreview, error) {
	x, recs, bad, err := s.startImport(a, src)
	if err != nil {
		return ImportPreview{}, err
	}
	var p *plan
	err = s.repo.InTx(ctx, x.Org, func(r Repo) error {
		if err := r.Lock(ctx, x.Org); err != nil {
			return err
		}
		if p, err = planImport(ctx, r, x, recs, bad); err != nil {
			return err
		}
		if p.preview.ErrorCount > 0 {
			return fault.New(fault.Invalid, "Nothing was imported: the file still has errors.")
		}
		return s.apply(ctx, r, x, p)
	})
	if p == nil {
		return ImportPreview{}, err
	}
	return p.preview, err
}

func (s *Service) startImport(a Actor, src io.Reader) (Access, []record, *tablefile.Problems, error) {
	x, err := changing(a)
	if err != nil {
		return x, nil, nil, err
	}
	bad := &tablefile.Problems{}
	recs, err := readCSV(src, bad)
	return x, recs, bad, err
}

// planner works out an import, a line at a time.
type planner struct {
	plan
	o        Organisation
	tree     Tree
	existing map[string]Branch // by code
	lines    map[string]int    // line of each code in the file
	bad      *tablefile.Problems
}

func planImport(ctx context.Context, r Repo, x Access, recs []record, bad *tablefile.Problems) (*plan, error) {
	p := planner{existing: map[string]Branch{}, lines: map[string]int{}, bad: bad}
	if err := p.load(ctx, r, x, recs); err != nil {
		return nil, err
	}
	for _, rec := range recs {
		if err := p.line(rec); err != nil {
			return nil, err
		}
	}
	p.preview.Errors, p.preview.ErrorCount = bad.InOrder(), bad.Total
	return &p.plan, nil
}

// load reads what the file is compared with.
func (p *planner) load(ctx context.Context, r Repo, x Access, recs []record) error {
	var err error
	if p.o, err = r.Organisation(ctx, x.Org); err != nil {
		return err
	}
	regions, err := r.Regions(ctx, x)
	if err != nil {
		return err
	}
	p.tree = NewTree(regions)
	codes := make([]string, len(recs))
	for i, rec := range recs {
		codes[i] = rec.cells["code"]
	}
	bs, err := r.BranchesByCode(ctx, x.Org, codes)
	for _, b := range bs {
		p.existing[b.Code] = b
	}
	return err
}

// line works out one line.
func (p *planner) line(rec record) error {
	code := rec.cells["code"]
	if first, twice := p.lines[code]; twice && code != "" {
		p.bad.Add(rec.line, "code", "This code stands in line "+strconv.Itoa(first)+" already.")
		return nil
	}
	p.lines[code] = rec.line
	old, known := p.existing[code]
	b := old
	if !known {
		b = Branch{Active: true}
	}
	if err := p.fill(&b, rec); err != nil {
		return err
	}
	b = b.normal(p.o)
	var bad fault.Fields
	b.check(&bad)
	p.note(rec.line, bad.Err())
	return p.decide(rec, old, b, known)
}

// note adds the wrong fields of a branch as errors of its line.
func (p *planner) note(line int, err error) {
	f, wrong := fault.As(err)
	if !wrong {
		return
	}
	for _, x := range f.Fields {
		p.bad.Add(line, x.Name, x.Message)
	}
}

// decide counts the line as created, changed or unchanged.
func (p *planner) decide(rec record, old, b Branch, known bool) error {
	row := ImportRow{Line: rec.line, Code: b.Code, Name: b.Name, Action: Keep}
	switch {
	case !known:
		id, err := newID()
		if err != nil {
			return err
		}
		b.ID, b.RowVersion = id, 1
		row.Action = Create
		p.preview.Creates++
		p.create = append(p.create, b)
	case !reflect.DeepEqual(old.normal(p.o), b):
		row.Action = Update
		p.preview.Changes++
		p.change = append(p.change, changedBranch{old, b})
	default:
		p.preview.Unchanged++
	}
	if row.Action != Keep && len(p.preview.Rows) < maxShownRows {
		p.preview.Rows = append(p.preview.Rows, row)
	}
	return nil
}

// fill takes the cells of a line; a column that the file lacks leaves the branch as it is.
func (p *planner) fill(b *Branch, rec record) error {
	for name, to := range map[string]*string{
		"code": &b.Code, "name": &b.Name, "format": &b.Format, "address": &b.Address, "zone": &b.Zone,
		"channel": (*string)(&b.Channel), "kind": (*string)(&b.Kind),
	} {
		if rec.has(name) {
			*to = rec.cells[name]
		}
	}
	b.Channel, b.Kind = Channel(fold(string(b.Channel))), Kind(fold(string(b.Kind)))
	if rec.has("features") {
		b.Features = strings.FieldsFunc(rec.cells["features"], func(r rune) bool { return strings.ContainsRune(" ,;|\n", r) })
	}
	if rec.has("active") {
		b.Active = p.active(rec)
	}
	p.place(b, rec)
	if !rec.has("region") {
		return nil
	}
	var err error
	b.Region, err = p.region(rec)
	return err
}

// active reads yes or no; an empty cell is yes.
func (p *planner) active(rec record) bool {
	switch fold(rec.cells["active"]) {
	case "", "yes", "true", "1":
		return true
	case "no", "false", "0":
		return false
	}
	p.bad.Add(rec.line, "active", "Write yes or no.")
	return false
}

// place reads latitude and longitude, which come together or not at all.
func (p *planner) place(b *Branch, rec record) {
	if !rec.has("latitude") && !rec.has("longitude") {
		return
	}
	lat, lon := rec.cells["latitude"], rec.cells["longitude"]
	b.HasPlace = lat != "" && lon != ""
	if lat == "" != (lon == "") {
		p.bad.Add(rec.line, "latitude", "Latitude and longitude come together: fill in both or neither.")
	}
	b.Latitude, b.Longitude = p.number(rec.line, "latitude", lat), p.number(rec.line, "longitude", lon)
}

func (p *planner) number(line int, column, cell string) float64 {
	if cell == "" {
		return 0
	}
	f, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64)
	if err != nil {
		p.bad.Add(line, column, "“"+cell+"” is not a number of degrees such as 53.4808.")
	}
	return f
}

// region finds the region of a path such as North/Leeds, and plans the parts that are missing.
func (p *planner) region(rec record) (string, error) {
	parent := ""
	path := strings.Trim(rec.cells["region"], "/ ")
	if path == "" {
		return "", nil
	}
	names := strings.Split(path, "/")
	for i, name := range names {
		name = strings.TrimSpace(name)
		if r, ok := p.tree.child(parent, name); ok {
			parent = r.ID
			continue
		}
		id, ok, err := p.newRegion(rec.line, parent, name, strings.Join(names[:i+1], "/"))
		if err != nil || !ok {
			return "", err
		}
		parent = id
	}
	return parent, nil
}

// newRegion plans a region; false when it would be wrong, which is noted.
func (p *planner) newRegion(line int, parent, name, path string) (string, bool, error) {
	id, err := newID()
	if err != nil {
		return "", false, err
	}
	r := Region{Org: p.o.ID, ID: id, Parent: parent, Name: name, RowVersion: 1}
	if f, wrong := fault.As(checkRegion(r, &p.tree)); wrong {
		p.bad.Add(line, "region", f.Fields[0].Message)
		return "", false, nil
	}
	p.tree.add(r)
	p.regions = append(p.regions, r)
	p.preview.NewRegions = append(p.preview.NewRegions, path)
	return id, true, nil
}

// apply writes a plan without errors.
func (s *Service) apply(ctx context.Context, r Repo, x Access, p *plan) error {
	o, err := r.Organisation(ctx, x.Org)
	if err != nil {
		return err
	}
	if err := s.applyRegions(ctx, r, x, p.regions); err != nil {
		return err
	}
	if err := r.CreateBranches(ctx, x.Org, p.create); err != nil {
		return err
	}
	for _, b := range p.create {
		if err := s.logBranch(ctx, r, x, "branch.created", b); err != nil {
			return err
		}
	}
	for _, c := range p.change {
		if _, err := s.replaceBranch(ctx, r, x, o, c.old, c.new); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) applyRegions(ctx context.Context, r Repo, x Access, rs []Region) error {
	if err := r.CreateRegions(ctx, x.Org, rs); err != nil {
		return err
	}
	for _, g := range rs {
		if err := s.logRegion(ctx, r, x, "region.created", g); err != nil {
			return err
		}
	}
	return nil
}

// ExportCSV writes the branches within the actor's reach as a file that ApplyImport takes and finds unchanged.
func (s *Service) ExportCSV(ctx context.Context, a Actor, w io.Writer) error {
	x, err := reading(a)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.Join(columns, ",")+"\n"); err != nil {
		return err
	}
	return s.repo.View(ctx, x.Org, func(r Repo) error {
		regions, err := r.Regions(ctx, x)
		if err != nil {
			return err
		}
		t := NewTree(regions)
		return eachPage(ctx, r, x, func(bs []Branch) error { return writeCSV(w, bs, &t) })
	})
}

func eachPage(ctx context.Context, r Repo, x Access, visit func([]Branch) error) error {
	q := BranchQuery{Limit: 200}
	for {
		page, err := branchPage(ctx, r, x, q)
		if err != nil {
			return err
		}
		if err := visit(page.Branches); err != nil || page.Next == "" {
			return err
		}
		q.After = page.Next
	}
}
