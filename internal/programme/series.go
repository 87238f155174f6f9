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
	weights := slices.Clone(p.Policy.Weights)
	slices.SortFunc(weights, func(a, b SectionWeight) int { return cmp.Compare(a.Section, b.Section) })
	return seriesOf(scoreDefinition{
		Wow: p.Policy.Wow, BonusCap: p.Policy.BonusCapBP, MinCompleteness: p.Policy.MinCompleteness, Weights: weights,
		Questions: definitions(p, scores),
	})
}

// standardDefinition is what the series of a standard is the hash of. Field order is part of the hash.
type standardDefinition struct {
	Standard          string
	Met, Partial, Wow int
	Questions         []definition
}

// scoreDefinition is what the series of the score is the hash of.
type scoreDefinition struct {
	Wow                       WowPolicy
	BonusCap, MinCompleteness int
	Weights                   []SectionWeight `json:",omitempty"` // none: never mind whether nil or empty
	Questions                 []definition
}

// definition is what a question measures, in a form whose JSON is stable.
type definition struct {
	ID, Section, Stage string
	SectionShowIf      *Node
	ShowIf             *Node
	Kind               Kind
	Text               string
	Points             Points
	HasPoints, Reverse bool
	Options            []optionDefinition
	Cap                Points
	HasCap             bool
	Bands              []Band `json:",omitempty"`
	Unit               string
	ScaleLo, ScaleHi   int
	Below              string
	Good, Wow          LevelText
	NAAllowed          bool
	MustObserve        bool
	Required           bool
	Critical           *Critical
}

// optionDefinition is what an option measures.
type optionDefinition struct {
	Code, Label          string
	Points               Points
	HasPoints, Exclusive bool
	Critical             *Critical
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
		Options: optionDefinitions(q.Options), Cap: q.Cap, HasCap: q.HasCap, Bands: q.Bands, Unit: q.Unit,
		ScaleLo: q.ScaleLo, ScaleHi: q.ScaleHi, Below: wording(q.Below), Good: q.Good.wording(), Wow: q.Wow.wording(),
		NAAllowed: q.NAAllowed, MustObserve: q.MustObserve, Required: q.Required, Critical: q.Critical.sorted(),
	}
}

// optionDefinitions gives the options by code.
func optionDefinitions(options []Option) []optionDefinition {
	all := make([]optionDefinition, len(options))
	for i, o := range options {
		all[i] = optionDefinition{
			Code: o.Code, Label: wording(o.Label), Points: o.Points, HasPoints: o.HasPoints, Exclusive: o.Exclusive,
			Critical: o.Critical.sorted(),
		}
	}
	slices.SortFunc(all, func(a, b optionDefinition) int { return cmp.Compare(a.Code, b.Code) })
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

// sorted gives the critical with its answers in a fixed order.
func (c *Critical) sorted() *Critical {
	if c == nil {
		return nil
	}
	s := *c
	s.When = slices.Sorted(slices.Values(c.When))
	return &s
}

// wording evens out spaces, which change no meaning.
func wording(s string) string { return strings.Join(strings.Fields(s), " ") }

// wording evens out the spaces of a level's text.
func (l LevelText) wording() LevelText {
	l.Text = wording(l.Text)
	return l
}
