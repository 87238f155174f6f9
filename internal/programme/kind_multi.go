package programme

var kindMulti = kindRule{
	kind:   Multi,
	keys:   append(need("options"), may("cap")...),
	read:   readMulti,
	write:  writeMulti,
	codes:  optionCodes,
	scored: optionsScored,
	good:   multiPossible,
	fails: func(q *Question, a *Answer) bool {
		return multiEarned(q, a.Codes) < multiPossible(q)
	},
	wire: wireMulti,
	form: formCode,
	asks: condMulti,
}

// readMulti reads options and the cap.
func readMulti(o *object, q *Question) {
	readOptions(o, q)
	q.Cap, q.HasCap = o.points("cap")
	if q.HasCap && !optionsScored(q) {
		o.wrong("cap", "A cap needs options with points. Give the options points, or leave the cap out.")
	}
}

// writeMulti is the inverse of readMulti.
func writeMulti(q *Question, t *tree) {
	writeOptions(q, t)
	t.putPointsIf(q.HasCap, "cap", q.Cap)
}

// multiPossible is the cap, or the sum of positive options.
func multiPossible(q *Question) Points {
	if q.HasCap {
		return q.Cap
	}
	return positiveSum(q)
}

// positiveSum adds the options that give points.
func positiveSum(q *Question) Points {
	var sum Points
	for i := range q.Options {
		sum += max(0, q.Options[i].Points)
	}
	return sum
}

// multiEarned adds the chosen options, at least 0 and at most the cap.
func multiEarned(q *Question, codes []string) Points {
	var sum Points
	for _, c := range codes {
		if o, ok := q.Option(c); ok {
			if o.Exclusive {
				return min(max(0, o.Points), multiPossible(q))
			}
			sum += o.Points
		}
	}
	return min(max(0, sum), multiPossible(q))
}
