package owner_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

var (
	inputs    = regexp.MustCompile(`<input [^>]*>`)
	areas     = regexp.MustCompile(`(?s)<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>`)
	selects   = regexp.MustCompile(`(?s)<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>`)
	chosen    = regexp.MustCompile(`<option value="([^"]*)" selected>`)
	attribute = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
)

// parseFields gives what a browser would send of a piece of markup.
func parseFields(markup string) url.Values {
	f := url.Values{}
	for _, in := range inputs.FindAllString(markup, -1) {
		at := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(in, -1) {
			at[m[1]] = html.UnescapeString(m[2])
		}
		ticked := strings.Contains(in, " checked")
		if at["type"] == "file" || (at["type"] == "checkbox" || at["type"] == "radio") && !ticked {
			continue
		}
		f.Add(at["name"], at["value"])
	}
	for _, m := range areas.FindAllStringSubmatch(markup, -1) {
		f.Add(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range selects.FindAllStringSubmatch(markup, -1) {
		value := ""
		if c := chosen.FindStringSubmatch(m[2]); c != nil {
			value = html.UnescapeString(c[1])
		}
		f.Add(m[1], value)
	}
	return f
}
