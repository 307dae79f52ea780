package toml

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestOnlyTheScalarChanges(t *testing.T) {
	// The values are made up, and shown.
	for name, test := range map[string]struct{ source, value, want string }{
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
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := rendertest.Render(Format, test.source, test.value)
			if err != nil {
				t.Fatal(err)
			}
			if out != test.want {
				t.Errorf("got %q, want %q", out, test.want)
			}
		})
	}
}

func TestBackslashesAreCountedInTheDecodedString(t *testing.T) {
	want := []string{"v", "${secret:K}", `\v`, `\${secret:K}`, `\\v`, `\\${secret:K}`}
	for _, q := range []quote{basic, long, literal, longLiteral} {
		slashes := []string{`\\`, `\u005c`, `\u005C`, `\U0000005c`, `\x5C`}
		if q.isLiteral() {
			slashes = []string{`\`}
		}
		for _, slash := range slashes {
			for n, decoded := range want {
				for _, text := range []string{"", "x", "é"} {
					source := "k = " + string(q) + text + strings.Repeat(slash, n) + "${secret:K}" + string(q)
					out, refs, err := rendertest.Render(Format, source, "v")
					if err != nil {
						t.Fatal(err)
					}
					if got := decode(t, out)["k"]; got != text+decoded {
						t.Errorf("%s: got %q, want %q", source, got, text+decoded)
					}
					if isRef := len(refs) == 1; isRef != (n%2 == 0) {
						t.Errorf("%s: references %v", source, refs)
					}
				}
			}
		}
	}
}

func TestRefsAreNumbersOfSpans(t *testing.T) {
	source := "# ${secret:A}\na = ['${secret:B}', \"\\\\${secret:C}\", ${secret:D}, '\\\\${secret:E}' # ${secret:F}\n]\nb = ${secret:G} # ${secret:H}"
	d, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Refs(), []int{1, 3, 4, 6}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var asked []int
	out, err := d.Render(func(ref int) secret.Value {
		asked = append(asked, ref)
		return secret.Text(fmt.Sprint(ref))
	})
	want := "# ${secret:A}\na = ['1', \"${secret:C}\", \"3\", '\\4' # ${secret:F}\n]\nb = \"6\" # ${secret:H}"
	if err != nil || string(out) != want {
		t.Errorf("got %q, error %v, want %q", out, err, want)
	}
	if !slices.Equal(asked, d.Refs()) {
		t.Errorf("asked for %v", asked)
	}
}

func TestErrorsHavePlaces(t *testing.T) {
	const word, here = "a reference cannot be a part of a word", "a reference cannot stand here"
	const key, table = "a reference cannot stand in a key", "a reference cannot stand in the name of a table"
	for name, test := range map[string]struct {
		source string
		offset int
		kind   secret.Kind
		text   string
	}{
		"no value":                      {"a = \n", 4, secret.General, "expected a value"},
		"a word":                        {"a = hello", 4, secret.General, "expected a value"},
		"cut":                           {"a = [1", 5, secret.General, "array is incomplete"},
		"no comma":                      {"a = [1 2]", 7, secret.General, "expected ',' or ']'"},
		"an open string":                {`a = "abc`, 7, secret.General, "unterminated basic string"},
		"an open long string":           {"a = '''abc\n\"\n''", 14, secret.General, "not terminated"},
		"a line end in a string":        {"a = 'x\n'", 6, secret.General, "cannot have new lines"},
		"an unknown escape":             {`a = "\y"`, 5, secret.General, "invalid escape character"},
		"a NUL":                         {"a = '\x00'", 5, secret.General, "control characters"},
		"Latin-1":                       {"a = '\xe9'", 5, secret.General, "UTF-8"},
		"Latin-1 in a comment":          {"# \xe9", 2, secret.General, "UTF-8"},
		"UTF-16":                        {"\xff\xfea\x00", 0, secret.General, "invalid character at start of key"},
		"a CR alone":                    {"a = 1\rb = 2", 5, secret.General, "expected newline"},
		"six quotes":                    {"a = '''x''''''", 8, secret.General, "too many quotes"},
		"two on a line":                 {"a = 1 b = 2", 6, secret.General, "expected newline"},
		"a key alone":                   {"a", 0, secret.General, "expected '='"},
		"a mark within":                 {"a = 1\n\ufeffb = 1", 6, secret.General, "invalid character at start of key"},
		"a reference in a word":         {"a = 12${secret:P}", 6, secret.Invalid, word},
		"a word behind one":             {"a = [${secret:P}12]", 5, secret.Invalid, word},
		"words around":                  {"a = true-${secret:P}-x", 9, secret.Invalid, word},
		"two references":                {"a = ${secret:P}${secret:P}", 4, secret.Invalid, word},
		"a minus before":                {"a = -${secret:P}", 5, secret.Invalid, word},
		"a point before":                {"a = 1.${secret:P}", 6, secret.Invalid, here},
		"a point behind":                {"a = ${secret:P}.5", 4, secret.Invalid, here},
		"an escape before":              {`a = \${secret:P}`, 5, secret.Invalid, word},
		"a date before":                 {"a = 2020-01-01T${secret:P}", 15, secret.Invalid, word},
		"a quote before":                {"a = \"\"${secret:P}\nb = \"\"\"\"\"\"", 6, secret.Invalid, word},
		"a quote behind":                {"a = ${secret:P}\"\"\nb = \"\"\"\"\"\"", 4, secret.Invalid, word},
		"a literal quote behind":        {"a = ${secret:P}''\nb = ''''''", 4, secret.Invalid, word},
		"a key of its own":              {"${secret:P} = 1", 0, secret.Invalid, key},
		"a key in quotes":               {`"x ${secret:P}" = 1`, 3, secret.Invalid, key},
		"a key in literal quotes":       {`a.'${secret:P}' = 1`, 3, secret.Invalid, key},
		"a part of a key":               {"a.x_${secret:P}_y.b = 1", 4, secret.Invalid, key},
		"a part of dotted keys":         {"a.${secret:P}.b = 1", 2, secret.Invalid, key},
		"a key in an inline table":      {"[t]\na = [{b = 1, ${secret:P} = 1}]", 17, secret.Invalid, key},
		"a key behind a literal one":    {`"\\${secret:P}${secret:P}" = 1`, 3, secret.Invalid, key},
		"a key at the mark":             {"\ufeff${secret:P} = 1", 3, secret.Invalid, key},
		"the name of a table":           {"[${secret:P}]", 1, secret.Invalid, table},
		"a part of a table's name":      {"[a.b-${secret:P}]", 5, secret.Invalid, table},
		"the name of a list of them":    {"[[ 'a'.\"${secret:P}\" ]]", 8, secret.Invalid, table},
		"a line of its own":             {"a = 1\n${secret:P}\n", 6, secret.Invalid, here},
		"a line of its own, blanks":     {"${secret:P}  # x\n", 0, secret.Invalid, here},
		"alone in an inline table":      {"a = { ${secret:P} }", 6, secret.Invalid, here},
		"one for a comma":               {"a = [1 ${secret:P}, 2]", 7, secret.Invalid, here},
		"one behind a value":            {"a = 1 ${secret:P}", 6, secret.Invalid, here},
		"one behind a table":            {"[a] ${secret:P}", 4, secret.Invalid, here},
		"one behind a string":           {"a = '' ${secret:P}", 7, secret.Invalid, here},
		"no comma behind":               {"a = [${secret:P} 1]", 5, secret.Invalid, here},
		"one backslash":                 {`a = "a\${secret:P}"`, 6, secret.General, "invalid escape character"},
		"three backslashes":             {`a = "a\\\${secret:P}"`, 8, secret.General, "invalid escape character"},
		"half an escape":                {`a = "a\u00${secret:P}"`, 10, secret.General, "invalid hexadecimal digit"},
		"a blank behind a backslash":    {"a = \"\"\"\\ ${secret:P}\"\"\"", 7, secret.General, "invalid escape character"},
		"an error before a reference":   {"a = hello\nb = ${secret:P}", 4, secret.General, "expected a value"},
		"an error before one in a word": {"a = hello\nb = 1${secret:P}", 4, secret.General, "expected a value"},
		"an error behind a reference":   {"b = ${secret:P}\na = hello", len("b = ${secret:P}\na = "), secret.General, "expected a value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := rendertest.Render(Format, test.source, "v")
			rendertest.RequireError(t, err, test.offset, test.kind)
			if !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %q, want %q", err, test.text)
			}
		})
	}
}

