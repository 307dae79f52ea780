package ini

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// where is the hint for a reference that stands where it cannot.
const where = `it can be a value, or a part of one: key = ${secret:KEY}, or in double quotes if the program knows them: key = "${secret:KEY}"`

var suite = rendertest.Suite{
	Format: Format,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"a value":                    {"[s]\nk = ${secret:K}\n", "v", "[s]\nk = v\n"},
		"the other brackets":         {"k=$<secret:K>", "v", "k=v"},
		"what can stand bare":        {"k = ${secret:K}", "aZ0!@^&*()_+-={}|:<>?,./~`[] é🔑 x", "k = aZ0!@^&*()_+-={}|:<>?,./~`[] é🔑 x"},
		"what can stand in quotes":   {`k = "${secret:K}"`, " a;b#c it's ", `k = " a;b#c it's "`},
		"text around":                {"k = pg://u:${secret:K}@h/d", "v", "k = pg://u:v@h/d"},
		"two":                        {"k = ${secret:K}:${secret:L}", "v", "k = v:v"},
		"a colon":                    {"k: ${secret:K}\nl:${secret:K}\n", "v", "k: v\nl:v\n"},
		"a colon and an equals sign": {"url: http://u:${secret:K}@h/?a=b", "v", "url: http://u:v@h/?a=b"},
		"a registry":                 {"//registry.npmjs.org/:_authToken=${secret:K}\n", "npm_abc=", "//registry.npmjs.org/:_authToken=npm_abc=\n"},
		"an equals sign first":       {"k = ${secret:K}", "=v", "k = =v"},
		"a bracket first":            {"k = ${secret:K}", "[v]", "k = [v]"},
		"a further line":             {"[s]\nk =\n  https://u:${secret:K}@h/?a=b\n  ${secret:K}\n", "v", "[s]\nk =\n  https://u:v@h/?a=b\n  v\n"},
		"one behind a comment":       {"[s]\nk =\n  # c\n\n  ${secret:K}\n", "v", "[s]\nk =\n  # c\n\n  v\n"},
		"indented keys":              {"[s]\n\ta = b\n\tk = ${secret:K}\n", "v", "[s]\n\ta = b\n\tk = v\n"},
		"an empty value":             {"k = ${secret:K}\nl = \"${secret:K}\"\nm = x${secret:K}y", "", "k = \nl = \"\"\nm = xy"},
		"comments":                   {"# ${secret:K}\n  ; ${secret:K}\n[s]\nk = ${secret:K} ; x\n", "v", "# ${secret:K}\n  ; ${secret:K}\n[s]\nk = v ; x\n"},
		"quotes in a value":          {`environment=A="${secret:K}",B="c"`, "v", `environment=A="v",B="c"`},
		"an escaped one":             {`k = \${secret:K}`, "v", "k = ${secret:K}"},
		"an escaped one, three":      {`k = \\\${secret:K}`, "v", `k = \${secret:K}`},
		"one of each":                {`k = \${secret:K}-${secret:L}`, "v", "k = ${secret:K}-v"},
		"CRLF":                       {"[s]\r\nk = ${secret:K}\r\n\r\nl=m\r\n", "v", "[s]\r\nk = v\r\n\r\nl=m\r\n"},
		"byte order mark":            {"\ufeffk = ${secret:K}", "v", "\ufeffk = v"},
		"a header behind one":        {"\ufeff[s]\n\nk\t=\t${secret:K}\t\n", "v", "\ufeff[s]\n\nk\t=\tv\t\n"},
		"not looked through again":   {"k = ${secret:K}", "secret:K", "k = secret:K"},
		"other lines":                {"junk\n= x\n\n!include a\nk = ${secret:K}\n[u\nk", "v", "junk\n= x\n\n!include a\nk = v\n[u\nk"},
		"a service":                  {"[Service]\nEnvironment=A=${secret:K}\nEnvironment=\"B=x ${secret:K}\"\n", "v", "[Service]\nEnvironment=A=v\nEnvironment=\"B=x v\"\n"},
		"a service, quotes":          {"[Service]\nEnvironment=\"A=${secret:K}\"\n", "v w", "[Service]\nEnvironment=\"A=v w\"\n"},
		"letters of the word":        {"k = QZQQ${secret:K}QZQ${secret:K}ZZ", "v", "k = QZQQvQZQvZZ"},
		"foreign references":         {"k = ${x}-%(y)s-${secret:K}", "v", "k = ${x}-%(y)s-v"},
		"anything in its default":    {"k = ${secret:K:-=;#\"[ }", "v", "k = v"},
		"nothing to replace":         {"# ${secret:K}\n", "v", "# ${secret:K}\n"},
		"nothing":                    {"", "v", ""},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\nk = ${secret:B}\\${secret:C}-${secret:D}\n;${secret:E}\nl = ${secret:F}",
		Refs:   []int{1, 3, 5},
		Want:   "# ${secret:A}\nk = 1${secret:C}-3\n;${secret:E}\nl = 5",
	},
	Comments: []string{"# ${secret:K}\n", "[s]\nk = v\n  ; ${secret:K}\n\t#\"$<secret:L>"},
	Refused: map[string]rendertest.Refused{
		"a key":                  {"${secret:K} = v", "v", 0, secret.Invalid, "in a key", where},
		"a part of a key":        {"[s]\na.${secret:K}: v", "v", 6, secret.Invalid, "in a key", where},
		"an indented key":        {"a=b\n ${secret:K} = v", "v", 5, secret.Invalid, "in a key", where},
		"a header":               {"[${secret:K}]", "v", 1, secret.Invalid, "the name of a section", where},
		"a header, its second":   {"[url \"https://x:${secret:K}@h\"]", "v", 16, secret.Invalid, "the name of a section", where},
		"behind a header":        {"[s] k = ${secret:K}", "v", 8, secret.Invalid, "the name of a section", where},
		"a line of its own":      {"[s]\n${secret:K}\n", "v", 4, secret.Invalid, "that has no value", where},
		"indented, not behind":   {"[s]\n  ${secret:K}\n", "v", 6, secret.Invalid, "that has no value", where},
		"behind a semicolon":     {"k = v ; ${secret:K}", "v", 8, secret.Invalid, "behind ';' or '#'", where},
		"behind a hash":          {"k = http://h/#${secret:K}", "v", 14, secret.Invalid, "behind ';' or '#'", where},
		"behind one in quotes":   {"k = \"a #${secret:K}\"", "v", 8, secret.Invalid, "behind ';' or '#'", where},
		"behind quotes":          {"k = \"a\" ; ${secret:K}", "v", 10, secret.Invalid, "behind ';' or '#'", where},
		"behind a literal one":   {"k = \\${secret:K:-;}${secret:L}", "v", 19, secret.Invalid, "behind ';' or '#'", where},
		"in single quotes":       {"k = '${secret:K}'", "v", 5, secret.Invalid, "in single quotes", where},
		"behind a backslash":     {`k = \\${secret:K}`, "v", 6, secret.Invalid, "behind a backslash", where},
		"behind four, in quotes": {`k = "\\\\${secret:K}"`, "v", 9, secret.Invalid, "behind a backslash", where},
		"Latin-1":                {"k = \xe9", "v", 4, secret.General, "expected UTF-8", ""},
		"UTF-16":                 {"\xff\xfek\x00", "v", 0, secret.General, "expected UTF-8", ""},
		"a NUL":                  {"k = \x00", "v", 4, secret.General, "expected UTF-8", ""},
		"a carriage return":      {"k = v\rl = w", "v", 5, secret.General, "a carriage return", ""},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\n", Sources: []string{
		"hunter2${secret:hunter2}", "hunter2 ${secret:hunter2} = v", "[hunter2${secret:hunter2}]", "k = hunter2;${secret:hunter2}", "k = '${secret:hunter2}'",
		"k = ${secret:hunter2}", `k = \\${secret:hunter2}`, "k = hunter2\xff", "k = hunter2\r",
	}},
	Told: []rendertest.Told{
		{"k = ${secret:K}", "v", "in a value, as it is"},
		{"k = x ${secret:K}-${secret:K}\n", "v", "in a value, as it is; in a value, as it is"},
		{"k = \"${secret:K}\"\r\n", " v#", "in a value in double quotes, as it is"},
		{"k = A=\"${secret:K}\",B", "v", "in a value, as it is"},
		{"[s]\nk =\n  ${secret:K}\n", "v", "in a line that goes on with a value, as it is"},
		{"k = ${secret:K} ${secret:U}\nl = ${secret:K}", "v", "in a value; in a value; in a value, as it is"},
		{"k = ${secret:K}", "a#b", "in a value"},
		{"k = \"${secret:K}\"", "a\nb", "in a value in double quotes"},
		{"k:${secret:K}", "a=b", "in a value"},
		{"k: ${secret:K}", "a=b", "in a value, as it is"},
		{"[Service]\nk = ${secret:K}", "a b", "in a value"},
		{"\ufeffk = ${secret:K}\nl = ${secret:K}", "v", "in a value, as it is; in a value, as it is"},
		{"a = b\n\ufeff[k = ${secret:K}", "v", "in a value, as it is"},
		{"# ${secret:K}\nk = \\${secret:K}${secret:K}", "v", "in a value, as it is"},
		{"k = v", "v", ""},
	},
	Around: rendertest.Around{
		Sources: []string{"k = *", "k:*\nl = m", "k = \"*\"", "k = a\n  *\n"},
		Pieces:  []string{"", " ", "$", "{", "=", ":"},
		Values:  []string{"", " ", "$", "{", "=", ": ", "[", "v"},
	},
	Proof: rendertest.Proof{
		Source: "# c\n[s]\na = x ${secret:A}\nb: \"y;${secret:B}z\"\n\tc=1 ; d\ne = ${secret:D} ; note\nk =\n  ${secret:C}/x\n\n",
		Value:  "v[w",
		Of:     pieces,
		Bytes:  "x'\"\\,1=;#[%\n\r",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"a line more":     good + "x",
				"a line less":     good[:len(good)-1],
				"other line ends": strings.ReplaceAll(good, "\n", "\r\n"),
				"nothing":         "",
				"one key less":    strings.Replace(good, "a = x v[w\n", "", 1),
			}
		},
		Least: 1200,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

