package rendertest

import (
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
)

// Fast renders documents with value for every reference, and fails if that takes longer
// than most for all of them. What has to come of each, require says.
func Fast(t *testing.T, format render.Format, documents map[string]string, value string, most time.Duration, require func(t *testing.T, source, out string, err error)) {
	t.Helper()
	requireSome(t, len(documents))
	began := time.Now()
	for name, source := range documents {
		t.Run(name, func(t *testing.T) {
			out, _, err := Render(format, source, value)
			require(t, source, out, err)
		})
	}
	if took := time.Since(began); took > most {
		t.Errorf("took %v", took)
	}
}

// Benchmark renders a document that has 1,000 references and least bytes at least.
func Benchmark(b *testing.B, format render.Format, document, value string, least int) {
	source, spans := []byte(document), Find(document)
	if len(spans) != 1000 || len(source) < least {
		b.Fatalf("%d references in %d bytes", len(spans), len(source))
	}
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		d, err := format(source, spans)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Render(values(value)); err != nil {
			b.Fatal(err)
		}
	}
}
