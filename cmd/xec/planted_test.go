package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

const (
	plantedWord  = "zQxWvKpJzQ" // stands for a reference, for readers that are not ours
	plantedValue = `v: #"b' {`
)

// readPlanted reads a document with the word in it and what was rendered, and says whether
// the second is the tree of the first with the value in place of the word.
const readPlanted = `
import configparser, html.parser, json, sys, tomllib, xml.etree.ElementTree as ET
import yaml

class Events(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.all = []
    def handle_starttag(self, tag, attrs): self.all.append([tag, attrs])
    def handle_endtag(self, tag): self.all.append(["/" + tag])
    def handle_comment(self, data): self.all.append(["#", data])
    def handle_data(self, data):
        if self.all and self.all[-1][0] == "text": self.all[-1][1] += data
        else: self.all.append(["text", data])

def read_html(text):
    events = Events()
    events.feed(text)
    events.close()
    return events.all

def read_xml(text):
    def walk(e): return [e.tag, sorted(e.attrib.items()), e.text, e.tail, [walk(c) for c in e]]
    return walk(ET.fromstring(text))

def read_ini(text):
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    return [[s, parser.items(s)] for s in parser.sections()]

def uncommented(text):
    return "\n".join(line for line in text.split("\n") if not line.strip().startswith("//"))

readers = {
    "yaml": lambda text: list(yaml.load_all(text, Loader=yaml.BaseLoader)), "json": json.loads,
    "jsonc": lambda text: json.loads(uncommented(text)), "toml": tomllib.loads, "ini": read_ini,
    "xml": read_xml, "html": read_html,
}

def put(tree, word, value):
    if isinstance(tree, str): return tree.replace(word, value)
    if isinstance(tree, (list, tuple)): return [put(t, word, value) for t in tree]
    if isinstance(tree, dict): return {put(k, word, value): put(v, word, value) for k, v in tree.items()}
    return tree

for line in sys.stdin:
    format, word, value, want, got = line.rstrip("\n").split(",")
    word, value, want, got = (bytes.fromhex(h).decode() for h in (word, value, want, got))
    try:
        tree = readers[format](want)
    except Exception:
        print("same") # Python knows less of the format
        continue
    try:
        print("same" if put(tree, word, value) == put(readers[format](got), "\x00", "") else "other")
    except Exception:
        print("unread")
`

// TestAReferenceInEachWordOfAFile plants a reference in each word of the files that people
// keep, one after the other: one in a scalar changes that scalar and nothing else, and all
// others are refused or left alone.
func TestAReferenceInEachWordOfAFile(t *testing.T) {
	var p planted
	for _, name := range namesIn(t, filepath.Join(renderFixtures, "plain")) {
		if formatOf(name) != "text" {
			p.plantIn(t, name)
		}
	}
	need(t, "python3")
	cmd := exec.Command("python3", "-c", readPlanted)
	cmd.Stdin = &p.in
	out, err := cmd.Output()
	answers := strings.Fields(string(out))
	if err != nil || len(answers) != len(p.names) || len(answers) < 300 {
		t.Fatalf("%d answers for %d documents, error %v", len(answers), len(p.names), err)
	}
	for i, answer := range answers {
		if answer != "same" {
			t.Errorf("%s: %s", p.names[i], answer)
		}
	}
}

// planted are documents for Python to read.
type planted struct {
	in    bytes.Buffer
	names []string
}

// plantIn plants a reference in each word of a file.
func (p *planted) plantIn(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(renderFixtures, "plain", name))
	if err != nil {
		t.Fatal(err)
	}
	format, file, value, taken, refused := formatOf(name), string(b), plantedValue, 0, 0
	if strings.HasPrefix(format, "ini") { // which carries no such value
		value = "v-@x"
	}
	for _, at := range regexp.MustCompile(`[\pL\d]+`).FindAllStringIndex(file, -1) {
		before, behind := file[:at[0]], file[at[1]:]
		out, isRef, err := renderPlanted(format, before+"${secret:K}"+behind, value)
		switch {
		case err != nil:
			rendertest.RequirePlaced(t, err, before+"${secret:K}"+behind)
			refused++
		case !isRef && !leftAlone(before, behind, out):
			t.Errorf("%s at %d: what is left alone has changed", name, at[0])
		case isRef && !sameLines(before, behind, out):
			t.Errorf("%s at %d: more than the scalar has changed", name, at[0])
		case isRef:
			taken++
			if !slices.Contains([]string{"hcl", "properties", "dotenv", "netrc"}, format) { // others ask those
				fmt.Fprintf(&p.in, "%s,%x,%x,%x,%x\n", format, plantedWord, value, before+plantedWord+behind, out)
				p.names = append(p.names, fmt.Sprintf("%s at %d", name, at[0]))
			}
		}
	}
	if taken < 4 {
		t.Errorf("%s: only %d references were taken, %d refused", name, taken, refused)
	}
	t.Logf("%s: %d in scalars, %d refused", name, taken, refused)
}

// renderPlanted renders a document of a format with a value for its reference.
func renderPlanted(format, document, value string) (out string, isRef bool, err error) {
	var spans []render.Span
	for _, f := range resolve.Find([]byte(document)) {
		spans = append(spans, render.Span{Start: int(f.Offset), End: int(f.Offset) + f.Length})
	}
	d, err := formats[format].whole([]byte(document), spans)
	if err != nil {
		return "", false, err
	}
	b, err := d.Render(func(int) secret.Value { return secret.Text(value) })
	return string(b), len(d.Refs()) > 0, err
}

// leftAlone reports whether nothing has changed but backslashes before a reference.
func leftAlone(before, behind, out string) bool {
	middle, ok := strings.CutPrefix(out, strings.TrimRight(before, `\`))
	middle, ok2 := strings.CutSuffix(middle, behind)
	return ok && ok2 && strings.TrimLeft(middle, `\`) == "${secret:K}"
}

// sameLines reports whether out has the lines before and behind those of a reference's
// scalar, which a blank line, a line of another key or a bracket ends.
func sameLines(before, behind, out string) bool {
	scalar := regexp.MustCompile(`(?s)[^\n]*(\n[ \t]*[^\n:=<>{}\[\]#]*)*$`)
	start := scalar.FindStringIndex(before)[0]
	_, rest, _ := strings.Cut(behind, "\n")
	rest = rest[len(regexp.MustCompile(`^([ \t]*\n|[ \t]+[^\n:={}\[\]#]*(\n|$))*`).FindString(rest)):]
	return strings.HasPrefix(out, before[:start]) && strings.HasSuffix(out, rest)
}
