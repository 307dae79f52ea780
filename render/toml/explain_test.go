package toml

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for _, q := range []string{"", `"`, `'`, `"""`, `'''`, "\"\"\"\nx ", "'''\nx "} {
		source := "a = " + q + "${secret:K}" + strings.TrimSuffix(q, "\nx ")
		for _, k := range hostile.Kinds() {
			got := rendertest.Explain(t, Format, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			raw := strings.TrimPrefix(out, "a = ")
			_, done, _ := strings.Cut(got, ", ")
			want := "with escapes"
			switch after := quoteOf([]byte(raw + " ")); {
			case err != nil:
				want = ""
			case q == "":
				want = "as a basic string"
			case after != quoteOf([]byte(source[len("a = "):])):
				want = "which becomes " + after.name()
			case out == strings.Replace(source, "${secret:K}", k.Value, 1):
				want = "as it is"
			}
			if done != want {
				t.Errorf("%s: %s: told %q, and it is %q", source, k.Name, done, want)
			}
		}
	}
	if len(told) != 2+3+3+3+3 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
