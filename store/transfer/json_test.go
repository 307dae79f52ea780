package transfer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

func TestReadJSONTakesAnyJSONOfTheShape(t *testing.T) {
	for name, test := range map[string]struct {
		src  string
		want map[string]secret.Value
	}{
		"the spec's example": {"{\n  \"database-password\": \"secret123\",\n  \"api.key\": \"sk-1\"\n}\n",
			set("database-password", "secret123", "api.key", "sk-1")},
		"an empty object":        {" { } ", set()},
		"a byte order mark":      {"\ufeff{\"A\":\"b\"}", set("A", "b")},
		"CRLF":                   {"{\r\n\t\"A\": \"b\"\r\n}\r\n", set("A", "b")},
		"every short escape":     {`{"A":"\"\\\/\b\f\n\r\t"}`, set("A", "\"\\/\b\f\n\r\t")},
		"an escaped key":         {`{"\u0041":"b"}`, set("A", "b")},
		"escaped NUL and é":      {`{"A":"\u0000\u00e9"}`, set("A", "\x00é")},
		"a surrogate pair":       {`{"A":"\ud83d\udd11\uD83D\uDD11"}`, set("A", "🔑🔑")},
		"U+FFFD, both ways":      {`{"A":"` + "\ufffd" + `\ufffd"}`, set("A", "\ufffd\ufffd")},
		"an escaped escape":      {`{"A":"\\ud800\\\\u"}`, set("A", `\ud800\\u`)},
		"binary":                 {`{"A":{"base64":"\/\/79"}}`, set("A", "\xff\xfe\xfd")},
		"base64 of UTF-8":        {`{"A":{"base64":"eA=="}}`, set("A", "x")},
		"the largest value":      {`{"A":"` + strings.Repeat("x", secret.MaxValue) + `"}`, set("A", strings.Repeat("x", secret.MaxValue))},
		"a key of the word":      {`{"base64":"x"}`, set("base64", "x")},
		"a reference as a value": {`{"A":"${secret:B}"}`, set("A", "${secret:B}")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := transfer.ReadJSON([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			requireEqual(t, got, test.want, nil)
		})
	}
}

const notShape = `the value is neither a string nor {"base64": "…"}`

func TestReadJSONRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		src  string
		want []string
	}{
		"a key twice":             {"{\"A\":\"v\",\n\"B\":\"v\",\n\"A\":\"v\"}", []string{`line 3: "A": the key stands on line 1 already`}},
		"a key twice, escaped":    {`{"A":"v","\u0041":"v"}`, []string{`line 1: "A": the key stands on line 1 already`}},
		"a key twice, once wrong": {"{\"A\":1,\n\"A\":\"v\"}", []string{`line 1: "A": the value is not a string`, `line 2: "A": the key stands on line 1 already`}},
		"a number":                {`{"A":7}`, []string{`line 1: "A": the value is not a string`}},
		"a huge number":           {`{"A":1e999}`, []string{`line 1: "A": the value is not a string`}},
		"true":                    {`{"A":true}`, []string{`line 1: "A": the value is not a string`}},
		"null":                    {`{"A":null}`, []string{`line 1: "A": the value is not a string`}},
		"an array":                {`{"A":["v",{"base64":"eA=="}]}`, []string{`line 1: "A": ` + notShape}},
		"another object":          {`{"A":{"b":"v"}}`, []string{`line 1: "A": ` + notShape}},
		"an empty object":         {`{"A":{}}`, []string{`line 1: "A": ` + notShape}},
		"base64 and more":         {`{"A":{"base64":"eA==","b":"v"}}`, []string{`line 1: "A": ` + notShape}},
		"base64 twice":            {`{"A":{"base64":"eA==","base64":"eA=="}}`, []string{`line 1: "A": ` + notShape}},
		"base64 of a number":      {`{"A":{"base64":7}}`, []string{`line 1: "A": ` + notShape}},
		"base64 of an array":      {`{"A":{"base64":[]}}`, []string{`line 1: "A": ` + notShape}},
		"base64 in an array":      {`{"A":["base64","eA=="]}`, []string{`line 1: "A": ` + notShape}},
		"base64 in capitals":      {`{"A":{"BASE64":"eA=="}}`, []string{`line 1: "A": ` + notShape}},
		"unpadded base64":         {`{"A":{"base64":"eA"}}`, []string{`line 1: "A": the value is not padded base64`}},
		"base64 with lines":       {`{"A":{"base64":"e\nA=="}}`, []string{`line 1: "A": the value is not padded base64`}},
		"base64 with stray bits":  {`{"A":{"base64":"eB=="}}`, []string{`line 1: "A": the value is not padded base64`}},
		"base64url":               {`{"A":{"base64":"_-79"}}`, []string{`line 1: "A": the value is not padded base64`}},
		"empty base64":            {`{"A":{"base64":""}}`, []string{`line 1: "A": the value is empty`}},
		"an empty value":          {`{"A":""}`, []string{`line 1: "A": the value is empty`}},
		"a value too large":       {`{"A":"` + strings.Repeat("x", secret.MaxValue+1) + `"}`, []string{`line 1: "A": the value is longer than 65536 bytes (64 KiB)`}},
		"an empty key":            {`{"":"v"}`, []string{`line 1: "": the key is empty`}},
		"a bad key":               {`{"a b":"v"}`, []string{`line 1: "a b": byte 2 of the key is not allowed in one`}},
		"a key with a newline":    {`{"a\nb":""}`, []string{`line 1: "a\nb": byte 2 of the key is not allowed in one`, `line 1: "a\nb": the value is empty`}},
		"half a pair":             {`{"A":"x\ud83dx"}`, []string{`line 1: "A": the value has a \u escape that is half of a surrogate pair`}},
		"the second half":         {`{"A":"\udd11"}`, []string{`line 1: "A": the value has a \u escape that is half of a surrogate pair`}},
		"a pair downwards":        {`{"A":"\udd11\ud83d"}`, []string{`line 1: "A": the value has a \u escape that is half of a surrogate pair`}},
		"half a pair and a pair":  {`{"A":"\ud83d\ud83d\udd11"}`, []string{`line 1: "A": the value has a \u escape that is half of a surrogate pair`}},
		"half a pair, escape":     {`{"A":"\\\ud83d\n"}`, []string{`line 1: "A": the value has a \u escape that is half of a surrogate pair`}},
		"half a pair in a key":    {`{"A\ud83d":"v"}`, []string{`line 1: "A�": byte 2 of the key is not allowed in one`}},
		"invalid UTF-8":           {"{\"A\":\"x\xffx\"}", []string{`line 1: "A": the value is not UTF-8`}},
		"invalid UTF-8 in a key":  {"{\"A\xff\":\"v\"}", []string{`line 1: "A�": byte 2 of the key is not allowed in one`}},
		"nothing":                 {"", []string{`line 1: not valid JSON: there is no object`}},
		"blanks":                  {" \n", []string{`line 2: not valid JSON: there is no object`}},
		"a top-level array":       {`[]`, []string{`line 1: not valid JSON: an array where an object should stand`}},
		"a top-level string":      {`"v"`, []string{`line 1: not valid JSON: no object starts here`}},
		"UTF-16":                  {"\xff\xfe{\x00}\x00", []string{`line 1: not valid JSON: no object starts here; is the text UTF-16?`}},
		"a comma first":           {`,{}`, []string{`line 1: not valid JSON: no object starts here`}},
		"a second object":         {"{\"A\":\"v\"}\n{\"B\":\"v\"}", []string{`line 2: not valid JSON: more text behind the object`}},
		"a comma behind":          {`{"A":"v"},`, []string{`line 1: not valid JSON: more text behind the object`}},
		"a brace behind":          {"{}\n\n}", []string{`line 3: not valid JSON: more text behind the object`}},
		"a NUL behind":            {"{}\x00", []string{`line 1: not valid JSON: more text behind the object`}},
		"a comma too many":        {"{\"A\":\"v\",\n}", []string{`line 2: not valid JSON: a comma before a closing bracket, or a bracket that closes nothing`}},
		"the wrong bracket":       {`{"A":"v"]`, []string{`line 1: not valid JSON: a comma before a closing bracket, or a bracket that closes nothing`}},
		"commas up to the end":    {`{"A":"v",,`, []string{`line 1: not valid JSON: the text ends before the object does`}},
		"no closing brace":        {"{\"A\":\"v\"\n", []string{`line 2: not valid JSON: the text ends before the object does`}},
		"no value":                {`{"A":`, []string{`line 1: not valid JSON: the text ends before the object does`}},
		"a string cut off":        {"{\n\"A\":\"hunter2", []string{`line 2: not valid JSON: the text ends before the object does`}},
		"a raw newline":           {"{\n\n\"A\":\"hunter2\n\"}", []string{`line 3: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"a bad escape":            {`{"A":"\hunter2"}`, []string{`line 1: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"no quotes":               {`{"A":hunter2}`, []string{`line 1: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"single quotes":           {`{'A':'hunter2'}`, []string{`line 1: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"a comment":               {"{\n// hunter2\n\"A\":\"v\"}", []string{`line 2: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"no comma":                {"{\"A\":\"v\"\n\"B\":\"v\"}", []string{`line 2: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"a number as a key":       {`{7:"v"}`, []string{`line 1: not valid JSON: the grammar is broken here, or in the string that starts here`}},
		"everything at once": {"{\"A\":\"v\",\n\"1b\":\"v\",\n\"C\":\"\",\n\"D\":{\"x\":[[{}]]},\n\"A\":\"v\"\n\"E\":\"v\"}", []string{
			`line 2: "1b": the key does not start with a letter`,
			`line 3: "C": the value is empty`,
			`line 4: "D": ` + notShape,
			`line 5: "A": the key stands on line 1 already`,
			`line 6: not valid JSON: the grammar is broken here, or in the string that starts here`}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := transfer.ReadJSON([]byte(test.src))
			requireRefused(t, got, err)
			requireLines(t, err, test.want...)
		})
	}
}

func TestReadJSONKnowsAnEnvFile(t *testing.T) {
	for _, src := range []string{"SECRET_A=v\n", "\n# note\nA=v", "export A=v"} {
		_, err := transfer.ReadJSON([]byte(src))
		if hint := secret.Hint(err); !strings.Contains(hint, "--format env") {
			t.Errorf("the hint is %q", hint)
		}
	}
	_, err := transfer.ReadJSON([]byte(`[]`))
	if hint := secret.Hint(err); hint != "" {
		t.Errorf("the hint for an array is %q", hint)
	}
}

func TestTheHintOutlivesOtherProblems(t *testing.T) {
	_, err := transfer.ReadJSON([]byte(`{"A":"","b c":"v"}`))
	if hint := secret.Hint(err); !strings.Contains(hint, "a key is a letter") {
		t.Errorf("the hint is %q", hint)
	}
}

// requireRefused asks for what holds of every refusal.
func requireRefused(t *testing.T, got map[string]secret.Value, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("not refused")
	}
	if got != nil {
		t.Errorf("%d secrets came with the error", len(got))
	}
	if !errors.Is(err, secret.Invalid) || secret.KindOf(err) != secret.Invalid {
		t.Errorf("the error is of kind %v", secret.KindOf(err))
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("the error holds a value")
	}
}

// requireLines asks for one error a line.
func requireLines(t *testing.T, err error, want ...string) {
	t.Helper()
	got := strings.Split(err.Error(), "\n")
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	var joined interface{ Unwrap() []error }
	if n := len(want); n > 1 && (!errors.As(err, &joined) || len(joined.Unwrap()) != n) {
		t.Errorf("the %d problems are not errors of their own", n)
	}
}
