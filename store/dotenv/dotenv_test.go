package dotenv_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestDialect(t *testing.T) {
	// Values are made up, and shown by want.
	for name, test := range map[string]struct {
		src  string
		want []string // "NAME value" of assignments, "# text" of comments
	}{
		"plain":                    {"A=b", []string{"A b"}},
		"lines":                    {"A=b\nC=d\n", []string{"A b", "C d"}},
		"CRLF":                     {"A=b\r\n\r\nC='d'\r\n# e\r\n", []string{"A b", "C d", "#  e"}},
		"a CR at the end":          {"A=b\r", []string{"A b"}},
		"a CR within":              {"A=b\rc", []string{"A b\rc"}},
		"byte order mark":          {"\ufeffA=b", []string{"A b"}},
		"only a byte order mark":   {"\ufeff", nil},
		"nothing":                  {"", nil},
		"blank lines":              {"\n \t\n\nA=b\n\n", []string{"A b"}},
		"blanks in front":          {" \tA=b", []string{"A b"}},
		"blanks around =":          {"A \t=\t b", []string{"A b"}},
		"export":                   {"export A=b\nexport\t B=c\n  export C=d", []string{"A b", "B c", "C d"}},
		"the name export":          {"export=b\nexport =c\nexport export=d", []string{"export b", "export c", "export d"}},
		"names like export":        {"exports=b\nexport.a=c\nexport-a=d", []string{"exports b", "export.a c", "export-a d"}},
		"names of keys":            {"a.b-c_D9=e\n_=f", []string{"a.b-c_D9 e", "_ f"}},
		"empty":                    {"A=\nB= \nC= # d\nD=''\nE=\"\"", []string{"A ", "B ", "C ", "D ", "E "}},
		"inner blanks":             {"A=b  c \t", []string{"A b  c"}},
		"other white space":        {"A=\u00a0b\u00a0\v", []string{"A \u00a0b\u00a0\v"}},
		"a comment behind":         {"A=b # c\nB=c\t#d", []string{"A b", "B c"}},
		"a hash within":            {"A=b#c\nB=#d\nC=e #f #g", []string{"A b#c", "B #d", "C e"}},
		"comments":                 {"# a\n  #b\n#", []string{"#  a", "# b", "# "}},
		"an assignment as comment": {"#A=b", []string{"# A=b"}},
		"equals signs":             {"A==b==", []string{"A =b=="}},
		"a backslash":              {`A=b\nc\`, []string{`A b\nc\`}},
		"quotes within":            {`A=b"c'd` + "`", []string{`A b"c'd` + "`"}},
		"single quotes":            {`A='b\n"$c#` + "`" + ` '`, []string{`A b\n"$c#` + "`" + ` `}},
		"backticks":                {"A=`b\\n\"$(c)' `", []string{"A b\\n\"$(c)' "}},
		"lines in quotes":          {"A='b\n\nc'\nB=`d\ne`\nC=\"f\n# g\n\"", []string{"A b\n\nc", "B d\ne", "C f\n# g\n"}},
		"CRLF in quotes":           {"A='b\r\nc'\r\nB=\"d\r\n\"", []string{"A b\r\nc", "B d\r\n"}},
		"double quotes":            {`A="b 'c' ` + "`" + ` # $d"`, []string{"A b 'c' ` # $d"}},
		"escapes":                  {`A="\\ \" \$ ` + "\\`" + `"`, []string{"A \\ \" $ `"}},
		"letters":                  {`A="\n\r\t"`, []string{"A \n\r\t"}},
		"an escaped escape":        {`A="\\n\\"`, []string{`A \n\`}},
		"other escapes":            {`A="\a\'\x41\u0041\ \#"`, []string{`A \a\'\x41\u0041\ \#`}},
		"backslash newline":        {"A=\"b\\\nc\\\\\nd\"", []string{"A bc\\\nd"}},
		"backslash CRLF":           {"A=\"b\\\r\nc\"", []string{"A b\\\r\nc"}},
		"quotes behind quotes":     {"A=\"b\"\"c\\n\"\"\" # d\nB=\"\"\"x\n\"\"y\"", []string{"A bc\n", "B x\ny"}},
		"behind a closing quote":   {"A='b' \t\nB=\"c\" # d\nC=`e`\t#f\r\n", []string{"A b", "B c", "C e"}},
		"nothing is expanded":      {"A=$B${C}$(id)`id`~*\nD=\"$B${C}$(id)`id`~*\"", []string{"A $B${C}$(id)`id`~*", "D $B${C}$(id)`id`~*"}},
		"bytes":                    {"A=\xff\x01\u0085\nB=\"\x80\\\xff\"", []string{"A \xff\x01\u0085", "B \x80\\\xff"}},
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := dotenv.Parse([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(lines); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func summary(lines []dotenv.Line) []string {
	var all []string
	for _, line := range lines {
		name := line.Name
		if line.IsComment() {
			name = "#"
		}
		all = append(all, name+" "+string(line.Value))
	}
	return all
}

func TestPlaces(t *testing.T) {
	src := "\ufeff# a\r\n\nA=b # c\nexport B = 'd\ne'\r\nC=\nD= # f\nE=\"\\n\"\nF=``\n \t# g\n"
	lines, err := dotenv.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		number int
		quote  dotenv.Quote
		before string // what stands between the line's start and Start
		raw    string
	}{
		{1, dotenv.None, "#", " a"},
		{3, dotenv.None, "A=", "b"},
		{4, dotenv.Single, "export B = ", "'d\ne'"},
		{6, dotenv.None, "C=", ""},
		{7, dotenv.None, "D=", ""},
		{8, dotenv.Double, "E=", `"\n"`},
		{9, dotenv.Backtick, "F=", "``"},
		{10, dotenv.None, " \t#", " g"},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(lines), len(want))
	}
	for i, w := range want {
		l := lines[i]
		if l.Number != w.number || l.Quote != w.quote || src[l.Start:l.End] != w.raw || !strings.HasSuffix(src[:l.Start], w.before) {
			t.Errorf("line %d: got number %d, quote %v, %d to %d", w.number, l.Number, l.Quote, l.Start, l.End)
		}
	}
}

func TestErrors(t *testing.T) {
	const noName = "no name: a name is a letter or '_', then letters, digits, '_', '.' and '-'"
	const noEquals = "no '=' behind the name"
	const more = "more text behind a closing quote; only blanks and a comment may follow"
	for name, test := range map[string]struct{ src, want string }{
		"no double quote":        {"\n\n\n\n\n\nA=\"hunter2\n\nB=c", "line 7: no closing double quote"},
		"an escaped quote":       {`A="hunter2\"`, "line 1: no closing double quote"},
		"only a backslash":       {`A="\`, "line 1: no closing double quote"},
		"no single quote":        {`A='hunter2`, "line 1: no closing single quote"},
		"no backtick":            {"B=c\r\nA=`hunter2", "line 2: no closing backtick"},
		"text behind":            {`A="b"hunter2`, "line 1, column 6: " + more},
		"text behind a blank":    {`A='b' hunter2`, "line 1, column 7: " + more},
		"a hash behind":          {`A='b'#hunter2`, "line 1, column 6: " + more},
		"text behind lines":      {"A='b\nc\nde' hunter2", "line 3, column 5: " + more},
		"words of a shell":       {`A='it'"'"'s'`, "line 1, column 7: " + more},
		"no equals sign":         {"A=b\nhunter2", "line 2, column 8: " + noEquals},
		"a name with a blank":    {"A hunter2=b", "line 1, column 3: " + noEquals},
		"export alone":           {"export", "line 1, column 7: " + noEquals},
		"export of a name":       {"export A", "line 1, column 9: " + noEquals},
		"export with an option":  {"export -n A=b", "line 1, column 8: " + noEquals},
		"a colon":                {"A: hunter2", "line 1, column 2: " + noEquals},
		"a letter beyond ASCII":  {"Aé=b", "line 1, column 2: " + noEquals},
		"a digit in front":       {"\ufeff 1=b", "line 1, column 2: " + noName},
		"an equals sign":         {"=b", "line 1, column 1: " + noName},
		"a second mark":          {"\ufeff\ufeffA=b", "line 1, column 1: " + noName},
		"a quoted name":          {`"A"=b`, "line 1, column 1: " + noName},
		"JSON":                   {"{\n\"A\": \"hunter2\"}", "line 1, column 1: " + noName},
		"a PEM without quotes":   {"A=-----BEGIN\nhunter2/x=\n", "line 2, column 8: " + noEquals},
		"a NUL":                  {"A=b\nB='\x00'", "line 2: a NUL byte; is the text UTF-16?"},
		"a NUL in a comment":     {"#\x00", "line 1: a NUL byte; is the text UTF-16?"},
		"a NUL before the wrong": {"A\n\x00", "line 2: a NUL byte; is the text UTF-16?"},
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := dotenv.Parse([]byte(test.src))
			if err == nil {
				t.Fatal("no error")
			}
			var at *dotenv.SyntaxError
			if !errors.Is(err, secret.Invalid) || !errors.As(err, &at) {
				t.Fatalf("an error of kind %v", secret.KindOf(err))
			}
			if n := len(lines); n > 0 && (lines[n-1].Number >= at.Line || lines[n-1].End > at.Offset) {
				t.Errorf("%d lines came with an error in line %d", n, at.Line)
			}
			if err.Error() != test.want {
				t.Errorf("got %q, want %q", err, test.want)
			}
		})
	}
}

func TestAValueCannotGrowIntoTheSource(t *testing.T) {
	src := []byte("A=b\nC='d'\n#e\n")
	lines, err := dotenv.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		_ = append(line.Value, '!')
	}
	if string(src) != "A=b\nC='d'\n#e\n" {
		t.Error("appending to a value changed the source")
	}
}

// A target whose seeds have moved away passes without having tested anything.
func TestFuzzParseHasSeeds(t *testing.T) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzParse"); err != nil || len(seeds) < 10 {
		t.Errorf("%d seeds, %v", len(seeds), err)
	}
}

