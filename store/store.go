// Package store says what a store of secrets is. A store maps keys to values (see package
// secret for the rules of both). It need not be safe for use by several goroutines unless it
// says so; where what it holds outlives the process, it must be safe for use by several
// processes.
//
// What a store can do beyond that are methods of further interfaces. One that stands
// between xec and another process learns only when it asks what the other side can: a
// method of an interface other than [Store] and [BatchGetter] may return
// errors.ErrUnsupported, which is the same as not having it. [Has], [Set] and [Add] take care
// of that; who calls such a method itself does.
//
// # Folders
//
// Each folder is one provider: file, keyring, env, command, vault, aws. Except for these:
//
//	secret     keys, values, kinds of error
//	plugin     the protocol for a store in another process, and both of its ends
//	broker     a store served on a socket while something runs
//	memory     a store that ends with the process, for tests
//	remote     what stores behind a network have in common, and remotetest for their tests
//	storetest  the suite that every provider passes
//	transfer   import and export
//	dotenv     the syntax of .env files
package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// Store is where secrets live.
//
// Every method returns an error of kind secret.Invalid for a key that is not
// one, secret.Encryption when what is stored cannot be trusted or opened, and
// secret.Permission when the store may not be used by this person. A failed
// call changes nothing; one that was given up while something else carried it out (a server,
// a keyring, a program), has changed all that it should or nothing, and may do so yet.
type Store interface {
	// Get returns the value of key. A missing key is an error of kind
	// secret.NotFound.
	Get(ctx context.Context, key string) (secret.Value, error)
	// Set stores value under key, in place of an older one. A value that is
	// empty or over the limit is an error of kind secret.Invalid.
	Set(ctx context.Context, key string, value secret.Value) error
	// Delete removes key with all that is kept of it. A missing key is an error
	// of kind secret.NotFound.
	Delete(ctx context.Context, key string) error
	// List returns all keys, in byte order. An empty store has none.
	List(ctx context.Context) ([]string, error)
}

// BatchGetter is a Store that can fetch many values at once.
type BatchGetter interface {
	// GetBatch returns the values of those keys that exist; a missing key is no
	// error.
	GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error)
}

// BatchSetter is a Store that can write many values at once.
type BatchSetter interface {
	// SetBatch stores every value or none.
	SetBatch(ctx context.Context, values map[string]secret.Value) error
}

// Adder is a Store that can promise not to replace a value.
type Adder interface {
	// Add stores value under key. If the key exists, also since the caller last
	// looked, nothing is changed and errors.Is finds the error to be ErrExists.
	Add(ctx context.Context, key string, value secret.Value) error
}

// Purger is a Store whose Delete can be taken back for some time.
type Purger interface {
	// Purge deletes key for good, also where Delete has deleted it before. A key of which
	// nothing is left is an error of kind secret.NotFound.
	Purge(ctx context.Context, key string) error
}

// Finder is a Store that can tell cheaply whether a key exists.
type Finder interface {
	// Has reports whether key exists. It need not open the value.
	Has(ctx context.Context, key string) (bool, error)
}

// Warmer is a Store that can get ready before it is asked for something.
type Warmer interface {
	// Warm does what every later call needs once: derive a key, ask for a
	// passphrase. Its error is the one that such a call would have.
	Warm(ctx context.Context) error
}

// Version is one value of a key, without the value.
type Version struct {
	Number  uint64 // ascending
	Changed time.Time
	Size    int // in bytes
}

// Versioner is a Store that keeps older values.
type Versioner interface {
	// Versions returns what is kept of key, the newest first, which is what Get returns
	// where it returns a value. A missing key is an error of kind secret.NotFound.
	Versions(ctx context.Context, key string) ([]Version, error)
	// Rollback makes the value of an older version the newest one, and returns the
	// number of the version that it took. Number 0 is the one before the newest. A
	// version that is not kept is an error of kind secret.NotFound.
	Rollback(ctx context.Context, key string, number uint64) (uint64, error)
}

// Info is what a store knows of a secret, without the value.
type Info struct {
	Key              string
	Created, Changed time.Time
	Size             int // in bytes
	Versions         int
}

// Describer is a Store that can tell more than keys.
type Describer interface {
	// Describe returns what is known of all secrets, in byte order of their keys.
	Describe(ctx context.Context) ([]Info, error)
}

// ErrExists is returned by Add for a key that exists.
var ErrExists = secret.Errorf(secret.Invalid, "the key exists")

// Get returns the values of those keys that exist in s, in one batch where the
// store can.
func Get(ctx context.Context, s Store, keys []string) (map[string]secret.Value, error) {
	if b, ok := s.(BatchGetter); ok {
		return b.GetBatch(ctx, keys)
	}
	return GetParallel(ctx, keys, 1, s.Get)
}

// Has reports whether key exists in s.
func Has(ctx context.Context, s Store, key string) (bool, error) {
	if f, ok := s.(Finder); ok {
		if found, err := f.Has(ctx, key); !errors.Is(err, errors.ErrUnsupported) {
			return found, err
		}
	}
	_, err := s.Get(ctx, key)
	if errors.Is(err, secret.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Warm gets s ready, where it can.
func Warm(ctx context.Context, s Store) error {
	if w, ok := s.(Warmer); ok {
		return w.Warm(ctx)
	}
	return nil
}

// Set stores every value in s: all or none where the store can, else one by one in byte
// order of their keys, up to the first that fails. The error then says how many were set.
func Set(ctx context.Context, s Store, values map[string]secret.Value) error {
	if b, ok := s.(BatchSetter); ok {
		if err := b.SetBatch(ctx, values); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	if err := CheckValues(values); err != nil { // before anything is changed
		return err
	}
	for n, key := range slices.Sorted(maps.Keys(values)) {
		if err := s.Set(ctx, key, values[key]); err != nil {
			if n == 0 {
				return err
			}
			return fmt.Errorf("%w (at %s: %d of %d secrets were set before it)", err, key, n, len(values))
		}
	}
	return nil
}

// Add stores value under a key that does not exist in s, or gives ErrExists. Only
// an Adder can rule out that another process makes the key meanwhile.
func Add(ctx context.Context, s Store, key string, value secret.Value) error {
	if a, ok := s.(Adder); ok {
		if err := a.Add(ctx, key, value); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	found, err := Has(ctx, s, key)
	if err == nil && found {
		err = ErrExists
	}
	if err != nil {
		return err
	}
	return s.Set(ctx, key, value)
}

// Ready is what a method of a provider begins with: the error of ctx if that is done, or the
// one, of kind secret.Invalid, of what is no key among keys.
func Ready(ctx context.Context, keys ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, key := range keys {
		if err := secret.CheckKey(key); err != nil {
			return err
		}
	}
	return nil
}

// CheckValues returns an error of kind secret.Invalid unless all of values can be set.
func CheckValues(values map[string]secret.Value) error {
	for key, value := range values {
		if err := secret.CheckKey(key); err != nil {
			return err
		}
		if err := value.Check(key); err != nil {
			return err
		}
	}
	return nil
}

// NotFound is the error for a missing key.
func NotFound(key string) error {
	return secret.Errorf(secret.NotFound, "secret %q not found", key)
}
