package yaml

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

var suite = rendertest.Suite{
	Format: Format,
	Stream: NewStream,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"1":  {"a: ${secret:K} # c\n", "word", "a: word # c\n"},
		"2":  {"a: ${secret:K} # c\n", "two words", "a: two words # c\n"},
		"3":  {"a: ${secret:K} # c\n", "it's", "a: 'it''s' # c\n"},
		"4":  {"a: ${secret:K} # c\n", "x\ny", "a: \"x\\ny\" # c\n"},
		"5":  {"a: ${secret:K}", "123", "a: '123'"},
		"6":  {"a: ${secret:K}", "yes", "a: 'yes'"},
		"7":  {"a: ${secret:K}", "null", "a: 'null'"},
		"8":  {"a: ${secret:K}", "12:30:45", "a: '12:30:45'"},
		"9":  {"a: ${secret:K}", "=", "a: '='"},
		"10": {"a: ${secret:K}", "- x", "a: '- x'"},
		"11": {"a: ${secret:K}", "k: v", "a: 'k: v'"},
		"12": {"a: ${secret:K}", "v #c", "a: 'v #c'"},
		"13": {"a: ${secret:K}", "${secret:OTHER}", "a: '${secret:OTHER}'"},
		"14": {"a: http://u:${secret:K}@h/p\n", "p@ss", "a: http://u:p@ss@h/p\n"},
		"15": {"a: http://u:${secret:K}@h/p\n", "p ss: x", "a: 'http://u:p ss: x@h/p'\n"},
		"16": {"a: 12${secret:K}\n", "34", "a: '1234'\n"},
		"17": {"a: [${secret:K}, b]\n", "word", "a: [word, b]\n"},
		"18": {"a: [${secret:K}, b]\n", "x, y", "a: ['x, y', b]\n"},
		"19": {"a: {k: ${secret:K}}\n", "}", "a: {k: '}'}\n"},
		"20": {"a: '${secret:K}' # c\n", "it's", "a: 'it''s' # c\n"},
		"21": {"a: '${secret:K}' # c\n", "x\ny", "a: \"x\\ny\" # c\n"},
		"22": {"a: \"x ${secret:K}\"\n", "a\"b\\c\n", "a: \"x a\\\"b\\\\c\\n\"\n"},
		"23": {"\\${secret:K}: v\n", "key", "'${secret:K}': v\n"},
		"24": {"a: |\n  x ${secret:K} y\n  z\n", "v", "a: |\n  x v y\n  z\n"},
		"25": {"a: |\n  ${secret:K}\nb: c\n", "l1\nl2", "a: |\n  l1\n  l2\nb: c\n"},
		"26": {"a: |\r\n  ${secret:K}\r\nb: c\r\n", "l1\nl2", "a: |\r\n  l1\r\n  l2\r\nb: c\r\n"},
		"27": {"a: |-  # c\n  ${secret:K}\n\n# d\nb: c\n", "l1\n", "a: \"l1\\n\"  # c\n\n# d\nb: c\n"},
		"28": {"a: |2\n   ${secret:K}\n", "x\ny", "a: |2\n   x\n  y\n"},
		"29": {"a: >\n  x ${secret:K}\n  y\n", "v w", "a: >\n  x v w\n  y\n"},
		"30": {"a: >\n  x ${secret:K}\n  y\n\nb: c\n", "v\nw", "a: \"x v\\nw y\\n\"\n\nb: c\n"},
		"31": {"a: x\n  ${secret:K}\n  y # c\n", "v", "a: x\n  v\n  y # c\n"},
		"32": {"a: x\n  ${secret:K}\n  y # c\n", "v: w", "a: 'x v: w y' # c\n"},
		"33": {"a: x\n  y-${secret:K}/z\n\n  end\n", "two words", "a: x\n  y-two words/z\n\n  end\n"},
		"34": {"a: 'x\n  ${secret:K}\n\n  y' # c\n", "it's: #1", "a: 'x\n  it''s: #1\n\n  y' # c\n"},
		"35": {"a: 'x\n  ${secret:K}\n  y' # c\n", " v", "a: \"x  v y\" # c\n"},
		"36": {"a: 'x\n  ${secret:K}\n  y' # c\n", "v\nw", "a: \"x v\\nw y\" # c\n"},
		"37": {"a: 'x\n  ${secret:K}\n  y' # c\n", "", "a: \"x  y\" # c\n"},
		"38": {"a: !!binary ${secret:K}\n", "Zm9v", "a: !!binary Zm9v\n"},
		"39": {"a: !!binary |\n  Zm9v\n  ${secret:K}\n", "YmFy", "a: !!binary |\n  Zm9v\n  YmFy\n"},
		"40": {"a: !!str ${secret:K}\n", "12", "a: !!str '12'\n"},
		"41": {"a: !mine ${secret:K}\n", "v", "a: !mine v\n"},
		"42": {"- &a !t ${secret:K}\n- *a\n", "- x", "- &a !t '- x'\n- *a\n"},
		"43": {"a: !!str ${secret:K}\n", "123", "a: !!str '123'\n"},
		"44": {"# ${secret:K}\na: b # ${secret:K}\n", "v", "# ${secret:K}\na: b # ${secret:K}\n"},
		"45": {"\ufeffa: ${secret:K}\r\nb: c", "v", "\ufeffa: v\r\nb: c"},
		"46": {"%YAML 1.2\n---\na: ${secret:K}\n...\n---\nb: ${secret:K}\n", "v", "%YAML 1.2\n---\na: v\n...\n---\nb: v\n"},
		"47": {"a: $<secret:K>\n", "v", "a: v\n"},
		"48": {"a: ${secret:K:-it's: x}\n", "v", "a: v\n"},
		"49": {`a: \${secret:K}` + "\n", "v", "a: '${secret:K}'\n"},
		"50": {`a: x\${secret:K}` + "\n", "v", "a: x${secret:K}\n"},
		"51": {`a: "\\${secret:K}"` + "\n", "v", `a: "${secret:K}"` + "\n"},
		"52": {`a: "\\\\${secret:K}"` + "\n", "v", `a: "\\v"` + "\n"},
		"53": {`a: "\x5c${secret:K}"` + "\n", "v", "a: '${secret:K}'\n"},
		"54": {`a: '\\${secret:K}'` + "\n", "v", `a: '\v'` + "\n"},
		"55": {`a: '\\\${secret:K}'` + "\n", "v", `a: '\${secret:K}'` + "\n"},
		"56": {"a: |\n  \\${secret:K} ${secret:K}\n", "v", "a: |\n  ${secret:K} v\n"},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\na: '${secret:B}\\${secret:C}' # ${secret:D}\nb: [x${secret:E}]\nc: |\n  ${secret:F}\n",
		Refs:   []int{1, 4, 5},
		Want:   "# ${secret:A}\na: '1${secret:C}' # ${secret:D}\nb: [x4]\nc: |\n  5\n",
	},
	Slashes: []rendertest.Slashes{
		{Before: "a: x", Slash: `\`}, {Before: "a: 'é", Slash: `\`, Behind: "'\n"}, {Before: `a: "`, Slash: `\\`, Behind: `x"`}, {Before: `a: "`, Slash: `\x5c`, Behind: `"`}, {Before: "a: |\n  x", Slash: `\`, Behind: "\n"},
	},
	Decode: func(t *testing.T, document string) string {
		text, ok := decodedAt(document)
		if !ok {
			t.Fatalf("%q is not read", document)
		}
		return text
	},
	Comments: []string{"# ${secret:K}\n", "a: b # ${secret:K}\n# \"$<secret:L>\r\n", "a: b # ${secret:K:-é\t\U0001F511}\nc: d\n"},
	Refused: map[string]rendertest.Refused{
		"1":  {"a: *${secret:K}\n", "v", 0, secret.General, "", ""},
		"2":  {"a: &x${secret:K} v\n", "v", 5, secret.Invalid, "anchor", ""},
		"3":  {"a: !x${secret:K} v\n", "v", 5, secret.Invalid, "tag", ""},
		"4":  {"a: ${secret:K}\n", "\xff", 3, secret.Invalid, "not UTF-8", "|base64 makes text of any bytes"},
		"5":  {"a: b\n c: ${secret:K}\n", "v", 6, secret.General, "mapping values are not allowed", ""},
		"6":  {"a: [${secret:K}\n", "v", 0, secret.General, "did not find", ""},
		"7":  {"a: \xff\n", "v", 3, secret.General, "not UTF-8", ""},
		"8":  {"${secret:K}: v\n", "v", 0, secret.Invalid, "cannot stand in a key", "write the key as it is; for a literal text put a backslash before it"},
		"9":  {"a: {x: 1, \"k${secret:K}\": v}\n", "v", 12, secret.Invalid, "cannot stand in a key", "write the key as it is; for a literal text put a backslash before it"},
		"10": {"a: !!int ${secret:K}\n", "1", 9, secret.Invalid, "the tag of this scalar", "leave the tag out, or say !!str"},
		"11": {"a: !!timestamp '${secret:K}'\n", "2026-01-01", 16, secret.Invalid, "the tag of this scalar", "leave the tag out, or say !!str"},
		"12": {"a: !!binary ${secret:K}\n", "%", 12, secret.Invalid, "!!binary says base64", "${secret:KEY|base64}"},
		"13": {"a: !!binary Zm9v${secret:K}\n", "Zg", 16, secret.Invalid, "!!binary says base64", "${secret:KEY|base64}"},
		"15": {"a: b\nc: # ${secret:K\v}\n  d\n", "v", 20, secret.General, "control characters", ""},
		"16": {"a: b\n# ${secret:K\rc: d}\n", "v", 7, secret.General, "a comment ends within a reference", ""},
		"17": {"\ufeffa: b\nc: d\x7f${secret:K}\n", "v", 12, secret.General, "control characters", ""},
		"14": {"? [a, ${secret:K}]\n: v\n", "v", 6, secret.Invalid, "cannot stand in a key", "write the key as it is; for a literal text put a backslash before it"},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\xff", Sources: []string{
		"a: *hunter2\n", "hunter2: [\n", "a: hunter2: hunter2\n", "hunter2${secret:hunter2}: v\n", "a: hunter2${secret:hunter2}\n", "a: !!int ${secret:hunter2}\n", "%hunter2\n%YAML hunter2\na: *x\n",
	}},
	Told: []rendertest.Told{
		{"a: ${secret:K}\n", "v", "in a plain scalar, as it is"},
		{"a: x${secret:K}\n", "a\n", "in a plain scalar, which becomes double-quoted"},
		{"a: [ '${secret:K}' ]\n", `a"`, "in a single-quoted scalar, as it is"},
		{"a: '${secret:K}'\n", "it's", "in a single-quoted scalar, its quotes doubled"},
		{"a: '${secret:K}'\n", "a\n", "in a single-quoted scalar, which becomes double-quoted"},
		{"a: \"${secret:K}\"\n", "it's", "in a double-quoted scalar, as it is"},
		{"a: \"${secret:K}\"\n", "a\n", "in a double-quoted scalar, with escapes"},
		{"a: \"\\x5c\\x5c${secret:K}\"\n", "\a", "in a double-quoted scalar, which is quoted anew"},
		{"a: |\n  ${secret:K}\n", "a: b", "in a literal block, as it is"},
		{"a: |\n  ${secret:K}\n", "a\nb", "in a literal block, its lines indented"},
		{"a: |\n  ${secret:K}\n", "a\n", "in a literal block, which becomes double-quoted"},
		{"a: >\n  x ${secret:K}\n", "a: b", "in a folded block, as it is"},
		{"a: >-\n  x ${secret:K}\n", "a\nb", "in a folded block, which becomes double-quoted"},
		{"a: [\"${secret:K} ${secret:UNKNOWN}\", ${secret:K}]\n", "v", "in a double-quoted scalar; in a double-quoted scalar; in a plain scalar, as it is"},
		{"a: ${secret:K}\n", "\xff", "in a plain scalar"},
		{"a: \"\\\\${secret:K} \\\\\\\\${secret:K}\" # ${secret:K}\n", "v", "in a double-quoted scalar, as it is"},
		{"a: 1\n", "v", ""},
	},
	Proof: rendertest.Proof{
		Source: "# c\na: x ${secret:A}\nb: [1, '${secret:B}', \"\\\\${secret:C}\"]\nc: |\n  ${secret:D}\n  e\n&f g: *f\n",
		Value:  "v",
		Of:     pieces,
		Bytes:  "x'\" \\,1]}\n#:&*!",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"a key more":      good + "h: 1\n",
				"a document more": good + "---\n",
				"another kind":    strings.Replace(good, "[1,", "['1',", 1),
				"another tag":     strings.Replace(good, "[1,", "[!t 1,", 1),
				"another anchor":  strings.ReplaceAll(good, "f g: *f", "h g: *h"),
				"nothing":         "",
			}
		},
		Same:  sameData,
		Least: 500,
	},
	Parts: []string{
		"",
		"a: ${secret:K}\n",
		"a: ${secret:K}\n---\nb: '${secret:K}'\n",
		"---\na: 1\n--- # c\nb: ${secret:K}",
		"a: ${secret:K}\n...\n---\nb: 1\n...\n",
		"a: 1\n...\n%YAML 1.2\n# c\n\n---\nb: ${secret:K}\n...\n%TAG !e! !x\n---\nc: !e!y ${secret:K}\n",
		"a: |\n  ---\n  ${secret:K}\n----\n",
		"a: |\n  x\n  --- y\nb: ${secret:K}\n",
		"--- a\n--- ${secret:K}\n---\t|\n ${secret:K}\n",
		"a: 1\r\n---\r\nb: ${secret:K}\r\n",
		"# ${secret:K}\n---\n# c\na: ${secret:K}\n# d\n---\nb: 1 # e\n",
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*template)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

