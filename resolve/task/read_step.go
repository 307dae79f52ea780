package task

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/resolve/config"
)

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
			r.fail(item, at, "a step is a command or a map, not %s", kindOf(item))
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
