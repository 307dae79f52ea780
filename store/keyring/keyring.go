// Package keyring keeps secrets in the keyring of the operating system: macOS Keychain,
// Windows Credential Manager, or what serves the Secret Service on the session bus elsewhere
// (GNOME Keyring, KWallet, KeePassXC). [Items] are its items, as they are, each of a few
// hundred bytes; [Store] is a provider made of them.
//
// # Calls
//
// An item is a name with a text, under a service, which is "xec" unless the setting service
// says otherwise. None of the platforms below can be told how long to wait, and an unlock
// prompt that nobody sees waits for ever; so every call has ten seconds, or the time of its
// context. What went wrong is told apart by kind:
//
//	secret.NotFound    an item that is not there
//	secret.Encryption  a keyring that is locked; a secret or an index that is damaged
//	secret.Permission  a lock file that is somebody else's
//	secret.General     a keyring that is absent or does not answer; another writer that does
//	                   not finish
//
// Where no session bus is announced none is started: a bus of one's own would have an
// empty keyring, and would stay behind.
//
// # What a store is made of
//
// Keyrings take little at a time (Windows 2,560 bytes; macOS some 3 KB, of which its encoding
// takes a quarter), compare names without regard to case (Windows), like text better than
// bytes, and do not list. So a store consists of items of at most 2,500 bytes of ASCII:
//
//	secret/KEY/DIGEST           the head of a secret
//	secret/KEY/DIGEST/GEN/N     a part of its value, N from 0
//	index/N                     names of keys, N from 0 without a gap
//	journal                     what is under way
//
// DIGEST is the first 32 hexadecimal digits of the SHA-256 of KEY, by which keys that differ
// in case have different items. Items named "keyslot ID", of the file store, are apart. The
// same layout is used on every platform. Every text begins with a line that ends in "\n":
//
//	xec-secret 1 GEN COUNT LENGTH SUM
//
// is a head. Of a value of at most 1,800 bytes it holds the value itself, in base64 behind the
// line; GEN is "-" and COUNT 0. A longer value lies in COUNT parts, each the base64 of 1,875
// bytes and the last of what remains; GEN is 16 random hexadecimal digits, new for each
// writing. LENGTH is that of the value. SUM is the SHA-256, in hexadecimal, of "xec-secret",
// NUL, KEY, NUL and the value: parts that are missing, mixed or of another key do not fit it.
//
//	xec-index 1 SUM
//	xec-journal 1 SUM
//
// are an index and the journal; SUM is 32 digits of the SHA-256 of what is behind the line. That
// is a line for each key, or one line: a key, and behind it each generation of its parts
// that may be left over, as " GEN:COUNT". What is not written exactly so is damaged.
//
// # Writing
//
// Writers take turns: they hold the lock file, which all who write to one service name alike.
// A value that lies in a head and is replaced by another such is one call. All else is
//
//	journal; new parts; head (or its removal); index; removal of old parts; removal of the journal
//
// in that order. So whoever is killed between any two calls leaves the old value or the new
// one, whole, and the next writer finishes in the journal's name what is left: names, and
// parts that belong to no head. List asks the head for the key that the journal names.
// Readers take no lock; one whose parts are removed under its hands begins again.
//
// A call that was given up (its time was over, the context was cancelled) may still be carried
// out. The lock is kept until it comes back, so that it cannot come in between a later write.
// A Set that was given up has happened, or not, or will yet: whole, in any case.
//
// # When the index is wrong
//
// Get and Has do not ask the index. A name that it has lost (an item of it was removed by
// hand, or a keyring was restored in part) comes back when its secret is set, and stays until
// it is deleted. A name too many is listed and not found; setting or deleting it puts that
// right. A damaged item of the index is an error of List, Set and Delete that names it;
// removing that item helps, as all is then as if it had lost its names.
//
// # What it does not do
//
// No older values are kept, several values are not written as one, and nothing is sealed beyond
// what the platform does: on most, programs of the person can read all that is in an open
// keyring. Sizes and names of secrets can be seen in it.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/xec-sh/xec-go/store/secret"
)

