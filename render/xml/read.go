package xml

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

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

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func errorf(offset int, format string, args ...any) error {
	return render.Errorf(offset, secret.General, "not XML: "+format, args...)
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `it can be in the text of an element, and in the quotes of an attribute: name="${secret:KEY}"`)
}
