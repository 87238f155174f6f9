package catalogue

import (
	"regexp"
	"strings"
)

// A number in a text of ours has a point before its decimals, as the program writes it; a page has it as its language does.
var (
	numeric = regexp.MustCompile(`^[\s\d.,+−±–~≈<>%:;/→()€£¥₹₩-]*\d\.\d[\s\d.,+−±–~≈<>%:;/→()€£¥₹₩-]*$`) // numbers, signs and nothing else
	decimal = regexp.MustCompile(`(\d)\.(\d)`)
	dotted  = regexp.MustCompile(`\d\.\d+\.\d`) // a date, or a number of a chapter
)

// commas are the languages that write decimals after a comma.
var commas = map[string]bool{"de": true}

// Number writes the numbers of a text as a language does, where the text is numbers and their signs alone: “+4.1” is “+4,1” in
// German. All else stays as it is, dates too.
func Number(lang, text string) string {
	if !commas[lang] || !strings.Contains(text, ".") || !numeric.MatchString(text) || dotted.MatchString(text) {
		return text
	}
	return decimal.ReplaceAllString(text, "$1,$2")
}

// measured is the file whose messages have places for measured numbers. Elsewhere “2.1” may be the number of a question, which has
// a point in every language, and is a measure only before the word for it.
const measured = "compare.po"

// measures are the words after a number that is measured.
var measures = []string{" point", "%", " %"}

// measure finds the places in which a number is written as the language does.
func (p *pattern) measure(lang string, e Entry) {
	for i := range p.text {
		x := &p.text[i]
		if x.place == 0 || x.ours && !x.ends {
			continue
		}
		if x.ends || strings.HasSuffix(e.File, measured) || p.before(x.place, measures) {
			x.in = lang
		}
	}
}

// before reports whether the message goes on with one of these words after a place.
func (p *pattern) before(place int, words []string) bool {
	for i, n := range p.places {
		if n != place {
			continue
		}
		for _, w := range words {
			if strings.HasPrefix(p.parts[i+1], w) {
				return true
			}
		}
	}
	return false
}

// number writes what stands in a place as the language writes numbers.
func (x *piece) number(value string) string {
	if at := strings.LastIndexByte(value, ' '); x.ends && at > 0 {
		return value[:at+1] + Number(x.in, value[at+1:])
	}
	return Number(x.in, value)
}
