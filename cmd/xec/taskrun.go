package main

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/render/shell"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/resolve/trust"
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
	needed   map[string]bool
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
	params, err := r.params(ctx, r.plan.Task, given)
	if err != nil {
		return err
	}
	runner := task.Runner{
		Starter: &taskStarter{taskRun: r},
		Call: func(ctx context.Context, s *task.Step, called *task.Task, in *task.Scope) (*task.Scope, error) {
			with, err := r.values(ctx, in, s.With)
			if err != nil {
				return nil, err
			}
			params, err := r.params(ctx, called, with)
			return task.NewScope(params), err
		},
		Value: func(ctx context.Context, s *task.Step, in *task.Scope, ref *resolve.Reference) (secret.Value, error) {
			n, err := r.evaluator(in).Resolve(ctx, textOf(ref, s.WhenPlace))
			if err != nil {
				return secret.Value{}, err
			}
			return scalarOf(n, s.Path+".when")
		},
		Tell: r.tell,
	}
	r.app.unwatch() // the task hears signals itself
	failure, err := runner.Run(ctx, r.plan, task.NewScope(params))
	if failure == context.DeadlineExceeded { // between two steps
		failure = timeUp("tasks." + r.plan.Task.Name)
	}
	var signal signalError
	if errors.As(context.Cause(ctx), &signal) {
		failure, err = signal.exit(), nil
	}
	if found := r.app.closing(&r.set, r.options.reports); failure == nil && err == nil {
		err = found
	}
	return errors.Join(failure, err)
}

// prepare tells everything that is missing or wrong, in any step of any task of the plan,
// before the first one begins.
func (r *taskRun) prepare(ctx context.Context, given map[string]secret.Value) error {
	a := r.app
	if err := r.plan.Task.CheckNames(names(given)); err != nil {
		return err
	}
	if err := a.checkProject(r.config); err != nil {
		return err
	}
	r.resolver, _, _ = newResolver(ctx, a.openStore)
	if r.options.dryRun { // no value is looked up
		r.resolver.Fetch = func(_ context.Context, keys []string) (map[string]secret.Value, error) {
			masks := map[string]secret.Value{}
			for _, key := range keys {
				masks[key] = secret.Text(masked)
			}
			return masks, nil
		}
	}
	hide(&r.set, r.resolver)
	r.acting = a.actingBy(r.config, trust.Approval{})
	if r.needsApproval() {
		var err error
		if r.acting, err = a.acting(r.config); err != nil {
			return err
		}
	}
	r.needed = map[string]bool{}
	r.need(func(config.Place, string, error) {}, given)
	r.checkSteps()
	if err := r.resolver.Load(ctx); err != nil {
		return err
	}
	if !r.secrets && !r.hasScripts() {
		r.filters.Mode = child.Never
	}
	return a.tellLeft(r.filters.Plan(a.files), r.options.reports)
}

// needsApproval reports whether something in the plan has not been approved yet.
func (r *taskRun) needsApproval() (needed bool) {
	quiet := &resolve.Resolver{}
	own := r.resolver
	r.resolver = quiet
	defer func() { r.resolver = own }()
	r.need(func(_ config.Place, _ string, err error) {
		needed = needed || errors.Is(err, secret.Permission)
	}, nil)
	return needed
}

// need notes what the plan needs.
func (r *taskRun) need(problem func(config.Place, string, error), given map[string]secret.Value) {
	r.plan.Tasks(func(t *task.Task) {
		declared := task.NewScope(map[string]secret.Value{})
		for _, p := range t.Params {
			if _, ok := given[p.Name]; ok || p.Default != nil || t != r.plan.Task || given == nil {
				declared.Params[p.Name] = secret.Value{}
			}
			if p.Default != nil {
				r.evaluatorFor(task.NewScope(nil), problem).Need(fmt.Sprintf("tasks.%s.params.%s", t.Name, p.Name), p.Default)
			}
		}
		t.Each(func(s *task.Step) {
			declared.Vars = registered(t, s)
			e := r.evaluatorFor(declared, problem)
			for _, p := range s.Nodes() {
				e.Need(p.Path, p.Node)
			}
			if s.When != nil {
				for _, ref := range s.When.Refs() {
					e.Need(s.Path+".when", textOf(ref, s.WhenPlace))
				}
			}
			if s.Command != nil {
				e.NeedCommand(s.Path+".command", s.Command, r.declared(declared))
			}
		})
	})
}

// registered are the variables that steps before one fill, without values yet.
func registered(t *task.Task, before *task.Step) map[string]secret.Value {
	vars := map[string]secret.Value{}
	for _, name := range t.Registered(before) {
		vars[name] = secret.Value{}
	}
	return vars
}

