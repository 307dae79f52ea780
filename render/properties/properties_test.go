package properties

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hints.
const (
	key    = "it can be a value, or a part of one: key = ${secret:KEY}"
	around = "give the text around the reference another form"
)

var suite = rendertest.Suite{
	Format: Format,
	Stream: NewStream,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"a value":                  {"k = ${secret:K}\n", "v", "k = v\n"},
		"the other brackets":       {"k=$<secret:K>", "v", "k=v"},
		"what must be escaped":     {"k=x${secret:K}", "\\\t\n\r\f\x00\x1b\x7f", `k=x\\\t\n\r\f\u0000\u001B\u007F`},
		"what need not be escaped": {"k=x${secret:K}", " =:#!\"'$%{}", "k=x\\ =:#!\"'$%{}"},
		"not ASCII":                {"k=${secret:K}", "é€🔑\u0080", `k=\u00E9\u20AC\uD83D\uDD11\u0080`},
		"first a blank":            {"k = ${secret:K}", "  v ", `k = \  v `},
		"first a separator":        {"k ${secret:K}\nl ${secret:L}", "=v", "k \\=v\nl \\=v"},
		"first a colon":            {"k ${secret:K}", ": v", `k \: v`},
		"first a mark":             {"k=\\\n  ${secret:K}", "#v", "k=\\\n  \\#v"},
		"text around":              {"k = jdbc:pg://u:${secret:K}@h/d\\u0041", "v", "k = jdbc:pg://u:v@h/d\\u0041"},
		"two":                      {"k=${secret:K}${secret:L}", "v", "k=vv"},
		"a line that goes on":      {"k = a,\\\n    ${secret:K},\\\n    b\n", "v", "k = a,\\\n    v,\\\n    b\n"},
		"no separator":             {"k\t${secret:K}", "v", "k\tv"},
		"an escaped key":           {`k\ l\=\: = ${secret:K}`, "v", `k\ l\=\: = v`},
		"an empty value":           {"k = ${secret:K}\nl = m", "", "k = \nl = m"},
		"not looked through again": {"k=${secret:K}", "${secret:K}", "k=${secret:K}"},
		"an escaped one":           {`k=\${secret:K}`, "v", "k=${secret:K}"},
		"an escaped one, properly": {`k=\\${secret:K}`, "v", "k=${secret:K}"},
		"an escaped one, encoded":  {`k=\\${secret:K:-\é}`, "v", `k=${secret:K:-\\\u00E9}`},
		"a backslash":              {`k=\\\\${secret:K}`, "v", `k=\\v`},
		"comments":                 {"# ${secret:K}\n ! ${secret:K} \\\nk = ${secret:K} # ${secret:K}\n", "v", "# ${secret:K}\n ! ${secret:K} \\\nk = v # v\n"},
		"a comment behind a feed":  {" \f\t# ${secret:K}\nk=${secret:K}", "v", " \f\t# ${secret:K}\nk=v"},
		"no comment behind a line": {"k = a\\\n# ${secret:K}", "v", "k = a\\\n# v"},
		"a comment behind nothing": {"\\\n# ${secret:K}\nk=${secret:K}", "v", "\\\n# ${secret:K}\nk=v"},
		"CRLF":                     {"a = b\\\r\n  c\r\nk = ${secret:K}\r\n", "v", "a = b\\\r\n  c\r\nk = v\r\n"},
		"CR":                       {"# c\rk = ${secret:K}\ra=b", "v", "# c\rk = v\ra=b"},
		"Latin-1 beside":           {"# caf\xe9\nk = \xe9${secret:K}\n", "é", "# caf\xe9\nk = \xe9\\u00E9\n"},
		"a byte order mark":        {"\ufeffk = ${secret:K}\n", "v", "\ufeffk = v\n"},
		"a mark makes it a key":    {"\ufeff# ${secret:K}\n", "v", "\ufeff# v\n"},
		"the end in a line":        {"k = ${secret:K}\\", "v", `k = v\`},
		"order and doubles":        {"b = 1\na = ${secret:K}\nb = 2\n\n\n", "v", "b = 1\na = v\nb = 2\n\n\n"},
		"foreign references":       {"k = ${x}${secret:K}@y@", "v", "k = ${x}v@y@"},
		"nothing to replace":       {"# ${secret:K}\n", "v", "# ${secret:K}\n"},
		"nothing":                  {"", "v", ""},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\nk = ${secret:B}\\${secret:C}-${secret:D}\n!${secret:E}\nl ${secret:F}",
		Refs:   []int{1, 3, 5},
		Want:   "# ${secret:A}\nk = 1${secret:C}-3\n!${secret:E}\nl 5",
	},
	Slashes:  slashes(),
	Decode:   func(_ *testing.T, document string) string { return string(decode([]byte(document)[len("k="):])) },
	Comments: []string{"# ${secret:K}\n", "a=b\n \t! ${secret:K} \\\n#\"$<secret:L>\r\n"},
	Refused: map[string]rendertest.Refused{
		"a key":                {"a=b\n${secret:K} = v", "v", 4, secret.Invalid, "in a key", key},
		"a part of a key":      {"a.${secret:K}.b: v", "v", 2, secret.Invalid, "in a key", key},
		"a key alone":          {"${secret:K}", "v", 0, secret.Invalid, "in a key", key},
		"an escaped key":       {`\${secret:K} = v`, "v", 1, secret.Invalid, "in a key", key},
		"a key that goes on":   {"a\\\n  ${secret:K}", "v", 5, secret.Invalid, "in a key", key},
		"half an escape":       {`k = \u00${secret:K}`, "v", 4, secret.General, "four hexadecimal digits", ""},
		"no escape":            {"k = ${secret:K}\nl = \\uzzzz", "v", 20, secret.General, "four hexadecimal digits", ""},
		"no escape in a key":   {"\\u00 = ${secret:K}", "v", 0, secret.General, "four hexadecimal digits", ""},
		"a comment within one": {"# ${secret:K:-\r}\n", "v", 14, secret.General, "ends within a reference", ""},
		"UTF-16":               {"k\x00=\x00", "v", 1, secret.General, "a NUL byte", ""},
		"not UTF-8":            {"k = ${secret:K}", "\xff", 4, secret.Invalid, "not UTF-8", "the filter base64 encodes any bytes: ${secret:KEY|base64}"},
		"nothing, a separator": {"k ${secret:K}=v", "", 2, secret.Invalid, "read as another", around},
		"nothing, a blank":     {"k =${secret:K} v", "", 3, secret.Invalid, "read as another", around},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\xff", Sources: []string{"hunter2${secret:hunter2}", "${secret:hunter2} = hunter2", "k = ${secret:hunter2}", `hunter2\u = ${secret:hunter2}`, "hunter2\x00"}},
	Told: []rendertest.Told{
		{"# ${secret:K}\na=\\${secret:K}\nb=${secret:K}\n", "v", "in a value, as it is"},
		{"b=${secret:K}\n", " v", "in a value, with escapes"},
		{"b=${secret:K}\n", "é", "in a value, with escapes"},
		{"b=${secret:K}\n", "a\\b", "in a value, with escapes"},
		{"b=${secret:K}\n", "\xff", "in a value"},
		{"# ${secret:UNKNOWN}\na=\\${secret:UNKNOWN}\nb=${secret:UNKNOWN}\n", "v", "in a value"},
	},
	Proof: rendertest.Proof{
		Source: "# c\na = x ${secret:A}\nb: y\\\n  ${secret:B}z\\t\nc\\ d 1\ne \\${secret:C}\n\n",
		Value:  " v\n=é",
		Of:     pieces,
		Bytes:  "x'\"\\,1=:#! \n\ru",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"nothing":           "",
				"a comment more":    good + "# x",
				"a comment changed": strings.Replace(good, "# c", "# d", 1),
				"other line ends":   strings.ReplaceAll(good, "\n", "\r\n"),
				"a line more":       good + "\n",
				"a key spelled":     strings.Replace(good, "c\\ d", "c\\u0020d", 1),
				"a value spelled":   strings.Replace(good, "d 1", "d \\u0031", 1),
				"another separator": strings.Replace(good, "b: ", "b= ", 1),
				"a bad escape":      strings.Replace(good, `\n`, `\u`, 1),
			}
		},
		Same:  respelled,
		Least: 1200,
	},
	Parts: []string{
		"", "\n", "a=${secret:K}", "a=${secret:K}\nb: x\\\n  y ${secret:K}\n# c ${secret:K}\n\nc\n", "a=${secret:K}\r\nb=1\r\n", "a=1\rb=${secret:K}\r\r",
		"a=1\\\\\nb=${secret:K}\\\\\\\n  x\nc=2", "! c\n  \\\n a=${secret:K}\n", "# only ${secret:K}\n", "a=\\u00e9 ${secret:K}\nb=\\u12\n", "a = \\${secret:K}\nb=2\n",
		"a=${secret:K}\\\n x\r\nb=1\n",
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

func slashes() (all []rendertest.Slashes) {
	for _, slash := range []string{`\\`, `\u005c`, `\u005C`, "\\\\\\\n "} {
		all = append(all, rendertest.Slashes{Before: "k=é", Slash: slash})
	}
	return all
}

// respelled reports whether bad has the keys and values of good, one written in another way
// perhaps.
func respelled(_ render.Document, _ render.Texts, bad, good string) bool {
	return slices.Equal(pairs(bad), pairs(good))
}

// TestAnEscapeWithoutDigitsIsNotProved: Java refuses what would decode to the value.
func TestAnEscapeWithoutDigitsIsNotProved(t *testing.T) {
	const source = "k = ${secret:K}"
	f, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.(*document).prove([]byte(`k = \ux`), render.Texts{[]byte("ux")}); !errors.Is(err, secret.Invalid) {
		t.Errorf("error %v", err)
	}
}

func TestLargeAndHostileDocumentsAreFast(t *testing.T) {
	rendertest.Fast(t, Format, map[string]string{
		"keys":        strings.Repeat("k = ${secret:K}\n", 100_000),
		"comments":    strings.Repeat("# ${secret:K}\n", 100_000) + "k = ${secret:K}",
		"one line":    "k = " + strings.Repeat("x${secret:K}", 100_000),
		"further":     "k = ${secret:K}" + strings.Repeat("\\\n  x", 1_000_000),
		"joins":       strings.Repeat("\\\n", 1_000_000) + "k = ${secret:K}",
		"blanks":      strings.Repeat(" ", 5_000_000) + "k" + strings.Repeat(" ", 5_000_000) + "${secret:K}",
		"backslashes": "k = " + strings.Repeat(`\`, 1_000_000) + "${secret:K}${secret:K}",
		"escapes":     "k = " + strings.Repeat(`\ud83d`, 500_000) + "${secret:K}",
		"lines":       "k = ${secret:K}" + strings.Repeat("\r", 5_000_000),
		"keys alone":  strings.Repeat("k\n", 1_000_000) + "k = ${secret:K}",
		"high bytes":  "k = ${secret:K}" + strings.Repeat("\xff", 5_000_000),
	}, "v", 3*time.Minute, func(t *testing.T, _, out string, err error) {
		if err != nil || !strings.Contains(out, "v") {
			t.Errorf("%d bytes, error %v", len(out), err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	entry := "service.name = service\nservice.url = postgres://app:${secret:DATABASE_PASSWORD}@localhost/app\n# " + strings.Repeat("some text of a configuration ", 31) + "\n\n"
	rendertest.Benchmark(b, Format, strings.Repeat(entry, 1000), "p@ss \"word\" & #1", 900_000)
}

func FuzzParts(f *testing.F) { suite.FuzzParts(f) }