func TestValuesThatReadersReadOtherwiseAreRefused(t *testing.T) {
	const words = `put double quotes around it: Environment="NAME=${secret:KEY}"`
	for _, test := range []struct{ source, value, text, hint string }{
		{"k = ${secret:K}", "a\nb", "a line end", elsewise},
		{"k = ${secret:K}", "a\r", "a line end", elsewise},
		{"k = \"${secret:K}\"", "\t", "a control character", elsewise},
		{"k = ${secret:K}", "\x00", "a control character", elsewise},
		{"k = ${secret:K}", "a\u0085", "a control character", elsewise},
		{"k = ${secret:K}", "a\u2028", "a line end", elsewise},
		{"k = ${secret:K}", "\xff", "not UTF-8", elsewise},
		{"k = ${secret:K}", `a\b`, "a backslash", elsewise},
		{"k = \"${secret:K}\"", `a"b`, "a double quote", elsewise},
		{"k = \"${secret:K}\"", "100%", "a '%'", "--format ini-raw is for programs that do not replace it (pip, git, npm, MySQL); " + elsewise},
		{"k = ${secret:K}", "%(x)s", "a '%'", "--format ini-raw is for programs that do not replace it (pip, git, npm, MySQL); " + elsewise},
		{"k = \"${secret:K}\"", "a${x}", "a '${'", elsewise},
		{"k = $${secret:K}", "{x}", "makes one", elsewise},
		{"k = ${secret:K}{x}", "a$", "makes one", elsewise},
		{"k = ${secret:K}${secret:K}", "{$", "makes one", elsewise},
		{"k = ${secret:K}", "a;b", "a ';'", inQuotes},
		{"k = ${secret:K}", "a#b", "a '#'", inQuotes},
		{"k = ${secret:K}", "it's", "a single quote", inQuotes},
		{"k = \"${secret:K}\"", "a ;b", "behind a blank", elsewise},
		{"k = \"a ${secret:K}\"", "#b", "behind a blank", elsewise},
		{"k = ${secret:K}", " a", "white space", inQuotes},
		{"k = a${secret:K}", "a ", "white space", inQuotes},
		{"k = ${secret:K}b", "\u00a0a", "white space", inQuotes},
		{"k = ${secret:K}", "\ufeffa", "white space", inQuotes},
		{"k = ${secret:K} b", "", "nothing in it", elsewise},
		{"k = a\n  ${secret:K}", "", "nothing in it", elsewise},
		{"k = a\n  ${secret:K}", "[s]", "a '['", "begin the value in the line of its key"},
		{"k = a\n  x-${secret:K}", "b=c", "makes another line", "begin the value in the line of its key"},
		{"[Service]\nEnvironment=A=${secret:K}", "a b", "a blank", words},
		{"[Unit]\n[x]\nExecStart=x \"${secret:K}\"", "a b", "a blank", words},
		{"[Service]\nEnvironment=\"A=${secret:K}\"", "a$b", "a '$'", elsewise},
	} {
		_, _, err := rendertest.Render(Format, test.source, test.value)
		rendertest.RequireError(t, err, rendertest.Find(test.source)[0].Start, secret.Invalid)
		if !strings.Contains(err.Error(), test.text) || secret.Hint(err) != test.hint {
			t.Errorf("%s: got %q, hint %q", test.source, err, secret.Hint(err))
		}
	}
}

