package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

func TestConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		p, lock := new(fake), filepath.Join(t.TempDir(), "folder", "keyring.lock")
		return locked(t, p, lock), func() store.Store { return locked(t, p, lock) }
	})
}

// sized are values around the sizes at which the layout changes, each unlike the others.
func sized() (values [][]byte) {
	for i, n := range []int{1, headSize, headSize + 1, partSize, partSize + 1, 2 * partSize, 2*partSize + 1, secret.MaxValue - 1, secret.MaxValue} {
		v := bytes.Repeat([]byte{byte('a' + i), 0xff, byte(i)}, n/3+1)
		values = append(values, v[:n])
	}
	return values
}

func TestAValueOfAnySizeGivesWayToOneOfAnyOther(t *testing.T) {
	p := new(fake)
	s := over(t, p)
	longest := strings.Repeat("K", secret.MaxKey)
	for i, before := range sized() {
		for j, after := range sized() {
			for _, v := range [][]byte{before, after} {
				if err := s.Set(ctx, longest, secret.New(v)); err != nil {
					t.Fatalf("%d to %d: %v", i, j, err)
				}
			}
			got, err := s.Get(ctx, longest)
			if err != nil || !bytes.Equal(got.Reveal(), after) {
				t.Fatalf("%d to %d: %d bytes, want %d, error %v", i, j, got.Len(), len(after), err)
			}
			if n := len(p.names()); n != 2+headOf(longest, after, "").count {
				t.Fatalf("%d to %d: %d items: parts are left over or missing", i, j, n)
			}
		}
	}
	if err := s.Delete(ctx, longest); err != nil || !slices.Equal(p.names(), []string{"index/0"}) {
		t.Errorf("deleted: items %q, error %v", p.names(), err)
	}
}

// change is what is done to a store in which KEY has a value or none.
type change struct {
	name          string
	before, after []byte // of KEY; nil is none
	do            func(*Store) error
}

func changes() (all []change) {
	small, other := []byte("small"), []byte("other")
	long, longer := bytes.Repeat([]byte("l"), 3*partSize), bytes.Repeat([]byte("L"), 2*partSize+7)
	for _, c := range []change{
		{"a new small value", nil, small, nil},
		{"a new long value", nil, long, nil},
		{"small to small", small, other, nil},
		{"small to long", small, long, nil},
		{"long to small", long, small, nil},
		{"long to longer", long, longer, nil},
		{"a small value goes", small, nil, nil},
		{"a long value goes", long, nil, nil},
	} {
		c.do = func(s *Store) error {
			if c.after == nil {
				return s.Delete(ctx, "KEY")
			}
			return s.Set(ctx, "KEY", secret.New(bytes.Clone(c.after)))
		}
		all = append(all, c)
	}
	return all
}

// TestWhoeverIsKilledLeavesTheOldValueOrTheNewOne stops the platform after each number of
// calls, up to the one that is enough.
func TestWhoeverIsKilledLeavesTheOldValueOrTheNewOne(t *testing.T) {
	for _, c := range changes() {
		t.Run(c.name, func(t *testing.T) {
			start := new(fake)
			s := over(t, start)
			if err := s.Set(ctx, "NEIGHBOUR", secret.New(bytes.Repeat([]byte("n"), 2*partSize))); err != nil {
				t.Fatal(err)
			}
			if c.before != nil {
				if err := s.Set(ctx, "KEY", secret.New(c.before)); err != nil {
					t.Fatal(err)
				}
			}
			for stop := 1; ; stop++ {
				p := start.copy()
				p.stop = stop
				err := c.do(over(t, p))
				if err != nil && !strings.Contains(err.Error(), "killed") {
					t.Fatalf("after %d calls: %v", stop, err)
				}
				checkKilled(t, p.copy(), c, stop, err == nil)
				if err == nil {
					if stop < 5 {
						t.Fatalf("it is done after %d calls: the test tests nothing", stop)
					}
					return
				}
			}
		})
	}
}

