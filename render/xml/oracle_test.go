package xml

import (
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
)

// elements are put around each scalar.
var elements = []rendertest.Surrounding{
	{"an element", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- ${secret:C} <x> -->\n<a>\n  <b c=\"d &amp; e\">\x00</b>\n  <f/><!-- \" -->\n</a>\n"},
	{"the root", "\ufeff<a>\x00</a>"},
	{"mixed text", "<!DOCTYPE a [<!-- ' ${secret:C} -->\n<!ENTITY e \">\">]>\r\n<a>\r\n<b>x &#233; y</b>\x00<?p > ?><b/>]]<c>></c></a>\r\n<!-- > -->"},
}

// attributes are put around each scalar that is no section.
var attributes = []rendertest.Surrounding{
	{"double quotes", "<a>\n\t<b  x='\"' y = \"\x00\"\n\tz=\"'\" /> ]] &gt; </a>"},
	{"a prefix", "<a xmlns:p=\"urn:x\"><p:b p:c=\"\x00\">${x}</p:b></a>"},
}

// scalars are what holds a value, and what it decodes to around it.
var scalars = []rendertest.Scalar{
	{"alone", "${secret:K}", "", ""},
	{"the other brackets", "$<secret:K>", "", ""},
	{"text around", "x&amp;é${secret:K}&#xe9;y", "x&é", "éy"},
	{"brackets around", "]]${secret:K}]]&gt;", "]]", "]]>"},
	{"behind backslashes", `\&#92;&#x5C;\${secret:K}`, `\\`, ""},
}

var sections = []rendertest.Scalar{
	{"a section", "<![CDATA[${secret:K}]]>", "", ""},
	{"a section, text around", "<![CDATA[<x>&amp;${secret:K}\\ <y]]>", "<x>&amp;", "\\ <y"},
	{"a section, brackets around", "<![CDATA[]]${secret:K}]>x]]>", "]]", "]>x"},
	{"a section, a bracket behind", "<![CDATA[]${secret:K}>]]>", "]", ">"},
	{"a section, the end behind", "<![CDATA[[${secret:K}]]]>", "[", "]"},
	{"a section behind backslashes", `<![CDATA[\\\\${secret:K}]]>`, `\\`, ""},
}

func settings() []rendertest.Setting {
	before, behind, _ := strings.Cut(strings.NewReplacer(`"`, `'`, `'`, `"`).Replace(attributes[0].Document), "\x00")
	return slices.Concat(
		rendertest.Settings(elements, slices.Concat(scalars, sections)),
		rendertest.Settings(attributes, scalars),
		[]rendertest.Setting{{Name: "single quotes", Before: before, Scalar: "${secret:K}", Behind: behind}},
	)
}

// oracle is what other readers are asked of. The longest values stand in some of the places
// only.
var oracle = rendertest.Oracle{
	Format: Format, Settings: settings(), Kinds: kinds(), Carries: carries, Kept: kept,
	Skip: func(n int, _ rendertest.Setting, k hostile.Kind) bool { return len(k.Value) > 1024 && n%4 != 0 },
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

// allReferences writes a text in character references.
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
	cmd := exec.Command(rendertest.Program(t, "python3"), "-c", compare)
	oracle.RequireSame(t, cmd, func(s rendertest.Setting, k hostile.Kind, out string) []string {
		return []string{s.Before + allReferences(s.Decoded(k.Value)) + s.Behind, out}
	})
}

// TestOtherCharactersAreReferencesWhereAnotherEncodingIsDeclared asks expat, which reads
// the document in that encoding.
func TestOtherCharactersAreReferencesWhereAnotherEncodingIsDeclared(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var q rendertest.Questions
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
				q.Add(encoding+": "+k.Name, before+strings.Replace(plain, "\x00", allReferences(k.Value), 1), out)
			}
		}
	}
	q.RequireSame(t, exec.Command(python, "-c", compare))
}

// kept are documents such as people keep.
var kept = map[string]string{
	"settings of Maven":       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\"\n          xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\n  <!-- servers -->\n  <servers>\n    <server>\n      <id>repo</id><username>deploy</username>\n      <password>x &amp; y</password>\n    </server>\n  </servers>\n</settings>\n",
	"a configuration of .NET": "\ufeff<?xml version=\"1.0\"?>\r\n<configuration>\r\n  <connectionStrings>\r\n    <add name=\"db\" connectionString=\"Server=db;Password='p&quot;w'\" />\r\n    <add key='it' value='\"' />\r\n  </connectionStrings>\r\n</configuration>",
	"a list of properties":    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>\n\t<key>Name</key><string>é&#x1f511;</string>\n\t<key>Script</key><string><![CDATA[if (a < b && c) { \"]]\" }]]></string>\n</dict></plist>\n<?end of='it'?>\n",
}

// TestAReferenceAtEachByte: where one is taken, that text or attribute changes and no other.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var q rendertest.Questions
	const value = "<'\"&]]>\n\t\r é\\"
	oracle.Plant(t, rendertest.Planted{
		Value: value,
		Taken: func(name, before, behind, out string) {
			inner := allReferences(value)
			if section := strings.LastIndex(before, opening); section >= 0 && !strings.Contains(before[section:], closing) {
				inner = closing + inner + opening
			}
			q.Add(name, before+inner+behind, out)
		},
		Least: [3]int{250, 10, 430},
	})
	q.RequireSame(t, exec.Command(python, "-c", compare))
}

// FuzzSplice says: what is rendered is, to the library's decoder, the document with the
// values put in; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	oracle.Fuzz(f, []string{
		"<a>${secret:K", "<a>&${secret:K};</a>", "<a>\\${secret:K:-<&]]>}</a>", "<a b=${secret:K}/>", "<${secret:K}/>",
		"<a>\r${secret:K}\n</a>", "<a>]${secret:K}${secret:K}></a>", "<a><![CDATA[]${secret:K}]>${secret:K}>]]></a>",
		"<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='${secret:K}'>&e;</a>", "<a>\xff</a>", "<!-- ${secret:K:--->} --><a/>", "<a x=\"1\" y='${secret:K}'>${secret:K}</a>",
	}, []string{"v", "", "<&>\"'\r\n\t]]>é\u2028", "]", "\n", "${secret:K}", "\x00", "\xff"}, requireEvents)
}

var endsMarkup = regexp.MustCompile(`\?>|-->|.[<"'].*.`)

// requireEvents compares what the library reads in out with what it reads in the document
// in which each reference is a word.
func requireEvents(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	for _, s := range rendertest.Find(source) {
		if endsMarkup.MatchString(source[s.Start:s.End]) {
			return // with a word in its place, a comment or the DOCTYPE would end elsewhere
		}
	}
	want, ok := events(rendertest.WithWords(source))
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

// withValues puts the value, or the reference itself, in the place of each word. Outside of
// texts all are themselves.
func withValues(event, source, value string, refs []int) string {
	if strings.HasPrefix(event, "text ") {
		return rendertest.WithValues(event, source, value, refs)
	}
	for n, span := range rendertest.Find(source) {
		word := rendertest.WordFor(n)
		if strings.Contains(event, word) && slices.Contains(refs, n) {
			return "another reference"
		}
		event = strings.ReplaceAll(event, word, source[span.Start:span.End])
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
