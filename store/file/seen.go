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

// seenPath is where the last generation of the store is noted. A copy in another folder
// is another store: each goes its own way.
func (s *Store) seenPath(id format.ID) string {
	place := sha256.Sum256([]byte(s.opt.Dir))
	return filepath.Join(s.opt.Seen, fmt.Sprintf("%x-%x", id, place[:4]))
}

// seen gives the last generation that was seen of a store, 0 where none is known.
func (s *Store) seen(id format.ID) uint64 {
	if s.opt.Seen == "" {
		return 0
	}
	line, err := readOwn(s.seenPath(id))
	if err != nil {
		return 0
	}
	digits, ok := strings.CutPrefix(strings.TrimSuffix(string(line), "\n"), seenPrefix)
	generation, err := strconv.ParseUint(digits, 10, 63) // the next write must have room
	if !ok || err != nil {
		return 0
	}
	return generation
}

// saw notes a generation. It goes by a temporary file of one name, so that one left
// behind is used again; that two processes write it at once does no harm, because each
// writes what it has seen.
func (s *Store) saw(id format.ID, generation uint64) {
	if s.opt.Seen == "" || os.MkdirAll(s.opt.Seen, 0o700) != nil {
		return
	}
	path := s.seenPath(id)
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, fmt.Appendf(nil, "%s%d\n", seenPrefix, generation), 0o600); err != nil {
		s.trace("%v", err)
		return
	}
	if err := os.Rename(tmp, path); err != nil {
		s.trace("%v", err)
	}
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
	err := secret.Errorf(secret.Encryption, "%s: an older store than the one that was here before: generation %d, and %d has been seen", s.opt.Dir, own, seen)
	if s.opt.Strict {
		return secret.WithHint(err, "if it was restored from a backup, the next change without --strict ends this")
	}
	s.toldOld = true
	s.opt.Notice(fmt.Sprintf("warning: %v; if it was not restored from a backup, somebody has put it back", err))
	return nil
}
