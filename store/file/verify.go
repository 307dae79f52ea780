package file

import (
	"context"
	"fmt"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Report is what a check of the whole store has found.
type Report struct {
	Keys, Versions int      // secrets that have a version that opens, and such versions
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

func (r *Report) add(key string, version uint64, why string, args ...any) {
	r.Damage = append(r.Damage, Damage{key, version, fmt.Sprintf(why, args...)})
}

// Verify opens every record of the store. Damage of a bucket or a record is in the
// report; what keeps the store as a whole from being trusted is the error.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	var report Report
	err := s.read(ctx, func(snap *snapshot) error {
		found := snap.header.Keys
		for number := range snap.header.Rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			entries, err := snap.bucket(number)
			if err != nil {
				report.add("", 0, "bucket %d of %d: %v", number, len(snap.header.Rows), err)
				continue
			}
			found -= uint64(len(entries))
			snap.whole(number, entries, &report)
		}
		if found != 0 && len(report.Damage) == 0 {
			report.add("", 0, "the header does not say how many keys there are")
		}
		return nil
	})
	return report, err
}

// whole opens all records of a bucket and gives what opens.
func (n *snapshot) whole(number int, entries []format.Entry, report *Report) (whole []draftEntry) {
	offset := n.records[number]
	for _, e := range entries {
		first := len(report.Damage)
		kept := draftEntry{Entry: format.Entry{Key: e.Key, Created: e.Created}}
		for _, v := range e.Versions {
			value, err := n.value(e.Key, v, offset)
			clear(value)
			if err != nil {
				report.add(e.Key, v.Number, "%s", whyUnread(err))
			} else {
				kept.Versions = append(kept.Versions, v)
				kept.records = append(kept.records, record{offset: offset})
			}
			offset += int64(v.Length)
		}
		report.Versions += len(kept.Versions)
		if len(kept.Versions) == 0 {
			continue
		}
		if newest := kept.Versions[0].Number; newest != e.Versions[0].Number {
			report.Damage[first].Why += fmt.Sprintf("; version %d does", newest)
		}
		report.Keys++
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
