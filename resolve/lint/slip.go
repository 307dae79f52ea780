package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

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

// maxSlips is how many slips are found in a text.
const maxSlips = 10_000

// slips finds what is nearly a reference of a Text, in order.
func slips(text []byte) (all []slip) {
	f := finder{text: text}
	for _, opening := range []string{"$", "{{"} {
		begin := ahead{what: opening}
		for i := begin.next(text, 0); i < len(text) && len(all) < maxSlips; i = begin.next(text, i+1) {
			if s, ok := f.at(i); ok {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b slip) int { return cmp.Compare(a.start, b.start) })
	return all
}

// ahead remembers where a text stands next, so that no byte is searched twice.
type ahead struct {
	what     string
	from, to int // between which it does not begin
	known    bool
}

// next gives where the text begins at or behind an offset, the end if it does not.
func (a *ahead) next(text []byte, from int) int {
	if a.known && a.from <= from && from <= a.to {
		return a.to
	}
	a.known, a.from, a.to = true, from, len(text)
	if i := bytes.Index(text[from:], []byte(a.what)); i >= 0 {
		a.to = from + i
	}
	return a.to
}

// finder reads what is nearly a reference.
type finder struct {
	text     []byte
	line     ahead
	closings [4]ahead
}

// openings are what begins a reference, or nearly; closingOf gives the bracket that ends it.
const openings = "${$<$({{"

func closingOf(opening string) string {
	return [...]string{"}", ">", ")", "}}"}[strings.Index(openings, opening)/2]
}

// at reads what is nearly a reference at an offset.
func (f *finder) at(i int) (s slip, ok bool) {
	if i+2 > len(f.text) {
		return s, false
	}
	s = slip{start: i, opening: string(f.text[i : i+2])}
	which := strings.Index(openings, s.opening)
	if which < 0 || which%2 > 0 || s.opening != "{{" && i > 0 && f.text[i-1] == '\\' {
		return s, false
	}
	r := reader{text: f.text, at: i + 2}
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
	s.end = r.at
	s.unclosed = !f.close(&s, which/2)
	return s, s.isSlip(blank)
}

// close finds the bracket that ends a slip on its line.
func (f *finder) close(s *slip, which int) bool {
	f.line.what = "\n"
	closing := closingOf(s.opening)
	f.closings[which].what = closing
	end := f.closings[which].next(f.text, s.end)
	if end == len(f.text) || end > f.line.next(f.text, s.end) {
		return false
	}
	s.end = end + len(closing)
	return true
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
