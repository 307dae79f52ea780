// Package hcl renders HCL, as Terraform's *.tfvars and *.tf are, and the .hcl of Packer,
// Nomad and Terragrunt. A value becomes a part of a string, or a string of its own, and
// never more than that.
//
// # Dialect
//
// HCL's native syntax, version 2, with or without a byte order mark. The text is read as
// tokens, brackets and strings. What no value can change is not looked at: whether what
// stands behind = is an expression, and whether a name is given twice. HCL as JSON is
// JSON.
//
// # Places
//
//	name = "pg://${secret:P}@db"   in a quoted string or a heredoc: a part of it; also
//	                               beside ${…} and %{…} of HCL's own, and within them
//	port = ${secret:PORT}          where a value may stand: a quoted string, since a
//	                               secret is always a string
//	port = 80${secret:PORT}        a part of a word: an error
//	${secret:NAME} = 1             in the name of an attribute or a block, in a label or
//	                               the key of an object, quoted or not: an error
//	<<${secret:NAME}               in the name of a heredoc: an error
//	# ${secret:OLD}                in a comment: text
//
// For reading, a reference counts as one plain word, so that ${secret:P} is none of HCL's
// own sequences, and in "$${secret:P}" a $ stands before a reference. A value that is not
// UTF-8 is an error, and so is one that is not in the normal form C of Unicode together
// with the text around it: HCL brings every string into that form.
//
// # How a value is put in
//
//   - quoted: with \" \\ \n \r \t, with \uXXXX for the other control characters and DEL, and
//     with $${ and %%{; every other character is itself
//   - heredoc: as it is, but for $${ and %%{, if that reads as the value. In a <<- heredoc
//     its further lines get the indentation of the line that the reference is in. Else the
//     heredoc becomes a quoted string, and if it has sequences of HCL's own, that is an
//     error
//
// Beside a ~ of HCL's own, which takes blanks away, a reference is an error, and so is one
// in a <<- heredoc whose indentation does not consist of blanks and tabs.
// An empty value, which a filter or a default can leave, is an error where the string would
// be one ${…} of HCL's own and nothing else: that is no string then, but what stands in it.
//
// # Escapes
//
// A string's own escapes come first. Of n backslashes that they leave before a reference
// n/2 remain, and if n is odd the reference is literal text: a quoted string writes
// "\\${secret:K}" for ${secret:K}, which becomes "$${secret:K}", and a heredoc
// \${secret:K}. Outside of strings nothing can be escaped.
//
// # Proof
//
// The result is read again, token by token beside the document. What stands between
// tokens, and each token without a reference, must be the same bytes; the text of each
// string with one must be that of the document with the values put in.
package hcl

import (
	"golang.org/x/text/unicode/norm"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var (
	_ render.Format    = Format
	_ render.Explainer = (*file)(nil)
)

// file is a document with its references.
type file struct {
	render.Spliced
	*document // of Masked
	scalars   []scalar
}

// scalar is a string with references in it, or a reference that stands for one.
type scalar struct {
	template int // -1 for a reference
	splices  []render.Splice
}

// Format reads an HCL document. A reference in a wrong place is an error of kind
// secret.Invalid, all other errors are of kind secret.General.
func Format(source []byte, spans []render.Span) (render.Document, error) {
	masked := render.Mask(source, spans, filler)
	d, err := read(masked, spans)
	if err != nil {
		return nil, err
	}
	f := &file{render.Spliced{Source: source, Masked: masked, Spans: spans}, d, nil}
	if err := f.find(); err != nil {
		return nil, err
	}
	return f, nil
}

// filler stands for references while a file is read. It begins no escape and is no
// hexadecimal digit. Words may be alike: they are told apart by where they stand.
const filler = "Q"

func (f *file) Render(value func(ref int) secret.Value) ([]byte, error) {
	return f.Proved(value, f.fill, f.write, f.prove)
}

func (f *file) fill(texts render.Texts, value render.Values) error {
	return f.Fill(texts, f.Splices, value, check)
}

// check says whether a string can hold a text.
func check(text []byte, s render.Splice) error {
	return render.RequireUTF8(text, s, "a string of HCL holds nothing else")
}

// write appends the source with texts in their places.
func (f *file) write(dst []byte, texts render.Texts) (out []byte, err error) {
	at := 0
	for _, s := range f.scalars {
		start, end := f.bounds(s)
		dst = append(dst, f.Source[at:start]...)
		if dst, err = f.appendScalar(dst, s, texts); err != nil {
			return nil, err
		}
		at = end
	}
	return append(dst, f.Source[at:]...), nil
}

// bounds is where a scalar stands: of a string that has sequences only the literal text.
func (f *file) bounds(s scalar) (start, end int) {
	if s.template < 0 {
		return s.splices[0].Start, s.splices[0].End
	}
	t := f.templates[s.template]
	if f.whole(s) {
		return f.tokens[t.open].start, f.tokens[t.close].end
	}
	return s.splices[0].Begin, s.splices[len(s.splices)-1].End
}

// whole reports whether a scalar is a string without sequences.
func (f *file) whole(s scalar) bool {
	return s.template >= 0 && len(f.templates[s.template].parts) == 1
}

// decoded gives the text of literal text from: to with its references replaced. It knows
// where the references are and nothing of splices.
func (f *file) decoded(t *template, k token, texts render.Texts, next int) (all []byte) {
	at := k.start
	for ; next < len(f.Spans) && f.Spans[next].Start < k.end; next++ {
		all = f.Resolve(all, f.decode(nil, t, at, f.Spans[next].Start), next, texts)
		at = f.Spans[next].End
	}
	return f.decode(all, t, at, k.end)
}

// isNormal reports whether HCL leaves a text as it is.
func isNormal(text []byte) bool { return norm.NFC.IsNormal(text) }
