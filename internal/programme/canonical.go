package programme

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// Canonical gives the programme as JSON in one form only: the keys of the file format in its order, without what the
// format assumes anyway and without white space. Equal programmes have equal bytes. Keep them as bytes: a database
// that reorders keys would change the programme, because standards and scenarios stand in an order.
func (p *Programme) Canonical() []byte {
	return appendJSON(make([]byte, 0, 8<<10), encode(p))
}

// Hash is the SHA-256 of Canonical in hexadecimal; it names a version of the checklist.
func (p *Programme) Hash() string {
	sum := sha256.Sum256(p.Canonical())
	return hex.EncodeToString(sum[:])
}

// Equal reports whether two programmes say the same.
func (p *Programme) Equal(q *Programme) bool {
	if p == nil || q == nil {
		return p == q
	}
	return bytes.Equal(p.Canonical(), q.Canonical())
}

// appendJSON writes a tree without white space.
func appendJSON(b []byte, t *tree) []byte {
	switch t.kind {
	case treeNull:
		return append(b, "null"...)
	case treeBool, treeNumber:
		return append(b, t.text...)
	case treeText:
		return appendQuoted(b, t.text)
	case treeList:
		b = append(b, '[')
		for i, v := range t.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, v)
		}
		return append(b, ']')
	case treeMap:
		return appendMap(b, t)
	}
	return b
}

// appendMap writes a group.
func appendMap(b []byte, t *tree) []byte {
	b = append(b, '{')
	for i, e := range t.entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuoted(b, e.key), ':')
		b = appendJSON(b, e.value)
	}
	return append(b, '}')
}

// appendQuoted writes a JSON string with as few escapes as JSON allows.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		b = appendEscaped(b, c)
		i++
	}
	return append(b, '"')
}

// appendEscaped writes one ASCII character.
func appendEscaped(b []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\t':
		return append(b, '\\', 't')
	case c == '\r':
		return append(b, '\\', 'r')
	case c < 0x20:
		return append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&0xF])
	}
	return append(b, c)
}
