package programme

var kindChoice = kindRule{
	kind:   Choice,
	keys:   need("options"),
	read:   readOptions,
	write:  writeOptions,
	codes:  optionCodes,
	scored: optionsScored,
	good:   bestOption,
	fails:  failsChoice,
	wire:   wireCode,
	form:   formCode,
	asks:   condCode,
}

// kindAttention is a trap question: it looks like a choice and is never scored.
var kindAttention = kindRule{
	kind:   Attention,
	keys:   need("options"),
	read:   readOptions,
	write:  writeOptions,
	codes:  optionCodes,
	scored: never,
	wire:   wireCode,
	form:   formCode,
	asks:   condCode,
}

// optionCodes lists the codes of the options.
func optionCodes(q *Question) []string {
	codes := make([]string, len(q.Options))
	for i := range q.Options {
		codes[i] = q.Options[i].Code
	}
	return codes
}

// optionsScored: all options have points or none has.
func optionsScored(q *Question) bool { return len(q.Options) > 0 && q.Options[0].HasPoints }

// bestOption gives the highest points of an option.
func bestOption(q *Question) Points {
	var best Points
	for i := range q.Options {
		best = max(best, q.Options[i].Points)
	}
	return best
}

// failsChoice compares the chosen option with the best.
func failsChoice(q *Question, a *Answer) bool {
	o, ok := q.Option(a.Text)
	return ok && o.Points < bestOption(q)
}

// maxOptions of one question.
const maxOptions = 100

// readOptions reads the options of a choice, a multi or an attention question.
func readOptions(o *object, q *Question) {
	list := o.list("options", 1, maxOptions)
	q.Options = make([]Option, 0, len(list))
	for i := range list {
		q.Options = append(q.Options, readOption(o.item("options", i, list[i]), q.Kind))
	}
	checkOptions(o, q, list)
}

// readOption reads one option; only a multi question takes points away.
func readOption(n node, k Kind) Option {
	o, ok := n.object(&shapeOption)
	if !ok {
		return Option{}
	}
	op := Option{Code: o.code("code"), Label: o.text("label", maxLine)}
	if k == Multi {
		op.Points, op.HasPoints = o.signedPoints("points")
	} else {
		op.Points, op.HasPoints = o.points("points")
	}
	op.Exclusive = o.flag("exclusive", false)
	if c, ok := o.child("critical"); ok {
		op.Critical = readCritical(c, &shapeOptionCritical)
	}
	switch {
	case k == Attention && op.HasPoints:
		o.wrong("points", "An attention question is never scored. Leave the points out, or make it a choice.")
	case k != Multi && op.Exclusive:
		o.wrong("exclusive", "Only a multi question has exclusive options: a choice takes one answer anyway. Leave it out.")
	}
	return op
}

// checkOptions looks at the options together: codes are unique, and points are on all of them or on none.
func checkOptions(o *object, q *Question, list []*tree) {
	pointed := 0
	for i := range q.Options {
		if q.Options[i].HasPoints {
			pointed++
		}
		for j := range i {
			if q.Options[i].Code == q.Options[j].Code && q.Options[i].Code != "" {
				o.item("options", i, list[i]).wrongf("code", "Two options of this question have the code %s. Give each a code of its own.", q.Options[i].Code)
				break
			}
		}
	}
	if pointed == 0 || pointed == len(q.Options) {
		return
	}
	for i := range q.Options {
		if !q.Options[i].HasPoints && list[i].kind == treeMap {
			o.item("options", i, list[i]).wrongf("", "This option has no points while others have. Write points: 0 if it earns none.")
		}
	}
}

// writeOptions is the inverse of readOptions.
func writeOptions(q *Question, t *tree) {
	list := &tree{kind: treeList}
	for i := range q.Options {
		op := &q.Options[i]
		m := newMap()
		m.putText("code", op.Code)
		m.putText("label", op.Label)
		m.putPointsIf(op.HasPoints, "points", op.Points)
		m.putFlag("exclusive", op.Exclusive)
		m.putCritical("critical", op.Critical)
		list.list = append(list.list, m)
	}
	t.add("options", list)
}
