package task

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
		r.fail(n, path, "a task is a command or a map, not a %s", kindOf(n))
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

// common is what a task or group says for all of its steps.
type common struct {
	env     []config.Pair
	workdir *config.Node
	shell   string
}

// common reads what n says for its steps, below what stands above it.
func (r *reader) common(n *config.Node, path string, above common) common {
	c := common{env: append(slices.Clone(above.env), r.pairs(n.Get("env"), path+".env")...), workdir: above.workdir, shell: above.shell}
	if dir := n.Get("workdir"); dir != nil {
		c.workdir = r.scalar(dir, path+".workdir")
	}
	if shell := r.shell(n, path); shell != "" {
		c.shell = shell
	}
	return c
}

// steps reads a list of steps.
func (r *reader) steps(n *config.Node, path string, above common) (steps []*Step) {
	if n.Kind != config.List || len(n.Items) == 0 {
		r.fail(n, path, "a list of steps is expected, not %s", kindOf(n))
		return nil
	}
	for i, item := range n.Items {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch item.Kind {
		case config.Map:
			r.keys(item, at, ofSteps)
			steps = append(steps, r.step(at, item, above))
		case config.Scalar:
			steps = append(steps, &Step{Path: at, Command: r.scalar(item, at), Place: item.Place, Env: above.env, Workdir: above.workdir, Shell: above.shell})
		default:
			r.fail(item, at, "a step is a command or a map, not a %s", kindOf(item))
		}
	}
	return steps
}

// step reads a step, or a task that is one.
func (r *reader) step(path string, n *config.Node, above common) *Step {
	own := r.common(n, path, above)
	s := &Step{Path: path, Place: n.Place, Env: own.env, Workdir: own.workdir, Shell: own.shell}
	s.Name = r.text(n, path, "name")
	s.Timeout = r.duration(n, path, "timeout")
	s.Register = r.register(n, path)
	s.AlwaysRun = r.yes(n, path, "alwaysRun")
	s.OnFailure = r.handling(n.Get("onFailure"), path+".onFailure")
	if when := n.Get("when"); when != nil {
		s.When, s.WhenText, s.WhenPlace = r.when(when, path+".when"), when.Text, when.Place
	}
	r.kind(s, n, path, own)
	return s
}

// kind reads what a step does.
func (r *reader) kind(s *Step, n *config.Node, path string, own common) {
	var kinds []string
	for _, key := range []string{"command", "task", "script", "parallel"} {
		if n.Get(key) != nil {
			kinds = append(kinds, key)
		}
	}
	if len(kinds) != 1 {
		what := "a step needs one of command, task, script and parallel"
		if len(kinds) > 1 {
			what += ", and has " + strings.Join(kinds, " and ")
		}
		r.fail(n, path, "%s", what)
		return
	}
	for key, of := range map[string]string{"with": "task", "args": "script"} {
		if other := n.Get(key); other != nil && of != kinds[0] {
			r.fail(other, config.Join(path, key), "only with %s", of)
		}
	}
	if s.Register != "" && kinds[0] != "command" && kinds[0] != "script" {
		r.fail(n.Get("register"), path+".register", "only with command and script")
	}
	what := n.Get(kinds[0])
	switch kinds[0] {
	case "command":
		s.Kind, s.Command = Command, r.scalar(what, path+".command")
	case "script":
		s.Kind, s.Script, s.Args = Script, r.scalar(what, path+".script"), r.list(n.Get("args"), path+".args")
	case "task":
		s.Kind = Call
		if name := r.scalar(what, path+".task"); name != nil {
			s.Task = name.Text
		}
		s.With = r.pairs(n.Get("with"), path+".with")
	case "parallel":
		s.Kind, s.Steps = Parallel, r.steps(what, path+".parallel", own)
	}
}

func (r *reader) pairs(n *config.Node, path string) []config.Pair {
	if n == nil || n.IsNull() {
		return nil
	}
	if n.Kind != config.Map {
		r.fail(n, path, "a map is expected, not a %s", kindOf(n))
		return nil
	}
	for _, p := range n.Pairs {
		r.scalar(p.Value, config.Join(path, p.Key))
	}
	return n.Pairs
}

