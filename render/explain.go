package render

import "github.com/xec-sh/xec-go/store/secret"

// Explainer is a [Document] that tells what Render does, without doing it.
type Explainer interface {
	// Explain tells of each of Refs, in their order, where it stands and what is done with
	// its value. It asks value for the same values as Render; of a value that is not known
	// it tells only where it would stand, and so of those in the same scalar, of which it
	// may depend on the unknown one what becomes. So it does of a value that its place
	// cannot carry: Render says why.
	//
	// What it tells never quotes a value, but says something of it: that a YAML scalar
	// becomes quoted tells that the value is no plain word.
	Explain(value func(ref int) (v secret.Value, known bool)) []Explanation
}

// Explanation tells what is done with the value of a reference, for a person to read.
type Explanation struct {
	Ref   int
	Place string // where it stands: "in a plain scalar"; "" where a document has only one kind of place
	Done  string // what is done: "as it is", "which becomes single-quoted"; "" if it cannot be told
}

// String gives both parts, with a comma between them.
func (e Explanation) String() string {
	if e.Place == "" || e.Done == "" {
		return e.Place + e.Done
	}
	return e.Place + ", " + e.Done
}

// What is done in every format.
const (
	AsItIs      = "as it is"
	WithEscapes = "with escapes"
)

// Kept says what is done with a value that is put into a scalar which stays: AsItIs if it
// was not changed for it, else how.
func Kept(unchanged bool, how string) string {
	if unchanged {
		return AsItIs
	}
	return how
}

// Explained appends what is told of those splices that are references: that they stand at
// place, and what is done with the value of each; nothing of any if done is nil.
func Explained(all []Explanation, splices []Splice, place string, done []string) []Explanation {
	for i, s := range splices {
		if s.Literal {
			continue
		}
		e := Explanation{Ref: s.Ref, Place: place}
		if done != nil {
			e.Done = done[i]
		}
		all = append(all, e)
	}
	return all
}
