package html

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// theirs are the names of our kinds of token.
var theirs = map[kind]html.TokenType{
	ending: html.ErrorToken, textToken: html.TextToken, startTag: html.StartTagToken, selfClosing: html.SelfClosingTagToken,
	endTag: html.EndTagToken, comment: html.CommentToken, doctype: html.DoctypeToken,
}

// differ says at which token ours differ from those of golang.org/x/net/html, "" if none does.
func differ(document string) string {
	ours, z := newTokens([]byte(document)), html.NewTokenizer(strings.NewReader(document))
	for at := 0; ; {
		got := ours.next()
		z.Next()
		raw := len(z.Raw())
		want := z.Token()
		if want.Data == "noscript" && want.Type != html.TextToken {
			z.NextIsNotRawText()
		}
		at += raw
		for want.Type == html.TextToken && at < ours.end { // "a</" is two texts there
			z.Next()
			at += len(z.Raw())
			want.Data += z.Token().Data
		}
		if got.kind == startTag && want.Type == html.SelfClosingTagToken && len(attributesOf(ours.raw())) > len(got.attrs) {
			want.Type = html.StartTagToken // of an attribute that stands twice the '/' is not looked at there
		}
		same := theirs[got.kind] == want.Type && ours.end == at && len(got.attrs) == len(want.Attr)
		for i := 0; same && i < len(got.attrs); i++ {
			same = got.attrs[i].name == want.Attr[i].Key && got.attrs[i].value == want.Attr[i].Val
		}
		switch got.kind {
		case textToken:
			same = same && got.text == want.Data
		case startTag, selfClosing, endTag:
			same = same && got.name == want.Data
		}
		if !same {
			return fmt.Sprintf("at %d: %v, %d attributes, to %d; want %v, %d, to %d", ours.start, got.kind, len(got.attrs), ours.end, want.Type, len(want.Attr), at)
		}
		if got.kind == ending {
			return ""
		}
	}
}

func TestTokensAreThoseOfBrowsers(t *testing.T) {
	for _, document := range []string{
		"", "text", "a < b <", "<", "</", "</>", "</ a>", "<a", "<a b", "<a b=", "<a b='", "<p>x</p>", "<P CLASS=x>y</P >", "<br/>", "<br / >", "<p a=/>", "<p a='/'/>",
		"<!-- c -->x", "<!-->x", "<!--->x", "<!--a--!>x", "<!--a--->x", "<!--a", "<!--a--", "<!---->", "<!--a--!-->", "<!x>y", "<?x>y", "<!", "<!>", "<!doctype html>x", "<!DOCTYPE", "<!doc>",
		"<title>a &amp; <b></TITLE >c", "<textarea>&lt;</textarea", "<script>a</script>b", "<script>a<b</scr</script >c", "<style>a</stylex</style>b",
		"<plaintext>a</plaintext>", "<xmp>&amp;</xmp>", "<noscript><b>x</b></noscript>", "<script/>a</script>", "<iframe>a</iframe>",
		"<a b=c d='e' f=\"g\" h i = j>", "<a =b c==d>", "<a b c b>", "<a/b/c>", "<a\nb\t=\r'x'>", "<a b='&amp;&lt&copy=&notit;&#x41;&#65'>", "&amp&lt;&notit;&#x41;x&#0;",
		"<a b='x\r\ny\rz'>x\r\ny\r", "<a b=&amp c=x&y=z>", "<svg><title>x</title></svg>", "<![CDATA[x]]>y",
	} {
		if d := differ(document); d != "" {
			t.Errorf("%q: %s", document, d)
		}
	}
}

// TestScriptsWithinScripts: what the standard says and golang.org/x/net/html does not in
// each of these.
func TestScriptsWithinScripts(t *testing.T) {
	for document, want := range map[string]string{
		"<script><!-- <script> </script> --> x</script>y": "<!-- <script> </script> --> x",
		"<script><!-- <script> </script> </script>y":      "<!-- <script> </script> ",
		"<script><!-- a < b <script></script></script>y":  "<!-- a < b <script></script>",
		"<script><!--></script>y":                         "<!-->",
		"<script><!--<script>--></script>y":               "<!--<script>-->",
		"<script>x = '<!-- ' + '</script>y":               "x = '<!-- ' + '",
		"<script>a<!--b--><script></script>y":             "a<!--b--><script>",
		"<script><!-- <scripts> </script>y":               "<!-- <scripts> ",
	} {
		tokens := newTokens([]byte(document))
		tokens.next()
		if got := tokens.next(); got.text != want {
			t.Errorf("%q: %q, want %q", document, got.text, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"<a b='c' d=e>&amp;</a><!-- x -->", "<script>x</script><title>&lt;</title>", "<!doctype html><p/>\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		if strings.Contains(document, "\x00") || !utf8.ValidString(document) || strings.Contains(strings.ToLower(document), "<script") && strings.Contains(document, "<!--") {
			return // what is refused before; of scripts within scripts there is a test
		}
		if d := differ(document); d != "" {
			t.Fatal(d)
		}
	})
}
