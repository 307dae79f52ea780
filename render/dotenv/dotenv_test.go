package dotenv

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hint, and parts of what errors say.
const (
	expanded = "before a reference write ${NAME} for a variable and, in double quotes, \\$ and \\` for the characters themselves; in single quotes nothing is expanded"

	inName  = "a reference cannot be in the name of a variable"
	inShell = "a shell could take the value for a part of what it expands or runs"
)

var suite = rendertest.Suite{
	Format: Format(parse),
	Stream: Stream(parse),
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"bare":                        {"A=${secret:K}\n", "v", "A=v\n"},
		"the other brackets":          {"A=$<secret:K>", "v", "A=v"},
		"all that stays bare":         {"A=${secret:K}", "aZ09_-./:@%+,=", "A=aZ09_-./:@%+,="},
		"bare text around":            {"A=pg://u:${secret:K}@h/d", "v", "A=pg://u:v@h/d"},
		"two":                         {"A=${secret:K}${secret:L}", "v", "A=vv"},
		"bare, a blank":               {"A=${secret:K}", "a b", "A='a b'"},
		"bare, a dollar":              {"A=${secret:K}", "a$b", "A='a$b'"},
		"bare, a single quote":        {"A=${secret:K}", `it's "$x"`, `A="it's \"\$x\""`},
		"bare, a backslash":           {"A=${secret:K}", `a\nb`, `A='a\nb'`},
		"bare, a newline":             {"A=${secret:K}\n", "a\nb\n", "A=\"a\nb\n\"\n"},
		"bare, a CR":                  {"A=${secret:K}\r\n", "a\r", "A=\"a\r\"\r\n"},
		"bare, a tab":                 {"A=${secret:K}", "a\t", "A=\"a\t\""},
		"bare, not ASCII":             {"A=${secret:K}", "é\xff", "A='é\xff'"},
		"bare, nothing":               {"A=${secret:K}", "", "A=''"},
		"bare, an equals sign":        {"A=${secret:K}", "=ls", "A='=ls'"},
		"bare, one behind a colon":    {"A=x:${secret:K}", "=ls", "A='x:=ls'"},
		"bare, quotes around":         {`A=-Dpw="${secret:K}" -e'$'`, "v", `A=-Dpw="v" -e'$'`},
		"bare, an escape around":      {`A=x\ ${secret:K}\n`, "v", `A=x\ v\n`},
		"bare, a home folder":         {`A=~/${secret:K}`, "v", `A=~/v`},
		"bare, other text around":     {`A=a;b=${secret:K} &`, "v", `A='a;b=v &'`},
		"bare, blanks around":         {"A= x ${secret:K} y ", "v", "A= 'x v y' "},
		"bare, a hash":                {"A=#${secret:K}", "v", "A='#v'"},
		"bare, a comment in it":       {"A=${secret:K:- #}", "v", "A=v"},
		"bare, a comment behind":      {"A=${secret:K} # ${secret:K}", "a b", "A='a b' # ${secret:K}"},
		"single quotes":               {"A='${secret:K}'", `a "$b`, `A='a "$b'`},
		"single quotes, text":         {`A='\x ${secret:K}` + "\n'", "v", `A='\x v` + "\n'"},
		"single quotes, a quote":      {"A='$x ${secret:K}'", "it's", `A="\$x it's"`},
		"single quotes, a backslash":  {"A='${secret:K}'", `a\b`, `A='a\b'`},
		"single quotes, two":          {"A='${secret:K}'", `a\\b`, `A="a\\\\b"`},
		"single quotes, one at last":  {"A='${secret:K}'", `a\`, `A="a\\"`},
		"single quotes, a newline":    {"A='${secret:K}'", "a\nb", "A=\"a\nb\""},
		"single quotes, a CR":         {"A='${secret:K}'", "a\r", "A=\"a\r\""},
		"double quotes":               {`A="${secret:K}"`, "a \\\"$`'\n\r\t", "A=\"a \\\\\\\"\\$\\`'\n\r\t\""},
		"double quotes, text":         {`A="\n\x\"${secret:K}\$"`, "v", `A="\n\x\"v\$"`},
		"double quotes, nothing":      {`A="${secret:K}"`, "", `A=""`},
		"backticks":                   {"A=`${secret:K}`", "a $b", "A='a $b'"},
		"backticks, quotes in them":   {"A=`\"it's\" ${secret:K}`", "v", `A="\"it's\" v"`},
		"export":                      {"export A = '${secret:K}'", "v", "export A = 'v'"},
		"lines":                       {"A=\"x\n${secret:K}\ny\"\nB='${secret:K}'\n", "v", "A=\"x\nv\ny\"\nB='v'\n"},
		"CRLF":                        {"\r\nA=${secret:K}\r\nB='x\r\n${secret:K}'\r\n", "v", "\r\nA=v\r\nB='x\r\nv'\r\n"},
		"byte order mark":             {"\ufeffA=${secret:K}", "v", "\ufeffA=v"},
		"comments":                    {"# ${secret:K}\n A=b # '${secret:K}\n\t#\\${secret:K}", "v", "# ${secret:K}\n A=b # '${secret:K}\n\t#\\${secret:K}"},
		"other lines":                 {"# a\n\nB = \"$x\\n\" # c\nC=`x`\nA=${secret:K}\nD='d\n'", "v", "# a\n\nB = \"$x\\n\" # c\nC=`x`\nA=v\nD='d\n'"},
		"not looked through again":    {`A="${secret:K}"`, "${secret:K}", `A='${secret:K}'`},
		"an escaped one":              {`A=\${secret:K}`, "v", `A='${secret:K}'`},
		"an escaped one, text":        {`A=$HOME-\${secret:K}`, "v", `A="$HOME-\${secret:K}"`},
		"an escaped one, single":      {`A='\${secret:K}'`, "v", `A='${secret:K}'`},
		"an escaped one, double":      {`A="\${secret:K}"`, "v", `A='${secret:K}'`},
		"double quotes, a dollar":     {`A="x ${secret:K}"`, `$a"b\c`, `A='x $a"b\c'`},
		"double quotes, more text":    {`A="\x ${secret:K}"`, `$a`, `A="\x \$a"`},
		"an escaped one, a quote":     {`A='\${secret:K:-'}'`, "v", `A="\${secret:K:-'}"`},
		"a variable in double quotes": {`A="pg://$U/${H}:${secret:K}@$P"`, "a$b", `A="pg://$U/${H}:a\$b@$P"`},
		"a variable in bare text":     {`A=pg://$U/${H}:${secret:K}@$P`, "a$b", `A="pg://$U/${H}:a\$b@$P"`},
		"one with other text":         {`A=it's-$U-${secret:K}`, "v", `A=it's-$U-v`},
		"an expansion behind":         {"A=\"${secret:K}$(x) `y`\"", "v", "A=\"v$(x) `y`\""},
		"an escaped dollar":           {"A=\"\\$(\\`\\\\${secret:K:-}\"", "v", "A=\"\\$(\\`\\${secret:K:-}\""},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\nA='${secret:B}\\${secret:C}' # ${secret:D}\nB=${secret:E}\nC=\"\\\\\\\\${secret:F}\"",
		Refs:   []int{1, 4, 5},
		Want:   "# ${secret:A}\nA='1${secret:C}' # ${secret:D}\nB=4\nC=\"\\\\5\"",
	},
	Slashes:  slashes,
	Decode:   func(t *testing.T, document string) string { return values(t, document)[0] },
	Comments: []string{"# ${secret:K}\n", "A='b' # ${secret:K}\n\n# \"$<secret:L>\nB=1"},
	Refused: map[string]rendertest.Refused{
		"in a name":                {"# ${secret:A}\n${secret:K}=x", "v", 14, secret.Invalid, inName, ""},
		"a part of a name":         {"B=1 # ${secret:A}\nexport A_${secret:K}=${secret:B}", "v", 27, secret.Invalid, inName, ""},
		"a command":                {`A="$(echo ${secret:K})"`, "v", 10, secret.Invalid, inShell, expanded},
		"a command before":         {`A="$(hostname) ${secret:K}"`, "v", 15, secret.Invalid, inShell, expanded},
		"an old command":           {"A=\"`echo ${secret:K}`\"", "v", 9, secret.Invalid, inShell, expanded},
		"a default":                {`A="${x:-${secret:K}}"`, "v", 8, secret.Invalid, inShell, expanded},
		"arithmetic":               {`A="$[1+${secret:K}]"`, "v", 7, secret.Invalid, inShell, expanded},
		"a dollar":                 {`A="$${secret:K}"`, "v", 4, secret.Invalid, inShell, expanded},
		"a name":                   {`A="$x${secret:K}"`, "v", 5, secret.Invalid, inShell, expanded},
		"a name behind a value":    {`A="${secret:K}$x${secret:K}"`, "v", 16, secret.Invalid, inShell, expanded},
		"a modifier of zsh":        {`A="$x:${secret:K}"`, "v", 6, secret.Invalid, inShell, expanded},
		"a subscript of zsh":       {`A="$x[${secret:K}]"`, "v", 6, secret.Invalid, inShell, expanded},
		"a name beyond ASCII":      {`A="$xé${secret:K}"`, "v", 7, secret.Invalid, inShell, expanded},
		"a name, a line end":       {"A=\"$x\\\n${secret:K}\"", "v", 7, secret.Invalid, inShell, expanded},
		"an open brace":            {`A="${x${secret:K}"`, "v", 6, secret.Invalid, inShell, expanded},
		"a number":                 {`A="$1 ${secret:K}"`, "v", 6, secret.Invalid, inShell, expanded},
		"a special one":            {`A="$# ${secret:K}"`, "v", 6, secret.Invalid, inShell, expanded},
		"behind an even number":    {`A="\\$${secret:K}"`, "v", 6, secret.Invalid, inShell, expanded},
		"behind an escaped one":    {`A="$(x \${secret:K} ${secret:K})"`, "v", 20, secret.Invalid, inShell, expanded},
		"bare, a name":             {`A=$x${secret:K}`, "v", 4, secret.Invalid, inShell, expanded},
		"bare, a command":          {`A=$(x ${secret:K})`, "v", 6, secret.Invalid, inShell, expanded},
		"the second of two values": {"A=\"${x}${secret:K}\"\nB=\"$x${secret:K}\"", "v", 25, secret.Invalid, inShell, expanded},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\x00", Sources: []string{"hunter2=\"$hunter2${secret:hunter2}\"", "hunter2_${secret:hunter2}=hunter2", "hunter2=hunter2${secret:hunter2}"}},
	Told: []rendertest.Told{
		{"A=${secret:K}", "v", "in a bare value, as it is"},
		{"A=x${secret:K}", "a b", "in a bare value, which becomes single-quoted"},
		{"A=${secret:K}", "it's", "in a bare value, which becomes double-quoted"},
		{"A=$B-${secret:K}", "a b", "in a bare value, which becomes double-quoted"},
		{"A='${secret:K}'", "a b", "in a single-quoted value, as it is"},
		{"A='${secret:K}'", "it's", "in a single-quoted value, which becomes double-quoted"},
		{`A="${secret:K}"`, "it's", "in a double-quoted value, as it is"},
		{`A="${secret:K}"`, "$x", "in a double-quoted value, which becomes single-quoted"},
		{`A="it's ${secret:K}"`, "$x", "in a double-quoted value, with escapes"},
		{`A=x"${secret:K}"`, "a b", "in a bare value"},
		{"A=`${secret:K}`", "v", "in a value in backticks, which becomes single-quoted"},
		{`A="${secret:K} ${secret:UNKNOWN}"`, "v", "in a double-quoted value; in a double-quoted value"},
		{"A=${secret:K}", "\x00", "in a bare value"},
		{`A="$(x ${secret:K})"`, "v", "in a double-quoted value"},
		{`A=\${secret:K} # ${secret:K}` + "\nB=${secret:K}", "v", "in a bare value, as it is"},
		{"A=1", "v", ""},
	},
	Parts: []string{
		"",
		"A=1\nB=${secret:K}\n\n# c ${secret:K}\nC='x'\n",
		"A=\"x\ny=${secret:K}\nz\"\nB='a\n\nb' # c\nC=`q\n`\n",
		"A=1\nB=${secret:K}",
		"A=1\r\nB=\"x\r\n${secret:K}\"\r\n",
		"\ufeffA=${secret:K}\nB=1\n",
		"A=${secret:K}\n\ufeffB=1\n",
		"A=${secret:K}\nB=\"x\nC=1\n",
		"A=${secret:K}\n=1\nC=1\n",
		"A=\"x\"\"y\n${secret:K}\"\nB=2\n",
		"A=it's ${secret:K}\nB='\nC=2\n'\n",
	},
}

