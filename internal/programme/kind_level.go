package programme

// The words of a level question.
const (
	AnswerBelow = "below"
	AnswerGood  = "good"
	AnswerWow   = "wow"
)

var kindLevel = kindRule{
	kind:   LevelKind,
	keys:   append(need("below", "good"), may("wow")...),
	read:   readLevel,
	write:  writeLevel,
	codes:  levelCodes,
	scored: func(*Question) bool { return true },
	good:   func(q *Question) Points { return q.Good.Points },
	wow:    wowPoints,
	fails:  func(q *Question, a *Answer) bool { return q.Good.Points > 0 && a.Text == AnswerBelow },
	wire:   wireCode,
	form:   formCode,
	asks:   condCode,
}

// readLevel reads the three levels; WOW is wanting where the question has none.
func readLevel(o *object, q *Question) {
	q.Below = o.text("below", maxText)
	q.Good = readLevelText(o, "good", &shapeLevelText)
	q.Wow = readLevelText(o, "wow", &shapeLevelText)
}

// readLevelText reads one level's text and points.
func readLevelText(o *object, name string, s *shape) LevelText {
	n, ok := o.child(name)
	if !ok {
		return LevelText{}
	}
	o, ok = n.object(s)
	if !ok {
		return LevelText{}
	}
	l := LevelText{Set: true, Text: o.text("text", maxText)}
	l.Points, _ = o.points("points")
	return l
}

// writeLevel is the inverse of readLevel.
func writeLevel(q *Question, t *tree) {
	t.putText("below", q.Below)
	writeLevelText(t, "good", q.Good)
	writeLevelText(t, "wow", q.Wow)
}

// writeLevelText is the inverse of readLevelText.
func writeLevelText(t *tree, name string, l LevelText) {
	if !l.Set {
		return
	}
	m := newMap()
	m.putPointsIf(true, "points", l.Points)
	m.putText("text", l.Text)
	t.add(name, m)
}

var (
	codesBelowGood    = []string{AnswerBelow, AnswerGood}
	codesBelowGoodWow = []string{AnswerBelow, AnswerGood, AnswerWow}
)

// levelCodes lists the levels that the question has.
func levelCodes(q *Question) []string {
	if q.Wow.Set {
		return codesBelowGoodWow
	}
	return codesBelowGood
}

// wowPoints gives the WOW points.
func wowPoints(q *Question) Points { return q.Wow.Points }
