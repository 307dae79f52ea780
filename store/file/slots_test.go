package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// ring is a keyring in memory. A broken one fails as a locked one does.
type ring struct {
	items  map[string]string
	broken bool
}

func (r *ring) err() error {
	if r.broken {
		return secret.Errorf(secret.Encryption, "the keyring is locked")
	}
	return nil
}

func (r *ring) Get(_ context.Context, name string) (secret.Value, error) {
	text, ok := r.items[name]
	if !ok && !r.broken {
		return secret.Value{}, secret.Errorf(secret.NotFound, "no item")
	}
	return secret.Text(text), r.err()
}

func (r *ring) Set(_ context.Context, name string, text secret.Value) error {
	if !r.broken {
		r.items[name] = string(text.Reveal())
	}
	return r.err()
}

func (r *ring) Delete(_ context.Context, name string) error {
	delete(r.items, name)
	return r.err()
}

// keep takes a recovery key that is shown.
func keep(key *secret.Value) func(secret.Value) error {
	return func(shown secret.Value) error {
		if key != nil {
			*key = secret.New(bytes.Clone(shown.Reveal()))
		}
		return nil
	}
}

// TestAKeyThatCannotBeShownLocksNothing: it would be lost.
func TestAKeyThatCannotBeShownLocksNothing(t *testing.T) {
	opt := made(t, "A")
	var key secret.Value
	if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Recovery, Show: keep(&key)}); err != nil {
		t.Fatal(err)
	}
	before := tree(t, opt.Dir)
	full := errors.New("no space left")
	refuse := func(secret.Value) error { return full }
	if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Recovery, Show: refuse}); err != full {
		t.Errorf("add: error %v", err)
	}
	if err := Open(opt).Rekey(ctx, 0, refuse); err != full {
		t.Errorf("rekey: error %v", err)
	}
	if tree(t, opt.Dir) != before {
		t.Error("the store changed")
	}
}

// TestTheLastSlotThatOpensStays, though it is not the last one.
func TestTheLastSlotThatOpensStays(t *testing.T) {
	opt := made(t, "A")
	if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Passphrase, Passphrase: secret.Text("phrase")}); err != nil {
		t.Fatal(err)
	}
	opt.Passphrase = passphrase("phrase")
	whole := opt.KeyFile
	opt.KeyFile += ".gone"
	if err := Open(opt).RemoveSlot(ctx, format.Passphrase); !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "nothing that is left would open the store") {
		t.Errorf("error %v", err)
	}
	if err := opens(opt); err != nil {
		t.Error(err)
	}
	opt.KeyFile = whole
	if err := Open(opt).RemoveSlot(ctx, format.Passphrase); err != nil {
		t.Error(err)
	}
}

