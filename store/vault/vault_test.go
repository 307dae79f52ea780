package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store"
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, err error, kind secret.Kind, parts ...string) {
	t.Helper()
	if err == nil || secret.KindOf(err) != kind {
		t.Errorf("error %v, want one of kind %v", err, kind)
		return
	}
	for _, part := range parts {
		if text := err.Error() + "\n" + secret.Hint(err); !strings.Contains(text, part) {
			t.Errorf("error %q lacks %q", text, part)
		}
	}
}

func wantText(t testing.TB, s store.Store, key, want string) {
	t.Helper()
	v, err := s.Get(ctx, key)
	must(t, err)
	if string(v.Reveal()) != want {
		t.Errorf("%s: %d bytes that are not the %d wanted", key, v.Len(), len(want))
	}
}

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
		"an oversize value":  {map[string]any{"value": strings.Repeat("x", secret.MaxValue+1)}, "", "over the limit"},
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
	onlyOneAdds(t, open(t, f.url, rootToken, nil).(*Versioned))
}

func onlyOneAdds(t *testing.T, s *Versioned) {
	results := make([]error, 8)
	var writers sync.WaitGroup
	for i := range results {
		writers.Go(func() { results[i] = s.Add(ctx, "KEY", secret.Text(fmt.Sprint("value ", i))) })
	}
	writers.Wait()
	added := 0
	for _, err := range results {
		if err == nil {
			added++
		} else if !errors.Is(err, store.ErrExists) {
			t.Error(err)
		}
	}
	if added != 1 {
		t.Errorf("%d of %d adds were the first", added, len(results))
	}
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

func second[T any](_ T, err error) error { return err }

// gone makes a key with two versions and does something to the newer.
func gone(t *testing.T, s *Versioned, key, kind string) {
	t.Helper()
	must(t, s.Set(ctx, key, secret.Text("first")))
	must(t, s.Set(ctx, key, secret.Text("second")))
	destroy(t, s, key, kind, 2)
}

// destroy sends what Vault's own command would.
func destroy(t *testing.T, s *Versioned, key, kind string, version uint64) {
	t.Helper()
	if kind == "data" {
		must(t, second(s.server.client.Logical().DeleteWithContext(ctx, s.place.data(key))))
		return
	}
	at := strings.Replace(s.place.data(key), "/data/", "/"+kind+"/", 1)
	_, _, err := s.server.write(ctx, at, "update", map[string]any{"versions": []uint64{version}})
	must(t, err)
}

func TestDeletedAndDestroyedAreToldApart(t *testing.T) {
	f := newFake(t)
	deletedAndDestroyed(t, open(t, f.url, rootToken, nil).(*Versioned))
}

func deletedAndDestroyed(t *testing.T, s *Versioned) {
	softly(t, s)
	leftBetween(t, s)
	gone(t, s, "DESTROYED", "destroy")
	_, err := s.Get(ctx, "DESTROYED")
	wantError(t, err, secret.NotFound, "destroyed", "gone for good", "roll back to version 1")
	destroy(t, s, "DESTROYED", "destroy", 1)
	_, err = s.Get(ctx, "DESTROYED")
	wantError(t, err, secret.NotFound, "destroyed", "no older version is kept")
	wantError(t, second(s.Versions(ctx, "DESTROYED")), secret.NotFound)
	wantError(t, second(s.Rollback(ctx, "DESTROYED", 0)), secret.NotFound, "no value before")
	wantError(t, second(s.Rollback(ctx, "DESTROYED", 1)), secret.NotFound, "deleted, destroyed or no longer kept")
	must(t, s.Add(ctx, "DESTROYED", secret.Text("again")))
	wantText(t, s, "DESTROYED", "again")
	if err := s.Add(ctx, "DESTROYED", secret.Text("more")); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second add: %v", err)
	}
}

// leftBetween: the value before the newest is the newest of those that are left.
func leftBetween(t *testing.T, s *Versioned) {
	for _, value := range []string{"first", "deleted", "destroyed", "newest"} {
		must(t, s.Set(ctx, "BETWEEN", secret.Text(value)))
	}
	destroy(t, s, "BETWEEN", "delete", 2)
	destroy(t, s, "BETWEEN", "destroy", 3)
	taken, err := s.Rollback(ctx, "BETWEEN", 0)
	if err != nil || taken != 1 {
		t.Errorf("version %d was taken, want the first; error %v", taken, err)
	}
}

