package rendertest

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Oracle is a format of which a reader that is not ours is asked: all Kinds of value, in
// all Settings, and references that are planted in documents. The values are never shown.
type Oracle struct {
	Format   render.Format
	Settings []Setting
	Kinds    []hostile.Kind
	// Skip reports whether a value is not tried in the setting of number n; nil if all are
	// tried everywhere.
	Skip func(n int, s Setting, k hostile.Kind) bool
	// Carries reports whether the format can hold a value. Nil if that depends on what
	// stands around it: then a value may be refused everywhere, with a hint.
	Carries func(value string) bool
	Kept    map[string]string // documents such as people keep, without references
}

// Setting is a place in which a value can stand: in a document between Before and Behind,
// in a scalar that decodes to Prefix, value and Suffix.
type Setting struct {
	Name                   string
	Before, Scalar, Behind string
	Prefix, Suffix         string
}

// Surrounding is a document with "\x00" in the place of a scalar.
type Surrounding = struct{ Name, Document string }

// Scalar is a text with a reference in it, and what it decodes to around the value.
type Scalar = struct{ Name, Text, Prefix, Suffix string }

// Settings gives each of the scalars in each of the surroundings.
func Settings(surroundings []Surrounding, scalars []Scalar) (all []Setting) {
	for _, around := range surroundings {
		before, behind, _ := strings.Cut(around.Document, "\x00")
		for _, s := range scalars {
			all = append(all, Setting{s.Name + " in " + around.Name, before, s.Text, behind, s.Prefix, s.Suffix})
		}
	}
	return all
}

// Source is the document with the reference in it.
func (s Setting) Source() string { return s.Before + s.Scalar + s.Behind }

// Decoded is what the scalar says with a value in it.
func (s Setting) Decoded(value string) string { return s.Prefix + value + s.Suffix }

// Word stands for a value, or for all of a scalar, in what other readers are asked for.
const Word = "zQxWvKpJzQ"

// Render puts a value into a setting, and fails if more than the scalar has changed. It
// gives false for a value that is refused.
func (o Oracle) Render(t *testing.T, s Setting, k hostile.Kind) (out string, ok bool) {
	t.Helper()
	out, _, err := Render(o.Format, s.Source(), k.Value)
	switch {
	case o.Carries == nil && err != nil:
		RequirePlaced(t, err, s.Source())
		if secret.KindOf(err) != secret.Invalid || secret.Hint(err) == "" {
			t.Fatalf("%s: %s: error %v, hint %q", s.Name, k.Name, err, secret.Hint(err))
		}
		return "", false
	case o.Carries != nil && !o.Carries(k.Value):
		RequireError(t, err, len(s.Before)+Find(s.Scalar)[0].Start, secret.Invalid)
		if secret.Hint(err) != "the filter base64 encodes any bytes: ${secret:KEY|base64}" {
			t.Errorf("%s: %s: hint %q", s.Name, k.Name, secret.Hint(err))
		}
		return "", false
	case err != nil:
		t.Fatalf("%s: %s: %v", s.Name, k.Name, err)
	}
	behind, ok := strings.CutPrefix(out, s.Before)
	if !ok || !strings.HasSuffix(behind, s.Behind) {
		t.Fatalf("%s: %s: more than the scalar has changed", s.Name, k.Name)
	}
	return out, true
}

// Each calls do with every document that there is for a value in a setting, and logs how
// many there are. It gives that number.
func (o Oracle) Each(t *testing.T, do func(s Setting, k hostile.Kind, out string)) (carried int) {
	t.Helper()
	refused := 0
	for n, s := range o.Settings {
		for _, k := range o.Kinds {
			if o.Skip != nil && o.Skip(n, s, k) {
				continue
			}
			if out, ok := o.Render(t, s, k); ok {
				do(s, k, out)
				carried++
			} else {
				refused++
			}
		}
	}
	requireSome(t, carried)
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(o.Kinds), len(o.Settings), carried, refused)
	return carried
}

// RequireSame asks a program of every document, in the parts that ask gives of it; of
// those without parts it is not asked. It gives the number of the others.
func (o Oracle) RequireSame(t *testing.T, cmd *exec.Cmd, ask func(s Setting, k hostile.Kind, out string) []string) int {
	t.Helper()
	var q Questions
	o.Each(t, func(s Setting, k hostile.Kind, out string) {
		if parts := ask(s, k, out); parts != nil {
			q.Add(s.Name+": "+k.Name, parts...)
		}
	})
	q.RequireSame(t, cmd)
	return q.Len()
}

// Questions are what a program is asked, each in a line, the parts of it in hex with commas
// between them.
type Questions struct {
	lines bytes.Buffer
	names []string
}

