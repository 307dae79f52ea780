package aws

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/remote/remotetest"
	"github.com/xec-sh/xec-go/store/secret"
)

// TestFaults also looks at every error for the token and the value.
func TestFaults(t *testing.T) {
	environment(t)
	const value = "the-value-that-nobody-sees"
	f := newFake(t)
	must(t, openAt(t, f.url, nil).Set(ctx, "KEY", secret.Text(value)))
	says := func(code int, kind string) remotetest.Fault {
		return func(_ int, w http.ResponseWriter, r *http.Request) bool { return status(w, r, code, kind) }
	}
	for name, test := range map[string]struct {
		fault remotetest.Fault
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
		"429":           {remotetest.Says(429, "slow down"), secret.General, "429"},
		"502 page":      {remotetest.Says(502, "<html>bad gateway</html>"), secret.General, "502"},
		"a page":        {remotetest.Says(200, "<html>log in</html>"), secret.General, "is not one of Secrets Manager's"},
		"10 MB":         {remotetest.Says(200, `{"x":"`+strings.Repeat("x", 10<<20)+`"}`), secret.General, "over 8 MiB"},
		"truncated":     {remotetest.SaysHalf(`{}`), secret.General, "ends before its end"},
		"cut":           {remotetest.Cut, secret.General, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			address := remotetest.Between(t, f, test.fault)
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
				remotetest.WantHidden(t, what, err, value, sessionToken)
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
		address := remotetest.Between(t, f, func(n int, w http.ResponseWriter, r *http.Request) bool { return n <= 3 && fault(w, r) })
		if err := openAt(t, address, nil).Set(ctx, "KEY", secret.Text("v")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		address = remotetest.Between(t, f, func(n int, w http.ResponseWriter, r *http.Request) bool { return n <= remote.Tries && fault(w, r) })
		if err := openAt(t, address, nil).Set(ctx, "KEY", secret.Text("v")); err == nil {
			t.Errorf("%s: asked more than %d times", name, remote.Tries)
		}
	}
}

// TestLostAnswer: a write that was done, and of which the answer did not arrive, is not
// taken for the write of another when it is sent again.
func TestLostAnswer(t *testing.T) {
	environment(t)
	f := newFake(t)
	var lost sync.Map
	address := remotetest.Between(t, f, func(_ int, w http.ResponseWriter, r *http.Request) bool {
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
	other := remotetest.NeverAsked(t)
	for _, status := range remotetest.Redirects {
		sent := 0
		redirect := remotetest.RedirectsTo(other, status)
		address := remotetest.Between(t, newFake(t), func(n int, w http.ResponseWriter, r *http.Request) bool {
			sent = n
			return redirect(n, w, r)
		})
		wantError(t, openAt(t, address, nil).Set(ctx, "KEY", secret.Text("v")), secret.General, "redirects to "+other+", which is not followed")
		if sent != 1 {
			t.Errorf("status %d: asked %d times", status, sent)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	environment(t)
	address := remotetest.Nobody(t)
	s := openAt(t, address, nil)
	wantError(t, second(s.Get(ctx, "KEY")), secret.General, address, "refused", "are region, endpoint and proxy right?")
	wantError(t, second(openAt(t, "http://no-such-host.invalid", nil).Get(ctx, "KEY")), secret.General, "no-such-host.invalid")
}

func TestDeadlineIsKept(t *testing.T) {
	environment(t)
	s := openAt(t, remotetest.Silent(t), nil)
	if s.service.patience != 30*time.Second {
		t.Errorf("%v for a request", s.service.patience)
	}
	s.service.patience = 50 * time.Millisecond
	wantError(t, second(s.Get(ctx, "KEY")), secret.General, s.service.where, "no answer within 50ms")
	wantError(t, second(s.GetBatch(ctx, []string{"A", "B"})), secret.General, "no answer within 50ms")
}

func TestCancelStopsWaiting(t *testing.T) {
	environment(t)
	remotetest.CancelStopsWaiting(t, openAt(t, remotetest.Silent(t), nil))
}

func TestTLS(t *testing.T) {
	environment(t)
	f := newFake(t)
	server, authority := remotetest.Secured(t, f)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	must(t, err)
	wantError(t, second(openAt(t, server.URL, nil).Get(ctx, "KEY")), secret.General, "certificate", "AWS_CA_BUNDLE")
	t.Setenv("AWS_CA_BUNDLE", authority)
	must(t, openAt(t, server.URL, nil).Set(ctx, "KEY", secret.Text("v")))
	clear(f.asked)
	// The certificate is for 127.0.0.1 and example.com.
	wantError(t, second(openAt(t, "https://localhost:"+port, nil).Get(ctx, "KEY")), secret.General, "localhost", "certificate")
	if len(f.asked) > 0 {
		t.Error("a request was sent to a server that is not known")
	}
}
