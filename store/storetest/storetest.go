// Package storetest is the conformance suite: what every provider promises,
// as tests. A provider calls [Run] from one test of its own, and one that can only be
// read calls [RunReadOnly].
//
// No failure prints a value: values are told by their keys, their place in [Values] and
// their length.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Run tests stores that open gives. Each call of open must give a new, empty
// store; reopen must give the same store as another process would see it.
func Run(t *testing.T, open func(t *testing.T) (s store.Store, reopen func() store.Store)) {
	tests := map[string]func(*testing.T, store.Store, func() store.Store){
		"an empty store has no keys":                    testEmpty,
		"what is set can be got":                        testSetGet,
		"a value is any bytes":                          testHostile,
		"a value is replaced":                           testReplace,
		"a deleted key is gone":                         testDelete,
		"keys are listed in byte order":                 testList,
		"a bad key is refused by every method":          testBadKeys,
		"an empty or oversize value is refused":         testBadValues,
		"many values are set and got at once":           testBatch,
		"a key that is asked for twice is one":          testRepeated,
		"a batch with one bad value changes nothing":    testBatchRefused,
		"add does not replace":                          testAdd,
		"has tells":                                     testHas,
		"a caller's buffer is its own":                  testOwnership,
		"a cancelled context stops":                     testCancelled,
		"keys that differ only in case are two secrets": testCase,
		"older values are kept and come back":           testVersions,
		"what is known of secrets is told":              testDescribe,
		"writers of different keys lose nothing":        testWriters,
		"writers of one key leave one value, whole":     testRivals,
		"of those who add a key at once one does":       testAdders,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			test(t, s, reopen)
		})
	}
}

var ctx = context.Background()

func testEmpty(t *testing.T, s store.Store, _ func() store.Store) {
	wantKeys(t, s)
	wantKind(t, "get", secret.NotFound, second(s.Get(ctx, "NONE")))
	wantKind(t, "delete", secret.NotFound, s.Delete(ctx, "NONE"))
	wantKeys(t, s)
}

func testSetGet(t *testing.T, s store.Store, reopen func() store.Store) {
	must(t, s.Set(ctx, "KEY", secret.Text("one")))
	wantValue(t, s, "KEY", []byte("one"))
	wantValue(t, reopen(), "KEY", []byte("one"))
	wantKind(t, "get of a neighbour", secret.NotFound, second(s.Get(ctx, "KEY2")))
}

func testHostile(t *testing.T, s store.Store, reopen func() store.Store) {
	for key, v := range named(Values()) {
		must(t, s.Set(ctx, key, secret.New(bytes.Clone(v))))
	}
	again := reopen()
	for key, v := range named(Values()) {
		wantValue(t, again, key, v)
	}
}

func testReplace(t *testing.T, s store.Store, reopen func() store.Store) {
	for i := range 12 {
		must(t, s.Set(ctx, "KEY", secret.Text(fmt.Sprint("value ", i))))
	}
	wantValue(t, reopen(), "KEY", []byte("value 11"))
	wantKeys(t, reopen(), "KEY")
}

func testDelete(t *testing.T, s store.Store, reopen func() store.Store) {
	must(t, s.Set(ctx, "A", secret.Text("a")))
	must(t, s.Set(ctx, "B", secret.Text("b")))
	must(t, s.Delete(ctx, "A"))
	again := reopen()
	wantKind(t, "get", secret.NotFound, second(again.Get(ctx, "A")))
	wantKind(t, "second delete", secret.NotFound, again.Delete(ctx, "A"))
	wantValue(t, again, "B", []byte("b"))
	wantKeys(t, again, "B")
}

func testList(t *testing.T, s store.Store, reopen func() store.Store) {
	keys := []string{"Z", "a.b", "a-b", "a_b", "B", "a", "aa", strings.Repeat("k", secret.MaxKey)}
	for _, key := range keys {
		must(t, s.Set(ctx, key, secret.Text(key)))
	}
	slices.Sort(keys)
	wantKeys(t, reopen(), keys...)
}

func testBadKeys(t *testing.T, s store.Store, _ func() store.Store) {
	for _, key := range badKeys() {
		wantKind(t, "get", secret.Invalid, second(s.Get(ctx, key)))
		wantKind(t, "has", secret.Invalid, second(store.Has(ctx, s, key)))
		wantKind(t, "batch", secret.Invalid, second(store.Get(ctx, s, []string{"A", key})))
		wantKind(t, "set", secret.Invalid, s.Set(ctx, key, secret.Text("v")))
		wantKind(t, "add", secret.Invalid, store.Add(ctx, s, key, secret.Text("v")))
		wantKind(t, "delete", secret.Invalid, s.Delete(ctx, key))
	}
	wantKeys(t, s)
}

