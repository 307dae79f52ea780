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

// find gives the bucket of key, its entries, and where key is or belongs.
func (d *draft) find(key string) (number int, entries []draftEntry, i int, found bool, err error) {
	number = d.keys.bucket(key, d.header.Bits)
	entries, err = d.bucket(number)
	if err != nil {
		return 0, nil, 0, false, err
	}
	i, found = slices.BinarySearchFunc(entries, key, func(e draftEntry, key string) int { return cmp.Compare(e.Key, key) })
	return number, entries, i, found, nil
}

// put makes value the newest version of key.
func (d *draft) put(key string, value secret.Value) error {
	number, entries, i, found, err := d.find(key)
	if err != nil {
		return err
	}
	if !found {
		entries = slices.Insert(entries, i, draftEntry{Entry: format.Entry{Key: key, Created: d.now}})
		d.header.Keys++
	}
	d.touched[number] = entries
	e := &entries[i]
	v := format.Version{Number: 1, Changed: d.now, Length: uint32(value.Len() + format.TagSize)}
	if found {
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
	number, entries, i, found, err := d.find(key)
	if err != nil || !found {
		return false, err
	}
	d.touched[number] = slices.Delete(entries, i, i+1)
	d.header.Keys--
	return true, nil
}

// has reports whether the draft holds key.
func (d *draft) has(key string) (bool, error) {
	_, _, _, found, err := d.find(key)
	return found, err
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
	moved := map[int][]draftEntry{}
	var count uint64
	for number := range d.header.Rows {
		entries, err := d.bucket(number)
		if err != nil {
			return err
		}
		count += uint64(len(entries))
		for _, e := range entries {
			to := d.keys.bucket(e.Key, bits)
			moved[to] = append(moved[to], e)
		}
	}
	if err := d.checkCount(count); err != nil {
		return err
	}
	for _, entries := range moved {
		slices.SortFunc(entries, byKey)
	}
	for number := range 1 << bits {
		d.touched[number] = moved[number]
	}
	for number := range d.touched {
		if number >= 1<<bits {
			delete(d.touched, number)
		}
	}
	d.header.Bits = bits
	return nil
}

func byKey(a, b draftEntry) int { return cmp.Compare(a.Key, b.Key) }

// checkCount compares the number of keys in all buckets with what the header says: who
// reads every bucket signs no number that is wrong.
func (d *draft) checkCount(count uint64) error {
	if count != d.header.Keys {
		return d.base.store.damaged(format.KeyringFile, "%d keys, but its header says %d", count, d.header.Keys)
	}
	return nil
}

// bitsFor is the number of bits that gives about √keys buckets.
func bitsFor(keys uint64) int {
	bits := 0
	for bits < format.MaxBits && keys > 1<<(2*bits) {
		bits++
	}
	return bits
}
