package config

import (
	"bytes"
	"errors"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
)

// Ref is a reference of a string with the place where it stands.
type Ref struct {
	*resolve.Reference
	Place
}

// Refs gives the references of a string as they are written, and all that is not of the
// grammar.
func (n *Node) Refs() ([]Ref, error) {
	if !n.isString() {
		return nil, nil
	}
	return n.told(n.parsed())
}

// Constant gives the text of a scalar that nothing stands behind; ok is whether it is one.
func (n *Node) Constant() (text string, ok bool) {
	switch {
	case n == nil || n.Kind != Scalar:
		return "", false
	case n.IsNull():
		return "", true
	case !n.isString():
		return n.Text, true
	}
	tokens, err := n.parsed()
	for _, token := range tokens {
		if token.Ref != nil {
			return "", false
		}
		text += string(token.Literal)
	}
	return text, err == nil
}

// CommandRefs is Refs for a shell command, in which a bare ${name} may have the name of a
// variable.
func (e *Evaluator) CommandRefs(n *Node) ([]Ref, error) { return n.told(e.parsedCommand(n)) }

// Node is a string that holds nothing but the reference.
func (r Ref) Node() *Node { return &Node{Tag: "!!str", Text: r.Raw, Place: r.Place} }

// told gives references and errors with their places.
func (n *Node) told(tokens []resolve.Token, err error) ([]Ref, error) {
	refs, problems := n.placed(tokens, err)
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = placed(p.Place, "", p.err)
	}
	return refs, errors.Join(errs...)
}

// problem is why something in a string is not of the grammar.
type problem struct {
	Place
	err error
}

// placed finds the places of what was parsed.
func (n *Node) placed(tokens []resolve.Token, err error) (refs []Ref, problems []problem) {
	for _, token := range tokens {
		if token.Ref != nil {
			refs = append(refs, Ref{token.Ref, n.Place})
		}
	}
	var offsets []int64 // of problems
	for _, each := range resolve.Unjoin(err) {
		var p *resolve.PlacedError
		if errors.As(each, &p) {
			problems = append(problems, problem{n.Place, p.Err})
			offsets = append(offsets, p.Offset)
		}
	}
	s := n.search()
	for i, j := 0, 0; i < len(refs) || j < len(problems); {
		if j == len(problems) || i < len(refs) && refs[i].Offset < offsets[j] {
			refs[i].Place = s.next(refs[i].Raw)
			i++
			continue
		}
		problems[j].Place = s.next(untilBracket(n.Text[offsets[j]:]))
		j++
	}
	return refs, problems
}

// untilBracket is a reference that is not of the grammar, as far as it can be told.
func untilBracket(text string) string {
	if end := strings.IndexAny(text, "}>\n"); end >= 0 {
		return text[:end]
	}
	return text
}

// search finds where the references of a string stand in its file: their bytes stand in
// the source in their order, from the node's place on, unless they had to be decoded.
type search struct {
	node *Node
	at   int    // in the file
	rest []byte // of the string's source, and perhaps more
}

func (n *Node) search() *search {
	if n.File == nil {
		return &search{node: n}
	}
	at := n.File.offset(n.Line, n.Column)
	// The longest way to write a character is "\U0001F511", for four bytes; the rest is
	// for indentation. What is not found has cost no more than the string is long.
	end := min(len(n.File.Text), at+12*len(n.Text)+4096)
	return &search{n, at, n.File.Text[at:end]}
}

// next gives the place of the next reference, that of the string if it is not found.
func (s *search) next(raw string) Place {
	i := bytes.Index(s.rest, []byte(raw))
	if i < 0 {
		s.rest = nil // others would be looked for as far
		return s.node.Place
	}
	place := s.node.File.place(s.at + i)
	s.at += i + len(raw)
	s.rest = s.rest[i+len(raw):]
	return place
}

// placedAt gives an error the place of the nth reference of a string that was parsed, and
// stands at a path.
func (n *Node) placedAt(tokens []resolve.Token, nth int, path string, err error) error {
	if err == nil || isPlaced(err) {
		return err
	}
	refs, _ := n.placed(tokens, nil)
	return placed(refs[nth].Place, path, err)
}

// parsed gives the tokens of a string.
func (n *Node) parsed() ([]resolve.Token, error) {
	return resolve.Parse(n.Text, resolve.Config, nil)
}

// alone gives the reference of a string that is nothing else.
func alone(tokens []resolve.Token) *resolve.Reference {
	if len(tokens) == 1 {
		return tokens[0].Ref
	}
	return nil
}
