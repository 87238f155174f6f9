package report

import (
	"io"
	"math"
	"strconv"
	"strings"

	"plainclothes/internal/compare"
)

// HealthCSV writes one line a question, as on the checklist. Shares are percentages with one decimal, marks are points of
// 100, times are seconds.
func HealthCSV(w io.Writer, h *Health) error {
	t := newTable(w, "Question", "Text", "Section", "Standard", "Kind", "Verdict", "Why", "Also", "Visits", "Asked", "Does not apply", "Not seen", "No answer",
		"Marked", "Full marks", "Full marks %", "No marks", "Spread", "Agreement with its section", "From (98 % range)", "To (98 % range)", "Visits for agreement",
		"Filled in step by step", "Answer changed", "Sent back for it", "Editors’ notes", "Timed", "Typical seconds", "Decided the level", "At branches",
		"Decided its standard", "Branches whose status it decides", "Asked in another form")
	for i := range h.Questions {
		q := &h.Questions[i]
		t.row(append([]string{
			q.ID, q.Text, q.SectionTitle, q.Standard, strings.ReplaceAll(string(q.Kind), "_", " "), q.Verdict.Words(), q.Why, strings.Join(q.More, " "),
		}, healthLine(&q.QuestionHealth, q.Earlier)...)...)
	}
	return t.end()
}

func healthLine(q *compare.QuestionHealth, earlier int) []string {
	a, n := &q.Agreement, strconv.Itoa
	return []string{
		n(q.Visits), n(q.Asked), n(q.NA), n(q.Unseen), n(q.Missing), n(q.Marked), n(q.Asking.Full), rate(q.Asking.Full, q.Marked), n(q.Asking.None),
		known(q.SpreadKnown, 100*q.Spread, 0), known(a.Known, a.R, 2), known(a.Known, a.Lo, 2), known(a.Known, a.Hi, 2), n(a.N),
		n(q.Logged), n(q.Changed), n(q.Returned), n(q.Noted), n(q.Timed), known(q.AnswerTime.Known, q.AnswerTime.Seconds, 0), n(q.Levels), n(q.Branches),
		n(q.Outcomes), n(q.StatusBranches), n(earlier),
	}
}

// known writes a number that there is.
func known(ok bool, f float64, decimals int) string {
	if !ok {
		return ""
	}
	p := math.Pow(10, float64(decimals))
	return strconv.FormatFloat(math.Floor(f*p+0.5)/p, 'f', decimals, 64)
}
