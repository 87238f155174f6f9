package builder

import (
	"strconv"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/web/kit"
)

// kindNames are what owners call the kinds of question, in the order of the list.
var kindNames = []struct {
	kind        programme.Kind
	long, short string
}{
	{programme.YesNo, "Yes / No", "Yes / No"},
	{programme.Choice, "One of several answers", "One of several"},
	{programme.Multi, "Any of several answers", "Any of several"},
	{programme.LevelKind, "Level: below, Good or WOW", "Level"},
	{programme.WowKind, "WOW: something beyond the standard", "WOW"},
	{programme.Rating, "Rating on a scale", "Rating"},
	{programme.Number, "Number", "Number"},
	{programme.Duration, "Duration", "Duration"},
	{programme.Money, "Amount of money", "Amount"},
	{programme.Text, "Words", "Words"},
	{programme.Time, "Time of day", "Time of day"},
	{programme.Date, "Date", "Date"},
	{programme.Photo, "Photo", "Photo"},
	{programme.Receipt, "Photo of a receipt", "Receipt"},
	{programme.StaffName, "Name of a member of staff", "Name of staff"},
	{programme.Attention, "Attention check, never scored", "Attention check"},
}

func kindOptions() []kit.Option {
	all := make([]kit.Option, len(kindNames))
	for i, k := range kindNames {
		all[i] = kit.Option{Value: string(k.kind), Label: k.long}
	}
	return all
}

func kindName(k programme.Kind) string {
	for _, n := range kindNames {
		if n.kind == k {
			return n.short
		}
	}
	return string(k)
}

// questionForm lays out everything that a question may have.
func (f *form) questionForm(q *programme.Question) {
	r := edit.Ref{Kind: edit.Question, ID: q.ID}
	f.add(group{Controls: []control{
		f.put(r, "text", "Question", area).of(1).first(),
		f.put(r, "hint", "Help under the question", area).of(1).maybe(),
	}})
	f.answerKind(r, q)
	f.kindGroups(r, q)
	f.add(group{Layout: "grid-2", Controls: []control{
		f.put(r, "standard", "Standard that it witnesses", choice).own(f.standards()).maybe(),
		f.put(r, "evidence.photo", "Photo beside the answer", choice).among(photoOptions),
	}})
	f.comment(r, q)
	f.add(group{Title: "Show this question", When: f.conditions(r, q.ShowIf)})
	f.critical(r, q)
	f.rest(r)
}

// answerKind is what is asked for and what a plain answer earns.
func (f *form) answerKind(r edit.Ref, q *programme.Question) {
	g := group{Layout: "pair", Controls: []control{f.put(r, "kind", "Answer", choice).among(kindOptions())}}
	if q.Kind == programme.YesNo {
		g.Layout = "pair trio"
		g.Controls = append(g.Controls, f.put(r, "points", "Points", number).maybe(), f.put(r, "reverse", "Points are for", choice).among(reverseOptions))
	}
	if q.Kind == programme.Duration {
		g.Controls = append(g.Controls, f.put(r, "unit", "Counted in", choice).among(unitOptions))
	}
	f.add(g)
}

var (
	reverseOptions = []kit.Option{{Value: "", Label: "Yes"}, {Value: "true", Label: "No"}}
	unitOptions    = []kit.Option{{Value: programme.UnitSeconds, Label: "Seconds"}, {Value: programme.UnitMinutes, Label: "Minutes"}, {Value: programme.UnitHours, Label: "Hours"}}
	photoOptions   = []kit.Option{
		{Value: "", Label: "Not asked for"},
		{Value: string(programme.PhotoOptional), Label: "May be added"},
		{Value: string(programme.PhotoOnFail), Label: "When points are lost"},
		{Value: string(programme.PhotoRequired), Label: "Always needed"},
		{Value: string(programme.PhotoNever), Label: "Never, not even later"},
	}
)

