package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/xec-sh/xec-go/resolve/task"
)

// script gives the arguments of the program that runs a script.
func (r *taskStarter) script(ctx context.Context, s *task.Step, in *task.Scope) (argv []string, err error) {
	var texts []string
	e := r.evaluator(in, s)
	for _, n := range s.Arguments() {
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
			return nil, prefixed(fmt.Sprintf("%s: %s", n.Place, s.Path), task.OnCommandLine())
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

// checkArguments notes the secrets that would be arguments of a script, as far as that is known
// without values.
func (r *taskRun) checkArguments(s *task.Step) {
	for _, n := range s.Arguments() {
		if r.config.HoldsSecret(n) {
			r.resolver.NoteIn(n.File.Name, s.Path, position(n.Place), task.OnCommandLine())
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
