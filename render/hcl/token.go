package hcl

import "github.com/xec-sh/xec-go/render"

// kind is of a token. One that is punctuation of one byte is its own kind.
type kind byte

const (
	newline   kind = '\n' // where it is no blank
	word      kind = 'w'  // an identifier or a number
	operator  kind = 'o'  // of two bytes, but =>
	arrow     kind = '>'  // =>, and > and >=, which are told apart by nobody
	reference kind = 'r'  // a reference outside of strings
	quote     kind = '"'  // which opens a string
	heredoc   kind = 'h'  // <<NAME or <<-NAME with its line end
	literal   kind = 'l'  // what stands between the parts of a string, maybe nothing
	sequence  kind = '$'  // ${ or %{, maybe with ~
	end       kind = 'e'  // of a sequence: }, maybe with ~
	closing   kind = 'c'  // of a string: " or the line of a heredoc's name
	keyColon  kind = 'k'  // : behind the key of an object, and none of ?:
)

// token is at src[start:end].
type token struct {
	kind       kind
	start, end int
	template   int // of which it is a part; its number, -1 outside
}

// template is a string: quoted, or a heredoc.
type template struct {
	flush   bool // the heredoc is <<-
	heredoc bool
	name    []byte // of a heredoc
	open    int    // its first token
	parts   []int  // its literal tokens, and the beginnings of its sequences
	close   int    // its last token
	// dropped is the indentation that a heredoc does not have in its text, ascending;
	// unclear says that it cannot be told.
	dropped []render.Span
	unclear bool
}

// document is a text as its tokens.
type document struct {
	src       []byte
	spans     []render.Span
	tokens    []token
	templates []template
}
