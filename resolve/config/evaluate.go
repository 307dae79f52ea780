package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

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

	noted    map[string]bool // paths of variables that were given to Need
	stack    []string        // paths of variables that are being followed
	texts    map[*Node]*Node // resolved nodes
	commands map[string][]byte
	size     int
}

// Bounds of what is resolved.
const (
	maxFollowed = 64
	maxOutput   = 16 << 20
)

// parsed gives the tokens of a string.
func (n *Node) parsed() ([]resolve.Token, error) {
	return resolve.Parse(n.Text, resolve.Config, nil)
}

// alone gives the reference of a string that is nothing else.
func alone(tokens []resolve.Token) *resolve.Reference {
	if len(tokens) == 1 {
		return tokens[0].Ref
	}
	return nil
}

// placeOf finds where a reference stands in its file: its bytes stand in the source from
// the node's place on, unless the string had to be decoded.
func (n *Node) placeOf(raw string, nth int) Place {
	if n.File == nil {
		return n.Place
	}
	start := n.File.offset(n.Line, n.Column)
	at := start
	for ; nth >= 0; nth-- {
		i := bytes.Index(n.File.Text[at:min(len(n.File.Text), at+maxLookAhead)], []byte(raw))
		if i < 0 {
			return n.Place
		}
		at += i
		if nth > 0 {
			at += len(raw)
		}
	}
	return n.File.placeAt(at)
}

// maxLookAhead is how far behind the beginning of a scalar its references are looked for.
const maxLookAhead = 256 << 10

// offset is the place of a line and column in a file's text.
func (f *File) offset(line, column int) int {
	starts := f.lineStarts()
	at := starts[min(line, len(starts))-1]
	for ; column > 1 && at < len(f.Text); column-- {
		at++
		for at < len(f.Text) && f.Text[at]&0xC0 == 0x80 {
			at++
		}
	}
	return at
}

// placeAt is the place of an offset in a file's text.
func (f *File) placeAt(offset int) Place {
	starts := f.lineStarts()
	line := sort.Search(len(starts), func(i int) bool { return starts[i] > offset })
	return Place{f, line, resolve.At(f.Text[starts[line-1]:], offset-starts[line-1]).Column}
}

