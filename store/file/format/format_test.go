package format

import (
	"bytes"
	"strings"
	"testing"
)

func exampleHeader(bits int) *Header {
	h := &Header{Generation: 7, Keys: 3, Bits: bits, Rows: make([]Row, 1<<bits)}
	h.Slots = []Slot{
		{Kind: Keyfile, Iterations: MinIterations, KeyID: [KeyIDSize]byte{1}},
		{Kind: Passphrase, Iterations: MaxIterations},
	}
	for i := range h.Rows {
		h.Rows[i] = Row{Digest{byte(i)}, NonceSize + TagSize + uint32(i), uint64(i) << 20}
	}
	return h
}

func exampleEntries() []Entry {
	return []Entry{
		{"A", 1, []Version{{9, 2, minRecord, Nonce{1}}, {3, 1, maxRecord, Nonce{2}}}},
		{"B.c-d_e", 5, []Version{{1, 5, 100, Nonce{3}}}},
	}
}

func TestHeaderParsesBackToItself(t *testing.T) {
	for _, bits := range []int{0, 1, 5} {
		raw := exampleHeader(bits).Marshal()
		h, err := ParseHeader(raw)
		if err != nil {
			t.Fatalf("%d bits: %v", bits, err)
		}
		if !bytes.Equal(h.Marshal(), raw) {
			t.Errorf("%d bits: other bytes than were parsed", bits)
		}
	}
}

func TestHeaderOfEveryLengthButItsOwnIsRefused(t *testing.T) {
	raw := exampleHeader(1).Marshal()
	for n := range len(raw) {
		if _, err := ParseHeader(raw[:n]); err == nil {
			t.Errorf("cut to %d bytes, it parses", n)
		}
	}
	if _, err := ParseHeader(append(raw, 0)); err == nil {
		t.Error("with a byte more, it parses")
	}
}

func TestHeaderRefuses(t *testing.T) {
	for want, change := range map[string]func(*Header){
		"under the floor":            func(h *Header) { h.Slots[0].Iterations = MinIterations - 1 },
		"over the cap":               func(h *Header) { h.Slots[1].Iterations = MaxIterations + 1 },
		"slots repeat":               func(h *Header) { h.Slots[1].Kind = Keyfile },
		"out of order":               func(h *Header) { h.Slots[0].Kind = Recovery },
		"with a key id":              func(h *Header) { h.Slots[1].KeyID[7] = 1 },
		"unknown kind":               func(h *Header) { h.Slots[1].Kind = 5 },
		"0 slots":                    func(h *Header) { h.Slots = nil },
		"5 slots":                    func(h *Header) { h.Slots = make([]Slot, 5) },
		"generation 0":               func(h *Header) { h.Generation = 0 },
		"bucket 1 cannot have these": func(h *Header) { h.Rows[1].Index = NonceSize + TagSize - 1 },
		"bucket 0 cannot have these": func(h *Header) { h.Rows[0].Records = 1 << 63 },
	} {
		h := exampleHeader(1)
		change(h)
		_, err := ParseHeader(h.Marshal())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestSlotChecksumNoticesEveryAlteredByte(t *testing.T) {
	raw := exampleHeader(0).Marshal()
	first := fixedSize - 1
	for i := first; i < first+slotSize; i++ {
		altered := bytes.Clone(raw)
		altered[i] ^= 0x40
		_, err := ParseHeader(altered)
		if err == nil || !strings.Contains(err.Error(), "checksum of the slot") {
			t.Errorf("byte %d of the slot altered: error %v", i-first, err)
		}
	}
}

func TestNewerFormatIsNamed(t *testing.T) {
	raw := exampleHeader(0).Marshal()
	raw[9] = 2
	_, headerErr := ParseHeader(raw)
	_, configErr := ParseConfig(bytes.Replace(MarshalConfig(ID{}), []byte("format: 1"), []byte("format: 12"), 1))
	for _, err := range []error{headerErr, configErr} {
		if e, ok := err.(*Error); !ok || !e.Newer {
			t.Errorf("error %v does not say that the format is newer", err)
		}
	}
}

func TestBucketParsesBackToItself(t *testing.T) {
	for _, entries := range [][]Entry{nil, exampleEntries()} {
		raw := MarshalBucket(entries)
		got, err := ParseBucket(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(MarshalBucket(got), raw) {
			t.Error("other bytes than were parsed")
		}
	}
}

func TestBucketRefuses(t *testing.T) {
	for want, change := range map[string]func([]Entry){
		"out of order":          func(e []Entry) { e[0], e[1] = e[1], e[0] },
		"keys repeat":           func(e []Entry) { e[1].Key = e[0].Key },
		"not a key":             func(e []Entry) { e[1].Key = "1" },
		"not an entry":          func(e []Entry) { e[0].Key = "" },
		"0 versions":            func(e []Entry) { e[0].Versions = nil },
		"11 versions":           func(e []Entry) { e[0].Versions = make([]Version, 11) },
		"versions do not":       func(e []Entry) { e[0].Versions[1].Number = 9 },
		"not the length of a":   func(e []Entry) { e[0].Versions[0].Length = TagSize },
		"65553 bytes are not":   func(e []Entry) { e[0].Versions[0].Length = maxRecord + 1 },
		"versions do not desce": func(e []Entry) { e[1].Versions[0].Number = 0 },
	} {
		entries := exampleEntries()
		change(entries)
		_, err := ParseBucket(MarshalBucket(entries))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestConfigIsExact(t *testing.T) {
	id := ID{0xab, 1}
	text := MarshalConfig(id)
	if got, err := ParseConfig(text); err != nil || got != id {
		t.Fatalf("id %x, error %v", got, err)
	}
	for i := range text {
		altered := bytes.Clone(text)
		altered[i] ^= 0x20
		if got, err := ParseConfig(altered); err == nil && got == id {
			t.Errorf("byte %d altered: the same config", i)
		}
	}
	for _, wrong := range [][]byte{nil, text[:len(text)-1], append(bytes.Clone(text), '\n'), bytes.ToUpper(text)} {
		if _, err := ParseConfig(wrong); err == nil {
			t.Errorf("%d bytes that are no config parse", len(wrong))
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(exampleHeader(0).Marshal())
	f.Add(exampleHeader(3).Marshal())
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := ParseHeader(raw)
		if err == nil && !bytes.Equal(h.Marshal(), raw) {
			t.Error("what parses does not marshal to the same bytes")
		}
	})
}

func FuzzBucket(f *testing.F) {
	f.Add(MarshalBucket(exampleEntries()))
	f.Fuzz(func(t *testing.T, raw []byte) {
		entries, err := ParseBucket(raw)
		if err == nil && !bytes.Equal(MarshalBucket(entries), raw) {
			t.Error("what parses does not marshal to the same bytes")
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add(MarshalConfig(ID{1}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		id, err := ParseConfig(raw)
		if err == nil && !bytes.Equal(MarshalConfig(id), raw) {
			t.Error("what parses does not marshal to the same bytes")
		}
	})
}
