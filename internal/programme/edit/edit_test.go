package edit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

func question(id string) edit.Ref     { return edit.Ref{Kind: edit.Question, ID: id} }
func section(id string) edit.Ref      { return edit.Ref{Kind: edit.Section, ID: id} }
func option(of, code string) edit.Ref { return edit.Ref{Kind: edit.Option, ID: code, Of: of} }

// done applies an operation to the coffee programme, or to what one gave.
func done(t *testing.T, p *programme.Programme, op edit.Op) edit.Result {
	t.Helper()
	r, err := edit.Apply(p, op, edit.Fixed{})
	if err != nil {
		t.Fatalf("%T %+v: %v", op, op, err)
	}
	return r
}

// refusal gives the fields that an operation is refused for, as "name: message".
func refusal(t *testing.T, p *programme.Programme, op edit.Op, fixed edit.Fixed) string {
	t.Helper()
	_, err := edit.Apply(p, op, fixed)
	f, ok := fault.As(err)
	if !ok {
		t.Fatalf("%T %+v is not refused: %v", op, op, err)
	}
	var all []string
	for _, x := range f.Fields {
		all = append(all, x.Name+": "+x.Message)
	}
	if len(all) == 0 {
		return f.Message
	}
	return strings.Join(all, " / ")
}

func TestOperationsSayWhatTheyDid(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	cases := []struct {
		op   edit.Op
		want string
	}{
		{edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("text", "Was it clean?")}}, "Changed the text of 1.3 “Counter, machine front and the floor…”."},
		{edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("points", "3"), edit.F("perishable", "", "on")}}, "Changed the points and “ask first” of 1.3 “Counter, machine front and the floor…”."},
		{edit.Set{Part: option("C5", "x")}, ""},
		{edit.Move{Part: question("B4"), To: 3}, "Moved 2.4 “Name on the badge of the person who…” to place 3."},
		{edit.Move{Part: question("E1"), In: "B", To: 1}, "Moved 6.1 “You were thanked, or wished a good…” to section B “Being noticed”, place 1."},
		{edit.Move{Part: section("O"), To: 1}, "Moved section O “In your own words (not scored)” to place 1."},
		{edit.Remove{Part: question("B4")}, "Removed 2.4 “Name on the badge of the person who…”."},
		{edit.Duplicate{Part: section("E")}, "Duplicated section E “Goodbye”."},
		{edit.Add{Kind: edit.Question, In: "B", At: 2, Fields: []edit.Field{edit.F("text", "Smile?")}}, "Added 2.2 “Smile?”."},
		{edit.Add{Kind: edit.Standard, Fields: []edit.Field{edit.F("title", "Warm")}}, "Added standard K7 “Warm”."},
		{edit.PasteQuestions{Section: "E", Text: "One\n\nTwo"}, "Pasted 2 questions into section E “Goodbye”."},
		{edit.SetCondition{Part: question("E1"), Rows: []edit.Row{{Subject: "A3", Verb: edit.Is, Values: []string{"no"}}}}, "Changed when 6.1 “You were thanked, or wished a good…” is shown: 1.3 “Counter, machine front and the floor…” is No."},
	}
	for _, c := range cases {
		r, err := edit.Apply(p, c.op, edit.Fixed{})
		if c.want == "" {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v: %v", c.op, err)
			}
			continue
		}
		if err != nil || r.Sentence != c.want {
			t.Errorf("%+v says\n     %s\nwant %s (%v)", c.op, r.Sentence, c.want, err)
		}
	}
}

