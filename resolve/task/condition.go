package task

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	quoted  = "string"
	number  = "number"
	refers  = "reference"
	word    = "word"
	ending  = "end"
	maxDeep = 100
)

// parseCondition parses a condition. An error is a *resolve.PlacedError of kind
// secret.Invalid, or several of them.
func parseCondition(text string) (*Condition, error) {
	if at := strings.IndexByte(text, 0); at >= 0 {
		return nil, misread(text, at, "a NUL byte")
	}
	tokens, err := resolve.Parse(text, resolve.Config, nil)
	if err != nil {
		return nil, err
	}
	c := &Condition{}
	for _, t := range tokens {
		if t.Ref != nil {
			c.refs = append(c.refs, t.Ref)
		}
	}
	words, err := lex(text, tokens)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, words: words}
	if c.root = p.either(); p.err == nil && p.word().op != ending {
		p.fail("expected an operator or the end")
	}
	return c, p.err
}

// callsStatus reports whether the condition says itself what becomes of it when a step has
// failed: whether it has success() or failure() in it.
func (c *Condition) callsStatus() bool { return c.root.has("success", "failure") }

func (n *node) has(ops ...string) bool {
	return n != nil && (slices.Contains(ops, n.op) || n.left.has(ops...) || n.right.has(ops...))
}

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
	a, aErr := parseNumber(left)
	b, bErr := parseNumber(right)
	if i, iErr := strconv.ParseInt(string(left), 10, 64); iErr == nil {
		if j, jErr := strconv.ParseInt(string(right), 10, 64); jErr == nil {
			a, b = float64(cmp.Compare(i, j)), 0 // large ones are apart further than their floats
		}
	}
	switch {
	case isEquality && (aErr != nil || bErr != nil):
		return n.op == "!=", nil // a text is no number
	case aErr != nil:
		return false, n.left.noNumber()
	case bErr != nil:
		return false, n.right.noNumber()
	}
	switch n.op {
	case "==":
		return a == b, nil
	case "!=":
		return a != b, nil
	case "<":
		return a < b, nil
	case "<=":
		return a <= b, nil
	case ">":
		return a > b, nil
	}
	return a >= b, nil
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

// parser reads words. It keeps the first error.
type parser struct {
	text  string
	words []node
	at    int
	deep  int
	err   error
}

func (p *parser) word() *node { return &p.words[p.at] }

// take goes to the next word, if the current one is op.
func (p *parser) take(ops ...string) (*node, bool) {
	w := p.word()
	if p.err != nil || !slices.Contains(ops, w.op) {
		return w, false
	}
	p.at++
	return w, true
}

func (p *parser) fail(why string) {
	if p.err == nil {
		p.err = misread(p.text, p.word().offset, why)
	}
}

// misread is an error at an offset of a condition.
func misread(text string, offset int, why string) error {
	err := secret.Errorf(secret.Invalid, "%s", why)
	return &resolve.PlacedError{Position: resolve.At([]byte(text), offset), Err: secret.WithHint(err, `like: ${params.env} == "production" && success()`)}
}

func (p *parser) either() *node {
	return p.row("||", func() *node { return p.row("&&", p.not) })
}

// row reads what stands between operators of one kind.
func (p *parser) row(op string, read func() *node) *node {
	left := read()
	for {
		w, ok := p.take(op)
		if !ok {
			return left
		}
		left = &node{op: op, offset: w.offset, left: left, right: read()}
	}
}

func (p *parser) not() *node {
	if p.deep++; p.deep > maxDeep {
		p.fail("the condition is too deep")
	}
	defer func() { p.deep-- }()
	if w, ok := p.take("!"); ok {
		return &node{op: "!", offset: w.offset, left: p.not()}
	}
	return p.comparison()
}

func (p *parser) comparison() *node {
	if _, ok := p.take("("); ok {
		inner := p.either()
		if _, ok := p.take(")"); !ok {
			p.fail("expected ')'")
		}
		return inner
	}
	left := p.operand()
	if w, ok := p.take("==", "!=", "<", "<=", ">", ">="); ok {
		return &node{op: w.op, offset: w.offset, left: left, right: p.operand()}
	}
	return left
}

func (p *parser) operand() *node {
	if w, ok := p.take(quoted, number, refers); ok {
		return w
	}
	w, ok := p.take(word)
	if !ok {
		p.fail("expected a text in quotes, a number, a reference, success() or failure()")
		return w
	}
	switch name := string(w.parts[0].Literal); name {
	case "true", "false":
		return w
	case "success", "failure":
		_, open := p.take("(")
		_, closed := p.take(")")
		if !open || !closed {
			p.fail("expected () behind " + name)
		}
		return &node{op: name, offset: w.offset}
	}
	p.at--
	if string(w.parts[0].Literal) == "always" {
		p.fail("success() and failure() are what there is; a step that always runs says alwaysRun: true")
	}
	p.fail("expected quotes around a text")
	return w
}

// lexer takes a condition apart.
type lexer struct {
	text    string // as it was written
	masked  string // with a NUL for each reference
	offsets []int  // of each byte of masked in text
	refs    []*resolve.Reference
	at      int
}

// lex gives the words of a condition, the last of which is its end.
func lex(text string, tokens []resolve.Token) (words []node, err error) {
	l := lexer{text: text}
	var masked strings.Builder
	end := 0
	for _, t := range tokens {
		if t.Ref != nil {
			masked.WriteByte(0)
			l.offsets = append(l.offsets, int(t.Ref.Offset))
			l.refs = append(l.refs, t.Ref)
			end = int(t.Ref.Offset) + len(t.Ref.Raw)
			continue
		}
		masked.Write(t.Literal)
		for i := range t.Literal {
			l.offsets = append(l.offsets, min(end+i, len(text)))
		}
	}
	l.masked, l.offsets = masked.String(), append(l.offsets, len(text))
	for {
		w, err := l.next()
		if err != nil {
			return nil, err
		}
		if words = append(words, w); w.op == ending {
			return words, nil
		}
	}
}

var operators = []string{"||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")"}

func (l *lexer) next() (node, error) {
	for l.at < len(l.masked) && strings.IndexByte(" \t\r\n", l.masked[l.at]) >= 0 {
		l.at++
	}
	rest := l.masked[l.at:]
	w := node{op: ending, offset: l.offsets[l.at]}
	if rest == "" {
		return w, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			w.op = op
			l.at += len(op)
			return w, nil
		}
	}
	switch rest[0] {
	case 0:
		w.op, w.parts = refers, l.parts(1)
		return w, nil
	case '"', '\'':
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return w, misread(l.text, w.offset, "the quote is not closed")
		}
		l.at++
		w.op, w.parts = quoted, l.parts(end)
		l.at++
		return w, nil
	}
	n := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"))
	if n == 0 {
		char, _ := utf8.DecodeRuneInString(rest)
		return w, misread(l.text, w.offset, "unexpected character "+strconv.QuoteRune(char))
	}
	w.op, w.parts = word, l.parts(n)
	if _, err := parseNumber(w.parts[0].Literal); err == nil {
		w.op = number
	}
	return w, nil
}

// parts gives the next n bytes, with references in their places.
func (l *lexer) parts(n int) (parts []resolve.Token) {
	text := l.masked[l.at : l.at+n]
	l.at += n
	for {
		literal, rest, found := strings.Cut(text, "\x00")
		if literal != "" || !found && parts == nil {
			parts = append(parts, resolve.Token{Literal: []byte(literal)})
		}
		if !found {
			return parts
		}
		parts = append(parts, resolve.Token{Ref: l.refs[0]})
		l.refs, text = l.refs[1:], rest
	}
}
