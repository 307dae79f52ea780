package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// writers is how many stores write at once, writes how often each does.
const (
	writers = 4
	writes  = 4
)

// atOnce calls write for each of several stores, at once. An error of it is one of the test.
func atOnce(t *testing.T, reopen func() store.Store, write func(s store.Store, writer int) error) {
	t.Helper()
	errs := make([]error, writers)
	var running sync.WaitGroup
	for w := range writers {
		s := reopen()
		running.Go(func() { errs[w] = write(s, w) })
	}
	running.Wait()
	for w, err := range errs {
		if err != nil {
			t.Fatalf("writer %d: %v", w, err)
		}
	}
}

func testWriters(t *testing.T, s store.Store, reopen func() store.Store) {
	must(t, s.Set(ctx, "GONE", secret.Text("before")))
	atOnce(t, reopen, func(s store.Store, w int) error {
		for n := range writes {
			key := fmt.Sprintf("key.%d.%d", w, n)
			if err := s.Set(ctx, key, secret.Text("value of "+key)); err != nil {
				return err
			}
		}
		if w == 0 {
			return s.Delete(ctx, "GONE")
		}
		return nil
	})
	var keys []string
	again := reopen()
	for w := range writers {
		for n := range writes {
			key := fmt.Sprintf("key.%d.%d", w, n)
			keys = append(keys, key)
			wantValue(t, again, key, []byte("value of "+key))
		}
	}
	slices.Sort(keys)
	wantKeys(t, again, keys...)
}

func testRivals(t *testing.T, _ store.Store, reopen func() store.Store) {
	long := func(w int) []byte { return bytes.Repeat([]byte{byte('a' + w)}, 5000+w) }
	atOnce(t, reopen, func(s store.Store, w int) error {
		for range writes {
			if err := s.Set(ctx, "KEY", secret.New(long(w))); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := reopen().Get(ctx, "KEY")
	must(t, err)
	for w := range writers {
		if bytes.Equal(got.Reveal(), long(w)) {
			wantKeys(t, reopen(), "KEY")
			return
		}
	}
	t.Errorf("%d bytes that no writer has set", got.Len())
}

func testAdders(t *testing.T, s store.Store, reopen func() store.Store) {
	adder, ok := s.(store.Adder)
	if !ok || errors.Is(adder.Add(ctx, "probe", secret.Text("v")), errors.ErrUnsupported) {
		t.Skip("the store cannot add")
	}
	var added [writes]atomic.Int32
	atOnce(t, reopen, func(s store.Store, w int) error {
		for n := range writes {
			err := store.Add(ctx, s, fmt.Sprintf("key.%d", n), secret.Text(fmt.Sprint("of writer ", w)))
			if err == nil {
				added[n].Add(1)
			} else if !errors.Is(err, store.ErrExists) {
				return err
			}
		}
		return nil
	})
	for n := range writes {
		if got := added[n].Load(); got != 1 {
			t.Errorf("key.%d was added %d times", n, got)
		}
	}
}
