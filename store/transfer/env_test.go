package transfer_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

func TestReadEnvTakesDotenvFiles(t *testing.T) {
	for name, test := range map[string]struct {
		src  string
		want map[string]secret.Value
	}{
		"the spec's file":       {"SECRET_DATABASE_PASSWORD=secret123\nSECRET_API_KEY=sk-1\n", set("DATABASE_PASSWORD", "secret123", "API_KEY", "sk-1")},
		"names without SECRET_": {"A=1\nb=2\nc.d=3\ne-f=4", set("A", "1", "b", "2", "c.d", "3", "e-f", "4")},
		"case is kept":          {"SECRET_mixedCase=1\nsecret_x=2", set("mixedCase", "1", "secret_x", "2")},
		"one SECRET_ goes":      {"SECRET_SECRET_A=1", set("SECRET_A", "1")},
		"SECRET_ goes in front": {"MY_SECRET_A=1\nSECRETA=2", set("MY_SECRET_A", "1", "SECRETA", "2")},
		"nothing is expanded":   {"A=$HOME\nB=\"${A}\"\nC=\"$(id)`id`\"", set("A", "$HOME", "B", "${A}", "C", "$(id)`id`")},
		"comments":              {"# a\n#xec\n# not xec:key=B\nA=1 # xec:key=B\n", set("A", "1")},
		"a key":                 {"# xec:key=a.b\nSECRET_A_B=1", set("a.b", "1")},
		"a key, spaced":         {"\t#\txec:key=a.b \r\n export SECRET_A_B = '1'\r\n", set("a.b", "1")},
		"a key that needs none": {"# xec:key=A\nSECRET_A=1", set("A", "1")},
		"base64":                {"# xec:base64 key=a-b value=AAE=\n", set("a-b", "\x00\x01")},
		"base64 and its name":   {"# xec:base64 key=a-b value=AAE=\nSECRET_A_B=1\n", set("a-b", "\x00\x01", "A_B", "1")},
		"notes within a value":  {"A='\n# xec:key=B\n# xec:nonsense\n'\n", set("A", "\n# xec:key=B\n# xec:nonsense\n")},
		"nothing":               {"", set()},
		"only comments":         {"\ufeff# a\n\n", set()},
		"the largest value":     {"A=" + strings.Repeat("x", secret.MaxValue), set("A", strings.Repeat("x", secret.MaxValue))},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := transfer.ReadEnv([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			requireEqual(t, got, test.want, nil)
		})
	}
}

