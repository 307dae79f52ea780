package file

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// unlock gives the data key of the store whose header and salt these are.
func (s *Store) unlock(h *format.Header, salt []byte) ([]byte, error) {
	if s.opt.Passphrase != nil {
		return s.unlockSet(h, salt)
	}
	if slot := findSlot(h, format.Keyfile); slot != nil {
		key, err := s.unlockKeyfile(h, slot, salt)
		if err == nil || findSlot(h, format.Passphrase) == nil {
			return key, err
		}
		s.trace("%v", err)
	}
	return s.unlockPrompt(h, salt)
}

func findSlot(h *format.Header, kind format.Kind) *format.Slot {
	i := slices.IndexFunc(h.Slots, func(s format.Slot) bool { return s.Kind == kind })
	if i < 0 {
		return nil
	}
	return &h.Slots[i]
}

// unlockSet uses the passphrase that the person has set, and nothing else.
func (s *Store) unlockSet(h *format.Header, salt []byte) ([]byte, error) {
	slot := findSlot(h, format.Passphrase)
	if slot == nil {
		err := secret.Errorf(secret.Encryption, "%s: a passphrase is set, but this store is not locked with one", s.opt.Dir)
		return nil, secret.WithHint(err, "set none: the store opens by its %s", h.Slots[0].Kind)
	}
	return s.open(h, slot, salt, func() ([]byte, error) { return readPassphrase(s.opt.Passphrase) })
}

func (s *Store) unlockPrompt(h *format.Header, salt []byte) ([]byte, error) {
	slot := findSlot(h, format.Passphrase)
	if slot == nil || s.opt.Prompt == nil {
		return nil, secret.Errorf(secret.Encryption, "%s: nothing that is at hand opens the store", s.opt.Dir)
	}
	return s.open(h, slot, salt, func() ([]byte, error) { return readPassphrase(s.opt.Prompt) })
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

func (s *Store) unlockKeyfile(h *format.Header, slot *format.Slot, salt []byte) ([]byte, error) {
	return s.open(h, slot, salt, func() ([]byte, error) {
		key, err := s.readKeyFile()
		if errors.Is(err, fs.ErrNotExist) {
			err := secret.Errorf(secret.Encryption, "%s: missing, and the store in %s is locked with it", s.opt.KeyFile, s.opt.Dir)
			return nil, secret.WithHint(err, "restore %s from a backup", s.opt.KeyFile)
		}
		if err == nil && keyID(key) != slot.KeyID {
			err := secret.Errorf(secret.Encryption, "%s: this is another key than the one that locks %s", s.opt.KeyFile, s.opt.Dir)
			return nil, secret.WithHint(err, "restore the key file that belongs to this store")
		}
		return key, err
	})
}

// open takes the data key out of slot, whose secret material is called for
// unless the slot was opened before.
func (s *Store) open(h *format.Header, slot *format.Slot, salt []byte, material func() ([]byte, error)) ([]byte, error) {
	wrapping, known := s.wrapping[slot.ID]
	if !known {
		m, err := material()
		if err != nil {
			return nil, err
		}
		s.trace("deriving the %s slot's key, %d iterations", slot.Kind, slot.Iterations)
		if wrapping, err = s.opt.derive(m, slices.Concat(salt, slot.ID[:]), int(slot.Iterations)); err != nil {
			return nil, err
		}
		clear(m)
	}
	dataKey, err := openSlot(slot, h.StoreID, wrapping)
	if errors.Is(err, errWrongKey) {
		return nil, s.wrongKey(slot.Kind)
	}
	if err != nil {
		return nil, s.damaged(format.KeyringFile, "the %s slot was altered", slot.Kind)
	}
	s.wrapping[slot.ID] = wrapping
	return dataKey, nil
}

func (s *Store) wrongKey(kind format.Kind) error {
	if kind == format.Passphrase {
		err := secret.Errorf(secret.Encryption, "%s: the passphrase is wrong", s.opt.Dir)
		return secret.WithHint(err, "every byte counts, also spaces and a carriage return at the end")
	}
	return secret.Errorf(secret.Encryption, "%s: the %s does not open this store", s.opt.Dir, kind)
}
