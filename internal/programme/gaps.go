package programme

import "fmt"

// Report is what a shopper has given so far.
type Report struct {
	Answers  Answers
	Comments map[string]string // by question id
	Photos   map[string]int    // how many, by question id
	Stages   []string          // ids of the stages to look at; nil for all
}

// GapKind says what is missing.
type GapKind string

// The kinds of gap.
const (
	GapAnswer  GapKind = "answer"
	GapComment GapKind = "comment"
	GapPhoto   GapKind = "photo"
)

// Gap is one thing that is missing before a report can be sealed.
type Gap struct {
	Section  string
	Question string
	Kind     GapKind
	Message  string // a whole sentence for the shopper
}

// Gaps tells what is missing before the report, or the named stages of it, can be sealed: in file order, nil when
// nothing is.
func Gaps(p *Programme, ctx Context, r Report) []Gap {
	shown := Show(p, ctx, r.Answers)
	var stages map[string]bool
	if r.Stages != nil {
		stages = make(map[string]bool, len(r.Stages))
		for _, s := range r.Stages {
			stages[s] = true
		}
	}
	var gaps []Gap
	for i := range p.Sections {
		s := &p.Sections[i]
		if !shown.sections[i] || stages != nil && !stages[StageOf(p, ctx.Scenario, s)] {
			continue
		}
		for j := range s.Questions {
			if shown.QuestionAt(i, j) {
				gaps = append(gaps, gapsOf(&s.Questions[j], s.ID, &r)...)
			}
		}
	}
	return gaps
}

// gapsOf tells what is missing at one visible question.
func gapsOf(q *Question, section string, r *Report) []Gap {
	var gaps []Gap
	a := r.Answers[q.ID]
	add := func(kind GapKind, message string) {
		if message != "" {
			gaps = append(gaps, Gap{Section: section, Question: q.ID, Kind: kind, Message: message})
		}
	}
	if isPhotoKind(q.Kind) {
		add(GapPhoto, photoQuestionGap(q, a, r.Photos[q.ID]))
	} else {
		add(GapAnswer, answerGap(q, a))
		add(GapPhoto, evidenceGap(q, a, r.Photos[q.ID]))
	}
	add(GapComment, commentGap(q, a, r.Comments[q.ID]))
	return gaps
}

// isPhotoKind reports whether photos are the answer.
func isPhotoKind(k Kind) bool { return k == Photo || k == Receipt }

// photoQuestionGap looks at a question whose answer is a photo.
func photoQuestionGap(q *Question, a Answer, photos int) string {
	switch {
	case !q.Required || photos > 0 || a.State == NA && q.NAAllowed:
		return ""
	case q.Kind == Receipt:
		return "Add a photo of the receipt."
	}
	return "Add a photo."
}

// answerGap looks at the answer itself.
func answerGap(q *Question, a Answer) string {
	switch a.State {
	case Missing:
		return missingGap(q)
	case NA:
		if !q.NAAllowed {
			return "This one always applies. Choose one of its answers."
		}
	case NotObserved:
		if !q.MayBeNotObserved() {
			return "This one needs an answer; “Not seen” is not among them."
		}
	case Answered:
		if q.Kind == Text && characters(a.Text) < q.MinChars {
			return fmt.Sprintf("Say a little more. At least %d characters; so far it is %d.", q.MinChars, characters(a.Text))
		}
	}
	return ""
}

// missingGap asks for the answer that is not there.
func missingGap(q *Question) string {
	switch {
	case !q.Required:
		return ""
	case q.Kind == Text && q.MinChars > 0:
		return fmt.Sprintf("Say in a few words what you saw. At least %d characters.", q.MinChars)
	case q.MayBeNotObserved() && q.NAAllowed:
		return "No answer yet. “Not seen” and “Does not apply” are answers too."
	case q.MayBeNotObserved():
		return "No answer yet. “Not seen” is an answer too."
	case q.NAAllowed:
		return "No answer yet. “Does not apply” is an answer too."
	}
	return "No answer yet."
}

// evidenceGap looks for the photo that goes with an answer. What was not seen cannot be photographed.
func evidenceGap(q *Question, a Answer, photos int) string {
	if a.State != Answered || photos > 0 {
		return ""
	}
	switch q.Evidence {
	case PhotoRequired:
		return "Add a photo to this answer."
	case PhotoOnFail:
		if Fails(q, a) {
			return "Add a photo that shows what you saw."
		}
	case PhotoNone, PhotoNever, PhotoOptional:
	}
	return ""
}

// commentGap looks for the words that an answer asks for.
func commentGap(q *Question, a Answer, comment string) string {
	if !WantsComment(q, a) || characters(comment) >= max(1, q.Comment.MinChars) {
		return ""
	}
	if q.Comment.MinChars <= 1 {
		return "Say in a few words what you saw."
	}
	return fmt.Sprintf("Say in a few words what you saw. At least %d characters.", q.Comment.MinChars)
}

// WantsComment reports whether an answer needs words beside it. Nothing is wanted while there is no answer.
func WantsComment(q *Question, a Answer) bool {
	c := q.Comment
	if c == nil || a.State == Missing {
		return false
	}
	return c.Always || c.OnFail && Fails(q, a) || Matches(q, a, c.When)
}

// WantsPhoto reports whether an answer needs a photo beside it.
func WantsPhoto(q *Question, a Answer) bool { return evidenceGap(q, a, 0) != "" }
