// Package yamlerror reads the errors of gopkg.in/yaml.v3: where something is wrong, and
// those of the library's words that quote nothing of the text, which may hold what nobody
// should see. It is a leaf that resolve and render share; it imports nothing of xec.
//
// # Where
//
// The library gives a line, or none: that of its parser is one too low, an alias of an
// anchor that is not there has none, and where something is said to be wrong within
// something it is the line on which that begins. So the place is looked for: it is the first
// line up to which the text has the same error. For brackets that are never closed it is
// the line on which they open, since the text ends without them there too. The column is
// that of the first character that is no blank; for a character that no document can hold it
// is its own.
package yamlerror

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxSearch is the most text that is read again and again to find a line, which takes an
// eighth of a second; of more the library's line is taken.
const maxSearch = 256 << 10

// Read gives the offset of what is wrong with a text, and what it is. The error is one that
// the library had when it read all documents of the text.
func Read(text []byte, err error) (offset int, reason string) {
	what := err.Error()
	line, reason := split(what)
	if strings.Contains(reason, "control characters") {
		if i := bytes.IndexFunc(text, isControl); i >= 0 {
			return i, reason
		}
	}
	ends := lineEnds(text)
	i := min(line, len(ends)) - 1
	if len(text) <= maxSearch {
		i = sort.Search(len(ends)-1, func(i int) bool { return says(text[:ends[i]], what) })
	}
	if i > 0 {
		offset = ends[i-1]
	}
	return offset + blanks(text[offset:]), reason
}

// split gives the line that the library names, 1 where it names none, and its words without
// the line and without the one name that they quote.
func split(what string) (line int, reason string) {
	line, reason = 1, strings.TrimPrefix(what, "yaml: ")
	if n, _ := fmt.Sscanf(reason, "line %d: ", &line); n == 1 {
		_, reason, _ = strings.Cut(reason, ": ")
	}
	if strings.Contains(reason, "unknown anchor") {
		reason = "an alias of an anchor that is not there"
	}
	return max(line, 1), reason
}

// says reports whether the library has this error with a text.
func says(text []byte, what string) (same bool) {
	defer func() {
		if recover() != nil { // a slip of the library
			same = false
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		if err := decoder.Decode(new(yaml.Node)); err != nil {
			return err.Error() == what
		}
	}
}

// lineEnds gives the offsets behind the lines of a text; there is one at least.
func lineEnds(text []byte) (ends []int) {
	for i, c := range text {
		if c == '\n' || c == '\r' && !bytes.HasPrefix(text[i:], []byte("\r\n")) {
			ends = append(ends, i+1)
		}
	}
	if n := len(ends); n == 0 || ends[n-1] < len(text) {
		ends = append(ends, len(text))
	}
	return ends
}

// blanks counts those at the start of a text, behind its byte order mark.
func blanks(text []byte) int {
	return len(text) - len(bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t"))
}

// isControl reports whether a document of YAML cannot hold r: production c-printable of
// YAML 1.2.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}