func TestWhatCannotBeTakenIsToldAtItsField(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	cases := map[string]edit.Op{
		"points: Write points as a number with at most two decimals": edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("points", "two")}},
		"points: -1 is out of range":                                 edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("points", "-1")}},
		"standard: There is no standard \"K9\"":                      edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("standard", "K9")}},
		"bands.up_to: There is no such field here.":                  edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("bands.up_to", "1"), edit.F("bands.points", "1")}},
		"text: This is longer than 4000 characters. Shorten it.":     edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("text", strings.Repeat("x", 4001))}},
		"title: This is longer than 300 characters. Shorten it.":     edit.Set{Part: section("A"), Fields: []edit.Field{edit.F("title", strings.Repeat("x", 301))}},
		"hint: This holds a control character":                       edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("hint", "a\x07b")}},
		"options: This has 105 items; at most 100 are allowed.":      edit.PasteOptions{Question: "C2", Text: strings.Repeat("x\n", 101)},
		"colour: There is no such field here.":                       edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("colour", "red")}},
		"kind: Choose one of yes_no":                                 edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("kind", "maybe")}},
		"id: \"A4\" is taken already":                                edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("id", "A4")}},
		"id: Conditions could not tell":                              edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("id", "3A")}},
		"critical.zero_section: There is no section \"Q\"":           edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("critical.effect", "zero_section"), edit.F("critical.zero_section", "Q")}},
		"critical.when: \"maybe\" is no answer":                      edit.Set{Part: question("A7"), Fields: []edit.Field{edit.F("critical.when", "maybe")}},
		"visit.minutes: 99999 is out of range":                       edit.Set{Part: edit.Ref{Kind: edit.Whole}, Fields: []edit.Field{edit.F("visit.minutes", "99999")}},
		"section_weights.ZZ: There is no such section":               edit.Set{Part: edit.Ref{Kind: edit.Whole}, Fields: []edit.Field{edit.F("section_weights.ZZ", "5")}},
		"to: A part of the day ends after it begins.":                edit.Set{Part: edit.Ref{Kind: edit.Daypart, ID: "rush"}, Fields: []edit.Field{edit.F("to", "06:00")}},
		"rows.1: Choose an answer to compare with.":                  edit.SetCondition{Part: question("B3"), Rows: []edit.Row{{Subject: "A3", Verb: edit.Is}}},
		"rows.2: Conditions look back only":                          edit.SetCondition{Part: question("B3"), Rows: []edit.Row{{Subject: "A2", Verb: edit.Least, Values: []string{"3"}}, {Subject: "E1", Verb: edit.Is, Values: []string{"yes"}}}},
		"line 3: Line 3: \"flurb\" is no kind of question":           edit.PasteQuestions{Section: "B", Text: "One\n\nTwo | flurb"},
		"line 2: Line 2: Behind the words stand points":              edit.PasteOptions{Question: "C2", Text: "One | 1\nTwo | many"},
		"text: Paste at least one line.":                             edit.PasteQuestions{Section: "B", Text: "\n \n- \n"},
		"text: These are 201 lines.":                                 edit.PasteQuestions{Section: "B", Text: strings.Repeat("x\n", 201)},
	}
	for want, op := range cases {
		if got := refusal(t, p, op, edit.Fixed{}); !strings.HasPrefix(got, want) {
			t.Errorf("%+v: %q, want %q", op, got, want)
		}
	}
	fixed := edit.FixedBy(p)
	empty := done(t, p, edit.Remove{Part: section("N")}).Programme
	for want, op := range map[string]edit.Op{
		"id: \"N1\" stands for something else in a published version": edit.Add{Kind: edit.Question, In: "E", Fields: []edit.Field{edit.F("id", "N1")}},
		"id: \"E1\" is in published versions":                         edit.Set{Part: question("E1"), Fields: []edit.Field{edit.F("id", "E9")}},
	} {
		if got := refusal(t, empty, op, fixed); !strings.HasPrefix(got, want) {
			t.Errorf("%+v: %q", op, got)
		}
	}
	r, err := edit.Apply(empty, edit.Add{Kind: edit.Section, Fields: []edit.Field{edit.F("title", "New")}}, fixed)
	if err != nil || r.Open.ID != "F" {
		t.Errorf("a new section is %v, %v", r.Open, err)
	}
	if r, err = edit.Apply(r.Programme, edit.Add{Kind: edit.Question, In: "E"}, fixed); err != nil || r.Open != question("E3") {
		t.Errorf("a new question is %v, %v", r.Open, err)
	}
}