var slashes = []rendertest.Slashes{
	{Before: "A=", Slash: `\`}, {Before: "A=x", Slash: `\`}, {Before: "A='", Slash: `\`, Behind: "'"}, {Before: "A=`", Slash: `\`, Behind: "y`"},
	{Before: `A="`, Slash: `\\`, Behind: `"`}, {Before: `A="x\"`, Slash: `\\`, Behind: `"`}, {Before: "A=\"\n", Slash: "\\\\\\\n", Behind: `"`},
}

func TestFormat(t *testing.T) { suite.Run(t) }

// parse is what the application hands over.
func parse(source []byte) (lines []Line, err error) {
	parsed, err := dotenv.Parse(source)
	for _, l := range parsed {
		lines = append(lines, Line{l.Name, l.Value, byte(l.Quote), l.Start, l.End})
	}
	return lines, err
}

// TestASingleBackslashInDoubleQuotes: to the dialect it is one backslash before a word.
func TestASingleBackslashInDoubleQuotes(t *testing.T) {
	for source, want := range map[string]string{
		`A="\${secret:K}"`: "${secret:K}", `A="\\\${secret:K}"`: `\v`, `A="\\\\\${secret:K}"`: `\${secret:K}`, `A="\a\${secret:K}"`: `\a${secret:K}`,
	} {
		out, _, err := rendertest.Render(Format(parse), source, "v")
		if err != nil {
			t.Fatal(err)
		}
		if got := values(t, out)[0]; got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// values asks the parser for the values of a file.
func values(t *testing.T, source string) (all []string) {
	t.Helper()
	lines, err := parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		all = append(all, string(l.Value))
	}
	return all
}

// TestTextThatOnlyShellsReadIsNotQuoted: in quotes it would be another text to them.
func TestTextThatOnlyShellsReadIsNotQuoted(t *testing.T) {
	for source, offset := range map[string]int{`A=-Dpw="${secret:K}"`: 8, `A=~/${secret:K}`: 4, `A=x\ ${secret:K}`: 5, `A=x"y"${secret:K}`: 6, "A=x`y`${secret:K}": 6, `A=${secret:K}\x`: 2} {
		for _, value := range []string{"a b", "$x", "it's", "=", "", "é"} {
			_, _, err := rendertest.Render(Format(parse), source, value)
			requireError(t, err, offset)
			if hint := secret.Hint(err); hint != `put quotes around the whole: NAME="... ${secret:KEY}"` {
				t.Errorf("%s: hint %q", source, hint)
			}
		}
	}
}

// requireError fails unless err is of kind Invalid and has its place.
func requireError(t *testing.T, err error, offset int) {
	t.Helper()
	var placed *render.PlacedError
	if !errors.As(err, &placed) {
		t.Fatalf("error %v without a place", err)
	}
	if placed.Offset != offset || !errors.Is(err, secret.Invalid) {
		t.Errorf("%v: kind %v at %d, want %d", err, secret.KindOf(err), placed.Offset, offset)
	}
}

func TestNULCannotBeCarried(t *testing.T) {
	for _, quotes := range []string{"", `"`, `'`, "`"} {
		_, _, err := rendertest.Render(Format(parse), "A="+quotes+"x ${secret:K}"+quotes, "a\x00b")
		requireError(t, err, len("A=x ")+len(quotes))
		if hint := secret.Hint(err); hint != "the filter base64 encodes any bytes: ${secret:KEY|base64}" {
			t.Errorf("hint %q", hint)
		}
	}
}

// TestErrorsOfTheParserAreGiven: they name their line themselves.
func TestErrorsOfTheParserAreGiven(t *testing.T) {
	broken := errors.New("broken")
	_, err := Format(func([]byte) ([]Line, error) { return nil, broken })([]byte("A=b"), nil)
	if err != broken {
		t.Errorf("error %v", err)
	}
	if _, _, err := rendertest.Render(Format(parse), "A=${secret:K}\nB='b", "v"); err == nil || err.Error() != "line 2: no closing single quote" {
		t.Errorf("error %v", err)
	}
}

// TestTheParserSeesNoReference: it would take "# " for a comment, and a quote for one.
func TestTheParserSeesNoReference(t *testing.T) {
	source := "A=${secret:K:-a # b} # c\nB='$<secret:K:-it's>'\nC=ZAAAAAAAZ"
	sawReference := false
	_, err := Format(func(b []byte) ([]Line, error) {
		sawReference = strings.Contains(string(b), "secret:")
		if len(b) != len(source) {
			t.Errorf("%d bytes for %d", len(b), len(source))
		}
		return parse(b)
	})([]byte(source), rendertest.Find(source))
	if err != nil || sawReference {
		t.Errorf("error %v, saw a reference: %v", err, sawReference)
	}
}

// TestWordsAreToldFromText: the text holds words that would stand for a reference.
func TestWordsAreToldFromText(t *testing.T) {
	var text strings.Builder
	for other := 'A'; other <= 'Y'; other++ {
		text.WriteString("Z" + strings.Repeat(string(other), 10))
	}
	source := "A='" + text.String() + "ZYX${secret:K}YY'"
	out, _, err := rendertest.Render(Format(parse), source, "v")
	if want := strings.Replace(source, "${secret:K}", "v", 1); err != nil || out != want {
		t.Errorf("got %q, error %v", out, err)
	}
	for first := 'A'; first <= 'Z'; first++ {
		for other := 'A'; other <= 'Z'; other++ {
			text.WriteString(string(first) + strings.Repeat(string(other), 7))
		}
	}
	if _, _, err = rendertest.Render(Format(parse), "A='"+text.String()+"${secret:K}'", "v"); err == nil {
		t.Error("no error, though every word is taken")
	}
}

// TestACommentMustBeReadableToo: a reader that knows no references sees the NUL.
func TestACommentMustBeReadableToo(t *testing.T) {
	_, _, err := rendertest.Render(Format(parse), "B=b\nA=${secret:K} # ${secret:K:-\x00}", "v")
	requireError(t, err, len("B=b\nA="))
}

// TestProofSeesEveryDifference hands wrong results to the proof.
func TestProofSeesEveryDifference(t *testing.T) {
	source := "# é\nA=\"x\\\\\\\\${secret:A}\\n\" # a\nB='b'\nexport C=y${secret:B}\n"
	f, err := Format(parse)([]byte(source), rendertest.Find(source))
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
	if err := d.prove(b, texts); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what, bad string) {
		if bad == good {
			return
		}
		tried++
		if err := d.prove([]byte(bad), texts); !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	for i := range len(good) {
		if !strings.HasPrefix(good[i:], `\n"`) && !strings.HasPrefix(good[i:], `\\v`) && !strings.HasPrefix(good[i:], `\v`) { // either is read alike without its backslash, or is none
			try(fmt.Sprintf("byte %d dropped", i), good[:i]+good[i+1:])
		}
		for _, b := range []byte("x\" '#=\n") {
			try(fmt.Sprintf("%q for byte %d", b, i), good[:i]+string(b)+good[i+1:])
			if i == 0 || good[i-1] != '\\' || b != '\n' { // or it is a line that goes on
				try(fmt.Sprintf("%q before byte %d", b, i), good[:i]+string(b)+good[i:])
			}
		}
	}
	for what, bad := range map[string]string{
		"a line more":     good + "D=1\n",
		"a line less":     strings.Replace(good, "B='b'\n", "", 1),
		"another name":    strings.Replace(good, "B=", "b=", 1),
		"other quotes":    strings.Replace(good, "'b'", `"b"`, 1),
		"another comment": strings.Replace(good, "# a", "# b", 1),
		"nothing":         "",
	} {
		try(what, bad)
	}
	d.parse = func(b []byte) ([]Line, error) {
		lines, err := parse(b)
		return append(lines, Line{Name: "D"}), err
	}
	if err := d.prove(b, texts); !errors.Is(err, secret.Invalid) {
		t.Errorf("a line out of nothing: error %v", err)
	}
	if tried < 500 {
		t.Errorf("only %d were tried", tried)
	}
}

// place is where a value can stand: a line, in which the reference is to the key K.
type place struct {
	name, before, scalar, behind string
	prefix, suffix               string // of the value
	alone                        bool   // a document of its own, for no shell
}

func places() []place {
	const ref = "${secret:K}"
	return []place{
		{"bare", "NAME=", ref, "\n", "", "", false},
		{"bare, text around", "NAME=", "pg://u:" + ref + "@h/d", "\n", "pg://u:", "@h/d", false},
		{"bare, other text around", "NAME=", "a b#" + ref + `;|&`, "\n", "a b#", `;|&`, false},
		{"single quotes", "NAME=", "'" + ref + "'", "\n", "", "", false},
		{"single quotes, text around", "NAME=", `'\n"$x` + ref + "`é#'", "\n", `\n"$x`, "`é#", false},
		{"double quotes", "NAME=", `"` + ref + `"`, "\n", "", "", false},
		{"double quotes, text around", "NAME=", `"\"é` + ref + `\"\\\$é"`, "\n", `"é`, `"\$é`, false},
		{"backticks", "NAME=", "`" + ref + "`", "\n", "", "", false},
		{"backticks, text around", "NAME=", "`it's \"$x" + ref + "\\`", "\n", `it's "$x`, `\`, false},
		{"export", "export NAME=", ref, "\n", "", "", false},
		{"export, double quotes", "  export NAME=", `"` + ref + `"`, "\n", "", "", false},
		{"a comment behind", "NAME=", ref, " # it's \"${secret:OTHER}\n", "", "", false},
		{"a comment behind quotes", "# ${secret:OTHER}\nNAME=", `"` + ref + `"`, "\t# `\n", "", "", false},
		{"many lines", "NAME=", "\"a\n\n" + ref + "\nb\"", "\n", "a\n\n", "\nb", false},
		{"many lines, single quotes", "NAME=", "'a\n" + ref + "\nb\n'", "\n", "a\n", "\nb\n", false},
		{"behind backslashes", "NAME=", `"\\\\` + ref + `"`, "\n", `\`, "", false},
		{"the other brackets", "NAME=", "$<secret:K>", "\n", "", "", false},
		{"no line end", "NAME=", ref, "", "", "", true},
		{"CRLF", "# a\r\nNAME=", ref, "\r\n", "", "", true},
		{"CRLF in quotes", "NAME=", "\"a\r\n" + ref + "\r\n\"", "\r\n", "a\r\n", "\r\n", true},
		{"behind a byte order mark", "\ufeffNAME = ", ref, " # a\n", "", "", true},
	}
}

func TestEveryValueInEveryPlace(t *testing.T) {
	carried, refused := 0, 0
	for _, p := range places() {
		for _, k := range hostile.Kinds() {
			before, behind := "OTHER='$x' # c\n"+p.before, p.behind
			if p.alone {
				before = p.before
			} else {
				behind += "\n# d\nLAST=`y`\n"
			}
			out, _, err := rendertest.Render(Format(parse), before+p.scalar+behind, k.Value)
			if strings.Contains(k.Value, "\x00") {
				requireError(t, err, len(before)+rendertest.Find(p.scalar)[0].Start)
				refused++
				continue
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", p.name, k.Name, err)
			}
			carried++
			if !strings.HasPrefix(out, before) || !strings.HasSuffix(out, behind) || len(out) < len(before)+len(behind) {
				t.Errorf("%s: %s: more than the scalar has changed", p.name, k.Name)
			}
			requireLines(t, p.name+": "+k.Name, out, before+"x"+behind, p.prefix+k.Value+p.suffix)
		}
	}
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(hostile.Kinds()), len(places()), carried, refused)
}

// requireLines compares the lines of out with those of a document in which "x" stands
// for the value of NAME.
func requireLines(t *testing.T, name, out, document, value string) {
	t.Helper()
	got, err := parse([]byte(out))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	want, err := parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d lines, want %d", name, len(got), len(want))
	}
	for i, w := range want {
		text := string(w.Value)
		if w.Name == "NAME" {
			text = value
		}
		if got[i].Name != w.Name || string(got[i].Value) != text {
			t.Errorf("%s: line %d: %d bytes, and not the %d of the document", name, i, len(got[i].Value), len(text))
		}
	}
}

// FuzzSplice says: what is rendered has the lines of the document with the values put
// in; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	for _, source := range []string{
		"A=${secret:K}\nB='${secret:K}'\nC=\"${secret:K}\"\nD=`${secret:K}`\n",
		"export A = x${secret:K}y # ${secret:K}\r\n# ${secret:K}\r\n",
		`A=\${secret:K}` + "\n" + `B="\\${secret:K}\\\\$<secret:K>\"\\\${secret:K}"`,
		"A=\"x\\\n${secret:K}\n\\\\\\\n${secret:K}\"", `A="$x/${secret:K}"`, `A="$(x ${secret:K})"`, "A=$x-${secret:K}-$y",
		"${secret:K}=x", "\ufeffA=${secret:K:-' # \"}", "A='it\\'s", "A=ZAAAAAAA${secret:K}", "A=\"é${secret:K}\\\"\"", "",
	} {
		for _, value := range []string{"v", "", "it's \\\"$`\n\r\t", "é\"\xff", "=x", "a\x00"} {
			f.Add(source, value)
		}
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		out, refs, err := rendertest.Render(Format(parse), source, value)
		if err != nil {
			if kind := secret.KindOf(err); kind != secret.Invalid && kind != secret.General {
				t.Fatalf("error %v of kind %v", err, kind)
			}
			return
		}
		if len(rendertest.Find(source)) == 0 && out != source {
			t.Fatal("a document without references has changed")
		}
		if len(refs) > 0 && strings.Contains(value, "\x00") {
			t.Fatal("a value with a NUL was put in")
		}
		if len(refs) > 0 || out != source { // else a comment may hold what the parser takes only within a reference
			requireTree(t, source, value, refs, out)
		}
	})
}

// requireTree compares out with the document in which each reference is a word, line by
// line, with the values put in.
func requireTree(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	words := source
	spans := rendertest.Find(source)
	for n, span := range slices.Backward(spans) {
		words = words[:span.Start] + rendertest.WordFor(n) + words[span.End:]
	}
	want, err := parse([]byte(words))
	if err != nil {
		t.Fatalf("rendered, though not of the format: %v", err)
	}
	got, err := parse([]byte(out))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d lines, error %v, want %d", len(got), err, len(want))
	}
	for i, w := range want {
		text := string(w.Value)
		for n, span := range slices.Backward(spans) { // so that no value stands before a word
			text = withValue(text, n, source[span.Start:span.End], value, w.Name == "", slices.Contains(refs, n))
		}
		if got[i].Name != w.Name || string(got[i].Value) != text {
			t.Fatalf("line %d is another", i)
		}
	}
}

// withValue puts the value, or the reference itself, in the place of its word.
func withValue(text string, span int, reference, value string, isComment, isRef bool) string {
	before, behind, ok := strings.Cut(text, rendertest.WordFor(span))
	switch {
	case !ok:
		return text
	case isComment:
		return before + reference + behind
	}
	slashes := len(before) - len(strings.TrimRight(before, `\`))
	before = before[:len(before)-slashes+slashes/2]
	if isRef {
		return before + value + behind
	}
	return before + reference + behind
}

func BenchmarkRender(b *testing.B) {
	line := "SERVICE_URL=\"postgres://app:${secret:DATABASE_PASSWORD}@localhost/app\" # " + strings.Repeat("some text of a configuration ", 32) + "\n"
	rendertest.Benchmark(b, Format(parse), strings.Repeat(line, 1000), "p@ss \"word\" & #1", 1_000_000)
}

func FuzzParts(f *testing.F) { suite.FuzzParts(f) }
