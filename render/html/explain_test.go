package html

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	rendertest.ExplainIsTrue(t, Format, kinds(), map[string]string{
		"<p>${secret:K}</p>":               "in the text of an element",
		"<textarea>${secret:K}</textarea>": "in the text of an element",
		"<p>x\r${secret:K}\n</p>":          "in the text of an element",
		`<a b="${secret:K}">`:              "in an attribute in double quotes",
		"<a b='x ${secret:K}'>":            "in an attribute in single quotes",
		"<a href='${secret:K}'>":           "in an attribute in single quotes",
		"<a b=${secret:K} c>":              "in an attribute without quotes, which gets some",
		`<a b=x"${secret:K}>`:              "in an attribute without quotes, which gets some",
	}, 4*3, func(source, value, out string) string {
		if withoutQuotes(out) == withoutQuotes(strings.Replace(source, "${secret:K}", value, 1)) {
			return "as it is"
		}
		return "with escapes"
	})
}

// withoutQuotes takes away those that an attribute may get.
func withoutQuotes(text string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(text) }
