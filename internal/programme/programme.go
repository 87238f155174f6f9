// Package programme holds a programme of measurement: its standards, checklist, scenarios and score policy.
//
// The one rule: a Programme that came out of Parse, FromCanonical or Check is sound, so that everyone who reads one may trust
// that ids are unique, references exist, conditions look back only and numbers are in range.
package programme

import "strings"

// Programme is one programme file: everything that a visit of it needs.
// Slices keep the file's order; ids are unique inside their kind.
type Programme struct {
	Key        string // [a-z0-9-]{2,64}
	Name       string
	Trade      string
	Language   string // of the texts here, as BCP 47 names it; "" when the file does not say
	ChangeNote string
	Features   []string // branch features that conditions and scenarios may name
	Visit      VisitPlan
	Dayparts   []Daypart
	Stages     []Stage
	Scenarios  []Scenario
	Policy     Policy
	Levels     Levels
	Standards  []Standard
	Sections   []Section

	Translations []Translation // the same texts in other languages

	ix  *index // finds questions; nil in a Programme made by hand
	src *tree  // the file that Parse read, so that Lint can name lines; nil otherwise
}

// VisitPlan is how a visit is planned and paid.
type VisitPlan struct {
	Minutes         int    // expected length
	ReportDueHours  int    // after the visit
	Fee             Points // hundredths of the organisation's currency
	ReimburseUpTo   Points // hundredths of the organisation's currency
	RotationDays    int    // before the same shopper may come again
	VisitsPerBranch int    // in a wave
	Wave            Wave
}

// Wave is the period of fieldwork.
type Wave string

// The waves.
const (
	WaveMonthly   Wave = "monthly"
	WaveBiMonthly Wave = "bi-monthly"
	WaveQuarterly Wave = "quarterly"
)

// Daypart is a part of the day in the branch's time zone; From is before To, both minutes after midnight.
type Daypart struct {
	ID       string
	From, To int
}

// Stage is a later part of one visit.
type Stage struct {
	ID, Title     string
	Opens, Closes string // at_start, at_arrival, +6h, +14d, after:deliver, on_event:parcel
}

// LastStage is the name by which a section belongs to the last stage that the visit's scenario has.
const LastStage = "last"

// Scenario is a role that the shopper plays.
type Scenario struct {
	ID       string
	Title    string
	Share    int // percent of the visits; all shares add up to 100
	Brief    string
	Requires string // a branch feature, or ""
}

// WowPolicy says what WOW points do to the score.
type WowPolicy string

// The WOW policies of the scoring rules.
const (
	WowSeparate WowPolicy = "separate"
	WowBonus    WowPolicy = "bonus"
	WowExpected WowPolicy = "expected"
)

// Policy is how a visit is scored. Shares and scores are basis points.
type Policy struct {
	Wow             WowPolicy
	BonusCapBP      int // 10 000 unless set; only with WowBonus
	MinCompleteness int // basis points
	Weights         []SectionWeight
}

// SectionWeight is the weight of one section, 0 … 10 000. No weights at all: the visit is scored flat.
type SectionWeight struct {
	Section string
	Weight  int
}

// Levels are the thresholds of a visit's level, in basis points.
type Levels struct {
	GoodMinBP     int
	WowMinBP      int
	WowMinShareBP int
}

// Criticality of a standard.
type Criticality string

// The criticalities; a standard is Normal unless the file says otherwise.
const (
	Normal        Criticality = "normal"
	Major         Criticality = "major"
	ZeroTolerance Criticality = "zero_tolerance"
)

// Standard is what staff should do. Targets and shares are basis points.
type Standard struct {
	ID             string
	Title          string
	Good, Wow      string // Wow is "" when the standard has no WOW level
	Why            string
	Photo          string
	GoodTargetBP   int // share of visits
	WowTargetBP    int // 0: no WOW target
	Criticality    Criticality
	Weight         int // 1 unless set
	MetShareBP     int // 10 000 unless set
	PartialShareBP int // 0: any points
	WowShareBP     int // 5 000 unless set
}

// Section is a part of the checklist.
type Section struct {
	ID, Title string
	Stage     string // "", a stage's id, or LastStage
	ShowIf    *Condition
	Questions []Question
}

// Kind of a question.
type Kind string

