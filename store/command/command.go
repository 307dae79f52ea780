package command

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Store is a manager behind commands. It is safe for use by several goroutines, as far as
// the manager is by several processes.
type Store struct {
	set     settings
	opt     Options
	timeout time.Duration
	mu      sync.Mutex // one write to opt.Stderr at a time
}

var (
	_ store.Store       = (*Store)(nil)
	_ store.BatchGetter = (*Store)(nil)
)

// maxList is how much list may print.
const maxList = 16 << 20

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	if err := store.Ready(ctx, key); err != nil {
		return secret.Value{}, err
	}
	c := s.call(s.set.Get, key)
	c.limit = secret.MaxValue + len("\r\n")
	out, err := c.run(ctx)
	if err != nil {
		return secret.Value{}, err
	}
	value := secret.New(s.cutNewline(out))
	if value.Len() == 0 {
		return secret.Value{}, secret.WithHint(c.errorf(secret.General, "the command printed nothing"),
			"a value is never empty; for a missing secret it should fail, and exit.notFound name its status")
	}
	if err := value.Check(key); err != nil {
		value.Clear()
		return secret.Value{}, err
	}
	return value, nil
}

// cutNewline removes the newline that a command has added.
func (s *Store) cutNewline(out []byte) []byte {
	if s.set.KeepNewline {
		return out
	}
	cut, ok := bytes.CutSuffix(out, []byte("\n"))
	if ok && runtime.GOOS == "windows" {
		cut = bytes.TrimSuffix(cut, []byte("\r"))
	}
	return cut
}

// GetBatch implements store.BatchGetter.
func (s *Store) GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	return store.GetParallel(ctx, keys, s.set.Parallel, s.Get)
}

// Set implements store.Store.
func (s *Store) Set(ctx context.Context, key string, value secret.Value) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	if err := value.Check(key); err != nil {
		return err
	}
	if s.set.Set == nil {
		return onlyReads(key, "set", "takes the value on its standard input")
	}
	if b := value.Reveal(); !s.set.KeepNewline && b[len(b)-1] == '\n' {
		err := secret.Errorf(secret.Invalid, "%s: the value ends with a line end, which get would cut off", key)
		return secret.WithHint(err, "with keepNewline: true in secrets.command values are kept byte for byte; get must add no line end then")
	}
	c := s.call(s.set.Set, key)
	c.stdin, c.sets = value.Reveal(), true
	_, err := c.run(ctx)
	return err
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	if s.set.Delete == nil {
		return onlyReads(key, "delete", "deletes it")
	}
	_, err := s.call(s.set.Delete, key).run(ctx)
	return err
}

func onlyReads(key, setting, does string) error {
	err := secret.Errorf(secret.Permission, "%s: the provider command only reads: it has no setting %s", key, setting)
	return secret.WithHint(err, "give secrets.command.%s a command that %s", setting, does)
}

// List implements store.Store.
func (s *Store) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.set.List == nil {
		err := secret.Errorf(secret.Invalid, "the provider command cannot list keys: it has no setting list")
		return nil, secret.WithHint(err, "give secrets.command.list a command that prints one key a line")
	}
	c := s.call(s.set.List, "")
	c.limit = maxList
	out, err := c.run(ctx)
	if err != nil {
		return nil, err
	}
	return parseList(out), nil
}

// parseList gives the lines that are keys, each once, in byte order.
func parseList(out []byte) (keys []string) {
	for line := range bytes.SplitSeq(out, []byte("\n")) {
		key := string(bytes.TrimSuffix(line, []byte("\r")))
		if secret.CheckKey(key) == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
