package programme

import (
	"encoding/json"
	"slices"
)

// Phone is a checklist as the phone has it: enough to ask, to show and hide, and to tell what is missing, with the same
// outcome as here, and nothing about points beyond which answers want words or a photo. It is what static/js/checklist.js
// reads.
type Phone struct {
	Sections []PhoneSection `json:"sections"`
	Stages   []PhoneStage   `json:"stages"` // that the scenario has, in order
	Taps     []Tap          `json:"taps"`
}

// PhoneStage is a part of the visit that is sent by itself.
type PhoneStage struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// PhoneSection is a section.
type PhoneSection struct {
	ID        string          `json:"id"`
	Title     string          `json:"title"`
	Stage     string          `json:"stage"` // in which it is asked, "" without stages
	Show      *Node           `json:"show,omitempty"`
	Questions []PhoneQuestion `json:"questions"`
}

// PhoneQuestion is a question.
type PhoneQuestion struct {
	ID         string        `json:"id"`
	Text       string        `json:"text"`
	Kind       Kind          `json:"kind"`
	Show       *Node         `json:"show,omitempty"`
	Required   bool          `json:"required,omitempty"`
	NA         bool          `json:"na,omitempty"`           // "does not apply" is an answer
	NotSeen    bool          `json:"not_seen,omitempty"`     // "not observed" is an answer
	MustSee    bool          `json:"must_observe,omitempty"` // as in the file
	Options    []PhoneOption `json:"options,omitempty"`
	Unit       string        `json:"unit,omitempty"`
	Scale      []int         `json:"scale,omitempty"` // lowest and highest step
	MinChars   int           `json:"min_chars,omitempty"`
	Comment    *PhoneComment `json:"comment,omitempty"`
	Photo      EvidencePhoto `json:"photo,omitempty"`
	Fails      *PhoneFails   `json:"fails,omitempty"`
	Timer      string        `json:"timer,omitempty"`
	Perishable bool          `json:"perishable,omitempty"`
	Privacy    string        `json:"privacy,omitempty"` // "vault": kept apart, expires
}

// PhoneOption is a possible answer; questions of the kinds with words of their own have them too.
type PhoneOption struct {
	Code      string `json:"code"`
	Label     string `json:"label"`
	Exclusive bool   `json:"exclusive,omitempty"`
}

// PhoneComment says which answers want words.
type PhoneComment struct {
	When PhoneWhen `json:"when"`
	Fail bool      `json:"fail,omitempty"`
	Min  int       `json:"min,omitempty"` // characters
}

// PhoneWhen is a list of answers, or all of them: "*" on the wire.
type PhoneWhen struct {
	All   bool
	Codes []string
}

// MarshalJSON gives "*" or the list.
func (w PhoneWhen) MarshalJSON() ([]byte, error) {
	if w.All {
		return []byte(`"*"`), nil
	}
	return json.Marshal(append([]string{}, w.Codes...))
}

// PhoneFails says which answers earn less than the question offers. One of its rules is set: an answer out of Codes; a
// number under Under; the first band that takes the number, when it says so; or chosen options whose Points add up to
// less than Need, where an exclusive one counts alone. Numbers are ten-thousandths, points hundredths.
type PhoneFails struct {
	Codes  []string          `json:"codes,omitempty"`
	Under  *Decimal          `json:"under,omitempty"`
	Bands  []PhoneBand       `json:"bands,omitempty"`
	Points map[string]Points `json:"points,omitempty"`
	Need   Points            `json:"need,omitempty"`
}

// PhoneBand is a band of numbers; the last has no limit.
type PhoneBand struct {
	UpTo  *Decimal `json:"up_to,omitempty"`
	Fails bool     `json:"fails,omitempty"`
}

