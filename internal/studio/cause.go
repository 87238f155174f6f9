package studio

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/programme"
)

// CauseKind says which part of a draft a cause is.
type CauseKind string

// The parts of a draft that can change what past visits come to. A group is all changed questions of one section, where
// there are too many to try each by itself; the rest is everything that is left.
const (
	QuestionCause CauseKind = "question"
	SectionCause  CauseKind = "section" // when a section is asked
	PolicyCause   CauseKind = "policy"  // WOW policy, completeness, section weights
	LevelsCause   CauseKind = "levels"  // what a visit needs to be Good or WOW
	RuleCause     CauseKind = "rule"    // shares of points that count as met, of one standard
	TargetCause   CauseKind = "target"  // of one standard; moves verdicts only
	GroupCause    CauseKind = "group"
	RestCause     CauseKind = "rest"
)

// Cause is one changed part of the draft and what it does by itself. By itself means: the published version with nothing
// but this part as in the draft, over the same visits. Its numbers are whole: sums over visits of basis points, and
// visits. What several parts do only jointly is in WhatIf.Together, so that all scores add up to the whole.
type Cause struct {
	Kind  CauseKind
	ID    string   // of the question, section or standard; "" for the others
	Label string   // the question's text, the section's or the standard's title, "" for the others
	How   []string // what changes
	New   bool     // a question that the published version does not ask
	Gone  bool     // one that the draft does not ask

	Moved     int64       // Σ basis points by which it moves the scores of WhatIf.Score.Visits
	Levels    []LevelMove // visits that get the draft's level by this part alone
	Releveled int         // their sum
	Unscored  int         // visits that lose their score by this part alone
	Met       []CauseMet  // by standard, where it moves one
	Verdicts  int         // branches and standards that get the draft's state by this part alone
}

// CauseMet is by how many visits a part by itself moves one standard: of N visits counted, X met it.
type CauseMet struct {
	Standard string
	N, X     int
}

// Together is what no part does by itself: what is left of the whole when all parts have been tried one at a time.
type Together struct {
	Moved     int64 // Σ basis points
	Releveled int   // visits
	Verdicts  int
}

// suspect is a cause before anything was tried: the questions and other parts that its hybrid takes from the draft.
type suspect struct {
	Cause
	questions map[string]bool
	sections  map[string]bool
	policy    bool
	levels    bool
	rules     map[string]bool // standards
}

// mostScorings bounds what finding causes may cost: past visits times parts that are tried.
const mostScorings = 800_000

// leastAlone is how many parts are tried one by one however many visits there are, and mostAlone at most.
const (
	leastAlone = 8
	mostAlone  = 120
)

// suspects lists every part in which the draft scores otherwise than the published version, in the draft's order. None:
// the draft scores every visit as it was scored. With very many changed questions those of a section are one part.
func suspects(published, draft *programme.Programme, visits int) []*suspect {
	all := slices.Concat(questionSuspects(published, draft), sectionSuspects(published, draft), frameSuspects(published, draft))
	most := min(max(mostScorings/max(visits, 1), leastAlone), mostAlone)
	if len(all) > most {
		all = grouped(all, published, draft)
	}
	if len(all) > most {
		all = []*suspect{joined(all, Cause{Kind: RestCause})}
	}
	return all
}

// questionSuspects are questions that are new, gone, or scored otherwise.
func questionSuspects(published, draft *programme.Programme) []*suspect {
	counts := counting(published, draft)
	was := map[string]witness{}
	for _, q := range witnesses(published, counts) {
		was[q.ID] = q
	}
	var all []*suspect
	add := func(q witness, c Cause) {
		c.Kind, c.ID, c.Label = QuestionCause, q.ID, q.Text
		all = append(all, &suspect{Cause: c, questions: map[string]bool{q.ID: true}})
	}
	for _, q := range witnesses(draft, counts) {
		old, ok := was[q.ID]
		delete(was, q.ID)
		switch {
		case !ok:
			add(q, Cause{New: true, How: []string{"it is new"}})
		case !reflect.DeepEqual(measure(old), measure(q)):
			add(q, Cause{How: measured(old, q)})
		}
	}
	for _, q := range witnesses(published, counts) {
		if _, gone := was[q.ID]; gone {
			add(q, Cause{Gone: true, How: []string{"it is gone"}})
		}
	}
	return all
}

// counting tells whether a question can matter to any score: it brings points, fires a critical, or a condition of
// either version looks at it.
func counting(all ...*programme.Programme) func(*programme.Question) bool {
	asked := map[string]bool{}
	matters := map[string]bool{}
	for _, p := range all {
		for i := range p.Sections {
			lookedAt(p.Sections[i].ShowIf, asked)
			for j := range p.Sections[i].Questions {
				q := &p.Sections[i].Questions[j]
				lookedAt(q.ShowIf, asked)
				if q.Scored() || q.Critical != nil {
					matters[q.ID] = true
				}
			}
		}
	}
	return func(q *programme.Question) bool { return matters[q.ID] || asked[q.ID] }
}

// lookedAt notes what a condition asks.
func lookedAt(c *programme.Condition, into map[string]bool) {
	if c != nil {
		subjects(&c.Root, into)
	}
}

func subjects(n *programme.Node, into map[string]bool) {
	if n.Subject != "" {
		into[n.Subject] = true
	}
	for i := range n.Nodes {
		subjects(&n.Nodes[i], into)
	}
}

// measuredQuestion is what of a question can change a score.
type measuredQuestion struct {
	question programme.Question
	shows    programme.Node
	section  string
}

