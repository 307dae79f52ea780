package properties

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// setting is a place in which a value can stand: in a document between before and behind,
// in a text that decodes to prefix, value and suffix.
type setting struct {
	name                   string
	before, scalar, behind string
	prefix, suffix         string
}

// surroundings are put around each scalar; "\x00" stands for it.
var surroundings = []struct{ name, document string }{
	{"a file", "# ${secret:C}\n! \\\na = b\nk = \x00\n\nc=d\\\n  e\\u00e9\n"},
	{"no blanks", "a=b\nk=\x00\nc:d"},
	{"blanks alone", "k \x00\nc d\n"},
	{"a colon", "\t k\\ l\\=m\t:\f\x00\n"},
	{"CRLF", "a = b\\\r\n  c\r\nk = \x00\r\n# \\\r\nd\r\n"},
	{"CR", "a = b\r\r# c\rk = \x00\rd = e\r"},
	{"a line that goes on", "k = \\\n    \x00\\\n  \nc = d"},
	{"no last line end", "\nk=\x00"},
}

// scalars are what holds a value, and what it decodes to around it.
var scalars = []struct{ name, text, prefix, suffix string }{
	{"alone", "${secret:K}", "", ""},
	{"the other brackets", "$<secret:K>", "", ""},
	{"text around", `x\t\u00e9= ${secret:K}\ y\u0041z`, "x\té= ", " yAz"},
	{"behind a line", "x\\\n  ${secret:K}", "x", ""},
	{"before a line", "x ${secret:K}\\\r\n\t y", "x ", "y"},
	{"behind backslashes", `\\\\\\\${secret:K}`, `\\`, ""},
	{"behind backslashes in numbers", `\u005c\\\u005C\\${secret:K}`, `\\`, ""},
}

func settings() (all []setting) {
	for _, around := range surroundings {
		before, behind, _ := strings.Cut(around.document, "\x00")
		for _, s := range scalars {
			all = append(all, setting{s.name + " in " + around.name, before, s.text, behind, s.prefix, s.suffix})
		}
	}
	return all
}

// kinds are the hostile values, those that look like properties, and an empty one.
func kinds() []hostile.Kind {
	return append(hostile.Kinds(), []hostile.Kind{
		{Name: "empty", Value: ""},
		{Name: "escape", Value: `\u0041\u`},
		{Name: "key", Value: "\nk = v"},
		{Name: "comment of properties", Value: "! b"},
		{Name: "only a colon", Value: ":"},
		{Name: "only an exclamation mark", Value: "!"},
		{Name: "form feeds", Value: "\fa\f"},
		{Name: "backslash CR", Value: "a\\\rb"},
		{Name: "all line ends", Value: "\r\n\n\r\r\u0085\u2028"},
		{Name: "beyond the plane", Value: "\U00010000\U0010ffff\ue000\ud7ff"},
	}...)
}

// render puts value into the place, and checks that all around it is as it was. It gives
// false for a value that is not carried.
func (s setting) render(t *testing.T, k hostile.Kind) (out string, ok bool) {
	t.Helper()
	out, _, err := rendertest.Render(Format, s.before+s.scalar+s.behind, k.Value)
	offset := len(s.before) + rendertest.Find(s.scalar)[0].Start
	if !utf8.ValidString(k.Value) {
		rendertest.RequireError(t, err, offset, secret.Invalid)
		if secret.Hint(err) != "the filter base64 encodes any bytes: ${secret:KEY|base64}" {
			t.Errorf("%s: %s: hint %q", s.name, k.Name, secret.Hint(err))
		}
		return "", false
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", s.name, k.Name, err)
	}
	if !strings.HasPrefix(out, s.before) || !strings.HasSuffix(out, s.behind) {
		t.Fatalf("%s: %s: more than the scalar has changed", s.name, k.Name)
	}
	return out, true
}

// rendered calls do with every document that there is for a value in a place, and counts
// the others.
func rendered(t *testing.T, do func(s setting, k hostile.Kind, out string)) (refused int) {
	t.Helper()
	for i, s := range settings() {
		for _, k := range kinds() {
			if len(k.Value) > 1024 && i%7 != 0 {
				continue
			}
			if out, ok := s.render(t, k); ok {
				do(s, k, out)
			} else {
				refused++
			}
		}
	}
	return refused
}

// word stands for a scalar in what other readers are asked for.
const word = "zQxWvKpJzQ"

