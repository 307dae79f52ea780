package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
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
	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/remote/remotetest"
	"github.com/xec-sh/xec-go/store/secret"
)

// status answers with a status and what a careless proxy might say.
func status(w http.ResponseWriter, r *http.Request, code int) bool {
	body, _ := io.ReadAll(r.Body)
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"errors":["you sent %s with %s"]}`, strings.ReplaceAll(string(body), `"`, ""), r.Header.Get("X-Vault-Token"))
	return true
}

// TestFaults also looks at every error for the token and the value.
func TestFaults(t *testing.T) {
	const value = "the-value-that-nobody-sees"
	f := newFake(t)
	f.place("xec/KEY", map[string]any{"value": value})
	always := func(code int) remotetest.Fault {
		return func(_ int, w http.ResponseWriter, r *http.Request) bool { return status(w, r, code) }
	}
	text := func(body string) remotetest.Fault { return remotetest.Says(200, body) }
	for name, test := range map[string]struct {
		fault remotetest.Fault
		kind  secret.Kind
		want  string
	}{
		"400":           {always(400), secret.General, "status 400 (bad request)"},
		"403":           {always(403), secret.Permission, "may not"},
		"404":           {always(404), secret.General, "status 404"},
		"405":           {always(405), secret.General, "status 405"},
		"429":           {always(429), secret.General, "too many requests"},
		"500":           {always(500), secret.General, "status 500"},
		"503":           {always(503), secret.General, "status 503"},
		"redirect":      {remotetest.RedirectsTo("http://elsewhere.example", 307), secret.General, "redirects to http://elsewhere.example, which is not followed"},
		"a page":        {text("<html>log in</html>"), secret.General, "not one of Vault's"},
		"other JSON":    {text(`{"data":{"x":1}}`), secret.General, "not one of Vault's"},
		"wrong shape":   {text(`{"data":{"data":[1],"metadata":{"version":1}}}`), secret.General, "not one of Vault's"},
		"wrong version": {text(`{"data":{"data":{},"metadata":{"version":"x"}}}`), secret.General, "not one of Vault's"},
		"empty":         {text(""), secret.General, "not one of Vault's"},
		"10 MB":         {text(`{"data":"` + strings.Repeat("x", 10<<20) + `"}`), secret.General, "over 8 MiB"},
		"truncated":     {remotetest.SaysHalf(`{"data":{}}`), secret.General, "ends before its end"},
		"cut":           {remotetest.Cut, secret.General, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			address := remotetest.Between(t, f, test.fault)
			s := open(t, address, rootToken, nil).(*Versioned)
			for what, err := range map[string]error{
				"get":      second(s.Get(ctx, "KEY")),
				"set":      s.Set(ctx, "KEY", secret.Text(value)),
				"delete":   s.Delete(ctx, "KEY"),
				"list":     second(s.List(ctx)),
				"has":      second(s.Has(ctx, "KEY")),
				"batch":    second(s.GetBatch(ctx, []string{"KEY", "B"})),
				"versions": second(s.Versions(ctx, "KEY")),
				"rollback": second(s.Rollback(ctx, "KEY", 0)),
			} {
				wantError(t, err, test.kind, address, test.want)
				remotetest.WantHidden(t, what, err, value, rootToken)
			}
			// A write goes out where the mount cannot be looked at, and fails by itself.
			if err := s.Add(ctx, "NEW", secret.Text(value)); err == nil || strings.Contains(err.Error(), value) {
				t.Error("an add is done, or its error holds the value")
			}
		})
	}
	wantText(t, open(t, f.url, rootToken, nil), "KEY", value)
}

