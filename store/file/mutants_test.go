//go:build !windows

package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// mutant is an altered store.
type mutant struct {
	name   string
	image  image               // what its files hold
	spoil  func(*worker) error // what else is done to them
	damage damage              // what it takes away
	kind   secret.Kind         // of the refusals
}

// mutants calls yield with every mutant.
func (f *fixture) mutants(yield func(mutant)) {
	seen := map[string]bool{}
	bytesOf := func(m image) (key string) {
		for _, name := range append(slices.Clone(storeFiles), keyName) {
			key += fmt.Sprintf("%v%d:%s", m[name] == nil, len(m[name]), m[name])
		}
		return key
	}
	seen[bytesOf(f.image)] = true
	altered := func(name string, m image) {
		if id := bytesOf(m); !seen[id] {
			seen[id] = true
			yield(mutant{name: name, image: m, damage: f.damageOf(m), kind: secret.Encryption})
		}
	}
	f.flips(altered)
	f.lengths(altered)
	f.swaps(altered)
	f.replays(altered)
	f.headers(altered)
	f.forgeries(yield)
	f.kinds(yield)
}

type yieldImage = func(name string, m image)

// files are the names of what can be altered. Of an opening that only repeats another it is
// what makes it another.
func (f *fixture) files() (names []string) {
	for _, name := range append(slices.Clone(storeFiles), keyName) {
		if f.image[name] != nil && (!f.partial || name == keyName) {
			names = append(names, name)
		}
	}
	return names
}

// flipped is how much of a file is altered byte by byte.
func (f *fixture) flipped(name string) int {
	switch {
	case !f.partial || name == keyName:
		return len(f.image[name])
	case name == format.KeyringFile:
		return f.header.Size()
	}
	return 0
}

// flips alters every byte of every file.
func (f *fixture) flips(yield yieldImage) {
	for name := range f.image {
		for i := range f.flipped(name) {
			for _, mask := range []byte{0x01, 0x80, 0xff} {
				b := bytes.Clone(f.image[name])
				b[i] ^= mask
				yield(fmt.Sprintf("%s: byte %d ^ %#02x", name, i, mask), f.image.with(name, b))
			}
		}
	}
}

// lengths cuts files off, at every length, and appends to them.
func (f *fixture) lengths(yield yieldImage) {
	for _, name := range f.files() {
		b := f.image[name]
		for n := range len(b) {
			yield(fmt.Sprintf("%s: %d bytes of it", name, n), f.image.with(name, bytes.Clone(b[:n])))
		}
		for _, more := range [][]byte{{0}, {'\n'}, make([]byte, 16), make([]byte, 4096), b} {
			yield(fmt.Sprintf("%s: %d bytes more", name, len(more)), f.image.with(name, slices.Concat(b, more)))
			yield(fmt.Sprintf("%s: %d bytes before", name, len(more)), f.image.with(name, slices.Concat(more, b)))
		}
		yield(name+": missing", f.image.with(name, nil))
	}
}

// keyring is the store with other bytes for its parts.
func (f *fixture) keyring(head []byte, parts [][]byte, tail []byte) image {
	return f.image.with(format.KeyringFile, slices.Concat(head, slices.Concat(parts...), tail))
}

// cut gives a keyring.enc in pieces: the header, the parts, the authenticator.
func (f *fixture) cut(b []byte) (head []byte, parts [][]byte, tail []byte) {
	for _, p := range f.parts {
		parts = append(parts, b[p.start:p.end])
	}
	return b[:f.parts[0].start], parts, b[len(b)-format.AuthenticatorSize:]
}

