package resolve

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xec-sh/xec-go/store/secret"
)

// show writes tokens so that a table can name them: a reference as <kind name
// filters default>.
func show(tokens []Token) string {
	var b strings.Builder
	for _, t := range tokens {
		if t.Ref == nil {
			b.Write(t.Literal)
			continue
		}
		fmt.Fprintf(&b, "‹%s %s", [...]string{"secret", "vars", "env", "params", "cmd"}[t.Ref.Kind], t.Ref.Name)
		for _, f := range t.Ref.Filters {
			b.WriteString("|" + f)
		}
		if t.Ref.HasDefault {
			b.WriteString(" default(" + t.Ref.Default + ")")
		}
		b.WriteString("›")
	}
	return b.String()
}

func declared(name string) bool { return name == "region" || name == "port" }

func TestDialects(t *testing.T) {
	for _, test := range []struct {
		dialect  Dialect
		in, want string
	}{
		{Text, "", ""},
		{Text, "${secret:K}", "‹secret K›"},
		{Text, "$<secret:K>", "‹secret K›"},
		{Text, "a ${secret:a.b-c_D9} b", "a ‹secret a.b-c_D9› b"},
		{Text, "${secret:K|url|base64}", "‹secret K|url|base64›"},
		{Text, "${secret:K:-x y}", "‹secret K default(x y)›"},
		{Text, "${secret:K:x}", "‹secret K default(x)›"},
		{Text, "${secret:K:}", "‹secret K default()›"},
		{Text, "${secret:K:-}", "‹secret K default()›"},
		{Text, "${secret:K|url:-a:b|c}", "‹secret K|url default(a:b|c)›"},
		{Text, "$<secret:K:-a}b>", "‹secret K default(a}b)›"},
		{Text, "${secret:K:-a>b}", "‹secret K default(a>b)›"},
		{Text, "${secret:A}${secret:B}", "‹secret A›‹secret B›"},
		{Text, "$${secret:A}", "$‹secret A›"},
		{Text, "{${secret:A}}", "{‹secret A›}"},
		// Somebody else's.
		{Text, "${secret:0:4} ${secret:-x} ${secret:?no} ${secret} ${secret:}", "${secret:0:4} ${secret:-x} ${secret:?no} ${secret} ${secret:}"},
		{Text, "${secrets:K} ${secret.K} ${secrets.K} ${vars.a} ${env.A} ${cmd:x}", "${secrets:K} ${secret.K} ${secrets.K} ${vars.a} ${env.A} ${cmd:x}"},
		{Text, "${SECRET:K} ${{ secrets.K }} ${env:X} $host $(x) ${x:-7} secret:K {secret:K} $secret:K", "${SECRET:K} ${{ secrets.K }} ${env:X} $host $(x) ${x:-7} secret:K {secret:K} $secret:K"},
		{Text, "${secret:K\n}", "${secret:K\n}"},
		{Text, "${secret:K", "${secret:K"},
		{Text, "${secret:A ${secret:B\n${secret:C}", "${secret:A ${secret:B\n‹secret C›"},
		{Text, "${secret:A $<secret:B>", "${secret:A ‹secret B›"},
		{Text, "$<secret:A ${secret:B}", "$<secret:A ‹secret B›"},
		{Text, "${secret:A\r\n${secret:B}", "${secret:A\r\n‹secret B›"},
		// Escapes.
		{Text, `\${secret:K}`, `${secret:K}`},
		{Text, `\\${secret:K}`, `\‹secret K›`},
		{Text, `\\\${secret:K}`, `\${secret:K}`},
		{Text, `\\\\${secret:K}`, `\\‹secret K›`},
		{Text, `\\\\\$<secret:K>`, `\\$<secret:K>`},
		{Text, `\${secret:K@x}`, `${secret:K@x}`},
		{Text, `a\b \$ \{ \${x} \${secret:0} \${secret:K`, `a\b \$ \{ \${x} \${secret:0} \${secret:K`},
		{Text, `\\`, `\\`},
		// The configuration.
		{Config, "${secrets:K}${secret.K}${secrets.K}", "‹secret K›‹secret K›‹secret K›"},
		{Config, "${vars.a.b[0].c-d} ${a.b} ${a[1][2].x} ${a.0.b}", "‹vars a.b[0].c-d› ‹vars a.b› ‹vars a[1][2].x› ‹vars a.0.b›"},
		{Config, "${env.HOME:-/root} ${params.x:y} ${port:80}", "‹env HOME default(/root)› ‹params x default(y)› ‹vars port default(80)›"},
		{Config, "${cmd:git rev-parse HEAD | cut -c1-7}", "‹cmd git rev-parse HEAD | cut -c1-7›"},
		{Config, "$<vars.a> $<cmd:ls> $<a> a < b $HOME", "‹vars a› ‹cmd ls› $<a> a < b $HOME"},
		{Config, `\${vars.a} \\${a}`, `${vars.a} \‹vars a›`},
		{Config, `\${`, `\${`},
		// A variable for a program.
		{Variable, `${secret:K} ${vars.a} ${HOME} ${secret:0:4} \${secret:K} \${secret:K`, `‹secret K› ${vars.a} ${HOME} ${secret:0:4} ${secret:K} \${secret:K`},
		// A task's command.
		{Command, "${secret:K} ${vars.a} ${env.A} ${params.p} ${cmd:date}", "‹secret K› ‹vars a› ‹env A› ‹params p› ‹cmd date›"},
		{Command, "${region} ${port} ${HOME} ${region:-x} ${regio} $region $1 $(x) ${x%y} ${#x}", "‹vars region› ‹vars port› ${HOME} ${region:-x} ${regio} $region $1 $(x) ${x%y} ${#x}"},
		{Command, "${secret:0:4} ${cmd:-x} ${cmd:0:3} ${secret.K} $<secret:K>", "${secret:0:4} ${cmd:-x} ${cmd:0:3} ‹secret K› ‹secret K›"},
		{Command, `\${secret:K} \\${secret:K} \\\${region}`, `\${secret:K} \\‹secret K› \\\${region}`},
	} {
		tokens, err := Parse(test.in, test.dialect, declared)
		if got := show(tokens); err != nil || got != test.want {
			t.Errorf("dialect %d, %q:\n got %q, error %v\nwant %q", test.dialect, test.in, got, err, test.want)
		}
	}
}

