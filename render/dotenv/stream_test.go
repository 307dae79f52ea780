package dotenv

import (
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestPartsAreTheWhole whatever the size of the windows.
func TestPartsAreTheWhole(t *testing.T) {
	for name, source := range map[string]string{
		"empty": "", "lines": "A=1\nB=${secret:K}\n\n# c ${secret:K}\nC='x'\n",
		"a value of many lines": "A=\"x\ny=${secret:K}\nz\"\nB='a\n\nb' # c\nC=`q\n`\n", "no last line end": "A=1\nB=${secret:K}",
		"CRLF": "A=1\r\nB=\"x\r\n${secret:K}\"\r\n", "a mark": "\ufeffA=${secret:K}\nB=1\n", "a mark within": "A=${secret:K}\n\ufeffB=1\n",
		"an open quote": "A=${secret:K}\nB=\"x\nC=1\n", "no name": "A=${secret:K}\n=1\nC=1\n", "joined": "A=\"x\"\"y\n${secret:K}\"\nB=2\n",
		"a quote within": "A=it's ${secret:K}\nB='\nC=2\n'\n",
	} {
		for _, value := range []string{"v", "two\nlines", "it's \"q\""} {
			want, _, wantErr := rendertest.Render(Format(parse), source, value)
			for _, size := range []int{1, 2, 5, 9, 30} {
				got, err := rendertest.InParts(Stream(parse)(), source, value, size)
				if (err == nil) != (wantErr == nil) || err == nil && got != want {
					t.Errorf("%s, windows of %d bytes: %q, error %v, want %q, error %v", name, size, got, err, want, wantErr)
				}
			}
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add("A=\"x\ny=${secret:K}\"\nB=2\n", "v\n", 3)
	f.Fuzz(func(t *testing.T, source, value string, size int) {
		size = max(1, min(size, 100))
		want, _, wantErr := rendertest.Render(Format(parse), source, value)
		got, err := rendertest.InParts(Stream(parse)(), source, value, size)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Fatalf("windows of %d bytes: %d bytes, error %v, want %d bytes, error %v", size, len(got), err, len(want), wantErr)
		}
	})
}
