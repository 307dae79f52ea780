package properties

import (
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

func atOnce(source, value string) (string, error) {
	d, err := Format([]byte(source), rendertest.Find(source))
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
				got, err := rendertest.InParts(NewStream(), source, value, size)
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
		got, err := rendertest.InParts(NewStream(), source, value, size)
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
		d, err := Format([]byte(source), rendertest.Find(source))
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
