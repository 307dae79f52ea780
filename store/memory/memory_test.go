package memory_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/memory"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

func TestConforms(t *testing.T) {
	storetest.Run(t, func(*testing.T) (store.Store, func() store.Store) {
		s := new(memory.Store)
		return s, func() store.Store { return s }
	})
}

func TestAKeyIsAddedOnce(t *testing.T) {
	const keys, rivals = 5000, 4
	s, begin := new(memory.Store), make(chan struct{})
	var added atomic.Int32
	var running sync.WaitGroup
	for range rivals {
		running.Go(func() {
			<-begin
			for i := range keys {
				if s.Add(context.Background(), fmt.Sprint("k", i), secret.Text("v")) == nil {
					added.Add(1)
				}
			}
		})
	}
	close(begin)
	running.Wait()
	if n := added.Load(); n != keys {
		t.Errorf("%d keys were added %d times", keys, n)
	}
}
