package edit_test

import (
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/edit"
)

// shipped reads one of the programmes that come with the product.
func shipped(t testing.TB, name string) *programme.Programme {
	t.Helper()
	src, ok := demo.File(name)
	if !ok {
		t.Fatalf("there is no programme %q", name)
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// builder does operations as an owner does, one after the other.
type builder struct {
	t     *testing.T
	p     *programme.Programme
	made  map[edit.Ref]edit.Ref // part of the model: part that was made for it
	steps int
}

func (b *builder) do(op edit.Op) edit.Result {
	b.t.Helper()
	r, err := edit.Apply(b.p, op, edit.Fixed{})
	if err != nil {
		b.t.Fatalf("%T %+v: %v", op, op, err)
	}
	if r.Sentence == "" || len(r.Touches) == 0 {
		if string(r.Programme.Canonical()) != string(b.p.Canonical()) {
			b.t.Fatalf("%T %+v changed something and says %q, touches %q", op, op, r.Sentence, r.Touches)
		}
	}
	b.p = r.Programme
	b.steps++
	return r
}

// add makes a part like that of a model, without giving it an id.
func (b *builder) add(model *programme.Programme, r edit.Ref, in string) edit.Ref {
	b.t.Helper()
	op := edit.Add{Kind: r.Kind, In: in}
	for _, f := range edit.FieldValues(model, r) {
		switch {
		case f.Name == "id" && r.Kind != edit.Feature && r.Kind != edit.Daypart, f.Name == "code":
		case f.Name == "standard" && len(f.Values) > 0 && f.Values[0] != "":
			op.Fields = append(op.Fields, edit.F("standard", b.made[edit.Ref{Kind: edit.Standard, ID: f.Values[0]}].ID))
		case strings.HasPrefix(f.Name, "critical.") || strings.HasPrefix(f.Name, "comment."): // they name answers that are not there yet
		default:
			op.Fields = append(op.Fields, f)
		}
	}
	res := b.do(op)
	made := res.Open
	if r.Kind == edit.Option {
		q, _, _ := res.Programme.Question(in)
		made = edit.Ref{Kind: edit.Option, ID: q.Options[len(q.Options)-1].Code, Of: in}
	}
	b.made[r] = made
	return made
}

// rules sets what names other parts or answers, once they are there.
func (b *builder) rules(model *programme.Programme, r edit.Ref) {
	b.t.Helper()
	op := edit.Set{Part: b.made[r]}
	for _, f := range edit.FieldValues(model, r) {
		if strings.HasPrefix(f.Name, "critical.") || strings.HasPrefix(f.Name, "comment.") {
			op.Fields = append(op.Fields, b.translated(r, f))
		}
	}
	b.do(op)
}

// translated puts the made ids in the place of the model's.
func (b *builder) translated(r edit.Ref, f edit.Field) edit.Field {
	for i, v := range f.Values {
		if o, ok := b.made[edit.Ref{Kind: edit.Option, ID: v, Of: r.ID}]; ok {
			f.Values[i] = o.ID
		}
		if s, ok := b.made[edit.Ref{Kind: edit.Section, ID: v}]; ok && f.Name == "critical.zero_section" {
			f.Values[i] = s.ID
		}
	}
	return f
}

// condition sets the model's condition by rows.
func (b *builder) condition(r edit.Ref, c *programme.Condition) {
	b.t.Helper()
	if c == nil {
		return
	}
	rows := edit.RowsOf(c.Source)
	for i := range rows.Rows {
		row := &rows.Rows[i]
		if row.Kept != "" {
			b.t.Fatalf("the condition %q cannot be said in rows", c.Source)
		}
		for j, v := range row.Values {
			if o, ok := b.made[edit.Ref{Kind: edit.Option, ID: v, Of: row.Subject}]; ok {
				row.Values[j] = o.ID
			}
			if s, ok := b.made[edit.Ref{Kind: edit.Scenario, ID: v}]; ok && row.Subject == "scenario" {
				row.Values[j] = s.ID
			}
		}
		if q, ok := b.made[edit.Ref{Kind: edit.Question, ID: row.Subject}]; ok {
			row.Subject = q.ID
		}
	}
	b.do(edit.SetCondition{Part: b.made[r], Any: rows.Any, Rows: rows.Rows})
}

// build makes a programme like a model, from empty, by operations only.
func build(t *testing.T, model *programme.Programme) *builder {
	t.Helper()
	p, err := edit.New(model.Key, model.Name, model.Trade)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{t: t, p: p, made: map[edit.Ref]edit.Ref{}}
	for _, f := range model.Features {
		b.add(model, edit.Ref{Kind: edit.Feature, ID: f}, "")
	}
	for i := range model.Dayparts {
		b.add(model, edit.Ref{Kind: edit.Daypart, ID: model.Dayparts[i].ID}, "")
	}
	b.stages(model)
	for i := range model.Scenarios {
		b.add(model, edit.Ref{Kind: edit.Scenario, ID: model.Scenarios[i].ID}, "")
	}
	b.do(edit.Remove{Part: edit.Ref{Kind: edit.Scenario, ID: "visit"}})
	for i := range model.Standards {
		b.add(model, edit.Ref{Kind: edit.Standard, ID: model.Standards[i].ID}, "")
	}
	for i := range model.Sections {
		b.section(model, &model.Sections[i])
	}
	for i := range model.Sections {
		for j := range model.Sections[i].Questions {
			b.questionRules(model, &model.Sections[i].Questions[j])
		}
	}
	b.plan(model)
	return b
}

// stages are added in order, because they wait for one another.
func (b *builder) stages(model *programme.Programme) {
	b.t.Helper()
	for i := range model.Stages {
		s := model.Stages[i]
		moment := func(m string) string {
			after, ok := strings.CutPrefix(m, "after:")
			if !ok {
				return m
			}
			return "after:" + b.made[edit.Ref{Kind: edit.Stage, ID: after}].ID
		}
		res := b.do(edit.Add{Kind: edit.Stage, Fields: []edit.Field{
			edit.F("title", s.Title), edit.F("opens", moment(s.Opens)), edit.F("closes", moment(s.Closes)),
		}})
		b.made[edit.Ref{Kind: edit.Stage, ID: s.ID}] = res.Open
	}
}

func (b *builder) section(model *programme.Programme, s *programme.Section) {
	b.t.Helper()
	r := edit.Ref{Kind: edit.Section, ID: s.ID}
	fields := []edit.Field{edit.F("title", s.Title)}
	if stage, ok := b.made[edit.Ref{Kind: edit.Stage, ID: s.Stage}]; ok {
		fields = append(fields, edit.F("stage", stage.ID))
	} else {
		fields = append(fields, edit.F("stage", s.Stage))
	}
	b.made[r] = b.do(edit.Add{Kind: edit.Section, Fields: fields}).Open
	b.condition(r, s.ShowIf)
	for j := range s.Questions {
		q := edit.Ref{Kind: edit.Question, ID: s.Questions[j].ID}
		made := b.add(model, q, b.made[r].ID)
		for _, o := range s.Questions[j].Options {
			b.add(model, edit.Ref{Kind: edit.Option, ID: o.Code, Of: q.ID}, made.ID)
		}
		if s.Questions[j].Kind == programme.Multi {
			b.do(edit.Set{Part: made, Fields: []edit.Field{edit.F("cap", valueOf(edit.FieldValues(model, q), "cap"))}})
		}
		b.condition(q, s.Questions[j].ShowIf)
	}
}

func valueOf(fields []edit.Field, name string) string {
	for _, f := range fields {
		if f.Name == name && len(f.Values) > 0 {
			return f.Values[0]
		}
	}
	return ""
}

func (b *builder) questionRules(model *programme.Programme, q *programme.Question) {
	b.t.Helper()
	b.rules(model, edit.Ref{Kind: edit.Question, ID: q.ID})
	for _, o := range q.Options {
		b.rules(model, edit.Ref{Kind: edit.Option, ID: o.Code, Of: q.ID})
	}
}

// plan sets what the programme says as a whole.
func (b *builder) plan(model *programme.Programme) {
	b.t.Helper()
	op := edit.Set{Part: edit.Ref{Kind: edit.Whole}}
	for _, f := range edit.FieldValues(model, op.Part) {
		if s, ok := strings.CutPrefix(f.Name, "section_weights."); ok {
			f.Name = "section_weights." + b.made[edit.Ref{Kind: edit.Section, ID: s}].ID
		}
		op.Fields = append(op.Fields, f)
	}
	b.do(op)
}

// named gives every part the id that it has in the model, by way of names that nothing has, because they may trade places.
func (b *builder) named() {
	b.t.Helper()
	kinds := []edit.PartKind{edit.Option, edit.Question, edit.Section, edit.Standard, edit.Scenario, edit.Stage}
	for _, before := range []string{"zz_", ""} {
		for _, kind := range kinds {
			for model, made := range b.made {
				if model.Kind != kind {
					continue
				}
				field := "id"
				if kind == edit.Option {
					field = "code"
					made.Of = b.made[edit.Ref{Kind: edit.Question, ID: model.Of}].ID
					if before == "" {
						made.Of = "zz_" + model.Of
					}
				}
				b.do(edit.Set{Part: made, Fields: []edit.Field{edit.F(field, before+model.ID)}})
				made.ID = before + model.ID
				b.made[model] = made
			}
		}
	}
}

func TestEveryShippedProgrammeCanBeBuiltFromEmptyByOperations(t *testing.T) {
	for _, name := range demo.Names() {
		t.Run(name, func(t *testing.T) {
			model := shipped(t, name)
			b := build(t, model)
			if _, problems, err := programme.FromDraft(b.p.Canonical()); err != nil || len(problems) > 0 {
				t.Fatalf("what was built is not finished: %v %v", problems, err)
			}
			b.named()
			got, want := string(b.p.Export()), string(model.Export())
			if got != want {
				t.Errorf("after %d operations the file differs:\n%s", b.steps, firstDifference(got, want))
			}
			if b.p.Hash() != model.Hash() {
				t.Error("the hash differs")
			}
		})
	}
}

// firstDifference shows the first lines that differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}
