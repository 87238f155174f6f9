package edit

import (
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Set changes fields of a part; those that are not named stay as they are.
type Set struct {
	Part   Ref
	Fields []Field
	Drop   bool
}

func (o Set) drops() bool { return o.Drop }

func (o Set) do(w *work) error {
	if !Has(w.p, o.Part) {
		return gone(o.Part)
	}
	label := Label(w.p, o.Part)
	w.open = openOf(o.Part)
	w.own = append(w.own, o.Part)
	changed, err := w.set(o.Part, o.Fields)
	if err != nil || len(changed) == 0 {
		return err
	}
	w.say("Changed " + joined(changed, "and") + " of " + label + ".")
	return nil
}

// openOf is the part whose card is open while r is changed: an option stands on its question's.
func openOf(r Ref) Ref {
	if r.Kind == Option {
		return Ref{Kind: Question, ID: r.Of}
	}
	return r
}

// joined writes a list as in a sentence, the first few of it.
func joined(words []string, and string) string {
	const most = 4
	if len(words) > most {
		return strings.Join(words[:most], ", ") + " " + and + " " + strconv.Itoa(len(words)-most) + " more"
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + and + " " + words[len(words)-1]
}

// set writes fields into a part and gives the labels of those that are another now.
func (w *work) set(r Ref, fields []Field) ([]string, error) {
	switch r.Kind {
	case Whole:
		return w.setPlan(fields)
	case Section:
		s, _ := w.p.Section(r.ID)
		return setNamed(w, r, s, sectionFields, fields)
	case Question:
		return w.setQuestion(r, fields)
	case Option:
		q, _, _ := w.p.Question(r.Of)
		o, _ := q.Option(r.ID)
		changed, err := setNamed(w, r, o, optionFields, fields)
		w.ownSection(o.Critical, r.Of)
		return changed, err
	case Standard:
		s, _ := w.p.Standard(r.ID)
		return setNamed(w, r, s, standardFields, fields)
	case Scenario:
		s, _ := w.p.Scenario(r.ID)
		return setNamed(w, r, s, scenarioFields, fields)
	case Stage:
		return setNamed(w, r, &w.p.Stages[stageAt(w.p, r.ID)], stageFields, fields)
	case Daypart:
		i := slices.Index(idsOf(w.p, Daypart), r.ID)
		return w.setDaypart(r, &w.p.Dayparts[i], fields)
	case Feature:
		return setNamed(w, r, &struct{}{}, nil, fields)
	}
	return nil, gone(r)
}

// setNamed writes the fields of a part that has an id, the id last.
func setNamed[T any](w *work, r Ref, t *T, rules []rule[T], fields []Field) ([]string, error) {
	renamed, rest := takeID(r, fields)
	changed, err := setFields(w, r, t, rules, rest)
	if err != nil || renamed == nil {
		return changed, err
	}
	label, err := w.rename(r, renamed.last(), renamed.Name)
	if label != "" {
		changed = append(changed, label)
	}
	return changed, err
}

// takeID splits the id off the fields.
func takeID(r Ref, fields []Field) (*Field, []Field) {
	name := idField(r.Kind)
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil, fields
	}
	return &fields[i], slices.Delete(slices.Clone(fields), i, i+1)
}

// idField is the name of the field that holds a part's id.
func idField(k PartKind) string {
	if k == Option {
		return "code"
	}
	return "id"
}

// setFields writes fields in the order of the rules, because some lean on others, and gives the labels of the changed ones.
func setFields[T any](w *work, r Ref, t *T, rules []rule[T], fields []Field) ([]string, error) {
	var bad fault.Fields
	for _, f := range fields {
		if !slices.ContainsFunc(rules, func(x rule[T]) bool { return x.name == f.Name }) {
			bad.Add(f.Name, "There is no such field here.")
		}
	}
	var changed []string
	for _, x := range rules {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == x.name })
		if i < 0 {
			continue
		}
		was := x.get(t)
		if wrong := x.set(t, fields[i].Values); wrong != "" {
			bad.Add(x.name, wrong)
		} else if !slices.Equal(was, x.get(t)) {
			w.touch(r, Side(x.name))
			changed = append(changed, x.label)
		}
	}
	return changed, bad.Err()
}

// Side is the part of a field's name by which two changes of it meet, and that stands or falls as one: both columns of the bands in all
// their rows, both ends of a scale, and all that a critical or a comment rule says.
func Side(name string) string {
	head, _, _ := strings.Cut(name, ".")
	switch head {
	case "critical", "comment", "bands", "scale":
		return head
	}
	return name
}

// weightPrefix begins the name of a section's weight.
const weightPrefix = "section_weights."

