package lint

import (
	"errors"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// tasks looks at every task.
func (l *linter) tasks() {
	for _, name := range task.Names(l.config) {
		n := l.config.Root.Get("tasks").Get(name)
		_, err := task.NewPlan(l.config, name)
		l.addErrors(Finding{File: n.Place.File.Name, Position: n.Position(), Rule: Task}, "", err)
		if t, _ := task.Read(l.config, name); t != nil {
			l.task(t)
		}
	}
}

// task looks at the references of a task.
func (l *linter) task(t *task.Task) {
	params := map[string]bool{}
	for _, p := range t.Params {
		params[p.Name] = true
		if p.Default != nil {
			l.evaluator(nil, nil).Need(config.Join(config.Join("tasks", t.Name)+".params", p.Name), p.Default)
		}
	}
	t.Each(func(s *task.Step) { l.step(t, s, params) })
}

// step looks at the references of a step of a task with these parameters.
func (l *linter) step(t *task.Task, s *task.Step, params map[string]bool) {
	l.names(s.Path+".env", s.Env, Task)
	registered := t.Registered(s)
	s.Need(l.evaluator(params, func(name string) bool { return slices.Contains(registered, name) }))
	l.arguments(s)
	l.folder(s)
	if s.Command == nil {
		return
	}
	l.projectEnv(s)
	before := len(l.findings)
	e := l.evaluator(params, func(name string) bool { return t.Registers(name, s) })
	e.NeedCommand(s.Path+".command", s.Command)
	refs, err := e.CommandRefs(s.Command)
	if err == nil && l.project.Shell != nil && len(l.findings) == before {
		l.command(s, refs)
	}
	for _, ref := range refs {
		if ref.Kind == resolve.Vars && !slices.Contains(registered, ref.Name) && t.Registers(ref.Name, s) && l.config.Root.Get("vars").Get(ref.Name) == nil {
			f := Finding{File: ref.File.Name, Position: ref.Place.Position(), Length: lengthOf(ref), Rule: Undeclared, Level: Warning}
			l.addAt(f, s.Path+".command", secret.Errorf(secret.General, "no step before registers %s, so it is empty here", ref.Name))
		}
	}
}

// folder tells what a step needs and is not there, once where several steps need it.
func (l *linter) folder(s *task.Step) {
	if l.project.Folder == nil {
		return
	}
	for _, err := range resolve.Unjoin(l.project.Folder(l.config, s)) {
		var placed *config.PlacedError
		if errors.As(err, &placed) && !l.lacking[placed.Place] {
			l.lacking[placed.Place] = true
			l.addErrors(Finding{Rule: Task, Level: Warning}, "", err)
		}
	}
}

// projectEnv tells of variables that a command reads and only the configuration's env has,
// which is for xec exec.
func (l *linter) projectEnv(s *task.Step) {
	for _, p := range l.config.Root.Get("env").All() {
		own := slices.ContainsFunc(s.Env, func(own config.Pair) bool { return own.Key == p.Key })
		if own || !readsVariable(s.Command.Text, p.Key) {
			continue
		}
		f := Finding{File: s.Command.File.Name, Position: s.Command.Position(), Rule: Undeclared, Level: Warning}
		err := secret.Errorf(secret.General, "%s is of the configuration's env, which xec exec hands over and a task does not get", p.Key)
		l.addAt(f, s.Path, secret.WithHint(err, "name it in the env of the task"))
	}
}

// readsVariable reports whether a command of a shell reads a variable: $NAME or ${NAME.
func readsVariable(command, name string) bool {
	for _, before := range []string{"$", "${"} {
		for rest := command; ; {
			_, behind, found := strings.Cut(rest, before+name)
			if !found {
				break
			}
			if behind == "" || !secret.IsNameByte(behind[0]) {
				return true
			}
			rest = behind
		}
	}
	return false
}

// arguments tells of secrets that would be arguments of a script.
func (l *linter) arguments(s *task.Step) {
	for _, n := range s.Arguments() {
		refs, _ := n.Refs()
		for _, ref := range refs {
			if l.config.HoldsSecret(ref.Node()) {
				f := Finding{File: ref.File.Name, Position: ref.Place.Position(), Length: lengthOf(ref), Rule: CommandLine, Level: Error}
				l.addAt(f, s.Path, task.OnCommandLine())
			}
		}
	}
}

// command adds what a shell makes of the references of a command.
func (l *linter) command(s *task.Step, refs []config.Ref) {
	for _, told := range l.project.Shell(l.config, s, refs) {
		f := Finding{File: s.Command.File.Name, Position: s.Command.Position(), Rule: told.Rule}
		if told.Ref >= 0 && told.Ref < len(refs) {
			f.File, f.Position, f.Length = refs[told.Ref].File.Name, refs[told.Ref].Place.Position(), lengthOf(refs[told.Ref])
		}
		l.addAt(f, s.Path, told.Err)
	}
}
