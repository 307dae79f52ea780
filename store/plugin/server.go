package plugin

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Server answers requests out of a store. One of Store and Open is needed. Many connections
// may be served at once; their requests take turns.
type Server struct {
	// Store is what is asked.
	Store store.Store
	// Open gives the store of one connection when hello tells the settings.
	Open func(context.Context, store.Settings) (store.Store, error)
	// Allow returns an error for a key that may not be asked for. Such keys are in no list,
	// and has answers that they are not there. Nil allows every key.
	Allow func(key string) error
	// Seen is told each value, before it is answered and before it is set. Nil drops it.
	Seen func(key string, value secret.Value)
	// Missing gives the error for a key that was asked for alone and is not there, where the
	// store's own has no hint. Nil leaves it at the store's own.
	Missing func(ctx context.Context, key string) error
	// EndsWithInput has the end of the input end what is under way: of an executable, whose
	// answer nobody waits for any more.
	EndsWithInput bool
	// MaxKeys is how many keys one request may ask for, MaxLine how many bytes it may have;
	// 0 is what the protocol allows.
	MaxKeys, MaxLine int

	turn sync.Mutex
}

// Serve answers what it reads until that ends, which is no error. The line that is over a
// limit, and the one whose end is missing, are the last.
func (s *Server) Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	c := connection{Server: s, store: s.Store}
	limit := cmp.Or(s.MaxLine, MaxLine)
	in := bufio.NewReader(r)
	if s.EndsWithInput {
		var end context.CancelFunc
		ctx, end = context.WithCancel(ctx)
		defer end()
		in = bufio.NewReader(ahead(r, end))
	}
	for {
		line, err := readLine(in, limit)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLong):
			writeLine(w, answer{Error: failureOf(secret.Errorf(secret.Invalid, "a request has %d bytes at most", limit))})
			return err
		case err != nil:
			return err
		}
		said := c.answer(ctx, line)
		clear(line)
		if err := writeLine(w, said); err != nil {
			return err
		}
	}
}

// connection is one of a server, with its store.
type connection struct {
	*Server
	store store.Store
}