func badKeys() []string {
	return []string{"", "1A", "_A", "-A", "--help", "..", "A B", "A/B", "A\n", "A=B", "Ä", "A\x00", strings.Repeat("k", secret.MaxKey+1)}
}

func testBadValues(t *testing.T, s store.Store, _ func() store.Store) {
	must(t, s.Set(ctx, "KEY", secret.Text("old")))
	wantKind(t, "empty", secret.Invalid, s.Set(ctx, "KEY", secret.Value{}))
	wantKind(t, "oversize", secret.Invalid, s.Set(ctx, "KEY", secret.New(make([]byte, secret.MaxValue+1))))
	wantValue(t, s, "KEY", []byte("old"))
}

func testBatch(t *testing.T, s store.Store, reopen func() store.Store) {
	values := map[string]secret.Value{}
	keys := []string{"ABSENT"}
	for i := range 300 {
		key := fmt.Sprintf("key.%d", i)
		values[key] = secret.Text("value of " + key)
		keys = append(keys, key)
	}
	must(t, store.Set(ctx, s, values))
	got, err := store.Get(ctx, reopen(), keys)
	must(t, err)
	if len(got) != len(values) {
		t.Fatalf("got %d values, want %d", len(got), len(values))
	}
	for key, v := range got {
		if string(v.Reveal()) != "value of "+key {
			t.Errorf("%s: another value than was set", key)
		}
	}
}

func testRepeated(t *testing.T, s store.Store, _ func() store.Store) {
	must(t, s.Set(ctx, "A", secret.Text("a")))
	must(t, s.Set(ctx, "B", secret.Text("b")))
	wantBatch(t, s, []string{"A", "B", "A", "NONE", "A", "NONE"}, map[string][]byte{"A": []byte("a"), "B": []byte("b")})
	wantBatch(t, s, nil, nil)
}

func testBatchRefused(t *testing.T, s store.Store, _ func() store.Store) {
	if _, ok := s.(store.BatchSetter); !ok {
		t.Skip("the store has no batches")
	}
	must(t, s.Set(ctx, "A", secret.Text("old")))
	err := store.Set(ctx, s, map[string]secret.Value{"A": secret.Text("new"), "B": {}})
	wantKind(t, "batch", secret.Invalid, err)
	wantValue(t, s, "A", []byte("old"))
	wantKeys(t, s, "A")
}

func testAdd(t *testing.T, s store.Store, _ func() store.Store) {
	a, ok := s.(store.Adder)
	if !ok {
		t.Skip("the store cannot add")
	}
	err := a.Add(ctx, "KEY", secret.Text("one"))
	skipUnsupported(t, err)
	must(t, err)
	if err := a.Add(ctx, "KEY", secret.Text("two")); !errors.Is(err, store.ErrExists) {
		t.Errorf("second add: %v, want ErrExists", err)
	}
	wantValue(t, s, "KEY", []byte("one"))
}

func testHas(t *testing.T, s store.Store, _ func() store.Store) {
	must(t, s.Set(ctx, "KEY", secret.Text("one")))
	wantHas(t, s)
}

func wantHas(t *testing.T, s store.Store) {
	t.Helper()
	for key, want := range map[string]bool{"KEY": true, "OTHER": false} {
		got, err := store.Has(ctx, s, key)
		must(t, err)
		if got != want {
			t.Errorf("Has(%s) = %v", key, got)
		}
	}
}

func testOwnership(t *testing.T, s store.Store, _ func() store.Store) {
	b := []byte("value")
	must(t, s.Set(ctx, "KEY", secret.New(b)))
	b[0] = 'X'
	got, err := s.Get(ctx, "KEY")
	must(t, err)
	got.Clear()
	wantValue(t, s, "KEY", []byte("value"))
}

func testCancelled(t *testing.T, s store.Store, _ func() store.Store) {
	must(t, s.Set(ctx, "KEY", secret.Text("old")))
	done, cancel := context.WithCancel(ctx)
	cancel()
	wantStopped(t, map[string]error{
		"set":    s.Set(done, "KEY", secret.Text("new")),
		"add":    store.Add(done, s, "OTHER", secret.Text("new")),
		"batch":  store.Set(done, s, map[string]secret.Value{"KEY": secret.Text("new"), "OTHER": secret.Text("new")}),
		"delete": s.Delete(done, "KEY"),
	})
	wantStopped(t, reads(done, s, "KEY"))
	wantValue(t, s, "KEY", []byte("old"))
	wantKeys(t, s, "KEY")
}

