package trust

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"path/filepath"

	"github.com/xec-sh/xec-go/store/secret"
)

// Part is a text of a configuration that acts.
type Part struct {
	Kind  string // what it is: "command", "provider", "address", "program", …
	Where string // the dotted path of the configuration at which it stands, like vars.REV
	Text  string // what a person has to see; of a program its path, relative to the project
	// Digest is the SHA-256 of a program's contents in hexadecimal, and empty if there is
	// no such file: one that appears later is not approved. Other parts have none.
	Digest string
}

// Subject is what needs approval.
type Subject struct {
	Path  string // of the configuration, absolute and clean
	Parts []Part // what acts, in an order that depends on the configuration alone
}

// digest is that of the subject, as the package's page has it.
func (s Subject) digest() [sha256.Size]byte {
	h := sha256.New()
	number := func(n int) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	text := func(t string) {
		number(len(t))
		io.WriteString(h, t)
	}
	io.WriteString(h, "xec trust 1\n")
	text(s.Path)
	number(len(s.Parts))
	for _, p := range s.Parts {
		text(p.Kind)
		text(p.Where)
		text(p.Text)
		text(p.Digest)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// checkPath returns an error if the path means something else in another folder.
func checkPath(path string) error {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path {
		return secret.Errorf(secret.General, "%s: not an absolute path without detours", path)
	}
	return nil
}

// Approval says that a person approved a subject. The zero Approval covers nothing that
// acts.
type Approval struct {
	given  bool
	digest [sha256.Size]byte
}

// Once approves a subject for as long as the Approval is kept. It is for a person's word
// that needs no record, such as XEC_TRUST_CONFIG=1.
func Once(s Subject) Approval { return Approval{true, s.digest()} }

// Covers reports whether all that acts in s was approved. A subject without parts is
// always covered.
func (a Approval) Covers(s Subject) bool {
	return len(s.Parts) == 0 || a.given && a.digest == s.digest()
}

// Diff gives the parts that only now has and those that only last has, each in its own
// order. A part that moved is in both. Lists of the same parts in another order give
// none, though they need another approval.
func Diff(last, now []Part) (added, removed []Part) {
	return missing(now, last), missing(last, now)
}

// missing gives the parts that are in list more often than in from.
func missing(list, from []Part) (parts []Part) {
	count := map[Part]int{}
	for _, p := range from {
		count[p]++
	}
	for _, p := range list {
		if count[p] == 0 {
			parts = append(parts, p)
			continue
		}
		count[p]--
	}
	return parts
}