// TestDeletionToCome: a version that will be deleted, as a mount can have it, is there.
func TestDeletionToCome(t *testing.T) {
	now := time.Now()
	for end, want := range map[time.Time]int{now.Add(time.Hour): 1, now.Add(-time.Hour): 0} {
		about := map[string]any{"created_time": now.Format(time.RFC3339Nano), "deletion_time": end.Format(time.RFC3339Nano), "destroyed": false}
		h, ok := newHistory(map[string]any{"current_version": json.Number("1"), "versions": map[string]any{"1": about}}, now)
		if !ok || len(h.live) != want {
			t.Errorf("%d versions, want %d", len(h.live), want)
		}
	}
}

func softly(t *testing.T, s *Versioned) {
	gone(t, s, "DELETED", "data")
	_, err := s.Get(ctx, "DELETED")
	wantError(t, err, secret.NotFound, "version 2 is marked as deleted since 2", "roll back to version 1", "vault kv undelete -versions=2 -mount=secret xec/DELETED")
	if found, err := s.Has(ctx, "DELETED"); found || err != nil {
		t.Errorf("a deleted key is there: %v, %v", found, err)
	}
	if got, err := s.GetBatch(ctx, []string{"DELETED"}); len(got) != 0 || err != nil {
		t.Errorf("%d values of a deleted key, %v", len(got), err)
	}
	versions, err := s.Versions(ctx, "DELETED")
	must(t, err)
	if len(versions) != 1 || versions[0].Number != 1 {
		t.Errorf("versions %v, want the first alone", versions)
	}
	taken, err := s.Rollback(ctx, "DELETED", 0)
	must(t, err)
	if taken != 1 {
		t.Errorf("version %d was taken", taken)
	}
	wantText(t, s, "DELETED", "first")
	destroy(t, s, "DELETED", "data", 3)
	must(t, s.Set(ctx, "DELETED", secret.Text("anew")))
	wantText(t, s, "DELETED", "anew")
	destroy(t, s, "DELETED", "data", 4)
	must(t, s.Delete(ctx, "DELETED"))
	wantError(t, s.Delete(ctx, "DELETED"), secret.NotFound)
}

func TestRollbackKeepsOtherFields(t *testing.T) {
	f := newFake(t)
	s := open(t, f.url, rootToken, nil).(*Versioned)
	f.place("xec/KEY", map[string]any{"value": "one"})
	f.place("xec/KEY", map[string]any{"value": "two", "owner": "team"})
	must(t, second(s.Rollback(ctx, "KEY", 1)))
	if got := f.entryAt("xec/KEY"); got["value"] != "one" || got["owner"] != "team" {
		t.Error("another field was lost")
	}
}