// FuzzParse says: places are in order and true, and any other value can be put
// in the place of one.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, src []byte) {
		lines, err := dotenv.Parse(src)
		var at *dotenv.SyntaxError
		if err != nil && (!errors.Is(err, secret.Invalid) || !errors.As(err, &at)) {
			t.Fatalf("an error of kind %v", secret.KindOf(err))
		}
		end := 0
		for _, line := range lines { // those before an error, too
			requirePlace(t, string(src), line, end)
			end = line.End
		}
		if err != nil {
			if at.Offset < end {
				t.Fatalf("an error at %d, behind it a line that ends at %d", at.Offset, end)
			}
			return
		}
		for _, raw := range []string{"spliced", "'spliced'", "\"spl\\\niced\"", "`spliced`"} {
			requireSplice(t, string(src), lines, raw)
		}
	})
}

// requirePlace checks the place of line in src, all of it behind end.
func requirePlace(t *testing.T, src string, line dotenv.Line, end int) {
	t.Helper()
	if line.Start < end || line.End < line.Start || line.End > len(src) {
		t.Fatalf("line %d: %d to %d, behind %d", line.Number, line.Start, line.End, end)
	}
	if n := 1 + strings.Count(src[:line.Start], "\n"); n != line.Number {
		t.Errorf("line %d says it is line %d", n, line.Number)
	}
	raw := src[line.Start:line.End]
	switch quote := string(rune(line.Quote)); {
	case line.Quote == dotenv.None:
		if raw != string(line.Value) {
			t.Errorf("line %d: the value is not what stands there", line.Number)
		}
	case len(raw) < 2 || !strings.HasPrefix(raw, quote) || !strings.HasSuffix(raw, quote):
		t.Errorf("line %d: no quotes at both ends", line.Number)
	case line.Quote != dotenv.Double && raw[1:len(raw)-1] != string(line.Value):
		t.Errorf("line %d: the value is not literal", line.Number)
	}
}

// requireSplice puts raw in the place of every value, and reads it back.
func requireSplice(t *testing.T, src string, lines []dotenv.Line, raw string) {
	t.Helper()
	var out strings.Builder
	end := 0
	for _, line := range lines {
		if !line.IsComment() {
			out.WriteString(src[end:line.Start] + raw)
			end = line.End
		}
	}
	out.WriteString(src[end:])
	again, err := dotenv.Parse([]byte(out.String()))
	if err != nil {
		t.Fatalf("spliced with %s: %v", raw, err)
	}
	if len(again) != len(lines) {
		t.Fatalf("spliced with %s: %d lines, want %d", raw, len(again), len(lines))
	}
	for i, line := range again {
		if line.Name != lines[i].Name || !line.IsComment() && string(line.Value) != "spliced" {
			t.Errorf("spliced with %s: line %d is another", raw, line.Number)
		}
	}
}
