package ini

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	rendertest.ExplainIsTrue(t, Format, kinds(), map[string]string{
		"k = ${secret:K}\n":              "in a value",
		"k:${secret:K}":                  "in a value",
		"a = b\r\nk=x ${secret:K} y\r\n": "in a value",
		"k = \"${secret:K}\"":            "in a value in double quotes",
		"k =\n  ${secret:K}\nl = m\n":    "in a line that goes on with a value",
	}, 3*2, func(source, value, out string) string {
		if out == strings.Replace(source, "${secret:K}", value, 1) {
			return "as it is"
		}
		return "with a change"
	})
}
