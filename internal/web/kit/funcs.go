package kit

import (
	"html/template"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
)

// funcs are the functions of every template. Each says the type it takes: templates are checked strictly.
func funcs() template.FuncMap {
	return template.FuncMap{
		"asset":    Asset,
		"icon":     icon,
		"money":    Money,
		"percent":  Percent,
		"points":   Points,
		"date":     Date,
		"clock":    Clock,
		"datetime": DateTime,
		"when":     when,
		"ago":      Ago,
		"number":   func(plain string) string { return plain },
		"plural":   catalogue.Count,
		"add":      func(a, b int) int { return a + b },
		"join":     strings.Join,
		"has":      slices.Contains[[]string],
		"field":    NewField,
	}
}

// icon draws a symbol of static/icons.svg. It is decoration: a word or an aria-label says the same.
func icon(name string) (template.HTML, error) { return iconIn(catalogue.Source, name) }

func iconIn(lang, name string) (template.HTML, error) {
	src, err := AssetIn(lang, "icons.svg")
	if err != nil {
		return "", err
	}
	//nolint:gosec // both parts are ours: the address of an embedded file and, escaped, a name from a template
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` + src + `#` + template.HTMLEscapeString(name) + `"/></svg>`), nil
}
