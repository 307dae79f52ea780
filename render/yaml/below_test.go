package yaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
)

// TestBelow: references are found at a key and below it, wherever it stands, and nowhere
// else.
func TestBelow(t *testing.T) {
	const ref = "${secret:KEY}"
	for document, want := range map[string]string{
		"command: REF\nother: REF":                            "[0]",
		"a: {command: [x, REF, {b: REF}]}\nargs: REF":         "[0 1 2]",
		"a: &x {b: REF}\ncommand: *x\nargs: [REF]":            "[1]",
		"command:\n  - |\n    a REF b REF\nd: [command, REF]": "[0 1]",
		"# command: REF\ncommand: '\\REF'\na: REF":            "[]",
		"command: a\n---\ncommand: REF\n":                     "[0]",
	} {
		text := strings.ReplaceAll(document, "REF", ref)
		var spans []render.Span
		for i := 0; ; {
			k := strings.Index(text[i:], ref)
			if k < 0 {
				break
			}
			spans = append(spans, render.Span{Start: i + k, End: i + k + len(ref)})
			i += k + len(ref)
		}
		d, err := Format([]byte(text), spans)
		if err != nil {
			t.Errorf("%q: %v", document, err)
			continue
		}
		if got := fmt.Sprint(d.(*template).Below("command", "args")); got != want {
			t.Errorf("%q: %s, want %s", document, got, want)
		}
	}
}
