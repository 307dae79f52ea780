package yaml

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for source, how := range map[string]string{
		"a: ${secret:K}\n": "", "a: x ${secret:K}": "", "a: '${secret:K}'\n": "its quotes doubled", "a: \"${secret:K}\"\n": render.WithEscapes,
		"a: |\n  ${secret:K}\n": "its lines indented", "a: >\n  x ${secret:K} y\n": "",
	} {
		for _, k := range hostile.Kinds() {
			got := rendertest.Explain(t, Format, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, err := rendered(source, k.Value)
			_, done, _ := strings.Cut(got, ", ")
			want := how
			switch {
			case err != nil:
				want = ""
			case out == strings.Replace(source, "${secret:K}", k.Value, 1):
				want = "as it is"
			case out[3] == '\'' && source[3] != '\'':
				want = "which becomes single-quoted"
			case out[3] == '"' && source[3] != '"':
				want = "which becomes double-quoted"
			}
			if done != want {
				t.Errorf("%q: %s: told %q, and it is %q", source, k.Name, done, want)
			}
		}
	}
	if len(told) != 4+4+3+4+3 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}

// TestShortSpansAreRefused: who finds references may not know what a word needs.
func TestShortSpansAreRefused(t *testing.T) {
	source := []byte("a: <<secret>>\n")
	for size := range len("<<secret>>") + 1 {
		_, err := Format(source, []render.Span{{Start: 3, End: 3 + size}})
		if (err != nil) != (size < render.MinSpan) {
			t.Errorf("%d bytes: error %v", size, err)
		}
	}
}
