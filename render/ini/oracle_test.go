package ini

import (
	"bytes"
	"fmt"
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

// setting is a place in which a value can stand: in a document between before and behind,
// as form says.
type setting struct{ name, before, form, behind string }

// surroundings are put around each form; "\x00" stands for it.
var surroundings = []struct{ name, document string }{
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

func settings() (all []setting) {
	for _, around := range surroundings {
		before, behind, _ := strings.Cut(around.document, "\x00")
		for _, form := range forms {
			all = append(all, setting{form + " in " + around.name, before, form, behind})
		}
	}
	return all
}

// word stands for a value in what other readers are asked for.
const word = "zQxWvKpJzQ"

// withWord is the document with the word in the place of each reference that stands for a
// value, and of the others without their backslash.
func (s setting) withWord() string {
	form := strings.NewReplacer("${secret:K}", word, "$<secret:K>", word, `\${secret:L}`, "${secret:L}").Replace(s.form)
	return s.before + form + s.behind
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

// render puts value into the place, and checks that all around it is as it was. It gives
// false for a value that is refused.
func (s setting) render(t *testing.T, k hostile.Kind) (out string, ok bool) {
	t.Helper()
	out, _, err := rendertest.Render(Format, s.before+s.form+s.behind, k.Value)
	if err != nil {
		rendertest.RequirePlaced(t, err, s.before+s.form+s.behind)
		if secret.KindOf(err) != secret.Invalid || secret.Hint(err) == "" {
			t.Fatalf("%s: %s: error %v, hint %q", s.name, k.Name, err, secret.Hint(err))
		}
		return "", false
	}
	form := strings.NewReplacer("${secret:K}", k.Value, "$<secret:K>", k.Value, `\${secret:L}`, "${secret:L}").Replace(s.form)
	if out != s.before+form+s.behind {
		t.Fatalf("%s: %s: another text", s.name, k.Name)
	}
	return out, true
}

// rendered calls do with every document that there is for a value in a place, and counts
// the others.
func rendered(t *testing.T, do func(s setting, k hostile.Kind, out string)) (refused int) {
	t.Helper()
	for i, s := range settings() {
		for _, k := range kinds() {
			if len(k.Value) > 1024 && i%12 != 0 {
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
    return text if text is None else text.replace("` + word + `", value)

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
	requireSame(t, []string{python, "-c", compare}, func(setting) bool { return true })
}

// compareNPM is the same with npm's package ini. It prints what is text as text, since the
// package makes other types of some words.
const compareNPM = `
const ini = require(process.argv[1])
const read = text => JSON.stringify(Object.entries(ini.parse(text)), (k, v) =>
  v === null || typeof v === "boolean" || typeof v === "number" ? String(v) : v)
const put = (text, value) => JSON.stringify(JSON.parse(text), (k, v) =>
  typeof v === "string" ? v.replaceAll("` + word + `", () => value) : v)
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
	requireSame(t, []string{node, "-e", compareNPM, folder}, func(s setting) bool {
		return strings.Contains(s.before[strings.LastIndexByte(s.before, '\n')+1:], "=") // to npm all else is a key
	})
}

// requireSame hands all documents to a program that it reads, and wants an answer for each.
func requireSame(t *testing.T, command []string, isRead func(s setting) bool) {
	t.Helper()
	var in bytes.Buffer
	var names []string
	refused := rendered(t, func(s setting, k hostile.Kind, out string) {
		if !isRead(s) {
			return
		}
		fmt.Fprintf(&in, "%x,%x,%x\n", s.withWord(), k.Value, out)
		names = append(names, s.name+": "+k.Name)
	})
	cmd := exec.Command(command[0], command[1:]...)
	rendertest.RequireSame(t, cmd, &in, names)
	if len(names) < 4000 {
		t.Errorf("only %d documents", len(names))
	}
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(kinds()), len(settings()), len(names), refused)
}

// TestGitReadsEveryValue asks git for one file that has all values in it, and for one that
// has words in their places.
func TestGitReadsEveryValue(t *testing.T) {
	git := rendertest.Program(t, "git")
	for _, form := range forms {
		var values []string
		for _, k := range kinds() {
			s := setting{form, "[s]\n\tk = ", form, "\n"}
			if out, ok := s.render(t, k); ok && strings.HasPrefix(out, s.before) {
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
		want := gitValues(t, git, (setting{form: form}).withWord(), values...)
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
		all[i] = strings.ReplaceAll(all[i], word, value)
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

// TestAReferenceAtEachByte plants one before each byte of the documents, one after the
// other. Where it is taken, only its own bytes change, and Python finds nothing else.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	const value, ref = "v1=[a]: {b}", "${secret:K}"
	left, refused := 0, 0
	for name, document := range kept {
		if out, refs, err := rendertest.Render(Format, document, "v"); err != nil || out != document || refs != nil {
			t.Errorf("%s: a document without references has changed, error %v", name, err)
		}
		for at := range len(document) + 1 {
			if at > 0 && document[at-1] == '\\' {
				continue // there it is an escaped one
			}
			template := document[:at] + ref + document[at:]
			out, refs, err := rendertest.Render(Format, template, value)
			switch {
			case err != nil:
				rendertest.RequirePlaced(t, err, template)
				refused++
			case refs == nil:
				left++
				if out != template {
					t.Fatalf("%s at %d: it has changed", name, at)
				}
			default:
				if out != document[:at]+value+document[at:] {
					t.Fatalf("%s at %d: another text", name, at)
				}
				bare := func(s string) string { return "[x]\n" + strings.TrimPrefix(s, "\ufeff") }
				fmt.Fprintf(&in, "%x,%x,%x\n", bare(document[:at]+word+document[at:]), value, bare(out))
				names = append(names, fmt.Sprintf("%s at %d", name, at))
			}
		}
	}
	cmd := exec.Command(python, "-c", compare)
	rendertest.RequireSame(t, cmd, &in, names)
	if len(names) < 200 || left < 10 || refused < 250 {
		t.Errorf("only %d, %d and %d", len(names), left, refused)
	}
	t.Logf("%d references in values, %d in comments, %d refused", len(names), left, refused)
}

// FuzzSplice says: only references change, to their values, and no line is more or less;
// what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	seeds := []string{"k=${secret:K", "${secret:K}=v", "[${secret:K}]", "k = \\\\${secret:K}", "k = '${secret:K}'", "k = \"${secret:K}", "k = a;${secret:K}", "[Service]\nk=${secret:K}",
		"k=\n ${secret:K}\n", "k=$${secret:K}{", "k = ${secret:K}${secret:K}", "\\${secret:K}", "\xff", "a\rb", "k=\\${secret:K:-;}${secret:L}"}
	for _, document := range kept {
		seeds = append(seeds, document)
	}
	for _, s := range settings() {
		seeds = append(seeds, s.before+s.form+s.behind)
	}
	for _, source := range seeds {
		for _, value := range []string{"v", "", "a b", " ", "a;b", "#", "\n", "[", "%", "it's", "\"", "{", "$", "${secret:K}", "\x00", "\xff"} {
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
		if strings.Count(out, "\n") != strings.Count(source, "\n") || len(refs) > 0 && strings.ContainsAny(value, "\r\x00\"\\%") {
			t.Fatal("a value has changed more than a value")
		}
		if want := replaced(source, value, refs); out != want {
			t.Fatal("another text")
		}
	})
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
