package main

import (
	"bytes"
	"context"
	"os"
	"strings"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

// childVars are the variables of a child before their references are resolved: all of
// them first, so that everything that is missing is told together.
type childVars struct {
	resolver  *resolve.Resolver
	warn      warner // of a value that may do harm where it stands
	vars      []unresolved
	delivered []delivered
	secrets   map[string]bool // the keys whose values were handed out
}

// unresolved is a variable whose value may hold references; source names it in errors, from
// the text in which its references have their places.
type unresolved struct {
	name    string
	source  string
	from    string
	tokens  []resolve.Token
	ifFound string // a key without which the variable is left out, "" if there is none
}

func newChildVars(ctx context.Context, s store.Store) *childVars {
	cv := &childVars{resolver: resolverOf(ctx, s), secrets: map[string]bool{}}
	cv.resolver.Seen = func(key string, _ secret.Value) { cv.secrets[key] = true }
	return cv
}

// addKey adds a variable whose value is that of a key; from is the flag, for errors.
func (cv *childVars) addKey(name, key, from string) error {
	ref, err := keyNeeded(cv.resolver, key, from)
	if err == nil {
		cv.vars = append(cv.vars, unresolved{name: name, source: key, tokens: []resolve.Token{{Ref: ref}}})
	}
	return err
}

func (cv *childVars) add(v unresolved, from string) {
	for _, token := range v.tokens {
		if token.Ref != nil {
			cv.resolver.Need(from, token.Ref)
		}
	}
	v.from = from
	cv.vars = append(cv.vars, v)
}

// addEnv adds NAME=KEY or NAME=text with references.
func (cv *childVars) addEnv(assignment string) error {
	name, text, ok := strings.Cut(assignment, "=")
	if !ok || text == "" {
		err := secret.Errorf(secret.Invalid, "--env: not of the form NAME=KEY")
		return secret.WithHint(err, "or NAME='text with ${secret:KEY}'")
	}
	if !secret.IsName(name) {
		err := secret.Errorf(secret.Invalid, "--env: what stands before the = is not the name of a variable")
		return secret.WithHint(err, "a name is a letter or _, then letters, digits and _")
	}
	from := "--env " + name
	tokens, err := resolve.Parse(text, resolve.Variable, nil)
	switch {
	case err != nil:
		cv.resolver.Note(from, err)
	case len(tokens) == 1 && tokens[0].Ref == nil && string(tokens[0].Literal) == text:
		if secret.CheckKey(text) != nil {
			err := secret.Errorf(secret.Invalid, "%s: neither a key nor a text with a reference", from)
			return secret.WithHint(err, "what is not secret needs no xec: env %s=… in front of it sets it", name)
		}
		return cv.addKey(name, text, from)
	}
	cv.add(unresolved{name: name, source: from, tokens: tokens}, from)
	return nil
}

// addEnvFile adds the variables of a dotenv file.
func (cv *childVars) addEnvFile(path string) error {
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
		cv.resolver.NoteAt(path, err, func(p resolve.Position) resolve.Position { return inFile(src, l, p) })
		cv.add(unresolved{name: l.Name, source: path + ": " + l.Name, tokens: tokens}, path)
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
	line := bytes.LastIndexByte(src[:start], '\n') + 1
	begin := resolve.Behind(resolve.Position{Offset: int64(line), Line: l.Number, Column: 1}, src[line:start])
	return resolve.Within(begin, p)
}

// resolve gives all variables with their values.
func (cv *childVars) resolve(ctx context.Context) ([]child.Var, error) {
	if err := cv.resolver.Load(ctx); err != nil {
		return nil, err
	}
	vars := make([]child.Var, 0, len(cv.vars))
	for _, v := range cv.vars {
		if v.ifFound != "" && !cv.resolver.Found(v.ifFound) {
			continue
		}
		value, err := cv.value(v.tokens)
		if err != nil {
			return nil, err
		}
		cv.warnURLs(v)
		vars = append(vars, child.Var{Name: v.name, Value: value, Source: v.source})
	}
	return vars, nil
}

// clear overwrites the values, of vars too.
func (cv *childVars) clear(vars []child.Var) {
	cv.resolver.Clear()
	for _, v := range vars {
		v.Value.Clear()
	}
}

func (cv *childVars) value(tokens []resolve.Token) (secret.Value, error) {
	var text []byte
	for _, token := range tokens {
		if token.Ref == nil {
			text = append(grown(text, len(token.Literal)), token.Literal...)
			continue
		}
		value, err := cv.resolver.Value(token.Ref)
		if err != nil {
			return secret.Value{}, err
		}
		text = append(grown(text, value.Len()), value.Reveal()...)
	}
	return secret.New(text), nil
}
