package format

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"github.com/xec-sh/xec-go/store/secret"
)

// Entry is what a bucket knows of one key.
type Entry struct {
	Key      string
	Created  uint64
	Versions []Version // newest first
}

// Version is one value of a key, without the value.
type Version struct {
	Number  uint64
	Changed uint64
	Length  uint32 // of the sealed record
	Nonce   Nonce
}

// RecordsLength is the length of all records of an entry.
func (e *Entry) RecordsLength() (n uint64) {
	for i := range e.Versions {
		n += uint64(e.Versions[i].Length)
	}
	return n
}

// ParseBucket parses the plaintext of a bucket.
func ParseBucket(b []byte) ([]Entry, error) {
	entries := make([]Entry, 0, len(b)/64+1)
	for s := cryptobyte.String(b); len(s) > 0; {
		at := len(b) - len(s)
		e, why := parseEntry(&s)
		if why == "" && len(entries) > 0 && e.Key <= entries[len(entries)-1].Key {
			why = "keys repeat or are out of order"
		}
		if why != "" {
			return nil, &Error{"bucket", at, why, false}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func parseEntry(s *cryptobyte.String) (e Entry, why string) {
	var size uint16
	var key []byte
	var count uint8
	if !s.ReadUint16(&size) || size < 1 || size > maxKey || !s.ReadBytes(&key, int(size)) ||
		!s.ReadUint64(&e.Created) || !s.ReadUint8(&count) {
		return e, "not an entry"
	}
	if count < 1 || count > MaxVersions {
		return e, fmt.Sprintf("%d versions, not 1 to %d", count, MaxVersions)
	}
	e.Key = string(key)
	if secret.CheckKey(e.Key) != nil {
		return e, "an entry whose key is not a key"
	}
	e.Versions = make([]Version, count)
	for i := range e.Versions {
		v := &e.Versions[i]
		if !s.ReadUint64(&v.Number) || !s.ReadUint64(&v.Changed) || !s.ReadUint32(&v.Length) || !s.CopyBytes(v.Nonce[:]) {
			return e, "the bucket ends in an entry"
		}
		if v.Number == 0 || i > 0 && v.Number >= e.Versions[i-1].Number {
			return e, "versions do not descend"
		}
		if v.Length < minRecord || v.Length > maxRecord {
			return e, fmt.Sprintf("%d bytes are not the length of a record", v.Length)
		}
	}
	return e, ""
}

// MarshalBucket gives the plaintext of a bucket.
func MarshalBucket(entries []Entry) []byte {
	b := make([]byte, 0, 64*len(entries)+64)
	for i := range entries {
		e := &entries[i]
		b = binary.BigEndian.AppendUint16(b, uint16(len(e.Key)))
		b = append(b, e.Key...)
		b = binary.BigEndian.AppendUint64(b, e.Created)
		b = append(b, byte(len(e.Versions)))
		for j := range e.Versions {
			v := &e.Versions[j]
			b = binary.BigEndian.AppendUint64(b, v.Number)
			b = binary.BigEndian.AppendUint64(b, v.Changed)
			b = binary.BigEndian.AppendUint32(b, v.Length)
			b = append(b, v.Nonce[:]...)
		}
	}
	return b
}
