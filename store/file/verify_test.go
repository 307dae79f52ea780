package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestVerifyNamesWhatIsDamaged(t *testing.T) {
	keys := []string{"A", "B", "C", "D", "E", "F", "G", "H"}
	opt := made(t, keys...)
	if err := Open(opt).Set(ctx, "A", secret.Text("newer value of A")); err != nil {
		t.Fatal(err)
	}
	report, err := Open(opt).Verify(ctx)
	if err != nil || len(report.Damage) != 0 || report.Keys != 8 || report.Versions != 9 {
		t.Fatalf("a whole store: %+v, error %v", report, err)
	}
	places := map[string]int64{}
	Open(opt).read(ctx, func(n *snapshot) error {
		return n.lookUp(keys, func(e format.Entry, offset int64) error { places[e.Key] = offset; return nil })
	})
	path := filepath.Join(opt.Dir, format.KeyringFile)
	good, _ := os.ReadFile(path)
	for key, offset := range places {
		raw := append([]byte(nil), good...)
		raw[offset] ^= 1
		os.WriteFile(path, raw, 0o600)
		report, err := Open(opt).Verify(ctx)
		if err != nil || len(report.Damage) != 1 || report.Damage[0].Key != key || report.Versions != 8 {
			t.Errorf("%s altered: %+v, error %v", key, report, err)
		}
	}
}

// waysToDamage are ways to break a store, and how many of eight keys come through it.
var waysToDamage = map[string]struct {
	do    func(t *testing.T, opt Options, n *snapshot, raw []byte) []byte
	saved int
}{
	"a record": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte { raw[len(raw)-33] ^= 1; return raw }, 7},
	"the mac":  {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte { raw[len(raw)-1] ^= 1; return raw }, 8},
	"cut off":  {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte { return raw[:len(raw)-33] }, 7},
	"extended": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte { return append(raw, 1) }, 8},
	"store id": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte { raw[format.Prefix] ^= 1; return raw }, 8},
	"generation": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte {
		raw[format.Prefix+format.IDSize] ^= 1
		return raw
	}, 8},
	"a digest": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte {
		raw[n.header.Size()-40] ^= 1
		return raw
	}, 8},
	"salt's digest": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte { raw[format.Prefix+32] ^= 1; return raw }, 8},
	"another slot": {func(_ *testing.T, _ Options, n *snapshot, raw []byte) []byte {
		raw[n.header.Size()-44<<n.header.Bits-10] ^= 1
		return raw
	}, 8},
	"no config": {func(t *testing.T, opt Options, n *snapshot, raw []byte) []byte {
		if err := os.Remove(filepath.Join(opt.Dir, format.ConfigFile)); err != nil {
			t.Fatal(err)
		}
		return raw
	}, 8},
	"another config": {func(t *testing.T, opt Options, n *snapshot, raw []byte) []byte {
		if err := os.WriteFile(filepath.Join(opt.Dir, format.ConfigFile), format.MarshalConfig(format.ID{}), 0o600); err != nil {
			t.Fatal(err)
		}
		return raw
	}, 8},
}

func TestSalvageSavesWhatIsWhole(t *testing.T) {
	keys := []string{"A", "B", "C", "D", "E", "F", "G", "H"}
	for name, test := range waysToDamage {
		t.Run(name, func(t *testing.T) {
			opt := made(t, keys...)
			if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Recovery, Show: keep(nil)}); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(opt.Dir, format.KeyringFile)
			raw, _ := os.ReadFile(path)
			var spoiled []byte
			Open(opt).read(ctx, func(n *snapshot) error { spoiled = test.do(t, opt, n, raw); return nil })
			os.WriteFile(path, spoiled, 0o600)
			report, err := Open(opt).Verify(ctx)
			if err == nil && len(report.Damage) == 0 {
				t.Fatal("verify does not notice")
			}
			before := tree(t, opt.Dir)
			dir := filepath.Join(t.TempDir(), "new")
			no := errors.New("no")
			if err := Open(opt).Salvage(ctx, dir, func(Findings) error { return no }); err != no {
				t.Errorf("refused: error %v", err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("refused, and yet made")
			}
			err = Open(opt).Salvage(ctx, dir, func(r Findings) error { report = r; return nil })
			if err != nil || len(report.Damage) == 0 || report.Keys != test.saved {
				t.Fatalf("%+v, error %v", report, err)
			}
			if tree(t, opt.Dir) != before {
				t.Error("the damaged store was changed")
			}
			checkSalvaged(t, opt, dir, keys, test.saved)
		})
	}
}

func checkSalvaged(t *testing.T, opt Options, dir string, keys []string, want int) {
	t.Helper()
	opt.Dir = dir
	report, err := Open(opt).Verify(ctx)
	if err != nil || len(report.Damage) != 0 || report.Keys != want {
		t.Errorf("the new store: %+v, error %v", report, err)
	}
	values, err := Open(opt).GetBatch(ctx, keys)
	if err != nil || len(values) != want {
		t.Fatalf("%d values, error %v", len(values), err)
	}
	for key, v := range values {
		if string(v.Reveal()) != "value of "+key {
			t.Errorf("%s has another value", key)
		}
	}
	if err := Open(opt).Set(ctx, "NEW", secret.Text("v")); err != nil {
		t.Error(err)
	}
}

