package studio

import (
	"bytes"
	"sync"

	"plainclothes/internal/programme"
)

// readDrafts keeps the newest reading of drafts that are being edited, which is most of what a change of a long checklist
// costs. What a document says depends on its bytes alone, so that a reading holds wherever the same bytes come from.
type readDrafts struct {
	mu   sync.Mutex
	kept map[string]readDraft // by version
}

// readDraft is a document and what it says; not to be changed.
type readDraft struct {
	document  []byte
	programme *programme.Programme
	problems  programme.Problems
}

// maxReadDrafts bounds the memory of readings: a long checklist takes about a quarter of a megabyte.
const maxReadDrafts = 32

// read gives what the document of a draft says, as programme.FromDraft does.
func (d *readDrafts) read(v Version) (*programme.Programme, programme.Problems, error) {
	d.mu.Lock()
	known, ok := d.kept[v.ID]
	d.mu.Unlock()
	if ok && bytes.Equal(known.document, v.Document) {
		return known.programme, known.problems, nil
	}
	return programme.FromDraft(v.Document)
}

// keep remembers a draft that was changed.
func (d *readDrafts) keep(c *Contents) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.kept[c.Version.ID]; d.kept == nil || !ok && len(d.kept) >= maxReadDrafts {
		d.kept = map[string]readDraft{}
	}
	d.kept[c.Version.ID] = readDraft{document: c.Version.Document, programme: c.Programme, problems: c.Problems}
}
