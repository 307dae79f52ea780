package file

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"slices"
	"sort"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// snapshot is the store as it stood when keyring.enc was opened, with its
// header proved. A later write replaces the file and leaves a snapshot alone.
type snapshot struct {
	store   *Store
	file    *os.File
	header  *format.Header
	salt    []byte
	dataKey []byte
	opener  format.Kind // of the slot that the data key was in
	keys    *keys
	// newest is the greatest generation that is known of the store: its own, or one that
	// was seen before.
	newest uint64
	// index and records are where each bucket, and each bucket's records, begin;
	// the last one is where all end.
	index, records []int64
}

// headRead is how much is read at once in the hope that it holds the header.
const headRead = 32 << 10

// snapshot opens the store, which must exist.
func (s *Store) snapshot(ctx context.Context) (*snapshot, error) {
	id, config, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	seen := s.seen(id) // before the file is opened: see the package doc
	salt, err := readOwn(s.path(format.SaltFile))
	if err != nil {
		return nil, err
	}
	f, err := openOwn(s.path(format.KeyringFile))
	if err != nil {
		return nil, err
	}
	snap := &snapshot{store: s, file: f, salt: salt}
	err = snap.load(ctx, id, config)
	if err == nil {
		err = snap.compare(seen)
	}
	if err != nil {
		snap.close()
		return nil, err
	}
	return snap, nil
}

func (s *Store) readConfig() (format.ID, []byte, error) {
	config, err := readOwn(s.path(format.ConfigFile))
	if err != nil {
		return format.ID{}, nil, err
	}
	id, err := format.ParseConfig(config)
	return id, config, s.syntax(err)
}

// syntax turns an error of package format into one of this package.
func (s *Store) syntax(err error) error {
	var e *format.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Newer {
		return secret.WithHint(secret.Errorf(secret.Encryption, "%s: %s", s.path(e.Part), e.Why), "a newer xec wrote it, and opens it")
	}
	return s.damaged(e.Part, "%s", e.Why)
}

func (n *snapshot) close() {
	clear(n.dataKey)
	n.file.Close()
}

// load reads the header and proves it.
func (n *snapshot) load(ctx context.Context, id format.ID, config []byte) error {
	raw, err := n.readHeader()
	if err != nil {
		return err
	}
	if err := n.store.checkConfig(n.header, id, config); err != nil {
		return err
	}
	if err := n.store.checkSalt(n.header, n.salt); err != nil {
		return err
	}
	if err := n.unlock(ctx); err != nil {
		return err
	}
	return n.prove(raw)
}

// checkConfig returns an error unless config, which holds the store id, is the one that the
// header was written with.
func (s *Store) checkConfig(h *format.Header, id format.ID, config []byte) error {
	switch {
	case h.StoreID != id:
		return s.damaged(format.ConfigFile, "belongs to another store than %s", format.KeyringFile)
	case h.Config != sha256.Sum256(config):
		return s.damaged(format.ConfigFile, "not the config of this store")
	}
	return nil
}

// checkSalt does for salt what checkConfig does for config.
func (s *Store) checkSalt(h *format.Header, salt []byte) error {
	if h.Salt != sha256.Sum256(salt) {
		return s.damaged(format.SaltFile, "not the salt of this store")
	}
	return nil
}

// unlock gets the data key and what it gives.
func (n *snapshot) unlock(ctx context.Context) error {
	dataKey, slot, err := n.store.unlock(ctx, n.header, n.salt)
	if err != nil {
		return err
	}
	n.dataKey, n.opener = dataKey, slot.Kind
	n.keys, err = newKeys(n.header.StoreID, dataKey)
	return err
}

// readHeader reads and parses the header and gives its bytes.
func (n *snapshot) readHeader() ([]byte, error) {
	raw, size, err := n.readRawHeader()
	if err != nil {
		return nil, err
	}
	if n.header, err = format.ParseHeader(raw); err != nil {
		return nil, n.store.syntax(err)
	}
	n.place(len(raw))
	return raw, n.checkSize(size)
}

// readRawHeader gives the bytes of the header and the size of the file.
func (n *snapshot) readRawHeader() (raw []byte, fileSize int64, err error) {
	info, err := n.file.Stat()
	if err != nil {
		return nil, 0, err
	}
	raw = make([]byte, min(headRead, info.Size()))
	if _, err := n.file.ReadAt(raw, 0); err != nil && err != io.EOF {
		return nil, 0, err
	}
	size, err := format.HeaderSize(raw)
	if err != nil {
		return nil, 0, n.store.syntax(err)
	}
	if int64(size) > info.Size() {
		return nil, 0, n.store.damaged(format.KeyringFile, "cut off in the header")
	}
	if size > len(raw) {
		if raw, err = n.readAt(0, int64(size)); err != nil {
			return nil, 0, err
		}
	}
	return raw[:size], info.Size(), nil
}

