package aws

import (
	"context"
	"encoding/pem"
	"errors"
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

// TestFaults also looks at every error for the token and the value.
func TestFaults(t *testing.T) {
	environment(t)
	const value = "the-value-that-nobody-sees"
	f := newFake(t)
	must(t, openAt(t, f.url, nil).Set(ctx, "KEY", secret.Text(value)))
	says := func(code int, kind string) func(int, http.ResponseWriter, *http.Request) bool {
		return func(_ int, w http.ResponseWriter, r *http.Request) bool { return status(w, r, code, kind) }
	}
	text := func(code int, body string) func(int, http.ResponseWriter, *http.Request) bool {
		return func(_ int, w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(code)
			io.WriteString(w, body)
			return true
		}
	}
	for name, test := range map[string]struct {
		fault func(int, http.ResponseWriter, *http.Request) bool
		kind  secret.Kind
		want  string
	}{
		"denied":        {says(400, "AccessDeniedException"), secret.Permission, "the credentials may not"},
		"unknown key":   {says(400, "UnrecognizedClientException"), secret.Permission, "not valid"},
		"expired":       {says(403, "ExpiredTokenException"), secret.Permission, "not valid, or no longer"},
		"bad signature": {says(403, "InvalidSignatureException"), secret.Permission, "not valid"},
		"decryption":    {says(400, "DecryptionFailure"), secret.Encryption, "key that encrypts"},
		"throttled":     {says(400, "ThrottlingException"), secret.General, "too many requests"},
		"limit":         {says(400, "LimitExceededException"), secret.General, "limit"},
		"internal":      {says(500, "InternalServiceError"), secret.General, "InternalServiceError, status 500"},
		"parameter":     {says(400, "InvalidParameterException"), secret.General, "InvalidParameterException"},
		"no word":       {says(400, "the value is "+value), secret.General, "an error, status 400"},
		"429":           {text(429, "slow down"), secret.General, "429"},
		"502 page":      {text(502, "<html>bad gateway</html>"), secret.General, "502"},
		"a page":        {text(200, "<html>log in</html>"), secret.General, "is not one of Secrets Manager's"},
		"10 MB":         {text(200, `{"x":"`+strings.Repeat("x", 10<<20)+`"}`), secret.General, "over 8 MiB"},
		"truncated": {func(_ int, w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{}`)
			return true
		}, secret.General, "ends before its end"},
		"cut": {func(int, http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, secret.General, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			address := between(t, f, test.fault)
			s := openAt(t, address, nil)
			for what, err := range map[string]error{
				"get":    second(s.Get(ctx, "KEY")),
				"set":    s.Set(ctx, "KEY", secret.Text(value)),
				"add":    s.Add(ctx, "KEY", secret.Text(value)),
				"delete": s.Delete(ctx, "KEY"),
				"purge":  s.Purge(ctx, "KEY"),
				"list":   second(s.List(ctx)),
				"has":    second(s.Has(ctx, "KEY")),
				"batch":  second(s.GetBatch(ctx, []string{"KEY", "B"})),
			} {
				wantError(t, err, test.kind, address, test.want)
				if err != nil && (strings.Contains(err.Error()+secret.Hint(err), value) || strings.Contains(err.Error()+secret.Hint(err), sessionToken)) {
					t.Errorf("%s: the error holds the value or the token", what)
				}
			}
		})
	}
	wantText(t, openAt(t, f.url, nil), "KEY", value)
}

func TestBusyServiceIsAskedAgain(t *testing.T) {
	environment(t)
	f := newFake(t)
	for name, fault := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"500":       func(w http.ResponseWriter, r *http.Request) bool { return status(w, r, 500, "InternalServiceError") },
		"503":       func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(503); return true },
		"429":       func(w http.ResponseWriter, r *http.Request) bool { return status(w, r, 429, "SlowDownPlease") },
		"throttled": func(w http.ResponseWriter, r *http.Request) bool { return status(w, r, 400, "ThrottlingException") },
	} {
		address := between(t, f, func(n int, w http.ResponseWriter, r *http.Request) bool { return n <= 3 && fault(w, r) })
		if err := openAt(t, address, nil).Set(ctx, "KEY", secret.Text("v")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		address = between(t, f, func(n int, w http.ResponseWriter, r *http.Request) bool { return n <= tries && fault(w, r) })
		if err := openAt(t, address, nil).Set(ctx, "KEY", secret.Text("v")); err == nil {
			t.Errorf("%s: asked more than %d times", name, tries)
		}
	}
}

// TestLostAnswer: a write that was done, and of which the answer did not arrive, is not
// taken for the write of another when it is sent again.
func TestLostAnswer(t *testing.T) {
	environment(t)
	f := newFake(t)
	var lost sync.Map
	address := between(t, f, func(_ int, w http.ResponseWriter, r *http.Request) bool {
		target := r.Header.Get("X-Amz-Target")
		if _, again := lost.LoadOrStore(target, true); again || strings.HasSuffix(target, "Value") && f.has("xec/KEY") == false {
			return false
		}
		f.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(502)
		return true
	})
	s := openAt(t, address, nil)
	must(t, s.Add(ctx, "KEY", secret.Text("v")))
	must(t, s.Set(ctx, "KEY", secret.Text("w")))
	if n := len(f.secrets["xec/KEY"].done); n != 2 {
		t.Errorf("%d writes were done, want 2", n)
	}
	if err := s.Add(ctx, "KEY", secret.Text("w")); !errors.Is(err, store.ErrExists) {
		t.Errorf("adding what is there: %v", err)
	}
}

func (f *fake) has(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.secrets[name] != nil
}

// TestNothingIsSentElsewhere has the other host look for itself.
func TestNothingIsSentElsewhere(t *testing.T) {
	environment(t)
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		sent := 0
		address := between(t, newFake(t), func(n int, w http.ResponseWriter, r *http.Request) bool {
			sent = n
			http.Redirect(w, r, other.URL+r.URL.Path, code)
			return true
		})
		wantError(t, openAt(t, address, nil).Set(ctx, "KEY", secret.Text("v")), secret.General, "redirects to "+other.URL+", which is not followed")
		if sent != 1 {
			t.Errorf("status %d: asked %d times", code, sent)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("the other host was asked %d times", asked.Load())
	}
}

func TestNobodyThere(t *testing.T) {
	environment(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := "http://" + l.Addr().String()
	l.Close()
	s := openAt(t, address, nil)
	wantError(t, second(s.Get(ctx, "KEY")), secret.General, address, "refused", "are region, endpoint and proxy right?")
	wantError(t, second(openAt(t, "http://no-such-host.invalid", nil).Get(ctx, "KEY")), secret.General, "no-such-host.invalid")
}

// silent accepts connections and never answers.
func silent(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
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

func TestDeadlineIsKept(t *testing.T) {
	environment(t)
	s := openAt(t, silent(t), nil)
	if s.service.patience != 30*time.Second {
		t.Errorf("%v for a request", s.service.patience)
	}
	s.service.patience = 50 * time.Millisecond
	wantError(t, second(s.Get(ctx, "KEY")), secret.General, s.service.where, "no answer within 50ms")
	wantError(t, second(s.GetBatch(ctx, []string{"A", "B"})), secret.General, "no answer within 50ms")
}

func TestCancelStopsWaiting(t *testing.T) {
	environment(t)
	s := openAt(t, silent(t), nil)
	for what, run := range map[string]func(context.Context) error{
		"get":   func(ctx context.Context) error { return second(s.Get(ctx, "KEY")) },
		"set":   func(ctx context.Context) error { return s.Set(ctx, "KEY", secret.Text("v")) },
		"list":  func(ctx context.Context) error { return second(s.List(ctx)) },
		"batch": func(ctx context.Context) error { return second(s.GetBatch(ctx, []string{"A", "B"})) },
	} {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", what, err)
		}
		cancel()
	}
}

func TestTLS(t *testing.T) {
	environment(t)
	f := newFake(t)
	server := httptest.NewUnstartedServer(f)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	must(t, err)
	wantError(t, second(openAt(t, server.URL, nil).Get(ctx, "KEY")), secret.General, "certificate", "AWS_CA_BUNDLE")
	authority := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	must(t, os.WriteFile(authority, text, 0o600))
	t.Setenv("AWS_CA_BUNDLE", authority)
	must(t, openAt(t, server.URL, nil).Set(ctx, "KEY", secret.Text("v")))
	clear(f.asked)
	// The certificate is for 127.0.0.1 and example.com.
	wantError(t, second(openAt(t, "https://localhost:"+port, nil).Get(ctx, "KEY")), secret.General, "localhost", "certificate")
	if len(f.asked) > 0 {
		t.Error("a request was sent to a server that is not known")
	}
}