// lineStarts are the offsets at which lines begin.
func (f *File) lineStarts() []int {
	if f.lines == nil {
		f.lines = []int{0}
		for i, b := range f.Text {
			if b == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	return f.lines
}

// Need notes what a node needs: secrets to Secret, what is wrong to Problem.
func (e *Evaluator) Need(path string, n *Node) {
	if n == nil {
		return
	}
	for i := range n.Pairs {
		e.Need(join(path, n.Pairs[i].Key), n.Pairs[i].Value)
	}
	for i, item := range n.Items {
		e.Need(fmt.Sprintf("%s[%d]", path, i), item)
	}
	if n.IsString() {
		e.needText(path, n)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// needText notes what a string needs. A string of a variable is noted once, and is on the
// stack meanwhile, whoever has led to it.
func (e *Evaluator) needText(path string, n *Node) {
	if strings.HasPrefix(path, "vars.") {
		if e.noted[path] {
			return
		}
		if e.noted == nil {
			e.noted = map[string]bool{}
		}
		e.noted[path] = true
		if len(e.stack) == 0 || e.stack[len(e.stack)-1] != path {
			e.stack = append(e.stack, path)
			defer func() { e.stack = e.stack[:len(e.stack)-1] }()
		}
	}
	tokens, err := n.parsed()
	for _, each := range each(err) {
		e.Problem(n.placeAt(each), path, withoutPlace(each))
	}
	count := map[string]int{}
	for _, token := range tokens {
		if token.Ref == nil {
			continue
		}
		place := n.placeOf(token.Ref.Raw, count[token.Ref.Raw])
		count[token.Ref.Raw]++
		if err := e.needRef(place, path, token.Ref); err != nil {
			e.Problem(place, path, err)
		}
	}
}

// each gives the errors that were joined into one.
func each(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// placeAt is where an error of parsing stands: on the line of the string, as far as that
// is known.
func (n *Node) placeAt(err error) Place {
	var p *resolve.PlacedError
	if errors.As(err, &p) {
		rest := n.Text[p.Offset:]
		if end := strings.IndexAny(rest, "}>\n"); end >= 0 {
			return n.placeOf(rest[:end], 0)
		}
	}
	return n.Place
}

func withoutPlace(err error) error {
	var p *resolve.PlacedError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (e *Evaluator) needRef(place Place, path string, ref *resolve.Reference) error {
	switch ref.Kind {
	case resolve.Secret:
		e.Secret(place, path, ref)
		return nil
	case resolve.Cmd:
		return e.Acting.check(place.File)
	case resolve.Vars:
		_, err := e.variable(ref, func(target string, n *Node) error {
			e.Need(target, n)
			return nil
		})
		return err
	}
	_, err := e.named(ref)
	return err
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
	return "", secret.Errorf(secret.General, "there is no %s %s, and no default", what, ref.Name)
}

// variable follows a reference to a variable: visit is called with its path and node
// while it is on the stack. Of a variable that does not exist the node is nil if the
// reference has a default.
func (e *Evaluator) variable(ref *resolve.Reference, visit func(path string, n *Node) error) (*Node, error) {
	path, n, err := e.lookUp(ref)
	if err != nil || n == nil {
		return nil, err
	}
	for i, open := range e.stack {
		if rest, ok := strings.CutPrefix(open, path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return nil, secret.Errorf(secret.General, "variables refer to each other in a ring: %s", strings.Join(append(e.stack[i:], path), " → "))
		}
	}
	if len(e.stack) >= maxFollowed {
		return nil, secret.Errorf(secret.General, "variables refer to each other more than %d deep", maxFollowed)
	}
	e.stack = append(e.stack, path)
	defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	return n, visit(path, n)
}

// lookUp finds the node of a variable.
func (e *Evaluator) lookUp(ref *resolve.Reference) (path string, n *Node, err error) {
	path, n = "vars", e.Config.Root.Get("vars")
	for _, step := range steps(ref.Name) {
		next, nextPath := n.child(step, path)
		if next == nil && n != nil && n.IsString() {
			if n, path, err = e.leadsTo(n); err != nil {
				return "", nil, err
			}
			next, nextPath = n.child(step, path)
		}
		if next == nil {
			if ref.HasDefault {
				return "", nil, nil
			}
			return "", nil, e.noVariable(nextPath, n, step)
		}
		n, path = next, nextPath
	}
	return path, n, nil
}

// leadsTo gives the map or list that a string is a reference to.
func (e *Evaluator) leadsTo(n *Node) (target *Node, path string, err error) {
	for range maxFollowed {
		tokens, err := n.parsed()
		ref := alone(tokens)
		if err != nil || ref == nil || ref.Kind != resolve.Vars {
			return n, "", nil
		}
		if path, n, err = e.lookUp(ref); err != nil || n == nil || !n.IsString() {
			return n, path, err
		}
	}
	return nil, "", secret.Errorf(secret.General, "variables refer to each other more than %d deep", maxFollowed)
}

// steps are the keys and indices of a path.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// child is what stands in a map or list at a key or index.
func (n *Node) child(step, path string) (*Node, string) {
	if n != nil && n.Kind == List {
		path = path + "[" + step + "]"
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Items) {
			return n.Items[i], path
		}
		return nil, path
	}
	return n.Get(step), join(path, step)
}

func (e *Evaluator) noVariable(path string, in *Node, step string) error {
	err := secret.Errorf(secret.General, "there is no variable %s", path)
	var keys []string
	if in != nil {
		for _, p := range in.Pairs {
			keys = append(keys, p.Key)
		}
	}
	if near := resolve.Nearest(step, keys); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}

// Resolve gives a node with everything in it resolved. Errors that Need has told are not
// looked for again; what it returns is what could not be told before.
func (e *Evaluator) Resolve(ctx context.Context, n *Node) (*Node, error) {
	if done, ok := e.texts[n]; ok {
		return done, nil
	}
	resolved, err := e.resolve(ctx, n)
	if err != nil {
		return nil, err
	}
	if e.texts == nil {
		e.texts = map[*Node]*Node{}
	}
	e.texts[n] = resolved
	return resolved, nil
}

func (e *Evaluator) resolve(ctx context.Context, n *Node) (*Node, error) {
	if n.Kind == Scalar && !n.IsString() {
		return n, nil
	}
	if n.IsString() {
		return e.resolveText(ctx, n)
	}
	out := &Node{Kind: n.Kind, Place: n.Place}
	for _, p := range n.Pairs {
		value, err := e.Resolve(ctx, p.Value)
		if err != nil {
			return nil, err
		}
		out.Pairs = append(out.Pairs, Pair{p.Key, value, p.Place})
	}
	for _, item := range n.Items {
		value, err := e.Resolve(ctx, item)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, value)
	}
	return out, nil
}

func (e *Evaluator) resolveText(ctx context.Context, n *Node) (*Node, error) {
	tokens, err := n.parsed()
	if err != nil {
		return nil, placed(n.Place, "", err)
	}
	if ref := alone(tokens); ref != nil && ref.Kind == resolve.Vars {
		target, err := e.resolveVariable(ctx, ref)
		if err != nil || target != nil {
			return target, err
		}
	}
	var text []byte
	for _, token := range tokens {
		if token.Ref == nil {
			text = append(text, token.Literal...)
			continue
		}
		part, err := e.text(ctx, n, token.Ref)
		if err != nil {
			return nil, placed(n.placeOf(token.Ref.Raw, 0), "", err)
		}
		text = append(text, part...)
		if e.size += len(part); e.size > maxOutput {
			return nil, placed(n.Place, "", secret.Errorf(secret.General, "resolved it is more than %d MiB", maxOutput>>20))
		}
	}
	value := secret.New(text)
	return &Node{Tag: "!!str", Place: n.Place, resolved: &value}, nil
}

// resolveVariable gives a variable, nil if its default is to be taken.
func (e *Evaluator) resolveVariable(ctx context.Context, ref *resolve.Reference) (resolved *Node, err error) {
	_, err = e.variable(ref, func(_ string, n *Node) (err error) {
		resolved, err = e.Resolve(ctx, n)
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
		n, err := e.resolveVariable(ctx, ref)
		switch {
		case err != nil:
			return nil, err
		case n == nil:
			return []byte(ref.Default), nil
		case n.Kind != Scalar:
			return nil, secret.Errorf(secret.General, "vars.%s is a %s, which cannot stand in a text", ref.Name, n.Kind)
		}
		return n.Value().Reveal(), nil
	}
	text, err := e.named(ref)
	return []byte(text), err
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