func TestBusyServerIsAskedAgain(t *testing.T) {
	for _, code := range []int{412, 429, 500, 502, 503, 504} {
		f := newFake(t)
		f.place("xec/KEY", map[string]any{"value": "v"})
		address := remotetest.Between(t, f, func(n int, w http.ResponseWriter, r *http.Request) bool {
			return n <= 3 && status(w, r, code)
		})
		wantText(t, open(t, address, rootToken, nil), "KEY", "v")
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	f := newFake(t)
	f.place("xec/KEY", map[string]any{"value": "v"})
	busy := func(after string) string {
		return remotetest.Between(t, f, func(n int, w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Retry-After", after)
			return n == 1 && status(w, r, 429)
		})
	}
	s := open(t, busy("7"), rootToken, nil)
	var waited []time.Duration
	of(s).server.pause = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	wantText(t, s, "KEY", "v")
	if len(waited) != 1 || waited[0] != 7*time.Second {
		t.Errorf("waited %v, want 7s once", waited)
	}
	// What is longer than the deadline is not waited for.
	_, err := open(t, busy("3600"), rootToken, nil).Get(ctx, "KEY")
	wantError(t, err, secret.General, "too many requests", "1h0m0s")
}

func TestPausesGrow(t *testing.T) {
	last := time.Duration(0)
	for n := 1; n < remote.Tries; n++ {
		d, again := waitFor(&refusal{status: 500}, n)
		if !again || d < last || d > 4*time.Second {
			t.Errorf("after try %d: %v after %v", n, d, last)
		}
		last = d
	}
	if _, again := waitFor(&refusal{status: 503, errors: []string{"Vault is sealed"}}, 1); again {
		t.Error("a sealed server is asked again")
	}
}

// TestLostAnswer: a write that was done, and of which the answer did not arrive, is not
// taken for the write of another when it is sent again.
func TestLostAnswer(t *testing.T) {
	f := newFake(t)
	var lost sync.Map
	address := remotetest.Between(t, f, func(_ int, w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return false
		}
		if _, again := lost.LoadOrStore(r.URL.Path, true); again {
			return false
		}
		f.ServeHTTP(httptest.NewRecorder(), r)
		return status(w, r, 502)
	})
	s := open(t, address, rootToken, nil).(*Versioned)
	must(t, s.Add(ctx, "ADDED", secret.Text("v")))
	must(t, s.Set(ctx, "SET", secret.Text("v")))
	for _, key := range []string{"ADDED", "SET"} {
		if versions, err := s.Versions(ctx, key); err != nil || len(versions) != 1 {
			t.Errorf("%s: %d versions, error %v", key, len(versions), err)
		}
	}
	if err := s.Add(ctx, "ADDED", secret.Text("v")); !errors.Is(err, store.ErrExists) {
		t.Errorf("adding what is there: %v", err)
	}
}

// TestTokenIsNotSentElsewhere has the other host look for itself.
func TestTokenIsNotSentElsewhere(t *testing.T) {
	other := remotetest.NeverAsked(t)
	for _, status := range remotetest.Redirects {
		s := open(t, remotetest.Between(t, newFake(t), remotetest.RedirectsTo(other, status)), rootToken, nil)
		wantError(t, second(s.Get(ctx, "KEY")), secret.General, "not followed", other)
		wantError(t, s.Set(ctx, "KEY", secret.Text("v")), secret.General, "not followed")
	}
}

func TestNobodyThere(t *testing.T) {
	address := remotetest.Nobody(t)
	wantError(t, second(open(t, address, rootToken, nil).Get(ctx, "KEY")), secret.General, address, "refused", "is the server running")
	wantError(t, second(open(t, "http://no-such-host.invalid", rootToken, nil).Get(ctx, "KEY")), secret.General, "no-such-host.invalid")
}

