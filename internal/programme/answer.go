package programme

// Points are integer hundredths of a point (350 is 3.50 points); money of the visit plan is hundredths too.
type Points int64

// Decimal is a number with four exact decimals: 65000 is 6.5. Answers and band limits are Decimals, so that
// comparing them is exact on the server and on the phone.
type Decimal int64

// DecimalOne is the Decimal 1.
const DecimalOne Decimal = 10_000

// Context is what a visit knows before the first answer.
type Context struct {
	Scenario string
	Channel  string   // store, web, phone
	Format   string   // of the branch
	Features []string // of the branch
}

// AnswerState says what an Answer is. The zero state is Missing.
type AnswerState int

// The states of an answer.
const (
	Missing     AnswerState = iota // no answer yet
	Answered                       // a value
	NA                             // does not apply
	NotObserved                    // did not see, or does not remember
)

// Answer is one answer. Which value is set follows from the question's kind: Number for rating, number, duration and
// money; Codes for multi; Text for all others ("yes", "no", "below", "good", "wow", an option's code, "14:05",
// "2026-11-21", free text). The reserved words "na" and "not_observed" become states, never Text.
type Answer struct {
	State  AnswerState
	Text   string
	Number Decimal
	Codes  []string // in the order of the question's options, no code twice
}

// Answers maps question ids to answers; a question without an entry is Missing.
type Answers map[string]Answer

// Reserved answers that any question may carry on the wire.
const (
	CodeNA          = "na"
	CodeNotObserved = "not_observed"
)
