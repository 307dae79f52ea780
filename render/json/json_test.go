package json

import (
	"errors"
	"fmt"
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
		"a string":                  {`{"a": "${secret:K}"}`, "v", `{"a": "v"}`},
		"the other brackets":        {`{"a": "$<secret:K>"}`, "v", `{"a": "v"}`},
		"text around":               {`["a\n${secret:K}\u0041"]`, "v", `["a\nv\u0041"]`},
		"two":                       {`["${secret:K}${secret:L}-$<secret:M>"]`, "v", `["vv-v"]`},
		"an escaped one as key":     {`{"\\${secret:K}": "${secret:K}"}`, "v", `{"${secret:K}": "v"}`},
		"what must be escaped":      {`["${secret:K}"]`, "\"\\\b\f\n\r\t\x00\x1f\x7f\u2028\u2029", `["\"\\\b\f\n\r\t\u0000\u001f\u007f\u2028\u2029"]`},
		"what need not be escaped":  {`["${secret:K}"]`, "é€🔑/<>&'\u0080\ufeff\ufffd", "[\"é€🔑/<>&'\u0080\ufeff\ufffd\"]"},
		"an empty value":            {`["a${secret:K}b"]`, "", `["ab"]`},
		"not looked through again":  {`["${secret:K}"]`, `${secret:K}`, `["${secret:K}"]`},
		"bare":                      {`{"port": ${secret:P}}`, "80", `{"port": "80"}`},
		"bare in an array":          {`[${secret:P},$<secret:P>, ${secret:P} ]`, "\n", `["\n","\n", "\n" ]`},
		"bare at the top":           {"${secret:P}", "v", `"v"`},
		"bare, then a comment":      {"[${secret:P}/**/,${secret:P}//\n]", "v", "[\"v\"/**/,\"v\"//\n]"},
		"bare lines":                {"${secret:P}\n{}\n${secret:P}\n", "v", "\"v\"\n{}\n\"v\"\n"},
		"comments":                  {"// ${secret:K}\n{/* \"${secret:K} */ \"a\": \"${secret:K}\" // ${secret:K}\r\n}", "v", "// ${secret:K}\n{/* \"${secret:K} */ \"a\": \"v\" // ${secret:K}\r\n}"},
		"a comment ends at a CR":    {"[//a\r\"${secret:K}\"]", "v", "[//a\r\"v\"]"},
		"no comment in a string":    {`["//${secret:K}/*"]`, "v", `["//v/*"]`},
		"trailing commas":           {`{"a": ["${secret:K}", ], }`, "v", `{"a": ["v", ], }`},
		"lines":                     {"{\"a\":\"${secret:K}\"}\n{\"a\":2}\r\n[\"${secret:K}\"]", "v", "{\"a\":\"v\"}\n{\"a\":2}\r\n[\"v\"]"},
		"values in a row":           {`{}[]"${secret:K}"1 2 true"x"`, "v", `{}[]"v"1 2 true"x"`},
		"CRLF and tabs":             {"{\r\n\t\"a\" :\t\"${secret:K}\"\r\n}\r\n", "v\r\n", "{\r\n\t\"a\" :\t\"v\\r\\n\"\r\n}\r\n"},
		"byte order mark":           {"\ufeff[\"${secret:K}\"]", "v", "\ufeff[\"v\"]"},
		"keys twice":                {`{"a": 1, "a": "${secret:K}", "a": 1.0e+2}`, "v", `{"a": 1, "a": "v", "a": 1.0e+2}`},
		"other escapes stay":        {`["\/\u00e9\ud83d\ude00${secret:K}\ud800"]`, "v", `["\/\u00e9\ud83d\ude00v\ud800"]`},
		"anything within":           {`["${secret:K:-",]//}"]`, "v", `["v"]`},
		"nothing to replace":        {"/* ${secret:K} */", "v", "/* ${secret:K} */"},
		"nothing":                   {"", "v", ""},
		"foreign references":        {`["${HOME}\\${x} ${secret:0} ${secret:K}"]`, "v", `["${HOME}\\${x} ${secret:0} v"]`},
		"an escaped one is encoded": {`["\\${secret:K:-"\}"]`, "v", `["${secret:K:-\"\\}"]`},
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
	for _, slash := range []string{`\\`, `\u005c`, `\u005C`} {
		for n, decoded := range want {
			for _, text := range []string{"", "x", `\"`, "é"} {
				written := text + strings.Repeat(slash, n)
				out, refs, err := rendertest.Render(Format, `{"a": "`+written+`${secret:K}"}`, "v")
				if err != nil {
					t.Fatal(err)
				}
				if got, want := decodeString(t, out, 2), decodeString(t, `{"a":"`+text+`"}`, 2)+decoded; got != want {
					t.Errorf("%s: got %q, want %q", written, got, want)
				}
				if isRef := len(refs) == 1; isRef != (n%2 == 0) {
					t.Errorf("%s: references %v", written, refs)
				}
			}
		}
	}
}

