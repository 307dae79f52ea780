package toml

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	gotoml "github.com/pelletier/go-toml/v2"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

func decoded(document string) (tree map[string]any, ok bool) {
	err := gotoml.Unmarshal([]byte(strings.TrimPrefix(document, "\ufeff")), &tree)
	return tree, err == nil
}

func decode(t *testing.T, document string) map[string]any {
	t.Helper()
	tree, ok := decoded(document)
	if !ok {
		t.Fatal("what was rendered is not TOML to the library")
	}
	return tree
}

// surroundings are put around each scalar. They have every type
// that TOML has.
var surroundings = []rendertest.Surrounding{
	{"a value", "# c ${secret:C}\ntitle = 'x' # c\nk = \x00  # \"${secret:C}\"\nn = 0x1F\n"},
	{"a table of a list", "[[a.b]]\nx = 1e6\n[[a.b]]\nx = -inf\nk = \x00\n[a.c]\nd = 1979-05-27T07:32:00.5-07:00\n"},
	{"an array", "a = [ # ${secret:C}\n  \"x\", \x00, ['y', 1_000, true],\n]\n[t]\nd = 1979-05-27\n"},
	{"an inline table", "[\"q.r\".'s']\na = {x.y = 07:32:00, k = \x00, z = [nan, {}]}\n"},
	{"lines that end in CR", "\ufeff[t]\r\nm = '''\r\nx\r\n'''\r\nk = \x00\r\nd = 1979-05-27 07:32:00\r\n"},
	{"the end", "\tk=\x00"},
}