// Add asks one more, which has a name if the answer is a wrong one.
func (q *Questions) Add(name string, parts ...string) {
	for i, part := range parts {
		if i > 0 {
			q.lines.WriteByte(',')
		}
		fmt.Fprintf(&q.lines, "%x", part)
	}
	q.lines.WriteByte('\n')
	q.names = append(q.names, name)
}

// Len is the number of questions.
func (q *Questions) Len() int { return len(q.names) }

// RequireSame hands the questions to a program, which has to answer "same" to each.
func (q *Questions) RequireSame(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	requireSome(t, len(q.names))
	cmd.Stdin = &q.lines
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != len(q.names) {
		t.Fatalf("%d answers for %d documents", len(answers), len(q.names))
	}
	for i, answer := range answers {
		if answer != "same" {
			t.Errorf("%s: %s", q.names[i], answer)
		}
	}
	t.Logf("%d documents", len(answers))
}

// Planted is what comes of references that are planted in documents.
type Planted struct {
	Value string
	Skip  func(document string, at int) bool // where none is planted; nil if nowhere
	// Taken is called where the reference stands for its value, with what stands around it.
	Taken func(name, before, behind, out string)
	// Least are the numbers of those that are taken, left as text and refused, at least.
	Least [3]int
}

// Plant puts a reference before each byte of the documents that are kept, one after the
// other. Where it is refused the error has a place; where it is text, nothing changes.
func (o Oracle) Plant(t *testing.T, p Planted) {
	t.Helper()
	var got [3]int
	requireSome(t, len(o.Kept))
	for name, document := range o.Kept {
		if out, refs, err := Render(o.Format, document, "v"); err != nil || out != document || refs != nil {
			t.Errorf("%s: a document without references has changed, error %v", name, err)
		}
		for at := range len(document) + 1 {
			if p.Skip != nil && p.Skip(document, at) {
				continue
			}
			before, behind := document[:at], document[at:]
			template := before + "${secret:K}" + behind
			out, refs, err := Render(o.Format, template, p.Value)
			switch {
			case err != nil:
				RequirePlaced(t, err, template)
				got[2]++
			case refs == nil:
				got[1]++
				if out != template {
					t.Fatalf("%s at %d: it has changed", name, at)
				}
			default:
				got[0]++
				p.Taken(fmt.Sprintf("%s at %d", name, at), before, behind, out)
			}
		}
	}
	for i, least := range p.Least {
		if got[i] < least {
			t.Errorf("only %v, want %v at least", got, p.Least)
			break
		}
	}
	t.Logf("%d references taken, %d left as text, %d refused", got[0], got[1], got[2])
}

// Fuzz says: what has no reference comes out as it is, an error has a place, and what the
// format does not hold is not put in. What else holds of what was rendered, require says.
func (o Oracle) Fuzz(f *testing.F, sources, values []string, require func(t *testing.T, source, value string, refs []int, out string)) {
	for _, document := range o.Kept {
		sources = append(sources, document)
	}
	for _, s := range o.Settings {
		sources = append(sources, s.Source())
	}
	for _, source := range sources {
		for _, value := range values {
			f.Add(source, value)
		}
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		out, refs, err := Render(o.Format, source, value)
		if err != nil {
			RequirePlaced(t, err, source)
			return
		}
		if len(Find(source)) == 0 && out != source {
			t.Fatal("a document without references has changed")
		}
		if len(refs) > 0 && o.Carries != nil && !o.Carries(value) {
			t.Fatal("a value that the format does not hold was put in")
		}
		require(t, source, value, refs, out)
	})
}

// WordFor stands for a span. It is nothing that a fuzzer hits upon.
func WordFor(span int) string { return fmt.Sprintf("zQxWvKpJ%08dzQ", span) }

// WithWords is source with a word in the place of each span.
func WithWords(source string) string {
	var words strings.Builder
	at := 0
	for n, s := range Find(source) {
		words.WriteString(source[at:s.Start] + WordFor(n))
		at = s.End
	}
	return words.String() + source[at:]
}

// WithValues puts the value, or the reference itself, in the place of each word in a text
// that was decoded. An even number of backslashes before one makes it a reference, which
// has to be in refs.
func WithValues(text, source, value string, refs []int) string {
	for n, span := range slices.Backward(Find(source)) { // so that no value stands before a word
		before, behind, ok := strings.Cut(text, WordFor(n))
		if !ok {
			continue
		}
		slashes := len(before) - len(strings.TrimRight(before, `\`))
		isRef := slashes%2 == 0
		if isRef != slices.Contains(refs, n) {
			return "another reference"
		}
		before = before[:len(before)-slashes+slashes/2]
		if isRef {
			text = before + value + behind
		} else {
			text = before + source[span.Start:span.End] + behind
		}
	}
	return text
}
