package programme

var (
	kindNumber   = numberRule(Number)
	kindDuration = numberRule(Duration)
	kindMoney    = numberRule(Money)
)

// numberRule is the rule of the three kinds that bands give points to.
func numberRule(k Kind) kindRule {
	r := kindRule{
		kind:   k,
		keys:   may("bands"),
		read:   readBands,
		write:  writeBands,
		scored: func(q *Question) bool { return len(q.Bands) > 0 },
		good:   bestBand,
		fails:  func(q *Question, a *Answer) bool { return bandOf(q, a.Number) < bestBand(q) },
		wire:   wireNumber,
		form:   formNumber,
		asks:   condNumber,
	}
	if k == Duration {
		r.keys = append(need("unit"), may("bands", "timer")...)
		r.read, r.write = readDuration, writeDuration
	}
	return r
}

// The units of a duration.
const (
	UnitSeconds = "s"
	UnitMinutes = "min"
	UnitHours   = "h"
)

// readDuration reads unit, bands and timer.
func readDuration(o *object, q *Question) {
	q.Unit = o.oneOf("unit", "", UnitSeconds, UnitMinutes, UnitHours)
	readBands(o, q)
	q.Timer = o.word("timer")
}

// writeDuration is the inverse of readDuration.
func writeDuration(q *Question, t *tree) {
	t.putText("unit", q.Unit)
	writeBands(q, t)
	t.putText("timer", q.Timer)
}

// maxBands of one question.
const maxBands = 50

// readBands reads the bands: limits rise, the last has none.
func readBands(o *object, q *Question) {
	if !o.has("bands") {
		return
	}
	list := o.list("bands", 1, maxBands)
	for i := range list {
		q.Bands = append(q.Bands, readBand(o.item("bands", i, list[i]), i == len(list)-1))
	}
	for i := 1; i < len(q.Bands); i++ {
		if !q.Bands[i].Open && !q.Bands[i-1].Open && q.Bands[i].UpTo <= q.Bands[i-1].UpTo {
			o.item("bands", i, list[i]).wrongf("up_to", "Bands go upwards: %s must be more than %s of the band before.", q.Bands[i].UpTo, q.Bands[i-1].UpTo)
		}
	}
}

// readBand reads one band.
func readBand(n node, last bool) Band {
	o, ok := n.object(&shapeBand)
	if !ok {
		return Band{Open: last}
	}
	var b Band
	b.Points, _ = o.points("points")
	b.UpTo, b.Open = o.decimal("up_to"), !o.has("up_to")
	if last && !b.Open {
		o.wrong("up_to", o.r.c.forFile("The last band takes everything above, so it has no up_to. Leave it out, or add a band with only points.",
			"The last band takes everything above, so it has no limit. Leave that empty, or add a band with only points."))
	}
	if !last && b.Open {
		o.wrong("", o.r.c.forFile("Only the last band has no limit. Give this band an up_to.", "Only the last band has no limit. Give this one a limit."))
	}
	return b
}

// writeBands is the inverse of readBands.
func writeBands(q *Question, t *tree) {
	if len(q.Bands) == 0 {
		return
	}
	list := &tree{kind: treeList}
	for _, b := range q.Bands {
		m := newMap()
		if !b.Open {
			m.add("up_to", numberTree(int64(b.UpTo), 4))
		}
		m.putPointsIf(true, "points", b.Points)
		list.list = append(list.list, m)
	}
	t.add("bands", list)
}

// bestBand gives the highest points of a band.
func bestBand(q *Question) Points {
	var best Points
	for i := range q.Bands {
		best = max(best, q.Bands[i].Points)
	}
	return best
}

// bandOf gives the points of the first band whose limit is at or above a number.
func bandOf(q *Question, n Decimal) Points {
	for i := range q.Bands {
		if q.Bands[i].Open || n <= q.Bands[i].UpTo {
			return q.Bands[i].Points
		}
	}
	return 0
}
