package builder_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// elsewhere are the keys of the programme file that are set on other pages, or are no setting.
var elsewhere = map[string]string{
	"format":       "is always the same",
	"programme":    "is made when the programme begins: files are joined on it",
	"language":     "is on the page of languages",
	"translations": "are on the page of languages",
	"outdated":     "is on the page of languages",
	"standards":    "are on the pages of standards; a test of those pages lists their keys",
}

// settings says which controls set a key that is not called as they are.
var settings = map[string][]string{
	"good":         {"good.text", "good.points"},
	"wow":          {"wow.points", "wow.text"},
	"scale":        {"scale.lo", "scale.hi"},
	"bands":        {"bands.up_to", "bands.points"},
	"critical":     {"critical.effect", "critical.when", "critical.cap_visit", "critical.zero_section"},
	"comment":      {"comment.rule", "comment.when", "comment.min_chars"},
	"evidence":     {"evidence.photo"},
	"flag":         {"critical.effect"},
	"fail_visit":   {"critical.effect"},
	"cap_visit":    {"critical.cap_visit"},
	"zero_section": {"critical.zero_section"},
}

// schema is the part of the JSON Schema of programme files that says which keys there are.
type schema struct {
	Properties map[string]json.RawMessage
	Defs       map[string]struct {
		Properties map[string]json.RawMessage
	} `json:"$defs"`
}

func readSchema(t *testing.T) schema {
	t.Helper()
	b, err := os.ReadFile("../../../api/programme.schema.json")
	var s schema
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil || len(s.Defs) == 0 {
		t.Fatalf("%d definitions, %v", len(s.Defs), err)
	}
	return s
}

// names lists the controls of everything that was opened.
type names map[string]bool

func (n names) look(r *rig, open string) *paper {
	r.t.Helper()
	p := r.open(open)
	for _, m := range nameOf.FindAllStringSubmatch(p.body, -1) {
		n[m[1]] = true
	}
	return p
}

// lacks lists the keys of a definition that no control of a part sets.
func (n names) lacks(part string, keys map[string]json.RawMessage, not ...string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		controls := settings[key]
		if controls == nil {
			controls = []string{key}
		}
		if !slices.Contains(not, key) && slices.ContainsFunc(controls, func(c string) bool { return !n[part+":"+c] }) {
			all = append(all, key)
		}
	}
	return all
}

// scored are the kinds that earn points: only what earns points can be critical.
var scored = []programme.Kind{
	programme.YesNo, programme.Choice, programme.Multi, programme.LevelKind, programme.WowKind, programme.Rating, programme.Number, programme.Duration, programme.Money,
}

// TestEveryKeyOfAQuestionHasItsControl fails when questions gain a key that nobody can set by hand.
func TestEveryKeyOfAQuestionHasItsControl(t *testing.T) {
	s := readSchema(t)
	for _, kind := range programme.Kinds() {
		r, seen, q := tea(t), names{}, "question/Q01"
		r.open(q).set("kind", string(kind)).save("")
		not := []string{"show_if", "options"}
		if !slices.Contains(scored, kind) {
			not = append(not, "critical")
		}
		if edit.HasOptions(kind) && len(r.question("Q01").Options) == 0 {
			r.open(q).set("paste:option:Q01", "One\nTwo").save("paste")
		}
		if banded := []programme.Kind{programme.Number, programme.Duration, programme.Money}; slices.Contains(banded, kind) {
			r.open(q).set("bands.up_to", "3", "").set("bands.points", "2", "0").save("")
		}
		if p := seen.look(r, q); !seen["if:"+q+":was"] {
			t.Errorf("%s: no condition", kind)
		} else if slices.Contains(scored, kind) {
			if kind == programme.Rating {
				p = p.set("points", "2").save("")
			}
			p = p.set("critical.effect", "cap_visit").save("")
			seen.look(r, q)
			p.set("critical.effect", "zero_section").save("")
			seen.look(r, q)
		}
		seen.look(r, q).set("comment.rule", "always").save("")
		if seen.look(r, q); strings.Contains(r.open(q).body, `<option value="answers"`) {
			r.open(q).set("comment.rule", "answers").save("")
			seen.look(r, q)
		} else {
			seen[q+":comment.when"] = true // words have no answers to choose from
		}
		if lacks := seen.lacks(q, s.Defs["question_"+string(kind)].Properties, not...); len(lacks) > 0 || len(s.Defs["question_"+string(kind)].Properties) == 0 {
			t.Errorf("no control of a question of kind %s sets %v", kind, lacks)
		}
		if edit.HasOptions(kind) {
			r.options(kind, seen, s)
		}
	}
}

