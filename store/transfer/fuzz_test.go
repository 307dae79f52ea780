package transfer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

// FuzzReadJSON says: what is read is JSON, to encoding/json too and with the
// same strings, and writes and reads back equal.
func FuzzReadJSON(f *testing.F) {
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := transfer.ReadJSON(src)
		if err != nil {
			requireInvalid(t, got, err)
			return
		}
		requireStrings(t, got, bytes.TrimPrefix(src, []byte("\ufeff")))
		back, err := transfer.ReadJSON(export(t, transfer.WriteJSON, got))
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, back, got, nil)
	})
}

// requireStrings asks encoding/json for the strings of src.
func requireStrings(t *testing.T, got map[string]secret.Value, src []byte) {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(src, &object); err != nil {
		t.Fatal("read, and not JSON")
	}
	if len(object) != len(got) {
		t.Fatalf("%d secrets of %d members", len(got), len(object))
	}
	for key, value := range object {
		if text, ok := value.(string); ok && text != string(got[key].Reveal()) {
			t.Errorf("%s: got %s, want %s", key, digest(got[key].Reveal()), digest([]byte(text)))
		}
	}
}

// FuzzReadEnv says: what is read writes and reads back equal, unless keys share
// a name.
func FuzzReadEnv(f *testing.F) {
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := transfer.ReadEnv(src)
		if err != nil {
			requireInvalid(t, got, err)
			return
		}
		var out bytes.Buffer
		if err := transfer.WriteEnv(&out, got); err != nil {
			requireSharedName(t, got, err)
			return
		}
		back, err := transfer.ReadEnv(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, back, got, nil)
	})
}

func requireInvalid(t *testing.T, got map[string]secret.Value, err error) {
	t.Helper()
	if got != nil || !errors.Is(err, secret.Invalid) {
		t.Fatalf("%d secrets, and an error of kind %v", len(got), secret.KindOf(err))
	}
	for line := range strings.Lines(err.Error()) {
		if !strings.HasPrefix(line, "line ") {
			t.Errorf("a problem without its line: %d bytes", len(line))
		}
	}
}

func requireSharedName(t *testing.T, secrets map[string]secret.Value, err error) {
	t.Helper()
	names := make(map[string]bool)
	for key := range secrets {
		names[secret.EnvName(key)] = true
	}
	if len(names) == len(secrets) {
		t.Fatal(err)
	}
}

// A target whose seeds have moved away passes without having tested anything.
func TestFuzzTargetsHaveSeeds(t *testing.T) {
	for _, target := range []string{"FuzzReadJSON", "FuzzReadEnv"} {
		if seeds, err := os.ReadDir("testdata/fuzz/" + target); err != nil || len(seeds) < 10 {
			t.Errorf("%s has %d seeds, %v", target, len(seeds), err)
		}
	}
}
