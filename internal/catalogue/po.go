package catalogue

import (
	"fmt"
	"strconv"
	"strings"
)

// Entry is one message of a language's file.
type Entry struct {
	ID   string // the English text
	Text string // "" while it is not translated
	Page string // the page whose words these are, "" for everywhere: a word may mean two things
	File string // where it stands
	Line int    // where it begins there
}

// Key is the message with its page.
func (e Entry) Key() string {
	if e.Page == "" {
		return e.ID
	}
	return e.Page + "|" + e.ID
}

type poReader struct {
	out   []Entry
	name  string // of the file that is read
	now   Entry
	into  *string // where quoted lines go on
	begun bool
	seen  map[string]Entry
}

func newReader() *poReader { return &poReader{seen: map[string]Entry{}} }

// file reads a catalogue as gettext's tools write it, as far as it is used here: comments, msgid and msgstr, texts
// over several lines, and msgctxt for words of one page. Plural forms are refused, because nothing here asks for them.
func (r *poReader) file(name, src string) error {
	r.name = name
	for i, line := range strings.Split(src, "\n") {
		if err := r.line(strings.TrimSpace(line), i+1); err != nil {
			return fmt.Errorf("%s, line %d: %w", name, i+1, err)
		}
	}
	if err := r.end(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.now, r.begun, r.into = Entry{}, false, nil
	return nil
}

func (r *poReader) line(s string, n int) error {
	switch {
	case s == "" || strings.HasPrefix(s, "#"):
		return nil
	case strings.HasPrefix(s, "msgctxt "):
		if err := r.end(); err != nil {
			return err
		}
		r.now, r.begun, r.into = Entry{File: r.name, Line: n}, true, &r.now.Page
		return r.quoted(strings.TrimPrefix(s, "msgctxt "))
	case strings.HasPrefix(s, "msgid "):
		if r.now.Page == "" || r.into != &r.now.Page {
			if err := r.end(); err != nil {
				return err
			}
			r.now = Entry{File: r.name, Line: n}
		}
		r.begun, r.into = true, &r.now.ID
		return r.quoted(strings.TrimPrefix(s, "msgid "))
	case strings.HasPrefix(s, "msgstr ") && r.begun:
		r.into = &r.now.Text
		return r.quoted(strings.TrimPrefix(s, "msgstr "))
	case strings.HasPrefix(s, `"`) && r.into != nil:
		return r.quoted(s)
	}
	return fmt.Errorf("%q is neither msgid, msgstr, a quoted text nor a comment", s)
}

func (r *poReader) quoted(s string) error {
	words, err := strconv.Unquote(s)
	if err != nil {
		return fmt.Errorf("%s is not a quoted text", s)
	}
	*r.into += words
	return nil
}

// end keeps the message that was read; the one without a text is the file's head.
func (r *poReader) end() error {
	if !r.begun || r.now.ID == "" {
		return nil
	}
	if first, ok := r.seen[r.now.Key()]; ok {
		return fmt.Errorf("%q stands in %s, line %d too", r.now.ID, first.File, first.Line)
	}
	r.seen[r.now.Key()] = r.now
	r.out = append(r.out, r.now)
	r.begun = false
	return nil
}
