package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// unlock gives the data key of the store whose header and salt these are, and the slot
// that it was in.
func (s *Store) unlock(ctx context.Context, h *format.Header, salt []byte) (dataKey []byte, slot *format.Slot, err error) {
	for i := range h.Slots {
		if wrapping, ok := s.wrapping[h.Slots[i].ID]; ok {
			return s.openWith(h, &h.Slots[i], wrapping)
		}
	}
	if s.opt.Passphrase != nil {
		return s.unlockSet(h, salt)
	}
	dataKey, slot, err = s.unlockStored(ctx, h, salt)
	if err != nil && secret.KindOf(err) != secret.Permission && s.opt.Prompt != nil && takesText(h) {
		s.trace("%v", err)
		return s.unlockPrompt(h, salt, err)
	}
	if err == errNotStored {
		err = secret.Errorf(secret.Encryption, "%s: nothing that is at hand opens the store", s.opt.Dir)
	}
	return dataKey, slot, err
}

// errNotStored says that the key of no slot is kept somewhere.
var errNotStored = errors.New("no slot whose key is kept")

// takesText reports whether something that a person types can open the store.
func takesText(h *format.Header) bool {
	return findSlot(h, format.Passphrase) != nil || findSlot(h, format.Recovery) != nil
}

// unlockSet uses the passphrase that the person has set, and nothing else.
func (s *Store) unlockSet(h *format.Header, salt []byte) ([]byte, *format.Slot, error) {
	if !takesText(h) {
		err := secret.Errorf(secret.Encryption, "%s: a passphrase is set, but this store is not locked with one", s.opt.Dir)
		return nil, nil, secret.WithHint(err, "set none: the store opens by its %s", h.Slots[0].Kind)
	}
	text, err := readPassphrase(s.opt.Passphrase)
	if err != nil {
		return nil, nil, err
	}
	return s.unlockText(h, salt, text)
}

// unlockStored uses the key file, then the keyring. Its error tells of both, because
// either could be mended.
func (s *Store) unlockStored(ctx context.Context, h *format.Header, salt []byte) ([]byte, *format.Slot, error) {
	var failed []error
	for _, kind := range []format.Kind{format.Keyfile, format.Keyring} {
		slot := findSlot(h, kind)
		if slot == nil {
			continue
		}
		key, err := s.storedKey(ctx, slot)
		if err == nil {
			return s.open(h, slot, salt, key)
		}
		failed = append(failed, s.withRemedy(h, kind, err))
		if secret.KindOf(err) == secret.Permission {
			break // a chmod mends it
		}
	}
	if len(failed) == 0 {
		return nil, nil, errNotStored
	}
	if len(failed) == 1 {
		return nil, nil, failed[0]
	}
	return nil, nil, errors.Join(failed...)
}

// withRemedy adds to an error about a stored key what else would open the store.
func (s *Store) withRemedy(h *format.Header, kind format.Kind, err error) error {
	hint := fmt.Sprintf("restore %s from a backup", s.opt.KeyFile)
	if kind == format.Keyring {
		hint = "restore the keyring from a backup"
	}
	if secret.KindOf(err) != secret.Encryption {
		return err
	}
	if findSlot(h, format.Recovery) != nil {
		hint += ", or use the recovery key: typed on a terminal, or set as the passphrase; xec secrets keyslot add " + kind.String() + " then makes a new key"
	}
	return secret.WithHint(err, "%s", hint)
}

// storedKey gives the key of a slot whose key is kept: in the key file or the keyring.
func (s *Store) storedKey(ctx context.Context, slot *format.Slot) (key []byte, err error) {
	home := s.opt.KeyFile
	if slot.Kind == format.Keyring {
		home = "the keyring of the operating system"
		key, err = s.readKeyring(ctx, slot.KeyID)
	} else {
		key, err = s.readKeyFile()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s.missingKey(home)
	}
	if err != nil && slot.Kind == format.Keyring {
		// Whatever keeps the key away, the store does not open.
		err = secret.WithHint(secret.Errorf(secret.Encryption, "%s: it does not open: %w", s.opt.Dir, err), "%s", secret.Hint(err))
	}
	if err == nil && keyID(key) != slot.KeyID {
		return nil, s.anotherKey(home)
	}
	return key, err
}

func (s *Store) missingKey(home string) error {
	return secret.Errorf(secret.Encryption, "%s: missing, and the store in %s is locked with it", home, s.opt.Dir)
}

