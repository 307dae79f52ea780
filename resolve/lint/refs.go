package lint

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// root looks at all but tasks and profiles.
func (l *linter) root() {
	l.env()
	e := l.evaluator(nil, nil)
	rest := l.config.Root.Without("tasks", "profiles", "secrets")
	before := len(l.findings)
	for _, p := range rest.Pairs {
		e.Need(config.Join("", p.Key), p.Value)
	}
	if len(l.findings) > before {
		return // what could not be told before is told when that is mended
	}
	for _, p := range rest.Pairs {
		l.resolve(e, config.Join("", p.Key), p.Value)
		for _, below := range p.Value.All() {
			l.resolve(e, config.Join(config.Join("", p.Key), below.Key), below.Value)
		}
	}
}

// env looks at the names of the variables of the project's programs.
func (l *linter) env() {
	env := l.config.Root.Get("env").All()
	l.names("env", env, Config)
	for _, p := range env {
		if l.project.Env == nil || !secret.IsName(p.Key) {
			continue
		}
		if err := l.project.Env(config.Join("env", p.Key), p.Key); err != nil {
			l.addAt(Finding{File: p.File.Name, Position: p.Position(), Rule: Config, Level: Warning}, "", err)
		}
	}
}

// resolve tells what shows only when a part is put together, as a map within a text does.
func (l *linter) resolve(e *config.Evaluator, path string, n *config.Node) {
	if n.Kind != config.Scalar && path != "" && !strings.ContainsAny(path, ".[") {
		return // its parts are resolved one by one
	}
	_, err := e.Resolve(context.Background(), path, n)
	if err == nil || errors.Is(err, secret.Permission) {
		return
	}
	l.addErrors(Finding{File: n.Place.File.Name, Position: n.Position(), Rule: Place}, path, err)
}

// evaluator notes what parts need; params and variables are what a step knows.
func (l *linter) evaluator(params map[string]bool, isVar func(name string) bool) *config.Evaluator {
	return &config.Evaluator{
		Config:  l.config,
		Secret:  l.secret,
		Value:   func(*resolve.Reference) (secret.Value, error) { return secret.Text("***"), nil },
		Problem: l.problem,
		Env:     func(string) (string, bool) { return "", true },
		Param:   func(name string) (string, bool) { return "", params[name] },
		Var:     func(name string) (secret.Value, bool) { return secret.Value{}, isVar != nil && isVar(name) },
	}
}

// secret notes a reference to a secret.
func (l *linter) secret(place config.Place, path string, ref *resolve.Reference) {
	at := place.Position()
	text, start := textAt(place, at)
	if !bytes.HasPrefix(text[start:], []byte(ref.Raw)) { // it is written with escapes
		l.refer(place.File.Name, at, 0, path, ref)
		return
	}
	l.refer(place.File.Name, at, len(ref.Raw), path, ref)
	l.InURL(place.File.Name, at, ref, text[:start], text[start+len(ref.Raw):])
}

// textAt gives the text of a file, and where in it a position stands: the file may begin
// with a byte order mark that the text has not.
func textAt(place config.Place, at resolve.Position) ([]byte, int) {
	text := place.File.Text
	start := int(at.Offset) - int(config.Place{File: place.File, Line: 1, Column: 1}.Position().Offset)
	return text, max(0, min(start, len(text)))
}

// problem notes what else is wrong with a reference.
func (l *linter) problem(place config.Place, path string, err error) {
	if errors.Is(err, secret.Permission) { // a command that has not been approved is none
		return
	}
	f := Finding{File: place.File.Name, Position: place.Position(), Rule: Grammar}
	text, start := textAt(place, f.Position)
	switch {
	case errors.Is(err, config.Ring), errors.Is(err, config.Deep):
		f.Rule = Cycle
	case errors.Is(err, config.Undeclared):
		f.Rule = Undeclared
	default:
		if s, ok := (&finder{text: text}).at(start); ok {
			f.Rule, f.Level = Misspelt, Error
			if s.unclosed {
				f.Rule = Unclosed
			}
		}
	}
	l.addAt(f, path, err)
}

// lengthOf is how long a reference is in its file, 0 where it is written with escapes.
func lengthOf(ref config.Ref) int {
	text, start := textAt(ref.Place, ref.Place.Position())
	if bytes.HasPrefix(text[start:], []byte(ref.Raw)) {
		return len(ref.Raw)
	}
	return 0
}
