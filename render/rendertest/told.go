package rendertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Explain gives what is told of the references of a document, in which those to the keys of
// values are known. It tells of each of them.
func Explain(t testing.TB, format render.Format, source string, values map[string]string) []render.Explanation {
	t.Helper()
	spans := Find(source)
	d, err := format([]byte(source), spans)
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	all := d.(render.Explainer).Explain(func(ref int) (secret.Value, bool) {
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

// ExplainIsTrue compares what is told of the reference in each source with what is rendered:
// the place that stands beside the source, and, of a value that is carried, what done says.
// All in all number things are told.
func ExplainIsTrue(t *testing.T, format render.Format, kinds []hostile.Kind, places map[string]string, number int, done func(source, value, out string) string) {
	t.Helper()
	told := map[string]int{}
	for source, want := range places {
		for _, k := range kinds {
			want := want
			if out, _, err := Render(format, source, k.Value); err == nil {
				want += ", " + done(source, k.Value, out)
			}
			got := Explain(t, format, source, map[string]string{"K": k.Value})[0].String()
			told[got]++
			if got != want {
				t.Errorf("%q: %s: told %q, and it is %q", source, k.Name, got, want)
			}
		}
	}
	if len(told) != number {
		t.Errorf("%d things were told", len(told))
	}
	t.Log(told)
}

func keyOf(source string, s render.Span) string {
	key := source[s.Start+len("${secret:") : s.End-1]
	key, _, _ = strings.Cut(key, ":")
	return key
}

func (s Suite) testTold(t *testing.T) {
	requireSome(t, len(s.Told))
	for _, c := range s.Told {
		var told []string
		for _, e := range Explain(t, s.Format, c.Source, map[string]string{"K": c.Value}) {
			told = append(told, e.String())
		}
		if got := strings.Join(told, "; "); got != c.Want {
			t.Errorf("%q: %q, want %q", c.Source, got, c.Want)
		}
	}
}

// requireTold fails unless all that was done is told, and that values were put in as they
// are if and only if they were. Where backslashes go with references that is not looked at.
func (s Suite) requireTold(t *testing.T, what, source, value, out string) {
	t.Helper()
	d := s.read(t, source)
	asItIs := true
	for i, e := range d.(render.Explainer).Explain(func(int) (secret.Value, bool) { return secret.Text(value), true }) {
		if e.Ref != d.Refs()[i] || e.Done == "" {
			t.Errorf("%s: nothing is told of what was done", what)
		}
		asItIs = asItIs && e.Done == render.AsItIs
	}
	hasSlash := slices.ContainsFunc(Find(source), func(s render.Span) bool { return strings.HasSuffix(strings.TrimSpace(source[:s.Start]), `\`) })
	isPlain := s.isPlain(source, out, d.Refs(), func(int) string { return value })
	if !hasSlash && len(d.Refs()) > 0 && isPlain != asItIs {
		t.Errorf("%s: told that the values are as they are: %v, and they are: %v", what, asItIs, isPlain)
	}
}

// testAround puts two values beside each other. What is told of one without the other holds
// whatever that is, and nothing is told of some value if and only if the document is refused.
func (s Suite) testAround(t *testing.T) {
	if len(s.Around.Sources) == 0 {
		t.Skip("no value depends on what stands around it")
	}
	told, refused := 0, 0
	for source := range s.Around.all {
		d, err := s.Format([]byte(source), Find(source))
		if err != nil {
			continue
		}
		for _, b := range s.Around.Values {
			unknown := Explain(t, s.Format, source, map[string]string{"B": b})
			for _, a := range s.Around.Values {
				both := []string{a, b}
				known := Explain(t, s.Format, source, map[string]string{"A": a, "B": b})
				out, err := d.Render(func(ref int) secret.Value { return secret.Text(both[ref]) })
				asItIs, all := true, true
				for _, e := range known {
					asItIs = asItIs && e.Done == render.AsItIs
					all = all && e.Done != ""
				}
				switch {
				case all != (err == nil):
					t.Fatalf("%q, %q, %q: told %v, error %v", source, a, b, known, err)
				case err != nil:
					refused++
				case asItIs != s.isPlain(source, string(out), []int{0, 1}, func(ref int) string { return both[ref] }):
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

// all gives the documents.
func (a Around) all(yield func(string) bool) {
	for _, source := range a.Sources {
		for _, before := range a.Pieces {
			for _, between := range a.Pieces {
				for _, behind := range a.Pieces {
					if !yield(strings.Replace(source, "*", before+"${secret:A}"+between+"${secret:B}"+behind, 1)) {
						return
					}
				}
			}
		}
	}
}