// swaps puts buckets and records into the place of others, drops and repeats them.
func (f *fixture) swaps(yield yieldImage) {
	head, parts, tail := f.cut(f.image[format.KeyringFile])
	for i := range parts {
		dropped := slices.Delete(slices.Clone(parts), i, i+1)
		yield(fmt.Sprintf("part %d dropped", i), f.keyring(head, dropped, tail))
		yield(fmt.Sprintf("part %d repeated", i), f.keyring(head, slices.Insert(slices.Clone(parts), i, parts[i]), tail))
		for j := range parts {
			copied := slices.Clone(parts)
			copied[i] = parts[j]
			yield(fmt.Sprintf("part %d in the place of %d", j, i), f.keyring(head, copied, tail))
			copied[j] = parts[i]
			yield(fmt.Sprintf("parts %d and %d swapped", i, j), f.keyring(head, copied, tail))
			if j < len(f.header.Rows) && i < len(f.header.Rows) {
				yield(fmt.Sprintf("buckets %d and %d swapped, rows too", i, j), f.keyring(f.rows(copied), copied, tail))
				copied[j] = parts[j]
				yield(fmt.Sprintf("bucket %d in the place of %d, rows too", j, i), f.keyring(f.rows(copied), copied, tail))
			}
		}
	}
	f.fewerBuckets(yield)
}

// rows is the header with the rows that fit other buckets.
func (f *fixture) rows(parts [][]byte) []byte {
	return f.remade(func(h *format.Header) {
		for i := range h.Rows {
			h.Rows[i].Index, h.Rows[i].Digest = uint32(len(parts[i])), sha256.Sum256(parts[i])
		}
	})
}

// remade is the header, changed; the checksums of slots fit.
func (f *fixture) remade(change func(*format.Header)) []byte {
	h := *f.header
	h.Slots, h.Rows = slices.Clone(h.Slots), slices.Clone(h.Rows)
	change(&h)
	return h.Marshal()
}

// fewerBuckets drops half of the buckets, and appends empty ones.
func (f *fixture) fewerBuckets(yield yieldImage) {
	_, parts, tail := f.cut(f.image[format.KeyringFile])
	n := len(f.header.Rows)
	half := f.remade(func(h *format.Header) { h.Bits, h.Rows = 1, h.Rows[:2] })
	yield("half of the buckets", f.keyring(half, slices.Concat(parts[:2], parts[n:]), tail))
	double := f.remade(func(h *format.Header) { h.Bits, h.Rows = 3, slices.Concat(h.Rows, h.Rows) })
	yield("all buckets twice", f.keyring(double, slices.Concat(parts[:n], parts, parts[n:]), tail))
}

// replays puts in what the store held before, and what another store of the same person
// holds, in every place where it fits.
func (f *fixture) replays(yield yieldImage) {
	good := f.image[format.KeyringFile]
	head, parts, tail := f.cut(good)
	for from, other := range map[string]image{"an earlier generation": f.older, "another store": f.another} {
		theirs := other[format.KeyringFile]
		for i, p := range f.parts {
			for at := f.header.Size(); at+p.end-p.start <= len(theirs); at++ { // wherever it began there
				copied := slices.Clone(parts)
				copied[i] = theirs[at : at+p.end-p.start]
				if f.begins(other, at) {
					yield(fmt.Sprintf("part %d of %s, from byte %d", i, from, at), f.keyring(head, copied, tail))
				}
			}
		}
		size := len(theirs) - len(good)
		yield("the header of "+from, f.image.with(format.KeyringFile, slices.Concat(theirs[:len(head)], good[len(head):])))
		yield("the authenticator of "+from, f.keyring(head, parts, theirs[len(theirs)-format.AuthenticatorSize:]))
		yield("all but the header of "+from, f.image.with(format.KeyringFile, slices.Concat(head, theirs[len(head):])))
		if size != 0 || from == "another store" {
			for _, name := range storeFiles { // whole files, but never all: that is a backup
				if name != format.KeyringFile || from == "another store" {
					yield(name+" of "+from, f.image.with(name, other[name]))
				}
			}
		}
	}
	for i, name := range storeFiles { // two of three
		mixed := f.image
		for j, other := range storeFiles {
			if i != j {
				mixed = mixed.with(other, f.another[other])
			}
		}
		yield("all of another store but its "+name, mixed)
	}
}

