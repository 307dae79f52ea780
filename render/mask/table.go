package mask

// table maps a node and a byte to a number. It is a map with open addressing that needs a
// third of the memory of Go's.
type table struct {
	slots []slot
	shift uint8
	used  int
}

type slot struct {
	key   uint64 // 0 is a free slot; no key is 0, for the root is never looked up here
	value uint32
}

const golden = 0x9e3779b97f4a7c15

func tableKey(n node, b byte) uint64 { return uint64(n)<<8 | uint64(b) }

func (t *table) get(n node, b byte) (uint32, bool) {
	if t.used == 0 {
		return 0, false
	}
	s := t.find(tableKey(n, b))
	return s.value, s.key != 0
}

func (t *table) put(n node, b byte, value uint32) {
	if t.used*4 >= len(t.slots)*3 {
		t.grow()
	}
	s := t.find(tableKey(n, b))
	if s.key == 0 {
		t.used++
	}
	*s = slot{tableKey(n, b), value}
}

// find gives the slot of key, or the free one that it would get.
func (t *table) find(key uint64) *slot {
	for i := int(key * golden >> t.shift); ; i++ {
		s := &t.slots[i&(len(t.slots)-1)]
		if s.key == key || s.key == 0 {
			return s
		}
	}
}

func (t *table) grow() {
	old := t.slots
	if len(old) == 0 {
		t.slots, t.shift = make([]slot, 64), 64-6
		return
	}
	t.slots, t.shift = make([]slot, 2*len(old)), t.shift-1
	for _, s := range old {
		if s.key != 0 {
			*t.find(s.key) = s
		}
	}
}
