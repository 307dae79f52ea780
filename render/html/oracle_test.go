package html

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

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
}

// surroundings are put around each scalar; "\x00" stands for it.
var surroundings = []struct {
	name, document string
	attribute      bool
}{
	{"a page", "<!DOCTYPE html>\n<!-- ${secret:C} > -->\n<html lang=en>\n<head><meta charset=UTF-8><title>x</title><script>a < b && \"c\"</script></head>\n<body onload='f()'>\n<p class=a>\x00</p><br/>\n<!-- \" --></body>\n</html>\n", false},
	{"open elements", "<ul>\r\n<li>a &amp b\r\n<li>\x00\r\n<li>c &copy; <\r\n</ul>", false},
	{"a title", "\ufeff<title>\x00</title><p>x", false},
	{"a textarea", "<form><textarea name=t>x \x00</textarea><input disabled></form>", false},
	{"a fragment", "\x00", false},
	{"double quotes", "<p>a</p><input type=text  disabled value = \"\x00\" NAME='it'\n data-x>b", true},
	{"single quotes", "<a\thref='#'class='\x00'/>b</a>", true},
	{"no quotes", "<div><input a=b value=\x00 c=d></div>", true},
	{"no quotes, the end", "<a title=\x00>x</a>", true},
	{"SVG", "<svg viewBox='0 0 1 1'><a xlink:title=\"\x00\"/></svg>", true},
}

// scalars are what holds a value, and what it decodes to around it.
var scalars = []struct{ name, text, prefix, suffix string }{
	{"alone", "${secret:K}", "", ""},
	{"the other brackets", "$<secret:K>", "", ""},
	{"text around", "x&amp;é${secret:K}&#xe9;&eacute;y", "x&é", "ééy"},
	{"half references around", "a&b;${secret:K}&c", "a&b;", "&c"},
	{"behind backslashes", `\&#92;&#x5C;&bsol;${secret:K}`, `\\`, ""},
}

func settings() (all []setting) {
	for _, around := range surroundings {
		before, behind, _ := strings.Cut(around.document, "\x00")
		for _, s := range scalars {
			all = append(all, setting{s.name + " in " + around.name, before, s.text, behind, s.prefix, s.suffix})
		}
	}
	return all
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

// render puts value into the place, and checks that all around it is as it was. It gives
// false for a value that HTML cannot carry.
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

// word stands for a scalar in what other readers are asked for.
const word = "zQxWvKpJzQ"

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
        return event.replace("` + word + `", value)
    if isinstance(event, (list, tuple)):
        return type(event)(put(e, value) for e in event)
    return event

for line in sys.stdin:
    want, value, got = (bytes.fromhex(part).decode() for part in line.split(","))
    print("same" if put(Events(want).all, value) == Events(got).all else "other")
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	refused := rendered(t, func(s setting, k hostile.Kind, out string) {
		fmt.Fprintf(&in, "%x,%x,%x\n", s.before+word+s.behind, s.prefix+k.Value+s.suffix, out)
		names = append(names, s.name+": "+k.Name)
	})
	rendertest.RequireSame(t, exec.Command(python, "-c", compare), &in, names)
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(kinds()), len(settings()), len(names), refused)
}

