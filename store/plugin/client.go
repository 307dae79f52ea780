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
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// How long hello may take, and any other request.
const (
	helloTime   = 10 * time.Second
	requestTime = time.Minute
)

// Client is a store that asks another process. It is safe for use by several goroutines,
// which take turns. Its optional methods give errors.ErrUnsupported where the other side
// does not know them.
type Client struct {
	// MaxKeys is how many keys one request may ask for; 0 is what the protocol allows.
	MaxKeys int

	name     string // before errors
	conn     Conn
	in       *bufio.Reader
	patience time.Duration // with one answer

	mu   sync.Mutex
	dead error // why nothing can be asked any more
}

var (
	_ store.Store       = (*Client)(nil)
	_ store.BatchGetter = (*Client)(nil)
	_ store.BatchSetter = (*Client)(nil)
	_ store.Adder       = (*Client)(nil)
	_ store.Purger      = (*Client)(nil)
	_ store.Finder      = (*Client)(nil)
	_ store.Versioner   = (*Client)(nil)
	_ store.Describer   = (*Client)(nil)
)

// Conn is a way to the other side. Close ends what Read and Write wait for.
type Conn interface {
	io.ReadWriteCloser
	// Explain says why the other side has ended, once it has; nil where it cannot tell.
	Explain() error
}

