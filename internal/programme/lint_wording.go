package programme

import "strings"

// wording looks at how a question asks.
func (l *linter) wording(q *Question, path string) {
	if q.Kind == Duration && q.Unit == UnitSeconds && q.Timer == "" {
		l.warn(path, "%s asks for seconds from memory, which nobody has. Add a timer: the shopper's tap fills it; or ask with bands as a choice.", q.ID)
	}
	if q.Kind == YesNo && doubleBarrelled(q.Text) {
		l.warn(path+".text", "%s asks two things with one answer. What should a shopper say who saw only one of them? Make it two questions.", q.ID)
	}
}

// finite are the verbs that make a clause; prepositions make a list of things behind one verb.
var (
	finite = wordSet("was were is are had has have did does do could would can will")
	linked = wordSet("of with in on at for to by from as how what that which who about without")
)

// wordSet makes a set of words.
func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// reach is how many words behind "and" a second verb may stand.
const reach = 6

// doubleBarrelled guesses whether a statement or question joins two things that can differ. It looks for "and" behind a
// verb with another verb behind it ("was offered and the rule was on it"), or with nothing but the verb's own words
// before it ("was clean and lit"); things listed behind a preposition ("free of spills and litter") are one thing. A
// question that begins with its verb joins wherever it says "and". "Or" only joins when something
// else with a verb of its own follows: "was free or could be booked" are two ways to one thing.
func doubleBarrelled(text string) bool {
	words := strings.Fields(strings.ToLower(text))
	asks := len(words) > 0 && finite[words[0]]
	verb, list := false, false
	for i, w := range words {
		bare := strings.Trim(w, ".,;:?!()'\"“”’")
		switch {
		case finite[bare]:
			verb, list = true, false
		case verb && linked[bare]:
			list = true
		case (bare == "and" || bare == "&") && verb && (asks || !list || verbWithin(words[i+1:])):
			return true
		case bare == "or" && verb && !asks && verbWithin(words[i+1:]) && !verbWithin(words[i+1:i+2]):
			return true
		}
	}
	return false
}

// verbWithin reports whether a verb follows soon.
func verbWithin(words []string) bool {
	for _, w := range words[:min(len(words), reach)] {
		if finite[strings.Trim(w, ".,;:?!()'\"“”’")] {
			return true
		}
	}
	return false
}