// kindGroups are the settings of one kind alone.
func (f *form) kindGroups(r edit.Ref, q *programme.Question) {
	switch q.Kind {
	case programme.Choice, programme.Multi, programme.Attention:
		f.options(r, q)
	case programme.Rating:
		f.add(group{Layout: "grid-2", Controls: []control{
			f.put(r, "scale.lo", "Lowest", number), f.put(r, "scale.hi", "Highest", number),
			f.put(r, "points", "Points for the highest", number).maybe().help("Empty: not scored."),
		}})
	case programme.Number, programme.Duration, programme.Money:
		f.bands(r, q)
	case programme.LevelKind:
		f.levels(r)
	case programme.WowKind:
		f.add(group{Layout: "pair", Controls: []control{
			f.put(r, "wow.text", "What counts as WOW", line).maybe(), f.put(r, "wow.points", "WOW points", number),
		}})
	case programme.Text:
		f.add(group{Controls: []control{f.put(r, "min_chars", "At least", number).in("characters").maybe()}})
	case programme.YesNo, programme.Time, programme.Date, programme.Photo, programme.Receipt, programme.StaffName:
	}
}

func (f *form) levels(r edit.Ref) {
	f.add(group{Title: "What each level means", Controls: []control{f.put(r, "below", "Below", area).of(1)}})
	f.add(group{Layout: "pair", Controls: []control{f.put(r, "good.text", "Good", area).of(1), f.put(r, "good.points", "Points", number)}})
	f.add(group{Layout: "pair", Controls: []control{
		f.put(r, "wow.text", "WOW", area).of(1).maybe(), f.put(r, "wow.points", "WOW points", number).maybe(),
	}})
}

// options are the answers that a shopper chooses from, each a part of its own.
func (f *form) options(r edit.Ref, q *programme.Question) {
	g := group{Title: "Answers"}
	for i := range q.Options {
		g.Rows = append(g.Rows, f.option(q, i))
	}
	g.Rows = append(g.Rows, row{ID: "new-option", Label: "the new answer", New: true, Add: "Add this answer", Controls: []control{
		f.blank(edit.Option, q.ID, "label", "Another answer", line),
		pointsOf(q, f.blank(edit.Option, q.ID, "points", "Points", number).sized("small")),
	}})
	paste := control{
		Name: "paste:option:" + q.ID, Label: "Answers, one on each line", Shape: area, Lines: 4, Values: f.typed["paste:option:"+q.ID],
		Hint: "Points may follow behind a bar: Answered at once | 4",
	}
	paste.Error = f.errs.For(paste.Name)
	g.Paste, g.PasteDo, g.PasteTo = paste, "paste", "Add these answers"
	f.add(g)
	f.codes(q)
	if q.Kind == programme.Multi {
		f.add(group{Controls: []control{f.put(r, "cap", "Most points together", number).maybe().help("Empty: all positive points together.")}})
	}
}

// codes are the words by which answers are stored. Past answers refer to those that were published, so these stay.
func (f *form) codes(q *programme.Question) {
	g := group{Title: "Codes of the answers", Fold: true, Layout: "grid-2"}
	var fixed []string
	for i := range q.Options {
		r := edit.Ref{Kind: edit.Option, ID: q.Options[i].Code, Of: q.ID}
		if f.b.Fixed.Has(r) {
			fixed = append(fixed, r.ID)
			continue
		}
		g.Controls = append(g.Controls, f.put(r, "code", "Code of “"+f.answerLabel(q, i)+"”", line))
	}
	if len(g.Controls) > 0 {
		g.Note = "Answers are stored, exported and asked about in conditions by their code. Letters, digits, _ and -. It cannot change once a version is published; conditions and rules that name it follow until then."
	}
	if len(fixed) > 0 {
		g.Told = true
		g.Note = strings.TrimSpace(g.Note + " Published, so they stay, because past answers refer to them: " + strings.Join(fixed, ", ") + ". To ask for something else, add an answer with a code of its own.")
	}
	f.add(g)
}

// answerLabel is what an answer is called on the form.
func (f *form) answerLabel(q *programme.Question, i int) string {
	if label := q.Options[i].Label; label != "" {
		return label
	}
	return f.say("answer " + strconv.Itoa(i+1))
}

// pointsOf leaves points out where answers have none.
func pointsOf(q *programme.Question, c control) control {
	if q.Kind == programme.Attention {
		return control{}
	}
	return c
}

