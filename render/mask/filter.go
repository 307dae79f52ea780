package mask

import (
	"encoding/binary"
	"math/bits"
)

// filter finds the places at which a pattern may be, without looking at every byte.
//
// Wu and Manber slide a window of the length m of the shortest pattern over the text, look
// at the block of B bytes at its end, and shift by how far that block is from the end of
// any pattern, by m-B+1 at most. Here the shift is always m-B+1, and the block is looked up
// among all blocks of the first m bytes of the patterns: an occurrence has one of its first
// m-B+1 blocks at a multiple of m-B+1. Since no shift depends on what was read before, the
// processor has several look-ups under way at once, which is worth more than the longer way
// between them; and a block may be as long as makes it rare.
//
// The set of blocks is a Bloom filter of 2 bits a block, both in one word.
type filter struct {
	words  []uint64
	shift  uint
	mask   uint64 // of the bytes of a block
	stride int
}

// wordBytes is how many bytes are read for a block, whatever its size.
const wordBytes = 8

// newFilter makes a filter for patterns that begin with these; all have at least m bytes.
func newFilter(beginnings [][]byte, m int) *filter {
	size := blockSize(m)
	f := &filter{stride: m - size + 1, mask: ^uint64(0) >> (64 - 8*size)}
	words := max(1<<6, len(beginnings)*f.stride*bitsPerBlock/64)
	log := uint(bits.Len(uint(words - 1)))
	f.words, f.shift = make([]uint64, 1<<log), 64-log
	var block [wordBytes]byte
	for _, b := range beginnings {
		for i := range f.stride {
			copy(block[:], b[i:i+size])
			h := f.hash(binary.LittleEndian.Uint64(block[:]))
			f.words[h>>f.shift] |= f.bits(h)
		}
	}
	return f
}

const bitsPerBlock = 24

// blockSize is the size of the blocks for patterns of at least m bytes: long enough to be
// rare in a text, where a false one costs as much as ten others, and no longer. Measured.
func blockSize(m int) int {
	switch {
	case m < 6:
		return 3
	case m < 16:
		return 4
	}
	return 6
}

func (f *filter) hash(word uint64) uint64 { return word & f.mask * golden }

func (f *filter) bits(h uint64) uint64 {
	return 1<<(h>>(f.shift-6)&63) | 1<<(h>>(f.shift-12)&63)
}

// next returns the first of i, i+stride, … at which a block is known, or the first for
// which p is too short.
func (f *filter) next(p []byte, i int) int {
	for ; i+wordBytes <= len(p); i += f.stride {
		h := f.hash(binary.LittleEndian.Uint64(p[i:]))
		b := f.bits(h)
		if f.words[h>>f.shift]&b == b {
			return i
		}
	}
	return i
}
