package builder

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/web/kit"
)

// conditions are when a part is shown, as sentences.
type conditions struct {
	Prefix  string // of the controls' names: "if:question/A1"
	Join    control
	Rows    []clause
	Add     string
	Was     string
	Error   string
	Several bool
}

// clause is one sentence: subject, verb, value.
type clause struct {
	Subject, Verb, Value control
	For                  pair // which subject the value belongs to
	Remove               string
	Kept, KeptWords      string // what is beyond this form: kept as it is
	Number               int
}

// conditions lays out the condition of a part; what was typed and refused stands in place of what is stored.
func (f *form) conditions(r edit.Ref, c *programme.Condition) *conditions {
	v := &conditions{Prefix: "if:" + r.String(), Add: "if-add:" + r.String(), Error: f.errs.For("if:" + r.String())}
	stored := edit.Rows{}
	if c != nil {
		stored = edit.RowsOf(c.Source)
	}
	rows := stored
	if f.typed != nil && f.typed.Has(v.Prefix+":was") {
		rows = postedRows(f.typed, v.Prefix)
	}
	v.Was = digestRows(stored)
	v.Several = len(rows.Rows) > 1
	join := "all"
	if rows.Any {
		join = "any"
	}
	v.Join = control{Name: v.Prefix + ":join", Label: "Conditions", Shape: choice, Values: []string{join}, Quiet: true, Options: joinOptions}.said(f.say)
	subjects := edit.Subjects(f.b.Programme, r)
	for i, x := range rows.Rows {
		v.Rows = append(v.Rows, f.clause(v.Prefix, i, x, subjects))
	}
	return v
}

var joinOptions = []kit.Option{{Value: "all", Label: "when all of these hold"}, {Value: "any", Label: "when any of these holds"}}

func (f *form) clause(prefix string, i int, x edit.Row, subjects []edit.Subject) clause {
	n := strconv.Itoa(i)
	c := clause{Number: i + 1, Remove: "if-remove:" + strings.TrimPrefix(prefix, "if:") + ":" + n, Kept: x.Kept}
	if x.Kept != "" {
		c.KeptWords = f.say(edit.RowSentence(f.b.Programme, x))
		c.Subject.Name = prefix + ":" + n + ":kept"
		return c
	}
	c.Subject = control{Name: prefix + ":" + n + ":subject", Label: f.say("Condition " + strconv.Itoa(i+1)), Shape: choice, Values: []string{x.Subject}, Size: "subject", Quiet: true}
	for _, s := range subjects {
		c.Subject.Options = append(c.Subject.Options, kit.Option{Value: s.ID, Label: f.say(s.Label)})
	}
	c.For = pair{prefix + ":" + n + ":for", x.Subject}
	s, _ := subjectOf(subjects, x.Subject)
	c.Verb = control{Name: prefix + ":" + n + ":verb", Label: "Comparison", Shape: choice, Values: []string{string(x.Verb)}, Quiet: true}
	for _, verb := range s.Verbs {
		c.Verb.Options = append(c.Verb.Options, kit.Option{Value: verb.Value, Label: verb.Label})
	}
	c.Verb = c.Verb.said(f.say)
	c.Value = valueControl(prefix+":"+n+":value", s, x)
	c.Value.Mixed = s.ID == edit.SubjectScenario // their titles; what owners wrote as answers stands in quotes
	c.Value = c.Value.said(f.say)
	c.Value.Error = f.errs.For(c.Value.Name)
	return c
}

func valueControl(name string, s edit.Subject, x edit.Row) control {
	c := control{Name: name, Label: "Value", Shape: line, Values: x.Values, Quiet: true}
	switch {
	case s.Input == edit.InputFeature:
		return control{}
	case s.Input == edit.InputChoice:
		c.Shape = choice
		for _, v := range s.Values {
			c.Options = append(c.Options, kit.Option{Value: v.Value, Label: v.Label})
		}
		if manyValues(x.Verb) {
			c.Shape = ticks
		}
	case manyValues(x.Verb):
		c.Values = []string{strings.Join(x.Values, ", ")}
	case s.Input == edit.InputNumber:
		c.Shape = number
	}
	return c
}

// manyValues reports whether a verb takes a list.
func manyValues(v edit.Verb) bool { return v == edit.OneOf || v == edit.NoneOf }