// begins reports whether a part begins at a byte of an image: a bucket or a record, by the
// lengths that the image's header says.
func (f *fixture) begins(m image, at int) bool {
	raw := m[format.KeyringFile]
	size, err := format.HeaderSize(raw)
	if err != nil {
		return false
	}
	h, err := format.ParseHeader(raw[:size])
	if err != nil {
		return false
	}
	start := h.Size()
	for _, row := range h.Rows {
		if at == start {
			return true
		}
		start += int(row.Index)
	}
	record := len(value("A", 1).Reveal()) + format.TagSize // all have this length
	return at >= start && (at-start)%record == 0
}

// headers changes what the header says, with checksums and digests that fit.
func (f *fixture) headers(yield yieldImage) {
	head, parts, tail := f.cut(f.image[format.KeyringFile])
	change := func(name string, change func(*format.Header)) {
		yield("header: "+name, f.keyring(f.remade(change), parts, tail))
	}
	for i := range f.header.Slots {
		for _, n := range []uint32{0, 1, 99_999, 100_001, 200_000, 10_000_000, 10_000_001, 1<<32 - 1} {
			change(fmt.Sprintf("slot %d: %d iterations", i, n), func(h *format.Header) { h.Slots[i].Iterations = n })
		}
		for kind := range format.Kind(8) {
			change(fmt.Sprintf("slot %d: kind %d", i, kind), func(h *format.Header) { h.Slots[i].Kind = kind })
		}
		change(fmt.Sprintf("slot %d: another id", i), func(h *format.Header) { h.Slots[i].ID[3]++ })
		change(fmt.Sprintf("slot %d: another key id", i), func(h *format.Header) { h.Slots[i].KeyID[3]++ })
		change(fmt.Sprintf("slot %d: another check value", i), func(h *format.Header) { h.Slots[i].Check[3]++ })
		change(fmt.Sprintf("slot %d: another nonce", i), func(h *format.Header) { h.Slots[i].Nonce[3]++ })
		change(fmt.Sprintf("slot %d: another sealed key", i), func(h *format.Header) { h.Slots[i].Sealed[3]++ })
		change(fmt.Sprintf("slot %d dropped", i), func(h *format.Header) { h.Slots = slices.Delete(h.Slots, i, i+1) })
		change(fmt.Sprintf("slot %d repeated", i), func(h *format.Header) { h.Slots = slices.Insert(h.Slots, i, h.Slots[i]) })
		change(fmt.Sprintf("slot %d of another store", i), func(h *format.Header) { h.Slots[i] = f.slotOf(f.another, i) })
	}
	change("slots reversed", func(h *format.Header) { slices.Reverse(h.Slots) })
	change("five slots", func(h *format.Header) { h.Slots = slices.Repeat(h.Slots[:1], 5) })
	change("another generation", func(h *format.Header) { h.Generation++ })
	change("generation 0", func(h *format.Header) { h.Generation = 0 })
	change("a key more", func(h *format.Header) { h.Keys++ })
	change("a border between records moved", func(h *format.Header) {
		h.Rows[0].Records++
		h.Rows[1].Records--
	})
	change("a border between buckets moved", func(h *format.Header) {
		h.Rows[0].Index++
		h.Rows[1].Index--
	})
	for _, v := range []uint16{0, 2, 3, 1<<16 - 1} {
		b := bytes.Clone(head)
		binary.BigEndian.PutUint16(b[8:], v)
		yield(fmt.Sprintf("header: version %d", v), f.keyring(b, parts, tail))
	}
	f.consistent(yield, parts, tail)
}

// slotOf is a slot of another image.
func (f *fixture) slotOf(m image, i int) format.Slot {
	raw := m[format.KeyringFile]
	size, _ := format.HeaderSize(raw)
	h, err := format.ParseHeader(raw[:size])
	if err != nil {
		return format.Slot{}
	}
	return h.Slots[i]
}

