package file

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/store/file/format"
)

// create makes a store that holds what change puts into it. The caller holds the
// lock and has found no store.
func (s *Store) create(ctx context.Context, change func(*draft) error) error {
	d, err := s.newStore(ctx)
	if err != nil {
		return err
	}
	defer clear(d.base.dataKey)
	if err := change(d); err != nil {
		return err
	}
	return s.put(d)
}

// put writes a new store and installs it.
func (s *Store) put(d *draft) error {
	parent, name := filepath.Split(s.opt.Dir)
	folder, err := os.MkdirTemp(parent, name+newFolderMark+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o700); err != nil { // whatever the umask
		return err
	}
	if err := d.writeStore(folder); err != nil {
		return err
	}
	err = s.install(folder)
	if err == nil || isUnsynced(err) {
		s.saw(d.header.StoreID, d.header.Generation)
		s.forgetOthers(d.header.StoreID)
		s.opt.Notice(s.created(d))
	}
	return err
}

// newStore is the draft of an empty store with one slot: for the passphrase that the
// person has set, else for the key file.
func (s *Store) newStore(ctx context.Context) (*draft, error) {
	first := NewSlot{Kind: format.Keyfile}
	if s.opt.Passphrase != nil {
		var err error
		if first.Passphrase, err = s.opt.Passphrase(); err != nil {
			return nil, err
		}
		first.Kind = format.Passphrase
	}
	return s.newStoreWith(ctx, first)
}

// newStoreWith is the draft of an empty store with that slot.
func (s *Store) newStoreWith(ctx context.Context, first NewSlot) (*draft, error) {
	h := format.Header{Rows: make([]format.Row, 1)}
	random(h.StoreID[:])
	base := &snapshot{store: s, header: &h, salt: random(make([]byte, 32)), dataKey: random(make([]byte, format.DataKeySize))}
	h.Salt = sha256.Sum256(base.salt)
	h.Config = sha256.Sum256(format.MarshalConfig(h.StoreID))
	material, err := s.newSecret(ctx, first)
	if err != nil {
		return nil, err
	}
	slot, err := base.newSlot(first.Kind, iterationsOf(first, nil), material)
	if err != nil {
		return nil, err
	}
	h.Slots = []format.Slot{slot}
	if base.keys, err = newKeys(h.StoreID, base.dataKey); err != nil {
		return nil, err
	}
	return newDraft(base, s.now()), nil
}

// writeStore writes the three files of a new store into folder.
func (d *draft) writeStore(folder string) error {
	plain := func(b []byte) func(*os.File) error {
		return func(f *os.File) error {
			_, err := f.Write(b)
			return err
		}
	}
	if err := writeFile(folder, format.SaltFile, plain(d.salt)); err != nil {
		return err
	}
	if err := writeFile(folder, format.ConfigFile, plain(format.MarshalConfig(d.header.StoreID))); err != nil {
		return err
	}
	if err := writeFile(folder, format.KeyringFile, d.commit); err != nil {
		return err
	}
	return syncFolder(folder)
}

// install renames folder to the store's place. An empty folder may stand there;
// a store that appeared meanwhile makes Remove fail and stays.
func (s *Store) install(folder string) error {
	if err := os.Remove(s.opt.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(folder, s.opt.Dir); err != nil {
		return err
	}
	return unsynced(syncFolder(filepath.Dir(s.opt.Dir)))
}

func (s *Store) created(d *draft) string {
	switch kind := d.header.Slots[0].Kind; kind {
	case format.Keyfile:
		return fmt.Sprintf("made a store in %s, locked with %s: a backup needs both", s.opt.Dir, s.opt.KeyFile)
	case format.Recovery:
		return fmt.Sprintf("made a store in %s, locked with the same recovery key", s.opt.Dir)
	default:
		return fmt.Sprintf("made a store in %s, locked with the %s: without it nothing opens the store", s.opt.Dir, kind)
	}
}
