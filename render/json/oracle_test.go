package json

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// place is where a value can stand: in a document between before and behind, in a
// scalar that decodes to prefix, value and suffix.
type place struct {
	name                   string
	before, scalar, behind string
	prefix, suffix         string
	others                 []string // the other strings of the document; "\x00" stands for the scalar
}

const here = "\x00"

func places() []place {
	const ref = "${secret:K}"
	return []place{
		{"value", `{"a": `, `"` + ref + `"`, `, "b": [1, "c"]}`, "", "", []string{"a", here, "b", "c"}},
		{"bare value", `{"a": `, ref, `, "b": "c"}`, "", "", []string{"a", here, "b", "c"}},
		{"bare element", `["a",`, ref, `,"b"]`, "", "", []string{"a", here, "b"}},
		{"bare document", "", ref, "\n", "", "", []string{here}},
		{"text around", `["a", `, `"x\"é\n` + ref + `\u00e9y\\"`, `, "\u00e9"]`, "x\"é\n", "éy\\", []string{"a", here, "é"}},
		{"behind backslashes", `[`, `"\\\\\u005c\\` + ref + `"`, `]`, `\\`, "", []string{here}},
		{"the other brackets", `["a","` + `\\` + `",`, `"$<secret:K>"`, `]`, "", "", []string{"a", `\`, here}},
		{"a line of many", "{\"a\":\"b\"}\n", `"` + ref + `"`, "\n[1,{\"c\":true}]\n\n", "", "", []string{"a", "b", here, "c"}},
		{"behind CRLF", "{\r\n\t\"a\" :\r\n\t", `"` + ref + `"`, "\r\n}\r\n", "", "", []string{"a", here}},
		{"behind a byte order mark", "\ufeff[", `"` + ref + `"`, `]`, "", "", []string{here}},
	}
}

// want is the strings of the document with value in its place.
func (p place) want(value string) []string {
	all := slices.Clone(p.others)
	all[slices.Index(all, here)] = p.prefix + value + p.suffix
	return all
}

// render puts value into the place, and checks that all around it is as it was. It
// gives false for a value that JSON cannot carry.
func (p place) render(t *testing.T, k hostile.Kind) (out string, ok bool) {
	t.Helper()
	out, _, err := rendertest.Render(Format, p.before+p.scalar+p.behind, k.Value)
	if !utf8.ValidString(k.Value) {
		rendertest.RequireError(t, err, len(p.before)+rendertest.Find(p.scalar)[0].Start, secret.Invalid)
		return "", false
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", p.name, k.Name, err)
	}
	scalar, ok := strings.CutPrefix(out, p.before)
	scalar, ok2 := strings.CutSuffix(scalar, p.behind)
	if !ok || !ok2 || scalar == "" || scalar[0] != '"' {
		t.Fatalf("%s: %s: more than the scalar has changed", p.name, k.Name)
	}
	return out, true
}

func TestEveryValueInEveryPlace(t *testing.T) {
	carried, refused := 0, 0
	for _, p := range places() {
		for _, k := range hostile.Kinds() {
			out, ok := p.render(t, k)
			if !ok {
				refused++
				continue
			}
			carried++
			if got := stringsOf(t, out); !slices.Equal(got, p.want(k.Value)) {
				t.Errorf("%s: %s: %d strings, and not those of the document", p.name, k.Name, len(got))
			}
		}
	}
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(hostile.Kinds()), len(places()), carried, refused)
}

// stringsOf asks encoding/json for the strings of a document, keys and values, in their
// order.
func stringsOf(t *testing.T, document string) (all []string) {
	t.Helper()
	for _, token := range tokensOf(document) {
		switch token := token.(type) {
		case error:
			t.Fatalf("encoding/json: %v", token)
		case string:
			all = append(all, token)
		}
	}
	return all
}

// tokensOf asks encoding/json for the tokens of a document. The last is an error if
// there is one.
func tokensOf(document string) (all []any) {
	r := json.NewDecoder(strings.NewReader(strings.TrimPrefix(document, "\ufeff")))
	r.UseNumber()
	for {
		token, err := r.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			return append(all, err)
		}
		all = append(all, token)
	}
}

func decodeString(t *testing.T, document string, number int) string {
	t.Helper()
	all := stringsOf(t, document)
	if len(all) < number {
		t.Fatalf("%d strings", len(all))
	}
	return all[number-1]
}

// readStrings prints, for each line, a document as hex, its strings as hex.
const readStrings = `
import json, sys

decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: ("object", pairs))

def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for key, member in value[1]:
            yield key
            yield from strings(member)
    elif isinstance(value, list):
        for element in value:
            yield from strings(element)

for line in sys.stdin:
    text, at, found = bytes.fromhex(line).decode("utf-8-sig"), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n"))
        value, at = decoder.raw_decode(text, at)
        found += strings(value)
    print(",".join(s.encode().hex() for s in found))
`

func TestPythonReadsEveryValue(t *testing.T) {
	requireStrings(t, exec.Command(rendertest.Program(t, "python3"), "-c", readStrings), places(), func(document string) string { return document })
}

// requireStrings gives a program every document with a value in one of the places, after
// prepare, and compares the strings that it reads.
func requireStrings(t *testing.T, cmd *exec.Cmd, places []place, prepare func(string) string) {
	t.Helper()
	var in bytes.Buffer
	var wants [][]string
	var names []string
	for _, p := range places {
		for _, k := range hostile.Kinds() {
			if out, ok := p.render(t, k); ok {
				fmt.Fprintf(&in, "%x\n", prepare(out))
				wants = append(wants, p.want(k.Value))
				names = append(names, p.name+": "+k.Name)
			}
		}
	}
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(wants) {
		t.Fatalf("%d lines for %d documents", len(lines), len(wants))
	}
	for i, line := range lines {
		if got := unhexed(t, line); !slices.Equal(got, wants[i]) {
			t.Errorf("%s: %d strings, and not those of the document", names[i], len(got))
		}
	}
	t.Logf("%d documents", len(lines))
}

func unhexed(t *testing.T, line string) (all []string) {
	t.Helper()
	for _, digits := range strings.Split(line, ",") {
		b, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatal("what the program printed is not hex")
		}
		all = append(all, string(b))
	}
	return all
}

// FuzzSplice says: what is rendered has the tokens of the document with the values put
// in, to encoding/json too; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	rendertest.Oracle{Format: Format, Carries: utf8.ValidString}.Fuzz(f, []string{
		`{"a": "${secret:K}", "b": [1, -2.5e3, true, null, "$<secret:K>"]}`,
		`{"${secret:K}": ${secret:K}}`,
		`["\\${secret:K}", "\\\\${secret:K}", "\u005c\\\\${secret:K}\n"]`,
		"// ${secret:K}\n[1, /* ${secret:K} */ 2, ]\n",
		"{\"a\":\"${secret:K}\"}\r\n\"x\" ${secret:K}",
		`["\ud83d${secret:K}\ude00", "\ud800"]`,
		`[12${secret:K}]`, `["\${secret:K}"]`, "\ufeff{}", `["${secret:K:-",]//*/}"]`, `/*${secret:K:-*/}*/ "${secret:K}"`, "[\"\xff\"]",
		strings.Repeat("[", 100) + `"${secret:K}"` + strings.Repeat("]", 100),
	}, []string{"v", "", "\"\\\n\x00\x7f\u2028é\U0001f511", "${secret:K}", "\xff"}, requireTokens)
}

