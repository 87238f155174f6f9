package builder

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
)

// request is one post: what a form holds, and which of its buttons was pressed.
type request struct {
	Revision int    `form:"rev"`
	Open     string `form:"open"`
	Do       string `form:"do"` // "" saves, else a verb with its object: "up:question/A1"
	Drop     bool   `form:"drop"`
	values   url.Values
	at       edit.Ref            // the part that was being changed
	say      func(string) string // puts words of ours into the reader's language
}

// step is one operation with how its messages find their controls.
type step struct {
	op   edit.Op
	name func(field string) string
}

// plan lists the operations that a post asks for, in their order: first what was typed, then what was pressed.
func (q *request) plan(b *studio.Building) []step {
	var all []step
	for _, was := range q.values["was"] {
		all = append(all, q.set(was)...)
	}
	all = append(all, q.conditions(b)...)
	return append(all, q.news()...)
}

// set finds the fields of one part that were changed.
func (q *request) set(was string) []step {
	words := strings.Fields(was)
	if len(words) == 0 {
		return nil
	}
	ref, ok := edit.ParseRef(words[0])
	if !ok {
		return nil
	}
	var fields []edit.Field
	for _, w := range words[1:] {
		field, before, _ := strings.Cut(w, "=")
		typed := q.values[nameOf(ref, field)]
		if digest(typed) != before && !q.leaves(nameOf(ref, field)) {
			fields = append(fields, edit.Field{Name: field, Values: clean(field, typed)})
		}
	}
	fields = whole(fields, func(field string) []string { return q.values[nameOf(ref, field)] })
	return split(ref, fields, q.Drop)
}

// leaves reports whether somebody chose the other owner's text for a field.
func (q *request) leaves(name string) bool { return q.values.Get("pick:"+name) == "theirs" }

// clean gives the values of a field as the use cases take them: numbers of an answer list may be written in one line.
func clean(field string, typed []string) []string {
	if field == "bands.up_to" || field == "bands.points" {
		return typed
	}
	if strings.HasSuffix(field, ".when") && len(typed) == 1 && strings.Contains(typed[0], ",") {
		typed = strings.Split(typed[0], ",")
	}
	out := tidy(typed)
	if len(out) == 0 && !strings.HasSuffix(field, ".when") {
		return []string{""}
	}
	return out
}

// whole sends both columns of the bands when one changed.
func whole(fields []edit.Field, typed func(string) []string) []edit.Field {
	for _, pair := range [][2]string{{"bands.up_to", "bands.points"}, {"bands.points", "bands.up_to"}} {
		if hasField(fields, pair[0]) && !hasField(fields, pair[1]) {
			fields = append(fields, edit.Field{Name: pair[1], Values: typed(pair[1])})
		}
	}
	return fields
}

func hasField(fields []edit.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f edit.Field) bool { return f.Name == name })
}

// split makes the operation of one part, none without a change. With a new kind go only the fields that it has.
func split(ref edit.Ref, fields []edit.Field, drop bool) []step {
	if i := slices.IndexFunc(fields, func(f edit.Field) bool { return f.Name == "kind" }); i >= 0 {
		has := append(edit.FieldsOf(programme.Kind(fields[i].Values[0])), "kind", "id")
		fields = slices.DeleteFunc(fields, func(f edit.Field) bool { return !slices.Contains(has, f.Name) })
	}
	if len(fields) == 0 {
		return nil
	}
	return []step{{edit.Set{Part: ref, Fields: fields, Drop: drop}, func(field string) string { return nameOf(ref, field) }}}
}

// conditions finds the sentences that were changed.
func (q *request) conditions(b *studio.Building) []step {
	var all []step
	for _, key := range sortedKeys(q.values) {
		prefix, ok := strings.CutSuffix(key, ":was")
		part, isCondition := strings.CutPrefix(prefix, "if:")
		ref, known := edit.ParseRef(part)
		if !ok || !isCondition || !known {
			continue
		}
		rows := postedRows(q.values, prefix)
		if digestRows(rows) == q.values.Get(key) || q.leaves(prefix) {
			continue
		}
		rows = fitting(rows, edit.Subjects(b.Programme, ref))
		all = append(all, q.setRows(ref, rows))
	}
	return all
}

func (q *request) setRows(ref edit.Ref, rows edit.Rows) step {
	prefix := "if:" + ref.String()
	return step{edit.SetCondition{Part: ref, Any: rows.Any, Rows: rows.Rows}, func(field string) string {
		if n, err := strconv.Atoi(strings.TrimPrefix(field, "rows.")); err == nil {
			return prefix + ":" + strconv.Itoa(n-1) + ":value"
		}
		return prefix
	}}
}

func sortedKeys(v url.Values) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// news finds rows that were filled in, and lines that were pasted.
func (q *request) news() []step {
	var all []step
	done := map[string]bool{}
	for _, key := range sortedKeys(q.values) {
		words := strings.SplitN(key, ":", 4)
		switch {
		case len(words) == 3 && words[0] == "paste" && strings.TrimSpace(q.values.Get(key)) != "":
			all = append(all, q.paste(words[1], words[2], key))
		case len(words) == 4 && words[0] == "new" && !done[words[1]+":"+words[2]] && strings.TrimSpace(q.values.Get(key)) != "":
			done[words[1]+":"+words[2]] = true
			all = append(all, q.fresh(words[1], words[2]))
		}
	}
	return all
}

func (q *request) paste(kind, in, key string) step {
	text, name := q.values.Get(key), func(string) string { return key }
	if kind == string(edit.Option) {
		return step{edit.PasteOptions{Question: in, Text: text}, name}
	}
	return step{edit.PasteQuestions{Section: in, Text: text}, name}
}

// fresh adds a part with what its row holds.
func (q *request) fresh(kind, in string) step {
	prefix := "new:" + kind + ":" + in + ":"
	add := edit.Add{Kind: edit.PartKind(kind), In: in}
	for _, key := range sortedKeys(q.values) {
		if field, ok := strings.CutPrefix(key, prefix); ok && strings.TrimSpace(q.values.Get(key)) != "" {
			add.Fields = append(add.Fields, edit.F(field, tidy(q.values[key])...))
		}
	}
	return step{add, func(field string) string { return prefix + field }}
}

// follow gives the button that was pressed the new name of a part whose id was typed in the same post.
func (q *request) follow(op edit.Op) {
	set, ok := op.(edit.Set)
	verb, object, found := strings.Cut(q.Do, ":")
	if !ok || !found || object != set.Part.String() {
		return
	}
	for _, f := range set.Fields {
		if f.Name == "id" || f.Name == "code" {
			renamed := set.Part
			renamed.ID = strings.Join(f.Values, "")
			q.Do = verb + ":" + renamed.String()
		}
	}
}