// measure leaves out words, and what helps to answer.
func measure(q witness) measuredQuestion {
	m := measuredQuestion{question: *q.Question, section: q.section.ID}
	if q.ShowIf != nil {
		m.shows = q.ShowIf.Root
	}
	x := &m.question
	x.ShowIf, x.Comment = nil, nil
	x.Text, x.Hint, x.Below, x.Good.Text, x.Wow.Text, x.Timer = "", "", "", "", "", ""
	x.Evidence, x.Perishable, x.Vault, x.Thanks, x.Required, x.MinChars = "", false, false, false, false, 0
	x.Options = slices.Clone(x.Options)
	for i := range x.Options {
		x.Options[i].Label = ""
	}
	return m
}

// measured says in what the measures of two questions differ.
func measured(was, is witness) []string {
	all := reasons(was, is)
	if was.Standard != is.Standard {
		all = append(all, "it speaks for "+orNone(is.Standard)+" now and spoke for "+orNone(was.Standard))
	}
	if len(all) == 0 {
		all = append(all, "what its answers count changes")
	}
	return all
}

func orNone(standard string) string {
	if standard == "" {
		return "no standard"
	}
	return standard
}

// sectionSuspects are sections of both versions that are asked in other cases.
func sectionSuspects(published, draft *programme.Programme) []*suspect {
	var all []*suspect
	for i := range draft.Sections {
		s := &draft.Sections[i]
		if was, ok := published.Section(s.ID); ok && !reflect.DeepEqual(rootOf(was.ShowIf), rootOf(s.ShowIf)) {
			all = append(all, &suspect{
				Cause:    Cause{Kind: SectionCause, ID: s.ID, Label: s.Title, How: []string{"when it is asked changes"}},
				sections: map[string]bool{s.ID: true},
			})
		}
	}
	return all
}

func rootOf(c *programme.Condition) programme.Node {
	if c == nil {
		return programme.Node{}
	}
	return c.Root
}

// frameSuspects are what belongs to no question: the policy, the levels, and the rules of standards.
func frameSuspects(published, draft *programme.Programme) []*suspect {
	var all []*suspect
	if !samePolicy(&published.Policy, &draft.Policy) {
		all = append(all, &suspect{Cause: Cause{Kind: PolicyCause, How: policyChanges(published, draft)}, policy: true})
	}
	if published.Levels != draft.Levels {
		all = append(all, &suspect{Cause: Cause{Kind: LevelsCause, How: levelChanges(published, draft)}, levels: true})
	}
	for i := range draft.Standards {
		s := &draft.Standards[i]
		was, ok := published.Standard(s.ID)
		if how := ruleChanges(was, s); ok && len(how) > 0 {
			all = append(all, &suspect{
				Cause: Cause{Kind: RuleCause, ID: s.ID, Label: s.Title, How: how}, rules: map[string]bool{s.ID: true},
			})
		}
	}
	return all
}

// samePolicy compares how visits are scored; the order of weights means nothing.
func samePolicy(a, b *programme.Policy) bool {
	return a.Wow == b.Wow && a.BonusCapBP == b.BonusCapBP && a.MinCompleteness == b.MinCompleteness && maps.Equal(weightsBy(a), weightsBy(b))
}

func weightsBy(p *programme.Policy) map[string]int {
	all := map[string]int{}
	for _, w := range p.Weights {
		all[w.Section] = w.Weight
	}
	return all
}

// grouped joins changed questions by the section that they stand in.
func grouped(all []*suspect, published, draft *programme.Programme) []*suspect {
	by := map[string][]*suspect{}
	var order []string
	var out []*suspect
	for _, s := range all {
		section := s.ID
		if s.Kind == QuestionCause {
			section = sectionOf(s.ID, draft, published)
		} else if s.Kind != SectionCause {
			out = append(out, s)
			continue
		}
		if by[section] == nil {
			order = append(order, section)
		}
		by[section] = append(by[section], s)
	}
	var groups []*suspect
	for _, id := range order {
		label := ""
		for _, p := range []*programme.Programme{published, draft} {
			if s, ok := p.Section(id); ok {
				label = s.Title
			}
		}
		groups = append(groups, joined(by[id], Cause{Kind: GroupCause, ID: id, Label: label}))
	}
	return append(groups, out...)
}

// sectionOf is the section of a question in the first version that asks it.
func sectionOf(question string, all ...*programme.Programme) string {
	for _, p := range all {
		if _, s, ok := p.Question(question); ok {
			return s.ID
		}
	}
	return ""
}

// joined makes one suspect of several.
func joined(all []*suspect, c Cause) *suspect {
	out := &suspect{Cause: c, questions: map[string]bool{}, sections: map[string]bool{}, rules: map[string]bool{}}
	for _, s := range all {
		maps.Copy(out.questions, s.questions)
		maps.Copy(out.sections, s.sections)
		maps.Copy(out.rules, s.rules)
		out.policy, out.levels = out.policy || s.policy, out.levels || s.levels
	}
	if n := len(out.questions); n > 0 {
		out.How = append(out.How, catalogue.Count(n, "changed question", "changed questions")+": "+strings.Join(slices.Sorted(maps.Keys(out.questions)), ", "))
	}
	return out
}

// byWeight puts the causes first that move most: visits that change level, then verdicts, then the score.
func byWeight(a, b Cause) int {
	return cmp.Or(cmp.Compare(b.Releveled, a.Releveled), cmp.Compare(b.Verdicts, a.Verdicts), cmp.Compare(abs(b.Moved), abs(a.Moved)), cmp.Compare(b.Unscored, a.Unscored))
}

func abs(n int64) int64 { return max(n, -n) }
