package broker

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/plugin"
	"github.com/xec-sh/xec-go/store/secret"
)

// Variable is where the path of the socket stands in the environment of what runs.
const Variable = "XEC_SECRETS_SOCKET"

// Bounds of one broker.
const (
	maxRequest     = 128 << 10
	maxConnections = 512
	patience       = 10 * time.Second // with half a line, and with an answer that is not read
)

// Options say what is served, and where.
type Options struct {
	// Store is what is served.
	Store store.Store
	// Folders are where the private folder may be made: the first in which that can be done
	// is taken.
	Folders []string
	// Only are the keys that are answered; nil is all.
	Only []string
	// Seen is told each value before it is answered. Nil drops it.
	Seen func(key string, value secret.Value)
	// Missing gives the error for a key that is not there, where the store's own has no
	// hint. Nil leaves it at the store's own.
	Missing func(ctx context.Context, key string) error
}

// Broker is a store on a socket.
type Broker struct {
	server   plugin.Server
	listener net.Listener
	dir      string
	cancel   context.CancelFunc // what is being asked of the store

	mu     sync.Mutex
	conns  []*conn // the one that was quiet for longest first
	closed bool
	all    sync.WaitGroup
}

// Listen makes the socket and answers there until Close. With the error nothing is left
// behind.
func Listen(ctx context.Context, opt Options) (*Broker, error) {
	listener, dir, err := listen(opt.Folders)
	if err != nil {
		return nil, secret.Errorf(secret.General, "scripts need a socket to get secrets from: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	b := &Broker{listener: listener, dir: dir, cancel: cancel, server: plugin.Server{
		Store: opt.Store, Seen: opt.Seen, Missing: opt.Missing, MaxKeys: 1, MaxLine: maxRequest,
	}}
	if opt.Only != nil {
		b.server.Allow = func(key string) error { return allow(opt.Only, key) }
	}
	b.all.Go(func() { b.accept(ctx) })
	return b, nil
}

func allow(only []string, key string) error {
	if slices.Contains(only, key) {
		return nil
	}
	err := secret.Errorf(secret.Permission, "secret %q is not among those that this run may use", key)
	return secret.WithHint(err, "xec run --only names them")
}

// Path is that of the socket.
func (b *Broker) Path() string { return b.listener.Addr().String() }

// Folder is the private folder of the socket, which goes with the broker. Others may put
// into it what is for the time of the run.
func (b *Broker) Folder() string { return b.dir }

// Close ends every connection, and what is being asked of the store, and removes the socket
// with its folder.
func (b *Broker) Close() error {
	b.listener.Close()
	b.cancel()
	b.mu.Lock()
	b.closed = true
	for _, c := range b.conns {
		c.Close()
	}
	b.mu.Unlock()
	b.all.Wait()
	return os.RemoveAll(b.dir)
}

func (b *Broker) accept(ctx context.Context) {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			if b.isClosed() {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of descriptors, most likely
			continue
		}
		if checkPeer(c.(*net.UnixConn)) != nil {
			c.Close()
			continue
		}
		b.serve(ctx, &conn{Conn: c})
	}
}

func (b *Broker) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// serve answers one connection, in a goroutine of its own.
func (b *Broker) serve(ctx context.Context, c *conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		c.Close()
		return
	}
	if len(b.conns) == maxConnections {
		b.conns[0].Close()
		b.conns = slices.Delete(b.conns, 0, 1)
	}
	b.conns = append(b.conns, c)
	c.used = func() { b.move(c, true) }
	b.all.Go(func() {
		b.server.Serve(ctx, c, c)
		c.Close()
		b.move(c, false)
	})
}

// move takes a connection out of the list, and puts it at the end again if it stays.
func (b *Broker) move(c *conn, stays bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.conns, c)
	if i < 0 {
		return
	}
	b.conns = slices.Delete(b.conns, i, i+1)
	if stays {
		b.conns = append(b.conns, c)
	}
}

// conn is a connection that loses patience.
type conn struct {
	net.Conn
	within bool // a line
	used   func()
}

// Read waits for the begin of a line as long as it takes, for its end not.
func (c *conn) Read(b []byte) (int, error) {
	var deadline time.Time
	if c.within {
		deadline = time.Now().Add(patience)
	}
	c.SetReadDeadline(deadline)
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.within = b[n-1] != '\n'
	}
	return n, err
}

func (c *conn) Write(b []byte) (int, error) {
	c.SetWriteDeadline(time.Now().Add(patience))
	c.used()
	return c.Conn.Write(b)
}

// prefix is what the names of private folders begin with.
const prefix = "xec-run-"

// maxPath is the longest path that a socket can have everywhere, in bytes.
const maxPath = 103

func listen(folders []string) (l net.Listener, dir string, err error) {
	if err := canCheckPeer(); err != nil {
		return nil, "", err
	}
	err = secret.Errorf(secret.General, "there is no folder for it")
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		removeStale(folder)
		if l, dir, err = listenIn(folder); err == nil {
			return l, dir, nil
		}
	}
	return nil, "", err
}

func listenIn(folder string) (net.Listener, string, error) {
	dir, err := os.MkdirTemp(folder, prefix)
	if err != nil {
		return nil, "", err
	}
	path := filepath.Join(dir, "socket")
	if len(path) > maxPath {
		os.Remove(dir)
		return nil, "", secret.Errorf(secret.General, "%s: a path that is too long for a socket", path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		os.RemoveAll(dir)
	}
	return l, dir, err
}

// removeStale removes the folders of brokers that were killed: what is old, one's own, and
// has a socket on which nobody answers.
func removeStale(folder string) {
	dirs, _ := filepath.Glob(filepath.Join(folder, prefix+"*"))
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || !isOwn(info) || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		socket := filepath.Join(dir, "socket")
		if c, err := net.DialTimeout("unix", socket, time.Second); err == nil {
			c.Close()
		} else if isRefused(err) {
			os.RemoveAll(dir)
		}
	}
}