func kindsOf(t *testing.T, opt Options) string {
	t.Helper()
	slots, err := Open(opt).Slots(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range slots {
		kinds = append(kinds, s.Kind.String())
	}
	return strings.Join(kinds, " ")
}

func opens(opt Options) error {
	v, err := Open(opt).Get(ctx, "A")
	if err == nil && string(v.Reveal()) != "value of A" {
		err = errors.New("another value")
	}
	return err
}

// TestEverySlotOpensTheStore: each by itself, after the others are gone, and after a
// rekey too.
func TestEverySlotOpensTheStore(t *testing.T) {
	for _, rekeyed := range []bool{false, true} {
		opt := made(t, "A")
		keyring := &ring{items: map[string]string{}}
		opt.Keyring = keyring
		var recovery secret.Value
		for _, kind := range []format.Kind{format.Recovery, format.Keyring, format.Passphrase} {
			replaced, err := Open(opt).AddSlot(ctx, NewSlot{Kind: kind, Passphrase: secret.Text("correct horse"), Show: keep(&recovery)})
			if err != nil || replaced {
				t.Fatalf("replaced is %v, error %v", replaced, err)
			}
		}
		if got := kindsOf(t, opt); got != "keyfile passphrase keyring recovery" {
			t.Fatalf("slots %s", got)
		}
		if rekeyed {
			opt := opt
			opt.Prompt = func(string, error) (secret.Value, error) { return secret.Text("correct horse"), nil }
			old := opt
			old.Passphrase = passphrase(string(recovery.Reveal()))
			if err := Open(opt).Rekey(ctx, 0, keep(&recovery)); err != nil {
				t.Fatal(err)
			}
			if err := opens(old); !errors.Is(err, secret.Encryption) {
				t.Errorf("the recovery key of before the rekey: error %v", err)
			}
		}
		only := map[string]func(*Options){
			"keyfile":    func(o *Options) { o.Keyring = nil },
			"keyring":    func(o *Options) { o.KeyFile += ".gone" },
			"passphrase": func(o *Options) { o.Passphrase = passphrase("correct horse") },
			"recovery": func(o *Options) {
				o.Passphrase = passphrase(" " + strings.ToLower(strings.ReplaceAll(string(recovery.Reveal()), "-", " ")))
			},
			"typed passphrase": func(o *Options) {
				o.Keyring, o.KeyFile = nil, o.KeyFile+".gone"
				o.Prompt = func(string, error) (secret.Value, error) { return secret.Text("correct horse"), nil }
			},
			"typed recovery key": func(o *Options) {
				o.Keyring, o.KeyFile = nil, o.KeyFile+".gone"
				o.Prompt = func(string, error) (secret.Value, error) { return secret.New(bytes.Clone(recovery.Reveal())), nil }
			},
		}
		for name, adjust := range only {
			o := opt
			adjust(&o)
			if err := opens(o); err != nil {
				t.Errorf("rekeyed %v: by its %s alone: %v", rekeyed, name, err)
			}
		}
		for _, kind := range []format.Kind{format.Keyfile, format.Keyring, format.Passphrase} {
			if err := Open(opt).RemoveSlot(ctx, kind); err != nil {
				t.Fatalf("remove %v: %v", kind, err)
			}
			opt.Passphrase = passphrase(string(recovery.Reveal()))
		}
		if err := Open(opt).RemoveSlot(ctx, format.Recovery); !errors.Is(err, secret.Invalid) {
			t.Errorf("the last slot: error %v", err)
		}
		if len(keyring.items) != 0 {
			t.Errorf("%d items are left in the keyring", len(keyring.items))
		}
		if err := opens(opt); err != nil {
			t.Errorf("rekeyed %v: by what is left: %v", rekeyed, err)
		}
	}
}

func TestAddReplacesASlot(t *testing.T) {
	opt := made(t, "A")
	keyring := &ring{items: map[string]string{}}
	opt.Keyring = keyring
	for i := range 2 {
		for _, kind := range []format.Kind{format.Passphrase, format.Keyring, format.Recovery, format.Keyfile} {
			add := NewSlot{Kind: kind, Passphrase: secret.Text(fmt.Sprint("phrase ", i)), Iterations: 200_000 + i, Show: keep(nil)}
			replaced, err := Open(opt).AddSlot(ctx, add)
			if err != nil || replaced != (i == 1 || kind == format.Keyfile) {
				t.Fatalf("%v: replaced is %v, error %v", kind, replaced, err)
			}
		}
	}
	slots, err := Open(opt).Slots(ctx)
	if err != nil || len(slots) != 4 || len(keyring.items) != 1 {
		t.Fatalf("%d slots, %d items in the keyring, error %v", len(slots), len(keyring.items), err)
	}
	for _, s := range slots {
		if s.Iterations != 200_001 {
			t.Errorf("%v: %d iterations", s.Kind, s.Iterations)
		}
	}
	for i, want := range []bool{false, true} {
		o := opt
		o.Passphrase = passphrase(fmt.Sprint("phrase ", i))
		if err := opens(o); (err == nil) != want {
			t.Errorf("passphrase %d: error %v", i, err)
		}
	}
}

// TestIterationsStayWithASlot that is replaced by one that does not say how many.
func TestIterationsStayWithASlot(t *testing.T) {
	opt := made(t, "A")
	for _, n := range []int{600_000, 0} {
		if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Passphrase, Iterations: n, Passphrase: secret.Text("phrase")}); err != nil {
			t.Fatal(err)
		}
	}
	if slots, err := Open(opt).Slots(ctx); err != nil || len(slots) != 2 || slots[1].Iterations != 600_000 {
		t.Errorf("slots %v, error %v", slots, err)
	}
}