// TestSalvageKeepsOlderVersions and says that the newest is not among them.
func TestSalvageKeepsOlderVersions(t *testing.T) {
	opt := options(t)
	for i := range 4 {
		if err := Open(opt).Set(ctx, "A", secret.Text(fmt.Sprint("value ", i))); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(opt.Dir, format.KeyringFile)
	raw, _ := os.ReadFile(path)
	Open(opt).read(ctx, func(n *snapshot) error { raw[n.records[0]] ^= 1; return nil })
	os.WriteFile(path, raw, 0o600)
	opt2 := opt
	opt2.Dir = filepath.Join(t.TempDir(), "new")
	var said []string
	if err := Open(opt).Salvage(ctx, opt2.Dir, func(r Findings) error {
		for _, d := range r.Damage {
			said = append(said, d.String())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(said) != 1 || !strings.Contains(said[0], "A: version 4: does not open; version 3 does") {
		t.Errorf("said %q", said)
	}
	versions, err := Open(opt2).Versions(ctx, "A")
	if err != nil || len(versions) != 3 || versions[0].Number != 3 {
		t.Errorf("%d versions, error %v", len(versions), err)
	}
}

func TestSalvageReplacesNoStore(t *testing.T) {
	opt := made(t, "A")
	other := made(t, "B")
	err := Open(opt).Salvage(ctx, other.Dir, func(Findings) error { return nil })
	if !errors.Is(err, secret.Invalid) {
		t.Errorf("error %v", err)
	}
	if _, err := Open(other).Get(ctx, "B"); err != nil {
		t.Error(err)
	}
}

// TestSalvageIsBounded: a header that is not proved can claim any length.
func TestSalvageIsBounded(t *testing.T) {
	opt := made(t, "A")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	raw, _ := os.ReadFile(path)
	at := 0
	Open(opt).read(ctx, func(n *snapshot) error { at = n.header.Size() - 12; return nil })
	copy(raw[at:], []byte{0xff, 0xff, 0xff, 0xff})
	os.WriteFile(path, raw, 0o600)
	if err := os.Truncate(path, 1<<33); err != nil {
		t.Skip(err)
	}
	err := Open(opt).Salvage(ctx, filepath.Join(t.TempDir(), "new"), func(Findings) error { return nil })
	if !errors.Is(err, secret.Encryption) {
		t.Errorf("error %v", err)
	}
}

func TestSalvageGoesIntoAFolderOfItsOwn(t *testing.T) {
	opt := made(t, "A", "B")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	raw, _ := os.ReadFile(path)
	raw[len(raw)-1] ^= 1
	os.WriteFile(path, raw, 0o600)
	before := tree(t, filepath.Dir(opt.Dir))
	for _, dir := range []string{opt.Dir, filepath.Join(opt.Dir, "in"), opt.Dir + "/.", filepath.Dir(opt.Dir), "/", opt.KeyFile} {
		if err := Open(opt).Salvage(ctx, dir, func(Findings) error { return nil }); !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", dir, err)
		}
	}
	if tree(t, filepath.Dir(opt.Dir)) != before {
		t.Error("something changed")
	}
}

// TestSalvageLeavesNoLock: neither beside what it made, nor where it failed; but what a person
// calls the same stays.
func TestSalvageLeavesNoLock(t *testing.T) {
	opt := options(t)
	opt.Passphrase = passphrase("right")
	if err := Open(opt).Set(ctx, "A", secret.Text("v")); err != nil {
		t.Fatal(err)
	}
	folder, no := t.TempDir(), errors.New("no")
	asked := 0
	opt.Passphrase = func() (secret.Value, error) {
		if asked++; asked > 1 { // behind the lock
			return secret.Value{}, no
		}
		return secret.Text("right"), nil
	}
	yes := func(Findings) error { return nil }
	if err := Open(opt).Salvage(ctx, filepath.Join(folder, "new"), yes); !errors.Is(err, no) {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("failed: %v is left, error %v", left, err)
	}
	opt.Passphrase = passphrase("right")
	if err := Open(opt).Salvage(ctx, filepath.Join(folder, "new"), yes); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v lies there, error %v", left, err)
	}
	own := filepath.Join(folder, "yarn.lock")
	if err := os.WriteFile(own, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Open(opt).Salvage(ctx, filepath.Join(folder, "yarn"), yes); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(own); err != nil || string(b) != "theirs" {
		t.Errorf("%d bytes, error %v", len(b), err)
	}
}

// TestALockThatIsRemovedAdmitsOne: locks on a file that goes and comes.
func TestALockThatIsRemovedAdmitsOne(t *testing.T) {
	opt := options(t)
	var within atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := Open(opt)
			for i := range 200 {
				lock := s.lock
				if i%2 == 0 {
					lock = s.lockOnce
				}
				unlock, err := lock(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if n := within.Add(1); n != 1 {
					t.Errorf("%d have the lock", n)
				}
				runtime.Gosched()
				within.Add(-1)
				unlock()
			}
		})
	}
	all.Wait()
}