func (s *Store) anotherKey(home string) error {
	return secret.Errorf(secret.Encryption, "%s: this is another key than the one that locks %s", home, s.opt.Dir)
}

// unlockPrompt asks the person. Where nobody can be asked for a recovery key the
// reason to ask is the error.
func (s *Store) unlockPrompt(h *format.Header, salt []byte, reason error) ([]byte, *format.Slot, error) {
	what := "Passphrase"
	switch {
	case findSlot(h, format.Passphrase) == nil:
		what = "Recovery key"
	case findSlot(h, format.Recovery) != nil:
		what = "Passphrase or recovery key"
	}
	told := reason
	if reason == errNotStored {
		told = nil
	}
	text, err := readPassphrase(func() (secret.Value, error) { return s.opt.Prompt(what, told) })
	if errors.Is(err, secret.Invalid) && findSlot(h, format.Passphrase) == nil && reason != errNotStored {
		return nil, nil, reason
	}
	if err != nil {
		return nil, nil, err
	}
	return s.unlockText(h, salt, text)
}

func readPassphrase(from func() (secret.Value, error)) ([]byte, error) {
	v, err := from()
	if err != nil {
		return nil, err
	}
	if v.Len() == 0 {
		return nil, secret.Errorf(secret.Invalid, "the passphrase is empty")
	}
	return v.Reveal(), nil
}

// unlockText opens a slot with a recovery key or a passphrase.
func (s *Store) unlockText(h *format.Header, salt, text []byte) ([]byte, *format.Slot, error) {
	slot := findSlot(h, format.Passphrase)
	if key, ok := parseRecovery(text); ok {
		recovery := findSlot(h, format.Recovery)
		if recovery != nil && keyID(key) == recovery.KeyID {
			clear(text)
			return s.open(h, recovery, salt, key)
		}
		clear(key)
		if slot == nil {
			return nil, nil, s.notRecovery()
		}
		dataKey, opened, err := s.open(h, slot, salt, text)
		if errors.Is(err, secret.Encryption) { // what looks like that is hardly a passphrase
			err = s.notRecovery()
		}
		return dataKey, opened, err
	}
	if slot == nil {
		err := secret.Errorf(secret.Encryption, "%s: this is not a recovery key, or one with a mistake in it", s.opt.Dir)
		return nil, nil, secret.WithHint(err, "it has 14 groups of 4 letters and digits")
	}
	return s.open(h, slot, salt, text)
}

func (s *Store) notRecovery() error {
	return secret.Errorf(secret.Encryption, "%s: this is the recovery key of another store, or one that was replaced", s.opt.Dir)
}

// open takes the data key out of slot by its secret, which is overwritten.
func (s *Store) open(h *format.Header, slot *format.Slot, salt, material []byte) ([]byte, *format.Slot, error) {
	wrapping, err := s.stretch(slot, salt, material)
	if err != nil {
		return nil, nil, err
	}
	return s.openWith(h, slot, wrapping)
}

// stretch derives the wrapping key of a slot from its secret, which is overwritten.
func (s *Store) stretch(slot *format.Slot, salt, material []byte) ([]byte, error) {
	defer clear(material)
	s.trace("deriving the %s slot's key, %d iterations", slot.Kind, slot.Iterations)
	return s.opt.derive(material, slices.Concat(salt, slot.ID[:]), int(slot.Iterations))
}

// openWith takes the data key out of slot by its wrapping key, which is kept.
func (s *Store) openWith(h *format.Header, slot *format.Slot, wrapping []byte) ([]byte, *format.Slot, error) {
	dataKey, err := openSlot(slot, h.StoreID, wrapping)
	if errors.Is(err, errWrongKey) {
		return nil, nil, s.wrongKey(slot.Kind)
	}
	if err != nil {
		return nil, nil, s.damaged(format.KeyringFile, "the %s slot was altered", slot.Kind)
	}
	s.wrapping[slot.ID] = wrapping
	return dataKey, slot, nil
}

func (s *Store) wrongKey(kind format.Kind) error {
	if kind == format.Passphrase {
		err := secret.Errorf(secret.Encryption, "%s: the passphrase is wrong", s.opt.Dir)
		return secret.WithHint(err, "every byte counts, also spaces and a carriage return at the end")
	}
	return secret.Errorf(secret.Encryption, "%s: the %s does not open this store", s.opt.Dir, kind)
}
