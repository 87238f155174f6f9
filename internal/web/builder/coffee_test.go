package builder_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// coffee is the programme that is built by hand.
func coffee(t testing.TB) *programme.Programme {
	t.Helper()
	src, err := os.ReadFile("testdata/coffee-kiosks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// work builds a programme as another says, page by page and part by part, through the product's own pages alone.
type work struct {
	t    testing.TB
	r    *rig
	h    hand
	want *programme.Programme
	ids  map[string]string // wanted standard → the one that is here
}

// begin makes an empty programme, on the page with the ways to begin.
func (w *work) begin() {
	w.t.Helper()
	to := w.h.form("/programmes/new", edit.F("name", w.want.Name), edit.F("trade", w.want.Trade))
	id, ok := strings.CutPrefix(strings.TrimSuffix(to, "/checklist"), "/standards/")
	if w.r.id = id; !ok || strings.Contains(id, "/") {
		w.t.Fatalf("a new programme leads to %s", to)
	}
}

// standards adds each on its page, then fills in the rest on the page that follows.
func (w *work) standards() {
	w.t.Helper()
	w.ids = map[string]string{"": ""}
	for i := range w.want.Standards {
		want := edit.Ref{Kind: edit.Standard, ID: w.want.Standards[i].ID}
		var first, all []edit.Field
		for _, f := range edit.FieldValues(w.want, want) {
			switch f.Name {
			case "title", "good", "good_target":
				first = append(first, f)
			case "id", "photo":
				continue
			}
			all = append(all, f)
		}
		to := w.h.form("/standards/"+w.r.id+"/new", first...)
		w.h.form(to, all...)
		w.ids[want.ID] = w.r.draft().Standards[i].ID
	}
}

// fields fills in a part until it says what the wanted one says: some controls appear only after others are set.
func (w *work) fields(open string, now, want edit.Ref, skip ...string) {
	w.t.Helper()
	for range 5 {
		w.h.open(open)
		changed := false
		for _, f := range edit.FieldValues(w.want, want) {
			f.Values = w.named(now, f)
			name := now.String() + ":" + f.Name
			if slices.Contains(skip, f.Name) || !w.h.has(name) || same(w.h.value(name), f.Values) {
				continue
			}
			w.h.set(name, f.Values...)
			changed = true
		}
		if !changed {
			return
		}
		w.h.press("")
	}
}

// named gives the codes that answers have here, and the ids of standards: both are made from their words.
func (w *work) named(r edit.Ref, f edit.Field) []string {
	values := f.Values
	q, _, ok := w.want.Question(r.ID)
	if ok && r.Kind == edit.Question && f.Name == "standard" {
		return []string{w.ids[q.Standard]}
	}
	if !ok || r.Kind != edit.Question || len(q.Options) == 0 {
		return values
	}
	out := slices.Clone(values)
	for i, o := range w.r.question(r.ID).Options {
		for k := range values {
			if i < len(q.Options) && values[k] == q.Options[i].Code {
				out[k] = o.Code
			}
		}
	}
	return out
}

func same(a, b []string) bool { return slices.Equal(filled(a), filled(b)) }

func filled(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
}

// whole fills in what belongs to the programme as a whole, but for the weights of sections.
func (w *work) whole() {
	w.t.Helper()
	ref := edit.Ref{Kind: edit.Whole}
	for _, panel := range []string{"about", "visit", "scoring"} {
		w.fields(panel, ref, ref)
	}
	for _, f := range w.want.Features {
		w.h.open("features")
		w.h.set("new:feature::id", f)
		w.h.press("save")
	}
	for i := range w.want.Dayparts {
		w.h.open("dayparts")
		for _, f := range edit.FieldValues(w.want, edit.Ref{Kind: edit.Daypart, ID: w.want.Dayparts[i].ID}) {
			w.h.set("new:daypart::"+f.Name, f.Values...)
		}
		w.h.press("save")
	}
	for i := range w.want.Scenarios {
		s := &w.want.Scenarios[i]
		if i >= len(w.r.draft().Scenarios) {
			w.h.open("scenarios")
			w.h.set("new:scenario::title", s.Title)
			w.h.press("save")
		}
		now := edit.Ref{Kind: edit.Scenario, ID: w.r.draft().Scenarios[i].ID}
		w.fields("scenarios", now, edit.Ref{Kind: edit.Scenario, ID: s.ID}, "id")
		if now.ID != s.ID {
			w.h.open("scenarios")
			w.h.set(now.String()+":id", s.ID)
			w.h.press("")
		}
	}
}

// sections puts in sections with their questions as pasted lines, which bring text, kind, points and standard.
func (w *work) sections() {
	w.t.Helper()
	for i := range w.want.Sections {
		s := &w.want.Sections[i]
		w.h.open("about")
		w.h.press("add:section:")
		now := w.r.draft().Sections[i].ID
		w.h.open("section/" + now)
		w.h.set("section/"+now+":title", s.Title)
		w.h.press("")
		if now != s.ID {
			w.h.open("section/" + now)
			w.h.set("section/"+now+":id", s.ID)
			w.h.press("")
		}
		var lines strings.Builder
		for j := range s.Questions {
			q := &s.Questions[j]
			points := ""
			if q.Kind == programme.YesNo {
				points = q.Points.String()
			}
			fmt.Fprintf(&lines, "%s\t%s\t%s\t%s\n", q.Text, q.Kind, points, w.ids[q.Standard])
		}
		w.h.open("section/" + s.ID)
		w.h.set("paste:question:"+s.ID, lines.String())
		w.h.press("paste")
		for j := range s.Questions {
			w.question(i, j)
		}
	}
}

// question finishes one question.
func (w *work) question(i, j int) {
	w.t.Helper()
	q := &w.want.Sections[i].Questions[j]
	now := w.r.draft().Sections[i].Questions[j].ID
	ref := edit.Ref{Kind: edit.Question, ID: now}
	if now != q.ID {
		w.h.open(ref.String())
		w.h.set(ref.String()+":id", q.ID)
		w.h.press("")
		ref.ID = q.ID
	}
	if len(q.Options) > 0 {
		w.options(q)
	}
	w.fields(ref.String(), ref, ref, "id", "bands.up_to", "bands.points")
	w.bands(ref)
}

// bands are written line by line, the last one first: there is always one empty line before it.
func (w *work) bands(ref edit.Ref) {
	w.t.Helper()
	columns := map[string][]string{}
	for _, f := range edit.FieldValues(w.want, ref) {
		columns[f.Name] = f.Values
	}
	limits, points := filled(columns["bands.up_to"]), columns["bands.points"]
	for i := range limits {
		w.h.open(ref.String())
		if i == 0 {
			w.cell(ref, "bands.points", -1, points[len(limits)])
		}
		w.cell(ref, "bands.up_to", i, limits[i])
		w.cell(ref, "bands.points", i, points[i])
		w.h.press("")
	}
}

// cell changes one of several controls of a name, and nothing else; -1 is the last one.
func (w *work) cell(ref edit.Ref, field string, at int, value string) {
	w.t.Helper()
	name := ref.String() + ":" + field
	all := slices.Clone(w.h.value(name))
	if at < 0 {
		at += len(all)
	}
	all[at] = value
	w.h.set(name, all...)
}

// options pastes the answers, then sets what a line does not say.
func (w *work) options(q *programme.Question) {
	w.t.Helper()
	open := "question/" + q.ID
	for _, o := range w.r.question(q.ID).Options {
		w.h.open(open)
		w.h.press("remove:option/" + q.ID + "/" + o.Code)
	}
	var lines strings.Builder
	for i := range q.Options {
		fmt.Fprintf(&lines, "%s | %s\n", q.Options[i].Label, q.Options[i].Points)
	}
	w.h.open(open)
	w.h.set("paste:option:"+q.ID, lines.String())
	w.h.press("paste")
	got := w.r.question(q.ID).Options
	for i := range q.Options {
		now := edit.Ref{Kind: edit.Option, Of: q.ID, ID: got[i].Code}
		w.fields(open, now, edit.Ref{Kind: edit.Option, Of: q.ID, ID: q.Options[i].Code}, "code")
	}
}

// conditions come last: they look at what is there.
func (w *work) conditions() {
	w.t.Helper()
	for i := range w.want.Sections {
		s := &w.want.Sections[i]
		w.condition("section/"+s.ID, s.ShowIf)
		for j := range s.Questions {
			w.condition("question/"+s.Questions[j].ID, s.Questions[j].ShowIf)
		}
	}
}

func (w *work) condition(part string, c *programme.Condition) {
	w.t.Helper()
	if c == nil {
		return
	}
	for i, row := range edit.RowsOf(c.Source).Rows {
		at := fmt.Sprintf("if:%s:%d:", part, i)
		w.h.open(part)
		w.h.press("if-add:" + part)
		for _, step := range [][]string{{row.Subject}, {string(row.Verb)}, row.Values} {
			name := at + map[int]string{0: "subject", 1: "verb", 2: "value"}[w.turn(step, row)]
			w.h.open(part)
			if w.h.has(name) && !same(w.h.value(name), step) {
				w.h.set(name, step...)
				w.h.press("")
			}
		}
	}
}

// turn says which control of a sentence a step is for.
func (w *work) turn(step []string, row edit.Row) int {
	switch {
	case len(step) == 1 && step[0] == row.Subject:
		return 0
	case len(step) == 1 && step[0] == string(row.Verb):
		return 1
	}
	return 2
}

// build does it all from the first page to the last, publishes, downloads the file, and compares it with the wanted one but
// for ids that were made.
func (w *work) build() {
	w.t.Helper()
	w.begin()
	w.standards()
	w.h.enter()
	w.whole()
	w.sections()
	w.conditions()
	w.h.form("/standards/"+w.r.id+"/draft", edit.F("note", "Built by hand."))
	file := w.r.site.Get(w.r.Owner, "/standards/"+w.r.id+"/versions/1/file").Status(http.StatusOK).Body.Bytes()
	got, problems := programme.Parse(file)
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	got.Key = w.want.Key
	w.renameStandards(got)
	for i := range got.Sections {
		for j := range got.Sections[i].Questions {
			w.rename(&got.Sections[i].Questions[j], &w.want.Sections[i].Questions[j])
		}
	}
	if a, b := got.Export(), w.want.Export(); !bytes.Equal(a, b) {
		w.t.Errorf("the files differ:\n%s", differing(string(a), string(b)))
	}
}

// renameStandards gives standards the ids of the wanted ones.
func (w *work) renameStandards(got *programme.Programme) {
	was := map[string]string{}
	for want, here := range w.ids {
		was[here] = want
	}
	for i := range got.Standards {
		got.Standards[i].ID = was[got.Standards[i].ID]
	}
	for i := range got.Sections {
		for j := range got.Sections[i].Questions {
			q := &got.Sections[i].Questions[j]
			q.Standard = was[q.Standard]
		}
	}
}

// rename gives answers the codes of the wanted ones.
func (w *work) rename(got, want *programme.Question) {
	for i := range got.Options {
		was := got.Options[i].Code
		got.Options[i].Code = want.Options[i].Code
		if got.Comment != nil {
			for k := range got.Comment.When {
				if got.Comment.When[k] == was {
					got.Comment.When[k] = want.Options[i].Code
				}
			}
		}
	}
}

func differing(a, b string) string {
	var out strings.Builder
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		if p, q := line(x, i), line(y, i); p != q {
			fmt.Fprintf(&out, "- %s\n+ %s\n", p, q)
		}
		if out.Len() > 3000 {
			break
		}
	}
	return out.String()
}

func line(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func TestTheWholeCoffeeProgrammeIsBuiltFromEmptyWithoutAScript(t *testing.T) {
	r := office(t)
	w := &work{t: t, r: r, h: &byForms{r: r}, want: coffee(t)}
	w.build()
}

// TestTheWholeCoffeeProgrammeIsBuiltFromEmptyWithTheMouse clicks and types in a browser; every change is saved by itself.
func TestTheWholeCoffeeProgrammeIsBuiltFromEmptyWithTheMouse(t *testing.T) { builtInABrowser(t, false) }

// TestTheWholeCoffeeProgrammeIsBuiltFromEmptyWithKeysAlone never touches the mouse.
func TestTheWholeCoffeeProgrammeIsBuiltFromEmptyWithKeysAlone(t *testing.T) { builtInABrowser(t, true) }

func builtInABrowser(t *testing.T, keys bool) {
	t.Helper()
	t.Parallel() // most of it is waiting until what was typed is saved
	b := browsertest.Start(t)
	r := office(t)
	r.blank()
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	w := &work{t: t, r: r, h: &inBrowser{r: r, p: p, url: r.site.Serve(r.Owner), keys: keys}, want: coffee(t)}
	w.build()
	if bad := p.Problems(); len(bad) > 0 {
		t.Errorf("%q", bad)
	}
}
