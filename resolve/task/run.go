package task

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Starter carries out a command or a script.
type Starter interface {
	// Start returns when the step has ended. Failure is why it counts as failed, nil if it
	// does not; an error is of who starts, and ends everything. Output is what it has
	// written to standard output, if the step registers that. When the context ends the
	// step is to be ended.
	Start(ctx context.Context, s *Step, in *Scope) (Outcome, error)
}

// Outcome is how a step has ended.
type Outcome struct {
	Failure error
	Output  []byte
}

// Scope is what one call of a task knows.
type Scope struct {
	Task   *Task
	Params map[string]secret.Value
	Vars   map[string]secret.Value // that steps have registered
	// Beside is whether other steps run at the same time.
	Beside bool
}

// NewScope gives the scope of a call with parameters.
func NewScope(params map[string]secret.Value) *Scope {
	return &Scope{Params: params, Vars: map[string]secret.Value{}}
}

// Event is what becomes of a step, for whoever watches.
type Event uint8

// Events.
const (
	Began Event = iota
	Skipped
	Failed    // and the task goes on to its end
	Continued // failed, which is allowed
	Retried   // failed, and is tried again
)

// Runner carries out plans.
type Runner struct {
	Starter
	// Call gives the scope of the task that a step calls.
	Call func(ctx context.Context, s *Step, called *Task, in *Scope) (*Scope, error)
	// Value gives what a reference of a condition stands for.
	Value func(ctx context.Context, s *Step, in *Scope, ref *resolve.Reference) (secret.Value, error)
	// Tell is told what becomes of each step. Nil means that nobody watches.
	Tell func(s *Step, e Event)
	// Sleep waits between attempts; nil means the real time.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Run carries out a plan. The failure is that of the first step that failed for good.
func (r *Runner) Run(ctx context.Context, p *Plan, in *Scope) (failure, err error) {
	w := walk{r, p}
	return w.task(ctx, p.Task, in)
}

// walk goes through one plan.
type walk struct {
	*Runner
	plan *Plan
}

func (w walk) tell(s *Step, e Event) {
	if w.Tell != nil {
		w.Tell(s, e)
	}
}

// task carries out the steps of a task. When one has failed, or the task is to end, only
// those follow that are meant for that: that always run, or whose condition asks whether
// one has. They have all the time that they want.
func (w walk) task(ctx context.Context, t *Task, in *Scope) (failure, err error) {
	in.Task = t
	limited := ctx
	if t.Timeout > 0 {
		var end context.CancelFunc
		limited, end = context.WithTimeout(ctx, t.Timeout)
		defer end()
	}
	for _, s := range t.Steps {
		now := limited
		if failure == nil {
			failure = context.Cause(limited)
		}
		if failure != nil {
			if !s.AlwaysRun && (s.When == nil || !s.When.callsStatus()) {
				w.tell(s, Skipped)
				continue
			}
			now = context.WithoutCancel(ctx)
		}
		failed, err := w.step(now, s, in, failure != nil)
		if err != nil {
			return failure, err
		}
		if failure == nil {
			failure = failed
		}
	}
	return failure, nil
}

// step carries out a step, if it is to be, as often as it may be tried.
func (w walk) step(ctx context.Context, s *Step, in *Scope, failed bool) (failure, err error) {
	if s.When != nil {
		holds, err := s.When.holds(facts{failed: failed, value: func(ref *resolve.Reference) (secret.Value, error) {
			return w.Value(ctx, s, in, ref)
		}})
		if err != nil {
			return nil, secret.Errorf(secret.KindOf(err), "%s: %s.when: %w", s.WhenPlace, s.Path, err)
		}
		if !holds {
			w.tell(s, Skipped)
			return nil, nil
		}
	}
	w.tell(s, Began)
	out, err := w.attempts(ctx, s, in)
	if err != nil {
		return nil, err
	}
	if s.Register != "" {
		in.Vars[s.Register] = secret.New(bytes.TrimSpace(out.Output))
	}
	switch {
	case out.Failure == nil:
	case s.OnFailure.Continue:
		w.tell(s, Continued)
		return nil, nil
	default:
		w.tell(s, Failed)
	}
	return out.Failure, nil
}

// attempts tries a step until it does not fail, or once more than it may be tried again.
func (w walk) attempts(ctx context.Context, s *Step, in *Scope) (out Outcome, err error) {
	for tries := 0; ; tries++ {
		out, err = w.once(ctx, s, in)
		if err != nil || out.Failure == nil || tries == s.OnFailure.Retries {
			return out, err
		}
		w.tell(s, Retried)
		if w.sleep(ctx, s.OnFailure.Delay) != nil { // the task is to end
			return out, nil
		}
	}
}

func (w walk) sleep(ctx context.Context, d time.Duration) error {
	if w.Sleep != nil {
		return w.Sleep(ctx, d)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w walk) once(ctx context.Context, s *Step, in *Scope) (out Outcome, err error) {
	if s.Timeout > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, s.Timeout)
		defer end()
	}
	switch s.Kind {
	case Call:
		called := w.plan.called(s)
		scope, err := w.Call(ctx, s, called, in)
		if err != nil {
			return Outcome{}, err
		}
		scope.Beside = in.Beside
		out.Failure, err = w.task(ctx, called, scope)
		return out, err
	case Parallel:
		out.Failure, err = w.parallel(ctx, s, in)
		return out, err
	}
	return w.Start(ctx, s, in)
}

// parallel carries out steps at once. All of them come to their ends, also when one fails.
func (w walk) parallel(ctx context.Context, s *Step, in *Scope) (failure, err error) {
	failures, errs := make([]error, len(s.Steps)), make([]error, len(s.Steps))
	scopes := make([]*Scope, len(s.Steps))
	var all sync.WaitGroup
	for i, each := range s.Steps {
		scopes[i] = in.fork()
		all.Go(func() { failures[i], errs[i] = w.step(ctx, each, scopes[i], false) })
	}
	all.Wait()
	for i, each := range s.Steps {
		if v, ok := scopes[i].Vars[each.Register]; ok {
			in.Vars[each.Register] = v
		}
		if failure == nil {
			failure = failures[i]
		}
	}
	return failure, errors.Join(errs...)
}

// fork gives a scope to a step beside which others run: what one registers the others do
// not see.
func (in *Scope) fork() *Scope {
	out := *in
	out.Beside = true
	out.Vars = make(map[string]secret.Value, len(in.Vars))
	for name, v := range in.Vars {
		out.Vars[name] = v
	}
	return &out
}
