package file

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// FuzzRecord: a record opens to its own value, under its own key, number and nonce,
// and to nothing else.
func FuzzRecord(f *testing.F) {
	k, err := newKeys(format.ID{1}, make([]byte, format.DataKeySize))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("value"), "KEY", uint64(1), "KEY2", uint64(1), uint(0), byte(0))
	f.Add([]byte{0}, "K", uint64(1), "K", uint64(2), uint(3), byte(0x80))
	f.Fuzz(func(t *testing.T, value []byte, key string, number uint64, otherKey string, otherNumber uint64, at uint, mask byte) {
		v := format.Version{Number: number}
		sealed := k.sealRecord(key, number, v.Nonce, value)
		got, err := k.openRecord(key, v, sealed)
		if err != nil || !bytes.Equal(got, value) {
			t.Fatalf("the record does not open to its value: %v", err)
		}
		if key != otherKey || number != otherNumber {
			if _, err := k.openRecord(otherKey, format.Version{Number: otherNumber}, sealed); err == nil {
				t.Fatal("the record opens as that of another key or number")
			}
		}
		v.Nonce[at%format.NonceSize] ^= mask
		_, nonceErr := k.openRecord(key, v, sealed)
		v.Nonce = format.Nonce{}
		sealed[at%uint(len(sealed))] ^= mask
		_, alteredErr := k.openRecord(key, v, sealed)
		if mask != 0 && (nonceErr == nil || alteredErr == nil) {
			t.Fatal("an altered record opens")
		}
	})
}

// FuzzWholeFile puts any bytes in the place of keyring.enc: every key has its value,
// or the store is refused.
func FuzzWholeFile(f *testing.F) {
	seed := made(f, "A", "B", "C")
	raw, err := os.ReadFile(filepath.Join(seed.Dir, format.KeyringFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw, byte(0), 0)
	f.Fuzz(func(t *testing.T, file []byte, mask byte, at int) {
		opt := options(t)
		os.MkdirAll(opt.Dir, 0o700)
		for _, name := range []string{"salt", "config"} {
			b, _ := os.ReadFile(filepath.Join(seed.Dir, name))
			os.WriteFile(filepath.Join(opt.Dir, name), b, 0o600)
		}
		opt.KeyFile = seed.KeyFile
		if len(file) > 0 {
			file = bytes.Clone(file)
			file[uint(at)%uint(len(file))] ^= mask
		}
		os.WriteFile(filepath.Join(opt.Dir, format.KeyringFile), file, 0o600)
		for _, key := range []string{"A", "B", "C"} {
			v, err := Open(opt).Get(ctx, key)
			if err == nil && string(v.Reveal()) != "value of "+key {
				t.Fatalf("%s: another value than was set", key)
			}
			if err != nil && !errors.Is(err, secret.Encryption) && !errors.Is(err, secret.NotFound) {
				t.Fatalf("%s: %v", key, err)
			}
			if errors.Is(err, secret.NotFound) {
				t.Fatalf("%s: an altered store hides the key", key)
			}
		}
	})
}