// TestBrowsersBuildTheSameTree asks the parser that builds trees as browsers do.
func TestBrowsersBuildTheSameTree(t *testing.T) {
	trees := 0
	rendered(t, func(s setting, k hostile.Kind, out string) {
		if tree(t, out, "") != tree(t, s.before+word+s.behind, s.prefix+k.Value+s.suffix) {
			t.Errorf("%s: %s: another tree", s.name, k.Name)
		}
		trees++
	})
	t.Logf("%d trees", trees)
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
			if data = strings.ReplaceAll(data, word, text); data == "" {
				continue
			}
		}
		fmt.Fprintf(&b, "%d %v %s %q\n", depthOf(n), n.Type, n.Namespace, data)
		for _, a := range n.Attr {
			fmt.Fprintf(&b, "%s:%s=%q\n", a.Namespace, a.Key, strings.ReplaceAll(a.Val, word, text))
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

// rendered calls do with every document that there is for a value in a place, and counts
// the others. The longest values stand in some of the places only. A text that begins with
// white space can stand where a tree has none, and so it does not stand alone.
func rendered(t *testing.T, do func(s setting, k hostile.Kind, out string)) (refused int) {
	t.Helper()
	for i, s := range settings() {
		for _, k := range kinds() {
			if len(k.Value) > 1024 && i%4 != 0 {
				continue
			}
			if s.before == "" && strings.TrimSpace(s.prefix+k.Value) != s.prefix+k.Value {
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

// kept are documents such as people keep.
var kept = []string{
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Shop &mdash; é</title>\n<meta name=csrf content='a\"b'>\n<link rel=stylesheet href=/a.css>\n<style>p > a { color: \"#fff\" }</style>\n<script src=\"a.js\" async></script>\n<script>\nif (a < b && c) { d = \"</p>\" }\n</script>\n</head>\n<body onload=\"f('x')\">\n<!-- note > -->\n<p>5 < 6 &amp 7\n<textarea>\nx</textarea>\n<input type=checkbox checked value=on>\n<img src='a.png'alt=\"\"/>\n</body>\n</html>\n",
	"\ufeff<TABLE>\r\n<TR><TD NoWrap>a<TD>b\r\n</TABLE>\r\n<pre>\r\n x </pre><svg><title>t</title><path d=\"M0\"/></svg><A HREF=javascript:f()>x",
}

// TestAReferenceAtEachByte plants one before each byte of the documents, one after the
// other. Where it is taken, that text or attribute changes and no other.
func TestAReferenceAtEachByte(t *testing.T) {
	python := rendertest.Program(t, "python3")
	var in bytes.Buffer
	var names []string
	const value, ref = "x<'\"&>\n\t é\\", "${secret:K}"
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
				template := document[:at] + word + document[at:]
				fmt.Fprintf(&in, "%x,%x,%x\n", template, value, out)
				names = append(names, fmt.Sprintf("document %d at %d", n, at))
				if tree(t, out, "") != tree(t, template, value) {
					t.Errorf("document %d at %d: another tree", n, at)
				}
			}
		}
	}
	rendertest.RequireSame(t, exec.Command(python, "-c", compare), &in, names)
	if len(names) < 100 || left < 20 || refused < 300 {
		t.Errorf("only %d, %d and %d", len(names), left, refused)
	}
	t.Logf("%d references in texts and attributes, %d in comments, %d refused", len(names), left, refused)
}

// FuzzSplice says: what is rendered has, to the tokenizer, the tokens of the document with
// the values put in; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	seeds := append(slices.Clone(kept), "<a>${secret:K", "<a>&${secret:K};</a>", "<a>\\${secret:K:-<&>}</a>", "<a b=${secret:K}/>", "<${secret:K}/>",
		"<p>\r${secret:K}\n", "<pre>${secret:K}", "<a b='x'B=\"${secret:K}\">", "<a x=\"'${secret:K}\" y='\"${secret:K}' z='${secret:K}\"'>", "<a ='=\"${secret:K}'>", "<a b=\"'${secret:K}>",
		"<noscript><p>${secret:K}</noscript>", "<plaintext>${secret:K}", "<![CDATA[x]]>${secret:K}", "<svg><title><script></title>${secret:K}", "<meta charset=latin1>${secret:K}", "<!x ${secret:K}>", "</ ${secret:K}>")
	for _, s := range settings() {
		seeds = append(seeds, s.before+s.scalar+s.behind)
	}
	for _, source := range seeds {
		for _, value := range []string{"v", "", "<&>\"'\r\n\té\u2028", "]", "\n", "amp;", "javascript:", "${secret:K}", "\x00", "\xff"} {
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
			t.Fatal("a value that HTML does not hold was put in")
		}
		requireTokens(t, source, value, refs, out)
	})
}

// wordFor stands for a span. It is nothing that a fuzzer hits upon.
func wordFor(span int) string { return fmt.Sprintf("zQxWvKpJ%08dzQ", span) }

// requireTokens compares the tokens of out with those of the document in which each
// reference is a word.
func requireTokens(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	var words strings.Builder
	at := 0
	for n, s := range rendertest.Find(source) {
		words.WriteString(source[at:s.Start] + wordFor(n))
		at = s.End
	}
	want, got := listed(words.String()+source[at:]), listed(out)
	if len(want) != len(got) {
		t.Fatalf("%d tokens for %d", len(got), len(want))
	}
	for i := range want {
		if want[i].comment && strings.Contains(want[i].text, word[:8]) {
			continue
		}
		if withValues(want[i].text, source, value, refs) != got[i].text || want[i].comment != got[i].comment {
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

// withValues puts the value, or the reference itself, in the place of each word.
func withValues(text, source, value string, refs []int) string {
	for n, span := range slices.Backward(rendertest.Find(source)) { // so that no value stands before a word
		before, behind, ok := strings.Cut(text, wordFor(n))
		if !ok {
			continue
		}
		slashes := len(before) - len(strings.TrimRight(before, `\`))
		if isRef := slashes%2 == 0; isRef != slices.Contains(refs, n) {
			return "another reference"
		}
		before = before[:len(before)-slashes+slashes/2]
		if slashes%2 == 0 {
			text = before + value + behind
		} else {
			text = before + source[span.Start:span.End] + behind
		}
	}
	return text
}
