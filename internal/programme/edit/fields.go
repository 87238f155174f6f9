package edit

import (
	"slices"
	"strings"

	"plainclothes/internal/programme"
)

// The fields of every part but the question, which has its own file. An id is set by itself, because others name it.
var (
	planFields = []rule[programme.Programme]{
		line("name", "the name", func(p *programme.Programme) *string { return &p.Name }),
		line("trade", "the trade", func(p *programme.Programme) *string { return &p.Trade }),
		text("change_note", "the note", func(p *programme.Programme) *string { return &p.ChangeNote }),
		whole("visit.minutes", "the length of a visit", 0, func(p *programme.Programme) *int { return &p.Visit.Minutes }),
		whole("visit.report_due_hours", "the time until the report is due", 0, func(p *programme.Programme) *int { return &p.Visit.ReportDueHours }),
		amount("visit.fee", "the fee", func(p *programme.Programme) *programme.Points { return &p.Visit.Fee }),
		amount("visit.reimburse_up_to", "the reimbursement", func(p *programme.Programme) *programme.Points { return &p.Visit.ReimburseUpTo }),
		whole("visit.rotation_days", "the rotation", 0, func(p *programme.Programme) *int { return &p.Visit.RotationDays }),
		whole("visit.visits_per_branch", "the number of visits", 0, func(p *programme.Programme) *int { return &p.Visit.VisitsPerBranch }),
		choice("visit.wave", "the wave", func(p *programme.Programme) *programme.Wave { return &p.Visit.Wave },
			"", programme.WaveMonthly, programme.WaveBiMonthly, programme.WaveQuarterly),
		choice("scoring.wow_policy", "what WOW does to the score", func(p *programme.Programme) *programme.WowPolicy { return &p.Policy.Wow },
			"", programme.WowSeparate, programme.WowBonus, programme.WowExpected),
		bonusCap(),
		percent("scoring.min_completeness", "the completeness that a score needs", 0, func(p *programme.Programme) *int { return &p.Policy.MinCompleteness }),
		percent("levels.good.min_score", "the score of Good", 0, func(p *programme.Programme) *int { return &p.Levels.GoodMinBP }),
		percent("levels.wow.min_score", "the score of WOW", 0, func(p *programme.Programme) *int { return &p.Levels.WowMinBP }),
		percent("levels.wow.min_wow_share", "the share of WOW points", 0, func(p *programme.Programme) *int { return &p.Levels.WowMinShareBP }),
	}
	sectionFields = []rule[programme.Section]{
		line("title", "the title", func(s *programme.Section) *string { return &s.Title }),
		word("stage", "the stage", func(s *programme.Section) *string { return &s.Stage }),
	}
	optionFields = []rule[programme.Option]{
		line("label", "the words", func(o *programme.Option) *string { return &o.Label }),
		points("points", "the points", func(o *programme.Option) (*programme.Points, *bool) { return &o.Points, &o.HasPoints }),
		flag("exclusive", "“takes no other beside it”", func(o *programme.Option) *bool { return &o.Exclusive }),
		effect(func(o *programme.Option) **programme.Critical { return &o.Critical }),
		capAt(func(o *programme.Option) **programme.Critical { return &o.Critical }),
		zeroes(func(o *programme.Option) **programme.Critical { return &o.Critical }),
	}
	standardFields = []rule[programme.Standard]{
		line("title", "the title", func(s *programme.Standard) *string { return &s.Title }),
		text("good", "Good", func(s *programme.Standard) *string { return &s.Good }),
		text("wow", "WOW", func(s *programme.Standard) *string { return &s.Wow }),
		text("why", "the why", func(s *programme.Standard) *string { return &s.Why }),
		line("photo", "the photo", func(s *programme.Standard) *string { return &s.Photo }),
		percent("good_target", "the target for Good", 0, func(s *programme.Standard) *int { return &s.GoodTargetBP }),
		percent("wow_target", "the target for WOW", 0, func(s *programme.Standard) *int { return &s.WowTargetBP }),
		criticality(),
		whole("weight", "the weight", 1, func(s *programme.Standard) *int { return &s.Weight }),
		percent("met_share", "the share of points that counts as met", 10_000, func(s *programme.Standard) *int { return &s.MetShareBP }),
		percent("partial_share", "the share of points that counts as partly met", 0, func(s *programme.Standard) *int { return &s.PartialShareBP }),
		percent("wow_share", "the share of points that counts as WOW", 5_000, func(s *programme.Standard) *int { return &s.WowShareBP }),
	}
	scenarioFields = []rule[programme.Scenario]{
		line("title", "the title", func(s *programme.Scenario) *string { return &s.Title }),
		whole("share", "the share of the visits", 0, func(s *programme.Scenario) *int { return &s.Share }),
		text("brief", "the brief", func(s *programme.Scenario) *string { return &s.Brief }),
		word("requires", "the feature that it requires", func(s *programme.Scenario) *string { return &s.Requires }),
	}
	stageFields = []rule[programme.Stage]{
		line("title", "the title", func(s *programme.Stage) *string { return &s.Title }),
		line("opens", "when it opens", func(s *programme.Stage) *string { return &s.Opens }),
		line("closes", "when it closes", func(s *programme.Stage) *string { return &s.Closes }),
	}
	daypartFields = []rule[programme.Daypart]{
		clockField("from", "the beginning", func(d *programme.Daypart) *int { return &d.From }),
		clockField("to", "the end", func(d *programme.Daypart) *int { return &d.To }),
	}
)