// TestReadersReadWhatTheyDo holds the models of readers, of which the proof is made, to what
// the readers' documentation says.
func TestReadersReadWhatTheyDo(t *testing.T) {
	for text, want := range map[string][4]string{
		"v":       {"v", "v", "v", "v"},
		" v w ":   {"v w", "v w", "v w", "v w"},
		"v ; c":   {"v ; c", "v", "v", "v"},
		"v;c":     {"v;c", "v;c", "v", "v"},
		"; c":     {"; c", "", "", ""},
		`"v ; w"`: {`"v ; w"`, `"v`, "v ; w", "v ; w"},
		`"v"`:     {`"v"`, `"v"`, "v", "v"},
		`a"v  "b`: {`a"v  "b`, `a"v  "b`, "av  b", `a"v  "b`},
		`'v'`:     {`'v'`, `'v'`, `'v'`, "v"},
		`a\tb`:    {`a\tb`, `a\tb`, "a\tb", `a\tb`},
		`a\;b`:    {`a\;b`, `a\;b`, unread, "a;b"},
		`a\`:      {`a\`, `a\`, unread, "a"},
		`"a`:      {`"a`, `"a`, unread, `"a`},
		`"a\"b"`:  {`"a\"b"`, `"a\"b"`, `a"b`, `a"b`},
	} {
		got := [4]string{plain(text), inline(text), git(text), npm(text)}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestTheProofDoesNotNeedTheCheck hands values to it that were not looked at.
func TestTheProofDoesNotNeedTheCheck(t *testing.T) {
	for _, test := range []struct{ source, value string }{
		{"k = ${secret:K}\n", "a;b"}, {"k = ${secret:K}\n", " a"}, {"k = ${secret:K}\n", "a\nb"}, {"k = ${secret:K}\n", "a\"b"},
		{"k = ${secret:K}\n", `a\tb`}, {"k = ${secret:K}\n", "a\rb"}, {"k = ${secret:K}\n", "'a'"}, {"k = \"${secret:K}\"\n", "a ;b"},
		{"k = a\n  ${secret:K}\n", "[b]"}, {"k = a\n  ${secret:K}\n", "b=c"}, {"k = a\n  ${secret:K}\n", "# b"},
	} {
		source, value := test.source, test.value
		f, err := Format([]byte(source), rendertest.Find(source))
		if err != nil {
			t.Fatal(err)
		}
		d := f.(*document)
		texts := render.Texts{[]byte(value)}
		b, err := d.write(nil, texts)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.prove(b, texts); !errors.Is(err, secret.Invalid) {
			t.Errorf("%q: error %v", value, err)
		}
	}
}

func TestLargeAndHostileDocumentsAreFast(t *testing.T) {
	words := rendertest.AllWords()
	rendertest.Fast(t, Format, map[string]string{
		"keys":        strings.Repeat("k = ${secret:K}\n", 100_000),
		"comments":    strings.Repeat("# ${secret:K}\n", 100_000) + "k = ${secret:K}",
		"further":     "k =\n" + strings.Repeat("  x/${secret:K}\n", 100_000),
		"one line":    "k = " + strings.Repeat("x${secret:K}", 20_000),
		"one, quoted": "k = \"" + strings.Repeat("x${secret:K}", 20_000) + "\"",
		"brackets":    strings.Repeat("[", 10_000_000) + "\nk = ${secret:K}",
		"equals":      "k = ${secret:K}" + strings.Repeat("=", 10_000_000),
		"colons":      "k = ${secret:K}" + strings.Repeat(":", 10_000_000),
		"marks":       "k = ${secret:K}" + strings.Repeat(" ;", 5_000_000),
		"quotes":      "k = ${secret:K}" + strings.Repeat("\"", 10_000_000),
		"lines":       "k = ${secret:K}" + strings.Repeat("\n", 5_000_000),
		"words":       "k = ${secret:K}\n" + words,
		"backslashes": "k = " + strings.Repeat(`\`, 1_000_001) + "${secret:K}${secret:K}",
	}, "v", 3*time.Minute, func(t *testing.T, source, out string, err error) {
		if err != nil && strings.HasSuffix(source, words) {
			rendertest.RequirePlaced(t, err, source)
		} else if err != nil || !strings.Contains(out, "v") {
			t.Errorf("%d bytes, error %v", len(out), err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	entry := "[service]\nname = service\nenabled: true\nurl = postgres://app:${secret:DATABASE_PASSWORD}@localhost/app\n; " + strings.Repeat("some text of a configuration ", 31) + "\n\n"
	rendertest.Benchmark(b, Format, strings.Repeat(entry, 1000), "p@ssword", 900_000)
}
