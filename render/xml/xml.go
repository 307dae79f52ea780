// Package xml renders XML. A value becomes a part of the text of an element or of the
// value of an attribute, and never more than that.
//
// # Dialect
//
// XML 1.0 in UTF-8, with or without a byte order mark, as a well-formed document: one
// root element, each element closed. Another encoding may be declared if it has ASCII in
// it (US-ASCII, ISO-8859-…, windows-125…, KOI8-…) and the document has nothing else; then
// no value brings in other characters, for they are written as character references.
// Other encodings are errors, and so is a document that is not in the encoding that it
// declares. Entities may be used if there is a DOCTYPE, which is not read: they may be
// declared in another file.
//
// What no value can change is not looked at: whether an attribute stands twice, whether a
// prefix has a name space, whether the document is valid.
//
// # Places
//
//	<url>pg://${secret:P}@db</url>        the text of an element
//	<key><![CDATA[${secret:K}]]></key>    a CDATA section
//	<add value="${secret:K}"/>            the value of an attribute, in either quotes
//	<add value=${secret:K}/>              an attribute without quotes: an error
//	<${secret:K}>, <a ${secret:K}="">     in a name, or between attributes: an error
//	&${secret:K};                         a part of a character reference: an error
//	<?pi ${secret:K}?>                    in a processing instruction or a DOCTYPE: an
//	                                      error
//	<!-- ${secret:K} -->                  in a comment, also in a DOCTYPE: text
//
// A value that XML cannot hold is an error: most control characters, U+FFFE and U+FFFF,
// what is not UTF-8.
//
// # How a value is put in
//
//   - text: with &amp; &lt; &gt;. A carriage return is &#13;, since readers make a line
//     feed of it, and so is a line feed behind a carriage return of the document; a
//     closing bracket at its end is &#93;, lest it be a part of "]]>"; DEL, the control
//     characters behind it, U+2028 and U+2029 are character references too.
//   - attribute: the same, and the quotes that it stands in are &quot; or &#39;. Tabs and
//     line ends are character references, since readers make blanks of them.
//   - CDATA: as it is. Where it would end the section, or cannot stand in one (a carriage
//     return), the section is closed and another one opened.
//
// A DTD may say that the value of an attribute is a list of words, of which readers drop
// blanks. Where the DOCTYPE has an ATTLIST, a value with a blank at one of its ends or
// two of them in a row is an error in an attribute.
//
// # Escapes
//
// Character references are read first. Of n backslashes that they leave directly before a
// reference n/2 remain, and if n is odd the reference is literal text, which is encoded as
// a value would be. A CDATA section is a text of its own: backslashes before it do not
// count.
//
// # Proof
//
// The result is read again by the standard library's encoding/xml, token by token beside
// the document. Each token without a reference must be the same bytes. Text with one,
// CDATA sections joined to what is beside them, must decode to the decoded text of the
// document with the values put in; so must the attributes of a tag with one, and all in
// the tag but their values must be the same bytes.
package xml

import (
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is an XML document that was read.
type document struct {
	render.Spliced                   // of which comments are as they were
	entities       map[string]string // those of the document's own that it uses
	ascii          bool              // nothing else may be in it
	lists          bool              // a DTD says of attributes what they hold
}

// place is where in a document a reference stands. That of an attribute is its quote.
type place byte

const (
	text        place = 't'
	cdata       place = 'c'
	doubleQuote place = '"'
	singleQuote place = '\''
)

// Format reads an XML document. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{Spliced: render.Spliced{Source: source, Spans: spans}, entities: map[string]string{}}
	if err := d.checkBytes(); err != nil {
		return nil, err
	}
	if err := d.mask(); err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	if err := d.checkLibrary(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	return d.Fill(texts, d.Splices, value, d.check)
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	return d.Append(dst, 0, len(d.Source), d.Splices, func(dst []byte, s render.Splice) []byte {
		return d.appendSplice(dst, texts[s.Ref], s)
	}), nil
}

// appendSplice appends a text in the place of a splice.
func (d *document) appendSplice(dst, text []byte, s render.Splice) []byte {
	if place(s.Place) == cdata {
		return d.appendSection(dst, text, d.Source[s.End:])
	}
	return d.appendText(dst, text, place(s.Place))
}
