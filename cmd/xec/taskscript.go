package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// script gives the arguments of the program that runs a script.
func (r *taskStarter) script(ctx context.Context, s *task.Step, in *task.Scope) (argv []string, err error) {
	var texts []string
	e := r.evaluator(in, s)
	for _, n := range append([]*config.Node{s.Script}, s.Args...) {
		resolved, err := e.Resolve(ctx, s.Path, n)
		if err != nil {
			return nil, err
		}
		v, err := scalarOf(resolved, s.Path)
		if err != nil {
			return nil, err
		}
		// What a parameter or a variable of the task holds is known by its value alone. A text
		// without references is none, be it the same.
		if _, isConstant := n.Constant(); !isConstant && r.set.Holds(v.Reveal()) {
			return nil, prefixed(fmt.Sprintf("%s: %s", n.Place, s.Path), onCommandLine())
		}
		texts = append(texts, string(v.Reveal()))
	}
	if !filepath.IsAbs(texts[0]) {
		texts[0] = filepath.Join(r.config.Dir(), texts[0])
	}
	chosen, err := newScript(texts[0], "")
	if err != nil {
		return nil, prefixed(fmt.Sprintf("%s: %s", s.Place, s.Path), err)
	}
	return chosen.argv(filepath.Join(r.broker.Folder(), "preload"), texts[1:]), nil
}

// onCommandLine is the error for a secret among the arguments of a script.
func onCommandLine() error {
	err := secret.Errorf(secret.Invalid, "a secret would stand on a command line, where others can read it")
	return secret.WithHint(err, "hand it over in env")
}

// checkArguments notes the secrets that would be arguments of a script, as far as that is known
// without values.
func (r *taskRun) checkArguments(s *task.Step) {
	for _, n := range append([]*config.Node{s.Script}, s.Args...) {
		if r.config.HoldsSecret(n) {
			r.resolver.NoteIn(n.File.Name, s.Path, position(n.Place), onCommandLine())
		}
	}
}

// hasScripts reports whether a step of the plan is a script.
func (r *taskRun) hasScripts() (found bool) {
	r.plan.Tasks(func(t *task.Task) {
		t.Each(func(s *task.Step) { found = found || s.Kind == task.Script })
	})
	return found
}