// scalars are what holds a value, and what it decodes to around it.
var scalars = []rendertest.Scalar{
	{"bare", "${secret:K}", "", ""},
	{"bare, the other brackets", "$<secret:K>", "", ""},
	{"basic", `"${secret:K}"`, "", ""},
	{"basic, text around", `"x\"é\n${secret:K}\u00e9y\\"`, "x\"é\n", "éy\\"},
	{"basic, behind backslashes", `"\\\\\u005c\\${secret:K}"`, `\\`, ""},
	{"literal", `'${secret:K}'`, "", ""},
	{"literal, text around", `'x"\n${secret:K}\u00e9"'`, `x"\n`, `\u00e9"`},
	{"literal, behind backslashes", `'\\\\${secret:K}\'`, `\\`, `\`},
	{"multi-line", `"""${secret:K}"""`, "", ""},
	{"multi-line, behind its line", "\"\"\"\n${secret:K}\n\"\"\"", "", "\n"},
	{"multi-line, before a line", "\"\"\"${secret:K}\n\"\"\"", "", "\n"},
	{"multi-line, text around", "\"\"\"x\\\"\"\n  ${secret:K}  \n \\u00e9\"\"\"", "x\"\"\n  ", "  \n é"},
	{"multi-line, folded", "\"\"\"x \\\n\n   ${secret:K} \\\n  y\"\"\"", "x ", " y"},
	{"multi-line, quotes around", `"""""${secret:K}"""""`, `""`, `""`},
	{"multi-line, behind backslashes", `"""\\\\\\\\${secret:K}"""`, `\\`, ""},
	{"multi-line literal", `'''${secret:K}'''`, "", ""},
	{"multi-line literal, behind its line", "'''\n${secret:K}\n'''", "", "\n"},
	{"multi-line literal, before a line", "'''${secret:K}\n\nx'''", "", "\n\nx"},
	{"multi-line literal, text around", "'''\n\n\\n\"\"\"'\n ${secret:K}\\\n'''", "\n\\n\"\"\"'\n ", "\\\n"},
	{"multi-line literal, quotes around", `'''''${secret:K}'''''`, `''`, `''`},
	{"multi-line literal, behind backslashes", `'''\\\\${secret:K}'''`, `\\`, ""},
}

// oracle is what other readers are asked of. The longest values stand in one of the
// surroundings only.
var oracle = rendertest.Oracle{
	Format: Format, Settings: rendertest.Settings(surroundings, scalars), Kinds: kinds(), Carries: utf8.ValidString, Kept: kept,
	Skip: func(_ int, s rendertest.Setting, k hostile.Kind) bool {
		return len(k.Value) > 1024 && !strings.HasSuffix(s.Name, " in a value")
	},
}

// kinds are the hostile values, those that look like TOML, and an empty one.
func kinds() []hostile.Kind {
	return append(hostile.Kinds(), []hostile.Kind{
		{Name: "empty", Value: ""},
		{Name: "three double quotes", Value: `"""`},
		{Name: "three single quotes", Value: `'''`},
		{Name: "six single quotes", Value: `''''''`},
		{Name: "three quotes and a key", Value: "'''\nk = 1\nx = '''"},
		{Name: "three double quotes and a key", Value: "\"\"\"\nk = 1\nx = \"\"\""},
		{Name: "single quote and a key", Value: "'\nk = 1 #"},
		{Name: "two single quotes", Value: `''`},
		{Name: "quotes at both ends", Value: `'a"`},
		{Name: "table", Value: "\n[k]\n"},
		{Name: "list of tables", Value: "[[k]]"},
		{Name: "inline table", Value: `{k = "v"}`},
		{Name: "date", Value: "1979-05-27T07:32:00Z"},
		{Name: "time", Value: "07:32:00"},
		{Name: "number", Value: "1_000.5e-3"},
		{Name: "not a number", Value: "nan"},
		{Name: "wide escape", Value: `\U0001F511\x41\e`},
		{Name: "blanks", Value: " \t \t"},
		{Name: "blank, then a newline", Value: " \n x"},
		{Name: "CRLF at both ends", Value: "\r\nx\r\n"},
		{Name: "LF and CR", Value: "\n\r\n\r"},
	}...)
}

// inEscapes is the document with the scalar in the escapes of a basic string.
func inEscapes(s rendertest.Setting, value string) string {
	return s.Before + allEscaped(s.Decoded(value)) + s.Behind
}

// allEscaped writes text as a basic string of letters and escapes, in a way that is not the
// package's.
func allEscaped(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		if 'a' <= c|0x20 && c|0x20 <= 'z' {
			b.WriteRune(c)
		} else {
			fmt.Fprintf(&b, `\U%08x`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// compare loads pairs of documents, in hex, and says which differ in a key, in a value or
// in a type.
const compare = `
import sys, tomllib

def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or a != a and b != b

for line in sys.stdin:
    want, got = (bytes.fromhex(part).decode("utf-8-sig") for part in line.split(","))
    try:
        print("same" if same(tomllib.loads(want), tomllib.loads(got)) else "other")
    except tomllib.TOMLDecodeError as error:
        print("error")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	cmd := exec.Command(rendertest.Program(t, "python3"), "-c", compare)
	oracle.RequireSame(t, cmd, func(s rendertest.Setting, k hostile.Kind, out string) []string {
		// Python makes LF of every line end, in a document that it is given too.
		return []string{inEscapes(s, k.Value), out}
	})
}

func TestTheLibraryReadsEveryValueInEveryPlace(t *testing.T) {
	oracle.Each(t, func(s rendertest.Setting, k hostile.Kind, out string) {
		if got, want := decode(t, out), decode(t, inEscapes(s, k.Value)); fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			t.Errorf("%s: %s: another tree", s.Name, k.Name)
		}
		if quote := out[len(s.Before):]; !strings.HasPrefix(quote, `"`) && !strings.HasPrefix(quote, "'") {
			t.Errorf("%s: %s: no string", s.Name, k.Name)
		}
	})
}

// kept are documents such as people keep.
var kept = map[string]string{
	"a package": `# A package.
[package]
name = "shop"   # its name
version = "0.3.1"
edition = '2021'
authors = ["A <a@example.com>", 'B <b@example.com>']
include = [
    "src/**/*.rs",  # all
    "Cargo.toml",
]

[dependencies]
serde = { version = "1.0", features = ["derive"], optional = true }
"quoted-name" = "=1.2"
tokio.version = "1"

[[bin]]
name = "a"
[[bin]]
name = "b"

[profile.release]
lto = true
opt-level = 3
`,
	"a server":             "\ufeff[server]\r\nhost = \"0.0.0.0\"\r\nmotd = \"\"\"\r\nHello \\\r\n   there,\r\n\\u00fcml\\u00e4ut\"\"\"\"\"\r\nstart = 2024-02-29T00:00:00Z\r\nday = 2024-02-29\r\nat = 23:59:59.999\r\n",
	"all kinds of strings": "script = '''\nif [ \"$x\" ]; then\n  echo 'it''s \\n'\nfi\n'''\nregex = 'a\\d+\"'\nempty = ''\nnone = \"\"\nm = [[1, 2], ['a', \"b\"], [{x = 'y'}, {}]]\nhex = 0xDEAD_beef\nf = [1e3, -inf, nan, +0.5]\nlast = \"no line end\"",
}

// TestAReferenceInEachStringChangesThatString plants one in the places of strings, one
// after the other.
func TestAReferenceInEachStringChangesThatString(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var q rendertest.Questions
	for name, document := range kept {
		out, refs, err := rendertest.Render(Format, document, "v")
		if err != nil || out != document || refs != nil {
			t.Errorf("a document without references has changed, error %v", err)
		}
		for _, at := range stringsOf(t, document) {
			for _, value := range []string{"it's\n\"\"\"'''\\", "plain", "\n", "\r\n\x00"} {
				const ref = "${secret:K}"
				for template, text := range map[string]string{
					document[:at.start] + ref + document[at.end:]: "",
					document[:at.body] + ref + document[at.body:]: at.text,
				} {
					out, refs, err := rendertest.Render(Format, template, value)
					if err != nil || len(refs) != 1 || !strings.HasPrefix(out, document[:at.start]) || !strings.HasSuffix(out, document[at.end:]) {
						t.Fatalf("string at %d: error %v", at.start, err)
					}
					q.Add(fmt.Sprintf("%s at %d", name, at.start), document[:at.start]+allEscaped(value+text)+document[at.end:], out)
				}
			}
		}
	}
	q.RequireSame(t, exec.Command(python, "-c", compare))
	if q.Len() < 150 {
		t.Errorf("only %d", q.Len())
	}
}

// stringAt is a string of a document, that is no key.
type stringAt struct {
	start, body, end int
	text             string // as Python reads it
}

func stringsOf(t *testing.T, document string) (all []stringAt) {
	t.Helper()
	for at := 0; ; {
		start, end := island([]byte(document), at)
		if start == end {
			return all
		}
		at = end
		before := strings.TrimRight(document[:start], " \n")
		if document[start] == '#' || !strings.ContainsAny(before[len(before)-1:], "=,[") || strings.HasPrefix(document[end:], "]\n[") {
			continue
		}
		text := decode(t, "k = "+document[start:end])["k"].(string)
		body := start + len(quoteOf([]byte(document[start:end])))
		if end-body > len("\"\"\"") {
			body += len(lineBreak([]byte(document[body:])))
		}
		all = append(all, stringAt{start, body, end, strings.ReplaceAll(text, "\r\n", "\n")})
	}
}

// FuzzSplice says: what is rendered has the tree of the document with the values put in,
// to the library's decoder; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	oracle.Fuzz(f, []string{
		`a = [12${secret:K}]`, `a = "\${secret:K}"`, "a = ${secret:K:-\"}\nb = '${secret:K:-'''}'",
		`"\\${secret:K}" = 1`, `${secret:K} = 1`, "[${secret:K}]", "# ${secret:K}\r\na = ${secret:K} # ${secret:K}", "a = \"\xff\"", "a = \"\"${secret:K}\"\"",
	}, []string{"v", "", "\"'\\\n\x00\x7f\u2028é\U0001f511'''\r\n", "\n", " ", "${secret:K}", "\xff"}, requireTree)
}

// requireTree compares the tree of out with that of the document in which each reference
// is a word, with the values put in. A document that the decoder refuses, for a date that
// is none or a key that is there twice, has none.
func requireTree(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	want, ok := decoded(withWords(source))
	if !ok {
		return
	}
	got, ok := decoded(out)
	if !ok {
		t.Fatal("what was rendered is refused")
	}
	if fmt.Sprintf("%#v", withValues(want, source, value, refs)) != fmt.Sprintf("%#v", got) {
		t.Fatal("another tree")
	}
}

// withWords puts a word in the place of each reference that is in no comment, in quotes
// where it stands outside of a string. It takes the references for what they are from the
// places of strings and comments alone.
func withWords(source string) string {
	var out strings.Builder
	masked := []byte(source)
	for _, s := range rendertest.Find(source) {
		copy(masked[s.Start:], strings.Repeat("Q", s.End-s.Start))
	}
	at, start, end := 0, 0, 0
	for n, span := range rendertest.Find(source) {
		for end <= span.Start && end < len(masked) {
			start, end = island(masked, end)
		}
		out.WriteString(source[at:span.Start])
		switch {
		case span.Start < start:
			out.WriteString(`"` + rendertest.WordFor(n) + `"`)
		case source[start] == '#':
			out.WriteString(source[span.Start:span.End])
		default:
			out.WriteString(rendertest.WordFor(n))
		}
		at = span.End
	}
	return out.String() + source[at:]
}

// withValues puts the value, or the reference itself, in the place of each word.
func withValues(tree any, source, value string, refs []int) any {
	switch tree := tree.(type) {
	case map[string]any:
		all := map[string]any{}
		for key, member := range tree {
			all[rendertest.WithValues(key, source, value, refs)] = withValues(member, source, value, refs)
		}
		return all
	case []any:
		for i := range tree {
			tree[i] = withValues(tree[i], source, value, refs)
		}
	case string:
		return rendertest.WithValues(tree, source, value, refs)
	}
	return tree
}
