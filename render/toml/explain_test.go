package toml

import (
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// explained gives what is told of the references of a document, in which every one has a
// value but those of the key UNKNOWN.
func explained(t *testing.T, source, value string) (all []string) {
	t.Helper()
	spans := rendertest.Find(source)
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
		{`a = "${secret:K}"`, "v", "in a basic string, as it is"},
		{`a = "x${secret:K}"`, `"`, "in a basic string, with escapes"},
		{`a = ${secret:K}`, "80", "in place of a value, as a basic string"},
		{`a = '${secret:K}'`, `a"\b`, "in a literal string, as it is"},
		{`a = '${secret:K}'`, "it's", "in a literal string, which becomes a basic string"},
		{"a = \"\"\"\n${secret:K}\"\"\"", "a\nb", "in a multi-line basic string, as it is"},
		{"a = \"\"\"\r\n${secret:K}\"\"\"", "a\nb", "in a multi-line basic string, with escapes"},
		{"a = \"\"\"x \\\n ${secret:K}\"\"\"", " v", "in a multi-line basic string, which is written anew"},
		{"a = '''\n${secret:K}'''", "a\nb", "in a multi-line literal string, as it is"},
		{"a = '''\n${secret:K}'''", "'''", "in a multi-line literal string, which becomes a multi-line basic string"},
		{`a = ["${secret:K} ${secret:UNKNOWN}", ${secret:UNKNOWN}]`, "v", "in a basic string; in a basic string; in place of a value"},
		{`a = "${secret:K}"`, "\xff", "in a basic string"},
		{`"\\${secret:K}" = "\\${secret:K} ${secret:K}" # ${secret:K}`, "v", "in a basic string, as it is"},
		{`a = 1`, "v", ""},
	} {
		if got := strings.Join(explained(t, test.source, test.value), "; "); got != test.want {
			t.Errorf("%s: %q, want %q", test.source, got, test.want)
		}
	}
}

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for _, q := range []string{"", `"`, `'`, `"""`, `'''`, "\"\"\"\nx ", "'''\nx "} {
		source := "a = " + q + "${secret:K}" + strings.TrimSuffix(q, "\nx ")
		for _, k := range hostile.Kinds() {
			got := explained(t, source, k.Value)[0]
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			raw := strings.TrimPrefix(out, "a = ")
			_, done, _ := strings.Cut(got, ", ")
			want := "with escapes"
			switch after := quoteOf([]byte(raw + " ")); {
			case err != nil:
				want = ""
			case q == "":
				want = "as a basic string"
			case after != quoteOf([]byte(source[len("a = "):])):
				want = "which becomes " + after.name()
			case out == strings.Replace(source, "${secret:K}", k.Value, 1):
				want = "as it is"
			}
			if done != want {
				t.Errorf("%s: %s: told %q, and it is %q", source, k.Name, done, want)
			}
		}
	}
	if len(told) != 2+3+3+3+3 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
