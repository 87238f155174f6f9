package compare

import (
	"fmt"
	"math"
	"strconv"
)

// healthJudge gives verdicts, knowing what is usual.
type healthJudge struct{ typical }

// finding is one thing that speaks against a question, or for its branches' work.
type finding struct {
	verdict Verdict
	says    string
}

// judge gives one question its verdict: of the first finding, in the order in which work is due. A question that asks
// two things, or the wrong way round, has to be mended before its marks mean anything; only then does it count that all
// are full. What else was found is told beside it.
func (j *healthJudge) judge(h *QuestionHealth) {
	switch {
	case h.Asked == 0 && h.Visits >= HealthVisits:
		h.Verdict, h.Why = Unused, unusedWhy(h)
		return
	case h.Asked < HealthVisits:
		h.Verdict, h.Why = TooFewAsked, tooFewWhy(h)
		return
	}
	found := j.findings(h)
	h.More = append(h.More, refusals(h)...)
	switch {
	case len(found) == 0 && h.Scored && h.Marked < HealthVisits:
		h.Verdict, h.Why = TooFewAsked, fmt.Sprintf("Asked in %s and marked in %d: too few to judge. We say something from %d marks on.", visits(h.Asked), h.Marked, HealthVisits)
		return
	case len(found) == 0:
		h.Verdict, h.Why = Keep, keepWhy(h)
		return
	}
	h.Verdict, h.Why = found[0].verdict, found[0].says
	for _, f := range found[1:] {
		h.More = append(h.More, f.says)
	}
}

func unusedWhy(h *QuestionHealth) string {
	if h.Hidden {
		return fmt.Sprintf("Asked of nobody in %s: its condition never came true.", visits(h.Visits))
	}
	return fmt.Sprintf("Asked of nobody in %s.", visits(h.Visits))
}

func tooFewWhy(h *QuestionHealth) string {
	switch {
	case h.Visits == 0:
		return "New, or changed since: no published visit has asked it yet."
	case h.Asked == 0:
		return fmt.Sprintf("Not asked yet in %s. We say something from %d on.", visits(h.Visits), HealthVisits)
	}
	return fmt.Sprintf("Asked in %s: too few to judge. We say something from %d on.", visits(h.Asked), HealthVisits)
}

// findings are in the order in which work is due.
func (j *healthJudge) findings(h *QuestionHealth) (all []finding) {
	add := func(v Verdict, says string) {
		if says != "" {
			all = append(all, finding{v, says})
		}
	}
	changed, returned, slow := j.changed(h), j.returned(h), j.slow(h)
	if troubles := changed + returned + slow; h.Twofold && troubles != "" || slow != "" && (changed != "" || returned != "") {
		add(Split, joined(twofold(h), slow, changed, returned))
		changed, returned, slow = "", "", ""
	}
	add(Reword, contradicts(h))
	add(Reword, unseen(h))
	add(Reword, j.alien(h))
	add(Reword, changed)
	add(Reword, returned)
	add(notApplying(h))
	add(Retire, unanswered(h))
	add(flat(h))
	add(Train, failed(h))
	if slow != "" { // alone it says that something has to be looked for, which is no fault
		h.More = append(h.More, slow)
	}
	return all
}

// joined puts sentences behind each other.
func joined(all ...string) (s string) {
	for _, x := range all {
		if x != "" && s != "" {
			s += " "
		}
		s += x
	}
	return s
}

func twofold(h *QuestionHealth) string {
	if h.Twofold {
		return "It seems to ask two things at once."
	}
	return "It probably asks two things at once."
}

// changed says that answers are changed more than usual.
func (j *healthJudge) changed(h *QuestionHealth) string {
	usual, _ := j.typical.changed.usual(h.ID, 1)
	if h.Logged < HealthVisits || h.ChangedShare.Lo <= math.Max(oftenChanged, changedTimes*usual) {
		return ""
	}
	return fmt.Sprintf("Shoppers changed their answer in %s (%s); usual is %s.", shareWords(h.ChangedShare), atLeastWords(h.ChangedShare),
		wholePercent(usual))
}

