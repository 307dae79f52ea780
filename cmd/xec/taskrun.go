package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/broker"
	"github.com/xec-sh/xec-go/store/secret"
)

// taskRun is one run of a task.
type taskRun struct {
	app      *app
	config   *config.Config
	plan     *task.Plan
	options  runOptions
	set      mask.Set
	filters  child.Filters
	resolver *resolve.Resolver
	acting   *config.Acting
	secrets  bool           // whether the plan refers to any
	broker   *broker.Broker // that the scripts among the steps ask; nil where there are none
	// interrupt ends the task, but for the steps that are meant for that.
	interrupt context.CancelCauseFunc
}

// run fetches all that the task may need, and then carries it out.
func (r *taskRun) run(ctx context.Context, given map[string]secret.Value) error {
	ctx, r.interrupt = context.WithCancelCause(ctx)
	defer r.interrupt(nil)
	if err := r.prepare(ctx, given); err != nil {
		return err
	}
	defer r.resolver.Clear()
	if r.hasScripts() {
		var err error
		if r.broker, err = r.app.startBroker(ctx, &r.set, r.options.only); err != nil {
			return err
		}
		defer r.broker.Close()
	}
	params, err := r.withDefaults(ctx, r.plan.Task, given)
	if err != nil {
		return err
	}
	runner := task.Runner{Starter: &taskStarter{taskRun: r}, Call: r.call, Value: r.conditionValue, Tell: r.tell}
	r.app.unwatch() // the task hears signals itself
	defer outliveReaders()()
	failure, err := runner.Run(ctx, r.plan, task.NewScope(params))
	if failure == context.DeadlineExceeded { // between two steps
		failure = timeUp("tasks." + r.plan.Task.Name)
	}
	var signal signalError
	if errors.As(context.Cause(ctx), &signal) {
		failure, err = signal.exit(), nil
	}
	r.app.tellShort(&r.set, r.filters.Mode, r.options.reports)
	if found := r.app.closing(&r.set, r.options.reports); failure == nil && err == nil {
		err = found
	}
	return errors.Join(failure, err)
}

