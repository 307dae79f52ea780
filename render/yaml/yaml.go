// Package yaml renders YAML: it is a render.Format.
//
// # Dialect
//
// YAML 1.2 as gopkg.in/yaml.v3 reads it, in UTF-8, with or without a byte order mark;
// several documents, directives, anchors, aliases, tags and comments. What is written
// must read alike by YAML 1.1, in which yes, 0123, 12:30:45 and = are no strings.
//
// # Where references may stand
//
// In scalars that are values: plain, single-quoted, double-quoted, literal and folded, in
// block and flow. A secret is always a string: in the place of a plain scalar that would
// read as something else it is quoted. A reference in a comment stays as it is, and has
// nothing in it that no comment holds. One in a key, an anchor, alias, tag or directive is
// an error, and so is one in a scalar whose tag says that it is no string (!!int, !!bool,
// ...). A scalar with the tag !!binary must be base64 with the value in it. Escapes are
// read in the decoded scalar.
//
// # How a value is put in
//
// Where the scalar's own syntax carries it, only the reference's bytes are replaced.
// Where it does not, the scalar as a whole is written anew, with quotes; a comment
// behind it stays:
//
//   - plain: in place if the whole scalar then is a word that no reader of YAML takes
//     for anything but a string, or, in a scalar of several lines, if the value is such
//     a word; else single quotes if every character can stand in them, else double
//     quotes
//   - single-quoted: in place, unless the value has characters that only double quotes
//     can hold, or, in a scalar of several lines, blanks at its ends
//   - double-quoted: in place, always
//   - literal: in place, its lines indented as the block is, if it has no blanks where
//     they would count as indentation, no blank or line end where the block's end would
//     swallow it, and no character that a block cannot hold; else the block becomes
//     double-quoted
//   - folded: in place if it is one line without blanks at its ends; else the block
//     becomes double-quoted
//
// A value that is not UTF-8 stands nowhere in YAML.
//
// # Memory
//
// A document is held as the library's tree, which takes 30 to 80 bytes for each of its own;
// of a stream of documents it is one after the other.
//
// # Proof
//
// The result is read again and compared with the template node for node: kinds, tags,
// anchors, aliases, keys and values, with the values of secrets put into the
// template's. If they differ nothing is given.
package yaml

import (
	"bytes"
	"unicode/utf8"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/secret/yamlerror"
)

var _ render.Format = Format

// Format implements render.Format.
func Format(document []byte, spans []render.Span) (render.Document, error) {
	if !utf8.Valid(document) {
		return nil, render.Errorf(firstInvalid(document), secret.General, "not UTF-8, which YAML is here")
	}
	for _, span := range spans {
		if span.End-span.Start < render.MinSpan {
			return nil, render.Errorf(span.Start, secret.General, "a reference of fewer than %d bytes", render.MinSpan)
		}
	}
	words := words{spans, freeMark(document)}
	masked := words.mask(document)
	nodes, err := parse(masked)
	if err != nil {
		return nil, err
	}
	t := &template{
		Spliced: render.Spliced{Source: document, Masked: masked, Spans: spans},
		words:   words, nodes: nodes, places: newPlaces(masked),
	}
	if err := t.locate(); err != nil {
		return nil, err
	}
	return t, nil
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// parse reads all documents of a stream.
func parse(source []byte) (nodes []*yamlv3.Node, err error) {
	defer func() {
		// What is not of YAML is an error; a slip of the library must not end a program
		// that holds secrets with a trace of them.
		if recover() != nil {
			nodes, err = nil, render.Errorf(0, secret.General, "not YAML that can be read")
		}
	}()
	// The library refuses the number and reads what it means.
	source = bytes.ReplaceAll(source, []byte("%YAML 1.2\n"), []byte("%YAML 1.1\n"))
	source = bytes.ReplaceAll(source, []byte("%YAML 1.2\r"), []byte("%YAML 1.1\r"))
	decoder := yamlv3.NewDecoder(bytes.NewReader(source))
	for {
		node := new(yamlv3.Node)
		if err := decoder.Decode(node); err != nil {
			if err.Error() == "EOF" {
				return nodes, nil
			}
			at, what := yamlerror.Read(source, err)
			return nil, render.Errorf(at, secret.General, "not YAML: %s", what)
		}
		nodes = append(nodes, node)
	}
}
