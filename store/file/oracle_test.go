package file

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// The stores below fixtures/store were written by oracle.py, which stands beside
// them: a second implementation that was made from the package docs and not from
// this code. They are kept for ever; a change of this package that cannot read them
// is a change of the format.

const knownAnswers = "../../fixtures/store"

// dump is what oracle.py prints of a store.
type dump struct {
	Generation uint64                `json:"generation"`
	StoreID    string                `json:"store_id"`
	Bits       int                   `json:"bits"`
	Slots      []dumpSlot            `json:"slots"`
	Keys       map[string]dumpSecret `json:"keys"`
}

type dumpSlot struct {
	Kind       string `json:"kind"`
	Iterations uint32 `json:"iterations"`
}

type dumpSecret struct {
	Created  uint64        `json:"created"`
	Versions []dumpVersion `json:"versions"`
}

type dumpVersion struct {
	Number  uint64 `json:"number"`
	Changed uint64 `json:"changed"`
	Value   []byte `json:"value"`
}

// dumpOf is the dump of a store, every version opened.
func dumpOf(t *testing.T, opt Options) dump {
	t.Helper()
	d := dump{Keys: map[string]dumpSecret{}}
	err := Open(opt).read(ctx, func(n *snapshot) error {
		h := n.header
		d.Generation, d.StoreID, d.Bits = h.Generation, fmt.Sprintf("%x", h.StoreID), h.Bits
		for _, s := range h.Slots {
			d.Slots = append(d.Slots, dumpSlot{s.Kind.String(), s.Iterations})
		}
		return n.each(func(number int, entries []format.Entry) error {
			offset := n.records[number]
			for _, e := range entries {
				each := dumpSecret{Created: e.Created}
				for _, v := range e.Versions {
					sealed, err := n.readAt(offset, int64(v.Length))
					if err != nil {
						return err
					}
					value, err := n.keys.openRecord(e.Key, v, sealed)
					if err != nil {
						return err
					}
					each.Versions = append(each.Versions, dumpVersion{v.Number, v.Changed, value})
					offset += int64(v.Length)
				}
				d.Keys[e.Key] = each
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// requireSame compares dumps without showing a value.
func requireSame(t *testing.T, got, want dump) {
	t.Helper()
	if got.Generation != want.Generation || got.StoreID != want.StoreID || got.Bits != want.Bits || !slices.Equal(got.Slots, want.Slots) {
		t.Errorf("generation %d, store %s, %d bits, slots %v, want %d, %s, %d, %v",
			got.Generation, got.StoreID, got.Bits, got.Slots, want.Generation, want.StoreID, want.Bits, want.Slots)
	}
	if len(got.Keys) != len(want.Keys) {
		t.Errorf("%d keys, want %d", len(got.Keys), len(want.Keys))
	}
	for key, w := range want.Keys {
		g := got.Keys[key]
		same := slices.EqualFunc(g.Versions, w.Versions, func(a, b dumpVersion) bool {
			return a.Number == b.Number && a.Changed == b.Changed && string(a.Value) == string(b.Value)
		})
		if g.Created != w.Created || !same {
			t.Errorf("%.40s: another secret than was written", key)
		}
	}
}

// knownStore copies a known-answer store to where it may be opened: a checkout does
// not keep the modes that a store needs.
func knownStore(t testing.TB, name string) Options {
	t.Helper()
	from := filepath.Join(knownAnswers, name)
	to := filepath.Join(t.TempDir(), ".xec")
	opt := Options{Dir: filepath.Join(to, "secrets"), KeyFile: filepath.Join(to, "key")}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"secrets/keyring.enc", "secrets/salt", "secrets/config", "key"} {
		b, err := os.ReadFile(filepath.Join(from, file))
		if file == "key" && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, file), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return opt
}

// withPassphrase sets the passphrase of a known-answer store and reports whether
// it has one.
func withPassphrase(opt *Options, name string) bool {
	b, err := os.ReadFile(filepath.Join(knownAnswers, name, "passphrase"))
	opt.Passphrase = func() (secret.Value, error) { return secret.New(slices.Clone(b)), nil }
	return err == nil
}

func TestKnownAnswerStoresOpen(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(knownAnswers, "*", "want.json"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d known-answer stores, error %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			var want dump
			text, err := os.ReadFile(file)
			if err == nil {
				err = json.Unmarshal(text, &want)
			}
			if err != nil {
				t.Fatal(err)
			}
			opt := knownStore(t, name)
			if _, err := os.Stat(opt.KeyFile); err == nil {
				requireSame(t, dumpOf(t, opt), want)
			}
			if withPassphrase(&opt, name) {
				requireSame(t, dumpOf(t, opt), want)
			}
			requireWritable(t, opt, want)
		})
	}
}

// requireWritable checks that a store takes a write and keeps all that it held.
func requireWritable(t *testing.T, opt Options, want dump) {
	t.Helper()
	if len(want.Slots) != 1 || want.Slots[0].Kind == "keyfile" {
		opt.Passphrase = nil
	}
	if err := Open(opt).Set(ctx, "NEW", secret.Text("new")); err != nil {
		t.Fatal(err)
	}
	got := dumpOf(t, opt)
	if got.Generation <= want.Generation || string(got.Keys["NEW"].Versions[0].Value) != "new" {
		t.Errorf("generation %d after a write into %d", got.Generation, want.Generation)
	}
	delete(got.Keys, "NEW")
	got.Generation, got.Bits = want.Generation, want.Bits
	requireSame(t, got, want)
}

// TestOracleReadsWhatIsWritten has the second implementation read stores after all
// that a store can go through.
func TestOracleReadsWhatIsWritten(t *testing.T) {
	python := machine.Python(t, "cryptography")
	grown := options(t)
	grown.derive = nil
	s := Open(grown)
	values := map[string]secret.Value{}
	for i := range 300 {
		values[fmt.Sprintf("key.%d", i)] = secret.Text(fmt.Sprintf("value %d", i))
	}
	steps := []error{s.Set(ctx, "FIRST", secret.Text("one")), s.SetBatch(ctx, values)}
	for i := range 12 {
		steps = append(steps, s.Set(ctx, "FIRST", secret.New([]byte{0xff, 0, byte(i)})))
	}
	for i := range 290 {
		steps = append(steps, s.Delete(ctx, fmt.Sprintf("key.%d", i)))
	}
	locked := options(t)
	locked.derive, locked.Passphrase = nil, passphrase("pass phrase \xc3\xa9")
	steps = append(steps, Open(locked).Set(ctx, "B", secret.New(make([]byte, secret.MaxValue))))
	emptied := options(t)
	emptied.derive = nil
	e := Open(emptied)
	steps = append(steps, e.Set(ctx, "A", secret.Text("a")), e.Delete(ctx, "A"))
	every, opened := everySlot(t)
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	phrase := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(phrase, []byte("pass phrase \xc3\xa9"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, each := range []struct {
		opt  Options
		open []string
	}{
		{grown, []string{"--key-file", grown.KeyFile}},
		{locked, []string{"--passphrase-file", phrase}},
		{emptied, []string{"--key-file", emptied.KeyFile}},
		{every, []string{"--key-file", every.KeyFile}},
		{every, []string{"--recovery-file", opened.recovery}},
		{every, []string{"--keyring-file", opened.keyring}},
	} {
		args := slices.Concat([]string{filepath.Join(knownAnswers, "oracle.py"), "read", each.opt.Dir}, each.open)
		out, err := exec.Command(python, args...).Output()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("oracle.py refuses: %s", exit.Stderr)
		}
		var read dump
		if err := json.Unmarshal(out, &read); err != nil {
			t.Fatal(err)
		}
		requireSame(t, read, dumpOf(t, each.opt))
	}
}

// everySlot makes a store with every kind of slot, sealed anew under other iterations,
// and writes what opens it to files.
func everySlot(t *testing.T) (opt Options, by struct{ recovery, keyring string }) {
	t.Helper()
	opt = options(t)
	opt.derive = nil
	keyring := &ring{items: map[string]string{}}
	opt.Keyring, opt.Prompt = keyring, func(string, error) (secret.Value, error) { return secret.Text("pass phrase"), nil }
	steps := []error{Open(opt).Set(ctx, "A", secret.Text("one")), Open(opt).Set(ctx, "A", secret.Text("two"))}
	for _, kind := range []format.Kind{format.Passphrase, format.Keyring, format.Recovery} {
		_, err := Open(opt).AddSlot(ctx, NewSlot{Kind: kind, Passphrase: secret.Text("pass phrase"), Show: keep(nil)})
		steps = append(steps, err)
	}
	var recovery secret.Value
	err := Open(opt).Rekey(ctx, 100_001, keep(&recovery))
	folder := t.TempDir()
	by.recovery, by.keyring = filepath.Join(folder, "recovery"), filepath.Join(folder, "keyring")
	steps = append(steps, err, os.WriteFile(by.recovery, recovery.Reveal(), 0o600))
	for _, text := range keyring.items {
		steps = append(steps, os.WriteFile(by.keyring, []byte(text), 0o600))
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	return opt, by
}