// PhoneForm gives the phone's form of a checklist for a scenario. Sections that the scenario can never see are left out.
func PhoneForm(p *Programme, scenario string) Phone {
	out := Phone{Sections: []PhoneSection{}, Stages: []PhoneStage{}, Taps: append([]Tap{}, Taps(p)...)}
	for _, s := range StagesOf(p, scenario) {
		out.Stages = append(out.Stages, PhoneStage{s.ID, s.Title})
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		if !possible(s.ShowIf, scenario) {
			continue
		}
		ps := PhoneSection{ID: s.ID, Title: s.Title, Stage: StageOf(p, scenario, s), Show: rootOf(s.ShowIf), Questions: []PhoneQuestion{}}
		for j := range s.Questions {
			ps.Questions = append(ps.Questions, phoneQuestion(&s.Questions[j]))
		}
		out.Sections = append(out.Sections, ps)
	}
	return out
}

func rootOf(c *Condition) *Node {
	if c == nil {
		return nil
	}
	return &c.Root
}

func phoneQuestion(q *Question) PhoneQuestion {
	out := PhoneQuestion{
		ID: q.ID, Text: q.Text, Kind: q.Kind, Show: rootOf(q.ShowIf), Required: q.Required, NA: q.NAAllowed, NotSeen: q.MayBeNotObserved(), MustSee: q.MustObserve,
		Options: phoneOptions(q), Unit: q.Unit, MinChars: q.MinChars, Photo: q.Evidence, Fails: phoneFails(q), Timer: q.Timer, Perishable: q.Perishable,
	}
	if q.Kind == Rating {
		out.Scale = []int{q.ScaleLo, q.ScaleHi}
	}
	if c := q.Comment; c != nil {
		out.Comment = &PhoneComment{When: PhoneWhen{All: c.Always, Codes: c.When}, Fail: c.OnFail, Min: c.MinChars}
	}
	if q.Vault {
		out.Privacy = "vault"
	}
	return out
}

// phoneOptions lists the answers that have words.
func phoneOptions(q *Question) []PhoneOption {
	var out []PhoneOption
	for _, o := range q.Options {
		out = append(out, PhoneOption{o.Code, o.Label, o.Exclusive})
	}
	switch q.Kind {
	case YesNo, WowKind:
		return []PhoneOption{{Code: Yes, Label: "Yes"}, {Code: No, Label: "No"}}
	case LevelKind:
		texts := map[string]string{AnswerBelow: q.Below, AnswerGood: q.Good.Text, AnswerWow: q.Wow.Text}
		for _, code := range levelCodes(q) {
			out = append(out, PhoneOption{Code: code, Label: texts[code]})
		}
	case Choice, Multi, Rating, Number, Duration, Money, Text, Time, Date, Photo, Receipt, StaffName, Attention:
	}
	return out
}

// phoneFails says which answers fail, nil when none does.
func phoneFails(q *Question) *PhoneFails {
	switch q.Kind {
	case YesNo, Choice, LevelKind:
		codes := slices.DeleteFunc(slices.Clone(q.Codes()), func(c string) bool { return !Fails(q, Answer{State: Answered, Text: c}) })
		if len(codes) > 0 {
			return &PhoneFails{Codes: codes}
		}
	case Rating:
		if q.HasPoints && q.Points > 0 {
			top := Decimal(q.ScaleHi) * DecimalOne
			return &PhoneFails{Under: &top}
		}
	case Number, Duration, Money:
		return bandFails(q)
	case Multi:
		return optionFails(q)
	case WowKind, Text, Time, Date, Photo, Receipt, StaffName, Attention:
	}
	return nil
}

func bandFails(q *Question) *PhoneFails {
	if len(q.Bands) == 0 {
		return nil
	}
	out, best := &PhoneFails{}, bestBand(q)
	for _, b := range q.Bands {
		pb := PhoneBand{Fails: b.Points < best}
		if !b.Open {
			limit := b.UpTo
			pb.UpTo = &limit
		}
		out.Bands = append(out.Bands, pb)
	}
	return out
}

func optionFails(q *Question) *PhoneFails {
	need := multiPossible(q)
	if !q.Scored() || need <= 0 {
		return nil
	}
	out := &PhoneFails{Points: map[string]Points{}, Need: need}
	for _, o := range q.Options {
		out.Points[o.Code] = o.Points
	}
	return out
}