// loadJava reads documents with the word, what it stands for and what was rendered, in hex,
// and says whether java.util.Properties finds the same, in both character sets.
const loadJava = `
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

class Load {
    static Map<String, String> load(byte[] text, boolean stream) throws IOException {
        Properties p = new Properties();
        if (stream) p.load(new ByteArrayInputStream(text));
        else p.load(new StringReader(new String(text, StandardCharsets.UTF_8)));
        Map<String, String> all = new TreeMap<>();
        p.forEach((k, v) -> all.put((String) k, (String) v));
        return all;
    }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split(",", -1);
            byte[] want = HexFormat.of().parseHex(parts[0]), got = HexFormat.of().parseHex(parts[2]);
            String value = new String(HexFormat.of().parseHex(parts[1]), StandardCharsets.UTF_8);
            String answer = "same";
            for (boolean stream : new boolean[] {true, false}) {
                Map<String, String> expected = load(want, stream);
                expected.replaceAll((k, v) -> v.replace("` + word + `", value));
                if (!load(got, stream).equals(expected)) answer = "other";
            }
            System.out.println(answer);
        }
    }
}
`

func TestJavaReadsEveryValueInEveryPlace(t *testing.T) {
	java := rendertest.Program(t, "java")
	file := filepath.Join(t.TempDir(), "Load.java")
	if err := os.WriteFile(file, []byte(loadJava), 0o600); err != nil {
		t.Fatal(err)
	}
	requireSame(t, exec.Command(java, "-XX:TieredStopAtLevel=1", file))
}

