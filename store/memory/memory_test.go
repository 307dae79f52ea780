package memory_test

import (
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/memory"
	"github.com/xec-sh/xec-go/store/storetest"
)

func TestConforms(t *testing.T) {
	storetest.Run(t, func(*testing.T) (store.Store, func() store.Store) {
		s := new(memory.Store)
		return s, func() store.Store { return s }
	})
}
