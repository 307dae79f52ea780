package properties

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// inParts renders source in windows of size bytes and more.
func inParts(s render.Stream, source, value string, size int) (string, error) {
	var out strings.Builder
	for n := size; ; n += size {
		window := source[:min(n, len(source))]
		part, taken, err := s.Next([]byte(window), find(window), len(window) == len(source))
		if err != nil {
			return "", err
		}
		if taken == 0 && len(window) < len(source) {
			continue
		}
		b, err := part.Render(func(int) secret.Value { return secret.Text(value) })
		if err != nil {
			return "", err
		}
		out.Write(b)
		if len(window) == len(source) {
			return out.String(), nil
		}
		source, n = source[taken:], 0
	}
}

func atOnce(source, value string) (string, error) {
	d, err := Format([]byte(source), find(source))
	if err != nil {
		return "", err
	}
	b, err := d.Render(func(int) secret.Value { return secret.Text(value) })
	return string(b), err
}

// TestPartsAreTheWhole whatever the size of the windows.
func TestPartsAreTheWhole(t *testing.T) {
	for _, source := range []string{
		"", "\n", "a=${secret:K}", "a=${secret:K}\nb: x\\\n  y ${secret:K}\n# c ${secret:K}\n\nc\n", "a=${secret:K}\r\nb=1\r\n", "a=1\rb=${secret:K}\r\r",
		"a=1\\\\\nb=${secret:K}\\\\\\\n  x\nc=2", "! c\n  \\\n a=${secret:K}\n", "# only ${secret:K}\n", "a=\\u00e9 ${secret:K}\nb=\\u12\n", "a = \\${secret:K}\nb=2\n",
	} {
		for _, value := range []string{"v", " two\nlines", "é"} {
			want, wantErr := atOnce(source, value)
			for _, size := range []int{1, 2, 3, 5, 9, 30} {
				got, err := inParts(NewStream(), source, value, size)
				if (err == nil) != (wantErr == nil) || err == nil && got != want {
					t.Errorf("%q, windows of %d bytes: %q, error %v, want %q, error %v", source, size, got, err, want, wantErr)
				}
			}
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add("a=${secret:K}\\\n x\r\nb=1\n", "v\n", 3)
	f.Fuzz(func(t *testing.T, source, value string, size int) {
		size = max(1, min(size, 100))
		want, wantErr := atOnce(source, value)
		got, err := inParts(NewStream(), source, value, size)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Fatalf("windows of %d bytes: %d bytes, error %v, want %d bytes, error %v", size, len(got), err, len(want), wantErr)
		}
	})
}

func TestExplainTellsWhatIsDone(t *testing.T) {
	for value, want := range map[string]string{
		"v": "in a value, as it is", " v": "in a value, with escapes", "é": "in a value, with escapes", "a\\b": "in a value, with escapes", "\xff": "in a value",
	} {
		source := "# ${secret:K}\na=\\${secret:K}\nb=${secret:K}\n"
		d, err := Format([]byte(source), find(source))
		if err != nil {
			t.Fatal(err)
		}
		for _, known := range []bool{true, false} {
			all := d.(render.Explainer).Explain(func(int) (secret.Value, bool) { return secret.Text(value), known })
			if !known {
				want = "in a value"
			}
			if len(all) != 1 || all[0].Ref != 2 || all[0].String() != want {
				t.Errorf("a value of %d bytes, known %v: %v, want %s", len(value), known, all, want)
			}
		}
	}
}