// The kinds of question.
const (
	YesNo     Kind = "yes_no"
	Choice    Kind = "choice"
	Multi     Kind = "multi"
	Rating    Kind = "rating"
	Number    Kind = "number"
	Duration  Kind = "duration"
	Money     Kind = "money"
	LevelKind Kind = "level"
	WowKind   Kind = "wow"
	Text      Kind = "text"
	Time      Kind = "time"
	Date      Kind = "date"
	Photo     Kind = "photo"
	Receipt   Kind = "receipt"
	StaffName Kind = "staff_name"
	Attention Kind = "attention"
)

// Question is one item of the checklist. Fields that a kind does not use are zero.
type Question struct {
	ID          string
	Kind        Kind
	Text        string
	Hint        string
	Standard    string // a standard's id, or ""
	Points      Points // yes_no, rating
	HasPoints   bool   // a rating without points is not scored
	Reverse     bool   // yes_no: points on no
	Options     []Option
	Cap         Points // multi; sum of the positive options unless set
	HasCap      bool
	Bands       []Band // number, duration, money
	Unit        string // s, min, h
	ScaleLo     int
	ScaleHi     int
	Below       string // level: the text of the lowest answer
	Good, Wow   LevelText
	NAAllowed   bool
	MustObserve bool
	Required    bool // with the kind's default applied
	ShowIf      *Condition
	Critical    *Critical
	Comment     *CommentRule
	Evidence    EvidencePhoto
	Perishable  bool
	Timer       string
	Vault       bool // privacy: vault
	Thanks      bool // feeds: thanks
	MinChars    int
}

// Option is a possible answer of a choice, multi or attention question.
type Option struct {
	Code      string
	Label     string
	Points    Points
	HasPoints bool // a choice none of whose options has points is not scored
	Exclusive bool
	Critical  *Critical // fires when this option is chosen; its When is empty
}

// Band gives points to numbers up to UpTo; the last band has no limit.
type Band struct {
	UpTo   Decimal
	Open   bool // no limit
	Points Points
}

// LevelText is the text and the points of one level of a level question, or of a wow question.
type LevelText struct {
	Text   string
	Points Points
	Set    bool
}

// Effect is what a failed critical does.
type Effect string

// The effects of a critical.
const (
	Flag        Effect = "flag"
	CapVisit    Effect = "cap_visit"
	ZeroSection Effect = "zero_section"
	FailVisit   Effect = "fail_visit"
)

// Critical is a must-not-fail answer.
type Critical struct {
	When    []string // answers that fire it; empty on an option
	Effect  Effect
	CapBP   int    // with CapVisit
	Section string // with ZeroSection
}

// CommentRule says which answers need words.
type CommentRule struct {
	Always   bool
	OnFail   bool     // answers that earn less than the possible Good points
	When     []string // answers
	MinChars int
}

// EvidencePhoto says whether a question takes photos beside its answer.
type EvidencePhoto string

// The photo rules; "" is the same as PhotoOptional on no question: no photo is asked for.
const (
	PhotoNone     EvidencePhoto = ""
	PhotoNever    EvidencePhoto = "never"
	PhotoOptional EvidencePhoto = "optional"
	PhotoOnFail   EvidencePhoto = "on_fail"
	PhotoRequired EvidencePhoto = "required"
)

// Section gives the section with an id.
func (p *Programme) Section(id string) (*Section, bool) {
	for i := range p.Sections {
		if p.Sections[i].ID == id {
			return &p.Sections[i], true
		}
	}
	return nil, false
}

// Question gives the question with an id and its section.
func (p *Programme) Question(id string) (*Question, *Section, bool) {
	for i := range p.Sections {
		s := &p.Sections[i]
		for j := range s.Questions {
			if s.Questions[j].ID == id {
				return &s.Questions[j], s, true
			}
		}
	}
	return nil, nil, false
}

// Standard gives the standard with an id.
func (p *Programme) Standard(id string) (*Standard, bool) {
	for i := range p.Standards {
		if p.Standards[i].ID == id {
			return &p.Standards[i], true
		}
	}
	return nil, false
}

// Scenario gives the scenario with an id.
func (p *Programme) Scenario(id string) (*Scenario, bool) {
	for i := range p.Scenarios {
		if p.Scenarios[i].ID == id {
			return &p.Scenarios[i], true
		}
	}
	return nil, false
}

// HasWow reports whether the standard has a WOW level.
func (s *Standard) HasWow() bool { return strings.TrimSpace(s.Wow) != "" || s.WowTargetBP > 0 }

// Option gives the option with a code.
func (q *Question) Option(code string) (*Option, bool) {
	for i := range q.Options {
		if q.Options[i].Code == code {
			return &q.Options[i], true
		}
	}
	return nil, false
}