// checkKilled looks at what was left, as the next process does.
func checkKilled(t *testing.T, p *fake, c change, stop int, done bool) {
	t.Helper()
	s := over(t, p)
	got, err := s.Get(ctx, "KEY")
	if err != nil && !errors.Is(err, secret.NotFound) {
		t.Fatalf("after %d calls: %v", stop, err)
	}
	isOld, isNew := bytes.Equal(got.Reveal(), c.before), bytes.Equal(got.Reveal(), c.after)
	if !isNew && (done || !isOld) {
		t.Fatalf("after %d calls: %d bytes that are neither the old value nor the new one", stop, got.Len())
	}
	want := []string{"NEIGHBOUR"}
	if err == nil {
		want = []string{"KEY", "NEIGHBOUR"}
	}
	if keys, err := s.List(ctx); err != nil || !slices.Equal(keys, want) {
		t.Fatalf("after %d calls: keys %q, want %q, error %v", stop, keys, want, err)
	}
	if has, err := s.Has(ctx, "KEY"); err != nil || has != (len(want) == 2) {
		t.Fatalf("after %d calls: has %v, error %v", stop, has, err)
	}
	if err := s.Set(ctx, "NEXT", secret.Text("next")); err != nil {
		t.Fatalf("after %d calls: the next writer: %v", stop, err)
	}
	checkItems(t, p, s, stop)
	if again, errAgain := s.Get(ctx, "KEY"); !bytes.Equal(again.Reveal(), got.Reveal()) || (errAgain == nil) != (err == nil) {
		t.Fatalf("after %d calls: the next writer has changed the value", stop)
	}
}

// checkItems wants the items that the keys of a store need, and no other.
func checkItems(t *testing.T, p *fake, s *Store, stop int) {
	t.Helper()
	keys, err := s.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := 1 // index/0
	for _, key := range keys {
		v, err := s.Get(ctx, key)
		if err != nil {
			t.Fatalf("after %d calls: %s: %v", stop, key, err)
		}
		want += 1 + headOf(key, v.Reveal(), "").count
	}
	if n := len(p.names()); n != want {
		t.Errorf("after %d calls: %d items are left, want %d", stop, n, want)
	}
}

