package ini

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// surroundings are put around each form.
var surroundings = []rendertest.Surrounding{
	{"a section", "; ${secret:C}\n# \"${secret:C}\n[s]\na = 1\nk = \x00\nb = \"x\" ; y\n\n[t]\nc =\n"},
	{"no blanks", "[s]\nk=\x00\nb=c\n"},
	{"a colon", "[s]\nk: \x00\nb: c\n"},
	{"git's indentation", "[s \"t\"]\n\ta = b\n\tk = \x00\n\tc = d # e\n"},
	{"CRLF", "[s]\r\na = b\r\nk = \x00\r\nc = d\r\n"},
	{"blanks at the end", "[s]\nk =   \x00 \t\nb = c\n"},
	{"no last line end", "[s]\na = b\nk = \x00"},
	{"a further line", "[s]\nk = a\n  \x00\n  # ${secret:C}\n  b/c\nd = e\n"},
	{"the first further line", "[s]\nk =\n    \x00\n\nd = e\n"},
}

var forms = []string{
	"${secret:K}", "$<secret:K>", "x${secret:K}y", "a ${secret:K} b", "https://u:${secret:K}@h/?a=b", "${secret:K}-${secret:K}",
	`"${secret:K}"`, `"x ${secret:K} y"`, `"a;b#c${secret:K}"`, `A="${secret:K}",B="c"`, `\${secret:L}${secret:K}`, `it's ${secret:K}`,
}

// oracle is what other readers are asked of. The longest values stand in some of the places
// only.
var oracle = rendertest.Oracle{
	Format: Format, Settings: settings(), Kinds: kinds(), Kept: kept,
	Skip: func(n int, _ rendertest.Setting, k hostile.Kind) bool { return len(k.Value) > 1024 && n%12 != 0 },
}

func settings() []rendertest.Setting {
	var scalars []rendertest.Scalar
	for _, form := range forms {
		scalars = append(scalars, rendertest.Scalar{Name: form, Text: form})
	}
	return rendertest.Settings(surroundings, scalars)
}

// with is the document with a text in the place of each reference that stands for a value,
// and with the others without their backslash.
func with(text string, s rendertest.Setting) string {
	form := strings.NewReplacer("${secret:K}", text, "$<secret:K>", text, `\${secret:L}`, "${secret:L}").Replace(s.Scalar)
	return s.Before + form + s.Behind
}