// requireTokens compares the tokens of out with those of the document in which each
// reference is a word, with the values put in. A document with comments or trailing
// commas has none.
func requireTokens(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	want := tokensOf(withWords(source))
	if len(want) > 0 {
		if _, failed := want[len(want)-1].(error); failed {
			return
		}
	}
	got := tokensOf(out)
	if len(got) != len(want) {
		t.Fatalf("%d tokens, want %d", len(got), len(want))
	}
	for i := range want {
		if text, ok := want[i].(string); ok {
			want[i] = rendertest.WithValues(text, source, value, refs)
		}
		if got[i] != want[i] {
			t.Fatalf("token %d is another", i)
		}
	}
}

// withWords puts a word in the place of each reference, in quotes where it stands
// outside of a string.
func withWords(source string) string {
	var out strings.Builder
	spans, quoted := rendertest.Find(source), false
	for i, n := 0, 0; i < len(source); i++ {
		if n < len(spans) && i == spans[n].Start {
			if quoted {
				out.WriteString(rendertest.WordFor(n))
			} else {
				out.WriteString(`"` + rendertest.WordFor(n) + `"`)
			}
			i, n = spans[n].End-1, n+1
			continue
		}
		if source[i] == '"' {
			quoted = !quoted
		}
		out.WriteByte(source[i])
		if source[i] == '\\' && i+1 < len(source) && !(n < len(spans) && i+1 == spans[n].Start) {
			i++
			out.WriteByte(source[i])
		}
	}
	return out.String()
}
