package lint

import (
	"errors"
	"fmt"
	"slices"

	"github.com/xec-sh/xec-go/resolve"
)

// Text looks at a plain text: its references, what is not of the grammar, and what is nearly
// a reference. inComment reports whether an offset lies in a comment of a program; nil means
// that the text has none. What stands there is text about references more often than one.
func (r *Report) Text(file string, text []byte, inComment func(offset int64) bool) {
	tokens, err := resolve.Parse(string(text), resolve.Text, nil)
	for _, token := range tokens {
		ref := token.Ref
		if ref == nil {
			continue
		}
		found := resolve.Found{Position: ref.Position, Length: len(ref.Raw), Ref: ref}
		if inComment != nil && inComment(ref.Offset) {
			r.Mention(file, []resolve.Found{found})
			continue
		}
		r.Found(file, found)
		r.InURL(file, ref.Position, ref, text[:ref.Offset], text[int(ref.Offset)+len(ref.Raw):])
	}
	for _, each := range resolve.Unjoin(err) {
		var p *resolve.PlacedError
		switch {
		case !errors.As(each, &p):
		case inComment != nil && inComment(p.Offset):
		default:
			r.AddError(Finding{File: file, Position: p.Position, Rule: Grammar}, p.Err)
		}
	}
	r.Slips(file, text)
}

// Slips looks at a text for what is nearly a reference.
func (r *Report) Slips(file string, text []byte) {
	at := positions{text: text}
	for _, s := range slips(text) {
		r.Add(s.finding(file, at.of(s.start)))
	}
}

func (s slip) finding(file string, at resolve.Position) Finding {
	f := Finding{File: file, Position: at, Length: s.end - s.start, Rule: Misspelt}
	f.Message = fmt.Sprintf("%q is no reference, and is left as it is", s.text())
	f.Hint = "meant is " + s.meant()
	if s.unclosed {
		f.Rule = Unclosed
		f.Message = fmt.Sprintf("%q has no closing bracket on its line, and is left as it is", s.text()+s.name)
		f.Hint = "close it: " + s.opening + s.word + string(s.mark) + s.name + closingOf(s.opening)
	}
	return f
}

// InURL looks at a reference that may stand in the user part of a URL, between two texts.
func (r *Report) InURL(file string, at resolve.Position, ref *resolve.Reference, before, after []byte) {
	if r.UserPart == nil || slices.Contains(ref.Filters, "url") || !r.UserPart(before, after) {
		return
	}
	f := Finding{File: file, Position: at, Length: len(ref.Raw), Rule: URL}
	f.Message = ref.Name + " stands in the user part of a URL without |url"
	f.Hint = "if the value needs encoding: ${secret:" + ref.Name + "|url}"
	r.Add(f)
}

// positions gives the positions of offsets that ascend.
type positions struct {
	text []byte
	last resolve.Position
}

func (p *positions) of(offset int) resolve.Position {
	if p.last.Line == 0 {
		p.last = resolve.At(p.text, 0)
	}
	p.last = resolve.Behind(p.last, p.text[p.last.Offset:offset])
	return p.last
}
