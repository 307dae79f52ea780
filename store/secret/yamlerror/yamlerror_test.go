package yamlerror

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/fixtures/machine"
)

// broken are texts, where each is wrong, and what is said of it.
var broken = []struct{ text, place, reason string }{
	// Of the parser, whose lines are one too low.
	{"c: ]\n", "1:1", "did not find expected node content"},
	{"a: 1\nb: 2\nc: ]\n", "3:1", "did not find expected node content"},
	{"a: 1\nb: 2\nc: [1, 2\nd: 3\n", "3:1", "did not find expected ',' or ']'"},
	{"a: 1\nx:\n  c: [1,\n    2,\n    {d: 3]\n", "5:5", "did not find expected ',' or '}'"},
	{"a: 1\nb: 2\n- c\n", "3:1", "did not find expected key"},
	{"vars:\n  a: 1\ntasks:\n  t:\n    command: x\n   bad: y\n", "6:4", "did not find expected key"},
	{"- a\n- b\nc: d\n", "3:1", "did not find expected '-' indicator"},
	{"a: b\n...\n- c\n", "3:1", "did not find expected <document start>"},
	{"a: b\n---\nc: d\n- e\n", "4:1", "did not find expected key"},
	{"a: 1\nb: !e!x y\n", "2:1", "found undefined tag handle"},
	{"a: 1\r\nb: 2\r\nc: ]\r\n", "3:1", "did not find expected node content"},
	// Of the scanner.
	{"vars:\n\ta: b\n", "2:2", "found character that cannot start any token"},
	{"a: 1\nb: \"x\n  y \\q\"\nc: 2\n", "3:3", "found unknown escape character"},
	{"a: 1\nb: c: d\n", "2:1", "mapping values are not allowed in this context"},
	{"a: 1\nb: |x\n  c\n", "2:1", "did not find expected comment or line break"},
	// Of neither; they have no line.
	{"a: 1\nb: *hunter2\nc: 3\n", "2:1", "an alias of an anchor that is not there"},
	{"# *hunter2\na: &hunter 1\nb: '*hunter2'\nc: *hunter\nd:\n  - *hunter2\n", "6:3", "an alias of an anchor that is not there"},
	{"a: 1\nb: 2\x01\n", "2:5", "control characters are not allowed"},
	{"\ufeffc: ]\n", "1:1", "did not find expected node content"},
}

// fault is the library's error with a text.
func fault(t *testing.T, text string) error {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		if err := decoder.Decode(new(yaml.Node)); err != nil {
			if err.Error() == "EOF" {
				t.Fatalf("%q is YAML", text)
			}
			return err
		}
	}
}

// place gives line:column of an offset.
func place(text string, offset int) string {
	before := text[:offset]
	begin := strings.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("%d:%d", 1+strings.Count(before, "\n"), 1+len([]rune(strings.TrimPrefix(before[begin:], "\ufeff"))))
}

func TestAnErrorHasItsPlace(t *testing.T) {
	for _, b := range broken {
		offset, reason := Read([]byte(b.text), fault(t, b.text))
		if got := place(b.text, offset); got != b.place || reason != b.reason {
			t.Errorf("%q: %s %s, want %s %s", b.text, got, reason, b.place, b.reason)
		}
	}
}

// marks prints, of every text, the lines that PyYAML's error names: where something begins
// within which something is wrong, and where that is.
const marks = `
import json, sys, yaml
for text in json.load(sys.stdin):
    try:
        list(yaml.compose_all(text, yaml.SafeLoader))
        print(json.dumps([]))
    except yaml.MarkedYAMLError as e:
        print(json.dumps([m.line + 1 for m in (e.context_mark, e.problem_mark) if m]))
    except yaml.reader.ReaderError as e:
        print(json.dumps([text[:e.position].count("\n") + 1]))
`

// TestLinesAreThoseOfPyYAML asks another reader for the lines.
func TestLinesAreThoseOfPyYAML(t *testing.T) {
	cmd := exec.Command(machine.Python(t, "yaml"), "-c", marks)
	var texts []string
	for _, b := range broken {
		texts = append(texts, b.text)
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(answers) != len(texts) {
		t.Fatalf("%d answers for %d texts, error %v", len(answers), len(texts), err)
	}
	for i, answer := range answers {
		var lines []int
		if err := json.Unmarshal([]byte(answer), &lines); err != nil {
			t.Fatal(err)
		}
		offset, _ := Read([]byte(texts[i]), fault(t, texts[i]))
		line := 1 + strings.Count(texts[i][:offset], "\n")
		if len(lines) == 0 || line != lines[0] && line != lines[len(lines)-1] {
			t.Errorf("%q: line %d, PyYAML names %v", texts[i], line, lines)
		}
	}
}

// TestOfALargeTextTheLibrarysLineIsTaken: the place is looked for by reading again and
// again.
func TestOfALargeTextTheLibrarysLineIsTaken(t *testing.T) {
	text := strings.Repeat("- text of a configuration\n", maxSearch/26-1) + "- *hunter2\n"
	if offset, _ := Read([]byte(text), fault(t, text)); offset != len(text)-len("- *hunter2\n") {
		t.Errorf("offset %d of %d", offset, len(text))
	}
	text = strings.Repeat("# a comment\n", 100) + text
	if offset, _ := Read([]byte(text), fault(t, text)); offset != 0 {
		t.Errorf("offset %d, where the library names no line", offset)
	}
}
