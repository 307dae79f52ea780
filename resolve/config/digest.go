package config

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"sync"
)

// digests remembers what programs hold: one command asks several times, and a program may
// be large. It is shared by a configuration and its profiles.
type digests struct {
	mu    sync.Mutex
	known map[string]digest // by path
}

type digest struct {
	info fs.FileInfo // of the file when it was read
	text string
}

// of gives the SHA-256 of the file at a path, which info was just asked about. It is read
// again only if it is another file, or was written since.
func (d *digests) of(path string, info fs.FileInfo) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok := d.known[path]
	if ok && os.SameFile(known.info, info) && known.info.Size() == info.Size() && known.info.ModTime().Equal(info.ModTime()) {
		return known.text
	}
	if d.known == nil {
		d.known = map[string]digest{}
	}
	text := digestOf(path)
	d.known[path] = digest{info, text}
	return text
}

// digestOf is the SHA-256 of a file, or a word that no file has.
func digestOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return "unreadable"
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unreadable"
	}
	return hex.EncodeToString(h.Sum(nil))
}
