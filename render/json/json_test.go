package json

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hints.
const (
	quotes = `within double quotes it becomes part of a string: "${secret:KEY}"`
	keys   = "write the key as it is; for a literal text put two backslashes before it"
	twice  = `in a string of JSON a literal reference is written with two backslashes: \\${secret:KEY}`
	around = "give the text around the reference another form"
)

var suite = rendertest.Suite{
	Format: Format,
	Stream: NewStream,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
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
		"half a pair":               {`[1, "\ud83d${secret:K}\ude00"]`, "v", `[1, "\ud83dv\ude00"]`},
	},
	Numbered: rendertest.Numbered{
		Source: `/* ${secret:A} */ ["${secret:B}\\${secret:C}", ${secret:D}, "\\\\${secret:E}" // ${secret:F}` + "\n]",
		Refs:   []int{1, 3, 4},
		Want:   `/* ${secret:A} */ ["1${secret:C}", "3", "\\4" // ${secret:F}` + "\n]",
	},
	Slashes:  slashes(),
	Decode:   func(t *testing.T, document string) string { return decodeString(t, document, 2) },
	Comments: []string{"/* ${secret:K} */", "[1, // ${secret:K}\r2]", "{\"a\": 1 /* \"${secret:K}\" */} // ${secret:L}"},
	Refused: map[string]rendertest.Refused{
		"no value":                {`hello`, "v", 0, secret.General, "expected a value: a string", ""},
		"cut":                     {`{"a": [1`, "v", 8, secret.General, "the document ends, expected ',' or ']'", ""},
		"cut behind a comma":      {`[1,`, "v", 3, secret.General, "the document ends, expected a value or ']'", ""},
		"cut behind a colon":      {`{"a":`, "v", 5, secret.General, "the document ends, expected a value", ""},
		"cut object":              {`{`, "v", 1, secret.General, "the document ends, expected a key in double quotes or '}'", ""},
		"two commas":              {`[1,,2]`, "v", 3, secret.General, "expected a value or ']'", ""},
		"a comma alone":           {`[,]`, "v", 1, secret.General, "expected a value or ']'", ""},
		"a comma alone in braces": {`{,}`, "v", 1, secret.General, "expected a key", ""},
		"no comma":                {`[1 2]`, "v", 3, secret.General, "expected ',' or ']'", ""},
		"no comma in braces":      {`{"a":1 "b":2}`, "v", 7, secret.General, "expected ',' or '}'", ""},
		"a comma at the top":      {`1,2`, "v", 1, secret.General, "expected a value", ""},
		"no colon":                {`{"a" 1}`, "v", 5, secret.General, "expected ':'", ""},
		"no value in braces":      {`{"a":}`, "v", 5, secret.General, "expected a value", ""},
		"a number as key":         {`{1:2}`, "v", 1, secret.General, "expected a key", ""},
		"a bare key":              {`{a:2}`, "v", 1, secret.General, "expected a key", ""},
		"the wrong bracket":       {`[1}`, "v", 2, secret.General, "expected ',' or ']'", ""},
		"the other wrong bracket": {`{"a":1]`, "v", 6, secret.General, "expected ',' or '}'", ""},
		"a bracket too many":      {`[]]`, "v", 2, secret.General, "expected a value", ""},
		"single quotes":           {`['a']`, "v", 1, secret.General, "expected a value", ""},
		"a leading zero":          {`[01]`, "v", 1, secret.General, "expected a value", ""},
		"a plus":                  {`[+1]`, "v", 1, secret.General, "expected a value", ""},
		"a point":                 {`[.5]`, "v", 1, secret.General, "expected a value", ""},
		"a point behind":          {`[5.]`, "v", 1, secret.General, "expected a value", ""},
		"hexadecimal":             {`[0x1]`, "v", 1, secret.General, "expected a value", ""},
		"NaN":                     {`[NaN]`, "v", 1, secret.General, "expected a value", ""},
		"capitals":                {`[True]`, "v", 1, secret.General, "expected a value", ""},
		"joined":                  {`[truefalse]`, "v", 1, secret.General, "expected a value", ""},
		"an open string":          {`["abc`, "v", 1, secret.General, "the string that begins here is not closed", ""},
		"an open escape":          {`["abc\`, "v", 5, secret.General, "behind a backslash", ""},
		"a line end in a string":  {"[\"a\nb\"]", "v", 3, secret.General, "expected an escape for a control character", ""},
		"a tab in a string":       {"[\"a\tb\"]", "v", 3, secret.General, "expected an escape for a control character", ""},
		"an unknown escape":       {`["a\x"]`, "v", 3, secret.General, "behind a backslash", ""},
		"a short escape":          {`["a\u12g4"]`, "v", 3, secret.General, "behind a backslash", ""},
		"a signed escape":         {`["\u+123"]`, "v", 2, secret.General, "behind a backslash", ""},
		"an open comment":         {`[1 /* ]`, "v", 3, secret.General, "the comment that begins here is not closed", ""},
		"half a comment":          {`[1 /* ] *`, "v", 3, secret.General, "the comment that begins here is not closed", ""},
		"a comment of its own":    {`/*/`, "v", 0, secret.General, "the comment that begins here is not closed", ""},
		"a slash":                 {`[1 / 2]`, "v", 3, secret.General, "expected a comment", ""},
		"a hash":                  {"# a\n1", "v", 0, secret.General, "expected a value", ""},
		"a mark within":           {"[\ufeff1]", "v", 1, secret.General, "expected a value", ""},
		"two marks":               {"\ufeff\ufeff1", "v", 3, secret.General, "expected a value", ""},
		"other white space":       {"[\u00a01]", "v", 1, secret.General, "expected a value", ""},
		"UTF-16":                  {"\xff\xfe{\x00}\x00", "v", 0, secret.General, "expected a value", ""},
		"Latin-1 in a string":     {"[\"a\xe9\"]", "v", 3, secret.General, "expected UTF-8", ""},
		"a surrogate in UTF-8":    {"[\"é\xed\xa0\x80\"]", "v", 4, secret.General, "expected UTF-8", ""},
		"a NUL behind":            {"1\x00", "v", 0, secret.General, "expected a value", ""},
		"a reference in a word":   {`[12${secret:P}]`, "v", 3, secret.Invalid, "a reference cannot be a part of a word", quotes},
		"a word behind one":       {`[${secret:P}12]`, "v", 1, secret.Invalid, "a reference cannot be a part of a word", quotes},
		"two references":          {`[${secret:P}${secret:P}]`, "v", 1, secret.Invalid, "a reference cannot be a part of a word", quotes},
		"a minus before":          {`[-${secret:P}]`, "v", 2, secret.Invalid, "a reference cannot be a part of a word", quotes},
		"an escape before":        {`[\${secret:P}]`, "v", 2, secret.Invalid, "a reference cannot be a part of a word", quotes},
		"a key":                   {`{"${secret:P}": 1}`, "v", 2, secret.Invalid, "a reference cannot stand in a key", keys},
		"a part of a key":         {`[{"a": 1, "x\\\\${secret:P}": 1}]`, "v", 16, secret.Invalid, "a reference cannot stand in a key", keys},
		"a bare reference as key": {`{${secret:P}: 1}`, "v", 1, secret.Invalid, "a reference cannot stand here, expected a key in double quotes or '}'", quotes},
		"one for a comma":         {`[1 ${secret:P} 2]`, "v", 3, secret.Invalid, "a reference cannot stand here, expected ',' or ']'", quotes},
		"one for a colon":         {`{"a" ${secret:P}}`, "v", 5, secret.Invalid, "a reference cannot stand here, expected ':'", quotes},
		"one behind a value":      {`{"a": 1 ${secret:P}}`, "v", 8, secret.Invalid, "a reference cannot stand here, expected ',' or '}'", quotes},
		"one backslash":           {`["a\${secret:P}"]`, "v", 3, secret.General, "behind a backslash", twice},
		"three backslashes":       {`["a\\\${secret:P}"]`, "v", 5, secret.General, "behind a backslash", twice},
		"half an escape":          {`["a\u00${secret:P}"]`, "v", 3, secret.General, "behind a backslash", ""},
		"bytes":                   {`{"a": "x", "b": "y ${secret:K}"}`, "\xff", 19, secret.Invalid, "not UTF-8", render.HintBase64},
		"half a character":        {`{"a": "x", "b": "y ${secret:K}"}`, "a\xe2\x82", 19, secret.Invalid, "not UTF-8", render.HintBase64},
		"half a pair as bytes":    {`{"a": "x", "b": "y ${secret:K}"}`, "\xed\xa0\x80", 19, secret.Invalid, "not UTF-8", render.HintBase64},
		"a long form":             {`{"a": "x", "b": "y ${secret:K}"}`, "\xc0\xaf", 19, secret.Invalid, "not UTF-8", render.HintBase64},
		"no escape":               {`["\x${secret:P}"]`, "v", 2, secret.General, "behind a backslash", ""},
		// Without its reference the string would be one character, to every reader, where the
		// document has two halves of one.
		"half a pair is not mended": {`[1, "\ud83d${secret:K}\ude00"]`, "", 4, secret.Invalid, "read as another", around},
		// A reader that knows no references sees the comment end within one.
		"a comment that ends":           {`["${secret:K}"/*${secret:K:-*/}*/]`, "v", len(`["${secret:K}"/*`), secret.Invalid, "a comment ends within", ""},
		"a comment of a line that ends": {"[\"${secret:K}\"//${secret:K:-\r}\n]", "v", len(`["${secret:K}"//`), secret.Invalid, "a comment ends within", ""},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\xff", Sources: []string{
		`{"hunter2": "hunter2" hunter2}`, `[hunter2]`, `["hunter2\x"]`, `["hunter2`, "[\"hunter2\n\"]", `[hunter2${secret:hunter2}]`,
		`{"a": "hunter2${secret:hunter2}" /*hunter2`, `["hunter2${secret:hunter2}\ud83d${secret:hunter2}"]`,
	}},
	Told: []rendertest.Told{
		{`["${secret:K}"]`, "v", "in a string, as it is"},
		{`{"a": "b${secret:K}"}`, `"`, "in a string, with escapes"},
		{`[${secret:K}]`, "80", "in place of a value, as a string"},
		{`[${secret:K}]`, "a\n", "in place of a value, as a string with escapes"},
		{`["${secret:K} ${secret:UNKNOWN}", ${secret:UNKNOWN}]`, "v", "in a string, as it is; in a string; in place of a value"},
		{`["${secret:K}"]`, "\xff", "in a string"},
		{`["\\${secret:K} ${secret:K}"] // ${secret:K}`, "v", "in a string, as it is"},
		{`[1]`, "v", ""},
	},
	Proof: rendertest.Proof{
		Source: "// é\n{\"a\": \"x\\\\${secret:A}\", \"b\": [1, 2.0, \"y${secret:B}\\n\\ud800\"], \"c\": ${secret:C}, }\n",
		Value:  "v\"",
		Of:     pieces,
		Bytes:  "x\" \\,1]}\n/",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"an element more":        strings.Replace(good, "2.0", "2.0, 3", 1),
				"a number of one value":  strings.Replace(good, "2.0", "2", 1),
				"a member renamed":       strings.Replace(good, `"b"`, `"B"`, 1),
				"a key as its escape":    strings.Replace(good, `"b"`, `"\u0062"`, 1),
				"another half of a pair": strings.Replace(good, "ud800", "ud801", 1),
				"half as a character":    strings.Replace(good, `\ud800`, "\ufffd", 1),
				"a value at the end":     good + "1",
				"nothing":                "",
			}
		},
		Least: 1000,
	},
	Parts: []string{
		"", " ", "1 2", "1 ${secret:K} [", "[1,2", `{"a":`, "/*", "//", `["a]`, "[]]", "truefalse", "\ufeff{}", "{}\ufeff{}", "[${secret:K}",
		"12 34\n\"${secret:K}\"\n[[[\"${secret:K}\"]]] // end", `{"a": ["${secret:K}", 1, {"b": ${secret:K}}]} /* c */ [2]`, "[1,\n2,3",
		"[1, // ${secret:K\r}\n2]", `[/* ${secret:K:-*/} */ 1]`, `["${secret:K", "}", 0]`, `{"a": "${secret:K:-x", "b": "${secret:K}"}`,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

func slashes() (all []rendertest.Slashes) {
	for _, text := range []string{"", "x", `\"`, "é"} {
		for _, slash := range []string{`\\`, `\u005c`, `\u005C`} {
			all = append(all, rendertest.Slashes{Before: `{"a": "` + text, Slash: slash, Behind: `"}`})
		}
	}
	return all
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

func BenchmarkRender(b *testing.B) {
	line := `  {"name": "service", "enabled": true, "weight": 0.25, "url": "postgres://app:${secret:DATABASE_PASSWORD}@localhost/app", "note": "` + strings.Repeat("some text of a configuration ", 31) + "\"},\n"
	rendertest.Benchmark(b, Format, "[\n"+strings.Repeat(line, 1000)+"]\n", "p@ss \"word\" & #1", 1_000_000)
}