// returned says that editors send reports back because of it more than usual.
func (j *healthJudge) returned(h *QuestionHealth) string {
	usual, _ := j.typical.returned.usual(h.ID, 1)
	if h.ReturnedShare.Lo <= math.Max(oftenReturned, returnedTimes*usual) {
		return ""
	}
	return fmt.Sprintf("Editors sent the report back because of it in %s (%s).", shareWords(h.ReturnedShare), atLeastWords(h.ReturnedShare))
}

// slow says that it takes longer than usual for questions answered in the same way.
func (j *healthJudge) slow(h *QuestionHealth) string {
	usual, ok := j.seconds[h.Typed].usual(h.ID, fewQuestions)
	if !ok || !h.AnswerTime.Known || h.AnswerTime.Lo <= math.Max(slowSeconds, slowTimes*usual) {
		return ""
	}
	return fmt.Sprintf("It takes %s to answer; usual is %s (%s timed).", seconds(h.AnswerTime.Seconds), seconds(usual), visits(h.AnswerTime.N))
}

func seconds(s float64) string { return strconv.Itoa(int(math.Round(s))) + " s" }

// contradicts says that the question contradicts its section.
func contradicts(h *QuestionHealth) string {
	if !h.Agreement.Known || h.Agreement.Hi >= 0 {
		return ""
	}
	return fmt.Sprintf("Visits that do well here do worse at the rest of its section (agreement %s, surely below 0, %s): "+
		"it may be understood the other way round, or its points stand on the wrong answer.", coefficient(h.Agreement.R), visits(h.Agreement.N))
}

// alien says that the question has nothing to do with a section that hangs together. Marks that are nearly always the same
// cannot agree with anything, so that those say nothing here.
func (j *healthJudge) alien(h *QuestionHealth) string {
	a := h.Agreement
	const edge = 0.10
	others, ok := j.agreement[h.Section].usual(h.ID, fewAgree)
	if !a.Known || a.Hi >= weak || a.Hi < 0 || !ok || others < coherent || h.Full.Lo < edge || h.Full.Hi > 1-edge {
		return ""
	}
	return fmt.Sprintf("It has nothing to do with the rest of its section (agreement %s, %s; the others agree by %s): "+
		"shoppers may understand it in different ways, or it belongs elsewhere.", coefficient(a.R), visits(a.N), coefficient(others))
}

// unseen says that shoppers often cannot observe it.
func unseen(h *QuestionHealth) string {
	if h.NotSeen.Lo <= oftenUnseen {
		return ""
	}
	return fmt.Sprintf("Shoppers could not observe it in %s (%s): ask for something that can be seen, or say where to look.",
		shareWords(h.NotSeen), atLeastWords(h.NotSeen))
}

// notApplying says that it is asked where it does not apply.
func notApplying(h *QuestionHealth) (Verdict, string) {
	switch {
	case h.NotApply.Lo > nearlyAll:
		return Retire, fmt.Sprintf("It does not apply in %s (%s).", shareWords(h.NotApply), atLeastWords(h.NotApply))
	case h.NotApply.Lo > mostlyNA:
		return Reword, fmt.Sprintf("It does not apply in %s (%s): ask it under a condition, only where it does.",
			shareWords(h.NotApply), atLeastWords(h.NotApply))
	}
	return "", ""
}

// unanswered says that nearly everybody leaves it out.
func unanswered(h *QuestionHealth) string {
	if h.NotFilled.Lo <= hardlyAnswered {
		return ""
	}
	return fmt.Sprintf("Left without an answer in %s.", shareWords(h.NotFilled))
}

