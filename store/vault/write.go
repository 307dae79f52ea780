package vault

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

// rounds is how often a write starts again because another was faster. One of the
// writers always gets through, so that many can be at work at once.
const rounds = 40

// Set implements store.Store. It replaces the version that it has read, or starts again.
func (s *Versioned) Set(ctx context.Context, key string, value secret.Value) error {
	if err := value.Check(key); err != nil {
		return err
	}
	return s.set(ctx, key, value, func(ctx context.Context, asked bool) (entry, bool, error) {
		e, err := s.read(ctx, key, 0)
		// What a request that was sent twice finds may be what it has done itself.
		return e, asked && e.holds(value), err
	})
}

// Add implements store.Adder. It writes without reading before, as the first version;
// only where the server has another does it look at what that is.
func (s *Versioned) Add(ctx context.Context, key string, value secret.Value) error {
	if err := secret.CheckKey(key); err != nil {
		return err
	}
	if err := value.Check(key); err != nil {
		return err
	}
	if err := s.server.checkMount(ctx, s.place); err != nil {
		return err
	}
	first := true
	return s.set(ctx, key, value, func(ctx context.Context, asked bool) (entry, bool, error) {
		if first {
			first = false
			return entry{}, false, nil
		}
		e, err := s.read(ctx, key, 0)
		if err != nil || e.state != live {
			return e, false, err
		}
		if asked && e.holds(value) {
			return e, true, nil
		}
		return e, false, store.ErrExists
	})
}

// set writes value over the entry that before gives, until no other write comes between.
// before is told whether the last request was sent more than once, and tells whether all
// is done already.
func (s *Versioned) set(ctx context.Context, key string, value secret.Value, before func(context.Context, bool) (entry, bool, error)) error {
	asked := false
	for round := range rounds {
		e, done, err := before(ctx, asked)
		if done || err != nil {
			return err
		}
		tries, conflict, err := s.put(ctx, key, e, value)
		if !conflict {
			return err
		}
		asked = tries > 1
		if err := pause(ctx, rand.N(time.Duration(round+1)*5*time.Millisecond)); err != nil {
			return remote.GivenUp(ctx, s.server.address, err)
		}
	}
	return secret.Errorf(secret.General, "%s: others have changed it %d times while it was being set", key, rounds)
}

// put writes value as the version behind e, or reports that there is one.
func (s *Versioned) put(ctx context.Context, key string, e entry, value secret.Value) (tries int, conflict bool, err error) {
	return s.server.write(ctx, s.place.data(key), "create and update", map[string]any{
		"options": map[string]any{"cas": e.version},
		"data":    e.with(value),
	})
}
