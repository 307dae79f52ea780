package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote/remotetest"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

var ctx = context.Background()

// env is an environment.
type env map[string]string

func (e env) outside() Outside { return Outside{Getenv: func(name string) string { return e[name] }} }

// with adds settings to those of a test.
type with map[string]any

// open opens a store at address; its pauses take no time.
func open(t testing.TB, address, token string, more with) store.Store {
	t.Helper()
	return openOutside(t, address, env{"VAULT_TOKEN": token}.outside(), more)
}

func openOutside(t testing.TB, address string, outside Outside, more with) store.Store {
	t.Helper()
	settings := with{"address": address}
	maps.Copy(settings, more)
	text, err := json.Marshal(settings)
	must(t, err)
	s, err := Open(text, outside)
	must(t, err)
	of(s).server.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return s
}

// of is what both kinds of store have in common.
func of(s store.Store) *Store {
	if v, ok := s.(*Versioned); ok {
		return &v.Store
	}
	return s.(*Store)
}

// What tests of stores behind a network have in common, by shorter names.
var (
	must      = remotetest.Must
	wantError = remotetest.WantError
	wantText  = remotetest.WantText
)

func second[T any](_ T, err error) error { return err }

// TestStoreConforms runs the suite on both versions of the engine.
func TestStoreConforms(t *testing.T) {
	for _, version := range []int{2, 1} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
				f := newFake(t)
				reopen := func() store.Store { return open(t, f.url, rootToken, atVersion(version)) }
				return reopen(), reopen
			})
		})
	}
}

func atVersion(version int) with {
	if version == 1 {
		return with{"path": "one/xec", "version": 1}
	}
	return nil
}

// entryAt is what the fake has.
func (f *fake) entryAt(name string) map[string]any {
	versions := f.mounts["secret"].entries[name].versions
	return versions[len(versions)-1].fields
}

func (f *fake) place(name string, fields map[string]any) {
	f.mounts["secret"].put(name, map[string]any{"data": fields})
}

func TestEntriesAreReadableByOthers(t *testing.T) {
	f := newFake(t)
	s := open(t, f.url, rootToken, nil)
	must(t, s.Set(ctx, "TEXT", secret.Text("plain é")))
	must(t, s.Set(ctx, "BYTES", secret.New([]byte{0xff, 0})))
	if got := f.entryAt("xec/TEXT"); len(got) != 1 || got["value"] != "plain é" {
		t.Error("a text does not lie there as it is")
	}
	if got := f.entryAt("xec/BYTES"); len(got) != 2 || got["value"] != "/wA=" || got["encoding"] != "base64" {
		t.Error("bytes do not lie there in base64")
	}
	must(t, s.Set(ctx, "BYTES", secret.Text("now a text")))
	if got := f.entryAt("xec/BYTES"); len(got) != 1 {
		t.Error("the encoding of the old value is left")
	}
}

func TestEntriesOfOthers(t *testing.T) {
	f := newFake(t)
	s := open(t, f.url, rootToken, nil)
	for name, test := range map[string]struct {
		fields map[string]any
		want   string
		err    string
	}{
		"a number":           {map[string]any{"value": json.Number("15")}, "15", ""},
		"a bool":             {map[string]any{"value": true}, "true", ""},
		"the only field":     {map[string]any{"password": "pw"}, "pw", ""},
		"an encoding":        {map[string]any{"value": "é", "encoding": "UTF-8"}, "é", ""},
		"value among others": {map[string]any{"value": "v", "user": "u"}, "v", ""},
		"two fields":         {map[string]any{"user": "u", "password": "hush"}, "", "2 fields (password, user)"},
		"no field":           {map[string]any{}, "", "no field"},
		"a list":             {map[string]any{"value": []any{"hush"}}, "", "neither a text nor a number"},
		"null":               {map[string]any{"value": nil}, "", "neither a text nor a number"},
		"an empty text":      {map[string]any{"value": ""}, "", "empty"},
		"no base64":          {map[string]any{"value": "hush!", "encoding": "base64"}, "", "not the base64"},
		"another encoding":   {map[string]any{"value": "hush", "encoding": "rot13-hush"}, "", "neither base64 nor utf-8"},
		"an oversize value":  {map[string]any{"value": strings.Repeat("x", secret.MaxValue+1)}, "", "longer than 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			f.place("xec/KEY", test.fields)
			if test.err == "" {
				wantText(t, s, "KEY", test.want)
				return
			}
			_, err := s.Get(ctx, "KEY")
			if err == nil || !strings.Contains(err.Error(), test.err) || errors.Is(err, secret.NotFound) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			if err != nil && strings.Contains(err.Error()+secret.Hint(err), "hush") {
				t.Error("the error holds a value")
			}
		})
	}
}

