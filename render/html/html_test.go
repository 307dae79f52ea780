package html

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hints, and parts of what errors say.
const (
	base64  = render.HintBase64
	lineEnd = "write a line end before the reference: that is the one that is dropped"

	tag, script, half = "in a tag but in the value", "which holds a script", "behind an '&'"
)

var suite = rendertest.Suite{
	Format: Format,
	Bare:   func(document string) string { return withoutQuotes(strings.ReplaceAll(document, "it&#39;s", "its")) },
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"text":                       {"<p>${secret:K}", "v", "<p>v"},
		"the other brackets":         {"<p title='$<secret:K>'>$<secret:K></p>", "v", "<p title='v'>v</p>"},
		"what must be escaped":       {"<p>${secret:K}</p>", "&<>\r", "<p>&amp;&lt;&gt;&#13;</p>"},
		"what need not be escaped":   {"<p>${secret:K}</p>", "\"'\t\n é🔑\ufeff\u2028", "<p>\"'\t\n é🔑\ufeff\u2028</p>"},
		"double quotes":              {`<a b="${secret:K}">`, "\"'<>&\t\n", "<a b=\"&quot;'&lt;&gt;&amp;\t\n\">"},
		"single quotes":              {`<a b='${secret:K}'>`, "\"'", `<a b='"&#39;'>`},
		"no quotes":                  {`<a b=${secret:K}>`, "\"' >", `<a b="&quot;' &gt;">`},
		"no quotes, text around":     {`<a b=x${secret:K}/y c>`, "v", `<a b="xv/y" c>`},
		"no quotes, a slash behind":  {`<a b=${secret:K}/>`, "v", `<a b="v/">`},
		"no quotes, one in it":       {`<a b=it's${secret:K}>`, "v", `<a b="it'sv">`},
		"no quotes, both in it":      {`<a b=it's"${secret:K}>`, "v", `<a b='it&#39;s"v'>`},
		"no quotes, blanks around":   {"<a b = ${secret:K}\n>", "v", "<a b = \"v\"\n>"},
		"no quotes, nothing":         {"<a b=${secret:K}>", "", `<a b="">`},
		"a CR before":                {"<p>x\r${secret:K}", "\n\n", "<p>x\r&#10;\n"},
		"RCDATA":                     {"<title>${secret:K}</title><TextArea>x${secret:K}</textarea>", "</title>&", "<title>&lt;/title&gt;&amp;</title><TextArea>x&lt;/title&gt;&amp;</textarea>"},
		"attributes without a value": {"<input disabled value=\"${secret:K}\"checked>", "v", "<input disabled value=\"v\"checked>"},
		"two in a text":              {"<p>${secret:K}-${secret:L} ", "&", "<p>&amp;-&amp; "},
		"an empty value":             {"<p>x${secret:K}", "", "<p>x"},
		"only an empty value":        {"<p>${secret:K}</p>", "", "<p></p>"},
		"not looked through again":   {"<p>${secret:K}</p>", "${secret:K}", "<p>${secret:K}</p>"},
		"a backslash":                {`<a b='\\${secret:K}'>\\${secret:K}`, "v", `<a b='\v'>\v`},
		"an escaped one is encoded":  {`<p>\$<secret:K:-'&>`, "v", "<p>$&lt;secret:K:-'&amp;&gt;"},
		"anything in its default":    {"<p>${secret:K:-<x>&</a>}</p>", "v", "<p>v</p>"},
		"comments":                   {"<!-- ${secret:K} \"--><p><!--\\${secret:K}<b>-->${secret:K}<!--$<secret:K>-->", "v", "<!-- ${secret:K} \"--><p><!--\\${secret:K}<b>-->v<!--$<secret:K>-->"},
		"the DOCTYPE":                {"<!doctype ${secret:K}><p>${secret:K}", "v", "<!doctype ${secret:K}><p>v"},
		"scripts beside":             {"<script>a<b</script><style>a>b</style><p>${secret:K}", "v", "<script>a<b</script><style>a>b</style><p>v"},
		"noscript":                   {"<noscript><p>${secret:K}</p></noscript>", "<", "<noscript><p>&lt;</p></noscript>"},
		"order and case":             {"<A Z=1 a='${secret:K}'B=\"2\"></A >\n\n", "v", "<A Z=1 a='v'B=\"2\"></A >\n\n"},
		"CRLF":                       {"<p>\r\n${secret:K}\r\n</p>\r\n", "v", "<p>\r\nv\r\n</p>\r\n"},
		"no last line end":           {"<p>\n${secret:K}", "v", "<p>\nv"},
		"byte order mark":            {"\ufeff<p>${secret:K}", "v", "\ufeff<p>v"},
		"another character set":      {"<meta charset=iso-8859-1><p>${secret:K}", "é🔑", "<meta charset=iso-8859-1><p>&#233;&#128273;"},
		"another, in words":          {"<meta http-equiv=content-type content='text/html; CHARSET=Latin1'><p>${secret:K}", "é", "<meta http-equiv=content-type content='text/html; CHARSET=Latin1'><p>&#233;"},
		"UTF-8":                      {"<meta charset='UTF-8'><p>${secret:K}", "é", "<meta charset='UTF-8'><p>é"},
		"letters of the word":        {"<p>QZQQ${secret:K}QZQ${secret:K}ZZ", "v", "<p>QZQQvQZQvZZ"},
		"less than before":           {"a < ${secret:K}", "b", "a < b"},
		"a line end in pre":          {"<pre>\n${secret:K}</pre>", "\nx", "<pre>\n\nx</pre>"},
		"not first in pre":           {"<pre>${secret:K}</pre>", "x\n", "<pre>x\n</pre>"},
		"a URL":                      {"<a href='${secret:K}'>", "https://x/?a=b&c", "<a href='https://x/?a=b&amp;c'>"},
		"a script as text":           {"<a data-x='${secret:K}'>${secret:K}", "javascript:x", "<a data-x='javascript:x'>javascript:x"},
		"foreign references":         {"<a b='${x}'>$(y) ${secret:0} ${secret:K}", "v", "<a b='${x}'>$(y) ${secret:0} v"},
		"SVG":                        {"<svg><text x='${secret:K}'>${secret:K}</text><style>a{}</style></svg><title>${secret:K}</title>", "<", "<svg><text x='&lt;'>&lt;</text><style>a{}</style></svg><title>&lt;</title>"},
		"nothing to replace":         {"<!-- ${secret:K} -->", "v", "<!-- ${secret:K} -->"},
		"nothing":                    {"", "v", ""},
	},
	Numbered: rendertest.Numbered{
		Source: "<!-- ${secret:A} --><a b='${secret:B}' c=\"\\${secret:C}\">${secret:D}<!-- ${secret:E} --><title>\\${secret:F}${secret:G}</title>",
		Refs:   []int{1, 3, 6},
		Want:   "<!-- ${secret:A} --><a b='1' c=\"${secret:C}\">3<!-- ${secret:E} --><title>${secret:F}6</title>",
	},
	Slashes:  slashes(),
	Comments: []string{"<!-- ${secret:K} -->", "<!doctype ${secret:K}><p>x<!--\"$<secret:L>'-->"},
	Refused: map[string]rendertest.Refused{
		"a name":                   {"<p><${secret:K}>", "v", 4, secret.Invalid, tag, quotes},
		"a part of a name":         {"<p><b-${secret:K}>", "v", 6, secret.Invalid, tag, quotes},
		"a closing name":           {"<p></${secret:K}>", "v", 5, secret.Invalid, tag, quotes},
		"in a closing tag":         {"<p></a b='${secret:K}'>", "v", 10, secret.Invalid, tag, quotes},
		"an attribute's name":      {"<a ${secret:K}='x'>", "v", 3, secret.Invalid, tag, quotes},
		"an attribute":             {"<a b='c' ${secret:K}>x", "v", 9, secret.Invalid, tag, quotes},
		"a part of its name":       {"<a data-${secret:K}>x", "v", 8, secret.Invalid, tag, quotes},
		"behind a value":           {"<a b='c'${secret:K}>x", "v", 8, secret.Invalid, tag, quotes},
		"for an equals sign":       {"<a b ${secret:K}>", "v", 5, secret.Invalid, tag, quotes},
		"an attribute twice":       {"<a b='x' B='${secret:K}'>", "v", 12, secret.Invalid, "stands twice", quotes},
		"a script":                 {"<script>f('${secret:K}')</script>", "v", 11, secret.Invalid, script, data},
		"JSON in a script":         {"<script type=application/json>\"${secret:K}\"</script>", "v", 31, secret.Invalid, script, data},
		"a script, closed":         {"<SCRIPT/>${secret:K}", "v", 9, secret.Invalid, script, data},
		"a style":                  {"<style>a{b:${secret:K}}</style>", "v", 11, secret.Invalid, "which holds CSS", data},
		"a style attribute":        {"<a style='b:${secret:K}'>", "v", 12, secret.Invalid, "which holds CSS", data},
		"a handler":                {"<a OnClick=\"f('${secret:K}')\">", "v", 15, secret.Invalid, "which holds JavaScript", data},
		"a document":               {"<iframe srcdoc='${secret:K}'>", "v", 16, secret.Invalid, "a document of its own", data},
		"a frame's text":           {"<iframe>${secret:K}</iframe>", "v", 8, secret.Invalid, "text without escapes", data},
		"plain text":               {"<plaintext>${secret:K}", "v", 11, secret.Invalid, "text without escapes", data},
		"a script's URL":           {"<a href='javascript:f(${secret:K})'>", "v", 22, secret.Invalid, "a URL that is a script", data},
		"a script's URL, hidden":   {"<a href=' &#74;ava\nScript&colon;${secret:K}'>", "v", 32, secret.Invalid, "a URL that is a script", data},
		"SVG's title":              {"<svg><title>${secret:K}</title></svg>", "v", 12, secret.Invalid, "which holds markup to one", data},
		"a title with a tag in it": {"<title><b>${secret:K}</title>", "v", 10, secret.Invalid, "a '<' in it", "write &lt; for it"},
		"a textarea with an end":   {"<textarea>${secret:K}</titl></textarea>", "v", 10, secret.Invalid, "a '<' in it", "write &lt; for it"},
		"behind SVG's title":       {"<svg><title><script></title>${secret:K}", "v", 28, secret.Invalid, "before this reference", quotes},
		"behind a section":         {"<svg><![CDATA[>${secret:K}", "v", 15, secret.Invalid, "before this reference", quotes},
		"a section":                {"<![CDATA[${secret:K}]]>", "v", 9, secret.Invalid, "for a comment", quotes},
		"PHP":                      {"<?php '${secret:K}' ?>", "v", 7, secret.Invalid, "for a comment", quotes},
		"a closing comment":        {"</ ${secret:K}>", "v", 3, secret.Invalid, "for a comment", quotes},
		"an ampersand before":      {"<p>&${secret:K}", "v", 4, secret.Invalid, half, quotes},
		"half an entity":           {"<p>&copy${secret:K}", "v", 8, secret.Invalid, half, quotes},
		"half a number":            {"<a b='&#x4${secret:K}'>", "v", 10, secret.Invalid, half, quotes},
		"before backslashes":       {"<p>&\\${secret:K}", "v", 5, secret.Invalid, half, quotes},
		"not closed":               {"<p><a b='${secret:K}", "v", 3, secret.General, "is not closed", ""},
		"a name not closed":        {"<p><a", "v", 3, secret.General, "is not closed", ""},
		"a comment within one":     {"<!-- ${secret:K:--->} -->", "v", 5, secret.General, "ends within a reference", ""},
		"a DOCTYPE within one":     {"<!DOCTYPE $<secret:K>>", "v", 10, secret.General, "ends within a reference", ""},
		"Latin-1":                  {"<p>\xe9", "v", 3, secret.General, "expected UTF-8", toUTF8},
		"UTF-16":                   {"\xff\xfe<\x00a\x00>\x00", "v", 0, secret.General, "expected UTF-8", toUTF8},
		"a NUL":                    {"<p>\x00", "v", 3, secret.General, "expected UTF-8", toUTF8},
		"not ASCII":                {"<meta charset=latin1>é", "v", 21, secret.General, "not ASCII", toUTF8},
		"a value, 1":               {"<p>${secret:K}", "\xff", strings.Index("<p>${secret:K}", "$"), secret.Invalid, "", base64},
		"a value, 2":               {"<p>${secret:K}", "\x00", strings.Index("<p>${secret:K}", "$"), secret.Invalid, "", base64},
		"a value, 3":               {"<p>${secret:K}", "\x1b", strings.Index("<p>${secret:K}", "$"), secret.Invalid, "", base64},
		"a value, 4":               {"<p title='${secret:K}'>", "\u0085", strings.Index("<p title='${secret:K}'>", "$"), secret.Invalid, "", base64},
		"a value, 5":               {"<pre>${secret:K}</pre>", "\nx", strings.Index("<pre>${secret:K}</pre>", "$"), secret.Invalid, "", lineEnd},
		"a value, 6":               {"<pre>${secret:K}\n</pre>", "", strings.Index("<pre>${secret:K}\n</pre>", "$"), secret.Invalid, "", lineEnd},
		"a value, 7":               {"<listing>${secret:K}\n</listing>", "\n", strings.Index("<listing>${secret:K}\n</listing>", "$"), secret.Invalid, "", lineEnd},
		"a value, 8":               {"<textarea a=b>${secret:K}</textarea>", "\n", strings.Index("<textarea a=b>${secret:K}</textarea>", "$"), secret.Invalid, "", lineEnd},
		"a value, 9":               {"<a href='${secret:K}'>", "javascript:f()", strings.Index("<a href='${secret:K}'>", "$"), secret.Invalid, "", data},
		"a value, 10":              {"<a HREF=${secret:K}>", " \x20Java\nScript\t:f()", strings.Index("<a HREF=${secret:K}>", "$"), secret.Invalid, "", data},
		"a value, 11":              {"<form action=\"java${secret:K}\">", "script:f()", strings.Index("<form action=\"java${secret:K}\">", "$"), secret.Invalid, "", data},
		"a value, 12":              {"<a xlink:href='${secret:K}'>", "vbscript:", strings.Index("<a xlink:href='${secret:K}'>", "$"), secret.Invalid, "", data},
	},
	Quoting: rendertest.Quoting{Value: "\nhunter2\xff", Sources: []string{
		"<hunter2", "<hunter2 ${secret:hunter2}>", "<${secret:hunter2}>", "<script>hunter2 ${secret:hunter2}", "<a href='javascript:hunter2${secret:hunter2}'>",
		"<p>&hunter2${secret:hunter2}", "<p>hunter2${secret:hunter2}", "<a hunter2='${secret:hunter2}'>", "<pre>${secret:hunter2}", "<a onhunter2='${secret:hunter2}'>",
	}},
	Told: []rendertest.Told{
		{"<p>${secret:K}", "v", "in the text of an element, as it is"},
		{"<p>${secret:K}", "<", "in the text of an element, with escapes"},
		{"<title>x\r${secret:K}</title>", "\n", "in the text of an element, with escapes"},
		{"<p>x\r${secret:K}\n", "", "in the text of an element"},
		{`<a b="${secret:K}">`, "it's\n", "in an attribute in double quotes, as it is"},
		{`<a b="${secret:K}">`, `"`, "in an attribute in double quotes, with escapes"},
		{`<a b='${secret:K}'>`, `"`, "in an attribute in single quotes, as it is"},
		{`<a b='${secret:K}'>`, "'", "in an attribute in single quotes, with escapes"},
		{`<a b=${secret:K}>`, "a b", "in an attribute without quotes, which gets some, as it is"},
		{`<a b=${secret:K}>`, `"`, "in an attribute without quotes, which gets some, with escapes"},
		{`<a b=it's"${secret:K}>`, `"`, "in an attribute without quotes, which gets some, as it is"},
		{"<p>${secret:K} ${secret:U}</p>${secret:K}", "v", "in the text of an element; in the text of an element; in the text of an element, as it is"},
		{"<p>${secret:K}", "\xff", "in the text of an element"},
		{"<pre>${secret:K}</pre>", "\n", "in the text of an element"},
		{"<a href='${secret:K}'>", "javascript:x", "in an attribute in single quotes"},
		{"<meta charset=iso-8859-1><p>${secret:K}", "é", "in the text of an element, with escapes"},
		{`<!-- ${secret:K} --><p>\${secret:K}\\${secret:K}`, "v", "in the text of an element, as it is"},
		{"<p>", "v", ""},
	},
	Around: rendertest.Around{
		Sources: []string{"*", "<pre>*</pre>", "<title>*</title>", "<a b=\"*\">", "<a b=*>", "<a b=x\"*>", "<a href='*'>"},
		Pieces:  []string{"", "\r", "\n", "x", "&amp;", ":"},
		Values:  []string{"", "\r", "\n", "<", "v", "javascript", ":", "'"},
	},
	Proof: rendertest.Proof{
		Source: "<!DOCTYPE html><!-- c -->\n<p B=\"x\\\\${secret:A}\" c = 'd' e=f${secret:A} g=h checked>\n  é &amp;\\\\${secret:B}<i f='1'><title>${secret:C:-}</title> z<script>a<b</script> &lt;</i>\n",
		Value:  "v\"&'>",
		Of:     pieces,
		Bytes:  "x'\" \\,1=>&<;/\n#",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"a tag more":        strings.Replace(good, "</i>", "</i></p>", 1),
				"an attribute more": strings.Replace(good, " checked", " checked x", 1),
				"one twice":         strings.Replace(good, " checked", " checked checked", 1),
				"a comment more":    good + "<!---->",
				"other quotes":      strings.Replace(good, "'d'", `"d"`, 1),
				"quotes more":       strings.Replace(good, "g=h", `g="h"`, 1),
				"another case":      strings.Replace(good, "B=", `b=`, 1),
				"a byte order mark": "\ufeff" + good,
				"an error behind":   good + "<a",
				"cut":               good[:len(good)-len("</i>\n")],
				"nothing":           "",
				"a text less":       strings.Replace(good, good[strings.Index(good, ">\n  é")+1:strings.Index(good, "<i f")], "", 1),
			}
		},
		Same:  respelled,
		Least: 4000,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

