package yaml

import (
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestPartsAreTheWhole whatever the size of the windows.
func TestPartsAreTheWhole(t *testing.T) {
	for name, source := range map[string]string{
		"empty": "", "one": "a: ${secret:K}\n", "two": "a: ${secret:K}\n---\nb: '${secret:K}'\n", "begun": "---\na: 1\n--- # c\nb: ${secret:K}",
		"ends": "a: ${secret:K}\n...\n---\nb: 1\n...\n", "directives": "a: 1\n...\n%YAML 1.2\n# c\n\n---\nb: ${secret:K}\n...\n%TAG !e! !x\n---\nc: !e!y ${secret:K}\n",
		"dashes that begin nothing": "a: |\n  ---\n  ${secret:K}\n----\n", "in a block": "a: |\n  x\n  --- y\nb: ${secret:K}\n",
		"on the line": "--- a\n--- ${secret:K}\n---\t|\n ${secret:K}\n", "CRLF": "a: 1\r\n---\r\nb: ${secret:K}\r\n", "comments": "# ${secret:K}\n---\n# c\na: ${secret:K}\n# d\n---\nb: 1 # e\n",
	} {
		for _, value := range []string{"v", "two\nlines", "yes"} {
			want, wantErr := rendered(source, value)
			for _, size := range []int{1, 2, 5, 9, 30} {
				got, err := rendertest.InParts(NewStream(), source, value, size)
				if (err == nil) != (wantErr == nil) || err == nil && got != want {
					t.Errorf("%s, windows of %d bytes: %q, error %v, want %q, error %v", name, size, got, err, want, wantErr)
				}
			}
		}
	}
}

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
