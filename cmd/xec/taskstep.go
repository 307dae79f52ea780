package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/shell"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// taskStarter carries out the commands and scripts of a task.
type taskStarter struct {
	*taskRun
	printing sync.Mutex // held while whole lines are written
}

// isTimed reports whether a step, or what has called its task, has a time limit.
func isTimed(ctx context.Context) bool {
	_, timed := ctx.Deadline()
	return timed
}

// Start implements task.Starter.
func (r *taskStarter) Start(ctx context.Context, s *task.Step, in *task.Scope) (out task.Outcome, err error) {
	if err := context.Cause(ctx); err != nil {
		return task.Outcome{Failure: err}, nil
	}
	command, dir, err := r.command(ctx, s, in)
	if err != nil {
		return out, err
	}
	if in.Beside || s.Register != "" || isTimed(ctx) || s.Timeout > 0 || !r.app.hasTerminal() {
		return r.apart(ctx, s, in, command, dir)
	}
	return r.here(s, command, dir)
}

// command gives what a step starts, with exactly the values that it refers to, and where.
func (r *taskStarter) command(ctx context.Context, s *task.Step, in *task.Scope) (c child.Command, dir string, err error) {
	vars, err := r.env(ctx, s, in)
	if err != nil {
		return c, "", err
	}
	if dir, err = r.workdir(ctx, s, in); err != nil {
		return c, "", err
	}
	var own []child.Var
	if s.Kind == task.Script {
		c.Argv, err = r.script(ctx, s, in)
	} else {
		c.Argv, own, err = r.shell(ctx, s, in)
	}
	if err != nil {
		return c, "", err
	}
	c.Streams = r.app.files
	env := child.Environment{Parent: r.app.environ}
	for _, v := range vars {
		env.Allow = append(env.Allow, v.Name) // the person has called the task
	}
	c.Env, err = env.With(append(vars, own...))
	if err == nil && s.Kind == task.Script {
		c.Env = withBroker(c.Env, r.broker)
	}
	return c, dir, err
}

// env gives the variables of a step: what is said last counts.
func (r *taskStarter) env(ctx context.Context, s *task.Step, in *task.Scope) ([]child.Var, error) {
	values, err := r.values(ctx, in, s.Env)
	if err != nil {
		return nil, err
	}
	var vars []child.Var
	for _, name := range names(values) {
		vars = append(vars, child.Var{Name: name, Value: values[name], Source: s.Path + ".env." + name})
	}
	return vars, nil
}

// workdir is where a step runs: in the folder of the project, or one below it or elsewhere.
func (r *taskStarter) workdir(ctx context.Context, s *task.Step, in *task.Scope) (string, error) {
	dir := r.config.Dir()
	if s.Workdir == nil {
		return dir, nil
	}
	n, err := r.evaluator(in).Resolve(ctx, s.Workdir)
	if err != nil {
		return "", err
	}
	v, err := scalarOf(n, s.Path+".workdir")
	if err != nil {
		return "", err
	}
	path := string(v.Reveal())
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	// What the system says names the path, of which a value may be a part.
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return "", secret.Errorf(secret.General, "%s: %s.workdir: there is no such folder", s.Workdir.Place, s.Path)
	}
	return path, nil
}

