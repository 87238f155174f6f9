package programme

var (
	kindTime = kindRule{
		kind:   Time,
		keys:   may("timer"),
		read:   func(o *object, q *Question) { q.Timer = o.word("timer") },
		write:  func(q *Question, t *tree) { t.putText("timer", q.Timer) },
		scored: never,
		wire:   wireTime,
		form:   formTime,
		asks:   condTime,
	}
	kindDate = kindRule{kind: Date, scored: never, read: noKeys, write: noTree, wire: wireDate, form: formDate, asks: condDate}
)
