package file

import (
	"bytes"
	"errors"
	"fmt"
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
// or the store is refused. It starts from known-answer stores, because what the
// fuzzer keeps must mean the same in every process; their keys are derived once.
func FuzzWholeFile(f *testing.F) {
	stores := []Options{knownStore(f, "keyfile"), knownStore(f, "both"), knownStore(f, "sparse")}
	want := make([]map[string]string, len(stores))
	for i := range stores {
		stores[i].derive = derivedOnce()
		want[i] = newest(f, stores[i])
		raw, err := os.ReadFile(filepath.Join(stores[i].Dir, format.KeyringFile))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint(i), raw, uint(0), byte(0), uint(0), byte(0))
		f.Add(uint(i), raw, uint(len(raw)-1), byte(1), uint(100), byte(2))
	}
	f.Fuzz(func(t *testing.T, which uint, file []byte, at uint, mask byte, alsoAt uint, alsoMask byte) {
		which %= uint(len(stores))
		opt := stores[which]
		if len(file) > 0 {
			file = bytes.Clone(file)
			file[at%uint(len(file))] ^= mask
			file[alsoAt%uint(len(file))] ^= alsoMask
		}
		if err := os.WriteFile(filepath.Join(opt.Dir, format.KeyringFile), file, 0o600); err != nil {
			t.Fatal(err)
		}
		for key, value := range want[which] {
			v, err := Open(opt).Get(ctx, key)
			if err == nil && string(v.Reveal()) != value {
				t.Fatalf("%s: another value than was set", key)
			}
			if err != nil && !errors.Is(err, secret.Encryption) {
				t.Fatalf("%s: %v", key, err)
			}
		}
	})
}

// newest gives the newest value of every key.
func newest(f *testing.F, opt Options) map[string]string {
	keys, err := Open(opt).List(ctx)
	if err != nil || len(keys) == 0 {
		f.Fatalf("%d keys, error %v", len(keys), err)
	}
	values, err := Open(opt).GetBatch(ctx, keys)
	if err != nil {
		f.Fatal(err)
	}
	texts := map[string]string{}
	for key, v := range values {
		texts[key] = string(v.Reveal())
	}
	return texts
}

// derivedOnce is PBKDF2 that remembers.
func derivedOnce() func(password, salt []byte, iterations int) ([]byte, error) {
	known := map[string][]byte{}
	return func(password, salt []byte, iterations int) ([]byte, error) {
		id := fmt.Sprintf("%x %x %d", password, salt, iterations)
		if known[id] == nil {
			key, err := pbkdf2SHA256(password, salt, iterations)
			if err != nil {
				return nil, err
			}
			known[id] = key
		}
		return bytes.Clone(known[id]), nil
	}
}
