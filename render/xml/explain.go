package xml

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*document)(nil)

func (d *document) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	var out []byte // what Render makes
	at, sure := 0, true
	for _, s := range d.Splices {
		p := place(s.Place)
		sure = sure || s.Begin-at >= p.reach()
		out = append(out, d.Source[at:s.Begin]...)
		at = s.End
		text, ok := d.know(s, value)
		n := len(out)
		out = d.appendSplice(out, text, s)
		sure = sure && ok && (len(out) > n || !isJoined(out, d.Source[at:], p))
		if s.Literal {
			continue
		}
		e := render.Explanation{Ref: s.Ref, Place: p.String()}
		if sure {
			e.Done = render.Kept(bytes.Equal(out[n:], text), p.how())
		}
		all = append(all, e)
	}
	return all
}

// know gives what takes the place of a reference, and reports whether that is known and
// can be held.
func (d *document) know(s render.Splice, value render.Values) (text []byte, ok bool) {
	if s.Literal {
		return d.Source[s.Start:s.End], true
	}
	v, known := value(s.Ref)
	return v.Reveal(), known && d.check(v.Reveal(), s) == nil
}

// reach is how many bytes before a value may change what is done with it. If an unknown
// value is among them, that cannot be told.
func (p place) reach() int {
	switch p {
	case text:
		return len("\r")
	case cdata:
		return len("]]")
	}
	return 0
}

// isJoined reports whether a place into which nothing was put brings together what is read
// as something else: a line end, or the end of a section in a text.
func isJoined(before, behind []byte, p place) bool {
	meet := func(a, b string) bool {
		return bytes.HasSuffix(before, []byte(a)) && bytes.HasPrefix(behind, []byte(b))
	}
	return meet("\r", "\n") || p == text && (meet("]]", ">") || meet("]", "]>"))
}

// String says where a reference stands.
func (p place) String() string {
	switch p {
	case text:
		return "in the text of an element"
	case cdata:
		return "in a CDATA section"
	case doubleQuote:
		return "in an attribute in double quotes"
	}
	return "in an attribute in single quotes"
}

// how says what is done with a value that cannot stand as it is.
func (p place) how() string {
	if p == cdata {
		return "which is split into sections"
	}
	return render.WithEscapes
}
