package xml

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestOnlyTheScalarChanges(t *testing.T) {
	// The values are made up, and shown.
	for name, test := range map[string]struct{ source, value, want string }{
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
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := rendertest.Render(Format, test.source, test.value)
			if err != nil {
				t.Fatal(err)
			}
			if out != test.want {
				t.Errorf("got %q, want %q", out, test.want)
			}
		})
	}
}

func TestBackslashesAreCountedInTheDecodedText(t *testing.T) {
	want := []string{"v", "${secret:K}", `\v`, `\${secret:K}`, `\\v`, `\\${secret:K}`}
	for _, around := range []string{"<a>\x00</a>", "<a b='\x00'/>", "<a b=\"\x00\"/>", "<a><![CDATA[\x00]]></a>"} {
		for _, slash := range []string{`\`, "&#92;", "&#092;", "&#x5c;", "&#x005C;"} {
			if strings.Contains(around, opening) && slash != `\` {
				continue
			}
			for n, decoded := range want {
				source := strings.Replace(around, "\x00", "é"+strings.Repeat(slash, n)+"${secret:K}", 1)
				out, refs, err := rendertest.Render(Format, source, "v")
				if err != nil {
					t.Fatal(err)
				}
				got := strings.NewReplacer(slash, `\`).Replace(out)
				if got != strings.Replace(around, "\x00", "é"+decoded, 1) {
					t.Errorf("%s: got %q", source, out)
				}
				if isRef := len(refs) == 1; isRef != (n%2 == 0) {
					t.Errorf("%s: references %v", source, refs)
				}
			}
		}
	}
}

func TestRefsAreNumbersOfSpans(t *testing.T) {
	source := "<!-- ${secret:A} --><a b='${secret:B}' c=\"\\${secret:C}\">${secret:D}<!-- ${secret:E} --><![CDATA[\\${secret:F}${secret:G}]]></a>"
	d, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Refs(), []int{1, 3, 6}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var asked []int
	out, err := d.Render(func(ref int) secret.Value {
		asked = append(asked, ref)
		return secret.Text(fmt.Sprint(ref))
	})
	want := "<!-- ${secret:A} --><a b='1' c=\"${secret:C}\">3<!-- ${secret:E} --><![CDATA[${secret:F}6]]></a>"
	if err != nil || string(out) != want {
		t.Errorf("got %q, error %v, want %q", out, err, want)
	}
	if !slices.Equal(asked, d.Refs()) {
		t.Errorf("asked for %v", asked)
	}
}

func TestErrorsHavePlaces(t *testing.T) {
	const name, tag = "in the name of", "in a tag but in the quotes"
	const root, part = "outside of the root element", "a part of a character reference"
	for what, test := range map[string]struct {
		source string
		offset int
		kind   secret.Kind
		text   string
	}{
		"a name":                    {"<a><${secret:K}/></a>", 4, secret.Invalid, name},
		"a part of a name":          {"<a><b-${secret:K}/></a>", 6, secret.Invalid, name},
		"a name, the other":         {"<a><$<secret:K>/></a>", 4, secret.Invalid, name},
		"a closing name":            {"<a></${secret:K}></a>", 5, secret.Invalid, name},
		"an attribute's name":       {"<a ${secret:K}='x'/>", 3, secret.Invalid, name},
		"between attributes":        {"<a b='c' ${secret:K}>x</a>", 9, secret.Invalid, name},
		"behind a value":            {"<a b='c'${secret:K}>x</a>", 8, secret.Invalid, tag},
		"without quotes":            {"<a b=${secret:K}>x</a>", 5, secret.Invalid, tag},
		"without quotes, blanks":    {"<a b = ${secret:K} />", 7, secret.Invalid, tag},
		"for an equals sign":        {"<a b ${secret:K}/>", 5, secret.Invalid, tag},
		"in a closing tag":          {"<a></a ${secret:K}>", 7, secret.Invalid, tag},
		"before the root":           {"${secret:K}<a/>", 0, secret.Invalid, root},
		"behind the root":           {"<a/>\n ${secret:K}", 6, secret.Invalid, root},
		"an entity's name":          {"<a>&${secret:K};</a>", 4, secret.Invalid, part},
		"a number":                  {"<a b='&#x${secret:K};'/>", 9, secret.Invalid, part},
		"an ampersand before":       {"<a>&${secret:K}</a>", 3, secret.General, "expected a character reference"},
		"an ampersand":              {"<a>x & y</a>", 5, secret.General, "expected a character reference"},
		"an unknown entity":         {"<a>&nbsp;</a>", 3, secret.General, "an entity that XML does not have"},
		"a character that is none":  {"<a>x&#0;</a>", 3, secret.General, "begins here cannot be read"},
		"no element":                {"<?xml version='1.0'?>\n", 22, secret.General, "expected an element"},
		"nothing":                   {"", 0, secret.General, "expected an element"},
		"two roots":                 {"<a/><b/>", 4, secret.General, "a second root"},
		"text before the root":      {"x<a/>", 0, secret.General, "text outside"},
		"not closed":                {"<a><b>", 4, secret.General, "is not closed"},
		"closed too often":          {"<a></a></a>", 9, secret.General, "closes another"},
		"closed crosswise":          {"<a><b></a></b>", 8, secret.General, "closes another"},
		"an open tag":               {"<a><b ", 6, secret.General, "expected the name of an attribute"},
		"no name":                   {"<a>< b></a>", 4, secret.General, "expected the name of an element"},
		"no equals sign":            {"<a b>x</a>", 4, secret.General, "expected '='"},
		"no quotes":                 {"<a b=c>x</a>", 5, secret.General, "expected a value in quotes"},
		"no blank":                  {"<a b='c'd='e'/>", 8, secret.General, "expected white space"},
		"an open value":             {"<a b='c/>", 5, secret.General, "is not closed"},
		"a bracket in a value":      {"<a b='<'/>", 6, secret.General, "cannot have '<'"},
		"an end of a section":       {"<a>]]></a>", 3, secret.General, "where no CDATA section ends"},
		"an open section":           {"<a><![CDATA[x]]</a>", 3, secret.General, "is not closed"},
		"a section outside":         {"<![CDATA[x]]><a/>", 0, secret.General, "outside of the root"},
		"an open comment":           {"<a><!-- x -- ></a>", 3, secret.General, "is not closed"},
		"dashes in a comment":       {"<a>\n<!-- x -- y --></a>", 4, secret.General, "begins here cannot be read"},
		"an instruction":            {"<a><?x ${secret:K}?></a>", 7, secret.Invalid, "cannot stand in a processing instruction"},
		"an entity":                 {"<!DOCTYPE a [<!-- ${secret:K} --><!ENTITY e '${secret:K}'>]><a/>", 45, secret.Invalid, "cannot stand in a DOCTYPE"},
		"before a comment":          {"<!DOCTYPE a [<!ENTITY e '${secret:K}'><!-- ${secret:K} -->]><a/>", 25, secret.Invalid, "cannot stand in a DOCTYPE"},
		"an open instruction":       {"<a><?x ></a>", 3, secret.General, "is not closed"},
		"an open DOCTYPE":           {"<!DOCTYPE a [ <a/>", 0, secret.General, "is not closed"},
		"a late DOCTYPE":            {"<a><!DOCTYPE a></a>", 3, secret.General, "cannot stand here"},
		"two DOCTYPEs":              {"<!DOCTYPE a><!DOCTYPE a><a/>", 12, secret.General, "cannot stand here"},
		"a declaration":             {"<a><!ELEMENT a ANY></a>", 3, secret.General, "expected a comment"},
		"a comment within one":      {"<!-- ${secret:K:--->} --><a/>", 5, secret.General, "ends within a reference"},
		"Latin-1":                   {"<a>\xe9</a>", 3, secret.General, "expected UTF-8"},
		"UTF-16":                    {"\xff\xfe<\x00a\x00/\x00>\x00", 0, secret.General, "expected UTF-8"},
		"a NUL":                     {"<a>\x00</a>", 3, secret.General, "expected UTF-8"},
		"a declared encoding":       {"<?xml version='1.0' encoding='UTF-16'?><a/>", 0, secret.General, "neither UTF-8"},
		"a character of another":    {"<?xml version='1.0' encoding='latin-1'?><a>é</a>", 0, secret.General, "neither UTF-8"},
		"not ASCII":                 {"<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>", 46, secret.General, "not ASCII"},
		"XML 1.1":                   {"<?xml version='1.1'?><a/>", 0, secret.General, "begins here cannot be read"},
		"HTML":                      {"<p>a<br>b</p>", 11, secret.General, "closes another"},
		"a name that is none":       {"<a><1/></a>", 3, secret.General, "begins here cannot be read"},
		"an error behind reference": {"<a>${secret:K}<b></a>", 19, secret.General, "closes another"},
	} {
		t.Run(what, func(t *testing.T) {
			_, _, err := rendertest.Render(Format, test.source, "v")
			rendertest.RequireError(t, err, test.offset, test.kind)
			if !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %q, want %q", err, test.text)
			}
		})
	}
}

func TestHintsSayWhatToDo(t *testing.T) {
	const quotes = `it can be in the text of an element, and in the quotes of an attribute: name="${secret:KEY}"`
	for source, want := range map[string]string{
		"<a b=${secret:K}/>":     quotes,
		"<${secret:K}/>":         quotes,
		"<a>&${secret:K};</a>":   quotes,
		"<a>${secret:K}</a>":     `the filter base64 encodes any bytes: ${secret:KEY|base64}`,
		"<a>\xe9${secret:K}</a>": toUTF8,
		"<a>\r${secret:L}\n</a>": "give the text around the reference another form",
		"<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='${secret:B}'/>": "the text of an element holds them, or the filter base64: ${secret:KEY|base64}",
	} {
		value := map[bool]string{strings.Contains(source, ":K}"): "\xff", strings.Contains(source, ":B}"): " x", strings.Contains(source, ":L}"): ""}[true]
		if _, _, err := rendertest.Render(Format, source, value); secret.Hint(err) != want {
			t.Errorf("%s: hint %q, want %q", source, secret.Hint(err), want)
		}
	}
}

func TestBlanksThatADTDDropsAreRefused(t *testing.T) {
	for _, value := range []string{" a", "a ", "a  b"} {
		for quote := range strings.SplitSeq(`'"`, "") {
			source := "<!DOCTYPE a [<!ATTLIST a b NMTOKENS #IMPLIED>]><a b=" + quote + "${secret:K}" + quote + "/>"
			_, _, err := rendertest.Render(Format, source, value)
			rendertest.RequireError(t, err, strings.Index(source, "$"), secret.Invalid)
		}
	}
}

