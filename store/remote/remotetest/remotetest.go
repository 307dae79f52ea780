// Package remotetest is what the tests of stores behind a network have in common: servers
// that answer wrongly or not at all, and what every such store does about it.
package remotetest

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

var ctx = context.Background()

// Fault answers the nth request, or reports that it does not.
type Fault func(n int, w http.ResponseWriter, r *http.Request) bool

// Between stands before a server and lets a request through unless fault answers it. It
// gives its address.
func Between(t testing.TB, server http.Handler, fault Fault) string {
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fault(int(n.Add(1)), w, r) {
			server.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Says answers everything with a status and a text.
func Says(status int, text string) Fault {
	return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		io.WriteString(w, text)
		return true
	}
}

// SaysHalf promises more than it says.
func SaysHalf(text string) Fault {
	return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, text)
		return true
	}
}

// Cut ends the connection in place of an answer.
func Cut(int, http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }

// RedirectsTo answers everything with another host.
func RedirectsTo(host string, status int) Fault {
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, host+r.URL.Path, status)
		return true
	}
}

// Redirects are the statuses of an answer that points elsewhere.
var Redirects = []int{301, 302, 303, 307, 308}

// NeverAsked is the address of a server that fails the test if it is asked.
func NeverAsked(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	t.Cleanup(s.Close)
	return s.URL
}

// Silent is the address of a server that accepts connections and never answers.
func Silent(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	return "http://" + l.Addr().String()
}

// Nobody is an address at which there is no server.
func Nobody(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Must(t, err)
	defer l.Close()
	return "http://" + l.Addr().String()
}

// Secured is a server behind TLS, for 127.0.0.1 and example.com, and the file of its
// authority.
func Secured(t *testing.T, server http.Handler) (s *httptest.Server, authority string) {
	s = httptest.NewUnstartedServer(server)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	authority = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	Must(t, os.WriteFile(authority, text, 0o600))
	return s, authority
}

// CancelStopsWaiting wants a store whose server is silent to stop with its context.
func CancelStopsWaiting(t *testing.T, s store.Store) {
	for what, run := range map[string]func(context.Context) error{
		"get":   func(ctx context.Context) error { return second(s.Get(ctx, "KEY")) },
		"set":   func(ctx context.Context) error { return s.Set(ctx, "KEY", secret.Text("v")) },
		"list":  func(ctx context.Context) error { return second(s.List(ctx)) },
		"batch": func(ctx context.Context) error { return second(store.Get(ctx, s, []string{"A", "B"})) },
	} {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", what, err)
		}
		cancel()
	}
}

// OnlyOneAdds has many add one key at once, through one store.
func OnlyOneAdds(t *testing.T, s store.Adder) {
	results := make([]error, 8)
	var writers sync.WaitGroup
	for i := range results {
		writers.Go(func() { results[i] = s.Add(ctx, "ADDED", secret.Text(fmt.Sprint("value ", i))) })
	}
	writers.Wait()
	added := 0
	for _, err := range results {
		if err == nil {
			added++
		} else if !errors.Is(err, store.ErrExists) {
			t.Error(err)
		}
	}
	if added != 1 {
		t.Errorf("%d of %d adds were the first", added, len(results))
	}
}

// Must ends the test with an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// second gives the error of a call that gives something else too.
func second[T any](_ T, err error) error { return err }

// WantError wants an error of a kind whose text or hint has all the parts.
func WantError(t testing.TB, err error, kind secret.Kind, parts ...string) {
	t.Helper()
	if err == nil || secret.KindOf(err) != kind {
		t.Errorf("error %v, want one of kind %v", err, kind)
		return
	}
	for _, part := range parts {
		if text := err.Error() + "\n" + secret.Hint(err); !strings.Contains(text, part) {
			t.Errorf("error %q lacks %q", text, part)
		}
	}
}

// WantHidden wants an error to hold none of the texts.
func WantHidden(t testing.TB, what string, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err != nil && strings.Contains(err.Error()+secret.Hint(err), text) {
			t.Errorf("%s: the error holds what is secret", what)
		}
	}
}

// WantText wants the value of a key to be a text.
func WantText(t testing.TB, s store.Store, key, want string) {
	t.Helper()
	v, err := s.Get(ctx, key)
	Must(t, err)
	if string(v.Reveal()) != want {
		t.Errorf("%s: %d bytes that are not the %d wanted", key, v.Len(), len(want))
	}
}