// consistent replaces salt and config and makes the digests of them fit.
func (f *fixture) consistent(yield yieldImage, parts [][]byte, tail []byte) {
	for name, salt := range map[string][]byte{"another store's": f.another[format.SaltFile], "zeros": make([]byte, 32), "empty": {}, "long": make([]byte, 64)} {
		head := f.remade(func(h *format.Header) { h.Salt = sha256.Sum256(salt) })
		yield("salt: "+name+", and its digest", f.keyring(head, parts, tail).with(format.SaltFile, salt))
	}
	theirs, err := format.ParseConfig(f.another[format.ConfigFile])
	if err != nil {
		return
	}
	config := f.another[format.ConfigFile]
	head := f.remade(func(h *format.Header) { h.StoreID, h.Config = theirs, sha256.Sum256(config) })
	yield("config of another store, its id and digest", f.keyring(head, parts, tail).with(format.ConfigFile, config))
	spaced := slices.Concat(f.image[format.ConfigFile], []byte("\n"))
	head = f.remade(func(h *format.Header) { h.Config = sha256.Sum256(spaced) })
	yield("config with a line more, and its digest", f.keyring(head, parts, tail).with(format.ConfigFile, spaced))
}

// kinds puts what is no regular file of this user, closed to others, into the place of each
// file, and the like of folders.
func (f *fixture) kinds(yield func(mutant)) {
	spoil := func(name string, all bool, do func(*worker) error) {
		yield(mutant{name: name, image: f.image, spoil: do, damage: damage{all: all}, kind: secret.Permission})
	}
	for _, name := range f.files() {
		all := name != keyName || f.by == format.Keyfile
		for what, put := range inPlace {
			m := mutant{name: name + ": " + what, image: f.image, damage: damage{all: all}, kind: secret.Permission}
			m.spoil = func(w *worker) error { return put(w.path(name)) }
			if what != "another user's" && what != "a device" || os.Geteuid() == 0 {
				yield(m)
			}
		}
	}
	for _, mode := range []os.FileMode{0o755, 0o710, 0o701, 0o770, 0o777, 0o300, 0o600} {
		spoil(fmt.Sprintf("folder: mode %04o", mode), true, func(w *worker) error { return os.Chmod(w.opt.Dir, mode) })
	}
	for _, mode := range []os.FileMode{0o777, 0o702} {
		spoil(fmt.Sprintf("its parent: mode %04o", mode), true, func(w *worker) error { return os.Chmod(filepath.Dir(w.opt.Dir), mode) })
	}
	spoil("folder: a file", true, func(w *worker) error {
		return errors.Join(os.RemoveAll(w.opt.Dir), os.WriteFile(w.opt.Dir, nil, 0o600))
	})
	spoil("folder: a link that leads nowhere", true, func(w *worker) error {
		return errors.Join(os.RemoveAll(w.opt.Dir), os.Symlink("nowhere", w.opt.Dir))
	})
	if os.Geteuid() == 0 {
		spoil("folder: another user's", true, func(w *worker) error { return os.Chown(w.opt.Dir, 65534, -1) })
		spoil("its parent: another user's", true, func(w *worker) error { return os.Chown(filepath.Dir(w.opt.Dir), 65534, -1) })
	}
}

// inPlace puts something else into the place of a file.
var inPlace = map[string]func(path string) error{
	"a FIFO":   func(path string) error { return errors.Join(os.Remove(path), unix.Mkfifo(path, 0o600)) },
	"a folder": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	"a device": func(path string) error {
		return errors.Join(os.Remove(path), unix.Mknod(path, unix.S_IFCHR|0o600, 1<<8|5))
	},
	"a socket": socket,
	"a link to its own bytes": func(path string) error {
		return errors.Join(os.Rename(path, path+".seen"), os.Symlink(path+".seen", path))
	},
	"a link that leads away": func(path string) error { return errors.Join(os.Remove(path), os.Symlink("/dev/zero", path)) },
	"another user's":         func(path string) error { return os.Chown(path, 65534, -1) },
	"open to all":            func(path string) error { return os.Chmod(path, 0o666) },
	"readable to others":     func(path string) error { return os.Chmod(path, 0o604) },
	"readable to the group":  func(path string) error { return os.Chmod(path, 0o640) },
	"writable to the group":  func(path string) error { return os.Chmod(path, 0o620) },
	"readable to nobody":     func(path string) error { return os.Chmod(path, 0o200) },
}

