package toml

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// reader gives the expressions of a text: tables' names, and keys with values.
type reader struct {
	parser unstable.Parser
	base   int // length of the byte order mark
}

func newReader(text []byte) *reader {
	r := &reader{}
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		r.base = len("\ufeff")
	}
	r.parser.Reset(text[r.base:len(text):len(text)])
	return r
}

// next gives the next expression, and nil behind the last one and before an error.
func (r *reader) next() *unstable.Node {
	if !r.parser.NextExpression() {
		return nil
	}
	return r.parser.Expression()
}

// place is where a key or scalar stands.
func (r *reader) place(n *unstable.Node) (start, end int) {
	start = r.base + int(n.Raw.Offset)
	return start, start + int(n.Raw.Length)
}

// err gives the offset of an error and what it is, in words that quote nothing of the
// text.
func (r *reader) err() (offset int, what string) {
	var err *unstable.ParserError
	if !errors.As(r.parser.Error(), &err) {
		return 0, ""
	}
	what, _, _ = strings.Cut(err.Message, " U+")
	what = strings.TrimSuffix(strings.TrimSuffix(what, ":"), " but got")
	if what == "unexpected character" {
		what = "expected a value"
	}
	return r.base + int(r.parser.Range(err.Highlight).Offset), what
}

// read finds the scalars of the document that have references.
func (d *document) read() error {
	r := newReader(d.Masked)
	next := 0 // span that is looked for
	for {
		n := r.next()
		if n == nil {
			break
		}
		if err := d.find(r, n, &next, "a key"); err != nil {
			return err
		}
	}
	if r.parser.Error() != nil {
		return d.unread(r)
	}
	return d.skip(&next, len(d.Source))
}

// find finds the scalars with references in an expression or a value. Keys are in the
// name of something.
func (d *document) find(r *reader, n *unstable.Node, next *int, name string) error {
	switch n.Kind {
	case unstable.Table, unstable.ArrayTable:
		return d.findAll(r, n.Child(), next, "the name of a table")
	case unstable.Array, unstable.InlineTable:
		return d.findAll(r, n.Child(), next, name)
	case unstable.KeyValue:
		if err := d.findAll(r, n.Value().Next(), next, name); err != nil {
			return err
		}
		return d.find(r, n.Value(), next, name)
	}
	start, end := r.place(n)
	if err := d.skip(next, start); err != nil {
		return err
	}
	if *next == len(d.Spans) || d.Spans[*next].Start >= end {
		return nil
	}
	s := d.scalar(start, end)
	s.text = n.Data
	*next += len(s.splices)
	if n.Kind == unstable.Key && !s.literal() {
		return misplaced(s.splices[0].Start, "a reference cannot stand in "+name+": a value could name another one")
	}
	d.scalars = append(d.scalars, s)
	return nil
}

// findAll finds the scalars of a node and those that follow it.
func (d *document) findAll(r *reader, n *unstable.Node, next *int, name string) error {
	for ; n.Valid(); n = n.Next() {
		if err := d.find(r, n, next, name); err != nil {
			return err
		}
	}
	return nil
}

// skip passes by the spans before end. They stand in comments.
func (d *document) skip(next *int, end int) error {
	for ; *next < len(d.Spans) && d.Spans[*next].Start < end; *next++ {
		if d.spots[*next] != inComment {
			return misplaced(d.Spans[*next].Start, "a reference cannot stand here")
		}
	}
	return nil
}

// scalar reads what stands at Masked[start:end].
func (d *document) scalar(start, end int) scalar {
	s := scalar{start: start, end: end}
	if ref := len(render.SpansBefore(d.Spans, start)); d.Spans[ref].Start == start {
		n := len(d.Splices)
		d.Splices = append(d.Splices, render.Splice{Ref: ref, Span: d.Spans[ref], Begin: start})
		s.splices = d.Splices[n:]
		return s
	}
	s.quote = quoteOf(d.Masked[start:end])
	from, to := s.body()
	s.splices = d.Find(from, to, s.quote.unit)
	return s
}

// literal reports whether all references in a string are literal text.
func (s scalar) literal() bool {
	for _, each := range s.splices {
		if !each.Literal {
			return false
		}
	}
	return true
}

// unread is the error for a document that is not TOML, or only because of a reference.
func (d *document) unread(r *reader) error {
	offset, what := r.err()
	next, _ := slices.BinarySearchFunc(d.Spans, offset, func(s render.Span, offset int) int { return s.End - offset })
	for _, i := range []int{next - 1, next} {
		if i < 0 || i == len(d.Spans) {
			continue
		}
		s := d.Spans[i]
		switch {
		case d.spots[i] == alone && s.Start <= offset && isBlank(d.Masked[min(s.End, offset):offset]):
			return misplaced(s.Start, "a reference cannot stand here")
		case d.spots[i] == inWord && offset <= s.End && isWord(d.Masked[min(offset, s.Start):s.Start]):
			return misplaced(s.Start, "a reference cannot be a part of a word")
		}
	}
	err := secret.Errorf(secret.General, "not TOML: %s", what)
	if next < len(d.Spans) && d.spots[next] == inString && d.Spans[next].Start == offset+1 {
		err = secret.WithHint(err, `in a basic string of TOML a literal reference is written with two backslashes: \\${secret:KEY}`)
	}
	return &render.PlacedError{Offset: offset, Err: err}
}

func isBlank(text []byte) bool { return len(bytes.Trim(text, " \t")) == 0 }

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, why string) error {
	return render.Refusal(offset, why, `behind = and within quotes it becomes part of a string: key = "${secret:KEY}"`)
}
