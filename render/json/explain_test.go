package json

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
		{`["${secret:K}"]`, "v", "in a string, as it is"},
		{`{"a": "b${secret:K}"}`, `"`, "in a string, with escapes"},
		{`[${secret:K}]`, "80", "in place of a value, as a string"},
		{`[${secret:K}]`, "a\n", "in place of a value, as a string with escapes"},
		{`["${secret:K} ${secret:UNKNOWN}", ${secret:UNKNOWN}]`, "v", "in a string, as it is; in a string; in place of a value"},
		{`["${secret:K}"]`, "\xff", "in a string"},
		{`["\\${secret:K} ${secret:K}"] // ${secret:K}`, "v", "in a string, as it is"},
		{`[1]`, "v", ""},
	} {
		if got := strings.Join(explained(t, test.source, test.value), "; "); got != test.want {
			t.Errorf("%s: %q, want %q", test.source, got, test.want)
		}
	}
}

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for _, source := range []string{`["${secret:K}"]`, `{"x": "y ${secret:K} z"}`, `{"a": ${secret:K}}`} {
		for _, k := range hostile.Kinds() {
			got := explained(t, source, k.Value)[0]
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			isString := strings.Replace(source, "${secret:K}", `"`+k.Value+`"`, 1)
			asItIs := strings.Replace(source, "${secret:K}", k.Value, 1)
			want := "in a string, with escapes"
			switch bare := strings.Contains(source, ": $"); {
			case err != nil && bare:
				want = "in place of a value"
			case err != nil:
				want = "in a string"
			case bare && out == isString:
				want = "in place of a value, as a string"
			case bare:
				want = "in place of a value, as a string with escapes"
			case out == asItIs:
				want = "in a string, as it is"
			}
			if got != want {
				t.Errorf("%s: %s: told %q, and it is %q", source, k.Name, got, want)
			}
		}
	}
	if len(told) != 6 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}