func socket(path string) error {
	l, err := net.Listen("unix", path+".seen")
	if err != nil {
		return err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	return errors.Join(l.Close(), os.Remove(path), os.Rename(path+".seen", path))
}

// forgeries are what nobody can make who has no key, but a writer with a defect could: an
// index that leads to other records, or is another bucket's, and is signed. A record and a
// bucket know their place all the same.
func (f *fixture) forgeries(yield func(mutant)) {
	forge := func(name string, d damage, entries func([][]format.Entry), sealed func([][]byte)) {
		yield(mutant{name: "forged: " + name, image: f.forged(entries, sealed), damage: d, kind: secret.Encryption})
	}
	for i, a := range f.records() {
		for _, b := range f.records()[i+1:] {
			d := damage{records: map[recordID]bool{a.record: true, b.record: true}}
			forge(fmt.Sprintf("%v and %v swapped, nonces too", a.record, b.record), d, func(buckets [][]format.Entry) {
				x, y := versionOf(buckets, a.record), versionOf(buckets, b.record)
				x.Nonce, y.Nonce = y.Nonce, x.Nonce
			}, nil)
		}
	}
	for i := range f.header.Rows {
		for j := range i {
			d := damage{buckets: map[int]bool{i: true, j: true}, signed: true}
			forge(fmt.Sprintf("buckets %d and %d swapped", i, j), d, nil, func(sealed [][]byte) { sealed[i], sealed[j] = sealed[j], sealed[i] })
		}
	}
}

func versionOf(buckets [][]format.Entry, id recordID) *format.Version {
	for _, e := range slices.Concat(buckets...) {
		for i := range e.Versions {
			if e.Key == id.key && e.Versions[i].Number == id.number {
				return &e.Versions[i]
			}
		}
	}
	return nil
}

// forged is the store with its index changed before it is sealed, or after, and signed
// anew. Records are where their nonces say.
func (f *fixture) forged(entries func([][]format.Entry), sealed func([][]byte)) (m image) {
	must(f.t, Open(f.opt).read(ctx, func(n *snapshot) error {
		var buckets [][]format.Entry
		byNonce := map[format.Nonce][]byte{}
		must(f.t, n.each(func(number int, entries []format.Entry) error {
			buckets = append(buckets, entries)
			for _, e := range entries {
				for _, v := range e.Versions {
					p := f.records()[slices.IndexFunc(f.records(), func(p part) bool { return p.record == recordID{e.Key, v.Number} })]
					byNonce[v.Nonce] = f.image[format.KeyringFile][p.start:p.end]
				}
			}
			return nil
		}))
		if entries != nil {
			entries(buckets)
		}
		var index, records [][]byte
		for number, entries := range buckets {
			index = append(index, n.keys.sealBucket(n.header.Bits, number, format.MarshalBucket(entries)))
			for _, e := range entries {
				for _, v := range e.Versions {
					records = append(records, byNonce[v.Nonce])
				}
			}
		}
		if sealed != nil {
			sealed(index)
		}
		for i, b := range index {
			n.header.Rows[i].Index, n.header.Rows[i].Digest = uint32(len(b)), sha256.Sum256(b)
		}
		header := n.header.Marshal()
		m = f.image.with(format.KeyringFile, slices.Concat(header, slices.Concat(index...), slices.Concat(records...), n.keys.authenticate(header)))
		return nil
	}))
	return m
}
