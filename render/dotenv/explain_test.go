package dotenv

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
	d, err := Format(parse)([]byte(source), spans)
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
		{"A=${secret:K}", "v", "in a bare value, as it is"},
		{"A=x${secret:K}", "a b", "in a bare value, which becomes single-quoted"},
		{"A=${secret:K}", "it's", "in a bare value, which becomes double-quoted"},
		{"A=$B-${secret:K}", "a b", "in a bare value, which becomes double-quoted"},
		{"A='${secret:K}'", "a b", "in a single-quoted value, as it is"},
		{"A='${secret:K}'", "it's", "in a single-quoted value, which becomes double-quoted"},
		{`A="${secret:K}"`, "it's", "in a double-quoted value, as it is"},
		{`A="${secret:K}"`, "$x", "in a double-quoted value, which becomes single-quoted"},
		{`A="it's ${secret:K}"`, "$x", "in a double-quoted value, with escapes"},
		{`A=x"${secret:K}"`, "a b", "in a bare value"},
		{"A=`${secret:K}`", "v", "in a value in backticks, which becomes single-quoted"},
		{`A="${secret:K} ${secret:UNKNOWN}"`, "v", "in a double-quoted value; in a double-quoted value"},
		{"A=${secret:K}", "\x00", "in a bare value"},
		{`A="$(x ${secret:K})"`, "v", "in a double-quoted value"},
		{`A=\${secret:K} # ${secret:K}` + "\nB=${secret:K}", "v", "in a bare value, as it is"},
		{"A=1", "v", ""},
	} {
		if got := strings.Join(explained(t, test.source, test.value), "; "); got != test.want {
			t.Errorf("%s: %q, want %q", test.source, got, test.want)
		}
	}
}

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	names := map[byte]string{'"': "double-quoted", '\'': "single-quoted"}
	for _, source := range []string{"A=${secret:K}", "A=x${secret:K}", "A=$B-${secret:K}", `A="${secret:K}"`, "A='x ${secret:K}'", "A=`${secret:K}`"} {
		for _, k := range hostile.Kinds() {
			got := explained(t, source, k.Value)[0]
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
