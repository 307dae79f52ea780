package file

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
)

// create makes a store that holds what change puts into it. The caller holds the
// lock and has found no store.
func (s *Store) create(change func(*draft) error) error {
	salt := random(make([]byte, 32))
	d, err := s.newStore(salt)
	if err != nil {
		return err
	}
	if err := change(d); err != nil {
		return err
	}
	parent, name := filepath.Split(s.opt.Dir)
	folder, err := os.MkdirTemp(parent, name+newFolderMark+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o700); err != nil { // whatever the umask
		return err
	}
	if err := d.writeStore(folder, salt); err != nil {
		return err
	}
	err = s.install(folder)
	var made *unsyncedError
	if err == nil || errors.As(err, &made) {
		s.opt.Notice(s.created(d))
	}
	return err
}

// newStore is the draft of an empty store with one slot.
func (s *Store) newStore(salt []byte) (*draft, error) {
	h := format.Header{Slots: make([]format.Slot, 1), Rows: make([]format.Row, 1)}
	random(h.StoreID[:])
	h.Salt = sha256.Sum256(salt)
	h.Config = sha256.Sum256(format.MarshalConfig(h.StoreID))
	dataKey := random(make([]byte, format.DataKeySize))
	defer clear(dataKey)
	if err := s.newSlot(&h, salt, dataKey); err != nil {
		return nil, err
	}
	k, err := newKeys(h.StoreID, dataKey)
	if err != nil {
		return nil, err
	}
	d := newDraft(&snapshot{store: s, header: &h, keys: k}, s.now())
	return d, nil
}

// newSlot makes the first slot: for the passphrase that the person has set, else
// for the key file.
func (s *Store) newSlot(h *format.Header, salt, dataKey []byte) error {
	slot := &h.Slots[0]
	slot.Kind, slot.Iterations = format.Keyfile, format.MinIterations
	random(slot.ID[:])
	var material []byte
	var err error
	if s.opt.Passphrase != nil {
		slot.Kind = format.Passphrase
		material, err = readPassphrase(s.opt.Passphrase)
	} else if material, err = s.needKeyFile(); err == nil {
		slot.KeyID = keyID(material)
	}
	if err != nil {
		return err
	}
	defer clear(material)
	wrapping, err := s.opt.derive(material, slices.Concat(salt, slot.ID[:]), int(slot.Iterations))
	if err != nil {
		return err
	}
	s.wrapping[slot.ID] = wrapping
	return sealSlot(slot, h.StoreID, wrapping, dataKey)
}

// writeStore writes the three files of a new store into folder.
func (d *draft) writeStore(folder string, salt []byte) error {
	plain := func(b []byte) func(*os.File) error {
		return func(f *os.File) error {
			_, err := f.Write(b)
			return err
		}
	}
	if err := writeFile(folder, format.SaltFile, plain(salt)); err != nil {
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
	if d.header.Slots[0].Kind == format.Passphrase {
		return fmt.Sprintf("made a store in %s, locked with the passphrase: without it nothing opens the store", s.opt.Dir)
	}
	return fmt.Sprintf("made a store in %s, locked with %s: a backup needs both", s.opt.Dir, s.opt.KeyFile)
}
