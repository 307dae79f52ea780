package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// slip is what is nearly a reference: it is left alone.
type slip struct {
	start, end int
	opening    string // "${", "$<", "$(", "{{"
	word       string // before the mark, as it is written
	mark       byte
	name       string // behind it
	unclosed   bool
}

// closingOf gives the bracket that ends what an opening begins, "" if it is none.
func closingOf(opening string) string {
	switch opening {
	case "${":
		return "}"
	case "$<":
		return ">"
	case "$(":
		return ")"
	case "{{":
		return "}}"
	}
	return ""
}

// slips finds what is nearly a reference of a Text, in order.
func slips(text []byte) (all []slip) {
	for i := bytes.IndexByte(text, '$'); i >= 0; i = next(text, i+1, "$") {
		if s, ok := slipAt(text, i); ok {
			all = append(all, s)
		}
	}
	for i := bytes.Index(text, []byte("{{")); i >= 0; i = next(text, i+1, "{{") {
		if s, ok := slipAt(text, i); ok {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b slip) int { return cmp.Compare(a.start, b.start) })
	return all
}

func next(text []byte, from int, what string) int {
	if i := bytes.Index(text[from:], []byte(what)); i >= 0 {
		return from + i
	}
	return -1
}

// slipAt reads what is nearly a reference at an offset.
func slipAt(text []byte, i int) (s slip, ok bool) {
	if i+2 > len(text) {
		return s, false
	}
	s = slip{start: i, opening: string(text[i : i+2])}
	closing := closingOf(s.opening)
	if closing == "" || s.opening != "{{" && i > 0 && text[i-1] == '\\' {
		return s, false
	}
	r := reader{text: text, at: i + 2}
	blank := r.blanks()
	if s.word = r.word(); !isNearSecret(s.word) {
		return s, false
	}
	blank = r.blanks() || blank
	if s.mark = r.mark(); s.mark == 0 {
		return s, false
	}
	blank = r.blanks() || blank
	s.name = r.name()
	if s.end, ok = r.closing(closing); !ok {
		s.unclosed, s.end = true, r.at
	}
	return s, s.isSlip(blank)
}

// isSlip reports whether what was read is no reference, and nothing that others have.
func (s slip) isSlip(blank bool) bool {
	braces := s.opening == "${" || s.opening == "$<"
	lower := strings.ToLower(s.word)
	exact := s.word == "secret" && s.mark == ':' && braces && !blank
	switch {
	case exact && isLetter(s.name):
		return s.unclosed // else it is a reference
	case s.unclosed:
		return false
	case s.mark == '.':
		return braces && (lower == "secret" || lower == "secrets") && isCapitals(s.name)
	case lower != "secret" && lower != "secrets":
		return braces && isLetter(s.name)
	}
	return strings.ContainsFunc(s.name, isASCIILetter) && s.name[0] != '-' && s.name[0] != '.'
}

// meant is the reference that was probably meant.
func (s slip) meant() string {
	if secret.CheckKey(s.name) != nil {
		return "${secret:KEY}, where KEY begins with a letter"
	}
	if s.opening == "$<" {
		return "$<secret:" + s.name + ">"
	}
	return "${secret:" + s.name + "}"
}

// text is the slip as far as it can be quoted: what stands behind the name may be a default.
func (s slip) text() string { return s.opening + s.word + string(s.mark) }

// isSynonym reports whether a configuration of xec's own takes it for a reference.
func (s slip) isSynonym() bool {
	return !s.unclosed && s.opening[0] == '$' && s.opening != "$(" && (s.word == "secret" || s.word == "secrets") && isLetter(s.name)
}

// reader reads the parts of a slip.
type reader struct {
	text []byte
	at   int
}

func (r *reader) while(is func(byte) bool, most int) string {
	start := r.at
	for r.at < len(r.text) && r.at-start < most && is(r.text[r.at]) {
		r.at++
	}
	return string(r.text[start:r.at])
}

func (r *reader) blanks() bool {
	return r.while(func(b byte) bool { return b == ' ' || b == '\t' }, 8) != ""
}

func (r *reader) word() string {
	return r.while(func(b byte) bool { return isASCIILetter(rune(b)) }, len("secrets")+1)
}

func (r *reader) name() string { return r.while(secret.IsKeyByte, secret.MaxKey) }

func (r *reader) mark() byte {
	if r.at < len(r.text) && (r.text[r.at] == ':' || r.text[r.at] == '.') {
		r.at++
		return r.text[r.at-1]
	}
	return 0
}

// closing gives the end of the bracket that closes on the line, no farther than a reference
// may be long.
func (r *reader) closing(bracket string) (end int, ok bool) {
	rest := r.text[r.at:min(len(r.text), r.at+resolve.MaxReference)]
	if line := bytes.IndexByte(rest, '\n'); line >= 0 {
		rest = rest[:line]
	}
	i := bytes.Index(rest, []byte(bracket))
	return r.at + i + len(bracket), i >= 0
}

func isASCIILetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }

func isLetter(name string) bool { return name != "" && isASCIILetter(rune(name[0])) }

// isCapitals reports whether a name is written as those of variables are.
func isCapitals(name string) bool {
	return strings.ContainsFunc(name, isASCIILetter) && strings.ToUpper(name) == name
}

// isNearSecret reports whether a word is secret or secrets, in any case, or one slip away
// from secret.
func isNearSecret(word string) bool {
	const want = "secret"
	word = strings.ToLower(word)
	switch {
	case word == want || word == "secrets":
		return true
	case len(word) == len(want)+1:
		return isShortened(word, want)
	case len(word) == len(want)-1:
		return isShortened(want, word)
	case len(word) != len(want):
		return false
	}
	i := 0
	for word[i] == want[i] {
		i++
	}
	swapped := i+1 < len(want) && word[i] == want[i+1] && word[i+1] == want[i] && word[i+2:] == want[i+2:]
	return swapped || word[i+1:] == want[i+1:]
}

// isShortened reports whether long without one of its letters is short.
func isShortened(long, short string) bool {
	i := 0
	for i < len(short) && long[i] == short[i] {
		i++
	}
	return long[i+1:] == short[i:]
}
