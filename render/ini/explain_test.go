package ini

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for source, place := range map[string]string{
		"k = ${secret:K}\n":              "in a value",
		"k:${secret:K}":                  "in a value",
		"a = b\r\nk=x ${secret:K} y\r\n": "in a value",
		"k = \"${secret:K}\"":            "in a value in double quotes",
		"k =\n  ${secret:K}\nl = m\n":    "in a line that goes on with a value",
	} {
		for _, k := range kinds() {
			got := rendertest.Explain(t, Format, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			want := place
			switch {
			case err != nil:
			case out == strings.Replace(source, "${secret:K}", k.Value, 1):
				want += ", as it is"
			default:
				want += ", with a change"
			}
			if got != want {
				t.Errorf("%q: %s: told %q, and it is %q", source, k.Name, got, want)
			}
		}
	}
	if len(told) != 3*2 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