func TestWhatIsInTheWayIsToldAndDroppedWhenAsked(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	cases := []struct {
		name  string
		op    func(drop bool) edit.Op
		says  string
		after func(p *programme.Programme) bool
	}{
		{
			"removing a question that another looks at", func(d bool) edit.Op { return edit.Remove{Part: question("A2"), Drop: d} },
			"2.3 “Someone spoke to the waiting line…” is shown only when 1.2 “How many people were waiting ahead of…” is at least 3.",
			func(p *programme.Programme) bool { q, _, _ := p.Question("B3"); return q.ShowIf == nil },
		},
		{
			"moving it behind the one that looks at it", func(d bool) edit.Op { return edit.Move{Part: question("A2"), In: "E", Drop: d} },
			"is shown only when", func(p *programme.Programme) bool { q, _, _ := p.Question("B3"); return q.ShowIf == nil },
		},
		{
			"moving a question above what it looks at", func(d bool) edit.Op { return edit.Move{Part: question("D4"), To: 1, Drop: d} },
			"4.1 “When you pointed out the mistake, what…” is shown only when 4.3 “The drink was what you ordered” is No.",
			func(p *programme.Programme) bool { q, _, _ := p.Question("D4"); return q.ShowIf == nil },
		},
		{
			"a kind that cannot be asked so", func(d bool) edit.Op {
				return edit.Set{Part: question("A2"), Fields: []edit.Field{edit.F("kind", "text")}, Drop: d}
			}, "is shown only when", func(p *programme.Programme) bool { q, _, _ := p.Question("B3"); return q.ShowIf == nil },
		},
		{
			"removing a scenario", func(d bool) edit.Op {
				return edit.Remove{Part: edit.Ref{Kind: edit.Scenario, ID: "non_buyer"}, Drop: d}
			},
			"Section N “Helping someone who is not buying” is shown only when the scenario is “Non buyer”.",
			func(p *programme.Programme) bool { s, _ := p.Section("N"); return s.ShowIf == nil },
		},
		{
			"removing a standard", func(d bool) edit.Op { return edit.Remove{Part: edit.Ref{Kind: edit.Standard, ID: "K6"}, Drop: d} },
			"5.1 “Your question was heard out before…” witnesses standard K6 “Help anyone”. And 2 more.",
			func(p *programme.Programme) bool { q, _, _ := p.Question("N1"); return q.Standard == "" },
		},
		{
			"removing a feature", func(d bool) edit.Op {
				return edit.Remove{Part: edit.Ref{Kind: edit.Feature, ID: "has_seating"}, Drop: d}
			},
			"is shown only when “has seating” is true of the branch.",
			func(p *programme.Programme) bool { q, _, _ := p.Question("A6"); return q.ShowIf == nil },
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := edit.Apply(p, c.op(false), edit.Fixed{})
			var way *edit.InTheWay
			if !errors.As(err, &way) || !strings.Contains(way.Message, c.says) {
				t.Fatalf("got %v", err)
			}
			if r := done(t, p, c.op(true)); !c.after(r.Programme) || !strings.Contains(r.Sentence, " Dropped what ") {
				t.Errorf("after dropping: %s", r.Sentence)
			}
		})
	}
}

func TestDroppingKeepsTheOtherRowsOfACondition(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	rows := []edit.Row{{Subject: "A2", Verb: edit.Least, Values: []string{"3"}}, {Subject: "A3", Verb: edit.Is, Values: []string{"no"}}, {Kept: "A4 == 'yes' || A5 == 'yes'"}}
	p = done(t, p, edit.SetCondition{Part: question("B3"), Rows: rows}).Programme
	p = done(t, p, edit.Remove{Part: question("A2"), Drop: true}).Programme
	if q, _, _ := p.Question("B3"); q.ShowIf.Source != "A3 == 'no' && (A4 == 'yes' || A5 == 'yes')" {
		t.Errorf("left is %q", q.ShowIf.Source)
	}
}

func TestAnIDThatChangesIsFollowedEverywhere(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	for _, x := range []struct {
		part edit.Ref
		name string
		to   string
	}{
		{question("D3"), "id", "Ordered"},
		{edit.Ref{Kind: edit.Scenario, ID: "buyer"}, "id", "guest"},
		{edit.Ref{Kind: edit.Standard, ID: "K2"}, "id", "S-2"},
		{option("C2", "did_not_know_and"), "code", "left_it"},
		{edit.Ref{Kind: edit.Feature, ID: "has_seating"}, "id", "chairs"},
		{section("C"), "id", "Order"},
	} {
		r := done(t, p, edit.Set{Part: x.part, Fields: []edit.Field{edit.F(x.name, x.to)}})
		p = r.Programme
		if len(r.Problems) > 0 {
			t.Fatalf("%v: %v", x.part, r.Problems)
		}
	}
	d4, _, _ := p.Question("D4")
	c, _ := p.Section("Order")
	c2, _, _ := p.Question("C2")
	a6, _, _ := p.Question("A6")
	if d4.ShowIf.Source != "Ordered == 'no'" || c.ShowIf.Source != "scenario == 'guest'" || c2.Standard != "S-2" || !slices.Contains(c2.Comment.When, "left_it") || a6.ShowIf.Source != "branch.chairs" {
		t.Errorf("%q %q %q %q %q", d4.ShowIf.Source, c.ShowIf.Source, c2.Standard, c2.Comment.When, a6.ShowIf.Source)
	}
}

