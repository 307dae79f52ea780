package storetest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// RunReadOnly tests stores that can only be read. Each call of open gives a store that
// holds values, however they came into it; what the provider cannot hold open deletes from
// values, and it must keep the rest.
func RunReadOnly(t *testing.T, open func(t *testing.T, values map[string][]byte) store.Store) {
	tests := map[string]func(*testing.T, func(map[string][]byte) store.Store){
		"an empty store has no keys":           readNothing,
		"what is there can be got":             readHostile,
		"keys are listed in byte order":        readList,
		"a bad key is refused by every method": readBadKeys,
		"has tells":                            readHas,
		"a key that is asked for twice is one": readBatch,
		"what would write is refused":          readOnly,
		"a cancelled context stops":            readCancelled,
		"a value that is got is the caller's":  readOwnership,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test(t, func(values map[string][]byte) store.Store { return open(t, values) })
		})
	}
}

func readNothing(t *testing.T, open func(map[string][]byte) store.Store) {
	s := open(map[string][]byte{})
	wantKeys(t, s)
	wantKind(t, "get", secret.NotFound, second(s.Get(ctx, "NONE")))
	wantBatch(t, s, []string{"NONE"}, nil)
}

func readHostile(t *testing.T, open func(map[string][]byte) store.Store) {
	values := named(Values())
	s := open(values)
	if len(values) < 5 {
		t.Fatalf("the provider can hold %d of the values", len(values))
	}
	for key, v := range values {
		wantValue(t, s, key, v)
	}
	wantBatch(t, s, slices.Collect(maps.Keys(values)), values)
}

func readList(t *testing.T, open func(map[string][]byte) store.Store) {
	values := map[string][]byte{}
	for _, key := range []string{"Z", "a.b", "a-b", "a_b", "B", "a", "aa", strings.Repeat("k", secret.MaxKey)} {
		values[key] = []byte("value of " + key)
	}
	s := open(values)
	wantKeys(t, s, slices.Sorted(maps.Keys(values))...)
	for key, v := range values {
		wantValue(t, s, key, v)
	}
}

func readBadKeys(t *testing.T, open func(map[string][]byte) store.Store) {
	s := open(map[string][]byte{"A": []byte("a")})
	for _, key := range badKeys() {
		for what, err := range reads(ctx, s, key) {
			if what != "list" {
				wantKind(t, what, secret.Invalid, err)
			}
		}
		wantKind(t, "set", secret.Invalid, s.Set(ctx, key, secret.Text("v")))
		wantKind(t, "delete", secret.Invalid, s.Delete(ctx, key))
	}
}

func readHas(t *testing.T, open func(map[string][]byte) store.Store) {
	wantHas(t, open(map[string][]byte{"KEY": []byte("one")}))
}

func readBatch(t *testing.T, open func(map[string][]byte) store.Store) {
	values := map[string][]byte{"A": []byte("a"), "B": []byte("b")}
	s := open(values)
	wantBatch(t, s, []string{"A", "B", "A", "NONE", "A", "NONE"}, values)
	wantBatch(t, s, nil, nil)
}

func readOnly(t *testing.T, open func(map[string][]byte) store.Store) {
	s := open(map[string][]byte{"KEY": []byte("old")})
	errs := map[string]error{
		"set":           s.Set(ctx, "KEY", secret.Text("new")),
		"set of a new":  s.Set(ctx, "NEW", secret.Text("new")),
		"batch":         store.Set(ctx, s, map[string]secret.Value{"NEW": secret.Text("new")}),
		"add":           store.Add(ctx, s, "NEW", secret.Text("new")),
		"delete":        s.Delete(ctx, "KEY"),
		"delete of one": s.Delete(ctx, "NONE"),
	}
	for what, err := range errs {
		wantKind(t, what, secret.Permission, err)
		if secret.Hint(err) == "" {
			t.Errorf("%s: no hint", what)
		}
	}
	wantValue(t, s, "KEY", []byte("old"))
	wantKeys(t, s, "KEY")
}

func readCancelled(t *testing.T, open func(map[string][]byte) store.Store) {
	s := open(map[string][]byte{"KEY": []byte("one")})
	done, cancel := context.WithCancel(ctx)
	cancel()
	wantStopped(t, reads(done, s, "KEY"))
	wantStopped(t, map[string]error{"set": s.Set(done, "KEY", secret.Text("new")), "delete": s.Delete(done, "KEY")})
}

func readOwnership(t *testing.T, open func(map[string][]byte) store.Store) {
	s := open(map[string][]byte{"KEY": []byte("value")})
	got, err := s.Get(ctx, "KEY")
	must(t, err)
	got.Clear()
	wantValue(t, s, "KEY", []byte("value"))
}

// wantBatch wants exactly these values for keys.
func wantBatch(t *testing.T, s store.Store, keys []string, want map[string][]byte) {
	t.Helper()
	got, err := store.Get(ctx, s, keys)
	must(t, err)
	if len(got) != len(want) {
		t.Errorf("%d values, want %d", len(got), len(want))
	}
	for key, v := range want {
		if !bytes.Equal(got[key].Reveal(), v) {
			t.Errorf("%s: %d bytes that are not the %d that were set", key, got[key].Len(), len(v))
		}
	}
}