func TestHintsSayWhatToDo(t *testing.T) {
	const quotes = `behind = and within quotes it becomes part of a string: key = "${secret:KEY}"`
	for source, want := range map[string]string{
		`a = "a\${secret:P}"`:  `in a basic string of TOML a literal reference is written with two backslashes: \\${secret:KEY}`,
		`a = 12${secret:P}`:    quotes,
		`"a ${secret:P}" = 12`: quotes,
		`[${secret:P}]`:        quotes,
		`a = "${secret:P}"`:    `the filter base64 encodes any bytes: ${secret:KEY|base64}`,
		`a = "\y${secret:P}"`:  "",
		"# \x01${secret:P}":    "",
	} {
		if _, _, err := rendertest.Render(Format, source, "\xff"); secret.Hint(err) != want {
			t.Errorf("%s: hint %q, want %q", source, secret.Hint(err), want)
		}
	}
}

func TestOnlyUTF8CanBeCarried(t *testing.T) {
	for _, value := range []string{"\xff", "a\xe2\x82", "\xed\xa0\x80", "\xc0\xaf"} {
		for _, source := range []string{"a = 1\nb = 'y ${secret:K}'", "a = 1\nb = \"y ${secret:K}\"", "a = 1\nbcd  = ${secret:K}"} {
			_, _, err := rendertest.Render(Format, source, value)
			rendertest.RequireError(t, err, 13, secret.Invalid)
		}
	}
}

