package builder

import (
	"net/url"
	"slices"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// form is the open card's form. Every control is called "part:field", so that one page can change several parts, and
// for each part a hidden control "was" says which fields stood there with which values: what is posted otherwise was
// changed, and what is not posted was unticked.
type form struct {
	b      *studio.Building
	values map[edit.Ref]map[string][]string
	typed  url.Values // what somebody typed and could not be saved, nil at first
	errs   kit.Errors
	say    func(string) string // puts words of ours into the reader's language
	was    map[edit.Ref][]string
	order  []edit.Ref
	Groups []group
}

func newForm(b *studio.Building, s said) *form {
	return &form{b: b, values: map[edit.Ref]map[string][]string{}, typed: s.typed, errs: s.errs, say: s.say, was: map[edit.Ref][]string{}}
}

// add puts a group at the end unless it is empty, in the reader's language.
func (f *form) add(g group) {
	g.Controls = slices.DeleteFunc(g.Controls, func(c control) bool { return c.Name == "" })
	if len(g.Controls)+len(g.Rows) > 0 || g.When != nil || g.Paste.Name != "" || g.Told {
		if slices.ContainsFunc(g.Controls, func(c control) bool { return c.Error != "" }) {
			g.Open = true
		}
		g.said(f.say)
		f.Groups = append(f.Groups, g)
	}
}

// of gives the stored values of a part.
func (f *form) of(r edit.Ref) map[string][]string {
	if v, ok := f.values[r]; ok {
		return v
	}
	v := map[string][]string{}
	for _, x := range edit.FieldValues(f.b.Programme, r) {
		v[x.Name] = x.Values
	}
	f.values[r] = v
	return v
}

// has reports whether the part has a field.
func (f *form) has(r edit.Ref, field string) bool { _, ok := f.of(r)[field]; return ok }

// value is what a field shows now: what was typed, else what is stored.
func (f *form) value(r edit.Ref, field string) string {
	v := f.shown(r, field)
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

func (f *form) shown(r edit.Ref, field string) []string {
	name := nameOf(r, field)
	if typed, ok := f.typed[name]; ok {
		return typed
	}
	if f.typed != nil && f.asked(r, field) {
		return nil
	}
	return f.of(r)[field]
}

// asked reports whether a field stood on the form that was posted.
func (f *form) asked(r edit.Ref, field string) bool {
	return slices.ContainsFunc(f.typed["was"], func(s string) bool {
		words := strings.Fields(s)
		return len(words) > 0 && words[0] == r.String() && slices.ContainsFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, field+"=") })
	})
}

// put makes the control of a field; a field that the part does not have gives the empty control.
func (f *form) put(r edit.Ref, field, label, shape string) control {
	if !f.has(r, field) {
		return control{}
	}
	f.remember(r, field)
	name := nameOf(r, field)
	return control{Name: name, Label: label, Shape: shape, Values: f.shown(r, field), Error: f.errs.For(name)}
}

// remember notes that a field is on the form.
func (f *form) remember(r edit.Ref, field string) {
	if _, ok := f.was[r]; !ok {
		f.order = append(f.order, r)
	}
	f.was[r] = append(f.was[r], field+"="+digest(f.of(r)[field]))
}

// blank makes a control of something that is not there yet: "new:kind:in:field".
func (f *form) blank(kind edit.PartKind, in, field, label, shape string) control {
	name := strings.Join([]string{"new", string(kind), in, field}, ":")
	return control{Name: name, Label: label, Shape: shape, Values: f.typed[name], Error: f.errs.For(name)}
}

// Was lists the hidden controls.
func (f *form) Was() []string {
	all := make([]string, 0, len(f.order))
	for _, r := range f.order {
		all = append(all, r.String()+" "+strings.Join(f.was[r], " "))
	}
	return all
}

// nameOf is what a field's control is called.
func nameOf(r edit.Ref, field string) string { return r.String() + ":" + field }

// digest tells one value of a field from another, however it travels: line ends and empty values say nothing.
func digest(values []string) string { return edit.Digest(tidy(values)...) }

func tidy(values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// errorsOf gives the messages of a refused operation the names of the controls.
func errorsOf(err error, name func(field string) string) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return err
	}
	var bad fault.Fields
	for _, x := range f.Fields {
		bad.Add(name(x.Name), x.Message)
	}
	return bad.Err()
}

// summary is what is wrong, each message with what its control is called: many say the same of different controls.
func (f *form) summary() kit.Errors {
	names := map[string]string{}
	add := func(c control, row string) {
		if c.At == 0 { // bands say themselves which they are
			names[c.Name] = joined(row, c.Label)
		}
	}
	for _, g := range f.Groups {
		for _, c := range g.Controls {
			add(c, "")
		}
		for _, r := range g.Rows {
			for _, c := range r.Controls {
				add(c, r.Label)
			}
		}
	}
	all := slices.Clone(f.errs)
	for i, e := range all {
		if name := names[e.Name]; name != "" {
			all[i].Message = name + ": " + f.say(e.Message)
		}
	}
	return all
}

// joined puts a colon between words of which some may be missing.
func joined(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ": ")
}
