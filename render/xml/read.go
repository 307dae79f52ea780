package xml

import (
	"bytes"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// checkBytes looks at what the document is written in.
func (d *document) checkBytes() error {
	encoding := declaredEncoding(d.Source)
	d.ascii = encoding != "" && encoding != "utf-8"
	if d.ascii && !hasASCII(encoding) {
		return withHint(0, "not XML: a declared encoding that is neither UTF-8 nor has ASCII in it", toUTF8)
	}
	if at := badChar(d.Source); at >= 0 {
		return withHint(at, "not XML: expected UTF-8, without control characters", toUTF8)
	}
	if at := bytes.IndexFunc(d.Source, func(c rune) bool { return c > 0x7f }); d.ascii && at >= 0 {
		return withHint(at, "a character that is not ASCII, where another encoding than UTF-8 is declared", toUTF8)
	}
	return nil
}

const toUTF8 = `write the document in UTF-8, and nothing else behind encoding= in its first line`

func withHint(offset int, what, hint string) error {
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(secret.Errorf(secret.General, "%s", what), "%s", hint)}
}

// declaredEncoding is what the XML declaration says, in lower case.
func declaredEncoding(source []byte) string {
	rest, ok := bytes.CutPrefix(bytes.TrimPrefix(source, []byte("\ufeff")), []byte("<?xml"))
	declaration, _, found := bytes.Cut(rest, []byte("?>"))
	if !ok || !found || len(rest) == 0 || !isBlank(rest[0]) {
		return ""
	}
	_, behind, ok := bytes.Cut(declaration, []byte("encoding"))
	behind = bytes.TrimLeft(behind, " \t\r\n=")
	if !ok || len(behind) == 0 {
		return ""
	}
	name, _, _ := bytes.Cut(behind[1:], behind[:1])
	return strings.ToLower(string(name))
}

// hasASCII reports whether the bytes of ASCII are its characters in an encoding.
func hasASCII(encoding string) bool {
	for _, family := range []string{"us-ascii", "ascii", "iso-8859-", "windows-125", "koi8-"} {
		if strings.HasPrefix(encoding, family) {
			return true
		}
	}
	return false
}

// mask makes the text that is read: the source with each reference as a word. In comments
// they come back when they are found to be there, for that is how other readers see them.
func (d *document) mask() error {
	word := render.UnusedWord(d.Source)
	if word == "" {
		return errorf(0, "every word that could stand for a reference is in the text")
	}
	d.Masked = render.Mask(d.Source, d.Spans, word)
	return nil
}

// reader goes through the masked text once.
type reader struct {
	*document
	at      int
	next    int          // the first span that is not dealt with
	open    []namedPlace // the elements that have to be closed, the innermost last
	rooted  bool         // the root element has begun
	doctype bool
}

// namedPlace is where the name of an element, or a comment, stands.
type namedPlace struct{ start, end int }

func (d *document) read() error {
	r := &reader{document: d}
	if bytes.HasPrefix(d.Masked, []byte("\ufeff")) {
		r.at = len("\ufeff")
	}
	for r.at < len(r.Masked) {
		if err := r.piece(); err != nil {
			return err
		}
	}
	switch {
	case len(r.open) > 0:
		return errorf(r.open[len(r.open)-1].start, "the element that begins here is not closed")
	case !r.rooted:
		return errorf(len(r.Masked), "the document ends, expected an element")
	}
	return nil
}

// piece reads a tag, or what stands between two of them.
func (r *reader) piece() error {
	switch rest := r.Masked[r.at:]; {
	case rest[0] != '<':
		return r.text()
	case bytes.HasPrefix(rest, []byte("<!--")):
		return r.skip("<!--", "-->", "comment")
	case bytes.HasPrefix(rest, []byte("<?")):
		return r.skip("<?", "?>", "processing instruction")
	case bytes.HasPrefix(rest, []byte(opening)):
		return r.section()
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")):
		return r.skipDoctype()
	case bytes.HasPrefix(rest, []byte("<!")):
		return errorf(r.at, "expected a comment or a CDATA section behind <!")
	case bytes.HasPrefix(rest, []byte("</")):
		return r.endTag()
	}
	return r.startTag()
}

// skip passes by what stands between two marks. It looks at the source, in which there
// are no references to a reader that does not know them.
func (r *reader) skip(begin, end, what string) error {
	n := bytes.Index(r.Source[r.at+len(begin):], []byte(end))
	if n < 0 {
		return errorf(r.at, "the %s that begins here is not closed", what)
	}
	return r.pass(r.at+len(begin)+n+len(end), what)
}

// pass takes the references in comments before end for text. Elsewhere there can be none:
// a value has no form there in which every reader finds it.
func (r *reader) pass(end int, what string) error {
	comment := namedPlace{r.at, r.at}
	for ; r.next < len(r.Spans) && r.Spans[r.next].Start < end; r.next++ {
		s := r.Spans[r.next]
		if s.End > end {
			return errorf(s.Start, "the %s ends within a reference", what)
		}
		for comment.end <= s.Start && comment.start >= 0 {
			comment = nextComment(r.Source[:end], comment.end)
		}
		if comment.start < 0 || comment.start > s.Start {
			return misplaced(s.Start, "a reference cannot stand in a "+what)
		}
		copy(r.Masked[s.Start:s.End], r.Source[s.Start:s.End])
	}
	r.at = end
	return nil
}