// options looks for the keys of answers.
func (r *rig) options(kind programme.Kind, seen names, s schema) {
	r.t.Helper()
	o := "option/Q01/" + r.codes("Q01")[0]
	not := map[programme.Kind][]string{programme.Choice: {"exclusive"}, programme.Attention: {"exclusive", "critical"}}[kind]
	if kind != programme.Attention {
		r.open("question/Q01").set(o+":critical.effect", "cap_visit").save("")
		seen.look(r, "question/Q01")
		r.open("question/Q01").set(o+":critical.effect", "zero_section").save("")
		seen.look(r, "question/Q01")
		if lacks := seen.lacks(o, s.Defs["option_critical"].Properties); len(lacks) > 0 {
			r.t.Errorf("no control of an answer of kind %s sets its critical's %v", kind, lacks)
		}
		seen[o+":critical.when"] = true // it is the answer itself
	}
	if lacks := seen.lacks(o, s.Defs["option"].Properties, not...); len(lacks) > 0 {
		r.t.Errorf("no control of an answer of kind %s sets %v", kind, lacks)
	}
}

// TestEveryKeyOfTheFileHasItsControl fails when the file gains a key that nobody can set by hand.
func TestEveryKeyOfTheFileHasItsControl(t *testing.T) {
	r, s, seen := tea(t), readSchema(t), names{}
	r.open("stages").set("new:stage::title", "Order").set("new:stage::opens", "at_start").set("new:stage::closes", "+6h").save("save")
	r.open("dayparts").set("new:daypart::id", "rush").set("new:daypart::from", "07:00").set("new:daypart::to", "09:30").save("save")
	r.open("features").set("new:feature::id", "has_seating").save("save")
	r.open("scoring").set("programme:scoring.wow_policy", "bonus").save("")
	for _, open := range []string{"about", "visit", "scoring", "scenarios", "stages", "dayparts", "features", "section/A"} {
		seen.look(r, open)
	}
	d := r.draft()
	for def, parts := range map[string][]string{
		"scenario": {"scenario/" + d.Scenarios[0].ID, ""}, "stage": {"stage/" + d.Stages[0].ID, ""}, "section": {"section/A", ""},
		"visit": {"programme", "visit."}, "scoring": {"programme", "scoring."}, "level_good": {"programme", "levels.good."}, "level_wow": {"programme", "levels.wow."},
	} {
		for _, key := range slices.Sorted(maps.Keys(s.Defs[def].Properties)) {
			name := parts[0] + ":" + parts[1] + key
			switch {
			case key == "questions":
			case key == "show_if":
				name = "if:section/A:was"
				fallthrough
			case key == "section_weights":
				if name = strings.Replace(name, "scoring.section_weights", "section_weights.A", 1); !seen[name] {
					t.Errorf("no control sets %s.%s", def, key)
				}
			case !seen[name]:
				t.Errorf("no control sets %s.%s", def, key)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		part := map[string]string{
			"features": "feature/has_seating:id", "dayparts": "daypart/rush:from", "stages": "stage/" + d.Stages[0].ID + ":title",
			"scenarios": "scenario/" + d.Scenarios[0].ID + ":title", "visit": "programme:visit.minutes", "scoring": "programme:scoring.wow_policy",
			"levels": "programme:levels.good.min_score", "sections": "section/A:title",
		}[key]
		if part == "" {
			part = "programme:" + key
		}
		if elsewhere[key] == "" && !seen[part] {
			t.Errorf("no control sets %s", key)
		}
	}
}
