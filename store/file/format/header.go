package format

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

const (
	magic = "XEC-KEYS"
	// Prefix is how much of keyring.enc tells the length of its header.
	Prefix   = len(magic) + 2 + 4
	maxSlots = 4
	rowSize  = digestSize + 4 + 8
	// fixedSize is the header without slots and rows.
	fixedSize = Prefix + IDSize + 8 + 8 + 2*digestSize + 1 + 1
	// maxHeader is the length of the longest header.
	maxHeader = fixedSize + maxSlots*slotSize + rowSize<<MaxBits
	// AuthenticatorSize is the length of what ends the file.
	AuthenticatorSize = digestSize
)

// Header is the first part of keyring.enc.
type Header struct {
	StoreID    ID
	Generation uint64
	Keys       uint64
	Salt       Digest
	Config     Digest
	Slots      []Slot
	Bits       int
	Rows       []Row // 1<<Bits of them
}

// Row describes one bucket.
type Row struct {
	Digest  Digest
	Index   uint32 // length of the sealed bucket
	Records uint64 // length of the bucket's records
}

// HeaderSize tells the length of a header from its first Prefix bytes.
func HeaderSize(prefix []byte) (int, error) {
	if len(prefix) < Prefix || string(prefix[:len(magic)]) != magic {
		return 0, headerError(0, "not a store: it does not begin with "+magic)
	}
	s := cryptobyte.String(prefix[len(magic):])
	var v uint16
	var size uint32
	s.ReadUint16(&v)
	s.ReadUint32(&size)
	if v > version {
		return 0, &Error{KeyringFile, len(magic), fmt.Sprintf("format %d is newer than this xec", v), true}
	}
	if v != version {
		return 0, headerError(len(magic), "format %d does not exist", v)
	}
	if size < uint32(fixedSize) || size > uint32(maxHeader) {
		return 0, headerError(len(magic)+2, "%d bytes are not the length of a header", size)
	}
	return int(size), nil
}

// ParseHeader parses a whole header.
func ParseHeader(b []byte) (*Header, error) {
	h, damaged, err := SalvageHeader(b)
	if err == nil && len(damaged) > 0 {
		err = damaged[0]
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

// SalvageHeader parses a header, some of whose slots may be damaged: those are left out,
// with an error for each.
func SalvageHeader(b []byte) (h *Header, damaged []error, err error) {
	size, err := HeaderSize(b)
	if err != nil {
		return nil, nil, err
	}
	if size != len(b) {
		return nil, nil, headerError(len(magic)+2, "the header has %d bytes, not %d", len(b), size)
	}
	h = new(Header)
	s := cryptobyte.String(b[Prefix:])
	s.CopyBytes(h.StoreID[:])
	s.ReadUint64(&h.Generation)
	s.ReadUint64(&h.Keys)
	s.CopyBytes(h.Salt[:])
	s.CopyBytes(h.Config[:])
	if damaged, err = h.parseSlots(&s, len(b)); err != nil {
		return nil, nil, err
	}
	if err := h.parseRows(&s, len(b)); err != nil {
		return nil, nil, err
	}
	if h.Generation == 0 {
		damaged = append(damaged, headerError(Prefix+IDSize, "generation 0 does not exist"))
	}
	return h, damaged, nil
}

// parseSlots keeps the slots that are as they should be, and gives an error for each
// other one.
func (h *Header) parseSlots(s *cryptobyte.String, size int) (damaged []error, err error) {
	var count uint8
	at := size - len(*s)
	s.ReadUint8(&count)
	if count < 1 || count > maxSlots {
		return nil, headerError(at, "%d slots, not 1 to %d", count, maxSlots)
	}
	for range count {
		at := size - len(*s)
		var raw []byte
		if !s.ReadBytes(&raw, slotSize) {
			return nil, headerError(at, "the header ends in a slot")
		}
		var slot Slot
		why := slot.parse(raw)
		if n := len(h.Slots); why == "" && n > 0 && slot.Kind <= h.Slots[n-1].Kind {
			why = "slots repeat or are out of order"
		}
		if why != "" {
			damaged = append(damaged, headerError(at, "%s", why))
			continue
		}
		h.Slots = append(h.Slots, slot)
	}
	return damaged, nil
}

func (h *Header) parseRows(s *cryptobyte.String, size int) error {
	var bits uint8
	at := size - len(*s)
	if !s.ReadUint8(&bits) || bits > MaxBits || len(*s) != rowSize<<bits {
		return headerError(at, "the table does not have the length that the header says")
	}
	h.Bits = int(bits)
	h.Rows = make([]Row, 1<<bits)
	for i := range h.Rows {
		r := &h.Rows[i]
		s.CopyBytes(r.Digest[:])
		s.ReadUint32(&r.Index)
		s.ReadUint64(&r.Records)
		if r.Index < NonceSize+TagSize || r.Records > 1<<48 {
			return headerError(size-len(*s)-rowSize, "bucket %d cannot have these lengths", i)
		}
	}
	return nil
}

// Marshal gives the bytes of the header.
func (h *Header) Marshal() []byte {
	size := h.Size()
	b := append(make([]byte, 0, size), magic...)
	b = binary.BigEndian.AppendUint16(b, version)
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	b = append(b, h.StoreID[:]...)
	b = binary.BigEndian.AppendUint64(b, h.Generation)
	b = binary.BigEndian.AppendUint64(b, h.Keys)
	b = append(b, h.Salt[:]...)
	b = append(b, h.Config[:]...)
	b = append(b, byte(len(h.Slots)))
	for i := range h.Slots {
		b = append(b, h.Slots[i].marshal()...)
	}
	b = append(b, byte(h.Bits))
	for i := range h.Rows {
		b = append(b, h.Rows[i].Digest[:]...)
		b = binary.BigEndian.AppendUint32(b, h.Rows[i].Index)
		b = binary.BigEndian.AppendUint64(b, h.Rows[i].Records)
	}
	return b
}

// Size is the length of the header in bytes.
func (h *Header) Size() int {
	return fixedSize + len(h.Slots)*slotSize + rowSize<<h.Bits
}

// FileSize is the length that keyring.enc has by this header.
func (h *Header) FileSize() int64 {
	size := int64(h.Size() + AuthenticatorSize)
	for i := range h.Rows {
		size += int64(h.Rows[i].Index) + int64(h.Rows[i].Records)
	}
	return size
}

func headerError(offset int, why string, args ...any) error {
	return &Error{KeyringFile, offset, fmt.Sprintf(why, args...), false}
}
