package shopper

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// questionView is one question as part/question.html draws it.
type questionView struct {
	ID      string
	Number  string // 2.1
	Text    string
	Hint    string
	Shape   string // segments, stack, checks, scale, line, area, time, date, photo
	Options []optionView
	Extra   []optionView // "Not seen", "Does not apply" beside a typed answer
	Value   string       // of a typed answer
	Type    string       // of the input
	Mode    string       // inputmode
	Unit    string       // beside the input
	Limit   int
	Was     string // wire form at the time the page was made
	Hidden  bool   // by its condition, as things stand
	Error   string
	Comment commentView
	Photos  photosView
	Soon    bool // perishable: answer it before it fades
	Watch   bool // a duration with a timer: taps can measure it
	Twice   []twiceView
	Settles string // ids of the ops that an answer decides between
	Unready string // what the question of a draft lacks, in sentences
}

// twiceView is one of the answers that two devices gave without knowing of each other.
type twiceView struct{ Words, At string }

// optionView is one possible answer.
type optionView struct {
	Value, Label string
	Checked      bool
	Exclusive    bool // clears the others
}

// commentView is the words beside an answer.
type commentView struct {
	On       bool
	Open     bool // shown at once; else the page's script or the next save shows it
	Label    string
	Hint     string
	Value    string
	Was      string
	Error    string
	Optional bool
}

// photosView is the photo tray of a question.
type photosView struct {
	On    bool
	Taken []thumbView
	Error string
}

// thumbView is a photo as its question shows it.
type thumbView struct {
	ID       string // "" in the one that the script copies
	Question string // id
	Number   int    // from 1, among the photos of the question
	Of       string // the question's words
	Shown    bool   // there is a picture to show
	Test     bool   // of a test run, which counts photos and keeps none
}

// questionOf draws a question. typed holds what was posted when the page is shown again with errors.
func questionOf(paper *visit.Paper, q *programme.Question, number string, errs kit.Errors, typed map[string]visit.Entry) questionView {
	ans := paper.Answers[q.ID]
	if conflicted(paper, q.ID) {
		ans = programme.Answer{} // nothing is chosen for the shopper
	}
	v := questionView{
		ID: q.ID, Number: number, Text: q.Text, Hint: q.Hint, Was: string(ans.JSON(q)), Hidden: !paper.Shown.Question(q.ID),
		Error: errs.For(q.ID), Soon: q.Perishable, Watch: q.Kind == programme.Duration && q.Timer != "",
	}
	if paper.Rehearsal && v.Text == "" {
		v.Text = "A question without words"
	}
	v.twice(paper, q)
	chosen := chosenOf(q, ans)
	entry, again := typed[q.ID]
	if again {
		chosen, v.Was = entry.Values, entry.Was
	}
	v.shape(paper, q, chosen)
	v.Comment = commentOf(paper, q, ans, errs, typed)
	v.Photos = photosOf(paper, q, errs)
	return v
}

// conflicted reports whether a field has two answers.
func conflicted(paper *visit.Paper, field string) bool {
	return slices.ContainsFunc(paper.Conflicts, func(c visit.Conflict) bool { return c.Field == field })
}

// twice shows the answers, or the words, of which the shopper has to say which are right.
func (v *questionView) twice(paper *visit.Paper, q *programme.Question) {
	var ops []string
	for _, c := range paper.Conflicts {
		if c.Question != q.ID {
			continue
		}
		for _, s := range c.Values {
			ops = append(ops, s.Op)
			words := s.Words
			if !c.Comment {
				words = answerWords(q, s.Answer)
			}
			v.Twice = append(v.Twice, twiceView{words, kit.Clock(s.At, paper.Place.Zone)})
		}
	}
	v.Settles = strings.Join(ops, " ")
}

// answerWords is an answer as the shopper reads it.
func answerWords(q *programme.Question, a programme.Answer) string {
	words := map[string]string{
		programme.CodeNA: "Does not apply", programme.CodeNotObserved: "Not seen", programme.Yes: "Yes", programme.No: "No",
		programme.AnswerBelow: q.Below, programme.AnswerGood: q.Good.Text, programme.AnswerWow: q.Wow.Text,
	}
	var out []string
	for _, code := range chosenOf(q, a) {
		label := code
		if o, ok := q.Option(code); ok {
			label = o.Label
		} else if w, ok := words[code]; ok && len(q.Codes()) > 0 || a.State != programme.Answered {
			label = w
		}
		out = append(out, label)
	}
	return strings.Join(out, ", ")
}

// chosenOf gives the answer in the form in which the page posts it.
func chosenOf(q *programme.Question, a programme.Answer) []string {
	switch a.State {
	case programme.Missing:
		return nil
	case programme.NA:
		return []string{programme.CodeNA}
	case programme.NotObserved:
		return []string{programme.CodeNotObserved}
	case programme.Answered:
	}
	switch {
	case q.Kind == programme.Multi:
		return a.Codes
	case q.Kind == programme.Duration && q.Unit == "s":
		return []string{clock(a.Number)}
	case isNumber(q.Kind):
		return []string{a.Number.String()}
	}
	return []string{a.Text}
}

func isNumber(k programme.Kind) bool {
	return k == programme.Rating || k == programme.Number || k == programme.Duration || k == programme.Money
}

// maxClock is as long as a stopwatch can be read back: 9999:59.
const maxClock = 600_000 * programme.DecimalOne

