// Package keyring keeps small secrets in the keyring of the operating system: macOS
// Keychain, Windows Credential Manager, or what serves the Secret Service on the
// session bus elsewhere (GNOME Keyring, KWallet, KeePassXC).
//
// An item is a name with a text, under the service "xec". None of the platforms below
// can be told how long to wait, and an unlock prompt that nobody sees waits for ever;
// so every call has ten seconds. What went wrong is told apart by kind:
// secret.NotFound for an item that is not there, secret.Encryption for a keyring that
// is locked, secret.General for one that is absent or does not answer.
//
// Where no session bus is announced none is started: a bus of one's own would have an
// empty keyring, and would stay behind.
package keyring

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/xec-sh/xec-go/store/secret"
)

// service is what all items of xec have in common.
const service = "xec"

// patience is how long one call may take.
const patience = 10 * time.Second

// Items are the items of this person's keyring. The zero value is ready.
type Items struct{}

// Get returns the text of an item.
func (Items) Get(ctx context.Context, name string) (secret.Value, error) {
	text, err := within(ctx, name, func() (string, error) { return keyring.Get(service, name) })
	return secret.Text(text), err
}

// Set makes an item, or replaces its text.
func (Items) Set(ctx context.Context, name string, text secret.Value) error {
	s := string(text.Reveal())
	_, err := within(ctx, name, func() (string, error) { return "", keyring.Set(service, name, s) })
	return err
}

// Delete removes an item.
func (Items) Delete(ctx context.Context, name string) error {
	_, err := within(ctx, name, func() (string, error) { return "", keyring.Delete(service, name) })
	return err
}

// within runs one call against the platform, which cannot be cancelled: after the
// deadline it is left to itself.
func within(ctx context.Context, name string, call func() (string, error)) (string, error) {
	if err := reachable(); err != nil {
		return "", absent(err)
	}
	type answer struct {
		text string
		err  error
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answered := make(chan answer, 1)
	go func() {
		text, err := call()
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		return a.text, explained(name, a.err)
	case <-ctx.Done():
		err := secret.Errorf(secret.General, "the keyring of the operating system has not answered within %v", patience)
		return "", secret.WithHint(err, "it may be waiting for somebody to unlock it; unlock it first")
	}
}

// explained gives an error of the platform its kind. Of the causes only one has a type;
// the others are known by their texts.
func explained(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return secret.Errorf(secret.NotFound, "the keyring of the operating system has no item %q", name)
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
