// Package catalogue says the program's own words in other languages.
//
// The one rule: the English text is the key. Code and templates are written in English, and a sentence is put into
// another language where a person reads it, never before: what is stored, compared and logged stays as it is. Words of
// people (names, stories, answers, a programme's texts) are never looked up here.
//
// A message may hold places for what changes from page to page: "Section {1} of {2}". A translation has the same places,
// in any order; {1!} says that what stands in the place are words of ours too, which are to be translated by themselves, and {1.}
// that they end with a number; {1#} that a digit ends it, or the message is another. Numbers are written as the language writes them, see Number.
package catalogue

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:embed */*.po
var files embed.FS // a folder for each language, a file for each part of the house

// Source is the language in which the program is written.
const Source = "en"

// shipped are the languages that people may choose, beside Source.
var shipped = []string{"de"}

// Mirror is a made-up language for trying whether a page can be read from right to left: English with every message
// between marks of direction. Nobody is offered it.
const Mirror = "ar-XB"

// Languages lists what people may choose from, Source first.
func Languages() []string { return append([]string{Source}, shipped...) }

// Own gives the name of a shipped language in itself.
func Own(lang string) string {
	switch lang {
	case Source:
		return "English"
	case "de":
		return "Deutsch"
	}
	return lang
}

// Count writes a number with its word: "1 question", "0 questions", "12 questions". The whole is looked up where it is read.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Has reports whether the program speaks a language.
func Has(lang string) bool { return lang == Source || lang == Mirror || slices.Contains(shipped, lang) }

// Catalogue is one language. The nil Catalogue is Source: it says everything as it is.
type Catalogue struct {
	lang     string
	messages map[string]string
	patterns []pattern // messages with places, the most telling first
	phrases  []pattern // these and parts of sentences, which only Tell knows, the most telling first
	mirror   bool
}

// loaded are the catalogues, each read when it is first asked for.
var loaded = func() map[string]func() *Catalogue {
	all := map[string]func() *Catalogue{Mirror: sync.OnceValue(func() *Catalogue { return mirrored(load("de")) })}
	for _, lang := range shipped {
		all[lang] = sync.OnceValue(func() *Catalogue { return load(lang) })
	}
	return all
}()

// For gives the catalogue of a language, nil for Source and for languages that the program does not speak.
func For(lang string) *Catalogue {
	if get, ok := loaded[lang]; ok {
		return get()
	}
	return nil
}

// load reads a language's embedded files; one that cannot be read fails every test, not a reader.
func load(lang string) *Catalogue {
	entries, err := Entries(lang)
	if err != nil {
		panic(fmt.Sprintf("catalogue: %v", err))
	}
	return build(lang, entries)
}

func build(lang string, entries []Entry) *Catalogue {
	c := &Catalogue{lang: lang, messages: make(map[string]string, len(entries))}
	for _, e := range entries {
		if e.Text == "" {
			continue
		}
		c.messages[e.Key()] = e.Text
		p, ok := newPattern(e.ID, e.Text)
		p.measure(c.lang, e)
		switch {
		case ok && e.Page == "":
			c.patterns, c.phrases = append(c.patterns, p), append(c.phrases, p)
		case ok && e.Page == phrase:
			c.phrases = append(c.phrases, p)
		}
	}
	byWeight := func(a, b pattern) int { return b.weight - a.weight }
	slices.SortStableFunc(c.patterns, byWeight)
	slices.SortStableFunc(c.phrases, byWeight)
	return c
}

// Lang gives the language's name, Source for nil.
func (c *Catalogue) Lang() string {
	if c == nil {
		return Source
	}
	return c.lang
}

// Message gives the translation of exactly this message, with its places as they are.
func (c *Catalogue) Message(id string) (string, bool) {
	if c == nil {
		return id, false
	}
	if c.mirror {
		return mirror(id), true
	}
	text, ok := c.messages[id]
	return text, ok
}

// On gives the translation of a message of one page: what is said there only, else what is said everywhere.
func (c *Catalogue) On(page string) func(id string) (string, bool) {
	return func(id string) (string, bool) {
		if c != nil && !c.mirror {
			if text, ok := c.messages[page+"|"+id]; ok {
				return text, true
			}
		}
		return c.Message(id)
	}
}

// Say puts words of ours into the catalogue's language: a message, or one whose places are filled in already. What is not
// known stays as it is.
func (c *Catalogue) Say(s string) string { return c.say(s, maxDepth) }

// maxDepth bounds how deep words stand inside words.
const maxDepth = 4

func (c *Catalogue) say(s string, depth int) string {
	if c == nil || s == "" || depth == 0 {
		return s
	}
	if !strings.ContainsFunc(s, unicode.IsLetter) {
		return Number(c.lang, s)
	}
	trimmed := strings.TrimSpace(s)
	before, after, _ := strings.Cut(s, trimmed)
	if text, ok := c.messages[trimmed]; ok {
		return before + c.flip(text) + after
	}
	for i := range c.patterns {
		if values, ok := c.patterns[i].match(trimmed); ok && c.patterns[i].tells(values) {
			return before + c.flip(c.patterns[i].fill(values, func(v string) string { return c.say(v, depth-1) })) + after
		}
	}
	return s
}

func (c *Catalogue) flip(s string) string {
	if c.mirror {
		return mirror(s)
	}
	return s
}

// Known reports whether Say would find the words.
func (c *Catalogue) Known(s string) bool {
	if c == nil {
		return true
	}
	if _, ok := c.messages[strings.TrimSpace(s)]; ok {
		return true
	}
	return slices.ContainsFunc(c.patterns, func(p pattern) bool { values, ok := p.match(strings.TrimSpace(s)); return ok && p.tells(values) })
}

// Bytes gives all files, for what has to change when a word does.
func Bytes() []byte {
	var all []byte
	for _, lang := range shipped {
		err := eachFile(lang, func(_ string, src []byte) error { all = append(all, src...); return nil })
		if err != nil { // embedded
			panic(fmt.Sprintf("catalogue: %v", err))
		}
	}
	return all
}

// Entries lists the messages of a shipped language in the order of its files. A message stands in one of them, once.
func Entries(lang string) ([]Entry, error) {
	r := newReader()
	err := eachFile(lang, func(name string, src []byte) error { return r.file(name, string(src)) })
	return r.out, err
}

// eachFile gives the files of a language in the order of their names.
func eachFile(lang string, each func(name string, src []byte) error) error {
	dir, err := files.ReadDir(lang)
	for _, f := range dir {
		name := path.Join(lang, f.Name())
		src, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if err := each(name, src); err != nil {
			return err
		}
	}
	return err
}

// mirrored is the language Mirror: it knows what a real catalogue knows, and says it in English.
func mirrored(c *Catalogue) *Catalogue {
	entries := make([]Entry, 0, len(c.messages))
	for id := range c.messages {
		entries = append(entries, Entry{ID: id, Text: id})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	m := build(Mirror, entries)
	m.mirror = true
	return m
}

// mirror puts a message between the marks that make it run from right to left.
func mirror(s string) string { return "\u202e" + s + "\u202c" }