// answer answers one line.
func (c *connection) answer(ctx context.Context, line []byte) answer {
	var q request
	if err := json.Unmarshal(line, &q); err != nil || q.Op == "" {
		return answer{Error: failureOf(secret.Errorf(secret.Invalid, "not a request of the protocol"))}
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	said, err := c.carryOut(ctx, q)
	if err != nil {
		return answer{Error: failureOf(err)}
	}
	return said
}

func (c *connection) carryOut(ctx context.Context, q request) (answer, error) {
	if q.Op == "hello" {
		return c.hello(ctx, q)
	}
	if c.store == nil {
		return answer{}, secret.Errorf(secret.Invalid, "the first request is hello")
	}
	switch q.Op {
	case "get":
		return c.get(ctx, q.Keys)
	case "list":
		keys, err := c.store.List(ctx)
		return answer{Keys: slices.DeleteFunc(keys, func(key string) bool { return c.check(key) != nil })}, err
	case "describe":
		return c.describe(ctx)
	case "set-batch":
		return answer{}, c.setBatch(ctx, q.Values)
	}
	if !slices.Contains(ofOneKey, q.Op) {
		return answer{}, unsupported("this request")
	}
	if q.Key == "" {
		return answer{}, secret.Errorf(secret.Invalid, "%s: the request has no key", q.Op)
	}
	if err := c.check(q.Key); err != nil {
		if q.Op == "has" && !errors.Is(err, secret.Invalid) {
			err = nil
		}
		return answer{}, err
	}
	return c.ofOneKey(ctx, q)
}

// check returns an error for what is no key, and for a key that is not allowed.
func (c *connection) check(key string) error {
	if err := secret.CheckKey(key); err != nil || c.Allow == nil {
		return err
	}
	return c.Allow(key)
}

// told gives a value that has been seen.
func (c *connection) told(key string, value secret.Value) secret.Value {
	if c.Seen != nil {
		c.Seen(key, value)
	}
	return value
}

func (c *connection) ofOneKey(ctx context.Context, q request) (said answer, err error) {
	switch q.Op {
	case "set":
		err = c.store.Set(ctx, q.Key, c.told(q.Key, secret.New(q.Value)))
	case "add":
		err = store.Add(ctx, c.store, q.Key, c.told(q.Key, secret.New(q.Value)))
	case "delete":
		err = c.store.Delete(ctx, q.Key)
	case "purge":
		if p, ok := c.store.(store.Purger); ok {
			return said, p.Purge(ctx, q.Key)
		}
		err = unsupported(q.Op)
	case "has":
		said.Found, err = store.Has(ctx, c.store, q.Key)
	case "versions":
		return c.versions(ctx, q.Key)
	case "rollback":
		v, ok := c.store.(store.Versioner)
		if !ok {
			return said, unsupported(q.Op)
		}
		said.Version, err = v.Rollback(ctx, q.Key, q.Version)
	}
	return said, err
}

// ofOneKey are the requests that are about one key.
var ofOneKey = []string{"set", "add", "delete", "purge", "has", "versions", "rollback"}

func unsupported(what string) error {
	return fmt.Errorf("%s: %w", what, errors.ErrUnsupported)
}

func (c *connection) hello(ctx context.Context, q request) (answer, error) {
	if q.Protocol != protocol {
		return answer{}, secret.Errorf(secret.Invalid, "protocol %d is not spoken here: %d is", q.Protocol, protocol)
	}
	if c.Open != nil {
		opened, err := c.Open(ctx, store.Settings(q.Settings))
		if err != nil {
			return answer{}, err
		}
		c.store = opened
	}
	return answer{Protocol: protocol}, nil
}

func (c *connection) get(ctx context.Context, keys []string) (answer, error) {
	if len(keys) == 0 {
		return answer{}, secret.Errorf(secret.Invalid, "get: the request has no keys")
	}
	if most := cmp.Or(c.MaxKeys, maxKeys); len(keys) > most {
		return answer{}, secret.Errorf(secret.Invalid, "%d keys in one request: %d are the most", len(keys), most)
	}
	for _, key := range keys {
		if err := c.check(key); err != nil {
			return answer{}, err
		}
	}
	if len(keys) == 1 {
		return c.getOne(ctx, keys[0])
	}
	values, err := store.Get(ctx, c.store, keys)
	if err != nil {
		return answer{}, err
	}
	said := answer{Values: make(map[string]payload, len(values))}
	for key, value := range values {
		said.Values[key] = c.told(key, value).Reveal()
	}
	return said, nil
}

// getOne gives one value. A store may know more of a key that is missing than that.
func (c *connection) getOne(ctx context.Context, key string) (answer, error) {
	value, err := c.store.Get(ctx, key)
	if errors.Is(err, secret.NotFound) && secret.Hint(err) == "" && c.Missing != nil {
		err = c.Missing(ctx, key)
	}
	if err != nil {
		return answer{}, err
	}
	return answer{Values: map[string]payload{key: c.told(key, value).Reveal()}}, nil
}

func (c *connection) setBatch(ctx context.Context, values map[string]payload) error {
	b, ok := c.store.(store.BatchSetter)
	if !ok {
		return unsupported("set-batch")
	}
	all := make(map[string]secret.Value, len(values))
	for key, value := range values {
		if err := c.check(key); err != nil {
			return err
		}
		all[key] = c.told(key, secret.New(value))
	}
	return b.SetBatch(ctx, all)
}

func (c *connection) versions(ctx context.Context, key string) (said answer, err error) {
	v, ok := c.store.(store.Versioner)
	if !ok {
		return said, unsupported("versions")
	}
	all, err := v.Versions(ctx, key)
	for _, each := range all {
		said.Versions = append(said.Versions, version(each))
	}
	return said, err
}

func (c *connection) describe(ctx context.Context) (said answer, err error) {
	d, ok := c.store.(store.Describer)
	if !ok {
		return said, unsupported("describe")
	}
	all, err := d.Describe(ctx)
	for _, each := range all {
		if c.check(each.Key) == nil {
			said.Secrets = append(said.Secrets, info(each))
		}
	}
	return said, err
}
