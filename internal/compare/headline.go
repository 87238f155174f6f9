package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/catalogue"
)

// Headline is the head of the page. Its counts are those of the tables below it.
type Headline struct {
	Branches  int // shown
	Visits    int // with a score, to branches shown
	Scores    States
	Outcomes  States // branch by standard
	Sentences []string
}

// Text is the sentences as one paragraph.
func (h Headline) Text() string { return strings.Join(h.Sentences, " ") }

func (r *Result) headline() Headline {
	h := Headline{Branches: len(r.Branches)}
	for _, b := range r.Branches {
		h.Visits += b.Score.N
		h.Scores.add(b.Score.Status)
		for _, o := range b.Outcomes {
			h.Outcomes.add(o.Status)
		}
	}
	return r.saying(h)
}

// saying puts the counts of a headline into words.
func (r *Result) saying(h Headline) Headline {
	h.say(fmt.Sprintf("%s, %s.", catalogue.Count(h.Branches, "branch", "branches"), visits(h.Visits)))
	if h.Visits > 0 {
		h.say(h.judged(r.TargetBP), r.difference(), r.worstSentence())
	}
	if h.Visits > 0 || h.Outcomes.told() {
		h.say(h.standards(len(r.Standards)))
	}
	return h
}

func (h *Headline) say(sentences ...string) {
	for _, s := range sentences {
		if s != "" {
			h.Sentences = append(h.Sentences, s)
		}
	}
}

// judged says how many branches are clearly below or above the target of the score.
func (h *Headline) judged(targetBP int) string {
	s := h.Scores
	if targetBP <= 0 {
		return ""
	}
	target, rest := Percent(targetBP), h.Branches-s.Below-s.Meets
	switch {
	case s.Below == 0 && s.Meets == 0:
		return fmt.Sprintf("For none of them can the visits tell whether it is below or above %s.", target)
	case s.Below == 0:
		return fmt.Sprintf("%s clearly above the standard of %s, none clearly below.%s", branchesAre(s.Meets), target, forTheRest(rest))
	case s.Meets == 0:
		return fmt.Sprintf("%s clearly below the standard of %s, none clearly above.%s", branchesAre(s.Below), target, forTheRest(rest))
	}
	return fmt.Sprintf("%s clearly below the standard of %s; %s clearly above.%s",
		branchesAre(s.Below), target, are(s.Meets), forTheRest(rest))
}

func forTheRest(rest int) string {
	if rest == 0 {
		return ""
	}
	return " For the rest the visits so far cannot tell."
}

func branchesAre(n int) string {
	if n == 1 {
		return "One branch is"
	}
	return fmt.Sprintf("%d branches are", n)
}

func are(n int) string {
	if n == 1 {
		return "one is"
	}
	return fmt.Sprintf("%d are", n)
}

// difference says how much of what is seen between branches is real.
func (r *Result) difference() string {
	switch {
	case r.Model.Level < LevelB:
		return ""
	case r.Model.Alike:
		return "The branches differ no more than visits of one branch do."
	}
	return fmt.Sprintf("About %s of the differences you see are real.", wholePercent(r.Model.Rankability))
}

// worstSentence says how many can be named among the worst tenth, and why not more.
func (r *Result) worstSentence() string {
	ranked, typical := r.typicalVisits()
	part := ranked / 10
	if part == 0 || r.Model.Alike {
		return ""
	}
	few, group := areVisits(typical)+" too few to say.", fmt.Sprintf("among the worst %d", part)
	if part == 1 {
		group = "the worst"
	}
	switch {
	case len(r.Worst) == 0:
		return fmt.Sprintf("No branch can be named %s: %s", group, few)
	case len(r.Worst) == 1:
		return fmt.Sprintf("One branch is probably %s. For the others %s", group, few)
	}
	return fmt.Sprintf("%d branches are probably %s. For the others %s", len(r.Worst), group, few)
}

func areVisits(n int) string {
	if n == 1 {
		return "1 visit is"
	}
	return fmt.Sprintf("%d visits are", n)
}

// typicalVisits is how many branches have a place, and the median of their visits.
func (r *Result) typicalVisits() (ranked, median int) {
	var all []int
	for _, b := range r.Branches {
		if b.Score.HasPlace {
			all = append(all, b.Score.N)
		}
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return len(all), all[(len(all)-1)/2]
}

// standards counts the states of the heat map.
func (h *Headline) standards(standards int) string {
	s := h.Outcomes
	all := h.Branches * standards
	if all == 0 {
		return ""
	}
	met := s.Meets + s.WOW + s.NoBreach
	text := fmt.Sprintf("Of %s on %s, %s the standard",
		catalogue.Count(all, "result", "results"), catalogue.Count(standards, "standard", "standards"), noneOr(met, "none meets", "meets", "meet"))
	if s.WOW > 0 {
		text += fmt.Sprintf(" (%d at WOW level)", s.WOW)
	}
	text += fmt.Sprintf(", %s below it", noneOr(s.Below, "none is", "is", "are"))
	if s.Breach > 0 {
		text += fmt.Sprintf(", %d %s", s.Breach, plural(s.Breach, "breaches it", "breach it"))
	}
	if rest := s.CannotTell + s.TooFew + s.Unjudged; rest > 0 {
		text += fmt.Sprintf("; for %d the visits cannot tell", rest)
	}
	return text + "."
}

// noneOr is a number with its verb; people say none, not 0.
func noneOr(n int, none, one, many string) string {
	if n == 0 {
		return none
	}
	return strconv.Itoa(n) + " " + plural(n, one, many)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
