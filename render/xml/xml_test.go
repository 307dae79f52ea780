package xml

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hint, and parts of what errors say.
const (
	quotes = `it can be in the text of an element, and in the quotes of an attribute: name="${secret:KEY}"`

	name, tag  = "in the name of", "in a tag but in the quotes"
	root, part = "outside of the root element", "a part of a character reference"
)

var suite = rendertest.Suite{
	Format: Format,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"text":                        {"<a>${secret:K}</a>", "v", "<a>v</a>"},
		"the other brackets":          {"<a b='$<secret:K>'>$<secret:K></a>", "v", "<a b='v'>v</a>"},
		"what must be escaped":        {"<a>${secret:K}</a>", "&<>\r", "<a>&amp;&lt;&gt;&#13;</a>"},
		"what need not be escaped":    {"<a>${secret:K}</a>", "\"'\t\n é🔑\ufeff]", "<a>\"'\t\n é🔑\ufeff&#93;</a>"},
		"what terminals act on":       {"<a>${secret:K}</a>", "\x7f\u0085\u009b\u2028\u2029", "<a>&#127;&#133;&#155;&#8232;&#8233;</a>"},
		"the end of a section":        {"<a>${secret:K}></a>", "]]>]]", "<a>]]&gt;]&#93;></a>"},
		"a bracket before":            {"<a>]]${secret:K}</a>", ">", "<a>]]&gt;</a>"},
		"a CR before":                 {"<a>x\r${secret:K}</a>", "\n\n", "<a>x\r&#10;\n</a>"},
		"double quotes":               {`<a b="${secret:K}"/>`, "\"'<>&\t\r\n", `<a b="&quot;'&lt;&gt;&amp;&#9;&#13;&#10;"/>`},
		"single quotes":               {`<a b='${secret:K}'/>`, "\"'", `<a b='"&#39;'/>`},
		"a section":                   {"<a><![CDATA[${secret:K}]]></a>", "<&>\"\n", "<a><![CDATA[<&>\"\n]]></a>"},
		"a section's end":             {"<a><![CDATA[${secret:K}]]></a>", "a]]>b", "<a><![CDATA[a]]]]><![CDATA[>b]]></a>"},
		"a section's end, its part":   {"<a><![CDATA[]]${secret:K}]>]]></a>", ">]", "<a><![CDATA[]]]]><![CDATA[>]]]><![CDATA[]>]]></a>"},
		"a section, one bracket":      {"<a><![CDATA[]${secret:K}>]]></a>", "]", "<a><![CDATA[]]]]><![CDATA[>]]></a>"},
		"a section, two references":   {"<a><![CDATA[${secret:K}${secret:K}${secret:L}]]></a>", "]", "<a><![CDATA[]]]]]></a>"},
		"a section, a CR":             {"<a><![CDATA[${secret:K}]]></a>", "a\r\n", "<a><![CDATA[a]]>&#13;<![CDATA[\n]]></a>"},
		"a section, CR before":        {"<a><![CDATA[\r${secret:K}]]></a>", "\n", "<a><![CDATA[\r]]>&#10;<![CDATA[]]></a>"},
		"a section, other text":       {"<a>x <![CDATA[${secret:K}]]>${secret:K}</a>", "<", "<a>x <![CDATA[<]]>&lt;</a>"},
		"two in a text":               {"<a>${secret:K}-${secret:L} </a>", "&", "<a>&amp;-&amp; </a>"},
		"an empty value":              {"<a b=''>x${secret:K}</a>", "", "<a b=''>x</a>"},
		"only an empty value":         {"<a>${secret:K}</a>", "", "<a></a>"},
		"not looked through again":    {"<a>${secret:K}</a>", "${secret:K}", "<a>${secret:K}</a>"},
		"a backslash":                 {`<a b='\\${secret:K}'>\\${secret:K}</a>`, "v", `<a b='\v'>\v</a>`},
		"an escaped one is encoded":   {`<a>\$<secret:K:-'&></a>`, "v", "<a>$&lt;secret:K:-'&amp;&gt;</a>"},
		"an escaped one in a section": {`<a><![CDATA[\${secret:K:-]]>}]]></a>`, "v", `<a><![CDATA[${secret:K:-]]]]><![CDATA[>}]]></a>`},
		"anything in its default":     {"<a>${secret:K:-<x>&</a>}</a>", "v", "<a>v</a>"},
		"comments":                    {"<!-- ${secret:K} \"--><a><!--\\${secret:K}<b>-->${secret:K}</a><!--${secret:K}-->", "v", "<!-- ${secret:K} \"--><a><!--\\${secret:K}<b>-->v</a><!--${secret:K}-->"},
		"instructions":                {"<?xml version=\"1.0\"?><?x ${x}?><a><?y ' >?>${secret:K}</a>", "v", "<?xml version=\"1.0\"?><?x ${x}?><a><?y ' >?>v</a>"},
		"a DOCTYPE":                   {"<!DOCTYPE a SYSTEM \">\" [<!ENTITY e '${x}'>\n<!-- ]> ${secret:K} --><!-- ${secret:K} ${secret:K}--><?x ]>?>]><a>&e;${secret:K}</a>", "v", "<!DOCTYPE a SYSTEM \">\" [<!ENTITY e '${x}'>\n<!-- ]> ${secret:K} --><!-- ${secret:K} ${secret:K}--><?x ]>?>]><a>&e;v</a>"},
		"blanks in tags":              {"<a\n  b = \"${secret:K}\"\r\n\tc='d'\n>x</a\n>", "v", "<a\n  b = \"v\"\r\n\tc='d'\n>x</a\n>"},
		"order":                       {"<z><y/><x z='1' a='${secret:K}' b=\"2\"/></z>\n\n", "v", "<z><y/><x z='1' a='v' b=\"2\"/></z>\n\n"},
		"CRLF":                        {"<a>\r\n  <b>${secret:K}</b>\r\n</a>\r\n", "v", "<a>\r\n  <b>v</b>\r\n</a>\r\n"},
		"no last line end":            {"<a>\n${secret:K}</a>", "v", "<a>\nv</a>"},
		"byte order mark":             {"\ufeff<a>${secret:K}</a>", "v", "\ufeff<a>v</a>"},
		"another encoding":            {"<?xml version='1.0' encoding='ISO-8859-1'?><a>${secret:K}</a>", "é🔑", "<?xml version='1.0' encoding='ISO-8859-1'?><a>&#233;&#128273;</a>"},
		"letters of the word":         {"<a>QZQQ${secret:K}QZQ${secret:K}ZZ</a>", "v", "<a>QZQQvQZQvZZ</a>"},
		"character references around": {"<a>&#38;${secret:K}&#x3c;</a>", "v", "<a>&#38;v&#x3c;</a>"},
		"foreign references":          {"<a b='${x}'>$(y) ${secret:0} ${secret:K}</a>", "v", "<a b='${x}'>$(y) ${secret:0} v</a>"},
		"nothing to replace":          {"<!-- ${secret:K} --><a/>", "v", "<!-- ${secret:K} --><a/>"},
		"blanks that a DTD drops not": {"<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='${secret:K}'>${secret:K}</a>", "a b", "<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='a b'>a b</a>"},
		"names that are not ASCII":    {"<é ü='${secret:K}'/>", "v", "<é ü='v'/>"},
	},
	Numbered: rendertest.Numbered{
		Source: "<!-- ${secret:A} --><a b='${secret:B}' c=\"\\${secret:C}\">${secret:D}<!-- ${secret:E} --><![CDATA[\\${secret:F}${secret:G}]]></a>",
		Refs:   []int{1, 3, 6},
		Want:   "<!-- ${secret:A} --><a b='1' c=\"${secret:C}\">3<!-- ${secret:E} --><![CDATA[${secret:F}6]]></a>",
	},
	Slashes:  slashes(),
	Comments: []string{"<!-- ${secret:K} --><a/>", "<!DOCTYPE a [<!-- ${secret:K} -->]><a>x<!--\"$<secret:L>'--></a>"},
	Refused: map[string]rendertest.Refused{
		"a name":                     {"<a><${secret:K}/></a>", "v", 4, secret.Invalid, name, quotes},
		"a part of a name":           {"<a><b-${secret:K}/></a>", "v", 6, secret.Invalid, name, quotes},
		"a name, the other":          {"<a><$<secret:K>/></a>", "v", 4, secret.Invalid, name, quotes},
		"a closing name":             {"<a></${secret:K}></a>", "v", 5, secret.Invalid, name, quotes},
		"an attribute's name":        {"<a ${secret:K}='x'/>", "v", 3, secret.Invalid, name, quotes},
		"between attributes":         {"<a b='c' ${secret:K}>x</a>", "v", 9, secret.Invalid, name, quotes},
		"behind a value":             {"<a b='c'${secret:K}>x</a>", "v", 8, secret.Invalid, tag, quotes},
		"without quotes":             {"<a b=${secret:K}>x</a>", "v", 5, secret.Invalid, tag, quotes},
		"without quotes, blanks":     {"<a b = ${secret:K} />", "v", 7, secret.Invalid, tag, quotes},
		"for an equals sign":         {"<a b ${secret:K}/>", "v", 5, secret.Invalid, tag, quotes},
		"in a closing tag":           {"<a></a ${secret:K}>", "v", 7, secret.Invalid, tag, quotes},
		"before the root":            {"${secret:K}<a/>", "v", 0, secret.Invalid, root, quotes},
		"behind the root":            {"<a/>\n ${secret:K}", "v", 6, secret.Invalid, root, quotes},
		"an entity's name":           {"<a>&${secret:K};</a>", "v", 4, secret.Invalid, part, quotes},
		"a number":                   {"<a b='&#x${secret:K};'/>", "v", 9, secret.Invalid, part, quotes},
		"an ampersand before":        {"<a>&${secret:K}</a>", "v", 3, secret.General, "expected a character reference", ""},
		"an ampersand":               {"<a>x & y</a>", "v", 5, secret.General, "expected a character reference", ""},
		"an unknown entity":          {"<a>&nbsp;</a>", "v", 3, secret.General, "an entity that XML does not have", ""},
		"a character that is none":   {"<a>x&#0;</a>", "v", 3, secret.General, "begins here cannot be read", ""},
		"no element":                 {"<?xml version='1.0'?>\n", "v", 22, secret.General, "expected an element", ""},
		"nothing":                    {"", "v", 0, secret.General, "expected an element", ""},
		"two roots":                  {"<a/><b/>", "v", 4, secret.General, "a second root", ""},
		"text before the root":       {"x<a/>", "v", 0, secret.General, "text outside", ""},
		"not closed":                 {"<a><b>", "v", 4, secret.General, "is not closed", ""},
		"closed too often":           {"<a></a></a>", "v", 9, secret.General, "closes another", ""},
		"closed crosswise":           {"<a><b></a></b>", "v", 8, secret.General, "closes another", ""},
		"an open tag":                {"<a><b ", "v", 6, secret.General, "expected the name of an attribute", ""},
		"no name":                    {"<a>< b></a>", "v", 4, secret.General, "expected the name of an element", ""},
		"no equals sign":             {"<a b>x</a>", "v", 4, secret.General, "expected '='", ""},
		"no quotes":                  {"<a b=c>x</a>", "v", 5, secret.General, "expected a value in quotes", ""},
		"no blank":                   {"<a b='c'd='e'/>", "v", 8, secret.General, "expected white space", ""},
		"an open value":              {"<a b='c/>", "v", 5, secret.General, "is not closed", ""},
		"a bracket in a value":       {"<a b='<'/>", "v", 6, secret.General, "cannot have '<'", ""},
		"an end of a section":        {"<a>]]></a>", "v", 3, secret.General, "where no CDATA section ends", ""},
		"an open section":            {"<a><![CDATA[x]]</a>", "v", 3, secret.General, "is not closed", ""},
		"a section outside":          {"<![CDATA[x]]><a/>", "v", 0, secret.General, "outside of the root", ""},
		"an open comment":            {"<a><!-- x -- ></a>", "v", 3, secret.General, "is not closed", ""},
		"dashes in a comment":        {"<a>\n<!-- x -- y --></a>", "v", 4, secret.General, "begins here cannot be read", ""},
		"an instruction":             {"<a><?x ${secret:K}?></a>", "v", 7, secret.Invalid, "cannot stand in a processing instruction", quotes},
		"an entity":                  {"<!DOCTYPE a [<!-- ${secret:K} --><!ENTITY e '${secret:K}'>]><a/>", "v", 45, secret.Invalid, "cannot stand in a DOCTYPE", quotes},
		"before a comment":           {"<!DOCTYPE a [<!ENTITY e '${secret:K}'><!-- ${secret:K} -->]><a/>", "v", 25, secret.Invalid, "cannot stand in a DOCTYPE", quotes},
		"an open instruction":        {"<a><?x ></a>", "v", 3, secret.General, "is not closed", ""},
		"an open DOCTYPE":            {"<!DOCTYPE a [ <a/>", "v", 0, secret.General, "is not closed", ""},
		"a late DOCTYPE":             {"<a><!DOCTYPE a></a>", "v", 3, secret.General, "cannot stand here", ""},
		"two DOCTYPEs":               {"<!DOCTYPE a><!DOCTYPE a><a/>", "v", 12, secret.General, "cannot stand here", ""},
		"a declaration":              {"<a><!ELEMENT a ANY></a>", "v", 3, secret.General, "expected a comment", ""},
		"a comment within one":       {"<!-- ${secret:K:--->} --><a/>", "v", 5, secret.General, "ends within a reference", ""},
		"Latin-1":                    {"<a>\xe9</a>", "v", 3, secret.General, "expected UTF-8", toUTF8},
		"UTF-16":                     {"\xff\xfe<\x00a\x00/\x00>\x00", "v", 0, secret.General, "expected UTF-8", toUTF8},
		"a NUL":                      {"<a>\x00</a>", "v", 3, secret.General, "expected UTF-8", toUTF8},
		"a declared encoding":        {"<?xml version='1.0' encoding='UTF-16'?><a/>", "v", 0, secret.General, "neither UTF-8", toUTF8},
		"a character of another":     {"<?xml version='1.0' encoding='latin-1'?><a>é</a>", "v", 0, secret.General, "neither UTF-8", toUTF8},
		"not ASCII":                  {"<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>", "v", 46, secret.General, "not ASCII", toUTF8},
		"XML 1.1":                    {"<?xml version='1.1'?><a/>", "v", 0, secret.General, "begins here cannot be read", ""},
		"HTML":                       {"<p>a<br>b</p>", "v", 11, secret.General, "closes another", ""},
		"a name that is none":        {"<a><1/></a>", "v", 3, secret.General, "begins here cannot be read", ""},
		"an error behind reference":  {"<a>${secret:K}<b></a>", "v", 19, secret.General, "closes another", ""},
		"blanks that a DTD drops, 1": {"<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b='${secret:K}'/>", " a", 53, secret.Invalid, "blanks that a reader drops", "the text of an element holds them, or the filter base64: ${secret:KEY|base64}"},
		"blanks that a DTD drops, 2": {"<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b=\"${secret:K}\"/>", " a", 53, secret.Invalid, "blanks that a reader drops", "the text of an element holds them, or the filter base64: ${secret:KEY|base64}"},
		"blanks that a DTD drops, 3": {"<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b='${secret:K}'/>", "a ", 53, secret.Invalid, "blanks that a reader drops", "the text of an element holds them, or the filter base64: ${secret:KEY|base64}"},
		"blanks that a DTD drops, 4": {"<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b=\"${secret:K}\"/>", "a ", 53, secret.Invalid, "blanks that a reader drops", "the text of an element holds them, or the filter base64: ${secret:KEY|base64}"},
		"blanks that a DTD drops, 5": {"<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b='${secret:K}'/>", "a  b", 53, secret.Invalid, "blanks that a reader drops", "the text of an element holds them, or the filter base64: ${secret:KEY|base64}"},
		"blanks that a DTD drops, 6": {"<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b=\"${secret:K}\"/>", "a  b", 53, secret.Invalid, "blanks that a reader drops", "the text of an element holds them, or the filter base64: ${secret:KEY|base64}"},
		"bytes":                      {"<a>${secret:K}</a>", "\xff", 3, secret.Invalid, "not UTF-8", render.HintBase64},
		"a joined line end":          {"<a>\r${secret:L}\n</a>", "", 3, secret.Invalid, "read as another", "give the text around the reference another form"},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\xff", Sources: []string{
		"hunter2", "<hunter2", "<a>hunter2", "<a></hunter2>", "<a hunter2>", "<a b=hunter2>", "<a>&hunter2;</a>", "<a>&hunter2</a>", "<a b='hunter2", "<!hunter2><a/>",
		"<hunter2>${secret:hunter2}</a>", "<${secret:hunter2}/>", "<a b=${secret:hunter2}/>", "<a>${secret:hunter2}</a>", "<1hunter2/>", "<?xml version='hunter2'?><a/>",
		"<?xml version='1.0' encoding='hunter2'?><a/>", "<a><!-- hunter2 -- --></a>", "<a>&#hunter2;</a>",
	}},
	Told: []rendertest.Told{
		{"<a>${secret:K}</a>", "v", "in the text of an element, as it is"},
		{"<a>${secret:K}</a>", "<", "in the text of an element, with escapes"},
		{"<a>x\r${secret:K}</a>", "\n", "in the text of an element, with escapes"},
		{"<a>x\r${secret:K}\n</a>", "", "in the text of an element"},
		{"<a>]]${secret:K}></a>", "", "in the text of an element"},
		{`<a b="${secret:K}"/>`, "it's", "in an attribute in double quotes, as it is"},
		{`<a b="${secret:K}"/>`, `"`, "in an attribute in double quotes, with escapes"},
		{`<a b='${secret:K}'/>`, `"`, "in an attribute in single quotes, as it is"},
		{`<a b='${secret:K}'/>`, "\n", "in an attribute in single quotes, with escapes"},
		{"<a><![CDATA[${secret:K}]]></a>", "<&\n", "in a CDATA section, as it is"},
		{"<a><![CDATA[${secret:K}]]></a>", "]]>", "in a CDATA section, which is split into sections"},
		{"<a><![CDATA[]]${secret:K}]]></a>", ">", "in a CDATA section, which is split into sections"},
		{"<a>${secret:U}-${secret:K}</a>", "v", "in the text of an element; in the text of an element, as it is"},
		{"<a>${secret:U}${secret:K}</a>", "\n", "in the text of an element; in the text of an element"},
		{"<a>${secret:K}${secret:U}</a>", "v", "in the text of an element, as it is; in the text of an element"},
		{"<a b='${secret:U}${secret:K}'/>", "v", "in an attribute in single quotes; in an attribute in single quotes, as it is"},
		{"<a><![CDATA[${secret:U}]${secret:K}]]></a>", ">", "in a CDATA section; in a CDATA section"},
		{"<a>${secret:K}</a>", "\xff", "in the text of an element"},
		{"<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='${secret:K}'/>", " v", "in an attribute in single quotes"},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><a>${secret:K}</a>", "é", "in the text of an element, with escapes"},
		{`<a><!-- ${secret:K} -->\${secret:K}\\${secret:K}</a>`, "v", "in the text of an element, as it is"},
		{"<a/>", "v", ""},
	},
	Around: rendertest.Around{
		Sources: []string{"<a>*</a>", "<a b='*'/>", "<a><![CDATA[*]]></a>"},
		Pieces:  []string{"", "]", "]]", ">", "]>", "\r", "\n"},
		Values:  []string{"", "]", "]]", ">", "\r", "\n", "v"},
	},
	Proof: rendertest.Proof{
		Source: "<?xml version=\"1.0\"?><!-- c -->\n<a b=\"x\\\\${secret:A}\" c = 'd'>\n  é &amp;\\\\${secret:B}<e f='1'/><![CDATA[<${secret:C}]]> z<!-- ${secret:C} --> &lt;<g/>\n</a>\n",
		Value:  "v\"&]]>",
		Of:     pieces,
		Bytes:  "x'\" \\,1]>&<;/\n#",
		Wrong: func(good string) map[string]string {
			return map[string]string{
				"a tag more":          strings.Replace(good, "</a>", "<h/></a>", 1),
				"an attribute more":   strings.Replace(good, "<g/>", "<g x=''/>", 1),
				"a comment more":      good + "<!---->",
				"an attribute moved":  strings.Replace(good, " c = 'd'", "", 1),
				"other quotes":        strings.Replace(good, "'d'", `"d"`, 1),
				"an element in two":   strings.Replace(good, "<g/>", "<g></g>", 1),
				"a text spelled anew": strings.Replace(good, "&lt;<g/>", "&#60;<g/>", 1),
				"a byte order mark":   "\ufeff" + good,
				"an error behind":     good + "<",
				"cut":                 good[:len(good)-len("</a>\n")],
				"nothing":             "",
			}
		},
		Same:  respelled,
		Least: 3000,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*document)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