// flat says that all visits get the same mark. Of what must not fail that is as it should be, and where all fail it is
// the branches' work and not the question's.
func flat(h *QuestionHealth) (Verdict, string) {
	switch {
	case !h.Scored:
	case h.Full.Lo > nearlyAll && !h.Critical:
		return Retire, joined(fmt.Sprintf("Full marks in %s: it tells no visits apart.", shareWords(h.Full)), alone(h))
	case h.None.Lo > nearlyAll && h.WowOnly:
		return Retire, fmt.Sprintf("Nobody earns it (%s): it tells no visits apart.", shareWords(h.None))
	case h.same() && !h.Critical && shareOf(h.Marked, h.Marked).Lo > nearlyAll && h.None.X == 0:
		return Retire, joined(fmt.Sprintf("The same mark in all of %s: it tells none of them apart.", visits(h.Marked)), alone(h))
	case h.None.Lo > nearlyAll:
		return Train, fmt.Sprintf("Missed in %s: a matter for training, or more than branches can do.", shareWords(h.None))
	}
	return "", ""
}

// same reports that no mark differs from another.
func (h *QuestionHealth) same() bool { return h.SpreadKnown && h.Spread < 1e-6 }

func alone(h *QuestionHealth) string {
	if h.Alone && h.Standard != "" {
		return "It alone witnesses its standard " + h.Standard + ": make the standard ask for more, or let both go."
	}
	return ""
}

// failed says that a question that works is missed by many.
func failed(h *QuestionHealth) string {
	if !h.Scored || h.WowOnly || h.None.Lo <= oftenMissed || h.None.Lo > nearlyAll || !h.Agreement.Known || h.Agreement.Lo <= 0 {
		return ""
	}
	return fmt.Sprintf("A good question that branches fail: missed in %s (%s), and it agrees with its section (%s). "+
		"Train it rather than change it.", shareWords(h.None), atLeastWords(h.None), coefficient(h.Agreement.R))
}

// keepWhy says what a question without fault is good for.
func keepWhy(h *QuestionHealth) string {
	switch {
	case h.Pictured:
		return fmt.Sprintf("It is answered with a photo, and nothing speaks against it in %s.", visits(h.Asked))
	case !h.Scored:
		return fmt.Sprintf("It carries no points, and nothing speaks against it in %s.", visits(h.Asked))
	case h.Full.Lo > nearlyAll:
		return fmt.Sprintf("Nearly always right, as what must not fail should be: %s.", shareWords(h.Full))
	}
	if h.same() {
		return fmt.Sprintf("All of %s have the same mark so far; to be sure that it is nearly always so takes more.", visits(h.Marked))
	}
	says := fmt.Sprintf("It tells visits apart: full marks in %s, none in %s.", shareWords(h.Full), wholePercent(float64(h.None.X)/float64(h.None.N)))
	if h.Agreement.Known && h.Agreement.Lo > 0 {
		says += " It agrees with its section (" + coefficient(h.Agreement.R) + ")."
	}
	if h.Levels > 0 {
		says += fmt.Sprintf(" The level of %s hung on it.", visits(h.Levels))
	}
	return says
}

// refusals say what cannot be said, and why.
func refusals(h *QuestionHealth) (all []string) {
	switch {
	case !h.Scored || h.Marked < HealthVisits:
	case h.Agreement.N == 0:
		all = append(all, "No other marked question in its section: agreement cannot be told.")
	case h.Agreement.N < HealthPairs:
		all = append(all, fmt.Sprintf("Agreement with its section is told from %s on; so far there are %d.", visits(HealthPairs), h.Agreement.N))
	case !h.Agreement.Known && !h.same():
		all = append(all, "The rest of its section never differs, so that nothing can agree with it.")
	}
	return all
}

// shareWords is "96 % (412 of 430 visits)".
func shareWords(s HealthShare) string {
	p := float64(s.X) / float64(max(s.N, 1))
	return wholePercent(p) + " of " + visits(s.N)
}

// atLeastWords is the lower end of an interval.
func atLeastWords(s HealthShare) string { return "surely more than " + wholePercent(s.Lo) }

// coefficient writes a correlation: "0.41", "−0.12".
func coefficient(r float64) string {
	s := strconv.FormatFloat(math.Abs(r), 'f', 2, 64)
	if r < 0 && s != "0.00" {
		return "−" + s
	}
	return s
}
