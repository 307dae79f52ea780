package dotenv

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	names := map[byte]string{'"': "double-quoted", '\'': "single-quoted"}
	for _, source := range []string{"A=${secret:K}", "A=x${secret:K}", "A=$B-${secret:K}", `A="${secret:K}"`, "A='x ${secret:K}'", "A=`${secret:K}`"} {
		for _, k := range hostile.Kinds() {
			got := rendertest.Explain(t, Format(parse), source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format(parse), source, k.Value)
			_, done, _ := strings.Cut(got, ", ")
			want := "with escapes"
			switch {
			case err != nil:
				want = ""
			case out == strings.Replace(source, "${secret:K}", k.Value, 1):
				want = "as it is"
			case out[2] != source[2]:
				want = "which becomes " + names[out[2]]
			}
			if done != want {
				t.Errorf("%s: %s: told %q, and it is %q", source, k.Name, done, want)
			}
		}
	}
	if len(told) != 4+3+4+3 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
