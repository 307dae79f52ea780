package config

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

// Acting is the part of a configuration that acts. It can be had through Config.Acting
// alone.
type Acting struct {
	config   *Config
	approved bool
	time     time.Duration // that a command has
	// Environ is the environment of commands.
	Environ []string
	// Stderr is where commands complain. Nil drops it.
	Stderr io.Writer
}

// Acting gives what an approval covers. What it does not cover is an error of kind
// secret.Permission when it is asked for. With the zero Approval, which covers nothing that
// acts, what acts is not looked for.
func (c *Config) Acting(a trust.Approval) *Acting {
	approved := a != trust.Approval{} && a.Covers(c.Subject())
	return &Acting{config: c, approved: approved, time: commandTime}
}

// Block is what a secrets block says of the provider that is used.
type Block struct {
	Provider  string
	Place     Place  // of its name, zero if that does not stand in the block
	Directory string // of provider file, absolute; "" is the default
	Settings  *Node  // what stands below the provider's name; nil is nothing
}

// Block gives the secrets block, with named for its provider unless that is ""; ok is false
// if there is none. What it says of other providers needs no approval, and is not given.
func (a *Acting) Block(named string) (b Block, ok bool, err error) {
	n := a.config.Root.Get("secrets")
	if n.IsNull() {
		return Block{}, false, nil
	}
	b = Block{Provider: named}
	if p := n.Get("provider"); p != nil && named == "" {
		b.Provider, b.Place = p.Text, p.Place
	}
	if b.Provider == "" {
		b.Provider = "file"
	}
	if a.config.actsWith(b.Provider, named != "", n) && !a.approved {
		return Block{}, false, a.config.unapproved("secrets")
	}
	if err := checkBlock(n); err != nil {
		return Block{}, false, err
	}
	b.Settings = n.Get(b.Provider)
	if dir := b.Settings.Get("directory"); b.Provider == "file" && !dir.IsNull() && dir.Text != "" {
		b.Directory = a.config.folder(dir)
	}
	return b, true, nil
}

// CheckBlock returns what is wrong with the secrets block, whether it is approved or not.
func (c *Config) CheckBlock() error {
	if n := c.Root.Get("secrets"); !n.IsNull() {
		return checkBlock(n)
	}
	return nil
}

// checkBlock checks the settings that are known, and that no text holds a reference: where
// values are read from cannot depend on one.
func checkBlock(n *Node) (err error) {
	n.Each("secrets", func(path string, n *Node) {
		if refs, refErr := n.Refs(); err == nil && (refErr != nil || len(refs) > 0) {
			err = placed(n.Place, path, secret.Errorf(secret.General, "a secrets block takes no references"))
		}
	})
	if err != nil {
		return err
	}
	if p := n.Get("provider"); p != nil && p.Kind != Scalar {
		return placed(p.Place, "secrets.provider", secret.Errorf(secret.General, "not the name of a provider"))
	}
	for _, p := range n.Pairs {
		if p.Key != "provider" && p.Value.Kind != Map && !p.Value.IsNull() {
			err := secret.Errorf(secret.General, "not a map of settings")
			if p.Value.Kind == Scalar && resolve.Nearest(p.Key, []string{"provider"}) != "" {
				err = secret.WithHint(err, "did you mean provider?")
			}
			return placed(p.Place, Join("secrets", p.Key), err)
		}
	}
	file := n.Get("file")
	for _, p := range file.All() {
		if p.Key != "directory" {
			return placed(p.Place, Join("secrets.file", p.Key), secret.Errorf(secret.General, "there is no such setting; directory is the one there is"))
		}
	}
	if dir := file.Get("directory"); !dir.IsNull() && dir.Kind != Scalar {
		return placed(dir.Place, "secrets.file.directory", secret.Errorf(secret.General, "not the path of a folder"))
	}
	return nil
}

// isOwn reports whether all of a node comes from the person's own file.
func (n *Node) isOwn() bool {
	if n.File != nil && !n.File.Own {
		return false
	}
	for _, p := range n.Pairs {
		if !p.Value.isOwn() {
			return false
		}
	}
	for _, item := range n.Items {
		if !item.isOwn() {
			return false
		}
	}
	return true
}

// unapproved is the error for what has no approval.
func (c *Config) unapproved(what string) error {
	err := secret.Errorf(secret.Permission, "%s: %s acts, and has not been approved", c.Project.Name, what)
	return secret.WithHint(err, "xec config trust shows what it would do, and asks; in a pipeline XEC_TRUST_CONFIG=1 approves it for one call")
}

// check returns an error unless commands of a file may run.
func (a *Acting) check(from *File) error {
	if a != nil && (a.approved || from != nil && from.Own) {
		return nil
	}
	err := secret.Errorf(secret.Permission, "this command has not been approved")
	return secret.WithHint(err, "xec config trust shows what it would do, and asks; in a pipeline XEC_TRUST_CONFIG=1 approves it for one call")
}

// Bounds of a command.
const (
	commandTime = 30 * time.Second
	maxPrinted  = 1 << 20
)

// run runs a command in the system's shell, in the project's folder, without input, and
// gives what it prints, without line ends behind it.
func (a *Acting) run(ctx context.Context, from *File, command string) ([]byte, error) {
	if err := a.check(from); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.time)
	defer cancel()
	argv := shell(command)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stderr = a.config.Dir(), append([]string{}, a.Environ...), a.Stderr
	cmd.WaitDelay = time.Second // for what the command has left behind
	killGroup(cmd)
	out := &printed{full: cancel}
	cmd.Stdout = out
	err := cmd.Run()
	switch {
	case out.over:
		return nil, secret.Errorf(secret.General, "the command prints more than %d MiB", maxPrinted>>20)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, secret.Errorf(secret.General, "the command has not ended within %v", a.time)
	case errors.Is(err, exec.ErrWaitDelay): // it has ended well, and left something behind
	case err != nil && cmd.ProcessState != nil:
		return nil, secret.Errorf(secret.General, "the command failed: %s", cmd.ProcessState)
	case err != nil:
		return nil, secret.Errorf(secret.General, "the command could not be started")
	}
	return bytes.TrimRight(out.text, "\r\n"), nil
}

// printed takes what a command prints, up to a limit.
type printed struct {
	text []byte
	over bool
	full func()
}

func (p *printed) Write(b []byte) (int, error) {
	if len(p.text)+len(b) > maxPrinted {
		p.over = true
		p.full()
		return 0, io.ErrShortWrite
	}
	p.text = append(p.text, b...)
	return len(b), nil
}
