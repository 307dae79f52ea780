package html

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
)

// surroundings are put around each scalar.
var surroundings = []rendertest.Surrounding{
	{"a page", "<!DOCTYPE html>\n<!-- ${secret:C} > -->\n<html lang=en>\n<head><meta charset=UTF-8><title>x</title><script>a < b && \"c\"</script></head>\n<body onload='f()'>\n<p class=a>\x00</p><br/>\n<!-- \" --></body>\n</html>\n"},
	{"open elements", "<ul>\r\n<li>a &amp b\r\n<li>\x00\r\n<li>c &copy; <\r\n</ul>"},
	{"a title", "\ufeff<title>\x00</title><p>x"},
	{"a textarea", "<form><textarea name=t>x \x00</textarea><input disabled></form>"},
	{"a fragment", "\x00"},
	{"double quotes", "<p>a</p><input type=text  disabled value = \"\x00\" NAME='it'\n data-x>b"},
	{"single quotes", "<a\thref='#'class='\x00'/>b</a>"},
	{"no quotes", "<div><input a=b value=\x00 c=d></div>"},
	{"no quotes, the end", "<a title=\x00>x</a>"},
	{"SVG", "<svg viewBox='0 0 1 1'><a xlink:title=\"\x00\"/></svg>"},
}

// scalars are what holds a value, and what it decodes to around it.
var scalars = []rendertest.Scalar{
	{"alone", "${secret:K}", "", ""},
	{"the other brackets", "$<secret:K>", "", ""},
	{"text around", "x&amp;é${secret:K}&#xe9;&eacute;y", "x&é", "ééy"},
	{"half references around", "a&b;${secret:K}&c", "a&b;", "&c"},
	{"behind backslashes", `\&#92;&#x5C;&bsol;${secret:K}`, `\\`, ""},
}

// oracle is what other readers are asked of. The longest values stand in some of the places
// only. A text that begins with white space can stand where a tree has none, and so it does
// not stand alone.
var oracle = rendertest.Oracle{
	Format: Format, Settings: rendertest.Settings(surroundings, scalars), Kinds: kinds(), Carries: carries, Kept: kept,
	Skip: func(n int, s rendertest.Setting, k hostile.Kind) bool {
		text := s.Prefix + k.Value
		return len(k.Value) > 1024 && n%4 != 0 || s.Before == "" && strings.TrimSpace(text) != text
	},
}

// kinds are the hostile values, those that look like HTML, and an empty one.
func kinds() []hostile.Kind {
	return append(hostile.Kinds(), []hostile.Kind{
		{Name: "empty", Value: ""},
		{Name: "end of a title", Value: "</title></textarea></script>"},
		{Name: "comment of HTML", Value: "<!-- x -->"},
		{Name: "end of a comment", Value: "--!>-->"},
		{Name: "a script", Value: "<script>alert(1)</script>"},
		{Name: "an image", Value: `"><img src=x onerror=alert(1)>`},
		{Name: "an image, single quotes", Value: `'><img src=x onerror=alert(1)>`},
		{Name: "an attribute", Value: `x onmouseover=alert(1)`},
		{Name: "an attribute, quotes", Value: `" onmouseover="alert(1)`},
		{Name: "an attribute, backticks", Value: "`onmouseover=alert(1)`"},
		{Name: "entities", Value: "&amp;&lt;&#65;&copy&nbsp;&"},
		{Name: "the end of an entity", Value: "amp;"},
		{Name: "the end of a number", Value: "65;"},
		{Name: "a semicolon", Value: ";"},
		{Name: "a slash", Value: "/"},
		{Name: "a slash, greater than", Value: "/>"},
		{Name: "greater than", Value: ">"},
		{Name: "less than", Value: "<"},
		{Name: "doctype", Value: "<!DOCTYPE html>"},
		{Name: "section", Value: "<![CDATA[x]]>"},
		{Name: "instruction", Value: "<?php echo 1 ?>"},
		{Name: "all line ends", Value: "\r\n\n\r\r\u2028"},
		{Name: "form feed", Value: "a\fb"},
		{Name: "double blanks", Value: "  a  b  "},
		{Name: "script URL", Value: "javascript:alert(1)"},
	}...)
}

// carries says what can be put in: no control characters but white space.
func carries(value string) bool {
	return utf8.ValidString(value) && !strings.ContainsFunc(value, func(c rune) bool {
		return unicode.IsControl(c) && !strings.ContainsRune("\t\n\f\r", c)
	})
}