// call gives the scope of a task that a step calls.
func (r *taskRun) call(ctx context.Context, s *task.Step, called *task.Task, in *task.Scope) (*task.Scope, error) {
	with, err := r.values(ctx, in, s, s.With, s.Path+".with")
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, p := range s.With {
		errs = append(errs, called.Param(p.Key).CheckAt(p.Value, config.Join(s.Path+".with", p.Key), string(with[p.Key].Reveal())))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	params, err := r.withDefaults(ctx, called, with)
	return task.NewScope(params), err
}

// conditionValue gives what a reference in the condition of a step stands for.
func (r *taskRun) conditionValue(ctx context.Context, s *task.Step, in *task.Scope, ref *resolve.Reference) (secret.Value, error) {
	n, err := r.evaluator(in, s).Resolve(ctx, s.Path+".when", config.Ref{Reference: ref, Place: s.WhenPlace}.Node())
	if err != nil {
		return secret.Value{}, err
	}
	return scalarOf(n, s.Path+".when")
}

// evaluator gives a step what is behind references to what a call of its task knows.
func (r *taskRun) evaluator(in *task.Scope, s *task.Step) *config.Evaluator {
	e := r.app.evaluator(r.config, r.acting)
	e.Value = r.resolver.Value
	e.Param = func(name string) (string, bool) {
		v, ok := in.Params[name]
		return string(v.Reveal()), ok
	}
	e.Var = func(name string) (secret.Value, bool) {
		v, ok := in.Vars[name]
		return v, ok || r.config.Root.Get("vars").Get(name) == nil && in.Task.Registers(name, s)
	}
	return e
}

// withDefaults gives a task the parameters of a call, with their defaults, which are checked.
func (r *taskRun) withDefaults(ctx context.Context, t *task.Task, given map[string]secret.Value) (map[string]secret.Value, error) {
	params := maps.Clone(given)
	if params == nil {
		params = map[string]secret.Value{}
	}
	var errs []error
	for _, p := range t.Params {
		if _, ok := params[p.Name]; ok || p.Default == nil {
			continue
		}
		path := paramPath(t, p.Name)
		n, err := r.evaluator(task.NewScope(nil), nil).Resolve(ctx, path, p.Default)
		if err != nil {
			return nil, err
		}
		v, err := scalarOf(n, fmt.Sprintf("%s: %s", p.Default.Place, path))
		if err != nil {
			return nil, err
		}
		params[p.Name] = v
		errs = append(errs, p.CheckDefault(string(v.Reveal())))
	}
	return params, errors.Join(errs...)
}

// values resolves the values of pairs of a step, whose map stands at a path.
func (r *taskRun) values(ctx context.Context, in *task.Scope, s *task.Step, pairs []config.Pair, path string) (map[string]secret.Value, error) {
	values := map[string]secret.Value{}
	e := r.evaluator(in, s)
	for _, p := range pairs {
		n, err := e.Resolve(ctx, config.Join(path, p.Key), p.Value)
		if err != nil {
			return nil, err
		}
		if values[p.Key], err = scalarOf(n, fmt.Sprintf("%s: %s", p.Value.Place, config.Join(path, p.Key))); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// scalarOf gives the value of a node that must be a text.
func scalarOf(n *config.Node, what string) (secret.Value, error) {
	switch {
	case n.Kind != config.Scalar:
		return secret.Value{}, secret.Errorf(secret.General, "%s: a %s, which cannot stand in a text", what, n.Kind)
	case n.IsNull():
		return secret.Value{}, nil
	}
	return n.Value(), nil
}

// tell says what becomes of steps, where that is of interest.
func (r *taskRun) tell(s *task.Step, e task.Event) {
	several := len(r.plan.Task.Steps) > 1 || r.plan.Task.Steps[0] != s
	switch {
	case r.options.quiet:
	case e == task.Began && several && r.app.errTerminal:
		r.app.say("%s", s.Title())
	case e == task.Failed && s.Kind != task.Call && s.Kind != task.Parallel && several:
		r.app.say("%s has failed", s.Title())
	case e == task.Continued:
		r.app.say("%s has failed, which is allowed", s.Title())
	case e == task.Retried:
		r.app.say("%s has failed, and is tried again", s.Title())
	}
}

func runTask(ctx context.Context, a *app, name string, o runOptions, rest []string) error {
	c, err := a.needConfig("-c FILE names one; xec exec -- COMMAND starts a program with secrets")
	if err != nil {
		return orFile(name, err)
	}
	plan, err := task.NewPlan(c, name)
	if err != nil {
		return orFile(name, err)
	}
	if o.help {
		return a.showPlan(plan)
	}
	r := &taskRun{app: a, config: c, plan: plan}
	if r.filters, err = o.filters(a, &r.set); err != nil {
		return err
	}
	if err := o.addRest(plan.Task, rest); err != nil {
		return err
	}
	r.options = o
	given, err := o.given()
	if err != nil {
		return err
	}
	wrong := plan.Task.Check(given)
	if o.dryRun {
		if err := errors.Join(wrong, r.prepare(ctx, given)); err != nil {
			return err
		}
		return a.showPlan(plan)
	}
	if wrong != nil {
		return wrong
	}
	ctx, end := untilSignal(ctx)
	defer end()
	return r.run(ctx, given)
}

// orFile adds to an error about a task that there is a file of that name.
func orFile(name string, err error) error {
	if info, statErr := os.Stat(name); statErr != nil || info.IsDir() {
		return err
	}
	return secret.WithHint(secret.Errorf(secret.KindOf(err), "%v", err), "xec run .%c%s runs the file", filepath.Separator, name)
}
