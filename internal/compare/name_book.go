package compare

import "hash/maphash"

// nameBook remembers in which line each name stood first, a million of them in about 30 MB. The zero value is empty.
type nameBook struct {
	seed  maphash.Seed
	text  []byte   // all names, one after the other
	ends  []int    // of each in text
	lines []int32  // of each
	tags  []uint32 // of each: part of its hash
	slots []int32  // 1 + a name's number, 0 for a free one; their number is a power of two
}

// add remembers a name, or gives the line in which it stood before.
func (b *nameBook) add(name string, line int) (before int, known bool) {
	if 2*len(b.ends) >= len(b.slots) {
		b.grow()
	}
	hash := maphash.String(b.seed, name)
	tag := uint32(hash >> 32)
	at := b.find(hash, func(i int32) bool { return b.tags[i] == tag && string(b.name(i)) == name })
	if i := b.slots[at]; i > 0 {
		return int(b.lines[i-1]), true
	}
	b.text = append(b.text, name...)
	b.ends, b.lines, b.tags = append(b.ends, len(b.text)), append(b.lines, int32(line)), append(b.tags, tag) //nolint:gosec // not that many lines
	b.slots[at] = int32(len(b.ends))                                                                         //nolint:gosec // as above
	return 0, false
}

// find gives the slot of the name that is the same, or a free one.
func (b *nameBook) find(hash uint64, same func(i int32) bool) uint64 {
	last := uint64(len(b.slots) - 1) //nolint:gosec // there is always a slot
	for at := hash & last; ; at = (at + 1) & last {
		if i := b.slots[at]; i == 0 || same(i-1) {
			return at
		}
	}
}

func (b *nameBook) name(i int32) []byte {
	from := 0
	if i > 0 {
		from = b.ends[i-1]
	}
	return b.text[from:b.ends[i]]
}

// grow makes room for twice as many.
func (b *nameBook) grow() {
	if b.slots == nil {
		b.seed = maphash.MakeSeed()
	}
	b.slots = make([]int32, max(1024, 2*len(b.slots)))
	for i := range b.ends {
		hash := maphash.Bytes(b.seed, b.name(int32(i)))
		b.slots[b.find(hash, func(int32) bool { return false })] = int32(i) + 1
	}
}
