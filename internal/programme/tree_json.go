package programme

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxDepth is how deep lists and groups may stand inside one another; a programme needs nine.
const maxDepth = 32

var (
	errTooDeep   = fmt.Errorf("this is nested more than %d deep; a programme file is not", maxDepth)
	errManyKeys  = fmt.Errorf("a group here has more than %d keys; no part of a programme has so many", maxKeys)
	errMoreAfter = errors.New("something follows after the end of the JSON value; keep one programme in a file")
)

// jsonReader builds a tree from JSON, token by token so that every value knows its line.
type jsonReader struct {
	src       []byte
	dec       *json.Decoder
	line, col int // of src[at]
	at        int
}

// treeFromJSON reads one JSON value.
func treeFromJSON(src []byte) (*tree, error) {
	r := &jsonReader{src: src, dec: json.NewDecoder(bytes.NewReader(src)), line: 1, col: 1}
	r.dec.UseNumber()
	t, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errMoreAfter
	}
	return t, nil
}

// advance moves the line and column to the next token's first byte.
func (r *jsonReader) advance() {
	from := int(r.dec.InputOffset())
	for from < len(r.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src[from]) >= 0 {
		from++
	}
	for ; r.at < from; r.at++ {
		b := r.src[r.at]
		if b == '\n' {
			r.line, r.col = r.line+1, 1
		} else if b&0xC0 != 0x80 { // not inside a character
			r.col++
		}
	}
}

// value reads one value at a depth.
func (r *jsonReader) value(depth int) (*tree, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	r.advance()
	t := &tree{line: r.line, col: r.col}
	tok, err := r.dec.Token()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	switch v := tok.(type) {
	case json.Delim:
		return t, r.inside(t, v, depth)
	case string:
		t.kind, t.text = treeText, v
	case json.Number:
		t.kind, t.text = treeNumber, v.String()
	case bool:
		t.kind, t.text = treeBool, strconv.FormatBool(v)
	}
	return t, nil
}

// inside reads what stands between brackets.
func (r *jsonReader) inside(t *tree, open json.Delim, depth int) error {
	t.kind = treeList
	if open == '{' {
		t.kind = treeMap
	}
	for r.dec.More() {
		if err := r.item(t, depth); err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}

// item reads one element of a list, or one key and its value.
func (r *jsonReader) item(t *tree, depth int) error {
	if t.kind == treeList {
		v, err := r.value(depth + 1)
		t.list = append(t.list, v)
		return err
	}
	if len(t.entries) == maxKeys {
		return errManyKeys
	}
	r.advance()
	e := entry{line: r.line, col: r.col}
	tok, err := r.dec.Token()
	if err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	e.key, _ = tok.(string)
	if e.value, err = r.value(depth + 1); err != nil {
		return err
	}
	t.entries = append(t.entries, e)
	return nil
}
