package json

import (
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestPartsAreTheWhole whatever the size of the windows.
func TestPartsAreTheWhole(t *testing.T) {
	compared := 0
	check := func(source string) {
		want, _, wantErr := rendertest.Render(Format, source, "a\"b\\\n")
		for _, size := range []int{1, 2, 3, 7, 16, 64, 1000} {
			got, err := rendertest.InParts(NewStream(), source, "a\"b\\\n", size)
			if (err == nil) != (wantErr == nil) || err == nil && got != want {
				t.Errorf("windows of %d bytes: %d bytes, error %v, want %d bytes, error %v", size, len(got), err, len(want), wantErr)
			}
			compared++
		}
	}
	for _, document := range commented {
		check(document)
		for _, at := range insides(document, false) {
			check(document[:at] + "${secret:K}" + document[at:])
		}
	}
	for _, p := range places() {
		check(p.before + p.scalar + p.behind)
	}
	t.Logf("%d documents compared", compared)
}

func FuzzParts(f *testing.F) { suite.FuzzParts(f) }
