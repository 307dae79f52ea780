package plugin

import (
	"context"
	"io"
	"os/exec"
	"sync"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Prefix is what the name of an executable begins with; the name of its provider follows.
const Prefix = "xec-provider-"

// CheckName returns an error of kind secret.Invalid unless name can be the name of a
// provider: lower-case letters, digits and "-", a letter first. Anything else could lead to
// a program elsewhere.
func CheckName(name string) error {
	for i, r := range name {
		if isLower := 'a' <= r && r <= 'z'; !isLower && (i == 0 || r != '-' && (r < '0' || '9' < r)) {
			return secret.Errorf(secret.Invalid, "the name of a provider has lower-case letters, digits and -, and a letter first")
		}
	}
	if name == "" {
		return secret.Errorf(secret.Invalid, "the name of the provider is empty")
	}
	return nil
}

// Start starts an executable that is the provider name, and says hello. cmd is not started
// yet; its standard input and output must be free.
func Start(ctx context.Context, name string, cmd *exec.Cmd, settings store.Settings) (*Client, error) {
	p, err := start(cmd)
	if err != nil {
		return nil, secret.Errorf(secret.General, "provider %s: %s cannot be started: %w", name, cmd.Path, err)
	}
	c := NewClient("provider "+name, p)
	if err := c.hello(ctx, settings); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// process is the connection to an executable.
type process struct {
	io.WriteCloser
	io.Reader
	cmd   *exec.Cmd
	close sync.Once
	ended chan struct{}
}

func start(cmd *exec.Cmd) (*process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.WaitDelay = grace // for what it may leave behind on its standard error
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{WriteCloser: in, Reader: out, cmd: cmd, ended: make(chan struct{})}, nil
}

// grace is how long an executable may take to end by itself.
const grace = 500 * time.Millisecond

// Close ends the executable: the end of its input asks it to, and what still runs then is
// killed.
func (p *process) Close() error {
	p.close.Do(func() {
		p.WriteCloser.Close()
		late := time.AfterFunc(grace, func() { p.cmd.Process.Kill() })
		p.cmd.Wait() // which closes what is read from
		late.Stop()
		close(p.ended)
	})
	return nil
}

// Explain implements Conn.
func (p *process) Explain() error {
	<-p.ended
	if s := p.cmd.ProcessState; s != nil && !s.Success() {
		return secret.Errorf(secret.General, "it ended: %s", s)
	}
	return secret.Errorf(secret.General, "it ended in the middle of it")
}
