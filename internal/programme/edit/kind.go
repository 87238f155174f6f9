package edit

import (
	"slices"

	"plainclothes/internal/programme"
)

// turn makes a question one of another kind and keeps what fits: its words, points, options, bands and rules.
func turn(q *programme.Question, k programme.Kind) {
	was := *q
	good, wow, scored := was.PossibleGood(), was.PossibleWow(), was.Scored()
	*q = programme.Question{
		ID: was.ID, Kind: k, Text: was.Text, Hint: was.Hint, Standard: was.Standard, NAAllowed: was.NAAllowed, MustObserve: was.MustObserve,
		ShowIf: was.ShowIf, Evidence: was.Evidence, Perishable: was.Perishable, Vault: was.Vault, Thanks: was.Thanks,
		Required: was.Required, Critical: was.Critical, Comment: was.Comment,
	}
	if was.Required != was.Kind.Optional() { // it was what its kind assumes
		q.Required = !k.Optional()
	}
	switch k {
	case programme.YesNo:
		q.Points, q.HasPoints = good, scored
	case programme.Rating:
		q.Points, q.HasPoints = good, scored
		q.ScaleLo, q.ScaleHi = 0, 10
	case programme.Choice, programme.Multi, programme.Attention:
		q.Options = optionsFor(&was, k)
		if k == programme.Multi && was.Kind == programme.Choice && scored {
			q.Cap, q.HasCap = good, true
		}
	case programme.Number, programme.Duration, programme.Money:
		q.Bands = was.Bands
		if k == programme.Duration {
			q.Unit, q.Timer = programme.UnitMinutes, was.Timer
		}
	case programme.LevelKind:
		q.Good = programme.LevelText{Text: was.Good.Text, Points: good, Set: true}
		q.Wow = programme.LevelText{Text: was.Wow.Text, Points: wow, Set: wow > 0}
	case programme.WowKind:
		q.Wow = programme.LevelText{Text: was.Wow.Text, Points: max(wow, onlyWhen(wow == 0, good)), Set: true}
	case programme.Time:
		q.Timer = was.Timer
	case programme.Text:
		q.MinChars = was.MinChars
	case programme.Date, programme.Photo, programme.Receipt, programme.StaffName:
	}
	keepRules(q)
}

// onlyWhen gives points under a condition.
func onlyWhen(ok bool, p programme.Points) programme.Points {
	if ok {
		return p
	}
	return 0
}

// optionsFor gives the options of a question as one of another kind has them.
func optionsFor(was *programme.Question, k programme.Kind) []programme.Option {
	options := slices.Clone(was.Options)
	switch was.Kind {
	case programme.YesNo, programme.WowKind:
		options = yesNoOptions(was)
	case programme.LevelKind:
		options = levelOptions(was)
	case programme.Choice, programme.Multi, programme.Rating, programme.Number, programme.Duration, programme.Money, programme.Text,
		programme.Time, programme.Date, programme.Photo, programme.Receipt, programme.StaffName, programme.Attention:
	}
	for i := range options {
		o := &options[i]
		if k != programme.Multi {
			o.Exclusive, o.Points = false, max(0, o.Points)
		}
		if k == programme.Attention {
			o.Points, o.HasPoints, o.Critical = 0, false, nil
		}
	}
	return options
}

// yesNoOptions are yes and no as options.
func yesNoOptions(q *programme.Question) []programme.Option {
	yes := programme.Option{Code: programme.Yes, Label: "Yes", HasPoints: q.Scored()}
	no := programme.Option{Code: programme.No, Label: "No", HasPoints: q.Scored()}
	if q.Reverse {
		no.Points = q.PossibleGood()
	} else {
		yes.Points = q.PossibleGood() + q.PossibleWow()
	}
	return []programme.Option{yes, no}
}

// levelOptions are the levels as options.
func levelOptions(q *programme.Question) []programme.Option {
	label := func(text, otherwise string) string {
		if text == "" {
			return otherwise
		}
		return short(text)
	}
	options := []programme.Option{
		{Code: programme.AnswerBelow, Label: label(q.Below, "Below"), HasPoints: true},
		{Code: programme.AnswerGood, Label: label(q.Good.Text, "Good"), HasPoints: true, Points: q.Good.Points},
	}
	if q.Wow.Set {
		options = append(options, programme.Option{Code: programme.AnswerWow, Label: label(q.Wow.Text, "WOW"), HasPoints: true, Points: q.Good.Points + q.Wow.Points})
	}
	return options
}

// keepRules takes away what a question's own rules say about answers that it has no more.
func keepRules(q *programme.Question) {
	if !q.Scored() {
		q.MustObserve = false
	}
	if c := q.Critical; c != nil {
		kept := *c
		kept.When = keepAnswers(q, c.When, false)
		if q.Critical = &kept; len(kept.When) == 0 && len(c.When) > 0 || !q.Scored() {
			q.Critical = nil
		}
	}
	c := q.Comment
	if c == nil || c.Always {
		return
	}
	kept := *c
	kept.When = keepAnswers(q, c.When, true)
	if q.Comment = &kept; c.OnFail && !q.Scored() || len(kept.When) == 0 && len(c.When) > 0 {
		q.Comment = nil
	}
}

// keepAnswers keeps the answers that the question has.
func keepAnswers(q *programme.Question, when []string, reserved bool) []string {
	var kept []string
	for _, a := range when {
		if isAnswer(q, a, reserved) {
			kept = append(kept, a)
		}
	}
	return kept
}
