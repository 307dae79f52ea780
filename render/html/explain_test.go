package html

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for source, place := range map[string]string{
		"<p>${secret:K}</p>":               "in the text of an element",
		"<textarea>${secret:K}</textarea>": "in the text of an element",
		"<p>x\r${secret:K}\n</p>":          "in the text of an element",
		`<a b="${secret:K}">`:              "in an attribute in double quotes",
		"<a b='x ${secret:K}'>":            "in an attribute in single quotes",
		"<a href='${secret:K}'>":           "in an attribute in single quotes",
		"<a b=${secret:K} c>":              "in an attribute without quotes, which gets some",
		`<a b=x"${secret:K}>`:              "in an attribute without quotes, which gets some",
	} {
		for _, k := range kinds() {
			got := rendertest.Explain(t, Format, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			want := place
			switch {
			case err != nil:
			case withoutQuotes(out) == withoutQuotes(strings.Replace(source, "${secret:K}", k.Value, 1)):
				want += ", as it is"
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

// withoutQuotes takes away those that an attribute may get.
func withoutQuotes(text string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(text) }