// TestAReplacedRecoveryKeyIsToldApart from a wrong passphrase.
func TestAReplacedRecoveryKeyIsToldApart(t *testing.T) {
	opt := made(t, "A")
	var old secret.Value
	if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Recovery, Show: keep(&old)}); err != nil {
		t.Fatal(err)
	}
	for _, add := range []NewSlot{{Kind: format.Recovery, Show: keep(nil)}, {Kind: format.Passphrase, Passphrase: secret.Text("phrase")}} {
		if _, err := Open(opt).AddSlot(ctx, add); err != nil {
			t.Fatal(err)
		}
		o := opt
		o.Passphrase = passphrase(string(old.Reveal()))
		if err := opens(o); !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "recovery key of another store, or one that was replaced") {
			t.Errorf("error %v", err)
		}
	}
}

func TestIterationsHaveAFloorAndACap(t *testing.T) {
	opt := made(t, "A")
	before := tree(t, filepath.Dir(opt.Dir))
	for _, n := range []int{-1, 1, format.MinIterations - 1, format.MaxIterations + 1, 1 << 40} {
		_, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Recovery, Iterations: n})
		rekeyErr := Open(opt).Rekey(ctx, n, keep(nil))
		if !errors.Is(err, secret.Invalid) || !errors.Is(rekeyErr, secret.Invalid) {
			t.Errorf("%d iterations: errors %v, %v", n, err, rekeyErr)
		}
	}
	if tree(t, filepath.Dir(opt.Dir)) != before {
		t.Error("files changed")
	}
}

// TestAKeyringThatFailsChangesNothing: no slot for a key that is kept nowhere, and no key
// for a slot that was not written.
func TestAKeyringThatFailsChangesNothing(t *testing.T) {
	opt := made(t, "A")
	keyring := &ring{items: map[string]string{}, broken: true}
	opt.Keyring = keyring
	if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Keyring}); !errors.Is(err, secret.Encryption) {
		t.Errorf("error %v", err)
	}
	if got := kindsOf(t, opt); got != "keyfile" {
		t.Errorf("slots %s", got)
	}
	keyring.broken = false
	s := Open(opt)
	ended, cancel := context.WithCancel(ctx)
	if err := s.Warm(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := s.AddSlot(ended, NewSlot{Kind: format.Keyring}); err == nil || len(keyring.items) != 0 {
		t.Errorf("error %v, %d items left", err, len(keyring.items))
	}
}

func TestNoSlotWithoutAStore(t *testing.T) {
	opt := options(t)
	_, addErr := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Recovery})
	rekeyErr := Open(opt).Rekey(ctx, 0, keep(nil))
	for _, err := range []error{addErr, rekeyErr, Open(opt).RemoveSlot(ctx, format.Keyfile)} {
		if err == nil || !strings.Contains(err.Error(), "no store yet") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := os.Stat(filepath.Dir(opt.Dir)); err == nil {
		t.Error("something was made")
	}
}