func TestReadersSeeOneValueWhileItIsReplaced(t *testing.T) {
	p := new(fake)
	lock := filepath.Join(t.TempDir(), "lock")
	values := [][]byte{bytes.Repeat([]byte("a"), 5*partSize), bytes.Repeat([]byte("b"), 4*partSize), []byte("c")}
	if err := locked(t, p, lock).Set(ctx, "KEY", secret.New(values[0])); err != nil {
		t.Fatal(err)
	}
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		s := locked(t, p, lock)
		writers.Go(func() {
			for i := range 60 {
				if err := s.Set(ctx, "KEY", secret.New(values[i%3])); err != nil {
					t.Error(err)
				}
			}
		})
		readers.Go(func() {
			for {
				got, err := s.Get(ctx, "KEY")
				if err != nil || !slices.ContainsFunc(values, func(v []byte) bool { return bytes.Equal(v, got.Reveal()) }) {
					t.Errorf("%d bytes that were never set, error %v", got.Len(), err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}

func TestWhatIsDamagedIsTold(t *testing.T) {
	p := new(fake)
	s := over(t, p)
	long := bytes.Repeat([]byte("abc"), 1000)
	for key, v := range map[string][]byte{"SMALL": []byte("small"), "LONG": long, "TWIN": long} {
		if err := s.Set(ctx, key, secret.New(bytes.Clone(v))); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range p.names() {
		whole := p.items["xec:"+id]
		if !strings.HasPrefix(id, "secret/") {
			continue
		}
		for i := range whole {
			p.items["xec:"+id] = whole[:i] + string(whole[i]^1) + whole[i+1:]
			checkDamaged(t, s, id, fmt.Sprint("with byte ", i, " altered"))
		}
		for _, n := range []int{0, 1, len(whole) / 2, len(whole) - 1} {
			p.items["xec:"+id] = whole[:n]
			checkDamaged(t, s, id, fmt.Sprint("cut to ", n))
		}
		p.items["xec:"+id] = whole
	}
	heads := []string{"xec:" + strings.ToLower(headName("LONG")), "xec:" + strings.ToLower(headName("TWIN"))}
	p.items[heads[0]] = p.items[heads[1]]
	checkDamaged(t, s, heads[0], "with the text of another")
	for _, key := range []string{"LONG", "SMALL"} {
		if err := s.Set(ctx, key, secret.Text("mended")); err != nil {
			t.Error(err)
		}
	}
	if v, err := s.Get(ctx, "LONG"); err != nil || string(v.Reveal()) != "mended" {
		t.Errorf("setting does not mend it: %v", err)
	}
}

// checkDamaged wants one of the three keys to be damaged, the one of the item.
func checkDamaged(t *testing.T, s *Store, id, how string) {
	t.Helper()
	for _, key := range []string{"SMALL", "LONG", "TWIN"} {
		_, err := s.Get(ctx, key)
		if strings.Contains(id, strings.ToLower("secret/"+key+"/")) {
			if !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), key+": damaged") {
				t.Fatalf("%s %s: %v", key, how, err)
			}
		} else if err != nil {
			t.Fatalf("%s, of which nothing was altered: %v", key, err)
		}
	}
}

func TestAnIndexThatIsWrongHeals(t *testing.T) {
	p := new(fake)
	s := over(t, p)
	set := func(key string) {
		t.Helper()
		if err := s.Set(ctx, key, secret.Text("value of "+key)); err != nil {
			t.Fatal(err)
		}
	}
	wantList := func(want ...string) {
		t.Helper()
		if keys, err := s.List(ctx); err != nil || !slices.Equal(keys, want) {
			t.Fatalf("keys %q, want %q, error %v", keys, want, err)
		}
	}
	set("A")
	set("B")
	delete(p.items, "xec:index/0")
	wantList()
	if v, err := s.Get(ctx, "A"); err != nil || string(v.Reveal()) != "value of A" {
		t.Errorf("a value whose name is lost: %v", err)
	}
	set("A")
	wantList("A")
	if err := s.Delete(ctx, "B"); err != nil {
		t.Error(err)
	}
	set("B")
	wantList("A", "B")
	delete(p.items, "xec:"+strings.ToLower(headName("B")))
	if err := s.Delete(ctx, "B"); !errors.Is(err, secret.NotFound) {
		t.Errorf("deleting a name too many: %v", err)
	}
	wantList("A")
	p.items["xec:index/0"] = "xec-index 1 torn"
	for what, err := range map[string]error{"list": second(s.List(ctx)), "set": s.Set(ctx, "C", secret.Text("c")), "delete": s.Delete(ctx, "A")} {
		if !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), `"index/0"`) || !strings.Contains(secret.Hint(err), "remove that item") {
			t.Errorf("%s with a damaged index: %v", what, err)
		}
	}
	if _, err := s.Get(ctx, "A"); err != nil {
		t.Errorf("get with a damaged index: %v", err)
	}
	delete(p.items, "xec:index/0")
	set("A")
	p.items["xec:journal"] = "torn"
	wantList("A")
	set("C")
	wantList("A", "C")
	checkItems(t, p, s, 0)
}

func second[T any](_ T, err error) error { return err }

func TestNamesOfManyKeysAreSplit(t *testing.T) {
	p := new(fake)
	s := over(t, p)
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprintf("a.key.with.quite.a.long.name.%03d", i))
		if err := s.Set(ctx, want[i], secret.Text("v")); err != nil {
			t.Fatal(err)
		}
	}
	if keys, err := s.List(ctx); err != nil || !slices.Equal(keys, want) {
		t.Fatalf("%d keys, want %d, error %v", len(keys), len(want), err)
	}
	if n := slices.IndexFunc(p.names(), func(name string) bool { return name == "index/3" }); n < 0 {
		t.Error("the names are not split: the test tests nothing")
	}
	for _, key := range want {
		if err := s.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if keys, err := s.List(ctx); err != nil || len(keys) != 0 {
		t.Errorf("%d keys are left, error %v", len(keys), err)
	}
}

func TestItemsOfOthersStay(t *testing.T) {
	p := new(fake)
	id := "keyslot 00112233"
	if err := p.Set("xec", id, "of a key slot"); err != nil {
		t.Fatal(err)
	}
	s := over(t, p)
	for _, key := range []string{"keyslot", "index", "journal", "secret"} {
		if err := s.Set(ctx, key, secret.Text("v")); err != nil {
			t.Fatal(err)
		}
	}
	other, err := Open(store.Settings(`{"service": "other"}`), Options{Lock: s.lock, on: p})
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := other.List(ctx); err != nil || len(keys) != 0 {
		t.Errorf("another service has %q, error %v", keys, err)
	}
	for _, key := range []string{"keyslot", "index", "journal", "secret"} {
		if err := s.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(p.names(), []string{"index/0", id}) {
		t.Errorf("items %q", p.names())
	}
}

// TestACallThatWasGivenUpDoesNotComeInBetween holds a write up, gives it up, and lets it go
// on when somebody else wants to write.
func TestACallThatWasGivenUpDoesNotComeInBetween(t *testing.T) {
	p, lock := new(fake), filepath.Join(t.TempDir(), "lock")
	if err := locked(t, p, lock).Set(ctx, "KEY", secret.Text("first")); err != nil {
		t.Fatal(err)
	}
	held := make(chan struct{})
	reached := make(chan struct{})
	p.hook = func(verb, name string) {
		if verb == "set" {
			close(reached)
			<-held
		}
	}
	slow := locked(t, p, lock)
	stopped, cancel := context.WithCancel(ctx)
	go func() { <-reached; cancel() }()
	if err := slow.Set(stopped, "KEY", secret.Text("given up")); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want context.Canceled", err)
	}
	p.hook = nil
	brief, done := context.WithTimeout(ctx, 20*time.Millisecond)
	defer done()
	if err := locked(t, p, lock).Set(brief, "KEY", secret.Text("too early")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the lock is free while the call runs: %v", err)
	}
	close(held)
	if err := locked(t, p, lock).Set(ctx, "KEY", secret.Text("last")); err != nil {
		t.Fatal(err)
	}
	if v, err := slow.Get(ctx, "KEY"); err != nil || string(v.Reveal()) != "last" {
		t.Errorf("the call that was given up has come in between: %v", err)
	}
}

func TestAKeyringThatDoesNotAnswerIsTold(t *testing.T) {
	held := make(chan struct{})
	defer close(held)
	items := Items{on: &fake{hook: func(string, string) { <-held }}, patience: time.Millisecond}
	_, err := items.Get(ctx, "x")
	if !errors.Is(err, secret.General) || !strings.Contains(err.Error(), "not answered within 1ms") || !strings.Contains(secret.Hint(err), "unlock") {
		t.Errorf("%v", err)
	}
	items.on = &fake{hook: func(string, string) { panic("s3cr3t") }}
	items.patience = time.Minute
	if _, err := items.Get(ctx, "x"); !errors.Is(err, secret.General) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("of a panic: %v", err)
	}
}

