package file

import (
	"cmp"
	"math"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// draft is a store about to be written: a base and the buckets that differ from
// it. The base of a new store has no file.
type draft struct {
	base    *snapshot
	header  format.Header // of the new file; its rows are set when it is written
	keys    *keys         // that the new file is sealed with: the base's, but for a rekey
	salt    []byte        // of the new file
	touched map[int][]draftEntry
	now     uint64
}

// draftEntry is an entry whose records may not be written yet.
type draftEntry struct {
	format.Entry
	records []record // one a version
}

// record is sealed bytes, or where they lie in the base. Those that are to be sealed
// anew when they are written were sealed with the nonce old.
type record struct {
	fresh  []byte
	offset int64
	reseal bool
	old    format.Nonce
}

func newDraft(base *snapshot, now uint64) *draft {
	d := &draft{base: base, header: *base.header, keys: base.keys, salt: base.salt, touched: map[int][]draftEntry{}, now: now}
	d.header.Generation = max(base.newest, d.header.Generation) + 1
	return d
}

// bucket gives the entries of a bucket of the base, ready to be changed.
func (d *draft) bucket(number int) ([]draftEntry, error) {
	if entries, ok := d.touched[number]; ok || d.base.file == nil {
		return entries, nil
	}
	stored, err := d.base.bucket(number)
	if err != nil {
		return nil, err
	}
	entries := make([]draftEntry, len(stored))
	offset := d.base.records[number]
	for i, e := range stored {
		entries[i] = draftEntry{e, make([]record, len(e.Versions))}
		for j, v := range e.Versions {
			entries[i].records[j].offset = offset
			offset += int64(v.Length)
		}
	}
	d.touched[number] = entries
	return entries, nil
}

// place is where a key is, or belongs: in the entries of the bucket number, at i.
type place struct {
	number  int
	entries []draftEntry
	i       int
	found   bool
}

func (d *draft) find(key string) (p place, err error) {
	p.number = d.keys.bucket(key, d.header.Bits)
	if p.entries, err = d.bucket(p.number); err != nil {
		return place{}, err
	}
	p.i, p.found = slices.BinarySearchFunc(p.entries, key, func(e draftEntry, key string) int { return cmp.Compare(e.Key, key) })
	return p, nil
}

// put makes value the newest version of key.
func (d *draft) put(key string, value secret.Value) error {
	p, err := d.find(key)
	if err != nil {
		return err
	}
	if !p.found {
		p.entries = slices.Insert(p.entries, p.i, draftEntry{Entry: format.Entry{Key: key, Created: d.now}})
		d.header.Keys++
	}
	d.touched[p.number] = p.entries
	e := &p.entries[p.i]
	v := format.Version{Number: 1, Changed: d.now, Length: uint32(value.Len() + format.TagSize)}
	if p.found {
		if e.Versions[0].Number == math.MaxUint64 {
			return d.base.store.damaged(format.KeyringFile, "no version of %s can follow its newest", key)
		}
		v.Number = e.Versions[0].Number + 1
	}
	random(v.Nonce[:])
	sealed := d.keys.sealRecord(key, v.Number, v.Nonce, value.Reveal())
	keep := min(len(e.Versions), format.MaxVersions-1)
	e.Versions = slices.Concat([]format.Version{v}, e.Versions[:keep])
	e.records = slices.Concat([]record{{fresh: sealed}}, e.records[:keep])
	return nil
}

// remove drops key with all its versions and reports whether it was there.
func (d *draft) remove(key string) (bool, error) {
	p, err := d.find(key)
	if err != nil || !p.found {
		return false, err
	}
	d.touched[p.number] = slices.Delete(p.entries, p.i, p.i+1)
	d.header.Keys--
	return true, nil
}

// has reports whether the draft holds key.
func (d *draft) has(key string) (bool, error) {
	p, err := d.find(key)
	return p.found, err
}

// grow prepares for keys that are about to be put, of which some may be new.
// Doing it first keeps buckets small while many are put into a new store.
func (d *draft) grow(keys []string) error {
	count := d.header.Keys
	for _, key := range keys {
		found, err := d.has(key)
		if err != nil {
			return err
		}
		if !found {
			count++
		}
	}
	return d.reshape(count)
}

// reshape gives the store the number of buckets that suits keys many keys, if
// the present one does not, and moves the entries.
func (d *draft) reshape(keys uint64) error {
	bits := d.header.Bits
	if d.base.file != nil && keys <= 4<<(2*bits) && keys >= 1<<(2*bits)>>4 {
		return nil
	}
	if bits = bitsFor(keys); bits == d.header.Bits {
		return nil
	}
	all, err := d.all()
	if err == nil {
		d.deal(all, bits)
	}
	return err
}

// all gives the entries of every bucket. Who reads them all signs no number of keys that is
// wrong.
func (d *draft) all() (all []draftEntry, err error) {
	for number := range d.header.Rows {
		entries, err := d.bucket(number)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	if n := uint64(len(all)); n != d.header.Keys {
		return nil, d.base.store.damaged(format.KeyringFile, "%d keys, but its header says %d", n, d.header.Keys)
	}
	return all, nil
}

// deal puts entries, which are all that there are, into 1<<bits buckets.
func (d *draft) deal(all []draftEntry, bits int) {
	d.header.Bits = bits
	clear(d.touched)
	for number := range 1 << bits {
		d.touched[number] = nil
	}
	for _, e := range all {
		number := d.keys.bucket(e.Key, bits)
		d.touched[number] = append(d.touched[number], e)
	}
	for _, entries := range d.touched {
		slices.SortFunc(entries, byKey)
	}
}

func byKey(a, b draftEntry) int { return cmp.Compare(a.Key, b.Key) }

// bitsFor is the number of bits that gives about √keys buckets.
func bitsFor(keys uint64) int {
	bits := 0
	for bits < format.MaxBits && keys > 1<<(2*bits) {
		bits++
	}
	return bits
}