// TestVersionsThatCannotBeTold are left out, as there is no value to go back to.
func TestVersionsThatCannotBeTold(t *testing.T) {
	f := newFake(t)
	s := open(t, f.url, rootToken, nil).(*Versioned)
	f.place("xec/KEY", map[string]any{"a": "1", "b": "2"})
	f.place("xec/KEY", map[string]any{"value": "two"})
	versions, err := s.Versions(ctx, "KEY")
	must(t, err)
	if len(versions) != 1 || versions[0].Number != 2 {
		t.Errorf("versions %v", versions)
	}
	wantError(t, second(s.Rollback(ctx, "KEY", 1)), secret.General, "none is called")
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

func TestSourcesOfTheToken(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "the-role", "the-secret-id"
	home := t.TempDir()
	file := filepath.Join(home, "secret-id")
	must(t, os.WriteFile(file, []byte(f.id+"\n"), 0o600))
	withToken := t.TempDir()
	must(t, os.WriteFile(filepath.Join(withToken, ".vault-token"), []byte(rootToken+"\n"), 0o600))
	for name, test := range map[string]struct {
		env    env
		home   string
		logins int
	}{
		"variable":           {env{"VAULT_TOKEN": rootToken + "\n", "VAULT_ROLE_ID": f.role}, home, 0},
		"of OpenBao":         {env{"BAO_TOKEN": rootToken}, home, 0},
		"before the file":    {env{"VAULT_TOKEN": rootToken}, home, 0},
		"file":               {env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID": f.id}, withToken, 0},
		"AppRole":            {env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID": f.id}, home, 1},
		"AppRole and a file": {env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID_FILE": file, "VAULT_APPROLE_PATH": "/approle/"}, home, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f.logins = 0
			outside := test.env.outside()
			outside.Home = test.home
			s := openOutside(t, f.url, outside, nil)
			must(t, s.Set(ctx, "KEY", secret.Text("v")))
			must(t, second(store.Get(ctx, s, []string{"A", "B", "C", "KEY"})))
			if f.logins != test.logins {
				t.Errorf("%d logins, want %d", f.logins, test.logins)
			}
		})
	}
}

func TestLoginIsRepeatedWhenItsTokenEnds(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "the-role", "the-secret-id"
	s := openOutside(t, f.url, env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID": f.id}.outside(), nil)
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
	clear(f.policies)
	f.policies[rootToken] = []rule{{"", "create read update delete list"}}
	of(s).server.login.until = time.Now()
	wantText(t, s, "KEY", "v")
	if f.logins != 2 {
		t.Errorf("%d logins", f.logins)
	}
}

func TestRefusedLogin(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "the-role", "the-secret-id"
	s := openOutside(t, f.url, env{"VAULT_ROLE_ID": "the-role", "VAULT_SECRET_ID": "hush"}.outside(), nil)
	_, err := s.Get(ctx, "KEY")
	wantError(t, err, secret.Permission, f.url, "auth/approle/login", "VAULT_SECRET_ID")
	if strings.Contains(err.Error()+secret.Hint(err), "hush") {
		t.Error("the error holds the secret id")
	}
	s = openOutside(t, f.url, env{"VAULT_ROLE_ID": "the-role", "VAULT_SECRET_ID_FILE": filepath.Join(t.TempDir(), "none")}.outside(), nil)
	wantError(t, second(s.Get(ctx, "KEY")), secret.Permission, "none")
	s = openOutside(t, f.url, env{"VAULT_TOKEN": "hush\x01hush"}.outside(), nil)
	_, err = s.Get(ctx, "KEY")
	wantError(t, err, secret.Invalid, "VAULT_TOKEN")
	if strings.Contains(err.Error(), "hush") {
		t.Error("the error holds the token")
	}
}

func TestSettings(t *testing.T) {
	for settings, want := range map[string]string{
		`{"address":"http://h","nope":1}`:                  "nope",
		`{"address":1}`:                                    "secrets.vault.address: not a text",
		`{}`:                                               "VAULT_ADDR",
		`{"address":"vault.example.com:8200"}`:             "not the address of a server",
		`{"address":"ftp://h"}`:                            "not the address of a server",
		`{"address":"https://me:hush@h"}`:                  "not the address of a server",
		`{"address":"https://h?x=hush"}`:                   "not the address of a server",
		`{"address":"http://h","version":3}`:               "3 is not 1 or 2",
		`{"address":"http://h","parallel":0}`:              "parallel",
		`{"address":"http://h","parallel":1000}`:           "parallel",
		`{"address":"http://h","path":"secret//xec"}`:      "not a path",
		`{"address":"http://h","path":"secret/../sys"}`:    "not a path",
		`{"address":"http://h","path":"a/b","mount":"b"}`:  "not in the mount",
		`{"address":"http://h","path":"ab","mount":"a"}`:   "not in the mount",
		`{"address":"http://h","path":"secret/x\u0000ec"}`: "not a path",
	} {
		_, err := Open(store.Settings(settings), Outside{})
		wantError(t, err, secret.Invalid, want)
		if err != nil && strings.Contains(err.Error()+secret.Hint(err), "hush") {
			t.Errorf("%v holds a value", err)
		}
	}
	for name, value := range map[string]string{"VAULT_CLIENT_TIMEOUT": "soon", "VAULT_SKIP_VERIFY": "maybe", "VAULT_CACERT": "/none.pem", "VAULT_PROXY_ADDR": "::", "VAULT_CLIENT_CERT": "/none"} {
		_, err := Open(nil, env{"VAULT_ADDR": "https://h", name: value}.outside())
		wantError(t, err, secret.Invalid, name)
	}
	if s, err := Open(nil, env{"BAO_ADDR": "https://h/"}.outside()); err != nil || of(s).place != (place{"secret", "xec", 2}) {
		t.Errorf("error %v, or another place than secret/xec", err)
	}
}
