package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// taskStarter carries out the commands and scripts of a task.
type taskStarter struct {
	*taskRun
	printing sync.Mutex // held while whole lines are written
}

// isTimed reports whether a step, or what has called its task, has a time limit.
func isTimed(ctx context.Context) bool {
	_, timed := ctx.Deadline()
	return timed
}

// Start implements task.Starter.
func (r *taskStarter) Start(ctx context.Context, s *task.Step, in *task.Scope) (out task.Outcome, err error) {
	if err := context.Cause(ctx); err != nil {
		return task.Outcome{Failure: err}, nil
	}
	command, dir, err := r.command(ctx, s, in)
	if err != nil {
		return out, err
	}
	if in.Beside || s.Register != "" || isTimed(ctx) || s.Timeout > 0 || !r.app.hasTerminal() {
		return r.apart(ctx, s, in, command, dir)
	}
	return r.here(s, command, dir)
}

// command gives what a step starts, with exactly the values that it refers to, and where.
func (r *taskStarter) command(ctx context.Context, s *task.Step, in *task.Scope) (c child.Command, dir string, err error) {
	vars, err := r.env(ctx, s, in)
	if err != nil {
		return c, "", err
	}
	if dir, err = r.workdir(ctx, s, in); err != nil {
		return c, "", err
	}
	var own []child.Var
	if s.Kind == task.Script {
		c.Argv, err = r.script(ctx, s, in)
	} else {
		c.Argv, own, err = r.shell(ctx, s, in)
	}
	if err != nil {
		return c, "", err
	}
	c.Streams = r.app.files
	env := child.Environment{Parent: r.app.environ}
	for _, v := range vars {
		env.Allow = append(env.Allow, v.Name) // the person has called the task
	}
	c.Env, err = env.With(append(vars, own...))
	if err == nil && s.Kind == task.Script {
		c.Env = withBroker(c.Env, r.broker)
	}
	return c, dir, err
}

// env gives the variables of a step: what is said last counts.
func (r *taskStarter) env(ctx context.Context, s *task.Step, in *task.Scope) ([]child.Var, error) {
	values, err := r.values(ctx, in, s, s.Env, s.Path+".env")
	if err != nil {
		return nil, err
	}
	var vars []child.Var
	for _, name := range slices.Sorted(maps.Keys(values)) {
		vars = append(vars, child.Var{Name: name, Value: values[name], Source: s.Path + ".env." + name})
	}
	return vars, nil
}

// workdir is where a step runs: in the folder of the project, or one below it or elsewhere.
func (r *taskStarter) workdir(ctx context.Context, s *task.Step, in *task.Scope) (string, error) {
	dir := r.config.Dir()
	if s.Workdir == nil {
		return dir, nil
	}
	n, err := r.evaluator(in, s).Resolve(ctx, s.Path+".workdir", s.Workdir)
	if err != nil {
		return "", err
	}
	v, err := scalarOf(n, s.Path+".workdir")
	if err != nil {
		return "", err
	}
	path := string(v.Reveal())
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	// What the system says names the path, of which a value may be a part.
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return "", secret.Errorf(secret.General, "%s: %s.workdir: there is no such folder", s.Workdir.Place, s.Path)
	}
	return path, nil
}
