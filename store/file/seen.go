package file

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// A note of what was seen is one line: seenPrefix, the generation, a line feed.
const seenPrefix = "generation "

// maxNote is the greatest generation that a note is believed: no store gets there, and the
// next write must have room.
const maxNote = 1 << 62

// seenPath is where the last generation of the store is noted. A copy in another folder
// is another store: each goes its own way.
func (s *Store) seenPath(id format.ID) string {
	return filepath.Join(s.opt.Seen, fmt.Sprintf("%x", id)+s.placeMark())
}

// placeMark ends the names of notes about stores in this folder.
func (s *Store) placeMark() string {
	place := sha256.Sum256([]byte(s.opt.Dir))
	return fmt.Sprintf("-%x", place[:4])
}

// seen gives the last generation that was seen of a store, 0 where none is known.
func (s *Store) seen(id format.ID) uint64 {
	if s.opt.Seen == "" {
		return 0
	}
	return readNote(s.seenPath(id))
}

func readNote(path string) uint64 {
	line, err := readOwn(path)
	if err != nil {
		return 0
	}
	digits, ok := strings.CutPrefix(strings.TrimSuffix(string(line), "\n"), seenPrefix)
	generation, err := strconv.ParseUint(digits, 10, 64)
	if !ok || err != nil || generation > maxNote {
		return 0
	}
	return generation
}

// saw notes a generation. It goes by a temporary file of one name, so that one left
// behind is used again; that two processes write it at once does no harm, because each
// writes what it has seen.
func (s *Store) saw(id format.ID, generation uint64) {
	if s.opt.Seen == "" || s.opt.noNotes || os.MkdirAll(s.opt.Seen, 0o700) != nil {
		return
	}
	path := s.seenPath(id)
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, fmt.Appendf(nil, "%s%d\n", seenPrefix, generation), 0o600); err != nil {
		s.trace("%v", err)
		os.Remove(tmp)
		return
	}
	if err := os.Rename(tmp, path); err != nil {
		s.trace("%v", err)
		os.Remove(tmp)
	}
}

// checkGone is for a folder without a store: one that has been there before may have been
// removed by mistake, or HOME may be another one.
func (s *Store) checkGone() error {
	if s.opt.Seen == "" || s.toldOld {
		return nil
	}
	var last uint64
	for _, path := range matching(s.opt.Seen, "*"+s.placeMark()) {
		last = max(last, readNote(path))
	}
	if last == 0 {
		return nil
	}
	return s.tellOld(secret.Errorf(secret.Encryption, "%s: the store that was here before is gone: its generation %d has been seen", s.opt.Dir, last),
		"if it was not removed on purpose, restore it from a backup")
}

// forgetOthers drops the notes of stores that this folder held before.
func (s *Store) forgetOthers(id format.ID) {
	if s.opt.Seen == "" {
		return
	}
	for _, path := range matching(s.opt.Seen, "*"+s.placeMark()) {
		if path != s.seenPath(id) {
			os.Remove(path)
		}
	}
}

// tellOld warns once, or gives the error where the person wants to be strict.
func (s *Store) tellOld(err error, hint string) error {
	if s.opt.Strict {
		return secret.WithHint(err, "%s", hint)
	}
	s.toldOld = true
	s.opt.Notice(fmt.Sprintf("warning: %v; %s", err, hint))
	return nil
}

// compare compares the generation of a proved store with the last one that was seen.
func (n *snapshot) compare(seen uint64) error {
	s, own := n.store, n.header.Generation
	n.newest = max(seen, own)
	if seen < own {
		s.saw(n.header.StoreID, own)
	}
	if seen <= own || s.toldOld {
		return nil
	}
	return s.tellOld(older(s.opt.Dir, own, seen), "if it was restored from a backup, the next change (without --strict) ends this; else somebody has put it back")
}

func older(dir string, own, seen uint64) error {
	return secret.Errorf(secret.Encryption, "%s: an older store than the one that was here before: generation %d, and %d has been seen", dir, own, seen)
}