func slashes() (all []rendertest.Slashes) {
	for _, around := range [][2]string{{"<a>", "</a>"}, {"<a b='", "'/>"}, {"<a b=\"", "\"/>"}} {
		for _, slash := range []string{`\`, "&#92;", "&#092;", "&#x5c;", "&#x005C;"} {
			all = append(all, rendertest.Slashes{Before: around[0] + "é", Slash: slash, Behind: around[1]})
		}
	}
	return append(all, rendertest.Slashes{Before: "<a>" + opening + "é", Slash: `\`, Behind: closing + "</a>"})
}

// respelled reports whether bad is good with the text of a reference, or what joins it,
// written in another way. The bytes of such a text are not compared, but what it says.
func respelled(_ render.Document, _ render.Texts, bad, good string) bool {
	got, ok := events(bad)
	want, _ := events(good)
	if !ok || withoutBorders(strings.Join(got, "\x00")) != withoutBorders(strings.Join(want, "\x00")) {
		return false
	}
	for _, ends := range [][2]string{{`<a b=`, ` c =`}, {"'d'>", "<e"}, {"/>", "<!-- $"}} {
		start := strings.Index(good, ends[0]) + len(ends[0])
		if ends[0] == "/>" {
			start = strings.Index(good, "<e f='1'/>") + len("<e f='1'/>")
		}
		end := start + strings.Index(good[start:], ends[1])
		if strings.HasPrefix(bad, good[:start]) && strings.HasSuffix(bad[start:], good[end:]) {
			return true
		}
	}
	return false
}

func TestHostileDocumentsAreRefusedFast(t *testing.T) {
	rendertest.Fast(t, Format, map[string]string{
		"open elements":   strings.Repeat("<a>", 1_000_000) + "${secret:K}",
		"closed elements": "<a>${secret:K}" + strings.Repeat("</a>", 1_000_000),
		"ampersands":      "<a>${secret:K}" + strings.Repeat("&", 1_000_000) + "</a>",
		"half entities":   "<!DOCTYPE a><a>${secret:K}" + strings.Repeat("&a", 1_000_000) + ";</a>",
		"brackets":        "<a>${secret:K}" + strings.Repeat("<", 1_000_000) + "</a>",
		"sections":        "<a>${secret:K}" + strings.Repeat("<![CDATA[", 1_000_000) + "</a>",
		"comments":        "<a>${secret:K}" + strings.Repeat("<!--", 1_000_000) + "</a>",
		"DTD comments":    "<!DOCTYPE a [" + strings.Repeat("<!-- ${secret:K} -->", 100_000) + "<!ENTITY e '${secret:K}'>]><a/>",
		"DOCTYPE":         "<!DOCTYPE " + strings.Repeat("[<!--x-->", 1_000_000) + "<a>${secret:K}</a>",
		"quotes":          "<a " + strings.Repeat("b='${secret:K}'", 1_000_000) + "/>",
		"NULs":            "<a>${secret:K}" + strings.Repeat("\x00", 1_000_000) + "</a>",
		"high bytes":      "<a>${secret:K}" + strings.Repeat("\xff", 1_000_000) + "</a>",
		"words":           "<a>${secret:K}" + rendertest.AllWords() + "</a>",
	}, "v", 3*time.Minute, func(t *testing.T, source, _ string, err error) { rendertest.RequirePlaced(t, err, source) })
}

func TestLargeDocumentsAreRenderedFast(t *testing.T) {
	var entities strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&entities, "&e%d;", i)
	}
	rendertest.Fast(t, Format, map[string]string{
		"elements":    "<a>" + strings.Repeat("<b c='${secret:K}'>${secret:K}</b><!-- ${secret:K} -->\n", 50_000) + "</a>",
		"one text":    "<a>" + strings.Repeat("${secret:K} \\${secret:K}\n", 100_000) + "</a>",
		"one section": "<a><![CDATA[" + strings.Repeat("${secret:K} \\${secret:K}\n", 100_000) + "]]></a>",
		"one value":   "<a b='" + strings.Repeat("${secret:K} \\${secret:K}\n", 100_000) + "'/>",
		"deep":        strings.Repeat("<a>", 200_000) + "${secret:K}" + strings.Repeat("</a>", 200_000),
		"attributes":  "<a" + strings.Repeat(" b='c' d='${secret:K}'", 50_000) + "/>",
		"sections":    "<a>" + strings.Repeat("<![CDATA[x]]>${secret:K}", 50_000) + "</a>",
		"comments":    "<a>" + strings.Repeat("<!-- ${secret:K} -->", 100_000) + "${secret:K}</a>",
		"backslashes": "<a>" + strings.Repeat(`\`, 1_000_000) + "${secret:K}</a>",
		"entities":    "<!DOCTYPE a><a>${secret:K}" + entities.String() + "</a>",
	}, "]]>&", 3*time.Minute, func(t *testing.T, _, out string, err error) {
		if err != nil || !strings.Contains(out, "&amp;") && !strings.Contains(out, "]]]]><![CDATA[>&") {
			t.Errorf("%d bytes, error %v", len(out), err)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	entry := "  <service name=\"service\" enabled='true'>\n    <url>postgres://app:${secret:DATABASE_PASSWORD}@localhost/app</url>\n    <note>" + strings.Repeat("some text of a configuration ", 31) + "</note>\n  </service>\n"
	rendertest.Benchmark(b, Format, "<services>\n"+strings.Repeat(entry, 1000)+"</services>\n", "p@ss \"word\" & #1", 1_000_000)
}
