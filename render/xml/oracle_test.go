package xml

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// setting is a place in which a value can stand: in a document between before and behind,
// in a text or the value of an attribute that decodes to prefix, value and suffix.
type setting struct {
	name                   string
	before, scalar, behind string
	prefix, suffix         string
	section                bool // around all of it
}

// surroundings are put around each scalar; "\x00" stands for it.
var surroundings = []struct {
	name, document string
	attribute      bool
}{
	{"an element", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- ${secret:C} <x> -->\n<a>\n  <b c=\"d &amp; e\">\x00</b>\n  <f/><!-- \" -->\n</a>\n", false},
	{"the root", "\ufeff<a>\x00</a>", false},
	{"mixed text", "<!DOCTYPE a [<!-- ' ${secret:C} -->\n<!ENTITY e \">\">]>\r\n<a>\r\n<b>x &#233; y</b>\x00<?p > ?><b/>]]<c>></c></a>\r\n<!-- > -->", false},
	{"double quotes", "<a>\n\t<b  x='\"' y = \"\x00\"\n\tz=\"'\" /> ]] &gt; </a>", true},
	{"a prefix", "<a xmlns:p=\"urn:x\"><p:b p:c=\"\x00\">${x}</p:b></a>", true},
}

// scalars are what holds a value, and what it decodes to around it.
var scalars = []struct {
	name, text, prefix, suffix string
	section                    bool
}{
	{"alone", "${secret:K}", "", "", false},
	{"the other brackets", "$<secret:K>", "", "", false},
	{"text around", "x&amp;é${secret:K}&#xe9;y", "x&é", "éy", false},
	{"brackets around", "]]${secret:K}]]&gt;", "]]", "]]>", false},
	{"behind backslashes", `\&#92;&#x5C;\${secret:K}`, `\\`, "", false},
	{"a section", "<![CDATA[${secret:K}]]>", "", "", true},
	{"a section, text around", "<![CDATA[<x>&amp;${secret:K}\\ <y]]>", "<x>&amp;", "\\ <y", true},
	{"a section, brackets around", "<![CDATA[]]${secret:K}]>x]]>", "]]", "]>x", true},
	{"a section, a bracket behind", "<![CDATA[]${secret:K}>]]>", "]", ">", true},
	{"a section, the end behind", "<![CDATA[[${secret:K}]]]>", "[", "]", true},
	{"a section behind backslashes", `<![CDATA[\\\\${secret:K}]]>`, `\\`, "", true},
}

func settings() (all []setting) {
	for _, around := range surroundings {
		before, behind, _ := strings.Cut(around.document, "\x00")
		for _, s := range scalars {
			if around.attribute && s.section {
				continue
			}
			all = append(all, setting{s.name + " in " + around.name, before, s.text, behind, s.prefix, s.suffix, s.section})
		}
	}
	before, behind, _ := strings.Cut(strings.NewReplacer(`"`, `'`, `'`, `"`).Replace(surroundings[3].document), "\x00")
	return append(all, setting{"single quotes", before, "${secret:K}", behind, "", "", false})
}

