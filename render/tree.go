package render

import "github.com/xec-sh/xec-go/store/secret"

// Tree is data without a format, for a writer of one.
type Tree struct {
	Pairs  []TreePair // of a map, if IsMap
	Items  []Tree     // of a list, if IsList
	IsMap  bool
	IsList bool
	// Text is a scalar. Plain says that it is no string but a number, a truth value or
	// null, written as it is.
	Text  secret.Value
	Plain bool
}

// TreePair is a key of a map with its value.
type TreePair struct {
	Key   string
	Value Tree
}
