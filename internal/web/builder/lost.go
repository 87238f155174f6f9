package builder

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// lost is what was typed about a part that is gone: it is shown, with who took the part away and a way to bring it back.
type lost struct {
	Wrote  []pick
	Did    string // how it went: "14:02, Kim Example: Removed 1.2 …"
	Back   string // what the button does that adds it again, "" for none
	Fields []pair // everything that was typed, to be sent once more
	zoned  func(zone string, say func(string) string) string
}

// lost gathers it.
func (p *Pages) lost(c echo.Context, a auth.Actor, q *request, s *said) error {
	s.lost = &lost{}
	var r studio.Removal
	var known bool
	if q.at.Kind != "" {
		var err error
		if r, known, err = p.studio.Removed(c.Request().Context(), a, c.Param("programme"), q.at); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if !known {
		s.lost.Wrote = q.written(q.specimen())
		return nil
	}
	s.lost.Wrote = q.written(r.Before)
	s.lost.Back, s.lost.Fields = doBack+":"+q.at.String(), again(s.typed, "do", "drop")
	s.lost.zoned = func(zone string, say func(string) string) string { return removalWords(r, zone, say) }
	return nil
}

// removalWords tells who did what, and when.
func removalWords(r studio.Removal, zone string, say func(string) string) string {
	who := r.By
	switch {
	case r.Mine:
		who = say("you, in another window")
	case who == "":
		who = say("somebody")
	}
	return say(kit.DateTime(r.At, zone)) + ", " + who + ": " + say(r.Did)
}

// written lists what a post changed, in the words of the form that it came from. before is the draft that the form showed, or one
// that has the same fields.
func (q *request) written(before *programme.Programme) []pick {
	b := &studio.Building{Contents: studio.Contents{Programme: before}}
	said := q.controls(b)
	var all []pick
	for _, key := range sortedKeys(q.values) {
		if kind, _, _ := strings.Cut(key, ":"); (kind == "paste" || kind == "new") && q.values.Get(key) != "" {
			all = append(all, q.wrote(said, key, q.values[key]))
		}
	}
	for _, was := range q.values["was"] {
		for _, s := range q.set(was) {
			set, _ := s.op.(edit.Set)
			for _, f := range set.Fields {
				all = append(all, q.wrote(said, nameOf(set.Part, f.Name), f.Values))
			}
		}
	}
	for _, s := range q.conditions(b) {
		set, _ := s.op.(edit.SetCondition)
		all = append(all, pick{Label: said["if:"+set.Part.String()].Label, Yours: q.say(rowsSentence(before, set))})
	}
	return all
}

// rowsSentence says a condition in words, "" for none.
func rowsSentence(p *programme.Programme, set edit.SetCondition) string {
	words := make([]string, len(set.Rows))
	for i, r := range set.Rows {
		words[i] = edit.RowSentence(p, r)
	}
	if set.Any {
		return strings.Join(words, ", or ")
	}
	return strings.Join(words, ", and ")
}

// wrote is one field with what was written into it.
func (q *request) wrote(said map[string]control, name string, values []string) pick {
	c, ok := said[name]
	if !ok { // the form had grown another field meanwhile
		return pick{Label: name, Yours: strings.Join(tidy(values), ", ")}
	}
	if c.Shape == tick {
		return pick{Label: c.Label, Yours: q.say(yesNo(len(values) > 0 && isTrue(values[len(values)-1])))}
	}
	words := tidy(values)
	for i, v := range words {
		if at := slices.IndexFunc(c.Options, func(o kit.Option) bool { return o.Value == v }); at >= 0 {
			words[i] = c.Options[at].Label
		}
	}
	return pick{Label: c.Label, Yours: strings.Join(words, ", ")}
}

func yesNo(yes bool) string {
	if yes {
		return "Yes"
	}
	return "No"
}

// controls are those of the card that was open, by name; each label says where on the card it stands.
func (q *request) controls(b *studio.Building) map[string]control {
	open := parsePlace(q.Open)
	f := newForm(b, said{say: q.say, typed: q.values, open: open})
	f.lay(open)
	paste := pasting(open.ref.ID, said{say: q.say})
	all := map[string]control{paste.Name: paste}
	add := func(c control, where ...string) {
		if c.Unit != "" {
			c.Label += " (" + c.Unit + ")"
		}
		c.Label = joined(append(where, c.Label)...)
		if _, has := all[c.Name]; !has {
			all[c.Name] = c
		}
	}
	for _, g := range f.Groups {
		add(g.Paste, g.Title)
		if g.When != nil {
			all[g.When.Prefix] = control{Label: g.Title}
		}
		for _, c := range g.Controls {
			add(c, g.Title)
		}
		for _, r := range g.Rows {
			for _, c := range r.Controls {
				add(c, g.Title, r.Label)
			}
		}
	}
	return all
}

// specimen is a programme in which nothing is but the open question, with the fields that stood on its form: for labels, where nothing
// is known of the question any more.
func (q *request) specimen() *programme.Programme {
	p := &programme.Programme{Sections: make([]programme.Section, 1)}
	at := parsePlace(q.Open).ref
	switch at.Kind {
	case edit.Section:
		p.Sections[0].ID = at.ID
	case edit.Question:
		p.Sections[0].Questions = []programme.Question{q.stood(at)}
	case edit.Whole, edit.Option, edit.Standard, edit.Scenario, edit.Stage, edit.Daypart, edit.Feature:
	}
	return p
}

// stood is a question of the first kind that has the fields and the answers of the form.
func (q *request) stood(at edit.Ref) programme.Question {
	out := programme.Question{ID: at.ID}
	var fields []string
	for _, was := range q.values["was"] {
		words := strings.Fields(was)
		if len(words) == 0 {
			continue
		}
		switch ref, _ := edit.ParseRef(words[0]); {
		case ref == at:
			fields = words[1:]
		case ref.Kind == edit.Option && ref.Of == at.ID:
			out.Options = append(out.Options, programme.Option{Code: ref.ID, Label: ref.ID})
		}
	}
	for _, n := range kindNames {
		if edit.HasOptions(n.kind) == (len(out.Options) > 0) && hasAll(append(edit.FieldsOf(n.kind), "kind", "id"), fields) {
			out.Kind = n.kind
			break
		}
	}
	return out
}

// hasAll reports whether all fields of a form ("points=8f3a") are among the names.
func hasAll(names, fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool {
		name, _, _ := strings.Cut(f, "=")
		return !slices.Contains(names, name)
	})
}
