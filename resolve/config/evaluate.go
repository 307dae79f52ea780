package config

import (
	"cmp"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Evaluator resolves parts of a configuration. Every part is first given to Need, then
// the secrets that are wanted are fetched, then Resolve gives the parts.
type Evaluator struct {
	Config *Config
	// Acting is what may act. Nil means that nothing may.
	Acting *Acting
	// Secret is told of each reference to a secret, with its place; Value gives the
	// value of one.
	Secret func(place Place, path string, ref *resolve.Reference)
	Value  func(ref *resolve.Reference) (secret.Value, error)
	// Problem is told everything else that is wrong.
	Problem func(place Place, path string, err error)
	// Env gives a variable of the environment, Param a parameter of a task; nil means
	// that there are none.
	Env, Param func(name string) (string, bool)
	// Var gives a variable that lies above those of the configuration: what a step of a
	// task has registered. Nil means that there are none.
	Var func(name string) (secret.Value, bool)
	// IsCommand reports whether a string is a shell command. Nil means that none is.
	IsCommand func(n *Node) bool
	// TextOnly says that what is resolved becomes YAML, which holds UTF-8 and nothing else.
	// Elsewhere a value may be any bytes.
	TextOnly bool

	noted    map[nodeAt]int   // variables that were noted, and how many each leads through
	stack    []string         // paths of variables that are being followed
	led      map[*Node]nodeAt // where strings lead that are references to variables
	leading  []string         // paths of those that are being followed
	texts    map[*Node]*Node  // resolved nodes
	commands map[string][]byte
	brought  extent // by references, all together
}

// Bounds of what is resolved.
const (
	maxFollowed = 64
	maxOutput   = 16 << 20
	maxBrought  = 100_000 // nodes
)

// extent is how much a node is with references followed.
type extent struct{ nodes, bytes, levels int }

// parsed gives the tokens of a string.
func (e *Evaluator) parsed(n *Node) ([]resolve.Token, error) {
	if e.IsCommand != nil && e.IsCommand(n) {
		return e.parsedCommand(n)
	}
	return n.parsed()
}

func (e *Evaluator) parsedCommand(n *Node) ([]resolve.Token, error) {
	vars := e.Config.Root.Get("vars")
	return resolve.Parse(n.Text, resolve.Command, func(name string) bool {
		return e.isAbove(name) || vars.Get(name) != nil
	})
}

// named gives a variable of the environment or a parameter, or the default.
func (e *Evaluator) named(ref *resolve.Reference) (string, error) {
	look, what := e.Env, "variable of the environment"
	if ref.Kind == resolve.Params {
		look, what = e.Param, "parameter"
	}
	if look != nil {
		if text, ok := look(ref.Name); ok {
			return text, nil
		}
	}
	if ref.HasDefault {
		return ref.Default, nil
	}
	err := faulty{secret.Errorf(secret.General, "there is no %s %s, and no default", what, ref.Name), Undeclared}
	return "", secret.WithHint(err, "%s:-text} says what is taken then", strings.TrimSuffix(ref.Raw, "}"))
}

// Resolve gives a node, which stands at a path, with everything in it resolved. Errors that
// Need has told are not looked for again; what it returns is what could not be told before.
func (e *Evaluator) Resolve(ctx context.Context, path string, n *Node) (*Node, error) {
	if done, ok := e.texts[n]; ok {
		return done, nil
	}
	resolved, err := e.resolve(ctx, path, n)
	if err != nil {
		return nil, err
	}
	if e.texts == nil {
		e.texts = map[*Node]*Node{}
	}
	e.texts[n] = resolved
	return resolved, nil
}

func (e *Evaluator) resolve(ctx context.Context, path string, n *Node) (*Node, error) {
	if n.isString() {
		return e.resolveText(ctx, path, n)
	}
	out := *n
	out.Pairs, out.Items, out.where = nil, nil, nil
	out.extent = extent{1, len(n.Text), 0}
	for _, p := range n.Pairs {
		value, err := e.Resolve(ctx, Join(path, p.Key), p.Value)
		if err != nil {
			return nil, err
		}
		out.Pairs = append(out.Pairs, Pair{p.Key, value, p.Place})
		out.extent = out.extent.with(value.extent, len(p.Key))
	}
	for i, item := range n.Items {
		value, err := e.Resolve(ctx, index(path, i), item)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, value)
		out.extent = out.extent.with(value.extent, 0)
	}
	if out.extent.levels > maxDepth {
		return nil, placed(n.Place, path, secret.Errorf(secret.General, "resolved it has more than %d levels", maxDepth))
	}
	return &out, nil
}

