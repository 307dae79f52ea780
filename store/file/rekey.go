package file

import (
	"context"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Rekey gives the store a new data key and seals everything anew. Iterations is for all
// slots; 0 leaves each its own. If there is a recovery slot the new recovery key is shown
// before it takes the place of the old one, as by AddSlot.
func (s *Store) Rekey(ctx context.Context, iterations int, to func(recovery secret.Value) error) error {
	if err := CheckIterations(iterations); err != nil {
		return err
	}
	if err := s.needStore(ctx); err != nil {
		return err
	}
	// Before the lock is taken, so that nobody waits for a person who types.
	slots, materials, err := s.slotSecrets(ctx)
	defer clearAll(materials)
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(slots, func(s format.Slot) bool { return s.Kind == format.Recovery }); at >= 0 {
		if err := show(to, materials[at]); err != nil {
			return err
		}
	}
	return s.write(ctx, func(d *draft) error {
		if !slices.Equal(slots, d.header.Slots) {
			return secret.Errorf(secret.General, "%s: its keyslots were changed meanwhile", s.opt.Dir)
		}
		return d.rekey(materials, uint32(iterations))
	})
}

func clearAll(all [][]byte) {
	for _, b := range all {
		clear(b)
	}
}

// slotSecrets gives the slots with the secret of each: a new one for the recovery slot.
func (s *Store) slotSecrets(ctx context.Context) (slots []format.Slot, materials [][]byte, err error) {
	err = s.read(ctx, func(snap *snapshot) error {
		slots = snap.header.Slots
		for i := range slots {
			material, err := snap.slotSecret(ctx, &slots[i])
			if err != nil {
				return err
			}
			materials = append(materials, material)
		}
		return nil
	})
	return slots, materials, err
}

func (n *snapshot) slotSecret(ctx context.Context, slot *format.Slot) ([]byte, error) {
	switch slot.Kind {
	case format.Recovery:
		return random(make([]byte, keySize)), nil
	case format.Passphrase:
		return n.provedPassphrase(slot)
	}
	key, err := n.store.storedKey(ctx, slot)
	if err != nil {
		err = secret.WithHint(err, "xec secrets keyslot remove %s, if it is lost", slot.Kind)
	}
	return key, err
}

// provedPassphrase gives the passphrase that opens the slot, which is set or asked for.
func (n *snapshot) provedPassphrase(slot *format.Slot) ([]byte, error) {
	material, err := n.store.ask("Passphrase")
	if err != nil {
		return nil, err
	}
	wrapping, err := n.store.stretch(slot, n.salt, slices.Clone(material))
	if err != nil {
		return nil, err
	}
	dataKey, _, err := n.store.openWith(n.header, slot, wrapping)
	clear(dataKey)
	return material, err
}

// ask gives the passphrase that is set, or what a person types.
func (s *Store) ask(what string) ([]byte, error) {
	switch {
	case s.opt.Passphrase != nil:
		return readPassphrase(s.opt.Passphrase)
	case s.opt.Prompt != nil:
		return readPassphrase(func() (secret.Value, error) { return s.opt.Prompt(what, nil) })
	}
	return nil, secret.Errorf(secret.Invalid, "%s: its %s is needed", s.opt.Dir, strings.ToLower(what))
}

// rekey gives the draft a new data key. Records are sealed anew when they are written:
// all of them at once might not fit into memory.
func (d *draft) rekey(materials [][]byte, iterations uint32) error {
	dataKey := random(make([]byte, format.DataKeySize))
	defer clear(dataKey)
	with := &snapshot{store: d.base.store, header: &d.header, salt: d.salt, dataKey: dataKey}
	slots := slices.Clone(d.header.Slots)
	for i, old := range slots {
		count := old.Iterations
		if iterations > 0 {
			count = iterations
		}
		slot, err := with.newSlot(old.Kind, count, slices.Clone(materials[i]))
		if err != nil {
			return err
		}
		slots[i] = slot
	}
	d.header.Slots = slots
	k, err := newKeys(d.header.StoreID, dataKey)
	if err != nil {
		return err
	}
	all, err := d.all()
	if err != nil {
		return err
	}
	for i := range all {
		all[i].reseal()
	}
	d.keys = k
	d.deal(all, d.header.Bits)
	return nil
}

// reseal gives every version of an entry of the base a new nonce.
func (e *draftEntry) reseal() {
	for i := range e.Versions {
		e.records[i].reseal, e.records[i].old = true, e.Versions[i].Nonce
		random(e.Versions[i].Nonce[:])
	}
}
