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

// hand is somebody who fills in the builder: on paper-like forms, or in a browser with mouse or keys.
type hand interface {
	open(what string)
	has(name string) bool
	value(name string) []string
	set(name string, values ...string)
	press(do string) // a button of the form or of the page; what was typed is saved first
}

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

// work builds a programme as another says, part by part. Standards have a page of their own.
type work struct {
	t    testing.TB
	r    *rig
	h    hand
	want *programme.Programme
}

func (w *work) standards() {
	w.t.Helper()
	for i := range w.want.Standards {
		s := &w.want.Standards[i]
		fields := edit.FieldValues(w.want, edit.Ref{Kind: edit.Standard, ID: s.ID})
		if _, err := w.r.Studio.Edit(w.t.Context(), w.r.Owner, w.r.id, w.revision(), edit.Add{Kind: edit.Standard, Fields: fields}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *work) revision() int {
	w.t.Helper()
	b, err := w.r.Studio.Building(w.t.Context(), w.r.Owner, w.r.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return b.Version.RowVersion
}

// fields fills in a part until it says what the wanted one says: some controls appear only after others are set.
func (w *work) fields(open string, now, want edit.Ref, skip ...string) {
	w.t.Helper()
	for range 5 {
		w.h.open(open)
		changed := false
		for _, f := range edit.FieldValues(w.want, want) {
			f.Values = w.named(now, f.Values)
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

// named gives the codes that answers have here: those of pasted ones are made from their words.
func (w *work) named(r edit.Ref, values []string) []string {
	q, _, ok := w.want.Question(r.ID)
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
			fmt.Fprintf(&lines, "%s\t%s\t%s\t%s\n", q.Text, q.Kind, points, q.Standard)
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
	w.fields(ref.String(), ref, ref, "id")
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

// build does it all, publishes, and compares the file with the wanted one but for ids that were made.
func (w *work) build() {
	w.t.Helper()
	w.standards()
	w.whole()
	w.sections()
	w.conditions()
	if _, err := w.r.Studio.Publish(w.t.Context(), w.r.Owner, w.r.id, "Built by hand.", w.revision(), ""); err != nil {
		w.t.Fatal(err)
	}
	file, err := w.r.Studio.Export(w.t.Context(), w.r.Owner, w.r.id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	got, problems := programme.Parse(file)
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	got.Key = w.want.Key
	for i := range got.Sections {
		for j := range got.Sections[i].Questions {
			w.rename(&got.Sections[i].Questions[j], &w.want.Sections[i].Questions[j])
		}
	}
	if a, b := got.Export(), w.want.Export(); !bytes.Equal(a, b) {
		w.t.Errorf("the files differ:\n%s", differing(string(a), string(b)))
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

// byForms is a hand without a script.
type byForms struct {
	r    *rig
	page *paper
}

func (h *byForms) open(what string)           { h.r.t.Helper(); h.page = h.r.open(what) }
func (h *byForms) value(name string) []string { return h.page.form[name] }
func (h *byForms) has(name string) bool {
	return strings.Contains(h.page.body, `name="`+name+`"`)
}

func (h *byForms) set(name string, values ...string) {
	h.r.t.Helper()
	h.page.set(name, values...)
}

func (h *byForms) press(do string) {
	h.r.t.Helper()
	if _, ok := h.page.form["rev"]; !ok || strings.HasPrefix(do, "add:") {
		h.page = h.page.press(do)
		return
	}
	h.page = h.page.save(do)
}

func TestTheWholeCoffeeProgrammeIsBuiltFromEmptyWithoutAScript(t *testing.T) {
	r := empty(t)
	w := &work{t: t, r: r, h: &byForms{r: r}, want: coffee(t)}
	w.build()
}

// byMouse is a hand in a browser with scripts: it clicks and types, and everything is saved by itself.
type byMouse struct {
	r   *rig
	p   *browsertest.Page
	url string
}

func (h *byMouse) at(name string) string { return `document.getElementsByName(` + quoted(name) + `)` }

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

// open clicks on the part in the list, unless it is open.
func (h *byMouse) open(what string) {
	h.r.t.Helper()
	id := "p-" + strings.ReplaceAll(what, "/", "-")
	if browsertest.Eval[bool](h.p, `document.getElementById("`+id+`")?.matches("[data-open]") ?? false`) {
		return
	}
	browsertest.Eval[bool](h.p, `(document.querySelector('a[data-go][href$="#`+id+`"]').click(), true)`)
	h.p.Until(`document.getElementById("` + id + `")?.matches("[data-open]") && ` + saved)
}

func (h *byMouse) has(name string) bool {
	h.r.t.Helper()
	return browsertest.Eval[bool](h.p, h.at(name)+`.length > 0`)
}

func (h *byMouse) value(name string) []string {
	h.r.t.Helper()
	return browsertest.Eval[[]string](h.p, `[...`+h.at(name)+`].filter(e => !/^(checkbox|radio)$/.test(e.type) || e.checked).map(e => e.value)`)
}

// set types into a field, chooses from a list or ticks boxes.
func (h *byMouse) set(name string, values ...string) {
	h.r.t.Helper()
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = quoted(v)
	}
	browsertest.Eval[bool](h.p, `(() => {
		const want = [`+strings.Join(list, ",")+`];
		const all = [...`+h.at(name)+`];
		const box = all.some((e) => e.type === "checkbox");
		all.forEach((e, i) => {
			for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
			if (box) { if (e.checked !== want.includes(e.value)) e.click(); return; }
			e.focus();
			e.value = want[i] ?? "";
			e.dispatchEvent(new Event("input", { bubbles: true }));
			e.dispatchEvent(new Event("change", { bubbles: true }));
		});
		return true;
	})()`)
}

func (h *byMouse) press(do string) {
	h.r.t.Helper()
	if do != "" {
		browsertest.Eval[bool](h.p, `(() => { const b = [...document.querySelectorAll("button[value=" + CSS.escape(`+quoted(do)+`) + "]")]; const own = b.find((x) => x.closest(".line") && document.activeElement.closest(".line") === x.closest(".line")) || b[0]; own.click(); return true; })()`)
	}
	h.p.Until(saved)
}

// TestTheCoffeeProgrammeIsBuiltFromEmptyInABrowser does it with scripts: every change is saved by itself.
func TestTheCoffeeProgrammeIsBuiltFromEmptyInABrowser(t *testing.T) {
	b := browsertest.Start(t)
	r := empty(t)
	r.blank()
	url := r.site.Serve(r.Owner)
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	if got := p.Open(url + r.path()); got != http.StatusOK {
		t.Fatal(got)
	}
	p.Until(ready)
	w := &work{t: t, r: r, h: &byMouse{r: r, p: p, url: url}, want: coffee(t)}
	w.build()
	if bad := p.Problems(); len(bad) > 0 {
		t.Errorf("%q", bad)
	}
}
