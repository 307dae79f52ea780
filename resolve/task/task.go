package task

import (
	"slices"
	"time"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// Task is a task as it was read.
type Task struct {
	Name        string
	Description string
	Params      []Param
	Steps       []*Step
	Timeout     time.Duration // of all steps together; 0 means that there is none
	config.Place
}

// Kind is what a step does.
type Kind uint8

// The kinds of steps.
const (
	Command  Kind = iota // shell text
	Call                 // of another task
	Script               // a program of the person's runtimes
	Parallel             // several steps at once
)

// Step is a step of a task. Of a short task there is one, without a name.
type Step struct {
	Path string // in the configuration, like tasks.deploy.steps[0]
	Name string
	Kind Kind

	Command *config.Node // shell text
	Shell   string       // sh, bash or zsh; "" is sh
	Script  *config.Node // the path of a script
	Args    []*config.Node
	Task    string        // that is called
	With    []config.Pair // its parameters
	Steps   []*Step       // at once

	Env     []config.Pair // of the task and of the step, which comes last
	Workdir *config.Node  // nil is the folder of the project

	When      *Condition // nil if it always holds
	WhenText  string     // as it is written
	WhenPlace config.Place
	Register  string // the variable that gets the output, "" if there is none
	OnFailure Handling
	AlwaysRun bool
	Timeout   time.Duration // 0 means that there is none
	config.Place
}

// Handling says what becomes of a step that fails.
type Handling struct {
	Continue bool
	Retries  int // how often it is tried again
	Delay    time.Duration
}

// Title is what a step is called where it has no name.
func (s *Step) Title() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Path
}

// Need has an evaluator note what a step needs, but for its command, and for the steps in it.
func (s *Step) Need(e *config.Evaluator) {
	for _, p := range s.Env {
		e.Need(config.Join(s.Path+".env", p.Key), p.Value)
	}
	for _, p := range s.With {
		e.Need(config.Join(s.Path+".with", p.Key), p.Value)
	}
	for _, n := range append([]*config.Node{s.Workdir, s.Script}, s.Args...) {
		e.Need(s.Path, n)
	}
	if s.When != nil {
		for _, ref := range s.When.refs {
			e.Need(s.Path+".when", config.Ref{Reference: ref, Place: s.WhenPlace}.Node())
		}
	}
}

// Names gives the names of all tasks, in their order.
func Names(c *config.Config) (names []string) {
	for _, p := range c.Root.Get("tasks").All() {
		names = append(names, p.Key)
	}
	return names
}

// Commands gives the nodes of a configuration that are shell texts, under any profile.
func Commands(c *config.Config) map[*config.Node]bool {
	commands := map[*config.Node]bool{}
	for _, profile := range append([]string{c.Profile}, c.Profiles()...) {
		with, err := c.With(profile)
		if err != nil {
			continue // that the profile cannot be used is told elsewhere
		}
		for _, name := range Names(with) {
			t, _ := Read(with, name)
			t.Each(func(s *Step) { commands[s.Command] = s.Command != nil })
		}
	}
	return commands
}

// Describe gives the description of a task, "" if it has none.
func Describe(c *config.Config, name string) string {
	if d := c.Root.Get("tasks").Get(name).Get("description"); d != nil && d.Kind == config.Scalar {
		return d.Text
	}
	return ""
}

// Each calls visit for each step and those within it.
func (t *Task) Each(visit func(*Step)) { each(t.Steps, visit) }

func each(steps []*Step, visit func(*Step)) {
	for _, s := range steps {
		visit(s)
		each(s.Steps, visit)
	}
}

// Arguments gives the path of a script and what it is started with; nil of another step.
func (s *Step) Arguments() []*config.Node {
	if s.Script == nil {
		return nil
	}
	return append([]*config.Node{s.Script}, s.Args...)
}

// OnCommandLine is the error for a secret among them.
func OnCommandLine() error {
	err := secret.Errorf(secret.Invalid, "a secret would stand on a command line, where others can read it")
	return secret.WithHint(err, "hand it over in env")
}

// Registers reports whether a step of the task other than this one registers a name: a bare
// ${name} in the command of this one is then xec's.
func (t *Task) Registers(name string, beside *Step) (found bool) {
	if t == nil {
		return false
	}
	t.Each(func(s *Step) { found = found || name != "" && s != beside && s.Register == name })
	return found
}

// Registered gives the names of the variables that steps before one fill.
func (t *Task) Registered(before *Step) (names []string) {
	found := false
	t.Each(func(s *Step) {
		if found = found || s == before; !found && s.Register != "" && !slices.Contains(names, s.Register) {
			names = append(names, s.Register)
		}
	})
	return names
}
