package programme

import "slices"

// kindRule is all that is particular to one kind of question. A kind's rule lives in kind_<name>.go.
type kindRule struct {
	kind Kind
	keys []key // of the file, beside those that every question has
	// optional: a question of this kind need not be answered unless the file says so.
	optional bool
	// read fills the kind's fields from the file; write is its inverse.
	read  func(o *object, q *Question)
	write func(q *Question, t *tree)
	// codes are the possible answers as words; nil when they cannot be listed.
	codes func(q *Question) []string
	// scored says whether the question has points; good and wow are the possible ones.
	scored    func(q *Question) bool
	good, wow func(q *Question) Points
	// fails says whether an answered question earned less than its possible Good points.
	fails func(q *Question, a *Answer) bool
	// wire and form read an answer; the reserved words are gone before.
	wire func(q *Question, w wireValue) (Answer, error)
	form func(q *Question, typed string) (Answer, error)
	// asks says how conditions may ask about this kind.
	asks condType
}

// kinds is the table of kinds, in the order of the specification.
var kinds = []*kindRule{
	&kindYesNo, &kindChoice, &kindMulti, &kindRating, &kindNumber, &kindDuration, &kindMoney, &kindLevel, &kindWow,
	&kindText, &kindTime, &kindDate, &kindPhoto, &kindReceipt, &kindStaffName, &kindAttention,
}

// ruleOf gives a kind's rule, nil for a word that is no kind.
func ruleOf(k Kind) *kindRule {
	for _, r := range kinds {
		if r.kind == k {
			return r
		}
	}
	return nil
}

// Kinds gives all kinds of question.
func Kinds() []Kind {
	ks := make([]Kind, len(kinds))
	for i, r := range kinds {
		ks[i] = r.kind
	}
	return ks
}

// Scored reports whether the question has Good or WOW points to earn.
func (q *Question) Scored() bool { r := ruleOf(q.Kind); return r != nil && r.scored(q) }

// PossibleGood gives the Good points that the question offers; 0 when it is not scored.
func (q *Question) PossibleGood() Points {
	if r := ruleOf(q.Kind); r != nil && r.good != nil {
		return r.good(q)
	}
	return 0
}

// PossibleWow gives the WOW points that the question offers.
func (q *Question) PossibleWow() Points {
	if r := ruleOf(q.Kind); r != nil && r.wow != nil {
		return r.wow(q)
	}
	return 0
}

// Codes gives the possible answers of the question as words ("yes", an option's code, "0" … "10" of a rating), nil for
// kinds whose answers cannot be listed. The reserved words are not among them.
func (q *Question) Codes() []string {
	if r := ruleOf(q.Kind); r != nil && r.codes != nil {
		return r.codes(q)
	}
	return nil
}

// MayBeNotObserved reports whether "not observed" is an answer to the question.
func (q *Question) MayBeNotObserved() bool { return !q.MustObserve && q.Scored() }

// Fails reports whether the question was answered and earned less than its possible Good points.
func Fails(q *Question, a Answer) bool {
	if a.State != Answered {
		return false
	}
	r := ruleOf(q.Kind)
	return r != nil && r.fails != nil && r.scored(q) && r.fails(q, &a)
}

// Matches reports whether an answer is one of the listed ones, as in the `when` of a critical or a comment: a multi
// question matches when any chosen option is listed; numbers are listed as written ("0", "6.5").
func Matches(q *Question, a Answer, when []string) bool {
	switch a.State {
	case Missing:
		return false
	case NA:
		return slices.Contains(when, CodeNA)
	case NotObserved:
		return slices.Contains(when, CodeNotObserved)
	case Answered:
		return matchesValue(q, &a, when)
	}
	return false
}

// matchesValue is Matches for an answer that has a value.
func matchesValue(q *Question, a *Answer, when []string) bool {
	switch q.Kind {
	case Multi:
		return slices.ContainsFunc(a.Codes, func(c string) bool { return slices.Contains(when, c) })
	case Rating, Number, Duration, Money:
		return slices.ContainsFunc(when, func(w string) bool { d, ok := ParseDecimal(w); return ok && d == a.Number })
	case YesNo, Choice, LevelKind, WowKind, Text, Time, Date, Photo, Receipt, StaffName, Attention:
		return slices.Contains(when, a.Text)
	}
	return false
}

// never and noPoints serve the kinds that are not scored.
func never(*Question) bool      { return false }
func noPoints(*Question) Points { return 0 }

// Optional reports whether questions of this kind need no answer unless the file says so.
func (k Kind) Optional() bool { r := ruleOf(k); return r != nil && r.optional }

// Asked says how conditions may ask about a question of a kind.
type Asked string

// The ways to ask; AskedNot is that of free words and photos.
const (
	AskedNot    Asked = ""
	AskedOne    Asked = "one"    // of a few answers
	AskedSome   Asked = "some"   // of several: which were chosen
	AskedNumber Asked = "number" // more, less
	AskedTime   Asked = "time"   // before, after, as 14:05
	AskedDate   Asked = "date"   // before, after, as 2026-11-21
)

// Asked says how conditions may ask about a question of this kind.
func (k Kind) Asked() Asked {
	r := ruleOf(k)
	if r == nil {
		return AskedNot
	}
	switch r.asks {
	case condCode:
		return AskedOne
	case condMulti:
		return AskedSome
	case condNumber:
		return AskedNumber
	case condTime:
		return AskedTime
	case condDate:
		return AskedDate
	case condNothing, condFree:
	}
	return AskedNot
}
