package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/evidence"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/visit"
)

type verifyCmd struct {
	config.Storage `embed:""`
	Rebuild        bool `help:"Make the sums that comparison reads again from the reports, where they differ."`
	SkipPhotos     bool `help:"Do not read the photos."`
}

// Run checks every organisation and prints what is wrong, one finding a line.
func (c verifyCmd) Run(p *program) error {
	return p.with(c.Storage, func(x *parts) error {
		all, err := x.store.Organisations(p.ctx)
		if err != nil {
			return err
		}
		v := &verifier{verifyCmd: c, p: p, x: x}
		if v.keys, err = x.store.ReceiptKeys(p.ctx); err != nil {
			return err
		}
		for _, o := range all {
			if err := v.organisation(o); err != nil {
				return fmt.Errorf("verify %s: %w", o.Name, err)
			}
		}
		heads, err := checkHeads(p.ctx, x.data.Dir, x.store, func(what string) error {
			v.wrong++
			return p.printf("%s\n", what)
		})
		if err != nil {
			return err
		}
		p.sayf("%d ends of logs as they were written down day by day.", heads)
		if v.wrong > 0 {
			p.sayf("%d things are not as they should be.", v.wrong)
			return errSaid
		}
		p.sayf("Everything is as it should be.")
		return nil
	})
}

// verifier counts what is wrong.
type verifier struct {
	verifyCmd
	p     *program
	x     *parts
	o     org.Organisation
	lists *visit.Checklists
	keys  []visit.ReceiptKey
	wrong int
}

// findf prints one finding.
func (v *verifier) findf(format string, args ...any) error {
	v.wrong++
	return v.p.printf("%s: %s\n", v.o.Name, fmt.Sprintf(format, args...))
}

// organisation checks one organisation: the log of changes, the versions, each visit's own log and photos, and the sums.
func (v *verifier) organisation(o org.Organisation) error {
	v.o = o
	chain, err := v.x.store.VerifyChain(v.p.ctx, o.ID)
	if err != nil {
		return err
	}
	if chain.Broken != nil {
		if err := v.findf("log of changes: %v", chain.Broken); err != nil {
			return err
		}
	}
	if err := v.versions(); err != nil {
		return err
	}
	visits, photos, err := v.visits()
	if err != nil {
		return err
	}
	pictures, err := v.pictures()
	if err != nil {
		return err
	}
	r, err := v.x.reports.Rebuild(v.p.ctx, o.ID, v.Rebuild)
	if err != nil {
		return err
	}
	if err := v.sums(r); err != nil {
		return err
	}
	v.p.sayf("%s: %d changes, %d visits, %d photos, %d sums of %d published visits.", o.Name, chain.Entries, visits, photos+pictures, r.Rows, r.Visits)
	return nil
}

// sums prints what is wrong with scores and sums. Sums that were made again count as found, once.
func (v *verifier) sums(r report.Rebuilt) error {
	for _, d := range r.Differences {
		if err := v.findf("%s of %s, %s: %s", d.Kind, d.Programme, d.Thing, d.Message); err != nil {
			return err
		}
	}
	v.wrong += r.More
	if r.More > 0 {
		v.p.sayf("%s: and %d more.", v.o.Name, r.More)
	}
	if r.Fixed {
		v.p.sayf("%s: the sums were made again from the reports.", v.o.Name)
	}
	return nil
}

// visits goes through all visits, a page at a time.
func (v *verifier) visits() (visits, photos int, err error) {
	g := v.p.progress("visits", 0)
	q := visit.Query{Reach: auth.Reach{All: true}, Order: visit.ByDue, Limit: visit.MaxList}
	for {
		var page []visit.Row
		err := v.x.store.Visits().View(v.p.ctx, v.o.ID, func(tx visit.Tx) (err error) {
			page, err = tx.Visits(v.p.ctx, v.o.ID, q)
			return err
		})
		if err != nil {
			return visits, photos, err
		}
		for i := range page {
			n, err := v.visit(&page[i].Visit)
			if err != nil {
				return visits, photos, fmt.Errorf("visit %s: %w", page[i].ID, err)
			}
			visits, photos = visits+1, photos+n
			g.at(visits)
		}
		if len(page) < q.Limit {
			return visits, photos, nil
		}
		q.After = page[len(page)-1].Cursor
	}
}

// papers are one visit's report with everything it was made from.
type papers struct {
	list     *visit.Checklist // nil while nobody has the visit
	ops      []visit.Op
	subs     map[string]visit.Submission
	report   visit.Report
	photos   []evidence.Photo
	receipts []visit.Receipt
	changed  []error // receipts that say something else than the log
}

// read reads a visit's papers.
func (v *verifier) read(x *visit.Visit) (p papers, err error) {
	ctx, org, id := v.p.ctx, v.o.ID, x.ID
	err = v.x.store.Visits().View(ctx, org, func(tx visit.Tx) (err error) {
		p = papers{subs: map[string]visit.Submission{}}
		if p.report, err = tx.Report(ctx, org, id); err != nil {
			return err
		}
		if p.photos, err = tx.Photos(ctx, org, id); err != nil {
			return err
		}
		if p.ops, err = tx.Ops(ctx, org, id); err != nil {
			return err
		}
		for _, o := range p.ops {
			if _, known := p.subs[o.Submission]; !known {
				if p.subs[o.Submission], err = tx.Submission(ctx, org, o.Submission); err != nil {
					return err
				}
			}
		}
		if p.receipts, err = tx.ReceiptsOf(ctx, org, id); err != nil {
			return err
		}
		for i := range p.receipts {
			if err := p.receipt(visit.CheckReceipt(ctx, tx, &p.receipts[i])); err != nil {
				return err
			}
		}
		p.list, err = v.list(tx, x)
		return err
	})
	return p, err
}