func slashes() (all []rendertest.Slashes) {
	for _, around := range [][2]string{{"<p>", "</p>"}, {"<a b='", "'>"}, {"<a b=\"", "\">"}, {"<title>", "</title>"}} {
		for _, slash := range []string{`\`, "&#92;", "&#092;", "&#x5c;", "&#X005C;", "&bsol;"} {
			all = append(all, rendertest.Slashes{Before: around[0] + "é", Slash: slash, Behind: around[1]})
		}
	}
	return all
}

// The hints.
const (
	quotes = `it can be in the text of an element, and in the quotes of an attribute: name="${secret:KEY}"`
	data   = `a script can read the value from an attribute, data-key="${secret:KEY}", or from a file of its own, as JSON`
)

// respelled reports whether bad is good with a scalar written in another way. The bytes of
// such a text are not compared, but what it says.
func respelled(f render.Document, texts render.Texts, bad, good string) bool {
	d := f.(*document)
	if !slices.Equal(listed(bad), listed(good)) {
		return false
	}
	ours, theirs := 0, 0
	for _, s := range d.scalars {
		theirs += s.start - ours
		before := good[:theirs]
		theirs += len(d.appendScalar(nil, s, texts))
		if strings.HasPrefix(bad, before) && strings.HasSuffix(bad[len(before):], good[theirs:]) {
			return true
		}
		ours = s.end
	}
	return false
}

func TestHostileDocumentsAreReadFast(t *testing.T) {
	rendertest.Fast(t, Format, map[string]string{
		"open elements": "<p>${secret:K}" + strings.Repeat("<a>", 1_000_000),
		"ampersands":    "<p>${secret:K}" + strings.Repeat("&", 1_000_000),
		"half entities": "<p>${secret:K}" + strings.Repeat("&a", 1_000_000) + ";",
		"less than":     "<p>${secret:K}" + strings.Repeat("<", 1_000_000),
		"half comments": "<p>${secret:K}" + strings.Repeat("<!-", 1_000_000),
		"sections":      "<p>${secret:K}" + strings.Repeat("<![CDATA[", 1_000_000),
		"half ends":     "<p>${secret:K}<title>" + strings.Repeat("</titl", 1_000_000),
		"scripts":       "<p>${secret:K}<script>" + strings.Repeat("<!--<script", 1_000_000),
		"attributes":    "<p>${secret:K}<a " + strings.Repeat("b='x'", 1_000_000),
		"names":         "<p>${secret:K}<a " + strings.Repeat("b ", 1_000_000) + ">",
		"quotes":        "<p>${secret:K}<a " + strings.Repeat("'", 1_000_000) + ">",
		"NULs":          "<p>${secret:K}" + strings.Repeat("\x00", 1_000_000),
		"high bytes":    "<p>${secret:K}" + strings.Repeat("\xff", 1_000_000),
		"words":         "<p>${secret:K}" + rendertest.AllWords(),
	}, "v", 3*time.Minute, func(t *testing.T, source, out string, err error) {
		if err != nil {
			rendertest.RequirePlaced(t, err, source)
		} else if out != strings.Replace(source, "${secret:K}", "v", 1) {
			t.Error("another document")
		}
	})
}

func TestLargeDocumentsAreRenderedFast(t *testing.T) {
	var names strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&names, " a%d=x b%d='${secret:K}'", i, i)
	}
	rendertest.Fast(t, Format, map[string]string{
		"elements":    strings.Repeat("<b c='${secret:K}'>${secret:K}</b><!-- ${secret:K} -->\n", 50_000),
		"one text":    "<p>" + strings.Repeat("${secret:K} \\${secret:K}\n", 100_000),
		"one value":   "<a b='" + strings.Repeat("${secret:K} \\${secret:K}\n", 100_000) + "'>",
		"deep":        strings.Repeat("<b>", 500_000) + "${secret:K}",
		"attributes":  "<a" + names.String() + ">",
		"comments":    strings.Repeat("<!-- ${secret:K} -->", 100_000) + "${secret:K}",
		"one comment": "<!--" + strings.Repeat("${secret:K} ", 100_000) + "-->${secret:K}",
		"backslashes": "<p>" + strings.Repeat(`\`, 1_000_000) + "${secret:K}",
		"entities":    "<p>" + strings.Repeat("&bsol;", 100_000) + strings.Repeat("&b", 100_000) + " ${secret:K}",
		"a long word": "<p>&" + strings.Repeat("b", 1_000_000) + ";${secret:K}",
	}, "]]>&", 3*time.Minute, func(t *testing.T, _, out string, err error) {
		if err != nil || !strings.Contains(out, "]]&gt;&amp;") {
			t.Errorf("%d bytes, error %v", len(out), err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	entry := "<section class=service data-enabled='true'>\n<p>postgres://app:${secret:DATABASE_PASSWORD}@localhost/app</p>\n<p>" + strings.Repeat("some text of a configuration ", 31) + "</p>\n</section>\n"
	rendertest.Benchmark(b, Format, strings.Repeat(entry, 1000), "p@ss \"word\" & #1", 1_000_000)
}