// checkSteps notes what is wrong with the commands and the env of steps.
func (r *taskRun) checkSteps() {
	r.plan.Tasks(func(t *task.Task) {
		t.Each(func(s *task.Step) {
			for _, p := range s.Env {
				if !child.IsName(p.Key) {
					r.resolver.NoteIn(p.File.Name, s.Path+".env", position(p.Place), secret.Errorf(secret.Invalid, "not the name of a variable"))
				}
			}
			if s.Command == nil {
				return
			}
			refs, err := s.Command.CommandRefs(r.declared(&task.Scope{Vars: registered(t, s)}))
			if err != nil {
				return // noted already
			}
			if _, err := splice(s, spansOf(r.config, refs)); err != nil {
				r.resolver.NoteIn(s.Command.File.Name, s.Path+".command", position(placeInCommand(s, refs, err)), unplaced(err))
			}
		})
	})
}

// spansOf says where references stand in their command, as far as that is known without
// values.
func spansOf(c *config.Config, refs []config.Ref) []shell.Ref {
	spans := make([]shell.Ref, len(refs))
	for i, ref := range refs {
		spans[i] = spanOf(i, ref)
		if n := c.Root.Get("vars").At(ref.Name); ref.Kind == resolve.Vars && n != nil && n.Kind == config.List {
			spans[i].List, spans[i].Len = true, len(n.Items)
		}
	}
	return spans
}

// declared tells the names that a bare ${name} in a command may have: those of variables,
// and what steps have registered.
func (r *taskRun) declared(in *task.Scope) func(string) bool {
	vars := r.config.Root.Get("vars")
	return func(name string) bool {
		_, registered := in.Vars[name]
		return registered || vars.Get(name) != nil
	}
}

// textOf is a string that holds nothing but a reference.
func textOf(ref *resolve.Reference, place config.Place) *config.Node {
	return &config.Node{Kind: config.Scalar, Tag: "!!str", Text: ref.Raw, Place: place}
}

// evaluator gives what is behind references to what a call of a task knows.
func (r *taskRun) evaluator(in *task.Scope) *config.Evaluator {
	e := r.app.evaluator(r.config, r.acting)
	e.Value = r.resolver.Value
	e.Param = func(name string) (string, bool) {
		v, ok := in.Params[name]
		return string(v.Reveal()), ok
	}
	e.Var = func(name string) (secret.Value, bool) {
		v, ok := in.Vars[name]
		return v, ok
	}
	return e
}

// evaluatorFor is evaluator for the time before values are there.
func (r *taskRun) evaluatorFor(in *task.Scope, problem func(config.Place, string, error)) *config.Evaluator {
	e := r.evaluator(in)
	e.Secret = func(place config.Place, path string, ref *resolve.Reference) {
		r.secrets = true
		if at := place.String() + ref.Raw; r.needed[at] { // what several steps have from above them
			return
		} else if r.needed != nil {
			r.needed[at] = true
		}
		ref.Position = position(place)
		r.resolver.NeedIn(place.File.Name, path, ref)
	}
	e.Problem = func(place config.Place, path string, err error) {
		problem(place, path, err)
		r.resolver.NoteIn(place.File.Name, path, position(place), err)
	}
	return e
}

// params gives a task the parameters of a call, with their defaults, checked.
func (r *taskRun) params(ctx context.Context, t *task.Task, given map[string]secret.Value) (map[string]secret.Value, error) {
	params := maps.Clone(given)
	if params == nil {
		params = map[string]secret.Value{}
	}
	var errs []error
	for _, p := range t.Params {
		v, ok := params[p.Name]
		if !ok && p.Default != nil {
			n, err := r.evaluator(task.NewScope(nil)).Resolve(ctx, p.Default)
			if err != nil {
				return nil, err
			}
			if v, err = scalarOf(n, p.Name); err != nil {
				return nil, err
			}
			params[p.Name], ok = v, true
		}
		if ok {
			errs = append(errs, p.Check(string(v.Reveal())))
		}
	}
	return params, errors.Join(errs...)
}

// values resolves the values of pairs.
func (r *taskRun) values(ctx context.Context, in *task.Scope, pairs []config.Pair) (map[string]secret.Value, error) {
	values := map[string]secret.Value{}
	e := r.evaluator(in)
	for _, p := range pairs {
		n, err := e.Resolve(ctx, p.Value)
		if err != nil {
			return nil, err
		}
		if values[p.Key], err = scalarOf(n, p.Key); err != nil {
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