// checkSize compares the size of the file with what the header says.
func (n *snapshot) checkSize(size int64) error {
	if want := n.records[len(n.header.Rows)] + format.AuthenticatorSize; want != size {
		return n.store.damaged(format.KeyringFile, "%d bytes long, but its header says %d", size, want)
	}
	return nil
}

// place computes where buckets and records begin.
func (n *snapshot) place(headerSize int) {
	rows := n.header.Rows
	n.index = make([]int64, len(rows)+1)
	n.records = make([]int64, len(rows)+1)
	n.index[0] = int64(headerSize)
	for i := range rows {
		n.index[i+1] = n.index[i] + int64(rows[i].Index)
	}
	n.records[0] = n.index[len(rows)]
	for i := range rows {
		n.records[i+1] = n.records[i] + int64(rows[i].Records)
	}
}

// prove checks the authenticator over the header's bytes.
func (n *snapshot) prove(raw []byte) error {
	sum, err := n.readAt(n.records[len(n.header.Rows)], format.AuthenticatorSize)
	if err != nil {
		return err
	}
	if !hmac.Equal(sum, n.keys.authenticate(raw)) {
		return n.store.damaged(format.KeyringFile, "the authenticator does not fit the header")
	}
	return nil
}

func (n *snapshot) readAt(offset, length int64) ([]byte, error) {
	b := make([]byte, length)
	return b, n.readFull(b, offset)
}

func (n *snapshot) readFull(b []byte, offset int64) error {
	_, err := n.file.ReadAt(b, offset)
	if err == io.EOF {
		return n.store.damaged(format.KeyringFile, "cut off")
	}
	return err
}

// sealedBucket reads one bucket, into buf if it fits, and proves it.
func (n *snapshot) sealedBucket(number int, buf []byte) ([]byte, error) {
	row := &n.header.Rows[number]
	sealed := slices.Grow(buf[:0], int(row.Index))[:row.Index]
	if err := n.readFull(sealed, n.index[number]); err != nil {
		return nil, err
	}
	if sha256.Sum256(sealed) != row.Digest {
		return nil, n.store.damaged(format.KeyringFile, "bucket %d does not have the digest that the header says", number)
	}
	return sealed, nil
}

// bucket reads, proves and opens one bucket.
func (n *snapshot) bucket(number int) ([]format.Entry, error) {
	sealed, err := n.sealedBucket(number, nil)
	if err != nil {
		return nil, err
	}
	plain, err := n.keys.openBucket(n.header.Bits, number, sealed)
	if err != nil {
		return nil, n.store.damaged(format.KeyringFile, "bucket %d does not open", number)
	}
	entries, err := format.ParseBucket(plain)
	if err != nil {
		return nil, n.store.damaged(format.KeyringFile, "bucket %d: %v", number, err)
	}
	return entries, n.checkEntries(number, entries)
}

// checkEntries compares a bucket with what the header says of it.
func (n *snapshot) checkEntries(number int, entries []format.Entry) error {
	var records uint64
	for i := range entries {
		records += entries[i].RecordsLength()
		if n.keys.bucket(entries[i].Key, n.header.Bits) != number {
			return n.store.damaged(format.KeyringFile, "bucket %d holds a key of another bucket", number)
		}
	}
	if records != n.header.Rows[number].Records {
		return n.store.damaged(format.KeyringFile, "bucket %d and its records differ in length", number)
	}
	return nil
}

// find gives the entry of key and where its newest record begins; ok is false
// when entries do not hold the key.
func (n *snapshot) find(number int, entries []format.Entry, key string) (e format.Entry, offset int64, ok bool) {
	i := sort.Search(len(entries), func(i int) bool { return entries[i].Key >= key })
	if i == len(entries) || entries[i].Key != key {
		return e, 0, false
	}
	offset = n.records[number]
	for j := range i {
		offset += int64(entries[j].RecordsLength())
	}
	return entries[i], offset, true
}

// value opens one version of a key, whose record begins at offset.
func (n *snapshot) value(key string, v format.Version, offset int64) ([]byte, error) {
	sealed, err := n.readAt(offset, int64(v.Length))
	if err != nil {
		return nil, err
	}
	value, err := n.keys.openRecord(key, v, sealed)
	if err != nil {
		return nil, n.store.damaged(format.KeyringFile, "the record of %s, version %d, does not open", key, v.Number)
	}
	return value, nil
}

// each calls visit with every bucket in turn.
func (n *snapshot) each(visit func(number int, entries []format.Entry) error) error {
	var keys uint64
	for number := range n.header.Rows {
		entries, err := n.bucket(number)
		if err != nil {
			return err
		}
		keys += uint64(len(entries))
		if err := visit(number, entries); err != nil {
			return err
		}
	}
	if keys != n.header.Keys {
		return n.store.damaged(format.KeyringFile, "%d keys, but its header says %d", keys, n.header.Keys)
	}
	return nil
}