// kinds are the hostile values, those that look like INI, and an empty one.
func kinds() []hostile.Kind {
	all := append(hostile.Kinds(), []hostile.Kind{
		{Name: "empty", Value: ""},
		{Name: "header", Value: "[s]"},
		{Name: "opening bracket", Value: "["},
		{Name: "key", Value: "k = v"},
		{Name: "colon", Value: ": v"},
		{Name: "semicolon", Value: "a;b"},
		{Name: "hash", Value: "a#b"},
		{Name: "blank, semicolon", Value: "a ;b"},
		{Name: "blank, hash", Value: "a # b"},
		{Name: "only a semicolon", Value: ";"},
		{Name: "interpolation", Value: "%(a)s"},
		{Name: "percent", Value: "100%"},
		{Name: "two percents", Value: "%%"},
		{Name: "other interpolation", Value: "${s:a}"},
		{Name: "dollar at the end", Value: "a$"},
		{Name: "brace at the beginning", Value: "{a}"},
		{Name: "null", Value: "null"},
		{Name: "false", Value: "false"},
		{Name: "inner blanks", Value: "correct  horse battery"},
		{Name: "password", Value: "Tr0ub4dor&3!@^*()_+-=[]{}|:<>?,./~`"},
		{Name: "hexadecimal", Value: "deadbeefdeadbeef"},
		{Name: "JWT", Value: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_"},
		{Name: "Unicode", Value: "пароль-é-🔑"},
		{Name: "Unicode space at the end", Value: "a\u3000"},
		{Name: "file separator", Value: "a\x1cb"},
		{Name: "vertical tab", Value: "a\vb"},
		{Name: "include", Value: "!include /etc/passwd"},
		{Name: "array", Value: "a[]"},
		{Name: "rem", Value: "rem x"},
	}...)
	return slices.DeleteFunc(all, func(k hostile.Kind) bool { return k.Name == "largest, lines" })
}

// requireText fails if more has changed than the references, to their value.
func requireText(t *testing.T, s rendertest.Setting, k hostile.Kind, out string) {
	t.Helper()
	if out != with(k.Value, s) {
		t.Fatalf("%s: %s: another text", s.Name, k.Name)
	}
}

// compare reads documents with the word, the value and what was rendered, in hex, and says
// which of the parsers of configparser finds something else.
const compare = `
import configparser, sys

def parsers():
    common = dict(allow_no_value=True, strict=False)
    yield "raw", configparser.RawConfigParser(**common)
    yield "inline", configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), **common)
    yield "interpolation", configparser.ConfigParser(**common)
    yield "short", configparser.RawConfigParser(empty_lines_in_values=False, **common)

def read(parser, text):
    parser.read_string(text)
    return [(section, parser.items(section)) for section in parser.sections()]

def put(text, value):
    return text if text is None else text.replace("` + rendertest.Word + `", value)

for line in sys.stdin:
    want, value, got = (bytes.fromhex(part).decode() for part in line.split(","))
    differ = []
    for (name, a), (_, b) in zip(parsers(), parsers()):
        try:
            expected = [(s, [(k, put(v, value)) for k, v in items]) for s, items in read(a, want)]
        except configparser.Error:
            continue
        try:
            if read(b, got) != expected:
                differ.append(name)
        except configparser.Error:
            differ.append(name + " error")
    print(" ".join(differ) or "same")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	python := rendertest.Program(t, "python3")
	requireSame(t, exec.Command(python, "-c", compare), func(rendertest.Setting) bool { return true })
}

// compareNPM is the same with npm's package ini. It prints what is text as text, since the
// package makes other types of some words.
const compareNPM = `
const ini = require(process.argv[1])
const read = text => JSON.stringify(Object.entries(ini.parse(text)), (k, v) =>
  v === null || typeof v === "boolean" || typeof v === "number" ? String(v) : v)
const put = (text, value) => JSON.stringify(JSON.parse(text), (k, v) =>
  typeof v === "string" ? v.replaceAll("` + rendertest.Word + `", () => value) : v)
for (const line of require("fs").readFileSync(0, "utf8").trimEnd().split("\n")) {
  const [want, value, got] = line.split(",").map(hex => Buffer.from(hex, "hex").toString("utf8"))
  console.log(put(read(want), value) === read(got) ? "same" : "npm")
}
`

func TestNPMReadsEveryValueInEveryPlace(t *testing.T) {
	node := rendertest.Program(t, "node")
	npm := rendertest.Program(t, "npm")
	root, err := exec.Command(npm, "root", "-g").Output()
	if err != nil {
		t.Skipf("npm does not say where it is: %v", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "npm", "node_modules", "ini")
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("npm has no package ini: %v", err)
	}
	requireSame(t, exec.Command(node, "-e", compareNPM, folder), func(s rendertest.Setting) bool {
		return strings.Contains(s.Before[strings.LastIndexByte(s.Before, '\n')+1:], "=") // to npm all else is a key
	})
}

// requireSame asks a program of all documents that it reads.
func requireSame(t *testing.T, cmd *exec.Cmd, isRead func(s rendertest.Setting) bool) {
	t.Helper()
	asked := oracle.RequireSame(t, cmd, func(s rendertest.Setting, k hostile.Kind, out string) []string {
		requireText(t, s, k, out)
		if !isRead(s) {
			return nil
		}
		return []string{with(rendertest.Word, s), k.Value, out}
	})
	if asked < 4000 {
		t.Errorf("only %d documents", asked)
	}
}

// TestGitReadsEveryValue asks git for one file that has all values in it, and for one that
// has words in their places.
func TestGitReadsEveryValue(t *testing.T) {
	git := rendertest.Program(t, "git")
	for _, form := range forms {
		var values []string
		for _, k := range kinds() {
			s := rendertest.Setting{Name: form, Before: "[s]\n\tk = ", Scalar: form, Behind: "\n"}
			if out, ok := oracle.Render(t, s, k); ok {
				requireText(t, s, k, out)
				values = append(values, k.Value)
			}
		}
		if len(values) < 30 {
			t.Errorf("%s: only %d values", form, len(values))
		}
		template := "[s]\n" + strings.Repeat("\tk = "+form+"\n", len(values))
		d, err := Format([]byte(template), rendertest.Find(template))
		if err != nil {
			t.Fatal(err)
		}
		each := len(d.Refs()) / len(values)
		numbers := map[int]int{} // of the values of references
		for i, ref := range d.Refs() {
			numbers[ref] = i / each
		}
		out, err := d.Render(func(ref int) secret.Value { return secret.Text(values[numbers[ref]]) })
		if err != nil {
			t.Fatal(err)
		}
		got := gitValues(t, git, string(out))
		want := gitValues(t, git, with(rendertest.Word, rendertest.Setting{Scalar: form}), values...)
		if !slices.Equal(got, want) {
			t.Errorf("%s: git reads other values", form)
		}
		t.Logf("%s: %d values", form, len(values))
	}
}

// gitValues gives the values of a file. Without values that is text; with some it has text
// as each key's value, and the values are put in the places of the words.
func gitValues(t *testing.T, git, text string, values ...string) (all []string) {
	t.Helper()
	if len(values) > 0 {
		text = "[s]\n" + strings.Repeat("\tk = "+text+"\n", len(values))
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(git, "config", "-z", "--file", file, "--get-all", "s.k").Output()
	if err != nil {
		t.Fatal("git refuses the file")
	}
	all = strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	for i, value := range values {
		all[i] = strings.ReplaceAll(all[i], rendertest.Word, value)
	}
	return all
}

// kept are documents such as people keep.
var kept = map[string]string{
	".npmrc":           "; auth\n//registry.npmjs.org/:_authToken=abc\n@shop:registry=https://npm.example.com/\nsave-exact=true\n",
	"pip.conf":         "[global]\nindex-url = https://user:pass@pypi.example.com/simple\nextra-index-url =\n    https://a.example.com/simple\n    # one more\n    https://b.example.com/simple\ntimeout: 60\n",
	"my.cnf":           "[client]\r\nuser=root\r\npassword=\"p w\"\r\n\r\n[mysqld]\r\nskip-name-resolve\r\n!includedir /etc/mysql/conf.d/\r\n",
	".gitconfig":       "[user]\n\tname = A B\n\temail = a@example.com ; work\n[url \"https://x:y@example.com/\"]\n\tinsteadOf = git@example.com:\n[alias]\n\tlg = \"log --graph \\\"x\\\"\"\n",
	"app.service":      "[Unit]\nDescription=A service\n[Service]\nEnvironment=\"DB=x\" NODE_ENV=production\nEnvironment=A=b\nExecStart=/bin/app --x\n",
	"supervisord.conf": "[program:app]\ncommand=/bin/app\nenvironment=A=\"b\",C='d'\nautostart = true ; always",
	".pypirc":          "\ufeff[distutils]\nindex-servers =\n    pypi\n\n[pypi]\nusername = __token__\npassword = pypi-abc\n",
}

// TestAReferenceAtEachByte: where one is taken, only its own bytes change, and Python finds
// nothing else.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var q rendertest.Questions
	const value = "v1=[a]: {b}"
	oracle.Plant(t, rendertest.Planted{
		Value: value,
		Skip:  func(document string, at int) bool { return at > 0 && document[at-1] == '\\' }, // there it is an escaped one
		Taken: func(name, before, behind, out string) {
			if out != before+value+behind {
				t.Fatalf("%s: another text", name)
			}
			bare := func(s string) string { return "[x]\n" + strings.TrimPrefix(s, "\ufeff") }
			q.Add(name, bare(before+rendertest.Word+behind), value, bare(out))
		},
		Least: [3]int{200, 10, 250},
	})
	q.RequireSame(t, exec.Command(python, "-c", compare))
}

// FuzzSplice says: only references change, to their values, and no line is more or less;
// what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	oracle.Fuzz(f, []string{
		"k=${secret:K", "${secret:K}=v", "[${secret:K}]", "k = \\\\${secret:K}", "k = '${secret:K}'", "k = \"${secret:K}", "k = a;${secret:K}", "[Service]\nk=${secret:K}",
		"k=\n ${secret:K}\n", "k=$${secret:K}{", "k = ${secret:K}${secret:K}", "\\${secret:K}", "\xff", "a\rb", "k=\\${secret:K:-;}${secret:L}",
	}, []string{"v", "", "a b", " ", "a;b", "#", "\n", "[", "%", "it's", "\"", "{", "$", "${secret:K}", "\x00", "\xff"}, requireReplaced)
}

func requireReplaced(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	if strings.Count(out, "\n") != strings.Count(source, "\n") || len(refs) > 0 && strings.ContainsAny(value, "\r\x00\"\\%") {
		t.Fatal("a value has changed more than a value")
	}
	if out != replaced(source, value, refs) {
		t.Fatal("another text")
	}
}

// replaced gives source with value for those references that are in refs, and without one
// of the backslashes before those that are literal text.
func replaced(source, value string, refs []int) string {
	var out strings.Builder
	at := 0
	for n, span := range rendertest.Find(source) {
		before := source[at:span.Start]
		slashes := len(before) - len(strings.TrimRight(before, `\`))
		line := strings.TrimLeft(strings.TrimPrefix(source[strings.LastIndexByte(source[:span.Start], '\n')+1:span.Start], "\ufeff"), " \t")
		isComment := strings.HasPrefix(line, ";") || strings.HasPrefix(line, "#")
		switch {
		case slices.Contains(refs, n):
			out.WriteString(before + value)
		case isComment:
			out.WriteString(before + source[span.Start:span.End])
		default:
			out.WriteString(before[:len(before)-slashes+slashes/2] + source[span.Start:span.End])
		}
		at = span.End
	}
	return out.String() + source[at:]
}
