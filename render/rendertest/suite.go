package rendertest

import (
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Suite is a format with its cases, most of them rows of tables without names of fields.
// [Suite.Run] tests what holds for all formats. The values in cases are made up, and shown;
// those of hostile are not.
type Suite struct {
	Format render.Format
	Stream func() render.Stream // nil if there is none

	Spliced  map[string]Spliced
	Numbered Numbered
	Slashes  []Slashes
	// Decode gives the text of the scalar of a document in Slashes, by a reader that is not
	// ours. Nil if the documents are compared as they are, but for how backslashes are
	// spelled.
	Decode   func(t *testing.T, document string) string
	Comments []string // documents in which references stand in comments, and there only
	Refused  map[string]Refused
	Quoting  Quoting
	Told     []Told
	Around   Around
	Bare     func(document string) string // without the quotes that a scalar may get; nil if none gets some
	Proof    Proof
	Parts    []string // more documents, for the stream
}

// Spliced is what comes of a document in which all references have one value.
type Spliced = struct{ Source, Value, Want string }

// Numbered is a document with all kinds of places: which of its spans are references, and
// what comes of it if each has its number for a value.
type Numbered struct {
	Source string
	Refs   []int
	Want   string
}

// Slashes is a document in which backslashes may stand before a reference, and how one is
// spelled there.
type Slashes struct{ Before, Slash, Behind string }

// Refused is a document, or a value, that is an error. Text is a part of what it says.
type Refused = struct {
	Source, Value string
	Offset        int
	Kind          secret.Kind
	Text, Hint    string
}

// Quoting are documents that are errors with a value, with the word hunter2 in what an
// error could quote.
type Quoting struct {
	Value   string
	Sources []string
}

// Told is what is told of the references in a document, with "; " between them, if those to
// the key K have a value and others are not known.
type Told = struct{ Source, Value, Want string }

// Around are documents with a star in the place of which two references stand, and all
// Pieces before, between and behind them.
type Around struct{ Sources, Pieces, Values []string }

// Proof is a document that a proof must tell from all that are not it.
type Proof struct {
	Source, Value string
	Of            func(d render.Document) Pieces
	Bytes         string // each is put before and in the place of each
	Wrong         func(good string) map[string]string
	// Same reports whether bad, which is good with one byte changed, says the same; nil if
	// none does.
	Same  func(d render.Document, texts render.Texts, bad, good string) bool
	Least int // how many wrong results there are at least
}

// Pieces are what a document hands to [render.Spliced.Proved].
type Pieces struct {
	Fill  func(texts render.Texts, value render.Values) error
	Write func(dst []byte, texts render.Texts) ([]byte, error)
	Prove func(out []byte, texts render.Texts) error
}