func TestDeadlineIsKept(t *testing.T) {
	address := remotetest.Silent(t)
	outside := env{"VAULT_TOKEN": rootToken, "VAULT_CLIENT_TIMEOUT": "50ms"}.outside()
	s := openOutside(t, address, outside, nil)
	wantError(t, second(s.Get(ctx, "KEY")), secret.General, address, "no answer within 50ms")
	wantError(t, second(store.Get(ctx, s, []string{"A", "B"})), secret.General, "no answer within 50ms")
	role := env{"VAULT_ROLE_ID": "role", "VAULT_CLIENT_TIMEOUT": "50ms"}
	wantError(t, second(openOutside(t, address, role.outside(), nil).Get(ctx, "KEY")), secret.General, "no answer within 50ms")
	if patience := of(open(t, address, rootToken, nil)).server.patience; patience != 30*time.Second {
		t.Errorf("%v for a request where nothing is said", patience)
	}
}

func TestCancelStopsWaiting(t *testing.T) {
	remotetest.CancelStopsWaiting(t, open(t, remotetest.Silent(t), rootToken, nil))
}

func TestTLS(t *testing.T) {
	f := newFake(t)
	f.place("xec/KEY", map[string]any{"value": "v"})
	server, authority := remotetest.Secured(t, f)
	get := func(address string, e env) error {
		e["VAULT_TOKEN"] = rootToken
		return second(openOutside(t, address, e.outside(), nil).Get(ctx, "KEY"))
	}
	must(t, get(server.URL, env{"VAULT_CACERT": authority}))
	must(t, get(server.URL, env{"VAULT_SKIP_VERIFY": "true"}))
	must(t, get(server.URL, env{"VAULT_CACERT": authority, "VAULT_TLS_SERVER_NAME": "example.com"}))
	f.seen = 0
	wantError(t, get(server.URL, env{"VAULT_CACERT": authority, "VAULT_TLS_SERVER_NAME": "wrong.example.org"}), secret.General, server.URL, "wrong.example.org", "another name")
	wantError(t, get(server.URL, env{}), secret.General, server.URL, "VAULT_CACERT")
	wantError(t, get(strings.Replace(server.URL, "https:", "http:", 1), env{}), secret.General, "speaks only TLS", "https://")
	wantError(t, get(strings.Replace(f.url, "http:", "https:", 1), env{}), secret.General, "http://")
	if f.seen != 0 {
		t.Error("a request was sent to a server that is not known")
	}
}

func TestClientCertificate(t *testing.T) {
	f := newFake(t)
	f.place("xec/KEY", map[string]any{"value": "v"})
	server, authority := remotetest.Secured(t, f)
	server.TLS.ClientAuth = tls.RequireAnyClientCert
	e := env{"VAULT_TOKEN": rootToken, "VAULT_CACERT": authority}
	wantError(t, second(openOutside(t, server.URL, e.outside(), nil).Get(ctx, "KEY")), secret.General, server.URL)
	der, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	must(t, err)
	e["VAULT_CLIENT_CERT"], e["VAULT_CLIENT_KEY"] = authority, filepath.Join(t.TempDir(), "key.pem")
	must(t, os.WriteFile(e["VAULT_CLIENT_KEY"], pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	wantText(t, openOutside(t, server.URL, e.outside(), nil), "KEY", "v")
}

// TestProxy: a proxy of Vault's own variables is used, the usual one not for this machine.
func TestProxy(t *testing.T) {
	f := newFake(t)
	f.place("xec/KEY", map[string]any{"value": "v"})
	var through atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through.Add(1)
		f.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	for name, want := range map[string]int64{"VAULT_PROXY_ADDR": 1, "VAULT_HTTP_PROXY": 1, "HTTP_PROXY": 0} {
		through.Store(0)
		wantText(t, openOutside(t, f.url, env{"VAULT_TOKEN": rootToken, name: proxy.URL}.outside(), nil), "KEY", "v")
		if through.Load() != want {
			t.Errorf("%s: %d requests through the proxy, want %d", name, through.Load(), want)
		}
	}
	through.Store(0)
	wantText(t, openOutside(t, "http://vault.example.com", env{"VAULT_TOKEN": rootToken, "http_proxy": proxy.URL}.outside(), nil), "KEY", "v")
	if through.Load() != 1 {
		t.Error("the usual proxy was not used for another machine")
	}
}