// compare reads documents with the word, what it stands for and what was rendered, in hex,
// and says whether html.parser reports the same of both.
const compare = `
import sys
from html.parser import HTMLParser

class Events(HTMLParser):
    def __init__(self, document):
        super().__init__(convert_charrefs=True)
        self.all = [["text", ""]]
        self.feed(document)
        self.close()
    def handle_data(self, data):
        self.all[-1][1] += data
    def note(self, *event):
        self.all += [event, ["text", ""]]
    def handle_starttag(self, *e): self.note("start", *e)
    def handle_startendtag(self, *e): self.note("startend", *e)
    def handle_endtag(self, *e): self.note("end", *e)
    def handle_comment(self, *e): self.note("comment", *e)
    def handle_decl(self, *e): self.note("decl", *e)
    def handle_pi(self, *e): self.note("pi", *e)
    def unknown_decl(self, *e): self.note("unknown", *e)

def put(event, value):
    if isinstance(event, str):
        return event.replace("` + rendertest.Word + `", value)
    if isinstance(event, (list, tuple)):
        return type(event)(put(e, value) for e in event)
    return event

for line in sys.stdin:
    want, value, got = (bytes.fromhex(part).decode() for part in line.split(","))
    print("same" if put(Events(want).all, value) == Events(got).all else "other")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	cmd := exec.Command(rendertest.Program(t, "python3"), "-c", compare)
	oracle.RequireSame(t, cmd, func(s rendertest.Setting, k hostile.Kind, out string) []string {
		return []string{s.Before + rendertest.Word + s.Behind, s.Decoded(k.Value), out}
	})
}

// TestBrowsersBuildTheSameTree asks the parser that builds trees as browsers do.
func TestBrowsersBuildTheSameTree(t *testing.T) {
	oracle.Each(t, func(s rendertest.Setting, k hostile.Kind, out string) {
		if tree(t, out, "") != tree(t, s.Before+rendertest.Word+s.Behind, s.Decoded(k.Value)) {
			t.Errorf("%s: %s: another tree", s.Name, k.Name)
		}
	})
}

// tree writes a tree in lines, with a text in place of the word.
func tree(t *testing.T, document, text string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal("what was rendered is not HTML to the parser")
	}
	var b strings.Builder
	for n := range root.Descendants() {
		data := n.Data
		if n.Type == html.TextNode {
			if data = strings.ReplaceAll(data, rendertest.Word, text); data == "" {
				continue
			}
		}
		fmt.Fprintf(&b, "%d %v %s %q\n", depthOf(n), n.Type, n.Namespace, data)
		for _, a := range n.Attr {
			fmt.Fprintf(&b, "%s:%s=%q\n", a.Namespace, a.Key, strings.ReplaceAll(a.Val, rendertest.Word, text))
		}
	}
	return b.String()
}

func depthOf(n *html.Node) (depth int) {
	for range n.Ancestors() {
		depth++
	}
	return depth
}

// kept are documents such as people keep.
var kept = map[string]string{
	"a page":      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Shop &mdash; é</title>\n<meta name=csrf content='a\"b'>\n<link rel=stylesheet href=/a.css>\n<style>p > a { color: \"#fff\" }</style>\n<script src=\"a.js\" async></script>\n<script>\nif (a < b && c) { d = \"</p>\" }\n</script>\n</head>\n<body onload=\"f('x')\">\n<!-- note > -->\n<p>5 < 6 &amp 7\n<textarea>\nx</textarea>\n<input type=checkbox checked value=on>\n<img src='a.png'alt=\"\"/>\n</body>\n</html>\n",
	"an old page": "\ufeff<TABLE>\r\n<TR><TD NoWrap>a<TD>b\r\n</TABLE>\r\n<pre>\r\n x </pre><svg><title>t</title><path d=\"M0\"/></svg><A HREF=javascript:f()>x",
}

// TestAReferenceAtEachByte: where one is taken, that text or attribute changes and no other.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var q rendertest.Questions
	const value = "x<'\"&>\n\t é\\"
	oracle.Plant(t, rendertest.Planted{
		Value: value,
		Taken: func(name, before, behind, out string) {
			template := before + rendertest.Word + behind
			q.Add(name, template, value, out)
			if tree(t, out, "") != tree(t, template, value) {
				t.Errorf("%s: another tree", name)
			}
		},
		Least: [3]int{100, 20, 300},
	})
	q.RequireSame(t, exec.Command(python, "-c", compare))
}

// FuzzSplice says: what is rendered has, to the tokenizer, the tokens of the document with
// the values put in; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	oracle.Fuzz(f, []string{
		"<a>${secret:K", "<a>&${secret:K};</a>", "<a>\\${secret:K:-<&>}</a>", "<a b=${secret:K}/>", "<${secret:K}/>",
		"<p>\r${secret:K}\n", "<pre>${secret:K}", "<a b='x'B=\"${secret:K}\">", "<a x=\"'${secret:K}\" y='\"${secret:K}' z='${secret:K}\"'>", "<a ='=\"${secret:K}'>", "<a b=\"'${secret:K}>",
		"<noscript><p>${secret:K}</noscript>", "<plaintext>${secret:K}", "<![CDATA[x]]>${secret:K}", "<svg><title><script></title>${secret:K}", "<meta charset=latin1>${secret:K}", "<!x ${secret:K}>", "</ ${secret:K}>",
	}, []string{"v", "", "<&>\"'\r\n\té\u2028", "]", "\n", "amp;", "javascript:", "${secret:K}", "\x00", "\xff"}, requireTokens)
}

// requireTokens compares the tokens of out with those of the document in which each
// reference is a word.
func requireTokens(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	want, got := listed(rendertest.WithWords(source)), listed(out)
	if len(want) != len(got) {
		t.Fatalf("%d tokens for %d", len(got), len(want))
	}
	for i := range want {
		if want[i].comment && strings.Contains(want[i].text, rendertest.Word[:8]) {
			continue
		}
		if rendertest.WithValues(want[i].text, source, value, refs) != got[i].text || want[i].comment != got[i].comment {
			t.Fatalf("token %d is another", i)
		}
	}
}

type listing struct {
	text    string
	comment bool
}

// listed are tags, attributes, texts and the rest, one text each.
func listed(document string) (all []listing) {
	z := html.NewTokenizer(strings.NewReader(document))
	text := ""
	for {
		z.Next()
		token := z.Token()
		if token.Data == "noscript" && token.Type != html.TextToken {
			z.NextIsNotRawText()
		}
		if token.Type == html.TextToken {
			text += token.Data
			continue
		}
		all = append(all, listing{text, false}, listing{fmt.Sprint(token.Type, token.Data), token.Type == html.CommentToken || token.Type == html.DoctypeToken})
		for _, a := range token.Attr {
			all = append(all, listing{a.Key, false}, listing{a.Val, false})
		}
		text = ""
		if token.Type == html.ErrorToken {
			return all
		}
	}
}
