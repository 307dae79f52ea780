package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// watched gives the options of a store that notes what was seen, and what it says.
func watched(t *testing.T, keys ...string) (Options, *[]string) {
	t.Helper()
	opt := options(t)
	opt.Seen = filepath.Join(filepath.Dir(opt.KeyFile), "seen")
	said := new([]string)
	opt.Notice = func(text string) {
		if !strings.HasPrefix(text, "made a store") {
			*said = append(*said, text)
		}
	}
	for _, key := range keys {
		if err := Open(opt).Set(ctx, key, secret.Text("value of "+key)); err != nil {
			t.Fatal(err)
		}
	}
	return opt, said
}

func TestAnOlderStoreIsNoticed(t *testing.T) {
	opt, said := watched(t, "A", "B")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	older, _ := os.ReadFile(path)
	if err := Open(opt).Set(ctx, "C", secret.Text("c")); err != nil || len(*said) != 0 {
		t.Fatalf("error %v, said %q", err, *said)
	}
	os.WriteFile(path, older, 0o600)
	strict := opt
	strict.Strict = true
	for name, err := range map[string]error{
		"get": opens(strict), "set": Open(strict).Set(ctx, "D", secret.Text("d")), "delete": Open(strict).Delete(ctx, "A"),
	} {
		if !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "older") {
			t.Errorf("strict %s: error %v", name, err)
		}
	}
	if now, _ := os.ReadFile(path); string(now) != string(older) {
		t.Error("a strict command changed the store")
	}
	s := Open(opt)
	for range 3 {
		if _, err := s.Get(ctx, "A"); err != nil {
			t.Error(err)
		}
	}
	if len(*said) != 1 || !strings.Contains((*said)[0], "generation 2, and 3 has been seen") {
		t.Errorf("said %q, want one warning", *said)
	}
	// The next write continues above both.
	if err := Open(opt).Set(ctx, "D", secret.Text("d")); err != nil {
		t.Fatal(err)
	}
	*said = nil
	if err := opens(strict); err != nil || len(*said) != 0 {
		t.Errorf("after a write: error %v, said %q", err, *said)
	}
	Open(opt).read(ctx, func(n *snapshot) error {
		if n.header.Generation != 4 {
			t.Errorf("generation %d, want 4", n.header.Generation)
		}
		return nil
	})
}

// TestReadersSeeToo: a store that came along from elsewhere is noted by who reads it.
func TestReadersSeeToo(t *testing.T) {
	opt, said := watched(t, "A")
	path := filepath.Join(opt.Dir, format.KeyringFile)
	older, _ := os.ReadFile(path)
	elsewhere := opt
	elsewhere.Seen = ""
	if err := Open(elsewhere).Set(ctx, "B", secret.Text("b")); err != nil {
		t.Fatal(err)
	}
	if err := opens(opt); err != nil || len(*said) != 0 {
		t.Fatalf("error %v, said %q", err, *said)
	}
	os.WriteFile(path, older, 0o600)
	if err := opens(opt); err != nil || len(*said) != 1 {
		t.Errorf("error %v, said %q", err, *said)
	}
}

// TestTheNoteIsAdvice: nothing fails because of it.
func TestTheNoteIsAdvice(t *testing.T) {
	opt, said := watched(t, "A")
	notes, _ := filepath.Glob(filepath.Join(opt.Seen, "*"))
	if len(notes) != 1 {
		t.Fatalf("%d notes", len(notes))
	}
	for _, text := range []string{"", "x", "generation", "generation -1\n", "generation 18446744073709551615\n", "generation 9223372036854775807\n", strings.Repeat("9", 5000)} {
		os.WriteFile(notes[0], []byte(text), 0o600)
		if err := opens(opt); err != nil || len(*said) != 0 {
			t.Errorf("error %v, said %q", err, *said)
		}
		if err := Open(opt).Set(ctx, "B", secret.Text("b")); err != nil {
			t.Error(err)
		}
	}
	os.RemoveAll(opt.Seen)
	os.WriteFile(opt.Seen, nil, 0o600)
	if err := Open(opt).Set(ctx, "B", secret.Text("b")); err != nil {
		t.Error(err)
	}
	if err := opens(opt); err != nil || len(*said) != 0 {
		t.Errorf("error %v, said %q", err, *said)
	}
}

// TestWritersAreNoAlarm: a reader between the two steps of a writer sees nothing wrong.
func TestWritersAreNoAlarm(t *testing.T) {
	opt, _ := watched(t, "A")
	opt.Strict = true
	var running sync.WaitGroup
	for w := range 4 {
		running.Go(func() {
			for i := range 30 {
				err := opens(opt)
				if w == 0 {
					err = Open(opt).Set(ctx, "B", secret.Text(fmt.Sprint(i)))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
}

// TestALostStoreIsNoticed: HOME may be another one, or somebody has removed it.
func TestALostStoreIsNoticed(t *testing.T) {
	opt, said := watched(t, "A", "B")
	if err := os.RemoveAll(opt.Dir); err != nil {
		t.Fatal(err)
	}
	strict := opt
	strict.Strict = true
	_, listErr := Open(strict).List(ctx)
	for _, err := range []error{listErr, Open(strict).Set(ctx, "A", secret.Text("a"))} {
		if !errors.Is(err, secret.Encryption) || !strings.Contains(err.Error(), "is gone: its generation 2 has been seen") {
			t.Errorf("strict: error %v", err)
		}
	}
	if _, err := os.Stat(opt.Dir); err == nil {
		t.Error("strict, and a store was made")
	}
	if err := Open(opt).Set(ctx, "A", secret.Text("a")); err != nil || len(*said) != 1 {
		t.Errorf("error %v, said %q, want one warning", err, *said)
	}
	*said = nil
	if err := Open(strict).Set(ctx, "A", secret.Text("a")); err != nil || len(*said) != 0 {
		t.Errorf("the new store: error %v, said %q", err, *said)
	}
	if notes, _ := filepath.Glob(filepath.Join(opt.Seen, "*")); len(notes) != 1 {
		t.Errorf("%d notes, want that of the new store", len(notes))
	}
}
