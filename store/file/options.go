package file

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// Options says where a store is and how it is opened. Dir and KeyFile are
// needed; every other field may be left zero.
type Options struct {
	// Dir is the folder of the store, KeyFile the person's key file.
	Dir, KeyFile string
	// Passphrase gives the passphrase that the person has set. When it is not
	// nil no other slot is tried, and a new store gets a passphrase slot.
	Passphrase func() (secret.Value, error)
	// Prompt asks the person for what it is told, "Passphrase" or "Recovery key", and may
	// tell why what is kept does not open the store; a nil reason tells nothing. It is
	// called only for a store that nothing else opens; nil means that nobody can be
	// asked, and an error of kind secret.Invalid that nobody has answered.
	Prompt func(what string, reason error) (secret.Value, error)
	// Keyring is where keyring slots have their keys; nil means that there is none.
	Keyring Keyring
	// Seen is the folder that notes the last generation of each store; "" notes none.
	Seen string
	// Strict makes an error of a store that is older than one that was seen.
	Strict bool
	// Notice is told what the person should know: that a store was made, that
	// a lock is waited for. Nil drops it.
	Notice func(string)
	// Trace is told each step, with names and never with values. Nil drops it.
	Trace func(string)
	// Now is the clock; nil is the machine's.
	Now func() time.Time

	// noNotes leaves what was seen unchanged.
	noNotes bool
	// derive replaces PBKDF2 in tests that open stores by the thousand.
	derive func(password, salt []byte, iterations int) ([]byte, error)
}

// Store is a file store. It is safe for use by several processes, not by
// several goroutines.
type Store struct {
	opt Options
	// wrapping holds wrapping keys by slot, so that PBKDF2 runs once.
	wrapping map[format.ID][]byte
	// toldOld is set when the person was told that the store is an older one.
	toldOld bool
}

var (
	_ store.Store       = (*Store)(nil)
	_ store.BatchGetter = (*Store)(nil)
	_ store.BatchSetter = (*Store)(nil)
	_ store.Adder       = (*Store)(nil)
	_ store.Finder      = (*Store)(nil)
	_ store.Warmer      = (*Store)(nil)
	_ store.Versioner   = (*Store)(nil)
	_ store.Describer   = (*Store)(nil)
)

// Open names a store. It opens no file and cannot fail. A folder that is a
// symbolic link is the folder it leads to.
func Open(opt Options) *Store {
	if dir, err := filepath.Abs(opt.Dir); err == nil {
		opt.Dir = dir
	}
	if dir, err := filepath.EvalSymlinks(opt.Dir); err == nil {
		opt.Dir = dir
	}
	if opt.Notice == nil {
		opt.Notice = func(string) {}
	}
	if opt.Trace == nil {
		opt.Trace = func(string) {}
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.derive == nil {
		opt.derive = pbkdf2SHA256
	}
	return &Store{opt: opt, wrapping: map[format.ID][]byte{}}
}

func (s *Store) path(name string) string { return filepath.Join(s.opt.Dir, name) }

func (s *Store) trace(format string, args ...any) { s.opt.Trace(fmt.Sprintf(format, args...)) }

func (s *Store) now() uint64 { return uint64(s.opt.Now().UnixMilli()) }

// damaged is the error for a part of the store that cannot be trusted.
func (s *Store) damaged(part, why string, args ...any) error {
	err := secret.Errorf(secret.Encryption, "%s: %s", s.path(part), fmt.Sprintf(why, args...))
	return secret.WithHint(err, "the store is damaged or was altered; restore %s from a backup, or save what is whole: xec secrets verify --salvage DIR", s.opt.Dir)
}