func TestOtherFieldsAreKept(t *testing.T) {
	for _, version := range []int{2, 1} {
		f := newFake(t)
		s := open(t, f.url, rootToken, atVersion(version))
		f.place("xec/KEY", map[string]any{"value": "old", "owner": "team", "n": json.Number("7")})
		f.mounts["one"].entries["xec/KEY"] = &kept{plain: map[string]any{"value": "old", "owner": "team", "n": json.Number("7")}}
		must(t, s.Set(ctx, "KEY", secret.Text("new")))
		got := f.mounts["one"].entries["xec/KEY"].plain
		if version == 2 {
			got = f.entryAt("xec/KEY")
		}
		if len(got) != 3 || got["value"] != "new" || got["owner"] != "team" || got["n"] != json.Number("7") {
			t.Errorf("version %d: fields of others were changed", version)
		}
	}
}

// TestConcurrentWritesAreNotLost has writers of other fields, which must all be there in
// the end, and as many of the value, which must all be versions.
func TestConcurrentWritesAreNotLost(t *testing.T) {
	f := newFake(t)
	concurrentWrites(t, open(t, f.url, rootToken, nil).(*Versioned))
}

func concurrentWrites(t *testing.T, s *Versioned) {
	const n = 8
	var writers sync.WaitGroup
	for i := range n {
		writers.Go(func() {
			if err := s.Set(ctx, "KEY", secret.Text(fmt.Sprint("value ", i))); err != nil {
				t.Error(err)
			}
		})
		writers.Go(func() {
			if err := addField(s, "KEY", fmt.Sprint("field", i)); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	e, err := s.read(ctx, "KEY", 0)
	must(t, err)
	if e.version != 2*n || len(e.fields) != n+1 {
		t.Errorf("%d versions and %d fields, want %d and %d", e.version, len(e.fields), 2*n, n+1)
	}
}

// addField is another program that keeps what it has read.
func addField(s *Versioned, key, field string) error {
	for {
		e, err := s.read(ctx, key, 0)
		if err != nil {
			return err
		}
		fields := maps.Clone(e.fields)
		if fields == nil {
			fields = map[string]any{}
		}
		fields[field] = "x"
		_, conflict, err := s.server.write(ctx, s.place.data(key), "update", map[string]any{"options": map[string]any{"cas": e.version}, "data": fields})
		if !conflict {
			return err
		}
	}
}

func TestOnlyOneOfManyAdds(t *testing.T) {
	f := newFake(t)
	remotetest.OnlyOneAdds(t, open(t, f.url, rootToken, nil).(*Versioned))
}

func TestListLeavesOutWhatIsNoKey(t *testing.T) {
	f := newFake(t)
	for _, name := range []string{"xec/b", "xec/A", "xec/sub/C", "xec/1st", "xec/with space", "other/D", "E"} {
		f.place(name, map[string]any{"value": "v"})
	}
	for path, want := range map[string][]string{"secret/xec": {"A", "b"}, "secret": {"E"}, "/secret/xec/sub/": {"C"}, "secret/none": nil} {
		got, err := open(t, f.url, rootToken, with{"path": path}).List(ctx)
		must(t, err)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestMountOfSeveralParts(t *testing.T) {
	f := newFake(t)
	f.mount("team/kv", 2)
	s := open(t, f.url, rootToken, with{"mount": "team/kv"})
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
	if f.mounts["team/kv"].entries["xec/KEY"] == nil {
		t.Error("the entry is not in the folder xec of the mount")
	}
	_, err := open(t, f.url, rootToken, with{"path": "team/kv/xec"}).Get(ctx, "NONE")
	wantError(t, err, secret.General, "team/data/kv/xec/NONE", "nothing is mounted there")
}

// TestWrongVersionIsFound: an engine takes the paths of the other version for entries
// that it does not have, and version 1 writes to them.
func TestWrongVersionIsFound(t *testing.T) {
	f := newFake(t)
	for name, s := range map[string]store.Store{
		"1, not 2": open(t, f.url, rootToken, with{"path": "one/xec"}),
		"2, not 1": open(t, f.url, rootToken, with{"path": "secret/xec", "version": 1}),
	} {
		for what, err := range map[string]error{
			"get":    second(s.Get(ctx, "KEY")),
			"set":    s.Set(ctx, "KEY", secret.Text("v")),
			"add":    store.Add(ctx, s, "KEY", secret.Text("v")),
			"delete": s.Delete(ctx, "KEY"),
			"list":   second(s.List(ctx)),
			"has":    second(store.Has(ctx, s, "KEY")),
			"batch":  second(store.Get(ctx, s, []string{"KEY"})),
		} {
			t.Run(name+" "+what, func(t *testing.T) { wantError(t, err, secret.Invalid, "is of version "+name) })
		}
	}
	if len(f.mounts["one"].entries)+len(f.mounts["secret"].entries) > 0 {
		t.Error("something was written")
	}
}

func TestPermissions(t *testing.T) {
	f := newFake(t)
	f.policies["hvs.reader"] = []rule{{"secret/data/xec/", "read"}}
	f.place("xec/KEY", map[string]any{"value": "v"})
	permissions(t, open(t, f.url, "hvs.reader", nil).(*Versioned))
	_, err := open(t, f.url, "hvs.nobody-knows-me", nil).Get(ctx, "KEY")
	wantError(t, err, secret.Permission, f.url, "the token is not valid", "VAULT_TOKEN")
	_, err = open(t, f.url, "", nil).Get(ctx, "KEY")
	wantError(t, err, secret.Permission, "there is no token", "VAULT_ROLE_ID")
}

// permissions wants a token that may read secret/data/xec/* and nothing else.
func permissions(t *testing.T, s *Versioned) {
	wantText(t, s, "KEY", "v")
	if found, err := s.Has(ctx, "KEY"); !found || err != nil {
		t.Errorf("has: %v, %v", found, err)
	}
	_, err := s.Get(ctx, "NONE")
	wantError(t, err, secret.NotFound)
	at := of(s).server.address
	wantError(t, s.Set(ctx, "KEY", secret.Text("w")), secret.Permission, at, "secret/data/xec/KEY", "may not create and update")
	wantError(t, s.Delete(ctx, "KEY"), secret.Permission, "must allow read on secret/metadata/xec/KEY")
	wantError(t, second(s.List(ctx)), secret.Permission, "must allow list on secret/metadata/xec")
	wantError(t, second(s.Versions(ctx, "KEY")), secret.Permission, "secret/metadata/xec/KEY")
}

func TestNamespace(t *testing.T) {
	f := newFake(t)
	f.namespace = "team"
	must(t, open(t, f.url, rootToken, with{"namespace": "team"}).Set(ctx, "KEY", secret.Text("v")))
	named := env{"VAULT_TOKEN": rootToken, "VAULT_NAMESPACE": "team"}
	wantText(t, openOutside(t, f.url, named.outside(), nil), "KEY", "v")
	_, err := open(t, f.url, rootToken, nil).Get(ctx, "KEY")
	wantError(t, err, secret.Permission)
}

func TestSealed(t *testing.T) {
	f := newFake(t)
	f.sealed = true
	_, err := open(t, f.url, rootToken, nil).Get(ctx, "KEY")
	wantError(t, err, secret.Encryption, f.url, "the server is sealed", "vault operator unseal")
	f.sealed, f.uninitialised = false, true
	_, err = open(t, f.url, rootToken, nil).Get(ctx, "KEY")
	wantError(t, err, secret.Encryption, "not initialised", "vault operator init")
}