// setPlan writes the fields of the programme itself, and the weights of its sections.
func (w *work) setPlan(fields []Field) ([]string, error) {
	whole := Ref{Kind: Whole}
	var weights, rest []Field
	for _, f := range fields {
		if strings.HasPrefix(f.Name, weightPrefix) {
			weights = append(weights, f)
		} else {
			rest = append(rest, f)
		}
	}
	wasBonus := w.p.Policy.Wow == programme.WowBonus
	if !wasBonus && slices.ContainsFunc(rest, func(f Field) bool { return f.Name == "scoring.wow_policy" && f.last() == string(programme.WowBonus) }) {
		w.p.Policy.BonusCapBP = 10_000 // what the file assumes
	}
	changed, err := setFields(w, whole, w.p, planFields, rest)
	if err != nil {
		return changed, err
	}
	var bad fault.Fields
	for _, f := range weights {
		if label, wrong := w.setWeight(strings.TrimPrefix(f.Name, weightPrefix), f.last()); wrong != "" {
			bad.Add(f.Name, wrong)
		} else if label != "" {
			w.touch(whole, f.Name)
			changed = append(changed, label)
		}
	}
	return changed, bad.Err()
}

// setWeight gives a section its weight; "" takes it away. The weights stand in the order of the sections.
func (w *work) setWeight(section, typed string) (label, wrong string) {
	if sectionAt(w.p, section) < 0 {
		return "", "There is no such section any more."
	}
	weights := &w.p.Policy.Weights
	at := slices.IndexFunc(*weights, func(x programme.SectionWeight) bool { return x.Section == section })
	label = "the weight of section " + section
	if typed == "" {
		if at < 0 {
			return "", ""
		}
		*weights = slices.Delete(*weights, at, at+1)
		return label, ""
	}
	n, ok := scaled(typed, 0)
	switch {
	case !ok:
		return "", "Write the weight as a whole number, such as 10."
	case at >= 0 && (*weights)[at].Weight == int(n):
		return "", ""
	case at >= 0:
		(*weights)[at].Weight = int(n)
	default:
		*weights = append(*weights, programme.SectionWeight{Section: section, Weight: int(n)})
		slices.SortStableFunc(*weights, func(a, b programme.SectionWeight) int { return sectionAt(w.p, a.Section) - sectionAt(w.p, b.Section) })
	}
	return label, ""
}

// setDaypart keeps the beginning before the end, because a part of the day that is not cannot be written down.
func (w *work) setDaypart(r Ref, d *programme.Daypart, fields []Field) ([]string, error) {
	changed, err := setNamed(w, r, d, daypartFields, fields)
	if err == nil && d.From >= d.To {
		var bad fault.Fields
		bad.Add("to", "A part of the day ends after it begins.")
		return nil, bad.Err()
	}
	return changed, err
}

// setQuestion writes the fields of a question: the kind first, because it decides which there are, the id last.
func (w *work) setQuestion(r Ref, fields []Field) ([]string, error) {
	q, _, _ := w.p.Question(r.ID)
	var changed []string
	rest := fields
	if i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == "kind" }); i >= 0 {
		rest = slices.Delete(slices.Clone(fields), i, i+1)
		k := programme.Kind(fields[i].last())
		if !slices.Contains(programme.Kinds(), k) {
			var bad fault.Fields
			bad.Add("kind", "Choose one of "+strings.Join(quotedAll(programme.Kinds()), ", ")+".")
			return nil, bad.Err()
		}
		if k != q.Kind {
			turn(q, k)
			w.touch(r, "")
			changed = append(changed, "the kind")
		}
	}
	rest, bands, err := w.bands(r, q, rest)
	if err != nil {
		return nil, err
	}
	more, err := setNamed(w, r, q, questionRules(q.Kind), rest)
	w.ownSection(q.Critical, q.ID)
	return slices.Concat(changed, bands, more), err
}

// ownSection gives a critical that makes a section earn nothing the section of its question, until another is chosen: one
// without a section cannot be written down, and would be lost.
func (w *work) ownSection(c *programme.Critical, question string) {
	if c == nil || c.Effect != programme.ZeroSection || c.Section != "" {
		return
	}
	if _, s, ok := w.p.Question(question); ok {
		c.Section = s.ID
	}
}

// bands takes both columns of the bands out of the fields.
func (w *work) bands(r Ref, q *programme.Question, fields []Field) ([]Field, []string, error) {
	var columns [2]*Field
	var rest []Field
	for i := range fields {
		switch fields[i].Name {
		case limitColumn:
			columns[0] = &fields[i]
		case pointsColumn:
			columns[1] = &fields[i]
		default:
			rest = append(rest, fields[i])
		}
	}
	if columns[0] == nil && columns[1] == nil {
		return rest, nil, nil
	}
	var bad fault.Fields
	was := slices.Clone(q.Bands)
	switch {
	case !slices.Contains(banded, q.Kind):
		bad.Add(limitColumn, "There is no such field here.")
	case columns[0] == nil || columns[1] == nil:
		bad.Add(limitColumn, "Give each band its limit and its points.")
	default:
		if field, wrong := setBands(q, columns[0].Values, columns[1].Values); wrong != "" {
			bad.Add(field, wrong)
		}
	}
	if bad.Len() > 0 || slices.Equal(was, q.Bands) {
		return rest, nil, bad.Err()
	}
	w.touch(r, "bands")
	return rest, []string{"the bands"}, nil
}
