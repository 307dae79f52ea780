package yaml

import (
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

func FuzzParts(f *testing.F) {
	f.Add("a: ${secret:K}\n---\nb: |\n ${secret:K}\n", "v\n", 3)
	f.Fuzz(func(t *testing.T, source, value string, size int) {
		size = max(1, min(size, 100))
		want, wantErr := rendered(source, value)
		if wantErr != nil {
			return // where a document is wrong its parts may be told apart otherwise
		}
		if got, err := rendertest.InParts(NewStream(), source, value, size); err != nil || got != want {
			t.Fatalf("windows of %d bytes: %d bytes, error %v, want %d bytes", size, len(got), err, len(want))
		}
	})
}
