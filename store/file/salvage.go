package file

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Salvage makes a new store in the folder dir out of what is whole in this one, which
// stays as it is. Before anything is written confirm is told what was found; its error
// ends it.
func (s *Store) Salvage(ctx context.Context, dir string, confirm func(Findings) error) error {
	from, found, err := s.damagedSnapshot(ctx)
	if err != nil {
		return err
	}
	defer from.close()
	entries, err := from.salvage(ctx, &found)
	if err != nil {
		return err
	}
	found.Lost = lost(from.header.Keys, len(entries))
	if len(entries) == 0 {
		return secret.Errorf(secret.Encryption, "%s: no record in it opens", s.opt.Dir)
	}
	opt := s.opt
	opt.Dir = dir
	to := Open(opt)
	if err := errors.Join(s.checkApart(to.opt.Dir), to.checkVacant()); err != nil {
		return err
	}
	if err := confirm(found); err != nil {
		return err
	}
	return to.receive(ctx, from, entries)
}

// checkVacant returns an error unless nothing is here.
func (s *Store) checkVacant() error {
	if _, err := os.Lstat(s.opt.Dir); !errors.Is(err, fs.ErrNotExist) {
		return secret.Errorf(secret.Invalid, "%s: it exists already, and the new store needs a folder of its own", s.opt.Dir)
	}
	_, err := s.exists() // looks at where it would be
	return err
}

// checkApart returns an error if a folder lies within the store.
func (s *Store) checkApart(dir string) error {
	if rel, err := filepath.Rel(s.opt.Dir, dir); err == nil && filepath.IsLocal(rel) {
		return secret.Errorf(secret.Invalid, "%s: within the store that is damaged", dir)
	}
	return nil
}

// damagedSnapshot opens a store as far as it can be. Only what opens one slot must be
// there; what else is wrong is in the findings.
func (s *Store) damagedSnapshot(ctx context.Context) (*snapshot, Findings, error) {
	var found Findings
	id, config, err := s.readConfig()
	if errors.Is(err, fs.ErrNotExist) {
		found.add("", 0, "%s: missing", s.path(format.ConfigFile))
	} else if err != nil {
		found.add("", 0, "%v", err)
	}
	salt, err := readOwn(s.path(format.SaltFile))
	if err != nil {
		return nil, found, s.withoutIt(format.SaltFile, err)
	}
	f, err := openOwn(s.path(format.KeyringFile))
	if err != nil {
		return nil, found, s.withoutIt(format.KeyringFile, err)
	}
	snap := &snapshot{store: s, file: f, salt: salt}
	err = snap.loadDamaged(ctx, id, &found)
	if err != nil {
		snap.close()
		return nil, found, err
	}
	if config != nil && (snap.header.StoreID != id || snap.header.Config != sha256.Sum256(config)) {
		found.add("", 0, "%s: not the config of this store", s.path(format.ConfigFile))
	}
	return snap, found, nil
}

// withoutIt is the error for a file that nothing can be saved without.
func (s *Store) withoutIt(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return secret.Errorf(secret.Encryption, "%s: missing, and without it nothing can be saved", s.path(name))
	}
	return err
}

func (n *snapshot) loadDamaged(ctx context.Context, configID format.ID, found *Findings) error {
	raw, size, err := n.readRawHeader()
	if err != nil {
		return err
	}
	h, damaged, err := format.SalvageHeader(raw)
	if err != nil {
		return n.store.syntax(err)
	}
	for _, err := range damaged {
		found.add("", 0, "%v", n.store.syntax(err))
	}
	if err := n.store.checkSalt(h, n.salt); err != nil {
		found.add("", 0, "%v", err)
	}
	n.header = h
	n.place(len(raw))
	if err := n.checkSize(size); err != nil {
		found.add("", 0, "%v", err)
	}
	if err := n.unlockAs(ctx, configID); err != nil {
		return err
	}
	seen := n.store.seen(h.StoreID)
	if err := n.prove(raw); err != nil {
		found.add("", 0, "%v; what is saved may be older than the last change", err)
		seen = max(seen, h.Generation) // which is not noted on its own word
	}
	return n.compare(seen)
}

// unlockAs gets the data key where the store id in the header or the one in config may be
// damaged.
func (n *snapshot) unlockAs(ctx context.Context, configID format.ID) error {
	err := n.unlock(ctx)
	if err == nil || configID == (format.ID{}) || configID == n.header.StoreID {
		return err
	}
	own := n.header.StoreID
	n.header.StoreID = configID
	if n.unlock(ctx) == nil {
		return nil
	}
	n.header.StoreID = own
	return err
}

// maxBelieved is the longest bucket that is read on the word of a header that is not
// proved. That of 100 million keys has some MiB.
const maxBelieved = 64 << 20

// salvage gives every entry with those of its versions that open.
func (n *snapshot) salvage(ctx context.Context, found *Findings) (all []draftEntry, err error) {
	info, err := n.file.Stat()
	if err != nil {
		return nil, err
	}
	for number := range n.header.Rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entries, err := n.believedBucket(number, info.Size())
		if err != nil {
			found.addBucket(number, len(n.header.Rows), err)
			continue
		}
		all = append(all, n.whole(number, entries, found)...)
	}
	return all, nil
}

// believedBucket opens a bucket whatever the header says of its digest.
func (n *snapshot) believedBucket(number int, size int64) ([]format.Entry, error) {
	length := int64(n.header.Rows[number].Index)
	if n.index[number]+length > size {
		return nil, n.store.damaged(format.KeyringFile, "cut off")
	}
	if length > maxBelieved {
		return nil, n.store.damaged(format.KeyringFile, "%d bytes are not its length", length)
	}
	sealed, err := n.readAt(n.index[number], length)
	if err != nil {
		return nil, err
	}
	plain, err := n.keys.openBucket(n.header.Bits, number, sealed)
	if err != nil {
		return nil, n.store.damaged(format.KeyringFile, "bucket %d does not open", number)
	}
	return format.ParseBucket(plain)
}

// receive makes a store of entries whose records lie in another one.
func (s *Store) receive(ctx context.Context, from *snapshot, entries []draftEntry) error {
	unlock, err := s.lockOnce(ctx) // the store will be used elsewhere
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.checkVacant(); err != nil {
		return err
	}
	s.removeLeftovers()
	first, err := s.slotLike(findSlot(from.header, from.opener))
	if err != nil {
		return err
	}
	d, err := s.newStoreWith(ctx, first)
	if err != nil {
		return err
	}
	defer clear(d.base.dataKey)
	d.take(from, entries)
	return s.failed(s.put(d))
}

// slotLike is the first slot of a new store that a person opens as they did another.
func (s *Store) slotLike(opener *format.Slot) (NewSlot, error) {
	like := NewSlot{Kind: opener.Kind, Iterations: int(opener.Iterations)}
	switch opener.Kind {
	case format.Recovery:
		text, err := s.ask("Recovery key")
		if err != nil {
			return like, err
		}
		key, ok := parseRecovery(text)
		if !ok || keyID(key) != opener.KeyID {
			return like, s.notRecovery()
		}
		like.key = key
	case format.Passphrase:
		text, err := s.ask("Passphrase")
		like.Passphrase = secret.New(text)
		return like, err
	}
	return like, nil
}

// take fills the draft of an empty store with entries whose records lie in another one,
// to be sealed anew when they are written.
func (d *draft) take(from *snapshot, entries []draftEntry) {
	d.base = from
	d.header.Keys = uint64(len(entries))
	for i := range entries {
		entries[i].reseal()
	}
	d.deal(entries, bitsFor(d.header.Keys))
}