// sameData reports whether bad holds the data of good.
func sameData(_ render.Document, _ render.Texts, bad, good string) bool {
	var ours, theirs any
	return yamlv3.Unmarshal([]byte(good), &ours) == nil && yamlv3.Unmarshal([]byte(bad), &theirs) == nil && reflect.DeepEqual(ours, theirs)
}

// rendered renders a document in which every reference has one value.
func rendered(document, value string) (string, error) {
	d, err := Format([]byte(document), rendertest.Find(document))
	if err != nil {
		return "", err
	}
	out, err := d.Render(func(int) secret.Value { return secret.Text(value) })
	return string(out), err
}

func TestWithoutReferencesEverythingStays(t *testing.T) {
	for _, document := range []string{"", "# only\n", "a:   b  # c\r\n\r\nx: [ 1,2 ]", "---\n...\n---\n", "'", "\ufeff"} {
		d, err := Format([]byte(document), nil)
		if err != nil {
			continue
		}
		out, err := d.Render(nil)
		if err != nil || string(out) != document {
			t.Errorf("%q became %q, error %v", document, out, err)
		}
	}
}

// place is a template in which %s stands for the reference, with what is around the
// value in the scalar, and how to get there.
type place struct {
	name, template, before, after string
}

var everywhere = []place{
	{"plain", "a: %s\nlast: x\n", "", ""},
	{"plain with text", "a: pre-%s.post # c\nlast: x\n", "pre-", ".post"},
	{"plain in a sequence", "a:\n  - %s\nlast: x\n", "", ""},
	{"plain of several lines", "a: one\n  %s\n  three\nlast: x\n", "one ", " three"},
	{"plain URL", "a: pg://u:%s@h/d?x=1\nlast: x\n", "pg://u:", "@h/d?x=1"},
	{"plain behind a tag", "a: !!str %s\nlast: x\n", "", ""},
	{"plain behind an anchor", "a: &n %s\nlast: x\n", "", ""},
	{"single", "a: '%s'\nlast: x\n", "", ""},
	{"single with text", "a: 'it''s %s!' # c\nlast: x\n", "it's ", "!"},
	{"single of several lines", "a: 'one\n  %s\n  three'\nlast: x\n", "one ", " three"},
	{"double", "a: \"%s\"\nlast: x\n", "", ""},
	{"double with text", "a: \"\\t%s\\u00e9\" # c\nlast: x\n", "\t", "é"},
	{"double of several lines", "a: \"one\n  %s\n  three\"\nlast: x\n", "one ", " three"},
	{"literal", "a: |\n  %s\nlast: x\n", "", "\n"},
	{"literal in a line", "a: |\n  one\n  two %s three\n  four\nlast: x\n", "one\ntwo ", " three\nfour\n"},
	{"literal, stripped", "a: |-\n  %s\nlast: x\n", "", ""},
	{"literal, kept", "a: |+\n  %s\n\nlast: x\n", "", "\n\n"},
	{"literal, indented", "a: |2\n    one\n  %s\nlast: x\n", "  one\n", "\n"},
	{"literal in a sequence", "a:\n- |\n  %s\nlast: x\n", "", "\n"},
	{"folded", "a: >\n  %s\nlast: x\n", "", "\n"},
	{"folded in a line", "a: >-\n  one\n  two %s three\n  four\nlast: x\n", "one two ", " three four"},
	{"flow sequence", "a: [%s]\nlast: x\n", "", ""},
	{"flow sequence with text", "a: [one, x%sy , 3]\nlast: x\n", "x", "y"},
	{"flow mapping", "a: {b: %s, c: d}\nlast: x\n", "", ""},
	{"flow in double quotes", "a: [\"%s\"]\nlast: x\n", "", ""},
	{"JSON in YAML", "{\"a\": \"%s\"}\n", "", ""},
	{"CRLF", "x: 1\r\na: %s\r\nlast: x\r\n", "", ""},
	{"literal, CRLF", "x: 1\r\na: |\r\n  %s\r\nlast: x\r\n", "", "\n"},
	{"BOM", "\ufeffa: %s\nlast: x\n", "", ""},
	{"second document", "---\nx: y\n---\na: %s\n", "", ""},
	{"a scalar alone", "%s\n", "", ""},
	{"no line end", "a: %s", "", ""},
	{"literal, indented and stripped", "a: |1-\n  one\n %s\nlast: x\n", " one\n", ""},
	{"literal, stripped and indented", "a: |-2\n  %s\nlast: x\n", "", ""},
	{"literal, kept and indented", "a: |+2\n  %s\n\n\nlast: x\n", "", "\n\n\n"},
	{"folded, indented", "a: >2\n  %s\nlast: x\n", "", "\n"},
	{"folded, kept", "a: >+\n  %s\n\nlast: x\n", "", "\n\n"},
	{"beside a merge key", "b: &b {c: d}\nm:\n  <<: *b\na: %s\nlast: x\n", "", ""},
	{"plain of several lines, with a gap", "a: one\n\n  %s\n  three\nlast: x\n", "one\n", " three"},
	{"a value behind a question mark", "? a\n: %s\n? last\n: x\n", "", ""},
}