// shell gives the arguments of a shell, and the variables to which the command refers.
func (r *taskStarter) shell(ctx context.Context, s *task.Step, in *task.Scope) (argv []string, vars []child.Var, err error) {
	refs, err := s.Command.CommandRefs(r.declared(in))
	if err != nil {
		return nil, nil, err
	}
	e := r.evaluator(in)
	spans := make([]shell.Ref, len(refs))
	for i, ref := range refs {
		n, err := e.Resolve(ctx, textOf(ref.Reference, ref.Place))
		if err != nil {
			return nil, nil, err
		}
		spans[i] = spanOf(i, ref)
		name := spans[i].Name
		values := []*config.Node{n}
		if n.Kind == config.List {
			spans[i].List, spans[i].Len, values = true, len(n.Items), n.Items
		}
		for k, each := range values {
			v, err := scalarOf(each, fmt.Sprintf("%s: %s", ref.Place, s.Path))
			if err != nil {
				return nil, nil, err
			}
			v = secret.New(bytes.Clone(v.Reveal()))
			one := child.Var{Name: name, Value: v, Source: s.Path}
			if spans[i].List {
				one.Name = fmt.Sprintf("%s_%d", name, k+1)
			}
			vars = append(vars, one)
		}
	}
	script, err := splice(s, spans)
	if err != nil {
		return nil, nil, prefixed(fmt.Sprintf("%s: %s", placeInCommand(s, refs, err), s.Path), unplaced(err))
	}
	for _, w := range script.Warnings {
		r.app.say("warning: %s: %s: %s; %s", refs[w.Ref].Place, s.Path, w.Message, w.Hint)
	}
	return []string{cmp.Or(s.Shell, "/bin/sh"), "-c", string(script.Text)}, vars, nil
}

// spanOf says where a reference stands in its command, and which variable carries it.
func spanOf(i int, ref config.Ref) shell.Ref {
	begin := int(ref.Offset)
	return shell.Ref{Span: render.Span{Start: begin, End: begin + len(ref.Raw)}, Name: fmt.Sprintf("_XEC_%d", i+1), Secret: ref.Kind == resolve.Secret}
}

func splice(s *task.Step, spans []shell.Ref) (shell.Script, error) {
	dialect := shell.Sh
	if s.Shell != "" {
		dialect, _ = shell.DialectOf(s.Shell)
	}
	return shell.Splice([]byte(s.Command.Text), spans, dialect)
}

// placeInCommand is where an error of a command is: at a reference, or at the command.
func placeInCommand(s *task.Step, refs []config.Ref, err error) config.Place {
	var placed *render.PlacedError
	if errors.As(err, &placed) {
		for _, ref := range refs {
			if int(ref.Offset) == placed.Offset {
				return ref.Place
			}
		}
	}
	return s.Command.Place
}

// unplaced gives an error of a format without its offset.
func unplaced(err error) error {
	var placed *render.PlacedError
	if errors.As(err, &placed) {
		return placed.Err
	}
	return err
}

// here runs a command in the place of this process, as far as the person and the terminal
// can tell, and waits for it.
func (r *taskStarter) here(s *task.Step, command child.Command, dir string) (out task.Outcome, err error) {
	back, err := os.Getwd()
	if err != nil {
		return out, err
	}
	if os.Chdir(dir) != nil {
		return out, secret.Errorf(secret.General, "%s: its folder cannot be entered", s.Path)
	}
	defer os.Chdir(back)
	err = command.Run(r.filters.Plan(command.Streams))
	var exit *child.ExitError
	if errors.As(err, &exit) {
		if exit.Signal == syscall.SIGINT || exit.Signal == syscall.SIGQUIT {
			r.interrupt(signalError{exit.Signal}) // on a pseudo-terminal this process hears nothing of it
		}
		return task.Outcome{Failure: err}, nil
	}
	return out, err
}

// hasTerminal reports whether a command may use a terminal.
func (a *app) hasTerminal() bool { return a.inTerminal || a.outTerminal || a.errTerminal }

// timedOut is the status of a command whose time was up, as that of timeout(1).
const timedOut = 124