// TestACommentIsWhatOtherReadersTakeForOne: a reader that knows no references sees what
// may not stand in a comment.
func TestACommentIsWhatOtherReadersTakeForOne(t *testing.T) {
	for _, within := range []string{"\r", "\x00", "\xff"} {
		_, _, err := rendertest.Render(Format, "a = ${secret:K}\n#${secret:K:-"+within+"}\n", "v")
		rendertest.RequireError(t, err, len("a = ${secret:K}\n#${secret:K:-"), secret.General)
	}
}

// TestProofSeesEveryDifference hands wrong results to the proof.
func TestProofSeesEveryDifference(t *testing.T) {
	source := "# é\n[t.\"u\"]\na = \"x\\\\${secret:A}\"\nb = [1, 2.0, 'y${secret:B}z', 07:32:00]\nc = ${secret:C} # c\n[[l]]\nd = {e = true, f = \"\"\"\n${secret:D}\n\"\"\"}\n"
	f, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	d := f.(*document)
	var texts render.Texts
	b, err := d.Proved(func(int) secret.Value { return secret.Text("v\"") }, d.fill, d.write, func(_ []byte, all render.Texts) error { texts = all; return nil })
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	if err := d.prove([]byte(good), texts); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what, bad string) {
		if bad == good || d.respelled(bad, good, texts) {
			return
		}
		tried++
		err := d.prove([]byte(bad), texts)
		if !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	for i := range len(good) {
		try(fmt.Sprintf("byte %d dropped", i), good[:i]+good[i+1:])
		for _, b := range []byte("x'\" \\,1]}\n#") {
			try(fmt.Sprintf("%q for byte %d", b, i), good[:i]+string(b)+good[i+1:])
			try(fmt.Sprintf("%q before byte %d", b, i), good[:i]+string(b)+good[i:])
		}
	}
	for what, bad := range map[string]string{
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
	} {
		try(what, bad)
	}
	if tried < 2000 {
		t.Errorf("only %d were tried", tried)
	}
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
func (d *document) respelled(bad, good string, texts [][]byte) bool {
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
	began := time.Now()
	for name, source := range map[string]string{
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
	} {
		_, _, err := rendertest.Render(Format, source, "v")
		var placed *render.PlacedError
		if !errors.As(err, &placed) || placed.Offset < 0 || placed.Offset > len(source) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestLargeDocumentsAreRenderedFast(t *testing.T) {
	began := time.Now()
	var keys strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&keys, "key%d = ${secret:K} # ${secret:K}\n", i)
	}
	for name, source := range map[string]string{
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
	} {
		out, _, err := rendertest.Render(Format, source, " \"\n")
		if err != nil || !strings.Contains(out, ` \"`) && !strings.Contains(out, ` "`) {
			t.Errorf("%s: %d bytes, error %v", name, len(out), err)
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestErrorsQuoteNothing(t *testing.T) {
	for _, source := range []string{
		`hunter2`, `a = hunter2`, `a = "hunter2\y"`, `a = 'hunter2`, "a = 'hunter2\n'", `a = hunter2${secret:hunter2}`, `[hunter2${secret:hunter2}]`,
		`hunter2${secret:hunter2} = 1`, `a = [hunter2]`, `a = thunter2`, "a = 1hunter2", "a = 1\n = hunter2", `a = '${secret:hunter2}'`, "a = 1\rhunter2",
	} {
		_, _, err := rendertest.Render(Format, source, "hunter2\xff")
		if err == nil || strings.Contains(err.Error()+secret.Hint(err), "hunter2") || strings.Contains(err.Error(), "U+") {
			t.Errorf("%s: error %v", source, err)
		}
	}
}

func TestTheSourceIsLeftAlone(t *testing.T) {
	source := []byte(`a = '\\${secret:K}' # ${secret:K}`)
	d, err := Format(source, rendertest.Find(string(source)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := d.Render(func(int) secret.Value { return secret.Text("v") })
		if err != nil || string(out) != `a = '\v' # ${secret:K}` {
			t.Fatalf("%q, error %v", out, err)
		}
		clear(out)
	}
	if string(source) != `a = '\\${secret:K}' # ${secret:K}` {
		t.Error("rendering changed the source")
	}
}

func BenchmarkRender(b *testing.B) {
	entry := "[[service]]\nname = \"service\"\nenabled = true\nweight = 0.25\nurl = \"postgres://app:${secret:DATABASE_PASSWORD}@localhost/app\"\nnote = '" + strings.Repeat("some text of a configuration ", 31) + "'\n\n"
	source := bytes.Repeat([]byte(entry), 1000)
	spans := rendertest.Find(string(source))
	if len(spans) != 1000 || len(source) < 1_000_000 {
		b.Fatalf("%d references in %d bytes", len(spans), len(source))
	}
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		d, err := Format(source, spans)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Render(func(int) secret.Value { return secret.Text("p@ss \"word\" & #1") }); err != nil {
			b.Fatal(err)
		}
	}
}
