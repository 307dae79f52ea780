package html

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// checkBytes looks at what the document is written in.
func (d *document) checkBytes() error {
	at := render.IndexNotText(d.Source)
	if at < 0 {
		return nil
	}
	err := secret.Errorf(secret.General, "not HTML: expected UTF-8, without NUL bytes")
	return &render.PlacedError{Offset: at, Err: secret.WithHint(err, toUTF8)}
}

const toUTF8 = "write the document in UTF-8, and that in its meta element"

// mask makes the text that is read: the source with each reference as a word. In comments
// they come back when they are found to be there.
func (d *document) mask() (err error) {
	d.Masked, err = render.MaskUnused(d.Source, d.Spans)
	return err
}

// reader goes through the masked text once.
type reader struct {
	*document
	*tokens
	next    int    // the first span that is not dealt with
	within  string // the element whose tag was the last token
	foreign int    // svg and math elements that are open
	unsure  bool   // from here on readers may differ
}

func (d *document) read() error {
	r := &reader{document: d, tokens: newTokens(d.Masked)}
	for {
		token := r.tokens.next()
		if token.kind == ending {
			return r.ending()
		}
		if err := r.token(token); err != nil {
			return err
		}
		r.within = ""
		if token.kind == startTag || token.kind == selfClosing {
			r.within = token.name
		}
	}
}

func (r *reader) ending() error {
	if r.end < len(r.Masked) || r.start < r.end {
		return render.Errorf(min(r.start, len(r.Masked)), secret.General, "not HTML: the tag that begins here is not closed")
	}
	if at := bytes.IndexFunc(r.Source, func(c rune) bool { return c > 0x7f }); r.ascii && at >= 0 {
		err := secret.Errorf(secret.General, "a character that is not ASCII, where a meta element names another character set than UTF-8")
		return &render.PlacedError{Offset: at, Err: secret.WithHint(err, toUTF8)}
	}
	return nil
}

// token looks for references in a token.
func (r *reader) token(t token) error {
	has := r.next < len(r.Spans) && r.Spans[r.next].Start < r.end
	if has && r.unsure && t.kind != comment {
		return misplaced(r.Spans[r.next].Start, "before this reference there is a CDATA section, or markup of SVG or MathML that browsers read by other rules")
	}
	switch t.kind {
	case textToken:
		return r.text(t, has)
	case comment, doctype:
		return r.comment(has)
	}
	r.count(t)
	if !has {
		return nil
	}
	return r.tag(t)
}

// count keeps what is to be known about the tags before.
func (r *reader) count(t token) {
	if t.name == "svg" || t.name == "math" {
		switch t.kind {
		case startTag:
			r.foreign++
		case endTag:
			r.foreign = max(0, r.foreign-1)
		}
	}
	if t.name != "meta" {
		return
	}
	for _, a := range t.attrs {
		charset := a.value
		if a.name == "content" {
			_, charset, _ = strings.Cut(strings.ToLower(a.value), "charset=")
			charset, _, _ = strings.Cut(charset, ";")
		} else if a.name != "charset" {
			continue
		}
		charset = strings.Trim(charset, blanks+`"'`)
		r.ascii = r.ascii || charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8")
	}
}

// raws are elements that have no markup in them, with what it is that they have.
var raws = map[string]string{
	"script": "a script", "style": "CSS", "title": "", "textarea": "",
	"iframe": "text without escapes", "noembed": "text without escapes", "noframes": "text without escapes",
	"xmp": "text without escapes", "plaintext": "text without escapes",
}

func (r *reader) text(t token, has bool) error {
	what, isRaw := raws[r.within]
	if isRaw && r.foreign > 0 {
		what = "markup to one browser and text to another"
		r.unsure = r.unsure || bytes.IndexByte(r.raw(), '<') >= 0
	}
	if !has {
		return nil
	}
	if what != "" {
		return another(r.Spans[r.next].Start, "a reference cannot stand in "+r.within+", which holds "+what)
	}
	if isRaw && bytes.IndexByte(r.raw(), '<') >= 0 {
		why := fmt.Sprintf("the text of this %s has a '<' in it, which not all readers take for text", r.within)
		return render.Refusal(r.Spans[r.next].Start, why, "write &lt; for it")
	}
	s := scalar{start: r.start, end: r.end, text: []byte(t.text), place: text}
	s.isTrimmed = r.within == "pre" || r.within == "listing" || r.within == "textarea"
	return r.take(s)
}