func TestRecoveryKeyText(t *testing.T) {
	key := bytes.Repeat([]byte{0xA5, 0x00, 0xFF, 0x31}, 8)
	text := string(recoveryText(key).Reveal())
	if groups := strings.Split(text, "-"); len(groups) != 14 || len(text) != 69 {
		t.Errorf("%d groups, %d bytes", len(groups), len(text))
	}
	look := strings.NewReplacer("O", "0", "I", "1", "B", "8").Replace(text)
	for _, typed := range []string{text, strings.ToLower(text), strings.ReplaceAll(text, "-", ""), "  " + strings.ReplaceAll(text, "-", " ") + "\r", look} {
		got, ok := parseRecovery([]byte(typed))
		if !ok || !bytes.Equal(got, key) {
			t.Error("one way to type it is not read")
		}
	}
	for i := range text {
		wrong := []byte(text)
		wrong[i] = 'A' + (wrong[i]-'A'+1)%26
		if text[i] != '-' && !bytes.Equal(wrong, []byte(look)) {
			if _, ok := parseRecovery(wrong); ok {
				t.Errorf("a mistake in place %d is not noticed", i)
			}
		}
		if _, ok := parseRecovery([]byte(text[:i])); ok {
			t.Errorf("%d bytes of it are read as a whole", i)
		}
	}
	if _, ok := parseRecovery([]byte(text + "A")); ok {
		t.Error("a letter too many is not noticed")
	}
}

// TestRekeySealsEverythingAnew: values, times and numbers stay; no byte of what was
// sealed does.
func TestRekeySealsEverythingAnew(t *testing.T) {
	opt := options(t)
	s := Open(opt)
	for i := range 3 {
		values := map[string]secret.Value{}
		for k := range 100 {
			values[fmt.Sprint("K", k)] = secret.Text(fmt.Sprintf("value %d of key %d", i, k))
		}
		if err := s.SetBatch(ctx, values); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(opt.Dir, format.KeyringFile)
	old, _ := os.ReadFile(path)
	before, _ := s.Describe(ctx)
	if err := Open(opt).Rekey(ctx, 123_456, nil); err != nil {
		t.Fatal(err)
	}
	fresh, _ := os.ReadFile(path)
	for i := 300; i+32 <= len(old); i += 16 {
		if bytes.Contains(fresh[200:], old[i:i+32]) && i > 600 {
			t.Fatalf("32 bytes at %d are as they were", i)
		}
	}
	s = Open(opt)
	after, err := s.Describe(ctx)
	if err != nil || fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("keys, times, sizes or numbers of versions changed, error %v", err)
	}
	for k := range 100 {
		key := fmt.Sprint("K", k)
		for version := 3; version > 0; version-- {
			if version < 3 {
				if _, err := s.Rollback(ctx, key, uint64(version)); err != nil {
					t.Fatal(err)
				}
			}
			v, err := s.Get(ctx, key)
			if want := fmt.Sprintf("value %d of key %d", version-1, k); err != nil || string(v.Reveal()) != want {
				t.Fatalf("%s, version %d: another value, error %v", key, version, err)
			}
		}
	}
	if slots, _ := s.Slots(ctx); len(slots) != 1 || slots[0].Iterations != 123_456 {
		t.Errorf("slots %v", slots)
	}
}

func TestRekeyStopsAtADamagedRecord(t *testing.T) {
	opt := made(t, "A", "B", "C")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	raw, _ := os.ReadFile(path)
	raw[len(raw)-format.AuthenticatorSize-1] ^= 1
	os.WriteFile(path, raw, 0o600)
	if err := Open(opt).Rekey(ctx, 0, nil); !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "does not open") {
		t.Errorf("error %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(after, raw) {
		t.Error("the file changed")
	}
}

// TestRekeyNeedsThePassphrase: a slot whose secret is not at hand cannot be sealed anew.
func TestRekeyNeedsThePassphrase(t *testing.T) {
	opt := made(t, "A")
	if _, err := Open(opt).AddSlot(ctx, NewSlot{Kind: format.Passphrase, Passphrase: secret.Text("right")}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		prompt func(string, error) (secret.Value, error)
		kind   secret.Kind
	}{
		"nobody": {nil, secret.Invalid},
		"wrong":  {func(string, error) (secret.Value, error) { return secret.Text("wrong"), nil }, secret.Encryption},
	} {
		o := opt
		o.Prompt = test.prompt
		if err := Open(o).Rekey(ctx, 0, nil); !errors.Is(err, test.kind) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := opens(opt); err != nil {
		t.Error(err)
	}
}
