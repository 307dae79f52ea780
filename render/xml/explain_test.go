package xml

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
		{"<a>${secret:K}</a>", "v", "in the text of an element, as it is"},
		{"<a>${secret:K}</a>", "<", "in the text of an element, with escapes"},
		{"<a>x\r${secret:K}</a>", "\n", "in the text of an element, with escapes"},
		{"<a>x\r${secret:K}\n</a>", "", "in the text of an element"},
		{"<a>]]${secret:K}></a>", "", "in the text of an element"},
		{`<a b="${secret:K}"/>`, "it's", "in an attribute in double quotes, as it is"},
		{`<a b="${secret:K}"/>`, `"`, "in an attribute in double quotes, with escapes"},
		{`<a b='${secret:K}'/>`, `"`, "in an attribute in single quotes, as it is"},
		{`<a b='${secret:K}'/>`, "\n", "in an attribute in single quotes, with escapes"},
		{"<a><![CDATA[${secret:K}]]></a>", "<&\n", "in a CDATA section, as it is"},
		{"<a><![CDATA[${secret:K}]]></a>", "]]>", "in a CDATA section, which is split into sections"},
		{"<a><![CDATA[]]${secret:K}]]></a>", ">", "in a CDATA section, which is split into sections"},
		{"<a>${secret:U}-${secret:K}</a>", "v", "in the text of an element; in the text of an element, as it is"},
		{"<a>${secret:U}${secret:K}</a>", "\n", "in the text of an element; in the text of an element"},
		{"<a>${secret:K}${secret:U}</a>", "v", "in the text of an element, as it is; in the text of an element"},
		{"<a b='${secret:U}${secret:K}'/>", "v", "in an attribute in single quotes; in an attribute in single quotes, as it is"},
		{"<a><![CDATA[${secret:U}]${secret:K}]]></a>", ">", "in a CDATA section; in a CDATA section"},
		{"<a>${secret:K}</a>", "\xff", "in the text of an element"},
		{"<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='${secret:K}'/>", " v", "in an attribute in single quotes"},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><a>${secret:K}</a>", "é", "in the text of an element, with escapes"},
		{`<a><!-- ${secret:K} -->\${secret:K}\\${secret:K}</a>`, "v", "in the text of an element, as it is"},
		{"<a/>", "v", ""},
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
		"<a>${secret:K}</a>":                 "in the text of an element",
		"<a>x\r${secret:K}]></a>":            "in the text of an element",
		`<a b="${secret:K}"/>`:               "in an attribute in double quotes",
		"<a b='x ${secret:K}'/>":             "in an attribute in single quotes",
		"<a><![CDATA[${secret:K}]]></a>":     "in a CDATA section",
		"<a><![CDATA[x]]${secret:K}>]]></a>": "in a CDATA section",
	} {
		for _, k := range kinds() {
			got := explained(t, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			out, _, err := rendertest.Render(Format, source, k.Value)
			want := place
			switch {
			case err != nil:
			case out == strings.Replace(source, "${secret:K}", k.Value, 1):
				want += ", as it is"
			case strings.Contains(source, opening):
				want += ", which is split into sections"
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
	values := []string{"", "]", "]]", ">", "\r", "\n", "v"}
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
				case asItIs != (string(out) == plain):
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
	pieces := []string{"", "]", "]]", ">", "]>", "\r", "\n"}
	for _, around := range []string{"<a>*</a>", "<a b='*'/>", "<a><![CDATA[*]]></a>"} {
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