// reads are the errors of all that reads a key.
func reads(ctx context.Context, s store.Store, key string) map[string]error {
	return map[string]error{
		"get":       second(s.Get(ctx, key)),
		"list":      second(s.List(ctx)),
		"has":       second(store.Has(ctx, s, key)),
		"get batch": second(store.Get(ctx, s, []string{key, "ABSENT"})),
	}
}

func wantStopped(t *testing.T, errs map[string]error) {
	t.Helper()
	for what, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", what, err)
		}
	}
}

func testCase(t *testing.T, s store.Store, reopen func() store.Store) {
	must(t, s.Set(ctx, "Key", secret.Text("upper")))
	must(t, s.Set(ctx, "key", secret.Text("lower")))
	wantValue(t, reopen(), "Key", []byte("upper"))
	wantValue(t, reopen(), "key", []byte("lower"))
}

func testVersions(t *testing.T, s store.Store, reopen func() store.Store) {
	v, ok := s.(store.Versioner)
	if !ok {
		t.Skip("the store keeps no versions")
	}
	_, err := v.Versions(ctx, "KEY")
	skipUnsupported(t, err)
	wantKind(t, "versions", secret.NotFound, err)
	wantKind(t, "rollback", secret.NotFound, second(v.Rollback(ctx, "KEY", 0)))
	must(t, s.Set(ctx, "KEY", secret.Text("one")))
	wantKind(t, "rollback of the first", secret.NotFound, second(v.Rollback(ctx, "KEY", 0)))
	must(t, s.Set(ctx, "KEY", secret.Text("three")))
	must(t, s.Set(ctx, "OTHER", secret.Text("other")))
	versions, err := v.Versions(ctx, "KEY") // of two values
	must(t, err)
	if len(versions) != 2 || versions[0].Size != 5 || versions[1].Size != 3 || versions[0].Number <= versions[1].Number || versions[0].Changed.Before(versions[1].Changed) {
		t.Fatalf("versions %v", versions)
	}
	taken, err := v.Rollback(ctx, "KEY", 0)
	must(t, err)
	if taken != versions[1].Number {
		t.Errorf("version %d was taken, want %d", taken, versions[1].Number)
	}
	wantValue(t, reopen(), "KEY", []byte("one"))
	must(t, second(v.Rollback(ctx, "KEY", versions[0].Number)))
	wantValue(t, reopen(), "KEY", []byte("three"))
	wantValue(t, reopen(), "OTHER", []byte("other"))
	wantKind(t, "a version that never was", secret.NotFound, second(v.Rollback(ctx, "KEY", 1<<40)))
	must(t, s.Delete(ctx, "KEY"))
	wantKind(t, "versions of a deleted key", secret.NotFound, second(v.Versions(ctx, "KEY")))
}

func testDescribe(t *testing.T, s store.Store, reopen func() store.Store) {
	if _, ok := s.(store.Describer); !ok {
		t.Skip("the store tells only keys")
	}
	must(t, s.Set(ctx, "B", secret.Text("b")))
	must(t, s.Set(ctx, "A", secret.Text("first")))
	must(t, s.Set(ctx, "A", secret.Text("2nd")))
	all, err := reopen().(store.Describer).Describe(ctx)
	skipUnsupported(t, err)
	must(t, err)
	if len(all) != 2 || all[0].Key != "A" || all[0].Size != 3 || all[0].Versions != 2 || all[1].Key != "B" || all[1].Versions != 1 || all[0].Created.After(all[0].Changed) {
		t.Errorf("%v", all)
	}
}

// skipUnsupported ends a test of what a store has learned that it cannot do.
func skipUnsupported(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("the store cannot do that")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }

func wantKind(t *testing.T, what string, kind secret.Kind, err error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: error %v, want one of kind %v", what, err, kind)
	}
}

func wantKeys(t *testing.T, s store.Store, want ...string) {
	t.Helper()
	got, err := s.List(ctx)
	must(t, err)
	if !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
}

func wantValue(t *testing.T, s store.Store, key string, want []byte) {
	t.Helper()
	got, err := s.Get(ctx, key)
	must(t, err)
	if !bytes.Equal(got.Reveal(), want) {
		t.Errorf("%s: %d bytes that are not the %d that were set", key, got.Len(), len(want))
	}
}
