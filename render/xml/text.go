package xml

import (
	"bytes"
	"strings"
)

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
