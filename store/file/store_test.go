package file

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// made gives the options of a store that holds the keys, each with its name as
// its value.
func made(t testing.TB, keys ...string) Options {
	t.Helper()
	opt := options(t)
	values := map[string]secret.Value{}
	for _, key := range keys {
		values[key] = secret.Text("value of " + key)
	}
	if err := Open(opt).SetBatch(ctx, values); err != nil {
		t.Fatal(err)
	}
	return opt
}

func TestReadingMakesNothing(t *testing.T) {
	opt := options(t)
	Open(opt).List(ctx)
	Open(opt).Get(ctx, "A")
	Open(opt).Delete(ctx, "A")
	if _, err := os.Stat(filepath.Dir(opt.Dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading an absent store left something behind: %v", err)
	}
}

func TestFilesAreClosedToOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no mode bits")
	}
	opt := made(t, "A")
	want := map[string]fs.FileMode{
		filepath.Dir(opt.Dir): 0o700, opt.Dir: 0o700, opt.KeyFile: 0o600,
		filepath.Join(opt.Dir, "keyring.enc"): 0o600, filepath.Join(opt.Dir, "salt"): 0o600, filepath.Join(opt.Dir, "config"): 0o600,
	}
	for path, mode := range want {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: mode %v, error %v, want %v", path, info.Mode().Perm(), err, mode)
		}
	}
	entries, _ := os.ReadDir(opt.Dir)
	if len(entries) != 3 {
		t.Errorf("%d files in the folder, want 3", len(entries))
	}
}

func TestOnlyTheKeyringChanges(t *testing.T) {
	opt := made(t, "A")
	before := map[string][]byte{}
	for _, name := range storeFiles {
		before[name], _ = os.ReadFile(filepath.Join(opt.Dir, name))
	}
	if err := Open(opt).Set(ctx, "B", secret.Text("b")); err != nil {
		t.Fatal(err)
	}
	for _, name := range storeFiles {
		after, err := os.ReadFile(filepath.Join(opt.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if changed := !bytes.Equal(before[name], after); changed != (name == format.KeyringFile) {
			t.Errorf("%s: changed is %v", name, changed)
		}
	}
}

// foreignFolder puts a folder that is no store into the place of one.
func foreignFolder(o Options, mode fs.FileMode, names ...string) error {
	errs := []error{os.RemoveAll(o.Dir), os.Mkdir(o.Dir, mode), os.Chmod(o.Dir, mode)}
	for _, name := range names {
		errs = append(errs, os.WriteFile(filepath.Join(o.Dir, name), []byte("x"), 0o755))
	}
	return errors.Join(errs...)
}

func TestWhatIsWrongIsToldApart(t *testing.T) {
	keyring := func(o Options) string { return filepath.Join(o.Dir, "keyring.enc") }
	for name, test := range map[string]struct {
		spoil func(o *Options) error
		kind  secret.Kind
		says  string
	}{
		"salt missing":        {func(o *Options) error { return os.Remove(filepath.Join(o.Dir, "salt")) }, secret.Encryption, "salt: missing"},
		"config missing":      {func(o *Options) error { return os.Remove(filepath.Join(o.Dir, "config")) }, secret.Encryption, "config: missing"},
		"keyring missing":     {func(o *Options) error { return os.Remove(keyring(*o)) }, secret.Encryption, "keyring.enc: missing"},
		"keyring empty":       {func(o *Options) error { return os.Truncate(keyring(*o), 0) }, secret.Encryption, "not a store"},
		"salt foreign":        {func(o *Options) error { return os.WriteFile(filepath.Join(o.Dir, "salt"), make([]byte, 32), 0o600) }, secret.Encryption, "salt: not the salt"},
		"key file missing":    {func(o *Options) error { return os.Remove(o.KeyFile) }, secret.Encryption, "missing, and the store"},
		"key file of another": {otherKey, secret.Encryption, "another key"},
		"key file garbage":    {func(o *Options) error { return os.WriteFile(o.KeyFile, []byte("key"), 0o600) }, secret.Encryption, "not a key file"},
		"passphrase set":      {func(o *Options) error { o.Passphrase = passphrase("x"); return nil }, secret.Encryption, "a passphrase is set"},
		"folder open":         {func(o *Options) error { return os.Chmod(o.Dir, 0o755) }, secret.Permission, "mode 0755"},
		"keyring open":        {func(o *Options) error { return os.Chmod(keyring(*o), 0o640) }, secret.Permission, "mode 0640"},
		"key file open":       {func(o *Options) error { return os.Chmod(o.KeyFile, 0o604) }, secret.Permission, "mode 0604"},
		"keyring a link":      {func(o *Options) error { return linkTo(keyring(*o)) }, secret.Permission, "symbolic link"},
		"keyring a folder": {func(o *Options) error {
			return errors.Join(os.Remove(keyring(*o)), os.Mkdir(keyring(*o), 0o700))
		}, secret.Permission, "not a regular file"},
		"one folder too deep": {func(o *Options) error {
			deep := filepath.Join(o.Dir, "backup")
			return errors.Join(os.Rename(o.Dir, o.Dir+"x"), os.Mkdir(o.Dir, 0o700), os.Rename(o.Dir+"x", deep))
		}, secret.Encryption, "keyring.enc: missing"},
		"a folder of other things": {func(o *Options) error { return foreignFolder(*o, 0o700, "main.go", "config") }, secret.Encryption, "not a store, and not empty"},
		"an open one":              {func(o *Options) error { return foreignFolder(*o, 0o755, "main.go") }, secret.Encryption, "not a store, and not empty"},
		"config alone":             {func(o *Options) error { return foreignFolder(*o, 0o755, "config") }, secret.Encryption, "keyring.enc: missing"},
		"salt and more":            {func(o *Options) error { return foreignFolder(*o, 0o755, "salt", "x") }, secret.Encryption, "keyring.enc: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			opt := made(t, "A")
			if err := test.spoil(&opt); err != nil {
				t.Fatal(err)
			}
			before := tree(t, filepath.Dir(opt.Dir))
			s := Open(opt)
			_, getErr := s.Get(ctx, "A")
			_, listErr := Open(opt).List(ctx)
			for _, err := range []error{getErr, listErr, Open(opt).Set(ctx, "B", secret.Text("b")), Open(opt).Delete(ctx, "A")} {
				if strings.Contains(secret.Hint(err), "chmod") && test.kind != secret.Permission {
					t.Errorf("hint %s", secret.Hint(err))
				}
				if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("error %v, want one of kind %v with %q", err, test.kind, test.says)
				}
			}
			if after := tree(t, filepath.Dir(opt.Dir)); after != before {
				t.Errorf("a refused command changed files:\n%s\nbefore:\n%s", after, before)
			}
		})
	}
}

