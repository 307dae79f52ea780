package vault

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/vault/api"

	"github.com/xec-sh/xec-go/store/remote"
)

// server speaks to one server as one person.
type server struct {
	address  string
	patience time.Duration
	client   *api.Client
	login    *login
	// pause waits between two tries; tests need not.
	pause func(context.Context, time.Duration) error

	mu      sync.Mutex
	mounted bool // the mount has been looked at
}

func newServer(o options, outside Outside) (*server, error) {
	client, err := newClient(o, outside)
	if err != nil {
		return nil, err
	}
	return &server{address: o.Address, patience: o.patience, client: client, login: &login{outside: outside}, pause: pause}, nil
}

// call is one request.
type call func(context.Context, *api.Logical) (*api.Secret, error)

// do sends a request, again where the server is busy, and says how often it was sent. An
// error names path and what the token must be able to do there. An answer of nil is one
// that says there is nothing.
func (s *server) do(ctx context.Context, path, capability string, send call) (*api.Secret, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	ctx, cancel := remote.WithPatience(ctx, s.address, s.patience, "is the address right? VAULT_CLIENT_TIMEOUT allows more time")
	defer cancel()
	if err := s.login.ensure(ctx, s); err != nil {
		return nil, 0, err
	}
	answer, n, err := s.send(ctx, send)
	return answer, n, s.explain(ctx, path, capability, err)
}

// send tries until the server is not busy, there is no time left, or it was enough.
func (s *server) send(ctx context.Context, send call) (*api.Secret, int, error) {
	for n := 1; ; n++ {
		answer, err := send(ctx, s.client.Logical())
		wait, busy := waitFor(err, n)
		if !busy || n == remote.Tries || tooLong(ctx, wait) || s.pause(ctx, wait) != nil {
			return answer, n, err
		}
	}
}

// waitFor is how long to wait after the nth try, if its error passes by itself.
func waitFor(err error, n int) (time.Duration, bool) {
	var r *refusal
	if !errors.As(err, &r) || !r.passes() {
		return 0, false
	}
	if r.after > 0 {
		return r.after, true
	}
	d := 100 * time.Millisecond << n
	return d/2 + rand.N(d/2), true
}

func tooLong(ctx context.Context, wait time.Duration) bool {
	end, ok := ctx.Deadline()
	return ok && time.Until(end) < wait
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *server) read(ctx context.Context, path string, query map[string][]string) (*api.Secret, error) {
	answer, _, err := s.do(ctx, path, "read", func(ctx context.Context, l *api.Logical) (*api.Secret, error) {
		return l.ReadWithDataWithContext(ctx, path, query)
	})
	return answer, err
}

// write sends fields. It reports how often, and whether the check-and-set failed.
func (s *server) write(ctx context.Context, path, capability string, fields map[string]any) (int, bool, error) {
	_, n, err := s.do(ctx, path, capability, func(ctx context.Context, l *api.Logical) (*api.Secret, error) {
		return l.WriteWithContext(ctx, path, fields)
	})
	var r *refusal
	conflict := errors.As(err, &r) && r.status == 400 && r.says("check-and-set parameter did not match")
	return n, conflict, err
}

// checkMount looks once at what is mounted: asked for the paths of another version, an
// engine says that it has nothing, and one of version 1 takes a write at a wrong place.
// A token may be too weak to ask; then nothing is known.
func (s *server) checkMount(ctx context.Context, p place) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mounted {
		return nil
	}
	answer, err := s.read(ctx, strings.TrimSuffix("sys/internal/ui/mounts/"+p.mount+"/"+p.folder, "/"), nil)
	var r *refusal
	if errors.As(err, &r) && r.status/100 == 4 {
		answer, err = nil, nil
	}
	if err == nil && answer != nil {
		err = p.fits(answer.Data)
	}
	s.mounted = err == nil
	return err
}
