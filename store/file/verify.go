package file

import (
	"context"
	"fmt"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Findings is what a check of the whole store has found.
type Findings struct {
	Keys, Versions int      // secrets that have a version that opens, and such versions
	Lost           int      // secrets of which nothing opens, as far as the header tells
	Damage         []Damage // none in a store that is whole
}

// Damage is a part of the store that cannot be trusted. Key and Version say which
// record; a part that is no record has no key.
type Damage struct {
	Key     string
	Version uint64
	Why     string
}

func (d Damage) String() string {
	if d.Key == "" {
		return d.Why
	}
	return fmt.Sprintf("%s: version %d: %s", d.Key, d.Version, d.Why)
}

func (r *Findings) add(key string, version uint64, why string, args ...any) {
	r.Damage = append(r.Damage, Damage{key, version, fmt.Sprintf(why, args...)})
}

// addBucket notes that nothing is known of the keys of a bucket.
func (f *Findings) addBucket(number, of int, err error) {
	f.add("", 0, "part %d of %d of the index, with the names of some secrets: %v", number+1, of, err)
}

// lost is how many of keys are missing, as far as that can be told.
func lost(keys uint64, whole int) int {
	if n := uint64(whole); keys > n && keys-n < 1<<32 {
		return int(keys - n)
	}
	return 0
}

// Verify opens every record of the store. Damage of a bucket or a record is in the
// findings; what keeps the store as a whole from being trusted is the error.
func (s *Store) Verify(ctx context.Context) (Findings, error) {
	var found Findings
	exists, err := s.exists()
	if err == nil && !exists {
		if err = s.checkGone(); err == nil {
			err = s.noStore()
		}
	}
	if err != nil {
		return found, err
	}
	err = s.read(ctx, func(snap *snapshot) error {
		missing := snap.header.Keys
		for number := range snap.header.Rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			entries, err := snap.bucket(number)
			if err != nil {
				found.addBucket(number, len(snap.header.Rows), err)
				continue
			}
			missing -= uint64(len(entries))
			snap.whole(number, entries, &found)
		}
		found.Lost = lost(snap.header.Keys, found.Keys)
		if missing != 0 && len(found.Damage) == 0 {
			found.add("", 0, "the header does not say how many keys there are")
		}
		return nil
	})
	return found, err
}

// whole opens all records of a bucket and gives what opens.
func (n *snapshot) whole(number int, entries []format.Entry, found *Findings) (whole []draftEntry) {
	offset := n.records[number]
	for _, e := range entries {
		first := len(found.Damage)
		kept := draftEntry{Entry: format.Entry{Key: e.Key, Created: e.Created}}
		for _, v := range e.Versions {
			value, err := n.value(e.Key, v, offset)
			clear(value)
			if err != nil {
				found.add(e.Key, v.Number, "%s", whyUnread(err))
			} else {
				kept.Versions = append(kept.Versions, v)
				kept.records = append(kept.records, record{offset: offset})
			}
			offset += int64(v.Length)
		}
		found.Versions += len(kept.Versions)
		if len(kept.Versions) == 0 {
			continue
		}
		if newest := kept.Versions[0].Number; newest != e.Versions[0].Number {
			found.Damage[first].Why += fmt.Sprintf("; version %d does", newest)
		}
		found.Keys++
		whole = append(whole, kept)
	}
	return whole
}

// whyUnread is why a record could not be had.
func whyUnread(err error) string {
	if secret.KindOf(err) == secret.Encryption {
		return "does not open"
	}
	return "cannot be read: " + err.Error()
}
