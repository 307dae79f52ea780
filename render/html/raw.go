package html

import (
	"bytes"
	"strings"
)

func (t *tokens) rawText(within string) string {
	text := lineEnds(t.raw())
	if within == "title" || within == "textarea" {
		return unescape(text, false)
	}
	return text
}

// elements without markup: their text ends with their end tag alone.
var withoutMarkup = []string{"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"}

// rawEnd is where the text of an element without markup ends that begins at at.
func rawEnd(src []byte, at int, name string) int {
	switch name {
	case "plaintext":
		return len(src)
	case "script":
		return scriptEnd(src, at)
	}
	for {
		n := bytes.Index(src[at:], []byte("</"))
		if n < 0 {
			return len(src)
		}
		if at += n; isEndTag(src[at:], name) {
			return at
		}
		at += len("</")
	}
}

// isEndTag reports whether an end tag of that name begins here.
func isEndTag(rest []byte, name string) bool { return isTag(rest, "</"+name) }

func isTag(rest []byte, head string) bool {
	return len(rest) > len(head) && strings.EqualFold(string(rest[:len(head)]), head) && isBlankOr(rest[len(head)], "/>")
}

// scriptEnd is rawEnd for a script, in which <!-- hides a script within it (13.2.5.15 and
// those behind it).
func scriptEnd(src []byte, at int) int {
	escaped, double := false, false
	for ; at < len(src); at++ {
		rest := src[at:]
		switch {
		case rest[0] == '-' && escaped && bytes.HasPrefix(rest, []byte("-->")):
			escaped, double = false, false
		case rest[0] != '<':
		case !escaped && bytes.HasPrefix(rest, []byte("<!--")):
			escaped = true
			at++ // the dashes may be those of -->
		case isEndTag(rest, "script"):
			if !double {
				return at
			}
			double = false
		case escaped && isTag(rest, "<script"):
			double = true
		}
	}
	return len(src)
}
