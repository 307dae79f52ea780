package broker_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/broker"
	"github.com/xec-sh/xec-go/store/memory"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

var ctx = context.Background()

// TestMain asks a broker instead where the environment names one.
func TestMain(m *testing.M) {
	path := os.Getenv(broker.Variable)
	if path == "" {
		os.Exit(m.Run())
	}
	c, err := broker.Dial(path)
	if err == nil {
		_, err = c.Get(ctx, "KEY")
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func listen(t *testing.T, opt broker.Options) *broker.Broker {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there is no broker")
	}
	if opt.Folders == nil {
		opt.Folders = []string{folder(t)}
	}
	b, err := broker.Listen(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// folder is one whose path is short.
func folder(t *testing.T) string {
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func with(values map[string]string) *memory.Store {
	s := &memory.Store{}
	for key, value := range values {
		s.Set(ctx, key, secret.Text(value))
	}
	return s
}

func dial(t *testing.T, b *broker.Broker) store.Store {
	t.Helper()
	c, err := broker.Dial(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAClientIsAStoreLikeOthers(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		b := listen(t, broker.Options{Store: &memory.Store{}})
		again := func() store.Store { return dial(t, b) }
		return again(), again
	})
}

func TestOnlyWhatIsAllowedIsThere(t *testing.T) {
	s := with(map[string]string{"A": "a", "B": "b"})
	c := dial(t, listen(t, broker.Options{Store: s, Only: []string{"A", "MISSING"}}))
	if v, err := c.Get(ctx, "A"); err != nil || string(v.Reveal()) != "a" {
		t.Errorf("A: error %v", err)
	}
	for name, err := range map[string]error{
		"get":      second(c.Get(ctx, "B")),
		"set":      c.Set(ctx, "B", secret.Text("x")),
		"add":      store.Add(ctx, c, "B", secret.Text("x")),
		"delete":   c.Delete(ctx, "B"),
		"batch":    store.Set(ctx, c, map[string]secret.Value{"A": secret.Text("x"), "B": secret.Text("x")}),
		"versions": second(c.(store.Versioner).Versions(ctx, "B")),
		"rollback": second(c.(store.Versioner).Rollback(ctx, "B", 0)),
		"purge":    c.(store.Purger).Purge(ctx, "B"),
	} {
		if !errors.Is(err, secret.Permission) || secret.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for key, want := range map[string]bool{"A": true, "B": false, "MISSING": false} {
		if has, err := store.Has(ctx, c, key); err != nil || has != want {
			t.Errorf("has %s: %v, error %v", key, has, err)
		}
	}
	if keys, err := c.List(ctx); err != nil || !slices.Equal(keys, []string{"A"}) {
		t.Errorf("list: %q, error %v", keys, err)
	}
	if _, err := c.Get(ctx, "MISSING"); !errors.Is(err, secret.NotFound) {
		t.Errorf("a key that is allowed and missing: %v", err)
	}
	if v, err := s.Get(ctx, "B"); err != nil || string(v.Reveal()) != "b" {
		t.Error("B has changed")
	}
}

func second[T any](_ T, err error) error { return err }

func TestEveryValueIsSeenBeforeItIsAnswered(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	c := dial(t, listen(t, broker.Options{
		Store: with(map[string]string{"A": "a"}),
		Seen: func(key string, v secret.Value) {
			mu.Lock()
			defer mu.Unlock()
			seen[key+string(v.Reveal())] = true
		},
	}))
	wasSeen := func(what string) bool {
		mu.Lock()
		defer mu.Unlock()
		return seen[what]
	}
	if _, err := c.Get(ctx, "A"); err != nil || !wasSeen("Aa") {
		t.Errorf("A was not seen, error %v", err)
	}
	if err := c.Set(ctx, "B", secret.Text("b")); err != nil || !wasSeen("Bb") {
		t.Errorf("B was not seen, error %v", err)
	}
}

// raw connects and speaks without a client.
func raw(t *testing.T, b *broker.Broker) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", b.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestRequestsMayBeWrittenAhead(t *testing.T) {
	c := raw(t, listen(t, broker.Options{Store: with(map[string]string{"A": "a", "B": "b"})}))
	fmt.Fprint(c, `{"op":"get","keys":["A"]}`+"\n"+`{"op":"get","keys":["NONE"]}`+"\n"+`{"op":"get","keys":["B"]}`+"\n")
	in := bufio.NewReader(c)
	for _, want := range []string{`{"values":{"A":"YQ=="}}`, `{"error":{"kind":"not-found","message":"secret \"NONE\" not found"}}`, `{"values":{"B":"Yg=="}}`} {
		if line, err := in.ReadString('\n'); err != nil || line != want+"\n" {
			t.Errorf("answered %q, error %v, want %s", line, err, want)
		}
	}
}

func TestBadInputHarmsNothing(t *testing.T) {
	b := listen(t, broker.Options{Store: with(map[string]string{"A": "a"})})
	quiet := dial(t, b)
	if _, err := quiet.Get(ctx, "A"); err != nil {
		t.Fatal(err)
	}
	for name, said := range map[string]string{
		"nothing":      "",
		"half a line":  `{"op":"get","ke`,
		"no JSON":      "GET / HTTP/1.1\r\n\r\n",
		"zeros":        strings.Repeat("\x00", 1000) + "\n",
		"oversized":    strings.Repeat("x", 1<<20) + "\n",
		"many values":  `{"op":"get","keys":["A","A","B"]}` + "\n",
		"deep":         strings.Repeat("[", 100000) + "\n",
		"many at once": strings.Repeat(`{"op":"get","keys":["A"]}`+"\n", 10000),
	} {
		t.Run(name, func(t *testing.T) {
			c := raw(t, b)
			c.SetDeadline(time.Now().Add(time.Minute))
			go fmt.Fprint(c, said) // which it need not read
			if said != "" && strings.HasSuffix(said, "\n") {
				if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
					t.Errorf("no answer: %v", err)
				}
			}
			c.Close()
			if v, err := quiet.Get(ctx, "A"); err != nil || string(v.Reveal()) != "a" {
				t.Errorf("another connection: %v", err)
			}
		})
	}
}

func TestThousandsOfConnections(t *testing.T) {
	b := listen(t, broker.Options{Store: with(map[string]string{"A": "a"})})
	var idle []net.Conn
	for range 3000 {
		c, err := net.Dial("unix", b.Path())
		if err != nil {
			t.Fatalf("after %d: %v", len(idle), err)
		}
		idle = append(idle, c)
		if len(idle) > 400 { // a process may have a thousand descriptors
			idle[len(idle)-400].Close()
		}
	}
	defer func() {
		for _, c := range idle {
			c.Close()
		}
	}()
	var asked sync.WaitGroup
	for range 300 {
		asked.Go(func() {
			c, err := broker.Dial(b.Path())
			if err != nil {
				t.Errorf("dial: %v", err)
				return
			}
			defer c.Close()
			if _, err := c.Get(ctx, "A"); err != nil {
				t.Errorf("get: %v", err)
			}
		})
	}
	asked.Wait()
}

func TestTheQuietestConnectionMakesRoom(t *testing.T) {
	b := listen(t, broker.Options{Store: with(map[string]string{"A": "a"})})
	quiet, busy := raw(t, b), dial(t, b)
	for range 520 {
		c, err := net.Dial("unix", b.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := busy.Get(ctx, "A"); err != nil {
			t.Fatalf("the connection that is used: %v", err)
		}
	}
	quiet.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := quiet.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("the quiet connection is open: %v", err)
	}
}

func TestASlowReaderHoldsUpNobody(t *testing.T) {
	big := strings.Repeat("x", secret.MaxValue)
	b := listen(t, broker.Options{Store: with(map[string]string{"BIG": big, "A": "a"})})
	slow := raw(t, b)
	go fmt.Fprint(slow, strings.Repeat(`{"op":"get","keys":["BIG"]}`+"\n", 100))
	for range 20 {
		if _, err := dial(t, b).Get(ctx, "A"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheFolderIsPrivateAndGoes(t *testing.T) {
	b := listen(t, broker.Options{Store: &memory.Store{}})
	dir := filepath.Dir(b.Path())
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	c := dial(t, b)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
	if _, err := c.Get(ctx, "A"); err == nil || !strings.Contains(err.Error(), "the run has ended") {
		t.Errorf("a connection that was open: %v", err)
	}
	if _, err := broker.Dial(b.Path()); err == nil || !strings.Contains(secret.Hint(err), "unset XEC_SECRETS_SOCKET") {
		t.Errorf("a new one: %v", err)
	}
}

func TestWhatAKilledBrokerLeftIsRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no broker")
	}
	dir := folder(t)
	stale := filepath.Join(dir, "xec-run-1")
	if err := os.Mkdir(stale, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(stale, "socket")})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	old := time.Now().Add(-time.Hour)
	os.Chtimes(stale, old, old)
	living := listen(t, broker.Options{Store: with(map[string]string{"A": "a"}), Folders: []string{dir}})
	os.Chtimes(filepath.Dir(living.Path()), old, old)
	listen(t, broker.Options{Store: &memory.Store{}, Folders: []string{dir}})
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := dial(t, living).Get(ctx, "A"); err != nil {
		t.Errorf("one that lives: %v", err)
	}
}

func TestAFolderWhosePathIsTooLongIsNotTaken(t *testing.T) {
	long := filepath.Join(folder(t), strings.Repeat("long", 25))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	short := folder(t)
	b := listen(t, broker.Options{Store: &memory.Store{}, Folders: []string{"", "/nonexistent", long, short}})
	if !strings.HasPrefix(b.Path(), short) {
		t.Errorf("it is %s", b.Path())
	}
	if left, _ := os.ReadDir(long); len(left) > 0 {
		t.Error("something is left in the first folder")
	}
}

func TestAnotherUserIsNotAnswered(t *testing.T) {
	setpriv, err := exec.LookPath("setpriv")
	if err == nil && os.Geteuid() != 0 {
		err = errors.New("only root can become another user")
	}
	if err != nil {
		machine.Lacking(t, "root", err)
	}
	b := listen(t, broker.Options{Store: with(map[string]string{"KEY": "a"})})
	for _, dir := range []string{filepath.Dir(b.Path()), filepath.Dir(filepath.Dir(b.Path()))} {
		if err := os.Chmod(dir, 0o777); err != nil { // so that the socket itself has to tell
			t.Fatal(err)
		}
	}
	os.Chmod(b.Path(), 0o777)
	ask := func(as ...string) (string, error) {
		cmd := exec.Command(setpriv, append(as, program(t))...)
		cmd.Env = []string{broker.Variable + "=" + b.Path()}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := ask("--reuid=0"); err != nil {
		t.Errorf("this user: %v: %s", err, out)
	}
	if out, err := ask("--reuid=12345", "--regid=12345", "--clear-groups"); err == nil || !strings.Contains(out, "user 0") {
		t.Errorf("another user: %v: %s", err, out)
	}
	c := exec.Command(setpriv, "--reuid=12345", "--regid=12345", "--clear-groups", "python3", "-c",
		`import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'{"op":"get","keys":["KEY"]}\n'); print(len(s.recv(100)))`, b.Path())
	if out, err := c.CombinedOutput(); err == nil && strings.TrimSpace(string(out)) != "0" {
		t.Errorf("another user was answered with %s bytes", out)
	}
}

// program is this one, where every user can run it.
func program(t *testing.T) string {
	dir := folder(t)
	os.Chmod(dir, 0o755)
	b, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ask")
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
