package programme

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Series names the definition of a standard: 12 hex characters that change exactly when what the standard measures
// does, which is its witnessing questions (their words, points, options, bands, conditions, criticals) and its shares
// for met, partial and WOW. Title, reason, targets, weight and criticality are not in it, nor is the order of
// questions, sections or options: after such a change old and new visits may still be counted together.
// It is "" for a standard that the programme does not have.
func Series(p *Programme, standard string) string {
	s, ok := p.Standard(standard)
	if !ok {
		return ""
	}
	return seriesOf(standardDefinition{
		Standard: s.ID, Met: s.MetShareBP, Partial: s.PartialShareBP, Wow: s.WowShareBP,
		Questions: definitions(p, func(q *Question) bool { return q.Standard == standard }),
	})
}

// ScoreSeries names the definition of the visit's score: all scored questions, the score policy and the section
// weights. Scores of two visits may be compared when their ScoreSeries is the same.
func ScoreSeries(p *Programme) string {
	return seriesOf(scoreDefinition{
		Wow: p.Policy.Wow, BonusCap: p.Policy.BonusCapBP, MinCompleteness: p.Policy.MinCompleteness,
		Weights:   weightDefinitions(p.Policy.Weights),
		Questions: definitions(p, scores),
	})
}

// standardDefinition is what the series of a standard is the hash of. Names and order of the fields are part of the
// hash of every visit that was ever counted: they stay as they are.
type standardDefinition struct {
	Standard  string       `json:"standard"`
	Met       int          `json:"met"`
	Partial   int          `json:"partial"`
	Wow       int          `json:"wow"`
	Questions []definition `json:"questions"`
}

// scoreDefinition is what the series of the score is the hash of.
type scoreDefinition struct {
	Wow             WowPolicy          `json:"wow"`
	BonusCap        int                `json:"bonus_cap"`
	MinCompleteness int                `json:"min_completeness"`
	Weights         []weightDefinition `json:"weights"`
	Questions       []definition       `json:"questions"`
}

// weightDefinition is the weight of a section.
type weightDefinition struct {
	Section string `json:"section"`
	Weight  int    `json:"weight"`
}

// definition is what a question measures, in a form whose JSON is stable. What is not set is left out.
type definition struct {
	ID            string              `json:"id"`
	Section       string              `json:"section"`
	Stage         string              `json:"stage,omitempty"`
	SectionShowIf *Node               `json:"section_show_if,omitempty"`
	ShowIf        *Node               `json:"show_if,omitempty"`
	Kind          Kind                `json:"kind"`
	Text          string              `json:"text"`
	Points        Points              `json:"points"`
	HasPoints     bool                `json:"has_points,omitempty"`
	Reverse       bool                `json:"reverse,omitempty"`
	Options       []optionDefinition  `json:"options,omitempty"`
	Cap           Points              `json:"cap,omitempty"`
	HasCap        bool                `json:"has_cap,omitempty"`
	Bands         []bandDefinition    `json:"bands,omitempty"`
	Unit          string              `json:"unit,omitempty"`
	Scale         [2]int              `json:"scale"`
	Below         string              `json:"below,omitempty"`
	Good          *levelDefinition    `json:"good,omitempty"`
	Wow           *levelDefinition    `json:"wow,omitempty"`
	NAAllowed     bool                `json:"na_allowed,omitempty"`
	MustObserve   bool                `json:"must_observe,omitempty"`
	Required      bool                `json:"required,omitempty"`
	Critical      *criticalDefinition `json:"critical,omitempty"`
}

// optionDefinition is what an option measures.
type optionDefinition struct {
	Code      string              `json:"code"`
	Label     string              `json:"label"`
	Points    Points              `json:"points"`
	HasPoints bool                `json:"has_points,omitempty"`
	Exclusive bool                `json:"exclusive,omitempty"`
	Critical  *criticalDefinition `json:"critical,omitempty"`
}

// bandDefinition is what a band measures.
type bandDefinition struct {
	UpTo   Decimal `json:"up_to"`
	Open   bool    `json:"open,omitempty"`
	Points Points  `json:"points"`
}