func TestWhatIsNotOfTheGrammarIsRefused(t *testing.T) {
	for _, test := range []struct {
		dialect  Dialect
		in, want string
	}{
		{Text, "${secret:K@prod}", `1:1: '@' behind "K" is kept for a later version`},
		{Text, "x\n  ${secret:K|nope}", `2:3: unknown filter "nope"`},
		{Text, "${secret:K|bas64}", `1:1: unknown filter "bas64", the nearest is "base64"`},
		{Text, "${secret:K|}", `1:1: unknown filter ""`},
		{Text, "${secret:K |url}", `white space behind "K"`},
		{Text, "${secret:K }", `white space behind "K"`},
		{Text, "${secret:A/B}", `"/" behind "A"`},
		{Text, "${secret:K:-${x}", "a default is literal text"},
		{Text, "$<secret:K:-$<x>", "a default is literal text"},
		{Text, "${secret:" + strings.Repeat("k", secret.MaxKey+1) + "}", "the key has 257 bytes"},
		{Text, "é\té${secret:K@}", "1:4: "},
		{Text, "$<secret:K}\n>x>", ""},
		{Config, "${SECRET:K}", `unknown prefix "SECRET:", meant is "secret:"`},
		{Config, "${secert:K}", `meant is "secret:"`},
		{Config, "${Vars.a}", `meant is "vars."`},
		{Config, "${var.a}", `meant is "vars."`},
		{Config, "${env:HOME}", `meant is "env."`},
		{Config, "a: ${vars.a", "1:4: no closing bracket on the line"},
		{Config, "a: $<secret:a", "1:4: no closing bracket on the line"},
		{Config, "a: $<b \\\\$<cmd:x\n>", "1:10: no closing bracket on the line"},
		{Config, "${}", "not of the form"},
		{Config, "${a..b}", "not of the form"},
		{Config, "${a[x]}", "not of the form"},
		{Config, "${a.}", "not of the form"},
		{Config, "${[0]}", "not of the form"},
		{Config, "${secret:}", "the key is missing"},
		{Config, "${secret:1}", "the key does not start"},
		{Config, "${env.}", "name of the variable is missing"},
		{Config, "${env.1A}", "name of the variable is missing"},
		{Config, "${cmd: }", "the command is empty"},
		{Config, "${cmd:echo ${vars.a}}", "cannot hold a reference"},
		{Config, "${vars.a|url}", "only a secret takes filters"},
		{Config, "${a b}", "white space"},
		{Command, "${vars.a@b}", "'@'"},
		{Variable, "a ${secret:K", "1:3: no closing bracket on the line"},
		{Variable, "$<secret:K:-x\n>", "1:1: no closing bracket on the line"},
	} {
		_, err := Parse(test.in, test.dialect, declared)
		if test.want == "" {
			if err != nil {
				t.Errorf("%q: error %v", test.in, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || secret.KindOf(err) != secret.Invalid {
			t.Errorf("dialect %d, %q:\n got error %v\nwant %q", test.dialect, test.in, err, test.want)
		}
	}
}

func TestErrorsAreAllReported(t *testing.T) {
	_, err := Parse("${secret:A@}\n${secret:B}\n ${secret:C|x}\n", Text, nil)
	lines := strings.Split(fmt.Sprint(err), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "1:1: ") || !strings.HasPrefix(lines[1], "3:2: ") {
		t.Errorf("errors %q", lines)
	}
}

func TestErrorsNeverQuoteADefault(t *testing.T) {
	for _, in := range []string{"${secret:K:-hunter2 ${x}", "${secret:K|nope:-hunter2}", "${secret:K@:-hunter2}", "${secret:K hunter2}"} {
		if _, err := Parse(in, Text, nil); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: error %v", in, err)
		}
	}
}

func TestPlaces(t *testing.T) {
	tokens, err := Parse("é${secret:A}\r\n\n\t日本${secret:B} \xff${secret:C}", Text, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Position{"A": {2, 1, 2}, "B": {23, 3, 4}, "C": {36, 3, 17}}
	for _, token := range tokens {
		if token.Ref != nil && token.Ref.Position != want[token.Ref.Name] {
			t.Errorf("%s at %+v, want %+v", token.Ref.Name, token.Ref.Position, want[token.Ref.Name])
		}
	}
}

// TestAMarkIsInNoColumn: whoever reads the text, however little at a time.
func TestAMarkIsInNoColumn(t *testing.T) {
	for text, want := range map[string]string{
		"\ufeff${secret:A}":                     "1:1",
		"\ufeffé ${secret:A}":                   "1:3",
		"\ufeff\n\ufeff${secret:A}":             "2:2",
		"\ufeff\ufeff${secret:A}":               "1:2",
		"\ufeff" + `\\${secret:A}`:              "1:3",
		"\ufeff012345678901234567 ${secret:A@}": "1:20",
	} {
		offset := strings.Index(text, "${")
		for reader, r := range map[string]io.Reader{"whole": strings.NewReader(text), "in bytes": iotest.OneByteReader(strings.NewReader(text))} {
			s := NewScanner(r)
			at := ""
			for token, err := s.Next(); err == nil; token, err = s.Next() {
				if token.Ref != nil {
					at = token.Ref.Position.String()
				}
			}
			if err := s.Err(); err != nil {
				at, _, _ = strings.Cut(err.Error(), ": ")
			}
			if at != want {
				t.Errorf("%q, %s: at %s, want %s", text, reader, at, want)
			}
		}
		if found := Find([]byte(text)); len(found) != 1 || found[0].Position.String() != want || At([]byte(text), offset) != found[0].Position {
			t.Errorf("%q: found %v, offset %d at %v, want %s", text, found, offset, At([]byte(text), offset), want)
		}
	}
}

func TestReferencesHaveALimit(t *testing.T) {
	fits := "${secret:K:-" + strings.Repeat("x", maxReference-len("${secret:K:-}")) + "}"
	for text, want := range map[string]string{
		fits:                                 "",
		"a\n " + fits[:12] + "y" + fits[12:]: "2:2: a reference longer than",
		strings.Repeat(`\`, maxReference) + "${secret:K}":    "",
		strings.Repeat(`\`, maxReference+1) + "${secret:K}":  "1:65538: more than",
		strings.Repeat(`\`, 10*maxReference) + "${secret:K}": "more than",
		strings.Repeat(`\`, 10*maxReference):                 "",
	} {
		for _, err := range []error{parseErr(text), scanErr(text)} {
			if want == "" && err != nil || want != "" && !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%.20q…, %d bytes: error %v, want %q", text, len(text), err, want)
			}
		}
	}
}

func parseErr(text string) error {
	_, err := Parse(text, Text, nil)
	return err
}

func scanErr(text string) error {
	_, err := scanAll(NewScanner(strings.NewReader(text)))
	return err
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"${secret:K|url:-x}", `\\${secret:K}`, "$<secret:K>", "${vars.a[0]}", "${cmd:x}", "${secret:0:4}", "${secret:A $<secret:B>\n}", "${region}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range []Dialect{Text, Config, Command, Variable} {
			tokens, err := Parse(text, d, declared)
			checkTokens(t, text, tokens, err)
		}
	})
}

// checkTokens checks the laws of parsing: a reference stands in the text as it is
// printed, in order, at its place; without backslashes before references, printing
// all tokens gives the text back.
func checkTokens(t *testing.T, text string, tokens []Token, err error) {
	var printed strings.Builder
	last := int64(0)
	for _, token := range tokens {
		if r := token.Ref; r != nil {
			end := r.Offset + int64(len(r.Raw))
			if r.Offset < last || end > int64(len(text)) || text[r.Offset:end] != r.String() {
				t.Fatalf("%q: reference %q is not at offset %d", text, r.Raw, r.Offset)
			}
			before := text[:r.Offset]
			if r.Line != 1+strings.Count(before, "\n") {
				t.Fatalf("%q: reference %q is not on line %d", text, r.Raw, r.Line)
			}
			again, err := Parse(r.Raw, Config, nil)
			if err != nil || len(again) != 1 || again[0].Ref == nil || again[0].Ref.Raw != r.Raw {
				if !strings.HasPrefix(r.Raw, "$<") {
					t.Fatalf("%q: parsed alone it is another reference", r.Raw)
				}
			}
			last = end
			printed.WriteString(r.Raw)
		}
		printed.Write(token.Literal)
	}
	if !strings.Contains(text, `\`) && printed.String() != text {
		t.Fatalf("%q: printed as %q", text, printed.String())
	}
}
