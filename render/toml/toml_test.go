package toml

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hints, and parts of what errors say.
const (
	quotes     = `behind = and within quotes it becomes part of a string: key = "${secret:KEY}"`
	twice      = `in a basic string of TOML a literal reference is written with two backslashes: \\${secret:KEY}`
	word, here = "a reference cannot be a part of a word", "a reference cannot stand here"
	key, table = "a reference cannot stand in a key", "a reference cannot stand in the name of a table"
)

var suite = rendertest.Suite{
	Format: Format,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"basic":                        {`a = "${secret:K}"`, "v", `a = "v"`},
		"the other brackets":           {`a = "$<secret:K>"`, "v", `a = "v"`},
		"text around":                  {`a = "a\n${secret:K}\u0041"`, "v", `a = "a\nv\u0041"`},
		"two":                          {`a = ["${secret:K}${secret:L}-$<secret:M>"]`, "v", `a = ["vv-v"]`},
		"what must be escaped":         {`a = "${secret:K}"`, "\"\\\b\f\n\r\t\x00\x1b\x7f", `a = "\"\\\b\f\n\r\t\u0000\u001B\u007F"`},
		"what need not be escaped":     {`a = "${secret:K}"`, "é€🔑'#=[]\u0080\u2028\ufeff\ufffd", "a = \"é€🔑'#=[]\u0080\u2028\ufeff\ufffd\""},
		"an empty value":               {`a = "a${secret:K}b"`, "", `a = "ab"`},
		"only an empty value":          {`a = "${secret:K}"`, "", `a = ""`},
		"not looked through again":     {`a = "${secret:K}"`, `${secret:K}`, `a = "${secret:K}"`},
		"literal":                      {`a = '${secret:K}'`, `a"\b` + "\té", `a = 'a"\b` + "\té'"},
		"literal with a quote":         {`a = 'C:\"x" \${secret:L} ${secret:K}'  # '`, "it's", `a = "C:\\\"x\" ${secret:L} it's"  # '`},
		"literal with a line end":      {`a = '\x ${secret:K}'`, "a\nb", `a = "\\x a\nb"`},
		"multi-line":                   {"a = \"\"\"\n  ${secret:K}\n\"\"\"", "a\nb\"\"\"\\", "a = \"\"\"\n  a\nb\\\"\\\"\\\"\\\\\n\"\"\""},
		"multi-line, CR":               {"a = \"\"\"\n  ${secret:K}\n\"\"\"", "a\r\nb\n", "a = \"\"\"\n  a\\r\\nb\\n\n\"\"\""},
		"multi-line with CRLF":         {"a = \"\"\"\r\n  ${secret:K}\r\n\"\"\"", "a\nb\n", "a = \"\"\"\r\n  a\\nb\\n\r\n\"\"\""},
		"multi-line, first a line end": {"a = \"\"\"${secret:K}\"\"\"", "\n\na\n", "a = \"\"\"\\n\na\n\"\"\""},
		"multi-line, then nothing":     {"a = \"\"\"${secret:K}\nb\"\"\"", "", "a = \"\"\"\n\nb\"\"\""},
		"multi-line, nothing at all":   {"a = \"\"\"${secret:K}\"\"\"", "", "a = \"\"\"\"\"\""},
		"multi-line, nothing in CRLF":  {"a = \"\"\"${secret:K}\r\nb\"\"\"", "", "a = \"\"\"\r\n\r\nb\"\"\""},
		"multi-line after its first":   {"a = \"\"\"\n${secret:K}\nb\"\"\"", "", "a = \"\"\"\n\nb\"\"\""},
		"quotes that join":             {`a = """x""${secret:K}"y"""`, "", `a = """x\"\"\"y"""`},
		"quotes at the end":            {`a = """x${secret:K}"""""`, `"`, `a = """x\""""""`},
		"a folded line":                {"a = \"\"\"x \\\n    ${secret:K}\"\"\"", "v", "a = \"\"\"x \\\n    v\"\"\""},
		"a folded line, then a blank":  {"a = \"\"\"x \\\n    ${secret:K}\"\"\"", " v", "a = \"\"\"x  v\"\"\""},
		"a folded line, then nothing":  {"a = \"\"\"x \\\r\n    ${secret:K} y\\u005c\"\"\"", "", "a = \"\"\"x  y\\u005c\"\"\""},
		"multi-line literal":           {"a = '''\n\\${secret:K}\\ ${secret:K}\n'''", "a\n''b\\", "a = '''\n${secret:K}\\ a\n''b\\\n'''"},
		"literal, three quotes":        {"a = '''\n\\\"${secret:K}\n'''", "a\n'''b", "a = \"\"\"\n\\\\\\\"a\n'''b\n\"\"\""},
		"literal, quotes at the end":   {"a = '''${secret:K}'''", "''", "a = ''''''''"},
		"literal, first a line end":    {"a = '''${secret:K}'''", "\na", "a = \"\"\"\\na\"\"\""},
		"literal, then nothing":        {"a = '''${secret:K}\n\na'''", "", "a = \"\"\"\n\n\na\"\"\""},
		"literal with CRLF":            {"a = '''\r\nx\r\n${secret:K}'''\r\n", "a\nb", "a = \"\"\"\r\nx\r\na\\nb\"\"\"\r\n"},
		"literal and a control":        {"a = '''\nx${secret:K}'''\n", "a\n\x1b", "a = \"\"\"\nxa\n\\u001B\"\"\"\n"},
		"bare":                         {"port = ${secret:P}", "80", `port = "80"`},
		"bare in an array":             {"a = [${secret:P},$<secret:P>, ${secret:P} ]", "\n", `a = ["\n","\n", "\n" ]`},
		"bare in lines":                {"a = [\n  ${secret:P}, # ${secret:P}\n\n  ${secret:P}\n]\n", "v", "a = [\n  \"v\", # ${secret:P}\n\n  \"v\"\n]\n"},
		"bare in an inline table":      {"a = {b=${secret:P},c = {d = ${secret:P}}}", "v", `a = {b="v",c = {d = "v"}}`},
		"bare, then a comment":         {"a=${secret:P}#${secret:P}\n", "v", "a=\"v\"#${secret:P}\n"},
		"bare with anything within":    {"a = ${secret:P:-\"#' ]}\n", "v", "a = \"v\"\n"},
		"comments":                     {"# ${secret:K} \"\n[t] # '${secret:K}\na = \"${secret:K}\" # ${secret:K}\r\n", "v", "# ${secret:K} \"\n[t] # '${secret:K}\na = \"v\" # ${secret:K}\r\n"},
		"no comment in a string":       {`a = "#${secret:K}" # "${secret:K}"`, "v", `a = "#v" # "${secret:K}"`},
		"a quote in a comment":         {"# it's\na = '${secret:K}' # \"\"\"\n", "v", "# it's\na = 'v' # \"\"\"\n"},
		"tables":                       {"[a.\"b\"]\nc.'d'=\"${secret:K}\"\n[[x]]\ny=${secret:K}\n[[x]]\n", "v", "[a.\"b\"]\nc.'d'=\"v\"\n[[x]]\ny=\"v\"\n[[x]]\n"},
		"types and order":              {"z = 0xF\na = 1e3\nd = 1979-05-27 07:32:00Z\nk = \"${secret:K}\"\nb = -inf\n", "v", "z = 0xF\na = 1e3\nd = 1979-05-27 07:32:00Z\nk = \"v\"\nb = -inf\n"},
		"no last line end":             {"a = 1\nb = '${secret:K}'", "v", "a = 1\nb = 'v'"},
		"byte order mark":              {"\ufeffa = \"${secret:K}\"", "v", "\ufeffa = \"v\""},
		"empty strings before":         {"a = ''\nb = \"\"\nc = ''''''\nd = \"\"\"\"\"\"\ne = '${secret:K}'", "v", "a = ''\nb = \"\"\nc = ''''''\nd = \"\"\"\"\"\"\ne = 'v'"},
		"five quotes before":           {"a = '''x'''''\nb = \"\"\"\\\"x\"\"\"\"\"\ne = '${secret:K}'", "v", "a = '''x'''''\nb = \"\"\"\\\"x\"\"\"\"\"\ne = 'v'"},
		"three quotes within":          {`a = """\""" # ${secret:K:-"""}"""`, "v", `a = """\""" # v"""`},
		"letters of the word":          {`a = "QZQQ${secret:K}QZQ${secret:K}ZZ"`, "v", `a = "QZQQvQZQvZZ"`},
		"nothing to replace":           {"# ${secret:K}\n", "v", "# ${secret:K}\n"},
		"nothing":                      {"", "v", ""},
		"foreign references":           {`a = "${HOME}\\${x} ${secret:0} ${secret:K}"`, "v", `a = "${HOME}\\${x} ${secret:0} v"`},
		"an escaped one is encoded":    {`a = "\\${secret:K:-"\}"`, "v", `a = "${secret:K:-\"\\}"`},
		"an escaped one in a key":      {`"\\${secret:K}" = ${secret:K}`, "v", `"${secret:K}" = "v"`},
		"one in the name of a table":   {`['\\\${secret:K}']`, "v", `['\${secret:K}']`},
		"folded behind backslashes":    {"a = \"\"\"\\\\\\\\\\\n  ${secret:K}\"\"\"", "v", "a = \"\"\"\\\\v\"\"\""},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\na = ['${secret:B}', \"\\\\${secret:C}\", ${secret:D}, '\\\\${secret:E}' # ${secret:F}\n]\nb = ${secret:G} # ${secret:H}",
		Refs:   []int{1, 3, 4, 6},
		Want:   "# ${secret:A}\na = ['1', \"${secret:C}\", \"3\", '\\4' # ${secret:F}\n]\nb = \"6\" # ${secret:H}",
	},
	Slashes:  slashes(),
	Decode:   func(t *testing.T, document string) string { return decode(t, document)["k"].(string) },
	Comments: []string{"# ${secret:K}", "a = [ # ${secret:K}\n1, # '${secret:L}'\n] # x\n", "[t] # ${secret:K}\r\na = '#'\r\n"},
	Refused: map[string]rendertest.Refused{
		"no value":                      {"a = \n", "v", 4, secret.General, "expected a value", ""},
		"a word":                        {"a = hello", "v", 4, secret.General, "expected a value", ""},
		"cut":                           {"a = [1", "v", 5, secret.General, "array is incomplete", ""},
		"no comma":                      {"a = [1 2]", "v", 7, secret.General, "expected ',' or ']'", ""},
		"an open string":                {`a = "abc`, "v", 7, secret.General, "unterminated basic string", ""},
		"an open long string":           {"a = '''abc\n\"\n''", "v", 14, secret.General, "not terminated", ""},
		"a line end in a string":        {"a = 'x\n'", "v", 6, secret.General, "cannot have new lines", ""},
		"an unknown escape":             {`a = "\y"`, "v", 5, secret.General, "invalid escape character", ""},
		"a NUL":                         {"a = '\x00'", "v", 5, secret.General, "control characters", ""},
		"Latin-1":                       {"a = '\xe9'", "v", 5, secret.General, "UTF-8", ""},
		"Latin-1 in a comment":          {"# \xe9", "v", 2, secret.General, "UTF-8", ""},
		"UTF-16":                        {"\xff\xfea\x00", "v", 0, secret.General, "invalid character at start of key", ""},
		"a CR alone":                    {"a = 1\rb = 2", "v", 5, secret.General, "expected newline", ""},
		"six quotes":                    {"a = '''x''''''", "v", 8, secret.General, "too many quotes", ""},
		"two on a line":                 {"a = 1 b = 2", "v", 6, secret.General, "expected newline", ""},
		"a key alone":                   {"a", "v", 0, secret.General, "expected '='", ""},
		"a mark within":                 {"a = 1\n\ufeffb = 1", "v", 6, secret.General, "invalid character at start of key", ""},
		"a reference in a word":         {"a = 12${secret:P}", "v", 6, secret.Invalid, word, quotes},
		"a word behind one":             {"a = [${secret:P}12]", "v", 5, secret.Invalid, word, quotes},
		"words around":                  {"a = true-${secret:P}-x", "v", 9, secret.Invalid, word, quotes},
		"two references":                {"a = ${secret:P}${secret:P}", "v", 4, secret.Invalid, word, quotes},
		"a minus before":                {"a = -${secret:P}", "v", 5, secret.Invalid, word, quotes},
		"a point before":                {"a = 1.${secret:P}", "v", 6, secret.Invalid, here, quotes},
		"a point behind":                {"a = ${secret:P}.5", "v", 4, secret.Invalid, here, quotes},
		"an escape before":              {`a = \${secret:P}`, "v", 5, secret.Invalid, word, quotes},
		"a date before":                 {"a = 2020-01-01T${secret:P}", "v", 15, secret.Invalid, word, quotes},
		"a quote before":                {"a = \"\"${secret:P}\nb = \"\"\"\"\"\"", "v", 6, secret.Invalid, word, quotes},
		"a quote behind":                {"a = ${secret:P}\"\"\nb = \"\"\"\"\"\"", "v", 4, secret.Invalid, word, quotes},
		"a literal quote behind":        {"a = ${secret:P}''\nb = ''''''", "v", 4, secret.Invalid, word, quotes},
		"a key of its own":              {"${secret:P} = 1", "v", 0, secret.Invalid, key, quotes},
		"a key in quotes":               {`"x ${secret:P}" = 1`, "v", 3, secret.Invalid, key, quotes},
		"a key in literal quotes":       {`a.'${secret:P}' = 1`, "v", 3, secret.Invalid, key, quotes},
		"a part of a key":               {"a.x_${secret:P}_y.b = 1", "v", 4, secret.Invalid, key, quotes},
		"a part of dotted keys":         {"a.${secret:P}.b = 1", "v", 2, secret.Invalid, key, quotes},
		"a key in an inline table":      {"[t]\na = [{b = 1, ${secret:P} = 1}]", "v", 17, secret.Invalid, key, quotes},
		"a key behind a literal one":    {`"\\${secret:P}${secret:P}" = 1`, "v", 3, secret.Invalid, key, quotes},
		"a key at the mark":             {"\ufeff${secret:P} = 1", "v", 3, secret.Invalid, key, quotes},
		"the name of a table":           {"[${secret:P}]", "v", 1, secret.Invalid, table, quotes},
		"a part of a table's name":      {"[a.b-${secret:P}]", "v", 5, secret.Invalid, table, quotes},
		"the name of a list of them":    {"[[ 'a'.\"${secret:P}\" ]]", "v", 8, secret.Invalid, table, quotes},
		"a line of its own":             {"a = 1\n${secret:P}\n", "v", 6, secret.Invalid, here, quotes},
		"a line of its own, blanks":     {"${secret:P}  # x\n", "v", 0, secret.Invalid, here, quotes},
		"alone in an inline table":      {"a = { ${secret:P} }", "v", 6, secret.Invalid, here, quotes},
		"one for a comma":               {"a = [1 ${secret:P}, 2]", "v", 7, secret.Invalid, here, quotes},
		"one behind a value":            {"a = 1 ${secret:P}", "v", 6, secret.Invalid, here, quotes},
		"one behind a table":            {"[a] ${secret:P}", "v", 4, secret.Invalid, here, quotes},
		"one behind a string":           {"a = '' ${secret:P}", "v", 7, secret.Invalid, here, quotes},
		"no comma behind":               {"a = [${secret:P} 1]", "v", 5, secret.Invalid, here, quotes},
		"one backslash":                 {`a = "a\${secret:P}"`, "v", 6, secret.General, "invalid escape character", twice},
		"three backslashes":             {`a = "a\\\${secret:P}"`, "v", 8, secret.General, "invalid escape character", twice},
		"half an escape":                {`a = "a\u00${secret:P}"`, "v", 10, secret.General, "invalid hexadecimal digit", ""},
		"a blank behind a backslash":    {"a = \"\"\"\\ ${secret:P}\"\"\"", "v", 7, secret.General, "invalid escape character", ""},
		"an error before a reference":   {"a = hello\nb = ${secret:P}", "v", 4, secret.General, "expected a value", ""},
		"an error before one in a word": {"a = hello\nb = 1${secret:P}", "v", 4, secret.General, "expected a value", ""},
		"an error behind a reference":   {"b = ${secret:P}\na = hello", "v", len("b = ${secret:P}\na = "), secret.General, "expected a value", ""},
		"bytes 1 in place 1":            {"a = 1\nb = 'y ${secret:K}'", "\xff", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 1 in place 2":            {"a = 1\nb = \"y ${secret:K}\"", "\xff", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 1 in place 3":            {"a = 1\nbcd  = ${secret:K}", "\xff", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 2 in place 1":            {"a = 1\nb = 'y ${secret:K}'", "a\xe2\x82", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 2 in place 2":            {"a = 1\nb = \"y ${secret:K}\"", "a\xe2\x82", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 2 in place 3":            {"a = 1\nbcd  = ${secret:K}", "a\xe2\x82", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 3 in place 1":            {"a = 1\nb = 'y ${secret:K}'", "\xed\xa0\x80", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 3 in place 2":            {"a = 1\nb = \"y ${secret:K}\"", "\xed\xa0\x80", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 3 in place 3":            {"a = 1\nbcd  = ${secret:K}", "\xed\xa0\x80", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 4 in place 1":            {"a = 1\nb = 'y ${secret:K}'", "\xc0\xaf", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 4 in place 2":            {"a = 1\nb = \"y ${secret:K}\"", "\xc0\xaf", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"bytes 4 in place 3":            {"a = 1\nbcd  = ${secret:K}", "\xc0\xaf", 13, secret.Invalid, "not UTF-8", render.HintBase64},
		"no escape":                     {`a = "\y${secret:P}"`, "v", 5, secret.General, "invalid escape character", ""},
		// A reader that knows no references sees what may not stand in a comment.
		"a comment with a carriage return": {"a = ${secret:K}\n#${secret:K:-\r}\n", "v", len("a = ${secret:K}\n#${secret:K:-"), secret.General, "not TOML", ""},
		"a comment with a NUL":             {"a = ${secret:K}\n#${secret:K:-\x00}\n", "v", len("a = ${secret:K}\n#${secret:K:-"), secret.General, "not TOML", ""},
		"a comment with bytes":             {"a = ${secret:K}\n#${secret:K:-\xff}\n", "v", len("a = ${secret:K}\n#${secret:K:-"), secret.General, "not TOML", ""},
		"a control in a comment":           {"# \x01${secret:P}", "v", 2, secret.General, "not TOML", ""},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\xff", Sources: []string{
		`hunter2`, `a = hunter2`, `a = "hunter2\y"`, `a = 'hunter2`, "a = 'hunter2\n'", `a = hunter2${secret:hunter2}`, `[hunter2${secret:hunter2}]`,
		`hunter2${secret:hunter2} = 1`, `a = [hunter2]`, `a = thunter2`, "a = 1hunter2", "a = 1\n = hunter2", `a = '${secret:hunter2}'`, "a = 1\rhunter2",
	}},
	Told: []rendertest.Told{
		{`a = "${secret:K}"`, "v", "in a basic string, as it is"},
		{`a = "x${secret:K}"`, `"`, "in a basic string, with escapes"},
		{`a = ${secret:K}`, "80", "in place of a value, as a basic string"},
		{`a = '${secret:K}'`, `a"\b`, "in a literal string, as it is"},
		{`a = '${secret:K}'`, "it's", "in a literal string, which becomes a basic string"},
		{"a = \"\"\"\n${secret:K}\"\"\"", "a\nb", "in a multi-line basic string, as it is"},
		{"a = \"\"\"\r\n${secret:K}\"\"\"", "a\nb", "in a multi-line basic string, with escapes"},
		{"a = \"\"\"x \\\n ${secret:K}\"\"\"", " v", "in a multi-line basic string, which is written anew"},
		{"a = '''\n${secret:K}'''", "a\nb", "in a multi-line literal string, as it is"},
		{"a = '''\n${secret:K}'''", "'''", "in a multi-line literal string, which becomes a multi-line basic string"},
		{`a = ["${secret:K} ${secret:UNKNOWN}", ${secret:UNKNOWN}]`, "v", "in a basic string; in a basic string; in place of a value"},
		{`a = "${secret:K}"`, "\xff", "in a basic string"},
		{`"\\${secret:K}" = "\\${secret:K} ${secret:K}" # ${secret:K}`, "v", "in a basic string, as it is"},
		{`a = 1`, "v", ""},
	},
	Proof: rendertest.Proof{
		Source: "# é\n[t.\"u\"]\na = \"x\\\\${secret:A}\"\nb = [1, 2.0, 'y${secret:B}z', 07:32:00]\nc = ${secret:C} # c\n[[l]]\nd = {e = true, f = \"\"\"\n${secret:D}\n\"\"\"}\n",
		Value:  "v\"",
		Of:     pieces,
		Bytes:  "x'\" \\,1]}\n#",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"an element more":        strings.Replace(good, "2.0", "2.0, 3", 1),
				"a number of one value":  strings.Replace(good, "2.0", "2.00", 1),
				"another kind of number": strings.Replace(good, "2.0", "2", 1),
				"a key renamed":          strings.Replace(good, "b =", "B =", 1),
				"a key as a string":      strings.Replace(good, "b =", "'b' =", 1),
				"a table for a list":     strings.Replace(good, "[[l]]", "[l]", 1),
				"a table more":           good + "[m]",
				"a key more":             good + "g = 1",
				"a comment more":         good + "#",
				"an error behind":        good + "[",
				"a table less":           good[:strings.Index(good, "[[l]]")],
				"nothing":                "",
			}
		},
		Same:  respelled,
		Least: 2000,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

func slashes() (all []rendertest.Slashes) {
	for _, q := range []quote{basic, long, literal, longLiteral} {
		slashes := []string{`\\`, `\u005c`, `\u005C`, `\U0000005c`, `\x5C`}
		if q.isLiteral() {
			slashes = []string{`\`}
		}
		for _, slash := range slashes {
			for _, text := range []string{"", "x", "é"} {
				all = append(all, rendertest.Slashes{Before: "k = " + string(q) + text, Slash: slash, Behind: string(q)})
			}
		}
	}
	return all
}

// TestABareValueIsAString: the bytes alone would be the same.
func TestABareValueIsAString(t *testing.T) {
	for _, value := range []string{"80", "true", "1979-05-27", "inf", "07:32:00"} {
		source := "a = ${secret:A}\n"
		f, err := Format([]byte(source), rendertest.Find(source))
		if err != nil {
			t.Fatal(err)
		}
		d := f.(*document)
		if err := d.prove([]byte("a = "+value+"\n"), [][]byte{[]byte(value)}); !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", value, err)
		}
		if err := d.prove([]byte("a = '"+value+"'\n"), [][]byte{[]byte(value)}); err != nil {
			t.Error(err)
		}
	}
}

// respelled reports whether bad is good with one of the strings that values are in written
// in another way.
func respelled(f render.Document, texts render.Texts, bad, good string) bool {
	d := f.(*document)
	if got, ok := decoded(bad); !ok || !reflect.DeepEqual(got, first(decoded(good))) {
		return false
	}
	ours, theirs := 0, 0
	for _, s := range d.scalars {
		theirs += s.start - ours
		before := good[:theirs]
		theirs += len(d.appendScalar(nil, s, texts))
		if strings.HasPrefix(bad, before) && strings.HasSuffix(bad[len(before):], good[theirs:]) {
			return true
		}
		ours = s.end
	}
	return false
}

func first[T any](t T, _ bool) T { return t }

func TestHostileDocumentsAreRefusedFast(t *testing.T) {
	rendertest.Fast(t, Format, map[string]string{
		"arrays":        "a = " + strings.Repeat("[", 1_000_000) + "${secret:K}",
		"inline tables": "a = " + strings.Repeat("{a=", 1_000_000) + "${secret:K}",
		"quotes":        "a = ${secret:K}\n" + strings.Repeat(`"`, 1_000_000),
		"opened":        strings.Repeat("a = '''\n", 100_001) + "${secret:K}",
		"NULs":          "a = ${secret:K}\n" + strings.Repeat("\x00", 1_000_000),
		"high bytes":    "a = ${secret:K}\n" + strings.Repeat("\xff", 1_000_000),
		"references":    "a = " + strings.Repeat("${secret:K}", 100_000),
		"values":        "a = [" + strings.Repeat("1,", 32<<20) + "${secret:K}]",
		"a key":         strings.Repeat("a.", 32<<20) + "a = ${secret:K}",
		"words":         "a = ${secret:K}" + rendertest.AllWords(),
	}, "v", time.Minute, func(t *testing.T, source, _ string, err error) { rendertest.RequirePlaced(t, err, source) })
}

func TestLargeDocumentsAreRenderedFast(t *testing.T) {
	var keys strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&keys, "key%d = ${secret:K} # ${secret:K}\n", i)
	}
	rendertest.Fast(t, Format, map[string]string{
		"keys":          keys.String(),
		"tables":        strings.Repeat("[[a]]\nb = '${secret:K}'\n", 100_000),
		"an array":      "a = [" + strings.Repeat("\"${secret:K}\",\n", 200_000) + "]",
		"commas":        "a = '" + strings.Repeat(",", 10_000_000) + "' # " + strings.Repeat(".", 10_000_000) + "\nb = ${secret:K}",
		"one string":    "a = '''" + strings.Repeat("\\${secret:K} ${secret:K}\n", 100_000) + "'''",
		"a dotted key":  strings.Repeat("a.", 300_000) + "a = ${secret:K}",
		"a table's":     "[" + strings.Repeat("a.", 300_000) + "a]\na = ${secret:K}",
		"deep":          "a = " + strings.Repeat("[", 9_999) + "${secret:K}" + strings.Repeat("]", 9_999),
		"backslashes":   "a = '" + strings.Repeat(`\`, 1_000_000) + "${secret:K}'",
		"folded lines":  "a = \"\"\"" + strings.Repeat("\\\n", 500_000) + "${secret:K}\"\"\"",
		"quoted quotes": "a = \"\"\"" + strings.Repeat("\"\"x", 500_000) + "${secret:K}\"\"\"",
	}, " \"\n", time.Minute, func(t *testing.T, _, out string, err error) {
		if err != nil || !strings.Contains(out, ` \"`) && !strings.Contains(out, ` "`) {
			t.Errorf("%d bytes, error %v", len(out), err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	entry := "[[service]]\nname = \"service\"\nenabled = true\nweight = 0.25\nurl = \"postgres://app:${secret:DATABASE_PASSWORD}@localhost/app\"\nnote = '" + strings.Repeat("some text of a configuration ", 31) + "'\n\n"
	rendertest.Benchmark(b, Format, strings.Repeat(entry, 1000), "p@ss \"word\" & #1", 1_000_000)
}