// clock writes seconds as a stopwatch does: 1:42.
func clock(seconds programme.Decimal) string {
	if seconds%programme.DecimalOne != 0 || seconds >= maxClock {
		return seconds.String()
	}
	s := int64(seconds / programme.DecimalOne)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// shape chooses how the answers are drawn.
func (v *questionView) shape(paper *visit.Paper, q *programme.Question, chosen []string) {
	switch q.Kind {
	case programme.YesNo, programme.WowKind:
		v.Shape = "segments"
		v.Options = append(v.Options, option("yes", "Yes", chosen), option("no", "No", chosen))
	case programme.LevelKind:
		v.Shape = "stack"
		v.Options = append(v.Options,
			option("below", q.Below, chosen), option("good", q.Good.Text, chosen), option("wow", q.Wow.Text, chosen))
	case programme.Choice, programme.Attention:
		v.Shape = "stack"
		v.choices(q, chosen)
	case programme.Multi:
		v.Shape = "checks"
		v.choices(q, chosen)
	case programme.Rating:
		v.Shape = "scale"
		for n := q.ScaleLo; n <= min(q.ScaleHi, q.ScaleLo+maxSteps); n++ {
			v.Options = append(v.Options, option(strconv.Itoa(n), strconv.Itoa(n), chosen))
		}
	case programme.Photo, programme.Receipt:
		v.Shape = "photo"
	case programme.Number, programme.Duration, programme.Money, programme.Text, programme.StaffName, programme.Time, programme.Date:
		v.typed(paper, q, chosen)
		v.Extra = extras(q, chosen)
		return
	}
	v.Options = append(v.Options, extras(q, chosen)...)
}

// maxSteps bounds what a scale of an unfinished draft draws.
const maxSteps = 100

func (v *questionView) choices(q *programme.Question, chosen []string) {
	for _, o := range q.Options {
		ov := option(o.Code, o.Label, chosen)
		ov.Exclusive = o.Exclusive
		v.Options = append(v.Options, ov)
	}
}

func option(value, label string, chosen []string) optionView {
	return optionView{Value: value, Label: label, Checked: slices.Contains(chosen, value)}
}

// extras are the answers that say why there is none.
func extras(q *programme.Question, chosen []string) []optionView {
	var out []optionView
	if q.MayBeNotObserved() {
		o := option(programme.CodeNotObserved, "Not seen", chosen)
		o.Exclusive = true
		out = append(out, o)
	}
	if q.NAAllowed {
		o := option(programme.CodeNA, "Does not apply", chosen)
		o.Exclusive = true
		out = append(out, o)
	}
	return out
}

// typed draws an answer that is written.
func (v *questionView) typed(paper *visit.Paper, q *programme.Question, chosen []string) {
	v.Shape, v.Type, v.Limit = "line", "text", 200
	v.Value = written(chosen)
	switch q.Kind {
	case programme.Number:
		v.Mode, v.Unit = "decimal", ""
	case programme.Money:
		v.Mode, v.Unit = "decimal", paper.Visit.Currency
	case programme.Duration:
		v.Mode, v.Unit = durationInput(q.Unit)
	case programme.Time:
		v.Shape, v.Type = "time", "time"
	case programme.Date:
		v.Shape, v.Type = "date", "date"
	case programme.Text:
		v.Shape, v.Limit = "area", 10_000
		if q.MinChars > 0 && v.Hint == "" {
			v.Hint = fmt.Sprintf("At least %d characters.", q.MinChars)
		}
	case programme.YesNo, programme.Choice, programme.Multi, programme.Rating, programme.LevelKind, programme.WowKind, programme.Photo,
		programme.Receipt, programme.StaffName, programme.Attention:
	}
}

func durationInput(unit string) (mode, label string) {
	switch unit {
	case "min":
		return "decimal", "minutes"
	case "h":
		return "decimal", "hours"
	}
	return "text", "min:sec"
}

// written is the first posted value that is not a reserved answer.
func written(chosen []string) string {
	for _, s := range chosen {
		if s != programme.CodeNA && s != programme.CodeNotObserved {
			return s
		}
	}
	return ""
}

// commentOf draws the words beside an answer: asked for when the answer is one that needs them.
func commentOf(
	paper *visit.Paper, q *programme.Question, ans programme.Answer, errs kit.Errors, typed map[string]visit.Entry,
) commentView {
	if q.Comment == nil {
		return commentView{}
	}
	stored := paper.Report.Comments[q.ID]
	if conflicted(paper, visit.CommentField(q.ID)) {
		stored = ""
	}
	v := commentView{
		On: true, Label: "What did you see?", Value: stored, Was: stored, Error: errs.For(visit.CommentField(q.ID)),
	}
	if e, ok := typed[q.ID]; ok {
		v.Value, v.Was = e.Comment, e.WasComment
	}
	if q.Comment.MinChars > 0 {
		v.Hint = fmt.Sprintf("At least %d characters.", q.Comment.MinChars)
	}
	v.Open = v.Value != "" || v.Error != "" || programme.WantsComment(q, ans)
	return v
}

func photosOf(paper *visit.Paper, q *programme.Question, errs kit.Errors) photosView {
	if !visit.TakesPhoto(q) {
		return photosView{}
	}
	v := photosView{On: true, Error: errs.For(visit.PhotoField(q.ID))}
	for _, ph := range paper.Photos {
		if ph.Question == q.ID {
			v.Taken = append(v.Taken, thumbView{
				ID: ph.ID, Question: q.ID, Number: len(v.Taken) + 1, Of: q.Text, Shown: ph.Shown() && !paper.Rehearsal, Test: paper.Rehearsal,
			})
		}
	}
	return v
}