func TestReadEnvRefuses(t *testing.T) {
	const unknown = `neither "# xec:key=" nor "# xec:base64 key="`
	const other = "the line below this comment assigns to another name than the key's"
	const nothing = "no assignment on the line below this comment"
	for name, test := range map[string]struct {
		src  string
		want []string
	}{
		"a key twice":               {"A=1\nB=1\nA=2", []string{"line 3: the key stands on line 1 already"}},
		"a key twice, stripped":     {"SECRET_A=1\nA=1", []string{"line 2: the key stands on line 1 already"}},
		"a key twice, by comment":   {"a.b=1\n# xec:key=a.b\nSECRET_A_B=1", []string{"line 3: the key stands on line 1 already"}},
		"a key twice, by base64":    {"A=1\n# xec:base64 key=A value=AA==", []string{"line 2: the key stands on line 1 already"}},
		"a key three times":         {"A=1\nA=1\nA=1", []string{"line 2: the key stands on line 1 already", "line 3: the key stands on line 1 already"}},
		"only SECRET_":              {"SECRET_=hunter2", []string{"line 1: the name gives no key"}},
		"a key of a digit":          {"SECRET_1=hunter2", []string{"line 1: the name gives no key"}},
		"a key of a line":           {"_hunter2=v", []string{"line 1: the name gives no key"}},
		"a key too long":            {strings.Repeat("x", secret.MaxKey+1) + "=v", []string{"line 1: the name gives no key"}},
		"an empty value":            {"A=\nB=''\nC=\"\" # c\nD= # d", []string{"line 1: the value is empty", "line 2: the value is empty", "line 3: the value is empty", "line 4: the value is empty"}},
		"a piece of a value":        {"A=v\nhunter2=", []string{"line 2: the value is empty"}},
		"a value too large":         {"\nA=" + strings.Repeat("x", secret.MaxValue+1), []string{"line 2: the value is longer than 65536 bytes (64 KiB)"}},
		"another name":              {"# xec:key=a.b\nSECRET_A_C=v", []string{"line 1: " + other}},
		"a name in lower case":      {"# xec:key=a.b\nSECRET_a_b=v", []string{"line 1: " + other}},
		"a name without SECRET_":    {"# xec:key=a.b\nA_B=v", []string{"line 1: " + other}},
		"a key and a gap":           {"# xec:key=a.b\n\nSECRET_A_B=v", []string{"line 1: " + nothing}},
		"a key and a comment":       {"# xec:key=a.b\n# c\nSECRET_A_B=v", []string{"line 1: " + nothing}},
		"a key and a key":           {"# xec:key=a.b\n# xec:key=a-b\nSECRET_A_B=v", []string{"line 1: " + nothing}},
		"a key at the end":          {"# xec:key=a.b", []string{"line 1: " + nothing}},
		"a bad key":                 {"# xec:key=a b\nSECRET_A_B=v", []string{"line 1: the comment gives no key"}},
		"no key":                    {"# xec:key=\nSECRET_=v", []string{"line 1: the comment gives no key"}},
		"an unknown note":           {"A=v\n# xec:hunter2", []string{"line 2: " + unknown}},
		"a note with a space":       {"# xec: key=a", []string{"line 1: " + unknown}},
		"base64 without a key":      {"# xec:base64 value=AA==", []string{"line 1: " + unknown}},
		"base64 without a value":    {"# xec:base64 key=a", []string{`line 1: no "value=" with padded base64`}},
		"base64 with an empty one":  {"# xec:base64 key=a value=", []string{"line 1: the value is empty"}},
		"base64 with a bad key":     {"# xec:base64 key=1 value=AA==", []string{"line 1: the comment gives no key"}},
		"unpadded base64":           {"# xec:base64 key=a value=AA", []string{`line 1: no "value=" with padded base64`}},
		"base64 with stray bits":    {"# xec:base64 key=a value=AB==", []string{`line 1: no "value=" with padded base64`}},
		"base64 with a CR":          {"# xec:base64 key=a value=A\rA==", []string{`line 1: no "value=" with padded base64`}},
		"base64 and more":           {"# xec:base64 key=a value=AA== x", []string{`line 1: no "value=" with padded base64`}},
		"what is no .env file":      {"A=v\nhunter2\n", []string{"line 2, column 8: no '=' behind the name"}},
		"a NUL":                     {"A=v\nB=\x00hunter2\n", []string{"line 2: a NUL byte; is the text UTF-16?"}},
		"everything, in file order": {"SECRET_=1\nA=\n# xec:key=B\nA=1\n# xec:x\n\nA=1", []string{"line 1: the name gives no key", "line 2: the value is empty", "line 3: " + other, "line 5: " + unknown, "line 7: the key stands on line 2 already"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := transfer.ReadEnv([]byte(test.src))
			requireRefused(t, got, err)
			requireLines(t, err, test.want...)
		})
	}
}

func TestReadEnvKnowsAJSONFile(t *testing.T) {
	_, err := transfer.ReadEnv([]byte("\ufeff\n{\"A\": \"hunter2\"}"))
	requireRefused(t, nil, err)
	if hint := secret.Hint(err); !strings.Contains(hint, "--format json") {
		t.Errorf("the hint is %q", hint)
	}
	_, err = transfer.ReadEnv([]byte("hunter2"))
	if hint := secret.Hint(err); hint != "" {
		t.Errorf("the hint for other text is %q", hint)
	}
}

func TestKeysOfOneNameAreListedAndNothingIsWritten(t *testing.T) {
	var out bytes.Buffer
	err := transfer.WriteEnv(&out, set("a-b", "1", "a.b", "2", "A_B", "3", "c", "4", "C", "5", "d", "6"))
	requireRefused(t, nil, err)
	requireLines(t, err,
		"keys A_B, a-b, a.b: one name for all, SECRET_A_B",
		"keys C, c: one name for all, SECRET_C")
	if out.Len() > 0 {
		t.Errorf("wrote %d bytes", out.Len())
	}
	if hint := secret.Hint(err); !strings.Contains(hint, "--format json") {
		t.Errorf("the hint is %q", hint)
	}
}

func TestAValueWithANULTakesNoName(t *testing.T) {
	secrets := set("a.b", "1\x00", "a-b", "2", "A_B", "\x00")
	got, err := transfer.ReadEnv(export(t, transfer.WriteEnv, secrets))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, got, secrets, nil)
}

func TestAValueThatIsNotPlainStandsInAComment(t *testing.T) {
	secrets := set("KEY", "plain", "a.b", "x\x1b[31m", "A_B", "y\x1b")
	written := export(t, func(w io.Writer, secrets map[string]secret.Value) error {
		return transfer.WriteEnvWhere(w, secrets, func(value []byte) bool { return bytes.IndexByte(value, '\x1b') < 0 })
	}, secrets)
	if bytes.IndexByte(written, '\x1b') >= 0 || !bytes.Contains(written, []byte("\nexport SECRET_KEY=\"plain\"\n")) {
		t.Errorf("%q", written)
	}
	got, err := transfer.ReadEnv(written)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, got, secrets, nil)
}
