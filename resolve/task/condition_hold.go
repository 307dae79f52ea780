package task

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// holds reports whether a condition holds. An error is that of value, or says which
// operand is none of what its operator takes.
func (c *Condition) holds(f facts) (bool, error) { return c.root.holds(f) }

func (n *node) holds(f facts) (bool, error) {
	switch n.op {
	case "||", "&&":
		is, err := n.left.holds(f)
		if err != nil || is == (n.op == "||") {
			return is, err
		}
		return n.right.holds(f)
	case "!":
		is, err := n.left.holds(f)
		return !is, err
	case "success":
		return !f.failed, nil
	case "failure":
		return f.failed, nil
	case quoted, number, refers, word:
		text, err := n.value(f)
		return isTrue(text), err
	}
	return n.compare(f)
}

// isTrue reports what an operand says that stands alone.
func isTrue(text []byte) bool {
	return !slices.ContainsFunc([]string{"", "false", "0", "no", "off"}, func(no string) bool { return strings.EqualFold(no, string(text)) })
}

// compare compares two operands: as numbers if one of them is written as one, or if an order
// is asked for; else as text.
func (n *node) compare(f facts) (bool, error) {
	left, err := n.left.value(f)
	if err != nil {
		return false, err
	}
	right, err := n.right.value(f)
	if err != nil {
		return false, err
	}
	isEquality := n.op == "==" || n.op == "!="
	if isEquality && n.left.op != number && n.right.op != number {
		return bytes.Equal(left, right) == (n.op == "=="), nil
	}
	order, err := n.order(left, right)
	if isEquality && err != nil {
		return n.op == "!=", nil // a text is no number
	}
	return err == nil && isInOrder(n.op, order), err
}

// order compares two numbers.
func (n *node) order(left, right []byte) (int, error) {
	a, err := parseNumber(left)
	if err != nil {
		return 0, n.left.noNumber()
	}
	b, err := parseNumber(right)
	if err != nil {
		return 0, n.right.noNumber()
	}
	i, iErr := strconv.ParseInt(string(left), 10, 64)
	j, jErr := strconv.ParseInt(string(right), 10, 64)
	if iErr == nil && jErr == nil {
		return cmp.Compare(i, j), nil // large ones are apart further than their floats
	}
	return cmp.Compare(a, b), nil
}

// isInOrder reports whether an operator holds of what cmp.Compare says.
func isInOrder(op string, order int) bool {
	switch op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// parseNumber reads a decimal number.
func parseNumber(text []byte) (float64, error) {
	if len(bytes.Trim(text, "0123456789+-.eE")) > 0 {
		return 0, strconv.ErrSyntax // Inf and 0x1 are texts
	}
	return strconv.ParseFloat(string(text), 64)
}

func (n *node) noNumber() error {
	return secret.Errorf(secret.Invalid, "column %d: the operand of <, <=, > or >= is no number", n.offset+1)
}

// value is the text of an operand.
func (n *node) value(f facts) (text []byte, err error) {
	for _, t := range n.parts {
		if t.Ref == nil {
			text = append(text, t.Literal...)
			continue
		}
		v, err := f.value(t.Ref)
		if err != nil {
			return nil, err
		}
		text = append(text, v.Reveal()...)
	}
	return text, nil
}
