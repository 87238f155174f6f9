package programme

// kindWow asks for something above the standard: it has WOW points and no Good points, so nobody fails it.
var kindWow = kindRule{
	kind: WowKind,
	keys: need("wow"),
	read: func(o *object, q *Question) { q.Wow = readLevelText(o, "wow", &shapeWowText) },
	write: func(q *Question, t *tree) {
		writeLevelText(t, "wow", q.Wow)
	},
	codes:  func(*Question) []string { return yesNoCodes },
	scored: func(*Question) bool { return true },
	good:   noPoints,
	wow:    wowPoints,
	wire:   wireCode,
	form:   formCode,
	asks:   condCode,
}
