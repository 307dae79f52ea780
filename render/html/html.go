// Package html renders HTML. A value becomes a part of the text of an element or of the
// value of an attribute, and never more than that.
//
// # Dialect
//
// HTML as browsers read it, in UTF-8, by the tokenization rules of the standard: names in
// any case, attributes in either quotes, without quotes and without a value, elements
// that are not closed. If a meta element names another character set, the document has to
// be ASCII, and values are written in ASCII.
//
// It is a package of its own and not a part of XML's: what is an error there, as an open
// element, has a meaning here, and what ends a text or begins a tag differs.
//
// # Places
//
//	<p>pg://${secret:P}@db</p>            the text of an element, also of title and textarea,
//	                                      if these have no '<' in them
//	<input value="${secret:K}" hidden>    the value of an attribute, in either quotes
//	<input value=a-${secret:K}>           without quotes: it gets some
//	<${secret:K}>, <a ${secret:K}>        in a name, or in place of one: an error
//	<script>f("${secret:K}")</script>     in script, style, and in the attributes on…, style
//	                                      and srcdoc: an error, for it is a text of another
//	                                      language, which would have to be read
//	<a href="javascript:${secret:K}">     the same
//	<!-- ${secret:K} -->                  in a comment or the DOCTYPE: text
//	<?php ${secret:K} ?>, <![CDATA[…]]>   what browsers take for a comment and others do
//	                                      not: an error
//
// In SVG and MathML title, style and the like are read by other rules, which a tokenizer
// does not know. A reference in them is an error, and so is one behind them if they have a
// '<' in them, or behind a CDATA section. What is in noscript is read as if there were no
// scripts.
//
// # How a value is put in
//
// With &amp; &lt; &gt; and, in an attribute, &quot; or &#39; for the quotes that it stands
// in; a carriage return is &#13;. It is an error
//
//   - if it has control characters but tabs and line ends, or is not UTF-8
//   - if it makes the URL of an attribute, href or src for example, begin with javascript:
//   - if it begins with a line feed directly behind <pre>, <listing> or <textarea>, where
//     browsers drop one
//
// Directly behind an '&' and letters or digits a reference is an error, since a value
// could make another character of them.
//
// # Escapes
//
// Character references are read first. Of n backslashes that they leave directly before a
// reference n/2 remain, and if n is odd the reference is literal text, which is encoded as
// a value would be.
//
// # Proof
//
// The result is read again, token by token beside the document. Each token without a
// reference must be the same bytes; text with one must decode to the decoded text of the
// document with the values put in, and so must each attribute of a tag with one, while all
// in the tag but their values must be the same bytes.
package html

import (
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Format = Format

// document is an HTML document that was read.
type document struct {
	render.Spliced          // of which comments are as they were
	scalars        []scalar // ascending
	ascii          bool     // nothing else may be in it
}

// scalar is a text or the value of an attribute with references in it.
type scalar struct {
	start, end int    // without quotes
	text       []byte // of Masked, decoded
	splices    []render.Splice
	place      place
	isURL      bool
	isTrimmed  bool // browsers drop a line end at its beginning
}

// place is where a scalar stands. That of an attribute in quotes is its quote.
type place byte

const (
	text        place = 't'
	unquoted    place = 'u'
	doubleQuote place = '"'
	singleQuote place = '\''
)

// Format reads an HTML document. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	d := &document{Spliced: render.Spliced{Source: source, Spans: spans}}
	if err := d.checkBytes(); err != nil {
		return nil, err
	}
	if err := d.mask(); err != nil {
		return nil, err
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *document) Render(value func(ref int) secret.Value) ([]byte, error) {
	return d.Proved(value, d.fill, d.write, d.prove)
}

func (d *document) fill(texts render.Texts, value render.Values) error {
	for _, s := range d.scalars {
		if err := d.fillScalar(texts, s, value); err != nil {
			return err
		}
	}
	return nil
}

// fillScalar puts in the texts of a scalar, if it can hold them.
func (d *document) fillScalar(texts render.Texts, scalar scalar, value render.Values) error {
	err := d.Fill(texts, scalar.splices, value, func(text []byte, s render.Splice) error { return check(text, scalar, s) })
	if err != nil || !scalar.isURL {
		return err
	}
	if url, _ := d.decoded(scalar, texts); isScript(url) {
		return another(scalar.splices[0].Start, "with the value put in, the URL would begin with the name of a script language")
	}
	return nil
}

// write appends the source with texts in their places.
func (d *document) write(dst []byte, texts render.Texts) ([]byte, error) {
	at := 0
	for _, s := range d.scalars {
		dst = append(dst, d.Source[at:s.start]...)
		dst = d.appendScalar(dst, s, texts)
		at = s.end
	}
	return append(dst, d.Source[at:]...), nil
}

// decoded gives the text of a scalar with texts in it.
func (d *document) decoded(s scalar, texts render.Texts) (whole []byte, ok bool) {
	return d.Decoded(s.text, s.start, s.end, texts)
}
