package yaml

import (
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// explained gives what is told of the references of a document, in which every one has a
// value but those of the key UNKNOWN.
func explained(t *testing.T, source, value string) (all []string) {
	t.Helper()
	spans := spansOf(source)
	d, err := Format([]byte(source), spans)
	if err != nil {
		t.Fatal(err)
	}
	var refs []int
	for _, e := range d.(render.Explainer).Explain(func(ref int) (secret.Value, bool) {
		known := !strings.Contains(source[spans[ref].Start:spans[ref].End], "UNKNOWN")
		return secret.Text(value), known
	}) {
		refs = append(refs, e.Ref)
		all = append(all, e.String())
	}
	if !slices.Equal(refs, d.Refs()) {
		t.Errorf("%q: told of %v, the references are %v", source, refs, d.Refs())
	}
	return all
}

func TestExplainTellsWhatIsDone(t *testing.T) {
	for _, test := range []struct{ source, value, want string }{
		{"a: ${secret:K}\n", "v", "in a plain scalar, as it is"},
		{"a: x${secret:K}\n", "a\n", "in a plain scalar, which becomes double-quoted"},
		{"a: [ '${secret:K}' ]\n", `a"`, "in a single-quoted scalar, as it is"},
		{"a: '${secret:K}'\n", "it's", "in a single-quoted scalar, its quotes doubled"},
		{"a: '${secret:K}'\n", "a\n", "in a single-quoted scalar, which becomes double-quoted"},
		{"a: \"${secret:K}\"\n", "it's", "in a double-quoted scalar, as it is"},
		{"a: \"${secret:K}\"\n", "a\n", "in a double-quoted scalar, with escapes"},
		{"a: \"\\x5c\\x5c${secret:K}\"\n", "\a", "in a double-quoted scalar, which is quoted anew"},
		{"a: |\n  ${secret:K}\n", "a: b", "in a literal block, as it is"},
		{"a: |\n  ${secret:K}\n", "a\nb", "in a literal block, its lines indented"},
		{"a: |\n  ${secret:K}\n", "a\n", "in a literal block, which becomes double-quoted"},
		{"a: >\n  x ${secret:K}\n", "a: b", "in a folded block, as it is"},
		{"a: >-\n  x ${secret:K}\n", "a\nb", "in a folded block, which becomes double-quoted"},
		{"a: [\"${secret:K} ${secret:UNKNOWN}\", ${secret:K}]\n", "v", "in a double-quoted scalar; in a double-quoted scalar; in a plain scalar, as it is"},
		{"a: ${secret:K}\n", "\xff", "in a plain scalar"},
		{"a: \"\\\\${secret:K} \\\\\\\\${secret:K}\" # ${secret:K}\n", "v", "in a double-quoted scalar, as it is"},
		{"a: 1\n", "v", ""},
	} {
		if got := strings.Join(explained(t, test.source, test.value), "; "); got != test.want {
			t.Errorf("%q: %q, want %q", test.source, got, test.want)
		}
	}
}

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for source, how := range map[string]string{
		"a: ${secret:K}\n": "", "a: x ${secret:K}": "", "a: '${secret:K}'\n": "its quotes doubled", "a: \"${secret:K}\"\n": render.WithEscapes,
		"a: |\n  ${secret:K}\n": "its lines indented", "a: >\n  x ${secret:K} y\n": "",
	} {
		for _, k := range hostile.Kinds() {
			got := explained(t, source, k.Value)[0]
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