func (f *form) option(q *programme.Question, i int) row {
	o := &q.Options[i]
	r := edit.Ref{Kind: edit.Option, ID: o.Code, Of: q.ID}
	x := row{ID: "row-" + o.Code, Label: f.answerLabel(q, i), Remove: "remove:" + r.String(), Controls: []control{
		f.put(r, "label", "Answer "+strconv.Itoa(i+1), line), f.put(r, "points", "Points", number).sized("small"),
	}}
	if i > 0 {
		x.Up = "up:" + r.String()
	}
	if i < len(q.Options)-1 {
		x.Down = "down:" + r.String()
	}
	if q.Kind == programme.Multi {
		x.Controls = append(x.Controls, f.put(r, "exclusive", "None of the others", tick))
	}
	if q.Kind != programme.Attention {
		x.Controls = append(x.Controls, f.effect(r, "If chosen")...)
	}
	return x
}

// effect is what a critical answer does: one choice, and what that choice needs.
func (f *form) effect(r edit.Ref, label string) []control {
	all := []control{f.put(r, "critical.effect", label, choice).among(effectOptions).sized("middle")}
	switch programme.Effect(f.value(r, "critical.effect")) {
	case programme.CapVisit:
		all = append(all, f.put(r, "critical.cap_visit", "At most", number).in("%").sized("small"))
	case programme.ZeroSection:
		all = append(all, f.put(r, "critical.zero_section", "Section", choice).own(f.sections()).sized("middle"))
	case programme.Flag, programme.FailVisit, "":
	}
	return all
}

var effectOptions = []kit.Option{
	{Value: "", Label: "Nothing special"},
	{Value: string(programme.Flag), Label: "Flag it for the editor"},
	{Value: string(programme.CapVisit), Label: "Cap the score of the visit"},
	{Value: string(programme.ZeroSection), Label: "A section earns nothing"},
	{Value: string(programme.FailVisit), Label: "The visit fails"},
}

