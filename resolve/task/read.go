package task

import (
	"errors"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// Read reads a task. An error joins all that is wrong with it, each with its place, of kind
// secret.Invalid; a task that does not exist is of that kind too.
func Read(c *config.Config, name string) (*Task, error) {
	n := c.Root.Get("tasks").Get(name)
	if n == nil {
		return nil, unknown(c, name)
	}
	r := &reader{}
	t := r.task(name, n)
	return t, errors.Join(r.errs...)
}

func unknown(c *config.Config, name string) error {
	err := secret.Errorf(secret.Invalid, "there is no task %q", name)
	if near := resolve.Nearest(name, Names(c)); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return secret.WithHint(err, "xec run lists the tasks")
}

// reader reads one task and keeps what is wrong.
type reader struct{ errs []error }

func (r *reader) fail(n *config.Node, path, format string, args ...any) {
	r.failAt(n.Place, path, secret.Errorf(secret.Invalid, format, args...))
}

// check keeps an error that has its place, if it is one.
func (r *reader) check(err error) {
	if err != nil {
		r.errs = append(r.errs, err)
	}
}

func (r *reader) failAt(place config.Place, path string, err error) {
	r.errs = append(r.errs, &config.PlacedError{Place: place, Path: path, Err: err})
}

// elsewhere are keys of other programs that know such tasks. Who writes one means it.
var elsewhere = []string{"target", "targets", "hooks", "schedule", "cache", "on", "emits", "template", "dependsOn"}

// meantBy are keys of other programs, and what they are here.
var meantBy = map[string]string{
	"desc": "it is description", "run": "it is command", "cmd": "it is command", "cmds": "it is steps", "sh": "it is command", "retry": "it is onFailure: {retry: 3, delay: 2s}", "retries": "it is onFailure: {retry: 3, delay: 2s}",
	"depends": "a step that calls another task first: {task: NAME}", "deps": "a step that calls another task first: {task: NAME}", "needs": "a step that calls another task first: {task: NAME}",
	"if": "it is when", "dir": "it is workdir", "cwd": "it is workdir", "environment": "it is env", "ignore_error": "it is onFailure: continue", "finally": "it is alwaysRun: true, of a step",
}

// Keys of tasks and steps.
var (
	ofBoth  = []string{"description", "command", "env", "workdir", "shell", "timeout", "script", "args", "parallel"}
	ofTasks = append([]string{"params", "steps", "task", "with"}, ofBoth...)
	ofSteps = append([]string{"name", "task", "with", "when", "register", "onFailure", "alwaysRun"}, ofBoth...)
)

// keys refuses keys that are not known.
func (r *reader) keys(n *config.Node, path string, known []string) {
	for _, p := range n.All() {
		switch {
		case slices.Contains(known, p.Key):
		case slices.Contains(elsewhere, p.Key):
			err := secret.Errorf(secret.Invalid, "xec does not carry this out; a task runs on this machine, when it is called")
			if p.Key == "dependsOn" {
				err = secret.WithHint(err, "a step that calls another task first: {task: NAME}")
			}
			r.failAt(p.Place, config.Join(path, p.Key), err)
		default:
			err := secret.Errorf(secret.Invalid, "not a key of a task or step")
			if near := resolve.Nearest(p.Key, known); near != "" {
				err = secret.WithHint(err, "did you mean %s?", near)
			} else if meant := meantBy[p.Key]; meant != "" {
				err = secret.WithHint(err, "%s", meant)
			} else {
				err = secret.WithHint(err, "%s are the keys", strings.Join(known, ", "))
			}
			r.failAt(p.Place, config.Join(path, p.Key), err)
		}
	}
}

func (r *reader) task(name string, n *config.Node) *Task {
	path := config.Join("tasks", name)
	t := &Task{Name: name, Place: n.Place}
	if n.Kind == config.Scalar && !n.IsNull() { // name: command
		t.Steps = []*Step{{Path: path, Command: n, Place: n.Place}}
		return t
	}
	if n.Kind != config.Map {
		r.fail(n, path, "a task is a command or a map, not %s", kindOf(n))
		return t
	}
	r.keys(n, path, ofTasks)
	t.Description = r.text(n, path, "description")
	t.Params = r.params(n.Get("params"), path+".params")
	steps := n.Get("steps")
	if steps != nil {
		t.Timeout = r.duration(n, path, "timeout")
	}
	if steps == nil {
		t.Steps = []*Step{r.step(path, n.Without("params", "description"), common{})}
		return t
	}
	for _, key := range []string{"command", "task", "script", "parallel", "with", "args"} {
		if other := n.Get(key); other != nil {
			r.fail(other, config.Join(path, key), "a task has steps or a %s, not both", key)
		}
	}
	t.Steps = r.steps(steps, path+".steps", r.common(n, path, common{}))
	return t
}
