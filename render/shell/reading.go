package shell

import (
	"bytes"
	"errors"
	"sort"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
	"mvdan.cc/sh/v3/syntax"
)

// place is how a shell quotes what stands there.
type place uint8

const (
	nowhere place = iota // where no walk came
	comment
	bare   // also a part of a word, and a pattern
	double // in double quotes, or in a here-document
	single // in single quotes
	ansi   // in $'...'
	words  // bare, a whole word, and a list
)

// reading is a command as one language reads it.
type reading struct {
	refs     []Ref
	dialect  Dialect
	language syntax.LangVariant
	file     *syntax.File // of the masked command
	places   []place      // of each reference
	refused  []*refusal   // of each reference; nil if it is not
	warnings []Warning
	names    names
}

// refusal is why a reference cannot stand where it does.
type refusal struct{ message, hint string }

// newReading parses a command in which references are masked. An error is that of the
// parser, and quotes nothing.
func newReading(command, masked []byte, refs []Ref, dialect Dialect, language syntax.LangVariant) (*reading, error) {
	file, err := parse(masked, language, syntax.KeepComments(true))
	if err != nil {
		return nil, unreadable(err, masked, dialect)
	}
	r := &reading{refs: refs, dialect: dialect, language: language, file: file}
	r.places, r.refused = make([]place, len(refs)), make([]*refusal, len(refs))
	r.names = namesOf(file)
	r.stmts(file.Stmts)
	r.comments(command)
	r.unseen(masked)
	return r, nil
}

func parse(text []byte, language syntax.LangVariant, options ...syntax.ParserOption) (*syntax.File, error) {
	options = append(options, syntax.Variant(language))
	return syntax.NewParser(options...).Parse(bytes.NewReader(text), "")
}

// unreadable is the error for a command that the parser does not take. Its own message
// may quote the text, so only its place is given.
func unreadable(err error, masked []byte, dialect Dialect) error {
	if !utf8.Valid(masked) {
		return render.Errorf(invalidAt(masked), secret.General, "text that is not UTF-8")
	}
	var where syntax.ParseError
	var other syntax.LangError
	switch {
	case errors.As(err, &where):
		return render.Errorf(clamp(where.Pos, masked), secret.General, "not a command that %s can read from here on", dialect)
	case errors.As(err, &other):
		return render.Errorf(clamp(other.Pos, masked), secret.General, "not a command that %s can read: %s has this", dialect, other.Langs[0])
	}
	return render.Errorf(0, secret.General, "not a command that %s can read", dialect)
}

func clamp(pos syntax.Pos, text []byte) int { return min(int(pos.Offset()), len(text)) }

// invalidAt is where the first byte is that is not UTF-8.
func invalidAt(text []byte) (at int) {
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// error gives the first reference that cannot stand where it does.
func (r *reading) error() error {
	for i, ref := range r.refs {
		why := r.refused[i]
		if why == nil && r.names.aliases && r.places[i] != comment {
			why = &inAlias
		}
		if why == nil && r.places[i] == nowhere {
			why = &elsewhere
		}
		if why != nil {
			return hinted(ref.Start, why.message, why.hint)
		}
	}
	return nil
}

// within gives the numbers of the references between two offsets: from, up to to.
func (r *reading) within(from, to int) (first, last int) {
	first = sort.Search(len(r.refs), func(i int) bool { return r.refs[i].Start >= from })
	last = sort.Search(len(r.refs), func(i int) bool { return r.refs[i].Start >= to })
	return first, last
}

// in gives the numbers of the references in a node.
func (r *reading) in(n syntax.Node) (first, last int) {
	return r.within(int(n.Pos().Offset()), int(n.End().Offset()))
}

// has reports whether a node has a reference.
func (r *reading) has(n syntax.Node) bool {
	first, last := r.in(n)
	return first < last
}

// refuse refuses the references in a node, however deep.
func (r *reading) refuse(n syntax.Node, why *refusal) {
	for first, last := r.in(n); first < last; first++ {
		r.refuseRef(first, why)
	}
}

// refuseRef refuses a reference. What was said first is nearer to it.
func (r *reading) refuseRef(ref int, why *refusal) {
	if r.refused[ref] == nil {
		r.refused[ref] = why
	}
}

// warn adds a warning, one for each reference.
func (r *reading) warn(ref int, message, hint string) {
	at := sort.Search(len(r.warnings), func(i int) bool { return r.warnings[i].Ref >= ref })
	if at < len(r.warnings) && r.warnings[at].Ref == ref {
		return
	}
	r.warnings = append(r.warnings, Warning{})
	copy(r.warnings[at+1:], r.warnings[at:])
	r.warnings[at] = Warning{Ref: ref, Offset: r.refs[ref].Start, Message: message, Hint: hint}
}

// maskAt gives the number of the reference that an expansion stands for.
func (r *reading) maskAt(p *syntax.ParamExp) (ref int, ok bool) {
	start := int(p.Dollar.Offset())
	first, last := r.within(start, start+1)
	return first, first < last && !p.Short && int(p.Rbrace.Offset()) == r.refs[first].End-1
}

// comments finds the references in comments. Only what every shell takes for one counts.
func (r *reading) comments(command []byte) {
	for _, c := range r.names.comments {
		hash := int(c.Hash.Offset())
		if hash > 0 && !bytes.ContainsRune([]byte(" \t\n;&|()`"), rune(command[hash-1])) {
			continue
		}
		for first, last := r.within(hash, hash+1+len(c.Text)); first < last; first++ {
			if r.places[first] == nowhere {
				r.places[first] = comment
			}
		}
	}
}

// unseen refuses the references behind what a shell may take for arithmetic and the parser
// does not: a shell joins lines before it looks for $(( and [[, and zsh knows $[.
func (r *reading) unseen(masked []byte) {
	for _, text := range []string{"$\\\n", "${\\\n", "(\\\n", "[\\\n"} {
		r.refuseBehind(bytes.Index(masked, []byte(text)), &joined)
	}
	if r.dialect == Zsh {
		r.refuseBehind(bytes.Index(masked, []byte("$[")), &arithmetic)
	}
}

// refuseBehind refuses the references behind an offset, if there is one.
func (r *reading) refuseBehind(offset int, why *refusal) {
	if offset < 0 {
		return
	}
	for first, _ := r.within(offset, offset); first < len(r.refs); first++ {
		if r.places[first] != comment {
			r.refuseRef(first, why)
		}
	}
}
