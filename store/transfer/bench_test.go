package transfer_test

import (
	"fmt"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

const many = 100_000

func BenchmarkReadJSON(b *testing.B) {
	src := export(b, transfer.WriteJSON, manySecrets())
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if got, err := transfer.ReadJSON(src); err != nil || len(got) != many {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadEnv(b *testing.B) {
	src := export(b, transfer.WriteEnv, manySecrets())
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if got, err := transfer.ReadEnv(src); err != nil || len(got) != many {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	secrets := manySecrets()
	for b.Loop() {
		export(b, transfer.WriteJSON, secrets)
	}
}

func BenchmarkWriteEnv(b *testing.B) {
	secrets := manySecrets()
	for b.Loop() {
		export(b, transfer.WriteEnv, secrets)
	}
}

// manySecrets has every second key in a spelling that needs a comment.
func manySecrets() map[string]secret.Value {
	secrets := make(map[string]secret.Value, many)
	for i := range many {
		key := fmt.Sprintf([]string{"SERVICE_KEY_%06d", "service.key-%06d"}[i%2], i)
		secrets[key] = secret.Text(fmt.Sprintf("value \"%d\" of $many\n", i))
	}
	return secrets
}
