package programme

import "strconv"

var kindRating = kindRule{
	kind:   Rating,
	keys:   append(need("scale"), may("points")...),
	read:   readRating,
	write:  writeRating,
	codes:  ratingCodes,
	scored: func(q *Question) bool { return q.HasPoints },
	good:   func(q *Question) Points { return q.Points },
	fails: func(q *Question, a *Answer) bool {
		return q.Points > 0 && a.Number < Decimal(q.ScaleHi)*DecimalOne
	},
	wire: wireRating,
	form: formRating,
	asks: condNumber,
}

// Limits of a rating's scale.
const (
	maxScale      = 1000
	maxScaleSteps = 100
)

// readRating reads the scale and, for a scored rating, the points.
func readRating(o *object, q *Question) {
	q.Points, q.HasPoints = o.points("points")
	list := o.list("scale", 2, 2)
	if len(list) != 2 {
		return
	}
	q.ScaleLo = o.item("scale", 0, list[0]).integer(-maxScale, maxScale)
	q.ScaleHi = o.item("scale", 1, list[1]).integer(-maxScale, maxScale)
	switch {
	case o.r.broken(list...):
	case q.ScaleLo >= q.ScaleHi:
		o.wrong("scale", o.r.c.forFile("The lower end comes first and is smaller than the upper end: scale: [0, 10].",
			"The lower end comes first and is smaller than the upper end, such as 0 and 10."))
	case q.ScaleHi-q.ScaleLo > maxScaleSteps:
		o.wrongf("scale", "A scale has at most %d steps.", maxScaleSteps)
	}
}

// writeRating is the inverse of readRating.
func writeRating(q *Question, t *tree) {
	t.add("scale", &tree{kind: treeList, list: []*tree{numberTree(int64(q.ScaleLo), 0), numberTree(int64(q.ScaleHi), 0)}})
	t.putPointsIf(q.HasPoints, "points", q.Points)
}

// ratingCodes lists the steps of the scale.
func ratingCodes(q *Question) []string {
	codes := make([]string, 0, max(0, q.ScaleHi-q.ScaleLo+1))
	for i := q.ScaleLo; i <= q.ScaleHi; i++ {
		codes = append(codes, strconv.Itoa(i))
	}
	return codes
}