func (r *reader) list(n *config.Node, path string) []*config.Node {
	if n == nil || n.IsNull() {
		return nil
	}
	if n.Kind != config.List {
		r.fail(n, path, "a list is expected, not a %s", kindOf(n))
		return nil
	}
	for i, item := range n.Items {
		r.scalar(item, path+"["+strconv.Itoa(i)+"]")
	}
	return n.Items
}

// scalar refuses what is no text.
func (r *reader) scalar(n *config.Node, path string) *config.Node {
	if n.Kind != config.Scalar || n.IsNull() {
		r.fail(n, path, "a text is expected, not %s", kindOf(n))
		return nil
	}
	return n
}

// text is one that holds no references.
func (r *reader) text(n *config.Node, path, key string) string {
	v := n.Get(key)
	if v == nil || v.IsNull() {
		return ""
	}
	if v.Kind != config.Scalar {
		r.fail(v, config.Join(path, key), "a text is expected, not a %s", kindOf(v))
		return ""
	}
	return v.Text
}

var shells = []string{"sh", "bash", "zsh"}

func (r *reader) shell(n *config.Node, path string) string {
	name := r.text(n, path, "shell")
	base := name[strings.LastIndexByte(name, '/')+1:]
	if name != "" && !slices.Contains(shells, base) {
		r.fail(n.Get("shell"), path+".shell", "%s are the shells that xec can hand values to", strings.Join(shells, ", "))
	}
	return name
}

func (r *reader) register(n *config.Node, path string) string {
	name := r.text(n, path, "register")
	if name != "" && !secret.IsName(name) {
		r.fail(n.Get("register"), path+".register", "not the name of a variable: letters, digits and _")
	}
	return name
}

func (r *reader) yes(n *config.Node, path, key string) bool {
	v := n.Get(key)
	switch {
	case v == nil:
		return false
	case v.Tag == "!!bool":
		return strings.EqualFold(v.Text, "true")
	}
	r.fail(v, config.Join(path, key), "true or false is expected")
	return false
}

func (r *reader) duration(n *config.Node, path, key string) time.Duration {
	v := n.Get(key)
	if v == nil {
		return 0
	}
	if d, ok := parseDuration(v); ok {
		return d
	}
	r.fail(v, config.Join(path, key), "a time is expected, like 30s, 5m or 1h30m")
	return 0
}

// parseDuration reads a time; a number alone is seconds.
func parseDuration(n *config.Node) (time.Duration, bool) {
	text := n.Text
	if n.Tag == "!!int" || n.Tag == "!!float" {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0 && n.Kind == config.Scalar
}

// handling reads abort, continue, or {retry: n, delay: d}.
func (r *reader) handling(n *config.Node, path string) (h Handling) {
	switch {
	case n == nil, n.Kind == config.Scalar && n.Text == "abort":
	case n.Kind == config.Scalar && n.Text == "continue":
		h.Continue = true
	case n.Kind == config.Map && n.Get("retry") != nil:
		for _, p := range n.Pairs {
			if p.Key != "retry" && p.Key != "delay" {
				r.failAt(p.Place, config.Join(path, p.Key), secret.Errorf(secret.Invalid, "retry and delay are the keys"))
			}
		}
		times, err := strconv.Atoi(n.Get("retry").Text)
		if h.Retries = times; err != nil || times < 1 || times > 1000 {
			r.fail(n.Get("retry"), path+".retry", "a number from 1 to 1000 is expected")
		}
		h.Delay = r.duration(n, path, "delay")
	default:
		r.fail(n, path, "abort, continue or {retry: 3, delay: 2s} is expected")
	}
	return h
}

func (r *reader) when(n *config.Node, path string) *Condition {
	if r.scalar(n, path) == nil {
		return nil
	}
	c, err := parseCondition(n.Text)
	for _, each := range resolve.Unjoin(err) {
		var placed *resolve.PlacedError
		if errors.As(each, &placed) {
			each = secret.WithHint(secret.Errorf(secret.Invalid, "character %d: %w", placed.Column, placed.Err), "%s", secret.Hint(placed.Err))
		}
		r.failAt(n.Place, path, each)
	}
	return c
}

func kindOf(n *config.Node) string {
	if n.IsNull() {
		return "nothing"
	}
	return fmt.Sprint(n.Kind)
}