// loadPython is the same with a reader that is made of the documentation of load: natural
// lines, logical lines, keys, escapes, one after the other.
const loadPython = `
import re, sys

def logical(text):
    lines, current = [], None
    for natural in re.split("\r\n|\r|\n", text):
        stripped = natural.lstrip(" \t\f")
        if current is None:
            if not stripped or stripped[0] in "#!":
                continue
            current = ""
        current += stripped
        if len(stripped) - len(stripped.rstrip("\\")) & 1:
            current = current[:-1]
        else:
            lines.append(current)
            current = None
    return lines + ([current] if current is not None else [])

short = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}

def unescape(text):
    text = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else short.get(m[1], m[1]), text, flags=re.S)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

def load(text):
    all = []
    for line in logical(text):
        key, value = re.fullmatch(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)", line, re.S).groups()
        all.append((unescape(key), unescape(value)))
    return all

for line in sys.stdin:
    want, value, got = (bytes.fromhex(part).decode() for part in line.split(","))
    expected = [(k, v.replace("` + word + `", value)) for k, v in load(want)]
    print("same" if load(got) == expected else "other")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	requireSame(t, exec.Command(rendertest.Program(t, "python3"), "-c", loadPython))
}

// requireSame hands all documents to a program, which answers a line for each.
func requireSame(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var in bytes.Buffer
	var names []string
	refused := rendered(t, func(s setting, k hostile.Kind, out string) {
		fmt.Fprintf(&in, "%x,%x,%x\n", s.before+word+s.behind, s.prefix+k.Value+s.suffix, out)
		names = append(names, s.name+": "+k.Name)
	})
	rendertest.RequireSame(t, cmd, &in, names)
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(kinds()), len(settings()), len(names), refused)
}

// kept are documents such as people keep.
var kept = []string{
	"# Spring\nspring.datasource.url=jdbc:postgresql://db/app\nspring.datasource.username = app\nspring.datasource.password: x\\\\y\n\n! old\nserver.port 8080\nmessage = Hello, \\\n          \\u00dcser\\t!\nempty =\nalso.empty\n",
	"systemProp.http.proxyHost=proxy\r\nlist = a,\\\r\n   b,\\\r\n\r\nkey\\ with\\:both = v\r\n#last \\\r\nend=é",
}

// TestAReferenceAtEachByte plants one before each byte of the documents, one after the
// other. Where it is taken, that value changes and nothing else.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	const value, ref = " =x\\\n\té", "${secret:K}"
	left, refused, escaped := 0, 0, 0
	for n, document := range kept {
		if out, refs, err := rendertest.Render(Format, document, "v"); err != nil || out != document || refs != nil {
			t.Errorf("a document without references has changed, error %v", err)
		}
		for at := range len(document) + 1 {
			template := document[:at] + ref + document[at:]
			out, refs, err := rendertest.Render(Format, template, value)
			switch {
			case at > 0 && document[at-1] == '\\':
				escaped++ // there it is an escaped one
			case at > 0 && at < len(document) && document[at] >= 0x80 && document[at-1] >= 0x80:
				// within a character
			case err != nil:
				rendertest.RequirePlaced(t, err, template)
				refused++
			case refs == nil:
				left++
				if out != template {
					t.Fatalf("document %d at %d: it has changed", n, at)
				}
			default:
				if !strings.HasPrefix(out, document[:at]) || !strings.HasSuffix(out, document[at:]) {
					t.Fatalf("document %d at %d: more than the value has changed", n, at)
				}
				fmt.Fprintf(&in, "%x,%x,%x\n", document[:at]+word+document[at:], value, out)
				names = append(names, fmt.Sprintf("document %d at %d", n, at))
			}
		}
	}
	rendertest.RequireSame(t, exec.Command(python, "-c", loadPython), &in, names)
	if len(names) < 90 || left < 15 || refused < 100 || escaped < 8 {
		t.Errorf("only %d, %d, %d and %d", len(names), left, refused, escaped)
	}
	t.Logf("%d references in values, %d in comments, %d refused", len(names), left, refused)
}

// FuzzSplice says: what is rendered has the keys of the document and the values with the
// references replaced, to a reader that first joins lines; what has no reference comes out
// as it is.
func FuzzSplice(f *testing.F) {
	seeds := append(slices.Clone(kept), "${secret:K}=v", "k\\u00zz=${secret:K}", "k=\\u00${secret:K}", "k=\\ud83d${secret:K}", "#${secret:K:-\r}", "k${secret:K}", "k=\\${secret:K}\\",
		"\\\n# c\nk=${secret:K}", "k=${secret:K} x", "k ${secret:K}=x", "k=\\\n${secret:K}\\\n#x", "\xffk=\xe9${secret:K}")
	for _, s := range settings() {
		seeds = append(seeds, s.before+s.scalar+s.behind)
	}
	for _, source := range seeds {
		for _, value := range []string{"v", "", " ", "=", "#", "\\", "a\n", "é🔑", "u0041", "${secret:K}", "\x00", "\xff"} {
			f.Add(source, value)
		}
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		out, refs, err := rendertest.Render(Format, source, value)
		if err != nil {
			rendertest.RequirePlaced(t, err, source)
			return
		}
		if len(rendertest.Find(source)) == 0 && out != source {
			t.Fatal("a document without references has changed")
		}
		if len(refs) > 0 && !utf8.ValidString(value) {
			t.Fatal("a value that is not UTF-8 was put in")
		}
		requireValues(t, source, value, refs, out)
	})
}

// wordFor stands for a span. It is nothing that a fuzzer hits upon.
func wordFor(span int) string { return fmt.Sprintf("zQxWvKpJ%08dzQ", span) }

// requireValues compares keys and values, of which references are words. A backslash
// directly before one is doubled for it, since it counts.
func requireValues(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	var words strings.Builder
	at := 0
	for n, s := range rendertest.Find(source) {
		before := source[at:s.Start]
		if len(before)-len(strings.TrimRight(before, `\`)) > 0 && (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1 {
			before += `\`
		}
		words.WriteString(before + wordFor(n))
		at = s.End
	}
	want, got := pairs(words.String()+source[at:]), pairs(out)
	if len(want) != len(got) {
		t.Fatalf("%d keys for %d", len(got)/2, len(want)/2)
	}
	for i := range want {
		if i%2 == 0 && want[i] != got[i] || i%2 == 1 && withValues(want[i], source, value, refs) != got[i] {
			t.Fatalf("key or value %d is another", i)
		}
	}
}

// pairs are the keys and decoded values of a document, whose lines are joined before they
// are looked at.
func pairs(document string) (all []string) {
	document = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(document)
	whole, begun := "", false
	for natural := range strings.SplitSeq(document+"\n", "\n") {
		stripped := strings.TrimLeft(natural, " \t\f")
		if !begun && (stripped == "" || stripped[0] == '#' || stripped[0] == '!') {
			continue
		}
		whole += stripped
		begun = (len(stripped)-len(strings.TrimRight(stripped, `\`)))%2 == 1
		if begun {
			if whole = whole[:len(whole)-1]; whole == "" {
				begun = false
			}
			continue
		}
		e := nextEntry([]byte(whole), 0)
		all = append(all, whole[:e.value], string(decode([]byte(whole[e.value:]))))
		whole = ""
	}
	return all
}

// withValues puts the value, or the reference itself, in the place of each word.
func withValues(text, source, value string, refs []int) string {
	for n, span := range slices.Backward(rendertest.Find(source)) { // so that no value stands before a word
		before, behind, ok := strings.Cut(text, wordFor(n))
		if !ok {
			continue
		}
		slashes := len(before) - len(strings.TrimRight(before, `\`))
		if isRef := slashes%2 == 0; isRef != slices.Contains(refs, n) {
			return "another reference"
		}
		before = before[:len(before)-slashes+slashes/2]
		if slashes%2 == 0 {
			text = before + value + behind
		} else {
			text = before + source[span.Start:span.End] + behind
		}
	}
	return text
}