// receipt notes what is not as a receipt says; any other error is ours.
func (p *papers) receipt(err error) error {
	var changed *visit.ChangedError
	if !errors.As(err, &changed) {
		return err
	}
	p.changed = append(p.changed, changed)
	return nil
}

// list prepares the checklist of a visit, once a version.
func (v *verifier) list(tx visit.Tx, x *visit.Visit) (*visit.Checklist, error) {
	if x.Version == "" {
		return nil, nil //nolint:nilnil // nobody has taken it
	}
	if v.lists == nil {
		v.lists = visit.NewChecklists()
	}
	return v.lists.Get(v.p.ctx, tx, v.o.ID, x.Version)
}

// visit checks one visit and gives the number of its photos. What looks wrong is read once more: on PostgreSQL a save
// in that moment may have come between the parts.
func (v *verifier) visit(x *visit.Visit) (photos int, err error) {
	var p papers
	var wrong []error
	for range 2 {
		if p, err = v.read(x); err != nil {
			return 0, err
		}
		if wrong = append(p.check(), p.checkReceipts(v.keys)...); len(wrong) == 0 {
			break
		}
	}
	for _, w := range wrong {
		if err := v.findf("visit %s: %v", x.ID, w); err != nil {
			return 0, err
		}
	}
	if v.SkipPhotos {
		return 0, nil
	}
	return len(p.photos), v.photos(x.ID, p.photos)
}

// check says what is wrong with the op logs, and where the report is not what they give.
func (p papers) check() (wrong []error) {
	bySubmission := map[string][]visit.Op{}
	var order []string
	for _, o := range p.ops {
		if len(bySubmission[o.Submission]) == 0 {
			order = append(order, o.Submission)
		}
		bySubmission[o.Submission] = append(bySubmission[o.Submission], o)
	}
	for _, id := range order {
		ops, sub := bySubmission[id], p.subs[id]
		last := ops[len(ops)-1]
		if err := visit.VerifyOps(ops); err != nil {
			wrong = append(wrong, err)
		} else if sub.Seq != last.Seq || sub.Head != last.Hash {
			wrong = append(wrong, fmt.Errorf("submission %s should end at op %d, but ends at op %d", id, sub.Seq, last.Seq))
		}
	}
	return append(wrong, p.checkReport()...)
}

// checkReport compares the report's answers with those that the ops give.
func (p papers) checkReport() []error {
	answers, comments, err := visit.Materialise(p.list, p.ops)
	if err != nil {
		return []error{err}
	}
	var wrong []error
	if r := p.report; r.Seq > 0 && !slices.ContainsFunc(p.ops, func(o visit.Op) bool { return o.Hash == r.Head }) {
		wrong = append(wrong, errors.New("the report's head is in no log of answers"))
	}
	inTime := 0
	for _, o := range p.ops {
		if !o.Late {
			inTime++
		}
	}
	if inTime != p.report.Seq {
		wrong = append(wrong, fmt.Errorf("the report was made of %d ops, and its logs have %d", p.report.Seq, inTime))
	}
	for _, q := range union(answers, p.report.Answers) {
		if !sameJSON(answers[q], p.report.Answers[q]) {
			wrong = append(wrong, fmt.Errorf("the answer to %s is not the one in the log of answers", q))
		}
	}
	for _, q := range union(comments, p.report.Comments) {
		if comments[q] != p.report.Comments[q] {
			wrong = append(wrong, fmt.Errorf("the comment on %s is not the one in the log of answers", q))
		}
	}
	return wrong
}

// checkReceipts checks what was signed: by itself, and against the log; and that the report's own receipt is among it.
func (p papers) checkReceipts(keys []visit.ReceiptKey) []error {
	wrong := p.changed
	given := func(r visit.Receipt) bool { return r.Code == p.report.Receipt }
	if p.report.Receipt != "" && !slices.ContainsFunc(p.receipts, given) {
		wrong = append(wrong, fmt.Errorf("receipt %s is not among those that were signed", p.report.Receipt))
	}
	for i := range p.receipts {
		if err := p.receipts[i].Check(keys); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// photos checks that the bytes of a visit's photos are those that were kept.
func (v *verifier) photos(id string, all []evidence.Photo) error {
	for _, photo := range all {
		_, err := photoBytes(v.p.ctx, v.x.blobs, photo)
		if errors.Is(err, errWrongPhoto) {
			err = v.findf("visit %s: photo %s: %v", id, photo.ID, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// union gives the keys of two maps, sorted.
func union[V any](a, b map[string]V) []string {
	keys := maps.Clone(a)
	if keys == nil {
		keys = map[string]V{}
	}
	maps.Copy(keys, b)
	return slices.Sorted(maps.Keys(keys))
}

// sameJSON compares two values as JSON: a database may have written one of them in its own way.
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) || isNull(a) && isNull(b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, err1 := json.Marshal(x)
	q, err2 := json.Marshal(y)
	return err1 == nil && err2 == nil && bytes.Equal(p, q)
}

// isNull reports whether a value is none: a program may have said so in as many words.
func isNull(v json.RawMessage) bool { return len(v) == 0 || string(v) == "null" }