// apart runs a command in a process group of its own, without a terminal: it ends, with
// what it has started, when its time is up or when this process is asked to end. What it
// prints beside others has its name before each line.
func (r *taskStarter) apart(ctx context.Context, s *task.Step, in *task.Scope, command child.Command, dir string) (out task.Outcome, err error) {
	cmd := exec.CommandContext(context.Background(), command.Argv[0], command.Argv[1:]...)
	cmd.Env, cmd.Dir = command.Env, dir
	if cmd.Err != nil {
		return out, secret.Errorf(secret.General, "%s: %s: command not found", s.Path, command.Argv[0])
	}
	if !in.Beside && !r.app.inTerminal {
		cmd.Stdin = r.app.files[0]
	}
	var registered bounded
	stdout, stderr := r.printed(s, in, r.app.files[1]), r.printed(s, in, r.app.files[2])
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if s.Register != "" {
		cmd.Stdout = &registered
	}
	out.Failure = runInGroup(ctx, cmd)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		out.Failure = timeUp(s.Path)
	}
	if out.Output = registered.text.Bytes(); registered.over {
		return out, secret.Errorf(secret.General, "%s: %s.register: the output is more than %d MiB", s.Place, s.Path, maxRegistered>>20)
	}
	return out, errors.Join(stdout.Close(), stderr.Close())
}

// maxRegistered is how much of an output is registered, in bytes.
const maxRegistered = 16 << 20

// bounded keeps what is written, up to a bound.
type bounded struct {
	text bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := maxRegistered - b.text.Len()
	b.over = b.over || len(p) > room
	b.text.Write(p[:min(len(p), room)])
	return len(p), nil
}

func timeUp(path string) error {
	return &child.ExitError{Status: timedOut, Err: secret.Errorf(secret.General, "%s: its time is up", path)}
}

// runInGroup runs a command in a process group of its own. The error is a *child.ExitError.
func runInGroup(ctx context.Context, cmd *exec.Cmd) error {
	runtime.LockOSThread() // with which the command dies, where the system can do that
	defer runtime.UnlockOSThread()
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return &child.ExitError{Status: 126, Err: secret.Errorf(secret.General, "%s: cannot be run", cmd.Args[0])}
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			endGroup(cmd, ended)
		case <-ended:
		}
	}()
	err := cmd.Wait()
	close(ended)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	return exitOf(exit)
}

// printed gives what a stream of a command goes through.
func (r *taskStarter) printed(s *task.Step, in *task.Scope, to *os.File) io.WriteCloser {
	var w io.WriteCloser = &lines{to: to, mu: &r.printing}
	if in.Beside {
		w = &lines{to: to, mu: &r.printing, prefix: []byte("[" + onOneLine(s.Title()) + "] ")}
	}
	plan := r.filters.Plan([3]*os.File{1: to})
	if !plan.Filtered() {
		return w
	}
	return maskedLines{r.set.Writer(w), w}
}

// maskedLines are masked before they are taken for lines.
type maskedLines struct {
	io.WriteCloser
	lines io.Closer
}

func (m maskedLines) Close() error { return errors.Join(m.WriteCloser.Close(), m.lines.Close()) }

// lines writes what it is given, if it has a prefix line by line, with the prefix before
// each, so that the lines of several commands do not mix.
type lines struct {
	to     *os.File
	mu     *sync.Mutex
	prefix []byte
	begun  []byte // the last line, which has no end yet
}

// longestLine is how much of a line is waited for, in bytes.
const longestLine = 64 << 10

func (l *lines) Write(b []byte) (int, error) {
	if l.prefix == nil {
		return l.to.Write(b)
	}
	l.begun = append(l.begun, b...)
	end := bytes.LastIndexByte(l.begun, '\n') + 1
	if end == 0 && len(l.begun) > longestLine {
		l.begun = append(l.begun, '\n')
		end = len(l.begun)
	}
	if err := l.put(l.begun[:end]); err != nil {
		return 0, err
	}
	l.begun = append(l.begun[:0], l.begun[end:]...)
	return len(b), nil
}

// put writes whole lines.
func (l *lines) put(whole []byte) error {
	var out []byte
	for line := range bytes.Lines(whole) {
		out = append(append(out, l.prefix...), line...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.to.Write(out)
	return err
}

// Close writes the last line.
func (l *lines) Close() error {
	if len(l.begun) == 0 {
		return nil
	}
	return l.put(append(l.begun, '\n'))
}