// levelDefinition is what a level asks for.
type levelDefinition struct {
	Text   string `json:"text"`
	Points Points `json:"points"`
}

// criticalDefinition is what must not fail.
type criticalDefinition struct {
	When    []string `json:"when,omitempty"`
	Effect  Effect   `json:"effect"`
	Cap     int      `json:"cap,omitempty"`
	Section string   `json:"section,omitempty"`
}

// seriesOf is the short hash of a definition. Its parts are plain data, so that Marshal cannot fail.
func seriesOf[T standardDefinition | scoreDefinition](d T) string {
	b, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// definitions gives the wanted questions by id: the order of a checklist measures nothing.
func definitions(p *Programme, want func(*Question) bool) []definition {
	var all []definition
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			if q := &p.Sections[i].Questions[j]; want(q) {
				all = append(all, define(&p.Sections[i], q))
			}
		}
	}
	slices.SortFunc(all, func(a, b definition) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// define takes from a question what it measures. Hints, comments, photos and timers help, and measure nothing.
func define(s *Section, q *Question) definition {
	return definition{
		ID: q.ID, Section: s.ID, Stage: s.Stage, SectionShowIf: s.ShowIf.root(), ShowIf: q.ShowIf.root(),
		Kind: q.Kind, Text: wording(q.Text), Points: q.Points, HasPoints: q.HasPoints, Reverse: q.Reverse,
		Options: optionDefinitions(q.Options), Cap: q.Cap, HasCap: q.HasCap, Bands: bandDefinitions(q.Bands), Unit: q.Unit,
		Scale: [2]int{q.ScaleLo, q.ScaleHi}, Below: wording(q.Below), Good: q.Good.definition(), Wow: q.Wow.definition(),
		NAAllowed: q.NAAllowed, MustObserve: q.MustObserve, Required: q.Required, Critical: q.Critical.definition(),
	}
}

// optionDefinitions gives the options by code.
func optionDefinitions(options []Option) []optionDefinition {
	all := make([]optionDefinition, len(options))
	for i, o := range options {
		all[i] = optionDefinition{
			Code: o.Code, Label: wording(o.Label), Points: o.Points, HasPoints: o.HasPoints, Exclusive: o.Exclusive,
			Critical: o.Critical.definition(),
		}
	}
	slices.SortFunc(all, func(a, b optionDefinition) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

// bandDefinitions gives the bands in their order, which means something.
func bandDefinitions(bands []Band) []bandDefinition {
	all := make([]bandDefinition, len(bands))
	for i, b := range bands {
		all[i] = bandDefinition(b)
	}
	return all
}

// weightDefinitions gives the weights by section.
func weightDefinitions(weights []SectionWeight) []weightDefinition {
	all := make([]weightDefinition, len(weights))
	for i, w := range weights {
		all[i] = weightDefinition(w)
	}
	slices.SortFunc(all, func(a, b weightDefinition) int { return cmp.Compare(a.Section, b.Section) })
	return all
}

// scores reports whether a question can earn points of either kind, or fire a critical.
func scores(q *Question) bool {
	switch q.Kind {
	case YesNo, Choice, Multi, Number, Duration, Money, LevelKind, WowKind:
		return true
	case Rating:
		return q.HasPoints
	case Text, Time, Date, Photo, Receipt, StaffName, Attention:
	}
	return false
}

// root gives the checked tree, so that spaces and brackets of the source do not matter.
func (c *Condition) root() *Node {
	if c == nil {
		return nil
	}
	return &c.Root
}

// definition gives the critical with its answers in a fixed order.
func (c *Critical) definition() *criticalDefinition {
	if c == nil {
		return nil
	}
	return &criticalDefinition{When: slices.Sorted(slices.Values(c.When)), Effect: c.Effect, Cap: c.CapBP, Section: c.Section}
}

// definition is nil for a level that the question does not have.
func (l LevelText) definition() *levelDefinition {
	if !l.Set {
		return nil
	}
	return &levelDefinition{Text: wording(l.Text), Points: l.Points}
}

// wording evens out spaces, which change no meaning.
func wording(s string) string { return strings.Join(strings.Fields(s), " ") }