// with is the extent of a map or list with one node more.
func (x extent) with(below extent, key int) extent {
	return extent{x.nodes + below.nodes, x.bytes + below.bytes + key, max(x.levels, below.levels+1)}
}

// bring counts what a reference brings: a node is written wherever a reference to it
// stands.
func (e *Evaluator) bring(x extent) error {
	e.brought.nodes += x.nodes
	e.brought.bytes += x.bytes
	switch {
	case e.brought.bytes > maxOutput:
		return secret.Errorf(secret.General, "resolved it is more than %d MiB", maxOutput>>20)
	case e.brought.nodes > maxBrought:
		return secret.Errorf(secret.General, "resolved it is more than %d nodes", maxBrought)
	}
	return nil
}

func (e *Evaluator) resolveText(ctx context.Context, path string, n *Node) (*Node, error) {
	tokens, err := e.parsed(n)
	if err != nil {
		return nil, placed(n.Place, path, err)
	}
	if ref := alone(tokens); ref != nil && ref.Kind == resolve.Vars && !e.isAbove(ref.Name) {
		target, err := e.resolveVariable(ctx, ref)
		if err == nil && target != nil {
			err = e.bring(target.extent)
		}
		if err != nil || target != nil {
			return target, n.placedAt(tokens, 0, path, err)
		}
	}
	var text []byte
	nth := 0
	for _, token := range tokens {
		if token.Ref == nil {
			text = append(text, token.Literal...)
			continue
		}
		part, err := e.text(ctx, n, token.Ref)
		if err == nil {
			err = cmp.Or(e.bring(extent{bytes: len(part)}), e.checkText(token.Ref, part))
		}
		if err != nil {
			return nil, n.placedAt(tokens, nth, path, err)
		}
		text = append(text, part...)
		nth++
	}
	value := secret.New(text)
	return &Node{Tag: "!!str", Place: n.Place, resolved: &value, extent: extent{1, len(text), 0}}, nil
}

// checkText returns an error if what a reference brings is not to be carried.
func (e *Evaluator) checkText(ref *resolve.Reference, part []byte) error {
	if !e.TextOnly || utf8.Valid(part) {
		return nil
	}
	switch ref.Kind {
	case resolve.Secret:
		err := secret.Errorf(secret.Invalid, "the value of %s is not UTF-8, so no YAML holds it", ref.Name)
		return secret.WithHint(err, "|base64 makes text of any bytes")
	case resolve.Cmd:
		return secret.Errorf(secret.Invalid, "what the command prints is not UTF-8, so no YAML holds it")
	}
	return secret.Errorf(secret.Invalid, "%s is not UTF-8, so no YAML holds it", ref.Name)
}

// resolveVariable gives a variable, nil if its default is to be taken.
func (e *Evaluator) resolveVariable(ctx context.Context, ref *resolve.Reference) (resolved *Node, err error) {
	_, err = e.variable(ref, func(path string, n *Node) (err error) {
		resolved, err = e.Resolve(ctx, path, n)
		return err
	})
	return resolved, err
}

// text gives what stands in the text of a node for a reference.
func (e *Evaluator) text(ctx context.Context, in *Node, ref *resolve.Reference) ([]byte, error) {
	switch ref.Kind {
	case resolve.Secret:
		value, err := e.Value(ref)
		return value.Reveal(), err
	case resolve.Cmd:
		return e.command(ctx, in, ref.Name)
	case resolve.Vars:
		if v, ok := e.above(ref.Name); ok {
			return v.Reveal(), nil
		}
		n, err := e.resolveVariable(ctx, ref)
		switch {
		case err != nil:
			return nil, err
		case n == nil:
			return []byte(ref.Default), nil
		case n.Kind != Scalar:
			return nil, secret.Errorf(secret.General, "vars.%s is a %s, which cannot stand in a text", ref.Name, n.Kind)
		case n.IsNull(): // however it is written
			return nil, nil
		}
		return n.Value().Reveal(), nil
	}
	text, err := e.named(ref)
	return []byte(text), err
}

// above gives a variable that lies above those of the configuration.
func (e *Evaluator) above(name string) (v secret.Value, ok bool) {
	if e.Var == nil {
		return v, false
	}
	return e.Var(name)
}

func (e *Evaluator) isAbove(name string) bool {
	_, ok := e.above(name)
	return ok
}

// command runs each command once.
func (e *Evaluator) command(ctx context.Context, in *Node, command string) ([]byte, error) {
	if out, ok := e.commands[command]; ok {
		return out, nil
	}
	out, err := e.Acting.run(ctx, in.File, command)
	if err == nil {
		if e.commands == nil {
			e.commands = map[string][]byte{}
		}
		e.commands[command] = out
	}
	return out, err
}
