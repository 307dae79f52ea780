package mask

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/xec-sh/xec-go/store/secret"
)

// Set holds the values that are hidden, and counts the masks. The zero Set is empty and
// ready to use. All methods may be called at the same time, and while streams run.
//
// Printing a Set shows none of its values, nor does reflection: everything lies behind a
// pointer.
type Set struct {
	state atomic.Pointer[state]
}

var _ fmt.Formatter = (*Set)(nil)

// Count says how many masks of a key were written.
type Count struct {
	Key   string
	Masks int64
}

type count = atomic.Int64

// state is what a Set is made of.
type state struct {
	mu     sync.Mutex
	added  atomic.Uint64 // how many values there are; a stream asks without the lock
	owners map[string]*owner
	known  map[entry]bool
	recent []entry // not in a level yet
	levels []level
	built  int // how many entries matchers were made of, for tests
}

// entry is a value of a key.
type entry struct {
	owner *owner
	value string
}

// level is a part of the entries with matchers for these. A level is more than four times
// as large as the next one, so that adding values one by one builds each of them a few times,
// not once for every other one, and a stream has few matchers to ask.
type level struct {
	entries  []entry
	size     int
	matchers []*matcher
}

// Add hides v in all streams from their next byte on. It copies v.
func (s *Set) Add(key string, v secret.Value) {
	in := s.inside()
	in.mu.Lock()
	defer in.mu.Unlock()
	o := in.owners[key]
	if o == nil {
		o = &owner{key: key, mask: []byte("[secret:" + key + "]")}
		in.owners[strings.Clone(key)] = o
	}
	e := entry{o, string(v.Reveal())}
	if in.known[e] {
		return
	}
	in.known[e] = true
	if len(e.value) >= least {
		in.recent = append(in.recent, e)
		in.added.Add(1)
	}
}

// inside is s.state, made when first asked for.
func (s *Set) inside() *state {
	if in := s.state.Load(); in != nil {
		return in
	}
	s.state.CompareAndSwap(nil, &state{owners: map[string]*owner{}, known: map[entry]bool{}})
	return s.state.Load()
}

// Empty reports whether there is no value to hide.
func (s *Set) Empty() bool { return s.inside().added.Load() == 0 }

// Holds reports whether a value that is hidden stands in text as it is.
func (s *Set) Holds(text []byte) bool {
	in := s.inside()
	in.mu.Lock()
	defer in.mu.Unlock()
	for e := range in.known {
		if len(e.value) >= least && bytes.Contains(text, []byte(e.value)) {
			return true
		}
	}
	return false
}

// Short returns the keys that have a value of less than 4 bytes, which is not hidden.
func (s *Set) Short() []string {
	in := s.inside()
	in.mu.Lock()
	defer in.mu.Unlock()
	keys := map[string]bool{}
	for e := range in.known {
		if len(e.value) < least {
			keys[e.owner.key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// Counts returns the keys of which masks were written, in order.
func (s *Set) Counts() (counts []Count) {
	in := s.inside()
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(in.owners)) {
		if n := in.owners[key].masks.Load(); n > 0 {
			counts = append(counts, Count{key, n})
		}
	}
	return counts
}

// Total is how many masks were written.
func (s *Set) Total() (n int64) {
	for _, c := range s.Counts() {
		n += c.Masks
	}
	return n
}

// String hides the values.
func (*Set) String() string { return "mask.Set" }

// GoString hides the values.
func (*Set) GoString() string { return "mask.Set" }

// Format hides the values, whatever the verb.
func (*Set) Format(f fmt.State, _ rune) { io.WriteString(f, "mask.Set") }

// matchers returns matchers for all values, and how many values these are.
func (in *state) matchers() (all []*matcher, values uint64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.recent) > 0 {
		in.settle()
	}
	for _, l := range in.levels {
		all = append(all, l.matchers...)
	}
	return all, in.added.Load()
}

// settle makes a level of the recent entries and of the levels that are not much larger.
func (in *state) settle() {
	l := level{entries: in.recent, size: size(in.recent)}
	in.recent = nil
	for k := len(in.levels) - 1; k >= 0 && in.levels[k].size <= 4*l.size; k-- {
		l.entries = append(l.entries, in.levels[k].entries...)
		l.size += in.levels[k].size
		in.levels = in.levels[:k]
	}
	l.matchers = build(l.entries)
	in.built += len(l.entries)
	in.levels = append(in.levels, l)
}

// size is about what it costs to build matchers for these.
func size(entries []entry) (n int) {
	for _, e := range entries {
		n += 16 + len(e.value)
	}
	return n
}