// bonusCap is the most that WOW may add; it means something only where WOW is a bonus.
func bonusCap() rule[programme.Programme] {
	r := percent("scoring.bonus_cap", "the limit of the bonus", 10_000, func(p *programme.Programme) *int { return &p.Policy.BonusCapBP })
	get, set := r.get, r.set
	r.get = func(p *programme.Programme) []string {
		if p.Policy.Wow != programme.WowBonus {
			return []string{""}
		}
		return get(p)
	}
	r.set = func(p *programme.Programme, values []string) string {
		if p.Policy.Wow != programme.WowBonus {
			return ""
		}
		return set(p, values)
	}
	return r
}

// amount is money with at most two decimals; "" is none.
func amount[T any](name, label string, at func(*T) *programme.Points) rule[T] {
	has := true
	r := points(name, label, func(t *T) (*programme.Points, *bool) { return at(t), &has })
	get := r.get
	r.get = func(t *T) []string {
		if *at(t) == 0 {
			return []string{""}
		}
		return get(t)
	}
	r.set = func(t *T, values []string) string {
		n, ok := int64(0), true
		if s := (Field{Values: values}).last(); s != "" {
			n, ok = scaled(s, 2)
		}
		if !ok {
			return "Write the amount as a number, such as 9 or 6.50."
		}
		*at(t) = programme.Points(n)
		return ""
	}
	return r
}

// criticality is Normal when nothing is chosen.
func criticality() rule[programme.Standard] {
	r := choice("criticality", "the criticality", func(s *programme.Standard) *programme.Criticality { return &s.Criticality },
		programme.Normal, programme.Major, programme.ZeroTolerance)
	set := r.set
	r.set = func(s *programme.Standard, values []string) string {
		if (Field{Values: values}).last() == "" {
			values = []string{string(programme.Normal)}
		}
		return set(s, values)
	}
	return r
}

// clockField is a time of day.
func clockField(name, label string, at func(*programme.Daypart) *int) rule[programme.Daypart] {
	return one(name, label, func(d *programme.Daypart) string { return clockText(*at(d)) }, func(d *programme.Daypart, s string) string {
		m, ok := readClock(s)
		if !ok {
			return "Write the time as 07:00."
		}
		*at(d) = m
		return ""
	})
}

// effects of a critical, as fields.
var effects = []programme.Effect{"", programme.Flag, programme.CapVisit, programme.ZeroSection, programme.FailVisit}

// effect is what a critical does; "" takes the critical away.
func effect[T any](at func(*T) **programme.Critical) rule[T] {
	get := func(t *T) string {
		if c := *at(t); c != nil {
			return string(c.Effect)
		}
		return ""
	}
	return one("critical.effect", "what a must-not-fail answer does", get, func(t *T, s string) string {
		if !slices.Contains(effects, programme.Effect(s)) {
			return "Choose one of " + strings.Join(quotedAll(effects), ", ") + "."
		}
		setEffect(at(t), programme.Effect(s))
		return ""
	})
}

// setEffect makes, changes or takes away a critical.
func setEffect(c **programme.Critical, e programme.Effect) {
	if e == "" {
		*c = nil
		return
	}
	if *c == nil {
		*c = &programme.Critical{}
	}
	(*c).Effect = e
	if e != programme.CapVisit {
		(*c).CapBP = 0
	}
	if e != programme.ZeroSection {
		(*c).Section = ""
	}
}

// capAt is the score that a critical caps the visit at.
func capAt[T any](at func(*T) **programme.Critical) rule[T] {
	get := func(t *T) string {
		if c := *at(t); c != nil && c.Effect == programme.CapVisit {
			return programme.Points(c.CapBP).String()
		}
		return ""
	}
	return one("critical.cap_visit", "the cap of a must-not-fail answer", get, func(t *T, s string) string {
		c := *at(t)
		switch n, ok := scaled(strings.TrimSpace(strings.TrimSuffix(s, "%")), 2); {
		case s == "" && (c == nil || c.Effect != programme.CapVisit):
		case !ok:
			return "Write the highest score that such a visit may have, such as 74."
		case c == nil || c.Effect != programme.CapVisit:
			return "A cap belongs to the effect cap_visit. Choose that first."
		default:
			c.CapBP = int(n)
		}
		return ""
	})
}

// zeroes is the section that a critical sets to zero.
func zeroes[T any](at func(*T) **programme.Critical) rule[T] {
	get := func(t *T) string {
		if c := *at(t); c != nil {
			return c.Section
		}
		return ""
	}
	return one("critical.zero_section", "the section that a must-not-fail answer sets to zero", get, func(t *T, s string) string {
		c := *at(t)
		switch {
		case s == "" && (c == nil || c.Effect != programme.ZeroSection):
		case s == "":
			return "Choose the section whose points are lost."
		case c == nil || c.Effect != programme.ZeroSection:
			return "A section belongs to the effect zero_section. Choose that first."
		case !programme.Word(s):
			return "Choose the section whose points are lost."
		default:
			c.Section = s
		}
		return ""
	})
}
