package resolve

// Dialect says which references in a text are xec's.
type Dialect uint8

// The dialects.
const (
	Text     Dialect = iota // any file
	Config                  // xec's own configuration
	Command                 // a task's shell command
	Variable                // a variable for a program
	Document                // a file of a parsed format
)

// isText reports whether only the references of a Text are xec's.
func (d Dialect) isText() bool { return d == Text || d == Variable || d == Document }

// Kind is what a reference refers to.
type Kind uint8

// The kinds of references.
const (
	Secret Kind = iota // a key of the store
	Vars               // a path in the configuration's vars
	Env                // a variable of the environment
	Params             // a parameter of the task
	Cmd                // the output of a command
)

// Reference is one reference of a text.
type Reference struct {
	Position
	Raw     string // as it stands in the text, brackets included
	Kind    Kind
	Name    string // the key, path, name or command
	Filters []string
	// Default is used in place of a secret, variable or parameter that does not
	// exist; HasDefault tells an empty one from none.
	Default    string
	HasDefault bool
}

// String gives the reference as it stands in the text.
func (r *Reference) String() string { return r.Raw }

// Token is a part of a text: a reference, or literal bytes where Ref is nil.
type Token struct {
	Literal []byte
	Ref     *Reference
}

// Found is where a reference stands in a document of a parsed format: closed on its
// line, escaped or not, of the grammar or not.
type Found struct {
	Position
	Length int // in bytes, with the brackets
	Ref    *Reference
	Err    error // why it is not of the grammar
}
