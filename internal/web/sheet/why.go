package sheet

import (
	"fmt"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Why is the arithmetic of one score, ready to print: "Why 69.0?".
type Why struct {
	Score    string // "69.0%", or "not scorable"
	Level    string
	Tone     Tone
	Policy   string // what WOW points do, a whole sentence
	Weighted bool
	Wow      bool // some section offered WOW points
	Sections []WhySection
	NotAsked []string // titles of sections that were not asked
	Total    WhyTotal
	Caps     []Critical
	Others   []Critical // criticals with another effect than a cap
	Complete string     // the completeness sum, a whole sentence
	WowSum   string     // the WOW sum, a whole sentence
	Rules    []Rule
}

// WhySection is the sum of one section.
type WhySection struct {
	Number       int
	Title        string
	Rows         []WhyRow
	Wow          bool // it has WOW points in it
	Earned       string
	Possible     string
	WowEarned    string
	WowAvailable string
	Zeroed       bool
	Counted, Of  string // what enters the score
	Fraction     string // Counted ÷ Of in percent, "" when nothing was possible
	Weight       int
	Product      string // weight × fraction, "" when nothing was possible
	InSum        bool   // it is part of the last sum
}

// WhyRow is one question. Amounts of a question that does not count are "–": they are in no sum.
type WhyRow struct {
	Number, Text, Answer    string
	Counts                  bool
	Earned, Possible        string
	WowEarned, WowAvailable string
	Note                    string // why it does not count
	Ours                    bool   // the answer is in words of ours
}

// WhyTotal is the last step.
type WhyTotal struct {
	Scored      bool
	Counted, Of string
	Exact       string // the quotient in percent
	Base        string // rounded once, with all digits: "68.91%"
	Limited     string // the limit of bonus points where it held, a whole sentence
	Final       string // after caps
	Shown       string // with one decimal
	Capped      bool
}

// Rule is one step of finding the level.
type Rule struct {
	Level string
	Says  string // the rule and what it meets here
	Holds bool   // this one decided
	Past  bool   // looked at and not met
}

// NewWhy prints the arithmetic of a sealed report.
func NewWhy(p *visit.Paper, t *scoring.Trace, o Options) Why {
	s := New(p, t, o)
	w := Why{
		Score: scoreOf(t), Level: t.Total.Level.Words(), Tone: LevelTone(t.Total.Level), Policy: policyText(&t.Policy),
		Weighted: t.Policy.Weighted, Total: totalOf(t), Complete: completeText(t), WowSum: wowText(t), Rules: rulesOf(t),
	}
	for i := range s.Sections {
		sec := whySection(&s.Sections[i], t)
		w.Wow = w.Wow || sec.Wow
		w.Sections = append(w.Sections, sec)
	}
	for _, it := range s.NotAsked {
		w.NotAsked = append(w.NotAsked, it.Text)
	}
	for i, c := range s.Criticals {
		if t.Criticals[i].Effect == programme.CapVisit {
			w.Caps = append(w.Caps, c)
			continue
		}
		w.Others = append(w.Others, c)
	}
	return w
}

func scoreOf(t *scoring.Trace) string {
	if t.Total.FinalBP == nil {
		return "not scorable"
	}
	return kit.Percent(*t.Total.FinalBP)
}

func policyText(p *scoring.TracePolicy) string {
	switch p.Wow {
	case programme.WowBonus:
		return "WOW points are added to the points earned, never to the possible ones. The score ends at " + kit.Percent(p.BonusCapBP) + "."
	case programme.WowExpected:
		return "WOW points count on both sides: earned and possible. A missed WOW costs score."
	case programme.WowSeparate:
	}
	return "WOW points stay outside the score. They only say whether the visit can be WOW."
}

func whySection(s *Section, t *scoring.Trace) WhySection {
	out := WhySection{Number: s.Number, Title: s.Title}
	for i := range t.Sections {
		if t.Sections[i].Section == s.ID {
			out.sums(&t.Sections[i], t.Policy.Weighted)
		}
	}
	items := map[string]*Item{}
	for _, list := range [][]Item{s.Items, s.NotAsked} {
		for i := range list {
			items[list[i].ID] = &list[i]
		}
	}
	for i := range t.Questions { // in the order of the checklist, asked or not
		mark := &t.Questions[i]
		it, here := items[mark.Question]
		if !here || zero(mark.Possible) && zero(mark.WowAvailable) {
			continue // elsewhere, or without points whatever is answered
		}
		out.Rows = append(out.Rows, whyRow(it, mark))
		out.Wow = out.Wow || !zero(mark.WowAvailable)
	}
	return out
}

func (w *WhySection) sums(t *scoring.SectionTrace, weighted bool) {
	w.Earned, w.Possible = amount(t.Earned), amount(t.Possible)
	w.WowEarned, w.WowAvailable = amount(t.WowEarned), amount(t.WowAvailable)
	w.Zeroed, w.Weight = t.Zeroed, t.Weight
	w.Counted, w.Of = amount(t.Counted), amount(t.Of)
	w.InSum = t.Fraction != "" || !weighted && !zero(t.Counted) // WOW points alone are a bonus, too
	if t.Fraction != "" {
		w.Fraction, w.Product = share(t.Fraction), times(t.Weight, t.Fraction)
	}
}

// nothing stands where an amount is in no sum.
const nothing = "–"

func whyRow(it *Item, t *scoring.QuestionTrace) WhyRow {
	r := WhyRow{
		Number: it.Number, Text: it.Text, Answer: it.Answer, Ours: it.Ours, Counts: t.Counts,
		Earned: nothing, Possible: nothing, WowEarned: nothing, WowAvailable: nothing,
	}
	if !t.Counts {
		r.Note = t.Why
		return r
	}
	if !zero(t.Possible) {
		r.Earned, r.Possible = amount(t.Earned), amount(t.Possible)
	}
	if !zero(t.WowAvailable) {
		r.WowEarned, r.WowAvailable = amount(t.WowEarned), amount(t.WowAvailable)
	}
	return r
}

func totalOf(t *scoring.Trace) WhyTotal {
	out := WhyTotal{Counted: amount(t.Total.Counted), Of: amount(t.Total.Of)}
	if t.Total.BaseBP == nil || t.Total.FinalBP == nil {
		return out
	}
	out.Scored = true
	out.Exact = quotient(t.Total.Counted, t.Total.Of)
	out.Base, out.Final, out.Shown = twoPlaces(*t.Total.BaseBP), twoPlaces(*t.Total.FinalBP), kit.Percent(*t.Total.FinalBP)
	out.Capped = *t.Total.FinalBP != *t.Total.BaseBP
	if limit := share(t.Total.Score); limit != out.Exact {
		out.Limited = "WOW points lift a visit to " + limit + " at most."
	}
	return out
}

func completeText(t *scoring.Trace) string {
	c := &t.Completeness
	if c.BP == nil {
		return "No question with points applied, so there is nothing to be complete about."
	}
	return fmt.Sprintf("%s of %s points that applied were answered: %s complete.", amount(c.Answered), amount(c.Applicable), kit.Percent(*c.BP))
}

func wowText(t *scoring.Trace) string {
	if zero(t.Wow.Available) {
		return "No WOW points were on offer."
	}
	return fmt.Sprintf("%s of %s WOW points earned: %s.", amount(t.Wow.Earned), amount(t.Wow.Available), ratio(t.Wow.Earned, t.Wow.Available))
}

// rulesOf lists the rules of the level in their order; the first that holds decides.
func rulesOf(t *scoring.Trace) []Rule {
	p, total := &t.Policy, &t.Total
	final := "There is no score."
	if total.FinalBP != nil {
		final = "It scored " + kit.Percent(*total.FinalBP) + "."
	}
	rules := []Rule{
		{Level: scoring.NotScorable.Words(), Says: notScorableText(t)},
		{Level: scoring.Failed.Words(), Says: "When a critical fails the visit. " + failedText(t)},
		{Level: scoring.WOW.Words(), Says: fmt.Sprintf("From %s, with at least %s of the WOW points on offer and no critical. %s %s %s",
			kit.Percent(p.WowMinBP), kit.Percent(p.WowMinShareBP), final, wowText(t), criticalText(t))},
		{Level: scoring.Good.Words(), Says: "From " + kit.Percent(p.GoodMinBP) + ". " + final},
		{Level: scoring.Below.Words(), Says: "Everything else."},
	}
	for i := range rules {
		rules[i].Holds = rules[i].Level == total.Level.Words()
		if rules[i].Holds {
			break
		}
		rules[i].Past = true
	}
	return rules
}

func notScorableText(t *scoring.Trace) string {
	text := "When less than " + kit.Percent(t.Policy.MinCompletenessBP) + " of the points that applied were answered, or nothing was possible. "
	return text + completeText(t)
}

func failedText(t *scoring.Trace) string {
	for _, c := range t.Criticals {
		if c.Effect == programme.FailVisit {
			return "One did."
		}
	}
	return "None did."
}

func criticalText(t *scoring.Trace) string {
	if n := len(t.Criticals); n > 0 {
		return catalogue.Count(n, "critical", "criticals") + " fired."
	}
	return "No critical fired."
}
