package task

import (
	"slices"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Condition is what stands behind when.
type Condition struct {
	root *node
	refs []*resolve.Reference // in their order
}

// facts is what a condition is about.
type facts struct {
	// value gives what a reference stands for.
	value func(ref *resolve.Reference) (secret.Value, error)
	// failed is whether a step before this one has failed.
	failed bool
}

// node is a part of a condition.
type node struct {
	op          string // "||", "&&", "!", a comparison, or what kind of operand it is
	offset      int
	left, right *node
	parts       []resolve.Token // of an operand
}

// What an operand is.
const (
	quoted = "string"
	number = "number"
	refers = "reference"
	word   = "word"
	ending = "end"
)

// callsStatus reports whether the condition says itself what becomes of it when a step has
// failed: whether it has success() or failure() in it.
func (c *Condition) callsStatus() bool { return c.root.has("success", "failure") }

func (n *node) has(ops ...string) bool {
	return n != nil && (slices.Contains(ops, n.op) || n.left.has(ops...) || n.right.has(ops...))
}