// bands give points to numbers. They are one field: the limits in order, the last without one.
func (f *form) bands(r edit.Ref, q *programme.Question) {
	if !f.has(r, "bands.up_to") {
		return
	}
	f.remember(r, "bands.up_to")
	f.remember(r, "bands.points")
	up, points := f.shown(r, "bands.up_to"), f.shown(r, "bands.points")
	g := group{Title: "Points by number", Fold: true, Open: len(up) > 0, Note: "Leave it empty for a number that is not scored. Empty a line to take it away."}
	for len(up) < 2 {
		up, points = append([]string{""}, up...), append([]string{""}, points...)
	}
	if _, refused := f.typed[nameOf(r, "bands.up_to")]; up[0] != "" && !refused { // room for one more before the last
		last := len(up) - 1
		up = append(up[:last:last], append([]string{""}, up[last:]...)...)
		points = append(points[:min(last, len(points)):min(last, len(points))], append([]string{""}, points[min(last, len(points)):]...)...)
	}
	for i := range up {
		g.Rows = append(g.Rows, f.band(r, q, i, i == len(up)-1, up[i], at(points, i)))
	}
	f.add(g)
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

func (f *form) band(r edit.Ref, q *programme.Question, i int, last bool, up, points string) row {
	limit := control{Name: nameOf(r, "bands.up_to"), Label: "Up to", Shape: number, Values: []string{up}, Unit: unitOf(q), Size: "middle", At: i + 1}
	if last {
		limit.Shape, limit.Values, limit.Label = hidden, nil, "Everything above"
	}
	p := control{Name: nameOf(r, "bands.points"), Label: "Points", Shape: number, Values: []string{points}, Size: "middle", At: i + 1}
	if last {
		p.Label = "Points above"
	}
	limit.Error, p.Error = f.errs.For(limit.Key()), f.errs.For(p.Key())
	return row{ID: "band-" + strconv.Itoa(i), Pair: !last, Controls: []control{limit, p}}
}

func unitOf(q *programme.Question) string {
	if q.Kind == programme.Duration {
		return q.Unit
	}
	return ""
}

// comment says which answers need words.
func (f *form) comment(r edit.Ref, q *programme.Question) {
	g := group{Layout: "grid-2", Controls: []control{f.put(r, "comment.rule", "Ask what they saw", choice).among(commentRules(q))}}
	rule := f.value(r, "comment.rule")
	if rule != "" {
		g.Controls = append(g.Controls, f.put(r, "comment.min_chars", "At least", number).in("characters").maybe())
	}
	f.add(g)
	if rule == "answers" {
		f.add(group{Controls: []control{f.answers(r, q, "comment.when", "After these answers", true)}})
	}
}

func commentRules(q *programme.Question) []kit.Option {
	all := []kit.Option{{Value: "", Label: "Never"}}
	if q.Codes() != nil || isNumber(q.Kind) {
		all = append(all, kit.Option{Value: "answers", Label: "After some answers"})
	}
	if q.Scored() {
		all = append(all, kit.Option{Value: "fail", Label: "When points are lost"})
	}
	return append(all, kit.Option{Value: "always", Label: "Always"})
}

func isNumber(k programme.Kind) bool {
	return k == programme.Number || k == programme.Duration || k == programme.Money || k == programme.Rating
}

// answers are boxes for the answers of a question; numbers are written.
func (f *form) answers(r edit.Ref, q *programme.Question, field, label string, reserved bool) control {
	c := f.put(r, field, label, ticks)
	if q.Codes() == nil {
		c.Shape, c.Hint = line, "Numbers, such as 0."
		return c
	}
	c = c.own(f.answerOptions(q))
	if reserved && q.NAAllowed {
		c.Options = append(c.Options, kit.Option{Value: programme.CodeNA, Label: f.say("Does not apply")})
	}
	if reserved && q.MayBeNotObserved() {
		c.Options = append(c.Options, kit.Option{Value: programme.CodeNotObserved, Label: f.say("Not seen")})
	}
	return c
}

// answerOptions are the answers in words.
func (f *form) answerOptions(q *programme.Question) []kit.Option {
	words := map[string]string{programme.Yes: "Yes", programme.No: "No", programme.AnswerBelow: "Below", programme.AnswerGood: "Good", programme.AnswerWow: "WOW"}
	all := make([]kit.Option, 0, len(q.Codes()))
	for _, code := range q.Codes() {
		label := code
		if o, ok := q.Option(code); ok {
			label = o.Label
		} else if w, ok := words[code]; ok {
			label = f.say(w)
		}
		if label == "" {
			label = code
		}
		all = append(all, kit.Option{Value: code, Label: label})
	}
	return all
}

// critical is what must not happen.
func (f *form) critical(r edit.Ref, q *programme.Question) {
	if !f.has(r, "critical.effect") || !q.Scored() && f.value(r, "critical.effect") == "" {
		return
	}
	g := group{Title: "If it must not fail", Fold: true, Open: f.value(r, "critical.effect") != "", Controls: f.effect(r, "Then")}
	if g.Open {
		g.Controls = append([]control{f.answers(r, q, "critical.when", "When the answer is", false)}, g.Controls...)
	}
	f.add(g)
}

// rest are the settings that few questions need.
func (f *form) rest(r edit.Ref) {
	g := group{Title: "More about this question", Fold: true, Controls: []control{
		f.put(r, "required", "Must be answered", tick),
		f.put(r, "na_allowed", "“Does not apply” is an answer", tick),
		f.put(r, "must_observe", "“Not seen” is not an answer", tick),
		f.put(r, "perishable", "Ask first: memory of it fades", tick),
		f.put(r, "privacy", "Keep the answer apart and let it expire", tick),
		f.put(r, "feeds", "Feeds the board of thanks", tick),
		f.put(r, "timer", "Filled in by the tap", line).maybe().help("The name of a silent tap: arrive, or pay_to_handover for the time between two."),
		f.id(r),
	}}
	f.add(g)
}

// id is the part's id while nothing is joined on it.
func (f *form) id(r edit.Ref) control {
	if f.b.Fixed.Has(r) {
		return control{}
	}
	return f.put(r, "id", "Id in files", line).help("Letters, digits and _. It cannot change once a version is published.")
}

// standards are the choices of what a question witnesses.
func (f *form) standards() []kit.Option {
	all := []kit.Option{{Value: "", Label: f.say("None")}}
	for i := range f.b.Programme.Standards {
		s := &f.b.Programme.Standards[i]
		all = append(all, kit.Option{Value: s.ID, Label: s.ID + " " + s.Title})
	}
	return all
}

func (f *form) sections() []kit.Option {
	all := []kit.Option{{Value: "", Label: f.say("Choose a section")}}
	for i := range f.b.Programme.Sections {
		s := &f.b.Programme.Sections[i]
		all = append(all, kit.Option{Value: s.ID, Label: strconv.Itoa(i+1) + " " + s.Title})
	}
	return all
}
