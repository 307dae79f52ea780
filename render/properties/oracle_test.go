package properties

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// surroundings are put around each scalar.
var surroundings = []rendertest.Surrounding{
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
var scalars = []rendertest.Scalar{
	{"alone", "${secret:K}", "", ""},
	{"the other brackets", "$<secret:K>", "", ""},
	{"text around", `x\t\u00e9= ${secret:K}\ y\u0041z`, "x\té= ", " yAz"},
	{"behind a line", "x\\\n  ${secret:K}", "x", ""},
	{"before a line", "x ${secret:K}\\\r\n\t y", "x ", "y"},
	{"behind backslashes", `\\\\\\\${secret:K}`, `\\`, ""},
	{"behind backslashes in numbers", `\u005c\\\u005C\\${secret:K}`, `\\`, ""},
}

// oracle is what other readers are asked of. The longest values stand in some of the places
// only.
var oracle = rendertest.Oracle{
	Format: Format, Settings: rendertest.Settings(surroundings, scalars), Kinds: kinds(), Carries: utf8.ValidString, Kept: kept,
	Skip: func(n int, _ rendertest.Setting, k hostile.Kind) bool { return len(k.Value) > 1024 && n%7 != 0 },
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
                expected.replaceAll((k, v) -> v.replace("` + rendertest.Word + `", value));
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
    expected = [(k, v.replace("` + rendertest.Word + `", value)) for k, v in load(want)]
    print("same" if load(got) == expected else "other")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	requireSame(t, exec.Command(rendertest.Program(t, "python3"), "-c", loadPython))
}

// requireSame asks a program of every value in every place.
func requireSame(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	oracle.RequireSame(t, cmd, func(s rendertest.Setting, k hostile.Kind, out string) []string {
		return []string{s.Before + rendertest.Word + s.Behind, s.Decoded(k.Value), out}
	})
}

// kept are documents such as people keep.
var kept = map[string]string{
	"settings of Spring": "# Spring\nspring.datasource.url=jdbc:postgresql://db/app\nspring.datasource.username = app\nspring.datasource.password: x\\\\y\n\n! old\nserver.port 8080\nmessage = Hello, \\\n          \\u00dcser\\t!\nempty =\nalso.empty\n",
	"settings of Gradle": "systemProp.http.proxyHost=proxy\r\nlist = a,\\\r\n   b,\\\r\n\r\nkey\\ with\\:both = v\r\n#last \\\r\nend=é",
}

// TestAReferenceAtEachByte: where one is taken, that value changes and nothing else.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var q rendertest.Questions
	escaped := 0
	const value = " =x\\\n\té"
	oracle.Plant(t, rendertest.Planted{
		Value: value,
		Skip: func(document string, at int) bool {
			if at > 0 && document[at-1] == '\\' {
				escaped++ // there it is an escaped one
				return true
			}
			return at < len(document) && !utf8.RuneStart(document[at]) // within a character
		},
		Taken: func(name, before, behind, out string) {
			if !strings.HasPrefix(out, before) || !strings.HasSuffix(out, behind) {
				t.Fatalf("%s: more than the value has changed", name)
			}
			q.Add(name, before+rendertest.Word+behind, value, out)
		},
		Least: [3]int{90, 15, 100},
	})
	q.RequireSame(t, exec.Command(python, "-c", loadPython))
	if escaped < 8 {
		t.Errorf("only %d are escaped", escaped)
	}
}

// FuzzSplice says: what is rendered has the keys of the document and the values with the
// references replaced, to a reader that first joins lines; what has no reference comes out
// as it is.
func FuzzSplice(f *testing.F) {
	oracle.Fuzz(f, []string{
		"${secret:K}=v", "k\\u00zz=${secret:K}", "k=\\u00${secret:K}", "k=\\ud83d${secret:K}", "#${secret:K:-\r}", "k${secret:K}", "k=\\${secret:K}\\",
		"\\\n# c\nk=${secret:K}", "k=${secret:K} x", "k ${secret:K}=x", "k=\\\n${secret:K}\\\n#x", "\xffk=\xe9${secret:K}",
	}, []string{"v", "", " ", "=", "#", "\\", "a\n", "é🔑", "u0041", "${secret:K}", "\x00", "\xff"}, requireValues)
}

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
		words.WriteString(before + rendertest.WordFor(n))
		at = s.End
	}
	want, got := pairs(words.String()+source[at:]), pairs(out)
	if len(want) != len(got) {
		t.Fatalf("%d keys for %d", len(got)/2, len(want)/2)
	}
	for i := range want {
		if i%2 == 0 && want[i] != got[i] || i%2 == 1 && rendertest.WithValues(want[i], source, value, refs) != got[i] {
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
