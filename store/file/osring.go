package file

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Keyring is the keyring of the operating system, as package keyring has it: items of
// text by name. A missing item is an error of kind secret.NotFound.
type Keyring interface {
	Get(ctx context.Context, name string) (secret.Value, error)
	Set(ctx context.Context, name string, text secret.Value) error
	Delete(ctx context.Context, name string) error
}

func keyringItem(id [format.KeyIDSize]byte) string { return "keyslot " + hex.EncodeToString(id[:]) }

// readKeyring gives the key of that key id.
func (s *Store) readKeyring(ctx context.Context, id [format.KeyIDSize]byte) ([]byte, error) {
	if s.opt.Keyring == nil {
		return nil, secret.Errorf(secret.General, "the keyring of the operating system is not at hand")
	}
	text, err := s.opt.Keyring.Get(ctx, keyringItem(id))
	if errors.Is(err, secret.NotFound) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	defer text.Clear()
	key, ok := parseKeyLine(text.Reveal())
	if !ok {
		return nil, secret.Errorf(secret.Encryption, "the keyring of the operating system: item %q does not hold a key", keyringItem(id))
	}
	return key, nil
}

// writeKeyring puts a key into the keyring and reads it back: what some keyrings say they
// have kept is gone with the session.
func (s *Store) writeKeyring(ctx context.Context, key []byte) error {
	if s.opt.Keyring == nil {
		return secret.Errorf(secret.General, "the keyring of the operating system is not at hand")
	}
	text := secret.New(keyLine(key))
	defer text.Clear()
	id := keyID(key)
	if err := s.opt.Keyring.Set(ctx, keyringItem(id), text); err != nil {
		return err
	}
	back, err := s.readKeyring(ctx, id)
	if err == nil && keyID(back) != id || errors.Is(err, fs.ErrNotExist) {
		err = secret.Errorf(secret.General, "the keyring of the operating system does not give back what it was given")
	}
	clear(back)
	return err
}

// dropKeyring removes the key that nothing needs any more. It is only tidying up.
func (s *Store) dropKeyring(ctx context.Context, id [format.KeyIDSize]byte) {
	if err := s.opt.Keyring.Delete(ctx, keyringItem(id)); err != nil {
		s.trace("%v", err)
	}
}
