package programme

// The kinds that hold words, and the photos: none is scored, so none has points, criticals or "not observed".
var (
	kindText = kindRule{
		kind:     Text,
		keys:     may("min_chars"),
		optional: true,
		read:     func(o *object, q *Question) { q.MinChars = o.integer("min_chars", 0, 0, maxMinChars) },
		write:    func(q *Question, t *tree) { t.putInteger("min_chars", q.MinChars, 0) },
		scored:   never,
		wire:     wireText,
		form:     formText,
	}
	kindStaffName = kindRule{kind: StaffName, optional: true, scored: never, read: noKeys, write: noTree, wire: wireText, form: formText}
	kindPhoto     = kindRule{kind: Photo, optional: true, scored: never, read: noKeys, write: noTree, wire: wireText, form: formText}
	kindReceipt   = kindRule{kind: Receipt, optional: true, scored: never, read: noKeys, write: noTree, wire: wireText, form: formText}
)

// maxMinChars keeps the wanted length inside what an answer may hold.
const maxMinChars = 5000

// noKeys and noTree serve the kinds without keys of their own.
func noKeys(*object, *Question) {}
func noTree(*Question, *tree)   {}