func TestAKindThatChangesKeepsWhatFits(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	turned := func(id, kind string) *programme.Question {
		t.Helper()
		r := done(t, p, edit.Set{Part: question(id), Fields: []edit.Field{edit.F("kind", kind)}, Drop: true})
		q, _, _ := r.Programme.Question(id)
		return q
	}
	if q := turned("A7", "choice"); len(q.Options) != 2 || q.Options[0].Code != "yes" || q.Options[0].Points != 200 || q.Options[1].Points != 0 || q.Critical.CapBP != 7900 || q.Standard != "K4" {
		t.Errorf("yes_no to choice: %+v", q)
	}
	if q := turned("N3", "multi"); q.Options[1].Points != 300 || q.Options[0].Points != 0 {
		t.Errorf("a reversed yes_no to multi: %+v", q.Options)
	}
	if q := turned("C2", "attention"); len(q.Options) != 4 || q.Options[0].HasPoints || q.Options[3].Critical != nil || q.Comment == nil {
		t.Errorf("choice to attention: %+v", q)
	}
	if q := turned("C2", "yes_no"); q.Points != 400 || q.Comment != nil || len(q.Options) != 0 {
		t.Errorf("choice to yes_no: %+v", q)
	}
	if q := turned("B2", "wow"); !q.Wow.Set || q.Wow.Points != 200 || q.Below != "" {
		t.Errorf("level to wow: %+v", q)
	}
	if q := turned("B1", "number"); len(q.Bands) != 3 || q.Unit != "" || q.Timer != "" || !q.Perishable {
		t.Errorf("duration to number: %+v", q)
	}
	if q := turned("A7", "photo"); q.Required || q.Critical != nil || q.HasPoints {
		t.Errorf("yes_no to photo: %+v", q)
	}
	if q := turned("O2", "choice"); !q.Required || q.MinChars != 0 {
		t.Errorf("text to choice: %+v", q)
	}
}

func TestLinesBecomeQuestions(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	text := "Question\tKind\tPoints\n" +
		"1.\tWas the door open?\tyes/no\t2\n" +
		"1.2) How warm was it? | rating 0-10 | 5 | K2\n" +
		"• What did they offer? | choice: Nothing; Cake; Tea | 3\n" +
		"  - Photo of the counter | photo\n" +
		"\n" +
		"3 people were waiting\r\n" +
		"[ ] Time to the greeting | seconds\n" +
		"a) Seen at once | K1 | 0,5\n" +
		"(b) Über die Theke gegrüßt? | clean and safe"
	r := done(t, p, edit.PasteQuestions{Section: "B", At: 2, Text: text})
	s, _ := r.Programme.Section("B")
	want := []struct {
		text string
		kind programme.Kind
		good programme.Points
		std  string
	}{
		{"Was the door open?", programme.YesNo, 200, ""},
		{"How warm was it?", programme.Rating, 500, "K2"},
		{"What did they offer?", programme.Choice, 300, ""},
		{"Photo of the counter", programme.Photo, 0, ""},
		{"3 people were waiting", programme.YesNo, 0, ""},
		{"Time to the greeting", programme.Duration, 0, ""},
		{"Seen at once", programme.YesNo, 50, "K1"},
		{"Über die Theke gegrüßt?", programme.YesNo, 0, "K4"},
	}
	for i, w := range want {
		q := &s.Questions[1+i]
		if q.Text != w.text || q.Kind != w.kind || q.PossibleGood() != w.good || q.Standard != w.std || q.Required != !q.Kind.Optional() {
			t.Errorf("line %d is %+v, want %+v", i+1, q, w)
		}
	}
	if q := s.Questions[3]; len(q.Options) != 3 || q.Options[1].Code != "cake" || q.Options[0].Points != 300 || q.Options[2].Points != 0 {
		t.Errorf("options %+v", q.Options)
	}
	if q := s.Questions[2]; q.ScaleLo != 0 || q.ScaleHi != 10 {
		t.Errorf("scale %+v", q)
	}
	if s.Questions[0].ID != "B1" || s.Questions[9].ID != "B2" || s.Questions[1].ID != "B5" {
		t.Errorf("ids %v", s.Questions)
	}
	r = done(t, r.Programme, edit.PasteOptions{Question: "C3", Text: "1) A second cup | 1\n2) A second cup\n"})
	q, _, _ := r.Programme.Question("C3")
	if n := len(q.Options); n != 5 || q.Options[3].Code != "a_second_cup" || q.Options[4].Code != "a_second_cup_2" || q.Options[3].Points != 100 || !q.Options[4].HasPoints {
		t.Errorf("options %+v", q.Options)
	}
}

