package rendertest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Run tests a format.
func (s Suite) Run(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"only the scalar changes":                     s.testSpliced,
		"references are numbers of spans":             s.testNumbered,
		"backslashes are counted in the decoded text": s.testSlashes,
		"in a comment a reference is text":            s.testComments,
		"a document without references is copied":     s.testCopied,
		"the source is left alone":                    s.testSource,
		"what is refused has a place, and says why":   s.testRefused,
		"errors quote nothing":                        s.testQuoting,
		"every value is carried or refused":           s.testHostile,
		"the proof sees every difference":             s.testProof,
		"explain tells what is done":                  s.testTold,
		"explain knows what stands around":            s.testAround,
		"a document in parts comes out as the whole":  s.testParts,
	} {
		t.Run(name, test)
	}
}

// values gives each reference one value.
func values(value string) func(int) secret.Value {
	return func(int) secret.Value { return secret.Text(value) }
}

func (s Suite) testSpliced(t *testing.T) {
	requireSome(t, len(s.Spliced))
	for name, c := range s.Spliced {
		t.Run(name, func(t *testing.T) {
			out, _, err := Render(s.Format, c.Source, c.Value)
			if err != nil || out != c.Want {
				t.Errorf("got %q, error %v, want %q", out, err, c.Want)
			}
		})
	}
}

func (s Suite) testNumbered(t *testing.T) {
	c := s.Numbered
	d := s.read(t, c.Source)
	if got := d.Refs(); !slices.Equal(got, c.Refs) || len(got) == len(Find(c.Source)) {
		t.Errorf("got %v, want %v, and others that are none", got, c.Refs)
	}
	var asked []int
	out, err := d.Render(func(ref int) secret.Value {
		asked = append(asked, ref)
		return secret.Text(fmt.Sprint(ref))
	})
	if err != nil || string(out) != c.Want {
		t.Errorf("got %q, error %v, want %q", out, err, c.Want)
	}
	if !slices.Equal(asked, c.Refs) {
		t.Errorf("asked for %v", asked)
	}
}

