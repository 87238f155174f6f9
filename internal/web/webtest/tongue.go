package webtest

import (
	"html"
	"regexp"
	"strings"
)

// What stands between the words of a page, the attributes that people hear or read, and what is worth a look.
var (
	between = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
	heard   = regexp.MustCompile(`(?:aria-label|title|placeholder|alt)="([^"]*)"`)
	pointed = regexp.MustCompile(`\d\.\d`)
	dotted  = regexp.MustCompile(`\b\d{1,2}\.\d{1,2}\.\d{4}\b`) // a date
	worded  = regexp.MustCompile(`\pL{3}`)
)

// lines are the words of the main part of a page, cut at its tags.
func (a Answer) lines() []string {
	_, main, _ := strings.Cut(a.Body.String(), "<main")
	main, _, _ = strings.Cut(main, "</main>")
	out := strings.Split(between.ReplaceAllString("<main"+main, "\n"), "\n")
	for _, m := range heard.FindAllStringSubmatch(main, -1) {
		out = append(out, m[1])
	}
	for i := range out {
		out[i] = strings.Trim(html.UnescapeString(out[i]), " \t·,.:;–→()/")
	}
	return out
}

// Translated fails the test where a page says the same as in English, but for what is theirs: the words of people, which nobody
// translates, and those that are alike in both languages.
func (a Answer) Translated(english Answer, theirs func(line string) bool) Answer {
	a.t.Helper()
	said, n := map[string]bool{}, 0
	for _, line := range english.lines() {
		said[line] = true
	}
	for _, line := range a.lines() {
		if !worded.MatchString(line) {
			continue
		}
		if n++; said[line] && !theirs(line) {
			a.t.Errorf("it says in both languages %q", line)
		}
	}
	if n == 0 {
		a.t.Error("it says nothing")
	}
	return a
}

// Commas fails the test where a page has a number with a decimal point, but for what is meant so: numbers of questions, codes.
func (a Answer) Commas(meant func(line string) bool) Answer {
	a.t.Helper()
	for _, line := range a.lines() {
		if pointed.MatchString(dotted.ReplaceAllString(line, "")) && !meant(line) {
			a.t.Errorf("a number has a decimal point in %q", line)
		}
	}
	return a
}
