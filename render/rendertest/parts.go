package rendertest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// unsettled is what may become a reference with what follows, and its backslashes.
var unsettled = regexp.MustCompile(`\\*(\$(\{[^}\n]*|<[^>\n]*)?)?$`)

// InParts renders source in windows of size bytes and more, with value for every
// reference.
func InParts(s render.Stream, source, value string, size int) (string, error) {
	var out strings.Builder
	for n := size; ; n += size {
		window, last := source, n >= len(source)
		if !last {
			window = source[:unsettled.FindStringIndex(source[:n])[0]]
		}
		part, taken, err := s.Next([]byte(window), Find(window), last)
		if err != nil {
			return "", err
		}
		if taken == 0 && !last {
			continue
		}
		b, err := part.Render(func(int) secret.Value { return secret.Text(value) })
		if err != nil {
			return "", err
		}
		out.Write(b)
		if last {
			return out.String(), nil
		}
		source, n = source[taken:], 0
	}
}

// testParts compares a document in windows of several sizes with the whole.
func (s Suite) testParts(t *testing.T) {
	if s.Stream == nil {
		t.Skip("the format has no stream")
	}
	requireSome(t, len(s.Parts))
	for _, source := range s.Parts {
		s.requireParts(t, source, "v")
		s.requireParts(t, source, "two\nlines")
		s.requireParts(t, source, "it's \"q\"\\")
	}
	for _, c := range s.Spliced {
		s.requireParts(t, c.Source, c.Value)
	}
}

func (s Suite) requireParts(t *testing.T, source, value string) {
	t.Helper()
	want, _, wantErr := Render(s.Format, source, value)
	for _, size := range []int{1, 2, 3, 5, 7, 9, 16, 30, 64, 1000} {
		got, err := InParts(s.Stream(), source, value, size)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Errorf("%q, windows of %d bytes: %d bytes, error %v, want %d bytes, error %v", source, size, len(got), err, len(want), wantErr)
		}
	}
}

// FuzzParts says: a document in parts comes out as the whole.
func (s Suite) FuzzParts(f *testing.F) {
	for i, source := range s.Parts {
		f.Add(source, "v\n\"", 1+i%9)
	}
	f.Fuzz(func(t *testing.T, source, value string, size int) {
		want, _, wantErr := Render(s.Format, source, value)
		got, err := InParts(s.Stream(), source, value, max(1, min(size, 100)))
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Fatalf("%d bytes, error %v, want %d bytes, error %v", len(got), err, len(want), wantErr)
		}
	})
}