// carried are the kinds of value that are UTF-8: no YAML holds others.
func carried() (kinds []hostile.Kind) {
	for _, kind := range hostile.Kinds() {
		if utf8.ValidString(kind.Value) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// decodedAt gives the scalar that a template's place holds, as yaml.v3 reads it.
func decodedAt(document string) (string, bool) {
	var node yamlv3.Node
	decoder := yamlv3.NewDecoder(strings.NewReader(document))
	for decoder.Decode(&node) == nil {
		n := node.Content[0]
		for n.Kind != yamlv3.ScalarNode {
			i := slices.IndexFunc(n.Content, func(c *yamlv3.Node) bool { return c.Value == "a" })
			switch {
			case n.Kind == yamlv3.MappingNode && i < 0 && n.Content[0].Value != "b":
				n = nil
			case n.Kind == yamlv3.MappingNode:
				n = n.Content[max(i, 0)+1]
			case len(n.Content) == 3:
				n = n.Content[1]
			default:
				n = n.Content[0]
			}
			if n == nil {
				break
			}
		}
		if n != nil {
			return n.Value, n.ShortTag() == "!!str"
		}
	}
	return "", false
}

// TestEveryValueInEveryPlace is read back by yaml.v3 and, all at once, by PyYAML, which
// is YAML 1.1.
func TestEveryValueInEveryPlace(t *testing.T) {
	kinds := carried()
	if len(kinds) < 60 || len(everywhere) < 30 {
		t.Fatalf("%d kinds, %d places", len(kinds), len(everywhere))
	}
	var documents, wants []string
	covered := 0
	for _, p := range everywhere {
		for _, kind := range kinds {
			document := fmt.Sprintf(p.template, "${secret:K}")
			got, err := rendered(document, kind.Value)
			if err != nil {
				t.Errorf("%s, %s: %v", p.name, kind.Name, err)
				continue
			}
			want := p.before + kind.Value + p.after
			if text, isString := decodedAt(got); text != want || !isString {
				t.Errorf("%s, %s: read back as %d bytes, a string: %v; want %d bytes", p.name, kind.Name, len(text), isString, len(want))
			}
			requireSameElsewhere(t, p, kind, document, got)
			documents, wants = append(documents, got), append(wants, want)
			covered++
		}
	}
	t.Logf("%d kinds of value × %d places: %d covered", len(kinds), len(everywhere), covered)
	requirePython(t, documents, wants)
}

// requireSameElsewhere compares the lines that are not the scalar's own.
func requireSameElsewhere(t *testing.T, p place, kind hostile.Kind, document, got string) {
	t.Helper()
	before, after, _ := strings.Cut(document, "${secret:K}")
	head := before[:strings.LastIndex(before, "a:")+1]
	tail := after[strings.Index(after+"\nlast", "\nlast"):]
	if !strings.HasPrefix(got, head) || !strings.HasSuffix(got, tail) {
		t.Errorf("%s, %s: something else has changed", p.name, kind.Name)
	}
}

// decode prints, for each document of the JSON array on standard input, whether PyYAML
// finds the wanted string in it.
const decode = `
import base64, json, sys, yaml
def strings(x):
    if isinstance(x, dict):
        for k, v in x.items():
            yield from strings(k); yield from strings(v)
    elif isinstance(x, list):
        for v in x: yield from strings(v)
    elif isinstance(x, str):
        yield x
for document, want in json.load(sys.stdin):
    document, want = base64.b64decode(document).decode(), base64.b64decode(want).decode()
    try:
        print(any(want in strings(d) for d in yaml.load_all(document, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    except yaml.YAMLError as e:
        print(type(e).__name__)
`

func requirePython(t *testing.T, documents, wants []string) {
	t.Helper()
	python := machine.Python(t, "yaml")
	pairs := make([][2]string, len(documents))
	for i := range documents {
		pairs[i] = [2]string{base64.StdEncoding.EncodeToString([]byte(documents[i])), base64.StdEncoding.EncodeToString([]byte(wants[i]))}
	}
	input, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", decode)
	cmd.Stdin = bytes.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Fields(string(out))
	if len(answers) != len(documents) {
		t.Fatalf("%d answers for %d documents", len(answers), len(documents))
	}
	for i, answer := range answers {
		if answer != "True" {
			t.Errorf("document %d, %d bytes: PyYAML says %s", i, len(documents[i]), answer)
		}
	}
}

// FuzzSplice: what is rendered has the tree of the template with the value in it, or
// nothing is given; and a document without references stays as it is.
func FuzzSplice(f *testing.F) {
	for _, p := range everywhere {
		f.Add(fmt.Sprintf(p.template, "${secret:K}"), "v: x\n")
	}
	f.Add("a: &x [*x, ${secret:K}]\n? ${secret:K}\n: y\n", " ")
	f.Fuzz(func(t *testing.T, document, value string) {
		d, err := Format([]byte(document), rendertest.Find(document))
		if err != nil {
			return
		}
		out, err := d.Render(func(int) secret.Value { return secret.Text(value) })
		if err != nil {
			return
		}
		if len(rendertest.Find(document)) == 0 && string(out) != document {
			t.Fatal("a document without references has changed")
		}
		if _, err := parse(out); err != nil {
			t.Fatalf("what was rendered is not YAML: %v", err)
		}
	})
}

// BenchmarkRender renders 1 MB with 1,000 references; the floor is reading it twice.
func BenchmarkRender(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "service-%d:\n", i)
		for j := range 20 {
			fmt.Fprintf(&text, "  key-%d: some text of a configuration file  # usual\n", j)
		}
		fmt.Fprintf(&text, "  password: ${secret:PASSWORD}\n")
	}
	document := []byte(text.String())
	spans := rendertest.Find(text.String())
	b.Run("floor", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		for b.Loop() {
			for range 2 {
				if _, err := parse(document); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("render", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		for b.Loop() {
			d, err := Format(document, spans)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := d.Render(func(int) secret.Value { return secret.Text("it's: a value") }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestWhatATerminalWouldActOnIsEscaped, and read back as it was.
func TestWhatATerminalWouldActOnIsEscaped(t *testing.T) {
	for _, text := range []string{"\u202etxt", "a\u009bb", "x\x1b[31m", "\x7f", "\U000e0001", "\ufeffa", "it's \\ \"\u200b\""} {
		tree := render.Tree{IsMap: true, Pairs: []render.TreePair{{Key: text, Value: render.Tree{Text: secret.Text(text)}}}}
		var out strings.Builder
		if err := Write(&out, tree); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }) {
			t.Errorf("%q: %q", text, out.String())
		}
		var read map[string]string
		if err := yamlv3.Unmarshal([]byte(out.String()), &read); err != nil || read[text] != text {
			t.Errorf("%q: %q, error %v", text, out.String(), err)
		}
	}
}

func TestWrittenTreesAreReadBack(t *testing.T) {
	text := func(s string) render.Tree { return render.Tree{Text: secret.Text(s)} }
	plain := func(s string) render.Tree { return render.Tree{Text: secret.Text(s), Plain: true} }
	tree := render.Tree{IsMap: true, Pairs: []render.TreePair{
		{Key: "name", Value: text("demo")}, {Key: "yes", Value: text("no")}, {Key: "port", Value: plain("5432")}, {Key: "none", Value: plain("null")},
		{Key: "list", Value: render.Tree{IsList: true, Items: []render.Tree{
			text("a"), {IsMap: true, Pairs: []render.TreePair{{Key: "b", Value: text("c: d")}, {Key: "e", Value: render.Tree{IsList: true, Items: []render.Tree{text("f")}}}}},
			{IsList: true, Items: []render.Tree{text("g"), plain("1")}}, {IsMap: true}, {IsList: true},
		}}},
		{Key: "map", Value: render.Tree{IsMap: true, Pairs: []render.TreePair{{Key: "x", Value: render.Tree{IsMap: true, Pairs: []render.TreePair{{Key: "y z", Value: text("multi\nline\n")}}}}}}},
	}}
	want := "name: demo\n'yes': 'no'\nport: 5432\nnone: null\nlist:\n  - a\n  - b: 'c: d'\n    e:\n      - f\n  -\n    - g\n    - 1\n  - {}\n  - []\nmap:\n  x:\n    y z: \"multi\\nline\\n\"\n"
	var out strings.Builder
	if err := Write(&out, tree); err != nil || out.String() != want {
		t.Errorf("got\n%s\nwant\n%s\nerror %v", out.String(), want, err)
	}
	var node yamlv3.Node
	if err := yamlv3.Unmarshal([]byte(out.String()), &node); err != nil {
		t.Error(err)
	}
	if err := Write(&out, text("\xff")); !errors.Is(err, secret.Invalid) {
		t.Errorf("not UTF-8: error %v", err)
	}
}
