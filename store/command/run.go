package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// call is one run of a command.
type call struct {
	store *Store
	argv  []string
	key   string // "" for list
	stdin []byte
	sets  bool
	limit int // of the output; 0 drops it
}

func (s *Store) call(command []string, key string) *call {
	return &call{store: s, argv: argvFor(command, key), key: key}
}

// errorf names the key and the program. Arguments it does not: they are the person's, and
// may hold what nobody else should read.
func (c *call) errorf(kind secret.Kind, format string, args ...any) error {
	operand := c.argv[0] + ": "
	if c.key != "" {
		operand = c.key + ": " + operand
	}
	return secret.Errorf(kind, "%s%w", operand, fmt.Errorf(format, args...))
}

// leftBehind is how long the output of a command is waited for when it has ended, and
// something that it has started still holds it open.
const leftBehind = time.Second

// run runs the command, and gives what it prints.
func (c *call) run(ctx context.Context) ([]byte, error) {
	path, err := c.store.find(c.argv[0])
	if err != nil {
		return nil, c.absent(err)
	}
	limited, cancel := context.WithTimeout(ctx, c.store.timeout)
	defer cancel()
	out := &bounded{limit: c.limit, full: cancel}
	complaint := &bounded{limit: maxComplaint, full: func() {}}
	cmd := exec.CommandContext(limited, path)
	cmd.Args, cmd.Dir, cmd.Env = c.argv, c.store.opt.Dir, append([]string{}, c.store.opt.Environ...)
	cmd.WaitDelay = leftBehind
	cmd.Stderr = complaint
	if c.limit > 0 {
		cmd.Stdout = out
	}
	if c.sets {
		cmd.Stdin = bytes.NewReader(c.stdin)
	}
	killGroup(cmd)
	runtime.LockOSThread() // with which the command dies, where the system can do that
	err = cmd.Run()
	runtime.UnlockOSThread()
	c.store.tell(complaint.text, out.text, c.stdin)
	if errors.Is(err, exec.ErrWaitDelay) { // it has ended well, and left something behind
		err = nil
	}
	if err != nil || out.over {
		clear(out.text)
		return nil, c.failed(ctx, limited, cmd, err, out.over, string(complaint.text))
	}
	return out.text, nil
}

// failed says why a command did not do what it should.
func (c *call) failed(ctx, limited context.Context, cmd *exec.Cmd, err error, over bool, complaint string) error {
	switch {
	case over && c.key != "":
		return c.errorf(secret.Invalid, "the command prints more than 64 KiB, the most that a value has")
	case over:
		return c.errorf(secret.General, "the command prints more than %d MiB", c.limit>>20)
	case ctx.Err() != nil:
		return c.errorf(secret.General, "%w", ctx.Err())
	case limited.Err() != nil:
		return secret.WithHint(c.errorf(secret.General, "the command has not ended within %v", c.store.timeout),
			"it cannot ask on the terminal: unlock or sign in before; the setting timeout gives it longer")
	case cmd.ProcessState == nil:
		return c.absent(err)
	}
	return c.refused(cmd.ProcessState, complaint)
}

// refused says what the status of a command means, or what it has complained about.
func (c *call) refused(ended *os.ProcessState, complaint string) error {
	kind, told := c.store.set.meaning(ended.ExitCode(), complaint)
	switch {
	case told && kind == secret.NotFound && !c.sets && c.key != "":
		return store.NotFound(c.key)
	case told && kind == secret.Permission:
		return secret.WithHint(c.errorf(kind, "access is denied (%s)", ended), "sign in to it, with an account that may do this")
	case told && kind == secret.Encryption:
		return secret.WithHint(c.errorf(kind, "it is locked (%s)", ended), "unlock it first")
	}
	err := c.errorf(secret.General, "the command failed: %s", ended)
	if c.store.opt.Stderr == nil {
		return secret.WithHint(err, "what it said is not shown, as it may hold a value; run it by hand to see")
	}
	return secret.WithHint(err, "the settings exit and stderr of secrets.command tell what its failures mean")
}

// absent is the error for a program that cannot be started.
func (c *call) absent(err error) error {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return secret.WithHint(c.errorf(secret.General, "there is no such program"), "install it, or write its whole path in secrets.command")
	case errors.Is(err, fs.ErrPermission):
		return secret.WithHint(c.errorf(secret.General, "it may not be run"), "chmod +x makes a file a program")
	}
	return c.errorf(secret.General, "it cannot be started")
}

// find gives the path of a program.
func (s *Store) find(name string) (string, error) {
	if filepath.Base(name) != name {
		if !filepath.IsAbs(name) {
			name = filepath.Join(s.opt.Dir, name)
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return "", err
		}
		return exec.LookPath(path)
	}
	for _, folder := range filepath.SplitList(s.variable("PATH")) {
		if !filepath.IsAbs(folder) { // a project could put its own program there
			continue
		}
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// variable gives a variable of the environment of commands.
func (s *Store) variable(name string) string {
	for _, each := range slices.Backward(s.opt.Environ) { // the last is the one that counts
		key, value, _ := strings.Cut(each, "=")
		if key == name || caseless && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// maxComplaint is how much of what a command complains about is looked through.
const maxComplaint = 64 << 10

// tell shows the person what a command has complained about, without the values that it
// dealt with.
func (s *Store) tell(complaint []byte, values ...[]byte) {
	if s.opt.Stderr == nil || len(complaint) == 0 {
		return
	}
	for _, value := range values {
		if value = bytes.TrimSpace(value); len(value) >= shortest {
			complaint = bytes.ReplaceAll(complaint, value, []byte("[secret]"))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.opt.Stderr.Write(complaint) // that this fails is no failure of the command
}

// shortest is the length of the shortest value that is looked for.
const shortest = 4

// bounded takes up to a limit, drops what is more, and then calls full.
type bounded struct {
	text  []byte
	limit int
	over  bool
	full  func()
}

func (p *bounded) Write(b []byte) (int, error) {
	if room := p.limit - len(p.text); len(b) > room {
		p.over = true
		p.text = append(p.text, b[:room]...)
		p.full()
		return len(b), nil
	}
	p.text = append(p.text, b...)
	return len(b), nil
}