func TestErrorsOfThePlatformHaveKinds(t *testing.T) {
	for text, kind := range map[string]secret.Kind{
		"failed to unlock correct collection '/org'":                   secret.Encryption,
		"exec: \"dbus-launch\": executable file not found in $PATH":    secret.General,
		"Cannot create an item in a locked collection":                 secret.Encryption,
		"The name org.freedesktop.secrets was not provided by any .se": secret.General,
	} {
		err := explained("x", errors.New(text))
		if !errors.Is(err, kind) || secret.Hint(err) == "" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestALockFileThatCannotBeUsedIsNamed(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, filepath.Join(plain, "lock")} {
		s := locked(t, new(fake), path)
		if err := s.Set(ctx, "K", secret.Text("v")); err == nil || !strings.Contains(err.Error(), path) || secret.Hint(err) == "" {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := s.Get(ctx, "K"); !errors.Is(err, secret.NotFound) {
			t.Errorf("reading takes the lock: %v", err)
		}
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for settings, want := range map[string]string{
		`{"service": "a b"}`:                             "secrets.keyring.service: not the name",
		`{"service": "` + strings.Repeat("x", 65) + `"}`: "secrets.keyring.service: not the name",
		`{"service": 1}`:                                 "secrets.keyring.service: not a text",
		`{"lock": "/tmp/x"}`:                             `secrets.keyring: there is no setting "lock"`,
	} {
		_, err := Open(store.Settings(settings), Options{Lock: "x"})
		if !errors.Is(err, secret.Invalid) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", settings, err, want)
		}
	}
	if _, err := Open(nil, Options{}); err == nil {
		t.Error("a store without a lock file")
	}
}

func FuzzHead(f *testing.F) {
	f.Add(headOf("K", []byte("value"), "").text())
	f.Add(headOf("K", make([]byte, 5000), "0123456789abcdef").text())
	f.Add("xec-secret 1 - 0 0 \n")
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := parseHead(text)
		if ok && h.text() != text {
			t.Fatal("what parses is written otherwise")
		}
		if ok && (h.count > maxParts || h.length > secret.MaxValue || len(h.value) > headSize) {
			t.Fatal("over a limit")
		}
	})
}

func FuzzIndex(f *testing.F) {
	f.Add(page{"A", "B"}.text())
	f.Add(journal{"K", []generation{{"0123456789abcdef", 3}}}.text())
	f.Add("A\nB\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, text := range []string{text, summed(pageBegin, text), summed(journalBegin, text)} {
			if p, ok := parsePage(text); ok && p.text() != text {
				t.Fatal("an item of the index that parses is written otherwise")
			}
			if j, ok := parseJournal(text); ok && (j.text() != text || secret.CheckKey(j.key) != nil) {
				t.Fatal("a journal that parses is written otherwise")
			}
		}
	})
}