func TestACopyOfASectionAsksAboutItself(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	r := done(t, p, edit.Duplicate{Part: section("D")})
	i := slices.IndexFunc(r.Programme.Sections, func(s programme.Section) bool { return s.ID == r.Open.ID })
	s := r.Programme.Sections[i]
	if r.Programme.Sections[i-1].ID != "D" || len(s.Questions) != 6 || s.Questions[3].ShowIf.Source != s.Questions[2].ID+" == 'no'" || s.ShowIf.Source != "scenario == 'buyer'" {
		t.Errorf("the copy: %+v", s)
	}
	if len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
}

func TestASectionOfTheGalleryBringsItsStandards(t *testing.T) {
	p, err := edit.New("mine", "Mine", "")
	if err != nil {
		t.Fatal(err)
	}
	from := shipped(t, "coffee-kiosks")
	for range 2 {
		p = done(t, p, edit.AddSection{From: from, Section: "D"}).Programme
	}
	if len(p.Sections) != 2 || len(p.Standards) != 3 || p.Sections[0].ShowIf != nil {
		t.Fatalf("%d sections, %d standards, condition %v", len(p.Sections), len(p.Standards), p.Sections[0].ShowIf)
	}
	second := p.Sections[1]
	if second.Questions[0].ID == "D1" || second.Questions[3].ShowIf.Source != second.Questions[2].ID+" == 'no'" || second.Questions[0].Standard != p.Sections[0].Questions[0].Standard {
		t.Errorf("the second: %+v", second.Questions[3])
	}
	if _, problems, _ := programme.Redraft(p); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestFindingsStandAtTheirPart(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	p = done(t, p, edit.Set{Part: question("A3"), Fields: []edit.Field{edit.F("text", "")}}).Programme
	p = done(t, p, edit.Set{Part: option("C2", "did_not_know_and"), Fields: []edit.Field{edit.F("label", "")}}).Programme
	p = done(t, p, edit.Set{Part: edit.Ref{Kind: edit.Whole}, Fields: []edit.Field{edit.F("visit.minutes", "")}}).Programme
	p = done(t, p, edit.Set{Part: edit.Ref{Kind: edit.Standard, ID: "K1"}, Fields: []edit.Field{edit.F("good", "")}}).Programme
	never := []edit.Row{{Subject: "A3", Verb: edit.Is, Values: []string{"no"}}, {Subject: "A3", Verb: edit.Is, Values: []string{"yes"}}}
	p = done(t, p, edit.SetCondition{Part: question("C4"), Rows: never}).Programme
	p = done(t, p, edit.Set{Part: question("C4"), Fields: []edit.Field{edit.F("evidence.photo", "required")}}).Programme
	_, problems, err := programme.Redraft(p)
	if err != nil {
		t.Fatal(err)
	}
	by := edit.ByPart(edit.Findings(p, problems))
	for part, want := range map[edit.Ref][2]string{
		question("A3"): {"text", "The text is not filled in."}, question("C2"): {"label", "The label is not filled in."},
		{Kind: edit.Whole}:              {"visit.minutes", "The length of a visit in minutes is not filled in."},
		{Kind: edit.Standard, ID: "K1"}: {"good", "What staff do when it is Good is not filled in."},
		question("C4"):                  {"show_if", "No visit can ever see C4"},
	} {
		if !slices.ContainsFunc(by[part], func(f edit.Finding) bool { return f.Field == want[0] && strings.HasPrefix(f.Message, want[1]) }) {
			t.Errorf("%v has %+v", part, by[part])
		}
	}
	lost := edit.NeverShown(p)
	if len(lost) != 1 || lost[0] != (edit.Unreached{Question: "C4", Points: 300, Photo: true}) || len(by[question("C4")]) < 3 {
		t.Errorf("never shown: %+v, %+v", lost, by[question("C4")])
	}
}

func TestOnlyEarlierQuestionsCanBeAskedAbout(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	var ids []string
	for _, s := range edit.Subjects(p, question("B3")) {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "scenario A1 A2 A3 A4 A5 A6 A7 B1 B2 branch.has_seating branch.sells_hot_food branch.station_site channel format" {
		t.Errorf("got %s", got)
	}
	if n := len(edit.Subjects(p, section("A"))); n != 6 {
		t.Errorf("the first section may ask %d things", n)
	}
}

func TestConditionsAreSaidInWords(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	for src, want := range map[string]string{
		"A3 == 'yes' && branch.has_seating":           "1.3 “Counter, machine front and the floor…” is Yes, and “has seating” is true of the branch",
		"D1 > 300 || !(scenario in ['buyer'])":        "4.1 “Time from paying to having the drink…” is more than 300 s, or the scenario is none of “Buyer”",
		"C3 in ['nothing', 'the_same_line_everyone']": "3.3 “Was anything suggested to you?” is one of “Nothing” or “The same line everyone gets”",
		"A1 < '12:00' && (A2 > 3 || !(A3 == 'no'))":   "1.1 “Time you joined the queue or reached…” is before 12:00, and (1.2 “How many people were waiting ahead of…” is more than 3, or not (1.3 “Counter, machine front and the floor…” is No))",
		"this is not a condition":                     "this is not a condition",
	} {
		if got := edit.Sentence(p, src); got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
}

func TestRefsAreWrittenAndRead(t *testing.T) {
	for _, r := range []edit.Ref{{Kind: edit.Whole}, question("A1"), option("A1", "yes"), {Kind: edit.Standard, ID: "K-1"}} {
		if got, ok := edit.ParseRef(r.String()); !ok || got != r {
			t.Errorf("%v became %v", r, got)
		}
	}
	for _, s := range []string{"", "question", "question/", "option/A1", "option/A1/", "nonsense/A", "question/A/B", "programme/x"} {
		if r, ok := edit.ParseRef(s); ok {
			t.Errorf("%q is read as %v", s, r)
		}
	}
}

func TestADigestTellsAChangedFieldFromAnOldOne(t *testing.T) {
	if edit.Digest("a\r\nb ") != edit.Digest("a\nb") || edit.Digest("a", "b") == edit.Digest("ab") || edit.Digest("") == edit.Digest() {
		t.Error("digests do not tell what they should")
	}
}

func TestAFormFilledWithItsOwnFieldsChangesNothing(t *testing.T) {
	for _, name := range []string{"coffee-kiosks", "hardware-stores", "luxury-electronics", "online-store"} {
		p := shipped(t, name)
		for _, r := range partsOf(p) {
			got, err := edit.Apply(p, edit.Set{Part: r, Fields: edit.FieldValues(p, r)}, edit.FixedBy(p))
			if err != nil || !got.Programme.Equal(p) || got.Sentence != "" || len(got.Touches) > 0 {
				t.Errorf("%s, %s: %v %q %q", name, r, err, got.Sentence, got.Touches)
			}
		}
	}
}

func TestACriticalThatEmptiesASectionBeginsWithItsOwn(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	for _, part := range []edit.Ref{question("A3"), {Kind: edit.Option, ID: "answered_correctly_straight_away", Of: "C2"}} {
		r, err := edit.Apply(p, edit.Set{Part: part, Fields: []edit.Field{edit.F("critical.effect", "zero_section")}}, edit.Fixed{})
		if err != nil {
			t.Fatal(err)
		}
		want := part.ID[:1]
		if part.Of != "" {
			want = part.Of[:1]
		}
		if got := edit.ValueOf(r.Programme, part, "critical.zero_section"); got != want || edit.ValueOf(r.Programme, part, "critical.effect") != "zero_section" {
			t.Errorf("%s: %q, want section %s", part, got, want)
		}
	}
}