func subjectOf(all []edit.Subject, id string) (edit.Subject, bool) {
	i := slices.IndexFunc(all, func(s edit.Subject) bool { return s.ID == id })
	if i < 0 {
		return edit.Subject{}, false
	}
	return all[i], true
}

// postedRows reads the sentences of a form.
func postedRows(v url.Values, prefix string) edit.Rows {
	rows := edit.Rows{Any: v.Get(prefix+":join") == "any"}
	for i := 0; ; i++ {
		at := prefix + ":" + strconv.Itoa(i) + ":"
		switch {
		case v.Has(at + "kept"):
			rows.Rows = append(rows.Rows, edit.Row{Kept: v.Get(at + "kept")})
		case v.Has(at + "subject"):
			rows.Rows = append(rows.Rows, postedRow(v, at))
		default:
			return rows
		}
	}
}

// postedRow reads one sentence. When another question was chosen, what the one before was compared with means nothing.
func postedRow(v url.Values, at string) edit.Row {
	r := edit.Row{Subject: v.Get(at + "subject"), Verb: edit.Verb(v.Get(at + "verb")), Values: tidy(v[at+"value"])}
	switch {
	case v.Has(at+"for") && v.Get(at+"for") != r.Subject:
		r.Values = nil
	case len(r.Values) == 0 && v.Has(at+"value"):
		r.Values = []string{""}
	}
	return r
}

// digestRows tells one condition from another as it is posted.
func digestRows(rows edit.Rows) string {
	all := []string{strconv.FormatBool(rows.Any && len(rows.Rows) > 1)}
	for _, r := range rows.Rows {
		values := strings.Join(r.Values, ",")
		if manyValues(r.Verb) {
			values = strings.Join(strings.FieldsFunc(values, comma), ",")
		}
		all = append(all, r.Subject, string(r.Verb), values, r.Kept)
	}
	return edit.Digest(all...)
}

func comma(r rune) bool { return r == ',' || r == ' ' }

// fitting gives each sentence a verb and a value that its subject can have: when another question is chosen, what was
// compared with the one before means nothing.
func fitting(rows edit.Rows, subjects []edit.Subject) edit.Rows {
	out := edit.Rows{Any: rows.Any}
	for _, r := range rows.Rows {
		if s, ok := subjectOf(subjects, r.Subject); ok && r.Kept == "" {
			r = fit(r, &s)
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

func fit(r edit.Row, s *edit.Subject) edit.Row {
	changed := !slices.ContainsFunc(s.Verbs, func(c edit.Choice) bool { return c.Value == string(r.Verb) }) && len(s.Verbs) > 0
	if changed {
		r.Verb = edit.Verb(s.Verbs[0].Value)
	}
	r.Numeric = s.Input == edit.InputNumber
	if manyValues(r.Verb) {
		r.Values = strings.FieldsFunc(strings.Join(r.Values, ","), comma)
	}
	switch {
	case s.Input == edit.InputFeature:
		r.Values = nil
	case s.Input == edit.InputChoice:
		r.Values = known(r.Values, s.Values)
		if len(r.Values) > 1 && !manyValues(r.Verb) {
			r.Values = r.Values[:1]
		}
		if len(r.Values) == 0 && len(s.Values) > 0 {
			r.Values = []string{s.Values[0].Value}
		}
	case len(r.Values) == 0:
		r.Values = []string{examples[s.Input]}
	}
	return r
}

// examples are values to begin with.
var examples = map[edit.Input]string{edit.InputNumber: "1", edit.InputTime: "12:00", edit.InputDate: "2026-01-01", edit.InputText: "store"}

func known(values []string, choices []edit.Choice) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		return !slices.ContainsFunc(choices, func(c edit.Choice) bool { return c.Value == v })
	})
}

// beginning is the sentence that is put in first: about the nearest question before with answers to choose from, else
// about the scenario.
func beginning(subjects []edit.Subject) (edit.Row, bool) {
	if len(subjects) == 0 {
		return edit.Row{}, false
	}
	best := subjects[0]
	for _, s := range subjects {
		if s.Input == edit.InputChoice && s.ID != edit.SubjectChannel && s.ID != edit.SubjectFormat {
			best = s
		}
	}
	return fit(edit.Row{Subject: best.ID}, &best), true
}
