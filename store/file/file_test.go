package file

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"slices"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/storetest"
)

var ctx = context.Background()

// cheap stands in for PBKDF2 where its cost is not what is tested.
func cheap(password, salt []byte, iterations int) ([]byte, error) {
	sum := sha256.Sum256(slices.Concat(password, salt, []byte{byte(iterations), byte(iterations >> 8), byte(iterations >> 16)}))
	return sum[:], nil
}

// options are those of a store in a folder of the test's own.
func options(t testing.TB) Options {
	home := filepath.Join(t.TempDir(), ".xec")
	return Options{Dir: filepath.Join(home, "secrets"), KeyFile: filepath.Join(home, "key"), derive: cheap}
}

func TestConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		opt := options(t)
		return Open(opt), func() store.Store { return Open(opt) }
	})
}