func TestRefsAreNumbersOfSpans(t *testing.T) {
	source := `/* ${secret:A} */ ["${secret:B}\\${secret:C}", ${secret:D}, "\\\\${secret:E}" // ${secret:F}` + "\n]"
	d, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Refs(), []int{1, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var asked []int
	out, err := d.Render(func(ref int) secret.Value {
		asked = append(asked, ref)
		return secret.Text(fmt.Sprint(ref))
	})
	want := `/* ${secret:A} */ ["1${secret:C}", "3", "\\4" // ${secret:F}` + "\n]"
	if err != nil || string(out) != want {
		t.Errorf("got %q, error %v, want %q", out, err, want)
	}
	if !slices.Equal(asked, d.Refs()) {
		t.Errorf("asked for %v", asked)
	}
}

func TestErrorsHavePlaces(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		offset int
		kind   secret.Kind
		text   string
	}{
		"no value":                {`hello`, 0, secret.General, "expected a value: a string"},
		"cut":                     {`{"a": [1`, 8, secret.General, "the document ends, expected ',' or ']'"},
		"cut behind a comma":      {`[1,`, 3, secret.General, "the document ends, expected a value or ']'"},
		"cut behind a colon":      {`{"a":`, 5, secret.General, "the document ends, expected a value"},
		"cut object":              {`{`, 1, secret.General, "the document ends, expected a key in double quotes or '}'"},
		"two commas":              {`[1,,2]`, 3, secret.General, "expected a value or ']'"},
		"a comma alone":           {`[,]`, 1, secret.General, "expected a value or ']'"},
		"a comma alone in braces": {`{,}`, 1, secret.General, "expected a key"},
		"no comma":                {`[1 2]`, 3, secret.General, "expected ',' or ']'"},
		"no comma in braces":      {`{"a":1 "b":2}`, 7, secret.General, "expected ',' or '}'"},
		"a comma at the top":      {`1,2`, 1, secret.General, "expected a value"},
		"no colon":                {`{"a" 1}`, 5, secret.General, "expected ':'"},
		"no value in braces":      {`{"a":}`, 5, secret.General, "expected a value"},
		"a number as key":         {`{1:2}`, 1, secret.General, "expected a key"},
		"a bare key":              {`{a:2}`, 1, secret.General, "expected a key"},
		"the wrong bracket":       {`[1}`, 2, secret.General, "expected ',' or ']'"},
		"the other wrong bracket": {`{"a":1]`, 6, secret.General, "expected ',' or '}'"},
		"a bracket too many":      {`[]]`, 2, secret.General, "expected a value"},
		"single quotes":           {`['a']`, 1, secret.General, "expected a value"},
		"a leading zero":          {`[01]`, 1, secret.General, "expected a value"},
		"a plus":                  {`[+1]`, 1, secret.General, "expected a value"},
		"a point":                 {`[.5]`, 1, secret.General, "expected a value"},
		"a point behind":          {`[5.]`, 1, secret.General, "expected a value"},
		"hexadecimal":             {`[0x1]`, 1, secret.General, "expected a value"},
		"NaN":                     {`[NaN]`, 1, secret.General, "expected a value"},
		"capitals":                {`[True]`, 1, secret.General, "expected a value"},
		"joined":                  {`[truefalse]`, 1, secret.General, "expected a value"},
		"an open string":          {`["abc`, 1, secret.General, "the string that begins here is not closed"},
		"an open escape":          {`["abc\`, 5, secret.General, "behind a backslash"},
		"a line end in a string":  {"[\"a\nb\"]", 3, secret.General, "expected an escape for a control character"},
		"a tab in a string":       {"[\"a\tb\"]", 3, secret.General, "expected an escape for a control character"},
		"an unknown escape":       {`["a\x"]`, 3, secret.General, "behind a backslash"},
		"a short escape":          {`["a\u12g4"]`, 3, secret.General, "behind a backslash"},
		"a signed escape":         {`["\u+123"]`, 2, secret.General, "behind a backslash"},
		"an open comment":         {`[1 /* ]`, 3, secret.General, "the comment that begins here is not closed"},
		"half a comment":          {`[1 /* ] *`, 3, secret.General, "the comment that begins here is not closed"},
		"a comment of its own":    {`/*/`, 0, secret.General, "the comment that begins here is not closed"},
		"a slash":                 {`[1 / 2]`, 3, secret.General, "expected a comment"},
		"a hash":                  {"# a\n1", 0, secret.General, "expected a value"},
		"a mark within":           {"[\ufeff1]", 1, secret.General, "expected a value"},
		"two marks":               {"\ufeff\ufeff1", 3, secret.General, "expected a value"},
		"other white space":       {"[\u00a01]", 1, secret.General, "expected a value"},
		"UTF-16":                  {"\xff\xfe{\x00}\x00", 0, secret.General, "expected a value"},
		"Latin-1 in a string":     {"[\"a\xe9\"]", 3, secret.General, "expected UTF-8"},
		"a surrogate in UTF-8":    {"[\"é\xed\xa0\x80\"]", 4, secret.General, "expected UTF-8"},
		"a NUL behind":            {"1\x00", 0, secret.General, "expected a value"},
		"a reference in a word":   {`[12${secret:P}]`, 3, secret.Invalid, "a reference cannot be a part of a word"},
		"a word behind one":       {`[${secret:P}12]`, 1, secret.Invalid, "a reference cannot be a part of a word"},
		"two references":          {`[${secret:P}${secret:P}]`, 1, secret.Invalid, "a reference cannot be a part of a word"},
		"a minus before":          {`[-${secret:P}]`, 2, secret.Invalid, "a reference cannot be a part of a word"},
		"an escape before":        {`[\${secret:P}]`, 2, secret.Invalid, "a reference cannot be a part of a word"},
		"a key":                   {`{"${secret:P}": 1}`, 2, secret.Invalid, "a reference cannot stand in a key"},
		"a part of a key":         {`[{"a": 1, "x\\\\${secret:P}": 1}]`, 16, secret.Invalid, "a reference cannot stand in a key"},
		"a bare reference as key": {`{${secret:P}: 1}`, 1, secret.Invalid, "a reference cannot stand here, expected a key in double quotes or '}'"},
		"one for a comma":         {`[1 ${secret:P} 2]`, 3, secret.Invalid, "a reference cannot stand here, expected ',' or ']'"},
		"one for a colon":         {`{"a" ${secret:P}}`, 5, secret.Invalid, "a reference cannot stand here, expected ':'"},
		"one behind a value":      {`{"a": 1 ${secret:P}}`, 8, secret.Invalid, "a reference cannot stand here, expected ',' or '}'"},
		"one backslash":           {`["a\${secret:P}"]`, 3, secret.General, "behind a backslash"},
		"three backslashes":       {`["a\\\${secret:P}"]`, 5, secret.General, "behind a backslash"},
		"half an escape":          {`["a\u00${secret:P}"]`, 3, secret.General, "behind a backslash"},
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
	for source, want := range map[string]string{
		`["a\${secret:P}"]`: `in a string of JSON a literal reference is written with two backslashes: \\${secret:KEY}`,
		`[12${secret:P}]`:   `within double quotes it becomes part of a string: "${secret:KEY}"`,
		`{${secret:P}: 1}`:  `within double quotes it becomes part of a string: "${secret:KEY}"`,
		`["${secret:P}"]`:   `the filter base64 encodes any bytes: ${secret:KEY|base64}`,
		`["\x${secret:P}"]`: "",
	} {
		if _, _, err := rendertest.Render(Format, source, "\xff"); secret.Hint(err) != want {
			t.Errorf("%s: hint %q, want %q", source, secret.Hint(err), want)
		}
	}
}

func TestOnlyUTF8CanBeCarried(t *testing.T) {
	for _, value := range []string{"\xff", "a\xe2\x82", "\xed\xa0\x80", "\xc0\xaf"} {
		_, _, err := rendertest.Render(Format, `{"a": "x", "b": "y ${secret:K}"}`, value)
		rendertest.RequireError(t, err, 19, secret.Invalid)
	}
}

// TestHalfAPairIsNotMended: without its reference the string would be one character,
// to every reader, where the document has two halves of one.
func TestHalfAPairIsNotMended(t *testing.T) {
	_, _, err := rendertest.Render(Format, `[1, "\ud83d${secret:K}\ude00"]`, "")
	rendertest.RequireError(t, err, 4, secret.Invalid)
	if _, _, err = rendertest.Render(Format, `[1, "\ud83d${secret:K}\ude00"]`, "v"); err != nil {
		t.Error(err)
	}
}

// TestACommentIsWhatOtherReadersTakeForOne: a reader that knows no references sees the
// comment end within one.
func TestACommentIsWhatOtherReadersTakeForOne(t *testing.T) {
	for _, comment := range []string{"/*${secret:K:-*/}*/", "//${secret:K:-\r}\n"} {
		_, _, err := rendertest.Render(Format, `["${secret:K}"`+comment+`]`, "v")
		rendertest.RequireError(t, err, len(`["${secret:K}"`), secret.Invalid)
	}
}

// TestProofSeesEveryDifference hands wrong results to the proof.
func TestProofSeesEveryDifference(t *testing.T) {
	source := "// é\n{\"a\": \"x\\\\${secret:A}\", \"b\": [1, 2.0, \"y${secret:B}\\n\\ud800\"], \"c\": ${secret:C}, }\n"
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
		if bad == good {
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
		for _, b := range []byte("x\" \\,1]}\n/") {
			try(fmt.Sprintf("%q for byte %d", b, i), good[:i]+string(b)+good[i+1:])
			try(fmt.Sprintf("%q before byte %d", b, i), good[:i]+string(b)+good[i:])
		}
	}
	for what, bad := range map[string]string{
		"an element more":        strings.Replace(good, "2.0", "2.0, 3", 1),
		"a number of one value":  strings.Replace(good, "2.0", "2", 1),
		"a member renamed":       strings.Replace(good, `"b"`, `"B"`, 1),
		"a key as its escape":    strings.Replace(good, `"b"`, `"\u0062"`, 1),
		"another half of a pair": strings.Replace(good, "ud800", "ud801", 1),
		"half as a character":    strings.Replace(good, `\ud800`, "\ufffd", 1),
		"a value at the end":     good + "1",
		"nothing":                "",
	} {
		try(what, bad)
	}
	if tried < 1000 {
		t.Errorf("only %d were tried", tried)
	}
}

func TestAnyDepthIsReadFast(t *testing.T) {
	began := time.Now()
	for _, unit := range []string{"[", `{"a":`, "[[],"} {
		deep := strings.Repeat(unit, 200_000)
		_, _, err := rendertest.Render(Format, deep, "v")
		var placed *render.PlacedError
		if !errors.As(err, &placed) || placed.Offset != len(deep) {
			t.Errorf("%s: error %v", unit, err)
		}
	}
	whole := strings.Repeat("[", 200_000) + `"${secret:K}"` + strings.Repeat("]", 200_000)
	if out, _, err := rendertest.Render(Format, whole, "v"); err != nil || out != strings.Replace(whole, "${secret:K}", "v", 1) {
		t.Errorf("%d bytes, error %v", len(out), err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestErrorsQuoteNothing(t *testing.T) {
	for _, source := range []string{
		`{"hunter2": "hunter2" hunter2}`, `[hunter2]`, `["hunter2\x"]`, `["hunter2`, "[\"hunter2\n\"]", `[hunter2${secret:hunter2}]`,
		`{"a": "hunter2${secret:hunter2}" /*hunter2`, `["hunter2${secret:hunter2}\ud83d${secret:hunter2}"]`,
	} {
		_, _, err := rendertest.Render(Format, source, "hunter2\xff")
		if err == nil || strings.Contains(err.Error()+secret.Hint(err), "hunter2") {
			t.Errorf("%s: error %v", source, err)
		}
	}
}

func TestTheSourceIsLeftAlone(t *testing.T) {
	source := []byte(`["\\\\${secret:K}"]`)
	d, err := Format(source, rendertest.Find(string(source)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := d.Render(func(int) secret.Value { return secret.Text("v") })
		if err != nil || string(out) != `["\\v"]` {
			t.Fatalf("%q, error %v", out, err)
		}
		clear(out)
	}
	if string(source) != `["\\\\${secret:K}"]` {
		t.Error("rendering changed the source")
	}
}

func BenchmarkRender(b *testing.B) {
	line := `  {"name": "service", "enabled": true, "weight": 0.25, "url": "postgres://app:${secret:DATABASE_PASSWORD}@localhost/app", "note": "` + strings.Repeat("some text of a configuration ", 31) + "\"},\n"
	source := []byte("[\n" + strings.Repeat(line, 1000) + "]\n")
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
