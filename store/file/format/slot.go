package format

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Kind is what opens a slot.
type Kind uint8

// The kinds of slots, in the order in which they stand in a header.
const (
	Keyfile Kind = iota + 1
	Passphrase
	Keyring
	Recovery
)

var kindNames = [...]string{"unknown", "keyfile", "passphrase", "keyring", "recovery"}

func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		k = 0
	}
	return kindNames[k]
}

// ParseKind gives the kind of that name.
func ParseKind(name string) (Kind, bool) {
	for k := Keyfile; k <= Recovery; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

const (
	slotBody     = 1 + IDSize + 4 + KeyIDSize + CheckSize + NonceSize + DataKeySize + TagSize
	checksumSize = 16
	// slotSize is the length of a slot in bytes.
	slotSize = slotBody + checksumSize
	// slotPublic is how much of a slot its sealed key is bound to.
	slotPublic = 1 + IDSize + 4 + KeyIDSize
)

// Slot is one way to the data key.
type Slot struct {
	Kind       Kind
	ID         ID
	Iterations uint32
	KeyID      [KeyIDSize]byte
	Check      [CheckSize]byte
	Nonce      Nonce
	Sealed     [DataKeySize + TagSize]byte
}

// Public is the part of a slot that its sealed key is bound to: kind, slot id,
// iterations and key id, as they stand in the slot.
func (s *Slot) Public() []byte { return s.marshal()[:slotPublic] }

func (s *Slot) marshal() []byte {
	b := make([]byte, 0, slotSize)
	b = append(b, byte(s.Kind))
	b = append(b, s.ID[:]...)
	b = binary.BigEndian.AppendUint32(b, s.Iterations)
	b = append(b, s.KeyID[:]...)
	b = append(b, s.Check[:]...)
	b = append(b, s.Nonce[:]...)
	b = append(b, s.Sealed[:]...)
	sum := sha256.Sum256(b)
	return append(b, sum[:checksumSize]...)
}

// parse reads the slot; why is "" or what is wrong with it.
func (s *Slot) parse(b []byte) (why string) {
	sum := sha256.Sum256(b[:slotBody])
	if string(sum[:checksumSize]) != string(b[slotBody:]) {
		return "the checksum of the slot does not fit"
	}
	s.Kind = Kind(b[0])
	b = b[1:]
	b = b[copy(s.ID[:], b):]
	s.Iterations = binary.BigEndian.Uint32(b)
	b = b[4:]
	b = b[copy(s.KeyID[:], b):]
	b = b[copy(s.Check[:], b):]
	b = b[copy(s.Nonce[:], b):]
	copy(s.Sealed[:], b)
	switch {
	case s.Kind < Keyfile || s.Kind > Recovery:
		return fmt.Sprintf("slot of an unknown kind %d", s.Kind)
	case s.Kind == Passphrase && s.KeyID != [KeyIDSize]byte{}:
		return "a passphrase slot with a key id"
	case s.Iterations < MinIterations:
		return fmt.Sprintf("%d iterations are under the floor of %d", s.Iterations, MinIterations)
	case s.Iterations > MaxIterations:
		return fmt.Sprintf("%d iterations are over the cap of %d", s.Iterations, MaxIterations)
	}
	return ""
}
