package transfer_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/store/secret"
)

// hostileStore has every hostile value under a key of its own; classes gives
// the class of a key.
func hostileStore() (secrets map[string]secret.Value, classes map[string]string) {
	secrets, classes = make(map[string]secret.Value), make(map[string]string)
	for i, h := range hostile.Kinds() {
		key := fmt.Sprintf([]string{"KEY_%d", "key.%d", "Key-%d"}[i%3], i)
		secrets[key], classes[key] = secret.Text(h.Value), h.Name
	}
	return secrets, classes
}

// requireEqual fails where got is not want. Values are shown as digests.
func requireEqual(t *testing.T, got, want map[string]secret.Value, classes map[string]string) {
	t.Helper()
	for key, value := range want {
		if g, ok := got[key]; !ok {
			t.Errorf("%s (%s) is missing", key, classes[key])
		} else if string(g.Reveal()) != string(value.Reveal()) {
			t.Errorf("%s (%s): got %s, want %s", key, classes[key], digest(g.Reveal()), digest(value.Reveal()))
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is there and should not be", key)
		}
	}
}

func digest(b []byte) string {
	return fmt.Sprintf("%d bytes, SHA-256 %.4x…", len(b), sha256.Sum256(b))
}

// set makes secrets of pairs of key and value.
func set(pairs ...string) map[string]secret.Value {
	secrets := make(map[string]secret.Value)
	for i := 0; i < len(pairs); i += 2 {
		secrets[pairs[i]] = secret.Text(pairs[i+1])
	}
	return secrets
}
