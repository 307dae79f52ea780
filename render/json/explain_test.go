package json

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for _, source := range []string{`["${secret:K}"]`, `{"x": "y ${secret:K} z"}`, `{"a": ${secret:K}}`} {
		for _, k := range hostile.Kinds() {
			got := rendertest.Explain(t, Format, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			isString := strings.Replace(source, "${secret:K}", `"`+k.Value+`"`, 1)
			asItIs := strings.Replace(source, "${secret:K}", k.Value, 1)
			want := "in a string, with escapes"
			switch bare := strings.Contains(source, ": $"); {
			case err != nil && bare:
				want = "in place of a value"
			case err != nil:
				want = "in a string"
			case bare && out == isString:
				want = "in place of a value, as a string"
			case bare:
				want = "in place of a value, as a string with escapes"
			case out == asItIs:
				want = "in a string, as it is"
			}
			if got != want {
				t.Errorf("%s: %s: told %q, and it is %q", source, k.Name, got, want)
			}
		}
	}
	if len(told) != 6 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