func otherKey(o *Options) error {
	if err := os.Remove(o.KeyFile); err != nil {
		return err
	}
	return Open(*o).makeKeyFile()
}

func linkTo(path string) error {
	return errors.Join(os.Rename(path, path+"2"), os.Symlink(path+"2", path))
}

func passphrase(text string) func() (secret.Value, error) {
	return func() (secret.Value, error) { return secret.Text(text), nil }
}

// tree lists all files below a folder with mode and contents, but for locks.
func tree(t *testing.T, root string) string {
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, ".lock") {
			return err
		}
		info, err := e.Info()
		content := []byte(nil)
		if info.Mode().IsRegular() {
			content, err = os.ReadFile(path)
		}
		fmt.Fprintf(&b, "%s %v %x\n", path, info.Mode(), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPassphraseLocksAndOpens(t *testing.T) {
	opt := options(t)
	opt.Passphrase = passphrase("pass phrase ")
	if err := Open(opt).Set(ctx, "A", secret.Text("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(opt.KeyFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key file was made for a store with a passphrase: %v", err)
	}
	if _, err := Open(opt).Get(ctx, "A"); err != nil {
		t.Error(err)
	}
	opt.Passphrase = passphrase("pass phrase")
	if _, err := Open(opt).Get(ctx, "A"); !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "passphrase is wrong") {
		t.Errorf("with another passphrase: %v", err)
	}
	asked := 0
	opt.Passphrase = nil
	opt.Prompt = func(string, error) (secret.Value, error) { asked++; return secret.Text("pass phrase "), nil }
	s := Open(opt)
	for range 3 {
		if _, err := s.Get(ctx, "A"); err != nil {
			t.Error(err)
		}
	}
	if asked != 1 {
		t.Errorf("the person was asked %d times, want once", asked)
	}
}