// TestProofSeesEveryDifference hands wrong results to the proof.
func TestProofSeesEveryDifference(t *testing.T) {
	source := "<?xml version=\"1.0\"?><!-- c -->\n<a b=\"x\\\\${secret:A}\" c = 'd'>\n  é &amp;\\\\${secret:B}<e f='1'/><![CDATA[<${secret:C}]]> z<!-- ${secret:C} --> &lt;<g/>\n</a>\n"
	f, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	d := f.(*document)
	var texts render.Texts
	b, err := d.Proved(func(int) secret.Value { return secret.Text("v\"&]]>") }, d.fill, d.write, func(_ []byte, all render.Texts) error { texts = all; return nil })
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	if err := d.prove([]byte(good), texts); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what, bad string) {
		if bad == good || d.respelled(bad, good) {
			return
		}
		tried++
		if err := d.prove([]byte(bad), texts); !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	for i := range len(good) {
		try(fmt.Sprintf("byte %d dropped", i), good[:i]+good[i+1:])
		for _, b := range []byte("x'\" \\,1]>&<;/\n#") {
			try(fmt.Sprintf("%q for byte %d", b, i), good[:i]+string(b)+good[i+1:])
			try(fmt.Sprintf("%q before byte %d", b, i), good[:i]+string(b)+good[i:])
		}
	}
	for what, bad := range map[string]string{
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
	} {
		try(what, bad)
	}
	if tried < 3000 {
		t.Errorf("only %d were tried", tried)
	}
	t.Logf("%d wrong results", tried)
}

