package xml

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for source, place := range map[string]string{
		"<a>${secret:K}</a>":                 "in the text of an element",
		"<a>x\r${secret:K}]></a>":            "in the text of an element",
		`<a b="${secret:K}"/>`:               "in an attribute in double quotes",
		"<a b='x ${secret:K}'/>":             "in an attribute in single quotes",
		"<a><![CDATA[${secret:K}]]></a>":     "in a CDATA section",
		"<a><![CDATA[x]]${secret:K}>]]></a>": "in a CDATA section",
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
			case strings.Contains(source, opening):
				want += ", which is split into sections"
			default:
				want += ", with escapes"
			}
			if got != want {
				t.Errorf("%q: %s: told %q, and it is %q", source, k.Name, got, want)
			}
		}
	}
	if len(told) != 4*3 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
