package vault

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Versions implements store.Versioner.
func (s *Versioned) Versions(ctx context.Context, key string) ([]store.Version, error) {
	h, err := s.history(ctx, key)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	sizes := map[uint64]int{} // of those that can be told
	err = store.InParallel(ctx, h.live, s.parallel, func(ctx context.Context, v store.Version) error {
		e, err := s.read(ctx, key, v.Number)
		if err != nil {
			return err
		}
		if value, err := e.value(key); err == nil {
			mu.Lock()
			defer mu.Unlock()
			sizes[v.Number] = value.Len()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var versions []store.Version
	for _, v := range h.live {
		if size, ok := sizes[v.Number]; ok {
			v.Size = size
			versions = append(versions, v)
		}
	}
	if len(versions) == 0 {
		return nil, h.gone(key)
	}
	return versions, nil
}

// Rollback implements store.Versioner.
func (s *Versioned) Rollback(ctx context.Context, key string, number uint64) (uint64, error) {
	h, err := s.history(ctx, key)
	if err != nil {
		return 0, err
	}
	if number == 0 {
		number = h.before()
	}
	if !h.has(number) {
		return 0, h.lacks(key, number)
	}
	e, err := s.read(ctx, key, number)
	if err != nil {
		return 0, err
	}
	if e.state != live {
		return 0, e.missing(key)
	}
	value, err := e.value(key)
	if err != nil {
		return 0, err
	}
	return number, s.Set(ctx, key, value)
}

// history is what the server knows of the versions of a key.
type history struct {
	newest uint64
	live   []store.Version // neither deleted nor destroyed, the newest first
}

func (s *Store) history(ctx context.Context, key string) (history, error) {
	if err := secret.CheckKey(key); err != nil {
		return history{}, err
	}
	path := s.place.meta(key)
	answer, err := s.server.read(ctx, path, nil)
	if err != nil {
		return history{}, err
	}
	if answer == nil || answer.Data == nil {
		if err := s.server.checkMount(ctx, s.place); err != nil {
			return history{}, err
		}
		return history{}, store.NotFound(key)
	}
	h, ok := newHistory(answer.Data, time.Now())
	if !ok {
		return history{}, s.server.misread(path)
	}
	return h, nil
}

func newHistory(data map[string]any, now time.Time) (h history, ok bool) {
	if h.newest, ok = number(data["current_version"]); !ok {
		return h, false
	}
	all, ok := data["versions"].(map[string]any)
	if !ok {
		return h, false
	}
	for name, about := range all {
		n, err := strconv.ParseUint(name, 10, 64)
		about, ok := about.(map[string]any)
		if err != nil || !ok {
			return h, false
		}
		if isLive(about, now) {
			h.live = append(h.live, store.Version{Number: n, Changed: moment(about["created_time"])})
		}
	}
	slices.SortFunc(h.live, func(a, b store.Version) int { return int(b.Number) - int(a.Number) })
	return h, true
}

// isLive takes a time of deletion that is yet to come for what it is.
func isLive(about map[string]any, now time.Time) bool {
	gone, _ := about["destroyed"].(bool)
	end := moment(about["deletion_time"])
	return !gone && (end.IsZero() || end.After(now))
}

func moment(v any) time.Time {
	text, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (h history) has(number uint64) bool {
	return slices.ContainsFunc(h.live, func(v store.Version) bool { return v.Number == number })
}

// before is the version before the newest, 0 if there is none.
func (h history) before() uint64 {
	for _, v := range h.live {
		if v.Number < h.newest {
			return v.Number
		}
	}
	return 0
}

func (h history) lacks(key string, number uint64) error {
	if number == 0 {
		return secret.Errorf(secret.NotFound, "secret %q has no value before the newest", key)
	}
	err := secret.Errorf(secret.NotFound, "secret %q has no version %d", key, number)
	if number <= h.newest {
		err = secret.Errorf(secret.NotFound, "version %d of secret %q is deleted, destroyed or no longer kept", number, key)
	}
	return err
}

func (h history) gone(key string) error {
	return secret.Errorf(secret.NotFound, "secret %q has no version that is neither deleted nor destroyed", key)
}

// hintAt says what can be done about a secret whose newest version is gone. It asks what
// else there is; where that fails the hint is the shorter.
func (s *Store) hintAt(ctx context.Context, key string, gone *goneError) error {
	h, err := s.history(ctx, key)
	older := uint64(0)
	if err == nil {
		older = h.before()
	}
	n, entry := gone.entry.version, s.place.inCommand(key)
	switch {
	case gone.entry.state == deleted && older > 0:
		return secret.WithHint(gone, "roll back to version %d, or bring version %d back with: vault kv undelete -versions=%d %s", older, n, n, entry)
	case gone.entry.state == deleted:
		return secret.WithHint(gone, "bring it back with: vault kv undelete -versions=%d %s", n, entry)
	case older > 0:
		return secret.WithHint(gone, "roll back to version %d, which is kept", older)
	}
	return secret.WithHint(gone, "no older version is kept; set it anew")
}
