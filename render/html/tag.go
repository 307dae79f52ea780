package html

import (
	"bytes"
	"strings"
)

// attribute is where an attribute stands in a tag.
type attribute struct {
	name       string // in lower case
	start, end int    // of the value, without its quotes
	place      place  // of the value; 0 if there is none
	twice      bool   // one of its name stands before it: browsers drop this one
}

const blanks = " \t\n\r\f"

// attributesOf reads a tag as browsers do. It is complete, from '<' to '>'.
func attributesOf(tag []byte) (all []attribute) {
	names := map[string]bool{}
	at := until(tag, 1, blanks+"/>")
	for {
		at = behind(tag, at, blanks+"/")
		if tag[at] == '>' {
			return all
		}
		end := until(tag, at+1, blanks+"/>=")
		a := attribute{name: lower(tag[at:end]), start: end, end: end}
		a.twice = names[a.name]
		names[a.name] = true
		at = a.read(tag, end)
		all = append(all, a)
	}
}

// lower changes letters of ASCII only.
func lower(name []byte) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		return c
	}, string(name))
}

// read reads the value of an attribute whose name ends at at, and gives its end.
func (a *attribute) read(tag []byte, at int) int {
	equals := behind(tag, at, blanks)
	if tag[equals] != '=' {
		return at
	}
	start := behind(tag, equals+1, blanks)
	switch c := tag[start]; c {
	case '>':
		return start
	case '"', '\'':
		a.place, a.start = place(c), start+1
		a.end = until(tag, a.start, string(c))
		return min(a.end+1, len(tag)-1)
	}
	a.place, a.start = unquoted, start
	a.end = until(tag, start, blanks+">")
	return a.end
}

// until gives the offset of the first byte from at on that is one of chars, or of the
// last byte.
func until(tag []byte, at int, chars string) int {
	if n := bytes.IndexAny(tag[at:], chars); n >= 0 {
		return at + n
	}
	return len(tag) - 1
}

// behind gives the offset of the first byte from at on that is none of chars, or of the
// last byte.
func behind(tag []byte, at int, chars string) int {
	return min(len(tag)-len(bytes.TrimLeft(tag[at:], chars)), len(tag)-1)
}

// urls are attributes that hold a URL which browsers go to.
var urls = []string{"href", "src", "action", "formaction", "data", "xlink:href", "poster", "background", "cite", "codebase", "longdesc", "ping", "manifest", "to", "from", "values"}

// language is what an attribute is written in, if that is another one than HTML.
func (a attribute) language() string {
	switch {
	case strings.HasPrefix(a.name, "on"):
		return "JavaScript"
	case a.name == "style":
		return "CSS"
	case a.name == "srcdoc":
		return "a document of its own"
	}
	return ""
}
