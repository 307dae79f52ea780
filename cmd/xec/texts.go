package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

// texts are the variables of a child before their references are resolved: all of
// them first, so that everything that is missing is told together.
type texts struct {
	resolver  *resolve.Resolver
	vars      []unresolved
	delivered []delivered
	secrets   map[string]bool // the keys whose values were handed out
}

type unresolved struct {
	name    string
	source  string
	tokens  []resolve.Token
	ifFound string // a key without which the variable is left out, "" if there is none
}

func newTexts(ctx context.Context, s store.Store) *texts {
	r, _, _ := newResolver(ctx, func() (store.Store, error) { return s, nil })
	t := &texts{resolver: r, secrets: map[string]bool{}}
	t.resolver.Seen = func(key string, _ secret.Value) { t.secrets[key] = true }
	return t
}

// addKey adds a variable whose value is that of a key; from is the flag, for errors.
func (t *texts) addKey(name, key, from string) error {
	if err := secret.CheckKey(key); err != nil {
		return prefixed(from, err)
	}
	ref := &resolve.Reference{Kind: resolve.Secret, Name: key}
	t.add(unresolved{name: name, source: key, tokens: []resolve.Token{{Ref: ref}}}, from)
	return nil
}

func (t *texts) add(v unresolved, from string) {
	for _, token := range v.tokens {
		if token.Ref != nil {
			t.resolver.Need(from, token.Ref)
		}
	}
	t.vars = append(t.vars, v)
}

// addFlag adds NAME=KEY or NAME=text with references.
func (t *texts) addFlag(assignment string) error {
	name, text, ok := strings.Cut(assignment, "=")
	if !ok || text == "" {
		err := secret.Errorf(secret.Invalid, "--env: not of the form NAME=KEY")
		return secret.WithHint(err, "or NAME='text with ${secret:KEY}'")
	}
	if !child.IsName(name) {
		err := secret.Errorf(secret.Invalid, "--env: what stands before the = is not the name of a variable")
		return secret.WithHint(err, "a name is a letter or _, then letters, digits and _")
	}
	from := "--env " + name
	tokens, err := resolve.Parse(text, resolve.Variable, nil)
	switch {
	case err != nil:
		t.resolver.Note(from, err)
	case len(tokens) == 1 && tokens[0].Ref == nil && string(tokens[0].Literal) == text:
		if secret.CheckKey(text) != nil {
			err := secret.Errorf(secret.Invalid, "%s: neither a key nor a text with a reference", from)
			return secret.WithHint(err, "what is not secret needs no xec: env %s=… in front of it sets it", name)
		}
		return t.addKey(name, text, from)
	}
	t.add(unresolved{name: name, source: from, tokens: tokens}, from)
	return nil
}

// addFile adds the variables of a dotenv file.
func (t *texts) addFile(path string) error {
	src, err := readFile(path)
	if err != nil {
		return err
	}
	lines, err := dotenv.Parse(src)
	if err != nil {
		return prefixed(path, err)
	}
	for _, l := range lines {
		if l.IsComment() {
			continue
		}
		tokens, err := resolve.Parse(string(l.Value), resolve.Variable, nil)
		for _, token := range tokens {
			if token.Ref != nil {
				token.Ref.Position = inFile(src, l, token.Ref.Position)
			}
		}
		t.resolver.NoteAt(path, err, func(p resolve.Position) resolve.Position { return inFile(src, l, p) })
		t.add(unresolved{name: l.Name, source: path + ": " + l.Name, tokens: tokens}, path)
	}
	return nil
}

// maxEnvFile is the size of the largest dotenv file. An environment holds less.
const maxEnvFile = 16 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := readUpTo(f, maxEnvFile+1)
	if err == nil && len(src) > maxEnvFile {
		err = secret.Errorf(secret.Invalid, "%s: more than 16 MiB", path)
	}
	return src, err
}

// inFile turns a place in the value of a line into one in the file. In a value
// with escapes before it the column is that of the value as it is read.
func inFile(src []byte, l dotenv.Line, p resolve.Position) resolve.Position {
	start := l.Start
	if l.Quote != dotenv.None {
		start++
	}
	if p.Line == 1 {
		p.Column += utf8.RuneCount(src[bytes.LastIndexByte(src[:start], '\n')+1 : start])
	}
	p.Line += l.Number - 1
	p.Offset += int64(start)
	return p
}

// resolve gives all variables with their values.
func (t *texts) resolve(ctx context.Context) ([]child.Var, error) {
	if err := t.resolver.Load(ctx); err != nil {
		return nil, err
	}
	vars := make([]child.Var, 0, len(t.vars))
	for _, v := range t.vars {
		if v.ifFound != "" && !t.resolver.Found(v.ifFound) {
			continue
		}
		value, err := t.value(v.tokens)
		if err != nil {
			return nil, err
		}
		vars = append(vars, child.Var{Name: v.name, Value: value, Source: v.source})
	}
	return vars, nil
}

func (t *texts) value(tokens []resolve.Token) (secret.Value, error) {
	var text []byte
	for _, token := range tokens {
		if token.Ref == nil {
			text = append(text, token.Literal...)
			continue
		}
		value, err := t.resolver.Value(token.Ref)
		if err != nil {
			return secret.Value{}, err
		}
		text = append(text, value.Reveal()...)
	}
	return secret.New(text), nil
}
