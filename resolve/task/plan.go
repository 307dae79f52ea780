package task

import (
	"errors"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// Plan is a task with all that it calls.
type Plan struct {
	Task *Task
	all  map[string]*Task
}

// NewPlan reads a task and those that it calls. Tasks that call each other in a ring are an
// error that names it.
func NewPlan(c *config.Config, name string) (*Plan, error) {
	p := &planner{c: c, plan: &Plan{all: map[string]*Task{}}}
	p.plan.Task = p.read(name, nil)
	return p.plan, errors.Join(p.errs...)
}

// called gives a task that is called by a step of the plan.
func (p *Plan) called(s *Step) *Task { return p.all[s.Task] }

// Tasks calls visit for each task of the plan once, the one that is run first.
func (p *Plan) Tasks(visit func(*Task)) {
	seen := map[*Task]bool{}
	var walk func(t *Task)
	walk = func(t *Task) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		visit(t)
		t.Each(func(s *Step) {
			if s.Kind == Call {
				walk(p.called(s))
			}
		})
	}
	walk(p.Task)
}

type planner struct {
	c     *config.Config
	plan  *Plan
	stack []string
	errs  []error
}

// read reads a task, which a step calls, or nobody.
func (p *planner) read(name string, by *Step) *Task {
	if i := slices.Index(p.stack, name); i >= 0 {
		ring := strings.Join(append(slices.Clone(p.stack[i:]), name), " → ")
		p.fail(by, secret.Errorf(secret.General, "tasks call each other in a ring: %s", ring))
		return nil
	}
	if t, ok := p.plan.all[name]; ok {
		return t
	}
	t, err := Read(p.c, name)
	if t == nil {
		p.fail(by, err)
		return nil
	}
	p.errs = append(p.errs, resolve.Unjoin(err)...)
	p.stack = append(p.stack, name)
	defer func() { p.stack = p.stack[:len(p.stack)-1] }()
	t.Each(func(s *Step) {
		if s.Kind == Call && s.Task != "" {
			p.call(s)
		}
	})
	p.plan.all[name] = t
	return t
}

// call reads the task that a step calls, and checks the names of its parameters, and those
// values that nothing stands behind.
func (p *planner) call(s *Step) {
	called := p.read(s.Task, s)
	if called == nil {
		return
	}
	var given []string
	for _, with := range s.With {
		given = append(given, with.Key)
		if text, ok := with.Value.Constant(); ok && !with.Value.IsNull() {
			if err := called.Param(with.Key).CheckAt(with.Value, config.Join(s.Path+".with", with.Key), text); err != nil {
				p.errs = append(p.errs, err)
			}
		}
	}
	for _, err := range resolve.Unjoin(called.CheckNames(given)) {
		p.fail(s, err)
	}
}

func (p *planner) fail(by *Step, err error) {
	if by != nil {
		err = &config.PlacedError{Place: by.Place, Path: by.Path, Err: err}
	}
	p.errs = append(p.errs, err)
}
