package file

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Slot is one way to open the store.
type Slot struct {
	Kind       format.Kind
	Iterations int // of PBKDF2
}

// Slots returns the ways to open the store, in the order of their kinds. A store that
// is not there has none.
func (s *Store) Slots(ctx context.Context) (slots []Slot, err error) {
	err = s.read(ctx, func(snap *snapshot) error {
		for _, slot := range snap.header.Slots {
			slots = append(slots, Slot{slot.Kind, int(slot.Iterations)})
		}
		return nil
	})
	return slots, err
}

// NewSlot is a slot to be made.
type NewSlot struct {
	Kind       format.Kind
	Iterations int          // 100,000 to 10,000,000; 0 for those of the slot that it replaces, or the default
	Passphrase secret.Value // of a passphrase slot
	// Show is given the key of a recovery slot, which is kept nowhere, before the slot is
	// written. Its error stops that.
	Show func(recovery secret.Value) error
	key  []byte // of a recovery slot; nil for a new one
}

// AddSlot makes a slot, in place of one of its kind, and reports whether there was one.
func (s *Store) AddSlot(ctx context.Context, add NewSlot) (replaced bool, err error) {
	if err := CheckIterations(add.Iterations); err != nil {
		return false, err
	}
	if err := s.needStore(ctx); err != nil {
		return false, err
	}
	material, err := s.newSecret(ctx, add)
	if err != nil {
		return false, err
	}
	defer clear(material)
	if add.Kind == format.Recovery {
		if err := show(add.Show, material); err != nil {
			return false, err
		}
	}
	var old *format.Slot
	err = s.write(ctx, func(d *draft) error {
		old = findSlot(&d.header, add.Kind)
		slot, err := d.base.newSlot(add.Kind, iterationsOf(add, old), bytes.Clone(material))
		d.putSlot(slot)
		return err
	})
	if add.Kind == format.Keyring {
		s.tidyKeyring(ctx, old, keyID(material), err)
	}
	return old != nil, err
}

func findSlot(h *format.Header, kind format.Kind) *format.Slot {
	i := slices.IndexFunc(h.Slots, func(s format.Slot) bool { return s.Kind == kind })
	if i < 0 {
		return nil
	}
	return &h.Slots[i]
}

// show shows a recovery key to whoever has to write it down: before the store is locked
// with it, because what could not be shown would be lost.
func show(to func(secret.Value) error, key []byte) error {
	text := recoveryText(key)
	defer text.Clear()
	return to(text)
}

// iterationsOf gives the iterations of a slot that takes the place of old.
func iterationsOf(add NewSlot, old *format.Slot) uint32 {
	switch {
	case add.Iterations != 0:
		return uint32(add.Iterations)
	case old != nil:
		return old.Iterations
	}
	return format.MinIterations
}

// tidyKeyring removes the key that is not the slot's: the older one when the write
// succeeded, the new one when it did not.
func (s *Store) tidyKeyring(ctx context.Context, old *format.Slot, id [format.KeyIDSize]byte, err error) {
	switch {
	case err != nil && !isUnsynced(err):
		s.dropKeyring(ctx, id)
	case old != nil && old.KeyID != id:
		s.dropKeyring(ctx, old.KeyID)
	}
}

// CheckIterations returns an error of kind secret.Invalid unless n is a number of
// iterations, or 0.
func CheckIterations(n int) error {
	switch {
	case n == 0:
		return nil
	case n < format.MinIterations:
		return secret.Errorf(secret.Invalid, "%d iterations are under the floor of %d", n, format.MinIterations)
	case n > format.MaxIterations:
		return secret.Errorf(secret.Invalid, "%d iterations are over the cap of %d", n, format.MaxIterations)
	}
	return nil
}

// needStore returns an error unless there is a store, and it opens.
func (s *Store) needStore(ctx context.Context) error {
	exists, err := s.exists()
	if err == nil && !exists {
		return s.noStore()
	}
	if err != nil {
		return err
	}
	return s.Warm(ctx)
}

func (s *Store) noStore() error {
	err := secret.Errorf(secret.General, "%s: there is no store yet", s.opt.Dir)
	return secret.WithHint(err, "xec secrets set makes it with the first secret")
}

// newSecret gives the secret of a slot that is about to be made.
func (s *Store) newSecret(ctx context.Context, add NewSlot) ([]byte, error) {
	switch add.Kind {
	case format.Keyfile:
		return s.needKeyFile()
	case format.Passphrase:
		return readPassphrase(func() (secret.Value, error) { return add.Passphrase, nil })
	case format.Keyring:
		key := random(make([]byte, keySize))
		return key, s.writeKeyring(ctx, key)
	}
	if add.key != nil {
		return add.key, nil
	}
	return random(make([]byte, keySize)), nil
}

// RemoveSlot removes the slot of a kind. The last one stays.
func (s *Store) RemoveSlot(ctx context.Context, kind format.Kind) error {
	if err := s.needStore(ctx); err != nil {
		return err
	}
	var removed format.Slot
	err := s.write(ctx, func(d *draft) error {
		slot := findSlot(&d.header, kind)
		if d.base.file == nil || slot == nil {
			return secret.Errorf(secret.Invalid, "%s: there is no %s slot", s.opt.Dir, kind)
		}
		if len(d.header.Slots) == 1 {
			err := secret.Errorf(secret.Invalid, "%s: its %s slot is the last, and nothing else would open the store", s.opt.Dir, kind)
			return secret.WithHint(err, "add another one first: xec secrets keyslot add KIND")
		}
		removed = *slot
		d.header.Slots = slices.DeleteFunc(slices.Clone(d.header.Slots), func(s format.Slot) bool { return s.Kind == kind })
		return s.checkOpenable(ctx, &d.header)
	})
	if kind == format.Keyring && (err == nil || isUnsynced(err)) {
		s.dropKeyring(ctx, removed.KeyID)
	}
	return err
}

// checkOpenable returns an error if the key of no slot is there. What a person knows, or
// has written down, is believed to be.
func (s *Store) checkOpenable(ctx context.Context, h *format.Header) error {
	if takesText(h) {
		return nil
	}
	var failed error
	for i := range h.Slots {
		key, err := s.storedKey(ctx, &h.Slots[i])
		clear(key)
		if err == nil {
			return nil
		}
		failed = err
	}
	err := secret.Errorf(secret.KindOf(failed), "nothing that is left would open the store: %w", failed)
	return secret.WithHint(err, "add something that does first: xec secrets keyslot add KIND")
}

// newSlot seals the data key under a secret, which is overwritten.
func (n *snapshot) newSlot(kind format.Kind, iterations uint32, material []byte) (format.Slot, error) {
	slot := format.Slot{Kind: kind, Iterations: iterations}
	random(slot.ID[:])
	if kind != format.Passphrase {
		slot.KeyID = keyID(material)
	}
	wrapping, err := n.store.stretch(&slot, n.salt, material)
	if err != nil {
		return slot, err
	}
	n.store.wrapping[slot.ID] = wrapping
	return slot, sealSlot(&slot, n.header.StoreID, wrapping, n.dataKey)
}

// putSlot puts a slot in the place of the one of its kind.
func (d *draft) putSlot(slot format.Slot) {
	slots := slices.DeleteFunc(slices.Clone(d.header.Slots), func(s format.Slot) bool { return s.Kind == slot.Kind })
	slots = append(slots, slot)
	slices.SortFunc(slots, func(a, b format.Slot) int { return int(a.Kind) - int(b.Kind) })
	d.header.Slots = slots
}

func isUnsynced(err error) bool {
	var made *unsyncedError
	return errors.As(err, &made)
}
