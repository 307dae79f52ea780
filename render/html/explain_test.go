package html

import (
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// explained gives what is told of the references of a document, in which those of the keys
// in values have one.
func explained(t *testing.T, source string, values map[string]string) (all []render.Explanation) {
	t.Helper()
	spans := rendertest.Find(source)
	d, err := Format([]byte(source), spans)
	if err != nil {
		t.Fatal(err)
	}
	all = d.(render.Explainer).Explain(func(ref int) (secret.Value, bool) {
		v, known := values[keyOf(source, spans[ref])]
		return secret.Text(v), known
	})
	var refs []int
	for _, e := range all {
		refs = append(refs, e.Ref)
	}
	if !slices.Equal(refs, d.Refs()) {
		t.Errorf("%q: told of %v, the references are %v", source, refs, d.Refs())
	}
	return all
}

func keyOf(source string, s render.Span) string {
	return source[s.Start+len("${secret:") : s.End-1]
}

func TestExplainTellsWhatIsDone(t *testing.T) {
	for _, test := range []struct{ source, value, want string }{
		{"<p>${secret:K}", "v", "in the text of an element, as it is"},
		{"<p>${secret:K}", "<", "in the text of an element, with escapes"},
		{"<title>x\r${secret:K}</title>", "\n", "in the text of an element, with escapes"},
		{"<p>x\r${secret:K}\n", "", "in the text of an element"},
		{`<a b="${secret:K}">`, "it's\n", "in an attribute in double quotes, as it is"},
		{`<a b="${secret:K}">`, `"`, "in an attribute in double quotes, with escapes"},
		{`<a b='${secret:K}'>`, `"`, "in an attribute in single quotes, as it is"},
		{`<a b='${secret:K}'>`, "'", "in an attribute in single quotes, with escapes"},
		{`<a b=${secret:K}>`, "a b", "in an attribute without quotes, which gets some, as it is"},
		{`<a b=${secret:K}>`, `"`, "in an attribute without quotes, which gets some, with escapes"},
		{`<a b=it's"${secret:K}>`, `"`, "in an attribute without quotes, which gets some, as it is"},
		{"<p>${secret:K} ${secret:U}</p>${secret:K}", "v", "in the text of an element; in the text of an element; in the text of an element, as it is"},
		{"<p>${secret:K}", "\xff", "in the text of an element"},
		{"<pre>${secret:K}</pre>", "\n", "in the text of an element"},
		{"<a href='${secret:K}'>", "javascript:x", "in an attribute in single quotes"},
		{"<meta charset=iso-8859-1><p>${secret:K}", "é", "in the text of an element, with escapes"},
		{`<!-- ${secret:K} --><p>\${secret:K}\\${secret:K}`, "v", "in the text of an element, as it is"},
		{"<p>", "v", ""},
	} {
		var told []string
		for _, e := range explained(t, test.source, map[string]string{"K": test.value}) {
			told = append(told, e.String())
		}
		if got := strings.Join(told, "; "); got != test.want {
			t.Errorf("%q: %q, want %q", test.source, got, test.want)
		}
	}
}

// TestExplainIsTrue compares what is told with what is rendered.
func TestExplainIsTrue(t *testing.T) {
	told := map[string]int{}
	for source, place := range map[string]string{
		"<p>${secret:K}</p>":               "in the text of an element",
		"<textarea>${secret:K}</textarea>": "in the text of an element",
		"<p>x\r${secret:K}\n</p>":          "in the text of an element",
		`<a b="${secret:K}">`:              "in an attribute in double quotes",
		"<a b='x ${secret:K}'>":            "in an attribute in single quotes",
		"<a href='${secret:K}'>":           "in an attribute in single quotes",
		"<a b=${secret:K} c>":              "in an attribute without quotes, which gets some",
		`<a b=x"${secret:K}>`:              "in an attribute without quotes, which gets some",
	} {
		for _, k := range kinds() {
			got := explained(t, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			want := place
			switch {
			case err != nil:
			case withoutQuotes(out) == withoutQuotes(strings.Replace(source, "${secret:K}", k.Value, 1)):
				want += ", as it is"
			default:
				want += ", with escapes"
			}
			if got != want {
				t.Errorf("%q: %s: told %q, and it is %q", source, k.Name, got, want)
			}
		}
	}
	if len(told) != 4*3 {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}

// TestExplainKnowsWhatStandsAround a value, another one too: what is told without that holds
// whatever it is, and nothing is told of some value only if all are refused.
func TestExplainKnowsWhatStandsAround(t *testing.T) {
	// The values are made up, and shown.
	values := []string{"", "\r", "\n", "<", "v", "javascript", ":", "'"}
	told, refused := 0, 0
	for _, source := range pairs() {
		spans := rendertest.Find(source)
		d, err := Format([]byte(source), spans)
		if err != nil {
			continue
		}
		for _, b := range values {
			unknown := explained(t, source, map[string]string{"B": b})
			for _, a := range values {
				known := explained(t, source, map[string]string{"A": a, "B": b})
				out, err := d.Render(func(ref int) secret.Value {
					return secret.Text(map[string]string{"A": a, "B": b}[keyOf(source, spans[ref])])
				})
				asItIs, all := true, true
				for _, e := range known {
					asItIs = asItIs && e.Done == render.AsItIs
					all = all && e.Done != ""
				}
				plain := strings.NewReplacer("${secret:A}", a, "${secret:B}", b).Replace(source)
				switch {
				case all != (err == nil):
					t.Fatalf("%q, %q, %q: told %v, error %v", source, a, b, known, err)
				case err != nil:
					refused++
				case asItIs != (withoutQuotes(string(out)) == withoutQuotes(plain)):
					t.Fatalf("%q, %q, %q: told %v, and it is %q", source, a, b, known, out)
				case unknown[0].Done != "" || unknown[1].Done != "" && unknown[1] != known[1]:
					t.Fatalf("%q, %q, %q: told %v, and %v without the first value", source, a, b, known, unknown)
				}
				told++
			}
		}
	}
	if told < 10000 || refused < 100 {
		t.Errorf("only %d pairs were tried, and %d of them refused", told, refused)
	}
	t.Logf("%d pairs of values, %d refused", told, refused)
}

// pairs are documents with two references.
func pairs() (all []string) {
	pieces := []string{"", "\r", "\n", "x", "&amp;", ":"}
	for _, around := range []string{"*", "<pre>*</pre>", "<title>*</title>", "<a b=\"*\">", "<a b=*>", "<a b=x\"*>", "<a href='*'>"} {
		for _, before := range pieces {
			for _, between := range pieces {
				for _, behind := range pieces {
					all = append(all, strings.Replace(around, "*", before+"${secret:A}"+between+"${secret:B}"+behind, 1))
				}
			}
		}
	}
	return all
}

// withoutQuotes takes away those that an attribute may get.
func withoutQuotes(text string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(text) }
