package main

import (
	"context"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

// prepare tells everything that is missing or wrong, in any step of any task of the plan,
// before the first one begins.
func (r *taskRun) prepare(ctx context.Context, given map[string]secret.Value) error {
	a := r.app
	if err := a.checkProject(r.config); err != nil {
		return err
	}
	r.resolver = newResolver(ctx, a.openStore)
	if r.options.dryRun {
		r.resolver.Fetch = fetchMasks // no value is looked up
	}
	hide(&r.set, r.resolver)
	r.acting = a.actingBy(r.config, trust.Approval{})
	needed := r.needs(given)
	var err error
	if r.acting, err = a.allow(r.config, r.acting, &needed); err != nil {
		return err
	}
	needed.tell(r.resolver)
	r.secrets = needed.anySecret()
	r.checkSteps()
	if err := r.resolver.Load(ctx); err != nil {
		return err
	}
	if !r.secrets && !r.hasScripts() {
		r.filters.Mode = child.Never
	}
	if r.options.dryRun {
		return nil // nothing is printed but the plan
	}
	return a.tellLeft(r.filters.Plan(a.files), r.options.reports)
}

// needs gives what the plan needs, when its first task is given these parameters.
func (r *taskRun) needs(given map[string]secret.Value) (all needs) {
	evaluator := func(in *task.Scope, s *task.Step) *config.Evaluator {
		e := r.evaluator(in, s)
		all.gather(e)
		return e
	}
	r.plan.Tasks(func(t *task.Task) {
		declared := &task.Scope{Task: t, Params: map[string]secret.Value{}}
		for _, p := range t.Params {
			if _, ok := given[p.Name]; ok || p.Default != nil || t != r.plan.Task {
				declared.Params[p.Name] = secret.Value{}
			}
			if p.Default != nil {
				evaluator(task.NewScope(nil), nil).Need(paramPath(t, p.Name), p.Default)
			}
		}
		t.Each(func(s *task.Step) {
			s.Need(evaluator(&task.Scope{Params: declared.Params, Vars: r.registered(t, s)}, s))
			if s.Command != nil {
				evaluator(declared, s).NeedCommand(s.Path+".command", s.Command)
			}
		})
	})
	return all.once()
}

// paramPath is the path of a parameter of a task.
func paramPath(t *task.Task, name string) string {
	return config.Join(config.Join("tasks", t.Name)+".params", name)
}

// registered are the variables that steps before one fill, without values yet, and without
// those of which vars has the value if such a step is skipped.
func (r *taskRun) registered(t *task.Task, before *task.Step) map[string]secret.Value {
	vars := map[string]secret.Value{}
	for _, name := range t.Registered(before) {
		if r.config.Root.Get("vars").Get(name) == nil {
			vars[name] = secret.Value{}
		}
	}
	return vars
}

// checkSteps notes what is wrong with the commands and the env of steps.
func (r *taskRun) checkSteps() {
	r.plan.Tasks(func(t *task.Task) {
		t.Each(func(s *task.Step) {
			for _, p := range s.Env {
				if !secret.IsName(p.Key) {
					r.resolver.NoteIn(p.File.Name, s.Path+".env", position(p.Place), secret.Errorf(secret.Invalid, "not the name of a variable"))
				}
			}
			if s.Command == nil {
				r.checkArguments(s)
				return
			}
			refs, err := r.evaluator(&task.Scope{Task: t}, s).CommandRefs(s.Command)
			if err != nil {
				return // noted already
			}
			if _, err := splice(s, spansOf(r.config, refs)); err != nil {
				r.resolver.NoteIn(s.Command.File.Name, s.Path+".command", position(placeInCommand(s, refs, err)), unplaced(err))
			}
		})
	})
}