func TestDerivesOnce(t *testing.T) {
	opt := options(t)
	derived := 0
	opt.derive = func(p, salt []byte, n int) ([]byte, error) { derived++; return cheap(p, salt, n) }
	s := Open(opt)
	for i := range 5 {
		if err := s.Set(ctx, fmt.Sprint("K", i), secret.Text("v")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.List(ctx); err != nil || derived != 1 {
		t.Errorf("derived %d times, error %v", derived, err)
	}
}

func TestTenVersionsAreKept(t *testing.T) {
	opt := options(t)
	s := Open(opt)
	for i := range 13 {
		if err := s.Set(ctx, "A", secret.Text(fmt.Sprint("value ", i))); err != nil {
			t.Fatal(err)
		}
	}
	e := entryOf(t, opt, "A")
	if len(e.Versions) != format.MaxVersions || e.Versions[0].Number != 13 || e.Versions[9].Number != 4 {
		t.Errorf("%d versions, from %d to %d", len(e.Versions), e.Versions[0].Number, e.Versions[9].Number)
	}
}

func entryOf(t *testing.T, opt Options, key string) (e format.Entry) {
	t.Helper()
	err := Open(opt).read(ctx, func(n *snapshot) error {
		return n.lookUp([]string{key}, func(found format.Entry, _ int64) error { e = found; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestDeletedBytesLeaveTheFile(t *testing.T) {
	opt := made(t, "A")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	before, _ := os.Stat(path)
	s := Open(opt)
	if err := s.Set(ctx, "BIG", secret.New(make([]byte, 50000))); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, "BIG"); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); after.Size() != before.Size() {
		t.Errorf("%d bytes, %d before", after.Size(), before.Size())
	}
}

func TestBucketsFollowTheNumberOfKeys(t *testing.T) {
	opt := options(t)
	s := Open(opt)
	bits := func() (b int) {
		s.read(ctx, func(n *snapshot) error { b = n.header.Bits; return nil })
		return b
	}
	for _, step := range []struct{ keys, bits int }{{1, 0}, {4, 0}, {5, 2}, {64, 2}, {65, 4}, {300, 4}} {
		values := map[string]secret.Value{}
		for i := range step.keys {
			values[fmt.Sprint("k", i)] = secret.Text(fmt.Sprint("v", i))
		}
		if err := s.SetBatch(ctx, values); err != nil {
			t.Fatal(err)
		}
		if step.keys < 300 && bits() != step.bits {
			t.Errorf("%d keys: %d bits, want %d", step.keys, bits(), step.bits)
		}
	}
	for i := range 295 {
		if err := s.Delete(ctx, fmt.Sprint("k", i)); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := s.List(ctx)
	if err != nil || len(keys) != 5 || bits() > 3 {
		t.Errorf("%d keys in 2^%d buckets, error %v", len(keys), bits(), err)
	}
	for _, key := range keys {
		v, err := s.Get(ctx, key)
		if err != nil || string(v.Reveal()) != "v"+key[1:] {
			t.Errorf("%s: moved wrongly, error %v", key, err)
		}
	}
}

func TestLeftoversAreRemovedByTheNextWriter(t *testing.T) {
	opt := made(t, "A")
	left := []string{filepath.Join(opt.Dir, ".keyring.enc.1.tmp"), opt.Dir + ".new-1", filepath.Join(filepath.Dir(opt.KeyFile), ".key.1.tmp")}
	os.WriteFile(left[0], []byte("x"), 0o600)
	os.Mkdir(left[1], 0o700)
	os.WriteFile(left[2], []byte("x"), 0o600)
	opt.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := Open(opt).Get(ctx, "A"); err != nil {
		t.Errorf("a reader minds the leftovers: %v", err)
	}
	if err := Open(opt).Set(ctx, "B", secret.Text("b")); err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: still there", path)
		}
	}
}

// TestALinkThatLeadsNowhereIsNoEmptyStore: what it leads to may be a disk that is not
// there.
func TestALinkThatLeadsNowhereIsNoEmptyStore(t *testing.T) {
	for _, level := range []func(Options) string{func(o Options) string { return o.Dir }, func(o Options) string { return filepath.Dir(o.Dir) }} {
		opt := options(t)
		link := level(opt)
		os.MkdirAll(filepath.Dir(link), 0o700)
		if err := os.Symlink(filepath.Join(t.TempDir(), "gone"), link); err != nil {
			t.Skip(err)
		}
		_, getErr := Open(opt).Get(ctx, "A")
		for _, err := range []error{getErr, Open(opt).Set(ctx, "A", secret.Text("a"))} {
			if !errors.Is(err, secret.Permission) || !strings.Contains(err.Error(), "leads nowhere") {
				t.Errorf("error %v", err)
			}
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the link was replaced: %v", err)
		}
	}
}

// TestALinkThatLeadsToAnEmptyFolder is where a store can be made.
func TestALinkThatLeadsToAnEmptyFolder(t *testing.T) {
	opt := options(t)
	if err := os.Symlink(t.TempDir(), filepath.Dir(opt.Dir)); err != nil {
		t.Skip(err)
	}
	if keys, err := Open(opt).List(ctx); err != nil || len(keys) != 0 {
		t.Errorf("%d keys, error %v", len(keys), err)
	}
	if err := Open(opt).Set(ctx, "A", secret.Text("value of A")); err != nil {
		t.Fatal(err)
	}
	if err := opens(opt); err != nil {
		t.Error(err)
	}
}

// TestNumbersThatCannotGrow are refused before anything is written: a store whose
// generation, or a key whose version, is the greatest there is.
func TestNumbersThatCannotGrow(t *testing.T) {
	for name, change := range map[string]func(*draft){
		"generation": func(d *draft) { d.header.Generation = math.MaxUint64 },
		"version":    func(d *draft) { d.touched[0][0].Versions[0].Number = math.MaxUint64 },
	} {
		opt := options(t)
		if err := Open(opt).write(ctx, func(d *draft) error {
			err := d.put("A", secret.Text("value of A"))
			change(d)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if name == "version" { // its number is part of what a record is sealed with
			err := Open(opt).Set(ctx, "A", secret.Text("a"))
			if !errors.Is(err, secret.Encryption) {
				t.Errorf("%s: error %v", name, err)
			}
			continue
		}
		before := tree(t, opt.Dir)
		if err := Open(opt).Set(ctx, "A", secret.Text("a")); !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "can follow") {
			t.Errorf("%s: error %v", name, err)
		}
		if err := opens(opt); err != nil || tree(t, opt.Dir) != before {
			t.Errorf("%s: the store changed, error %v", name, err)
		}
	}
}

// TestALinkToTheKeyDoesNotStay: a process that was killed between link and unlink
// leaves the key under a second name.
func TestALinkToTheKeyDoesNotStay(t *testing.T) {
	opt := made(t, "A")
	link := filepath.Join(filepath.Dir(opt.KeyFile), ".key.1.tmp")
	making := filepath.Join(filepath.Dir(opt.KeyFile), ".key.2.tmp")
	if err := errors.Join(os.Link(opt.KeyFile, link), os.WriteFile(making, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := Open(opt).Set(ctx, "B", secret.Text("b")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link is still there: %v", err)
	}
	if _, err := os.Lstat(making); err != nil {
		t.Errorf("a key that is being made was removed: %v", err)
	}
}

func TestFoldersMayHaveAnyName(t *testing.T) {
	opt := options(t)
	other := filepath.Join(filepath.Dir(filepath.Dir(opt.Dir)), "ab", "secrets.new-1")
	if err := os.MkdirAll(other, 0o700); err != nil {
		t.Fatal(err)
	}
	opt.Dir = filepath.Join(filepath.Dir(filepath.Dir(opt.Dir)), "a*[b]?", "secrets")
	for _, key := range []string{"A", "B"} {
		if err := Open(opt).Set(ctx, key, secret.Text("v")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("another folder's files were removed: %v", err)
	}
}

func TestEmptyFolderBecomesAStore(t *testing.T) {
	opt := options(t)
	os.MkdirAll(opt.Dir, 0o700)
	if err := Open(opt).Set(ctx, "A", secret.Text("a")); err != nil {
		t.Fatal(err)
	}
}

func TestFolderMayBeReachedThroughALink(t *testing.T) {
	opt := made(t, "A")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(opt.Dir, link); err != nil {
		t.Fatal(err)
	}
	opt.Dir = link
	if err := Open(opt).Set(ctx, "B", secret.Text("b")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
}

func TestManyWritersLoseNothing(t *testing.T) {
	opt := options(t)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 10 {
				if err := Open(opt).Set(ctx, fmt.Sprintf("k%d.%d", w, i), secret.Text("v")); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	if keys, err := Open(opt).List(ctx); err != nil || len(keys) != 80 {
		t.Errorf("%d keys, error %v, want 80", len(keys), err)
	}
}

func TestDamageElsewhereDoesNotTakeTheRestAway(t *testing.T) {
	keys := []string{"A", "B", "C", "D", "E", "F", "G", "H"}
	opt := made(t, keys...)
	path := filepath.Join(opt.Dir, format.KeyringFile)
	raw, _ := os.ReadFile(path)
	raw[len(raw)-format.AuthenticatorSize-1] ^= 1 // the last record
	os.WriteFile(path, raw, 0o600)
	if n := unreadable(opt, keys); n != 1 {
		t.Errorf("%d of %d keys cannot be read, want 1", n, len(keys))
	}
	if err := Open(opt).Set(ctx, "NEW", secret.Text("v")); err != nil {
		t.Fatal(err)
	}
	if n := unreadable(opt, keys); n != 1 {
		t.Errorf("after a write %d of %d keys cannot be read, want 1", n, len(keys))
	}
}

func unreadable(opt Options, keys []string) (n int) {
	for _, key := range keys {
		if _, err := Open(opt).Get(ctx, key); err != nil {
			n++
		}
	}
	return n
}

func TestWriterSignsNoDamagedBucket(t *testing.T) {
	opt := made(t, "A", "B", "C", "D", "E", "F", "G", "H")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	var at int64
	Open(opt).read(ctx, func(n *snapshot) error { at = n.index[len(n.index)-1] - 1; return nil })
	raw, _ := os.ReadFile(path)
	raw[at] ^= 1
	os.WriteFile(path, raw, 0o600)
	for _, key := range []string{"A", "B", "C", "D", "E", "F", "G", "H"} {
		if err := Open(opt).Set(ctx, key, secret.Text("v")); !errors.Is(err, secret.Encryption) {
			t.Errorf("set %s beside a damaged bucket: %v", key, err)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(after, raw) {
		t.Error("a refused write changed the file")
	}
}

// TestEveryAlteredByteIsNoticed asks for all values and for the list, because a
// bucket that happens to hold no key matters to the list alone.
func TestEveryAlteredByteIsNoticed(t *testing.T) {
	keys := []string{"A", "B", "C"}
	opt := made(t, keys...)
	for _, name := range storeFiles {
		path := filepath.Join(opt.Dir, name)
		good, _ := os.ReadFile(path)
		for i := range good {
			altered := bytes.Clone(good)
			altered[i] ^= 0x55
			os.WriteFile(path, altered, 0o600)
			_, listErr := Open(opt).List(ctx)
			values, getErr := Open(opt).GetBatch(ctx, keys)
			if getErr == nil && !unchanged(values, keys) || getErr != nil && len(values) != 0 {
				t.Errorf("%s: byte %d altered: %d values that were not set", name, i, len(values))
			}
			if !errors.Is(getErr, secret.Encryption) && !errors.Is(listErr, secret.Encryption) {
				t.Errorf("%s: byte %d altered: errors %v, %v", name, i, getErr, listErr)
			}
		}
		os.WriteFile(path, good, 0o600)
	}
}

// unchanged reports whether values are those that made has set.
func unchanged(values map[string]secret.Value, keys []string) bool {
	for _, key := range keys {
		if string(values[key].Reveal()) != "value of "+key {
			return false
		}
	}
	return len(values) == len(keys)
}