// respelled reports whether bad is good with the text of a reference, or what joins it,
// written in another way. The bytes of such a text are not compared, but what it says.
func (d *document) respelled(bad, good string) bool {
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
	began := time.Now()
	for name, source := range map[string]string{
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
	} {
		_, _, err := rendertest.Render(Format, source, "v")
		var placed *render.PlacedError
		if !errors.As(err, &placed) || placed.Offset < 0 || placed.Offset > len(source) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if took := time.Since(began); took > 3*time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestLargeDocumentsAreRenderedFast(t *testing.T) {
	began := time.Now()
	var entities strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&entities, "&e%d;", i)
	}
	for name, source := range map[string]string{
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
	} {
		out, _, err := rendertest.Render(Format, source, "]]>&")
		if err != nil || !strings.Contains(out, "&amp;") && !strings.Contains(out, "]]]]><![CDATA[>&") {
			t.Errorf("%s: %d bytes, error %v", name, len(out), err)
		}
	}
	if took := time.Since(began); took > 3*time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestErrorsQuoteNothing(t *testing.T) {
	for _, source := range []string{
		"hunter2", "<hunter2", "<a>hunter2", "<a></hunter2>", "<a hunter2>", "<a b=hunter2>", "<a>&hunter2;</a>", "<a>&hunter2</a>", "<a b='hunter2", "<!hunter2><a/>",
		"<hunter2>${secret:hunter2}</a>", "<${secret:hunter2}/>", "<a b=${secret:hunter2}/>", "<a>${secret:hunter2}</a>", "<1hunter2/>", "<?xml version='hunter2'?><a/>",
		"<?xml version='1.0' encoding='hunter2'?><a/>", "<a><!-- hunter2 -- --></a>", "<a>&#hunter2;</a>",
	} {
		_, _, err := rendertest.Render(Format, source, "hunter2\xff")
		if err == nil || strings.Contains(err.Error()+secret.Hint(err), "hunter2") {
			t.Errorf("%s: error %v", source, err)
		}
	}
}

func TestTheSourceIsLeftAlone(t *testing.T) {
	source := []byte(`<a>\\${secret:K}<!-- ${secret:K} --></a>`)
	d, err := Format(source, rendertest.Find(string(source)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := d.Render(func(int) secret.Value { return secret.Text("v") })
		if err != nil || string(out) != `<a>\v<!-- ${secret:K} --></a>` {
			t.Fatalf("%q, error %v", out, err)
		}
		clear(out)
	}
	if string(source) != `<a>\\${secret:K}<!-- ${secret:K} --></a>` {
		t.Error("rendering changed the source")
	}
}

func BenchmarkRender(b *testing.B) {
	entry := "  <service name=\"service\" enabled='true'>\n    <url>postgres://app:${secret:DATABASE_PASSWORD}@localhost/app</url>\n    <note>" + strings.Repeat("some text of a configuration ", 31) + "</note>\n  </service>\n"
	source := slices.Concat([]byte("<services>\n"), bytes.Repeat([]byte(entry), 1000), []byte("</services>\n"))
	spans := rendertest.Find(string(source))
	if len(spans) != 1000 || len(source) < 1_000_000 {
		b.Fatalf("%d references in %d bytes", len(spans), len(source))
	}
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		d, err := Format(source, spans)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Render(func(int) secret.Value { return secret.Text("p@ss \"word\" & #1") }); err != nil {
			b.Fatal(err)
		}
	}
}
