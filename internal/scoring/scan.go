package scoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// A small reader of JSON that encoding/json has found valid. It gives every member of an object as it is written, twice
// where it is written twice: a map would keep the last one in silence.

// member is a key and the source of its value.
type member struct {
	key   []byte // decoded
	value []byte
}

// object is a walk over the members of a JSON object.
type object struct {
	src []byte
	at  int
}

// newObject gives the walk over src, a valid JSON value; ok is false when it is no object.
func newObject(src []byte) (o object, ok bool) {
	at := space(src, 0)
	return object{src: src, at: at + 1}, at < len(src) && src[at] == '{'
}

// next gives the next member, false after the last one.
func (o *object) next() (member, bool) {
	o.at = space(o.src, o.at)
	if o.src[o.at] == ',' {
		o.at = space(o.src, o.at+1)
	}
	if o.src[o.at] != '"' {
		return member{}, false
	}
	end := valueEnd(o.src, o.at)
	key := textOf(o.src[o.at:end])
	start := space(o.src, space(o.src, end)+1) // after the colon
	o.at = valueEnd(o.src, start)
	return member{key: key, value: o.src[start:o.at]}, true
}

// items gives the sources of the items of a JSON array; ok is false when src, a valid JSON value, is no array.
func items(src []byte) (list [][]byte, ok bool) {
	if len(src) == 0 || src[0] != '[' {
		return nil, false
	}
	for at := space(src, 1); src[at] != ']'; {
		end := valueEnd(src, at)
		list = append(list, src[at:end])
		if at = space(src, end); src[at] == ',' {
			at = space(src, at+1)
		}
	}
	return list, true
}

// textOf decodes a JSON text, which begins and ends with its quotes.
func textOf(src []byte) []byte {
	inner := src[1 : len(src)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var text string
	if json.Unmarshal(src, &text) != nil { // cannot be: it was found valid
		return inner
	}
	return []byte(text)
}

func isText(src []byte) bool { return len(src) > 0 && src[0] == '"' }

func space(src []byte, at int) int {
	for at < len(src) && (src[at] == ' ' || src[at] == '\t' || src[at] == '\r' || src[at] == '\n') {
		at++
	}
	return at
}

// valueEnd gives the end of the value that begins at at.
func valueEnd(src []byte, at int) int {
	switch src[at] {
	case '"':
		return quoteEnd(src, at)
	case '{', '[':
		return nestEnd(src, at)
	}
	for at < len(src) && bytes.IndexByte([]byte(",]} \t\r\n"), src[at]) < 0 {
		at++
	}
	return at
}

func quoteEnd(src []byte, at int) int {
	for at++; src[at] != '"'; at++ {
		if src[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func nestEnd(src []byte, at int) int {
	for depth := 0; ; {
		switch src[at] {
		case '"':
			at = quoteEnd(src, at)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		at++
		if depth == 0 {
			return at
		}
	}
}

// notJSON says where a line stops being JSON.
func notJSON(line []byte) string {
	var whole json.RawMessage
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(line, &whole), &syntax) {
		return fmt.Sprintf("The line is not JSON: %s (at byte %d). Write one visit as one JSON object on one line.",
			syntax, syntax.Offset)
	}
	return "The line is not JSON. Write one visit as one JSON object on one line."
}
