package xml

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	rendertest.ExplainIsTrue(t, Format, kinds(), map[string]string{
		"<a>${secret:K}</a>":                 "in the text of an element",
		"<a>x\r${secret:K}]></a>":            "in the text of an element",
		`<a b="${secret:K}"/>`:               "in an attribute in double quotes",
		"<a b='x ${secret:K}'/>":             "in an attribute in single quotes",
		"<a><![CDATA[${secret:K}]]></a>":     "in a CDATA section",
		"<a><![CDATA[x]]${secret:K}>]]></a>": "in a CDATA section",
	}, 4*3, func(source, value, out string) string {
		switch {
		case out == strings.Replace(source, "${secret:K}", value, 1):
			return "as it is"
		case strings.Contains(source, opening):
			return "which is split into sections"
		}
		return "with escapes"
	})
}