// kinds are the hostile values, those that look like XML, and an empty one.
func kinds() []hostile.Kind {
	return append(hostile.Kinds(), []hostile.Kind{
		{Name: "empty", Value: ""},
		{Name: "end of a section", Value: "a]]>b"},
		{Name: "only the end of a section", Value: "]]>"},
		{Name: "ends of sections", Value: "]]>]]>]]]>>"},
		{Name: "closing brackets", Value: "]]]]"},
		{Name: "one closing bracket", Value: "]"},
		{Name: "greater than", Value: ">"},
		{Name: "bracket, greater than", Value: "]>"},
		{Name: "a section", Value: "<![CDATA[x]]>"},
		{Name: "opening of a section", Value: "<![CDATA["},
		{Name: "comment of XML", Value: "<!-- x -->"},
		{Name: "end of a comment", Value: "-->"},
		{Name: "instruction", Value: "<?xml version='1.0'?>"},
		{Name: "doctype", Value: "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">"},
		{Name: "entities", Value: "&amp;&lt;&#65;&x;&"},
		{Name: "closing tag", Value: "</a></b>"},
		{Name: "attribute", Value: "\" x=\"y"},
		{Name: "attribute, single quotes", Value: "' x='y"},
		{Name: "double blanks", Value: "  a  b  "},
		{Name: "all line ends", Value: "\r\n\n\r\r\u0085\u2028"},
		{Name: "all that XML 1.0 has of ASCII", Value: "\t\n\r !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\x7f"},
		{Name: "C1", Value: "\u0080\u0085\u009f"},
		{Name: "the last characters", Value: "\ud7ff\ue000\ufffd\U00010000\U0010ffff"},
		{Name: "noncharacters of XML", Value: "\ufffe"},
	}...)
}

// canCarry says what XML 1.0 holds, in its own words.
var canCarry = regexp.MustCompile(`^[\x09\x0a\x0d\x20-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]*$`)

func carries(value string) bool {
	// The pattern takes a byte that is not UTF-8 for U+FFFD.
	return strings.ToValidUTF8(value, "\x00") == value && canCarry.MatchString(value)
}

// render puts value into the place, and checks that all around it is as it was. It gives
// false for a value that XML cannot carry.
func (s setting) render(t *testing.T, k hostile.Kind) (out string, ok bool) {
	t.Helper()
	out, _, err := rendertest.Render(Format, s.before+s.scalar+s.behind, k.Value)
	if !carries(k.Value) {
		rendertest.RequireError(t, err, len(s.before)+rendertest.Find(s.scalar)[0].Start, secret.Invalid)
		if secret.Hint(err) != "the filter base64 encodes any bytes: ${secret:KEY|base64}" {
			t.Errorf("%s: %s: hint %q", s.name, k.Name, secret.Hint(err))
		}
		return "", false
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", s.name, k.Name, err)
	}
	if !strings.HasPrefix(out, s.before) || !strings.HasSuffix(out, s.behind) {
		t.Fatalf("%s: %s: more than the scalar has changed", s.name, k.Name)
	}
	return out, true
}

// want is the document with the scalar written in character references.
func (s setting) want(value string) string {
	return s.before + allReferences(s.prefix+value+s.suffix) + s.behind
}

func allReferences(text string) string {
	var b strings.Builder
	for _, c := range text {
		fmt.Fprintf(&b, "&#x%X;", c)
	}
	return b.String()
}

// compare reads pairs of documents, in hex, and says whether expat reports the same of
// both. It joins text, as it comes in pieces.
const compare = `
import sys
from xml.parsers import expat

def events(document):
    all, text = [], []
    def note(*event):
        if text:
            all.append(("text", "".join(text)))
            text.clear()
        all.append(event)
    p = expat.ParserCreate()
    p.ordered_attributes = True
    p.CharacterDataHandler = text.append
    p.StartElementHandler = lambda *e: note("start", *e)
    p.EndElementHandler = lambda *e: note("end", *e)
    p.CommentHandler = lambda *e: note("comment", *e)
    p.ProcessingInstructionHandler = lambda *e: note("pi", *e)
    p.StartDoctypeDeclHandler = lambda *e: note("doctype", *e)
    p.EntityDeclHandler = lambda *e: note("entity", *e)
    p.Parse(document, True)
    note("end of document")
    return all

for line in sys.stdin:
    want, got = (bytes.fromhex(part) for part in line.split(","))
    try:
        print("same" if events(want) == events(got) else "other")
    except expat.ExpatError as error:
        print("error")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	refused := rendered(t, func(s setting, k hostile.Kind, out string) {
		fmt.Fprintf(&in, "%x,%x\n", s.want(k.Value), out)
		names = append(names, s.name+": "+k.Name)
	})
	rendertest.RequireSame(t, exec.Command(python, "-c", compare), &in, names)
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(kinds()), len(settings()), len(names), refused)
}

// rendered calls do with every document that there is for a value in a place, and counts
// the others. The longest values stand in some of the places only.
func rendered(t *testing.T, do func(s setting, k hostile.Kind, out string)) (refused int) {
	t.Helper()
	for i, s := range settings() {
		for _, k := range kinds() {
			if len(k.Value) > 1024 && i%4 != 0 {
				continue
			}
			if out, ok := s.render(t, k); ok {
				do(s, k, out)
			} else {
				refused++
			}
		}
	}
	return refused
}

// TestOtherCharactersAreReferencesWhereAnotherEncodingIsDeclared asks expat, which reads
// the document in that encoding.
func TestOtherCharactersAreReferencesWhereAnotherEncodingIsDeclared(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	for _, encoding := range []string{"iso-8859-1", "US-ASCII", "Windows-1251", "KOI8-R", "iso-8859-15"} {
		for _, scalar := range []string{"<a>\x00</a>", "<a b='\x00'/>", "<a><![CDATA[\x00]]></a>"} {
			for _, k := range kinds() {
				before := "<?xml version='1.0' encoding='" + encoding + "'?>"
				out, _, err := rendertest.Render(Format, before+strings.Replace(scalar, "\x00", "${secret:K}", 1), k.Value)
				if !carries(k.Value) || len(k.Value) > 1024 {
					continue
				}
				if err != nil {
					t.Fatalf("%s: %s: %v", encoding, k.Name, err)
				}
				if strings.ContainsFunc(out, func(c rune) bool { return c > 0x7f }) {
					t.Fatalf("%s: %s: not ASCII", encoding, k.Name)
				}
				plain := strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(scalar)
				fmt.Fprintf(&in, "%x,%x\n", before+strings.Replace(plain, "\x00", allReferences(k.Value), 1), out)
				names = append(names, encoding+": "+k.Name)
			}
		}
	}
	rendertest.RequireSame(t, exec.Command(python, "-c", compare), &in, names)
	t.Logf("%d documents", len(names))
}

// kept are documents such as people keep.
var kept = []string{
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\"\n          xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\n  <!-- servers -->\n  <servers>\n    <server>\n      <id>repo</id><username>deploy</username>\n      <password>x &amp; y</password>\n    </server>\n  </servers>\n</settings>\n",
	"\ufeff<?xml version=\"1.0\"?>\r\n<configuration>\r\n  <connectionStrings>\r\n    <add name=\"db\" connectionString=\"Server=db;Password='p&quot;w'\" />\r\n    <add key='it' value='\"' />\r\n  </connectionStrings>\r\n</configuration>",
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>\n\t<key>Name</key><string>é&#x1f511;</string>\n\t<key>Script</key><string><![CDATA[if (a < b && c) { \"]]\" }]]></string>\n</dict></plist>\n<?end of='it'?>\n",
}

// TestAReferenceAtEachByte plants one before each byte of the documents, one after the
// other. Where it is taken, that text or attribute changes and no other.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	const value, ref = "<'\"&]]>\n\t\r é\\", "${secret:K}"
	left, refused := 0, 0
	for n, document := range kept {
		if out, refs, err := rendertest.Render(Format, document, "v"); err != nil || out != document || refs != nil {
			t.Errorf("a document without references has changed, error %v", err)
		}
		for at := range len(document) + 1 {
			template := document[:at] + ref + document[at:]
			out, refs, err := rendertest.Render(Format, template, value)
			switch {
			case err != nil:
				rendertest.RequirePlaced(t, err, template)
				refused++
			case refs == nil:
				left++
				if out != template {
					t.Fatalf("document %d at %d: it has changed", n, at)
				}
			default:
				inner := allReferences(value)
				if section := strings.LastIndex(document[:at], opening); section >= 0 && !strings.Contains(document[section:at], closing) {
					inner = closing + inner + opening
				}
				fmt.Fprintf(&in, "%x,%x\n", document[:at]+inner+document[at:], out)
				names = append(names, fmt.Sprintf("document %d at %d", n, at))
			}
		}
	}
	rendertest.RequireSame(t, exec.Command(python, "-c", compare), &in, names)
	if len(names) < 250 || left < 10 || refused < 430 {
		t.Errorf("only %d, %d and %d", len(names), left, refused)
	}
	t.Logf("%d references in texts and attributes, %d in comments, %d refused", len(names), left, refused)
}

// FuzzSplice says: what is rendered is, to the library's decoder, the document with the
// values put in; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	seeds := append(slices.Clone(kept), "<a>${secret:K", "<a>&${secret:K};</a>", "<a>\\${secret:K:-<&]]>}</a>", "<a b=${secret:K}/>", "<${secret:K}/>",
		"<a>\r${secret:K}\n</a>", "<a>]${secret:K}${secret:K}></a>", "<a><![CDATA[]${secret:K}]>${secret:K}>]]></a>",
		"<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='${secret:K}'>&e;</a>", "<a>\xff</a>", "<!-- ${secret:K:--->} --><a/>", "<a x=\"1\" y='${secret:K}'>${secret:K}</a>")
	for _, s := range settings() {
		seeds = append(seeds, s.before+s.scalar+s.behind)
	}
	for _, source := range seeds {
		for _, value := range []string{"v", "", "<&>\"'\r\n\t]]>é\u2028", "]", "\n", "${secret:K}", "\x00", "\xff"} {
			f.Add(source, value)
		}
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		out, refs, err := rendertest.Render(Format, source, value)
		if err != nil {
			rendertest.RequirePlaced(t, err, source)
			return
		}
		if len(rendertest.Find(source)) == 0 && out != source {
			t.Fatal("a document without references has changed")
		}
		if len(refs) > 0 && !carries(value) {
			t.Fatal("a value that XML does not hold was put in")
		}
		requireEvents(t, source, value, refs, out)
	})
}

// wordFor stands for a span. It is nothing that a fuzzer hits upon.
func wordFor(span int) string { return fmt.Sprintf("zQxWvKpJ%08dzQ", span) }

var endsMarkup = regexp.MustCompile(`\?>|-->|.[<"'].*.`)

// requireEvents compares what the library reads in out with what it reads in the document
// in which each reference is a word.
func requireEvents(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	var words strings.Builder
	at := 0
	spans := rendertest.Find(source)
	for n, s := range spans {
		if endsMarkup.MatchString(source[s.Start:s.End]) {
			return // with a word in its place, a comment or the DOCTYPE would end elsewhere
		}
		words.WriteString(source[at:s.Start] + wordFor(n))
		at = s.End
	}
	want, ok := events(words.String() + source[at:])
	if !ok {
		return
	}
	got, ok := events(out)
	if !ok {
		t.Fatal("what was rendered is refused")
	}
	for i := range want {
		if i >= len(got) || withoutBorders(withValues(want[i], source, value, refs)) != withoutBorders(got[i]) {
			t.Fatalf("event %d is another", i)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d events for %d", len(got), len(want))
	}
}

func withoutBorders(event string) string { return strings.ReplaceAll(event, border, "") }

// withValues puts the value, or the reference itself, in the place of each word.
func withValues(event, source, value string, refs []int) string {
	for n, span := range slices.Backward(rendertest.Find(source)) { // so that no value stands before a word
		before, behind, ok := strings.Cut(event, wordFor(n))
		if !ok {
			continue
		}
		slashes := len(before) - len(strings.TrimRight(before, `\`))
		if !strings.HasPrefix(event, "text ") {
			slashes = -1
		} else {
			before = before[:len(before)-slashes+slashes/2]
		}
		if isRef := slashes%2 == 0; isRef != slices.Contains(refs, n) {
			return "another reference"
		}
		if slashes%2 == 0 {
			event = before + value + behind
		} else {
			event = before + source[span.Start:span.End] + behind
		}
	}
	return event
}

// border stands before each piece of a text: backslashes count within one.
const border = "\x01"

// events are tags, attributes, texts and the rest, one text each.
func events(document string) (all []string, ok bool) {
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(document, "\ufeff")))
	for _, m := range regexp.MustCompile(`&([^;&\s]*);`).FindAllStringSubmatch(document, -1) {
		if d.Entity == nil {
			d.Entity = map[string]string{}
		}
		d.Entity[m[1]] = "entity"
	}
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	text := ""
	for {
		token, err := d.RawToken()
		if token == nil {
			return append(all, "text "+text), err != nil && err.Error() == "EOF"
		}
		if chars, ok := token.(xml.CharData); ok {
			text += border + string(chars)
			continue
		}
		all = append(all, "text "+text)
		text = ""
		if start, ok := token.(xml.StartElement); ok {
			all = append(all, fmt.Sprint(start.Name))
			for _, a := range start.Attr {
				all = append(all, fmt.Sprint(a.Name), "text "+a.Value)
			}
			continue
		}
		if _, ok := token.(xml.ProcInst); ok { // a word is a part of its name, and a reference is not
			token = nil
		}
		all = append(all, fmt.Sprintf("%T %s", token, token))
	}
}
