package netrc

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hints.
const (
	where     = "it can be a value, or a part of one: password ${secret:KEY}"
	inQuotes  = `put the word into double quotes, with \\ for a backslash`
	elsewhere = "${secret:KEY|base64} encodes any bytes; --format text writes the value as it is"
)

var suite = rendertest.Suite{
	Format: Format,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"a value":                  {"machine h login u password ${secret:K}\n", "v", "machine h login u password v\n"},
		"the other brackets":       {"default password $<secret:K>", "v", "default password v"},
		"every keyword":            {"machine ${secret:A}.x login ${secret:B} account ${secret:C} port ${secret:D}", "v", "machine v.x login v account v port v"},
		"a blank":                  {"default password ${secret:K}\n", "a b", "default password \"a b\"\n"},
		"a tab":                    {"default password ${secret:K}\n", "\ta", "default password \"\ta\"\n"},
		"quotes and backslashes":   {"default password ${secret:K}\n", `a"b\`, `default password "a\"b\\"` + "\n"},
		"a hash":                   {"default password ${secret:K} login x#${secret:K}", "#a", `default password "#a" login x##a`},
		"what needs no quotes":     {"default password ${secret:K}", "'$`!,;=é{}", "default password '$`!,;=é{}"},
		"text around":              {"default login me-${secret:K}@x", "a b", `default login "me-a b@x"`},
		"a quote around":           {`default login a"${secret:K}`, "b", `default login "a\"b"`},
		"in quotes":                {`default login "me, ${secret:K}" password x`, `a"b c`, `default login "me, a\"b c" password x`},
		"two":                      {"default login ${secret:K}${secret:L}", " v", `default login " v v"`},
		"over lines":               {"machine\n\th\r\n  password\n ${secret:K}\n", "v", "machine\n\th\r\n  password\n v\n"},
		"comments":                 {"# ${secret:K}\nmachine h # ${secret:K}\n#x\"\n password ${secret:K}", "v", "# ${secret:K}\nmachine h # ${secret:K}\n#x\"\n password v"},
		"a macro":                  {"macdef init\ncd \"x\n# ${x}\n\nmachine h password ${secret:K}", "v", "macdef init\ncd \"x\n# ${x}\n\nmachine h password v"},
		"a macro with CRLF":        {"macdef init\r\ncd x\r\n\r\nmachine h password ${secret:K}", "v", "macdef init\r\ncd x\r\n\r\nmachine h password v"},
		"a macro at the end":       {"default password ${secret:K}\nmacdef init\ncd x\n", "v", "default password v\nmacdef init\ncd x\n"},
		"a byte order mark":        {"\ufeffmachine h password ${secret:K}", "v", "\ufeffmachine h password v"},
		"not looked through again": {"default password ${secret:K}", "${secret:K}", "default password ${secret:K}"},
		"foreign references":       {"default login ${x} password ${secret:K}", "v", "default login ${x} password v"},
		"an escaped one":           {`default password \${secret:K}`, "v", "default password ${secret:K}"},
		"an escaped one in quotes": {`default password "\\${secret:K}"`, "v", `default password "${secret:K}"`},
		"half escaped in quotes":   {`default password "\${secret:K}"`, "v", `default password "${secret:K}"`},
		"a backslash in quotes":    {`default password "\\\\${secret:K}"`, "v", `default password "\\v"`},
		"backslashes elsewhere":    {`machine a\b login "\x" password ${secret:K}`, "v", `machine a\b login "\x" password v`},
		"nothing to replace":       {"# ${secret:K}\n", "v", "# ${secret:K}\n"},
		"nothing":                  {"", "v", ""},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\nmachine ${secret:B} login \\${secret:C} password ${secret:D}-${secret:E}",
		Refs:   []int{1, 3, 4},
		Want:   "# ${secret:A}\nmachine 1 login ${secret:C} password 3-4",
	},
	Slashes:  []rendertest.Slashes{{Before: `default password "x`, Slash: `\\`, Behind: `"`}},
	Comments: []string{"# ${secret:K}\n", "machine h # ${secret:K}\n#\"$<secret:L>\r\n"},
	Refused: map[string]rendertest.Refused{
		"a keyword":                {"machine h ${secret:K} x", "v", 10, secret.Invalid, "a word like machine", where},
		"a part of a keyword":      {"pass${secret:K} x", "v", 4, secret.Invalid, "a word like machine", where},
		"a macro's name":           {"macdef ${secret:K}\nx\n", "v", 7, secret.Invalid, "in a macro", where},
		"a macro's text":           {"macdef a\nget ${secret:K}\n\n", "v", 13, secret.Invalid, "in a macro", where},
		"a line end":               {"default password ${secret:K}", "a\nb", 17, secret.Invalid, "a line end or another control character", elsewhere},
		"a carriage return":        {"default password ${secret:K}", "a\r", 17, secret.Invalid, "a line end or another control character", elsewhere},
		"a control character":      {"default password ${secret:K}", "\x1b", 17, secret.Invalid, "a line end or another control character", elsewhere},
		"a NUL":                    {"default password ${secret:K}", "\x00", 17, secret.Invalid, "a line end or another control character", elsewhere},
		"bytes":                    {"default password ${secret:K}", "\xff", 17, secret.Invalid, "not UTF-8", elsewhere},
		"empty":                    {"default password ${secret:K}", "", 17, secret.Invalid, "empty", elsewhere},
		"empty in quotes":          {`default password "${secret:K}"`, "", 18, secret.Invalid, "empty", elsewhere},
		"a backslash":              {`default password a\b${secret:K}`, "v", 20, secret.Invalid, "a backslash in a word", inQuotes},
		"two backslashes":          {`default password \\${secret:K}`, "v", 19, secret.Invalid, "a backslash in a word", inQuotes},
		"an escape of curl":        {`default password "\n${secret:K}"`, "v", 18, secret.Invalid, "a backslash in a word", inQuotes},
		"an escape of curl behind": {`default password "${secret:K}\n"`, "v", 29, secret.Invalid, "a backslash in a word", inQuotes},
		"an open quote":            {`default password "${secret:K}`, "v", 17, secret.General, "is not closed", ""},
		"a quote over lines":       {"default password \"${secret:K}\n\"", "v", 17, secret.General, "not closed in its line", ""},
		"text behind a quote":      {`default password "${secret:K}"x`, "v", 30, secret.General, "white space behind a word", ""},
		"no keyword":               {"machine h passwd ${secret:K}", "v", 10, secret.General, "expected one of machine", ""},
		"no value":                 {"machine ${secret:K} password", "v", 28, secret.General, "a word is missing", ""},
		"a NUL in the file":        {"default password ${secret:K} \x00", "v", 29, secret.General, "without NUL bytes", ""},
		"Latin-1":                  {"# \xe9\ndefault password ${secret:K}", "v", 2, secret.General, "expected UTF-8", ""},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\n", Sources: []string{"hunter2", "machine hunter2 ${secret:hunter2} x", `default password "hunter2${secret:hunter2}`, "default password ${secret:hunter2}", `default password hunter2\${secret:hunter2}\`}},
	Told: []rendertest.Told{
		{`machine ${secret:K} login "${secret:K}"`, "h", "in a word, as it is; in a word in double quotes, as it is"},
		{"default password ${secret:K}", "a b", "in a word, which becomes quoted"},
		{`default account "${secret:K}"`, `"`, "in a word in double quotes, with escapes"},
		{`default port \${secret:K}${secret:U}`, "v", "in a word"},
		{"default password ${secret:K} account ${secret:U}", "", "in a word; in a word"},
	},
	Proof: rendertest.Proof{
		Source: "# c\nmachine h${secret:A} login \"u ${secret:B}\"\n\tpassword \\${secret:C} account x\n",
		Value:  "v",
		Of:     pieces,
		Bytes:  "x \t\n#",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"a word more":       good + "default",
				"a comment changed": strings.Replace(good, "# c", "# d", 1),
				"other line ends":   strings.ReplaceAll(good, "\n", "\r\n"),
				"a word in quotes":  strings.Replace(good, "account x", `account "x"`, 1),
				"another value":     strings.Replace(good, "u v", "u w", 1),
				"nothing":           "",
			}
		},
		Least: 500,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

// TestLongFiles reads what could take the square of its length.
func TestLongFiles(t *testing.T) {
	for _, document := range []string{
		strings.Repeat("machine h password ${secret:K}\n", 40_000),
		"default password \"" + strings.Repeat(`\\`, 1<<19) + "x${secret:K}\"",
		"default password " + strings.Repeat("x${secret:K}", 1<<16),
		strings.Repeat("macdef a\n\n", 1<<17) + "default password ${secret:K}",
		strings.Repeat("#\n", 1<<19) + "default password ${secret:K}",
	} {
		out, _, err := rendertest.Render(Format, document, "v")
		if err != nil || out != strings.ReplaceAll(document, "${secret:K}", "v") {
			t.Errorf("%.20q…: error %v", document, err)
		}
	}
}