func (s Suite) testSlashes(t *testing.T) {
	if len(s.Slashes) == 0 {
		t.Skip("the format has no escapes, and refuses what some reader could take for one")
	}
	for _, c := range s.Slashes {
		decode := s.Decode
		if decode == nil {
			decode = func(_ *testing.T, document string) string { return strings.ReplaceAll(document, c.Slash, `\`) }
		}
		around := decode(t, c.Before+"|"+c.Behind)
		for n, decoded := range []string{"v", "${secret:K}", `\v`, `\${secret:K}`, `\\v`, `\\${secret:K}`} {
			source := c.Before + strings.Repeat(c.Slash, n) + "${secret:K}" + c.Behind
			out, refs, err := Render(s.Format, source, "v")
			if err != nil {
				t.Fatalf("%q: %v", source, err)
			}
			if got, want := decode(t, out), strings.Replace(around, "|", decoded, 1); got != want {
				t.Errorf("%q: got %q, want %q", source, got, want)
			}
			if isRef := len(refs) == 1; isRef != (n%2 == 0) {
				t.Errorf("%q: references %v", source, refs)
			}
		}
	}
}

func (s Suite) testComments(t *testing.T) {
	requireSome(t, len(s.Comments))
	for _, source := range s.Comments {
		requireSome(t, len(Find(source)))
		s.requireCopied(t, source, Find(source))
	}
}

func (s Suite) testCopied(t *testing.T) {
	copied := 0
	for _, c := range s.Spliced {
		if len(Find(c.Want)) == 0 {
			s.requireCopied(t, c.Want, nil)
			copied++
		}
	}
	requireSome(t, copied)
}

// requireCopied fails unless a document comes out as it is, and asks for nothing.
func (s Suite) requireCopied(t *testing.T, document string, spans []render.Span) {
	t.Helper()
	source := []byte(document)
	d, err := s.Format(source, spans)
	if err != nil {
		t.Errorf("%q: %v", document, err)
		return
	}
	out, err := d.Render(func(ref int) secret.Value {
		t.Errorf("%q: asked for %d", document, ref)
		return secret.Value{}
	})
	if err != nil || string(out) != document || len(d.Refs()) > 0 {
		t.Errorf("%q: got %q, error %v, references %v", document, out, err, d.Refs())
	}
	if clear(out); string(source) != document {
		t.Errorf("%q: the copy is the source", document)
	}
}

// testSource renders twice, and spoils the first result.
func (s Suite) testSource(t *testing.T) {
	for name, c := range s.Spliced {
		source, spans := []byte(c.Source), Find(c.Source)
		d, err := s.Format(source, slices.Clone(spans))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for range 2 {
			out, err := d.Render(values(c.Value))
			if err != nil || string(out) != c.Want {
				t.Errorf("%s: rendered again it is %q, error %v", name, out, err)
			}
			clear(out)
		}
		if string(source) != c.Source {
			t.Errorf("%s: the source has changed", name)
		}
	}
}

func (s Suite) testRefused(t *testing.T) {
	requireSome(t, len(s.Refused))
	for name, c := range s.Refused {
		t.Run(name, func(t *testing.T) {
			out, err := s.render(c.Source, c.Value)
			var placed *render.PlacedError
			switch {
			case out != nil:
				t.Errorf("%d bytes come with an error", len(out))
			case !errors.As(err, &placed):
				t.Fatalf("error %v has no place", err)
			case placed.Offset != c.Offset || secret.KindOf(err) != c.Kind:
				t.Errorf("%v: kind %v at %d, want %v at %d", err, secret.KindOf(err), placed.Offset, c.Kind, c.Offset)
			case !strings.Contains(err.Error(), c.Text) || secret.Hint(err) != c.Hint:
				t.Errorf("got %q, hint %q, want %q, hint %q", err, secret.Hint(err), c.Text, c.Hint)
			}
		})
	}
}

func (s Suite) testQuoting(t *testing.T) {
	requireSome(t, len(s.Quoting.Sources))
	const word = "hunter2"
	for _, source := range s.Quoting.Sources {
		if !strings.Contains(source, word) || !strings.Contains(s.Quoting.Value, word) {
			t.Errorf("%q has nothing to quote", source)
		}
		if _, err := s.render(source, s.Quoting.Value); err == nil || strings.Contains(err.Error()+secret.Hint(err), word) {
			t.Errorf("%q: error %v", source, err)
		}
	}
}

// testHostile puts every hostile value into every document. What is refused is so for a
// reason, at a reference, and quotes nothing; and Explain tells what is done.
func (s Suite) testHostile(t *testing.T) {
	carried, refused := 0, 0
	for name, c := range s.Spliced {
		for _, k := range hostile.Kinds() {
			out, err := s.render(c.Source, k.Value)
			if err == nil {
				carried++
				s.requireTold(t, name+", "+k.Name, c.Source, k.Value, string(out))
				continue
			}
			refused++
			var placed *render.PlacedError
			switch {
			case out != nil:
				t.Errorf("%s, %s: %d bytes come with an error", name, k.Name, len(out))
			case !errors.As(err, &placed) || placed.Offset < 0 || placed.Offset > len(c.Source):
				t.Errorf("%s, %s: an error without a place", name, k.Name)
			case secret.KindOf(err) != secret.Invalid || secret.Hint(err) == "":
				t.Errorf("%s, %s: kind %v, hint %q", name, k.Name, secret.KindOf(err), secret.Hint(err))
			case len(k.Value) > 3 && strings.Contains(err.Error()+secret.Hint(err), k.Value):
				t.Errorf("%s, %s: the error quotes the value", name, k.Name)
			}
		}
	}
	requireSome(t, carried)
	t.Logf("%d carried, %d refused", carried, refused)
}

func (s Suite) testProof(t *testing.T) {
	p := s.Proof
	if p.Of == nil {
		t.Skip("the format has a test of its own")
	}
	d := s.read(t, p.Source)
	pieces := p.Of(d)
	texts := make(render.Texts, len(Find(p.Source)))
	if err := pieces.Fill(texts, func(int) (secret.Value, bool) { return secret.Text(p.Value), true }); err != nil {
		t.Fatal(err)
	}
	b, err := pieces.Write(nil, texts)
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	if err := pieces.Prove(b, texts); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what, bad string) {
		tried++
		if err := pieces.Prove([]byte(bad), texts); !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	change := func(what, bad string) {
		if bad != good && (p.Same == nil || !p.Same(d, texts, bad, good)) {
			try(what, bad)
		}
	}
	for i := range len(good) {
		change(fmt.Sprintf("byte %d dropped", i), good[:i]+good[i+1:])
		for _, b := range []byte(p.Bytes) {
			change(fmt.Sprintf("%q for byte %d", b, i), good[:i]+string(b)+good[i+1:])
			change(fmt.Sprintf("%q before byte %d", b, i), good[:i]+string(b)+good[i:])
		}
	}
	for what, bad := range p.Wrong(good) {
		if bad == good {
			t.Errorf("%s: nothing differs", what)
		}
		try(what, bad)
	}
	if tried < p.Least {
		t.Errorf("only %d were tried", tried)
	}
	t.Logf("%d wrong results", tried)
}

func (s Suite) read(t *testing.T, source string) render.Document {
	t.Helper()
	d, err := s.Format([]byte(source), Find(source))
	if err != nil {
		t.Fatalf("%q: %v", source, err)
	}
	return d
}

// render gives what Render gives, with an error too.
func (s Suite) render(source, value string) ([]byte, error) {
	d, err := s.Format([]byte(source), Find(source))
	if err != nil {
		if d != nil {
			return []byte("a document"), err
		}
		return nil, err
	}
	return d.Render(values(value))
}

// requireSome fails if a suite has no cases for a test.
func requireSome(t *testing.T, n int) {
	t.Helper()
	if n == 0 {
		t.Fatal("there is no case")
	}
}

// isPlain reports whether out is source with values in the places of references, and nothing
// else has changed but quotes that a scalar may get.
func (s Suite) isPlain(source, out string, refs []int, value func(ref int) string) bool {
	var plain bytes.Buffer
	at := 0
	spans := Find(source)
	for _, ref := range refs {
		plain.WriteString(source[at:spans[ref].Start] + value(ref))
		at = spans[ref].End
	}
	plain.WriteString(source[at:])
	if s.Bare == nil {
		return out == plain.String()
	}
	return s.Bare(out) == s.Bare(plain.String())
}