// comment passes by the references of a comment. To a reader that does not know them it
// must end at the same place.
func (r *reader) comment(has bool) error {
	isSection := bytes.HasPrefix(r.raw(), []byte("<![CDATA["))
	r.unsure = r.unsure || isSection
	if !has {
		return nil
	}
	first := r.Spans[r.next].Start
	if !bytes.HasPrefix(r.raw(), []byte("<!")) || isSection {
		return misplaced(first, "a reference cannot stand in what browsers take for a comment, and other programs for an instruction or for text")
	}
	for ; r.next < len(r.Spans) && r.Spans[r.next].Start < r.end; r.next++ {
		s := r.Spans[r.next]
		copy(r.document.Masked[s.Start:s.End], r.Source[s.Start:s.End])
	}
	if one := newTokens(r.Masked[r.start:r.end]); one.next().kind == ending || one.end != r.end-r.start {
		return render.Errorf(first, secret.General, "not HTML: a comment ends within a reference")
	}
	return nil
}

// tag looks for the references of a tag in the values of its attributes.
func (r *reader) tag(t token) error {
	if t.kind != endTag {
		decoded := map[string]string{}
		for _, a := range t.attrs {
			decoded[a.name] = a.value
		}
		for _, a := range attributesOf(r.raw()) {
			if err := r.attribute(a, decoded[a.name]); err != nil {
				return err
			}
		}
	}
	if r.next < len(r.Spans) && r.Spans[r.next].Start < r.end {
		return misplaced(r.Spans[r.next].Start, "a reference cannot stand in a tag but in the value of an attribute")
	}
	return nil
}

// attribute reads the value of an attribute, decoded too, if it has references.
func (r *reader) attribute(a attribute, decoded string) error {
	start, end := r.start+a.start, r.start+a.end
	if r.next == len(r.Spans) || r.Spans[r.next].Start >= end {
		return nil
	}
	offset := r.Spans[r.next].Start
	switch {
	case offset < start:
		return misplaced(offset, "a reference cannot stand in a tag but in the value of an attribute")
	case a.twice:
		return misplaced(offset, "the attribute stands twice, and browsers drop the second one")
	case a.language() != "":
		return another(offset, "a reference cannot stand in this attribute, which holds "+a.language())
	case isScript([]byte(decoded)):
		return another(offset, "a reference cannot stand in a URL that is a script")
	}
	return r.take(scalar{start: start, end: end, text: []byte(decoded), place: a.place, isURL: slices.Contains(urls, a.name)})
}

// take finds the references in a scalar.
func (r *reader) take(s scalar) error {
	s.splices = r.Find(s.start, s.end, unit)
	own := s.start // where the text of the document begins that stands directly before
	for _, each := range s.splices {
		if isHalf(r.Masked[own:each.Begin]) {
			return misplaced(each.Start, "behind an '&' and letters or digits a value could make another character of them")
		}
		own = each.End
	}
	r.next += len(s.splices)
	r.scalars = append(r.scalars, s)
	return nil
}

// unit gives the last byte of the character or the character reference at the beginning of
// raw, and its length.
func unit(raw []byte) (char rune, size int) {
	if raw[0] != '&' {
		return rune(raw[0]), 1
	}
	size = 1 + len(raw[1:]) - len(bytes.TrimLeftFunc(raw[1:], isOfReference))
	if size < len(raw) && raw[size] == ';' {
		size++
	}
	decoded := html.UnescapeString(string(raw[:size]))
	return rune(decoded[len(decoded)-1]), size
}

// isHalf reports whether text ends in what may be the beginning of a character reference.
func isHalf(text []byte) bool {
	return bytes.HasSuffix(bytes.TrimRightFunc(text, isOfReference), []byte("&"))
}

func isOfReference(c rune) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '#'
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `it can be in the text of an element, and in the quotes of an attribute: name="${secret:KEY}"`)
}

// another is the error for a reference in a text of another language.
func another(offset int, why string) error {
	return render.Refusal(offset, why, `a script can read the value from an attribute, data-key="${secret:KEY}", or from a file of its own, as JSON`)
}