// NewClient gives the store behind a connection. Errors of the connection begin with name;
// those that the other side tells are its own.
func NewClient(name string, conn Conn) *Client {
	return &Client{name: name, conn: conn, in: bufio.NewReader(conn), patience: requestTime}
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// hello says the settings to the other side.
func (c *Client) hello(ctx context.Context, settings store.Settings) error {
	said, err := c.ask(ctx, request{Op: "hello", Protocol: protocol, Settings: json.RawMessage(settings)}, min(c.patience, helloTime))
	if err == nil && said.Protocol != protocol {
		return c.broken(secret.Errorf(secret.General, "it speaks version %d of the protocol, and this xec version %d", said.Protocol, protocol))
	}
	return err
}

// ask sends one request and reads its answer. Where that fails the connection has no use
// any more, since nobody knows whose answer the next line would be.
func (c *Client) ask(ctx context.Context, q request, limit time.Duration) (said answer, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return said, err
	}
	if c.dead != nil {
		return said, c.dead
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(limited, func() { c.conn.Close() })
	said, err = c.exchange(q)
	stop()
	switch {
	case err == nil && said.Error != nil:
		return said, c.told(said.Error)
	case err == nil:
		return said, nil
	case ctx.Err() != nil:
		c.dead = fmt.Errorf("%s: %w", c.name, ctx.Err())
	case limited.Err() != nil:
		c.dead = secret.Errorf(secret.General, "%s has not answered within %v", c.name, limit)
	default:
		c.dead = c.broken(err)
	}
	return said, c.dead
}

// told gives an error that the other side tells. One whose kind tells nothing is named.
func (c *Client) told(f *failure) error {
	err := f.err()
	if secret.KindOf(err) == secret.General && !errors.Is(err, errors.ErrUnsupported) {
		err = fmt.Errorf("%s: %w", c.name, err)
	}
	return err
}

func (c *Client) exchange(q request) (said answer, err error) {
	if c.in.Buffered() > 0 { // an answer to nothing
		return said, errNotOurs
	}
	if err := writeLine(c.conn, q); err != nil {
		return said, err
	}
	line, err := readLine(c.in, MaxLine)
	if err != nil {
		return said, err
	}
	defer clear(line)
	if json.Unmarshal(line, &said) != nil {
		return answer{}, errNotOurs
	}
	return said, nil
}

// errNotOurs says nothing of what was answered: it may hold a value.
var errNotOurs = secret.Errorf(secret.General, "it answered what is not of the protocol")

// broken ends the connection and explains why, as well as that can be told.
func (c *Client) broken(err error) error {
	c.conn.Close()
	var ours *secret.Error
	if why := c.conn.Explain(); why != nil && !errors.As(err, &ours) {
		err = why
	}
	return secret.Errorf(secret.General, "%s: %w", c.name, err)
}

// Get implements store.Store.
func (c *Client) Get(ctx context.Context, key string) (secret.Value, error) {
	if err := secret.CheckKey(key); err != nil {
		return secret.Value{}, err
	}
	values := map[string]secret.Value{}
	err := c.getSome(ctx, []string{key}, values)
	if _, ok := values[key]; err == nil && !ok {
		err = store.NotFound(key)
	}
	return values[key], err
}

// GetBatch implements store.BatchGetter.
func (c *Client) GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	if err := store.Ready(ctx, keys...); err != nil {
		return nil, err
	}
	values := make(map[string]secret.Value, len(keys))
	unique := slices.Compact(slices.Sorted(slices.Values(keys))) // none of them is no request
	for some := range slices.Chunk(unique, cmp.Or(c.MaxKeys, maxKeys)) {
		err := c.getSome(ctx, some, values)
		if len(some) == 1 && errors.Is(err, secret.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// getSome asks for as many keys as a request may have.
func (c *Client) getSome(ctx context.Context, some []string, values map[string]secret.Value) error {
	said, err := c.ask(ctx, request{Op: "get", Keys: some}, c.patience)
	if err != nil {
		return err
	}
	for key, b := range said.Values {
		if !slices.Contains(some, key) {
			return c.broken(errNotOurs)
		}
		value := secret.New(b)
		if err := value.Check(key); err != nil {
			return c.broken(err)
		}
		values[key] = value
	}
	return nil
}

// Set implements store.Store.
func (c *Client) Set(ctx context.Context, key string, value secret.Value) error {
	return c.put(ctx, "set", key, value)
}

// Add implements store.Adder.
func (c *Client) Add(ctx context.Context, key string, value secret.Value) error {
	return c.put(ctx, "add", key, value)
}

func (c *Client) put(ctx context.Context, op, key string, value secret.Value) error {
	if err := secret.CheckKey(key); err != nil {
		return err
	}
	if err := value.Check(key); err != nil {
		return err
	}
	_, err := c.ask(ctx, request{Op: op, Key: key, Value: value.Reveal()}, c.patience)
	return err
}

// SetBatch implements store.BatchSetter.
func (c *Client) SetBatch(ctx context.Context, values map[string]secret.Value) error {
	if err := store.CheckValues(values); err != nil {
		return err
	}
	q, size := request{Op: "set-batch", Values: make(map[string]payload, len(values))}, 0
	for key, value := range values {
		q.Values[key] = value.Reveal()
		size += len(key) + 8 + value.Len()*4/3 + 4
	}
	if size > MaxLine-64 {
		return fmt.Errorf("%d bytes at once: %w", size, errors.ErrUnsupported)
	}
	_, err := c.ask(ctx, q, c.patience)
	return err
}

// Delete implements store.Store.
func (c *Client) Delete(ctx context.Context, key string) error {
	_, err := c.askOf(ctx, "delete", key)
	return err
}

// Purge implements store.Purger.
func (c *Client) Purge(ctx context.Context, key string) error {
	_, err := c.askOf(ctx, "purge", key)
	return err
}

// Has implements store.Finder.
func (c *Client) Has(ctx context.Context, key string) (bool, error) {
	said, err := c.askOf(ctx, "has", key)
	return said.Found, err
}

// List implements store.Store.
func (c *Client) List(ctx context.Context) ([]string, error) {
	said, err := c.ask(ctx, request{Op: "list"}, c.patience)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(said.Keys, func(key string) bool { return secret.CheckKey(key) != nil }) {
		return nil, c.broken(errNotOurs)
	}
	return slices.Compact(slices.Sorted(slices.Values(said.Keys))), nil
}

// Versions implements store.Versioner.
func (c *Client) Versions(ctx context.Context, key string) ([]store.Version, error) {
	said, err := c.askOf(ctx, "versions", key)
	var all []store.Version
	for _, v := range said.Versions {
		all = append(all, store.Version(v))
	}
	return all, err
}

// Rollback implements store.Versioner.
func (c *Client) Rollback(ctx context.Context, key string, number uint64) (uint64, error) {
	if err := secret.CheckKey(key); err != nil {
		return 0, err
	}
	said, err := c.ask(ctx, request{Op: "rollback", Key: key, Version: number}, c.patience)
	return said.Version, err
}

// Describe implements store.Describer.
func (c *Client) Describe(ctx context.Context) ([]store.Info, error) {
	said, err := c.ask(ctx, request{Op: "describe"}, c.patience)
	var all []store.Info
	for _, i := range said.Secrets {
		if secret.CheckKey(i.Key) != nil {
			return nil, c.broken(errNotOurs)
		}
		all = append(all, store.Info(i))
	}
	return all, err
}

func (c *Client) askOf(ctx context.Context, op, key string) (answer, error) {
	if err := secret.CheckKey(key); err != nil {
		return answer{}, err
	}
	return c.ask(ctx, request{Op: op, Key: key}, c.patience)
}
