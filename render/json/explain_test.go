package json

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	rendertest.ExplainIsTrue(t, Format, hostile.Kinds(), map[string]string{
		`["${secret:K}"]`:          "in a string",
		`{"x": "y ${secret:K} z"}`: "in a string",
		`{"a": ${secret:K}}`:       "in place of a value",
	}, 6, func(source, value, out string) string {
		bare := strings.Contains(source, ": $")
		switch {
		case bare && out == strings.Replace(source, "${secret:K}", `"`+value+`"`, 1):
			return "as a string"
		case bare:
			return "as a string with escapes"
		case out == strings.Replace(source, "${secret:K}", value, 1):
			return "as it is"
		}
		return "with escapes"
	})
}
