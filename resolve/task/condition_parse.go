package task

import (
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
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

// maxDeep is how deep conditions lie within each other.
const maxDeep = 100

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
