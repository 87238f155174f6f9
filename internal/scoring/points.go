package scoring

import (
	"slices"

	"plainclothes/internal/programme"
)

// earned gives the Good points of an answer that fits its question.
func earned(it *item, a *programme.Answer) num {
	q := it.q
	switch q.Kind {
	case programme.YesNo:
		return when((a.Text == "yes") != q.Reverse, it.good)
	case programme.Choice:
		return points(optionPoints(q, a.Text))
	case programme.Multi:
		return least(it.good, points(sumOptions(q, a.Codes)))
	case programme.Rating:
		return ratingPoints(it, a.Number)
	case programme.Number, programme.Duration, programme.Money:
		return points(bandPoints(q, a.Number))
	case programme.LevelKind:
		return when(a.Text == programme.AnswerGood || a.Text == programme.AnswerWow, it.good)
	case programme.WowKind, programme.Text, programme.Time, programme.Date, programme.Photo,
		programme.Receipt, programme.StaffName, programme.Attention:
		return num{}
	}
	return num{}
}

// wowEarned gives the WOW points of an answer that fits its question.
func wowEarned(it *item, a *programme.Answer) num {
	switch it.q.Kind { //nolint:exhaustive // no other kind has WOW points
	case programme.LevelKind:
		return when(a.Text == programme.AnswerWow, it.wow)
	case programme.WowKind:
		return when(a.Text == "yes", it.wow)
	}
	return num{}
}

func when(yes bool, n num) num {
	if yes {
		return n
	}
	return num{}
}

func optionPoints(q *programme.Question, code string) programme.Points {
	if o, ok := q.Option(code); ok {
		return o.Points
	}
	return 0
}

func sumOptions(q *programme.Question, codes []string) programme.Points {
	var sum programme.Points
	for _, code := range codes {
		sum += optionPoints(q, code)
	}
	return sum
}

// ratingPoints gives points × (a − lo)/(hi − lo), exactly.
func ratingPoints(it *item, a programme.Decimal) num {
	lo, hi := scale(it.q)
	if hi <= lo {
		return num{}
	}
	n, d := uint64(max(a-lo, 0)), uint64(max(hi-lo, 0))
	if n%uint64(programme.DecimalOne) == 0 { // a whole mark, as most are
		n, d = n/uint64(programme.DecimalOne), d/uint64(programme.DecimalOne)
	}
	if upper, ok := times(it.good.n, n); ok {
		return ratio(upper, d)
	}
	return it.good.mul(ratio(n, d))
}

func scale(q *programme.Question) (lo, hi programme.Decimal) {
	return programme.Decimal(q.ScaleLo) * programme.DecimalOne, programme.Decimal(q.ScaleHi) * programme.DecimalOne
}

// bandPoints gives the points of the first band that reaches the answer; the last band has no limit.
func bandPoints(q *programme.Question, a programme.Decimal) programme.Points {
	for i := range q.Bands {
		if b := &q.Bands[i]; b.Open || b.UpTo >= a {
			return b.Points
		}
	}
	return 0
}

// fit makes the answer one that the question can take. An answer that the question no longer knows (an option that went
// away, "does not apply" where that is not allowed, a mark off the scale: past answers in a what-if) becomes missing, a
// gap and never zero. An exclusive option clears the others.
func fit(q *programme.Question, a *programme.Answer) {
	ok := false
	switch a.State {
	case programme.Missing:
		return
	case programme.NA:
		ok = q.NAAllowed
	case programme.NotObserved:
		ok = !q.MustObserve
	case programme.Answered:
		if q.Kind == programme.Multi {
			a.Codes = exclusive(q, a.Codes)
		}
		ok = knows(q, a)
	}
	if !ok {
		*a = programme.Answer{}
	}
}

func knows(q *programme.Question, a *programme.Answer) bool {
	switch q.Kind {
	case programme.YesNo, programme.WowKind:
		return a.Text == "yes" || a.Text == "no"
	case programme.Choice, programme.Attention:
		_, ok := q.Option(a.Text)
		return ok
	case programme.LevelKind:
		return a.Text == "below" || a.Text == programme.AnswerGood || a.Text == programme.AnswerWow && q.Wow.Set
	case programme.Multi:
		return !slices.ContainsFunc(a.Codes, func(code string) bool { _, ok := q.Option(code); return !ok })
	case programme.Rating:
		lo, hi := scale(q)
		return a.Number >= lo && a.Number <= hi
	case programme.Number, programme.Duration, programme.Money, programme.Text, programme.Time, programme.Date,
		programme.Photo, programme.Receipt, programme.StaffName:
		return true
	}
	return false
}

// exclusive gives the codes that stand: the first exclusive one alone, if there is one.
func exclusive(q *programme.Question, codes []string) []string {
	if len(codes) < 2 {
		return codes
	}
	for i, code := range codes {
		if o, ok := q.Option(code); ok && o.Exclusive {
			return codes[i : i+1]
		}
	}
	return codes
}