// defaultService is what all items of xec have in common.
const defaultService = "xec"

// patience is how long one call may take.
const patience = 10 * time.Second

// Items are the items of this person's keyring. The zero value is ready.
type Items struct {
	Service  string // "" is "xec"
	on       platform
	patience time.Duration
	calls    *calls
}

// platform is the keyring itself. It knows no context, and waits as long as it likes.
type platform interface {
	Get(service, name string) (text string, err error)
	Set(service, name, text string) error
	Delete(service, name string) error
}

// system is the keyring of the operating system.
type system struct{}

func (system) Get(service, name string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(service, name)
}

func (system) Set(service, name, text string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, name, text)
}

func (system) Delete(service, name string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Delete(service, name)
}

// Get returns the text of an item.
func (i Items) Get(ctx context.Context, name string) (secret.Value, error) {
	text, err := i.within(ctx, name, func(p platform, service string) (string, error) { return p.Get(service, name) })
	return secret.Text(text), err
}

// Set makes an item, or replaces its text.
func (i Items) Set(ctx context.Context, name string, text secret.Value) error {
	s := string(text.Reveal())
	_, err := i.within(ctx, name, func(p platform, service string) (string, error) { return "", p.Set(service, name, s) })
	return err
}

// Delete removes an item.
func (i Items) Delete(ctx context.Context, name string) error {
	_, err := i.within(ctx, name, func(p platform, service string) (string, error) { return "", p.Delete(service, name) })
	return err
}

// calls are those of one writer.
type calls struct {
	running sync.WaitGroup
	givenUp atomic.Bool // one of them at least
}

// within runs one call against the platform, which cannot be cancelled: after the
// deadline it is left to itself.
func (i Items) within(ctx context.Context, name string, call func(p platform, service string) (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	i = i.withDefaults()
	limited, cancel := context.WithTimeout(ctx, i.patience)
	defer cancel()
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	i.calls.running.Go(func() {
		var a answer
		defer func() { answered <- a }()
		defer recovered(&a.err)
		a.text, a.err = call(i.on, i.Service)
	})
	select {
	case a := <-answered:
		return a.text, explained(name, a.err)
	case <-limited.Done():
	}
	i.calls.givenUp.Store(true)
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("the keyring of the operating system has not answered: %w", err)
	}
	err := secret.Errorf(secret.General, "the keyring of the operating system has not answered within %v", i.patience)
	return "", secret.WithHint(err, "it may be waiting for somebody to unlock it; unlock it first")
}

func (i Items) withDefaults() Items {
	if i.Service == "" {
		i.Service = defaultService
	}
	if i.on == nil {
		i.on = system{}
	}
	if i.patience == 0 {
		i.patience = patience
	}
	if i.calls == nil {
		i.calls = new(calls)
	}
	return i
}

// recovered makes a panic an error: below a call the bus may end in the middle of a prompt,
// which its client does not expect. What the panic says may be what was being sent.
func recovered(err *error) {
	if recover() != nil {
		*err = errors.New("the connection to it has failed")
	}
}

// explained gives an error of the platform its kind. Of the causes only some have a type;
// the others are known by their texts.
func explained(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return secret.Errorf(secret.NotFound, "the keyring of the operating system has no item %q", name)
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return secret.Errorf(secret.General, "the keyring of the operating system does not take an item of that size")
	case isLocked(err.Error()):
		err := secret.Errorf(secret.Encryption, "the keyring of the operating system is locked")
		return secret.WithHint(err, "unlock it, as by logging in on its desktop")
	}
	return absent(err)
}

func isLocked(text string) bool {
	for _, part := range []string{"failed to unlock", "locked collection", "IsLocked", "is locked", "User interaction is not allowed"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func absent(err error) error {
	err = secret.Errorf(secret.General, "the keyring of the operating system cannot be reached: %w", err)
	return secret.WithHint(err, "it needs a session with a keyring; on a machine without one lock the store with a passphrase")
}