// nextComment is where the next comment stands, -1 if there is none.
func nextComment(text []byte, at int) namedPlace {
	begin := bytes.Index(text[at:], []byte("<!--"))
	if begin < 0 {
		return namedPlace{-1, len(text)}
	}
	begin += at
	if n := bytes.Index(text[begin:], []byte("-->")); n >= 0 {
		return namedPlace{begin, begin + n + len("-->")}
	}
	return namedPlace{begin, len(text)}
}

func (r *reader) skipDoctype() error {
	if r.rooted || r.doctype {
		return errorf(r.at, "a DOCTYPE cannot stand here")
	}
	end := doctypeEnd(r.Source, r.at)
	if end < 0 {
		return errorf(r.at, "the DOCTYPE that begins here is not closed")
	}
	r.doctype = true
	r.lists = bytes.Contains(r.Source[r.at:end], []byte("<!ATTLIST"))
	return r.pass(end, "DOCTYPE")
}

// doctypeEnd is where the DOCTYPE ends that begins at start, or -1.
func doctypeEnd(text []byte, start int) int {
	depth := 0
	for i := start; i < len(text); {
		end := ""
		switch c := text[i]; {
		case bytes.HasPrefix(text[i:], []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(text[i:], []byte("<?")):
			end = "?>"
		case c == '"', c == '\'':
			end = string(c)
		case c == '<':
			depth++
		case c == '>':
			depth--
		}
		i++
		if end != "" {
			n := bytes.Index(text[i:], []byte(end))
			if n < 0 {
				return -1
			}
			i += n + len(end)
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// text reads the text of an element, or blanks outside of all.
func (r *reader) text() error {
	end := len(r.Masked)
	if n := bytes.IndexByte(r.Masked[r.at:], '<'); n >= 0 {
		end = r.at + n
	}
	if len(r.open) == 0 {
		return r.blanks(end)
	}
	if n := bytes.Index(r.Masked[r.at:end], []byte(closing)); n >= 0 {
		return errorf(r.at+n, "]]> where no CDATA section ends")
	}
	return r.take(end, text)
}

func (r *reader) blanks(end int) error {
	for ; r.at < end; r.at++ {
		switch {
		case isBlank(r.Masked[r.at]):
		case r.next < len(r.Spans) && r.Spans[r.next].Start == r.at:
			return misplaced(r.at, "a reference cannot stand outside of the root element")
		default:
			return errorf(r.at, "text outside of the root element")
		}
	}
	return nil
}

func (r *reader) section() error {
	n := bytes.Index(r.Masked[r.at:], []byte(closing))
	switch {
	case n < 0:
		return errorf(r.at, "the CDATA section that begins here is not closed")
	case len(r.open) == 0:
		return errorf(r.at, "a CDATA section outside of the root element")
	}
	end := r.at + n
	r.at += len(opening)
	err := r.take(end, cdata)
	r.at += len(closing)
	return err
}

// endTag reads a closing tag.
func (r *reader) endTag() error {
	r.at += len("</")
	name, err := r.name("an element")
	if err != nil {
		return err
	}
	if len(r.open) == 0 || !bytes.Equal(r.bytes(name), r.bytes(r.open[len(r.open)-1])) {
		return errorf(name.start, "the tag closes another element than the one that is open")
	}
	r.open = r.open[:len(r.open)-1]
	r.skipBlanks()
	return r.expect('>')
}

func (r *reader) bytes(p namedPlace) []byte { return r.Masked[p.start:p.end] }

func (r *reader) startTag() error {
	if r.rooted && len(r.open) == 0 {
		return errorf(r.at, "a second root element")
	}
	r.at++
	r.rooted = true
	name, err := r.name("an element")
	for err == nil {
		blanks := r.skipBlanks()
		switch rest := r.Masked[r.at:]; {
		case bytes.HasPrefix(rest, []byte("/>")):
			r.at += len("/>")
			return nil
		case bytes.HasPrefix(rest, []byte(">")):
			r.at++
			r.open = append(r.open, name)
			return nil
		case blanks == 0:
			return r.unexpected("white space, '>' or '/>'")
		}
		err = r.attribute()
	}
	return err
}

// name reads the name of something. A reference cannot be in it.
func (r *reader) name(of string) (namedPlace, error) {
	start := r.at
	n := bytes.IndexAny(r.Masked[start:], " \t\r\n=/<>\"'&")
	if n < 0 {
		n = len(r.Masked) - start
	}
	r.at += n
	if r.next < len(r.Spans) && r.Spans[r.next].Start < r.at {
		return namedPlace{}, misplaced(r.Spans[r.next].Start, "a reference cannot stand in the name of "+of+", or between attributes")
	}
	if n == 0 {
		return namedPlace{}, errorf(start, "expected the name of %s", of)
	}
	return namedPlace{start, r.at}, nil
}

// attribute reads a name with a value in quotes.
func (r *reader) attribute() error {
	if _, err := r.name("an attribute"); err != nil {
		return err
	}
	r.skipBlanks()
	if err := r.expect('='); err != nil {
		return err
	}
	r.skipBlanks()
	if r.at == len(r.Masked) || r.Masked[r.at] != '"' && r.Masked[r.at] != '\'' {
		return r.unexpected("a value in quotes")
	}
	quote := r.Masked[r.at]
	n := bytes.IndexByte(r.Masked[r.at+1:], quote)
	if n < 0 {
		return errorf(r.at, "the value that begins here is not closed")
	}
	r.at++
	end := r.at + n
	if n := bytes.IndexByte(r.Masked[r.at:end], '<'); n >= 0 {
		return errorf(r.at+n, "the value of an attribute cannot have '<' in it, expected &lt;")
	}
	err := r.take(end, place(quote))
	r.at++
	return err
}

// skipBlanks passes by white space and gives its length.
func (r *reader) skipBlanks() int {
	start := r.at
	for r.at < len(r.Masked) && isBlank(r.Masked[r.at]) {
		r.at++
	}
	return r.at - start
}

func (r *reader) expect(c byte) error {
	if r.at == len(r.Masked) || r.Masked[r.at] != c {
		return r.unexpected("'" + string(c) + "'")
	}
	r.at++
	return nil
}

// unexpected is the error for what stands here in a tag.
func (r *reader) unexpected(expected string) error {
	if r.next < len(r.Spans) && r.Spans[r.next].Start == r.at {
		return misplaced(r.at, "a reference cannot stand in a tag but in the quotes of an attribute")
	}
	return errorf(r.at, "expected %s", expected)
}

// take finds the references in a text that ends at end, and goes there.
func (r *reader) take(end int, p place) error {
	unit := byteUnit
	if p != cdata {
		unit = charUnit
		if err := r.checkReferences(end); err != nil {
			return err
		}
	}
	splices := r.Find(r.at, end, unit)
	for i := range splices {
		splices[i].Place = byte(p)
	}
	r.at, r.next = end, r.next+len(splices)
	return nil
}

// byteUnit is a unit where there are no character references.
func byteUnit(raw []byte) (char rune, size int) { return rune(raw[0]), 1 }

// charUnit gives the byte at the beginning of raw, and its length; a backslash too if a
// character reference says so.
func charUnit(raw []byte) (char rune, size int) {
	if raw[0] != '&' {
		return rune(raw[0]), 1
	}
	n := bytes.IndexByte(raw, ';') // there is one, as checkReferences knows
	if number, ok := bytes.CutPrefix(raw[1:n], []byte("#")); ok && isBackslash(string(number)) {
		return '\\', n + 1
	}
	return rune(raw[0]), n + 1
}

// checkReferences says whether all character references and entities in a text that ends
// at end can be read, and keeps the entities.
func (r *reader) checkReferences(end int) error {
	next := r.next
	for at := r.at; ; {
		n := bytes.IndexByte(r.Masked[at:end], '&')
		if n < 0 {
			return nil
		}
		at += n
		for next < len(r.Spans) && r.Spans[next].Start < at {
			next++
		}
		size, err := r.reference(at, end, next)
		if err != nil {
			return err
		}
		at += size
	}
}

// reference reads the character reference or entity that begins at at, in a text that ends
// at end, and gives its length. The span of the number next is the first behind at.
func (r *reader) reference(at, end, next int) (size int, err error) {
	n := bytes.IndexAny(r.Masked[at+1:end], "; \t\r\n&")
	if n < 0 || r.Masked[at+1+n] != ';' {
		return 0, errorf(at, "expected a character reference behind '&', or &amp;")
	}
	size = n + len("&;")
	if next < len(r.Spans) && r.Spans[next].Start < at+size {
		return 0, misplaced(r.Spans[next].Start, "a reference cannot be a part of a character reference")
	}
	name := string(r.Masked[at+1 : at+1+n])
	switch name {
	case "amp", "lt", "gt", "quot", "apos":
		return size, nil
	}
	if strings.HasPrefix(name, "#") {
		return size, nil
	}
	if !r.doctype {
		return 0, errorf(at, "an entity that XML does not have, and no DOCTYPE to declare it")
	}
	r.entities[name] = "&" + name + ";"
	return size, nil
}

// isBackslash reports whether a number, as it stands in a character reference, is that of
// a backslash.
func isBackslash(number string) bool {
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		return strings.ToLower(strings.TrimLeft(hex, "0")) == "5c"
	}
	return strings.TrimLeft(number, "0") == "92"
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func errorf(offset int, format string, args ...any) error {
	return render.Errorf(offset, secret.General, "not XML: "+format, args...)
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `it can be in the text of an element, and in the quotes of an attribute: name="${secret:KEY}"`)
}
