package programme

// The two words of yes_no and wow questions. They are text, never booleans.
const (
	Yes = "yes"
	No  = "no"
)

var kindYesNo = kindRule{
	kind: YesNo,
	keys: may("points", "reverse"),
	read: func(o *object, q *Question) {
		q.Points, q.HasPoints = o.points("points")
		q.Reverse = o.flag("reverse", false)
	},
	write: func(q *Question, t *tree) {
		t.putPointsIf(q.HasPoints, "points", q.Points)
		t.putFlag("reverse", q.Reverse)
	},
	codes:  func(*Question) []string { return yesNoCodes },
	scored: func(q *Question) bool { return q.HasPoints },
	good:   func(q *Question) Points { return q.Points },
	fails: func(q *Question, a *Answer) bool {
		return q.Points > 0 && (a.Text == Yes) == q.Reverse
	},
	wire: wireCode,
	form: formCode,
	asks: condCode,
}

var yesNoCodes = []string{Yes, No}
